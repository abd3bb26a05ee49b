"""One credential: card, evidence, results, alignment, checks and raw, judged at the moment it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from satchel.text import for_terminal
from tui import keymap
from tui.desk import Desk
from tui.page import credential as page
from tui.port import Source
from tui.screen import share
from tui.screen.ask import Ask
from tui.screen.frame import Frame
from tui.sheet import Sheet
from tui.widget.pane import Pane
from tui.widget.tab_line import TabLine

if TYPE_CHECKING:
    from wallet.service import Shown

TABS: Final = ("Card", *page.TABS)
CHECKS: Final = TABS.index("Checks")


class Detail(Frame):
    """A credential of the wallet, whole."""

    PLACE = "credentials"
    BINDINGS = keymap.DETAIL

    def __init__(self, desk: Desk, card_id: str, *, tab: int = 0) -> None:
        super().__init__(desk)
        self._card_id = card_id
        self._tab = tab
        self._shown: Shown | None = None

    def body(self) -> ComposeResult:
        yield TabLine(TABS)
        yield Pane(self.desk.glyphs, _waiting, id="detail")

    def on_mount(self) -> None:
        self.query_one(Pane).focus()
        self._show()
        self.read()

    @work(exclusive=True, group="read")
    async def read(self) -> None:
        """Opens the record and judges it now."""
        opened = self.desk.opened
        if opened is None:
            return
        means = "It could not be opened; nothing was changed, and the others can be read."
        shown = await self.attempt(opened.wallet.show(self._card_id), means=means)
        if shown is not None:
            self._shown = shown
            self.query_one(Pane).border_title = Content(for_terminal(shown.card.title or "untitled", limit=60))
            self._show()

    def _show(self) -> None:
        self.query_one(TabLine).open(self._tab)
        pane, shown, name = self.query_one(Pane), self._shown, TABS[self._tab]
        if shown is None:
            pane.show(_waiting)
        elif name == "Card":
            now = self.desk.clock()
            pane.show(lambda sheet: page.card(sheet, shown, now))
        else:
            write = page.TABS[name]
            pane.show(lambda sheet: write(sheet, shown))

    def on_tab_line_asked(self, event: TabLine.Asked) -> None:
        self._tab = event.place
        self._show()

    def action_tab(self, step: int) -> None:
        self._tab = (self._tab + step) % len(TABS)
        self._show()

    def action_verify(self) -> None:
        self._tab = CHECKS
        self._shown = None
        self._show()
        self.read()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._card_id)
        self.say(f"The id {self._card_id} is in the clipboard, if the terminal allows it.")

    @work(exclusive=True, group="write")
    async def action_present(self) -> None:
        title = self._shown.card.title if self._shown is not None else ""
        await share.present(self, [self._card_id], title or "untitled")

    @work(exclusive=True, group="write")
    async def action_endorse(self) -> None:
        if self._shown is not None:
            envelope = self._shown.envelope
            await share.endorse(self, Source(raw=envelope.raw, name=envelope.name))

    @work(exclusive=True, group="write")
    async def action_export(self) -> None:
        opened = self.desk.opened
        if opened is None:
            return
        folder = await self.app.push_screen_wait(
            Ask("Into which folder shall it go?", hint="Exactly the bytes that were received.", value=".")
        )
        if folder is not None:
            work = opened.wallet.export(self._card_id, Path(folder).expanduser())
            written = await self.attempt(work, means="Nothing was written, and nothing in the wallet was changed.")
            if written is not None:
                self.say(f"Written: {written}")


def _waiting(sheet: Sheet) -> None:
    sheet.text("It is being opened and judged.", "muted")
