"""Key and time: who may sign, judged when the signature says that it was made and now, in all four cells.

For a did:webvh, whose log tells every change, and for a did:web with and without a copy that the verifier kept.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from did import create
from did.method.webvh import write
from did.method.webvh.parameters import Witness
from did.method.webvh.write import Change
from satchel.codec import timestamp
from satchel.credential.read import read
from satchel.key.private import PrivateKey
from satchel.node.documents import SeenDocuments
from satchel.node.mirror import MirrorFetch
from satchel.port import Fetched, JsonObject, drive
from tests.attack.forge import NOW, badge, says, signed, to_bytes
from tests.did.method.webvh.site import key, publish, signer, state
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked, Saved, from_json, to_json
from verifier.policy import POLICIES
from verifier.report import Report
from verifier.service import repeat

DAY = timedelta(days=1)
THEN = NOW - 50 * DAY
ROTATED = NOW - 20 * DAY
OLD, NEW, LISTED = 1, 2, 3
WEB = "did:web:issuer.example"
DID_JSON = "https://issuer.example/.well-known/did.json"
# Which key signs, what the verdict is, and the facet's outcome and code.
CELLS = {
    "authorised then and now": (4, "accepted", "pass", "issuer_binding.ok"),
    "authorised then only": (OLD, "accepted", "pass", "issuer_binding.ok"),
    "authorised now only": (NEW, "accepted_with_warnings", "warn", "issuer_binding.key_backdated"),
    "authorised neither then nor now": (LISTED, "rejected", "fail", "issuer_binding.not_authorised"),
}


def document(did: str, authorised: tuple[int, ...], **marks: str) -> JsonObject:
    """Keys 1 or 2, 4, and 3, which is listed and authorised for nothing."""
    made = state("", *authorised, LISTED, did=did)
    relations = made["assertionMethod"]
    methods = made["verificationMethod"]
    assert isinstance(relations, list) and isinstance(methods, list)
    for method in methods:
        assert isinstance(method, dict)
        if str(method["id"]).endswith(f"#k{OLD}"):
            method.update(marks)
    return made | {"assertionMethod": relations[:-1]}


def credential(did: str, number: int, created: datetime = THEN, **options: object) -> bytes:
    made = badge()
    made["issuer"]["id"] = did
    return to_bytes(signed(made, key=key(number), method=f"{did}#k{number}", created=created, **options))


def judged(raw: bytes, folder: Path, copies: SeenDocuments | None = None) -> Report:
    envelope, asked, policy = read(raw, name="badge.json"), Asked(), POLICIES["default"]
    materials = drive(gather(envelope, policy, asked, NOW, MirrorFetch(folder, NOW), copies=copies))
    report = judge(envelope, materials, policy, asked)
    # The verdict rests on what was gathered: written down and read again, it is the same.
    saved = Saved(raw=raw, name="badge.json", policy=policy, asked=asked, materials=materials)
    assert repeat(from_json(json.loads(json.dumps(to_json(saved))))) == report
    return report


def binding(report: Report) -> JsonObject:
    (facet,) = [one for one in report.facets if one.facet == "issuer_binding"]
    return {"message": facet.message, **facet.details}


@pytest.fixture
def webvh(tmp_path: Path) -> tuple[Path, str, bytes]:
    """A did:webvh that had keys 1 and 4, and has keys 2 and 4 since the rotation."""
    first = document("did:webvh:{SCID}:issuer.example", (OLD, 4))
    did, log = write.create(first, signer=signer(9), now=THEN - 10 * DAY)
    log = write.update(log, Change(state=document(did, (NEW, 4))), signer=signer(9), now=ROTATED)
    publish(tmp_path, did, log)
    return tmp_path, did, log


@pytest.mark.parametrize("cell", CELLS)
def test_a_did_webvh_tells_each_of_the_four_cells(webvh: tuple[Path, str, bytes], cell: str) -> None:
    folder, did, _ = webvh
    number, verdict, outcome, code = CELLS[cell]
    report = judged(credential(did, number), folder)
    says(report, verdict, "issuer_binding", outcome, code)
    assert (binding(report).get("rotated") is True) == (cell == "authorised then only")


def test_a_key_that_signs_after_it_was_rotated_away_is_refused(webvh: tuple[Path, str, bytes]) -> None:
    folder, did, _ = webvh
    report = judged(credential(did, OLD, ROTATED + DAY), folder)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")
    report = judged(credential(did, NEW, ROTATED + DAY), folder)
    says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")


def test_a_signature_of_before_the_did_is_backdated(webvh: tuple[Path, str, bytes]) -> None:
    folder, did, _ = webvh
    report = judged(credential(did, 4, THEN - 11 * DAY), folder)
    says(report, "accepted_with_warnings", "issuer_binding", "warn", "issuer_binding.key_backdated")


@pytest.mark.parametrize(
    "mark,moment,outcome,code",
    [
        ("revoked", THEN - DAY, "fail", "issuer_binding.key_expired"),
        ("revoked", THEN + DAY, "warn", "issuer_binding.key_retired"),
        ("expires", THEN - DAY, "fail", "issuer_binding.key_expired"),
        ("revoked", NOW + DAY, "pass", "issuer_binding.ok"),
    ],
)
def test_a_rotated_key_that_is_marked_as_revoked_is_not_simply_rotated(
    tmp_path: Path, mark: str, moment: datetime, outcome: str, code: str
) -> None:
    first = document("did:webvh:{SCID}:issuer.example", (OLD, 4))
    did, log = write.create(first, signer=signer(9), now=THEN - 10 * DAY)
    later = document(did, (OLD, 4), **{mark: timestamp.render(moment)}) | {"assertionMethod": [f"{did}#k4"]}
    publish(tmp_path, did, write.update(log, Change(state=later), signer=signer(9), now=ROTATED))
    report = judged(credential(did, OLD), tmp_path)
    verdict = {"fail": "rejected", "warn": "accepted_with_warnings", "pass": "accepted"}[outcome]
    says(report, verdict, "issuer_binding", outcome, code)


def test_a_key_whose_name_was_given_to_another_one_still_proves_what_it_signed(tmp_path: Path) -> None:
    def with_key(did: str, number: int) -> JsonObject:
        made = state("", number, did=did)
        text = json.dumps(made).replace(f"#k{number}", "#key")
        renamed: JsonObject = json.loads(text)
        return renamed

    did, log = write.create(with_key("did:webvh:{SCID}:issuer.example", OLD), signer=signer(9), now=THEN - 10 * DAY)
    log = write.update(log, Change(state=with_key(did, NEW)), signer=signer(9), now=ROTATED)
    publish(tmp_path, did, log)

    def by(number: int) -> Report:
        made = badge()
        made["issuer"]["id"] = did
        return judged(to_bytes(signed(made, key=key(number), method=f"{did}#key", created=THEN)), tmp_path)

    says(by(OLD), "accepted", "issuer_binding", "pass", "issuer_binding.ok")
    says(by(NEW), "rejected", "proof", "fail", "proof.invalid")


def test_a_did_that_was_given_up_stands_for_what_it_signed_before(webvh: tuple[Path, str, bytes]) -> None:
    folder, did, log = webvh
    publish(folder, did, write.deactivate(log, signer=signer(9), now=NOW - DAY))
    report = judged(credential(did, 4), folder)
    says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")
    assert binding(report)["rotated"] is True
    report = judged(credential(did, 4, NOW - timedelta(hours=1)), folder)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")


def test_a_moved_did_keeps_what_it_signed_under_its_old_name(tmp_path: Path) -> None:
    first = document("did:webvh:{SCID}:issuer.example", (OLD, 4))
    did, log = write.create(first, signer=signer(9), now=THEN - 10 * DAY, portable=True)
    moved = did.replace("issuer.example", "new.example")
    log = write.update(log, Change(state=document(moved, (4,)) | {"alsoKnownAs": [did]}), signer=signer(9), now=ROTATED)
    publish(tmp_path, did, log)
    report = judged(credential(did, OLD), tmp_path)
    says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")


def test_a_broken_tail_makes_the_issuer_unusable_and_not_merely_unknown(webvh: tuple[Path, str, bytes]) -> None:
    folder, did, log = webvh
    publish(folder, did, log + b"{}\n")
    report = judged(credential(did, 4), folder)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_approvals_of_witnesses_are_gathered_and_judged(tmp_path: Path, is_approved: bool) -> None:
    witness = Witness(threshold=1, ids=("did:key:" + signer(7).public(),))
    first = document("did:webvh:{SCID}:issuer.example", (OLD, 4))
    did, log = write.create(first, signer=signer(9), now=THEN - 10 * DAY, witness=witness)
    version = json.loads(log)["versionId"]
    approvals = [write.approval(version, signer=signer(7), now=NOW)] if is_approved else []
    publish(tmp_path, did, log, write.witness_file(approvals))
    report = judged(credential(did, 4), tmp_path)
    if is_approved:
        says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")
    else:
        says(report, "rejected", "proof", "fail", "did.log_witness")


def web_document(*numbers: int) -> bytes:
    return json.dumps(document(WEB, numbers)).encode()


def seen(body: bytes, moment: datetime) -> Fetched:
    return Fetched(
        url=DID_JSON,
        final_url=DID_JSON,
        status=200,
        media_type="application/did+json",
        body=body,
        fetched_at=moment,
        source="network",
    )


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A did:web that has keys 2 and 4 now; it had keys 1 and 4."""
    path = tmp_path / "mirror" / "issuer.example" / ".well-known" / "did.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(web_document(NEW, 4))
    return tmp_path / "mirror"


