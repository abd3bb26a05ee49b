"""The report: the verdict and one entry a facet, as a value, as JSON and as text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.codes import CODES, Outcome
from satchel.credential.envelope import Envelope, Format
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.policy import Policy, Verdict, verdict

SCHEMA: Final = "satchel.report/1"

LABELS: Final[Mapping[str, str]] = {
    "parse": "File",
    "data_model": "Data model",
    "schema": "Schema",
    "proof": "Signature",
    "issuer_binding": "Issuer key",
    "issuer_trust": "Issuer known",
    "validity": "Dates",
    "status": "Status",
    "subject": "Subject",
    "endorsements": "Endorsement",
    "alignment": "Alignment",
    "parts": "Inside",
    "published_key": "Known key",
    "chain": "Certificate",
    "timestamp": "Sealing time",
    "issuer_authority": "May award",
    "results": "Results",
    "evidence": "Evidence",
    "privacy": "Privacy",
    "second_opinion": "Second check",
}
WORDS: Final[Mapping[Verdict, str]] = {
    "accepted": "ACCEPTED",
    "accepted_with_warnings": "ACCEPTED WITH WARNINGS",
    "undecided": "UNDECIDED",
    "rejected": "REJECTED",
    "malformed": "MALFORMED",
}
_GLYPHS: Final[Mapping[Outcome, str]] = {"pass": "✔", "warn": "!", "unknown": "?", "fail": "✘", "not_applicable": "–"}
_ASCII_GLYPHS: Final[Mapping[Outcome, str]] = {
    "pass": "+",
    "warn": "!",
    "unknown": "?",
    "fail": "x",
    "not_applicable": "-",
}
_LABEL_WIDTH: Final = max(map(len, LABELS.values())) + 2
_NARROWEST: Final = 24
# Exit codes of a batch, from best to worst.
_EXIT_ORDER: Final = (0, 5, 4, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """What one facet says. `message` and `details` may hold text from outside; it reaches eyes through satchel.text."""

    facet: str
    outcome: Outcome
    code: str
    message: str
    next_step: str
    details: Mapping[str, JsonValue]

    @staticmethod
    def of(facet: str, code: str, message: str | None = None, /, **details: JsonValue) -> Facet:
        """The entry of a code of the table: its outcome, its sentence unless `message` says more, its next step.

        A code that is only ever raised (outcome `error`) says that the facet could not be checked: unknown.
        """
        known = CODES[code]
        return Facet(
            facet=facet,
            outcome="unknown" if known.outcome == "error" else known.outcome,
            code=code,
            message=known.sentence if message is None else message,
            next_step=known.next_step,
            details=details,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict on one input under one policy at one time. `inner` are the reports of what was judged for it."""

    name: str
    sha256: str
    format: Format
    verdict: Verdict
    policy: str
    checked_at: datetime
    facets: tuple[Facet, ...]
    inner: tuple[Report, ...] = ()


def conclude(
    envelope: Envelope,
    facets: tuple[Facet, ...],
    policy: Policy,
    now: datetime,
    inner: tuple[Report, ...] = (),
    *,
    format_of: Envelope | None = None,
) -> Report:
    """The report that these facets give under the policy; `format_of` is what the format is taken of, when it is not
    the envelope itself."""
    return Report(
        name=envelope.name,
        sha256=envelope.digest,
        format=(format_of or envelope).format,
        verdict=verdict(policy, facets),
        policy=policy.name,
        checked_at=now,
        facets=facets,
        inner=inner,
    )


def to_json(report: Report) -> JsonObject:
    """The report as `satchel.report/1`. It depends on nothing but the report: no clock, no machine."""
    return {
        "schema": SCHEMA,
        "input": {"name": report.name, "sha256": report.sha256, "format": report.format},
        "verdict": report.verdict,
        "policy": report.policy,
        "checked_at": timestamp.render(report.checked_at),
        "facets": [
            {
                "facet": facet.facet,
                "outcome": facet.outcome,
                "code": facet.code,
                "message": facet.message,
                "next_step": facet.next_step,
                "details": dict(facet.details),
            }
            for facet in report.facets
        ],
        "inner": [to_json(inner) for inner in report.inner],
    }


