"""The form of DIDs and DID URLs. Source: Decentralized Identifiers 1.0 §3.1, §3.2 (ABNF)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from satchel.errors import DidError
from satchel.port import Did
from satchel.text import for_terminal

# A did:peer:2 or did:jwk may be long; nothing of use is longer than this.
LIMIT_CHARS: Final = 2048

_ID_CHAR: Final = r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
_DID: Final = re.compile(rf"did:([a-z0-9]+):((?:{_ID_CHAR}*:)*{_ID_CHAR}+)")
_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_DID_URL: Final = re.compile(
    rf"(?P<did>{_DID.pattern})(?P<path>(?:/{_PCHAR}*)*)"
    rf"(?:\?(?P<query>(?:{_PCHAR}|[/?])*))?(?:\#(?P<fragment>(?:{_PCHAR}|[/?])*))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDid:
    """A DID and its parts: `did:METHOD:ID`."""

    method: str
    id: str
    did: Did


def parse(did: str) -> ParsedDid:
    """The parts of a DID. Raises DidError did.invalid when it is none (also for a DID URL)."""
    found = _DID.fullmatch(did) if len(did) <= LIMIT_CHARS else None
    if found is None:
        raise DidError("did.invalid", f"“{for_terminal(did, limit=80)}” is not a DID")
    return ParsedDid(method=found[1], id=found[2], did=Did(did))


def split_url(did_url: str) -> tuple[Did, str, str | None, str | None]:
    """The DID, path, query and fragment of a DID URL; path "" and None where a part is absent.

    Raises DidError did.invalid when it is no DID URL.
    """
    found = _DID_URL.fullmatch(did_url) if len(did_url) <= LIMIT_CHARS else None
    if found is None:
        raise DidError("did.invalid", f"“{for_terminal(did_url, limit=80)}” is not a DID URL")
    return Did(found["did"]), found["path"], found["query"], found["fragment"]
