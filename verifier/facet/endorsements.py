"""endorsements: is each endorsement in the credential rightly signed, by somebody else, and about what it hangs on?

Each one was judged as a credential of its own before. Source: Open Badges 3.0 EndorsementCredential; the standard's
own validator does not compare the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from satchel.codes import CODES
from satchel.credential import endorsement, openbadge
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.report import Facet, Report

_NAME: Final = "endorsements"
_ORDER: Final = ("fail", "warn", "unknown", "pass", "not_applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEndorsement:
    """An endorsement on a part of the credential, the identifier of that part, what it says and its report. `value` is
    None for what cannot be read, `report` also for one past the limits of what is judged; `is_one` is False for what is
    neither an object nor a token."""

    place: str
    owner: str | None
    value: JsonObject | None
    report: Report | None
    is_one: bool = True


def facet(judged: Sequence[JudgedEndorsement], *, issuer: str | None, subjects: Sequence[str]) -> Facet:
    """The worst of all, of which there is one at least; each is an item. `issuer` and `subjects` are those of the
    credential: what they say of themselves is no endorsement by others."""
    found = [(one, _code(one, issuer, subjects)) for one in judged]
    worst = min((code for _, code in found), key=lambda code: _ORDER.index(_outcome(code)))
    items: list[JsonValue] = [_item(one, code) for one, code in found]
    message = None
    if len(found) > 1:
        good = sum(_outcome(code) == "pass" for _, code in found)
        message = f"{CODES[worst].sentence} Of {len(found)} endorsements {good} can be relied on."
    return Facet.of(_NAME, worst, message, items=items)


def _code(one: JudgedEndorsement, issuer: str | None, subjects: Sequence[str]) -> str:
    if not one.is_one:
        return "endorsements.not_one"
    if one.report is None:
        return "endorsements.not_judged"
    if one.value is None:
        return "endorsements.undecided" if one.report.verdict == "undecided" else "endorsements.rejected"
    if not endorsement.is_endorsement(one.value):
        return "endorsements.not_one"
    if one.report.verdict in ("rejected", "malformed"):
        return "endorsements.rejected"
    if one.owner is None:
        return "endorsements.no_target"
    if endorsement.target(one.value) != one.owner:
        return "endorsements.other_target"
    if one.report.verdict == "undecided":
        return "endorsements.undecided"
    endorser = openbadge.issuer_id(one.value)
    return "endorsements.self" if endorser == issuer or endorser in subjects else "endorsements.ok"


def _outcome(code: str) -> str:
    found = CODES[code].outcome
    return "unknown" if found == "error" else found


def _item(one: JudgedEndorsement, code: str) -> JsonObject:
    item: JsonObject = {
        "outcome": _outcome(code),
        "code": code,
        "message": CODES[code].sentence,
        "place": one.place,
    }
    if one.value is not None:
        item["endorser"] = openbadge.issuer_id(one.value)
        item["endorser_name"] = openbadge.issuer_name(one.value)
        item["target"] = endorsement.target(one.value)
        item["comment"] = for_terminal(endorsement.comment(one.value), limit=endorsement.COMMENT_LIMIT_CHARS)
    if one.report is not None:
        item["verdict"] = one.report.verdict
        item["sha256"] = one.report.sha256
    return item
