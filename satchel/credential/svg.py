"""Credentials in SVG files, by one pass of a streaming parser that knows no entities; writing splices bytes.

The credential is one element `credential` of the namespace of Open Badges 3.0: a compact JWS in its attribute `verify`,
or JSON as its text. Nothing outside the file is ever read, and nothing is rendered. Source: Open Badges 3.0 §5.3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.parsers import expat

from satchel.credential.carrier import COMPACT_JWS, Baked, Carried, choose, refuse_large
from satchel.errors import BakeError

NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
DEPTH_LIMIT: Final = 256

_ROOT: Final = "http://www.w3.org/2000/svg svg"
_ELEMENTS: Final[dict[str, Literal["ob3", "ob2"]]] = {
    f"{NAMESPACE} credential": "ob3",
    "http://openbadges.org assertion": "ob2",
}
# Many editors write this line; it names a DTD that no reader needs. One with another DTD or a subset is refused.
_PUBLIC_DTD: Final = "-//W3C//DTD SVG "
_START_TAG: Final = re.compile(rb"""<([^\s/>"']+)(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")


@dataclass(slots=True, kw_only=True)
class _Element:
    """A credential element while it is read: byte offsets, its attribute and its text so far."""

    generation: Literal["ob3", "ob2"]
    start: int
    tag_end: int
    end: int = 0
    verify: bytes | None
    text: list[str] = field(default_factory=list)


def unbake(image: bytes) -> Baked:
    """The credential of an SVG file.

    Raises BakeError: bake.format when the root is no SVG, bake.image for XML that is not well formed, bake.dtd for
    entities or a document type of its own, bake.limit, bake.none, bake.several, bake.text.
    """
    return choose([_carried(element) for element in _scan(image)[1].elements], has_trailing_bytes=False)


def bake(image: bytes, payload: bytes) -> bytes:
    """The file with the payload as its one credential element, first in the root; the picture stays byte for byte.

    An element with a credential is replaced. Raises BakeError as `unbake` does, bake.several for an image that has two
    already, bake.payload for characters that XML cannot carry. The payload is UTF-8; JSON or a compact JWS.
    """
    root, scanner = _scan(image)
    present = [element for element in scanner.elements if element.generation == "ob3"]
    if len(present) > 1:
        raise BakeError("bake.several", f"the image carries {len(present)} credentials already")
    body = image[root.end() :]
    for element in present:
        body = image[root.end() : element.start] + image[element.end :]
    bound = scanner.prefixes.get("openbadges")
    declaration = f' xmlns:openbadges="{NAMESPACE}"'.encode()
    opening = image[root.start() : root.end() - 1]
    closing = b""
    if opening.endswith(b"/"):
        opening, closing = opening[:-1], b"</" + root.group(1) + b">"
    if bound is None:
        opening += declaration
    # A root that binds the prefix to something else keeps it; then the element declares its own.
    added = _encode(payload, b"" if bound in (None, NAMESPACE) else declaration)
    baked = image[: root.start()] + opening + b">" + added + closing + body
    refuse_large(baked)
    return baked


class _Scanner:
    """One pass over the file: the root's start tag, the prefixes that it declares, and the credential elements."""

    def __init__(self, image: bytes) -> None:
        self._image = image
        self._depth = 0
        self._open: _Element | None = None
        self.root: re.Match[bytes] | None = None
        self.prefixes: dict[str | None, str | None] = {}
        self.elements: list[_Element] = []
        # The encoding is forced, so that a declared one cannot make us read other text than a browser shows.
        self._parser = expat.ParserCreate("UTF-8", " ")
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.XmlDeclHandler = _refuse_encoding
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.EntityDeclHandler = _refuse_entity
        self._parser.SkippedEntityHandler = _refuse_entity
        self._parser.ExternalEntityRefHandler = _refuse_entity

    def scan(self) -> None:
        try:
            self._parser.Parse(self._image, True)
        except expat.ExpatError as fault:
            reason = expat.ErrorString(fault.code)
            raise BakeError("bake.image", f"the SVG file is not well formed: {reason}") from fault

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if self.root is None:
            self.prefixes[prefix] = uri

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise BakeError("bake.limit", f"the SVG file is nested deeper than {DEPTH_LIMIT} levels")
        if self.root is None:
            if name != _ROOT:
                raise BakeError("bake.format", "the root of the XML file is no SVG")
            self.root = self._tag()
        if self._open is not None:
            raise BakeError("bake.text", "the credential element has elements inside")
        generation = _ELEMENTS.get(name)
        if generation is None:
            return
        tag = self._tag()
        # With a document type named, the parser drops an unknown entity of an attribute in silence.
        if b"&" in tag.group():
            raise BakeError("bake.text", "the credential element has an entity in an attribute")
        verify = dict(zip(attributes[::2], attributes[1::2], strict=True)).get("verify")
        self._open = _Element(
            generation=generation,
            start=tag.start(),
            tag_end=tag.end(),
            verify=None if verify is None else verify.encode("utf-8"),
        )
        self._parser.CharacterDataHandler = self._open.text.append

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._open is None:
            return
        element, self._open = self._open, None
        # Behind an empty element the parser's place is already the next tag.
        is_empty = self._image.endswith(b"/>", element.start, element.tag_end)
        element.end = element.tag_end if is_empty else self._image.index(b">", self._parser.CurrentByteIndex) + 1
        self.elements.append(element)
        self._parser.CharacterDataHandler = None

    def _tag(self) -> re.Match[bytes]:
        """The start tag at the parser's place."""
        place = self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._image, place)
        if tag is None:
            raise BakeError("bake.image", f"no start tag can be read at byte {place} of the SVG file")
        return tag


