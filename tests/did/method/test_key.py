"""did.method.key: the DID is the key and nothing else is."""

from __future__ import annotations

import json

import pytest

from did import create, document
from did.method import key
from did.syntax import parse
from satchel.codec import jcs
from satchel.codec.base import base58_decode, base58_encode
from satchel.errors import DidError, KeyFault
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.port import JsonObject
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
        ("z" + base58_encode(RAW[:-1]), "did.key_length"),
        ("z" + base58_encode(RAW + b"\x00"), "did.key_length"),
        ("z" + base58_encode(b"\x80\x26" + RAW[2:]), "did.key"),
        ("z" + base58_encode(b"\xed\x81\x00" + RAW[2:]), "did.key"),
        ("z" + base58_encode(b"\xed\x01" + bytes(32)), "did.key"),
        ("z" + base58_encode(b"\xed\x01" + b"\x02" + bytes(31)), "did.key"),
        ("z" + base58_encode(b"\xec\x01" + bytes(32)), "did.key"),
        ("z" + base58_encode(b"\xec\x01" + b"\xff" * 32), "did.key"),
        ("z" + base58_encode(b"\xec\x01" + RAW[3:]), "did.key_unsupported"),
        ("z6LS" + base58_encode(RAW), "did.key_unsupported"),
        ("z" + base58_encode(b"\xef\x01" + RAW[2:]), "did.key_unsupported"),
        ("z" + base58_encode(RAW[2:]), "did.key_unsupported"),
        ("2:" + BODY, "did.key"),
        ("-1:" + BODY, "did.key"),
        ("1:1:" + BODY, "did.key"),
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


def test_the_version_of_the_method_may_stand_before_the_key() -> None:
    did = f"did:key:1:{BODY}"
    (method,) = key.document(parse(did)).methods.values()
    assert method.id == f"{did}#{BODY}"
    assert multikey.encode(method.key) == BODY


@needs_shared
def test_the_x25519_vectors_agree_on_keys_and_sign_nothing() -> None:
    vectors = json.loads((VECTORS / "x25519.json").read_bytes())["didDocument"]
    assert len(vectors) >= 3
    for did, vector in vectors.items():
        found = key.document(parse(did))
        (entry,) = vector["verificationMethod"]
        assert found.raw["keyAgreement"] == [entry["id"]] == vector["keyAgreement"]
        (method,) = found.raw["verificationMethod"]  # type: ignore[misc]
        body = did.removeprefix("did:key:")
        assert method["publicKeyMultibase"] == body  # type: ignore[index,call-overload]
        if "publicKeyBase58" in entry:
            assert base58_decode(body[1:])[2:] == base58_decode(entry["publicKeyBase58"])
        assert not found.methods
        with pytest.raises(KeyFault) as caught:
            found.method(entry["id"])
        assert caught.value.code == "key.use"


@needs_shared
def test_the_derived_agreement_key_is_that_of_the_vectors() -> None:
    for did, vector in json.loads((VECTORS / "ed25519-x25519.json").read_bytes()).items():
        found = key.document_with_agreement(parse(did))
        pair = vector["keyAgreementKeyPair"]
        assert found.raw["keyAgreement"] == [did + "#" + pair["id"].rpartition("#")[2]]
        assert list(found.methods) == list(key.document(parse(did)).methods)
    other = create.did_key(PrivateKey.generate(lambda count: bytes(range(1, count + 1)), KeyType.P_256).public())
    assert key.document_with_agreement(parse(other)).raw == key.document(parse(other)).raw


def jwk_did(raw: bytes) -> str:
    return "did:key:z" + base58_encode(b"\xd1\xd6\x03" + raw)


@pytest.mark.parametrize("kind", [KeyType.P_256, KeyType.SECP256K1, KeyType.ED25519])
def test_a_key_may_be_a_canonical_jwk(kind: KeyType) -> None:
    public = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind).public()
    did = jwk_did(jcs.encode(jwk.encode(public)))
    found = key.document(parse(did))
    (method,) = found.methods.values()
    assert (method.key, method.id, method.type) == (public, f"{did}#{did.removeprefix('did:key:')}", "JsonWebKey")
    assert document.read(found.raw, did).methods == found.methods


def test_a_well_known_did_of_a_natural_person_is_read() -> None:
    """The example of EBSI's documentation of natural persons' DIDs."""
    value: JsonObject = {
        "crv": "P-256",
        "kty": "EC",
        "x": "ngy44T1vxAT6Di4nr-UaM9K3Tlnz9pkoksDokKFkmNc",
        "y": "QCRfOKlSM31GTkb4JHx3nXB4G_jSPMsbdjzlkT_UpPc",
    }
    did = (
        "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsEYvdrjxMjQ4tpnje9BDBTzuNDP3knn6qLZErzd4bJ5go2CChoPjd"
        "5GAH3zpFJP5fuwSk66U5Pq6EhF4nKnHzDnznEP8fX99nZGgwbAh1o7Gj1X52Tdhf7U4KTk66xsA5r"
    )
    (method,) = key.document(parse(did)).methods.values()
    assert jwk.encode(method.key) == value


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(jwk.encode(PrivateKey.from_seed(bytes(32)).public())).encode(),
        b"{}",
        b"[]",
        b"\xff",
        b'{"crv":"Ed25519","d":"x","kty":"OKP","x":"x"}',
    ],
)
def test_a_jwk_in_another_spelling_or_with_its_secret_is_refused(raw: bytes) -> None:
    assert code_of(jwk_did(raw)) == "did.key"


@needs_shared
def test_the_bls_vectors_give_their_keys_and_the_double_keys_of_before_are_unsupported() -> None:
    """The vectors hold one key in G2 each, and older DIDs with a key in G1 and one in G2, which nobody writes now."""
    vectors = json.loads((VECTORS / "bls12381.json").read_bytes())
    codes = []
    for did, vector in vectors.items():
        try:
            (method,) = key.document(parse(did)).methods.values()
        except DidError as fault:
            codes.append(fault.code)
            continue
        assert method.key.type is KeyType.BLS12_381_G2
        assert method.key.raw == base58_decode(vector["verificationKeyPair"]["publicKeyBase58"], limit_chars=200)
    assert set(codes) <= {"did.key_unsupported"}
    assert len(codes) < len(vectors)


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
