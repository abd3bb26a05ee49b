"""RSA keys for checking RSASSA-PKCS1-v1_5 and RSASSA-PSS signatures; Satchel makes none.

A key is held as the DER of PKCS#1 RSAPublicKey, as the multicodec `rsa-pub` has it. Sources: RFC 8017 §8.1, §8.2,
§A.1.1; RFC 7518 §3.3, §3.5 (2048 bits at least), §6.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How a signature is padded and what hash it is over. RFC 7518 §3.5: the salt of PSS is as long as the hash, which
    also serves its mask."""

    padding: Literal["pkcs1", "pss"]
    hash_name: Literal["sha256", "sha384", "sha512"]


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "RS256": Scheme(padding="pkcs1", hash_name="sha256"),
        "RS384": Scheme(padding="pkcs1", hash_name="sha384"),
        "RS512": Scheme(padding="pkcs1", hash_name="sha512"),
        "PS256": Scheme(padding="pss", hash_name="sha256"),
        "PS384": Scheme(padding="pss", hash_name="sha384"),
        "PS512": Scheme(padding="pss", hash_name="sha512"),
    }
)

MODULUS_BITS: Final = range(2048, 4096 + 1)
# Every exponent in use is far smaller; a large one makes each check as slow as a signature.
EXPONENT_LIMIT: Final = 2**32
PEM_LIMIT_CHARS: Final = 8192

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
    if _is_roca(modulus):
        return "was made by a chip whose keys can be broken (CVE-2017-15361)"
    if modulus % 2 == 0 or exponent % 2 == 0 or not 3 <= exponent < EXPONENT_LIMIT:
        return "has a modulus or exponent that no honest key has"
    return None


def size(raw: bytes) -> int:
    """How many bytes the modulus of a sound key has, and so every signature by it."""
    return (numbers(raw)[0].bit_length() + 7) // 8


def verify(raw: bytes, message: bytes, signature: bytes, *, scheme: str) -> bool:
    """Whether the signature over exactly these bytes is by this key, under the scheme that JOSE calls so.

    Raises KeyError for another name than one of SCHEMES."""
    chosen = SCHEMES[scheme]
    if len(signature) != size(raw):
        return False
    # Imported here: a process that sees no RSA signature does not load the engine.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15

    algorithm: hashes.HashAlgorithm
    match chosen.hash_name:
        case "sha256":
            algorithm = hashes.SHA256()
        case "sha384":
            algorithm = hashes.SHA384()
        case "sha512":
            algorithm = hashes.SHA512()
    padding = PKCS1v15() if chosen.padding == "pkcs1" else PSS(mgf=MGF1(algorithm), salt_length=algorithm.digest_size)
    try:
        _engine(raw).verify(signature, message, padding, algorithm)
    except InvalidSignature:
        return False
    return True


def of_pem(text: str) -> bytes:
    """The PKCS#1 DER of a key that stands in PEM, as PKCS#1 or as SubjectPublicKeyInfo.

    Raises ValueError for any other text; it is NOT checked here that the key is sound (PublicKey does)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if len(text) > PEM_LIMIT_CHARS:
        raise ValueError("longer than any key in PEM")
    try:
        found = load_pem_public_key(text.encode("ascii"))
    except UnsupportedAlgorithm as fault:
        raise ValueError("a key of an unknown kind") from fault
    if not isinstance(found, RSAPublicKey):
        raise ValueError("not a key of RSA")
    parts = found.public_numbers()
    return encode(parts.n, parts.e)


# Primes by which few residues are powers of 65537.
_ROCA_PRIMES: Final = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


def _is_roca(modulus: int) -> bool:
    """Whether the modulus is, by every one of these primes, a power of 65537: as all that the broken generator made
    are, and one in about 2^27 of the others."""
    return all(modulus % prime in _powers(prime) for prime in _ROCA_PRIMES)


@lru_cache(maxsize=len(_ROCA_PRIMES))
def _powers(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))


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
