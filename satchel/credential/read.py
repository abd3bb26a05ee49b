"""Bytes to envelope: what a file is, decided by its bytes alone, never by its name or a media type beside it."""

from __future__ import annotations

from typing import Final

from satchel.codec import strictjson
from satchel.credential import content
from satchel.credential.content import Content, Fault
from satchel.credential.envelope import Container, Envelope, of_content
from satchel.errors import BakeError

# What went wrong with an image, as a reader of credentials says it.
_FAULTS: Final = {
    "bake.none": "parse.no_credential",
    "bake.several": "parse.two_credentials",
    "bake.format": "parse.not_credential",
    "bake.limit": "parse.too_large",
}


def read(raw: bytes, *, name: str = "") -> Envelope:
    """The envelope of a file: plain JSON, a sealed document, a token (JWT, SD-JWT, COSE), a PNG or SVG image that
    carries one of these, or a stack (zip), whose content is not read here.

    It never raises for content: what cannot be read sets `fault`, a token that breaks the rules of its format sets
    `refusal`, and what is never verified (Open Badges 2.0) has its format and no value. A JSON object that is no
    credential is read all the same; its data model is the verifier's business.
    """
    if len(raw) > strictjson.LIMIT_BYTES:
        fault = Fault(
            code="parse.too_large",
            message=f"the file has {len(raw)} bytes, more than {strictjson.LIMIT_BYTES}",
        )
        return of_content(raw, _unread(fault), name=name)
    if raw.startswith(b"{"):
        return of_content(raw, content.of_text(raw), name=name)
    # Imported where they are needed: most files are JSON, and a command that reads one should answer at once.
    from satchel.credential import archive, bake, png

    if raw.startswith(png.SIGNATURE):
        return _image(raw, name=name, container="png", media_type="image/png")
    if raw.startswith(archive.SIGNATURE):
        # A stack: its manifest and parts are read by satchel.credential.stack.
        packed = Content(format="unknown", media_type="application/zip", is_token=False)
        return of_content(raw, packed, name=name, container="zip")
    if bake.looks_like_svg(raw):
        return _image(raw, name=name, container="svg", media_type="image/svg+xml")
    return of_content(raw, content.of_text(raw), name=name)


def _image(raw: bytes, *, name: str, container: Container, media_type: str) -> Envelope:
    from satchel.credential import bake

    notes: tuple[str, ...] = ()
    try:
        baked = bake.read(raw)
    except BakeError as error:
        read = _unread(Fault(code=_FAULTS.get(error.code, "parse.image"), message=error.message))
    else:
        read, notes = content.of_text(baked.payload), baked.notes
    return of_content(raw, read, name=name, container=container, media_type=media_type, notes=notes)


def _unread(fault: Fault) -> Content:
    return Content(format="unknown", media_type="application/octet-stream", is_token=False, fault=fault)
