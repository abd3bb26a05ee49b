from __future__ import annotations

from typing import Any

import pytest

from satchel.codes import Outcome
from satchel.errors import SettingsFault
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import NOW, badge, facet, signed, to_bytes
from verifier import policy
from verifier.policy import POLICIES, Policy
from verifier.report import Facet
from verifier.service import VerifierService

GATES = ("data_model", "proof", "issuer_binding", "validity", "status", "subject")
ADVISERS = ("schema", "published_key", "endorsements", "evidence", "results", "alignment")


def verdict(name: str, outcome: Outcome, chosen: Policy = POLICIES["default"]) -> str:
    entry = Facet(facet=name, outcome=outcome, code="x", message="", next_step="", details={})
    passed = Facet(facet="proof", outcome="pass", code="x", message="", next_step="", details={})
    return policy.verdict(chosen, [passed, entry, passed])


@pytest.mark.parametrize("facet", GATES)
def test_the_facets_that_decide_reject_on_fail_and_leave_open_on_unknown(facet: str) -> None:
    assert verdict(facet, "fail") == "rejected"
    assert verdict(facet, "unknown") == "undecided"
    assert verdict(facet, "warn") == "accepted_with_warnings"
    assert verdict(facet, "pass") == verdict(facet, "not_applicable") == "accepted"


@pytest.mark.parametrize("facet", ADVISERS)
def test_the_facets_that_advise_only_warn(facet: str) -> None:
    for outcome in ("fail", "unknown", "warn"):
        assert verdict(facet, outcome) == "accepted_with_warnings"


def test_an_unknown_trust_in_the_issuer_is_ignored_and_a_failed_one_warns() -> None:
    assert verdict("issuer_trust", "unknown") == "accepted"
    assert verdict("issuer_trust", "fail") == "accepted_with_warnings"


@pytest.mark.parametrize("facet", ["privacy", "chain", "timestamp", "second_opinion", "issuer_authority"])
def test_the_rest_informs(facet: str) -> None:
    for outcome in ("fail", "unknown", "warn"):
        assert verdict(facet, outcome) == "accepted"


def test_bytes_that_cannot_be_read_are_malformed_under_every_policy() -> None:
    for chosen in POLICIES.values():
        assert verdict("parse", "fail", chosen) == "malformed"
        assert verdict("parse", "unknown", chosen) == "undecided"


def test_the_worst_facet_decides() -> None:
    def entry(outcome: Outcome) -> Facet:
        return Facet(facet="proof", outcome=outcome, code="x", message="", next_step="", details={})

    outcomes: list[Outcome] = ["pass", "warn", "unknown", "fail"]
    verdicts = [policy.verdict(POLICIES["default"], [entry(o) for o in outcomes[: n + 1]]) for n in range(4)]
    assert verdicts == ["accepted", "accepted_with_warnings", "undecided", "rejected"]
    assert policy.verdict(POLICIES["default"], []) == "accepted"


def test_a_policy_file_refines_a_built_in_one() -> None:
    chosen = policy.load(
        b'name = "employer"\n[facet.schema]\nfail = "reject"\nunknown = "undecided"\n[facet.status]\nunknown = "warn"\n'
        b'[facet.privacy]\nwarn = "warn"\n'
    )
    assert chosen.name == "employer"
    assert verdict("schema", "fail", chosen) == "rejected"
    assert verdict("status", "unknown", chosen) == "accepted_with_warnings"
    assert verdict("status", "fail", chosen) == "rejected"
    assert verdict("privacy", "warn", chosen) == "accepted_with_warnings"
    assert verdict("proof", "fail", chosen) == "rejected"


def test_a_policy_file_may_begin_with_another_one() -> None:
    chosen = policy.load(b'name = "suite"\nbase = "w3c"\n')
    assert verdict("issuer_binding", "fail", chosen) == "accepted_with_warnings"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"name = 1",
        b'name = " "',
        b"name = ",
        b"\xff",
        b'name = "x"\nextra = 1',
        b'name = "x"\nbase = "strict"',
        b'name = "x"\nbase = 1',
        b'name = "x"\nfacet = 1',
        b'name = "x"\n[facet]\nproof = "reject"',
        b'name = "x"\n[facet.proof]\nfail = "accept"',
        b'name = "x"\n[facet.proof]\nfail = "undecided"',
        b'name = "x"\n[facet.proof]\nunknown = "reject"',
        b'name = "x"\n[facet.proof]\npass = "warn"',
        b'name = "x"\n[facet.proof]\nfail = 1',
        b'name = "x"\n[facet.proof]\nFail = "warn"',
        b'name = "x"\n[facet.parse]\nfail = "ignore"',
    ],
)
def test_a_policy_file_with_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(SettingsFault) as fault:
        policy.load(text)
    assert fault.value.code == "policy.invalid"


@pytest.mark.parametrize("name", list(POLICIES))
def test_a_policy_survives_its_json(name: str) -> None:
    again = policy.from_json(policy.to_json(POLICIES[name]))
    assert again.name == name
    assert {facet: dict(row) for facet, row in again.table.items()} == {
        facet: dict(row) for facet, row in POLICIES[name].table.items()
    }


@pytest.mark.parametrize("value", [None, {}, {"name": "x"}, {"name": "x", "facet": {"proof": 1}}, {"facet": {}}, []])
def test_json_that_is_no_policy_is_refused(value: object) -> None:
    with pytest.raises(SettingsFault):
        policy.from_json(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("proofs", ["0", "17", "true", '"2"', "1.5"])
def test_a_number_of_proofs_that_is_none_is_refused(proofs: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        policy.load(f'name = "two"\nproofs = {proofs}\n'.encode())
    assert fault.value.code == "policy.invalid"


def test_a_policy_that_asks_for_two_proofs_sees_that_one_was_taken_away() -> None:
    """Row 56: what is left of a chain or a set is rightly signed, so only the number can be asked for."""
    two = policy.load(b'name = "two"\nproofs = 2\n')
    assert policy.from_json(policy.to_json(two)) == two
    first = signed(badge(), id="urn:uuid:7b1c0b1e-1111-4222-8333-944455556666")
    chain = signed(first, previous="urn:uuid:7b1c0b1e-1111-4222-8333-944455556666")
    as_set = signed(first)

    def under(rules: Policy, document: Any) -> tuple[str, str]:
        service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, policy=rules)
        report = drive(service.verify(to_bytes(document)))
        return report.verdict, facet(report, "proof").code

    for whole in (chain, as_set):
        assert under(two, whole) == ("accepted", "proof.ok")
        assert under(policy.POLICIES["default"], whole | {"proof": whole["proof"][0]}) == ("accepted", "proof.ok")
        assert under(two, whole | {"proof": whole["proof"][0]}) == ("undecided", "proof.too_few")
        assert under(two, whole | {"name": "changed"}) == ("rejected", "proof.invalid")
