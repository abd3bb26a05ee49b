"""Settings and state: what can be chosen for this session, who you are, and whether the wallet is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import work

from satchel.codes import CODES
from tui import keymap
from tui.desk import Desk
from tui.glyph import Tone
from tui.screen.frame import ListAndPage
from tui.sheet import Sheet
from tui.widget.skill_table import Cell, Column

THEMES: Final = ("satchel-dark", "satchel-light", "satchel-contrast", "ansi-dark", "ansi-light")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting or fact. With `does` Enter changes something."""

    name: str
    value: str
    about: str
    does: str = ""
    tone: Tone = "plain"


class Settings(ListAndPage[Row]):
    """What holds now, and what Enter changes of it."""

    PLACE = "settings"
    LIST = ("settings", "Settings")
    PAGE = ("about", "What it means")
    BINDINGS = keymap.SETTINGS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._checked = ""

    def columns(self) -> Sequence[Column[Row]]:
        return _COLUMNS

    def key(self, row: Row) -> str:
        return row.name

    def write(self, sheet: Sheet, row: Row) -> None:
        sheet.text(row.name, "strong")
        sheet.text(row.value, row.tone)
        sheet.blank()
        sheet.text(row.about)

    def renew(self) -> None:
        self.table.fill(self._rows())

    def _rows(self) -> Sequence[Row]:
        desk, opened = self.desk, self.desk.opened
        rows = [
            Row(
                name="Colours",
                value=self.app.theme,
                about="Enter takes the next set of colours, for this session; `satchel tui --theme NAME` starts "
                "with it. The ansi ones use your terminal's own. NO_COLOR takes colour away, and no meaning with it.",
                does="theme",
            ),
            Row(
                name="Keys",
                value=desk.keymap,
                about="Enter changes between plain keys and those of vi. `?` always shows the keys that work.",
                does="keys",
            ),
            Row(
                name="Signs",
                value=desk.glyphs.name,
                about="`satchel tui --ascii` uses signs that every terminal has.",
            ),
            Row(
                name="Network",
                value=desk.node.network,
                about="online: issuers' documents and status lists are fetched when something is judged. offline: "
                "nothing is fetched, and what could not be checked is told. --offline and --mirror choose it.",
            ),
            Row(name="Home", value=desk.node.place, about="The folder of your wallet, trust lists and policies."),
        ]
        if opened is None:
            rows.append(
                Row(name="Wallet", value="locked", about="Enter goes to the door.", does="unlock", tone="doubt")
            )
            return rows
        rows += [
            Row(
                name="Your DID",
                value=opened.wallet.did,
                about="What others address you by, and what badges are bound to. y copies it. The key behind it is in "
                "the wallet and nowhere else.",
            ),
            Row(
                name="Wallet",
                value=self._checked or "not checked in this session: Enter checks it",
                about="Enter opens every record and compares every credential with its digest.",
                does="check",
            ),
            Row(
                name="Lock",
                value="ctrl+l",
                about="Enter closes the wallet; the passphrase opens it again.",
                does="lock",
            ),
        ]
        rows += [
            Row(
                name="Notice",
                value=message,
                about=f"{CODES[code].sentence} {CODES[code].next_step} [{code}]",
                tone="warn",
            )
            for code, message in opened.wallet.notices
        ]
        return rows

    def chosen(self) -> None:
        row = self.table.current
        match row.does if row is not None else "":
            case "theme":
                at = THEMES.index(self.app.theme) if self.app.theme in THEMES else -1
                self.app.theme = THEMES[(at + 1) % len(THEMES)]
                self.renew()
            case "keys":
                names = list(keymap.KEYMAPS)
                self.desk.keymap = names[(names.index(self.desk.keymap) + 1) % len(names)]
                self.app.set_keymap(keymap.KEYMAPS[self.desk.keymap])
                self.renew()
            case "unlock":
                self.app.switch_mode("unlock")
            case "check":
                self._check()
            case "lock":
                self.app.run_worker(self.app.run_action("lock"))
            case _:
                super().chosen()

    @work(exclusive=True, group="check")
    async def _check(self) -> None:
        opened = self.desk.opened
        if opened is None:
            return
        found = await self.attempt(opened.wallet.check(), means="The check was not finished; nothing was changed.")
        if found is not None:
            signs = self.desk.glyphs.outcomes
            self._checked = (
                f"{signs['fail']} {len(found.damaged)} of {found.records} records are damaged"
                if found.damaged
                else f"{signs['pass']} {found.records} records, all whole"
            )
            self.renew()

    def action_copy(self) -> None:
        if self.desk.opened is not None:
            self.app.copy_to_clipboard(self.desk.opened.wallet.did)
            self.say("Your DID is in the clipboard, if the terminal allows it.")

    def allows(self, action: str) -> bool:
        if action == "copy":
            return self.desk.opened is not None
        return super().allows(action)


def _name(row: Row) -> Cell:
    return row.name, "muted" if not row.does else "plain"


def _value(row: Row) -> Cell:
    return row.value, row.tone


_COLUMNS: Final = (Column(title="What", cell=_name, width=10), Column(title="Now", cell=_value))
