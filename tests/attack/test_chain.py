"""Rows 54 and 55 with true signatures: chains whose links were cut, altered or exchanged after they were signed."""

from __future__ import annotations

import itertools

import pytest

from tests.attack.forge import ACCEPTED, STRANGER, Document, badge, facet, judged, says, signed

ONE, TWO, THREE = (f"urn:uuid:{name}" for name in ("one", "two", "three"))
SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


def chain(suite: str) -> Document:
    """Three proofs: the second builds on the first, the third on both."""
    first = signed(badge(), suite=suite, id=ONE)
    second = signed(first, suite=suite, id=TWO, previous=ONE)
    return signed(second, suite=suite, id=THREE, previous=[ONE, TWO])


def with_proofs(document: Document, *entries: Document) -> Document:
    return document | {"proof": [*entries]}


@pytest.mark.parametrize("suite", SUITES)
def test_a_true_chain_is_accepted_in_whatever_order_its_proofs_stand(suite: str) -> None:
    document = chain(suite)
    for order in itertools.permutations(document["proof"]):
        # The order among the earlier proofs of one link is signed with them; between links it says nothing.
        if order.index(document["proof"][0]) < order.index(document["proof"][1]):
            assert judged(with_proofs(document, *order)).verdict in ACCEPTED


@pytest.mark.parametrize("suite", SUITES)
def test_a_link_whose_first_proof_was_altered_or_exchanged_is_rejected(suite: str) -> None:
    document = chain(suite)
    one, two, three = document["proof"]
    other = signed(badge(), suite=suite, id=ONE, challenge="c")["proof"]
    stranger = signed(badge(), suite=suite, id=ONE, key=STRANGER)["proof"]
    for changed in (other, stranger, one | {"expires": "2030-01-01T00:00:00Z"}):
        report = judged(with_proofs(document, changed, two, three))
        assert report.verdict == "rejected"
        assert facet(report, "proof").code == "proof.invalid"


@pytest.mark.parametrize("suite", SUITES)
def test_a_link_to_a_proof_that_was_taken_away_or_lost_its_name_is_rejected(suite: str) -> None:
    document = chain(suite)
    one, two, three = document["proof"]
    nameless = {name: member for name, member in one.items() if name != "id"}
    for entries in ([two, three], [three], [one, three], [nameless, two, three]):
        report = judged(with_proofs(document, *entries))
        says(report, "rejected", "proof", "fail", facet(report, "proof").code)
        items = facet(report, "proof").details["items"]
        assert isinstance(items, list)
        assert "proof.previous_missing" in {item["code"] for item in items}  # type: ignore[index,call-overload]


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_of_the_set_that_claims_to_be_a_link_afterwards_is_rejected(suite: str) -> None:
    first = signed(badge(), suite=suite, id=ONE)
    both = signed(first, suite=suite)
    one, plain = both["proof"]
    says(judged(with_proofs(both, one, plain | {"previousProof": ONE})), "rejected", "proof", "fail", "proof.invalid")
    linked = signed(first, suite=suite, previous=ONE)["proof"][1]
    loose = {name: member for name, member in linked.items() if name != "previousProof"}
    says(judged(with_proofs(both, one, loose)), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize("suite", SUITES)
def test_proofs_that_build_on_each_other_in_a_circle_are_rejected(suite: str) -> None:
    document = chain(suite)
    one, two, three = document["proof"]
    circle = with_proofs(document, one | {"previousProof": THREE}, two, three)
    report = judged(circle)
    assert report.verdict == "rejected"
    items = facet(report, "proof").details["items"]
    assert isinstance(items, list)
    assert {item["code"] for item in items} == {"proof.previous_cycle"}  # type: ignore[index,call-overload]
