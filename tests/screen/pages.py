"""The pictures of the web pages, taken by Chromium from real nodes, and of the report in 80 columns."""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from issuer.service import IssuerService
from satchel.node import entropy
from satchel.node.settings import Home
from tests.browser.nodes import verifier
from tests.browser.watch import ARGUMENTS
from tests.issuer.conftest import FakeClock, Learner
from tests.issuer.http_ground import Ground
from tests.issuer.http_ground import ground as serving_issuer
from tests.screen import ground
from tests.verifier.facet.test_parts import stacked
from verifier.registry import Trust, load

ORIGIN: Final = "https://issuer.example"
ROW: Final = "s-1,Ada Lark,2026-05-29,82,Achieving,https://work.example/1,well done\n"
WIDE: Final = {"viewport": {"width": 820, "height": 700}}
NARROW: Final = {"viewport": {"width": 320, "height": 700}, "device_scale_factor": 2}


@dataclass(frozen=True)
class Shot:
    """One picture of a page: the file that is given to the verifier, or the address that is opened."""

    raw: bytes | None = None
    name: str = ""
    path: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: WIDE)


def trust() -> Trust:
    """A list that names the invented college."""
    college = ground.did_of(ground.COLLEGE[1])
    known = f'{{"id": "{college}", "name": "An invented coastal college"}}'
    raw = f'{{"schema": "satchel.trust/1", "name": "Colleges of the coast", "issuers": [{known}]}}'
    return Trust(lists=(load(raw.encode(), name="own"),))


def verdicts() -> dict[str, Shot]:
    """The pages of the verifier."""
    sent = ground.applicants()
    good, altered, undecided = sent["applicant-1.json"], sent["applicant-2.json"], sent["applicant-4.json"]
    return {
        "page-verify": Shot(),
        "page-accepted": Shot(raw=good, name="data-wrangling.json"),
        "page-rejected": Shot(raw=altered, name="data-wrangling.json", options=WIDE | {"color_scheme": "dark"}),
        "page-undecided-320": Shot(raw=undecided, name="first-aid.json", options=NARROW),
        "page-stack": Shot(raw=stacked(good, altered), name="applicant.zip"),
    }


async def shoot(browser: Browser, base: str, shot: Shot, file: Path) -> None:
    """One picture, from top to end of the page."""
    context = await browser.new_context(base_url=base, **shot.options)
    try:
        page = await context.new_page()
        await page.goto(shot.path or "/verify")
        if shot.raw is not None:
            await _give(page, shot)
        await page.screenshot(path=file, full_page=True)
    finally:
        await context.close()


async def _give(page: Page, shot: Shot) -> None:
    kind = "application/octet-stream"
    await page.get_by_label("File").set_input_files({"name": shot.name, "mimeType": kind, "buffer": shot.raw or b""})
    await page.get_by_role("button", name="Check it").click()
    await page.locator(".verdict").wait_for()


async def issued(served: Ground) -> dict[str, Shot]:
    """The pages of the issuer: a link that waits, and a badge whose page its learner has switched on."""
    waiting = await served.links(ROW)
    token = await _link(served)
    claimed = await served.claim(token, Learner("pictures"))
    credential_id = str(claimed.json["credential"]["id"]).rpartition("/")[2]
    await served("PUT", f"/api/v1/credentials/{credential_id}/page", body={"on": True})
    return {
        "page-claim": Shot(path=f"/claim/{str(waiting[0]['link']).rpartition('/')[2]}"),
        "page-badge": Shot(path=f"/b/{credential_id}"),
    }


async def _link(served: Ground) -> str:
    (one,) = await served.links(ROW.replace("s-1", "s-2"))
    return str(one["link"]).rpartition("/")[2]


def report() -> str:
    """What `satchel verify` prints of an applicant's file, as it is in 80 columns."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "applicant-4.json")
        file.write_bytes(ground.applicants()["applicant-4.json"])
        command = [sys.executable, "-m", "tui.main", "verify", "--offline", "--now", "2026-11-24T09:30:00Z", file.name]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")}
        done = subprocess.run(
            command, cwd=folder, env=environment | {"PYTHONIOENCODING": "utf-8"}, capture_output=True, check=False
        )
    return f"$ satchel verify --offline {file.name}\n{done.stdout.decode()}$ echo $?\n{done.returncode}\n"


async def _print(browser: Browser, text: str, file: Path) -> None:
    page = await browser.new_page(viewport={"width": 740, "height": 200})
    await page.set_content(
        "<style>body{margin:0;padding:16px;background:#11151a;color:#d8dee6;width:max-content}"
        f"pre{{margin:0;font:14px/1.35 monospace;width:80ch}}</style><pre>{html.escape(text)}</pre>"
    )
    await page.screenshot(path=file, full_page=True)
    await page.close()


async def make(chromium: str, folder: Path) -> list[Path]:
    """All pictures, into the folder."""
    made: list[Path] = []
    with tempfile.TemporaryDirectory() as scratch:
        home, clock = Home(Path(scratch, "college")), FakeClock()
        await IssuerService.found(
            home, origin=ORIGIN, name="Riverside College", clock=clock, entropy=entropy.seeded(b"pages")
        )
        async with (
            async_playwright() as driver,
            serving_issuer(home, clock, source=entropy.seeded(b"pictures")) as served,
            verifier(now=ground.NOW, trust=trust()) as checking,
        ):
            browser = await driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
            try:
                shots = [(checking, name, shot) for name, shot in verdicts().items()]
                shots += [(served.url, name, shot) for name, shot in (await issued(served)).items()]
                for base, name, shot in shots:
                    made.append(folder / f"{name}.png")
                    await shoot(browser, base, shot, made[-1])
                made.append(folder / "report-80.png")
                await _print(browser, report(), made[-1])
            finally:
                await browser.close()
    return made
