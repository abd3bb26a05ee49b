"""One zip file as pure bytes, in the one form that a stack has: plain entries one behind the other, nothing else.

A zip can be read in several ways: two lists of names, hidden bytes between entries, overlapping or swelling data. So
entries are stored, never compressed; every byte of the file belongs to exactly one entry, its directory line, or the
end record; and both descriptions of an entry must be the same.
Source: PKWARE APPNOTE 6.3 §4.3.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from struct import Struct
from typing import Final

from satchel.errors import SatchelError
from satchel.text import for_terminal

SIGNATURE: Final = b"PK\x03\x04"
NAME_LIMIT_BYTES: Final = 100

_LOCAL: Final = Struct("<4s5H3I2H")
_DIRECTORY: Final = Struct("<4s6H3I5H2I")
_END: Final = Struct("<4s4H2IH")
_DIRECTORY_SIGNATURE: Final = b"PK\x01\x02"
_END_SIGNATURE: Final = b"PK\x05\x06"
_VERSION: Final = 20
_MADE_BY_UNIX: Final = 3 << 8 | _VERSION
_MIDNIGHT: Final = 0
_FIRST_DAY: Final = 1 << 5 | 1  # 1980-01-01: the same content gives the same file
_PLAIN_FILE: Final = 0o100600 << 16
_ENCRYPTED: Final = 1
_UTF8_NAME: Final = 1 << 11
_STORED: Final = 0


class StackFault(SatchelError):
    """A stack file cannot be made or read (stack.*)."""


def write(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """The file with these entries, in order. Names are ASCII; the same entries give the same bytes."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, content in entries:
        encoded = name.encode("ascii")
        described = (0, _STORED, _MIDNIGHT, _FIRST_DAY, zlib.crc32(content), len(content), len(content), len(encoded))
        pieces += (_LOCAL.pack(SIGNATURE, _VERSION, *described, 0), encoded, content)
        line = _DIRECTORY.pack(
            _DIRECTORY_SIGNATURE, _MADE_BY_UNIX, _VERSION, *described, 0, 0, 0, 0, _PLAIN_FILE, offset
        )
        directory += (line, encoded)
        offset += _LOCAL.size + len(encoded) + len(content)
    lines = b"".join(directory)
    end = _END.pack(_END_SIGNATURE, 0, 0, len(entries), len(entries), len(lines), offset, 0)
    return b"".join((*pieces, lines, end))


def read(raw: bytes, *, entries_limit: int) -> tuple[tuple[str, bytes], ...]:
    """The entries, in order. What a name means is NOT judged here; it is ASCII and at most 100 characters long.

    Raises StackFault: stack.zip for any other form, stack.compressed for an entry that is compressed or encrypted,
    stack.too_many, stack.name.
    """
    start = len(raw) - _END.size
    if start < 0:
        raise _broken("the file is too short")
    signature, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(raw, start)
    if signature != _END_SIGNATURE or comment or disk or first_disk or here != count:
        raise _broken("the end of the file is not the end of a plain zip file")
    if count > entries_limit:
        raise StackFault("stack.too_many", f"the file has {count} entries, more than {entries_limit}")
    if offset + size != start:
        raise _broken("the directory does not lie before the end record")
    found: list[tuple[str, bytes]] = []
    line, place = offset, 0
    for _ in range(count):
        if line + _DIRECTORY.size > start:
            raise _broken("the directory is cut")
        (signature, _, _, flags, method, time, date, crc, packed, unpacked, name_length, *rest) = (
            _DIRECTORY.unpack_from(raw, line)
        )
        extra_length, comment_length, first_disk, _, _, entry_offset = rest
        if signature != _DIRECTORY_SIGNATURE or extra_length or comment_length or first_disk:
            raise _broken("a line of the directory is not a plain one")
        name = raw[line + _DIRECTORY.size : line + _DIRECTORY.size + name_length]
        line += _DIRECTORY.size + name_length
        shown = _name(name)
        if method != _STORED or flags & _ENCRYPTED:
            raise StackFault("stack.compressed", f"{for_terminal(shown, limit=100)} is compressed or encrypted")
        if flags & ~_UTF8_NAME or packed != unpacked or entry_offset != place:
            raise _broken(f"{for_terminal(shown, limit=100)} is not stored plainly, one behind the other")
        described = (flags, method, time, date, crc, packed, unpacked, name_length)
        content, place = _entry(raw, place, offset, name, described)
        found.append((shown, content))
    if line != start or place != offset:
        raise _broken("bytes of the file belong to no entry")
    return tuple(found)


def _entry(raw: bytes, place: int, limit: int, name: bytes, described: tuple[int, ...]) -> tuple[bytes, int]:
    """The content of the entry at `place`, and the place behind it. Nothing reaches past `limit`, the directory."""
    begin = place + _LOCAL.size + len(name)
    crc, size = described[4], described[5]
    if begin + size > limit:
        raise _broken("an entry reaches into the directory")
    signature, _, *own, extra_length = _LOCAL.unpack_from(raw, place)
    if signature != SIGNATURE or extra_length or tuple(own) != described or raw[begin - len(name) : begin] != name:
        raise _broken("an entry is described in two different ways")
    content = raw[begin : begin + size]
    if zlib.crc32(content) != crc:
        raise _broken("the checksum of an entry does not fit")
    return content, begin + size


def _name(name: bytes) -> str:
    if not 0 < len(name) <= NAME_LIMIT_BYTES or not name.isascii():
        raise StackFault("stack.name", f"the name of an entry has {len(name)} bytes or is not plain ASCII")
    return name.decode("ascii")


def _broken(why: str) -> StackFault:
    return StackFault("stack.zip", why)
