"""The issuer's pages in a real browser: a claim link whose code a wallet scans, and the public page of a badge."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from issuer.service import IssuerService
from satchel.node import entropy
from satchel.node.send import Sender
from satchel.node.settings import Home
from tests.browser.nodes import verifier
from tests.browser.watch import Watch, faults, overflow
from tests.issuer.conftest import NOW, FakeClock
from tests.issuer.http_ground import Ground
from tests.issuer.http_ground import ground as serving_issuer
from tests.screen import ground as screen
from wallet import present, receive, stack
from wallet.secret import passphrase
from wallet.service import WalletService

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORIGIN = "https://issuer.example"
PICTURE = 'svg[role="img"]'
ROW = "s-1,Ada Lark,2026-05-29,82,Achieving,https://work.example/1,well done\n"


@dataclass
class World:
    """A served issuer and a learner's open wallet that reaches it through its origin."""

    issuer: Ground
    wallet: WalletService
    sender: Sender
    clock: FakeClock

    async def token(self) -> str:
        """The token of a link for one more learner."""
        number = len(self.issuer.tokens)
        self.issuer.tokens[f"link {number}"] = ""
        (one,) = await self.issuer.links(ROW.replace("s-1", f"s-{number}"))
        return str(one["link"]).rpartition("/")[2]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder, clock = tmp_path_factory.mktemp("claims"), FakeClock()
    home = Home(folder / "college")
    await IssuerService.found(
        home, origin=ORIGIN, name="Riverside College", clock=clock, entropy=entropy.seeded(b"pages")
    )
    learner = await screen.make_home(folder / "learner", lambda did: {})
    async with (
        serving_issuer(home, clock) as issuer,
        Sender(clock=clock, origins={ORIGIN: issuer.url}) as sender,
        WalletService.unlock(learner, passphrase(screen.PASSPHRASE), fetch=sender) as wallet,
    ):
        yield World(issuer=issuer, wallet=wallet, sender=sender, clock=clock)


async def scanned(page: Page) -> str:
    """What a phone reads off the screen."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="the extra `qr` is not installed")
    from PIL import Image

    shot = await page.locator(PICTURE).screenshot()
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)).convert("L"))
    assert len(codes) == 1, "the code cannot be read off the screen"
    return str(codes[0].text)


async def public_page(world: World) -> str:
    """The path of a badge's page that its holder has switched on."""
    offer = await receive.look(f"{ORIGIN}/claim/{await world.token()}", sender=world.sender, now=world.clock())
    added = await receive.claim(offer, wallet=world.wallet, sender=world.sender, clock=world.clock)
    assert added.card is not None
    credential_id = added.card.credential_id.rpartition("/")[2]
    on = await world.issuer("PUT", f"/api/v1/credentials/{credential_id}/page", body={"on": True})
    assert on.status == 200
    return f"/b/{credential_id}"


SCREENS: dict[str, dict[str, Any]] = {
    "wide": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2},
    "without script": {"java_script_enabled": False},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize("name", SCREENS)
async def test_the_code_on_the_claim_page_can_be_scanned_from_every_screen(
    chromium: Watch, world: World, name: str
) -> None:
    token = await world.token()
    async with chromium.page(world.issuer.url, **SCREENS[name]) as page:
        await page.goto(f"/claim/{token}")
        assert await page.locator("h1").inner_text() == "Data Literacy"
        assert await scanned(page) == f"{ORIGIN}/claim/{token}"


