"""Presentations: credentials that their holder shows, as VC Data Model 2.0 §4.13 writes them.

Nothing is signed here: a proof of purpose `authentication` with challenge and domain is added by satchel.proof.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from satchel.credential.envelope import Envelope, of_text
from satchel.credential.openbadge import VC2_CONTEXT
from satchel.errors import SatchelError
from satchel.port import Did, JsonObject, JsonValue
from satchel.text import for_terminal

PARTS_LIMIT: Final = 200
TYPE: Final = "VerifiablePresentation"
ENVELOPED_TYPE: Final = "EnvelopedVerifiableCredential"

# What a data URL of an enveloped credential may name (VC-JOSE-COSE §3, and the older name for JWT).
_TOKEN_TYPES: Final = frozenset(("application/vc+jwt", "application/jwt"))


class PresentationFault(SatchelError):
    """A document that holds credentials cannot be made or read (presentation.*)."""


def compose(*, holder: Did, credentials: Sequence[Envelope] = (), id: str | None = None) -> JsonObject:
    """The unsigned presentation. A JSON credential stands in it value for value as it was received; a token as an
    EnvelopedVerifiableCredential; of an image it is the credential that the image carries.

    Without credentials it says one thing only: who holds the key. Raises PresentationFault presentation.format for
    what neither form can hold, presentation.too_many.
    """
    if len(credentials) > PARTS_LIMIT:
        raise _too_many(len(credentials))
    document: JsonObject = {"@context": [VC2_CONTEXT]}
    if id is not None:
        document["id"] = id
    document["type"] = [TYPE]
    document["holder"] = holder
    if credentials:
        document["verifiableCredential"] = [_shown(envelope) for envelope in credentials]
    return document


def parts(value: JsonObject) -> tuple[Envelope, ...]:
    """The envelopes of the credentials in a presentation, in order; named by their place.

    A bare token stands for itself, as in VC Data Model 1.1. Raises PresentationFault presentation.malformed for a part
    that is neither an object nor a text, presentation.too_many. Nothing is judged here.
    """
    return tuple(
        envelope_of(part, name=f"credential {number}")
        for number, part in enumerate(items_of(value.get("verifiableCredential")), start=1)
    )


def items_of(given: JsonValue) -> list[JsonValue]:
    """The items of a member `verifiableCredential`: one, a list of them, or none. Raises PresentationFault
    presentation.too_many."""
    items: list[JsonValue] = given if isinstance(given, list) else [] if given is None else [given]
    if len(items) > PARTS_LIMIT:
        raise _too_many(len(items))
    return items


def _shown(envelope: Envelope) -> JsonObject:
    if envelope.format == "vc-json" and envelope.value is not None:
        return envelope.value
    if envelope.token is not None:
        return _enveloped(envelope.token.media_type, envelope.token.raw)
    if envelope.container == "token" and envelope.fault is None and envelope.media_type in _TOKEN_TYPES:
        return _enveloped(envelope.media_type, envelope.raw.strip())
    shown = for_terminal(envelope.name or envelope.digest, limit=80)
    raise PresentationFault(
        "presentation.format", f"{shown} ({envelope.container}, {envelope.format}) has no form inside a presentation"
    )


def _enveloped(media_type: str, token: bytes) -> JsonObject:
    is_binary = not token.isascii()
    address = (
        f"data:{media_type};base64,{b64encode(token).decode()}" if is_binary else f"data:{media_type},{token.decode()}"
    )
    return {"@context": [VC2_CONTEXT], "id": address, "type": [ENVELOPED_TYPE]}


def envelope_of(part: JsonValue, *, name: str) -> Envelope:
    """The envelope of a credential that stands in another document. Raises PresentationFault presentation.malformed
    for what is neither an object nor a text."""
    if isinstance(part, dict):
        return Envelope.inner(part, name=name)
    if isinstance(part, str):
        return of_text(part, name=name)
    raise PresentationFault("presentation.malformed", f"{name} is neither an object nor a token")


def _too_many(count: int) -> PresentationFault:
    return PresentationFault("presentation.too_many", f"{count} credentials are more than {PARTS_LIMIT}")
