"""Rows 140 to 142 on the screens: no raw control byte, no override, no link that does something.

The test goes through the table of screens: a new one is covered here, or this file is red.
"""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from rich.style import Style
from textual import events
from textual.app import App
from textual.pilot import Pilot

from satchel.node.settings import Home
from tests.screen import ground, snapshot
from tests.screen.rows import CLAIMS, Inbox
from tests.screen.test_snapshots import settled, typed
from tui import fault
from tui.app import SatchelApp
from tui.desk import Desk
from tui.screen import SCREENS
from tui.screen.frame import Frame

MARK: Final = "QXZ"
# Clipboard, title, colour, C1, override, zero width, tags, CR, backspace, NUL, markup of three kinds, a tower of marks.
HOSTILE: Final = (
    f"{MARK}\x1b]52;c;ZXZpbA==\x07\x1b]0;root\x07\x1b[31m\x9b31m\x9d52;c;eA==\x9c\x1bP$q\x1b\\\u202egnp\u2066\u200b\U000e0041"
    "\r\b\x00[@click=app.quit]press[/] [link=https://evil.example]x[/link] [bold red]loud[/] [/] [["
    + "e"
    + "\u0301" * 60
)
# What Textual's own scroll bars carry.
SCROLL_BAR: Final = {
    (f"@mouse.{press}", action)
    for press in ("down", "up")
    for action in ("grab", "release", "scroll_up", "scroll_down")
}
FORBIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def badge(learner: str) -> dict[str, bytes]:
    """A badge that is signed for real and hostile in every text that the schema leaves free."""
    document = ground.badge(
        1,
        HOSTILE,
        (HOSTILE, ground.COLLEGE[1]),
        learner,
        achievement={
            "description": HOSTILE,
            "criteria": {"narrative": HOSTILE},
            "tag": [HOSTILE],
            "achievementType": "ext:" + HOSTILE,
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": HOSTILE,
                    "targetUrl": "https://skills.example/x",
                    "targetCode": HOSTILE,
                    "targetDescription": HOSTILE,
                    "targetFramework": HOSTILE,
                    "targetType": "ext:" + HOSTILE,
                }
            ],
            "resultDescription": [
                {
                    "id": "urn:uuid:1d2c3b4a-0000-4000-8000-000000000001",
                    "type": ["ResultDescription"],
                    "name": HOSTILE,
                    "resultType": "Status",
                }
            ],
        },
        subject={
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": "urn:uuid:1d2c3b4a-0000-4000-8000-000000000001",
                    "value": HOSTILE,
                    "status": "Completed",
                }
            ]
        },
        evidence=[
            {
                "id": "https://college.example/e",
                "type": ["Evidence"],
                "name": HOSTILE,
                "narrative": HOSTILE,
                "description": HOSTILE,
                "genre": HOSTILE,
            }
        ],
        description=HOSTILE,
    )
    return {f"{HOSTILE.replace(chr(0), '')}.json": ground.signed(document, ground.COLLEGE)}


PATHWAY: Final = """\
satchel: pathway/1
id: p
name: "NAME"
steps:
  - id: one
    name: "NAME"
    needs: {skill: {url: https://skills.example/none, name: "NAME"}}
""".replace("NAME", json.dumps(HOSTILE)[1:-1].replace("\\u0000", ""))


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    import asyncio

    return asyncio.run(ground.make_home(tmp_path_factory.mktemp("hostile") / "home", badge))


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unlocked(hostile_home: Home) -> AsyncIterator[Desk]:
    """A desk over the hostile home, unlocked once for the whole module."""
    async with ground.node_of(hostile_home) as node:
        yield ground.desk_of(node, opened=await node.unlock(ground.PASSPHRASE))


def inbox_of_hostile_text() -> Inbox:
    claim = replace(CLAIMS[0], title=HOSTILE, sender=HOSTILE, summary=HOSTILE, received=HOSTILE, expires=HOSTILE)
    return Inbox([claim])


def desk_of(unlocked: Desk) -> Desk:
    """A desk of one test alone over the shared wallet."""
    assert unlocked.opened is not None
    return replace(unlocked, opened=replace(unlocked.opened, inbox=inbox_of_hostile_text()), counts={}, stacks=[])


