"""From a DID to its document. Which methods exist is the table METHODS; the network is the given Fetch alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from did.document import DidDocument
from did.method import key, web
from did.syntax import ParsedDid, parse
from satchel.errors import DidError, FetchError
from satchel.port import Fetch, Fetched, Request, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The document and where it came from; the last three are None when nothing was fetched. `digest` is the
    lower-case hex SHA-256 of the served bytes."""

    document: DidDocument
    source: Source | None
    fetched_at: datetime | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Local:
    """A method whose DIDs hold all that their document says."""

    document: Callable[[ParsedDid], DidDocument]


@dataclass(frozen=True, slots=True)
class Remote:
    """A method whose document is one fetched file."""

    request: Callable[[ParsedDid], Request]
    document: Callable[[ParsedDid, Fetched], DidDocument]


METHODS: Final[Mapping[str, Local | Remote]] = MappingProxyType(
    {
        "key": Local(key.document),
        "web": Remote(web.request, web.document),
    }
)


async def resolve(did: str, *, fetch: Fetch) -> Resolution:
    """The present document of a DID.

    Raises DidError: did.invalid, did.method_unsupported, did.not_found, did.unreachable (both with the FetchError as
    cause when the fetching failed), did.redirected, did.document, did.document_mismatch, did.key, did.key_unsupported.
    """
    parsed = parse(did)
    method = _method(parsed)
    if isinstance(method, Local):
        return Resolution(document=method.document(parsed), source=None, fetched_at=None, digest=None)
    request = method.request(parsed)
    try:
        fetched = await fetch(request)
    except FetchError as fault:
        code = "did.not_found" if fault.code == "fetch.not_found" else "did.unreachable"
        raise DidError(code, f"{parsed.did}: {fault.message}", details={"cause": fault.code}) from fault
    return Resolution(
        document=method.document(parsed, fetched),
        source=fetched.source,
        fetched_at=fetched.fetched_at,
        digest=sha256(fetched.body).hexdigest(),
    )


def requests_for(did: str) -> tuple[Request, ...]:
    """What resolving this DID will ask of the network. Raises DidError did.invalid, did.method_unsupported."""
    parsed = parse(did)
    method = _method(parsed)
    return () if isinstance(method, Local) else (method.request(parsed),)


def _method(parsed: ParsedDid) -> Local | Remote:
    method = METHODS.get(parsed.method)
    if method is None:
        raise DidError("did.method_unsupported", f"the DID method {parsed.method} is not known here")
    return method
