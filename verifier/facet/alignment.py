"""alignment: do the targets exist under their names, by the verifier's own copies of the frameworks?

An issuer's claim is not called false because somebody's copy is small or old. It fails on a contradiction alone: a
copy has the same URI under other names only, or says that the item had been taken back before the award. Source:
Open Badges 3.0 Alignment. The way of each outcome is docs/explanation/alignment.md.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from satchel.codes import CODES, Outcome
from satchel.credential import openbadge
from satchel.port import HeldFramework, HeldNode, JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.report import Facet

TARGETS_LIMIT: Final = 200
"""Targets that are looked at; what a credential names beyond is told by its number."""

_NAME: Final = "alignment"
_ORDER: Final[tuple[Outcome, ...]] = ("fail", "warn", "unknown", "pass", "not_applicable")
_EQF: Final = "ext:EQF"
_LEVEL_TYPES: Final = ("ext:QF", "ext:EQF")
_QUALITY_TYPES: Final = ("ext:QualityAssurance", "ceterms:QualityAssurance")
_APART: Final = (*_LEVEL_TYPES, *_QUALITY_TYPES)
_EQF_LEVELS: Final = range(1, 9)
_SHOWN_LABELS: Final = 5
_SHARING: Final = ("case", "rsd")
_BETWEEN: Final = " :.-–—|()"
_WORDS: Final[Mapping[Outcome, str]] = {
    "fail": "contradicted",
    "warn": "doubtful",
    "unknown": "could not be told",
    "pass": "confirmed",
    "not_applicable": "not looked up",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target as the issuer writes it; `language` is the achievement's own, "" when it names none, `framework` what
    the issuer calls the framework."""

    name: str
    url: str
    code: str
    type: str
    language: str
    framework: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    code: str
    message: str | None = None
    nodes: tuple[HeldNode, ...] = ()
    frameworks: tuple[HeldFramework, ...] = ()

    @property
    def outcome(self) -> Outcome:
        found = CODES[self.code].outcome
        return "unknown" if found == "error" else found


def targets(value: JsonObject) -> tuple[Target, ...]:
    """The targets of the achievements, of their result descriptions and rubric levels, and of the results."""
    found: list[Target] = []
    for subject in openbadge.subjects(value):
        language = ""
        for achievement in _objects(subject.get("achievement")):
            own = achievement.get("inLanguage")
            language = own if isinstance(own, str) else language
            owners = [achievement]
            if "resultDescription" in achievement:
                for description in _objects(achievement["resultDescription"]):
                    owners += [description, *_objects(description.get("rubricCriterionLevel"))]
            found += _aligned(owners, language)
        if "result" in subject:
            found += _aligned(_objects(subject["result"]), language)
    return tuple(found)


def uris(found: Sequence[Target]) -> tuple[str, ...]:
    """The distinct URIs that a shelf is asked for: those of skills, not of levels or decisions."""
    return tuple(
        dict.fromkeys(
            target.url for target in found[:TARGETS_LIMIT] if target.url and not target.type.startswith(_APART)
        )
    )


def covers(framework: HeldFramework, url: str) -> bool:
    """Whether the URI begins as those of the framework do."""
    return any(url.startswith(prefix) for prefix in framework.prefixes)


def facet(
    found: Sequence[Target],
    frameworks: Sequence[HeldFramework],
    nodes: Mapping[str, Sequence[HeldNode]],
    awarded: date | None,
) -> Facet:
    """The worst of all targets, of which there is one at least; each is an item of its own. `awarded` is the day of
    the award, None when unknown."""
    judged = [(target, _judge(target, frameworks, nodes, awarded)) for target in found[:TARGETS_LIMIT]]
    worst = min((finding for _, finding in judged), key=lambda finding: _ORDER.index(finding.outcome))
    items: list[JsonValue] = [_item(target, finding) for target, finding in judged]
    details: JsonObject = {"items": items}
    if len(found) > TARGETS_LIMIT:
        details["not_looked_at"] = len(found) - TARGETS_LIMIT
    message = worst.message
    if len(judged) > 1:
        counts = Counter(finding.outcome for _, finding in judged)
        said = ", ".join(f"{counts[outcome]} {_WORDS[outcome]}" for outcome in _ORDER if counts[outcome])
        message = f"{message or CODES[worst.code].sentence} Of {len(judged)} targets: {said}."
    return Facet.of(_NAME, worst.code, message, **details)


def _judge(
    target: Target,
    frameworks: Sequence[HeldFramework],
    nodes: Mapping[str, Sequence[HeldNode]],
    awarded: date | None,
) -> _Finding:
    if target.type.startswith(_LEVEL_TYPES):
        return _level(target)
    if target.type.startswith(_QUALITY_TYPES):
        return _Finding(code="alignment.quality_assurance")
    known = tuple(nodes.get(target.url, ()))
    if known:
        return _known(target, known, awarded)
    held = tuple(one for one in frameworks if covers(one, target.url) and not _is_another(one, target))
    if not held or not target.url:
        return _Finding(code="alignment.not_held")
    if not any(_is_meant(framework, target) for framework in held):
        return _Finding(code="alignment.framework_unclear", frameworks=held)
    if awarded is not None and any(
        framework.completeness == "complete" and _not_older(framework, awarded) for framework in held
    ):
        return _Finding(code="alignment.not_in_framework", frameworks=held)
    is_complete = any(framework.completeness == "complete" for framework in held)
    return _Finding(code="alignment.older_copy" if is_complete else "alignment.not_in_slice", frameworks=held)