def check(app: App[object], *, shows: bool = True) -> None:
    """Nothing on the screen moves a cursor, hides, turns around or can be pressed; the text is there, literally."""
    lines = []
    for strip in snapshot.strips(app):
        for segment in strip:
            wrong = [char for char in segment.text if unicodedata.category(char) in FORBIDDEN]
            assert not wrong, [f"U+{ord(char):04X}" for char in wrong]
            assert segment.control is None
            style = segment.style
            if style is not None:
                assert style.link is None
                assert actions(style) == set(), style.meta
        lines.append(strip.text)
    words = "\n".join(lines)
    assert "\u0301" * 5 not in words
    if shows:
        assert MARK in words, words


def actions(style: Style) -> set[tuple[str, object]]:
    """What a press on something of this style would run."""
    return {(name, value) for name, value in style.meta.items() if name.startswith("@")} - SCROLL_BAR


async def everywhere(pilot: Pilot[None]) -> None:
    """Checks the screen, then presses every row of it: nothing quits, nothing opens."""
    check(pilot.app)
    width, height = pilot.app.size
    for y in range(1, height - 1, 3):
        for x in range(1, width, 9):
            style = pilot.app.screen.get_style_at(x, y)
            assert actions(style) == set(), (x, y, style.meta)


async def passport(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("1")
    await settled(pilot, MARK)
    await everywhere(pilot)
    await pilot.press("enter")
    await pilot.pause()
    await everywhere(pilot)


async def credentials(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await everywhere(pilot)
    await pilot.press("slash")
    await pilot.pause()
    pilot.app.post_message(events.Paste(HOSTILE))
    await settled(pilot, "Credentials")
    check(pilot.app, shows=False)


async def inbox(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("3")
    await settled(pilot, MARK)
    await everywhere(pilot)
    await pilot.press("enter")
    await pilot.pause()
    await everywhere(pilot)
    await pilot.press("delete")
    await settled(pilot, "Take this out")
    await everywhere(pilot)


async def stack(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("t")
    await settled(pilot, "What is the stack called?")
    await typed(pilot, "\x1b]0;root\x07" + MARK + "[@click=app.quit]x[/]")
    await settled(pilot, "Into which folder?")
    await typed(pilot, str(folder))
    await settled(pilot, "signed")
    await pilot.press("end")
    (folder / "p.yaml").write_text(PATHWAY, "utf-8")
    await pilot.press("p")
    await settled(pilot, "Which pathway file?")
    await typed(pilot, str(folder / "p.yaml"))
    await settled(pilot, "0 of 1 steps")
    await everywhere(pilot)
    await pilot.press("enter")
    await pilot.pause()
    await everywhere(pilot)


async def verify(pilot: Pilot[None], folder: Path) -> None:
    sent = folder / "sent"
    sent.mkdir()
    for number, raw in enumerate(badge("did:example:" + "x").values()):
        (sent / f"{MARK}-\x1b]52;c;eA==\x07\u202e{number}.json").write_bytes(raw)
        (sent / f"{MARK}-broken[@click=app.quit]x[bold]{number}.json").write_bytes(b'{"' + MARK.encode() + b'\x1b": 1}')
    await pilot.press("8", "a")
    await typed(pilot, str(sent))
    await settled(pilot, "malformed")
    await everywhere(pilot)
    for _ in range(2):
        await pilot.press("down", "enter")
        await pilot.pause()
        await everywhere(pilot)
        await pilot.press("escape")
    pilot.app.post_message(events.Paste('{"' + HOSTILE))
    await settled(pilot, "pasted")
    check(pilot.app, shows=False)


async def settings(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("0")
    await settled(pilot, "Your DID")
    check(pilot.app, shows=False)


async def detail(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("enter")
    await settled(pilot, "ACCEPTED")
    for _ in range(6):
        await everywhere(pilot)
        await pilot.press("end")
        await pilot.pause()
        check(pilot.app, shows=False)
        await pilot.press("right")
        await pilot.pause()


async def unlock(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("ctrl+l")
    await settled(pilot, "The wallet is locked.")
    check(pilot.app, shows=False)
    assert MARK not in snapshot.text(pilot.app), "nothing of the wallet stays on the screen"


async def adding(pilot: Pilot[None], folder: Path) -> None:
    incoming = folder / "in"
    incoming.mkdir()
    (incoming / f"{MARK}\x1b[31m[@click=app.quit].json").write_bytes(b"{")
    app = pilot.app
    assert isinstance(app, SatchelApp) and app.desk.opened is not None
    (held,) = (await app.desk.opened.wallet.listing()).current
    # The bytes that are held already: their title is shown, and the shared wallet stays as it is.
    (incoming / f"{MARK}.json").write_bytes((await app.desk.opened.wallet.show(held.id)).envelope.raw)
    await ask_source(pilot, folder)
    await typed(pilot, str(incoming))
    await settled(pilot, "1 kept or already there, 1 not kept")
    await everywhere(pilot)


async def ask(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("x")
    await settled(pilot, "Into which folder")
    pilot.app.post_message(events.Paste(HOSTILE))
    await settled(pilot, MARK)
    await everywhere(pilot)


async def ask_source(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("a")
    await settled(pilot, "What do you want to add?")
    check(pilot.app, shows=False)


async def confirm(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("delete")
    await settled(pilot, "this credential?")
    await everywhere(pilot)
    await pilot.press("n")
    await settled(pilot, MARK)
    await pilot.press("s")
    await settled(pilot, "Who asks to see")
    await typed(pilot, "\x1b]0;root\x07\u202e" + MARK + "[@click=app.quit]x[/]")
    await settled(pilot, "Which challenge")
    await typed(pilot, MARK)
    await settled(pilot, "Show one credential to")
    await everywhere(pilot)


async def keys(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, MARK)
    await pilot.press("question_mark")
    await settled(pilot, "This list or page")
    check(pilot.app, shows=False)


WALKS: Final[dict[str, Callable[[Pilot[None], Path], Awaitable[None]]]] = {
    "passport": passport,
    "credentials": credentials,
    "inbox": inbox,
    "stack": stack,
    "verify": verify,
    "settings": settings,
    "detail": detail,
    "unlock": unlock,
    "adding": adding,
    "ask": ask,
    "ask_source": ask_source,
    "confirm": confirm,
    "keys": keys,
}


# This one locks the shared wallet.
CHANGES: Final = {"unlock"}


async def test_every_screen_has_its_walk() -> None:
    assert WALKS.keys() == SCREENS.keys()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
async def test_hostile_text_stays_text_on_this_screen(
    name: str, size: tuple[int, int], unlocked: Desk, tmp_path: Path
) -> None:
    app = SatchelApp(desk_of(unlocked))
    async with app.run_test(size=size) as pilot:
        await WALKS[name](pilot, tmp_path)
        assert app.is_running
    if name in CHANGES:
        unlocked.opened = await unlocked.node.unlock(ground.PASSPHRASE)


async def test_hostile_text_of_an_error_and_its_causes_stays_text(unlocked: Desk) -> None:
    app = SatchelApp(desk_of(unlocked), start="settings")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, "Your DID")
        frame = app.screen
        assert isinstance(frame, Frame)
        frame.tell(
            fault.Trouble(happened=HOSTILE, means=HOSTILE, todo=HOSTILE, code="wallet.record", chain=(HOSTILE, HOSTILE))
        )
        await pilot.press("d")
        await pilot.pause()
        await everywhere(pilot)
        frame.say(HOSTILE)
        await pilot.pause()
        await everywhere(pilot)


async def test_the_bytes_that_reach_a_real_terminal_carry_no_payload(hostile_home: Home, tmp_path: Path) -> None:
    """The command itself in a pseudo-terminal: it is unlocked, walked through, and every byte it writes is read."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "rows", "40", "cols", "120"], stdin=slave, check=True)
    command = [
        sys.executable,
        "-c",
        "from tui.command.tui import tui; tui()",
        "--offline",
        "--home",
        str(hostile_home.path),
    ]
    env = os.environ | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=tmp_path, env=env, close_fds=True)
    os.close(slave)
    written = bytearray()

    def until(words: bytes, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while words not in written and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    written.extend(os.read(master, 65536))
                except OSError:
                    break
        assert words in written, bytes(written[-2000:])

    try:
        until(b"locked")
        os.write(master, ground.PASSPHRASE.encode() + b"\r")
        until(MARK.encode())
        for key, seen in ((b"\r", b"Evidence"), (b"]", b"Raw"), (b"1", b"Skills"), (b"0", b"Your DID")):
            os.write(master, key)
            until(seen)
        os.write(master, b"\x11")
        # A process whose terminal nobody reads cannot say its last words.
        while process.poll() is None:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    written.extend(os.read(master, 65536))
                except OSError:
                    break
        assert process.wait(timeout=30) == 0
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        os.close(master)
    payloads = (
        b"\x1b]52;",
        b"\x1b]0;root",
        b"\x1bP$q",
        "\x9b31m".encode(),
        "\u202e".encode(),
        "\u200b".encode(),
        b"\x1b]8;",
    )
    assert [payload for payload in payloads if payload in written] == []
