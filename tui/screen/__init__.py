"""The screens, in one table: name -> module and class. A screen is imported when it is first opened.

A new screen belongs here: the tests of hostile text and of snapshots go through this table.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.screen import Screen

SCREENS: Final[dict[str, tuple[str, str]]] = {
    "passport": ("tui.screen.passport", "Passport"),
    "credentials": ("tui.screen.credentials", "Credentials"),
    "inbox": ("tui.screen.inbox", "Inbox"),
    "stack": ("tui.screen.stack", "Stack"),
    "verify": ("tui.screen.verify", "Verify"),
    "settings": ("tui.screen.settings", "Settings"),
    "detail": ("tui.screen.detail", "Detail"),
    "unlock": ("tui.screen.unlock", "Unlock"),
    "adding": ("tui.screen.adding", "Adding"),
    "ask": ("tui.screen.ask", "Ask"),
    "ask_source": ("tui.screen.ask", "AskSource"),
    "confirm": ("tui.screen.ask", "Confirm"),
    "keys": ("tui.screen.keys", "Keys"),
}


def load(name: str) -> type[Screen[object]]:
    """The class of a screen."""
    module, attribute = SCREENS[name]
    found: type[Screen[object]] = getattr(importlib.import_module(module), attribute)
    return found
