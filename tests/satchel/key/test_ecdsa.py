"""satchel.key.ecdsa: points, raw signatures and their edges; Wycheproof as the judge."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from satchel.errors import KeyFault
from satchel.key import ecdsa
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey

TYPES = [KeyType(name) for name in ecdsa.CURVES]
KEYS = {kind: PrivateKey.generate(lambda count: bytes(range(9, count + 9)), kind) for kind in TYPES}
MESSAGE = b"what was signed"


def parts(kind: KeyType) -> tuple[ecdsa.Curve, int, int]:
    curve = ecdsa.CURVES[kind]
    signature = KEYS[kind].sign(MESSAGE)
    return curve, int.from_bytes(signature[: curve.size], "big"), int.from_bytes(signature[curve.size :], "big")


def raw(curve: ecdsa.Curve, r: int, s: int) -> bytes:
    return r.to_bytes(curve.size, "big") + s.to_bytes(curve.size, "big")


@given(st.sampled_from(TYPES), st.integers(min_value=1, max_value=2**250))
def test_every_point_of_the_engine_is_read_as_the_same_point(kind: KeyType, scalar: int) -> None:
    curve = ecdsa.CURVES[kind]
    public = ec.derive_private_key(scalar, ecdsa.engine_curve(curve)).public_key()
    compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    numbers = public.public_numbers()
    x, y = ecdsa.coordinates(curve, compressed)
    assert (int.from_bytes(x, "big"), int.from_bytes(y, "big")) == (numbers.x, numbers.y)
    assert ecdsa.compress(curve, x, y) == compressed
    assert ecdsa.fault(curve, compressed) is None


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_no_compressed_point_of_the_curve_is_no_key(kind: KeyType) -> None:
    curve = ecdsa.CURVES[kind]
    good = KEYS[kind].public().raw
    x, y = ecdsa.coordinates(curve, good)
    off = next(
        bytes([2]) + number.to_bytes(curve.size, "big")
        for number in range(1, 100)
        if pow(number**3 + curve.a * number + curve.b, (curve.prime - 1) // 2, curve.prime) == curve.prime - 1
    )
    for bad, code in (
        (b"\x04" + x, "key.point"),
        (b"\x00" + x, "key.point"),
        (b"\x05" + x, "key.point"),
        (b"\x02" + curve.prime.to_bytes(curve.size, "big"), "key.point"),
        (b"\x02" + (curve.prime + 1).to_bytes(curve.size, "big"), "key.point"),
        (off, "key.point"),
        (b"\x04" + x + y, "key.length"),
        (good[:-1], "key.length"),
        (good + b"\x00", "key.length"),
        (b"\x00", "key.length"),
        (b"", "key.length"),
    ):
        with pytest.raises(KeyFault) as caught:
            PublicKey(kind, bad)
        assert caught.value.code == code, bad.hex()
    with pytest.raises(ValueError, match="not a compressed point"):
        ecdsa.coordinates(curve, off)


@pytest.mark.parametrize("kind", TYPES)
def test_a_signature_of_zeros_of_the_order_or_in_another_form_is_false(kind: KeyType) -> None:
    curve, r, s = parts(kind)
    n, top = curve.order, 256**curve.size
    public = KEYS[kind].public()
    assert public.verify(MESSAGE, raw(curve, r, s))
    outside = [(0, 0), (0, s), (r, 0), (n, s), (r, n), (n, n), (n, 0), (n - 1, n), (top - 1, top - 1)]
    outside += [(r + n, s)] * (r + n < top) + [(r, s + n)] * (s + n < top)
    for pair in outside:
        assert not public.verify(MESSAGE, raw(curve, *pair)), pair
    der = encode_dss_signature(r, s)
    good = raw(curve, r, s)
    for other in (
        der,
        der.ljust(2 * curve.size, b"\x00")[: 2 * curve.size],
        b"\x00" + good,
        good + b"\x00",
        good[:-1],
        b"\x00" + good[: curve.size] + b"\x00" + good[curve.size :],
        b"",
    ):
        assert not public.verify(MESSAGE, other)


@pytest.mark.parametrize("kind", TYPES)
def test_the_twin_of_a_signature_is_as_good_so_none_is_an_identity(kind: KeyType) -> None:
    curve, r, s = parts(kind)
    assert KEYS[kind].public().verify(MESSAGE, raw(curve, r, curve.order - s))


@pytest.mark.parametrize("kind", TYPES)
def test_a_signature_is_good_for_its_message_key_and_curve_alone(kind: KeyType) -> None:
    signature = KEYS[kind].sign(MESSAGE)
    other = PrivateKey.generate(lambda count: bytes(range(8, count + 8)), kind)
    assert not KEYS[kind].public().verify(MESSAGE + b" ", signature)
    assert not other.public().verify(MESSAGE, signature)
    for foreign, key in KEYS.items():
        assert key.public().verify(MESSAGE, signature) is (foreign is kind)
    for bit in range(0, 8 * len(signature), 37):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not KEYS[kind].public().verify(MESSAGE, bytes(changed))


@pytest.mark.parametrize("kind", TYPES)
def test_the_order_of_each_curve_brings_its_point_back(kind: KeyType) -> None:
    """(n - 2) G and 2 G are each other's negative: the same x, another y."""
    curve = ecdsa.CURVES[kind]
    two, minus_two = (
        ec.derive_private_key(scalar, ecdsa.engine_curve(curve)).public_key().public_numbers()
        for scalar in (2, curve.order - 2)
    )
    assert two.x == minus_two.x
    assert two.y == curve.prime - minus_two.y
