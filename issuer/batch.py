"""A cohort from a CSV table: read strictly, checked whole before anything is signed, issued in bounded chunks.

Good rows go on when others are refused; each refused row is reported with its line and the reason. Running the same
table again gives the rows that have their credential the same one, so a run that was stopped is simply run again.
Cells are text: nothing in them is interpreted, and what is written for a spreadsheet is escaped (row 143).
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from issuer import claim, claim_store, compose, issue, rebind, rebind_store, row, store
from issuer.compose import Blueprint, Place
from issuer.issue import Desk, Issued, Outcome, Refused, RowAward
from issuer.link import Planned
from issuer.template import Template
from satchel.errors import IssueFault
from satchel.port import JsonObject
from satchel.text import for_terminal

LIMIT_BYTES: Final = 256 * 1024 * 1024
CELL_LIMIT_CHARS: Final = 20_000
COLUMNS_LIMIT: Final = 500

# What a spreadsheet takes for a formula, also behind white space that it skips.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SAMPLE_ID: Final = "a" * 26
_SAMPLE_DID: Final = "did:example:learner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a CSV file: the line each one begins on and its cells by column; rows that are no rows."""

    columns: tuple[str, ...]
    unused: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A table checked against the template: what would be issued, what not, and the first credential as it would be
    signed (with a placeholder for its id and place)."""

    awards: tuple[RowAward, ...]
    refused: tuple[Refused, ...]
    unused: tuple[str, ...]
    preview: JsonObject | None


def read_table(raw: bytes, template: Template) -> Table:
    """The table of these bytes. Rows that cannot be read as rows are refused one by one.

    Raises IssueFault for the table as a whole: batch.too_large, batch.not_utf8, batch.empty, batch.not_csv,
    batch.header (a column that the template needs is absent, or one stands there twice).
    """
    if len(raw) > LIMIT_BYTES:
        raise IssueFault("batch.too_large", f"the table is larger than {LIMIT_BYTES >> 20} MiB")
    try:
        text = raw.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise IssueFault("batch.not_utf8", f"line {line} is not UTF-8", details={"line": line}) from fault
    # newline="" leaves line ends inside quotes as they are; strict refuses quotes in the middle of a cell
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    refused: list[Refused] = []
    columns: tuple[str, ...] | None = None
    last = 0
    try:
        for cells in reader:
            line, last = last + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _header(cells, template, line)
            elif (wrong := _row_fault(cells, columns)) is not None:
                refused.append(Refused(line=line, code="batch.cells", message=wrong))
            else:
                rows.append((line, dict(zip(columns, cells, strict=True))))
    except csv.Error as fault:
        line = reader.line_num
        raise IssueFault("batch.not_csv", f"line {line}: {for_terminal(str(fault))}", details={"line": line}) from fault
    if columns is None:
        raise IssueFault("batch.empty", "the table has no header")
    used = set(template.columns.all())
    return Table(
        columns=columns,
        unused=tuple(column for column in columns if column not in used),
        rows=tuple(rows),
        refused=tuple(refused),
    )


def plan(blueprint: Blueprint, table: Table, *, now: datetime) -> Plan:
    """What the table would give. Pure: nothing is reserved, signed or stored."""
    awards: list[RowAward] = []
    refused = list(table.refused)
    first: dict[str, RowAward] = {}
    preview: JsonObject | None = None
    for line, cells in table.rows:
        try:
            award = row.read(blueprint.template, cells, now=now)
            sample = issue.document(
                blueprint,
                replace(award, recipient=_SAMPLE_DID) if blueprint.template.bind == "claim" else award,
                credential_id=_SAMPLE_ID,
                place=Place(list_id=_SAMPLE_ID, index=0),
                salt=bytes(compose.SALT_BYTES),
                now=now,
            )
        except IssueFault as fault:
            refused.append(Refused(line=line, code=fault.code, message=fault.message))
            continue
        found = RowAward(line=line, award=award)
        earlier = first.setdefault(award.recipient, found)
        if earlier is not found:
            same = "the same values" if earlier.award.digest == award.digest else "other values"
            said = f"line {earlier.line} is for the same learner, with {same}"
            refused.append(Refused(line=line, code="batch.repeated", message=said))
            continue
        awards.append(found)
        preview = preview or sample
    refused.sort(key=lambda one: one.line)
    return Plan(awards=tuple(awards), refused=tuple(refused), unused=table.unused, preview=preview)


async def run(
    desk: Desk, blueprint: Blueprint, planned: Plan, *, cohort: str
) -> AsyncGenerator[tuple[Outcome, ...], None]:
    """Issues the plan chunk by chunk; each chunk is given when it is on disk, so who stops reading loses nothing."""
    for start in range(0, len(planned.awards), store.CHUNK):
        yield await issue.issue(desk, blueprint, planned.awards[start : start + store.CHUNK], cohort=cohort)


async def run_claims(
    desk: Desk, blueprint: Blueprint, planned: Plan, *, cohort: str, days: int, renews: bool
) -> AsyncGenerator[tuple[Planned | Refused, ...], None]:
    """Makes the links chunk by chunk; each chunk is given when it is on disk. A token is given here or never."""
    plan_chunk = claim.plan if blueprint.template.bind == "claim" else rebind.plan
    for start in range(0, len(planned.awards), store.CHUNK):
        chunk = planned.awards[start : start + store.CHUNK]
        yield await plan_chunk(desk, blueprint, chunk, cohort=cohort, days=days, renews=renews)


async def already_issued(desk: Desk, blueprint: Blueprint, planned: Plan, *, cohort: str) -> int:
    """How many rows of the plan have their credential by now."""
    found = 0
    for start in range(0, len(planned.awards), store.CHUNK):
        chunk = planned.awards[start : start + store.CHUNK]
        keys = [issue.row_key(desk.row_secret, blueprint, cohort, one.award.recipient) for one in chunk]
        found += len(await store.known_rows(desk.database, keys))
    return found


async def already_planned(desk: Desk, blueprint: Blueprint, planned: Plan, *, cohort: str) -> int:
    """How many rows of the plan have their claim by now."""
    found = 0
    for start in range(0, len(planned.awards), store.CHUNK):
        chunk = planned.awards[start : start + store.CHUNK]
        keys = [claim.row_key(desk, blueprint, cohort, one.award.recipient) for one in chunk]
        found += len(await claim_store.by_row_keys(desk.database, keys))
    return found


async def already_linked(desk: Desk, blueprint: Blueprint, planned: Plan, *, cohort: str) -> int:
    """How many rows of the plan have a link to bind their credential to a wallet by now."""
    found = 0
    for start in range(0, len(planned.awards), store.CHUNK):
        chunk = planned.awards[start : start + store.CHUNK]
        keys = [issue.row_key(desk.row_secret, blueprint, cohort, one.award.recipient) for one in chunk]
        known = await store.known_rows(desk.database, keys)
        found += len(await rebind_store.by_credentials(desk.database, [one.id for one in known.values()]))
    return found


def report(refused: Sequence[Refused]) -> bytes:
    """The refused rows as CSV: line, code, reason. Safe to open in a spreadsheet."""
    rows = [("line", "code", "reason"), *((str(one.line), one.code, one.message) for one in refused)]
    return "".join(map(csv_line, rows)).encode("utf-8")


def csv_line(cells: Sequence[str]) -> str:
    """One line of a table that we write, every cell safe."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(map(csv_cell, cells))
    return out.getvalue()


