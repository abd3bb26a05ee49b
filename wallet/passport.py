"""The passport: what a learner can do, by skill and not by course, with the evidence behind each and how strong it is.

The rule of the dots is written for people in docs/explanation/evidence-strength.md; it is this module's `_dots`. It
speaks of the evidence for a skill, never of the person: there is no sum, no rank and no comparison. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from satchel.codec import timestamp
from satchel.codes import CODES
from satchel.credential import clr, endorsement, openbadge
from satchel.errors import CodecError
from satchel.port import JsonObject, JsonValue
from wallet.card import Card
from wallet.holding import Holding, level_alignments, reached_results, reason_not_counted, skill_alignments

RECENT: Final = timedelta(days=1826)  # five years
SKILLS_LIMIT: Final = 100  # of one credential

Dots: TypeAlias = Literal[0, 1, 2, 3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One credential behind a skill. `reason` is "" when it counts, else the code of why it does not; `endorsers` are
    the DIDs of those who endorse it and are neither its issuer nor the learner."""

    card: Card
    levels: tuple[str, ...]
    awarded: datetime | None
    is_assessed: bool
    is_own: bool
    endorsers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill. `url` is the target in a framework, as the issuers say, or "" when they only give a name.

    `dots` is the strength of the evidence, 0 (nothing counts now) to 3, and `reasons` are the codes of why.
    """

    name: str
    url: str
    framework: str
    sources: tuple[Source, ...]
    dots: Dots
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A credential that speaks for no skill, and the code of why."""

    card: Card
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """The skills, by name, and the credentials that stand apart."""

    skills: tuple[Skill, ...]
    apart: tuple[Apart, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    key: str
    name: str
    url: str
    framework: str


def of(holdings: Sequence[Holding], *, holder: str, now: datetime) -> Passport:
    """The passport of these credentials. Endorsements among them support what they are about, and are no skills."""
    endorsers = _endorsers(holdings, holder, now)
    mentions: dict[str, list[tuple[_Mention, Source]]] = {}
    apart: list[Apart] = []
    for holding in holdings:
        value = holding.envelope.value
        if value is None or clr.is_clr(value):
            # What is inside a record was judged by nobody yet; each credential speaks when it is held by itself.
            apart.append(Apart(card=holding.card, code="passport.not_read"))
        elif endorsement.is_endorsement(value):
            continue
        elif openbadge.achievement(value) is None:
            apart.append(Apart(card=holding.card, code="passport.no_skill"))
        else:
            source = _source(holding.card, value, endorsers, holder, now)
            for mention in _mentions(value, holding.card.title):
                mentions.setdefault(mention.key, []).append((mention, source))
    skills = [_skill([one for one, _ in found], [source for _, source in found], now) for found in mentions.values()]
    skills.sort(key=lambda skill: (normal(skill.name), skill.url))
    return Passport(skills=tuple(skills), apart=tuple(apart))


def normal(name: str) -> str:
    """A name as names are compared: compatibility forms, case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def to_json(passport: Passport) -> JsonObject:
    """The passport as `satchel.passport/1`."""
    return {
        "schema": "satchel.passport/1",
        "skills": [_skill_json(skill) for skill in passport.skills],
        "apart": [{"id": one.card.id, "title": one.card.title, "code": one.code} for one in passport.apart],
    }


def _skill_json(skill: Skill) -> JsonObject:
    reasons: list[JsonValue] = [{"code": code, "sentence": CODES[code].sentence} for code in skill.reasons]
    sources: list[JsonValue] = [
        {
            "id": source.card.id,
            "title": source.card.title,
            "issuer": {"id": source.card.issuer_id, "name": source.card.issuer_name},
            "levels": list(source.levels),
            "awarded": None if source.awarded is None else timestamp.render(source.awarded),
            "assessed": source.is_assessed,
            "endorsers": list(source.endorsers),
            "counts": not source.reason,
            "code": source.reason or None,
        }
        for source in skill.sources
    ]
    return {
        "name": skill.name,
        "url": skill.url or None,
        "framework": skill.framework or None,
        "dots": skill.dots,
        "reasons": reasons,
        "sources": sources,
    }


def _mentions(value: JsonObject, title: str) -> tuple[_Mention, ...]:
    """The skills that a credential names: alignments, tags that are no alignment's name, else the achievement."""
    found: dict[str, _Mention] = {}
    for alignment in skill_alignments(value):
        name, url = alignment.name or "", (alignment.url or "").strip()
        key = url or normal(name)
        if key:
            found.setdefault(key, _Mention(key, name or url, url, alignment.framework or ""))
    achievement = openbadge.achievement(value)
    aligned = {normal(mention.name) for mention in found.values()}
    for tag in achievement.tags if achievement else ():
        if normal(tag) and normal(tag) not in aligned:
            found.setdefault(normal(tag), _Mention(normal(tag), tag.strip(), "", ""))
    if not found and normal(title):
        found[normal(title)] = _Mention(normal(title), title, "", "")
    return tuple(found.values())[:SKILLS_LIMIT]


def _source(
    card: Card, value: JsonObject, endorsers: Mapping[str, Sequence[str]], holder: str, now: datetime
) -> Source:
    achievement = openbadge.achievement(value)
    about = dict.fromkeys((card.credential_id, (achievement.id if achievement else None) or ""))
    given = [endorser for target in about if target for endorser in endorsers.get(target, ())]
    results = reached_results(value)
    levels = [
        f"{result.name}: {reached}" if result.name else reached for result in results if (reached := _reached(result))
    ]
    levels += [found for alignment in level_alignments(value) if (found := alignment.name or alignment.code)]
    has_criteria = achievement is not None and bool(achievement.criteria or achievement.criteria_url)
    return Source(
        card=card,
        levels=tuple(dict.fromkeys(levels)),
        awarded=_instant(card.awarded) or _instant(card.valid_from),
        is_assessed=bool(results) or (has_criteria and bool(openbadge.evidence(value))),
        is_own=card.issuer_id == holder,
        endorsers=tuple(dict.fromkeys(one for one in given if one != card.issuer_id)),
        reason=reason_not_counted(card, now),
    )


def _reached(result: openbadge.Result) -> str:
    return result.level or result.value or ""


def _endorsers(holdings: Sequence[Holding], holder: str, now: datetime) -> dict[str, list[str]]:
    """Who endorses what, by the id of the target: endorsements that the wallet holds, accepted and in force."""
    found: dict[str, list[str]] = {}
    for holding in holdings:
        value = holding.envelope.value
        if value is None or not endorsement.is_endorsement(value) or reason_not_counted(holding.card, now):
            continue
        target, endorser = endorsement.target(value), openbadge.issuer_id(value)
        # Nobody confirms their own skill.
        if target is not None and endorser is not None and endorser != holder:
            found.setdefault(target, []).append(endorser)
    return found


def _skill(mentions: Sequence[_Mention], sources: Sequence[Source], now: datetime) -> Skill:
    """One skill of all that mention it. It is called what most of them call it, the first of equals."""
    names = [mention.name for mention in mentions]
    frameworks = [mention.framework for mention in mentions if mention.framework]
    dots, reasons = _dots(sources, now)
    return Skill(
        name=max(names, key=names.count),
        url=mentions[0].url,
        framework=frameworks[0] if frameworks else "",
        sources=tuple(sources),
        dots=dots,
        reasons=reasons,
    )


def _dots(sources: Sequence[Source], now: datetime) -> tuple[Dots, tuple[str, ...]]:
    """The written rule. What counts: accepted and in force. What may strengthen: of these, by somebody other than the
    learner and not older than five years.

    3: assessed, and also confirmed (by a second issuer, or by an endorsement); 2: one of these; 1: it counts; else 0.
    """
    counted = [source for source in sources if not source.reason]
    if not counted:
        return 0, tuple(dict.fromkeys(source.reason for source in sources))
    independent = [source for source in counted if not source.is_own]
    fresh = [one for one in independent if one.awarded is not None and one.awarded <= now <= one.awarded + RECENT]
    # What is said is said of what the dots rest on; the weaker bases are there when there is no better one.
    basis = fresh or independent or counted
    is_assessed = any(source.is_assessed for source in basis)
    has_second_issuer = len({source.card.issuer_id for source in basis}) > 1
    is_endorsed = any(source.endorsers for source in basis)
    if has_second_issuer:
        reasons = ["passport.independent"]
    else:
        reasons = ["passport.one_issuer" if independent else "passport.self_issued"]
    reasons.append("passport.assessed" if is_assessed else "passport.claimed")
    if is_endorsed:
        reasons.append("passport.endorsed")
    if fresh:
        reasons.append("passport.recent")
    elif independent:
        is_dated = any(source.awarded is not None for source in independent)
        reasons.append("passport.old" if is_dated else "passport.undated")
    is_confirmed = has_second_issuer or is_endorsed
    if not fresh or not (is_assessed or is_confirmed):
        return 1, tuple(reasons)
    return (3 if is_assessed and is_confirmed else 2), tuple(reasons)


def _instant(text: str) -> datetime | None:
    try:
        return timestamp.parse(text)
    except CodecError:
        return None
