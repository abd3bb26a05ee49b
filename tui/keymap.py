"""Every key of the screens in one table: where it works, what it does, and what help and footer say of it.

A binding's id is stable: another keymap changes keys by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One of the main screens: the key that leads there, its name in the program, and its title for people."""

    key: str
    name: str
    title: str
    needs_wallet: bool = True


PLACES: Final = (
    Place(key="1", name="passport", title="Passport"),
    Place(key="2", name="credentials", title="Credentials"),
    Place(key="3", name="inbox", title="Inbox"),
    Place(key="4", name="stack", title="Stack"),
    Place(key="8", name="verify", title="Verify", needs_wallet=False),
    Place(key="0", name="settings", title="Settings", needs_wallet=False),
)


def _key(
    id: str, keys: str, action: str, words: str, why: str = "", *, show: bool = True, priority: bool = False
) -> Binding:
    return Binding(keys, action, words, show=show, tooltip=why, priority=priority, id=id)


APP: Final[list[BindingType]] = [
    *(_key(f"go.{place.name}", place.key, f"go('{place.name}')", place.title, show=False) for place in PLACES),
    _key("app.help", "question_mark,f1", "help", "Help", "All keys that work here."),
    _key("app.lock", "ctrl+l", "lock", "Lock", "Close the wallet; the passphrase opens it again.", show=False),
    _key("app.quit", "ctrl+q", "quit", "Quit", "The wallet is closed with it.", show=False, priority=True),
]
FRAME: Final[list[BindingType]] = [
    _key("fault.code", "d,f2", "show_code", "Code", "The code and the causes of the error.", show=False),
    _key("fault.close", "escape", "back", "Back", "Close what is in front, or go back.", show=False),
    _key("step.undo", "u", "undo", "Take back", "Undo the last removal, of this session."),
]
TABLE: Final[list[BindingType]] = [
    _key("table.up", "up", "cursor(-1)", "Up", show=False),
    _key("table.down", "down", "cursor(1)", "Down", show=False),
    _key("table.page_up", "pageup", "page(-1)", "Page up", show=False),
    _key("table.page_down", "pagedown", "page(1)", "Page down", show=False),
    _key("table.first", "home", "first", "First", show=False),
    _key("table.last", "end", "last", "Last", show=False),
    _key("table.open", "enter", "choose", "Open"),
]
PANE: Final[list[BindingType]] = [
    _key("pane.up", "up", "move(-1)", "Up", show=False),
    _key("pane.down", "down", "move(1)", "Down", show=False),
    _key("pane.page_up", "pageup", "turn(-1)", "Page up", show=False),
    _key("pane.page_down", "pagedown,space", "turn(1)", "Page down", show=False),
    _key("pane.first", "home", "to_start", "Top", show=False),
    _key("pane.last", "end", "to_end", "End", show=False),
]
CREDENTIALS: Final[list[BindingType]] = [
    _key("credentials.add", "a", "add", "Add", "A file, a folder or a link: judged first, then kept."),
    _key("credentials.verify", "v,f5", "verify", "Verify", "Judge the credential again, as of now."),
    _key("credentials.filter", "slash", "filter", "Filter", "Words, issuer:NAME, status:expired, expires:<90d."),
    _key("credentials.select", "space", "select", "Select", "Mark for export or for a stack."),
    _key("credentials.export", "x", "export", "Export", "Write the bytes exactly as they were received."),
    _key("credentials.present", "s", "present", "Share", "Sign a presentation for one asker, into a file."),
    _key("credentials.endorse", "e", "endorse", "Endorse", "Say under your key what you know of a peer's.", show=False),
    _key("credentials.sort", "o", "sort", "Sort", "By date added, title, issuer or end.", show=False),
    _key("credentials.stack", "t", "stack", "Stack", "Put the marked credentials into one signed stack.", show=False),
    _key("credentials.copy", "y", "copy", "Copy id", "To the terminal's clipboard.", show=False),
    _key("credentials.remove", "delete", "remove", "Remove", "After a question; u takes it back.", show=False),
]
DETAIL: Final[list[BindingType]] = [
    _key("detail.next", "right_square_bracket,right", "tab(1)", "Next tab"),
    _key("detail.previous", "left_square_bracket,left", "tab(-1)", "Tab before"),
    _key("detail.verify", "v,f5", "verify", "Verify", "Judge the credential again, as of now."),
    _key("detail.export", "x", "export", "Export", "Write the bytes exactly as they were received."),
    _key("detail.present", "s", "present", "Share", "Sign a presentation for one asker, into a file."),
    _key("detail.endorse", "e", "endorse", "Endorse", "Say under your key what you know of a peer's badge."),
    _key("detail.copy", "y", "copy", "Copy id", "To the terminal's clipboard.", show=False),
]
PASSPORT: Final[list[BindingType]] = [
    _key("passport.add", "a", "add", "Add", "A file, a folder or a link: judged first, then kept."),
    _key("passport.refresh", "f5", "refresh", "Read again", show=False),
]
INBOX: Final[list[BindingType]] = [
    _key("inbox.receive", "a", "receive", "Add a link", "Look at what a claim link offers; nothing is kept yet."),
    _key("inbox.accept", "c", "accept", "Claim", "Take what is offered; it is judged before it is kept."),
    _key("inbox.decline", "delete", "decline", "Decline", "Take the row out of the inbox; u takes that back."),
    _key("inbox.refresh", "f5", "refresh", "Read again", show=False),
]
STACK: Final[list[BindingType]] = [
    _key("stack.check", "p", "check", "Hold against a pathway", "What is met, what is missing, and why."),
    _key("stack.open", "a", "open", "Open a stack file", "Every part is judged by itself."),
    _key("stack.refresh", "f5", "refresh", "Read again", show=False),
]
VERIFY: Final[list[BindingType]] = [
    _key("verify.open", "a,slash", "ask", "File, folder or link", "Or paste a credential into the line."),
    _key("verify.again", "v,f5", "again", "Verify again", "Judge the same bytes again, as of now."),
    _key("verify.endorse", "e", "endorse", "Endorse", "Say under your key what you know of a peer's badge."),
    _key("verify.clear", "delete", "clear", "Clear the list", "u brings it back.", show=False),
]
SETTINGS: Final[list[BindingType]] = [
    _key("settings.copy", "y", "copy", "Copy the DID", "To the terminal's clipboard."),
]
LINE: Final[list[BindingType]] = [_key("line.take", "enter", "submit", "Go on")]
ASK: Final[list[BindingType]] = [
    _key("ask.cancel", "escape", "cancel", "Back"),
]
CONFIRM: Final[list[BindingType]] = [
    _key("confirm.yes", "y", "yes", "Yes, do it"),
    _key("confirm.no", "n,escape", "no", "No"),
]
ADDING: Final[list[BindingType]] = [
    _key("adding.close", "escape", "close", "Stop or close", "What is kept by then stays kept."),
    _key("adding.failures", "f", "failures", "Only what was not kept"),
    _key("adding.code", "d,f2", "show_code", "Code", "The code and the causes of the error.", show=False),
]
KEYS: Final[list[BindingType]] = [_key("keys.close", "escape,question_mark", "close", "Back")]
UNLOCK: Final[list[BindingType]] = [_key("unlock.verify", "f8", "verify", "Verify without a wallet")]

# Keys that replace those of the same id.
KEYMAPS: Final[Mapping[str, Mapping[str, str]]] = {
    "plain": {},
    "vi": {
        "table.up": "up,k",
        "table.down": "down,j",
        "table.first": "home,g",
        "table.last": "end,G",
        "table.page_up": "pageup,ctrl+b",
        "table.page_down": "pagedown,ctrl+f",
        "table.open": "enter,l",
        "pane.up": "up,k",
        "pane.down": "down,j",
        "pane.first": "home,g",
        "pane.last": "end,G",
        "detail.next": "right_square_bracket,right,l",
        "detail.previous": "left_square_bracket,left,h",
    },
}
