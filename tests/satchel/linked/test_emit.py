"""Documents to quads: what is read, and that nothing is lost unseen."""

from __future__ import annotations

import copy
import json
import math
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.codec import strictjson
from satchel.errors import LinkedError, Malformed
from satchel.linked.canon import canonicalize
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.linked.terms import VALUE_LIMIT
from satchel.port import JsonObject, JsonValue
from tests.satchel.linked import mutate, shapes
from tests.satchel.linked.shapes import ISSUER, OB, V2, X
from tests.shared import SHARED, needs_shared

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def canonical(document: JsonObject) -> str:
    return canonicalize(to_quads(document)).decode()


def refusal(document: JsonObject) -> tuple[str, object]:
    with pytest.raises(LinkedError) as caught:
        to_quads(document)
    return caught.value.code, caught.value.details["path"]


def lines(definitions: JsonObject, **members: JsonValue) -> list[str]:
    """The lines of a node urn:a with these members over an inline context."""
    return canonical({"@context": definitions, "@id": "urn:a", **members}).split("\n")[:-1]


def badge(**members: JsonValue) -> JsonObject:
    return {**shapes.badge(random.Random(7)), **members}


# What is refused, and where

BAD: dict[str, tuple[str, str, JsonValue, str]] = {
    # name: code, the pointer of the place, what is put there, what is reported when it is not the place itself
    "an undefined term": ("linked.undefined_term", "/credentialSubject/achievement/invented", "x", ""),
    "an undefined term that is null": ("linked.undefined_term", "/invented", None, ""),
    "an undefined term of javascript": ("linked.unsupported", "/__proto__", "x", ""),
    "an undefined type": ("linked.undefined_type", "/credentialSubject/type", "Invented", ""),
    "a type that is null": ("linked.syntax", "/issuer/type", None, ""),
    "a type that is a number": ("linked.syntax", "/issuer/type", [5], ""),
    "a type that is an array": ("linked.syntax", "/issuer/type", [["Profile"]], ""),
    "a type that is an object": ("linked.syntax", "/issuer/type", {}, ""),
    "a relative type": ("linked.undefined_type", "/evidence/0/type", "../type", ""),
    "a type for json literals": ("linked.syntax", "/issuer/type", "@json", "/issuer"),
    "a keyword-like member": ("linked.keyword", "/issuer/@evil", "x", ""),
    "a keyword out of place": ("linked.unsupported", "/issuer/@base", "x", ""),
    "a keyword-like id": ("linked.keyword", "/issuer/id", "@evil", ""),
    "a keyword for an id": ("linked.keyword", "/issuer/id", "@type", ""),
    "a relative id": ("linked.relative_iri", "/issuer/id", "issuer", ""),
    "an empty id": ("linked.relative_iri", "/issuer/id", "", ""),
    "an id with a space": ("linked.iri", "/issuer/id", "https://a.example/b c", ""),
    "an id with a bracket": ("linked.unsupported", "/issuer/id", "https://a.example/<b>", ""),
    "an id with a hidden space": ("linked.iri", "/issuer/id", "https://a.example/\u00a0", ""),
    "an id that is null": ("linked.syntax", "/issuer/id", None, ""),
    "an id that is an array": ("linked.syntax", "/issuer/id", ["urn:a"], ""),
    "two ids": ("linked.syntax", "/issuer/@id", "https://b.example", ""),
    "a relative reference": ("linked.relative_iri", "/issuer", "rel", ""),
    "a bad language tag": ("linked.language", "/name", {"@value": "n", "@language": "e n"}, ""),
    "a language that is a number": ("linked.syntax", "/name", {"@value": "n", "@language": 5}, ""),
    "a direction that is none": ("linked.syntax", "/name", {"@value": "n", "@direction": "up"}, ""),
    "a direction that is null": ("linked.syntax", "/name", {"@value": "n", "@direction": None}, ""),
    "a language without a value": ("linked.dropped", "/name", {"@language": "en"}, ""),
    "a value that is null": ("linked.dropped", "/name", {"@value": None}, ""),
    "a value that is an array": ("linked.syntax", "/name", {"@value": ["n"]}, ""),
    "a value with a type and a language": (
        "linked.syntax",
        "/name",
        {"@value": "n", "@type": X, "@language": "en"},
        "",
    ),
    "a value with two types": ("linked.unsupported", "/name", {"@value": "n", "@type": [X, X + "b"]}, ""),
    "a value of a blank type": ("linked.syntax", "/name", {"@value": "n", "@type": "_:t"}, ""),
    "a value with an id": ("linked.syntax", "/name", {"@value": "n", "@id": "urn:a"}, ""),
    "a value with a property": ("linked.syntax", "/name", {"@value": "n", "name": "m"}, ""),
    "a value with an undefined member": ("linked.undefined_term", "/name", {"@value": "n", "zzz": "m"}, ""),
    "a number with a language": ("linked.syntax", "/name", {"@value": 5, "@language": "en"}, ""),
    "a number with a direction": ("linked.unsupported", "/name", {"@value": 5, "@direction": "rtl"}, ""),
    "a value with a type that has a context": (
        "linked.unsupported",
        "/credentialSubject",
        {"@value": "n", "@type": "AchievementSubject"},
        "",
    ),
    "a value with an index": ("linked.unsupported", "/name", {"@value": "n", "@index": "i"}, ""),
    "an index that is a number": ("linked.syntax", "/issuer/@index", 5, ""),
    "a list with a property": ("linked.syntax", "/name", {"@list": [], "@id": "urn:a"}, ""),
    "a list that is null": ("linked.unsupported", "/name", {"@list": None}, ""),
    "a list in a list": ("linked.unsupported", "/name", {"@list": [["a"]]}, "/name/@list/0"),
    "a set in a list": ("linked.unsupported", "/name", {"@list": [{"@set": []}]}, "/name/@list/0"),
    "a null proof graph": ("linked.dropped", "/proof", "z3F", ""),
    "a proof that is only a reference": ("linked.dropped", "/proof", {"id": "urn:p"}, ""),
    "a proof that says nothing": ("linked.dropped", "/proof", [{}], "/proof/0"),
    "a proof in a set": ("linked.unsupported", "/proof", {"@set": [shapes.proof()]}, "/proof/@set"),
    "a graph that is a text": ("linked.syntax", "/@graph", "x", ""),
    "a text in a graph": ("linked.dropped", "/@graph", ["x"], "/@graph/0"),
    "a value in a graph": ("linked.dropped", "/@graph", [{"@value": "x"}], "/@graph/0"),
    "a list in a graph": ("linked.dropped", "/@graph", [{"@list": ["x"]}], "/@graph/0/@list"),
    "something else than nodes included": ("linked.syntax", "/@included", ["x"], "/@included/0"),
    "a value included": ("linked.syntax", "/@included", {"@value": "x"}, ""),
    "nothing included": ("linked.dropped", "/@included", {"id": "urn:a"}, ""),
    "a nest that is a text": ("linked.syntax", "/@nest", "x", ""),
    "a nest with a value": ("linked.syntax", "/@nest", {"@value": "x"}, ""),
    "an id in a nest beside the id": ("linked.syntax", "/@nest", {"id": "urn:a"}, "/id"),
    "a reverse that is a text": ("linked.syntax", "/@reverse", "x", ""),
    "a reverse of a text": ("linked.syntax", "/@reverse", {"name": "x"}, "/@reverse/name"),
    "a reverse of a keyword": ("linked.syntax", "/@reverse", {"id": "urn:a"}, "/@reverse/id"),
    "a blank property": ("linked.unsupported", "/_:p", "x", ""),
    "a number that is zero elsewhere": ("linked.unsupported", "/credentialSubject/result/0/value", 1e-7, ""),
    "a number that is none": ("linked.number", "/credentialSubject/result/0/value", math.nan, ""),
    "a set that is null": ("linked.unsupported", "/name", {"@set": None}, ""),
    "a value that is an empty array": ("linked.unsupported", "/name", {"@value": [], "@language": "en"}, ""),
    "a list with a type": ("linked.unsupported", "/name", {"@list": [], "@type": "Profile"}, ""),
    "an empty reference": ("linked.unsupported", "/issuer", "", ""),
    "a blank label with a space": ("linked.iri", "/issuer/id", "_:a b", ""),
    "a context that is no context": ("linked.context_invalid", "/issuer/@context", 5, ""),
    "a member name with a slash": ("linked.undefined_term", "/a~1b~0c", "x", ""),
}


