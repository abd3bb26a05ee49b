"""What a did:webvh names: its self-certifying identifier, and where its files lie.

Source: did:webvh 1.0, "Method-Specific Identifier", "The DID to HTTPS Transformation".
"""

from __future__ import annotations

import re
from typing import Final

from did.method import web
from did.syntax import ParsedDid, parse
from satchel.errors import DidError
from satchel.port import Did, Request

METHOD: Final = "did:webvh:1.0"
PREFIX: Final = "did:webvh:"
LOG_LIMIT_BYTES: Final = 1024 * 1024
WITNESS_LIMIT_BYTES: Final = 1024 * 1024
LOG_FILE: Final = "did.jsonl"
WITNESS_FILE: Final = "did-witness.json"

# Few servers know the ending .jsonl. Whatever they call it, nothing counts but signed entries.
_LOG_ACCEPT: Final = (
    "text/jsonl",
    "application/jsonl",
    "application/x-ndjson",
    "application/json",
    "text/plain",
    "application/octet-stream",
)
_SCID: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{46}")


def scid_of(parsed: ParsedDid) -> str:
    """The self-certifying identifier. Raises DidError did.invalid when the DID is no did:webvh."""
    return _split(parsed)[0]


def place_of(parsed: ParsedDid) -> str:
    """What stands behind the identifier: `HOST%3APORT:a:b`. Raises DidError did.invalid, also for a broken place."""
    place = _split(parsed)[1]
    web.base_of(parsed, place)
    return place


def log_request(parsed: ParsedDid) -> Request:
    """What to fetch. Raises DidError did.invalid."""
    url = web.file_of(parsed, _split(parsed)[1], LOG_FILE)
    return Request(url=url, purpose="did", accept=_LOG_ACCEPT, limit_bytes=LOG_LIMIT_BYTES)


def witness_request(parsed: ParsedDid) -> Request:
    """What to fetch besides when the log has witnesses. Raises DidError did.invalid."""
    return witness_request_at(web.file_of(parsed, _split(parsed)[1], WITNESS_FILE))


def witness_request_at(url: str) -> Request:
    """The request for the approvals that lie at this URL."""
    return Request(url=url, purpose="did", limit_bytes=WITNESS_LIMIT_BYTES)


def web_did(parsed: ParsedDid) -> Did:
    """The did:web whose document lies beside the log. Raises DidError did.invalid."""
    return Did(f"did:web:{place_of(parsed)}")


def of_web(did: str, scid: str) -> Did:
    """The did:webvh beside a did:web. Raises DidError did.invalid."""
    return Did(f"{PREFIX}{scid}:{parse(did).id}")


def _split(parsed: ParsedDid) -> tuple[str, str]:
    scid, colon, place = parsed.id.partition(":")
    if parsed.method != "webvh" or not colon or _SCID.fullmatch(scid) is None:
        raise DidError("did.invalid", f"{parsed.did} is not a did:webvh with a whole identifier and a place")
    return scid, place
