"""Help: every key that works on the screen behind it, made from the bindings, never written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui import keymap
from tui.desk import Desk
from tui.page import keys as page
from tui.page.keys import KeyRow
from tui.widget.bars import KeyLine
from tui.widget.pane import Pane

if TYPE_CHECKING:
    from textual.screen import Screen


class Keys(ModalScreen[None]):
    """The help page of another screen."""

    BINDINGS = keymap.KEYS

    def __init__(self, desk: Desk, groups: Mapping[str, Sequence[KeyRow]]) -> None:
        super().__init__()
        self._desk = desk
        self._groups = groups

    def compose(self) -> ComposeResult:
        pane = Pane(self._desk.glyphs, lambda sheet: page.write(sheet, self._groups), classes="help")
        pane.border_title = "Keys"
        yield pane
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Pane).focus()

    def action_close(self) -> None:
        self.dismiss(None)


def groups_of(screen: Screen[object]) -> dict[str, list[KeyRow]]:
    """The active bindings of a screen: those of the focused widget, of the screen, and of the whole app."""
    found: dict[str, dict[str, KeyRow]] = {"Here": {}, "This list or page": {}, "Everywhere": {}}
    for active in screen.active_bindings.values():
        binding = active.binding
        # A binding of ours has an id; Textual's own (moving in a line, focus) are what people expect anyway.
        if binding.id is None or not binding.description or not active.enabled:
            continue
        name = "Everywhere" if active.node is screen.app else "Here" if active.node is screen else "This list or page"
        key = screen.app.get_key_display(binding)
        known = found[name].get(binding.action)
        keys = (*known.keys, key) if known else (key,)
        found[name][binding.action] = KeyRow(keys=keys, words=binding.description, why=binding.tooltip)
    return {name: list(rows.values()) for name, rows in found.items() if rows}
