"""The inbox: offers, endorsements and notices; the verdict is shown before anything is kept."""

from __future__ import annotations

from typing import Final

from textual import work

from tui import keymap
from tui.desk import Desk
from tui.glyph import short_verdict, verdict_tone
from tui.page import claim as page
from tui.port import ClaimRow, InboxView
from tui.screen.ask import Ask, Confirm
from tui.screen.frame import ListAndPage
from tui.sheet import Sheet
from tui.widget.skill_table import Cell, Column

EMPTY: Final = (
    "Nothing waits for you.",
    "",
    "a  takes a claim link that an issuer has given you; you see",
    "what it offers and the checks before anything is kept.",
)
NOT_SERVED: Final = ("This node takes no claim links.", "", "2 a  adds a file that you have.")


class Inbox(ListAndPage[ClaimRow]):
    """What came in and waits."""

    PLACE = "inbox"
    LIST = ("claims", "Waiting")
    PAGE = ("claim", "Before you take it")
    EMPTY = EMPTY
    BINDINGS = keymap.INBOX

    def columns(self) -> tuple[Column[ClaimRow], ...]:
        return _columns(self.desk)

    def key(self, row: ClaimRow) -> str:
        return row.id

    def write(self, sheet: Sheet, row: ClaimRow) -> None:
        page.write(sheet, row)

    @property
    def view(self) -> InboxView | None:
        """The service behind the screen, when it is served."""
        return None if self.desk.opened is None else self.desk.opened.inbox

    def renew(self) -> None:
        self.action_refresh()

    @work(exclusive=True, group="read")
    async def action_refresh(self) -> None:
        view = self.view
        if view is None:
            self.table.empty = NOT_SERVED
            self.table.fill(())
            return
        claims = await self.attempt(view.claims(), means="The inbox cannot be shown; nothing was changed.")
        if claims is not None:
            self.desk.counts["inbox"] = len(claims)
            self.table.empty = EMPTY
            self.table.fill(claims)
            self.query_one("TitleBar").refresh()

    def moved(self, row: ClaimRow | None) -> None:
        if row is not None and row.kind == "endorsement" and row.report is None:
            self._examine(row.id)

    @work(exclusive=True, group="examine")
    async def _examine(self, claim_id: str) -> None:
        view = self.view
        if view is None:
            return
        examined = await self.attempt(view.examine(claim_id), means="It could not be judged; nothing was changed.")
        if examined is not None:
            self.table.fill([examined if row.id == claim_id else row for row in self.table.rows])

    @work(exclusive=True, group="write")
    async def action_receive(self) -> None:
        view = self.view
        if view is None:
            return
        link = await self.app.push_screen_wait(
            Ask("Which link were you given?", hint="What it offers is shown first; nothing is kept yet.")
        )
        if link is not None:
            claim = await self.attempt(view.receive(link), means="Nothing was taken from the link.")
            if claim is not None:
                await self.action_refresh().wait()
                self.table.move_to(next((at for at, row in enumerate(self.table.rows) if row.id == claim.id), 0))

    @work(exclusive=True, group="write")
    async def action_accept(self) -> None:
        view, claim = self.view, self.table.current
        if view is None or claim is None:
            return
        added = await self.attempt(view.accept(claim.id), means="Nothing was kept; the offer still waits.")
        if added is not None:
            kept = sum(one.card is not None for one in added)
            self.say(f"{kept} of {len(added)} kept. 2 shows the credentials.")
            self.action_refresh()

    @work(exclusive=True, group="write")
    async def action_decline(self) -> None:
        view, claim = self.view, self.table.current
        if view is None or claim is None:
            return
        sure = await self.app.push_screen_wait(
            Confirm("Take this out of the inbox?", about=claim.title, means="The sender is not told.")
        )
        if sure:
            step = await self.attempt(view.decline(claim.id), means="It is still in the inbox.")
            if step is not None:
                self.desk.steps.append(step)
                self.say("It is out of the inbox. u takes that back, until the wallet is locked.")
            self.action_refresh()

    def allows(self, action: str) -> bool:
        if action == "receive":
            return self.view is not None
        if action in ("accept", "decline"):
            return self.view is not None and self.table.current is not None
        return super().allows(action)


def _columns(desk: Desk) -> tuple[Column[ClaimRow], ...]:
    glyphs = desk.glyphs

    def kind(claim: ClaimRow) -> Cell:
        return claim.kind, "muted"

    def title(claim: ClaimRow) -> Cell:
        return claim.title or "untitled", "plain"

    def sender(claim: ClaimRow) -> Cell:
        return claim.sender or "unknown", "muted"

    def verdict(claim: ClaimRow) -> Cell:
        if claim.report is None:
            return "not yet", "muted"
        word = claim.report.verdict
        return f"{glyphs.verdict(word)} {short_verdict(word)}", verdict_tone(word)

    return (
        Column(title="Kind", cell=kind, width=11),
        Column(title="Title", cell=title, weight=3),
        Column(title="From", cell=sender, weight=2, least=50),
        Column(title="Checked", cell=verdict, width=11),
    )
