"""DIDs as attackers write them: broken logs, rollback, odd local methods. Each through the whole verdict."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from did.method import peer
from did.method.webvh import log as logs
from did.method.webvh import write
from did.method.webvh.parameters import Witness
from did.method.webvh.write import Change
from satchel.codec.base import base58_encode, base64url_encode
from satchel.credential.read import read
from satchel.errors import FetchError
from satchel.key import jwk, multikey
from satchel.node.documents import SeenDocuments
from satchel.node.mirror import MirrorFetch
from satchel.port import Fetched, JsonObject, Request, drive
from satchel.proof import suites
from tests.attack.forge import ISSUER, NOW, badge, facet, judged, says, signed, to_bytes
from tests.did.method.webvh.site import key, publish, signer, state, text
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES
from verifier.report import Report

DAY = timedelta(days=1)
THEN = NOW - 40 * DAY


def credential(did: str, number: int = 1) -> bytes:
    made = badge()
    made["issuer"]["id"] = did
    return to_bytes(signed(made, key=key(number), method=f"{did}#k{number}", created=THEN + DAY))


def made(**options: object) -> tuple[str, bytes]:
    did, log = write.create(state("issuer.example", 1), signer=signer(9), now=THEN, **options)  # type: ignore[arg-type]
    return did, write.update(log, Change(state=state("", 1, did=did)), signer=signer(9), now=THEN + 2 * DAY)


def verdict(folder: Path, did: str, log: bytes, witnesses: bytes | None = None) -> Report:
    publish(folder, did, log, witnesses)
    return judged(credential(did), fetch=MirrorFetch(folder, NOW))


def forged(log: bytes, number: int, **changes: object) -> bytes:
    """The log with an entry changed, and hashed and signed anew by the key that may."""
    lines = log.splitlines(keepends=True)
    entry = {**json.loads(lines[number - 1]), **changes}
    entry.pop("proof")
    previous = write.scid_in(log) if number == 1 else json.loads(lines[number - 2])["versionId"]
    entry["versionId"] = f"{number}-{logs.hash_of({**entry, 'versionId': previous})}"
    proof = suites.sign(entry, suite=logs.SUITE, signer=signer(9), created=NOW)["proof"]
    lines[number - 1] = json.dumps({**entry, "proof": [proof]}).encode() + b"\n"
    return b"".join(lines)


def test_a_sound_log_is_accepted(tmp_path: Path) -> None:
    did, log = made()
    says(verdict(tmp_path, did, log), "accepted", "proof", "pass", "proof.ok")


def broken() -> dict[str, tuple[str, bytes, str]]:
    did, log = made()
    first, second = log.splitlines(keepends=True)
    moved = did.replace("issuer.example", "evil.example")
    other, _ = write.create(state("issuer.example", 2), signer=signer(8), now=THEN)
    stolen = state("", 1, did=did) | {"alsoKnownAs": []}
    return {
        "a changed entry": (did, log.replace(text(1).encode(), text(2).encode()), "did.log_hash"),
        "the identifier of another log": (other, log, "did.log_scid"),
        "an entry left out": (did, second, "did.log_method"),
        "an entry twice": (did, first + second + second, "did.log_version"),
        "versions that run back": (did, first + second + first, "did.log_parameters"),
        "a time before the last": (did, forged(log, 2, versionTime="2020-01-01T00:00:00Z"), "did.log_time"),
        "a time to come": (did, forged(log, 2, versionTime="2999-01-01T00:00:00Z"), "did.log_time"),
        "a move that was not allowed": (did, forged(log, 2, state=state("", 1, did=moved)), "did.log_state"),
        "another identifier in a later document": (
            did,
            forged(log, 2, state=state("", 1, did="did:webvh:Qm" + "1" * 44 + ":issuer.example")),
            "did.log_state",
        ),
        "portable made true later": (did, forged(log, 2, parameters={"portable": True}), "did.log_parameters"),
        "a method of before": (did, forged(log, 2, parameters={"method": "did:webvh:0.5"}), "did.log_method"),
        "a stranger's signature": (
            did,
            first
            + write.update(first, Change(state=stolen), signer=signer(9), now=THEN + DAY)
            .splitlines(keepends=True)[1]
            .replace(text(9).encode(), text(8).encode()),
            "did.log_proof",
        ),
        "no log": (did, b"", "did.log_form"),
        "a page": (did, b"<html>", "did.log_form"),
        "a log of 1001 empty entries": (did, b"{}\n" * 1001, "did.log_form"),
    }


@pytest.mark.parametrize(("did", "log", "code"), broken().values(), ids=broken())
def test_a_broken_log_makes_its_issuer_unusable(tmp_path: Path, did: str, log: bytes, code: str) -> None:
    report = verdict(tmp_path, did, log)
    says(report, "rejected", "proof", "fail", code)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


def test_a_log_with_too_few_witnesses_is_refused(tmp_path: Path) -> None:
    witness = Witness(threshold=2, ids=tuple(f"did:key:{text(number)}" for number in (5, 6)))
    did, log = made(witness=witness)
    last = json.loads(log.splitlines()[-1])["versionId"]
    one, two = (write.approval(last, signer=signer(number), now=NOW) for number in (5, 6))
    enough, short, twice = (write.witness_file(approvals) for approvals in ([one, two], [one], [one, one]))
    says(verdict(tmp_path, did, log, enough), "accepted", "proof", "pass", "proof.ok")
    for file in (short, twice, b"[]", b"<html>"):
        says(verdict(tmp_path, did, log, file), "rejected", "proof", "fail", "did.log_witness")


def test_approvals_that_cannot_be_had_leave_the_issuer_unknown(tmp_path: Path) -> None:
    did, log = made(witness=Witness(threshold=1, ids=(f"did:key:{text(5)}",)))
    says(verdict(tmp_path, did, log), "undecided", "proof", "unknown", "did.not_found")


def test_a_log_that_was_rolled_back_is_refused_by_who_has_seen_it_longer(tmp_path: Path) -> None:
    did, log = made()
    url = "https://issuer.example/.well-known/did.jsonl"
    seen = Fetched(
        url=url,
        final_url=url,
        status=200,
        media_type="text/jsonl",
        body=log,
        fetched_at=NOW - DAY,
        source="network",
    )
    publish(tmp_path, did, log.splitlines(keepends=True)[0])
    envelope, policy = read(credential(did), name="badge.json"), POLICIES["default"]
    with SeenDocuments(tmp_path / "cache.db") as copies:
        copies.keep(seen)
        materials = drive(gather(envelope, policy, Asked(), NOW, MirrorFetch(tmp_path, NOW), copies=copies))
    report = judge(envelope, materials, policy, Asked())
    says(report, "rejected", "proof", "fail", "did.log_rolled_back")


def test_what_stands_behind_the_first_fault_of_a_log_is_not_looked_at(tmp_path: Path) -> None:
    """Hundreds of entries behind a bad one: nothing behind the first fault costs a signature."""
    did, log = made()
    first = log.splitlines(keepends=True)[0].replace(text(1).encode(), text(2).encode())
    says(verdict(tmp_path, did, first * 600), "rejected", "proof", "fail", "did.log_hash")


class NoSocket:
    """A Fetch that writes down what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, request: Request, /) -> Fetched:
        self.asked.append(request.url)
        raise FetchError("fetch.offline", request.url)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        self.asked += [request.url for request in requests]
        return tuple(FetchError("fetch.offline", request.url) for request in requests)


