"""issuer_trust: does this verifier know the issuer, by an allow list of its own? Not being listed is never a fault."""

from __future__ import annotations

from datetime import date
from typing import Final

from satchel.port import JsonObject
from satchel.text import for_terminal
from verifier.registry import KnownIssuer, Trust
from verifier.report import Facet

_NAME: Final = "issuer_trust"


def facet(issuer: str | None, trust: Trust, *, is_bound: bool, issued: date | None, today: date) -> Facet:
    """For a verifier that has lists: pass with the one that names the issuer; fail only for an entry of distrust.

    `is_bound` says whether the key that signed is proven to be this issuer's: a forger names whom he likes. `issued`
    is the day that the credential gives for its award, the issuer's own word.
    """
    entries = trust.find(issuer) if issuer is not None else ()
    for name, known in entries:
        if known.is_distrusted and known.covers(today):
            return _said("issuer_trust.distrusted", f"The list {_shown(name)} says not to trust", name, known)
    if not is_bound:
        return Facet.of(_NAME, "issuer_trust.not_bound", issuer=issuer)
    trusted = [(name, known) for name, known in entries if not known.is_distrusted]
    if not trusted:
        return Facet.of(_NAME, "issuer_trust.not_listed", issuer=issuer)
    for name, known in trusted:
        if known.covers(issued or today) and known.covers(today):
            return _said("issuer_trust.ok", f"The list {_shown(name)} names", name, known)
    for name, known in trusted:
        if issued is not None and known.covers(issued):
            return _said("issuer_trust.ended", f"The list {_shown(name)} named, until {known.until},", name, known)
    name, known = trusted[0]
    return _said("issuer_trust.not_then", f"The list {_shown(name)} names for other days", name, known)


def _said(code: str, beginning: str, name: str, known: KnownIssuer) -> Facet:
    details: JsonObject = {"list": name, "issuer": known.id, "name": known.name}
    if known.since is not None:
        details["from"] = known.since.isoformat()
    if known.until is not None:
        details["until"] = known.until.isoformat()
    # The list's name of the issuer, not the issuer's own: a lookalike name is what a list is against.
    return Facet.of(_NAME, code, f"{beginning} this issuer: {_shown(known.name)}.", **details)


def _shown(text: str) -> str:
    return f"“{for_terminal(text, limit=100)}”"
