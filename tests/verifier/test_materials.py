from __future__ import annotations

import json
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.credential.envelope import Fault
from satchel.errors import FetchError, SettingsFault
from satchel.port import Fetched, JsonObject, Request, drive
from tests.attack.forge import ISSUER, NOW, badge, mirror, signed, to_bytes
from verifier import materials
from verifier.materials import Asked, Materials, Saved
from verifier.policy import POLICIES
from verifier.report import to_json as report_json
from verifier.service import VerifierService, repeat

SCHOOL = "did:web:school.example"
URL = "https://school.example/.well-known/did.json"
REQUEST = Request(url=URL, purpose="did", limit_bytes=1000)


def fetched(body: bytes = b"{}") -> Fetched:
    return Fetched(
        url=URL, final_url=URL, status=200, media_type="application/json", body=body, fetched_at=NOW, source="mirror"
    )


def test_gathered_documents_are_served_again_and_faults_raised_again() -> None:
    fetch = Materials(now=NOW, fetched={("did", URL): fetched()}).as_fetch()
    assert drive(fetch(REQUEST)) == fetched()
    fetch = Materials(now=NOW, fetched={("did", URL): Fault(code="fetch.timeout", message="late")}).as_fetch()
    with pytest.raises(FetchError) as fault:
        drive(fetch(REQUEST))
    assert (fault.value.code, fault.value.message) == ("fetch.timeout", "late")


def test_what_was_not_gathered_is_not_fetched() -> None:
    fetch = Materials(now=NOW, fetched={("status", URL): fetched()}).as_fetch()
    with pytest.raises(FetchError) as fault:
        drive(fetch(REQUEST))
    assert fault.value.code == "fetch.not_gathered"
    first, second = drive(fetch.all([REQUEST, Request(url=URL, purpose="status", limit_bytes=9)]))
    assert isinstance(first, FetchError)
    assert second == fetched()


def saved(folder: Path, *, asked: Asked | None = None, policy: str = "default") -> tuple[Saved, JsonObject]:
    """A verification that rested on a did:web document, saved, and its report as JSON."""
    document = badge()
    document["issuer"]["id"] = SCHOOL
    credential = signed(document, method=f"{SCHOOL}#key-1")
    did = did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})
    from satchel.credential.read import read

    service = VerifierService(fetch=mirror(folder, {URL: did}), clock=lambda: NOW, policy=POLICIES[policy])
    found = drive(service.examine(read(to_bytes(credential), name="b.json"), asked=asked))
    assert found.report.verdict == "accepted" or asked is not None
    return found.saved, report_json(found.report)


@pytest.mark.parametrize("asked", [None, Asked(challenge="c", domain="d", holder="did:x:y", recipient="a@b.example")])
def test_a_saved_verification_gives_the_same_report_byte_for_byte(tmp_path: Path, asked: Asked | None) -> None:
    kept, report = saved(tmp_path, asked=asked, policy="w3c" if asked else "default")
    text = json.dumps(materials.to_json(kept))
    again = materials.from_json(json.loads(text))
    assert again.raw == kept.raw
    assert again.asked == kept.asked
    assert again.materials == kept.materials
    assert json.dumps(report_json(repeat(again))) == json.dumps(report)
    assert json.dumps(materials.to_json(again)) == text


def test_a_fault_is_saved_as_one(tmp_path: Path) -> None:
    kept, _ = saved(tmp_path)
    missing = Materials(now=NOW, fetched={("did", URL): Fault(code="fetch.timeout", message="late")})
    again = materials.from_json(
        materials.to_json(Saved(raw=kept.raw, name="b.json", policy=kept.policy, asked=kept.asked, materials=missing))
    )
    assert again.materials == missing
    assert repeat(again).verdict == "undecided"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "satchel.materials/2"},
        {"schema": None},
        {"input": None},
        {"input": {"name": "x"}},
        {"input": {"name": "x", "body": "a+b="}},
        {"input": {"name": 7, "body": ""}},
        {"policy": None},
        {"policy": {"name": "x", "facet": {"proof": {"fail": "accept"}}}},
        {"asked": None},
        {"asked": {"holder": 7}},
        {"asked": {"require_holder_binding": "no"}},
        {"now": "today"},
        {"now": None},
        {"fetched": {}},
        {"fetched": [None]},
        {"fetched": [{"purpose": "other", "url": URL}]},
        {"fetched": [{"purpose": "did"}]},
        {"fetched": [{"purpose": "did", "url": URL}]},
        {"fetched": [{"purpose": "did", "url": URL, "fault": {"code": "made.up", "message": ""}}]},
        {"fetched": [{"purpose": "did", "url": URL, "fault": {"code": "fetch.timeout"}}]},
    ],
    ids=str,
)
def test_materials_of_another_shape_are_refused(tmp_path: Path, change: JsonObject) -> None:
    kept, _ = saved(tmp_path)
    with pytest.raises(SettingsFault) as fault:
        materials.from_json(materials.to_json(kept) | change)
    assert fault.value.code in ("materials.invalid", "policy.invalid")
