"""From a DID to its document. Which methods exist is the table METHODS; the network is the given Fetch alone.

What most verifications do not meet (logs, histories, rare methods) is imported where it is used, so that a command
answers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from did.document import DidDocument, read
from did.method import key, web
from did.syntax import ParsedDid, parse
from satchel.errors import DidError, FetchError
from satchel.port import Fetch, Fetched, JsonObject, Request, Source

if TYPE_CHECKING:
    from did.history import History
    from did.method.webvh.log import Log
    from did.method.webvh.resolve import Query

_NOTHING: Final[JsonObject] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The document and where it came from; source, time and digest are None when nothing was fetched.

    `digest` is the lower-case hex SHA-256 of the served bytes; `metadata` the method's didDocumentMetadata; `history`
    None when the document can never change.
    """

    document: DidDocument
    source: Source | None
    fetched_at: datetime | None
    digest: str | None
    metadata: JsonObject = field(default_factory=lambda: dict(_NOTHING))
    history: History | None = None

    @property
    def is_deactivated(self) -> bool:
        """Whether the DID was given up by its controller."""
        return self.metadata.get("deactivated") is True


@dataclass(frozen=True, slots=True)
class Local:
    """A method whose DIDs hold all that their document says."""

    document: Callable[[ParsedDid], DidDocument]


@dataclass(frozen=True, slots=True)
class Remote:
    """A method whose document is one fetched file."""

    request: Callable[[ParsedDid], Request]
    document: Callable[[ParsedDid, Fetched], DidDocument]


Method = Local | Remote | Literal["log"]


def _jwk(parsed: ParsedDid) -> DidDocument:
    from did.method import jwk

    return jwk.document(parsed)


def _peer(parsed: ParsedDid) -> DidDocument:
    from did.method import peer

    return peer.document(parsed)


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "key": Local(key.document),
        "jwk": Local(_jwk),
        "peer": Local(_peer),
        "web": Remote(web.request, web.document),
        "webvh": "log",
    }
)


async def resolve(
    did: str,
    *,
    fetch: Fetch,
    version_id: str | None = None,
    version_time: datetime | None = None,
    version_number: int | None = None,
    copies: Sequence[Fetched] = (),
    universal_resolver: str | None = None,
) -> Resolution:
    """The document of a DID: the present one, or that of the version that all of the questions name.

    `copies` were kept earlier, oldest first: documents of a did:web make its history, with the present one; a log of a
    did:webvh must go on from the last one that was seen.
    `universal_resolver` is the https URL of a resolver that is asked, and believed, for methods that are not known
    here. Raises DidError: did.invalid, did.method_unsupported, did.not_found, did.unreachable (both with the
    FetchError as cause when the fetching failed), did.redirected, did.document, did.document_mismatch, did.key,
    did.key_length, did.key_unsupported, did.log_*, did.version_missing, did.version_unsupported.
    """
    parsed = parse(did)
    match _method(parsed, universal_resolver):
        case Local(document):
            if version_id is not None or version_number is not None:
                raise DidError("did.version_unsupported", f"DIDs of the method {parsed.method} have no versions")
            return Resolution(document=document(parsed), source=None, fetched_at=None, digest=None)
        case Remote(request, document_in):
            if version_id is not None or version_time is not None or version_number is not None:
                raise DidError("did.version_unsupported", f"DIDs of the method {parsed.method} have no versions")
            return await _remote(parsed, request, document_in, fetch, copies)
        case "log":
            from did.method.webvh.resolve import Query

            query = Query(version_id=version_id, version_time=version_time, version_number=version_number)
            return await _logged(parsed, fetch, query, copies)


async def read_log(did: str, *, fetch: Fetch) -> Log:
    """The whole log of a did:webvh, checked and with the approvals of its witnesses; what is wrong stands in it.

    Raises DidError did.invalid, did.not_found, did.unreachable, did.redirected for what could not be had.
    """
    return (await _log(parse(did), fetch))[0]


def requests_for(did: str, *, universal_resolver: str | None = None) -> tuple[Request, ...]:
    """What resolving this DID will ask of the network first. Raises DidError did.invalid, did.method_unsupported."""
    parsed = parse(did)
    match _method(parsed, universal_resolver):
        case Local():
            return ()
        case Remote(request, _):
            return (request(parsed),)
        case "log":
            from did.method.webvh import name

            return (name.log_request(parsed),)


