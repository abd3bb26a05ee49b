"""did.method.jwk: the JWK is the DID, `#0` is its method, and `use` says what for."""

from __future__ import annotations

import json

import pytest

from did import resolve
from did.method import jwk as did_jwk
from did.syntax import parse
from satchel.codec.base import base64url_encode
from satchel.errors import DidError, KeyFault
from satchel.key import jwk
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.node.mirror import OfflineFetch
from satchel.port import JsonObject, JsonValue, drive

PUBLIC = PrivateKey.from_seed(bytes(range(7, 39))).public()
X25519: JsonObject = {"kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}
# The examples of the method's own text: P-256 without use, and X25519 with use=enc.
P_256 = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5"
    "IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
ENCRYPTING = (
    "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5y"
    "ZngtRkctSUswOCJ9"
)
SIGNING = {"assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"}


def name(value: JsonValue) -> str:
    return "did:jwk:" + base64url_encode(json.dumps(value).encode())


def relations(did: str) -> set[str]:
    raw = did_jwk.document(parse(did)).raw
    return {key for key in raw if key in (*SIGNING, "keyAgreement")}


def code_of(did: str) -> str:
    with pytest.raises(DidError) as caught:
        did_jwk.document(parse(did))
    return caught.value.code


@pytest.mark.parametrize("kind", [kind for kind in KeyType if not kind.startswith("Bls")])
def test_a_key_of_every_type_that_has_a_jwk_is_read(kind: KeyType) -> None:
    if kind is KeyType.RSA:
        public = jwk.decode({"kty": "RSA", "e": "AQAB", "n": base64url_encode(b"\xc1" + b"\x01" * 255)})
    else:
        public = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind).public()
    did = name(jwk.encode(public))
    found = drive(resolve.resolve(did, fetch=OfflineFetch())).document
    assert found.method(f"{did}#0").key == public
    assert found.authorises(f"{did}#0", "assertionMethod")
    with pytest.raises(DidError):
        found.method(f"{did}#1")


def test_the_example_of_the_method_has_all_relations() -> None:
    assert relations(P_256) == SIGNING | {"keyAgreement"}


def test_use_says_what_a_key_is_for() -> None:
    value = jwk.encode(PUBLIC)
    assert relations(name({**value, "use": "sig"})) == SIGNING
    assert relations(name({**value, "use": "enc"})) == {"keyAgreement"}
    assert relations(name(value)) == SIGNING | {"keyAgreement"}


@pytest.mark.parametrize("did", [ENCRYPTING, name(X25519), name({**jwk.encode(PUBLIC), "use": "enc"})])
def test_a_key_for_encryption_signs_nothing(did: str) -> None:
    found = did_jwk.document(parse(did))
    assert relations(did) == {"keyAgreement"}
    assert not found.methods
    assert not found.authorises(f"{did}#0", "assertionMethod")
    with pytest.raises(KeyFault):
        found.method(f"{did}#0")


@pytest.mark.parametrize(
    "did,code",
    [
        ("did:jwk:e30", "did.key"),
        ("did:jwk:W10", "did.key"),
        ("did:jwk:x", "did.key"),
        (name(jwk.encode(PUBLIC)) + "==".replace("=", "%3D"), "did.key"),
        (name({**jwk.encode(PUBLIC), "d": "AAAA"}), "did.key"),
        (name({**X25519, "d": "AAAA"}), "did.key"),
        (name({**X25519, "x": base64url_encode(bytes(32))}), "did.key"),
        (name({**X25519, "x": "AAAA"}), "did.key_length"),
        (name({**X25519, "x": 7}), "did.key_length"),
        (name({"kty": "oct", "k": "AAAA"}), "did.key"),
        (name({"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}), "did.key_unsupported"),
        (name({**jwk.encode(PUBLIC), "x": "AAAA"}), "did.key_length"),
        (name({**jwk.encode(PUBLIC), "x": base64url_encode(bytes(32))}), "did.key"),
        ("did:jwk:" + base64url_encode(b'{"kty":"OKP","kty":"OKP"}'), "did.key"),
    ],
)
def test_what_is_no_public_key_is_refused(did: str, code: str) -> None:
    assert code_of(did) == code


def test_an_oversized_one_is_no_did() -> None:
    with pytest.raises(DidError) as caught:
        parse(name({**jwk.encode(PUBLIC), "kid": "x" * 2000}))
    assert caught.value.code == "did.invalid"


def test_a_name_is_made_of_the_exact_bytes() -> None:
    value = jwk.encode(PUBLIC)
    raw = json.dumps(value).encode()
    assert did_jwk.name(value, raw) == name(value)
    with pytest.raises(DidError):
        did_jwk.name(X25519, raw)