SCID = "Q" * 46
BODY = multikey.encode(ISSUER.public())
HIDDEN = "did:webvh:" + SCID + ":"


@pytest.mark.parametrize(
    "did",
    [
        HIDDEN + "127.0.0.1",
        HIDDEN + "127%2E0%2E0%2E1",
        HIDDEN + "127.0.0.1%3a8443",
        HIDDEN + "localhost",
        HIDDEN + "2130706433",
        HIDDEN + "0x7f.1",
        HIDDEN + "%5B::1%5D",
        HIDDEN + "issuer.example%3A22",
        HIDDEN + "issuer.example%40evil.example",
        HIDDEN + "issuer.example:..:..:secret",
        HIDDEN + "issuer.example:%2e%2e",
        HIDDEN + "issuer.example:a%2Fb",
        HIDDEN + "issuer.example:a%00b",
        HIDDEN + "issuer.example:a%5Cb",
        HIDDEN + "issuer.example:",
        HIDDEN + "issuer.example:%252e%252e",
        HIDDEN + "a" * 64 + ".example",
        HIDDEN + "a." * 200 + "example",
        "did:webvh:" + "Q" * 45 + ":issuer.example",
        "did:webvh:" + "0" * 46 + ":issuer.example",
        "did:webvh:issuer.example",
    ],
)
def test_a_did_webvh_that_names_no_public_host_plainly_opens_no_socket(did: str) -> None:
    fetch = NoSocket()
    made = badge()
    made["issuer"]["id"] = did
    report = judged(to_bytes(signed(made, key=key(1), method=f"{did}#k1")), fetch=fetch)
    assert report.verdict == "rejected"
    assert facet(report, "issuer_binding").code == "issuer_binding.key_refused"
    assert fetch.asked == []


