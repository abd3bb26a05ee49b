"""issuer_authority: may this body award an achievement of this type, level and field, on the day it did?

A verifier's own list says it with scopes, or an agency that the verifier trusts has signed it. Without either the
answer is "unknown": a body is never said to lack an authority that nobody has spoken of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from satchel.port import JsonObject
from satchel.text import for_terminal
from verifier.report import Facet
from verifier.scope import Award, Grant

_NAME: Final = "issuer_authority"


def facet(grants: Sequence[Grant], award: Award, *, is_bound: bool) -> Facet:
    """Pass with a scope that covers the award on its day; fail only when one says the opposite: what is excluded, or
    was allowed on other days alone."""
    if not is_bound:
        return Facet.of(_NAME, "issuer_authority.not_bound")
    if not grants:
        return Facet.of(_NAME, "issuer_authority.unknown")
    details = _told(award)
    for grant in grants:
        if any(one.covers(award) and (award.day is None or one.is_then(award.day)) for one in grant.may_not):
            message = f"{_shown(grant.source)} says that this body may not award this."
            return Facet.of(_NAME, "issuer_authority.excluded", message, source=grant.source, **details)
    covering = [(grant.source, one) for grant in grants for one in grant.may if one.covers(award)]
    for source, one in covering:
        if award.day is not None and one.is_then(award.day):
            message = f"{_shown(source)} says that this body may award this."
            return Facet.of(_NAME, "issuer_authority.ok", message, source=source, **details)
    if covering and award.day is not None:
        source = covering[0][0]
        message = f"{_shown(source)} lets this body award this on other days than {award.day}."
        return Facet.of(_NAME, "issuer_authority.not_then", message, source=source, **details)
    return Facet.of(_NAME, "issuer_authority.not_covered", **details)


def _told(award: Award) -> JsonObject:
    told: JsonObject = {"type": award.type, "levels": [*award.levels], "field": award.field}
    told["day"] = None if award.day is None else award.day.isoformat()
    return told


def _shown(text: str) -> str:
    return f"“{for_terminal(text, limit=100)}”"
