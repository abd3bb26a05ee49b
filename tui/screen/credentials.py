"""The credentials: a list with filter, order and marks, and beside it the card of the row."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Input

from tui import keymap
from tui.desk import Desk
from tui.filter import Query, Shelf, parse
from tui.glyph import short_verdict, verdict_tone
from tui.page import credential as page
from tui.screen import share
from tui.screen.ask import Ask, AskSource, Confirm
from tui.screen.frame import Go, ListAndPage
from tui.sheet import Sheet
from tui.widget.skill_table import Cell, Column
from tui.widget.text_line import TextLine

if TYPE_CHECKING:
    from wallet.card import Card

FILTER_SECONDS: Final = 0.08

ORDERS: Final[dict[str, Callable[[Card], tuple[str, ...]]]] = {
    "added": lambda card: (),
    "title": lambda card: (card.title.casefold(), card.id),
    "issuer": lambda card: (card.issuer_name.casefold(), card.title.casefold(), card.id),
    "end": lambda card: (card.valid_until or "9999", card.id),
}
EMPTY: Final = ("No credentials yet.", "", "a  adds a file, a folder or a link; it is judged first, then kept.")
NO_MATCH: Final = ("No credential passes the filter.", "", "Esc takes the filter away.")


class Credentials(ListAndPage["Card"]):
    """What the wallet holds."""

    PLACE = "credentials"
    LIST = ("cards", "Credentials")
    PAGE = ("preview", "Card")
    EMPTY = EMPTY
    BINDINGS = keymap.CREDENTIALS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shelf = Shelf(())
        self._query = Query()
        self._order = "added"
        self._damaged = 0
        self._timer_running = False

    def left(self) -> ComposeResult:
        line = TextLine(placeholder="words   issuer:NAME   status:expired   expires:<90d", id="filter")
        line.display = False
        yield line
        yield from super().left()

    def columns(self) -> tuple[Column[Card], ...]:
        return _columns(self.desk)

    def key(self, row: Card) -> str:
        return row.id

    def write(self, sheet: Sheet, row: Card) -> None:
        page.preview(sheet, row, self.desk.clock())

    def renew(self) -> None:
        self.read()

    @work(exclusive=True, group="read")
    async def read(self) -> None:
        """Reads the list from the wallet."""
        opened = self.desk.opened
        if opened is None:
            return
        listing = await self.attempt(opened.wallet.listing(), means="The list may be old; nothing was changed.")
        if listing is not None:
            self._shelf = Shelf(listing.current)
            self._damaged = len(listing.damaged)
            self._fill()
            # Ten thousand cards outlive nearly everything: looking through them for garbage would hold up a key by
            # 50 ms (bench/tui.py). What is not part of a circle is freed all the same.
            gc.freeze()

    def _fill(self) -> None:
        cards = self._shelf.matching(self._query, now=self.desk.clock())
        if self._order != "added":
            cards.sort(key=ORDERS[self._order])
        table = self.table
        table.empty = EMPTY if self._query.is_empty else NO_MATCH
        table.fill(cards)
        table.border_title = "Credentials" if self._order == "added" else f"Credentials by {self._order}"
        self._count()

    def _count(self) -> None:
        table, total = self.table, len(self._shelf.cards)
        words = f"{total}" if self._query.is_empty else f"{len(table.rows)} of {total}"
        marked = f", {len(table.marked)} marked" if table.marked else ""
        damaged = f", {self._damaged} damaged" if self._damaged else ""
        wrong = f", {len(self._query.wrong)} filter word not understood" if self._query.wrong else ""
        table.border_subtitle = f"{words}{marked}{damaged}{wrong}"

    def chosen(self) -> None:
        self._open(0)

    def action_verify(self) -> None:
        self._open(4)

    def _open(self, tab: int) -> None:
        from tui.screen.detail import Detail

        if (card := self.table.current) is not None:
            self.app.push_screen(Detail(self.desk, card.id, tab=tab))

    def action_filter(self) -> None:
        line = self.query_one("#filter", TextLine)
        line.display = True
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        # One filtering for a burst of keys: the list is made anew only after a short pause.
        if not self._timer_running:
            self._timer_running = True
            self.set_timer(FILTER_SECONDS, self._filter)

    def _filter(self) -> None:
        self._timer_running = False
        self._query = parse(self.query_one("#filter", TextLine).value)
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._filter()
        self.table.focus()

    def back(self) -> None:
        line = self.query_one("#filter", TextLine)
        if line.display:
            line.value = ""
            line.display = False
            self._query = Query()
            self._fill()
            self.table.focus()
        elif self.table.marked:
            self.table.marked.clear()
            self.table.refresh()
            self._count()
        else:
            super().back()

    def action_sort(self) -> None:
        names = list(ORDERS)
        self._order = names[(names.index(self._order) + 1) % len(names)]
        self._fill()

    def action_select(self) -> None:
        self.table.toggle()
        self._count()

    def action_copy(self) -> None:
        if (card := self.table.current) is not None:
            self.app.copy_to_clipboard(card.id)
            self.say(f"The id {card.id} is in the clipboard, if the terminal allows it.")

    @work(exclusive=True, group="write")
    async def action_add(self) -> None:
        from tui.screen.adding import Adding

        where = await self.app.push_screen_wait(AskSource())
        if where is not None:
            await self.app.push_screen_wait(Adding(self.desk, where))
            self.read()

    @work(exclusive=True, group="write")
    async def action_export(self) -> None:
        opened, cards = self.desk.opened, self.table.chosen
        if opened is None or not cards:
            return
        what = "the credential" if len(cards) == 1 else f"{len(cards)} credentials"
        folder = await self.app.push_screen_wait(
            Ask(f"Into which folder shall {what} go?", hint="Exactly the bytes that were received.", value=".")
        )
        if folder is None:
            return
        written: Path | None = None
        for card in cards:
            means = "Nothing in the wallet was changed; files written before this one are whole."
            written = await self.attempt(opened.wallet.export(card.id, Path(folder).expanduser()), means=means)
            if written is None:
                return
        self.say(f"Written: {written if len(cards) == 1 else f'{len(cards)} files in {folder}'}")

    @work(exclusive=True, group="write")
    async def action_remove(self) -> None:
        opened, card = self.desk.opened, self.table.current
        if opened is None or card is None:
            return
        sure = await self.app.push_screen_wait(
            Confirm(
                "Remove this credential?",
                about=card.title,
                means="u takes that back until the wallet is locked; after that only a copy elsewhere does.",
            )
        )
        if not sure:
            return
        step = await self.attempt(opened.wallet.remove(card.id), means="The credential is still in the wallet.")
        if step is not None:
            self.desk.steps.append(step)
            self.table.marked.discard(card.id)
            self.say("Removed. u takes that back, until the wallet is locked.")
        self.read()

    @work(exclusive=True, group="write")
    async def action_present(self) -> None:
        cards = self.table.chosen
        await share.present(self, [card.id for card in cards], ", ".join(card.title or "untitled" for card in cards))

    @work(exclusive=True, group="write")
    async def action_endorse(self) -> None:
        opened, card = self.desk.opened, self.table.current
        if opened is None or card is None:
            return
        means = "It could not be opened; nothing was changed."
        badge = await self.attempt(opened.wallet.original(card.id), means=means)
        if badge is not None:
            await share.endorse(self, badge)

    @work(exclusive=True, group="write")
    async def action_stack(self) -> None:
        opened, cards = self.desk.opened, self.table.chosen
        if opened is None or opened.stack is None or not cards:
            return
        count = "one credential" if len(cards) == 1 else f"{len(cards)} credentials"
        title = await self.app.push_screen_wait(
            Ask("What is the stack called?", hint=f"It puts {count} into one file, as received, and you sign the list.")
        )
        folder = None if title is None else await self.app.push_screen_wait(Ask("Into which folder?", value="."))
        if title is None or folder is None:
            return
        building = opened.stack.build(title, [card.id for card in cards], Path(folder).expanduser())
        stack = await self.attempt(building, means="No stack was made; the credentials are as they were.")
        if stack is not None:
            self.desk.stacks.append(stack)
            self.table.marked.clear()
            self.app.post_message(Go("stack"))

    def allows(self, action: str) -> bool:
        if action == "stack":
            return self.desk.opened is not None and self.desk.opened.stack is not None
        if action in ("present", "endorse"):
            return self.table.current is not None
        return super().allows(action)


def _columns(desk: Desk) -> tuple[Column[Card], ...]:
    glyphs = desk.glyphs

    def verdict(card: Card) -> Cell:
        if card.is_expired(desk.clock()):
            return f"{glyphs.outcomes['fail']} expired", "bad"
        return f"{glyphs.verdict(card.verdict)} {short_verdict(card.verdict)}", verdict_tone(card.verdict)

    def title(card: Card) -> Cell:
        return card.title or "untitled", "plain"

    def issuer(card: Card) -> Cell:
        return card.issuer_name or card.issuer_id or "unknown", "muted"

    def date(card: Card) -> Cell:
        return (card.awarded or card.valid_from)[:10], "muted"

    return (
        Column(title="Title", cell=title, weight=3),
        Column(title="Issuer", cell=issuer, weight=2, least=50),
        Column(title="From", cell=date, width=10, least=64),
        Column(title="Verdict", cell=verdict, width=11),
    )