def csv_cell(text: str) -> str:
    """The text for a cell of a table that we write: shown as it is by every spreadsheet, never run as a formula."""
    shown = for_terminal(text, limit=1000)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def issued(outcomes: Sequence[Outcome]) -> tuple[Issued, ...]:
    """Those of the outcomes that are credentials."""
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Issued))


def without_bytes(outcome: Outcome) -> Outcome:
    """The outcome for keeping: a long run must not hold all its credentials in memory."""
    return replace(outcome, raw=None) if isinstance(outcome, Issued) else outcome


def _header(cells: Sequence[str], template: Template, line: int) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    shown = ", ".join(for_terminal(column, limit=40) for column in columns[:20])
    if len(columns) > COLUMNS_LIMIT:
        raise IssueFault("batch.header", f"line {line}: more than {COLUMNS_LIMIT} columns", details={"line": line})
    if len(columns) == 1 and ";" in columns[0]:
        raise IssueFault(
            "batch.header",
            f"line {line}: the columns are separated by semicolons",
            next_step="Save the table with commas between the columns.",
            details={"line": line},
        )
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise IssueFault(
            "batch.header",
            f"line {line}: the column {for_terminal(twice[0], limit=60)} stands there twice",
            details={"line": line},
        )
    absent = [column for column in template.columns.all() if column not in columns]
    if absent:
        raise IssueFault(
            "batch.header",
            f"line {line}: the table lacks the column {', '.join(absent)}; it has {shown}",
            details={"line": line, "absent": tuple(absent)},
        )
    return columns


def _row_fault(cells: Sequence[str], columns: Sequence[str]) -> str | None:
    if len(cells) != len(columns):
        return f"{len(cells)} cells instead of {len(columns)}"
    for column, cell in zip(columns, cells, strict=True):
        if len(cell) > CELL_LIMIT_CHARS:
            return f"{for_terminal(column, limit=60)} is longer than {CELL_LIMIT_CHARS} characters"
    return None
