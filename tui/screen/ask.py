"""Two questions in front of a screen: one line of text, and yes or no."""

from __future__ import annotations

from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from satchel.text import for_terminal
from tui import keymap
from tui.port import Source
from tui.widget.bars import KeyLine
from tui.widget.text_line import TextLine

A = TypeVar("A")


class _Question(ModalScreen[A]):
    """One line to fill in. Esc gives None; an empty line is no answer."""

    BINDINGS = keymap.ASK

    def __init__(self, question: str, *, hint: str = "", value: str = "") -> None:
        super().__init__()
        self._question = question
        self._hint = hint
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled(for_terminal(self._question), "bold"))
            yield TextLine(value=self._value)
            yield Static(Content.styled(for_terminal(self._hint), "$text-muted"))
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextLine).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if text := event.value.strip():
            self.take(text)

    def take(self, text: str) -> None:
        """The line was filled in."""
        raise NotImplementedError

    def action_cancel(self) -> None:
        self.dismiss(None)


class Ask(_Question[str | None]):
    """Asks for a text."""

    def take(self, text: str) -> None:
        self.dismiss(text)


class AskSource(_Question[str | Source | None]):
    """Asks for something to add: where it lies, or the credential itself, pasted."""

    def __init__(self) -> None:
        super().__init__(
            "What do you want to add?",
            hint="A file, a folder, an https link, or paste a credential. It is judged before it is kept.",
        )

    def take(self, text: str) -> None:
        self.dismiss(text)

    def on_text_line_pasted(self, event: TextLine.Pasted) -> None:
        self.dismiss(Source(raw=event.text.strip().encode("utf-8", "surrogatepass"), name="pasted"))


class Confirm(ModalScreen[bool]):
    """Asks before something that cannot be undone. Enter is not yes."""

    BINDINGS = keymap.CONFIRM

    def __init__(self, question: str, *, about: str = "", means: str = "") -> None:
        super().__init__()
        self._lines = (question, about, means)

    def compose(self) -> ComposeResult:
        question, about, means = map(for_terminal, self._lines)
        with Vertical(classes="box"):
            yield Static(Content.styled(question, "bold"))
            yield Static(Content(about))
            yield Static(Content.styled(means, "$text-warning"))
        yield KeyLine()

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)
