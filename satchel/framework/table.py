"""A CSV or tab-separated file as rows by column, each with its line; broken rows are told apart, not guessed.

Column names are compared without case, spaces and signs: publishers write `Human Coding Scheme` and
`humanCodingScheme` for one column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from satchel.framework.graph import FrameworkFault, shown

COLUMNS_LIMIT: Final = 200
_SIGNS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the line where it begins, and its cells by column."""

    line: int
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        """The stripped text of the first of these columns that the table has, else ""."""
        for column in columns:
            if column in self.cells:
                return self.cells[column].strip()
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A read table. `columns` are compared names; `broken` are lines whose cells do not fit the header, and why."""

    columns: frozenset[str]
    rows: tuple[Row, ...]
    broken: tuple[tuple[int, str], ...]


def column_name(text: str) -> str:
    """The name of a column as it is compared: letters and digits in lower case."""
    return _SIGNS.sub("", text.lower())


def read(text: str, *, name: str) -> Table:
    """The table of the text: its first line names the columns; commas, semicolons or tabs, whichever that line has.

    Raises FrameworkFault framework.csv for quotes that do not fit, a repeated or missing column name or no header.
    """
    # Lines are cut at \n alone: str.splitlines also cuts at separators that are part of the text.
    lines = text.split("\n")
    delimiter = max((",", ";", "\t"), key=lines[0].count)
    # Tab-separated files of publishers quote nothing, so a quote there is part of the text.
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, quoting=quoting, strict=True)
    try:
        header = next(reader, [])
        columns = _columns(header, name)
        rows: list[Row] = []
        broken: list[tuple[int, str]] = []
        start = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(columns):
                rows.append(Row(line=start, cells=dict(zip(columns, cells, strict=True))))
            elif any(cell.strip() for cell in cells):
                broken.append((start, f"it has {len(cells)} cells, and the header has {len(columns)}"))
            start = reader.line_num + 1
    except csv.Error as fault:
        raise FrameworkFault("framework.csv", f"{shown(name)}, line {reader.line_num}: {fault}") from fault
    return Table(columns=frozenset(columns), rows=tuple(rows), broken=tuple(broken))


def _columns(header: Sequence[str], name: str) -> list[str]:
    columns = [column_name(cell) for cell in header]
    if not any(columns) or len(columns) > COLUMNS_LIMIT:
        raise FrameworkFault("framework.csv", f"{shown(name)} has no line that names its columns")
    seen: set[str] = set()
    for place, column in enumerate(columns):
        if column and column in seen:
            raise FrameworkFault("framework.csv", f"{shown(name)} has the column “{shown(header[place])}” twice")
        seen.add(column)
    return columns
