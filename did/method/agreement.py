"""Keys for key agreement (X25519): they are told in documents, and no signature is ever checked with one.

Sources: RFC 7748 §5, §6.1 (points of small order), did:key (CCG draft) §3.1.1 (derived key of an Ed25519 key).
"""

from __future__ import annotations

from typing import Final

from satchel.codec.base import base58_encode
from satchel.errors import KeyFault
from satchel.port import JsonObject

CODE: Final = 0xEC
KEY_BYTES: Final = 32

_PREFIX: Final = b"\xec\x01"
_P: Final = 2**255 - 19
# The u of every point of small order, on the curve and its twist: a secret agreed with one is known to anybody.
_LOW_ORDER: Final = frozenset(
    (
        0,
        1,
        _P - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
)


def check(raw: bytes) -> None:
    """Raises KeyFault key.length or key.point for bytes that are no honest X25519 key."""
    if len(raw) != KEY_BYTES:
        raise KeyFault("key.length", f"an X25519 key has {KEY_BYTES} bytes, this one {len(raw)}")
    u = int.from_bytes(raw, "little")
    if u >= _P or u in _LOW_ORDER:
        raise KeyFault("key.point", "the X25519 key is a point of small order, or a second spelling of a point")


def of_ed25519(raw: bytes) -> bytes:
    """The X25519 key that belongs to a sound Ed25519 key: u = (1 + y) / (1 - y) (RFC 7748 §4.1)."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(KEY_BYTES, "little")


def encode(raw: bytes) -> str:
    """The key as Multikey text (`z6LS…`)."""
    return "z" + base58_encode(_PREFIX + raw)


def method(did: str, raw: bytes) -> JsonObject:
    """The verification method of a key that is named by itself."""
    body = encode(raw)
    return {"id": f"{did}#{body}", "type": "Multikey", "controller": did, "publicKeyMultibase": body}
