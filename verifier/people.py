"""A table of people: one row for each folder of files, in the order of the names. Nothing here ranks anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from satchel.port import JsonObject
from satchel.text import for_terminal
from verifier.policy import Policy, Verdict
from verifier.report import WORDS, Facet, Report, to_json

COLUMNS: Final = ("person", "verdict", "accepted", "files", "expected_holder", "why")
HOLDER_FILE: Final = "holder.txt"
"""In a person's folder: the DID that their credentials must be about."""

_WORST_FIRST: Final[tuple[Verdict, ...]] = (
    "malformed",
    "rejected",
    "undecided",
    "accepted_with_warnings",
    "accepted",
)
# A spreadsheet takes a cell that begins so for a formula and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's folder: its name, the holder that was asked for, and the reports on its files in order."""

    name: str
    holder: str | None
    reports: tuple[Report, ...]

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the files; None when there is no file."""
        return next((word for word in _WORST_FIRST if any(one.verdict == word for one in self.reports)), None)

    @property
    def accepted(self) -> int:
        """How many files are accepted, also with warnings."""
        return sum(one.verdict.startswith("accepted") for one in self.reports)


def to_document(people: Sequence[Person]) -> JsonObject:
    """The table with every report as `satchel.people/1`."""
    return {
        "schema": "satchel.people/1",
        "items": [
            {
                "person": one.name,
                "expected_holder": one.holder,
                "verdict": one.verdict,
                "accepted": one.accepted,
                "reports": [to_json(report) for report in one.reports],
            }
            for one in people
        ],
    }


def to_csv(people: Sequence[Person], policy: Policy) -> str:
    """The table as CSV with a header. No cell is a formula, whatever a file's author wrote."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in people:
        cells = (
            one.name,
            one.verdict or "",
            str(one.accepted),
            str(len(one.reports)),
            one.holder or "",
            _why(one, policy),
        )
        writer.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def to_text(people: Sequence[Person], policy: Policy, width: int = 80) -> str:
    """The table for a terminal: a line for each person, and why below where something is not accepted."""
    names = [for_terminal(one.name, limit=40) for one in people]
    wide = max((len(name) for name in names), default=0)
    lines: list[str] = []
    for name, one in zip(names, people, strict=True):
        word = WORDS[one.verdict] if one.verdict is not None else "NO FILE"
        lines.append(f"{name:<{wide}}  {word:<22}  {one.accepted} of {len(one.reports)} accepted")
        why = _why(one, policy)
        if why:
            lines += _folded(why, width, "    ")
    return "\n".join(lines) + "\n"


def _why(one: Person, policy: Policy) -> str:
    """The first thing that decides against a file, with the file's name; "" when all is accepted without warnings."""
    worst = next((report for report in one.reports if report.verdict == one.verdict), None)
    if worst is None or worst.verdict == "accepted":
        return ""
    facet = min(worst.facets, key=lambda entry: _weight(entry, policy))
    return f"{for_terminal(_last(worst.name), limit=60)}: {for_terminal(facet.message, limit=200)} [{facet.code}]"


def _weight(facet: Facet, policy: Policy) -> int:
    order = ("reject", "undecided", "warn", "ignore")
    if facet.facet == "parse" and facet.outcome == "fail":
        return 0
    return order.index(policy.effect(facet.facet, facet.outcome))


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _cell(text: str) -> str:
    safe = for_terminal(text, limit=1000)
    return f"'{safe}" if safe.startswith(_FORMULA) else safe


def _folded(text: str, width: int, indent: str) -> Iterator[str]:
    line = indent
    for word in text.split(" "):
        if line != indent and len(line) + 1 + len(word) > width:
            yield line
            line = indent
        line += word if line == indent else f" {word}"
    yield line
