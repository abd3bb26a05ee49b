"""The envelope: a credential's bytes exactly as received, and the copy that is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from satchel.codec import jcs
from satchel.credential import content
from satchel.credential.content import Fault, Format
from satchel.port import JsonObject

if TYPE_CHECKING:
    from satchel.credential.token import Token

__all__ = ["Container", "Envelope", "Fault", "Format"]

Container: TypeAlias = Literal["json", "png", "svg", "pdf", "zip", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A credential as it came.

    `raw` are the signed bytes, stored and sent as they are; `digest` is their SHA-256 in lowercase hex. `value` is the
    strictly parsed copy of the credential, also of one inside an image, a token or an envelope; it is None with a
    `fault`, with a `refusal` (the token breaks the rules of its format: proof.*), and for formats that are never
    verified. Of everything but plain JSON (`format` is vc-json) the value is a reading and not what was signed: that is
    `token`, and the value without it proves nothing. `notes` are the codes of what a reader should be told though the
    bytes could be read (parse.bom and the like). `name` comes from outside: a file's name or nothing.
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
    token: Token | None = field(default=None, compare=False, repr=False)
    refusal: Fault | None = None

    @staticmethod
    def inner(value: JsonObject, name: str = "") -> Envelope:
        """The envelope of a credential inside another document: a presentation, a CLR, an endorsement, a status list.

        `raw` is the token of an EnvelopedVerifiableCredential, else the canonical JSON (RFC 8785) of the value. The
        value comes from a strict reading; CodecError codec.jcs for one that does not.
        """
        opened = content.of_envelope(value) if content.is_envelope(value) else None
        if opened is not None:
            return of_content(opened[0], opened[1], name=name)
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
        token=read.token,
        refusal=read.refusal,
    )


def of_text(text: str, name: str = "") -> Envelope:
    """The envelope of a bare token that stands in another document, as VC Data Model 1.1 and Open Badges allow."""
    raw = text.encode("utf-8")
    return of_content(raw, content.of_token(raw), name=name)
