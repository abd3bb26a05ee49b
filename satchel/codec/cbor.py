"""CBOR from outside, read in one way or refused, and written in the one deterministic form.

Stock readers take the last of two equal keys, follow indefinite lengths, and turn tags into dates, big numbers and
references; here every item is walked before a value is made of it. Sources: RFC 8949 §3, §4.2, §5.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from satchel.errors import CodecError

LIMIT_BYTES: Final = 8 * 1024 * 1024
DEPTH_LIMIT: Final = 16
ITEM_LIMIT: Final = 100_000

CborKey: TypeAlias = "int | str | bytes"
CborValue: TypeAlias = "int | float | bool | str | bytes | list[CborValue] | dict[CborKey, CborValue] | Tagged | None"

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_LENGTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_NAMED: Final = frozenset((20, 21, 22))  # false, true, null
_FLOATS: Final = frozenset((25, 26, 27))


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag, whose meaning is its reader's."""

    number: int
    value: CborValue


def decode(data: bytes, *, limit_bytes: int = LIMIT_BYTES, tags: frozenset[int] = frozenset()) -> CborValue:
    """The one value of the bytes; only the listed tags may stand in it, and each gives a Tagged. A tag that the engine
    has a meaning for (dates, big numbers, references) cannot be listed.

    Raises CodecError codec.cbor: over the limit, cut or followed by more, nested deeper than 16, of indefinite length,
    a number or length not in its fewest bytes, a map with one key twice or a key that is no number, text or bytes, a
    tag, `undefined` or another simple value, text that is not UTF-8.
    """
    if len(data) > limit_bytes:
        raise _broken(f"the data has {len(data)} bytes, more than the {limit_bytes} allowed here")
    walk = _Walk(data, tags)
    walk.item(0)
    if walk.at != len(data):
        raise _broken("bytes follow the value")
    # Imported here: a process that meets no CBOR does not load the engine.
    import cbor2

    try:
        return _plain(cbor2.loads(data, allow_indefinite=False, allow_duplicate_keys=False))
    except (cbor2.CBORDecodeError, ValueError, TypeError) as fault:
        raise _broken("the data cannot be read") from fault


def encode(value: CborValue) -> bytes:
    """The deterministic form (RFC 8949 §4.2.1): definite lengths, keys in the order of their own bytes.

    Raises CodecError codec.cbor for floats, of which no format here has any, and integers beyond 64 bits."""
    import cbor2

    match value:
        case bool() | str() | bytes() | None:
            return cbor2.dumps(value)
        case int():
            if not -(2**64) <= value < 2**64:
                raise _broken("an integer has more than 64 bits")
            return cbor2.dumps(value)
        case list():
            return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
        case dict():
            pairs = sorted((encode(name), encode(member)) for name, member in value.items())
            return _head(_MAP, len(pairs)) + b"".join(name + member for name, member in pairs)
        case Tagged():
            return _head(_TAG, value.number) + encode(value.value)
        case _:
            raise _broken("a value of this kind is not written here")


class _Walk:
    """One pass over the heads of all items, without making values. Recursion is bounded by the depth."""

    __slots__ = ("_count", "_data", "_tags", "at")

    def __init__(self, data: bytes, tags: frozenset[int]) -> None:
        self._data = data
        self._tags = tags
        self._count = 0
        self.at = 0

    def item(self, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            raise _broken(f"the data is nested deeper than {DEPTH_LIMIT} levels")
        self._count += 1
        if self._count > ITEM_LIMIT:
            raise _broken(f"the data has more than {ITEM_LIMIT} items")
        major, short, number = self._take_head()
        match major:
            case 2 | 3:  # bytes, text
                self._skip(number)
            case 4:
                for _ in range(number):
                    self.item(depth + 1)
            case 5:
                self._map(number, depth)
            case 6:
                if number not in self._tags:
                    raise _broken(f"the data has a tag {number}, which has no place here")
                self.item(depth + 1)
            case 7 if short not in _NAMED and short not in _FLOATS:
                raise _broken("the data has a simple value that says nothing here")
            case _:
                pass

    def _map(self, count: int, depth: int) -> None:
        seen: set[bytes] = set()
        for _ in range(count):
            start = self.at
            if start < len(self._data) and self._data[start] >> 5 > _TEXT:
                raise _broken("a map has a key that is no number, text or bytes")
            self.item(depth + 1)
            # Heads are in their fewest bytes, so equal keys have equal bytes.
            key = self._data[start : self.at]
            if key in seen:
                raise _broken("a map has the same key twice")
            seen.add(key)
            self.item(depth + 1)

    def _take_head(self) -> tuple[int, int, int]:
        """Major type, the five low bits, and the number that they give or announce."""
        if self.at >= len(self._data):
            raise _broken("the data is cut")
        first = self._data[self.at]
        self.at += 1
        major, short = first >> 5, first & 0x1F
        if short < 24:
            return major, short, short
        length = _LENGTHS.get(short)
        if length is None:
            raise _broken("the data has an item of indefinite length")
        start = self.at
        self._skip(length)
        number = int.from_bytes(self._data[start : self.at], "big")
        if major != _SIMPLE and number < (24 if length == 1 else 1 << (4 * length)):
            raise _broken("a number or length is not in its fewest bytes")
        return major, short, number

    def _skip(self, count: int) -> None:
        if count > len(self._data) - self.at:
            raise _broken("the data is cut")
        self.at += count


def _plain(value: object) -> CborValue:
    """The engine's value as plain lists and dicts: it makes frozen ones inside of what is to be hashed."""
    import cbor2

    match value:
        case bool() | int() | float() | str() | bytes() | None:
            return value
        case cbor2.CBORTag():
            return Tagged(value.tag, _plain(value.value))
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case Sequence():
            return [_plain(member) for member in value]
        case _:
            raise _broken("a value of this kind is not read here")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    short, length = next((short, length) for short, length in _LENGTHS.items() if number < 1 << (8 * length))
    return bytes([major << 5 | short]) + number.to_bytes(length, "big")


def _broken(what: str) -> CodecError:
    return CodecError("codec.cbor", f"this is not CBOR of one reading: {what}")
