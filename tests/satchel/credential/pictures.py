"""Small real pictures for tests, built chunk by chunk so that each part can be broken on purpose."""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
IEND = b"\x00\x00\x00\x00IEND\xaeB`\x82"
KEYWORD = b"openbadgecredential"
JWS = b"eyJhbGciOiJFZERTQSJ9.eyJpZCI6InVybjp4In0.c2lnbmF0dXJl"
CREDENTIAL = b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:uuid:1", "name": "\xc3\x84rztin"}'
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def header(width: int = 2, height: int = 2) -> bytes:
    return chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00")


def pixels(width: int = 2, height: int = 2) -> bytes:
    rows = b"".join(b"\x00" + bytes((17 * y + x) % 256 for x in range(width * 3)) for y in range(height))
    return chunk(b"IDAT", zlib.compress(rows))


def itxt(text: bytes, keyword: bytes = KEYWORD, *, flag: bytes = b"\x00", method: bytes = b"\x00") -> bytes:
    return chunk(b"iTXt", keyword + b"\x00" + flag + method + b"en\x00Ausweis\x00" + text)


def png(*chunks: bytes, tail: bytes = IEND) -> bytes:
    """A picture of two by two pixels with these chunks before its pixels."""
    return SIGNATURE + header() + b"".join(chunks) + pixels() + tail


def svg(inside: str = "", *, attributes: str = f' xmlns:openbadges="{NAMESPACE}"', prolog: str = "") -> bytes:
    return (
        f'{prolog}<svg xmlns="http://www.w3.org/2000/svg"{attributes} viewBox="0 0 9 9">{inside}'
        "<circle r='4' fill=\"#08f\"/><!-- > --></svg>\n"
    ).encode()
