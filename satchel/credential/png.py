"""Credentials in PNG files, by the chunks alone: no pixel is ever decoded.

A chunk is length (4 bytes, big-endian), type (4 letters), data, CRC-32 of type and data. The credential is the text of
one uncompressed `iTXt` chunk with the keyword `openbadgecredential` (Open Badges 2.0: `openbadges`).
Sources: PNG 3rd edition §5.3, §11.3.3.4; Open Badges 3.0 §5.3.1.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from satchel.credential.carrier import LIMIT_BYTES, Baked, Carried, choose, refuse_large
from satchel.errors import BakeError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNKS_LIMIT: Final = 100_000

_KEYWORDS: Final[dict[bytes, Literal["ob3", "ob2"]]] = {b"openbadgecredential": "ob3", b"openbadges": "ob2"}
_TEXT_TYPES: Final = (b"iTXt", b"tEXt", b"zTXt")
_HEADER_BYTES: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    type: bytes
    start: int
    data_start: int
    data_end: int

    @property
    def end(self) -> int:
        return self.data_end + 4


def unbake(image: bytes) -> Baked:
    """The credential of a PNG file.

    Raises BakeError: bake.image for a damaged file (cut, wrong CRC or length, no IHDR or IEND), bake.limit, bake.none,
    bake.several, bake.text for a chunk that is not as the standard says.
    """
    chunks = tuple(_chunks(image))
    return choose(_carried(image, chunks), has_trailing_bytes=chunks[-1].end != len(image))


def bake(image: bytes, payload: bytes) -> bytes:
    """The file with the payload as its one Open Badge 3.0 chunk; every other byte stays as it was.

    A chunk with a credential is replaced. Raises BakeError as `unbake` does, and bake.several for an image that has
    two already, even equal ones. The payload is not looked at.
    """
    chunks = tuple(_chunks(image))
    _carried(image, chunks)
    present = [chunk for chunk in chunks if _generation(image, chunk) == "ob3"]
    if len(present) > 1:
        raise BakeError("bake.several", f"the image carries {len(present)} credentials already")
    place = next((chunk.start for chunk in chunks if chunk.type == b"IDAT"), chunks[0].end)
    # keyword, NUL, not compressed, method 0, no language tag, no translated keyword, text
    added = _encode(b"iTXt", b"openbadgecredential\x00\x00\x00\x00\x00" + payload)
    pieces: list[bytes] = []
    position = 0
    for start, end, piece in sorted([(place, place, added), *((chunk.start, chunk.end, b"") for chunk in present)]):
        pieces += (image[position:start], piece)
        position = end
    baked = b"".join((*pieces, image[position:]))
    refuse_large(baked)
    return baked


def _chunks(image: bytes) -> Iterator[_Chunk]:
    """The chunks from IHDR to IEND; lengths, types and checksums hold for each."""
    refuse_large(image)
    if not image.startswith(SIGNATURE):
        raise BakeError("bake.format", "the bytes are no PNG file")
    position = len(SIGNATURE)
    for number in range(CHUNKS_LIMIT):
        length = int.from_bytes(image[position : position + 4], "big")
        chunk = _Chunk(
            type=image[position + 4 : position + 8],
            start=position,
            data_start=position + 8,
            data_end=position + 8 + length,
        )
        # A length of 4 GiB ends here too: nothing is allocated by a length that the file only claims.
        if chunk.end > len(image):
            raise BakeError("bake.image", f"the PNG file is cut in chunk {number}")
        if not (chunk.type.isalpha() and chunk.type.isascii()):
            raise BakeError("bake.image", f"chunk {number} of the PNG file has no type of four letters")
        crc = int.from_bytes(image[chunk.data_end : chunk.end], "big")
        if zlib.crc32(image[position + 4 : chunk.data_end]) != crc:
            raise BakeError("bake.image", f"the checksum of chunk {number} of the PNG file is wrong")
        if number == 0 and (chunk.type, length) != (b"IHDR", _HEADER_BYTES):
            raise BakeError("bake.image", "the PNG file does not begin with its header")
        yield chunk
        if chunk.type == b"IEND":
            return
        position = chunk.end
    raise BakeError("bake.limit", f"the PNG file has more than {CHUNKS_LIMIT} chunks")


def _generation(image: bytes, chunk: _Chunk) -> Literal["ob3", "ob2"] | None:
    if chunk.type not in _TEXT_TYPES:
        return None
    keyword, separator, _ = image[chunk.data_start : min(chunk.data_end, chunk.data_start + 80)].partition(b"\x00")
    return _KEYWORDS.get(keyword) if separator else None


def _carried(image: bytes, chunks: tuple[_Chunk, ...]) -> list[Carried]:
    return [
        Carried(generation=generation, payload=_text(chunk.type, image[chunk.data_start : chunk.data_end]))
        for chunk in chunks
        if (generation := _generation(image, chunk)) is not None
    ]


def _text(kind: bytes, data: bytes) -> bytes:
    """The text of an iTXt chunk. A compressed one is against the standard but read, within the limit of a file."""
    if kind != b"iTXt":
        raise BakeError("bake.text", f"the credential is in a {kind.decode()} chunk, not in iTXt")
    _, _, rest = data.partition(b"\x00")
    flag, fields = rest[:2], rest[2:].split(b"\x00", 2)
    if len(fields) != 3 or flag not in (b"\x00\x00", b"\x01\x00"):
        raise BakeError("bake.text", "the iTXt chunk of the credential is not built as the standard says")
    text = fields[2]
    if flag == b"\x00\x00":
        return text
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(text, LIMIT_BYTES + 1)
    except zlib.error as fault:
        raise BakeError("bake.text", "the compressed iTXt chunk of the credential is damaged") from fault
    if len(text) > LIMIT_BYTES:
        raise BakeError("bake.limit", f"the iTXt chunk of the credential grows past {LIMIT_BYTES} bytes")
    if not inflater.eof or inflater.unused_data:
        raise BakeError("bake.text", "the compressed iTXt chunk of the credential is cut or has bytes behind it")
    return text


def _encode(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
