from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from did.create import did_web_document
from satchel.credential import endorsement
from satchel.key.private import PrivateKey
from satchel.port import Did
from tests.attack.forge import (
    CREATED,
    ISSUER,
    LEARNER,
    STRANGER,
    Document,
    badge,
    did_of,
    facet,
    judged,
    mirror,
    says,
    signed,
)
from verifier.report import Report

BADGE = badge()
CREDENTIAL_ID = BADGE["id"]
ACHIEVEMENT_ID = BADGE["credentialSubject"]["achievement"]["id"]


def endorsed_by(key: PrivateKey = STRANGER, target: str = CREDENTIAL_ID, **changes: Any) -> Document:
    document: Any = endorsement.compose(
        id="urn:uuid:5d1e3a52-2a40-4a0a-8b3d-6a1d3c6d8f11",
        endorser=Did(did_of(key)),
        endorser_name="A harbour master",
        target=target,
        name="Endorsement",
        comment="Seen at work.",
        created=CREATED,
    )
    return signed(document | changes, key=key)


def report_on(place: str, *endorsements: object, member: str = "endorsement") -> Report:
    document = badge()
    owner = {
        "credential": document,
        "subject": document["credentialSubject"],
        "achievement": document["credentialSubject"]["achievement"],
        "issuer": document["issuer"],
    }[place]
    owner[member] = list(endorsements)
    return judged(signed(document))


def items(report: Report) -> list[Any]:
    found = facet(report, "endorsements").details["items"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("place", "target"),
    [("credential", CREDENTIAL_ID), ("achievement", ACHIEVEMENT_ID), ("issuer", did_of(ISSUER))],
)
def test_somebody_elses_endorsement_of_what_it_hangs_on_passes(place: str, target: str) -> None:
    report = report_on(place, endorsed_by(target=target))
    says(report, "accepted", "endorsements", "pass", "endorsements.ok")
    (item,) = items(report)
    assert (item["endorser"], item["comment"], item["verdict"]) == (did_of(STRANGER), "Seen at work.", "accepted")
    assert [inner.verdict for inner in report.inner] == ["accepted"]


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("credential", "urn:uuid:00000000-0000-4000-8000-000000000000"),
        ("credential", ACHIEVEMENT_ID),
        ("achievement", CREDENTIAL_ID),
        ("issuer", did_of(LEARNER)),
    ],
)
def test_an_endorsement_of_something_else_is_told(place: str, target: str) -> None:
    report = report_on(place, endorsed_by(target=target))
    says(report, "accepted_with_warnings", "endorsements", "fail", "endorsements.other_target")


@pytest.mark.parametrize("key", [ISSUER, LEARNER])
def test_what_issuer_and_subject_say_of_themselves_is_told(key: PrivateKey) -> None:
    report = report_on("credential", endorsed_by(key))
    says(report, "accepted_with_warnings", "endorsements", "warn", "endorsements.self")


def forged() -> Document:
    document = endorsed_by()
    document["issuer"]["id"] = did_of(LEARNER)
    return document


@pytest.mark.parametrize(
    "bad",
    [
        endorsed_by() | {"name": "Another"},
        endorsed_by(validUntil="2026-04-01T00:00:00Z"),
        forged(),
        {name: value for name, value in endorsed_by().items() if name != "proof"},
    ],
    ids=["altered", "expired", "forged", "unsigned"],
)
def test_a_bad_endorsement_is_told_and_the_badge_stays(bad: Document) -> None:
    report = report_on("credential", bad)
    says(report, "accepted_with_warnings", "endorsements", "fail", "endorsements.rejected")
    assert [inner.verdict for inner in report.inner] == ["rejected"]


def test_a_credential_of_another_kind_is_no_endorsement() -> None:
    other = badge(id="urn:uuid:1c9f2d30-6d0d-4d0f-9e0c-8f6a2b7c4d5e")
    report = report_on("credential", signed(other, key=ISSUER))
    assert facet(report, "endorsements").code == "endorsements.not_one"


def test_a_token_that_is_no_credential_is_told() -> None:
    report = report_on("credential", "e30.e30.e30", member="endorsementJwt")
    says(report, "accepted_with_warnings", "endorsements", "fail", "endorsements.rejected")
    report = report_on("credential", 7, member="endorsementJwt")
    says(report, "accepted_with_warnings", "endorsements", "fail", "endorsements.not_one")
    assert report.inner == ()


def test_what_has_no_identifier_cannot_be_compared() -> None:
    document = badge()
    del document["id"]
    document["endorsement"] = [endorsed_by()]
    assert facet(judged(signed(document)), "endorsements").code == "endorsements.no_target"


def test_each_is_an_item_and_the_worst_speaks() -> None:
    report = report_on("credential", endorsed_by(), endorsed_by(ISSUER), endorsed_by() | {"name": "Another"})
    assert [item["code"] for item in items(report)] == [
        "endorsements.ok",
        "endorsements.self",
        "endorsements.rejected",
    ]
    assert "Of 3 endorsements 1 can be relied on." in facet(report, "endorsements").message


def test_endorsements_of_endorsements_are_judged_to_a_depth_of_four() -> None:
    # Sixty deep is deeper than any file may be; twelve are not.
    document = endorsed_by()
    for _ in range(11):
        inner, document = document, endorsed_by()
        del document["proof"]
        document["endorsement"] = [copy.deepcopy(inner)]
        document = signed(document, key=STRANGER)
    report = report_on("credential", document)
    depth, inner_report = 0, report
    while inner_report.inner:
        depth, inner_report = depth + 1, inner_report.inner[0]
    assert depth == 4
    assert facet(inner_report, "endorsements").code == "endorsements.not_judged"


def test_an_endorsers_own_did_document_is_gathered(tmp_path: Path) -> None:
    peer = "did:web:peer.example"
    document: Any = endorsement.compose(
        id="urn:uuid:5d1e3a52-2a40-4a0a-8b3d-6a1d3c6d8f11",
        endorser=Did(peer),
        endorser_name=None,
        target=CREDENTIAL_ID,
        name="Endorsement",
        comment="Seen at work.",
        created=CREATED,
    )
    credential = badge()
    credential["endorsement"] = [signed(document, key=STRANGER, method=f"{peer}#key-1")]
    raw = signed(credential)
    assert facet(judged(raw), "endorsements").code == "endorsements.undecided"
    did = did_web_document(Did(peer), keys={"key-1": STRANGER.public()})
    fetch = mirror(tmp_path, {"https://peer.example/.well-known/did.json": did})
    assert facet(judged(raw, fetch=fetch), "endorsements").code == "endorsements.ok"
