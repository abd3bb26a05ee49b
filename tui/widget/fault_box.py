"""What the program has to say on the screen: an error in three lines (what happened, what it means for you, what to do;
`d` shows the code and the causes), or one line about what was done."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from satchel.text import for_terminal
from tui.fault import Trouble
from tui.glyph import Glyphs


class FaultBox(Widget):
    """Hidden until there is something to say."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._trouble: Trouble | None = None
        self._done = ""
        self._with_code = False

    @property
    def is_open(self) -> bool:
        """Whether something is shown."""
        return self._trouble is not None or bool(self._done)

    @property
    def has_code(self) -> bool:
        """Whether there is an error, with a code to show."""
        return self._trouble is not None

    def show(self, trouble: Trouble) -> None:
        """Shows this error in the place of anything else."""
        self._trouble, self._done, self._with_code = trouble, "", False
        self.set_classes("-open")
        self.refresh(layout=True)

    def say(self, done: str) -> None:
        """Says in one line what was done."""
        self._trouble, self._done = None, done
        self.set_classes("-open -done")
        self.refresh(layout=True)

    def wait(self, doing: str) -> None:
        """Says in one line what is being done; `close` when it is over."""
        self._trouble, self._done = None, doing
        self.set_classes("-open -wait")
        self.refresh(layout=True)

    def close(self) -> None:
        """Takes away what is shown."""
        self._trouble, self._done = None, ""
        self.set_classes("")

    def toggle_code(self) -> None:
        """Shows or hides the code and the causes."""
        self._with_code = not self._with_code
        self.refresh(layout=True)

    def render(self) -> Content:
        trouble = self._trouble
        if trouble is None:
            if self.has_class("-wait"):
                return _line("  ", self._done, "$text-muted")
            return _line(f"{self._glyphs.outcomes['pass']} ", self._done, "$text-success")
        sign = self._glyphs.outcomes["fail"]
        lines = [
            _line(f"{sign} ", trouble.happened, "bold $text-error"),
            _line("  ", trouble.means, "$foreground"),
            _line(f"{self._glyphs.step} ", trouble.todo, "$foreground"),
        ]
        if self._with_code:
            lines += [_line("  ", cause, "$text-muted") for cause in trouble.chain]
        hint = "Esc closes this" if self._with_code else "d or F2: the code   Esc closes this"
        lines.append(Content.styled(f"  {hint}", "$text-muted"))
        return Content("\n").join(lines)


def _line(head: str, text: str, style: str) -> Content:
    return Content.styled(head + for_terminal(text, limit=600), style)
