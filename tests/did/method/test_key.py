"""did.method.key: the DID is the key and nothing else is."""

from __future__ import annotations

import json
import re

import pytest

from did import create, document
from did.method import key
from did.syntax import parse
from satchel.codec.base import base58_decode, base58_encode
from satchel.errors import DidError
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from tests.shared import SHARED, needs_shared

BODY = multikey.encode(PrivateKey.from_seed(bytes(range(9, 41))).public())
OTHER = multikey.encode(PrivateKey.from_seed(bytes(range(8, 40))).public())
DID = f"did:key:{BODY}"
VECTORS = SHARED / "vectors" / "did-key"


def code_of(did: str) -> str:
    with pytest.raises(DidError) as caught:
        key.document(parse(did))
    return caught.value.code


def test_the_one_method_has_the_key_as_fragment_and_signs_everything() -> None:
    found = key.document(parse(DID))
    assert list(found.methods) == [f"{DID}#{BODY}"]
    assert multikey.encode(found.method(f"{DID}#{BODY}").key) == BODY
    for purpose in ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"):
        assert found.authorises(f"{DID}#{BODY}", purpose)
    assert not found.authorises(f"{DID}#{BODY}", "keyAgreement")


def test_the_made_document_reads_as_what_it_is() -> None:
    found = key.document(parse(DID))
    again = document.read(found.raw, DID)
    assert again.methods == found.methods
    assert again.faults == found.faults == {}
    assert {name: ids for name, ids in again.purposes.items() if ids} == found.purposes


@pytest.mark.parametrize("fragment", ["#" + OTHER, "#key-1", "#", "", "#" + BODY + "x", "#" + BODY.lower()])
def test_no_other_fragment_names_the_key(fragment: str) -> None:
    found = key.document(parse(DID))
    assert not found.authorises(DID + fragment, "assertionMethod")
    with pytest.raises(DidError) as caught:
        found.method(DID + fragment)
    assert caught.value.code == "did.method_missing"


RAW = base58_decode(BODY[1:])


@pytest.mark.parametrize(
    "body,code",
    [
        ("z", "did.key"),
        (BODY[1:], "did.key"),
        ("z" + base58_encode(RAW[:-1]), "did.key"),
        ("z" + base58_encode(RAW + b"\x00"), "did.key"),
        ("z" + base58_encode(b"\x80\x26" + RAW[2:]), "did.key"),
        ("z" + base58_encode(b"\xed\x81\x00" + RAW[2:]), "did.key"),
        ("z" + base58_encode(b"\xed\x01" + bytes(32)), "did.key"),
        ("z" + base58_encode(b"\xed\x01" + b"\x02" + bytes(31)), "did.key"),
        ("z" + base58_encode(b"\xec\x01" + RAW[2:]), "did.key_unsupported"),
        ("z" + base58_encode(RAW[2:]), "did.key_unsupported"),
        ("1:" + BODY, "did.key"),
        (BODY + ":" + BODY, "did.key"),
        ("z" + "2" * 1500, "did.key"),
        (BODY.replace("z6Mk", "z6M0"), "did.key"),
    ],
)
def test_a_body_that_is_no_sound_key_is_refused(body: str, code: str) -> None:
    assert code_of(f"did:key:{body}") == code


@needs_shared
def test_the_ed25519_vectors_give_their_keys() -> None:
    vectors = json.loads((VECTORS / "ed25519-x25519.json").read_bytes())
    assert len(vectors) >= 5
    for did, vector in vectors.items():
        found = key.document(parse(did))
        public = PrivateKey.from_seed(bytes.fromhex(vector["seed"])).public()
        (method,) = found.methods.values()
        assert method.key == public
        pair = vector["verificationKeyPair"]
        assert method.id == did + "#" + pair["id"].rpartition("#")[2]
        if "publicKeyBase58" in pair:
            assert base58_decode(pair["publicKeyBase58"]) == public.raw


@needs_shared
@pytest.mark.parametrize("name", ["bls12381", "x25519"])
def test_the_vectors_of_other_key_types_are_unsupported_and_not_broken(name: str) -> None:
    dids = set(re.findall(r"did:key:z[1-9A-HJ-NP-Za-km-z]+", (VECTORS / f"{name}.json").read_text()))
    assert dids
    for did in dids:
        assert code_of(did) == "did.key_unsupported"


@needs_shared
@pytest.mark.parametrize("name", ["nist-curves", "secp256k1"])
def test_the_ecdsa_vectors_give_the_keys_that_their_jwks_hold(name: str) -> None:
    vectors = json.loads((VECTORS / f"{name}.json").read_bytes())
    assert len(vectors) >= 6
    compared = 0
    for did, vector in vectors.items():
        (method,) = key.document(parse(did)).methods.values()
        pair = vector.get("verificationMethod") or vector["verificationKeyPair"]
        assert method.id == did + "#" + pair["id"].rpartition("#")[2]
        if "publicKeyJwk" in pair:
            assert jwk.encode(method.key) == pair["publicKeyJwk"] == {**jwk.encode(jwk.decode(pair["publicKeyJwk"]))}
            compared += 1
        else:
            assert base58_decode(pair["publicKeyBase58"]) == method.key.raw
    assert compared


@pytest.mark.parametrize("kind", [kind for kind in KeyType if kind is not KeyType.RSA])
def test_a_key_of_every_type_has_a_did_that_reads_back_as_it(kind: KeyType) -> None:
    public = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind).public()
    did = create.did_key(public)
    (method,) = key.document(parse(did)).methods.values()
    assert method.key == public
    assert method.id == create.did_key_method(did)


@needs_shared
def test_the_rsa_vectors_give_the_keys_that_their_jwks_hold() -> None:
    for did, vector in json.loads((VECTORS / "rsa.json").read_bytes()).items():
        (method,) = key.document(parse(did)).methods.values()
        assert method.key.type is KeyType.RSA
        assert jwk.encode(method.key) == {"e": "AQAB", "kty": "RSA", "n": vector["publicKeyJwk"]["n"]}
