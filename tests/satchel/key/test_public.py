"""satchel.key.public: which points are keys, which signatures are signatures; two engines, one verdict."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import assume, given
from hypothesis import strategies as st

from satchel.errors import KeyFault
from satchel.key.public import KeyType, PublicKey
from tests.shared import SHARED, needs_shared

WYCHEPROOF = SHARED / "vectors" / "wycheproof"
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEY = PublicKey(KeyType.ED25519, SECRET.public_key().public_bytes_raw())
MESSAGE = b"what was signed"
SIGNATURE = SECRET.sign(MESSAGE)

# RFC 8032, and the encodings that libraries have been fooled with; the last 32 hex digits' top bit is the sign.
LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def is_accepted(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return PublicKey(KeyType.ED25519, key).verify(message, signature)
    except KeyFault:
        return False


def is_accepted_by_openssl(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_point_of_small_order_is_no_key(point: str) -> None:
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.ED25519, bytes.fromhex(point))
    assert caught.value.code == "key.point"


@pytest.mark.parametrize("point", LOW_ORDER)
def test_the_universal_signature_of_a_small_point_is_never_accepted(point: str) -> None:
    identity = bytes([1]) + bytes(31)
    for signature in (identity + bytes(32), bytes.fromhex(point) + bytes(32)):
        assert not is_accepted(bytes.fromhex(point), MESSAGE, signature)
        assert not KEY.verify(MESSAGE, signature)


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign", [0, 1])
def test_a_second_spelling_of_a_point_is_no_key_and_no_part_of_a_signature(y: int, sign: int) -> None:
    point = (y | sign << 255).to_bytes(32, "little")
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.ED25519, point)
    assert caught.value.code == "key.point"
    assert not KEY.verify(MESSAGE, point + SIGNATURE[32:])


@pytest.mark.parametrize("y", [2, 7, 8, 11, 12])
def test_what_lies_beside_the_curve_is_no_key(y: int) -> None:
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.ED25519, y.to_bytes(32, "little"))
    assert caught.value.code == "key.point"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.ED25519, KEY.raw[:size].ljust(size, b"\x00"))
    assert caught.value.code == "key.length"


def test_a_signature_is_good_for_its_message_and_key_alone() -> None:
    assert KEY.verify(MESSAGE, SIGNATURE)
    assert not KEY.verify(MESSAGE + b" ", SIGNATURE)
    assert not KEY.verify(b"", SIGNATURE)
    other = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34))).public_key().public_bytes_raw()
    assert not PublicKey(KeyType.ED25519, other).verify(MESSAGE, SIGNATURE)


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_a_signature_with_one_bit_changed_is_false(bit: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[bit // 8] ^= 1 << bit % 8
    assert not KEY.verify(MESSAGE, bytes(changed))


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_a_signature_of_another_length_is_false(size: int) -> None:
    assert not KEY.verify(MESSAGE, SIGNATURE[:size].ljust(size, b"\x00"))


def test_the_same_signature_with_the_order_added_to_s_is_false() -> None:
    s = int.from_bytes(SIGNATURE[32:], "little")
    for factor in range(1, 15):
        assert not KEY.verify(MESSAGE, SIGNATURE[:32] + (s + factor * ORDER).to_bytes(32, "little"))
    assert not KEY.verify(MESSAGE, SIGNATURE[:32] + b"\xff" * 32)
    assert not KEY.verify(MESSAGE, bytes(64))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_one_engine_signs_the_other_verifies(seed: bytes, message: bytes) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key = PublicKey(KeyType.ED25519, secret.public_key().public_bytes_raw())
    assert key.verify(message, secret.sign(message))


@given(st.binary(min_size=32, max_size=32))
def test_a_random_point_is_a_key_exactly_when_the_square_root_exists(raw: bytes) -> None:
    y = int.from_bytes(raw, "little") % 2**255
    assume(y < P and raw.hex() not in LOW_ORDER)
    d = -121665 * pow(121666, -1, P) % P
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    exists = root * root % P in (square, -square % P)
    try:
        PublicKey(KeyType.ED25519, raw)
    except KeyFault:
        assert not exists
    else:
        assert exists


def test_a_signature_with_a_small_r_that_its_own_signer_made_is_refused_although_openssl_takes_it() -> None:
    # The signer picks the nonce 0: R is the identity, S = h·a, and the equation S·B = R + h·A holds.
    secret = int.from_bytes(hashlib.sha512(bytes(range(1, 33))).digest()[:32], "little")
    secret = secret & (2**254 - 8) | 2**254
    identity = bytes([1]) + bytes(31)
    h = int.from_bytes(hashlib.sha512(identity + KEY.raw + MESSAGE).digest(), "little") % ORDER
    signature = identity + (h * secret % ORDER).to_bytes(32, "little")
    assert is_accepted_by_openssl(KEY.raw, MESSAGE, signature)
    assert not KEY.verify(MESSAGE, signature)


def load(name: str) -> Any:
    return json.loads((WYCHEPROOF / name).read_bytes())


def cases() -> list[tuple[str, dict[str, Any]]]:
    if not WYCHEPROOF.is_dir():
        return []
    return [
        (group["publicKey"]["pk"], case) for group in load("ed25519_test.json")["testGroups"] for case in group["tests"]
    ]


@needs_shared
@pytest.mark.parametrize("key,case", cases(), ids=[str(case["tcId"]) for _, case in cases()])
def test_wycheproof_says_the_same(key: str, case: dict[str, Any]) -> None:
    accepted = is_accepted(bytes.fromhex(key), bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    assert accepted == (case["result"] == "valid"), case["comment"]


@needs_shared
def test_no_edge_case_with_a_small_or_second_spelled_point_passes_and_on_the_rest_both_engines_agree() -> None:
    rest = accepted = 0
    for case in load("cctv-ed25519vectors.json"):
        key, message, signature = bytes.fromhex(case["key"]), case["msg"].encode(), bytes.fromhex(case["sig"])
        mine = is_accepted(key, message, signature)
        if {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"} & set(case["flags"] or ()):
            assert not mine, case["number"]
            continue
        rest += 1
        accepted += mine
        assert mine == is_accepted_by_openssl(key, message, signature), case["number"]
    assert rest == 106
    assert 0 < accepted < rest