def put(document: JsonObject, pointer: str, value: JsonValue) -> None:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    holder: Any = document
    for step in steps[:-1]:
        holder = holder[int(step) if isinstance(holder, list) else step]
    holder[steps[-1]] = value


@pytest.mark.parametrize(("code", "place", "value", "reported"), BAD.values(), ids=BAD)
def test_what_would_be_lost_or_read_otherwise_is_refused_with_its_place(
    code: str, place: str, value: JsonValue, reported: str
) -> None:
    document = badge()
    to_quads(document)
    put(document, place, value)
    assert refusal(document) == (code, reported or place)


def test_a_document_that_says_nothing_is_refused() -> None:
    assert refusal({}) == ("linked.dropped", "")
    assert refusal({"@context": V2}) == ("linked.dropped", "")
    assert refusal({"@context": V2, "id": "urn:a"}) == ("linked.dropped", "")
    assert refusal({"@context": V2, "id": "urn:a", "name": None}) == ("linked.dropped", "")


def test_two_texts_that_differ_in_direction_alone_are_refused() -> None:
    twins: list[JsonValue] = ["n", {"@value": "n", "@direction": "rtl"}]
    assert refusal({"@context": V2, "id": "urn:a", "name": twins})[0] == "linked.unsupported"


@pytest.mark.parametrize(
    "members",
    [
        {"p": [5, "5"]},
        {"p": 5, "plain": 5},
        {"p": 5, "plain": {"@value": "5", "@type": XSD + "integer"}},
        {"p": 5, "q": {"@id": "urn:a", "p": "5"}},
        {"q": {"p": "5", "plain": 5}},
        {"@graph": {"@id": "urn:b", "p": [5, "5"]}},
    ],
)
def test_one_literal_written_in_two_ways_is_refused(members: JsonObject) -> None:
    context: JsonObject = {"p": {"@id": X + "p", "@type": XSD + "integer"}, "plain": X + "p", "q": X + "q"}
    assert refusal({"@context": context, "@id": "urn:a", "@type": X, **members})[0] == "linked.unsupported"


