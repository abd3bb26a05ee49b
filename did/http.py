"""DID resolution and dereferencing as HTTP answers: the one handler of `/1.0/identifiers/{did}`, without a server.

Two shapes of one answer: that of DID Resolution 1.0 §10 (an error is an object), and, when Accept names its profile,
the older one of the did:key test suite (an error is a word). Source: DID Resolution 1.0 §4, §5, §10, §11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import parse_qsl

from did import key_format
from did.dereference import absolute, check_relative, part_of
from did.method import key
from did.resolve import Resolution, resolve
from did.syntax import parse, split_url
from satchel.codec import timestamp
from satchel.codes import CODES
from satchel.errors import CodecError, DidError
from satchel.port import Fetch, JsonObject, JsonValue
from satchel.text import for_terminal

DID: Final = "application/did"
RESOLUTION: Final = "application/did-resolution"
DEREFERENCING: Final = "application/did-url-dereferencing"
OLDER: Final = "application/ld+json"
URI_LIST: Final = "text/uri-list"
REPRESENTATIONS: Final = (DID, "application/did+json", "application/did+ld+json", "application/json", OLDER)
ERROR_TYPE: Final = "https://www.w3.org/ns/did#"

OPTION_LIMIT_CHARS: Final = 2048
OPTIONS_LIMIT: Final = 32

Shape = Literal["resolution", "dereferencing", "older", "bare"]

_PROFILE: Final = "https://w3id.org/did-resolution"
_OLDER_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_VERSION_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_ASCII: Final = re.compile(r"[ -~]*")

STATUS: Final[Mapping[str, int]] = {
    "INVALID_DID": 400,
    "INVALID_DID_URL": 400,
    "INVALID_OPTIONS": 400,
    "NOT_FOUND": 404,
    "REPRESENTATION_NOT_SUPPORTED": 406,
    "INVALID_DID_DOCUMENT": 500,
    "INTERNAL_ERROR": 500,
    "METHOD_NOT_SUPPORTED": 501,
    "FEATURE_NOT_SUPPORTED": 501,
}
"""The HTTP status of each error of the standard."""

_ERRORS: Final[Mapping[str, str]] = {
    "did.invalid": "INVALID_DID",
    "did.key": "INVALID_DID",
    "did.key_length": "INVALID_DID",
    "did.key_unsupported": "FEATURE_NOT_SUPPORTED",
    "did.method_unsupported": "METHOD_NOT_SUPPORTED",
    "did.version_unsupported": "FEATURE_NOT_SUPPORTED",
    "did.version_missing": "NOT_FOUND",
    "did.version_query": "INVALID_OPTIONS",
    "did.not_found": "NOT_FOUND",
    "did.method_missing": "NOT_FOUND",
    "did.document": "INVALID_DID_DOCUMENT",
    "did.document_mismatch": "INVALID_DID_DOCUMENT",
    "did.representation": "REPRESENTATION_NOT_SUPPORTED",
}
_OLDER_ERRORS: Final[Mapping[str, str]] = {
    "did.key": "invalidPublicKey",
    "did.key_length": "invalidPublicKeyLength",
    "did.key_unsupported": "unsupportedPublicKeyType",
    "did.key_format": "unsupportedPublicKeyType",
    "did.key_format_experimental": "invalidPublicKeyType",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request: the DID or DID URL decoded once, the Accept header, and the options of query or body."""

    did_url: str
    accept: str = "*/*"
    options: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send. A `location` comes with status 303 and no body."""

    status: int
    media_type: str
    body: bytes
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question taken apart; `query` are the DID parameters, `options` those of the resolver."""

    did: str
    path: str
    query: Mapping[str, str]
    fragment: str | None
    options: Mapping[str, str]
    version_time: datetime | None


async def answer(question: Question, *, fetch: Fetch, universal_resolver: str | None = None) -> Answer:
    """The answer to one question. Never raises for what comes from outside."""
    shape, media_type = _shape(question)
    try:
        if shape is None:
            raise DidError("did.representation", "none of the accepted media types is made here")
        asked = _read(question, shape)
        found = await _resolved(asked, fetch, universal_resolver)
        return _answered(found, asked, shape, media_type)
    except DidError as fault:
        return _refused(fault, shape or "resolution", is_url=shape == "dereferencing" or _is_url(question.did_url))


