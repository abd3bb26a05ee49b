"""Adding: one file after another is judged and kept, with a count and a way to stop; then what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from satchel.errors import SatchelError
from tui import fault, keymap
from tui.desk import Desk
from tui.glyph import short_verdict, verdict_tone
from tui.port import Source
from tui.widget.bars import KeyLine
from tui.widget.fault_box import FaultBox
from tui.widget.skill_table import Cell, Column, SkillTable

if TYPE_CHECKING:
    from wallet.service import Added

BATCH_FILES: Final = 20
BAR_WIDTH: Final = 30

_OUTCOMES: Final = {
    "added": "kept",
    "replaced": "kept, replaces an older form",
    "older": "kept in the history, a newer form is held",
    "already_there": "already there",
    "refused": "not kept",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one input. `verdict` is empty when it could not be read."""

    number: int
    name: str
    title: str
    outcome: str
    verdict: str
    reason: str


class Adding(ModalScreen[None]):
    """Adds what lies somewhere, and closes at Esc: while it works Esc stops it between two files."""

    BINDINGS = keymap.ADDING

    def __init__(self, desk: Desk, where: str | Source) -> None:
        super().__init__()
        self._desk = desk
        self._where = where
        self._lines: list[Line] = []
        self._only_failures = False
        self._is_stopped = False
        self._is_done = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="large"):
            yield Static(id="progress")
            yield SkillTable(
                _columns(self._desk),
                lambda line: str(line.number),
                self._desk.glyphs,
                empty=("Reading.",),
                opens=False,
                id="added",
            )
            yield FaultBox(self._desk.glyphs)
        yield KeyLine()

    @property
    def table(self) -> SkillTable[Line]:
        """What became of each input."""
        return self.query_one("#added", SkillTable)

    def on_mount(self) -> None:
        self.table.focus()
        self.run()

    @work(exclusive=True, group="add")
    async def run(self) -> None:
        """Adds everything, in batches that are each kept whole or not at all."""
        opened = self._desk.opened
        if opened is None:
            return
        try:
            if isinstance(self._where, Source):
                self._note(await opened.wallet.add([self._where]))
                names: tuple[str, ...] = ()
            else:
                names = await self._desk.node.find(self._where)
            for start in range(0, len(names), BATCH_FILES):
                if self._is_stopped:
                    break
                sources = [source for name in names[start : start + BATCH_FILES] if (source := await self._load(name))]
                if sources:
                    self._note(await opened.wallet.add(sources))
                self._progress(min(start + BATCH_FILES, len(names)), len(names))
        except SatchelError as error:
            means = "What is listed as kept is kept; nothing else was changed."
            self.query_one(FaultBox).show(fault.trouble(error, means))
        self._is_done = True
        self._summary()

    async def _load(self, name: str) -> Source | None:
        try:
            return await self._desk.node.load(name)
        except SatchelError as error:
            self._add(
                Line(
                    number=0,
                    name=name,
                    title="",
                    outcome="not read",
                    verdict="",
                    reason=error.message.removeprefix(f"{name}: "),
                )
            )
            return None

    def _note(self, added: tuple[Added, ...]) -> None:
        for one in added:
            failed = next((facet for facet in one.report.facets if facet.outcome == "fail"), None)
            self._add(
                Line(
                    number=0,
                    name=one.name,
                    title=one.card.title if one.card else "",
                    outcome=_OUTCOMES[one.outcome],
                    verdict=one.report.verdict,
                    reason=failed.message if failed and one.card is None else "",
                )
            )

    def _add(self, line: Line) -> None:
        self._lines.append(
            Line(
                number=len(self._lines),
                name=line.name,
                title=line.title,
                outcome=line.outcome,
                verdict=line.verdict,
                reason=line.reason,
            )
        )
        self._show()

    def _show(self) -> None:
        lines = [line for line in self._lines if not self._only_failures or line.outcome.startswith("not ")]
        self.table.fill(lines)

    def _progress(self, done: int, total: int) -> None:
        bar = self._desk.glyphs.level(done, total, BAR_WIDTH)
        self.query_one("#progress", Static).update(Content(f"{bar}  {done} of {total}   Esc stops after this one"))

    def _summary(self) -> None:
        failed = sum(line.outcome.startswith("not ") for line in self._lines)
        stopped = "Stopped. " if self._is_stopped else ""
        words = f"{stopped}{len(self._lines) - failed} kept or already there, {failed} not kept."
        if failed:
            words += " f shows only these."
        if not self._lines:
            self.table.empty = ("Nothing was added.",)
            self.table.refresh()
        self.query_one("#progress", Static).update(Content.styled(words, "bold"))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.query_one(FaultBox).has_code if action == "show_code" and self.is_mounted else True

    def action_show_code(self) -> None:
        self.query_one(FaultBox).toggle_code()

    def action_failures(self) -> None:
        self._only_failures = not self._only_failures
        self._show()

    def action_close(self) -> None:
        if self._is_done:
            self.dismiss(None)
        self._is_stopped = True


def _columns(desk: Desk) -> tuple[Column[Line], ...]:
    glyphs = desk.glyphs

    def verdict(line: Line) -> Cell:
        if not line.verdict:
            return f"{glyphs.outcomes['unknown']} not read", "doubt"
        return f"{glyphs.verdict(line.verdict)} {short_verdict(line.verdict)}", verdict_tone(line.verdict)

    def outcome(line: Line) -> Cell:
        return line.outcome, "bad" if line.outcome.startswith("not ") else "plain"

    def title(line: Line) -> Cell:
        return line.title or line.name, "plain"

    def reason(line: Line) -> Cell:
        return line.reason or line.name, "muted"

    return (
        Column(title="Outcome", cell=outcome, weight=2),
        Column(title="Verdict", cell=verdict, width=11),
        Column(title="Title or file", cell=title, weight=3),
        Column(title="Reason or file", cell=reason, weight=4, least=80),
    )
