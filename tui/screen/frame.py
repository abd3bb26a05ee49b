"""What all screens have: the two bars, the error box, one pane when narrow, a way to run work that may fail, and a way
to take a step back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen

from satchel.errors import SatchelError
from tui import fault, keymap
from tui.desk import Desk
from tui.sheet import Sheet
from tui.widget.bars import KeyLine, TitleBar
from tui.widget.fault_box import FaultBox
from tui.widget.pane import Pane, nothing
from tui.widget.skill_table import Column, SkillTable

T = TypeVar("T")
R = TypeVar("R")

WIDE: Final = 100
BREAKPOINTS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (WIDE, "-wide")]


class Go(Message):
    """Asks the app for another place."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place


class Frame(Screen[None]):
    """A screen of one place. `body` gives what stands between the bars."""

    PLACE: ClassVar[str] = ""
    BINDINGS = keymap.FRAME

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        yield TitleBar(self.PLACE, lambda place: self.desk.counts.get(place, 0), self.desk.state)
        yield from self.body()
        yield FaultBox(self.desk.glyphs)
        yield KeyLine()

    def body(self) -> ComposeResult:
        """The widgets between the bars."""
        yield from ()

    async def attempt(self, work: Coroutine[object, None, T], *, means: str) -> T | None:
        """The result, or None after an error that is now on the screen; `means` is what it means for the owner. None
        also when the screen was left meanwhile: there is nothing any more to show it on. The work itself is never
        broken off by leaving a screen."""
        try:
            found = await asyncio.shield(self.desk.start(work))
        except SatchelError as error:
            if self.is_here:
                self.fail(error, means)
            return None
        return found if self.is_here else None

    @property
    def is_here(self) -> bool:
        """Whether the screen has its widgets: not yet just after it was asked for, not any more when it is left."""
        return self.is_attached and not self._pruning and len(self.query(FaultBox)) == 1

    def fail(self, error: SatchelError, means: str) -> None:
        """Puts an error on the screen."""
        self.tell(fault.trouble(error, means))

    def tell(self, trouble: fault.Trouble) -> None:
        """Puts three lines on the screen."""
        self.query_one(FaultBox).show(trouble)
        self.refresh_bindings()

    def say(self, done: str) -> None:
        """Says in one line what was done."""
        self.query_one(FaultBox).say(done)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A key can come before the widgets are there, or after they went.
        if not self.is_here:
            return False
        if action == "undo":
            return bool(self.desk.steps)
        return self.query_one(FaultBox).has_code if action == "show_code" else self.allows(action)

    def allows(self, action: str) -> bool:
        """Whether an action makes sense now; a screen says it of its own."""
        return True

    def action_show_code(self) -> None:
        self.query_one(FaultBox).toggle_code()

    def action_back(self) -> None:
        box = self.query_one(FaultBox)
        if box.is_open:
            box.close()
            self.refresh_bindings()
        else:
            self.back()

    def back(self) -> None:
        """What Esc does when there is no error to close."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def renew(self) -> None:
        """Reads everything again that the screen shows; a screen says how."""

    @work(exclusive=True, group="write")
    async def action_undo(self) -> None:
        if not self.desk.steps:
            return
        step = self.desk.steps.pop()
        done = await self.attempt(step(), means="It could not be taken back; nothing else was changed.")
        if done is not None:
            self.renew()
            self.say(done)


class TwoPanes(Frame):
    """A list and what is said of its row: side by side, or when narrow one after the other (Enter and Esc)."""

    def body(self) -> ComposeResult:
        with Horizontal(classes="panes"):
            with Vertical(classes="left"):
                yield from self.left()
            with Vertical(classes="right"):
                yield from self.right()

    def left(self) -> ComposeResult:
        """The list."""
        yield from ()

    def right(self) -> ComposeResult:
        """What is said of the row."""
        yield from ()

    @property
    def is_narrow(self) -> bool:
        """Whether only one pane is seen."""
        return self.size.width < WIDE

    def drill(self, focus: Callable[[], object]) -> None:
        """Shows the right side when narrow, and gives it the focus."""
        self.add_class("-drilled")
        focus()

    def back(self) -> None:
        if self.has_class("-drilled"):
            self.remove_class("-drilled")
            self.query(".left LineView").first().focus()
        else:
            super().back()


class ListAndPage(TwoPanes, Generic[R]):
    """One table of rows, and the page of the row that has the cursor. `LIST` and `PAGE` are the names of both in the
    program and their titles; `EMPTY` is what a table without rows says."""

    LIST: ClassVar[tuple[str, str]]
    PAGE: ClassVar[tuple[str, str]]
    EMPTY: ClassVar[Sequence[str]] = ()

    def columns(self) -> Sequence[Column[R]]:
        """The columns of the table."""
        raise NotImplementedError

    def key(self, row: R) -> str:
        """What tells a row from the others."""
        raise NotImplementedError

    def write(self, sheet: Sheet, row: R) -> None:
        """The page of a row."""
        raise NotImplementedError

    def left(self) -> ComposeResult:
        id, title = self.LIST
        table = SkillTable(self.columns(), self.key, self.desk.glyphs, empty=self.EMPTY, id=id)
        table.border_title = title
        yield table

    def right(self) -> ComposeResult:
        id, title = self.PAGE
        pane = Pane(self.desk.glyphs, id=id)
        pane.border_title = title
        yield pane

    @property
    def table(self) -> SkillTable[R]:
        """The table."""
        return self.query_one(f"#{self.LIST[0]}", SkillTable)

    @property
    def pane(self) -> Pane:
        """The page."""
        return self.query_one(f"#{self.PAGE[0]}", Pane)

    # Textual calls a handler of every class in the line: what a screen does besides, it does in `moved` and `chosen`.

    def on_mount(self) -> None:
        self.table.focus()

    def on_screen_resume(self) -> None:
        self.renew()

    def on_skill_table_moved(self, event: SkillTable.Moved) -> None:
        row = self.table.current
        self.pane.show(nothing if row is None else lambda sheet: self.write(sheet, row))
        self.refresh_bindings()
        self.moved(row)

    def on_skill_table_chosen(self, event: SkillTable.Chosen) -> None:
        self.chosen()

    def moved(self, row: R | None) -> None:
        """The cursor is on this row now."""

    def chosen(self) -> None:
        """Enter on a row: its page, where there was no room for it."""
        self.drill(self.pane.focus)
