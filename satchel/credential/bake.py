"""Baking: a credential into a PNG or SVG picture and out again; the picture itself is never changed or decoded.

Source: Open Badges 3.0 §5.3.
"""

from __future__ import annotations

from typing import Final

from satchel.codec import strictjson
from satchel.credential import png, svg
from satchel.credential.carrier import COMPACT_JWS, Baked
from satchel.errors import BakeError, Malformed

_BOM: Final = b"\xef\xbb\xbf"


def bake(image: bytes, payload: bytes) -> bytes:
    """The image with the payload, a JSON object or a compact JWS, as its one credential; an earlier one is replaced.

    `unbake` gives back exactly the payload. Raises BakeError: bake.payload, bake.format, bake.image, bake.limit,
    bake.dtd, bake.text, bake.several. Whether the payload is a sound credential is not checked here.
    """
    _refuse_payload(payload)
    if image.startswith(png.SIGNATURE):
        return png.bake(image, payload)
    _refuse_other(image)
    return svg.bake(image, payload)


def unbake(image: bytes) -> bytes:
    """The bytes of the credential that the image carries, as they stand there. Raises BakeError bake.*."""
    return read(image).payload


def read(image: bytes) -> Baked:
    """The same with the codes of what a reader should be told (parse.baked_twice and the like)."""
    if image.startswith(png.SIGNATURE):
        return png.unbake(image)
    _refuse_other(image)
    return svg.unbake(image)


def looks_like_svg(raw: bytes) -> bool:
    """Whether the first mark of the text is `<`: then it is read as SVG or not at all."""
    return raw.removeprefix(_BOM)[:1024].lstrip().startswith(b"<")


def _refuse_other(image: bytes) -> None:
    if not looks_like_svg(image):
        raise BakeError("bake.format", "the image is neither PNG nor SVG")


def _refuse_payload(payload: bytes) -> None:
    if COMPACT_JWS.fullmatch(payload):
        return
    if payload.startswith(_BOM):
        raise BakeError("bake.payload", "the credential begins with a byte order mark")
    try:
        strictjson.load_object(payload)
    except Malformed as fault:
        raise BakeError("bake.payload", f"the credential is no JSON object: {fault.message}") from fault
