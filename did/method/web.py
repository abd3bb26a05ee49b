"""did:web: the document lies on a web server whose name is in the DID.

The name is read in one way only. Whatever a URL parser could read otherwise (addresses in any notation, a second
decoding, dot segments, user names) is refused before a URL exists. Source: the did:web method (CCG draft).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from did.document import DidDocument, read
from did.syntax import ParsedDid, parse
from satchel.codec import strictjson
from satchel.errors import DidError, Malformed
from satchel.port import Fetched, Request

LIMIT_BYTES: Final = 256 * 1024
ACCEPT: Final = ("application/did", "application/did+json", "application/did+ld+json", "application/json")

HOST_LIMIT_CHARS: Final = 253
HTTPS_PORT: Final = 443
FIRST_PORT: Final = 1024
LAST_PORT: Final = 65535

_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# The URL standard takes a host for an IPv4 address when its last label is digits or 0x…: decimal, octal, hex forms.
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_PERCENT: Final = re.compile(r"%([0-9A-Fa-f]{2})")
# ASCII that may stand percent-encoded in a segment: it can be taken for no delimiter, dot, percent sign or control.
_ENCODED_ASCII: Final = frozenset(b" !$&'()*+,;=@~")


def url_of(did: str) -> str:
    """The https URL of a did:web's document. Raises DidError did.invalid for a name that is not plainly a host."""
    return _url(parse(did))


def request(parsed: ParsedDid) -> Request:
    """What to fetch. Raises DidError did.invalid."""
    return Request(url=_url(parsed), purpose="did", accept=ACCEPT, limit_bytes=LIMIT_BYTES)


def document(parsed: ParsedDid, fetched: Fetched) -> DidDocument:
    """The document in what the server sent.

    Raises DidError: did.not_found (404, 410), did.unreachable (any other status), did.redirected when another host
    answered, did.document when it is no sound JSON, did.document_mismatch.
    """
    require_own(fetched)
    try:
        value = strictjson.loads(fetched.body, limit_bytes=LIMIT_BYTES)
    except Malformed as fault:
        raise DidError("did.document", f"{fetched.url} is no sound JSON: {fault.message}") from fault
    return read(value, parsed.did)


def require_own(fetched: Fetched) -> None:
    """Raises DidError did.not_found, did.unreachable or did.redirected unless the named host itself gave a file."""
    if fetched.status in (404, 410):
        raise DidError("did.not_found", f"{fetched.url} does not exist (HTTP {fetched.status})")
    if fetched.status != 200:
        raise DidError("did.unreachable", f"{fetched.url} answered HTTP {fetched.status}")
    if _origin(fetched.final_url) != _origin(fetched.url):
        raise DidError("did.redirected", f"{fetched.url} led to another host")


def base_of(parsed: ParsedDid, place: str) -> tuple[str, str]:
    """The https origin and the path (`` or `/a/b`) that a place in a DID (`HOST%3APORT:a:b`) names, each part read in
    one way. Raises DidError did.invalid."""
    authority, *segments = place.split(":")
    host, encoded_colon, port = authority.partition("%3A")
    where = _host(host, parsed)
    if encoded_colon:
        where += _port(port, parsed)
    for segment in segments:
        _check_segment(segment, parsed)
    return f"https://{where}", "".join("/" + segment for segment in segments)


def file_of(parsed: ParsedDid, place: str, name: str) -> str:
    """The URL of a file of the DID: in the folder of its path, else in /.well-known."""
    origin, path = base_of(parsed, place)
    return f"{origin}{path or '/.well-known'}/{name}"


def _url(parsed: ParsedDid) -> str:
    if parsed.method != "web":
        raise DidError("did.invalid", f"{parsed.did} is not a did:web")
    return file_of(parsed, parsed.id, "did.json")


def _host(host: str, parsed: ParsedDid) -> str:
    labels = host.split(".")
    if (
        len(host) > HOST_LIMIT_CHARS
        or len(labels) < 2
        or not all(map(_LABEL.fullmatch, labels))
        or _NUMBER.fullmatch(labels[-1])
    ):
        raise DidError("did.invalid", f"{parsed.did} names no public host")
    return host.lower()


def _port(port: str, parsed: ParsedDid) -> str:
    if _PORT.fullmatch(port) is not None:
        number = int(port)
        if number == HTTPS_PORT:
            return ""
        if FIRST_PORT <= number <= LAST_PORT:
            return f":{number}"
    raise DidError("did.invalid", f"{parsed.did} names a port that is not used for this")


def _check_segment(segment: str, parsed: ParsedDid) -> None:
    """Refuse a path segment that is empty, a dot segment, or means something else after decoding."""
    for code in _PERCENT.findall(segment):
        byte = int(code, 16)
        if byte < 0x80 and byte not in _ENCODED_ASCII:
            raise DidError("did.invalid", f"{parsed.did} hides %{code} in its path")
    try:
        name = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError as fault:
        raise DidError("did.invalid", f"{parsed.did} has a path that is not UTF-8") from fault
    if name in ("", ".", "..") or not name.isprintable():
        raise DidError("did.invalid", f"{parsed.did} has a path segment that names nothing")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