def _is_meant(framework: HeldFramework, target: Target) -> bool:
    """Whether an address that begins as the framework's own do must be one of it. On a server of CASE packages or skill
    libraries it may as well be another framework's, unless the issuer names this one."""
    return framework.kind not in _SHARING or _folded(target.framework) in (_folded(framework.title), framework.id)


def _is_another(framework: HeldFramework, target: Target) -> bool:
    return bool(target.framework.strip()) and not _is_meant(framework, target)


def _known(target: Target, known: tuple[HeldNode, ...], awarded: date | None) -> _Finding:
    copies = tuple(node.framework for node in known)
    named = [node for node in known if _is_name_of(target.name, node)]
    if not named:
        if not all(_speaks(node, target.language) for node in known):
            return _Finding(code="alignment.language_not_held", nodes=known, frameworks=copies)
        own = for_terminal(known[0].labels[0][1] if known[0].labels else "", limit=120)
        message = f"The credential calls it “{for_terminal(target.name, limit=120)}”, the framework “{own}”."
        return _Finding(code="alignment.name_contradicted", message=message, nodes=known, frameworks=copies)
    obsolete = [node for node in known if node.is_obsolete]
    if not obsolete:
        return _Finding(code="alignment.ok", nodes=known, frameworks=copies)
    was_current = awarded is not None and any(
        not node.is_obsolete and _not_older(node.framework, awarded) for node in known
    )
    if awarded is not None and not was_current and any(_was_obsolete(node, awarded) for node in obsolete):
        return _Finding(code="alignment.obsolete", nodes=known, frameworks=copies)
    if was_current or (awarded is not None and all(_ended_later(node, awarded) for node in obsolete)):
        return _Finding(code="alignment.replaced_later", nodes=known, frameworks=copies)
    return _Finding(code="alignment.obsolete_now", nodes=known, frameworks=copies)


def _was_obsolete(node: HeldNode, awarded: date) -> bool:
    """Whether the copy says that the item had been taken back by the day of the award."""
    since, released = _day(node.obsolete_since), _day(node.framework.released)
    if since is not None:
        return since <= awarded
    return released is not None and released <= awarded


def _ended_later(node: HeldNode, awarded: date) -> bool:
    since = _day(node.obsolete_since)
    return since is not None and since > awarded


def _not_older(framework: HeldFramework, awarded: date) -> bool:
    released = _day(framework.released)
    return released is not None and released >= awarded


def _level(target: Target) -> _Finding:
    """A level is no item of a framework: what can be checked is that there is one, and that name and code agree."""
    code = target.code.strip()
    if not target.type.startswith(_EQF) or not code.isascii() or not code.isdecimal():
        return _Finding(code="alignment.level")
    named = {int(word) for word in _split_digits(target.name)}
    if len(code) > 2 or int(code) not in _EQF_LEVELS:
        return _Finding(code="alignment.level_unknown", message="The European Qualifications Framework has 8 levels.")
    if len(named) == 1 and int(code) not in named:
        message = f"The level is called “{for_terminal(target.name, limit=80)}” and coded {code}."
        return _Finding(code="alignment.level_contradicted", message=message)
    return _Finding(code="alignment.level")


def _split_digits(text: str) -> list[str]:
    """The runs of ASCII digits, of a length that a level can have."""
    spaced = "".join(char if char in "0123456789" else " " for char in text[:400])
    return [word for word in spaced.split() if len(word) <= 2]


def _is_name_of(name: str, node: HeldNode) -> bool:
    """Whether the name is one of the item's labels in any language, its code, or its code before or after a label."""
    wanted = _folded(name)
    labels = {_folded(text) for _, text in node.labels}
    code = _folded(node.code)
    if wanted in labels or not code:
        return wanted in labels
    rest = (wanted.removeprefix(code).lstrip(_BETWEEN), wanted.removesuffix(")").removesuffix(code).rstrip(_BETWEEN))
    return wanted == code or any(one in labels for one in rest)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).casefold().split()))


def _speaks(node: HeldNode, language: str) -> bool:
    """Whether the copy could know a name in that language: a copy of English names contradicts no Dutch one."""
    wanted = language.partition("-")[0].lower()
    held = {tag.partition("-")[0].lower() for tag, _ in node.labels}
    return not wanted or "" in held or wanted in held


def _item(target: Target, finding: _Finding) -> JsonObject:
    item: JsonObject = {
        "outcome": finding.outcome,
        "code": finding.code,
        "message": finding.message or CODES[finding.code].sentence,
        "target": target.name,
        "url": target.url,
    }
    if finding.frameworks:
        item["held"] = [
            {
                "title": held.title,
                "release": held.release,
                "released": held.released,
                "completeness": held.completeness,
                "digest": held.digest,
            }
            for held in dict.fromkeys(finding.frameworks)
        ]
    if finding.nodes:
        item["labels"] = [text for _, text in finding.nodes[0].labels[:_SHOWN_LABELS]]
        replaced_by = dict.fromkeys(uri for node in finding.nodes for uri in node.replaced_by)
        if replaced_by:
            item["replaced_by"] = list[JsonValue](replaced_by)
    return item


def _aligned(owners: Sequence[JsonObject], language: str) -> list[Target]:
    return [
        Target(
            name=openbadge.text(item.get("targetName")) or "",
            url=url.strip() if isinstance(url := item.get("targetUrl"), str) else "",
            code=openbadge.text(item.get("targetCode")) or "",
            type=kind if isinstance(kind := item.get("targetType"), str) else "",
            language=language,
            framework=openbadge.text(item.get("targetFramework")) or "",
        )
        for owner in owners
        if "alignment" in owner
        for item in _objects(owner["alignment"])
    ]


def _objects(value: JsonValue) -> list[JsonObject]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
