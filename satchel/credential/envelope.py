"""The envelope: a credential's bytes exactly as received, and the copy that is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from satchel.codec import jcs
from satchel.credential import content
from satchel.credential.content import Fault, Format
from satchel.port import JsonObject

__all__ = ["Container", "Envelope", "Fault", "Format"]

Container: TypeAlias = Literal["json", "png", "svg", "pdf", "zip", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A credential as it came.

    `raw` are the signed bytes, stored and sent as they are; `digest` is their SHA-256 in lowercase hex. `value` is the
    strictly parsed copy of a plain JSON credential, also of one inside an image; it is None with a `fault` and for
    formats that cannot be verified yet. `notes` are the codes of what a reader should be told though the bytes could
    be read (parse.bom and the like). `name` comes from outside: a file's name or nothing.
    """

    raw: bytes
    digest: str
    media_type: str
    format: Format
    container: Container
    value: JsonObject | None
    fault: Fault | None
    name: str
    notes: tuple[str, ...] = ()

    @staticmethod
    def inner(value: JsonObject, name: str = "") -> Envelope:
        """The envelope of a credential inside another document: a presentation, a CLR, an endorsement, a status list.

        `raw` is the token of an EnvelopedVerifiableCredential, else the canonical JSON (RFC 8785) of the value. The
        value comes from a strict reading; CodecError codec.jcs for one that does not.
        """
        token = content.enveloped_token(value)
        if token is not None:
            return of_content(token, content.of_text(token), name=name)
        return of_content(jcs.encode(value), content.of_value(value), name=name)


def of_content(
    raw: bytes,
    read: content.Content,
    *,
    name: str,
    container: Container | None = None,
    media_type: str | None = None,
    notes: tuple[str, ...] = (),
) -> Envelope:
    """The envelope of bytes whose content was read; an image gives its own container and media type."""
    return Envelope(
        raw=raw,
        digest=hashlib.sha256(raw).hexdigest(),
        media_type=media_type or read.media_type,
        format=read.format,
        container=container or ("token" if read.is_token else "json"),
        value=read.value,
        fault=read.fault,
        name=name,
        notes=notes + read.notes,
    )
