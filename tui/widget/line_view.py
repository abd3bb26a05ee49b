"""What the table and the pane share: they draw line by line, and know the tones."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.glyph import TONES, Tone
from tui.sheet import Line


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolled view whose lines are drawn one by one, only those that are seen."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineView { overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"tone--{tone}" for tone in TONES),
        "row--plain",
        "row--header",
        "row--cursor",
        "row--resting",
    }

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        self._tones: dict[tuple[Tone, str], Style] = {}
        super().__init__(id=id, classes=classes)

    def tone(self, tone: Tone, row: str = "plain") -> Style:
        """The style of a tone on a kind of row: the row's ground, the tone's colour and weight."""
        key = (tone, row)
        found = self._tones.get(key)
        if found is None:
            ground = self.get_component_rich_style(f"row--{row}")
            ink = self.get_component_rich_style(f"tone--{tone}", partial=True)
            found = self._tones[key] = ground + Style(color=ink.color, bold=ink.bold or None)
        return found

    def notify_style_update(self) -> None:
        self._tones.clear()
        super().notify_style_update()

    def drawn(self, line: Line, width: int, row: str = "plain") -> Strip:
        """The line as a strip of exactly this width."""
        segments = [Segment(text, self.tone(tone, row)) for text, tone in line if text]
        return Strip(segments).adjust_cell_length(width, self.tone("plain", row))