def test_one_literal_written_twice_in_the_same_way_is_read() -> None:
    context: JsonObject = {"p": {"@id": X + "p", "@type": XSD + "integer"}, "q": X + "q"}
    assert lines(context, p=[5, 5, 6], q={"@id": "urn:a", "p": 5}) == [
        f'<urn:a> <{X}p> "5"^^<{XSD}integer> .',
        f'<urn:a> <{X}p> "6"^^<{XSD}integer> .',
        f"<urn:a> <{X}q> <urn:a> .",
    ]
    assert lines({}, **{"urn:p": [1.0, 1]}) == [f'<urn:a> <urn:p> "1"^^<{XSD}integer> .']


def test_a_json_literal_without_a_canonical_form_is_refused() -> None:
    context: JsonObject = {"p": {"@id": X, "@type": "@json"}}
    assert refusal({"@context": context, "@id": "urn:a", "p": [2**60]}) == ("linked.json", "/p")


@pytest.mark.parametrize("text", ["5", "1.5", "1.0e0", "INF", "x"])
def test_a_text_that_is_no_canonical_double_is_refused(text: str) -> None:
    context: JsonObject = {"p": {"@id": X, "@type": XSD + "double"}}
    assert refusal({"@context": context, "@id": "urn:a", "p": text}) == ("linked.unsupported", "/p")


def test_a_node_with_two_indexes_is_refused() -> None:
    document: JsonObject = {"@id": "urn:a", "@index": "i", "urn:p": {"@id": "urn:a", "@index": "j", "urn:q": "v"}}
    assert refusal(document) == ("linked.syntax", "/urn:p/@index")


def test_half_a_surrogate_pair_is_refused() -> None:
    quads = to_quads({"@id": "urn:a", "urn:p": "\ud800"})
    with pytest.raises(LinkedError) as caught:
        canonicalize(quads)
    assert caught.value.code == "linked.text"


def test_nesting_without_end_is_refused() -> None:
    document: JsonObject = {"@id": "urn:a", "urn:p": "v"}
    for _ in range(5000):
        document = {"urn:p": document}
    assert refusal(document)[0] == "linked.too_complex"


@pytest.mark.parametrize(
    "value",
    [["v"] * (VALUE_LIMIT + 1), [{}] * (VALUE_LIMIT + 1), {"@list": ["v"] * VALUE_LIMIT}],
    ids=["texts", "nodes", "list"],
)
def test_more_values_than_an_honest_document_holds_are_refused_in_time(value: JsonValue) -> None:
    started = time.process_time()
    assert refusal({"@id": "urn:a", "urn:p": value})[0] == "linked.too_complex"
    assert time.process_time() - started < 5


def test_the_document_is_not_changed() -> None:
    for document in mutate.documents(3, 60):
        before = copy.deepcopy(document)
        with suppress(LinkedError):
            to_quads(document)
        assert document == before and json.dumps(document) == json.dumps(before)


# What is read