def exit_code(reports: Sequence[Report], strict: bool) -> int:
    """The command's exit code: the worst of the reports, in the order 0 < 5 < 4 < 3 < 1."""
    return max((_exit_code(report, strict) for report in reports), key=_EXIT_ORDER.index, default=0)


def _exit_code(report: Report, strict: bool) -> int:
    if any(facet.facet == "parse" and facet.outcome == "unknown" for facet in report.facets):
        return 1
    match report.verdict:
        case "accepted":
            return 0
        case "accepted_with_warnings":
            return 5 if strict else 0
        case "undecided":
            return 4
        case "rejected" | "malformed":
            return 3


def to_text(report: Report, width: int = 80, *, glyphs: bool = True) -> str:
    """The report for a terminal: the verdict first, then a line or more for each facet, next steps where there is
    something to do. Every text from outside is made safe. `glyphs=False` keeps to ASCII signs."""
    signs = _GLYPHS if glyphs else _ASCII_GLYPHS
    bullet = "→ " if glyphs else "> "
    width = max(width, _LABEL_WIDTH + _NARROWEST)
    lines = list(_wrapped(f"{WORDS[report.verdict]}  {for_terminal(report.name, limit=200)}".rstrip(), width, "  "))
    checked_at = timestamp.render(report.checked_at)
    lines += _wrapped(f"policy {for_terminal(report.policy, limit=60)}, checked at {checked_at}", width, "  ")
    lines.append("")
    for facet in report.facets:
        label = LABELS.get(facet.facet, facet.facet)
        head = f" {signs[facet.outcome]} {label:<{_LABEL_WIDTH}}"
        indent = " " * len(head)
        message = for_terminal(facet.message)
        lines += _wrapped(head + message, width, indent, first=len(head))
        if facet.outcome in ("warn", "unknown", "fail"):
            steps = f"{bullet}{for_terminal(facet.next_step)} [{facet.code}]" if facet.next_step else f"[{facet.code}]"
            lines += _wrapped(indent + steps, width, indent + "  ", first=len(indent))
    for inner in report.inner:
        text = f"   judged for this: {WORDS[inner.verdict]} {for_terminal(inner.name, limit=200)}"
        lines += _wrapped(text, width, " " * 5)
        bad = [facet for facet in inner.facets if facet.outcome in ("fail", "unknown")]
        if inner.verdict not in ("accepted", "accepted_with_warnings"):
            for facet in bad:
                text = f"     {signs[facet.outcome]} {for_terminal(facet.message, limit=200)} [{facet.code}]"
                lines += _wrapped(text, width, " " * 7, first=7)
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int, indent: str, *, first: int = 0) -> Iterator[str]:
    """The text cut at blanks into lines of at most `width` columns, the later ones indented; `first` characters at
    the beginning stay as they are. A word that is wider than a line is cut."""
    line, used = text[:first], first
    begun = False
    for word in text[first:].split(" "):
        gap = 1 if begun else 0
        wide = _columns(word)
        if begun and used + gap + wide > width:
            yield line.rstrip()
            line, used, gap = indent, len(indent), 0
        while used + gap + wide > width:
            taken = _fitting(word, width - used - gap)
            yield f"{line}{' ' * gap}{taken}"
            word = word[len(taken) :]
            wide = _columns(word)
            line, used, gap = indent, len(indent), 0
        line = f"{line}{' ' * gap}{word}"
        used += gap + wide
        begun = True
    yield line.rstrip()


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_column, text))


def _column(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _fitting(word: str, columns: int) -> str:
    """The longest beginning of the word that fits, at least one character."""
    used = 0
    for place, char in enumerate(word):
        used += _column(char)
        if used > columns and place:
            return word[:place]
    return word
