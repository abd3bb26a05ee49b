"""JSON from outside, read in the one way that every reader must agree on, or refused.

No stock parser is safe: they accept duplicate members, NaN, half surrogate pairs and UTF-16, or leak a RecursionError
or a ValueError. The order here is fixed: byte limit, one pass over brackets and quotes, strict UTF-8, then JSON with
every door closed. Sources: RFC 8259, RFC 7493 (I-JSON).
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from satchel.errors import Malformed
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

LIMIT_BYTES: Final = 8 * 1024 * 1024
DEPTH_LIMIT: Final = 64
INTEGER_LIMIT: Final = 2**53
NUMBER_LIMIT_CHARS: Final = 400

_BOM: Final = b"\xef\xbb\xbf"
_STRUCTURE: Final = b'"[]{}'
_NOT_STRUCTURE: Final = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
# An opening bracket becomes +1 and a closing one -1 when the byte is read as a signed number.
_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The value, and whether a byte order mark stood before it (it is no part of the value)."""

    value: JsonValue
    bom: bool


def parse(raw: bytes, *, limit_bytes: int = LIMIT_BYTES) -> Parsed:
    """The JSON value of the bytes. Anything that two careful readers could read in two ways is refused.

    Raises Malformed: parse.too_large, parse.empty, parse.too_deep, parse.not_utf8, parse.not_json (also trailing
    data), parse.duplicate_key, parse.number (NaN, infinities, |integer| > 2^53, a float beyond the doubles),
    parse.surrogate. The top level may be any JSON value.
    """
    if len(raw) > limit_bytes:
        raise Malformed("parse.too_large", f"the text has {len(raw)} bytes, more than the {limit_bytes} allowed here")
    bom = raw.startswith(_BOM)
    if bom:
        raw = raw[len(_BOM) :]
    if not raw or raw.isspace():
        raise Malformed("parse.empty", "the text is empty")
    _refuse_depth(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed("parse.not_utf8", f"byte {fault.start} of the text is not valid UTF-8") from fault
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as fault:
        raise Malformed("parse.not_json", f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from fault
    # Most texts have no backslash at all, which is seen much faster than that the pattern is not there.
    if b"\\" in raw and _SURROGATE_ESCAPE.search(raw) is not None:
        _refuse_surrogates(value)
    return Parsed(value=value, bom=bom)


def loads(raw: bytes, *, limit_bytes: int = LIMIT_BYTES) -> JsonValue:
    """The JSON value alone. A byte order mark is passed over."""
    return parse(raw, limit_bytes=limit_bytes).value


def load_object(raw: bytes, *, limit_bytes: int = LIMIT_BYTES) -> JsonObject:
    """The JSON object of the bytes. Raises Malformed parse.not_object for any other JSON value."""
    value = parse(raw, limit_bytes=limit_bytes).value
    if not isinstance(value, dict):
        raise Malformed("parse.not_object", f"the JSON is {_kind(value)}, not an object")
    return value


def member(raw: bytes, name: str, *, limit_bytes: int = LIMIT_BYTES) -> bytes | None:
    """The value of one member of the object as it stands in the text, byte for byte; None when there is none.

    For a signed document that travels inside another one: it is kept as it was sent, not written anew. Raises as
    `load_object`.
    """
    load_object(raw, limit_bytes=limit_bytes)
    text = raw.removeprefix(_BOM).decode("utf-8")
    place = text.index("{")
    while text[place] != "}":
        place = _skip_blanks(text, place + 1)
        if text[place] == "}":
            return None
        found, place = _DECODER.raw_decode(text, place)
        start = _skip_blanks(text, _skip_blanks(text, place) + 1)  # past the colon
        _, end = _DECODER.raw_decode(text, start)
        if found == name:
            return text[start:end].encode("utf-8")
        place = _skip_blanks(text, end)
    return None


def _skip_blanks(text: str, place: int) -> int:
    while text[place] in " \t\n\r":
        place += 1
    return place


def _refuse_depth(raw: bytes) -> None:
    """Refuse brackets nested deeper than the limit before the recursive parser sees them.

    Backslashes and what they escape are taken out first, then everything but quotes and brackets, then what stands
    between quotes. In a text that is no JSON this may miscount, but only behind the place where the parser stops.
    """
    # Cut and not counted: a cut jumps over a long text, as the bits of a status list are, and ends at the limit.
    if len(raw.split(b"[", DEPTH_LIMIT + 1)) + len(raw.split(b"{", DEPTH_LIMIT + 1)) - 2 <= DEPTH_LIMIT:
        return
    kept = raw
    if b"\\" in kept:
        kept = _ESCAPED.sub(b"", kept)
    # Two quotes with nothing between are an empty string or the seam of two: the count of the rest stays the same.
    kept = kept.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in kept:
        kept = b"".join(kept.split(b'"')[::2])
    steps = memoryview(kept.translate(_STEPS)).cast("b")
    if max(accumulate(steps), default=0) > DEPTH_LIMIT:
        raise Malformed("parse.too_deep", f"the JSON is nested deeper than {DEPTH_LIMIT} levels")


def _members(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Malformed(
                    "parse.duplicate_key",
                    f"the member “{for_terminal(name, limit=80)}” stands twice in one object",
                    details={"member": name},
                )
            seen.add(name)
    return value


def _integer(text: str) -> int:
    # Refused by length first: int() is quadratic, and raises ValueError past 4,300 digits.
    if len(text) > 17 or not -INTEGER_LIMIT <= (value := int(text)) <= INTEGER_LIMIT:
        raise Malformed("parse.number", f"the integer {for_terminal(text, limit=40)} is beyond 2^53")
    return value


def _float(text: str) -> float:
    if len(text) > NUMBER_LIMIT_CHARS or not math.isfinite(value := float(text)):
        raise Malformed("parse.number", f"the number {for_terminal(text, limit=40)} is no finite double")
    return value


def _constant(text: str) -> JsonValue:
    raise Malformed("parse.number", f"{text} is not a JSON number")


def _refuse_surrogates(value: JsonValue) -> None:
    """Refuse half a surrogate pair, which only an escape can have brought in. Recursion is bounded by the depth."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise Malformed("parse.surrogate", "a text has half of a surrogate pair")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_surrogates(name)
            _refuse_surrogates(item)


def _kind(value: JsonValue) -> str:
    if value is None or isinstance(value, bool):
        return "null, true or false"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a number"


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
