"""Public keys and the check of raw signatures. One table says which types exist and what is theirs.

Each type has one signature algorithm: Ed25519, ECDSA with the hash of its curve, RSA as RS256, BBS with SHA-256. So no
header and no proof can tell whoever holds a key which algorithm to use.

Two Ed25519 engines give two verdicts when a key or a signature holds a point of small order or a second spelling of
a point: then anybody can "sign" any text. Such points are refused here before an engine is called, and both engines
agree on all the rest. Sources: RFC 8032 §5.1, "Taming the Many EdDSAs" (2020) table 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from satchel.errors import KeyFault

SIGNATURE_BYTES: Final = 64


class KeyType(StrEnum):
    """The key types that Satchel knows, named as JOSE and Multikey readers know them."""

    ED25519 = "Ed25519"
    P_256 = "P-256"
    P_384 = "P-384"
    P_521 = "P-521"
    SECP256K1 = "secp256k1"
    RSA = "RSA"
    BLS12_381_G2 = "Bls12381G2"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What belongs to one key type. `public_bytes` is None when keys differ in length; `fault` is None for a sound
    key, else what is wrong with it; `signature_bytes` is for a sound key."""

    public_bytes: int | None
    signature_bytes: Callable[[bytes], int]
    fault: Callable[[bytes], str | None]
    verify: Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A sound public key: of the right length, on its curve, of no small order.

    `raw` is the key's own encoding (Ed25519: 32 bytes; ECDSA and BLS12-381: the compressed point; RSA: PKCS#1 DER).
    Making one raises KeyFault key.length or key.point.
    """

    type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        kind = _KINDS[self.type]
        if kind.public_bytes is not None and len(self.raw) != kind.public_bytes:
            raise KeyFault(
                "key.length",
                f"a public key of type {self.type} has {kind.public_bytes} bytes, this one {len(self.raw)}",
            )
        if (fault := kind.fault(self.raw)) is not None:
            raise KeyFault("key.point", f"the {self.type} public key {fault}")

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the raw signature (Ed25519: R then S; ECDSA: r then s; BBS: A then e, over a frame of bls.frame) over
        exactly these bytes is by this key. Raises KeyFault proof.extra_missing, key.frame for a BBS key alone."""
        return _KINDS[self.type].verify(self.raw, message, signature)

    @property
    def signature_bytes(self) -> int:
        """How long every raw signature by this key is."""
        return _KINDS[self.type].signature_bytes(self.raw)


_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P

# The y of the two points of order 8 besides those of order 1, 2 and 4; the other two of order 8 are their negatives.
_ORDER_8_Y: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_LOW_ORDER_Y: Final = (0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y, _P, _P + 1)
# Encodings whose 255 low bits are not below the prime: a second spelling of a point.
_REFUSED_Y: Final = frozenset((*_LOW_ORDER_Y, *range(_P, 2**255)))
_REFUSED_POINTS: Final = frozenset((y | sign << 255).to_bytes(32, "little") for y in _REFUSED_Y for sign in (0, 1))


@lru_cache(maxsize=4096)
def _ed25519_fault(raw: bytes) -> str | None:
    """What is wrong with a point. Remembered by the 32 bytes alone: the square root costs as much as a signature."""
    if raw in _REFUSED_POINTS:
        return "is a point of small order, or a second spelling of one: anybody could sign for it"
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    # RFC 8032 §5.1.3: x² = (y² - 1) / (d y² + 1) must be a square (Euler's criterion on numerator times denominator).
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        return "is not a point of the curve"
    return None


def _ed25519_verify(raw: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != SIGNATURE_BYTES or signature[:32] in _REFUSED_POINTS:
        return False
    if int.from_bytes(signature[32:], "little") >= _ORDER:
        return False
    # Imported here: a process that reads a key without a signature does not load the engine.
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError

    try:
        crypto_sign_open(signature + message, raw)
    except BadSignatureError:
        return False
    return True


def _ecdsa_kind(name: str, size: int) -> _Kind:
    # Imported where they are used, as the engines of the other types: a process meets keys of one or two types.
    def fault(raw: bytes) -> str | None:
        from satchel.key import ecdsa

        return ecdsa.fault(ecdsa.CURVES[name], raw)

    def verify(raw: bytes, message: bytes, signature: bytes) -> bool:
        from satchel.key import ecdsa

        return ecdsa.verify(ecdsa.CURVES[name], raw, message, signature)

    return _Kind(public_bytes=1 + size, signature_bytes=lambda raw: 2 * size, fault=fault, verify=verify)


def _rsa_size(raw: bytes) -> int:
    from satchel.key import rsa

    return rsa.size(raw)


def _rsa_fault(raw: bytes) -> str | None:
    from satchel.key import rsa

    return rsa.fault(raw)


def _rsa_verify(raw: bytes, message: bytes, signature: bytes) -> bool:
    from satchel.key import rsa

    return rsa.verify(raw, message, signature, scheme="RS256")


def _bls_fault(raw: bytes) -> str | None:
    # Imported here, as below: few processes meet a key of this type.
    from satchel.key import bls

    return bls.fault(raw)


def _bls_verify(raw: bytes, message: bytes, signature: bytes) -> bool:
    from satchel.key import bls

    return bls.verify(raw, signature, *bls.unframe(message))


_KINDS: Final[Mapping[KeyType, _Kind]] = MappingProxyType(
    {
        KeyType.ED25519: _Kind(
            public_bytes=32, signature_bytes=lambda raw: SIGNATURE_BYTES, fault=_ed25519_fault, verify=_ed25519_verify
        ),
        KeyType.P_256: _ecdsa_kind("P-256", 32),
        KeyType.P_384: _ecdsa_kind("P-384", 48),
        KeyType.P_521: _ecdsa_kind("P-521", 66),
        KeyType.SECP256K1: _ecdsa_kind("secp256k1", 32),
        KeyType.BLS12_381_G2: _Kind(
            public_bytes=96, signature_bytes=lambda raw: 80, fault=_bls_fault, verify=_bls_verify
        ),
        KeyType.RSA: _Kind(public_bytes=None, signature_bytes=_rsa_size, fault=_rsa_fault, verify=_rsa_verify),
    }
)
