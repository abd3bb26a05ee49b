"""Bit lists and their compressed form.

A list of a million entries fits in a few hundred bytes, and so does a bomb: the output is bounded before inflating.
Source: Bitstring Status List 1.0 §3 (bit 0 is the left-most bit of the first byte), RFC 1952 (gzip), RFC 1950 (zlib).
"""

from __future__ import annotations

import zlib
from types import ModuleType
from typing import Final

from satchel.errors import CodecError

_engine: ModuleType
try:
    from isal import isal_zlib

    _engine = isal_zlib
except ImportError:  # a platform without its wheel: the same format, only slower
    _engine = zlib

_GZIP: Final = 31
_ZLIB: Final = 15
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_FAULTS: Final[tuple[type[Exception], ...]] = (zlib.error, _engine.error)


def inflate(data: bytes, *, limit_bytes: int) -> bytes:
    """The content of exactly one gzip member of at most `limit_bytes` when inflated.

    Raises CodecError codec.inflate_limit past the limit; codec.inflate for another format, a cut stream, a wrong
    checksum or length, bytes behind the member (also a second member), and gzip inside of gzip.
    """
    content, rest = _inflate_member(data, limit_bytes)
    if rest:
        raise CodecError("codec.inflate", f"{len(rest)} bytes stand behind the compressed data")
    if content.startswith(_GZIP_MAGIC) and _is_gzip(content, limit_bytes):
        raise CodecError("codec.inflate", "the compressed data is compressed twice")
    return content


def inflate_zlib(data: bytes, *, limit_bytes: int) -> bytes:
    """The content of exactly one ZLIB stream (RFC 1950) of at most `limit_bytes`. Raises CodecError as `inflate`."""
    content, rest = _inflate_member(data, limit_bytes, _ZLIB)
    if rest:
        raise CodecError("codec.inflate", f"{len(rest)} bytes stand behind the compressed data")
    return content


def deflate_zlib(data: bytes) -> bytes:
    """One ZLIB stream: the same bytes for the same data and library."""
    return zlib.compress(data, 9)


def deflate(data: bytes) -> bytes:
    """One gzip member without name and time: the same bytes for the same data and library."""
    compressed: bytes = _engine.compress(data, 1, _GZIP)
    return compressed


def get(data: bytes | bytearray | memoryview, index: int, size: int = 1) -> int:
    """The unsigned value of entry `index`, each entry `size` bits wide, most significant bit first.

    Raises IndexError outside of the list: callers compare the index with the length first.
    """
    first = index * size
    last = first + size
    if index < 0 or size < 1 or last > len(data) * 8:
        raise IndexError(index)
    window = int.from_bytes(data[first // 8 : (last + 7) // 8], "big")
    return window >> (-last % 8) & ((1 << size) - 1)


def put(data: bytearray, index: int, value: int, size: int = 1) -> None:
    """Write entry `index`. Raises IndexError outside of the list, ValueError when the value needs more bits."""
    first = index * size
    last = first + size
    if index < 0 or size < 1 or last > len(data) * 8:
        raise IndexError(index)
    if not 0 <= value < 1 << size:
        raise ValueError(f"{value} does not fit in {size} bits")
    start, end = first // 8, (last + 7) // 8
    shift = -last % 8
    window = int.from_bytes(data[start:end], "big") & ~(((1 << size) - 1) << shift) | value << shift
    data[start:end] = window.to_bytes(end - start, "big")


def _inflate_member(data: bytes, limit_bytes: int, format: int = _GZIP) -> tuple[bytes, bytes]:
    """The first member's content and the bytes behind it. The inflater never gives more than limit + 1 bytes."""
    inflater = _engine.decompressobj(format)
    try:
        content: bytes = inflater.decompress(data, limit_bytes + 1)
    except _FAULTS as fault:
        raise CodecError("codec.inflate", f"the data is not one sound compressed stream: {fault}") from fault
    if len(content) > limit_bytes:
        raise CodecError("codec.inflate_limit", f"the compressed data grows past {limit_bytes} bytes")
    if not inflater.eof:
        raise CodecError("codec.inflate", "the compressed data is cut")
    rest: bytes = inflater.unused_data
    return content, rest


def _is_gzip(data: bytes, limit_bytes: int) -> bool:
    """Whether the bytes are a whole gzip member. A list may begin with the magic by chance; then it is none."""
    try:
        _inflate_member(data, limit_bytes)
    except CodecError as fault:
        return fault.code == "codec.inflate_limit"
    return True
