"""The report as the page shows it: words for people first, codes and details for experts. Text from outside stays as it
is here; the page's own filter makes it safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from satchel.codes import Outcome
from satchel.port import JsonValue
from verifier.policy import POLICIES, Effect, Policy, Verdict
from verifier.report import LABELS, Facet, Report

INNER_LIMIT: Final = 200
ROWS_LIMIT: Final = 300

_WORDS: Final[Mapping[Verdict, str]] = {
    "accepted": "Accepted",
    "accepted_with_warnings": "Accepted, with warnings",
    "undecided": "Undecided",
    "rejected": "Rejected",
    "malformed": "Not readable",
}
_MEANS: Final[Mapping[Verdict, str]] = {
    "accepted": "Everything that this policy asks for was checked and is in order.",
    "accepted_with_warnings": "Nothing speaks against it; read the warnings below.",
    "undecided": "Something that decides could not be checked. That is not a fault of the credential.",
    "rejected": "Something that decides is wrong; the reason stands below.",
    "malformed": "The file cannot be read as a credential.",
}
_OUTCOMES: Final[Mapping[Outcome, str]] = {
    "pass": "in order",
    "warn": "take note",
    "unknown": "could not be checked",
    "fail": "wrong",
    "not_applicable": "does not apply",
}
_ORDER: Final[tuple[Outcome, ...]] = ("fail", "unknown", "warn", "pass", "not_applicable")
_TONES: Final[Mapping[Verdict, Outcome]] = {
    "accepted": "pass",
    "accepted_with_warnings": "warn",
    "undecided": "unknown",
    "rejected": "fail",
    "malformed": "fail",
}
_DECIDES: Final[Mapping[Verdict, Effect]] = {
    "accepted_with_warnings": "warn",
    "undecided": "undecided",
    "rejected": "reject",
    "malformed": "reject",
}
_REASONS_LIMIT: Final = 3
_GROUND: Final = ("parse", "data_model", "proof", "issuer_binding")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFacet:
    """One finding in words; `next_step` is "" when there is nothing to do."""

    label: str
    outcome: Outcome
    word: str
    message: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A name and a value for experts."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report. `is_confirmed`: the file is, unchanged, what a proven key of its issuer or holder signed. `reasons`
    are the findings that made the verdict what it is, none for an accepted one; `known_as` is what a list of this
    verifier calls the issuer, "" when none names it; `aside` are the facets that do not apply."""

    word: str
    tone: Outcome
    reasons: tuple[ShownFacet, ...]
    means: str
    name: str
    title: str
    issuer: str
    known_as: str
    checked_at: str
    policy: str
    sha256: str
    format: str
    is_confirmed: bool
    facets: tuple[ShownFacet, ...]
    aside: tuple[ShownFacet, ...]
    expert: tuple[Row, ...]
    inner: tuple[Told, ...]


def tell(report: Report, policy: Policy = POLICIES["default"]) -> Told:
    """The report with those inside it, each once and in order, at most 200. `policy` is the one it was judged by."""
    inner = [_told(one, (), policy) for one, _ in zip(_within(report), range(INNER_LIMIT), strict=False)]
    return _told(report, tuple(inner), policy)


def sentence(text: str) -> str:
    """The message with a capital letter and an end."""
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def _told(report: Report, inner: tuple[Told, ...], policy: Policy) -> Told:
    by_name = {facet.facet: facet for facet in report.facets}
    ordered = _told_first(report.facets)
    return Told(
        word=_WORDS[report.verdict],
        tone=_TONES[report.verdict],
        reasons=_reasons(report, policy),
        means=_MEANS[report.verdict],
        name=report.name or "the pasted text",
        title=_detail(by_name.get("data_model"), "title"),
        issuer=_detail(by_name.get("issuer_binding"), "issuer"),
        known_as=_known_as(by_name.get("issuer_trust")),
        checked_at=f"{report.checked_at:%Y-%m-%d %H:%M} UTC",
        policy=report.policy,
        sha256=report.sha256,
        format=report.format,
        is_confirmed=all(name in by_name and by_name[name].outcome in ("pass", "warn") for name in _GROUND),
        facets=tuple(_shown(one) for one in ordered if one.outcome != "not_applicable"),
        aside=tuple(_shown(one) for one in ordered if one.outcome == "not_applicable"),
        expert=tuple(row for row, _ in zip(_rows(report.facets), range(ROWS_LIMIT), strict=False)),
        inner=inner,
    )


def _reasons(report: Report, policy: Policy) -> tuple[ShownFacet, ...]:
    effect = _DECIDES.get(report.verdict)
    found = [facet for facet in report.facets if policy.effect(facet.facet, facet.outcome) == effect]
    if report.verdict == "malformed":
        found = [facet for facet in report.facets if facet.facet == "parse"]
    return tuple(map(_shown, found[:_REASONS_LIMIT]))


def _within(report: Report) -> Iterator[Report]:
    for one in report.inner:
        yield one
        yield from _within(one)


def _told_first(facets: Sequence[Facet]) -> list[Facet]:
    """What is wrong goes first, for a reader who stops there."""
    return sorted(facets, key=lambda facet: _ORDER.index(facet.outcome))


def _shown(facet: Facet) -> ShownFacet:
    return ShownFacet(
        label=LABELS.get(facet.facet, facet.facet),
        outcome=facet.outcome,
        word=_OUTCOMES[facet.outcome],
        message=facet.message,
        next_step=facet.next_step if facet.outcome in ("warn", "unknown", "fail") else "",
    )


def _known_as(trust: Facet | None) -> str:
    """The name in the verifier's own list, and the list's; never the name that the credential claims."""
    if trust is None or trust.outcome != "pass":
        return ""
    name, own_list = _detail(trust, "name"), _detail(trust, "list")
    return f"{name} (by the list {own_list})" if own_list else name


def _detail(facet: Facet | None, name: str) -> str:
    found = None if facet is None else facet.details.get(name)
    return found if isinstance(found, str) else ""


def _rows(facets: Sequence[Facet]) -> Iterator[Row]:
    for facet in facets:
        yield Row(name=facet.facet, text=f"{facet.outcome} {facet.code}")
        yield from _flat(facet.facet, dict(facet.details))


def _flat(name: str, value: JsonValue) -> Iterator[Row]:
    """Every value with its path. Details are as deep as facets make them."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _flat(f"{name}.{key}", member)
    elif isinstance(value, list):
        for number, member in enumerate(value, start=1):
            yield from _flat(f"{name}.{number}", member)
    elif value is not None and value != "":
        yield Row(name=name, text=str(value))
