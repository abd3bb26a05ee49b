"""What stands in a credential of other people's making, tolerant of the shapes that are met in the wild.

Nothing here judges. A member of another shape than expected reads as absent. All text comes from outside: it goes to a
person's eyes through satchel.text only. Sources: Open Badges 3.0, VC Data Model 1.1 and 2.0 §11.1 (language values).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.port import JsonObject, JsonValue

Version: TypeAlias = Literal["1.1", "2.0"]

VC1_CONTEXT: Final = "https://www.w3.org/2018/credentials/v1"
VC2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"

_BADGE_TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_PLAIN_TYPES: Final = frozenset({"VerifiableCredential", *_BADGE_TYPES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The dates of a credential as they are written there: nothing is parsed or compared."""

    valid_from: str | None
    valid_until: str | None
    awarded: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """What an achievement claims to match in a framework. Nobody has checked the claim."""

    name: str | None
    url: str | None
    code: str | None
    framework: str | None
    description: str | None
    type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """What was achieved, as the issuer describes it."""

    id: str | None
    name: str | None
    description: str | None
    type: str | None
    criteria: str | None
    criteria_url: str | None
    image: str | None
    credits_available: float | None
    alignments: tuple[Alignment, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A piece of evidence, as the issuer names it. The address is never opened here."""

    id: str | None
    name: str | None
    description: str | None
    narrative: str | None
    genre: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result: what was measured, the value, and the level reached. Names are looked up in the achievement."""

    name: str | None
    value: str | None
    status: str | None
    level: str | None
    alignments: tuple[Alignment, ...]


def version(value: JsonObject) -> Version | None:
    """The version of the data model that the first context names; None for any other first context."""
    contexts = _items(value.get("@context"))
    first = contexts[0] if contexts else None
    return "2.0" if first == VC2_CONTEXT else "1.1" if first == VC1_CONTEXT else None


def types(value: JsonObject) -> tuple[str, ...]:
    """The types of a credential or of anything inside one."""
    return tuple(item for item in _items(value.get("type")) if isinstance(item, str))


def is_open_badge(value: JsonObject) -> bool:
    """Whether the types name an Open Badge 3.0."""
    return not _BADGE_TYPES.isdisjoint(types(value))


def title(value: JsonObject) -> str:
    """The title for a card: the achievement's name, else the credential's, else its own type, else nothing.

    The achievement goes first because some vendors put the learner's name into the credential's.
    """
    found = achievement(value)
    names = (found.name if found else None, text(value.get("name")))
    own_types = (item for item in types(value) if item not in _PLAIN_TYPES)
    return next((name for name in names if name), None) or next(own_types, "")


def issuer_id(value: JsonObject) -> str | None:
    """The issuer's identifier, whether it stands alone or in an object."""
    issuer = value.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else None


def issuer_name(value: JsonObject) -> str | None:
    """The name that the issuer gives itself."""
    issuer = value.get("issuer")
    return text(issuer.get("name")) if isinstance(issuer, dict) else None


def subjects(value: JsonObject) -> tuple[JsonObject, ...]:
    """The subjects of a credential."""
    return _objects(value.get("credentialSubject"))


def subject(value: JsonObject) -> JsonObject | None:
    """The first subject; an Open Badge has one."""
    return next(iter(subjects(value)), None)


def subject_ids(value: JsonObject) -> tuple[str, ...]:
    """The identifiers of the subjects that have one."""
    return tuple(found for item in subjects(value) if isinstance(found := item.get("id"), str))


def dates(value: JsonObject) -> Dates:
    """The dates under the names of the credential's own version: a 2.0 credential has no `expirationDate`."""
    first, last = ("issuanceDate", "expirationDate") if version(value) == "1.1" else ("validFrom", "validUntil")
    return Dates(
        valid_from=_string(value.get(first)),
        valid_until=_string(value.get(last)),
        awarded=_string(value.get("awardedDate")),
    )


def achievement(value: JsonObject) -> Achievement | None:
    """The achievement of the first subject."""
    found = _achievement(value)
    if found is None:
        return None
    criteria = next(iter(_objects(found.get("criteria"))), {})
    image = found.get("image")
    credits_available = found.get("creditsAvailable")
    return Achievement(
        id=_string(found.get("id")),
        name=text(found.get("name")),
        description=text(found.get("description")),
        type=_string(found.get("achievementType")),
        criteria=text(criteria.get("narrative")),
        criteria_url=_string(criteria.get("id")),
        image=_string(image.get("id") if isinstance(image, dict) else image),
        credits_available=_number(credits_available),
        alignments=_alignments(found),
        tags=tuple(tag for item in _items(found.get("tag")) if (tag := text(item)) is not None),
    )


def evidence(value: JsonObject) -> tuple[Evidence, ...]:
    """The evidence of the credential."""
    return tuple(
        Evidence(
            id=_string(item.get("id")),
            name=text(item.get("name")),
            description=text(item.get("description")),
            narrative=text(item.get("narrative")),
            genre=text(item.get("genre")),
        )
        for item in _objects(value.get("evidence"))
    )


def results(value: JsonObject) -> tuple[Result, ...]:
    """The results of the first subject, with the names that the achievement gives to what they point at."""
    holder, found = subject(value), _achievement(value)
    if holder is None:
        return ()
    descriptions = _objects(found.get("resultDescription")) if found else ()
    levels = (level for item in descriptions for level in _objects(item.get("rubricCriterionLevel")))
    names = {item["id"]: text(item.get("name")) for item in (*descriptions, *levels) if isinstance(item.get("id"), str)}
    return tuple(
        Result(
            name=names.get(item.get("resultDescription")) if isinstance(item.get("resultDescription"), str) else None,
            value=text(item.get("value")),
            status=_string(item.get("status")),
            level=names.get(item.get("achievedLevel")) if isinstance(item.get("achievedLevel"), str) else None,
            alignments=_alignments(item),
        )
        for item in _objects(holder.get("result"))
    )


def text(value: JsonValue) -> str | None:
    """The text of a string, a language map, a language value object, or the first of several; None when there is none.

    Of several languages English goes first, else the first in the order of the document.
    """
    match value:
        case str():
            return value
        case list():
            return next((found for item in value if (found := text(item)) is not None), None)
        case {"@value": str(found)}:
            return found
        case dict():
            readings = {tag: item for tag, item in value.items() if isinstance(item, str) and not tag.startswith("@")}
            english = (tag for tag in readings if tag == "en" or tag.startswith("en-"))
            chosen = next(english, None) or next(iter(readings), None)
            return None if chosen is None else readings[chosen]
        case _:
            return None


def _achievement(value: JsonObject) -> JsonObject | None:
    holder = subject(value)
    return next(iter(_objects(holder.get("achievement"))), None) if holder else None


def _alignments(value: JsonObject) -> tuple[Alignment, ...]:
    return tuple(
        Alignment(
            name=text(item.get("targetName")),
            url=_string(item.get("targetUrl")),
            code=text(item.get("targetCode")),
            framework=text(item.get("targetFramework")),
            description=text(item.get("targetDescription")),
            type=_string(item.get("targetType")),
        )
        for item in _objects(value.get("alignment"))
    )


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: JsonValue) -> tuple[JsonObject, ...]:
    return tuple(item for item in _items(value) if isinstance(item, dict))


def _string(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
