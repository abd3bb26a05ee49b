"""The one table of Satchel: any number of rows, only those that are seen are read, cut and drawn.

Cells come as the data has them. The table is where they become safe to show, so no caller can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from satchel.text import for_terminal
from tui import keymap
from tui.glyph import Glyphs, Tone
from tui.sheet import Line, Piece, fit
from tui.widget.line_view import LineView

R = TypeVar("R")

Cell: TypeAlias = Piece
GAP: Final = 1
MARK_WIDTH: Final = 2
CELL_LIMIT_CHARS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """One column: its title, how a row's cell is read, and its width in cells. A width of 0 shares what is left by
    `weight`. A column with `least` is left out when the table is narrower than that."""

    title: str
    cell: Callable[[R], Cell]
    width: int = 0
    weight: int = 1
    least: int = 0


class SkillTable(LineView, Generic[R]):
    """Rows with a cursor and marks. `key` names a row, so that cursor and marks survive another order or
    filter. `opens`: whether Enter on a row does something."""

    BINDINGS = keymap.TABLE

    class Moved(Message):
        """The cursor is on another row, or on none; or there are other rows."""

        def __init__(self, table: LineView) -> None:
            super().__init__()
            self.table = table

    class Chosen(Message):
        """Enter, or a click on the row that has the cursor."""

        def __init__(self, table: LineView) -> None:
            super().__init__()
            self.table = table

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        glyphs: Glyphs,
        *,
        empty: Sequence[str] = (),
        opens: bool = True,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.rows: Sequence[R] = ()
        self.marked: set[str] = set()
        self._columns = columns
        self._key = key
        self._glyphs = glyphs
        self.empty = empty
        self._opens = opens
        self._cursor = 0
        self._plan: tuple[int, list[tuple[Column[R], int]]] = (-1, [])

    @property
    def cursor(self) -> int:
        """The place of the cursor in the rows."""
        return self._cursor

    @property
    def current(self) -> R | None:
        """The row with the cursor; None when there are no rows."""
        return self.rows[self._cursor] if self._cursor < len(self.rows) else None

    @property
    def chosen(self) -> list[R]:
        """The marked rows that are shown, or the one with the cursor when none is marked."""
        marked = [row for row in self.rows if self._key(row) in self.marked] if self.marked else []
        return marked or ([] if self.current is None else [self.current])

    def fill(self, rows: Sequence[R]) -> None:
        """Shows other rows. The cursor stays on the row that it was on, or else at its place."""
        before = None if self.current is None else self._key(self.current)
        self.rows = rows
        place = min(self._cursor, max(len(rows) - 1, 0))
        if before is not None and not (place < len(rows) and self._key(rows[place]) == before):
            place = next((at for at, row in enumerate(rows) if self._key(row) == before), place)
        self._cursor = place
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        self.refresh()
        self._reveal()
        self.post_message(self.Moved(self))

    def move_to(self, place: int) -> None:
        """Puts the cursor on a row, as near as there is one."""
        place = max(0, min(place, len(self.rows) - 1))
        if place == self._cursor or not self.rows:
            return
        old, self._cursor = self._cursor, place
        for row in (old, place):
            self._refresh_row(row)
        self._reveal()
        self.post_message(self.Moved(self))

    def toggle(self) -> None:
        """Marks the row with the cursor, or takes its mark away, and goes on to the next."""
        if self.current is not None:
            self.marked ^= {self._key(self.current)}
            self._refresh_row(self._cursor)
            self.move_to(self._cursor + 1)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not self.rows:
            # The words of an empty table are ours, and they are made safe all the same.
            lines = self.empty[y - 1 : y] if y else ()
            return self.drawn(tuple((for_terminal(f" {line}"), "muted") for line in lines), width)
        if y == 0:
            return self.drawn(self._header(width), width, "header")
        place = y - 1 + self.scroll_offset.y
        if place >= len(self.rows):
            return self.drawn((), width)
        row = ("cursor" if self.has_focus else "resting") if place == self._cursor else "plain"
        return self.drawn(self._row(place, width), width, row)

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows) + 1)
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        if spot is None or spot.y == 0 or not self.rows:
            return
        place = spot.y - 1 + self.scroll_offset.y
        if place == self._cursor:
            self.post_message(self.Chosen(self))
        elif place < len(self.rows):
            self.move_to(place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._opens and bool(self.rows) if action == "choose" else True

    def action_cursor(self, rows: int) -> None:
        self.move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(1, self._height() - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self.rows) - 1)

    def action_choose(self) -> None:
        if self.current is not None:
            self.post_message(self.Chosen(self))

    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _reveal(self) -> None:
        """Scrolls so far that the row with the cursor is seen."""
        top, height = self.scroll_offset.y, self._height()
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    def _refresh_row(self, place: int) -> None:
        y = place + 1 - self.scroll_offset.y
        if 1 <= y <= self._height():
            self.refresh(Region(0, y, self.size.width, 1))

    def _layout(self, width: int) -> list[tuple[Column[R], int]]:
        if self._plan[0] != width:
            shown = [column for column in self._columns if width >= column.least]
            free = width - MARK_WIDTH - sum(column.width for column in shown) - GAP * (len(shown) - 1)
            weights = sum(column.weight for column in shown if not column.width) or 1
            sized: list[tuple[Column[R], int]] = []
            for column in shown:
                share = column.width
                if not share:
                    share = max(free, 0) * column.weight // weights
                    free, weights = free - share, (weights - column.weight) or 1
                sized.append((column, share))
            self._plan = (width, sized)
        return self._plan[1]

    def _header(self, width: int) -> Line:
        line: list[Piece] = [(" " * MARK_WIDTH, "muted")]
        for column, share in self._layout(width):
            line.append((fit(column.title, share, self._glyphs.ellipsis) + " " * GAP, "muted"))
        return tuple(line)

    def _row(self, place: int, width: int) -> Line:
        row, glyphs = self.rows[place], self._glyphs
        cursor = glyphs.cursor if place == self._cursor else " "
        marked = glyphs.chosen if self.marked and self._key(row) in self.marked else " "
        line: list[Piece] = [(cursor + marked, "accent")]
        for column, share in self._layout(width):
            text, tone = column.cell(row)
            shown = fit(for_terminal(text, limit=CELL_LIMIT_CHARS), share, glyphs.ellipsis)
            line.append((shown + " " * GAP, tone))
        return tuple(line)


def plain(text: str, tone: Tone = "plain") -> Cell:
    """A cell."""
    return text, tone
