"""One learner's row, checked against the template: what a credential will say of this learner, or why it cannot.

Cells are text and are never interpreted: a cell that begins with `=` is that text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from did import syntax
from issuer.section import NUMBER, TEXT_LIMIT_CHARS, is_web_url, text_fault
from issuer.template import NUMBER_TYPES, Bind, EvidenceColumns, Level, ResultDescription, Template
from satchel.codec import jcs, timestamp
from satchel.errors import CodecError, DidError, IssueFault
from satchel.port import JsonValue
from satchel.text import for_terminal

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@<>\"(),;:\\\[\]]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
# A day is written where the learner is; there it may already be tomorrow.
_AHEAD: Final = timedelta(hours=14)
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultValue:
    """One result: the id of its description, and the value, the level's id or the status; "" where not said."""

    description: str
    value: str = ""
    level: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of evidence; "" where not said."""

    url: str
    narrative: str
    name: str
    description: str
    genre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What one row says, checked. `awarded` is None when the row has no date; `digest` is over all it says."""

    recipient: str
    name: str
    awarded: datetime | None
    credits: str
    narrative: str
    results: tuple[ResultValue, ...]
    evidence: tuple[Evidence, ...]
    digest: str


class _Reasons:
    """The reasons against a row, so that one reading shows all of them."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, code: str, message: str) -> None:
        self.found.append((code, message))


def read(template: Template, cells: Mapping[str, str], *, now: datetime) -> Award:
    """The checked award of a row, cells by column name; a column that is absent reads as empty.

    Raises IssueFault with the code of the first reason (batch.*) and a message that holds all of them.
    """
    columns = template.columns
    reasons = _Reasons()
    recipient = _recipient(template.bind, _cell(cells, columns.recipient), columns.recipient, reasons)
    name = _text(cells, columns.name, 255, reasons)
    awarded = _awarded(_cell(cells, columns.awarded), columns.awarded, now, reasons)
    credits = _cell(cells, columns.credits)
    if credits and (NUMBER.fullmatch(credits) is None or credits.startswith("-")):
        reasons.add("batch.number", f"{columns.credits}: {for_terminal(credits, limit=40)} is no number")
    narrative = _text(cells, columns.narrative, TEXT_LIMIT_CHARS, reasons)
    by_id = {result.id: result for result in template.achievement.results}
    results = [_result(by_id[name], _cell(cells, column), column, reasons) for name, column in columns.results]
    evidence = [_evidence(cells, item, reasons) for item in columns.evidence]
    _refuse_expired(template, awarded or now, now, reasons)
    if reasons.found:
        code, _ = reasons.found[0]
        raise IssueFault(code, "; ".join(message for _, message in reasons.found))
    kept_results = tuple(result for result in results if result is not None)
    kept_evidence = tuple(item for item in evidence if item is not None)
    said: list[JsonValue] = [recipient, name, timestamp.render(awarded) if awarded else "", credits, narrative]
    said += [[result.description, result.value, result.level, result.status] for result in kept_results]
    said += [[item.url, item.narrative] for item in kept_evidence]
    return Award(
        recipient=recipient,
        name=name,
        awarded=awarded,
        credits=credits,
        narrative=narrative,
        results=kept_results,
        evidence=kept_evidence,
        digest=hashlib.sha256(jcs.encode(said)).hexdigest(),
    )


def _cell(cells: Mapping[str, str], column: str) -> str:
    return unicodedata.normalize("NFC", cells.get(column, "").strip()) if column else ""


def _text(cells: Mapping[str, str], column: str, limit: int, reasons: _Reasons) -> str:
    text = _cell(cells, column)
    if (wrong := text_fault(text, limit=limit, lines=limit == TEXT_LIMIT_CHARS)) is not None:
        reasons.add("batch.text", f"{column} {wrong}")
        return ""
    return text


def _recipient(bind: Bind, text: str, column: str, reasons: _Reasons) -> str:
    """The DID, the e-mail address in lower case, or the student id; for `claim` any name that the issuer has for the
    learner: it tells rows apart and stands in no credential."""
    shown = for_terminal(text, limit=80)
    if not text:
        reasons.add("batch.recipient", f"{column} is empty")
    elif bind == "did":
        try:
            return syntax.parse(text).did
        except DidError:
            reasons.add("batch.recipient", f"{column}: {shown} is no DID")
    elif bind == "email":
        if len(text) <= 254 and _EMAIL.fullmatch(text.lower()) is not None:
            return text.lower()
        reasons.add("batch.recipient", f"{column}: {shown} is no e-mail address")
    elif (wrong := text_fault(text, limit=255, lines=False)) is not None:
        reasons.add("batch.recipient", f"{column} {wrong}")
    return text


def _awarded(text: str, column: str, now: datetime, reasons: _Reasons) -> datetime | None:
    if not text:
        return None
    try:
        moment = timestamp.parse(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except CodecError:
        reasons.add("batch.date", f"{column}: {for_terminal(text, limit=40)} is no date like 2026-05-31")
        return None
    if moment > now + _AHEAD:
        reasons.add("batch.date", f"{column}: {for_terminal(text, limit=40)} is in the future")
    if moment < _EARLIEST:
        reasons.add("batch.date", f"{column}: {for_terminal(text, limit=40)} is before 1900")
    return moment.replace(microsecond=0)


def _refuse_expired(template: Template, awarded: datetime, now: datetime, reasons: _Reasons) -> None:
    try:
        ends = template.achievement_expires.after(awarded) if template.achievement_expires else None
        _ = template.proof_refresh.after(now) if template.proof_refresh else None
    except OverflowError:
        reasons.add("batch.date", "the achievement would end past the year 9999")
        return
    if ends is not None and ends <= now:
        reasons.add("batch.expired", f"the achievement ended on {ends:%Y-%m-%d}, before it is issued")


def _result(description: ResultDescription, text: str, column: str, reasons: _Reasons) -> ResultValue | None:
    shown = for_terminal(text, limit=40)
    if not text:
        if description.required_level or description.required_value:
            reasons.add("batch.below_required", f"{column} is empty, but {description.name} has a required value")
        return None
    if description.type in NUMBER_TYPES:
        if NUMBER.fullmatch(text) is None:
            reasons.add("batch.number", f"{column}: {shown} is no number")
        elif (description.value_min and float(text) < float(description.value_min)) or (
            description.value_max and float(text) > float(description.value_max)
        ):
            between = f"{description.value_min or '…'} to {description.value_max or '…'}"
            reasons.add("batch.result", f"{column}: {shown} lies outside of {between}")
        elif description.required_value and float(text) < float(description.required_value):
            reasons.add("batch.below_required", f"{column}: {shown} is below the required {description.required_value}")
        return ResultValue(description=description.id, value=text)
    if description.type == "Status":
        # A final badge says that something was completed; the other states belong to a provisional record.
        if text != "Completed":
            reasons.add("batch.below_required", f"{column}: {shown} is not Completed")
        return ResultValue(description=description.id, status="Completed")
    if description.levels:
        return _level(description, text, column, reasons)
    if description.allowed:
        if text not in description.allowed:
            reasons.add("batch.result", f"{column}: {shown} is none of {', '.join(description.allowed)}")
        elif description.required_value and description.allowed.index(text) < description.allowed.index(
            description.required_value
        ):
            reasons.add("batch.below_required", f"{column}: {shown} is below the required {description.required_value}")
    elif (wrong := text_fault(text, limit=255, lines=False)) is not None:
        reasons.add("batch.text", f"{column} {wrong}")
    return ResultValue(description=description.id, value=text)


def _level(description: ResultDescription, text: str, column: str, reasons: _Reasons) -> ResultValue | None:
    """The level by its id or its name, in any case of letters."""

    def is_meant(level: Level) -> bool:
        return text.casefold() in (level.id.casefold(), level.name.casefold())

    place = next((place for place, level in enumerate(description.levels) if is_meant(level)), None)
    if place is None:
        names = ", ".join(level.name for level in description.levels)
        reasons.add("batch.result", f"{column}: {for_terminal(text, limit=40)} is none of the levels {names}")
        return None
    required = [level.id for level in description.levels].index(description.required_level or description.levels[0].id)
    if place < required:
        needed = description.levels[required].name
        reasons.add("batch.below_required", f"{column}: {description.levels[place].name} is below {needed}")
    return ResultValue(description=description.id, level=description.levels[place].id)


def _evidence(cells: Mapping[str, str], item: EvidenceColumns, reasons: _Reasons) -> Evidence | None:
    """None when the row has neither address nor narrative for it."""
    url = _cell(cells, item.url)
    if url and not is_web_url(url):
        reasons.add("batch.url", f"{item.url}: {for_terminal(url, limit=80)} is no https address")
    narrative = _text(cells, item.narrative, TEXT_LIMIT_CHARS, reasons)
    if not url and not narrative:
        return None
    return Evidence(url=url, narrative=narrative, name=item.name, description=item.description, genre=item.genre)
