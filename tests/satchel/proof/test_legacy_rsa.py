"""RsaSignature2018 in satchel.proof.legacy: proofs whose bytes PyLD made, under both contexts that software took."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa as engine
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyld import jsonld

from satchel.codec.base import base64url_encode
from satchel.key import jwk, multikey, rsa
from satchel.key.public import KeyType, PublicKey
from satchel.linked import pinned
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import method, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import KEYS, code_of, sign, with_proof

SECURITY_V2 = "https://w3id.org/security/v2"
CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
SECRET = engine.generate_private_key(public_exponent=65537, key_size=2048)
PEM = SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
KEY = PublicKey(KeyType.RSA, rsa.of_pem(PEM))
CREDENTIAL: JsonObject = {
    "@context": [CREDENTIALS_V1],
    "id": "urn:uuid:5d1f8f2e-5a4c-43a4-9a07-0d3b2b1f6a10",
    "type": ["VerifiableCredential"],
    "issuer": "https://school.example/issuers/1",
    "issuanceDate": "2021-03-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:learner"},
}
PROOF: JsonObject = {
    "type": "RsaSignature2018",
    "created": "2021-03-02T10:00:00Z",
    "proofPurpose": "assertionMethod",
    "verificationMethod": "https://school.example/issuers/1#key-1",
}


def loader(url: str, options: Any = None) -> dict[str, Any]:
    document = json.loads(pinned.raw(url))
    return {"contextUrl": None, "documentUrl": url, "contentType": "application/ld+json", "document": document}


def canonical(document: JsonObject) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": loader}
    nquads: str = jsonld.normalize(document, options)
    return nquads.encode()


def signed(
    context: Any = SECURITY_V2, algorithm: str = "RS256", document: JsonObject = CREDENTIAL, **header: Any
) -> JsonObject:
    """The credential as software of its time signed it: hashes of PyLD's quads, and the engine's own signature."""
    options = hashlib.sha256(canonical({**PROOF, "@context": context})).digest()
    data = options + hashlib.sha256(canonical(document)).digest()
    head = base64url_encode(json.dumps({"alg": algorithm, "b64": False, "crit": ["b64"]} | header).encode())
    scheme: Any = padding.PKCS1v15() if algorithm[0] == "R" else padding.PSS(padding.MGF1(SHA256()), 32)
    signature = SECRET.sign(head.encode() + b"." + data, scheme, SHA256())
    return {**document, "proof": {**PROOF, "jws": f"{head}..{base64url_encode(signature)}"}}


def holds(document: JsonObject, key: PublicKey = KEY) -> bool:
    (proof,) = proofs_of(document)
    return suites.verify(Secured(document, PINNED), proof, key)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("context", [SECURITY_V2, [CREDENTIALS_V1]], ids=["security/v2", "credentials/v1"])
def test_a_proof_under_either_context_and_padding_verifies_and_no_change_of_it_does(
    context: Any, algorithm: str
) -> None:
    document = signed(context, algorithm)
    assert holds(document)
    for other in (
        {**document, "issuanceDate": "2021-03-01T00:00:01Z"},
        {**document, "credentialSubject": {"id": "did:example:other"}},
        with_proof(document, created="2021-03-02T10:00:01Z"),
        with_proof(document, expires="2099-01-01T00:00:00Z"),
        with_proof(document, proofPurpose="authentication"),
        with_proof(document, verificationMethod="https://school.example/issuers/1#key-2"),
        with_proof(document, domain="https://reader.example"),
    ):
        assert not holds(other)


def test_the_two_contexts_do_give_other_bytes() -> None:
    assert canonical({**PROOF, "@context": SECURITY_V2}) != canonical({**PROOF, "@context": CREDENTIALS_V1})


def test_the_padding_is_the_one_that_the_header_names() -> None:
    head, _, signature = str(proof_of(signed())["jws"]).split(".")
    renamed = base64url_encode(json.dumps({"alg": "PS256", "b64": False, "crit": ["b64"]}).encode())
    assert not holds(with_proof(signed(), jws=f"{renamed}..{signature}"))
    assert not holds(with_proof(signed(algorithm="PS256"), jws=f"{head}..{signature[:-2]}AA"))


def proof_of(document: JsonObject) -> JsonObject:
    proof = document["proof"]
    assert isinstance(proof, dict)
    return proof


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "RS512"}, "proof.algorithm_unsupported"),
        ({"alg": "PS384"}, "proof.algorithm_unsupported"),
        ({"alg": "EdDSA"}, "proof.key_mismatch"),
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"b64": True}, "proof.token_header"),
        ({"crit": []}, "proof.token_header"),
        ({"kid": "k"}, "proof.token_header"),
        ({"x5c": ["AA=="]}, "proof.token_key"),
    ],
)
def test_any_other_header_is_refused(header: dict[str, Any], code: str) -> None:
    assert code_of(lambda: holds(signed(**header))) == code


def test_another_kind_of_key_and_another_key_are_refused() -> None:
    assert code_of(lambda: holds(signed(), KEYS[KeyType.ED25519].public())) == "proof.key_mismatch"
    other = engine.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    assert not holds(signed(), PublicKey(KeyType.RSA, other.public_bytes(Encoding.DER, PublicFormat.PKCS1)))


def test_such_a_proof_is_checked_and_not_made() -> None:
    assert code_of(lambda: sign(suite="RsaSignature2018")) == "proof.key_mismatch"


@pytest.mark.parametrize(
    "text",
    [
        "",
        PEM[:-40],
        PEM.replace("PUBLIC KEY", "CERTIFICATE"),
        PEM.replace("A", "é"),
        "A" * 10_000,
        engine.generate_private_key(public_exponent=65537, key_size=2048)
        .public_key()
        .public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        .decode(),
    ],
    ids=range(6),
)
def test_what_is_no_public_key_in_pem_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        rsa.of_pem(text)


def test_both_forms_of_pem_are_the_same_key() -> None:
    pkcs1 = SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert rsa.of_pem(pkcs1) == rsa.of_pem(PEM) == KEY.raw


METHOD: JsonObject = {
    "id": "did:web:school.example#key-1",
    "type": "RsaVerificationKey2018",
    "controller": "did:web:school.example",
}


def test_a_verification_method_of_its_time_is_read_in_each_spelling_of_its_key() -> None:
    for spelling in (
        {"publicKeyPem": PEM},
        {"publicKeyJwk": jwk.encode(KEY)},
        {"publicKeyPem": PEM, "publicKeyJwk": jwk.encode(KEY)},
        {"publicKeyMultibase": multikey.encode(KEY)},
    ):
        assert method.read({**METHOD, **spelling}).key == KEY


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ({}, "key.method"),
        ({"publicKeyPem": "no key"}, "key.method"),
        ({"publicKeyPem": 5}, "key.method"),
        ({"publicKeyPem": PEM, "publicKeyJwk": jwk.encode(KEYS[KeyType.P_256].public())}, "key.method"),
        ({"publicKeyJwk": jwk.encode(KEYS[KeyType.P_256].public())}, "key.method"),
        ({"publicKeyPem": PEM, "privateKeyPem": "x"}, "key.secret"),
        (
            {
                "publicKeyPem": engine.generate_private_key(public_exponent=65537, key_size=1024)
                .public_key()
                .public_bytes(Encoding.PEM, PublicFormat.PKCS1)
                .decode()
            },
            "key.point",
        ),
    ],
    ids=range(7),
)
def test_a_verification_method_without_one_sound_rsa_key_is_refused(spelling: JsonObject, code: str) -> None:
    assert code_of(lambda: method.read({**METHOD, **spelling})) == code
