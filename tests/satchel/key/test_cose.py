"""satchel.key.cose: the COSE_Key of every key type, and what a COSE_Key must not be."""

from __future__ import annotations

from typing import Any

import pytest

from satchel.codec import cbor
from satchel.errors import KeyFault
from satchel.key import cose, ecdsa, rsa
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey

KEYS = {
    kind: PrivateKey.generate(lambda count: bytes(range(3, count + 3)), kind).public()
    for kind, numbers in cose.ALGORITHMS.items()
    if numbers
}
P_256 = KEYS[KeyType.P_256]


def parts(kind: KeyType = KeyType.P_256, **changes: Any) -> bytes:
    """The encoded key with members replaced, or taken out when None. Names: kty, kid, alg, ops, crv, x, y, d."""
    names = {"kty": 1, "kid": 2, "alg": 3, "ops": 4, "crv": -1, "x": -2, "y": -3, "d": -4}
    value = cbor.decode(cose.encode(KEYS[kind]))
    assert isinstance(value, dict)
    changed = value | {names[name]: member for name, member in changes.items()}
    return cbor.encode({name: member for name, member in changed.items() if member is not None})


def code(raw: bytes) -> str:
    with pytest.raises(KeyFault) as caught:
        cose.decode(raw)
    return caught.value.code


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_reads_back_from_its_cose_key(kind: KeyType) -> None:
    assert cose.decode(cose.encode(KEYS[kind])) == KEYS[kind]
    for algorithm in cose.ALGORITHMS[kind]:
        assert cose.decode(parts(kind, alg=algorithm, kid=b"k", ops=[1, 2])) == KEYS[kind]


# RFC 9052 appendix C.7.1, the key "11".
def test_the_p_256_key_of_the_rfc_is_read() -> None:
    x = "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"
    y = "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
    raw = cbor.encode({1: 2, 2: b"11", -1: 1, -2: bytes.fromhex(x), -3: bytes.fromhex(y)})
    assert ecdsa.coordinates(ecdsa.CURVES["P-256"], cose.decode(raw).raw) == (bytes.fromhex(x), bytes.fromhex(y))


@pytest.mark.parametrize("kind", [kind for kind in KEYS if kind is not KeyType.ED25519])
def test_y_may_be_its_sign_alone(kind: KeyType) -> None:
    sign = KEYS[kind].raw[0] == 3
    assert cose.decode(parts(kind, y=sign)) == KEYS[kind]
    assert cose.decode(parts(kind, y=not sign)) != KEYS[kind]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "key.cose"),
        (b"\x80", "key.cose"),
        (b"\xa2\x01\x02\x01\x02", "key.cose"),
        (parts() + b"\x00", "key.cose"),
        (b"\x58" + bytes([200]) + bytes(200), "key.cose"),
        (parts(kid=b"k" * 5000), "key.cose"),
        (parts(d=b"secret"), "key.secret"),
        (parts(kty=None), "key.type_unsupported"),
        (parts(kty=4), "key.type_unsupported"),
        (parts(kty=1), "key.type_unsupported"),
        (parts(kty="EC2"), "key.type_unsupported"),
        (parts(kty=True), "key.type_unsupported"),
        (parts(crv=4), "key.type_unsupported"),
        (parts(crv="P-256"), "key.type_unsupported"),
        (parts(crv=2), "key.length"),
        (parts(ops=[1]), "key.use"),
        (parts(ops=[]), "key.use"),
        (parts(ops=2), "key.use"),
        (parts(alg=-35), "key.use"),
        (parts(alg=-25), "key.use"),
        (parts(alg="ES256"), "key.use"),
        (parts(x=None), "key.cose"),
        (parts(x="text"), "key.cose"),
        (parts(y=None), "key.length"),
        (parts(y=b"\x00" * 33), "key.length"),
        (parts(y=b"\x00" * 32), "key.point"),
        (parts(x=b"\xff" * 32), "key.point"),
        (parts(KeyType.ED25519, x=bytes(32)), "key.point"),
        (parts(KeyType.ED25519, x=bytes(31)), "key.length"),
    ],
)
def test_every_other_cose_key_is_refused_with_its_own_code(raw: bytes, expected: str) -> None:
    assert code(raw) == expected


def test_an_rsa_key_is_not_written() -> None:
    key = PublicKey(KeyType.RSA, rsa.encode(2**2047 + 1, 65537))
    with pytest.raises(KeyFault) as caught:
        cose.encode(key)
    assert caught.value.code == "key.type_unsupported"