def whole_4(value: JsonObject) -> str:
    return peer.make_4(value)


ODD = {
    "a did:jwk over the limit": "did:jwk:" + base64url_encode(json.dumps({"kty": "OKP", "x": "A" * 3000}).encode()),
    "a did:jwk that is no JSON": "did:jwk:AAAA",
    "a did:jwk with its secret": "did:jwk:"
    + base64url_encode(json.dumps({**jwk.encode(ISSUER.public()), "d": "AAAA"}).encode()),
    "a did:jwk of a point of small order": "did:jwk:"
    + base64url_encode(
        json.dumps({"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(b"\x01" + bytes(31))}).encode()
    ),
    "a did:jwk with a member twice": "did:jwk:" + base64url_encode(b'{"kty":"OKP","kty":"OKP"}'),
    "a did:peer:2 over the limit": "did:peer:2.V" + BODY + ".S" + "A" * 3000,
    "a did:peer:2 with a cut key": "did:peer:2.Vz" + base58_encode(b"\xed\x01" + bytes(31)),
    "a did:peer:2 of too many keys": "did:peer:2" + (".V" + BODY) * 65,
    "a did:peer:2 with a broken service": "did:peer:2.A" + BODY + ".SAAAA",
    "a did:peer:4 of another hash": "did:peer:4zQm" + "1" * 44 + ":" + "z" + base58_encode(b"\x80\x04{}"),
    "a did:peer of kind 1": "did:peer:1zQm" + "1" * 44,
    "a did:peer:4 whose key is somebody's": whole_4(
        {
            "verificationMethod": [
                {"id": "#k1", "type": "Multikey", "controller": "did:web:bank.example", "publicKeyMultibase": BODY}
            ],
            "assertionMethod": ["#k1"],
        }
    ),
}


@pytest.mark.parametrize("did", ODD.values(), ids=ODD)
def test_an_odd_did_jwk_or_did_peer_signs_nothing(did: str) -> None:
    fetch = NoSocket()
    made = badge()
    made["issuer"]["id"] = did
    fragment = "#0" if did.startswith("did:jwk") else "#key-1" if did.startswith("did:peer:2") else "#k1"
    report = judged(to_bytes(signed(made, key=ISSUER, method=did + fragment)), fetch=fetch)
    assert report.verdict == "rejected"
    assert facet(report, "issuer_binding").code == "issuer_binding.key_refused"
    assert fetch.asked == []


@pytest.mark.parametrize("use", ["enc"])
def test_a_did_jwk_for_encryption_signs_nothing(use: str) -> None:
    did = "did:jwk:" + base64url_encode(json.dumps({**jwk.encode(ISSUER.public()), "use": use}).encode())
    made = badge()
    made["issuer"]["id"] = did
    report = judged(to_bytes(signed(made, key=ISSUER, method=f"{did}#0")))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


def test_a_key_of_a_did_peer_for_showing_makes_no_claims() -> None:
    did = peer.make_2([("authentication", BODY)])
    made = badge()
    made["issuer"]["id"] = did
    report = judged(to_bytes(signed(made, key=ISSUER, method=f"{did}#key-1")))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")


def test_the_short_form_of_a_did_peer_says_nothing_by_itself() -> None:
    value: JsonObject = {
        "verificationMethod": [{"id": "#k1", "type": "Multikey", "publicKeyMultibase": BODY}],
        "assertionMethod": ["#k1"],
    }
    whole = whole_4(value)
    for did, expected in ((whole, "accepted"), (peer.short_form(whole), "undecided")):
        made = badge()
        made["issuer"]["id"] = did
        assert judged(to_bytes(signed(made, key=ISSUER, method=f"{did}#k1"))).verdict == expected
