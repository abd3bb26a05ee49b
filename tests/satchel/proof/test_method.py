"""satchel.proof.method: one method, one key, and no second reading of it."""

from __future__ import annotations

import pytest

from satchel.codec.base import base58_encode
from satchel.errors import KeyFault
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.port import JsonObject, JsonValue
from satchel.proof import method

KEY = PrivateKey.from_seed(bytes(range(3, 35))).public()
OTHER = PrivateKey.from_seed(bytes(range(4, 36))).public()
MULTIKEY: JsonObject = {
    "id": "did:example:a#k",
    "type": "Multikey",
    "controller": "did:example:a",
    "publicKeyMultibase": multikey.encode(KEY),
}
JWK: JsonObject = {
    "id": "did:example:a#k",
    "type": "JsonWebKey",
    "controller": "did:example:a",
    "publicKeyJwk": jwk.encode(KEY),
}
BASE58: JsonObject = {
    "id": "did:example:a#k",
    "type": "Ed25519VerificationKey2018",
    "controller": "did:example:a",
    "publicKeyBase58": base58_encode(KEY.raw),
}
P_256 = PrivateKey.generate(lambda count: bytes(range(3, count + 3)), KeyType.P_256).public()


def changed(value: JsonObject, **changes: JsonValue) -> JsonObject:
    return {name: member for name, member in (value | changes).items() if member is not None}


@pytest.mark.parametrize(
    "value",
    [
        MULTIKEY,
        JWK,
        changed(MULTIKEY, type="Ed25519VerificationKey2020"),
        changed(JWK, type="JsonWebKey2020"),
        BASE58,
        changed(BASE58, publicKeyMultibase=multikey.encode(KEY)),
        changed(MULTIKEY, type="Ed25519VerificationKey2018"),
        changed(MULTIKEY, publicKeyJwk=jwk.encode(KEY)),
        changed(MULTIKEY, type="JsonWebKey2020", publicKeyJwk=jwk.encode(KEY), **{"@context": "https://x.example"}),
    ],
)
def test_a_method_of_a_known_type_has_its_key(value: JsonObject) -> None:
    read = method.read(value)
    assert (read.id, read.type, read.controller) == (value["id"], value["type"], value["controller"])
    assert read.key == KEY
    assert (read.expires, read.revoked) == (None, None)


@pytest.mark.parametrize("value", [MULTIKEY, JWK])
def test_a_method_may_hold_a_key_of_another_type(value: JsonObject) -> None:
    spelling: JsonObject = (
        {"publicKeyJwk": jwk.encode(P_256)} if value is JWK else {"publicKeyMultibase": multikey.encode(P_256)}
    )
    assert method.read({**value, **spelling}).key == P_256


def test_the_dates_of_a_method_are_kept_as_written() -> None:
    read = method.read(changed(MULTIKEY, expires="2026-01-01T00:00:00+01:00", revoked="2025-01-01T00:00:00Z"))
    assert (read.expires, read.revoked) == ("2026-01-01T00:00:00+01:00", "2025-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "value,code",
    [
        ({}, "key.method"),
        (changed(MULTIKEY, type=None), "key.method"),
        (changed(MULTIKEY, type=["Multikey"]), "key.method"),
        (changed(MULTIKEY, type="multikey"), "key.type_unsupported"),
        (changed(MULTIKEY, type="Ed25519VerificationKey2016"), "key.type_unsupported"),
        (changed(BASE58, publicKeyBase58=None), "key.method"),
        (changed(BASE58, publicKeyBase58="0"), "key.method"),
        (changed(BASE58, publicKeyBase58=base58_encode(KEY.raw + b"\x00")), "key.length"),
        (changed(BASE58, publicKeyBase58=base58_encode(b"\x01" + bytes(31))), "key.point"),
        (changed(BASE58, publicKeyMultibase=multikey.encode(OTHER)), "key.method"),
        (changed(BASE58, publicKeyJwk=jwk.encode(OTHER)), "key.method"),
        (changed(BASE58, type="Ed25519VerificationKey2020"), "key.method"),
        (changed(MULTIKEY, type="Ed25519VerificationKey2020", publicKeyMultibase=multikey.encode(P_256)), "key.method"),
        (changed(JWK, publicKeyJwk=jwk.encode(P_256), publicKeyMultibase=multikey.encode(KEY)), "key.method"),
        (changed(MULTIKEY, id=None), "key.method"),
        (changed(MULTIKEY, id=""), "key.method"),
        (changed(MULTIKEY, id=5), "key.method"),
        (changed(MULTIKEY, controller=None), "key.method"),
        (changed(MULTIKEY, controller=["did:example:a"]), "key.method"),
        (changed(MULTIKEY, publicKeyMultibase=None), "key.method"),
        (changed(MULTIKEY, publicKeyMultibase=5), "key.method"),
        (changed(MULTIKEY, publicKeyMultibase=""), "key.method"),
        (changed(MULTIKEY, publicKeyMultibase="zabc"), "key.type_unsupported"),
        (changed(MULTIKEY, publicKeyMultibase="uAAAA"), "key.multikey"),
        (changed(MULTIKEY, publicKeyMultibase="z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"), "key.secret"),
        (changed(JWK, publicKeyJwk=[]), "key.method"),
        (changed(JWK, publicKeyJwk={**jwk.encode(KEY), "d": "AAAA"}), "key.secret"),
        (changed(JWK, publicKeyJwk={**jwk.encode(KEY), "use": "enc"}), "key.use"),
        (changed(MULTIKEY, publicKeyJwk=jwk.encode(OTHER)), "key.method"),
        (changed(MULTIKEY, secretKeyMultibase="z"), "key.secret"),
        (changed(MULTIKEY, privateKeyBase58="1"), "key.secret"),
        (changed(JWK, privateKeyJwk={}), "key.secret"),
        (changed(MULTIKEY, expires="2026-01-01"), "key.method"),
        (changed(MULTIKEY, expires=5), "key.method"),
        (changed(MULTIKEY, revoked="yes"), "key.method"),
    ],
)
def test_any_other_method_is_refused_with_its_own_code(value: JsonObject, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        method.read(value)
    assert caught.value.code == code
