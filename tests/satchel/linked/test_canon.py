"""RDFC-1.0 against the W3C suite, and its budget against poison."""

from __future__ import annotations

import itertools
import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.errors import LinkedError
from satchel.linked.canon import canonical_labels, canonicalize
from satchel.linked.quads import Quads
from tests.satchel.linked import nquads
from tests.shared import SHARED, needs_shared

SUITE = SHARED / "vectors" / "rdf-canon"


def entries(kind: str) -> list[Any]:
    if not SUITE.is_dir():
        return []
    manifest = json.loads((SUITE / "manifest.jsonld").read_text("utf-8"))
    return [
        pytest.param(entry, id=entry["id"][1:])
        for entry in manifest["entries"]
        if entry["type"] == f"rdfc:RDFC10{kind}"
    ]


def hash_name(entry: dict[str, str]) -> Any:
    return entry.get("hashAlgorithm", "SHA256").lower()


@needs_shared
def test_the_whole_suite_is_there() -> None:
    assert (len(entries("EvalTest")), len(entries("MapTest")), len(entries("NegativeEvalTest"))) == (64, 21, 1)


@needs_shared
@pytest.mark.parametrize("entry", entries("EvalTest"))
def test_a_dataset_of_the_suite_has_the_published_canonical_form(entry: dict[str, str]) -> None:
    quads = nquads.read((SUITE / entry["action"]).read_text("utf-8"))
    assert canonicalize(quads, hash_name=hash_name(entry)) == (SUITE / entry["result"]).read_bytes()


@needs_shared
@pytest.mark.parametrize("entry", entries("MapTest"))
def test_a_dataset_of_the_suite_has_the_published_labels(entry: dict[str, str]) -> None:
    quads = nquads.read((SUITE / entry["action"]).read_text("utf-8"))
    labels = canonical_labels(quads, hash_name=hash_name(entry))
    expected = json.loads((SUITE / entry["result"]).read_text("utf-8"))
    assert {old[2:]: new[2:] for old, new in labels.items()} == expected


@needs_shared
@pytest.mark.parametrize("entry", entries("NegativeEvalTest"))
def test_the_poison_of_the_suite_is_refused(entry: dict[str, str]) -> None:
    quads = nquads.read((SUITE / entry["action"]).read_text("utf-8"))
    with pytest.raises(LinkedError) as caught:
        canonicalize(quads)
    assert caught.value.code == "linked.too_complex"


# Shape of the result


def dataset(*lines: str) -> Quads:
    return nquads.read("\n".join(line + " ." for line in lines))


def test_a_dataset_without_blank_nodes_is_sorted_lines_each_once() -> None:
    quads = dataset('<urn:b> <urn:p> "1"', '<urn:a> <urn:p> "2" <urn:g>', '<urn:b> <urn:p> "1"', '<urn:a> <urn:p> "2"')
    assert canonicalize(quads) == (b'<urn:a> <urn:p> "2" .\n<urn:a> <urn:p> "2" <urn:g> .\n<urn:b> <urn:p> "1" .\n')


def test_an_empty_dataset_is_empty() -> None:
    assert canonicalize(Quads()) == b""


def test_a_blank_node_of_no_quad_takes_no_label() -> None:
    quads = dataset('_:x <urn:p> "1"')
    quads.tails["_:unused"] = []
    assert canonicalize(quads) == b'_:c14n0 <urn:p> "1" .\n' and set(canonical_labels(quads)) == {"_:x"}


def test_lines_are_sorted_by_code_point_and_not_by_utf_16() -> None:
    quads = dataset('<urn:a> <urn:p> "\U0001f600"', '<urn:a> <urn:p> "\ufffd"')
    assert canonicalize(quads).decode().index("\ufffd") < canonicalize(quads).decode().index("\U0001f600")


def test_the_hash_inside_decides_the_labels_of_twins() -> None:
    """Two nodes that differ in one text: which is first depends on the hash."""
    labels = {
        name: [
            canonical_labels(dataset(f'_:x <urn:p> "{number}"', '_:y <urn:p> "other"'), hash_name=name)["_:x"]
            for number in range(20)
        ]
        for name in ("sha256", "sha384")
    }
    assert labels["sha256"] != labels["sha384"]