async def test_a_scanned_claim_comes_into_the_wallet_and_is_stacked_presented_and_verified(
    chromium: Watch, world: World
) -> None:
    token = await world.token()
    async with chromium.page(world.issuer.url) as page:
        await page.goto(f"/claim/{token}")
        link = await scanned(page)
        offer = await receive.look(link, sender=world.sender, now=world.clock())
        added = await receive.claim(offer, wallet=world.wallet, sender=world.sender, clock=world.clock)
        assert added.outcome == "added" and added.report.verdict in ("accepted", "accepted_with_warnings")
        assert added.card is not None
        await page.reload()
        assert await page.get_by_text("This link has been used.").is_visible()
        assert await page.locator(PICTURE).count() == 0
    stacked = await stack.build(
        world.wallet, [added.card.id], name="What I can do", now=world.clock(), entropy=entropy.system
    )
    shown = await present.present(
        world.wallet,
        [added.card.id],
        challenge="c-1",
        domain="employer.example",
        now=world.clock(),
        entropy=entropy.system,
    )
    # An employer's verifier, which reaches the issuer through its origin alone.
    async with verifier({ORIGIN: world.issuer.url}, now=NOW) as url, chromium.page(url) as page:
        for name, raw in (("badge.json", (await world.wallet.export(added.card.id)).raw), ("stack.zip", stacked)):
            await page.goto("/verify")
            await page.get_by_label("File").set_input_files(
                {"name": name, "mimeType": "application/octet-stream", "buffer": raw}
            )
            await page.get_by_role("button", name="Check it").click()
            await page.locator(".verdict").wait_for()
            assert (await page.locator("h1").inner_text()).strip().startswith("Accepted")
        await page.goto("/verify")
        await page.get_by_label("Or its text").fill(shown.decode())
        await page.get_by_text("Is it this person?").click()
        await page.get_by_label("Challenge").fill("c-1")
        await page.get_by_label("Domain").fill("employer.example")
        await page.get_by_label("DID of the holder").fill(world.wallet.did)
        await page.get_by_label("The holder must have signed").check()
        await page.get_by_role("button", name="Check it").click()
        await page.locator(".verdict").wait_for()
        assert (await page.locator("h1").inner_text()).strip().startswith("Accepted")
        # The issuer takes it back, and the next check says so.
        credential_id = added.card.credential_id.rpartition("/")[2]
        revoked = await world.issuer(
            "POST", f"/api/v1/credentials/{credential_id}/revoke", body={"reason": "Entered wrongly."}
        )
        assert revoked.status == 200
        await page.goto("/verify")
        await page.get_by_label("File").set_input_files(
            {"name": "stack.zip", "mimeType": "application/zip", "buffer": stacked}
        )
        await page.get_by_role("button", name="Check it").click()
        await page.locator(".verdict").wait_for()
        assert (await page.locator("h1").inner_text()).strip() == "Rejected"
        assert await page.get_by_text("revoked").first.is_visible()


async def paths(world: World) -> dict[str, str]:
    """One address of each kind of page."""
    used = await world.token()
    offer = await receive.look(f"{ORIGIN}/claim/{used}", sender=world.sender, now=world.clock())
    await receive.claim(offer, wallet=world.wallet, sender=world.sender, clock=world.clock)
    return {
        "claim": f"/claim/{await world.token()}",
        "used": f"/claim/{used}",
        "unknown": f"/claim/{'a' * 52}",
        "badge": await public_page(world),
        "no badge": f"/b/{'a' * 26}",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_any_page(chromium: Watch, world: World, scheme: str) -> None:
    context = await chromium.browser.new_context(base_url=world.issuer.url, bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        for name, path in (await paths(world)).items():
            await page.goto(path)
            assert (name, await faults(page)) == (name, [])
    finally:
        await context.close()


async def test_every_page_fits_320_pixels_and_200_percent(chromium: Watch, world: World) -> None:
    for viewport in ({"width": 320, "height": 640}, {"width": 640, "height": 400}):
        for name, path in (await paths(world)).items():
            async with chromium.page(world.issuer.url, viewport=viewport) as page:
                await page.goto(path)
                if viewport["width"] == 640:
                    await page.evaluate("document.documentElement.style.fontSize = '200%'")
                assert (name, await overflow(page)) == (name, [])


async def test_every_page_says_nothing_to_search_engines_and_has_a_title_and_a_language(
    chromium: Watch, world: World
) -> None:
    for path in (await paths(world)).values():
        async with chromium.page(world.issuer.url) as page:
            await page.goto(path)
            assert "noindex" in (await page.locator('meta[name="robots"]').get_attribute("content") or "")
            assert await page.locator("html").get_attribute("lang") == "en"
            assert (await page.title()).endswith(" · Satchel")
            assert await page.locator("h1").count() == 1
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.className") == "skip"


async def test_the_claim_page_prints_with_its_code(chromium: Watch, world: World) -> None:
    reader = pytest.importorskip("pypdf", reason="pypdf is absent: the printed page cannot be read")
    token = await world.token()
    async with chromium.page(world.issuer.url, color_scheme="dark") as page:
        await page.goto(f"/claim/{token}")
        await page.emulate_media(media="print")
        assert await scanned(page) == f"{ORIGIN}/claim/{token}"
        printed = reader.PdfReader(io.BytesIO(await page.pdf(format="A4")))
        text = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert "Data Literacy" in text and "It works once" in text
    assert token in "".join(text.split())


async def test_the_badge_page_follows_what_the_issuer_does(chromium: Watch, world: World, tmp_path: Path) -> None:
    path = await public_page(world)
    async with chromium.page(world.issuer.url) as page:
        await page.goto(path)
        assert await page.get_by_text("It stands.").is_visible()
        assert "Ada Lark" not in await page.locator("body").inner_text()
        credential_id = path.rpartition("/")[2]
        await world.issuer("POST", f"/api/v1/credentials/{credential_id}/revoke", body={"reason": "x"})
        await page.reload()
        assert await page.get_by_text("Revoked.").is_visible()
        await world.issuer("PUT", f"/api/v1/credentials/{credential_id}/page", body={"on": False})
        answer = await page.reload()
        assert answer is not None and answer.status == 404
        assert await page.locator("h1").inner_text() == "There is no such page"
