"""results: does what was measured fit what the achievement says can be measured, and was it enough?

A result names a result description of the same achievement; its value, level and status are held against that one. What
does not fit is told as a contradiction of the issuer with itself, which is no forgery: a policy decides what follows.
Source: Open Badges 3.0 §B.1 (Result, ResultDescription, RubricCriterionLevel).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.report import Facet

RESULTS_LIMIT: Final = 200

_NAME: Final = "results"
_NUMBERS: Final = frozenset(
    ("GradePointAverage", "Percent", "PredictedScore", "RawScore", "RubricScore", "ScaledScore")
)
_NOT_FINAL: Final = frozenset(("Enrolled", "InProgress", "OnHold", "Provisional"))
_FAILED: Final = frozenset(("Failed", "Withdrew"))
_STATUSES: Final = _NOT_FINAL | _FAILED | {"Completed"}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
# Worst first.
_ORDER: Final = ("fail", "warn", "unknown", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Description:
    """One ResultDescription. `levels` are the ids of its rubric levels from low to high, as they stand there."""

    kind: str | None
    allowed: tuple[str, ...]
    levels: tuple[str, ...]
    required_level: str | None
    required_value: str | None
    minimum: str | None
    maximum: str | None


def facet(value: JsonObject) -> Facet:
    """The worst of all results; each is told in details["items"]."""
    subjects = value.get("credentialSubject")
    found: list[Facet] = []
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        if isinstance(subject, dict) and "result" in subject:
            described = _descriptions(subject.get("achievement"))
            given = subject["result"]
            results = given if isinstance(given, list) else [given]
            found += [_judge(result, described) for result in results[: RESULTS_LIMIT - len(found)]]
    if not found:
        return Facet.of(_NAME, "results.none")
    worst = min(found, key=lambda one: _ORDER.index(one.outcome))
    items: list[JsonValue] = [{"code": one.code, "message": one.message, **one.details} for one in found]
    return Facet.of(_NAME, worst.code, worst.message, items=items)


def _judge(result: JsonValue, described: Mapping[str, _Description]) -> Facet:
    if not isinstance(result, dict):
        return Facet.of(_NAME, "results.malformed", "A result is no object.")
    named = result.get("resultDescription")
    details: JsonObject = {"result_description": named} if isinstance(named, str) else {}
    status, value, level = result.get("status"), result.get("value"), result.get("achievedLevel")
    for name, member in (("status", status), ("value", value), ("achievedLevel", level)):
        if member is not None and not isinstance(member, str):
            return Facet.of(_NAME, "results.malformed", f"{name} of a result is no text.", **details)
        if isinstance(member, str):
            details[name] = member
    if isinstance(status, str):
        if status not in _STATUSES:
            return Facet.of(_NAME, "results.status_unknown", f"The status {_shown(status)} is not known.", **details)
        if status in _FAILED:
            return Facet.of(_NAME, "results.failed", f"The result has the status {status}.", **details)
    description = described.get(named) if isinstance(named, str) else None
    if isinstance(named, str) and description is None:
        return Facet.of(_NAME, "results.no_description", **details)
    if description is not None:
        contradiction = _against(description, _text(status), _text(value), _text(level))
        if contradiction is not None:
            return Facet.of(_NAME, contradiction[0], contradiction[1], **details)
    if status in _NOT_FINAL:
        return Facet.of(_NAME, "results.not_final", f"The result has the status {status}.", **details)
    return Facet.of(_NAME, "results.ok", **details)


def _against(said: _Description, status: str | None, value: str | None, level: str | None) -> tuple[str, str] | None:
    """What the description says against the result."""
    if said.kind == "Status" and status is None:
        return "results.status_missing", "The result of a status has none."
    if level is not None and said.levels and level not in said.levels:
        return "results.level_unknown", "The level reached is not one of the rubric."
    if value is not None and said.allowed and value not in said.allowed:
        return "results.value_not_allowed", f"The value {_shown(value)} is not one that the achievement allows."
    if value is not None and said.kind in _NUMBERS:
        number = _number(value)
        if number is None:
            return "results.value_no_number", f"The value {_shown(value)} is no number."
        lowest, highest = _number(said.minimum), _number(said.maximum)
        if (lowest is not None and number < lowest) or (highest is not None and number > highest):
            return "results.value_out_of_range", f"The value {_shown(value)} is outside of what can be reached."
    return _below(said, value, level)


def _below(said: _Description, value: str | None, level: str | None) -> tuple[str, str] | None:
    """Whether less was reached than the achievement requires, where that can be told: levels and allowed values stand
    from low to high, numbers compare themselves."""
    levels = said.levels
    if level in levels and said.required_level in levels and levels.index(level) < levels.index(said.required_level):
        return "results.below_required", "The level reached is below the one that is required."
    if said.required_value is None or value is None:
        return None
    message = f"The value {_shown(value)} is below the required {_shown(said.required_value)}."
    if said.allowed:
        if said.required_value in said.allowed and said.allowed.index(value) < said.allowed.index(said.required_value):
            return "results.below_required", message
        return None
    number, required = _number(value), _number(said.required_value)
    if said.kind in _NUMBERS and number is not None and required is not None and number < required:
        return "results.below_required", message
    return None


def _descriptions(achievement: JsonValue) -> Mapping[str, _Description]:
    given = achievement.get("resultDescription") if isinstance(achievement, dict) else None
    items: Sequence[JsonValue] = given if isinstance(given, list) else [given]
    found: dict[str, _Description] = {}
    for item in items[:RESULTS_LIMIT]:
        named = item.get("id") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(named, str):
            found[named] = _Description(
                kind=_text(item.get("resultType")),
                allowed=_texts(item.get("allowedValue")),
                levels=_ids(item.get("rubricCriterionLevel")),
                required_level=_text(item.get("requiredLevel")),
                required_value=_text(item.get("requiredValue")),
                minimum=_text(item.get("valueMin")),
                maximum=_text(item.get("valueMax")),
            )
    return found


def _number(text: str | None) -> Decimal | None:
    """The number of a plain decimal text; a percent sign behind it is passed over."""
    plain = "" if text is None else text.strip().removesuffix("%").strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _ids(value: JsonValue) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    named = [item.get("id") for item in items if isinstance(item, dict)]
    return tuple(name for name in named if isinstance(name, str))


def _texts(value: JsonValue) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _shown(text: str) -> str:
    return f"“{for_terminal(text, limit=40)}”"
