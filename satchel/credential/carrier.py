"""What an image carries, and which of it is the credential: the rules that PNG and SVG share.

Source: Open Badges 3.0 §5.3 (baking); Open Badges 2.0 baking for the older form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from satchel.codec import strictjson
from satchel.errors import BakeError

LIMIT_BYTES: Final = strictjson.LIMIT_BYTES
COMPACT_JWS: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One credential found in an image: of which generation, and its bytes as they stand there."""

    generation: Literal["ob3", "ob2"]
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Baked:
    """The one credential of an image: JSON text or a compact JWS, and the codes of what a reader should be told."""

    payload: bytes
    notes: tuple[str, ...]


def choose(found: Sequence[Carried], *, has_trailing_bytes: bool) -> Baked:
    """The one credential that counts. An Open Badge 3.0 goes before a 2.0 beside it.

    Raises BakeError bake.none when there is none, bake.several when two of a generation differ: readers would pick
    different ones. The same one twice is only noted.
    """
    newer = [one.payload for one in found if one.generation == "ob3"]
    older = [one.payload for one in found if one.generation == "ob2"]
    payloads = newer or older
    if not payloads:
        raise BakeError("bake.none", "the image carries no credential")
    if len(set(payloads)) > 1:
        raise BakeError("bake.several", f"the image carries {len(payloads)} credentials that differ")
    notes = (
        ("parse.baked_twice", len(payloads) > 1),
        ("parse.also_ob2", bool(newer and older)),
        ("parse.trailing_bytes", has_trailing_bytes),
    )
    return Baked(payload=payloads[0], notes=tuple(code for code, holds in notes if holds))


def refuse_large(image: bytes) -> None:
    """Raises BakeError bake.limit for more bytes than any file may have."""
    if len(image) > LIMIT_BYTES:
        raise BakeError("bake.limit", f"the image has {len(image)} bytes, more than {LIMIT_BYTES}")