FEATURES: dict[str, tuple[JsonObject, JsonValue, list[str]]] = {
    "text": ({"p": X}, 'a"b\\\n', [f'<urn:a> <{X}> "a\\"b\\\\\\n" .']),
    "null and empty arrays say nothing": ({"p": X, "q": "urn:q"}, [None, []], []),
    "arrays in arrays": ({"p": X}, [["a"], "b"], [f'<urn:a> <{X}> "a" .', f'<urn:a> <{X}> "b" .']),
    "the same value twice": ({"p": X}, ["a", "a"], [f'<urn:a> <{X}> "a" .']),
    "number": ({"p": X}, 5, [f'<urn:a> <{X}> "5"^^<{XSD}integer> .']),
    "truth": ({"p": X}, True, [f'<urn:a> <{X}> "true"^^<{XSD}boolean> .']),
    "datatype": ({"p": {"@id": X, "@type": "urn:t"}}, "a", [f'<urn:a> <{X}> "a"^^<urn:t> .']),
    "string datatype": ({"p": {"@id": X, "@type": XSD + "string"}}, "a", [f'<urn:a> <{X}> "a" .']),
    "canonical double as text": (
        {"p": {"@id": X, "@type": XSD + "double"}},
        "1.5E0",
        [f'<urn:a> <{X}> "1.5E0"^^<{XSD}double> .'],
    ),
    "no datatype": ({"@language": "en", "p": {"@id": X, "@type": "@none"}}, "a", [f'<urn:a> <{X}> "a"@en .']),
    "id": ({"p": {"@id": X, "@type": "@id"}}, "urn:b", [f"<urn:a> <{X}> <urn:b> ."]),
    "compact id": ({"x": X, "p": {"@id": "x:p", "@type": "@id"}}, "x:b", [f"<urn:a> <{X}p> <{X}b> ."]),
    "vocab": ({"b": "urn:b", "p": {"@id": X, "@type": "@vocab"}}, "b", [f"<urn:a> <{X}> <urn:b> ."]),
    "a number under id": ({"p": {"@id": X, "@type": "@id"}}, 5, [f'<urn:a> <{X}> "5"^^<{XSD}integer> .']),
    "json": ({"p": {"@id": X, "@type": "@json"}}, {"b": [1, None], "a": 2.5}, [
        f'<urn:a> <{X}> "{{\\"a\\":2.5,\\"b\\":[1,null]}}"^^<{RDF}JSON> .'
    ]),
    "json null": ({"p": {"@id": X, "@type": "@json"}}, None, [f'<urn:a> <{X}> "null"^^<{RDF}JSON> .']),
    "default language": ({"@language": "EN-us", "p": X}, "a", [f'<urn:a> <{X}> "a"@en-us .']),
    "language of a term": ({"p": {"@id": X, "@language": "fr"}}, "a", [f'<urn:a> <{X}> "a"@fr .']),
    "no language": ({"@language": "en", "p": {"@id": X, "@language": None}}, "a", [f'<urn:a> <{X}> "a" .']),
    "direction of a term": (
        {"p": {"@id": X, "@direction": "rtl", "@language": "ar"}},
        "a",
        [f'<urn:a> <{X}> "a"^^<https://www.w3.org/ns/i18n#ar_rtl> .'],
    ),
    "value with a language": ({"p": X}, {"@value": "a", "@language": "DE"}, [f'<urn:a> <{X}> "a"@de .']),
    "value with a direction": (
        {"p": X},
        {"@value": "a", "@direction": "rtl"},
        [f'<urn:a> <{X}> "a"^^<https://www.w3.org/ns/i18n#_rtl> .'],
    ),
    "value with a type": ({"p": X}, {"@value": 5, "@type": "urn:t"}, [f'<urn:a> <{X}> "5"^^<urn:t> .']),
    "value of json": ({"p": X}, {"@value": {}, "@type": "@json"}, [f'<urn:a> <{X}> "{{}}"^^<{RDF}JSON> .']),
    "set": ({"p": {"@id": X, "@container": "@set"}}, {"@set": ["a"]}, [f'<urn:a> <{X}> "a" .']),
    "empty list": ({"p": {"@id": X, "@container": "@list"}}, [], [f"<urn:a> <{X}> <{RDF}nil> ."]),
    "list": ({"p": {"@id": X, "@container": "@list"}}, ["a", 5], [
        f"<urn:a> <{X}> _:c14n1 .",
        f'_:c14n0 <{RDF}first> "5"^^<{XSD}integer> .',
        f"_:c14n0 <{RDF}rest> <{RDF}nil> .",
        f'_:c14n1 <{RDF}first> "a" .',
        f"_:c14n1 <{RDF}rest> _:c14n0 .",
    ]),
    "list of one": ({"p": {"@id": X, "@container": "@list"}}, "a", [
        f"<urn:a> <{X}> _:c14n0 .",
        f'_:c14n0 <{RDF}first> "a" .',
        f"_:c14n0 <{RDF}rest> <{RDF}nil> .",
    ]),
    "list of lists": ({"p": {"@id": X, "@container": "@list"}}, [[]], [
        f"<urn:a> <{X}> _:c14n0 .",
        f"_:c14n0 <{RDF}first> <{RDF}nil> .",
        f"_:c14n0 <{RDF}rest> <{RDF}nil> .",
    ]),
    "explicit list": ({"p": X}, {"@list": ["a"]}, [
        f"<urn:a> <{X}> _:c14n0 .",
        f'_:c14n0 <{RDF}first> "a" .',
        f"_:c14n0 <{RDF}rest> <{RDF}nil> .",
    ]),
    "language map": ({"p": {"@id": X, "@container": "@language"}}, {"EN": ["a", None], "@none": "b"}, [
        f'<urn:a> <{X}> "a"@en .',
        f'<urn:a> <{X}> "b" .',
    ]),
    "index map": ({"p": {"@id": X, "@container": "@index"}}, {"i": [{"@id": "urn:b", "urn:q": "c"}]}, [
        f"<urn:a> <{X}> <urn:b> .",
        '<urn:b> <urn:q> "c" .',
    ]),
    "index by property": (
        {"p": {"@id": X, "@container": "@index", "@index": "urn:q"}},
        {"i": {"@id": "urn:b"}, "@none": {"@id": "urn:c"}},
        [f"<urn:a> <{X}> <urn:b> .", f"<urn:a> <{X}> <urn:c> .", '<urn:b> <urn:q> "i" .'],
    ),
    "id map": ({"p": {"@id": X, "@container": "@id"}}, {"urn:b": {"urn:q": "c"}}, [
        f"<urn:a> <{X}> <urn:b> .",
        '<urn:b> <urn:q> "c" .',
    ]),
    "type map": ({"T": "urn:T", "p": {"@id": X, "@container": "@type"}}, {"T": {"@id": "urn:b"}}, [
        f"<urn:a> <{X}> <urn:b> .",
        f"<urn:b> <{RDF}type> <urn:T> .",
    ]),
    "graph": ({"p": {"@id": X, "@container": "@graph"}}, {"@id": "urn:b", "urn:q": "c"}, [
        f"<urn:a> <{X}> _:c14n0 .",
        '<urn:b> <urn:q> "c" _:c14n0 .',
    ]),
    "graph by id": ({"p": {"@id": X, "@container": ["@graph", "@id"]}}, {"urn:g": {"@id": "urn:b", "urn:q": "c"}}, [
        f"<urn:a> <{X}> <urn:g> .",
        '<urn:b> <urn:q> "c" <urn:g> .',
    ]),
    "graph by index": ({"p": {"@id": X, "@container": ["@graph", "@index"]}}, {"i": {"@id": "urn:b", "urn:q": "c"}}, [
        f"<urn:a> <{X}> _:c14n0 .",
        '<urn:b> <urn:q> "c" _:c14n0 .',
    ]),
    "reverse term": ({"p": {"@reverse": X}}, [{"@id": "urn:b"}], [f"<urn:b> <{X}> <urn:a> ."]),
    "scoped by property": ({"p": {"@id": X, "@context": {"q": "urn:q"}}}, {"@id": "urn:b", "q": "c"}, [
        f"<urn:a> <{X}> <urn:b> .",
        '<urn:b> <urn:q> "c" .',
    ]),
    "blank node": ({"p": X}, {"@id": "_:x"}, [f"<urn:a> <{X}> _:c14n0 ."]),
    "empty node": ({"p": X}, {}, [f"<urn:a> <{X}> _:c14n0 ."]),
}  # fmt: skip


