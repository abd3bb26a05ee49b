"""JSON Canonicalization Scheme (RFC 8785): one byte string for one JSON value.

Used for digests and ids of values; bytes that somebody signed are kept as they came.
"""

from __future__ import annotations

import math
from json.encoder import encode_basestring as _quote
from typing import Final

from satchel.codec.strictjson import DEPTH_LIMIT, INTEGER_LIMIT
from satchel.errors import CodecError
from satchel.port import JsonValue

_FIXED_DIGITS: Final = 21
_FIXED_ZEROS: Final = 6


def encode(value: JsonValue) -> bytes:
    """The canonical form, UTF-8. Raises CodecError codec.jcs for NaN, infinities, |integer| > 2^53, half surrogate
    pairs, values of other types, and nesting deeper than strictjson reads."""
    parts: list[str] = []
    _write(value, parts, 0)
    try:
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as fault:
        raise CodecError("codec.jcs", "a text has half of a surrogate pair") from fault


def _write(value: JsonValue, parts: list[str], depth: int) -> None:
    if isinstance(value, str):
        parts.append(_quote(value))
    elif isinstance(value, dict):
        _refuse_depth(depth)
        separator = "{"
        for name in _sorted_names(value):
            parts.append(separator)
            parts.append(_quote(name))
            parts.append(":")
            _write(value[name], parts, depth + 1)
            separator = ","
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        _refuse_depth(depth)
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts, depth + 1)
            separator = ","
        parts.append("]" if value else "[]")
    elif value is True:
        parts.append("true")
    elif value is False:
        parts.append("false")
    elif value is None:
        parts.append("null")
    elif isinstance(value, int):
        if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
            raise CodecError("codec.jcs", "an integer is beyond 2^53 and would be rounded")
        parts.append(str(value))
    else:
        parts.append(_number(value))


def _refuse_depth(depth: int) -> None:
    if depth >= DEPTH_LIMIT:
        raise CodecError("codec.jcs", f"the value is nested deeper than {DEPTH_LIMIT} levels")


def _sorted_names(members: dict[str, JsonValue]) -> list[str]:
    """The names in the order of their UTF-16 code units (§3.2.3), which is not the order of code points."""
    for name in members:
        if not isinstance(name, str):
            raise CodecError("codec.jcs", f"a member name is a {type(name).__name__}, not a text")
    if all(map(str.isascii, members)):
        return sorted(members)
    return sorted(members, key=_utf16)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: object) -> str:
    """The number as ECMAScript writes it (ECMA-262 Number::toString, radix 10)."""
    if not isinstance(value, float):
        raise CodecError("codec.jcs", f"a {type(value).__name__} is not a JSON value")
    if not math.isfinite(value):
        raise CodecError("codec.jcs", f"{value} is not a JSON number")
    if value == 0:
        return "0"
    # Python and ECMAScript choose the same shortest digits; they differ in when they write an exponent.
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # `point` is n of the standard: the value is 0.DIGITS times ten to the power of n.
    point = len(whole) + int(exponent or "0") - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= _FIXED_DIGITS:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= _FIXED_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -_FIXED_ZEROS < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"
