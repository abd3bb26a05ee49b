"""RSA keys for checking RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256); Satchel makes none.

A key is held as the DER of PKCS#1 RSAPublicKey, as the multicodec `rsa-pub` has it. Sources: RFC 8017 §8.2, §A.1.1;
RFC 7518 §3.3 (2048 bits at least), §6.3.1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MODULUS_BITS: Final = range(2048, 4096 + 1)
# Every exponent in use is far smaller; a large one makes each check as slow as a signature.
EXPONENT_LIMIT: Final = 2**32

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02


def numbers(raw: bytes) -> tuple[int, int]:
    """Modulus and exponent of the DER. Raises ValueError for any other bytes than the one DER of two positive
    integers."""
    body, rest = _value(raw, _SEQUENCE)
    first, more = _value(body, _INTEGER)
    second, end = _value(more, _INTEGER)
    modulus, exponent = int.from_bytes(first, "big", signed=True), int.from_bytes(second, "big", signed=True)
    if rest or end or modulus <= 0 or exponent <= 0 or encode(modulus, exponent) != raw:
        raise ValueError("not the DER of two positive integers")
    return modulus, exponent


def encode(modulus: int, exponent: int) -> bytes:
    """The DER of PKCS#1 RSAPublicKey of two positive integers."""
    return _wrap(_SEQUENCE, b"".join(_wrap(_INTEGER, _signed(number)) for number in (modulus, exponent)))


def fault(raw: bytes) -> str | None:
    """What is wrong with a key, or None. Whether its modulus is a product of two good primes cannot be seen."""
    try:
        modulus, exponent = numbers(raw)
    except ValueError:
        return "is not written as PKCS#1 DER"
    if modulus.bit_length() not in MODULUS_BITS:
        return f"has {modulus.bit_length()} bits, not {MODULUS_BITS.start} to {MODULUS_BITS.stop - 1}"
    if modulus % 2 == 0 or exponent % 2 == 0 or not 3 <= exponent < EXPONENT_LIMIT:
        return "has a modulus or exponent that no honest key has"
    return None


def size(raw: bytes) -> int:
    """How many bytes the modulus of a sound key has, and so every signature by it."""
    return (numbers(raw)[0].bit_length() + 7) // 8


def verify(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over exactly these bytes is by this key, under RS256."""
    if len(signature) != size(raw):
        return False
    # Imported here: a process that sees no RSA signature does not load the engine.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        _engine(raw).verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=256)
def _engine(raw: bytes) -> RSAPublicKey:
    """The engine's key. Remembered by its DER alone."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    modulus, exponent = numbers(raw)
    return RSAPublicNumbers(exponent, modulus).public_key()


def _value(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first DER element, and what is behind it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("not this element")
    length, start = data[1], 2
    if length >= 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start > 6 or len(data) < start + length:
        raise ValueError("cut or too long")
    return data[start : start + length], data[start + length :]


def _wrap(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size_of_length = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size_of_length]) + length.to_bytes(size_of_length, "big") + content


def _signed(number: int) -> bytes:
    """The shortest two's complement of a positive integer."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