@pytest.mark.parametrize(("context", "value", "expected"), FEATURES.values(), ids=FEATURES)
def test_a_feature_of_json_ld_is_read(context: JsonObject, value: JsonValue, expected: list[str]) -> None:
    assert lines(context, p=value, **{"urn:always": {"@value": "x"}}) == sorted(
        [*expected, '<urn:a> <urn:always> "x" .']
    )


def test_a_member_that_becomes_a_type_inside_a_type_is_read_as_one() -> None:
    """Its names are read outside, like those of the type that made it one."""
    context: JsonObject = {
        "kind": X + "kind",
        "U": "urn:U",
        "T": {"@id": "urn:T", "@context": {"kind": "@type", "U": "urn:inside"}},
    }
    assert lines(context, **{"@type": "T", "kind": "U"}) == [
        f"<urn:a> <{RDF}type> <urn:T> .",
        f"<urn:a> <{RDF}type> <urn:U> .",
    ]
    document: JsonObject = {"@context": context, "@id": "urn:a", "@type": "T", "kind": {}}
    assert refusal(document) == ("linked.syntax", "/kind")


def test_a_member_that_is_no_longer_a_type_inside_a_type_is_read_as_a_property() -> None:
    context: JsonObject = {"kind": "@type", "T": {"@id": "urn:T", "@context": {"kind": X + "kind"}}}
    assert lines(context, kind="T") == [f'<urn:a> <{X}kind> "T" .']


def test_members_of_the_node_itself_are_read() -> None:
    assert lines({"x": "@type", "n": "@nest"}, x="urn:T", n=[{"urn:p": "v"}, {"@type": "urn:U"}]) == [
        f"<urn:a> <{RDF}type> <urn:T> .",
        f"<urn:a> <{RDF}type> <urn:U> .",
        '<urn:a> <urn:p> "v" .',
    ]
    assert lines({}, **{"@reverse": {"urn:p": [{"@id": "urn:b", "urn:q": "v"}]}}) == [
        "<urn:b> <urn:p> <urn:a> .",
        '<urn:b> <urn:q> "v" .',
    ]
    assert lines({}, **{"urn:p": "v", "@included": [{"@id": "urn:b", "urn:q": "w"}]}) == [
        '<urn:a> <urn:p> "v" .',
        '<urn:b> <urn:q> "w" .',
    ]
    assert lines({}, **{"@graph": [{"@id": "urn:b", "urn:q": "w"}]}) == ['<urn:b> <urn:q> "w" <urn:a> .']
    assert lines({}, **{"@index": "i", "urn:p": "v"}) == ['<urn:a> <urn:p> "v" .']


def test_members_for_which_null_is_nothing_are_read() -> None:
    assert lines({"p": {"@id": X, "@nest": "@nest"}}, **{"@nest": [{"p": "v"}], "@language": None}) == [
        f'<urn:a> <{X}> "v" .'
    ]


def test_a_reverse_map_may_have_a_context() -> None:
    reverse: JsonObject = {"@context": {"q": "urn:q"}, "q": {"@id": "urn:b"}}
    assert lines({}, **{"@reverse": reverse}) == ["<urn:b> <urn:q> <urn:a> ."]


def test_a_reverse_of_a_reverse_runs_forward() -> None:
    assert lines({"p": {"@reverse": X}}, **{"@reverse": {"p": {"@id": "urn:b"}}}) == [f"<urn:a> <{X}> <urn:b> ."]


