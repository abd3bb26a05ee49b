"""The line above and the line below every screen: the places, and the keys that work now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.keys import key_to_character
from textual.message import Message
from textual.widget import Widget

from tui.keymap import PLACES

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

KEYS_LIMIT: Final = 8
ROOMY: Final = 100
_NAME: Final = " Satchel "


class TitleBar(Widget):
    """The places with their keys, the one that is open, and the state of the node. A click opens a place."""

    ALLOW_SELECT = False

    class Asked(Message):
        """A place was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, current: str, counts: Callable[[str], int], state: Callable[[], tuple[str, str]]) -> None:
        super().__init__()
        self._current = current
        self._counts = counts
        self._state = state

    def render(self) -> Content:
        width = self.size.width
        parts = [Content.styled(name, "bold $text-accent")] if (name := self._brand()) else []
        for place, text in self._labels():
            parts.append(Content.styled(text, "bold reverse" if place == self._current else "$foreground"))
        room = width - sum(part.cell_length for part in parts) - 1
        for state in self._state():
            if len(state) < room:
                parts.append(Content(" " * (room - len(state))))
                parts.append(Content.styled(state, "$text-muted"))
                break
        return Content("").join(parts)

    def on_click(self, event: events.Click) -> None:
        end = len(self._brand())
        for place, text in self._labels():
            if end <= event.x < end + len(text):
                self.post_message(self.Asked(place))
                return
            end += len(text)

    def _brand(self) -> str:
        return _NAME if self.size.width >= ROOMY else ""

    def _labels(self) -> list[tuple[str, str]]:
        labels = []
        for place in PLACES:
            count = self._counts(place.name)
            labels.append((place.name, f" {place.key} {place.title}{f'({count})' if count else ''} "))
        return labels


class KeyLine(Widget):
    """At most eight of the keys that work where the focus is; `?`, which shows all, keeps its place at the end."""

    ALLOW_SELECT = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        shown: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and not self._is_typed(active):
                shown.setdefault(active.binding.action, active)
        last = shown.pop("help", None)
        ends = [self._piece(last)] if last is not None else []
        room = self.size.width - 1 - sum(piece.cell_length for piece in ends)
        pieces: list[Content] = []
        for active in list(shown.values())[: KEYS_LIMIT - len(ends)]:
            piece = self._piece(active)
            room -= piece.cell_length
            if room < 0:
                break
            pieces.append(piece)
        return Content("").join([*pieces, *ends])

    def _piece(self, active: ActiveBinding) -> Content:
        key = Content.styled(f" {self.app.get_key_display(active.binding)} ", "bold $text-accent")
        words = f"{active.binding.description} "
        return key + Content.styled(words, "$foreground" if active.enabled else "$text-disabled")

    def _is_typed(self, active: ActiveBinding) -> bool:
        """Whether the focused line takes this key as a letter."""
        focused = self.screen.focused
        key = active.binding.key
        return focused is not None and focused.check_consume_key(key, key_to_character(key))
