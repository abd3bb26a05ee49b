"""Scopes: what a body may award. Types of achievement, levels, fields of study, and the days between which it may.

A list that is empty or absent allows all; words are compared without regard to case. Used in trust lists
(`may_award`, `may_not_award`) and in accreditations, where a trusted agency has signed the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from satchel.credential import openbadge
from satchel.errors import SettingsFault
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

SCOPES_LIMIT: Final = 100
WORDS_LIMIT: Final = 200

_KEYS: Final = frozenset({"types", "levels", "fields", "from", "until"})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEVEL_TYPE: Final = re.compile(r"ext:.*(EQF|QF|Level|Niveau)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What a credential awards, as far as it says so: the type of its achievement, the levels that it is aligned to,
    its field of study, and the day of the award."""

    type: str | None
    levels: tuple[str, ...]
    field: str | None
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be awarded, and when."""

    types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def covers(self, award: Award) -> bool:
        """Whether the award is of the types, levels and fields; what the credential does not say is not covered by a
        scope that asks for it."""
        return (
            _is_among(self.types, (award.type,) if award.type else ())
            and _is_among(self.levels, award.levels)
            and _is_among(self.fields, (award.field,) if award.field else ())
        )

    def is_then(self, day: date) -> bool:
        """Whether the day is one of the scope's."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody says that the issuer may award, or may not. `source` is a list's or an agency's name."""

    source: str
    may: tuple[Scope, ...]
    may_not: tuple[Scope, ...] = ()


def award_of(value: JsonObject, day: date | None) -> Award:
    """What the credential awards on this day."""
    subject = value.get("credentialSubject")
    first = subject[0] if isinstance(subject, list) and subject else subject
    given = first.get("achievement") if isinstance(first, dict) else None
    field = given.get("fieldOfStudy") if isinstance(given, dict) else None
    found = openbadge.achievement(value)
    aligned = found.alignments if found else ()
    levels = [text for one in aligned if one.type and _LEVEL_TYPE.match(one.type) for text in (one.code, one.name)]
    return Award(
        type=found.type if found else None,
        levels=tuple(text for text in levels if text),
        field=field if isinstance(field, str) else None,
        day=day,
    )


def read(value: JsonValue, where: str) -> tuple[Scope, ...]:
    """The scopes of a file's JSON list. Raises SettingsFault trust.invalid, trust.unknown_key."""
    if not isinstance(value, list) or not 0 < len(value) <= SCOPES_LIMIT:
        raise SettingsFault("trust.invalid", f"{where} is no list of 1 to {SCOPES_LIMIT} scopes")
    return tuple(_scope(one, where) for one in value)


def to_json(scopes: tuple[Scope, ...]) -> list[JsonValue]:
    """The scopes as they stand in a file."""
    return [_to_json(one) for one in scopes]


def _to_json(scope: Scope) -> JsonObject:
    value: JsonObject = {}
    for key, words in (("types", scope.types), ("levels", scope.levels), ("fields", scope.fields)):
        if words:
            value[key] = list[JsonValue](words)
    for key, day in (("from", scope.since), ("until", scope.until)):
        if day is not None:
            value[key] = day.isoformat()
    return value


def _scope(value: JsonValue, where: str) -> Scope:
    if not isinstance(value, dict):
        raise SettingsFault("trust.invalid", f"{where}: a scope is no object")
    for key in value.keys() - _KEYS:
        raise SettingsFault("trust.unknown_key", f"{where} has an unknown key: {for_terminal(key, limit=60)}")
    since, until = _day(value, "from", where), _day(value, "until", where)
    if since is not None and until is not None and until < since:
        raise SettingsFault("trust.invalid", f"{where}: a scope ends before it begins")
    types, levels, fields = (_words(value, key, where) for key in ("types", "levels", "fields"))
    return Scope(types=types, levels=levels, fields=fields, since=since, until=until)


def _words(value: JsonObject, key: str, where: str) -> tuple[str, ...]:
    given = value.get(key, [])
    words = [word for word in given if isinstance(word, str) and word.strip()] if isinstance(given, list) else None
    if words is None or not isinstance(given, list) or len(words) != len(given) or len(words) > WORDS_LIMIT:
        raise SettingsFault("trust.invalid", f"{where}: {key} of a scope is no list of words")
    return tuple(words)


def _day(value: JsonObject, key: str, where: str) -> date | None:
    if key not in value:
        return None
    text = value[key]
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SettingsFault("trust.invalid", f"{where}: {key} of a scope is no day like 2026-11-24")


def _is_among(wanted: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return not wanted or not {word.casefold() for word in wanted}.isdisjoint(word.casefold() for word in said)
