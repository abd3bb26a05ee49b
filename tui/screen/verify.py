"""Verify: any file, folder, link or pasted text; a list of verdicts, and beside it the report. It needs no wallet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import events, work
from textual.app import ComposeResult
from textual.widgets import Input

from satchel.errors import SatchelError
from tui import keymap
from tui.desk import Desk
from tui.glyph import short_verdict, verdict_tone
from tui.page import report as page
from tui.port import Source
from tui.screen import share
from tui.screen.frame import ListAndPage
from tui.sheet import Sheet
from tui.widget.skill_table import Cell, Column
from tui.widget.text_line import TextLine, first_line, is_credential

if TYPE_CHECKING:
    from verifier.report import Report

ROWS_LIMIT: Final = 2000
EMPTY: Final = (
    "Nothing judged yet.",
    "",
    "a  takes a file, a folder or an https link",
    "   or paste a credential right here",
    "",
    "It needs no wallet, and nothing is kept.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One input and its report."""

    number: int
    source: Source
    report: Report


class Verify(ListAndPage[Judged]):
    """Judges what it is given, by the home's trust lists and frameworks. The rows stand in the order asked: the list
    ranks nobody."""

    PLACE = "verify"
    LIST = ("verdicts", "Judged")
    PAGE = ("report", "Report")
    EMPTY = EMPTY
    BINDINGS = keymap.VERIFY

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._judged: list[Judged] = []
        self._count = 0

    def left(self) -> ComposeResult:
        yield TextLine(placeholder="a file, a folder or an https link", id="what")
        yield from super().left()

    def columns(self) -> tuple[Column[Judged], ...]:
        return _columns(self.desk)

    def key(self, row: Judged) -> str:
        return str(row.number)

    def write(self, sheet: Sheet, row: Judged) -> None:
        sheet.text(row.source.name or "without a name", "strong")
        sheet.blank()
        page.write(sheet, row.report)
        sheet.blank()
        sheet.field("sha256", row.report.sha256)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if where := event.value.strip():
            self.judge(where)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if is_credential(event.text):
            self._judge_pasted(event.text)
        elif where := first_line(event.text).strip():
            self.judge(where)

    def on_text_line_pasted(self, event: TextLine.Pasted) -> None:
        self._judge_pasted(event.text)

    def _judge_pasted(self, text: str) -> None:
        self.judge_sources([Source(raw=text.strip().encode("utf-8", "surrogatepass"), name="pasted")])

    @work(exclusive=True, group="judge")
    async def judge(self, where: str) -> None:
        """Judges what lies there, one input after another."""
        means = "Nothing was judged."
        names = await self.attempt(self.desk.node.find(where), means=means)
        if not names:
            return
        self.query_one(TextLine).value = ""
        before = len(self._judged)
        for number, name in enumerate(names, 1):
            try:
                source = await self.desk.node.load(name)
            except SatchelError as error:
                self.fail(error, "This one was not judged; the others were." if len(names) > 1 else means)
                continue
            if not await self._judge(source):
                break
            self.table.border_subtitle = f"{number} of {len(names)}" if number < len(names) else self._summary()
        self._look(before)

    @work(exclusive=True, group="judge")
    async def judge_sources(self, sources: Sequence[Source]) -> None:
        """Judges these bytes."""
        before = len(self._judged)
        for source in sources:
            if not await self._judge(source):
                break
        self.table.border_subtitle = self._summary()
        self._look(before)

    async def _judge(self, source: Source) -> bool:
        """False when nothing can be judged here: a trust list or a framework of the home cannot be used."""
        report = await self.attempt(self.desk.node.verify(source), means="Nothing more was judged.")
        if report is None:
            return False
        self._count += 1
        self._judged = [*self._judged[1 - ROWS_LIMIT :], Judged(number=self._count, source=source, report=report)]
        self.table.fill(self._judged)
        return True

    def _look(self, before: int) -> None:
        """On to the first new report; when there is one alone and the screen is narrow, on to its page."""
        if len(self._judged) > before:
            self.table.move_to(before)
            self.table.focus()
            if self.is_narrow and len(self._judged) == before + 1:
                self.drill(self.pane.focus)

    def _summary(self) -> str:
        counts: dict[str, int] = {}
        for judged in self._judged:
            word = short_verdict(judged.report.verdict)
            counts[word] = counts.get(word, 0) + 1
        return ", ".join(f"{count} {word}" for word, count in counts.items())

    def action_ask(self) -> None:
        self.remove_class("-drilled")
        self.query_one(TextLine).focus()

    def action_again(self) -> None:
        if (judged := self.table.current) is not None:
            self.judge_sources([judged.source])

    def action_clear(self) -> None:
        cleared = self._judged

        async def take_back() -> str:
            self._judged = [*cleared, *self._judged][-ROWS_LIMIT:]
            self._fill()
            return "The list is as it was."

        self.desk.steps.append(take_back)
        self._judged = []
        self._fill()
        self.say("The list is empty. u brings it back.")

    def _fill(self) -> None:
        self.table.fill(self._judged)
        self.table.border_subtitle = self._summary() or None

    @work(exclusive=True, group="write")
    async def action_endorse(self) -> None:
        if (judged := self.table.current) is not None:
            await share.endorse(self, judged.source)

    def back(self) -> None:
        if self.query_one(TextLine).has_focus:
            self.table.focus()
        else:
            super().back()

    def allows(self, action: str) -> bool:
        if action in ("again", "clear"):
            return self.table.current is not None
        if action == "endorse":
            return self.table.current is not None and self.desk.opened is not None
        return super().allows(action)


def _columns(desk: Desk) -> tuple[Column[Judged], ...]:
    glyphs = desk.glyphs

    def name(judged: Judged) -> Cell:
        return judged.source.name or "without a name", "plain"

    def reason(judged: Judged) -> Cell:
        for outcome in ("fail", "unknown", "warn"):
            found = next((facet for facet in judged.report.facets if facet.outcome == outcome), None)
            if found is not None:
                return found.message, "muted"
        # Nothing speaks against it: then what it is.
        named = next((facet for facet in judged.report.facets if facet.facet == "data_model"), None)
        return named.message if named else "", "muted"

    def verdict(judged: Judged) -> Cell:
        word = judged.report.verdict
        return f"{glyphs.verdict(word)} {short_verdict(word)}", verdict_tone(word)

    return (
        Column(title="Verdict", cell=verdict, width=11),
        Column(title="File", cell=name, weight=2),
        Column(title="First reason, or what it is", cell=reason, weight=3, least=70),
    )
