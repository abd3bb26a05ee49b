"""What the W3C's shared Data Integrity test suite asserts of a verifier and an issuer, for each suite, as a verdict."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.proof import suites
from tests.attack.forge import ACCEPTED, Document, did_of, facet, judged, method_of, to_bytes
from tests.satchel.proof.ground import CREATED, KEYS
from tests.satchel.proof.selective_ground import entropy_of, key_for, needs_bbs
from verifier.materials import Asked

CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
CASES = [
    pytest.param("eddsa-rdfc-2022", KeyType.ED25519, id="eddsa-rdfc-2022"),
    pytest.param("eddsa-jcs-2022", KeyType.ED25519, id="eddsa-jcs-2022"),
    pytest.param("ecdsa-rdfc-2019", KeyType.P_256, id="ecdsa-rdfc-2019 P-256"),
    pytest.param("ecdsa-rdfc-2019", KeyType.P_384, id="ecdsa-rdfc-2019 P-384"),
    pytest.param("ecdsa-jcs-2019", KeyType.P_256, id="ecdsa-jcs-2019 P-256"),
    pytest.param("ecdsa-jcs-2019", KeyType.P_384, id="ecdsa-jcs-2019 P-384"),
    pytest.param("Ed25519Signature2020", KeyType.ED25519, id="Ed25519Signature2020"),
    pytest.param("ecdsa-sd-2023", KeyType.P_256, id="ecdsa-sd-2023"),
    pytest.param("bbs-2023", KeyType.BLS12_381_G2, id="bbs-2023", marks=needs_bbs),
]
WHOLE = CASES[:7]
# The context of the older suite has no word for an earlier proof.
CHAINED = CASES[:6]


def key_of(suite: str, kind: KeyType) -> PrivateKey:
    return KEYS[kind] if kind in KEYS else key_for(suite)


def unsigned(suite: str, kind: KeyType) -> Document:
    """The suite's own default credential: of the older data model, with a subject's id and no more."""
    return {
        "@context": [CREDENTIALS_V1, ED25519_2020 if suite == "Ed25519Signature2020" else DATA_INTEGRITY],
        "id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d",
        "type": ["VerifiableCredential"],
        "issuer": did_of(key_of(suite, kind)),
        "issuanceDate": "2020-03-16T22:37:26Z",
        "credentialSubject": {"id": "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"},
    }


def proved(document: Document, suite: str, kind: KeyType, **more: Any) -> Document:
    key = key_of(suite, kind)
    signer = LocalSigner(method_of(key), key)
    if suites.SUITES[suite].selection is None:
        return suites.sign(copy.deepcopy(document), suite=suite, signer=signer, created=CREATED, **more)
    base = suites.sign_base(document, suite=suite, signer=signer, created=CREATED, entropy=entropy_of(1))
    return suites.derive(base, ["/credentialSubject"], entropy=entropy_of(2))


def issued(suite: str, kind: KeyType) -> Document:
    return proved(unsigned(suite, kind), suite, kind)


def changed(document: Document, **members: object) -> Document:
    proof = {name: value for name, value in (document["proof"] | members).items() if value is not None}
    return document | {"proof": proof}


@pytest.mark.parametrize(("suite", "kind"), CASES)
def test_the_default_credential_is_issued_and_accepted(suite: str, kind: KeyType) -> None:
    document = issued(suite, kind)
    assert judged(document).verdict in ACCEPTED
    proof = document["proof"]
    is_older = suite == "Ed25519Signature2020"
    assert proof["type"] == (suite if is_older else "DataIntegrityProof")
    assert is_older or proof["cryptosuite"] == suite
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["verificationMethod"] == method_of(key_of(suite, kind))
    assert proof["proofValue"][0] == ("u" if suites.SUITES[suite].selection else "z")


def respelled(document: Document, behind_u: str, behind_z: str) -> str:
    """The proof value with another prefix, by the one that it has."""
    value: str = document["proof"]["proofValue"]
    return (behind_u if value[0] == "u" else behind_z) + value[1:]


REFUSED: dict[str, Callable[[Document], object]] = {
    "proof is null": lambda document: document | {"proof": None},
    "no proof": lambda document: {name: member for name, member in document.items() if name != "proof"},
    "the credential as a text": lambda document: to_bytes(to_bytes(document).decode()),
    "no type": lambda document: changed(document, type=None),
    "no verificationMethod": lambda document: changed(document, verificationMethod=None),
    "no proofPurpose": lambda document: changed(document, proofPurpose=None),
    "no proofValue": lambda document: changed(document, proofValue=None),
    "an unknown type": lambda document: changed(document, type="UnknownProofType"),
    "an unknown cryptosuite": lambda document: changed(document, cryptosuite="UnknownCryptosuite"),
    "another purpose": lambda document: changed(document, proofPurpose="invalidPurpose"),
    "authentication": lambda document: changed(document, proofPurpose="authentication"),
    "another multibase prefix": lambda document: changed(
        document,
        proofValue=("z" if document["proof"]["proofValue"][0] == "u" else "u") + document["proof"]["proofValue"][1:],
    ),
    "no multibase prefix": lambda document: changed(document, proofValue=document["proof"]["proofValue"][1:]),
    "an undefined term": lambda document: document | {"undefinedTerm": "x"},
    "an undefined type": lambda document: document | {"type": ["VerifiableCredential", "UndefinedType"]},
    "a base that makes a type absolute": lambda document: (
        document
        | {
            "@context": [*document["@context"], {"@base": "https://attacker.example/"}],
            "type": ["VerifiableCredential", "UndefinedType"],
        }
    ),
    "created that is no time": lambda document: changed(document, created="invalid"),
    "expires that is past": lambda document: changed(document, expires="2020-01-01T00:00:00Z"),
    "previousProof that is not there": lambda document: changed(document, previousProof="urn:uuid:missing"),
    "previousProofs that are not there": lambda document: changed(document, previousProof=["urn:uuid:missing"]),
    "another id": lambda document: document | {"id": "urn:uuid:00000000-4254-4f36-854f-3952fe42555d"},
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize(("suite", "kind"), CASES)
def test_what_a_verifier_must_refuse_is_not_accepted(suite: str, kind: KeyType, name: str) -> None:
    report = judged(REFUSED[name](issued(suite, kind)))  # type: ignore[arg-type]
    assert report.verdict in ("rejected", "malformed", "undecided")
    # An unknown kind of proof may be undecided; nothing else may.
    assert report.verdict != "undecided" or name in ("an unknown type", "an unknown cryptosuite")


@pytest.mark.parametrize(
    "asked", [Asked(domain="verifier.example"), Asked(challenge="abc")], ids=["domain", "challenge"]
)
@pytest.mark.parametrize(("suite", "kind"), WHOLE)
def test_another_domain_or_challenge_than_was_asked_for_is_refused(suite: str, kind: KeyType, asked: Asked) -> None:
    document = unsigned(suite, kind)
    wrong = proved(document, suite, kind, domain="other.example", challenge="abd")
    right = proved(document, suite, kind, domain="verifier.example", challenge="abc")
    for bad in (wrong, issued(suite, kind)):
        assert facet(judged(bad, asked=asked), "proof").outcome == "fail"
    assert facet(judged(right, asked=asked), "proof").outcome == "pass"


@pytest.mark.parametrize("written", [str, lambda name: [name]], ids=["a text", "an array"])
@pytest.mark.parametrize(("suite", "kind"), CHAINED)
def test_sets_and_chains_are_accepted_and_a_chain_with_a_false_earlier_proof_is_not(
    suite: str, kind: KeyType, written: Callable[[str], Any]
) -> None:
    first = proved(unsigned(suite, kind), suite, kind, id="urn:uuid:one")
    both = proved(first, suite, kind)
    assert judged(both).verdict in ACCEPTED
    chain = proved(first, suite, kind, previous=written("urn:uuid:one"))
    assert judged(chain).verdict in ACCEPTED
    one, two = chain["proof"]
    forged = chain | {"proof": [one | {"created": "2026-03-02T10:00:01Z"}, two]}
    assert judged(forged).verdict == "rejected"


@pytest.mark.parametrize("name", ["created", "expires"])
@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_a_time_without_an_offset_is_one_of_utc(suite: str, name: str) -> None:
    """Signed so by the issuer; the standard forbids to write it and asks to read it."""
    key = KEYS[KeyType.ED25519]
    document = unsigned(suite, KeyType.ED25519)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2026-03-02T10:00:00Z",
        "verificationMethod": method_of(key),
        "proofPurpose": "assertionMethod",
    } | {name: "2026-12-24T00:00:00" if name == "expires" else "2026-03-02T10:00:00"}
    found = suites.SUITES[suite]
    signer = LocalSigner(method_of(key), key)
    proof = found.create(suites.Secured(document, suites.PINNED), options, signer, "sha256")
    report = judged(document | {"proof": proof})
    assert report.verdict in ACCEPTED
    assert facet(report, "proof").code == "proof.no_offset"
