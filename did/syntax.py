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

# Runs of characters, not one after another, for these patterns meet every key's name; and runs that are never given
# back (`++`), or a hostile name would cost exponential time. The id does not end with a colon.
_ESCAPE: Final = r"%[0-9A-Fa-f]{2}"
_ID: Final = rf"(?:[A-Za-z0-9._:-]++|{_ESCAPE})++(?<!:)"
_DID: Final = re.compile(rf"did:([a-z0-9]+):({_ID})")
_PCHARS: Final = r"[A-Za-z0-9._~!$&'()*+,;=:@-]"
_DID_URL: Final = re.compile(
    rf"(?P<did>did:[a-z0-9]+:{_ID})(?P<path>(?:/(?:{_PCHARS}++|{_ESCAPE})*+)*+)"
    rf"(?:\?(?P<query>(?:{_PCHARS}++|[/?]|{_ESCAPE})*+))?(?:\#(?P<fragment>(?:{_PCHARS}++|[/?]|{_ESCAPE})*+))?"
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
