"""@digitalbazaar/vc verifies what we sign, we verify what it signs, and both refuse what was changed in between."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from tests.attack.forge import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    ISSUER,
    STRANGER,
    Document,
    badge,
    badge_1_1,
    did_of,
    facet,
    judged,
    method_of,
    says,
    signed,
)
from tests.peers.peer import Peer

NOW = "2026-11-24T00:00:00Z"
CREATED = "2026-03-02T10:00:00Z"
ISSUER_SEED = hashlib.sha256(b"attack: the issuer").hexdigest()
STRANGER_SEED = hashlib.sha256(b"attack: a stranger").hexdigest()
SUITES = ("eddsa-rdfc-2022", "Ed25519Signature2020")
SCHOOL = "did:web:school.example"


def plain(context: str, **dates: str) -> Document:
    """A credential that is no badge: only terms of the data model."""
    return {
        "@context": [context],
        "id": "urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b11",
        "type": ["VerifiableCredential"],
        "issuer": did_of(ISSUER),
        "credentialSubject": {"id": did_of(STRANGER)},
        **dates,
    }


def prepared(document: Document, suite: str) -> Document:
    """With the context that the suite's proof needs in this data model."""
    contexts = {
        "eddsa-rdfc-2022": "https://w3id.org/security/data-integrity/v2",
        "Ed25519Signature2020": "https://w3id.org/security/suites/ed25519-2020/v1",
    }
    document = copy.deepcopy(document)
    built_in = suite == "eddsa-rdfc-2022" and document["@context"][0] == CREDENTIALS_V2
    if not built_in and contexts[suite] not in document["@context"]:
        document["@context"].append(contexts[suite])
    return document


DOCUMENTS: dict[str, Document] = {
    "VC 2.0": plain(CREDENTIALS_V2, validFrom="2026-03-01T00:00:00Z"),
    "VC 1.1": plain(CREDENTIALS_V1, issuanceDate="2026-03-01T00:00:00Z"),
    "Open Badge on VC 2.0": badge(),
    "Open Badge on VC 1.1": badge_1_1(),
    "names in two languages": badge(
        name=[{"@value": "Knots", "@language": "en"}, {"@value": "Knoten", "@language": "de"}],
    ),
    "text of many scripts": badge(name='Kn\u00f6t \u7ed3 \U0001f9f6 "quoted" \\ tab\t line\n \u0301'),
}
CASES = [
    pytest.param(prepared(document, suite), suite, id=f"{name}, {suite}")
    for name, document in DOCUMENTS.items()
    for suite in SUITES
]


def changed(credential: Document) -> list[Document]:
    """The credential with one thing changed: a value, a type, an option of the proof, the signature."""
    proof: dict[str, Any] = credential["proof"]
    last = "2" if proof["proofValue"][-1] != "2" else "3"
    return [
        credential | {"id": "urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b12"},
        credential | {"credentialSubject": credential["credentialSubject"] | {"id": did_of(ISSUER)}},
        credential | {"proof": proof | {"created": "2026-03-02T10:00:01Z"}},
        credential | {"proof": proof | {"proofValue": proof["proofValue"][:-1] + last}},
        credential | {"proof": proof | {"verificationMethod": method_of(STRANGER)}},
    ]


@pytest.mark.parametrize(("document", "suite"), CASES)
def test_the_peer_verifies_what_we_sign_and_refuses_it_changed(peer: Peer, document: Document, suite: str) -> None:
    credential = signed(document, suite=suite)
    assert peer.ask("verify", credential=credential, now=NOW) == {"verified": True, "status": [], "error": ""}
    for broken in changed(credential):
        assert peer.ask("verify", credential=broken, now=NOW)["verified"] is False


@pytest.mark.parametrize(("document", "suite"), CASES)
def test_we_verify_what_the_peer_signs_and_refuse_it_changed(peer: Peer, document: Document, suite: str) -> None:
    answer = peer.ask("sign", credential=document, seed=ISSUER_SEED, suite=suite, created=CREATED)
    credential = answer["credential"]
    report = judged(credential)
    assert facet(report, "proof").outcome == "pass"
    assert report.verdict in {"accepted", "accepted_with_warnings"}
    for broken in changed(credential):
        report = judged(broken)
        assert report.verdict == "rejected"
        assert facet(report, "proof").outcome == "fail"


@pytest.mark.parametrize(("document", "suite"), CASES)
def test_both_sides_make_the_same_signature(peer: Peer, document: Document, suite: str) -> None:
    """Ed25519 is deterministic: an equal signature means equal bytes were signed, options and all."""
    theirs = peer.ask("sign", credential=document, seed=ISSUER_SEED, suite=suite, created=CREATED)["credential"]
    assert signed(document, suite=suite)["proof"]["proofValue"] == theirs["proof"]["proofValue"]


@pytest.mark.parametrize("suite", SUITES)
def test_both_sides_refuse_a_strangers_signature(peer: Peer, suite: str) -> None:
    document = prepared(badge(), suite)
    ours = signed(document, suite=suite, key=STRANGER)
    assert peer.ask("verify", credential=ours, now=NOW)["verified"] is False
    theirs = peer.ask("sign", credential=document, seed=STRANGER_SEED, suite=suite, created=CREATED)["credential"]
    report = judged(theirs)
    assert report.verdict == "rejected"
    assert facet(report, "issuer_binding").outcome == "fail"


def test_both_sides_refuse_an_expired_credential(peer: Peer) -> None:
    credential = signed(badge(validUntil="2026-06-01T00:00:00Z"))
    assert peer.ask("verify", credential=credential, now=NOW)["verified"] is False
    says(judged(credential), "rejected", "validity", "fail", "validity.expired")


def test_the_peer_verifies_a_proof_set_of_ours(peer: Peer) -> None:
    both = signed(signed(badge_1_1(), suite="Ed25519Signature2020"), suite="Ed25519Signature2020")
    assert len(both["proof"]) == 2
    assert peer.ask("verify", credential=both, now=NOW)["verified"] is True
    assert facet(judged(both), "proof").outcome == "pass"


def test_the_peer_verifies_a_credential_of_our_did_web(peer: Peer) -> None:
    from did.create import did_web_document

    document = badge()
    document["issuer"]["id"] = SCHOOL
    credential = signed(document, method=f"{SCHOOL}#key-1")
    for key, verified in ((ISSUER, True), (STRANGER, False)):
        school = did_web_document(SCHOOL, keys={"key-1": key.public()})
        peer.ask("documents", documents={SCHOOL: school})
        assert peer.ask("verify", credential=credential, now=NOW)["verified"] is verified
