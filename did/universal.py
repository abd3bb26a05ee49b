"""DIDs of other methods through a Universal Resolver that the reader of this node has chosen.

Its answer is believed as it is: nothing in it can be checked here. So it is asked for no method that is known here.
Source: DID Resolution 1.0 §10 (HTTP(S) binding).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit

from did.document import DidDocument, read
from did.syntax import ParsedDid
from satchel.codec import strictjson
from satchel.errors import DidError, Malformed
from satchel.port import Fetched, Request

LIMIT_BYTES: Final = 256 * 1024
ACCEPT: Final = ("application/did-resolution", 'application/ld+json;profile="https://w3id.org/did-resolution"')


def request_to(resolver: str) -> Callable[[ParsedDid], Request]:
    """Makes requests to a resolver (`https://HOST/1.0/identifiers`). Raises DidError did.invalid for another URL."""
    parts = urlsplit(resolver)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise DidError("did.invalid", "the universal resolver is not named by a plain https URL")

    def request(parsed: ParsedDid) -> Request:
        url = f"{resolver.rstrip('/')}/{quote(parsed.did, safe=':')}"
        return Request(url=url, purpose="did", accept=ACCEPT, limit_bytes=LIMIT_BYTES)

    return request


def document(parsed: ParsedDid, fetched: Fetched) -> DidDocument:
    """The document in a resolution result, or in a bare answer.

    Raises DidError: did.not_found (404, 410), did.unreachable (any other status), did.document, did.document_mismatch.
    """
    if fetched.status in (404, 410):
        raise DidError("did.not_found", f"the universal resolver does not know {parsed.did}")
    if fetched.status != 200:
        raise DidError("did.unreachable", f"the universal resolver answered HTTP {fetched.status}")
    try:
        value = strictjson.load_object(fetched.body, limit_bytes=LIMIT_BYTES)
    except Malformed as fault:
        raise DidError("did.document", f"the universal resolver sent no sound JSON: {fault.message}") from fault
    return read(value.get("didDocument") if "didDocument" in value else value, parsed.did)
