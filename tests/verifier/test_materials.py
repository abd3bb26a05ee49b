from __future__ import annotations

import json
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.credential.envelope import Fault
from satchel.credential.read import read
from satchel.errors import FetchError, SettingsFault
from satchel.node.mirror import OfflineFetch
from satchel.port import Fetched, JsonObject, Request, drive
from tests.attack.forge import ISSUER, NOW, badge, did_of, mirror, signed, to_bytes
from tests.verifier.held import COPY, KNOTS, Shelf, copy, node
from verifier import materials
from verifier.materials import Asked, Materials, Saved
from verifier.policy import POLICIES
from verifier.registry import KnownIssuer, Trust, TrustList
from verifier.report import to_json as report_json
from verifier.service import VerifierService, repeat

SCHOOL = "did:web:school.example"
FRAMEWORK: JsonObject = {
    "id": "urn:x:f",
    "title": "",
    "kind": "",
    "release": "",
    "released": "",
    "completeness": "slice",
    "licence": "",
    "digest": "",
    "prefixes": [],
}
NODE: JsonObject = {
    "uri": "urn:x:1",
    "framework": 0,
    "labels": [["en", "x"]],
    "code": "",
    "kind": "",
    "level": "",
    "is_obsolete": False,
    "obsolete_since": "",
    "replaced_by": [],
}
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
        {"frameworks": {}},
        {"frameworks": [7]},
        {"frameworks": [FRAMEWORK | {"completeness": "whole"}]},
        {"frameworks": [FRAMEWORK | {"prefixes": "https://skills.example/"}]},
        {"frameworks": [FRAMEWORK | {"prefixes": [7]}]},
        {"nodes": []},
        {"nodes": {"urn:x:1": {}}},
        {"nodes": {"urn:x:1": [NODE]}, "frameworks": []},
        {"nodes": {"urn:x:1": [NODE | {"framework": -1}]}, "frameworks": [FRAMEWORK]},
        {"nodes": {"urn:x:1": [NODE | {"framework": True}]}, "frameworks": [FRAMEWORK, FRAMEWORK]},
        {"nodes": {"urn:x:1": [NODE | {"labels": [["en"]]}]}, "frameworks": [FRAMEWORK]},
        {"nodes": {"urn:x:1": [NODE | {"labels": None}]}, "frameworks": [FRAMEWORK]},
        {"nodes": {"urn:x:1": [NODE | {"is_obsolete": 0}]}, "frameworks": [FRAMEWORK]},
        {"trust": {}},
        {"trust": [{"schema": "satchel.trust/1", "name": "x", "issuers": [], "more": 1}]},
    ],
    ids=str,
)
def test_materials_of_another_shape_are_refused(tmp_path: Path, change: JsonObject) -> None:
    kept, _ = saved(tmp_path)
    with pytest.raises(SettingsFault) as fault:
        materials.from_json(materials.to_json(kept) | change)
    assert fault.value.code in ("materials.invalid", "policy.invalid", "trust.invalid", "trust.unknown_key")


def test_frameworks_nodes_and_trust_are_saved_and_give_the_same_report(tmp_path: Path) -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["alignment"] = [
        {"type": ["Alignment"], "targetName": "Celestial navigation", "targetUrl": KNOTS}
    ]
    school = KnownIssuer(id=did_of(ISSUER), name="A school", since=None, until=None, is_distrusted=False)
    trust = Trust(lists=(TrustList(name="Schools", issuers=(school,)),))
    far = copy(digest="f" * 64, prefixes=("https://far.example/",))
    shelf = Shelf(copies=(COPY, far), held=(node(replaced_by=("urn:x:2",)),))
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, shelf=shelf, trust=trust)
    found = drive(service.examine(read(to_bytes(signed(document)))))
    codes = {entry.facet: entry.code for entry in found.report.facets}
    assert (codes["alignment"], codes["issuer_trust"]) == ("alignment.name_contradicted", "issuer_trust.ok")
    text = json.dumps(materials.to_json(found.saved))
    again = materials.from_json(json.loads(text))
    assert again == found.saved
    assert again.materials.frameworks == (COPY,)
    assert repeat(again) == found.report
    assert json.dumps(materials.to_json(again)) == text


def test_materials_of_before_the_frameworks_still_load(tmp_path: Path) -> None:
    kept, report = saved(tmp_path)
    old = materials.to_json(kept)
    for name in ("frameworks", "nodes", "trust"):
        del old[name]
    assert report_json(repeat(materials.from_json(old))) == report
