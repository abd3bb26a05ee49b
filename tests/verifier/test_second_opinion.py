from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import NOW, badge, badge_1_1, facet, says, signed, to_bytes
from tests.shared import SHARED, needs_shared
from verifier import materials, second_opinion
from verifier.materials import SecondOpinion
from verifier.report import Report
from verifier.service import VerifierService, repeat

FIXTURES = SHARED / "data/signed/dcc-vc-test-fixtures/verifiableCredentials/v1/ed25519/didKey"


def report_on(document: Any, opinion: SecondOpinion | None) -> Report:
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW)
    found = drive(service.examine(read(to_bytes(document)), second_opinion=opinion))
    again = materials.from_json(json.loads(json.dumps(materials.to_json(found.saved))))
    assert repeat(again) == found.report
    return found.report


def older() -> Any:
    return signed(badge_1_1(), suite="Ed25519Signature2020")


def test_the_other_engine_agrees_on_a_good_and_on_a_false_signature() -> None:
    good = older()
    says(report_on(good, second_opinion.ask(good)), "accepted", "second_opinion", "pass", "second_opinion.agrees")
    false = good | {"name": "changed"}
    opinion = second_opinion.ask(false)
    assert opinion.said == "bad"
    says(report_on(false, opinion), "rejected", "second_opinion", "pass", "second_opinion.agrees")


@needs_shared
def test_the_other_engine_agrees_on_the_fixtures_of_others() -> None:
    files = sorted(FIXTURES.glob("*noStatus*.json"))
    said = [second_opinion.ask(json.loads(file.read_bytes())).said for file in files if file.stat().st_size]
    assert said.count("good") >= 4
    assert "failed" not in said


def test_a_disagreement_is_loud_and_does_not_decide() -> None:
    opinion = SecondOpinion(said="bad", message="The other engine finds the signature false.")
    report = report_on(older(), opinion)
    says(report, "accepted", "second_opinion", "warn", "second_opinion.disagrees")


@pytest.mark.parametrize(
    "document",
    [
        None,
        signed(badge()),
        signed(badge_1_1(issuer="did:web:school.example"), suite="Ed25519Signature2020"),
        {**older(), "proof": [older()["proof"]]},
        {**older(), "proof": older()["proof"] | {"verificationMethod": "did:web:school.example#key"}},
    ],
    ids=["no JSON", "another version", "an issuer to look up", "several proofs", "a key to look up"],
)
def test_what_the_engine_cannot_read_or_would_look_up_is_not_given_to_it(document: Any) -> None:
    assert second_opinion.ask(document, child=("/no/such/program",)).said == "not_applicable"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit", "failed"),
        ("print('no json')", "failed"),
        ("print('[]')", "failed"),
        ("print('{}')", "failed"),
        ("""print('{"absent": true}')""", "failed"),
        ("""print('{"refused": "shape"}')""", "not_applicable"),
        ("""print('{"errors": ["x"]}')""", "bad"),
        ("""print('{"errors": []}')""", "good"),
        ("import os; os.abort()", "failed"),
    ],
)
def test_whatever_the_child_does_there_is_an_answer(program: str, said: str) -> None:
    # The program behind -c is ours; what follows it is an argument that it does not read.
    assert second_opinion.ask(older(), child=(sys.executable, "-c", program)).said == said


def test_a_child_that_cannot_be_started_leaves_the_question_open() -> None:
    opinion = second_opinion.ask(older(), child=("/no/such/program",))
    assert opinion.said == "failed"
    says(report_on(older(), opinion), "accepted", "second_opinion", "unknown", "second_opinion.failed")


def test_nobody_is_asked_unless_it_is_wanted() -> None:
    assert all(entry.facet != "second_opinion" for entry in report_on(older(), None).facets)
    assert facet(report_on(older(), SecondOpinion(said="good", message="x")), "second_opinion").outcome == "pass"
