"""issuer_trust: does this verifier know the issuer, by an allow list of its own or by a registry that it asks?

Not being listed is never a fault. The verifier's own lists speak first; a registry that could not be asked is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.registry import KnownIssuer, Trust
from verifier.report import Facet

if TYPE_CHECKING:
    from verifier.remote import Answer

_NAME: Final = "issuer_trust"


def facet(
    issuer: str | None,
    trust: Trust,
    answers: Sequence[Answer] = (),
    *,
    is_bound: bool,
    issued: date | None,
    today: date,
) -> Facet:
    """For a verifier that has lists or registries: pass with the one that names the issuer; fail only for an entry of
    distrust. `answers` are those of the registries.

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
        return _by_registries(issuer, answers)
    for name, known in trusted:
        if known.covers(issued or today) and known.covers(today):
            return _said("issuer_trust.ok", f"The list {_shown(name)} names", name, known)
    for name, known in trusted:
        if issued is not None and known.covers(issued):
            return _said("issuer_trust.ended", f"The list {_shown(name)} named, until {known.until},", name, known)
    name, known = trusted[0]
    return _said("issuer_trust.not_then", f"The list {_shown(name)} names for other days", name, known)


def _by_registries(issuer: str | None, answers: Sequence[Answer]) -> Facet:
    asked: list[JsonValue] = [_told(answer) for answer in answers]
    details: JsonObject = {"registries": asked} if asked else {}
    for answer in answers:
        if answer.outcome == "listed":
            message = f"The registry {_shown(answer.registry)} names this issuer: {_shown(answer.issuer_name)}."
            return Facet.of(_NAME, "issuer_trust.registry", message, issuer=issuer, name=answer.issuer_name, **details)
    unchecked = [answer.registry for answer in answers if answer.outcome == "unchecked"]
    if unchecked:
        message = f"The issuer is not known; not asked: {', '.join(_shown(name) for name in unchecked)}."
        return Facet.of(_NAME, "issuer_trust.unchecked", message, issuer=issuer, **details)
    return Facet.of(_NAME, "issuer_trust.not_listed", issuer=issuer, **details)


def _told(answer: Answer) -> JsonObject:
    told: JsonObject = {"registry": answer.registry, "outcome": answer.outcome}
    if answer.outcome == "listed":
        told |= {"name": answer.issuer_name, "signed": answer.is_signed}
    if answer.code:
        told |= {"code": answer.code, "message": answer.message}
    return told


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