@pytest.mark.parametrize("looked", [THEN - DAY, THEN + DAY], ids=["before it signed", "after it signed"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_kept_copy_tells_each_of_the_four_cells_of_a_did_web(
    tmp_path: Path, web: Path, cell: str, looked: datetime
) -> None:
    number, verdict, outcome, code = CELLS[cell]
    with SeenDocuments(tmp_path / "cache.db") as copies:
        copies.keep(seen(web_document(OLD, 4), looked))
        report = judged(credential(WEB, number), web, copies)
    says(report, verdict, "issuer_binding", outcome, code)
    assert (binding(report).get("rotated") is True) == (cell == "authorised then only")


WITHOUT_A_COPY = {
    "authorised then and now": (4, "accepted", "pass", "issuer_binding.ok"),
    "authorised then only": (OLD, "rejected", "fail", "issuer_binding.key_refused"),
    "authorised now only": (NEW, "accepted", "pass", "issuer_binding.ok"),
    "authorised neither then nor now": (LISTED, "rejected", "fail", "issuer_binding.not_authorised"),
}


@pytest.mark.parametrize("cell", CELLS)
def test_without_a_copy_a_did_web_tells_of_the_present_alone(tmp_path: Path, web: Path, cell: str) -> None:
    number, verdict, outcome, code = WITHOUT_A_COPY[cell]
    for copies in (None, SeenDocuments(tmp_path / "cache.db")):
        says(judged(credential(WEB, number), web, copies), verdict, "issuer_binding", outcome, code)
    if outcome == "fail":
        assert "not known" in str(binding(judged(credential(WEB, number), web))["message"])


def test_what_a_mirror_holds_is_not_noted_as_seen(tmp_path: Path, web: Path) -> None:
    with SeenDocuments(tmp_path / "cache.db") as copies:
        judged(credential(WEB, 4), web, copies)
        assert copies.of(DID_JSON) == ()


def test_what_the_network_gives_is_noted_for_the_next_time(tmp_path: Path, web: Path) -> None:
    class Network(MirrorFetch):
        async def __call__(self, request, /):  # type: ignore[no-untyped-def]
            found = await super().__call__(request)
            return seen(found.body, NOW)

    raw = credential(WEB, 4)
    with SeenDocuments(tmp_path / "cache.db") as copies:
        drive(gather(read(raw, name=""), POLICIES["default"], Asked(), NOW, Network(web, NOW), copies=copies))
        assert [one.body for one in copies.of(DID_JSON)] == [web_document(NEW, 4)]


@pytest.mark.parametrize(
    "number,outcome,code",
    [
        (4, "pass", "issuer_binding.ok"),
        (OLD, "fail", "issuer_binding.not_authorised"),
        (NEW, "warn", "issuer_binding.key_backdated"),
    ],
)
def test_who_presents_shows_a_key_of_today(tmp_path: Path, number: int, outcome: str, code: str) -> None:
    """With an old key and an old date a thief would pass for its owner, whatever the challenge."""

    def with_authentication(value: JsonObject) -> JsonObject:
        return value | {"authentication": value["assertionMethod"]}

    first = with_authentication(document("did:webvh:{SCID}:issuer.example", (OLD, 4)))
    did, log = write.create(first, signer=signer(9), now=THEN - 10 * DAY)
    later = with_authentication(document(did, (NEW, 4)))
    publish(tmp_path, did, write.update(log, Change(state=later), signer=signer(9), now=ROTATED))
    shown = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": [signed(badge())],
    }
    raw = to_bytes(
        signed(shown, key=key(number), method=f"{did}#k{number}", created=THEN, purpose="authentication", challenge="q")
    )
    envelope, asked, policy = read(raw, name="shown.json"), Asked(challenge="q"), POLICIES["default"]
    materials = drive(gather(envelope, policy, asked, NOW, MirrorFetch(tmp_path, NOW)))
    (found,) = [one for one in judge(envelope, materials, policy, asked).facets if one.facet == "issuer_binding"]
    assert (found.outcome, found.code) == (outcome, code)


def test_a_did_key_needs_no_history() -> None:
    one = PrivateKey.from_seed(bytes(range(40, 72)))
    did = create.did_key(one.public())
    made = badge()
    made["issuer"]["id"] = did
    raw = to_bytes(signed(made, key=one, method=create.did_key_method(did)))
    says(judged(raw, Path("/nowhere")), "accepted", "issuer_binding", "pass", "issuer_binding.ok")
