"""satchel.proof.legacy: what DIDKit signed in the older ways verifies; every other spelling of it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import SatchelError
from satchel.key.public import KeyType
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import rdfc, suites
from satchel.proof.configuration import options_of, proofs_of
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import BADGE, KEYS, SIGNERS, code_of, key_named_by, sign, with_proof

SIGNED: list[JsonObject] = json.loads((Path(__file__).parent / "didkit" / "signed.json").read_bytes())
IDS = ["2018 Ed25519", "2020 Ed25519", "2020 P-256", "2020 secp256k1", "2020 RSA"]
SEC = "https://w3id.org/security#"
DATE_TIME = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
# The terms that a proof uses, as the suite's published context has them.
JWS_2020: Any = {
    "@context": {
        "JsonWebSignature2020": {
            "@id": f"{SEC}JsonWebSignature2020",
            "@context": {
                "@protected": True,
                "id": "@id",
                "type": "@type",
                "challenge": f"{SEC}challenge",
                "created": {"@id": "http://purl.org/dc/terms/created", **DATE_TIME},
                "domain": f"{SEC}domain",
                "expires": {"@id": f"{SEC}expiration", **DATE_TIME},
                "jws": f"{SEC}jws",
                "nonce": f"{SEC}nonce",
                "proofPurpose": {
                    "@id": f"{SEC}proofPurpose",
                    "@type": "@vocab",
                    "@context": {
                        "@protected": True,
                        "assertionMethod": {"@id": f"{SEC}assertionMethod", "@type": "@id", "@container": "@set"},
                        "authentication": {"@id": f"{SEC}authenticationMethod", "@type": "@id", "@container": "@set"},
                    },
                },
                "verificationMethod": {"@id": f"{SEC}verificationMethod", "@type": "@id"},
            },
        }
    }
}
CONTEXTS = PINNED.extended({"https://w3id.org/security/suites/jws-2020/v1": JWS_2020})
ED25519, P_256 = SIGNED[1], SIGNED[2]


def holds(document: JsonObject) -> bool:
    (proof,) = proofs_of(document)
    return suites.verify(Secured(document, CONTEXTS), proof, key_named_by(proof))


def jws_of(document: JsonObject) -> list[str]:
    proof = document["proof"]
    assert isinstance(proof, dict)
    return str(proof["jws"]).split(".")


def with_header(document: JsonObject, header: str | bytes) -> JsonObject:
    _, payload, signature = jws_of(document)
    raw = header.encode() if isinstance(header, str) else header
    return with_proof(document, jws=f"{base64url_encode(raw)}.{payload}.{signature}")


@pytest.mark.parametrize("document", SIGNED, ids=IDS)
def test_what_didkit_signed_verifies_and_no_change_of_it_does(document: JsonObject) -> None:
    assert holds(document)
    changed: list[JsonObject] = [
        {**document, "issuanceDate": "2026-03-01T00:00:01Z"},
        {**document, "credentialSubject": {"id": "did:example:other"}},
        with_proof(document, created="2026-03-02T10:00:01Z"),
        with_proof(document, expires="2099-01-01T00:00:00Z"),
        with_proof(document, proofPurpose="authentication"),
        with_proof(document, challenge="c"),
    ]
    for other in changed:
        assert not holds(other)


@pytest.mark.parametrize("document", SIGNED, ids=IDS)
def test_the_header_says_that_the_payload_is_unencoded_and_nothing_else(document: JsonObject) -> None:
    algorithm = json.loads(base64url_decode(jws_of(document)[0]))["alg"]
    for header, code in (
        ({"alg": algorithm}, "proof.token_header"),
        ({"alg": algorithm, "b64": False}, "proof.token_header"),
        ({"alg": algorithm, "crit": ["b64"]}, "proof.token_header"),
        ({"alg": algorithm, "b64": True, "crit": ["b64"]}, "proof.token_header"),
        ({"alg": algorithm, "b64": 0, "crit": ["b64"]}, "proof.token_header"),
        ({"alg": algorithm, "b64": False, "crit": ["b64", "b64"]}, "proof.token_header"),
        ({"alg": algorithm, "b64": False, "crit": "b64"}, "proof.token_header"),
        ({"alg": algorithm, "b64": False, "crit": ["b64"], "kid": "k"}, "proof.token_header"),
        ({"alg": algorithm, "b64": False, "crit": ["b64"], "jwk": {}}, "proof.token_key"),
        ({"alg": "none", "b64": False, "crit": ["b64"]}, "proof.algorithm"),
        ({"alg": "HS256", "b64": False, "crit": ["b64"]}, "proof.algorithm"),
        ({"alg": "PS512", "b64": False, "crit": ["b64"]}, "proof.algorithm_unsupported"),
        ({"alg": "ES384", "b64": False, "crit": ["b64"]}, "proof.key_mismatch"),
    ):
        changed = with_header(document, json.dumps(header))
        assert code_of(lambda changed=changed: holds(changed)) == code, header


def test_a_jws_in_another_shape_is_malformed() -> None:
    header, _, signature = jws_of(ED25519)
    for token in (
        f"{header}.{signature}",
        f"{header}...{signature}",
        f"{header}.AA.{signature}",
        f"{header}..{signature}=",
        f"{header}..{signature}\n",
        f"{header} ..{signature}",
        f"{header}=..{signature}",
        "..",
        "",
    ):
        expected = "proof.malformed" if token == "" else "proof.token_malformed"
        if token == "":
            changed = with_proof(ED25519, jws=None)
        else:
            changed = with_proof(ED25519, jws=token)
        assert code_of(lambda changed=changed: holds(changed)) == expected, token
    for value in (["x"], 7, {}):
        assert code_of(lambda value=value: holds(with_proof(ED25519, jws=value))) == "proof.malformed"


def test_a_signature_that_is_cut_or_in_der_is_false() -> None:
    for document in SIGNED:
        header, _, signature = jws_of(document)
        raw = base64url_decode(signature)
        for other in (b"", raw[:-1], raw + b"\x00", bytes(64), b"\x30\x44" + raw):
            assert not holds(with_proof(document, jws=f"{header}..{base64url_encode(other)}"))


def test_the_value_of_another_suite_has_no_place_here_and_the_other_way_round() -> None:
    assert code_of(lambda: holds(with_proof(ED25519, proofValue="z1"))) == "proof.member"
    assert code_of(lambda: holds(with_proof(ED25519, cryptosuite="eddsa-rdfc-2022"))) == "proof.member"
    with pytest.raises(SatchelError) as caught:
        suites.verify(
            Secured(BADGE, PINNED), proofs_of(with_proof(sign(), jws="a..b"))[0], KEYS[KeyType.ED25519].public()
        )
    assert caught.value.code == "proof.member"


def test_a_signature_over_an_encoded_payload_is_false() -> None:
    """The same header with b64 understood as true: the payload as base64url under the signature."""
    signer = SIGNERS[KeyType.ED25519]
    document = with_proof(ED25519, verificationMethod=signer.id)
    (proof,) = proofs_of(document)
    secured = Secured(document, CONTEXTS)
    options = options_of(proof, secured.document)
    del options["jws"]
    data = rdfc.hash_data(secured, options, "sha256")
    header = jws_of(document)[0]
    plain, encoded = header.encode() + b"." + data, f"{header}.{base64url_encode(data)}".encode()
    assert holds(with_proof(document, jws=f"{header}..{base64url_encode(signer.sign(plain))}"))
    assert not holds(with_proof(document, jws=f"{header}..{base64url_encode(signer.sign(encoded))}"))


def test_a_key_of_another_type_is_not_tried() -> None:
    (proof,) = proofs_of(SIGNED[0])
    key = KEYS[KeyType.P_256].public()
    assert code_of(lambda: suites.verify(Secured(SIGNED[0], CONTEXTS), proof, key)) == "proof.key_mismatch"
    (proof,) = proofs_of(P_256)
    for kind in (KeyType.ED25519, KeyType.P_384, KeyType.SECP256K1):
        key = KEYS[kind].public()
        assert code_of(lambda key=key: suites.verify(Secured(P_256, CONTEXTS), proof, key)) == "proof.key_mismatch"


@pytest.mark.parametrize("suite", ["Ed25519Signature2018", "JsonWebSignature2020"])
def test_no_such_proof_is_made(suite: str) -> None:
    assert code_of(lambda: sign(suite=suite)) == "proof.suite_retired"