def test_half_a_surrogate_pair_is_refused_also_when_only_labels_are_asked() -> None:
    quads = Quads()
    quads.add("_:x", " <urn:p> ", '"\ud800"', " .\n")
    for ask in (canonicalize, canonical_labels):
        with pytest.raises(LinkedError) as caught:
            ask(quads)
        assert caught.value.code == "linked.text"


# Invariance

TERMS = ["<urn:a>", "<urn:b>", "_:x", "_:y", "_:z", "_:w", '"1"']
quad = st.tuples(
    st.sampled_from(TERMS[:6]),
    st.sampled_from(["<urn:p>", "<urn:q>"]),
    st.sampled_from(TERMS),
    st.sampled_from(["", "", "<urn:g>", "_:x", "_:y"]),
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(quad, max_size=14), st.permutations(["_:x", "_:y", "_:z", "_:w"]), st.randoms(use_true_random=False))
def test_names_and_order_of_the_input_do_not_matter(
    quads: list[tuple[str, str, str, str]], names: list[str], rng: random.Random
) -> None:
    renamed = dict(zip(["_:x", "_:y", "_:z", "_:w"], names, strict=True))
    other = [tuple(renamed.get(part, part) for part in found) for found in quads]
    rng.shuffle(other)
    first = canonicalize(dataset(*(" ".join(found) for found in quads)))
    assert canonicalize(dataset(*(" ".join(found) for found in other))) == first
    assert canonicalize(nquads.read(first.decode())) == first


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(quad, min_size=1, max_size=10))
def test_labels_are_the_first_numbers_and_each_node_has_its_own(quads: list[tuple[str, str, str, str]]) -> None:
    labels = canonical_labels(dataset(*(" ".join(found) for found in quads)))
    named = {part for found in quads for part in (found[0], found[2], found[3]) if part[:1] == "_"}
    assert set(labels) == named
    assert sorted(labels.values()) == sorted(f"_:c14n{number}" for number in range(len(named)))


def test_a_proof_of_many_members_beside_its_twin_costs_little() -> None:
    """Each member of a graph names the graph; to try every order of one name would cost n! steps."""
    lines = []
    for twin in ("1", "2"):
        lines += [f"<urn:vc> <urn:proof> _:g{twin}"]
        lines += [f'_:p{twin} <urn:m{number}> "v" _:g{twin}' for number in range(30)]
    assert len(canonical_labels(dataset(*lines), budget=500)) == 4


# Poison


def clique(size: int) -> list[str]:
    return [f"_:n{one} <urn:p> _:n{two}" for one, two in itertools.permutations(range(size), 2)]


def ring(size: int) -> list[str]:
    return [f"_:n{one} <urn:p> _:n{(one + 1) % size}" for one in range(size)]


def bipartite(size: int) -> list[str]:
    return [f"_:a{one} <urn:p> _:b{two}" for one in range(size) for two in range(size)]


def twins(size: int) -> list[str]:
    return [f"_:root <urn:p> _:n{number}" for number in range(size)] + [
        f"_:n{number} <urn:q> _:m{number}" for number in range(size)
    ]


@pytest.mark.parametrize(
    "lines",
    [clique(12), clique(60), ring(3000), bipartite(8), bipartite(60), twins(5000), ring(2000) + clique(9)],
    ids=["clique 12", "clique 60", "ring", "bipartite 8", "bipartite 60", "twins", "ring and clique"],
)
def test_a_poisoned_graph_is_refused_in_bounded_time(lines: list[str]) -> None:
    quads = dataset(*lines)
    started = time.process_time()
    with pytest.raises(LinkedError) as caught:
        canonicalize(quads)
    assert caught.value.code == "linked.too_complex" and caught.value.details["path"] == ""
    assert time.process_time() - started < 5


def test_two_thousand_twins_under_one_named_parent_are_no_poison() -> None:
    quads = dataset(*(f"<urn:a> <urn:p> _:n{number}" for number in range(2000)))
    assert canonicalize(quads).count(b"\n") == 2000
    assert canonicalize(dataset(*twins(1000))).count(b"\n") == 2000


def test_the_budget_is_the_callers_to_lower() -> None:
    quads = dataset(*ring(6))
    assert canonicalize(quads).count(b"\n") == 6
    with pytest.raises(LinkedError) as caught:
        canonicalize(quads, budget=3)
    assert caught.value.code == "linked.too_complex"