def _shape(question: Question) -> tuple[Shape | None, str]:
    """What the Accept header asks for, None for what is not made here; and the media type to answer with."""
    for entry in question.accept.split(",") or ["*/*"]:
        kind, _, rest = entry.strip().partition(";")
        kind = kind.strip().lower()
        if kind == OLDER and _PROFILE in rest:
            return "older", OLDER
        if kind in ("", "*/*", "application/*", RESOLUTION):
            # A DID URL is dereferenced when nothing else was asked for.
            return (
                ("dereferencing", DEREFERENCING)
                if _is_part(question) and kind != RESOLUTION
                else (
                    "resolution",
                    RESOLUTION,
                )
            )
        if kind == DEREFERENCING:
            return "dereferencing", DEREFERENCING
        if kind in REPRESENTATIONS:
            return "bare", kind
    return None, RESOLUTION


def _is_url(did_url: str) -> bool:
    return any(mark in did_url for mark in "/?#")


def _is_part(question: Question) -> bool:
    did, mark, rest = question.did_url.partition("?")
    return "/" in did or "#" in question.did_url or (bool(mark) and "service" in rest)


def _read(question: Question, shape: Shape) -> _Asked:
    """Raises DidError did.invalid, did.version_query."""
    did, path, query_text, fragment = split_url(question.did_url)
    query = dict(parse_qsl(query_text or "", keep_blank_values=True))
    options = {name: _text(name, value) for name, value in question.options.items()}
    if len(options) > OPTIONS_LIMIT:
        raise DidError("did.version_query", "too many options")
    if shape == "dereferencing":
        # A DID URL that was put into the address as it is has its query where the options stand.
        query = {**{name: options[name] for name in _PARAMETERS if name in options}, **query}
    if shape in ("resolution", "older") and (path or fragment is not None or "service" in query):
        raise DidError("did.invalid", "a part of a document is asked for with Accept: " + DEREFERENCING)
    for name, value in (*options.items(), *query.items()):
        if name == "relativeRef":
            _check_relative(value)
    said = {**options, **query}
    if "versionId" in said and "versionTime" in said:
        raise DidError("did.version_query", "versionId and versionTime exclude each other")
    return _Asked(
        did=did,
        path=path,
        query=query,
        fragment=fragment,
        options=said,
        version_time=_moment(said.get("versionTime")),
    )


_PARAMETERS: Final = ("service", "serviceType", "relativeRef", "versionId", "versionTime", "versionNumber", "hl")