def requests_after(fetched: Fetched) -> tuple[Request, ...]:
    """What a fetched DID file asks for besides: a log that has witnesses, their approvals beside it.

    Nothing is checked for this; a broken log asks for nothing.
    """
    from did.method.webvh import log as logs
    from did.method.webvh import name

    base, slash, file = fetched.url.rpartition("/")
    if file != name.LOG_FILE or fetched.status != 200 or not logs.mentions_witnesses(fetched.body):
        return ()
    return (name.witness_request_at(base + slash + name.WITNESS_FILE),)


async def _remote(
    parsed: ParsedDid,
    request: Callable[[ParsedDid], Request],
    document: Callable[[ParsedDid, Fetched], DidDocument],
    fetch: Fetch,
    copies: Sequence[Fetched],
) -> Resolution:
    fetched = await _fetched(parsed, request(parsed), fetch)
    found = document(parsed, fetched)
    history = None
    if parsed.method == "web":
        from did.history import of_copies

        history = of_copies(parsed, (*copies, fetched))
    return Resolution(
        document=replace(found, past=history),
        source=fetched.source,
        fetched_at=fetched.fetched_at,
        digest=sha256(fetched.body).hexdigest(),
        history=history,
    )


async def _logged(parsed: ParsedDid, fetch: Fetch, query: Query, copies: Sequence[Fetched]) -> Resolution:
    from did.history import of_versions
    from did.method.webvh import resolve as versions

    log, fetched = await _log(parsed, fetch)
    _refuse_rollback(parsed, log, copies)
    version = versions.select(log, parsed, query)
    history = of_versions(log.versions)
    return Resolution(
        document=replace(read(version.state, version.did), past=history),
        source=fetched.source,
        fetched_at=fetched.fetched_at,
        digest=sha256(fetched.body).hexdigest(),
        metadata=versions.metadata(log, version),
        history=history,
    )


async def _log(parsed: ParsedDid, fetch: Fetch) -> tuple[Log, Fetched]:
    """The log as of its fetching: whether a time has come is judged by the moment when it was served."""
    from did.method.webvh import log as logs
    from did.method.webvh import name, witness

    fetched = await _fetched(parsed, name.log_request(parsed), fetch)
    web.require_own(fetched)
    log = logs.read(fetched.body, scid=name.scid_of(parsed), now=fetched.fetched_at)
    if not witness.is_witnessed(log):
        return log, fetched
    try:
        approvals = await _fetched(parsed, name.witness_request(parsed), fetch)
        web.require_own(approvals)
    except DidError as fault:
        return witness.unapproved(log, fault), fetched
    return witness.approved(log, approvals.body), fetched


def _refuse_rollback(parsed: ParsedDid, log: Log, copies: Sequence[Fetched]) -> None:
    """Raises DidError did.log_rolled_back when the log lacks an entry that was served before: whoever has the web
    server, or an old update key, may show an older log, or another one.

    A log that needs witnesses is not compared: nobody knows whether they had approved the copy.
    """
    from did.method.webvh import log as logs
    from did.method.webvh import name, witness

    for copy in copies[-1:]:
        before = logs.read(copy.body, scid=name.scid_of(parsed), now=copy.fetched_at)
        if witness.is_witnessed(before):
            continue
        known = [version.id for version in before.versions]
        if [version.id for version in log.versions][: len(known)] != known:
            raise DidError(
                "did.log_rolled_back",
                f"the log of {parsed.did} lacks an entry that it had when it was seen on {copy.fetched_at:%Y-%m-%d}",
            )


async def _fetched(parsed: ParsedDid, request: Request, fetch: Fetch) -> Fetched:
    try:
        return await fetch(request)
    except FetchError as fault:
        code = "did.not_found" if fault.code == "fetch.not_found" else "did.unreachable"
        raise DidError(code, f"{parsed.did}: {fault.message}", details={"cause": fault.code}) from fault


def _method(parsed: ParsedDid, universal_resolver: str | None) -> Method:
    method = METHODS.get(parsed.method)
    if method is not None:
        return method
    if universal_resolver is None:
        raise DidError("did.method_unsupported", f"the DID method {parsed.method} is not known here")
    from did import universal

    return Remote(universal.request_to(universal_resolver), universal.document)
