"""A web form with a file in it, read from bytes that were bounded before: multipart/form-data as browsers send it.

Source: RFC 7578, RFC 2046 §5.1.1, and the HTML standard's way to write names. Nothing else of MIME is taken: no
nesting, no transfer encoding, no text outside of the parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.node.problem import HttpFault

FIELDS_LIMIT: Final = 16
HEAD_LIMIT_BYTES: Final = 4096

_BOUNDARY: Final = re.compile(
    r"""multipart/form-data;\s*boundary=(?:"([^"\r\n]{1,70})"|([!#-'*+.0-9A-Z^-z|~-]{1,70}))""", re.I
)
_DISPOSITION: Final = re.compile(r'form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?')
# HTML escapes these three signs, and no others, in a name.
_ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as it came; `file_name` is "" for a field without a file. All of it is text from outside."""

    content: bytes
    file_name: str

    def text(self) -> str:
        """The content as text. Raises HttpFault http.body_invalid when it is no UTF-8."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise HttpFault("http.body_invalid", "a field of the form is not UTF-8") from fault


def read(raw: bytes, content_type: str) -> Mapping[str, Field]:
    """The fields by name. Raises HttpFault http.body_invalid for another shape, and for a name that comes twice."""
    found = _BOUNDARY.fullmatch(content_type.strip())
    if found is None:
        raise _invalid("the form does not name its boundary")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("utf-8", "surrogateescape")
    first, *parts = (b"\r\n" + raw).split(delimiter, FIELDS_LIMIT + 2)
    if first or not parts or len(parts) > FIELDS_LIMIT + 1 or parts[-1].rstrip(b"\r\n") != b"--":
        raise _invalid("the form is cut, or has too many fields")
    fields: dict[str, Field] = {}
    for part in parts[:-1]:
        name, field = _field(part)
        if name in fields:
            raise _invalid("a field of the form comes twice")
        fields[name] = field
    return MappingProxyType(fields)


def _field(part: bytes) -> tuple[str, Field]:
    head, gap, content = part.partition(b"\r\n\r\n")
    if not gap or not head.startswith(b"\r\n") or len(head) > HEAD_LIMIT_BYTES:
        raise _invalid("a field of the form has no head, or a long one")
    try:
        lines = head[2:].decode("utf-8").split("\r\n")
    except UnicodeDecodeError as fault:
        raise HttpFault("http.body_invalid", "a field's name is not UTF-8") from fault
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "content-transfer-encoding" in headers:
        raise _invalid("a field of the form is encoded")
    found = _DISPOSITION.fullmatch(headers.get("content-disposition", ""))
    if found is None:
        raise _invalid("a field of the form has no name")
    return _unescaped(found[1]), Field(content=content, file_name=_unescaped(found[2] or ""))


def _unescaped(text: str) -> str:
    return re.sub("%22|%0D|%0A", lambda found: _ESCAPES[found[0]], text)


def _invalid(message: str) -> HttpFault:
    return HttpFault("http.body_invalid", message)
