"""satchel.linked.named: one name for a blank node, in the whole document and in every part of it."""

from __future__ import annotations

import copy
import random

import pytest

from satchel.errors import LinkedError
from satchel.linked import emit, named
from satchel.linked.canon import canonical_labels, canonicalize, labelled_lines
from satchel.linked.named import Names
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from tests.satchel.linked import shapes

TERMS: JsonObject = {
    "@vocab": "urn:x:",
    "list": {"@id": "urn:x:list", "@container": "@list"},
    "graph": {"@id": "urn:x:graph", "@container": "@graph"},
    "knows": {"@id": "urn:x:knows", "@type": "@id"},
}


def lines_of(document: JsonObject, names: Names) -> set[str]:
    return set(named.to_quads(document, names, contexts=PINNED).lines())


@pytest.mark.parametrize("number", range(30))
def test_the_dataset_is_the_one_that_is_signed_elsewhere(number: int) -> None:
    document = shapes.badge(random.Random(number))
    quads = named.to_quads(document, Names(), contexts=PINNED)
    assert canonicalize(quads) == canonicalize(emit.to_quads(document))
    labels = canonical_labels(quads)
    assert "".join(labelled_lines(quads, labels)).encode() == canonicalize(quads)


def test_a_second_reading_of_the_same_values_gives_the_same_names() -> None:
    document: JsonObject = {
        "@context": TERMS,
        "a": [{"b": "1"}, {"b": "2"}],
        "list": ["x", {"c": "y"}, ["z"]],
        "graph": {"d": "v"},
        "e": {"@list": ["p", "q"]},
        "f": {"@id": "_:own", "g": "w"},
        "knows": "_:own",
    }
    names = Names()
    first = lines_of(document, names)
    assert lines_of(document, names) == first
    assert len([line for line in first if "urn:x:b" in line]) == 2
    assert lines_of(copy.deepcopy(document), Names()) == first
    # Of other values only the node with a label of its own is the same.
    assert {line.partition(" ")[2] for line in lines_of(copy.deepcopy(document), names) & first} == {
        '<urn:x:g> "w" .\n'
    }


def test_a_part_that_says_where_it_came_from_has_the_names_of_the_whole() -> None:
    inner: list[JsonValue] = [{"b": "1"}, {"b": "2"}]
    listed: list[JsonValue] = ["x", "y"]
    document: JsonObject = {"@context": TERMS, "a": inner, "list": listed}
    names = Names()
    whole = lines_of(document, names)
    piece: JsonObject = {"b": "2"}
    pieces: list[JsonValue] = [piece]
    again: list[JsonValue] = ["x", "y"]
    part: JsonObject = {"@context": TERMS, "a": pieces, "list": again}
    for made, origin in ((part, document), (pieces, inner), (piece, inner[1]), (again, listed)):
        names.came_from(made, origin)
    assert lines_of(part, names) < whole
    # A part of a part came from the whole too.
    smaller: JsonObject = {"@context": TERMS, "a": pieces}
    names.came_from(smaller, part)
    assert lines_of(smaller, names) < whole
    # A list that lost an item is another list.
    cut: list[JsonValue] = ["y"]
    names.came_from(cut, listed)
    bare: JsonObject = {"@context": TERMS, "list": cut}
    names.came_from(bare, document)
    assert not lines_of(bare, names) <= whole


def test_a_value_that_cannot_be_told_from_others_has_a_new_name_each_time() -> None:
    """A lone text in a list container is a list of one cell, and two equal texts are one object here."""
    document: JsonObject = {"@context": TERMS, "list": "x"}
    names = Names()
    first, second = lines_of(document, names), lines_of(document, names)
    assert first != second
    assert {line.replace("_:u1", "_:u2") for line in first} == second


def test_a_refusal_names_its_place() -> None:
    with pytest.raises(LinkedError) as caught:
        named.to_quads({"@context": {}, "a": "x"}, Names(), contexts=PINNED)
    assert caught.value.details["path"] == "/a"
    deep: JsonObject = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(LinkedError) as caught:
        named.to_quads({"@context": TERMS, **deep}, Names(), contexts=PINNED)
    assert caught.value.code == "linked.too_complex"
