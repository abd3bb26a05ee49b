"""The door: the passphrase of the wallet, or when there is none the first steps of a new one."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from satchel.errors import WalletFault
from satchel.text import for_terminal
from tui import fault, keymap
from tui.desk import Desk
from tui.port import Opened
from tui.screen.frame import Frame
from tui.widget.fault_box import FaultBox
from tui.widget.text_line import TextLine


class Unlock(Frame):
    """Asks for the passphrase. Without a wallet it asks for a new one, twice."""

    BINDINGS = keymap.UNLOCK

    class Done(Message):
        """The wallet is open."""

        def __init__(self, opened: Opened, did: str) -> None:
            super().__init__()
            self.opened = opened
            self.did = did

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_new = not desk.node.has_wallet()
        self._is_busy = False

    def body(self) -> ComposeResult:
        with Vertical(classes="door"):
            if self._is_new:
                yield Static(Content.styled("There is no wallet in this home yet.", "bold"), classes="gap")
                yield Static(
                    Content(
                        "1  Choose a passphrase: 12 characters or more, or four words. Without it there is no way in.\n"
                        "2  Satchel makes a key for you, and a DID that others can address you by.\n"
                        "3  Then add your first badge with a."
                    ),
                    classes="gap",
                )
                yield Static(Content.styled("Passphrase", "$text-muted"))
                yield TextLine(password=True, id="first")
                yield Static(Content.styled("The same once more", "$text-muted"))
                yield TextLine(password=True, id="second")
            else:
                yield Static(Content.styled("The wallet is locked.", "bold"), classes="gap")
                yield Static(
                    Content("Its passphrase opens it on this machine; nothing is sent anywhere."), classes="gap"
                )
                yield Static(Content.styled("Passphrase", "$text-muted"))
                yield TextLine(password=True, id="first")
            yield Static(Content.styled(for_terminal(f"home: {self.desk.node.place}"), "$text-muted"))

    def on_mount(self) -> None:
        self.query_one("#first", TextLine).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        second = self.query_one("#second", TextLine) if self._is_new else None
        if second is not None and not second.value:
            second.focus()
        else:
            self.try_open()

    def action_verify(self) -> None:
        self.app.switch_mode("verify")

    def try_open(self) -> None:
        """Tries the passphrase, unless one is being tried."""
        if not self._is_busy:
            self._is_busy = True
            self._open()

    @work(exclusive=True, group="open")
    async def _open(self) -> None:
        box = self.query_one(FaultBox)
        try:
            done = await self._try(box)
        finally:
            self._is_busy = False
        if done is not None:
            box.close()
            self.post_message(done)

    async def _try(self, box: FaultBox) -> Done | None:
        line = self.query_one("#first", TextLine)
        passphrase, did = line.value, ""
        if self._is_new:
            second = self.query_one("#second", TextLine)
            if second.value != passphrase:
                second.value = ""
                self.tell(_not_the_same())
                return None
            box.wait("A key is being made, and the passphrase made slow to guess.")
            made = await self.attempt(self.desk.node.create(passphrase), means="No wallet was made.")
            if made is None:
                line.focus()
                return None
            did = made
        box.wait("Opening. This is slow on purpose: it makes guessing slow.")
        means = "The wallet stays locked; nothing was changed."
        opened = await self.attempt(self.desk.node.unlock(passphrase), means=means)
        if opened is None:
            line.value = ""
            line.focus()
            return None
        return self.Done(opened, did)


def _not_the_same() -> fault.Trouble:
    return fault.trouble(
        WalletFault("tui.passphrases_differ", "the two passphrases are not the same"), "No wallet was made."
    )
