"""The terminal app: one screen a place, a door before those that need the wallet, help and the command palette."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from satchel.errors import SatchelError
from tui import fault, keymap, screen, theme
from tui.desk import Desk
from tui.keymap import PLACES
from tui.port import Opened
from tui.screen.frame import BREAKPOINTS, Frame, Go
from tui.screen.unlock import Unlock
from tui.widget.bars import TitleBar
from tui.widget.line_view import LineView
from tui.widget.text_line import TextLine, first_line

_NEEDS_WALLET = {place.name for place in PLACES if place.needs_wallet}


class SatchelApp(App[None]):
    """Shows one node. The services behind the screens are those of `desk.node`."""

    TITLE = "Satchel"
    CSS_PATH = "theme.tcss"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = keymap.APP

    def __init__(self, desk: Desk, *, theme_name: str | None = None, start: str = "credentials") -> None:
        opened = desk.opened is not None or start not in _NEEDS_WALLET
        # Set for this one app, before Textual makes the first mode's stack: the door is skipped when it is open.
        self.DEFAULT_MODE = start if opened else "unlock"  # type: ignore[misc]
        super().__init__()
        self.desk = desk
        self._wanted = start if start in _NEEDS_WALLET else "credentials"
        for made in theme.THEMES:
            self.register_theme(made)
        self.theme = theme_name or theme.DEFAULT
        for place in PLACES:
            self.add_mode(place.name, partial(self._make, place.name))
        self.add_mode("unlock", partial(Unlock, desk))
        self.set_class(desk.glyphs.name == "ascii", "-ascii")
        self.set_keymap(keymap.KEYMAPS[desk.keymap])

    def _make(self, name: str) -> Screen[object]:
        made: Screen[object] = screen.load(name)(self.desk)  # type: ignore[arg-type]
        return made

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults(self.current_theme)

    async def on_event(self, event: events.Event) -> None:
        # A clipboard can hold what a credential can. Our own lines know that; the palette's line is Textual's.
        if isinstance(event, events.Paste) and not isinstance(self.focused, TextLine | LineView):
            event.text = first_line(event.text)
        await super().on_event(event)

    def get_key_display(self, binding: Binding) -> str:
        key = super().get_key_display(binding)
        if self.desk.glyphs.name == "unicode" or key.isascii():
            return key
        return binding.key

    async def action_go(self, place: str) -> None:
        if place in _NEEDS_WALLET and self.desk.opened is None:
            self._wanted = place
            place = "unlock"
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.switch_mode(place)

    async def on_go(self, event: Go) -> None:
        await self.action_go(event.place)

    async def on_title_bar_asked(self, event: TitleBar.Asked) -> None:
        await self.action_go(event.place)

    async def on_unlock_done(self, event: Unlock.Done) -> None:
        self.desk.opened = event.opened
        await self.action_go(self._wanted)
        here = self.screen
        if isinstance(here, Frame):
            if event.did:
                here.say(f"The wallet is made. You are {event.did}")
            for code, message in event.opened.wallet.notices[:1]:
                here.tell(fault.notice(code, message, "Your credentials can be read. Settings (0) shows all notices."))
        self._count_inbox(event.opened)
        await self.remove_mode("unlock")
        self.add_mode("unlock", partial(Unlock, self.desk))

    @work(exclusive=True, group="count")
    async def _count_inbox(self, opened: Opened) -> None:
        """The number beside the inbox's name; one that cannot be had is told when the inbox is opened."""
        if opened.inbox is None:
            return
        try:
            self.desk.counts["inbox"] = len(await opened.inbox.claims())
        except SatchelError:
            return
        for bar in self.screen.query(TitleBar):
            bar.refresh()

    async def action_lock(self) -> None:
        if self.desk.opened is None:
            return
        self.desk.close()
        await self.action_go("unlock")
        # The screens that showed the wallet go too: nothing of it stays behind the door.
        for place in _NEEDS_WALLET:
            await self.remove_mode(place)
            self.add_mode(place, partial(self._make, place))
        await self.desk.node.lock()

    def action_help(self) -> None:
        from tui.screen.keys import Keys, groups_of

        if not self.screen.is_modal:
            self.push_screen(Keys(self.desk, groups_of(self.screen)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """`noun: Verb`, only those that make sense now: the shown bindings of the screen, then those of the app."""
        from tui.palette import commands

        return commands(self, screen)
