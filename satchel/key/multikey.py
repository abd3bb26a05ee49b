"""Public and secret keys as Multikey text: base58btc of a multicodec prefix and the raw key.

The prefixes are few and fixed, so they stand here; the multicodec table of `multiformats` is the oracle in the tests.
Source: Controlled Identifiers 1.0 §2.2.2, §2.2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from satchel.codec.base import base58_decode, base58_encode, varint_decode, varint_encode
from satchel.errors import CodecError, KeyFault
from satchel.key.public import KeyType, PublicKey

# An RSA key of 4096 bits is the longest that the world writes.
LIMIT_CHARS: Final = 1024

_PUBLIC: Final[Mapping[int, KeyType]] = MappingProxyType(
    {
        0xED: KeyType.ED25519,
        0xE7: KeyType.SECP256K1,
        0xEB: KeyType.BLS12_381_G2,
        0x1200: KeyType.P_256,
        0x1201: KeyType.P_384,
        0x1202: KeyType.P_521,
        0x1205: KeyType.RSA,
    }
)
_SECRET: Final[Mapping[int, KeyType]] = MappingProxyType(
    {
        0x1300: KeyType.ED25519,
        0x1301: KeyType.SECP256K1,
        0x1306: KeyType.P_256,
        0x1307: KeyType.P_384,
        0x1308: KeyType.P_521,
        0x130A: KeyType.BLS12_381_G2,
    }
)
_PUBLIC_PREFIX: Final = MappingProxyType({kind: varint_encode(code) for code, kind in _PUBLIC.items()})
_SECRET_PREFIX: Final = MappingProxyType({kind: varint_encode(code) for code, kind in _SECRET.items()})
# Codes of secret keys of every type: seeing one where a public key belongs is a leak, not an unknown type.
_SECRET_CODES: Final = frozenset({0x1300, 0x1301, 0x1302, 0x1303, 0x1305, 0x1306, 0x1307, 0x1308, 0x1309, 0x130A})


@lru_cache(maxsize=1024)
def decode(text: str) -> PublicKey:
    """The public key of a Multikey text (`z…`). Sound ones are remembered by their text, which is all they are.

    Raises KeyFault: key.multikey when it is no such text, key.secret for a secret key, key.type_unsupported for an
    unknown code, key.length, key.point.
    """
    code, raw = _split(text)
    if code in _SECRET_CODES:
        raise KeyFault("key.secret", "the text is a secret key where a public key belongs")
    kind = _PUBLIC.get(code)
    if kind is None:
        raise KeyFault("key.type_unsupported", f"the multicodec 0x{code:x} is no key type that is known here")
    return PublicKey(kind, raw)


def encode(key: PublicKey) -> str:
    """The key as Multikey text."""
    return "z" + base58_encode(_PUBLIC_PREFIX[key.type] + key.raw)


def decode_secret(text: str) -> tuple[KeyType, bytes]:
    """The type and raw secret of a secret Multikey text. Messages never hold any of it.

    Raises KeyFault key.multikey or key.type_unsupported. The length is checked by whoever makes the key.
    """
    code, raw = _split(text)
    kind = _SECRET.get(code)
    if kind is None:
        raise KeyFault("key.type_unsupported", f"the multicodec 0x{code:x} is no secret key type that is known here")
    return kind, raw


def encode_secret(kind: KeyType, raw: bytes) -> str:
    """A raw secret key as secret Multikey text."""
    return "z" + base58_encode(_SECRET_PREFIX[kind] + raw)


def _split(text: str) -> tuple[int, bytes]:
    if text[:1] != "z":
        raise KeyFault("key.multikey", "the text is not a Multikey: it does not begin with z")
    try:
        return varint_decode(base58_decode(text[1:], limit_chars=LIMIT_CHARS))
    except CodecError as fault:
        raise KeyFault("key.multikey", f"the text is not a Multikey: {fault.message}") from fault
