"""One line to type in. A credential that is pasted is sent on whole; any other pasted text loses what could move a
cursor, hide or turn letters around."""

from __future__ import annotations

import unicodedata

from textual import events
from textual.message import Message
from textual.widgets import Input

from satchel.text import MARKS_LIMIT
from tui import keymap


class TextLine(Input):
    """An Input without a blinking cursor. A pasted JSON text or token is not typed in but sent on as `Pasted`, exactly
    as it was: its signature covers every character."""

    BINDINGS = keymap.LINE

    class Pasted(Message):
        """A whole credential was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        *,
        placeholder: str = "",
        value: str = "",
        password: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(value, placeholder, password=password, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.password and is_credential(event.text):
            self.post_message(self.Pasted(event.text))
        else:
            self.insert_text_at_cursor(first_line(event.text))


def is_credential(text: str) -> bool:
    """Whether a pasted text looks like a credential: a JSON object, or a token (whose header is one, in base64url)."""
    return text.lstrip().startswith(("{", "eyJ"))


def first_line(text: str) -> str:
    """The first line of a pasted text without controls, overrides and towers of marks (satchel.text shows these; in a
    line that is sent on they would only be wrong)."""
    kept: list[str] = []
    marks = 0
    for char in text.splitlines()[0] if text else "":
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if char.isprintable() and marks <= MARKS_LIMIT:
            kept.append(char)
    return "".join(kept)
