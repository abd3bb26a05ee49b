"""`satchel tui`: the terminal app over the home folder's wallet and verifier."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from satchel.codec import timestamp
from satchel.errors import CodecError, UsageFault
from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.node.settings import Home
from satchel.text import for_terminal

if TYPE_CHECKING:
    from satchel.port import Clock, Fetch

PLACES: Final = ("passport", "credentials", "inbox", "stack", "verify", "settings")


@click.command()
@click.option("--home", metavar="DIR", help="The folder of the wallet; else SATCHEL_HOME, else your data folder.")
@click.option("--now", metavar="TIME", help="Judge as of this moment, like 2026-11-24T00:00:00Z.")
@click.option("--offline", is_flag=True, help="Fetch nothing; what would be needed is told.")
@click.option(
    "--mirror",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Read https://HOST/PATH from DIR/HOST/PATH and fetch nothing else.",
)
@click.option(
    "--origin",
    "origins",
    metavar="ORIGIN=BASE",
    multiple=True,
    help="Ask this https origin at BASE, an http://127.0.0.1:PORT (for trying nodes out).",
)
@click.option("--open", "start", type=click.Choice(PLACES), default="credentials", help="The place to begin with.")
@click.option(
    "--theme", "theme_name", metavar="NAME", help="satchel-dark, satchel-light, satchel-contrast, ansi-dark ..."
)
@click.option("--keys", "keymap", type=click.Choice(["plain", "vi"]), default="plain", help="The keys to use.")
@click.option("--ascii", "is_ascii", is_flag=True, help="Signs that every terminal has; chosen when it is not UTF-8.")
def tui(
    home: str | None,
    now: str | None,
    offline: bool,
    mirror: Path | None,
    origins: tuple[str, ...],
    start: str,
    theme_name: str | None,
    keymap: str,
    is_ascii: bool,
) -> None:
    """Open the terminal app: passport, credentials, inbox, stack, verify.

    Every screen has a command too: list, show, add, export, verify.
    """
    if offline and mirror is not None:
        raise click.UsageError("Choose one of --offline and --mirror.")
    # Textual draws on the standard error stream.
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or os.environ.get("TERM") == "dumb":
        raise UsageFault("tui.terminal", "the terminal app needs a terminal that it can draw on")
    from tui.app import SatchelApp
    from tui.desk import Desk
    from tui.glyph import ASCII, UNICODE
    from tui.local import LateNetwork, LocalNode
    from tui.theme import names

    if theme_name is not None and theme_name not in names():
        known = ", ".join(names())
        raise click.BadParameter(f"{for_terminal(theme_name)} is none of: {known}.", param_hint="--theme")
    clock = utc_now if now is None else _frozen(now)
    is_utf8 = "utf" in (sys.stderr.encoding or "").lower()

    async def run() -> None:
        fetch: Fetch
        place = Home.resolve(home, os.environ)
        if offline:
            fetch = OfflineFetch()
        elif mirror is not None:
            fetch = MirrorFetch(mirror, clock())
        else:
            fetch = LateNetwork(clock, _origins(origins), place)
        network = "offline" if offline else "online" if mirror is None else "mirror"
        async with LocalNode(place, clock=clock, fetch=fetch, network=network) as node:
            desk = Desk(node=node, clock=clock, glyphs=ASCII if is_ascii or not is_utf8 else UNICODE, keymap=keymap)
            app = SatchelApp(desk, theme_name=theme_name, start=start)
            await app.run_async()

    asyncio.run(run())


def _origins(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    return {origin: base for origin, _, base in pairs}


def _frozen(text: str) -> Clock:
    try:
        instant: datetime = timestamp.parse(text)
    except CodecError as error:
        raise click.BadParameter(f"{error.message}. Write it like 2026-11-24T00:00:00Z.", param_hint="--now") from error
    return lambda: instant
