"""evidence: is the evidence that is at hand the one that was signed for?

An issuer fixes the content of a file by its digest, in the evidence itself or in a relatedResource of the same id.
Files are never fetched for this: a learner's evidence is private, and asking for it would tell its host. Those that the
asker has are compared by digest and by name. Source: VC Data Model 2.0 §5.3 (integrity of related resources).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from satchel.credential import resource
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.materials import HeldFile
from verifier.report import Facet

EVIDENCE_LIMIT: Final = 200

_NAME: Final = "evidence"
_ORDER: Final = ("fail", "unknown", "pass", "not_applicable")


def facet(value: JsonObject, files: Sequence[HeldFile] = ()) -> Facet:
    """The worst of all pieces of evidence; each is told in details["items"]."""
    pieces = _pieces(value)
    if not pieces:
        return Facet.of(_NAME, "evidence.none")
    related = _related(value)
    found = [_judge(piece, related, files) for piece in pieces]
    worst = min(found, key=lambda one: _ORDER.index(one.outcome))
    items: list[JsonValue] = [{"code": one.code, **one.details} for one in found]
    return Facet.of(_NAME, worst.code, worst.message, items=items)


def _judge(piece: JsonObject, related: Mapping[str, JsonObject], files: Sequence[HeldFile]) -> Facet:
    name, named = piece.get("name"), piece.get("id")
    details: JsonObject = {key: text for key, text in (("name", name), ("id", named)) if isinstance(text, str)}
    entries = [piece, *([related[named]] if isinstance(named, str) and named in related else [])]
    fixed = [entry for entry in entries if "digestSRI" in entry or "digestMultibase" in entry]
    if not fixed:
        return Facet.of(_NAME, "evidence.not_fixed", **details)
    for file in files:
        if all(resource.fits(entry, file.digests) for entry in fixed):
            return Facet.of(_NAME, "evidence.ok", f"{_shown(file.name)} is the file that was signed for.", **details)
    last = named.rstrip("/").rpartition("/")[2] if isinstance(named, str) else ""
    for file in files:
        if file.name in (last, name):
            return Facet.of(_NAME, "evidence.altered", f"{_shown(file.name)} is not what was signed for.", **details)
    return Facet.of(_NAME, "evidence.not_at_hand", **details)


def _pieces(value: JsonObject) -> list[JsonObject]:
    given = value.get("evidence")
    items = given if isinstance(given, list) else [given]
    return [item for item in items[:EVIDENCE_LIMIT] if isinstance(item, dict)]


def _related(value: JsonObject) -> Mapping[str, JsonObject]:
    given = value.get("relatedResource")
    found: dict[str, JsonObject] = {}
    for item in (given if isinstance(given, list) else [given])[:EVIDENCE_LIMIT]:
        named = item.get("id") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(named, str):
            found[named] = item
    return found


def _shown(text: str) -> str:
    return f"“{for_terminal(text, limit=80)}”"
