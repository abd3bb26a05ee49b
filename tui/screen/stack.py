"""Stacks: several credentials signed into one, held against a pathway, exported with their originals."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual import work

from satchel.codes import Outcome
from tui import keymap
from tui.desk import Desk
from tui.glyph import OUTCOME_TONES
from tui.page import stack as page
from tui.port import WHOLE, StackRow, StackView
from tui.screen.ask import Ask
from tui.screen.frame import ListAndPage
from tui.sheet import Sheet
from tui.widget.skill_table import Cell, Column

NOT_SERVED: Final = ("This node does not stack credentials.", "", "2  shows the credentials themselves.")


class Stack(ListAndPage[StackRow]):
    """The whole wallet and the stack files of this session, and what a pathway says of each."""

    PLACE = "stack"
    LIST = ("stacks", "Stacks")
    PAGE = ("stack", "Stack")
    EMPTY = NOT_SERVED
    BINDINGS = keymap.STACK

    def columns(self) -> tuple[Column[StackRow], ...]:
        return _columns(self.desk)

    def key(self, row: StackRow) -> str:
        return row.id

    def write(self, sheet: Sheet, row: StackRow) -> None:
        page.write(sheet, row)

    @property
    def view(self) -> StackView | None:
        """The service behind the screen, when it is served."""
        return None if self.desk.opened is None else self.desk.opened.stack

    def renew(self) -> None:
        self.action_refresh()

    @work(exclusive=True, group="read")
    async def action_refresh(self) -> None:
        view = self.view
        if view is None:
            self.table.fill(())
            return
        whole = await self.attempt(view.whole(), means="The stacks cannot be shown; nothing was changed.")
        if whole is not None:
            answered = next((row for row in self.table.rows if row.id == WHOLE and row.pathway), None)
            self.table.fill([answered or whole, *self.desk.stacks])
            self.table.border_subtitle = "Space and t in Credentials (2) make a new one"

    @work(exclusive=True, group="write")
    async def action_check(self) -> None:
        view, stack = self.view, self.table.current
        if view is None or stack is None:
            return
        path = await self.app.push_screen_wait(
            Ask(
                "Which pathway file?",
                hint="A YAML file: its steps say what is needed, the answer what is missing.",
            )
        )
        if path is None:
            return
        comparing = view.compare(stack, Path(path).expanduser())
        answered = await self.attempt(comparing, means="It was not held against the pathway; nothing was changed.")
        if answered is not None:
            self.desk.stacks[:] = [answered if row.id == answered.id else row for row in self.desk.stacks]
            self.table.fill([answered if row.id == answered.id else row for row in self.table.rows])

    @work(exclusive=True, group="write")
    async def action_open(self) -> None:
        view = self.view
        if view is None:
            return
        path = await self.app.push_screen_wait(Ask("Which stack file?", hint="Every part is judged by itself."))
        if path is None:
            return
        opened = await self.attempt(view.open(Path(path).expanduser()), means="No stack was opened.")
        if opened is not None:
            self.desk.stacks[:] = [*(row for row in self.desk.stacks if row.id != opened.id), opened]
            await self.action_refresh().wait()
            self.table.move_to(len(self.table.rows) - 1)

    def allows(self, action: str) -> bool:
        if action == "open":
            return self.view is not None
        if action == "check":
            return self.view is not None and self.table.current is not None
        return super().allows(action)


def _columns(desk: Desk) -> tuple[Column[StackRow], ...]:
    glyphs = desk.glyphs

    def title(stack: StackRow) -> Cell:
        return stack.title or "untitled", "plain"

    def parts(stack: StackRow) -> Cell:
        return f"{len(stack.parts):>5}", "muted"

    def signature(stack: StackRow) -> Cell:
        if stack.id == WHOLE:
            return "", "muted"
        outcome: Outcome = "pass" if stack.is_signed else "fail"
        return f"{glyphs.outcomes[outcome]} {'signed' if stack.is_signed else 'not proven'}", OUTCOME_TONES[outcome]

    def rules(stack: StackRow) -> Cell:
        if not stack.pathway:
            return glyphs.dash, "muted"
        met = sum(rule.state == "met" for rule in stack.rules)
        sign = glyphs.done if stack.is_ready else glyphs.part
        return f"{sign} {met} of {len(stack.rules)} steps", "good" if stack.is_ready else "warn"

    return (
        Column(title="Title", cell=title),
        Column(title="Parts", cell=parts, width=5),
        Column(title="List", cell=signature, width=12, least=56),
        Column(title="Pathway", cell=rules, width=18),
    )
