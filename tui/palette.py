"""The command palette: what can be done now, as `noun: Verb`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.app import SystemCommand

from tui.keymap import PLACES

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

# A binding's id -> the entry. An entry is offered while its key works.
ENTRIES: Final = {
    "credentials.add": "credential: Add from a file, folder or link",
    "credentials.verify": "credential: Verify now",
    "credentials.filter": "credential: Filter the list",
    "credentials.select": "credential: Mark or unmark",
    "credentials.export": "credential: Export as received",
    "credentials.present": "share: Present to one asker",
    "credentials.endorse": "peer: Endorse this badge",
    "credentials.sort": "credential: Sort the list otherwise",
    "credentials.copy": "credential: Copy the id",
    "credentials.remove": "credential: Remove",
    "credentials.stack": "stack: Build from the marked credentials",
    "detail.verify": "credential: Verify now",
    "detail.export": "credential: Export as received",
    "detail.present": "share: Present to one asker",
    "detail.endorse": "peer: Endorse this badge",
    "detail.copy": "credential: Copy the id",
    "passport.add": "credential: Add from a file, folder or link",
    "inbox.receive": "inbox: Add a claim link",
    "inbox.accept": "inbox: Claim what is offered",
    "inbox.decline": "inbox: Decline",
    "stack.check": "stack: Hold against a pathway",
    "stack.open": "stack: Open a file",
    "verify.open": "verify: A file, folder or link",
    "verify.again": "verify: The same again, as of now",
    "verify.endorse": "peer: Endorse this badge",
    "verify.clear": "verify: Clear the list",
    "settings.copy": "identity: Copy the DID",
    "step.undo": "undo: Take back the last removal",
    "fault.code": "error: Show code and causes",
    "app.lock": "wallet: Lock",
    "app.help": "help: Keys that work here",
    "app.quit": "satchel: Quit",
}


def commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """The entries whose keys work on the screen, then the places."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        title = ENTRIES.get(binding.id or "")
        if title is None or title in seen or not active.enabled:
            continue
        seen.add(title)
        run = partial(app.run_action, binding.action, active.node)
        yield SystemCommand(title, binding.tooltip or binding.description, run)
    for place in PLACES:
        yield SystemCommand(
            f"view: {place.title}", f"Key {place.key}", partial(app.run_action, f"go('{place.name}')", app)
        )
    yield SystemCommand("view: Colours", "Choose a set of colours", app.search_themes)
