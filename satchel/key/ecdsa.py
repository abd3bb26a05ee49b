"""ECDSA on the curves that JOSE and Multikey name: their points, and the check of raw signatures.

A point is held compressed, as Multikey writes it; it has one spelling. A signature is r then s, each as long as the
curve's order; every such pair has a twin (r, n - s) that is as good, so nothing may be remembered by a signature.
Sources: FIPS 186-5, SEC 1 §2.3, SEC 2 (secp256k1), RFC 7518 §3.4, RFC 8812 §3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurve, EllipticCurvePublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """y² = x³ + ax + b over the prime field; the group has prime order, so every point on it is a sound key.

    `size` is the length in bytes of a coordinate and of r and s; `hash_name` is the hash that its signatures use.
    """

    name: str
    prime: int
    a: int
    b: int
    order: int
    size: int
    hash_name: Literal["sha256", "sha384", "sha512"]


_P_256: Final = Curve(
    name="P-256",
    prime=2**256 - 2**224 + 2**192 + 2**96 - 1,
    a=-3,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    size=32,
    hash_name="sha256",
)
_P_384: Final = Curve(
    name="P-384",
    prime=2**384 - 2**128 - 2**96 + 2**32 - 1,
    a=-3,
    b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    size=48,
    hash_name="sha384",
)
_P_521: Final = Curve(
    name="P-521",
    prime=2**521 - 1,
    a=-3,
    b=int(
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf07"
        "3573df883d2c34f1ef451fd46b503f00",
        16,
    ),
    order=int(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d0"
        "3bb5c9b8899c47aebb6fb71e91386409",
        16,
    ),
    size=66,
    hash_name="sha512",
)
_SECP256K1: Final = Curve(
    name="secp256k1",
    prime=2**256 - 2**32 - 977,
    a=0,
    b=7,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    size=32,
    hash_name="sha256",
)
CURVES: Final[Mapping[str, Curve]] = MappingProxyType(
    {curve.name: curve for curve in (_P_256, _P_384, _P_521, _SECP256K1)}
)


def fault(curve: Curve, raw: bytes) -> str | None:
    """What is wrong with a compressed point of the right length, or None."""
    if raw[:1] not in (b"\x02", b"\x03"):
        return "is not written as a compressed point"
    if int.from_bytes(raw[1:], "big") >= curve.prime:
        return "is a second spelling of a point: its x is not below the prime"
    return None if _ordinate(curve.name, raw) is not None else "is not a point of the curve"


def coordinates(curve: Curve, raw: bytes) -> tuple[bytes, bytes]:
    """x and y of a sound compressed point, big-endian. Raises ValueError when it is none."""
    y = None if fault(curve, raw) is not None else _ordinate(curve.name, raw)
    if y is None:
        raise ValueError("not a compressed point of the curve")
    return raw[1:], y.to_bytes(curve.size, "big")


def compress(curve: Curve, x: bytes, y: bytes) -> bytes | None:
    """The compressed form of a point whose coordinates have the curve's length, None when it is not on the curve."""
    raw = bytes([2 + (y[-1] & 1)]) + x
    return raw if fault(curve, raw) is None and coordinates(curve, raw) == (x, y) else None


def verify(curve: Curve, raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether r and s, `size` bytes each, sign the message with the curve's hash. Any other form is false: DER, other
    lengths, and values outside of 1 to n - 1 (an engine once took r = s = 0 for good: CVE-2022-21449)."""
    if len(signature) != 2 * curve.size:
        return False
    r, s = int.from_bytes(signature[: curve.size], "big"), int.from_bytes(signature[curve.size :], "big")
    if not (0 < r < curve.order and 0 < s < curve.order):
        return False
    # Imported here: a process that sees no ECDSA signature does not load the engine.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    try:
        _engine(curve.name, raw).verify(encode_dss_signature(r, s), message, algorithm(curve))
    except InvalidSignature:
        return False
    return True


def raw_signature(curve: Curve, der: bytes) -> bytes:
    """The r and s that an engine wrote in DER, as raw bytes."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(curve.size, "big") + s.to_bytes(curve.size, "big")


def engine_curve(curve: Curve) -> EllipticCurve:
    """The curve as the engine knows it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    match curve.name:
        case "P-256":
            return ec.SECP256R1()
        case "P-384":
            return ec.SECP384R1()
        case "P-521":
            return ec.SECP521R1()
        case _:
            return ec.SECP256K1()


def algorithm(curve: Curve, *, is_deterministic: bool = False) -> ECDSA:
    """ECDSA with the curve's hash; for signing also with the nonce of RFC 6979, which needs no randomness."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    match curve.hash_name:
        case "sha256":
            return ECDSA(hashes.SHA256(), deterministic_signing=is_deterministic)
        case "sha384":
            return ECDSA(hashes.SHA384(), deterministic_signing=is_deterministic)
        case "sha512":
            return ECDSA(hashes.SHA512(), deterministic_signing=is_deterministic)


@lru_cache(maxsize=4096)
def _ordinate(name: str, raw: bytes) -> int | None:
    """The y of a compressed point, None when there is none. Remembered by the curve's name and the point alone: the
    square root costs as much as a signature."""
    curve = CURVES[name]
    x = int.from_bytes(raw[1:], "big")
    square = (x * x * x + curve.a * x + curve.b) % curve.prime
    # All four primes are 3 modulo 4, so the root is this power when there is one.
    root = pow(square, (curve.prime + 1) // 4, curve.prime)
    if root * root % curve.prime != square:
        return None
    return root if root & 1 == raw[0] & 1 else curve.prime - root


@lru_cache(maxsize=1024)
def _engine(name: str, raw: bytes) -> EllipticCurvePublicKey:
    """The engine's key. Remembered by the curve's name and the point alone."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    return EllipticCurvePublicKey.from_encoded_point(engine_curve(CURVES[name]), raw)
