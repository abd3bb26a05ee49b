"""The names of a screen's tabs, the open one reversed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class TabLine(Widget):
    """One line of tab names of ours. A click opens a tab."""

    ALLOW_SELECT = False

    class Asked(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        self._open = 0

    def open(self, place: int) -> None:
        """Shows this tab as the open one."""
        self._open = place
        self.refresh()

    def render(self) -> Content:
        return Content("").join(
            Content.styled(f" {name} ", "bold reverse" if place == self._open else "$foreground")
            for place, name in enumerate(self.names)
        )

    def on_click(self, event: events.Click) -> None:
        end = 0
        for place, name in enumerate(self.names):
            end += len(name) + 2
            if event.x < end:
                self.post_message(self.Asked(place))
                return
