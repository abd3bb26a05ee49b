"""An achievement template: a YAML file that says what is awarded, to whom it is bound, and which column gives what.

Every fault names its line and what to do, and one reading finds all of them. The members under `achievement` are those
of Open Badges 3.0 in their own spelling; the other keys are ours. A template is checked before it is used.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from issuer import section
from issuer.section import NUMBER, TEXT_LIMIT_CHARS, Section, Span, is_web_url, line_of
from satchel.codec import tree
from satchel.errors import TemplateFault
from satchel.text import for_terminal

FORMAT: Final = "template/1"

Bind: TypeAlias = Literal["did", "email", "sis", "claim"]
StatusPurpose: TypeAlias = Literal["revocation", "suspension"]

ACHIEVEMENT_TYPES: Final = (
    "Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "Badge",
    "BachelorDegree", "Certificate", "CertificateOfCompletion", "Certification", "CommunityService", "Competency",
    "Course", "CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment",
    "JourneymanCertificate", "LearningProgram", "License", "Membership", "ProfessionalDoctorate",
    "QualityAssuranceCredential", "MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate",
    "SecondarySchoolDiploma",
)  # fmt: skip
RESULT_TYPES: Final = (
    "GradePointAverage", "LetterGrade", "Percent", "PerformanceLevel", "PredictedScore", "RawScore", "Result",
    "RubricCriterion", "RubricCriterionLevel", "RubricScore", "ScaledScore", "Status",
)  # fmt: skip
NUMBER_TYPES: Final = frozenset(
    {"GradePointAverage", "Percent", "PredictedScore", "RawScore", "RubricScore", "ScaledScore"}
)
TARGET_TYPES: Final = (
    "ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel",
    "CTDL",
)  # fmt: skip

_LANGUAGE: Final = re.compile(r"[a-z]{2,4}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_BINDS: Final[Mapping[str, Bind]] = MappingProxyType({"did": "did", "email": "email", "sis": "sis", "claim": "claim"})
_PURPOSES: Final[Mapping[str, StatusPurpose]] = MappingProxyType(
    {"revocation": "revocation", "suspension": "suspension"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who looked at an alignment and said that it is true, and on which day."""

    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """One target of a framework that the achievement, result or level is aligned with; "" where not said.

    `confirmed` stays with the template and is never signed into a badge: it is the issuer's own book-keeping.
    """

    name: str
    url: str
    framework: str
    code: str
    type: str
    description: str
    confirmed: Confirmation | None = field(compare=False)
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One rubric criterion level. `id` is the template's own short name for it."""

    id: str
    name: str
    level: str
    points: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDescription:
    """What can be measured: `levels` and `allowed` ascend, `required_level` is a level's id; "" where not said."""

    id: str
    name: str
    type: str
    value_min: str
    value_max: str
    required_value: str
    required_level: str
    allowed: tuple[str, ...]
    levels: tuple[Level, ...]
    alignments: tuple[Alignment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """What is awarded. `credits` is the number as text; "" where not said."""

    id: str
    type: str
    name: str
    description: str
    criteria: str
    criteria_url: str
    image: str
    image_caption: str
    language: str
    code: str
    field_of_study: str
    specialization: str
    version: str
    credits: str
    tags: tuple[str, ...]
    alignments: tuple[Alignment, ...]
    results: tuple[ResultDescription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceColumns:
    """One piece of evidence a row: address and narrative come from columns, the rest is the same for everybody."""

    url: str
    narrative: str
    name: str
    description: str
    genre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of the cohort's table gives what; "" where none does. `results` maps a result's id to a column."""

    recipient: str
    name: str
    awarded: str
    credits: str
    narrative: str
    results: tuple[tuple[str, str], ...]
    evidence: tuple[EvidenceColumns, ...]

    def all(self) -> tuple[str, ...]:
        """Every column that is named, each once, in the order of this list."""
        named = [self.recipient, self.name, self.awarded, self.credits, self.narrative]
        named += [column for _, column in self.results]
        named += [column for item in self.evidence for column in (item.url, item.narrative)]
        return tuple(dict.fromkeys(column for column in named if column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A checked template. `digest` is the SHA-256 of the file; two templates are equal when they say the same of a
    learner, whatever their files look like and whoever confirmed their alignments.

    `achievement_expires` ends the achievement itself; `proof_refresh` only this signed statement of it.
    """

    id: str
    version: str
    name: str
    description: str
    bind: Bind
    status: StatusPurpose
    achievement_expires: Span | None
    proof_refresh: Span | None
    achievement: Achievement
    columns: Columns
    digest: str = field(compare=False)


def check(raw: bytes) -> Template:
    """The template of these bytes.

    Raises TemplateFault: its message, code, next_step and details["line"] are the first fault's; details["faults"] is
    a tuple of all of them as TemplateFault.
    """
    faults: list[TemplateFault] = []
    found = _template(Section(section.parse(raw), "the template", faults), hashlib.sha256(raw).hexdigest())
    if faults:
        faults.sort(key=line_of)
        first = faults[0]
        raise TemplateFault(
            first.code,
            first.message,
            next_step=first.next_step,
            details={"line": line_of(first), "faults": tuple(faults)},
        )
    return found


def unconfirmed(template: Template, *, today: date) -> tuple[TemplateFault, ...]:
    """One warning, with its line, for each alignment that no named person has confirmed on a day up to today.

    An alignment is a statement about somebody else's framework; DESIGN 7 wants a person behind it.
    """
    said = template.achievement
    alignments = [*said.alignments, *(one for result in said.results for one in result.alignments)]
    return tuple(
        section.fault(
            "template.unconfirmed",
            alignment.line,
            f"nobody has confirmed the alignment with {for_terminal(alignment.name, limit=80)}"
            + ("" if alignment.confirmed is None else f" yet: {alignment.confirmed.on} has not come"),
        )
        for alignment in alignments
        if alignment.confirmed is None or alignment.confirmed.on > today
    )


def _template(top: Section, digest: str) -> Template:
    top.only(
        "satchel", "id", "version", "name", "description", "bind", "status", "achievement_expires", "proof_refresh",
        "achievement", "columns",
    )  # fmt: skip
    top.choice("satchel", (FORMAT,))
    achievement = _achievement(top.section("achievement", required=True))
    return Template(
        id=top.slug("id"),
        version=top.text("version", required=True, limit=64),
        name=top.text("name") or achievement.name,
        description=top.text("description", limit=TEXT_LIMIT_CHARS, lines=True),
        bind=_BINDS[top.choice("bind", tuple(_BINDS))],
        status=_PURPOSES[top.choice("status", tuple(_PURPOSES), default="revocation")],
        achievement_expires=top.span("achievement_expires"),
        proof_refresh=top.span("proof_refresh"),
        achievement=achievement,
        columns=_columns(top.section("columns", required=True), achievement),
        digest=digest,
    )


def _achievement(part: Section | None) -> Achievement:
    part = part or Section(tree.Mapping({}, 1), "achievement", [])
    part.only(
        "id", "achievementType", "name", "description", "criteria", "image", "inLanguage", "humanCode", "fieldOfStudy",
        "specialization", "version", "creditsAvailable", "tag", "alignment", "resultDescription",
    )  # fmt: skip
    criteria = part.section("criteria", required=True)
    if criteria is not None:
        criteria.only("id", "narrative")
        if not criteria.has("id") and not criteria.has("narrative"):
            criteria.note(
                "template.missing", criteria.line, "criteria lacks narrative", "Say what a learner must have done."
            )
    language = part.text("inLanguage")
    if language and _LANGUAGE.fullmatch(language) is None:
        part.note("template.value", part.line_of("inLanguage"), "inLanguage is no language tag", "Write en or de-AT.")
    image = part.section("image")
    if image is not None:
        image.only("id", "caption")
    results = tuple(_result(item) for item in part.sections("resultDescription"))
    _refuse_twice(part, "resultDescription", [result.id for result in results])
    return Achievement(
        id=part.url("id"),
        type=part.choice("achievementType", ACHIEVEMENT_TYPES, extensible=True),
        name=part.text("name", required=True),
        description=part.text("description", required=True, limit=TEXT_LIMIT_CHARS, lines=True),
        criteria=criteria.text("narrative", limit=TEXT_LIMIT_CHARS, lines=True) if criteria is not None else "",
        criteria_url=criteria.url("id") if criteria is not None else "",
        image=image.url("id", required=True) if image is not None else "",
        image_caption=image.text("caption") if image is not None else "",
        language=language,
        code=part.text("humanCode"),
        field_of_study=part.text("fieldOfStudy"),
        specialization=part.text("specialization"),
        version=part.text("version"),
        credits=part.amount("creditsAvailable"),
        tags=part.texts("tag"),
        alignments=_alignments(part),
        results=results,
    )


def _alignments(part: Section) -> tuple[Alignment, ...]:
    found = []
    for item in part.sections("alignment"):
        item.only(
            "targetName", "targetUrl", "targetFramework", "targetCode", "targetType", "targetDescription", "confirmed"
        )
        has_type = item.has("targetType")
        url = item.text("targetUrl", required=True, limit=2000)
        # Frameworks are named by http addresses too (data.europa.eu/esco); nothing is fetched from them here.
        if url and not is_web_url("https" + url.removeprefix("https").removeprefix("http")):
            item.note("template.url", item.line_of("targetUrl"), "targetUrl is no web address")
        found.append(
            Alignment(
                name=item.text("targetName", required=True),
                url=url,
                framework=item.text("targetFramework"),
                code=item.text("targetCode"),
                type=item.choice("targetType", TARGET_TYPES, extensible=True) if has_type else "",
                description=item.text("targetDescription", limit=TEXT_LIMIT_CHARS, lines=True),
                confirmed=_confirmation(item),
                line=item.line,
            )
        )
    return tuple(found)


def _confirmation(item: Section) -> Confirmation | None:
    part = item.section("confirmed")
    if part is None:
        return None
    part.only("by", "on")
    by, on = part.text("by", required=True), part.day("on")
    return None if not by or on is None else Confirmation(by=by, on=on)


def _result(part: Section) -> ResultDescription:
    part.only(
        "id", "name", "resultType", "valueMin", "valueMax", "requiredValue", "requiredLevel", "allowedValue",
        "rubricCriterionLevel", "alignment",
    )  # fmt: skip
    kind = part.choice("resultType", RESULT_TYPES, extensible=True)
    levels = []
    for item in part.sections("rubricCriterionLevel"):
        item.only("id", "name", "level", "points", "description")
        levels.append(
            Level(
                id=item.slug("id"),
                name=item.text("name", required=True),
                level=item.text("level"),
                points=item.number("points"),
                description=item.text("description", limit=TEXT_LIMIT_CHARS, lines=True),
            )
        )
    _refuse_twice(part, "rubricCriterionLevel", [level.id for level in levels])
    found = ResultDescription(
        id=part.slug("id"),
        name=part.text("name", required=True),
        type=kind,
        value_min=part.number("valueMin"),
        value_max=part.number("valueMax"),
        required_value=part.text("requiredValue"),
        required_level=part.text("requiredLevel"),
        allowed=part.texts("allowedValue"),
        levels=tuple(levels),
        alignments=_alignments(part),
    )
    _check_result(part, found)
    return found


def _check_result(part: Section, result: ResultDescription) -> None:
    """What a result asks must be reachable by what it allows."""
    if result.value_min and result.value_max and float(result.value_min) >= float(result.value_max):
        part.note("template.value", part.line_of("valueMax"), "valueMax must be above valueMin")
        return
    if result.required_level and result.required_level not in {level.id for level in result.levels}:
        part.note(
            "template.reference",
            part.line_of("requiredLevel"),
            f"there is no rubricCriterionLevel {for_terminal(result.required_level, limit=60)}",
            "Write the id of one of the levels above.",
        )
    if result.type == "RubricCriterionLevel" and not result.levels:
        part.note("template.missing", part.line, "a RubricCriterionLevel result lacks rubricCriterionLevel")
    if not result.required_value:
        return
    line = part.line_of("requiredValue")
    if result.type in NUMBER_TYPES:
        if NUMBER.fullmatch(result.required_value) is None:
            part.note("template.value", line, "requiredValue must be a number, like 60")
        elif (result.value_min and float(result.required_value) < float(result.value_min)) or (
            result.value_max and float(result.required_value) > float(result.value_max)
        ):
            part.note("template.value", line, "requiredValue lies outside of valueMin and valueMax")
    elif result.required_value not in result.allowed:
        part.note("template.reference", line, "requiredValue is none of allowedValue", "List it, lowest value first.")


def _columns(part: Section | None, achievement: Achievement) -> Columns:
    part = part or Section(tree.Mapping({}, 1), "columns", [])
    part.only("recipient", "name", "awarded", "credits", "narrative", "results", "evidence")
    known = {result.id for result in achievement.results}
    pairs = part.pairs("results")
    for name, _, line in pairs:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            part.note(
                "template.reference",
                line,
                f"there is no resultDescription {for_terminal(name, limit=60)}",
                f"Did you mean {near[0]}?" if near else "Write the id of a resultDescription.",
            )
    mapped = {name for name, _, _ in pairs}
    for result in achievement.results:
        if result.id not in mapped and (result.required_value or result.required_level):
            part.note(
                "template.missing",
                part.line_of("results"),
                f"columns.results lacks {result.id}, which has a required value",
                "Name the column that holds it.",
            )
    evidence = []
    for item in part.sections("evidence"):
        item.only("url", "narrative", "name", "description", "genre")
        if not item.has("url") and not item.has("narrative"):
            item.note("template.missing", item.line, "evidence lacks the column of its url or narrative")
        evidence.append(
            EvidenceColumns(
                url=item.text("url"),
                narrative=item.text("narrative"),
                name=item.text("name"),
                description=item.text("description", limit=TEXT_LIMIT_CHARS, lines=True),
                genre=item.text("genre"),
            )
        )
    return Columns(
        recipient=part.text("recipient", required=True),
        name=part.text("name"),
        awarded=part.text("awarded"),
        credits=part.text("credits"),
        narrative=part.text("narrative"),
        results=tuple((name, column) for name, column, _ in pairs),
        evidence=tuple(evidence),
    )


def _refuse_twice(part: Section, name: str, ids: list[str]) -> None:
    twice = sorted({one for one in ids if one and ids.count(one) > 1})
    if twice:
        part.note("template.value", part.line_of(name), f"{name} has the id {for_terminal(twice[0], limit=60)} twice")