def _text(name: str, value: JsonValue) -> str:
    """An option as ASCII text; true, false and numbers come in JSON bodies."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value) if isinstance(value, (int, str)) else "\u0000"
    if _ASCII.fullmatch(text) is None or len(text) > OPTION_LIMIT_CHARS:
        raise DidError("did.version_query", f"the option {for_terminal(name, limit=60)} is not an ASCII text")
    return text


def _check_relative(value: str) -> None:
    try:
        check_relative(value)
    except DidError as fault:
        raise DidError("did.version_query", fault.message) from fault


def _moment(text: str | None) -> datetime | None:
    """A versionTime: UTC with Z, whole seconds (DID Core §3.2.1)."""
    if text is None:
        return None
    if _VERSION_TIME.fullmatch(text) is None:
        raise DidError("did.version_query", "versionTime is not a time in UTC with whole seconds and Z")
    try:
        return timestamp.parse(text)
    except CodecError as fault:
        raise DidError("did.version_query", f"versionTime: {fault.message}") from fault


async def _resolved(asked: _Asked, fetch: Fetch, universal_resolver: str | None) -> Resolution:
    number = asked.options.get("versionNumber")
    if number is not None and _NUMBER.fullmatch(number) is None:
        raise DidError("did.version_query", "versionNumber is not a number")
    return await resolve(
        asked.did,
        fetch=fetch,
        version_id=asked.options.get("versionId"),
        version_time=asked.version_time,
        version_number=None if number is None else int(number),
        universal_resolver=universal_resolver,
    )


def _answered(found: Resolution, asked: _Asked, shape: Shape, media_type: str) -> Answer:
    part = part_of(found, asked.path, asked.query, asked.fragment)
    if part.location is not None:
        return Answer(status=303, media_type=URI_LIST, body=b"", location=part.location)
    value = _shown(found, asked) if part.value is found.document.raw else part.value
    # What was given up is gone, unless an early version of it is asked for.
    is_past = any(name in asked.options for name in ("versionId", "versionTime", "versionNumber"))
    if found.is_deactivated and not is_past:
        value = None
    status = 410 if found.is_deactivated else 200
    return Answer(status=status, media_type=media_type, body=_encoded(_body(value, found, shape)))


def _shown(found: Resolution, asked: _Asked) -> JsonValue:
    """The whole document, in the form that the options ask for."""
    document = found.document.raw
    parsed = parse(asked.did)
    if parsed.method == "key":
        if asked.options.get("enableEncryptionKeyDerivation") == "true":
            document = key.document_with_agreement(parsed).raw
        if "publicKeyFormat" in asked.options:
            experimental = asked.options.get("enableExperimentalPublicKeyTypes") == "true"
            document = key_format.shown(document, asked.options["publicKeyFormat"], experimental=experimental)
    return absolute(document) if asked.options.get("expandRelativeUrls") == "true" else document


def _body(value: JsonValue, found: Resolution, shape: Shape) -> JsonValue:
    match shape:
        case "bare":
            return value
        case "dereferencing":
            return {
                "dereferencingMetadata": {"contentType": DID},
                "contentStream": value,
                "contentMetadata": found.metadata,
            }
        case "resolution" | "older":
            result: JsonObject = {
                "didDocument": value,
                "didResolutionMetadata": {"contentType": DID},
                "didDocumentMetadata": found.metadata,
            }
            return result if shape == "resolution" else {"@context": _OLDER_CONTEXT, **result}


def _refused(fault: DidError, shape: Shape, *, is_url: bool) -> Answer:
    """The error in the shape that was asked for; a bare document has no place for one, so it is a result too."""
    word = _ERRORS.get(fault.code) or ("INVALID_DID" if fault.code.startswith("did.log_") else "INTERNAL_ERROR")
    if fault.code.startswith("did.key_format"):
        word = "INVALID_OPTIONS"
    if word == "INVALID_DID" and is_url and fault.code == "did.invalid":
        word = "INVALID_DID_URL"
    problem: JsonObject = {
        "type": ERROR_TYPE + word,
        "title": CODES[fault.code].sentence,
        "detail": fault.message,
        "code": fault.code,
    }
    body: JsonObject
    match shape:
        case "older":
            older = _OLDER_ERRORS.get(fault.code) or _camel(word)
            place = (
                "didDereferencingMetadata"
                if is_url or fault.code.startswith("did.key_format")
                else ("didResolutionMetadata")
            )
            body = {
                "@context": _OLDER_CONTEXT,
                "didDocument": None,
                place: {"error": older, "problemDetails": problem},
                "didDocumentMetadata": {},
            }
        case "dereferencing":
            body = {"dereferencingMetadata": {"error": problem}, "contentStream": None, "contentMetadata": {}}
        case "resolution" | "bare":
            body = {"didDocument": None, "didResolutionMetadata": {"error": problem}, "didDocumentMetadata": {}}
    media_type = {"older": OLDER, "dereferencing": DEREFERENCING}.get(shape, RESOLUTION)
    return Answer(status=STATUS[word], media_type=media_type, body=_encoded(body))


def _camel(word: str) -> str:
    """INVALID_DID -> invalidDid, as the older suites write it."""
    first, *rest = word.lower().split("_")
    return first + "".join(part.title() for part in rest)


def _encoded(value: JsonValue) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