@pytest.mark.parametrize(
    ("context", "value"),
    [
        ({"p": {"@id": X, "@context": {"p": {"@id": X, "@context": {}}}}}, {"urn:q": "v"}),
        ({"p": {"@id": X, "@context": {"p": {"@id": X, "@container": "@list"}}}}, ["a"]),
        ({"p": {"@id": X, "@container": "@index", "@type": "@json"}}, {"i": 1}),
        ({"p": {"@id": X, "@container": "@index"}}, {"i": "a"}),
        ({"p": {"@id": X, "@type": "@json"}}, {"a": [{"__proto__": 1}]}),
        ({"p": {"@id": X, "@container": ["@graph", "@id"]}}, ["urn:a"]),
        ({"p": {"@id": X, "@container": ["@graph", "@id"]}}, {"urn:g": "urn:a"}),
        ({"p": {"@id": X, "@container": "@id"}}, {"urn:k": {"@id": "urn:b"}}),
        ({"p": {"@id": X, "@container": "@id"}}, {"": {"urn:q": "v"}}),
        ({"p": {"@id": X, "@container": ["@graph", "@id"], "@type": "@json"}}, "v"),
        ({"@vocab": X, "p": {"@id": X, "@container": "@index", "@index": "type"}, "type": "@type"}, {"i": {}}),
        ({"p": {"@id": X, "@container": "@type"}}, {"urn:T": {"@list": []}}),
        ({"T": {"@id": "urn:T", "@context": {}}, "p": {"@id": X, "@container": "@type"}}, {"T": {}, "urn:U": {}}),
        ({"p": {"@id": X, "@container": "@set", "@context": {"q": "urn:q"}}}, {"@included": {"q": "v"}}),
        ({"p": X}, {"@context": {"p": {"@id": X, "@container": "@graph"}}, "@list": ["v"]}),
        ({"p": {"@id": X, "@container": "@list"}}, {"@set": [["v"]]}),
        ({"p": {"@id": X, "@container": "@index", "@index": "urn:q"}}, {"i": {"@list": ["v"]}}),
        ({"p": X}, {"@context": {"p": {"@id": X, "@container": "@graph"}}, "@id": "urn:b"}),
    ],
)
def test_a_corner_that_processors_read_differently_is_refused(context: JsonObject, value: JsonValue) -> None:
    document: JsonObject = {"@context": context, "@id": "urn:a", "p": value}
    assert refusal(document)[0] == "linked.unsupported"


@pytest.mark.parametrize(
    ("context", "value", "code"),
    [
        ({"p": {"@id": X, "@container": "@language"}}, {"e n": "v"}, "linked.language"),
        ({"p": {"@id": X, "@container": "@language"}}, {"en": 5}, "linked.syntax"),
        ({"p": {"@id": X, "@container": "@id"}}, {"rel": {}}, "linked.relative_iri"),
        ({"p": {"@id": X, "@container": "@id"}}, {"urn:b": "text"}, "linked.syntax"),
        ({"p": {"@id": X, "@container": "@type"}}, {"Undefined": {}}, "linked.undefined_type"),
        ({"p": {"@id": X, "@container": "@index", "@index": "urn:q"}}, {"i": "text"}, "linked.syntax"),
        ({"p": {"@id": X, "@container": ["@graph", "@index"]}}, {"i": {"@value": "v"}}, "linked.dropped"),
    ],
)
def test_a_broken_map_is_refused_at_its_member(context: JsonObject, value: JsonObject, code: str) -> None:
    document: JsonObject = {"@context": context, "@id": "urn:a", "p": value}
    (key,) = value
    assert refusal(document) == (code, f"/p/{key}")


def test_the_graph_of_a_document_that_is_only_a_graph_is_the_default_one() -> None:
    assert canonical({"@graph": [{"@id": "urn:b", "urn:q": "w"}]}) == '<urn:b> <urn:q> "w" .\n'
    assert canonical({"@graph": {"@id": "urn:b", "urn:q": "w"}, "urn:p": None}) == '<urn:b> <urn:q> "w" .\n'


def test_an_id_may_stand_in_a_nest() -> None:
    assert canonical({"@nest": {"@id": "urn:b"}, "urn:q": "w"}) == '<urn:b> <urn:q> "w" .\n'


# Vectors and corpora


def vectors() -> list[Any]:
    """The document and the proof configuration of each rdfc vector, with the expected canonical text."""
    found = []
    for folder in sorted((SHARED / "vectors").glob("vc-di-e[cd]*/*rdfc*/**")) if SHARED.is_dir() else []:
        for source, result in (("signed*.json", "canonDoc*.txt"), ("proofConfig*.json", "proofCanon*.txt")):
            for file in folder.glob(source):
                (text,) = folder.glob(result)
                found.append(pytest.param(file, text, id=f"{folder.relative_to(SHARED / 'vectors')}/{file.name}"))
    return found


@needs_shared
def test_the_vectors_are_there() -> None:
    assert len(vectors()) == 12


