"""A page of text that scrolls. It is written anew for every width, and only its visible lines are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tui import keymap
from tui.glyph import Glyphs
from tui.sheet import Line, Sheet
from tui.widget.line_view import LineView

Page: TypeAlias = Callable[[Sheet], None]


def nothing(sheet: Sheet) -> None:
    """The empty page."""


class Pane(LineView):
    """Shows one page. Text from outside becomes safe in the Sheet that the page is written on."""

    BINDINGS = keymap.PANE

    def __init__(
        self, glyphs: Glyphs, page: Page = nothing, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._page = page
        self._lines: list[Line] = []
        self._width = 0

    def show(self, page: Page) -> None:
        """Shows another page, from its top."""
        self._page = page
        self._write()
        self.scroll_to(y=0, animate=False)

    @property
    def text(self) -> str:
        """The page's words, for tests and for people who copy."""
        return "\n".join("".join(text for text, _ in line) for line in self._lines)

    def on_resize(self, event: events.Resize) -> None:
        if self._room() != self._width:
            self._write()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        return self.drawn(self._lines[place] if place < len(self._lines) else (), width)

    def action_move(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def action_turn(self, pages: int) -> None:
        step = max(1, self.scrollable_content_region.height - 1)
        self.scroll_to(y=self.scroll_offset.y + pages * step, animate=False)

    def action_to_start(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_to_end(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def _room(self) -> int:
        # Room for the scroll bar is always kept, so that its coming and going does not wrap the page anew.
        return max(0, self.content_size.width - self.styles.scrollbar_size_vertical)

    def _write(self) -> None:
        self._width = self._room()
        sheet = Sheet(self._width, self._glyphs)
        if self._width:
            self._page(sheet)
        self._lines = sheet.lines
        self.virtual_size = Size(self._width, len(self._lines))
        self.refresh()
