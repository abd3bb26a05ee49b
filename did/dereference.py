"""From a DID URL to what it names: the document of a version, one of its parts, or the address of a service.

Source: DID Resolution 1.0 §5; did:webvh 1.0, "DID URL Path Resolution" (implied services).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from did.document import PURPOSES
from did.method import web
from did.method.webvh import name
from did.resolve import Resolution
from did.syntax import parse
from satchel.errors import DidError
from satchel.port import JsonObject, JsonValue

LOCATION_LIMIT_CHARS: Final = 2048

_RELATIVE: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_VISIBLE: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a DID URL names: a value of the document, or the URL of a service (`location`)."""

    value: JsonValue
    location: str | None = None


def check_relative(text: str) -> None:
    """Raises DidError did.invalid for a relativeRef with a character that had to be percent-encoded."""
    if _RELATIVE.fullmatch(text) is None:
        raise DidError("did.invalid", "relativeRef is not a percent-encoded path")


def part_of(found: Resolution, path: str, query: Mapping[str, str], fragment: str | None) -> Part:
    """What path, service parameters and fragment name in a resolved document.

    Raises DidError did.method_missing when the document has no such part, did.invalid for a broken relativeRef,
    did.document for a service whose endpoint is no https URL.
    """
    document = found.document.raw
    if path:
        return _by_path(document, path)
    if "service" in query or "serviceType" in query:
        chosen = _service(document, query.get("service"), query.get("serviceType"))
        return Part(value=None, location=_location(chosen, query.get("relativeRef"), fragment))
    if fragment is None:
        return Part(value=document)
    return Part(value=_by_id(document, fragment))


def absolute(document: JsonObject) -> JsonObject:
    """The document with every relative id of a method, relation or service made absolute."""
    did = str(document.get("id"))

    def made(value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return did + value if value.startswith("#") else value
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            return {**value, "id": made(value["id"])}
        return value

    changed: JsonObject = {}
    for member in ("verificationMethod", "service", *PURPOSES):
        given = document.get(member)
        if isinstance(given, list):
            changed[member] = [made(value) for value in given]
    return {**document, **changed}


def _by_id(document: JsonObject, fragment: str) -> JsonObject:
    wanted = (f"{document.get('id')}#{fragment}", f"#{fragment}")
    for member in ("verificationMethod", "service", *PURPOSES):
        for entry in _objects(document.get(member)):
            if entry.get("id") in wanted:
                return entry
    raise DidError("did.method_missing", f"the document has no part #{fragment}")


def _by_path(document: JsonObject, path: str) -> Part:
    """The file behind a path: by the service #files (#whois for /whois), which a did:webvh has unless it says other."""
    parsed = parse(str(document.get("id")))
    fragment = "whois" if path == "/whois" else "files"
    try:
        return Part(value=None, location=_location(_by_id(document, fragment), _rest(path), None))
    except DidError as fault:
        if fault.code != "did.method_missing" or parsed.method != "webvh":
            raise
    origin, base = web.base_of(parsed, name.place_of(parsed))
    return Part(value=None, location=f"{origin}{base}" + ("/whois.vp" if fragment == "whois" else path))


def _rest(path: str) -> str | None:
    return None if path == "/whois" else path.lstrip("/")


def _service(document: JsonObject, wanted: str | None, kind: str | None) -> JsonObject:
    for entry in _objects(document.get("service")):
        own = str(entry.get("id", "")).rpartition("#")[2]
        kinds = entry.get("type")
        if wanted in (None, own) and (kind is None or kind in (kinds if isinstance(kinds, list) else [kinds])):
            return entry
    raise DidError("did.method_missing", "the document has no such service")


def _location(service: JsonObject, relative: str | None, fragment: str | None) -> str:
    """The one URL of a service, with what stands behind it. It goes into a header and to a browser: https alone, and
    nothing that a header or a browser could read otherwise."""
    endpoint = service.get("serviceEndpoint")
    if isinstance(endpoint, list):
        endpoint = next((one for one in endpoint if isinstance(one, str)), None)
    if isinstance(endpoint, dict):
        endpoint = endpoint.get("uri")
    if not isinstance(endpoint, str):
        raise DidError("did.document", "the service has no URL")
    try:
        own = urlsplit(endpoint)[:2]
        if relative is not None:
            check_relative(relative)
            endpoint = urljoin(endpoint, relative)
        parts = urlsplit(endpoint)
    except ValueError as fault:
        raise DidError("did.document", "the service's URL is broken") from fault
    if parts[:2] != own:
        raise DidError("did.invalid", "relativeRef leads away from the service")
    if fragment is not None:
        endpoint = f"{endpoint.partition('#')[0]}#{fragment}"
    is_plain = _VISIBLE.fullmatch(endpoint) is not None and len(endpoint) <= LOCATION_LIMIT_CHARS
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or "\\" in endpoint or not is_plain:
        raise DidError("did.document", "the service's URL is not a plain https one")
    return endpoint


def _objects(value: JsonValue) -> list[JsonObject]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