def _scan(image: bytes) -> tuple[re.Match[bytes], _Scanner]:
    """The root's start tag, and the scanner behind its pass."""
    refuse_large(image)
    scanner = _Scanner(image)
    scanner.scan()
    if scanner.root is None:
        raise BakeError("bake.image", "the SVG file has no root")
    return scanner.root, scanner


def _carried(element: _Element) -> Carried:
    """The attribute or the text, never a choice between two that differ: another reader would take the other one."""
    text = "".join(element.text).encode("utf-8")
    verify, body = element.verify, text.strip()
    if element.generation == "ob2" and verify is not None and not COMPACT_JWS.fullmatch(verify):
        verify = None  # a hosted badge: the attribute is only its address
    if verify is None:
        if not body:
            raise BakeError("bake.text", "the credential element is empty")
        return Carried(generation=element.generation, payload=body if COMPACT_JWS.fullmatch(body) else text)
    if not COMPACT_JWS.fullmatch(verify):
        raise BakeError("bake.text", "the attribute verify of the credential element is no compact JWS")
    if element.generation == "ob3" and body and body != verify:
        raise BakeError("bake.several", "the attribute and the text of the credential element differ")
    return Carried(generation=element.generation, payload=verify)


def _encode(payload: bytes, declaration: bytes) -> bytes:
    name = b"openbadges:credential"
    if COMPACT_JWS.fullmatch(payload):
        return b"<" + name + declaration + b' verify="' + payload + b'"/>'
    if "\ufffe".encode() in payload or "\uffff".encode() in payload:
        raise BakeError("bake.payload", "the credential has a character that XML cannot carry (U+FFFE or U+FFFF)")
    # A parser turns a carriage return into a line feed unless it stands as a character reference.
    text = payload.replace(b"]]>", b"]]]]><![CDATA[>").replace(b"\r", b"]]>&#13;<![CDATA[")
    return b"<" + name + declaration + b"><![CDATA[" + text + b"]]></" + name + b">"


def _refuse_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        raise BakeError("bake.image", "the SVG file declares another encoding than UTF-8")


def _refuse_doctype(name: str, system_id: str | None, public_id: str | None, has_subset: bool) -> None:
    if has_subset or (system_id is not None and not (public_id or "").startswith(_PUBLIC_DTD)):
        raise BakeError("bake.dtd", "the SVG file declares a document type of its own")


def _refuse_entity(*_: object) -> int:
    raise BakeError("bake.dtd", "the SVG file uses or declares entities")
