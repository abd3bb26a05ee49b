"""Bytes as text: base58btc, base64url, varint and multibase, each with one accepted spelling per value.

`multiformats` is too slow for outside bytes and accepts padding and any base, so the bytes are done here; it is the
oracle of the tests. Sources: multibase and multiformats varint specifications, RFC 4648 §5.
"""

from __future__ import annotations

import binascii
from typing import Final

from satchel.errors import CodecError

BASE58_LIMIT_CHARS: Final = 512
VARINT_LIMIT_BYTES: Final = 9

_BASE58: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NOT_BASE58: Final = 0xFF
_BASE58_DIGITS: Final = bytes(_BASE58.index(byte) if byte in _BASE58 else _NOT_BASE58 for byte in range(256))
_BASE58_PAIRS: Final = tuple(chr(high) + chr(low) for high in _BASE58 for low in _BASE58)
_BASE58_CHUNK_PAIRS: Final = 5
_BASE58_CHUNK: Final = 58 ** (2 * _BASE58_CHUNK_PAIRS)
_BASE58_EIGHT: Final = 58**8

_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
# The last characters whose unused bits are zero, by the length of the text modulo 4.
_LAST_CHARS: Final = {0: _BASE64URL, 2: _BASE64URL[::16], 3: _BASE64URL[::4]}


def base58_encode(data: bytes) -> str:
    """The bytes in the Bitcoin alphabet; each leading zero byte is a `1`. Quadratic: for keys, signatures, digests."""
    zeros = len(data) - len(data.lstrip(b"\x00"))
    number = int.from_bytes(data, "big")
    pairs: list[str] = []
    while number:
        number, chunk = divmod(number, _BASE58_CHUNK)
        for _ in range(_BASE58_CHUNK_PAIRS):
            chunk, pair = divmod(chunk, 3364)
            pairs.append(_BASE58_PAIRS[pair])
    return "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def base58_decode(text: str, *, limit_chars: int = BASE58_LIMIT_CHARS) -> bytes:
    """The bytes of a base58btc text. Raises CodecError codec.base58 for another alphabet or a text over the limit
    (the work is quadratic, so an unbounded text would be an attack)."""
    if len(text) > limit_chars:
        raise CodecError("codec.base58", f"the base58btc text has {len(text)} characters, more than {limit_chars}")
    try:
        digits = text.encode("ascii").translate(_BASE58_DIGITS)
    except UnicodeEncodeError as fault:
        raise CodecError("codec.base58", f"character {fault.start} is not base58btc") from fault
    if (place := digits.find(_NOT_BASE58)) >= 0:
        raise CodecError("codec.base58", f"character {place} is not base58btc")
    zeros = len(digits) - len(digits.lstrip(b"\x00"))
    digits = bytes(-len(digits) % 8) + digits
    number = 0
    for start in range(0, len(digits), 8):  # eight at a time: the parts stay small numbers
        a, b, c, d, e, f, g, h = digits[start : start + 8]
        part = ((((((a * 58 + b) * 58 + c) * 58 + d) * 58 + e) * 58 + f) * 58 + g) * 58 + h
        number = number * _BASE58_EIGHT + part
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """The bytes in the URL alphabet without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def base64url_decode(text: str) -> bytes:
    """The bytes of an unpadded base64url text. Raises CodecError codec.base64url for padding, white space, the `+/`
    alphabet, an impossible length, and unused bits that are not zero (a second spelling of the same bytes)."""
    try:
        chars = text.encode("ascii")
    except UnicodeEncodeError as fault:
        raise CodecError("codec.base64url", f"character {fault.start} is not base64url") from fault
    if b"+" in chars or b"/" in chars or b"=" in chars:
        raise CodecError("codec.base64url", "the text has padding or characters outside of base64url")
    last = _LAST_CHARS.get(len(chars) % 4)
    if last is None or (chars and chars[-1] not in last):
        raise CodecError("codec.base64url", "the text has an impossible length or ends in stray bits")
    padded = chars.translate(_TO_STANDARD) + b"=" * (-len(chars) % 4)
    try:
        return binascii.a2b_base64(padded, strict_mode=True)
    except binascii.Error as fault:
        raise CodecError("codec.base64url", "the text has padding or characters outside of base64url") from fault


def varint_encode(number: int) -> bytes:
    """The unsigned varint, shortest form. Raises CodecError codec.varint below zero and from 2^63 on."""
    if not 0 <= number < 1 << (7 * VARINT_LIMIT_BYTES):
        raise CodecError("codec.varint", "the number is negative or needs more than nine bytes")
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def varint_decode(data: bytes) -> tuple[int, bytes]:
    """The number in front, and the bytes behind it. Raises CodecError codec.varint when it is cut, longer than nine
    bytes, or not the shortest form."""
    number = 0
    for index, byte in enumerate(data[:VARINT_LIMIT_BYTES]):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if byte == 0 and index > 0:
                raise CodecError("codec.varint", "the varint is not in its shortest form")
            return number, data[index + 1 :]
    raise CodecError("codec.varint", "the varint is cut or longer than nine bytes")


def multibase_encode(data: bytes, prefix: str) -> str:
    """The bytes behind a multibase prefix: `z` for base58btc, `u` for base64url."""
    match prefix:
        case "z":
            return "z" + base58_encode(data)
        case "u":
            return "u" + base64url_encode(data)
        case _:
            raise CodecError("codec.multibase", f"the multibase prefix {prefix!r} is not written here")


def multibase_decode(text: str, *, allowed: str) -> bytes:
    """The bytes of a multibase text whose prefix is one of `allowed` ("z", "u" or "zu").

    Raises CodecError codec.multibase for another or no prefix, codec.base58, codec.base64url.
    """
    prefix = text[:1]
    if prefix == "z" and "z" in allowed:
        return base58_decode(text[1:])
    if prefix == "u" and "u" in allowed:
        return base64url_decode(text[1:])
    raise CodecError("codec.multibase", f"the multibase prefix {prefix!r} is not among {allowed!r}")