@needs_shared
@pytest.mark.parametrize(("source", "expected"), vectors())
def test_a_data_integrity_vector_has_its_published_canonical_form(source: Any, expected: Any) -> None:
    folder = SHARED / "vectors" / "contexts"
    names = json.loads((folder / "index.json").read_text("utf-8"))
    contexts = PINNED.extended(
        {url: (folder / name).read_bytes() for url, name in names.items()}
        | {
            "https://www.w3.org/ns/credentials/examples/v2": {
                "@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}
            }
        }
    )
    document = {key: value for key, value in json.loads(source.read_text("utf-8")).items() if key != "proof"}
    hash_name = "sha384" if "p384" in str(source) else "sha256"
    found = canonicalize(to_quads(document, contexts=contexts), hash_name=hash_name)  # type: ignore[arg-type]
    assert found.decode() == expected.read_text("utf-8")


@needs_shared
def test_the_long_p384_vector_needs_sha_384_inside() -> None:
    """With SHA-256 labels its canonical form is another one: the hash inside is not a detail."""
    (param,) = [one for one in vectors() if "p384/employ/signed" in str(one.id)]
    source, expected = param.values
    folder = SHARED / "vectors" / "contexts"
    contexts = PINNED.extended(
        {"https://w3id.org/citizenship/v4rc1": (folder / "citizenship-v4rc1.jsonld").read_bytes()}
    )
    document = {key: value for key, value in json.loads(source.read_text("utf-8")).items() if key != "proof"}
    assert canonicalize(to_quads(document, contexts=contexts)).decode() != expected.read_text("utf-8")


def corpus() -> Iterator[tuple[str, JsonObject]]:
    for folder in ("data/signed", "data/unsigned"):
        for file in sorted((SHARED / folder).rglob("*.json")):
            try:
                value = strictjson.load_object(file.read_bytes())
            except Malformed:
                continue
            if "@context" in value:
                yield str(file.relative_to(SHARED)), value


@needs_shared
def test_no_file_of_the_field_meets_a_corner_that_is_not_built() -> None:
    codes = {}
    for name, value in corpus():
        try:
            to_quads(value)
        except LinkedError as fault:
            codes[name] = fault.code
    assert [name for name, code in codes.items() if code in ("linked.unsupported", "linked.too_complex")] == []
    assert len(codes) < len(list(corpus())) / 2


@needs_shared
def test_what_pyld_reads_we_read_alike() -> None:
    """PyLD drops what it does not know, so only documents that pass here are compared."""
    from pyld import jsonld

    def load(url: str, options: object) -> dict[str, object]:
        return {"contextUrl": None, "documentUrl": url, "document": PINNED.document(url)}

    documents = [value for _, value in corpus()][::4]
    documents += [shape(random.Random(1)) for shape in shapes.SHAPES]
    compared = 0
    for document in documents:
        try:
            ours = canonical(document)
        except LinkedError:
            continue
        if "https://www.w3.org/ns/i18n#" in ours:
            continue
        theirs = jsonld.normalize(
            copy.deepcopy(document),
            {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load},
        )
        assert ours == theirs
        compared += 1
    assert compared > 40


# Properties


def leaves(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "@context":
                yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaves(item, (*path, position))
    else:
        yield path


@pytest.mark.parametrize("shape", shapes.SHAPES, ids=lambda shape: shape.__name__)
def test_every_change_of_one_character_is_seen(shape: Any) -> None:
    """Of every text, number and truth value of a document, and of every member name."""
    document = shape(random.Random(5))
    original = canonical(document)
    count = 0
    for path in leaves(document):
        holder: Any = copy.deepcopy(document)
        changed = holder
        for step in path[:-1]:
            holder = holder[step]
        value = holder[path[-1]]
        variants: list[JsonValue] = [not value] if isinstance(value, bool) else []
        if isinstance(value, str):
            variants = [value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :] for at in range(len(value))]
            variants += [value + " ", value + "A" if path[-1] == "@language" else value.swapcase() + "A"]
        elif isinstance(value, int | float) and not isinstance(value, bool):
            variants = [value + 1, -value]
        for variant in variants:
            holder[path[-1]] = variant
            assert_seen(changed, original)
            count += 1
        if isinstance(holder, dict):
            holder[path[-1]] = value
            holder[str(path[-1]) + "x"] = holder.pop(path[-1])
            assert_seen(changed, original)
    assert count > 100


def test_a_number_written_as_a_text_of_its_type_and_the_case_of_a_language_are_not_seen() -> None:
    """By definition of RDF: one literal. Whoever reads the JSON must not give the two forms two meanings."""
    context: JsonObject = {"p": {"@id": X, "@type": XSD + "float"}}
    assert lines(context, p=3) == lines(context, p="3")
    assert lines({}, **{"urn:p": {"@value": "v", "@language": "fr"}}) == lines(
        {}, **{"urn:p": {"@value": "v", "@language": "FR"}}
    )


