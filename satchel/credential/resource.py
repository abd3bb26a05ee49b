"""Related resources: other documents that a signed one names, each by an identifier and the digest of its bytes.

Source: VC Data Model 2.0 §5.3 (relatedResource, digestMultibase: a multihash in multibase).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from satchel.codec import base
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope
from satchel.errors import CodecError
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue

TITLE_LIMIT_CHARS: Final = 300
ID_LIMIT_CHARS: Final = 1000

_SHA256: Final = b"\x12\x20"
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


def _address(digest: bytes) -> str:
    return f"ni:///sha-256;{base.base64url_encode(digest)}"
