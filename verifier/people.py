"""A table of people: one row for each folder of files, in the order of the names. Nothing here ranks anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from satchel.port import JsonObject
from satchel.text import for_terminal
from verifier.policy import Policy, Verdict
from verifier.report import WORDS, Facet, Report, to_json

COLUMNS: Final = (
    "is_it_this_person",
    "person",
    "verdict",
    "accepted",
    "files",
    "expected_holder",
    "delete_after",
    "why",
)
"""Whether it is this person comes first: a good credential of somebody else is worth nothing here."""
HOLDER_FILE: Final = "holder.txt"
"""In a person's folder: the DID or the e-mail address that their credentials must be about."""
KEPT_DAYS: Final = 180
"""How long the table and the files should be kept when nobody says."""

Match: TypeAlias = Literal["yes", "no", "not proven", "not asked"]

_WORST_FIRST: Final[tuple[Verdict, ...]] = (
    "malformed",
    "rejected",
    "undecided",
    "accepted_with_warnings",
    "accepted",
)
_MATCHES: Final[Mapping[Match, str]] = {
    "yes": "is this person",
    "no": "SOMEBODY ELSE",
    "not proven": "who: not proven",
    "not asked": "who: not asked",
}
_MATCH_WIDTH: Final = max(map(len, _MATCHES.values()))
_NAME_LIMIT: Final = 25
# A spreadsheet takes a cell that begins so for a formula and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's folder: its name, the DID or identifier that was asked for, and the reports on its files in
    order."""

    name: str
    holder: str | None
    reports: tuple[Report, ...]

    @property
    def match(self) -> Match | None:
        """Whether every file is about the one asked for; None when there is no file. "yes" needs the files accepted,
        too: anybody can write another's name into a forgery."""
        if not self.reports:
            return None
        found = [_subject(report) for report in self.reports]
        if any(entry is not None and entry.outcome == "fail" for entry in found):
            return "no"
        if self.holder is None and all(entry is None or entry.outcome == "not_applicable" for entry in found):
            return "not asked"
        about = all(entry is not None and entry.outcome == "pass" for entry in found)
        return "yes" if about and self.accepted == len(self.reports) else "not proven"

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the files; None when there is no file."""
        return next((word for word in _WORST_FIRST if any(one.verdict == word for one in self.reports)), None)

    @property
    def accepted(self) -> int:
        """How many files are accepted, also with warnings."""
        return sum(one.verdict.startswith("accepted") for one in self.reports)


def to_document(people: Sequence[Person], delete_after: date) -> JsonObject:
    """The table with every report as `satchel.people/1`."""
    return {
        "schema": "satchel.people/1",
        "delete_after": delete_after.isoformat(),
        "items": [
            {
                "is_it_this_person": one.match,
                "person": one.name,
                "expected_holder": one.holder,
                "verdict": one.verdict,
                "accepted": one.accepted,
                "reports": [to_json(report) for report in one.reports],
            }
            for one in people
        ],
    }


def to_csv(people: Sequence[Person], policy: Policy, delete_after: date) -> str:
    """The table as CSV with a header. No cell is a formula, whatever a file's author wrote."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in people:
        cells = (
            one.match or "",
            one.name,
            one.verdict or "",
            str(one.accepted),
            str(len(one.reports)),
            one.holder or "",
            delete_after.isoformat(),
            _why(one, policy),
        )
        writer.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def to_text(people: Sequence[Person], policy: Policy, delete_after: date, width: int = 80) -> str:
    """The table for a terminal: a line for each person, who it is first, and why below where something is not
    accepted; at the end, when to delete it."""
    names = [for_terminal(one.name, limit=_NAME_LIMIT) for one in people]
    wide = max((len(name) for name in names), default=0)
    lines: list[str] = []
    for name, one in zip(names, people, strict=True):
        word = WORDS[one.verdict] if one.verdict is not None else "NO FILE"
        match = _MATCHES[one.match] if one.match is not None else ""
        lines.append(f"{match:<{_MATCH_WIDTH}}  {name:<{wide}}  {word:<22}  {one.accepted} of {len(one.reports)}")
        why = _why(one, policy)
        if why:
            lines += _folded(why, width, "    ")
    kept = f"Nobody is ranked: the order is that of the names. Delete this table and the files by {delete_after}."
    lines += ["", *_folded(kept, width, "")]
    return "\n".join(lines) + "\n"


def _why(one: Person, policy: Policy) -> str:
    """The first thing that decides against a file, with the file's name; "" when all is accepted without warnings."""
    worst = next((report for report in one.reports if report.verdict == one.verdict), None)
    if worst is None or worst.verdict == "accepted":
        return ""
    facet = min(worst.facets, key=lambda entry: _weight(entry, policy))
    return f"{for_terminal(_last(worst.name), limit=60)}: {for_terminal(facet.message, limit=200)} [{facet.code}]"


def _subject(report: Report) -> Facet | None:
    return next((entry for entry in report.facets if entry.facet == "subject"), None)


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