def assert_seen(document: JsonObject, original: str) -> None:
    with suppress(LinkedError):
        assert canonical(document) != original


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_members_says_nothing(seed: int) -> None:
    rng = random.Random(seed)
    document = rng.choice(shapes.SHAPES)(rng)

    def shuffled(value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            items = [(key, item if key == "@context" else shuffled(item)) for key, item in value.items()]
            rng.shuffle(items)
            return dict(items)
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    found = shuffled(document)
    assert isinstance(found, dict) and canonical(found) == canonical(document)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_refusal_names_a_place_that_exists(seed: int) -> None:
    (document,) = list(mutate.documents(seed, 40))[39:]
    try:
        canonical(document)
    except LinkedError as fault:
        holder: Any = document
        for step in str(fault.details["path"]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(holder, list):
                holder = holder[int(name)]
            elif name in holder:
                holder = holder[name]
            else:
                pytest.fail(f"{fault.details['path']} is not in the document")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@id",
                    "id",
                    "@type",
                    "type",
                    "@value",
                    "@list",
                    "@set",
                    "@graph",
                    "@context",
                    "@reverse",
                    "@nest",
                    "name",
                    "urn:p",
                    "@index",
                    "@included",
                    "@language",
                    "proof",
                    OB,
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["@graph", "id", "type", "name", "issuer", "urn:p", "@context"]), json_values, max_size=5
    )
)
def test_any_json_is_read_or_refused(document: Any) -> None:
    for context in (None, V2):
        whole = document if context is None else {**document, "@context": [context, document.get("@context", [])]}
        try:
            canonical(whole)
        except LinkedError as fault:
            assert fault.code.startswith("linked.")


def test_a_badge_has_this_canonical_form() -> None:
    """A guard against silent changes: the whole text, once looked at by eye."""
    document: JsonObject = {
        "@context": [V2, OB],
        "id": "urn:badge",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Issuer"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "achievement": {"id": "urn:achievement", "type": ["Achievement"], "criteria": {"narrative": "Do it."}},
        },
    }
    ob = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
    vc = "https://www.w3.org/2018/credentials#"
    assert canonical(document).split("\n")[:-1] == [
        f"<{ISSUER}> <{RDF}type> <{ob}Profile> .",
        f'<{ISSUER}> <https://schema.org/name> "Issuer" .',
        f"<urn:achievement> <{RDF}type> <{ob}Achievement> .",
        f"<urn:achievement> <{ob}Criteria> _:c14n1 .",
        f"<urn:badge> <{RDF}type> <{ob}OpenBadgeCredential> .",
        f"<urn:badge> <{RDF}type> <{vc}VerifiableCredential> .",
        f"<urn:badge> <{vc}credentialSubject> _:c14n0 .",
        f"<urn:badge> <{vc}issuer> <{ISSUER}> .",
        f'<urn:badge> <{vc}validFrom> "2026-01-01T00:00:00Z"^^<{XSD}dateTime> .',
        f"_:c14n0 <{RDF}type> <{ob}AchievementSubject> .",
        f"_:c14n0 <{ob}achievement> <urn:achievement> .",
        f'_:c14n1 <{ob}narrative> "Do it." .',
    ]


@pytest.mark.parametrize("value", ["@evil", "nothing"])
def test_a_name_of_the_vocabulary_that_means_nothing_is_refused(value: str) -> None:
    context: JsonObject = {"p": {"@id": X, "@type": "@vocab"}, "nothing": None}
    assert refusal({"@context": context, "@id": "urn:a", "p": value}) == ("linked.unsupported", "/p")


@pytest.mark.parametrize(
    ("context", "members"),
    [
        ({"b": {"@reverse": X}}, {"b": {"@id": "urn:b"}, "@reverse": {"urn:q": {"@id": "urn:c"}}}),
        ({"T": {"@id": "urn:T", "@context": {"p": {"@id": X, "@container": "@graph"}}}}, {"p": {"T": {"urn:q": "v"}}}),
        ({}, {"urn:p": {"urn:q": "v", "@set": None}}),
        ({"l": {"@id": X, "@container": "@language"}}, {"l": {"__proto__": "v"}}),
        (
            {
                "i": {"@id": X, "@container": "@index", "@index": "b"},
                "b": {"@id": X + "b", "@context": {"b": {"@id": X + "b", "@language": "fr", "@context": {}}}},
            },
            {"i": {"k": {"@id": "urn:c"}}},
        ),
        (
            {"j": {"@id": X, "@type": "@json"}},
            {"j": [1], "urn:q": {"@id": "urn:a", "j": [1]}},
        ),
        ({}, {"urn:p": {"urn:q": "v", "@list": None}}),
    ],
)
def test_what_only_one_processor_reads_is_refused(context: JsonObject, members: JsonObject) -> None:
    own: JsonObject = {"p": {"@id": X, "@container": "@type"}, **context}
    assert refusal({"@context": own, "@id": "urn:a", **members})[0] == "linked.unsupported"


def test_an_alias_of_a_type_that_has_ended_makes_no_list() -> None:
    """`list` means @list inside the type alone, and an object as a value ends the type."""
    inner: JsonObject = {"list": "@list", "p": {"@id": X, "@container": "@list"}}
    context: JsonObject = {"@vocab": "urn:v:", "T": {"@id": "urn:T", "@context": inner}}
    found = lines(context, **{"@type": "T", "p": {"list": "v"}})
    assert any('<urn:v:list> "v"' in line for line in found)
    assert any("#first> _:c14n" in line for line in found)


def test_an_id_map_that_holds_nothing_says_nothing() -> None:
    context: JsonObject = {"p": {"@id": X, "@container": "@id"}}
    assert lines(context, **{"urn:q": "v", "p": {"relative": None, "other": []}}) == ['<urn:a> <urn:q> "v" .']
