"""parts: what came of the credentials inside a presentation, a learner record or a stack?

A document that holds credentials is no better than the worst of them. Whom each is about is told apart, because real
badges of one learner name different subjects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from satchel.codes import CODES
from satchel.credential import identity, openbadge
from satchel.credential.envelope import Fault
from satchel.port import JsonObject, JsonValue
from verifier.report import Facet, Report

_NAME: Final = "parts"
_ORDER: Final = ("fail", "unknown", "warn", "pass", "not_applicable")
_VERDICTS: Final = {
    "accepted": "parts.ok",
    "accepted_with_warnings": "parts.warnings",
    "undecided": "parts.undecided",
    "rejected": "parts.rejected",
    "malformed": "parts.rejected",
}
_SHOWN_IDS: Final = 50
# Relations between achievements that cannot run in a circle (CLR 2.0 Association).
_DIRECTED: Final = frozenset({"isChildOf", "isParentOf", "isPartOf", "precedes", "replacedBy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """One credential inside: its name and digest, its value when it can be read, and its report; None past the limits
    of what is judged."""

    name: str
    sha256: str
    value: JsonObject | None
    report: Report | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whom the parts should be about. `ids` are the identifiers of the document's holder or subject; `is_proven` says
    whether that holder's key has signed the document; `recipient` is the address that the asker knows."""

    ids: tuple[str, ...]
    is_proven: bool
    recipient: str | None


def facet(
    judged: Sequence[JudgedPart],
    owner: Owner,
    fault: Fault | None,
    *,
    has_loop: bool,
    unresolved: Sequence[str] = (),
) -> Facet:
    """The worst of the parts; each is an item with its verdict and with what ties it to the owner. `unresolved` are ids
    that associations name and nothing in the record has."""
    if fault is not None:
        code = "parts.too_many" if fault.code.endswith(".too_many") else "parts.unreadable"
        return Facet.of(_NAME, code, f"{fault.message}.", cause=fault.code)
    if not judged:
        return Facet.of(_NAME, "parts.none")
    counts = Counter(one.sha256 for one in judged)
    items: list[JsonValue] = []
    codes: list[str] = ["parts.association_loop"] if has_loop else []
    if unresolved:
        codes.append("parts.association_unresolved")
    for one in judged:
        linkage = _linkage(one.value, owner)
        code = _code(one, linkage, is_twice=counts[one.sha256] > 1)
        codes.append(code)
        items.append(
            {
                "outcome": _outcome(code),
                "code": code,
                "message": CODES[code].sentence,
                "name": one.name,
                "sha256": one.sha256,
                "title": "" if one.value is None else openbadge.title(one.value),
                "verdict": None if one.report is None else one.report.verdict,
                "linkage": {"outcome": _outcome(linkage), "code": linkage, "message": CODES[linkage].sentence},
            }
        )
    worst = min(codes, key=lambda code: _ORDER.index(_outcome(code)))
    good = sum(one.report is not None and one.report.verdict.startswith("accepted") for one in judged)
    message = f"{CODES[worst].sentence} Of {len(judged)} credentials inside {good} can be accepted."
    details: JsonObject = {"unresolved": list[JsonValue](unresolved[:_SHOWN_IDS])} if unresolved else {}
    return Facet.of(_NAME, worst, message, items=items, **details)


def _code(one: JudgedPart, linkage: str, *, is_twice: bool) -> str:
    if one.report is None:
        return "parts.too_many"
    if one.value is not None and "VerifiablePresentation" in openbadge.types(one.value):
        return "parts.presentation_inside"
    code = _VERDICTS[one.report.verdict]
    if _outcome(code) in ("fail", "unknown"):
        return code
    if linkage == "parts.other_subject":
        return linkage
    return "parts.twice" if is_twice else code


def _linkage(value: JsonObject | None, owner: Owner) -> str:
    """What ties a part to the owner."""
    if value is None:
        return "parts.not_proven"
    ids = openbadge.subject_ids(value)
    if any(one in owner.ids for one in ids):
        return "parts.key_proven" if owner.is_proven else "parts.same_subject"
    if owner.recipient is not None:
        matches = {
            identity.compare(item, owner.recipient)
            for subject in openbadge.subjects(value)
            for item in _identities(subject)
        }
        if "same" in matches:
            return "parts.email_matched"
        if "weak" in matches:
            return "parts.email_weak"
    return "parts.other_subject" if ids and owner.ids else "parts.not_proven"


def _identities(subject: JsonObject) -> list[JsonObject]:
    given = subject.get("identifier")
    items = given if isinstance(given, list) else [given]
    return [
        item
        for item in items
        if isinstance(item, dict) and isinstance(kind := item.get("identityType"), str) and kind in identity.EMAIL_TYPES
    ]


def unresolved(value: JsonObject, inner: Iterable[JsonObject | None]) -> tuple[str, ...]:
    """The ids that associations of a learner record name, and that no achievement and no credential in it has."""
    held: set[JsonValue] = set()
    for one in (value, *(one for one in inner if one is not None)):
        held.update(name for name in (one.get("id"),) if isinstance(name, str))
        for subject in openbadge.subjects(one):
            given = subject.get("achievement")
            for item in given if isinstance(given, list) else [given]:
                if isinstance(item, dict) and isinstance(name := item.get("id"), str):
                    held.add(name)
    named = dict.fromkeys(end for _, *ends in _associations(value) for end in ends)
    return tuple(name for name in named if name not in held)


def _associations(value: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Type, source and target of each association that has all three as texts."""
    for subject in openbadge.subjects(value):
        given = subject.get("association")
        for item in given if isinstance(given, list) else [given]:
            if isinstance(item, dict):
                kind, source, target = (item.get(name) for name in ("associationType", "sourceId", "targetId"))
                if isinstance(kind, str) and isinstance(source, str) and isinstance(target, str):
                    yield kind, source, target


def has_loop(value: JsonObject) -> bool:
    """Whether associations of a learner record that have a direction run in a circle."""
    edges: dict[tuple[str, str], list[str]] = {}
    for kind, source, target in _associations(value):
        if kind in _DIRECTED:
            edges.setdefault((kind, source), []).append(target)
    finished: set[tuple[str, str]] = set()
    for start in edges:
        on_path: set[tuple[str, str]] = set()
        waiting = [(start, False)]
        while waiting:
            node, is_left = waiting.pop()
            if is_left:
                on_path.discard(node)
                finished.add(node)
            elif node in on_path:
                return True
            elif node not in finished:
                on_path.add(node)
                waiting.append((node, True))
                waiting += [((node[0], target), False) for target in edges.get(node, ())]
    return False


def _outcome(code: str) -> str:
    found = CODES[code].outcome
    return "unknown" if found == "error" else found
