"""Related resources: other documents that a signed one names, each by an identifier and the digest of its bytes.

Source: VC Data Model 2.0 §5.3 (relatedResource, digestSRI, digestMultibase: a multihash in multibase).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from satchel.codec import base
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope
from satchel.errors import CodecError
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue

TITLE_LIMIT_CHARS: Final = 300
ID_LIMIT_CHARS: Final = 1000

MULTIHASH: Final[Mapping[str, bytes]] = MappingProxyType(
    {"sha256": b"\x12\x20", "sha384": b"\x20\x30", "sha512": b"\x13\x40"}
)
"""The multihash header of each digest that an entry can name: its code, and how long it is."""

_SHA256: Final = MULTIHASH["sha256"]
_SRI: Final = r"sha(256|384|512)-([A-Za-z0-9+/_-]+={0,2})"
# Absolute, ASCII, at most one fragment: what every JSON-LD processor takes for an identifier.
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!$-;=?-Z_a-z~]+(?:#[!$-;=?-Z_a-z~]*)?", re.ASCII)


def compose(envelopes: Sequence[Envelope], *, taken: Collection[str]) -> list[JsonValue]:
    """The entries of `relatedResource`, in order: id, name, mediaType and digestMultibase of the bytes as received.

    The id is that of the credential; where it has none, or one that stands in `taken` or was used above, it is the
    address of the bytes themselves (`ni:`, RFC 6920). The name is the credential's title, which comes from outside.
    """
    used = {*taken, *pinned.urls()}
    entries: list[JsonValue] = []
    for envelope in envelopes:
        given = (envelope.value or {}).get("id")
        fits = isinstance(given, str) and len(given) <= ID_LIMIT_CHARS and _ID.fullmatch(given) is not None
        digest = bytes.fromhex(envelope.digest)
        identifier = given if isinstance(given, str) and fits and given not in used else _address(digest)
        used.add(identifier)
        entry: JsonObject = {"id": identifier}
        title = openbadge.title(envelope.value) if envelope.value is not None else envelope.name
        if title:
            entry["name"] = title[:TITLE_LIMIT_CHARS]
        entry["mediaType"] = envelope.media_type
        entry["digestMultibase"] = base.multibase_encode(_SHA256 + digest, "u")
        entries.append(entry)
    return entries


def sha256_of(entry: JsonObject) -> str | None:
    """The SHA-256 that an entry names, in lower case hex; None when it names none in the standard's form."""
    given = entry.get("digestMultibase")
    if not isinstance(given, str):
        return None
    try:
        raw = base.multibase_decode(given, allowed="zu")
    except CodecError:
        return None
    return raw[2:].hex() if len(raw) == 34 and raw.startswith(_SHA256) else None


def digests(raw: bytes) -> dict[str, bytes]:
    """The digests of the bytes that an entry can name, by the names of their algorithms."""
    return {name: hashlib.new(name, raw).digest() for name in MULTIHASH}


def fits(entry: JsonObject, known: Mapping[str, bytes]) -> bool:
    """Whether every digest that the entry names is among the known ones. An entry without one fits nothing."""
    sri, multibase = entry.get("digestSRI"), entry.get("digestMultibase")
    if sri is None and multibase is None:
        return False
    return (sri is None or _sri_fits(sri, known)) and (multibase is None or _multibase_fits(multibase, known))


def _sri_fits(given: JsonValue, known: Mapping[str, bytes]) -> bool:
    """Whether one of the digests of an SRI text (W3C Subresource Integrity §3.5) is among these."""
    if not isinstance(given, str):
        return False
    for part in given.split():
        found = re.fullmatch(_SRI, part)
        digest = None if found is None else known.get(f"sha{found[1]}")
        if found is not None and digest is not None:
            text = found[2].rstrip("=").replace("+", "-").replace("/", "_")
            if text == base.base64url_encode(digest):
                return True
    return False


def _multibase_fits(given: JsonValue, known: Mapping[str, bytes]) -> bool:
    """Whether a digestMultibase is one of these, with or without a multihash header: the standard asks for one, its own
    test suite writes none."""
    if not isinstance(given, str):
        return False
    try:
        raw = base.multibase_decode(given, allowed="zu")
    except CodecError:
        return False
    return any(raw in (digest, MULTIHASH[name] + digest) for name, digest in known.items())


def _address(digest: bytes) -> str:
    return f"ni:///sha-256;{base.base64url_encode(digest)}"
