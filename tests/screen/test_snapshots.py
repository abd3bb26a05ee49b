"""What the screens show, as text that can be reviewed in a diff: two sizes, ASCII signs, and without colours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from textual.pilot import Pilot

from satchel.node.settings import Home
from tests.screen import ground, snapshot
from tests.screen.ground import PASSPHRASE
from tests.screen.rows import Inbox
from tui.app import SatchelApp
from tui.desk import Desk
from tui.glyph import ASCII
from tui.widget.text_line import TextLine

PATIENCE_SECONDS: Final = 30
SIZES = [(80, 24), (120, 40)]
State = Callable[[Pilot[None], Path], Awaitable[None]]


async def settled(pilot: Pilot[None], seen: str) -> None:
    """Waits until the words are on the screen."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        await pilot.pause()
        if seen in snapshot.text(pilot.app):
            # The first paint comes a moment before the focus.
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{seen!r} did not appear:\n{snapshot.text(pilot.app)}")


async def typed(pilot: Pilot[None], text: str) -> None:
    """Puts a text into the line and sends it."""
    pilot.app.screen.query_one(TextLine).value = text
    await pilot.press("enter")


async def passport(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("1")
    await settled(pilot, "6 skills")


async def credentials(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")


async def filtered(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("slash")
    pilot.app.screen.query_one(TextLine).value = "issuer:sailing"
    await settled(pilot, "3 of 6")


async def marked(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("space", "space")
    await settled(pilot, "2 marked")


def detail(tab: int) -> State:
    async def opened(pilot: Pilot[None], folder: Path) -> None:
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "enter")
        await settled(pilot, "ACCEPTED")
        await pilot.press(*["right"] * tab)
        await pilot.pause()

    return opened


async def rejected(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("home", "v")
    await settled(pilot, "validity.expired")


async def inbox(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("3")
    await settled(pilot, "Tide gauges")


async def stack(pilot: Pilot[None], folder: Path) -> None:
    pathway = folder / "harbour.yaml"
    pathway.write_text(ground.PATHWAY, "utf-8")
    await pilot.press("4")
    await settled(pilot, "The whole wallet")
    await pilot.press("p")
    await settled(pilot, "Which pathway")
    await typed(pilot, str(pathway))
    await settled(pilot, "1 of 4 steps")


async def verify_empty(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("8")
    await settled(pilot, "Nothing judged yet")


async def verify(pilot: Pilot[None], folder: Path) -> None:
    sent = folder / "sent"
    sent.mkdir()
    for name, raw in ground.applicants().items():
        (sent / name).write_bytes(raw)
    await pilot.press("8", "a")
    await typed(pilot, str(sent))
    await settled(pilot, "2 accepted, 2 rejected")


async def settings(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("0")
    await settled(pilot, "Your DID")


async def keys(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("question_mark")
    await settled(pilot, "This list or page")


async def confirm(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("delete")
    await settled(pilot, "Remove this credential?")


async def removed(pilot: Pilot[None], folder: Path) -> None:
    await confirm(pilot, folder)
    await pilot.press("y")
    await settled(pilot, "u takes that back")
    await settled(pilot, " 5 ")


async def presenting(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("end", "space", "up", "space", "s")
    await settled(pilot, "Who asks to see 2 credentials?")
    await typed(pilot, "employer.example")
    await settled(pilot, "Which challenge")
    await typed(pilot, "c-17")
    await settled(pilot, "Show 2 credentials to employer.example?")


async def endorsing(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("end", "e")
    await settled(pilot, "What do you know about this badge?")


async def ask(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("a")
    await settled(pilot, "What do you want to add?")


async def adding(pilot: Pilot[None], folder: Path) -> None:
    incoming = folder / "in"
    incoming.mkdir()
    (incoming / "bad.json").write_bytes(b'{"a": 1, "a": 2}')
    (incoming / "new.json").write_bytes(
        ground.signed(ground.badge(20, "Splicing", ground.SCHOOL, "did:example:1"), ground.SCHOOL)
    )
    await ask(pilot, folder)
    await typed(pilot, str(incoming))
    await settled(pilot, "1 not kept")


async def error(pilot: Pilot[None], folder: Path) -> None:
    await pilot.press("8", "a")
    await typed(pilot, "/nowhere/badge.json")
    await settled(pilot, "No such file")
    await pilot.press("f2")
    await pilot.pause()


async def palette(pilot: Pilot[None], folder: Path) -> None:
    await settled(pilot, "Data wrangling")
    await pilot.press("ctrl+p")
    await settled(pilot, "credential: Add")


STATES: dict[str, State] = {
    "passport": passport,
    "credentials": credentials,
    "filtered": filtered,
    "marked": marked,
    "card": detail(0),
    "evidence": detail(1),
    "results": detail(2),
    "alignment": detail(3),
    "checks": detail(4),
    "raw": detail(5),
    "rejected": rejected,
    "inbox": inbox,
    "stack": stack,
    "verify-empty": verify_empty,
    "verify": verify,
    "settings": settings,
    "keys": keys,
    "confirm": confirm,
    "removed": removed,
    "presenting": presenting,
    "endorsing": endorsing,
    "ask": ask,
    "adding": adding,
    "error": error,
    "palette": palette,
}
# These change the wallet and get one of their own.
CHANGES = {"adding", "removed"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unlocked(first_home: Home) -> AsyncIterator[Desk]:
    """A desk over the home of the pictures, unlocked once for the whole module; with an inbox in memory."""
    async with ground.node_of(first_home) as node:
        yield ground.desk_of(node, opened=replace(await node.unlock(PASSPHRASE), inbox=Inbox()))


@pytest_asyncio.fixture(loop_scope="module")
async def desk(request: pytest.FixtureRequest, unlocked: Desk, home: Home) -> AsyncIterator[Desk]:
    """A desk of this test alone, over the shared wallet or, where the state changes it, over one of its own."""
    if request.getfixturevalue("name") not in CHANGES:
        yield replace(unlocked, counts={}, stacks=[])
        return
    async with ground.node_of(home) as node:
        yield ground.desk_of(node, opened=replace(await node.unlock(PASSPHRASE), inbox=Inbox()))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
async def test_a_screen_shows_this(name: str, size: tuple[int, int], desk: Desk, folder: Path) -> None:
    app = SatchelApp(desk)
    async with app.run_test(size=size) as pilot:
        await STATES[name](pilot, folder)
        snapshot.check(app, f"{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    "name", ["credentials", "checks", "verify", "stack", "removed", "presenting", "inbox", "error"]
)
async def test_without_colours_the_words_are_the_same(
    name: str, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = SatchelApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await STATES[name](pilot, folder)
        for strip in snapshot.strips(app):
            for segment in strip.apply_filter(app._filters[-1], app.screen.background_colors[1]):
                triplet = segment.style.color.triplet if segment.style and segment.style.color else None
                assert triplet is None or triplet.red == triplet.green == triplet.blue
        words = (snapshot.FOLDER / f"{name}-80x24.txt").read_text("utf-8").partition("\n\n-- marks --\n")[0]
        assert snapshot.text(app) == words


# What each tone must stand beside, so that its meaning stays when the colour goes.
SIGNS = {"text-success": "✔●◐", "text-warning": "!◐", "text-error": "✘○", "doubt": "?"}


@pytest.mark.parametrize("path", sorted(snapshot.FOLDER.glob("*.txt")), ids=lambda path: path.stem)
async def test_no_colour_stands_without_a_sign_or_a_word(path: Path) -> None:
    words, _, marks = path.read_text("utf-8").partition("\n\n-- marks --\n")
    lines = words.split("\n")
    alone = {"not kept", "not read"}
    for mark in marks.splitlines():
        place, _, role = mark.partition(" ")
        number, _, stretch = place.partition(":")
        start, _, cells = stretch.partition("+")
        tone = next((tone for tone in SIGNS if tone in role), None)
        if tone is None:
            continue
        line = lines[int(number) - 1]
        # A frame only repeats what it frames.
        shown = line[int(start) - 1 : int(start) - 1 + int(cells)].strip(" │─╭╮╰╯")
        has_sign = any(sign in line for sign in SIGNS[tone])
        is_words = len(shown.split()) > 1 or shown in alone
        assert not shown or has_sign or is_words, f"{path.name} {mark}: {shown!r}"


@pytest.mark.parametrize("name", [name for name in STATES if name != "palette"])
async def test_with_ascii_signs_everything_of_ours_is_ascii(name: str, desk: Desk, folder: Path) -> None:
    app = SatchelApp(replace(desk, glyphs=ASCII))
    async with app.run_test(size=(80, 24)) as pilot:
        await STATES[name](pilot, folder)
        # The report's sentences quote titles; quotation marks are the text's own.
        shown = snapshot.text(app).replace("“", '"').replace("”", '"')
        assert shown.isascii(), [char for char in shown if not char.isascii()]


async def test_the_door_and_the_first_steps_look_like_this(first_home: Home, tmp_path: Path) -> None:
    for name, home in (("door", first_home), ("first", Home(tmp_path / "new"))):
        app = SatchelApp(ground.desk_of(ground.node_of(home)))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            shown = snapshot.text(app)
            words = "The wallet is locked." if name == "door" else "There is no wallet in this home yet."
            assert words in shown
            assert "Passphrase" in shown and "f8 Verify without a wallet" in shown
            snapshot.check(app, f"{name}-80x24")
