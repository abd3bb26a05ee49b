"""Makes the pictures of docs/screens from the running program: `python -m tests.screen.make [NAME...]`.

Each is a real screen over a real wallet with invented badges, where Chromium turns Textual's SVG into a PNG; or with
`pages` among the names, or without names, a real page of a real node, and the report of the command in 80 columns.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.screen import ground
from tests.screen.ground import PASSPHRASE
from tests.screen.rows import Inbox
from tests.screen.test_snapshots import CHANGES, STATES
from tui.app import SatchelApp

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "screens"
HEROES: Final = (
    "passport",
    "credentials",
    "card",
    "checks",
    "inbox",
    "stack",
    "verify",
    "settings",
    "presenting",
    "removed",
    "keys",
    "palette",
    "error",
)
PAGES: Final = "pages"
SIZES: Final = {"verify": ((120, 36), (80, 24))}
WIDE: Final = ((120, 36),)


def chromium() -> str:
    """The browser's path. Raises SystemExit when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (found := shutil.which(name)) is not None:
            return found
    raise SystemExit("Chromium is absent: install Debian's package `chromium`.")


def to_png(browser: str, svg: str, path: Path) -> None:
    """The picture of an SVG text."""
    box = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    if box is None:
        raise SystemExit("the picture has no size")
    width, height = (int(float(box[side])) + 1 for side in (1, 2))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "screen.svg")
        # Textual names a font of the network; the picture is made of the machine's own.
        source.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S), "utf-8")
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder}/profile",
            "--hide-scrollbars",
            f"--window-size={width},{height}",
            f"--screenshot={path}",
            source.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


async def pictures(names: list[str]) -> list[tuple[str, str]]:
    """Name and SVG of each picture."""
    found: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        home = await ground.make_home(Path(folder, "home"), ground.files)
        async with ground.node_of(home) as node:
            opened = replace(await node.unlock(PASSPHRASE), inbox=Inbox())
            # What changes the wallet goes last.
            for name in sorted(names, key=CHANGES.__contains__):
                for number, size in enumerate(SIZES.get(name, WIDE)):
                    place = Path(folder, f"{name}-{number}")
                    place.mkdir()
                    app = SatchelApp(ground.desk_of(node, opened=opened))
                    async with app.run_test(size=size) as pilot:
                        await STATES[name](pilot, place)
                        await pilot.pause()
                        svg = app.export_screenshot(title="Satchel")
                    found.append((name if number == 0 else f"{name}-{size[0]}", svg))
    return found


def main() -> int:
    names = sys.argv[1:] or [*HEROES, PAGES]
    browser = chromium()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if PAGES in names:
        from tests.screen import pages

        for path in asyncio.run(pages.make(browser, FOLDER)):
            print(path.relative_to(FOLDER.parents[1]))
    for name, svg in asyncio.run(pictures([name for name in names if name != PAGES])):
        path = FOLDER / f"{name}.png"
        to_png(browser, svg, path)
        print(path.relative_to(FOLDER.parents[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
