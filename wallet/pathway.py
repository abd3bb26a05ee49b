"""Pathways: a YAML file that says which achievements and skills lead to a goal, and what of it a learner has.

A step is met when its rule is; rules are all, any, at_least N of, an achievement, a skill, or another step. Steps that
wait for each other in a circle are refused. Pure: text and claims in, an answer out. The answer proposes; a person
decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import tree
from satchel.codec.tree import LIMIT_BYTES, Node, Reason
from satchel.codes import CODES
from satchel.errors import CodecError, WalletFault
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from wallet.holding import Claim
from wallet.passport import normal

__all__ = ["LIMIT_BYTES", "Answer", "Pathway", "Step", "StepAnswer", "answer", "check", "to_json"]

FORMAT: Final = "pathway/1"
DEPTH_LIMIT: Final = 24
ITEMS_LIMIT: Final = 100
TEXT_LIMIT_CHARS: Final = 2000

State: TypeAlias = Literal["met", "open", "blocked"]

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,2000}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}")
_OF_YAML: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        "too_large": "pathway.too_large",
        "empty": "pathway.missing",
        "duplicate_key": "pathway.duplicate_key",
    }
)
_RULES: Final = ("all", "any", "at_least", "achievement", "skill", "step")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An achievement: by its id, or by its name and its issuer's id. `shown` is what people read."""

    id: str
    name: str
    issuer: str
    shown: str


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill by its address in a framework."""

    url: str
    shown: str


@dataclass(frozen=True, slots=True)
class StepMet:
    """Another step of the pathway; its line is kept for a fault."""

    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Several:
    """At least `count` of the rules: all of them, any one, or a number between. `word` is how the file says it."""

    count: int
    rules: tuple[Rule, ...]
    word: Literal["all", "any", "at_least"]


Rule: TypeAlias = Wanted | Skill | StepMet | Several


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    id: str
    name: str
    description: str
    needs: Rule
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """A checked pathway. Its steps stand in the order of the file; `goal` is the id of the last one to reach, or ""
    when all of them are the goal."""

    id: str
    name: str
    description: str
    goal: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAnswer:
    """What a learner has of a step. `met_by` are the ids of claims; `missing` are sentences; `blocked_by` are the ids
    of other steps that must be met first."""

    id: str
    name: str
    state: State
    met_by: tuple[str, ...]
    missing: tuple[str, ...]
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a learner has of a pathway."""

    id: str
    name: str
    is_ready: bool
    steps: tuple[StepAnswer, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """How a rule came out."""

    is_met: bool
    met_by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()


def check(raw: bytes) -> Pathway:
    """The pathway of a YAML file.

    Raises WalletFault with details["line"]: pathway.too_large, .yaml, .duplicate_key, .unknown_key, .missing, .value,
    .twice (two steps of one id), .reference (no such step), .cycle.
    """
    top = _Part(_document(raw), "the pathway")
    top.only("satchel", "id", "name", "description", "goal", "steps")
    if top.text("satchel") != FORMAT:
        raise _fault("pathway.value", top.line_of("satchel"), f"satchel must be {FORMAT}")
    steps: dict[str, Step] = {}
    for node in top.items("steps"):
        part = _Part(node, "a step")
        part.only("id", "name", "description", "needs")
        step = Step(
            id=part.id("id"),
            name=part.text("name"),
            description=part.text("description", required=False),
            needs=_rule(part.member("needs")),
            line=part.line,
        )
        if step.id in steps:
            raise _fault("pathway.twice", step.line, f"the id {step.id} is already on line {steps[step.id].line}")
        steps[step.id] = step
    goal = top.id("goal") if top.has("goal") else ""
    if goal and goal not in steps:
        raise _fault("pathway.reference", top.line_of("goal"), f"there is no step {goal}")
    _check_references(steps)
    return Pathway(
        id=top.id("id"),
        name=top.text("name"),
        description=top.text("description", required=False),
        goal=goal,
        steps=tuple(steps.values()),
    )


def answer(pathway: Pathway, claims: Sequence[Claim]) -> Answer:
    """What of the pathway these claims meet. A claim whose `reason` is set meets nothing; it explains what is missing.

    The pathway came from `check`, so its steps wait for each other in no circle.
    """
    found: dict[str, _Found] = {}
    for step in _order({step.id: step for step in pathway.steps}):
        found[step.id] = _meet(step.needs, claims, found)
    answers = tuple(_step_answer(step, found[step.id]) for step in pathway.steps)
    wanted = [one for one in answers if not pathway.goal or one.id == pathway.goal]
    return Answer(id=pathway.id, name=pathway.name, is_ready=all(one.state == "met" for one in wanted), steps=answers)


def to_json(given: Answer) -> JsonObject:
    """The answer as `satchel.pathway_answer/1`."""
    steps: list[JsonValue] = [
        {
            "id": step.id,
            "name": step.name,
            "state": step.state,
            "met_by": list(step.met_by),
            "missing": list(step.missing),
            "blocked_by": list(step.blocked_by),
        }
        for step in given.steps
    ]
    return {
        "schema": "satchel.pathway_answer/1",
        "id": given.id,
        "name": given.name,
        "ready": given.is_ready,
        "steps": steps,
    }


def _step_answer(step: Step, found: _Found) -> StepAnswer:
    state: State = "met" if found.is_met else "blocked" if found.blocked_by else "open"
    return StepAnswer(
        id=step.id,
        name=step.name,
        state=state,
        met_by=found.met_by,
        missing=found.missing,
        blocked_by=found.blocked_by,
    )


def _meet(rule: Rule, claims: Sequence[Claim], done: Mapping[str, _Found]) -> _Found:
    match rule:
        case StepMet(id=step_id):
            return done[step_id] if done[step_id].is_met else _Found(False, blocked_by=(step_id,))
        case Several():
            return _meet_several(rule, claims, done)
        case Wanted(shown=shown):
            return _point([claim for claim in claims if _is_wanted(claim, rule)], shown)
        case Skill(url=url, shown=shown):
            return _point([claim for claim in claims if url in claim.skills], shown)


def _point(fitting: Sequence[Claim], shown: str) -> _Found:
    """Met by those that count; else why each of the others does not."""
    counted = tuple(claim.id for claim in fitting if not claim.reason)
    if counted:
        return _Found(True, met_by=counted)
    if not fitting:
        return _Found(False, missing=(f"{shown}: nothing of it is held",))
    reasons = dict.fromkeys(CODES[claim.reason].sentence for claim in fitting)
    return _Found(False, missing=(f"{shown}: held, but not counted. {' '.join(reasons)}",))


def _is_wanted(claim: Claim, wanted: Wanted) -> bool:
    if wanted.issuer and claim.issuer_id != wanted.issuer:
        return False
    if wanted.id:
        return claim.achievement_id == wanted.id
    return normal(claim.achievement_name) == normal(wanted.name)


def _meet_several(rule: Several, claims: Sequence[Claim], done: Mapping[str, _Found]) -> _Found:
    results = [_meet(inner, claims, done) for inner in rule.rules]
    met = [result for result in results if result.is_met]
    met_by = tuple(dict.fromkeys(claim for result in met for claim in result.met_by))
    lacking = rule.count - len(met)
    if lacking <= 0:
        return _Found(True, met_by=met_by)
    unmet = [result for result in results if not result.is_met]
    missing = tuple(dict.fromkeys(text for result in unmet for text in result.missing))
    if rule.word != "all" and missing:
        missing = (f"{lacking} more of these: {'; '.join(missing)}",)
    # A choice is blocked only when too few of its open ways are free.
    free = sum(not result.blocked_by for result in unmet)
    blocked_by = tuple(dict.fromkeys(step for result in unmet for step in result.blocked_by))
    return _Found(False, met_by=met_by, missing=missing, blocked_by=blocked_by if free < lacking else ())


def _order(steps: Mapping[str, Step]) -> tuple[Step, ...]:
    """The steps so that each comes after those that it names. Raises WalletFault pathway.cycle."""
    waiting = {step.id: {wanted.id for wanted in _references(step.needs)} for step in steps.values()}
    ordered: list[Step] = []
    while waiting:
        ready = [step_id for step_id, needs in waiting.items() if needs.isdisjoint(waiting)]
        if not ready:
            raise _circle(waiting, steps)
        for step_id in ready:
            ordered.append(steps[step_id])
            del waiting[step_id]
    return tuple(ordered)


def _circle(waiting: Mapping[str, set[str]], steps: Mapping[str, Step]) -> WalletFault:
    """The fault that names one circle: following any step that waits for a waiting one comes round."""
    trail = [min(waiting)]
    while (after := min(waiting[trail[-1]].intersection(waiting))) not in trail:
        trail.append(after)
    circle = trail[trail.index(after) :]
    return _fault("pathway.cycle", steps[circle[0]].line, " waits for ".join((*circle, circle[0])))


def _references(rule: Rule) -> Iterator[StepMet]:
    if isinstance(rule, StepMet):
        yield rule
    elif isinstance(rule, Several):
        for inner in rule.rules:
            yield from _references(inner)


def _check_references(steps: Mapping[str, Step]) -> None:
    for step in steps.values():
        for wanted in _references(step.needs):
            if wanted.id not in steps:
                raise _fault("pathway.reference", wanted.line, f"there is no step {wanted.id}")
    _order(steps)


def _rule(node: Node) -> Rule:
    part = _Part(node, "a rule")
    part.only(*_RULES, "of")
    words = [word for word in _RULES if part.has(word)]
    if len(words) != 1 or part.has("of") != (words == ["at_least"]):
        raise _fault("pathway.value", part.line, f"a rule is one of {', '.join(_RULES)} (at_least with of)")
    match words[0]:
        case "all":
            rules = tuple(_rule(item) for item in part.items("all"))
            return Several(len(rules), rules, "all")
        case "any":
            return Several(1, tuple(_rule(item) for item in part.items("any")), "any")
        case "at_least":
            rules = tuple(_rule(item) for item in part.items("of"))
            number = part.text("at_least")
            if _NUMBER.fullmatch(number) is None or int(number) > len(rules):
                raise _fault("pathway.value", part.line_of("at_least"), f"at_least must be from 1 to {len(rules)}")
            return Several(int(number), rules, "at_least")
        case "step":
            return StepMet(part.id("step"), part.line_of("step"))
        case "skill":
            return _skill(part)
        case _:
            return _wanted(part)


def _skill(part: _Part) -> Skill:
    if part.is_text("skill"):
        url = part.url("skill")
        return Skill(url, url)
    inner = _Part(part.member("skill"), "skill")
    inner.only("url", "name")
    url = inner.url("url")
    return Skill(url, inner.text("name", required=False) or url)


def _wanted(part: _Part) -> Wanted:
    if part.is_text("achievement"):
        address = part.url("achievement")
        return Wanted(address, "", "", address)
    inner = _Part(part.member("achievement"), "achievement")
    inner.only("id", "name", "issuer")
    address = inner.url("id") if inner.has("id") else ""
    name = inner.text("name", required=not address)
    # A name alone is anybody's: it needs the issuer beside it.
    issuer = inner.url("issuer") if inner.has("issuer") or not address else ""
    return Wanted(address, name, issuer, name or address)


class _Part:
    """One mapping of the file. The first fault that is met is raised, with its line."""

    def __init__(self, node: Node, where: str) -> None:
        self.line = node.line
        self._where = where
        if not isinstance(node, tree.Mapping):
            raise _fault("pathway.value", self.line, f"{where} must be `key: value` lines")
        self._members = node.members

    def only(self, *known: str) -> None:
        for name, (line, _) in self._members.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
                shown = for_terminal(name, limit=60)
                raise _fault("pathway.unknown_key", line, f"{self._where} has no key {shown}: {hint}")

    def has(self, name: str) -> bool:
        return name in self._members

    def line_of(self, name: str) -> int:
        return self._members[name][0]

    def member(self, name: str) -> Node:
        if name not in self._members:
            raise _fault("pathway.missing", self.line, f"{self._where} lacks {name}")
        return self._members[name][1]

    def is_text(self, name: str) -> bool:
        return isinstance(self.member(name), tree.Scalar)

    def text(self, name: str, *, required: bool = True) -> str:
        """The text of a member as it is written: `1.10` is not 1.1 and `no` is not false."""
        if not required and name not in self._members:
            return ""
        node = self.member(name)
        if not isinstance(node, tree.Scalar) or not node.text.strip():
            raise _fault("pathway.value", node.line, f"{name} must be a text")
        text = node.text.strip()
        if len(text) > TEXT_LIMIT_CHARS:
            raise _fault("pathway.value", node.line, f"{name} is longer than {TEXT_LIMIT_CHARS} characters")
        return text

    def id(self, name: str) -> str:
        text = self.text(name)
        if _ID.fullmatch(text) is None:
            raise _fault("pathway.value", self.line_of(name), f"{name} must be small letters, digits, `.`, `_` and `-`")
        return text

    def url(self, name: str) -> str:
        text = self.text(name)
        if _URL.fullmatch(text) is None:
            raise _fault("pathway.value", self.line_of(name), f"{name} must be a whole address, with its scheme")
        return text

    def items(self, name: str) -> Sequence[Node]:
        node = self.member(name)
        if not isinstance(node, tree.Listing) or not 0 < len(node.items) <= ITEMS_LIMIT:
            raise _fault("pathway.value", node.line, f"{name} must be a list of 1 to {ITEMS_LIMIT} items")
        return node.items


def _document(raw: bytes) -> Node:
    """The one document of the file; aliases, tags and directives are refused, and what is nested too deeply."""
    try:
        return tree.parse(raw, depth_limit=DEPTH_LIMIT)
    except CodecError as cause:
        code = _OF_YAML.get(tree.reason_of(cause), "pathway.yaml")
        raise _fault(code, tree.line_of(cause), cause.message) from cause


def _fault(code: str, line: int, message: str) -> WalletFault:
    return WalletFault(code, f"line {line}: {message}", details={"line": line})
