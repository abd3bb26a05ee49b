"""wallet.page: the question and the answer are the issuer's words, and a proof is made for no other place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from satchel.errors import FetchError, WalletFault
from satchel.node.send import Sender
from satchel.node.settings import Home
from tests.wallet.badge import badge_file
from tests.wallet.conftest import PASSPHRASE
from tests.wallet.issuer_node import HOST, ORIGIN, problem
from tests.wallet.story import NOW, badge_about, keep, open_wallet
from tui.main import main
from wallet import page
from wallet.service import WalletService

ID = "b" * 26
OFFER: dict[str, Any] = {
    "schema": "satchel.page_offer/1",
    "id": ID,
    "on": False,
    "challenge": "c" * 52,
    "domain": HOST,
}
STATE: dict[str, Any] = {"schema": "satchel.page/1", "id": ID, "on": True, "url": f"{ORIGIN}/b/{ID}"}


class Node:
    """An issuer that answers what a test wants; `posted` is what it was sent."""

    def __init__(self, offer: object = OFFER, state: object = STATE) -> None:
        self.offer, self.state = offer, state
        self.posted: list[Any] = []

    async def get(self, _request: web.Request) -> web.StreamResponse:
        return self.offer if isinstance(self.offer, web.Response) else web.json_response(self.offer)

    async def post(self, request: web.Request) -> web.StreamResponse:
        self.posted.append(await request.json())
        return self.state if isinstance(self.state, web.Response) else web.json_response(self.state)


@asynccontextmanager
async def meeting(home: Home, node: Node, raw: bytes | None = None) -> AsyncIterator[tuple[WalletService, Sender, str]]:
    application = web.Application()
    application.router.add_get(f"/api/v1/public/{ID}", node.get)
    application.router.add_post(f"/api/v1/public/{ID}", node.post)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with (
            Sender(clock=lambda: NOW, origins={ORIGIN: f"http://{host}:{port}"}) as sender,
            open_wallet(home, fetch=sender) as (wallet, _),
        ):
            (id,) = await keep(wallet, raw or badge_about(wallet.did, 1, id=f"{ORIGIN}/credentials/{ID}"))
            yield wallet, sender, id
    finally:
        await runner.cleanup()


async def fault_of(home: Home, node: Node, raw: bytes | None = None) -> str:
    async with meeting(home, node, raw) as (wallet, sender, id):
        with pytest.raises((WalletFault, FetchError)) as fault:
            await page.switch(wallet, id, is_on=True, sender=sender, clock=lambda: NOW)
    assert "\x1b" not in fault.value.message
    return fault.value.code


async def test_what_is_sent_is_the_wish_and_a_proof_for_this_origin_alone(home: Home) -> None:
    node = Node()
    async with meeting(home, node) as (wallet, sender, id):
        found = await page.switch(wallet, id, is_on=True, sender=sender, clock=lambda: NOW)
        did = wallet.did
    assert (found.is_on, found.url) == (True, f"{ORIGIN}/b/{ID}")
    (sent,) = node.posted
    assert (sent["schema"], sent["on"]) == ("satchel.page_request/1", True)
    shown = sent["presentation"]
    assert (shown["holder"], shown["proof"]["domain"], shown["proof"]["challenge"]) == (did, HOST, "c" * 52)
    assert "verifiableCredential" not in shown


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (Node(OFFER | {"domain": "elsewhere.example"}), "claim.domain"),
        (Node(OFFER | {"challenge": 7}), "page.answer"),
        (Node(OFFER | {"challenge": "c" * 501}), "page.answer"),
        (Node(OFFER | {"schema": "satchel.claim_offer/1"}), "page.answer"),
        (Node(problem(404, "issue.not_found")), "page.none"),
        (Node(problem(503, "http.busy")), "page.answer"),
        (Node(state=problem(403, "claim.holder_unproven")), "claim.holder_unproven"),
        (Node(state=problem(500, "wallet.passphrase")), "page.answer"),
        (Node(state=STATE | {"on": False}), "page.answer"),
        (Node(web.json_response([])), "page.answer"),
        (Node(web.Response(status=302, headers={"Location": "https://elsewhere.example/"})), "fetch.redirect"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_an_issuer_that_says_something_else_gets_no_further(home: Home, node: Node, code: str) -> None:
    assert await fault_of(home, node) == code
    assert code not in ("claim.domain", "page.none") or node.posted == []


async def test_a_badge_without_an_address_of_an_issuer_has_no_page(home: Home) -> None:
    node = Node()
    assert await fault_of(home, node, badge_file(1)) == "page.none"
    assert await fault_of(home, node, badge_file(2, id=f"{ORIGIN}/elsewhere/{ID}")) == "page.none"
    assert await fault_of(home, node, badge_file(3, id="https://127.0.0.1/credentials/" + ID)) == "fetch.address"
    assert node.posted == []


def test_the_command_needs_the_network(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SATCHEL_PASSPHRASE", raising=False)
    words = home.path.parent / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    code = main(["page", "aaaa", "--on", "--home", str(home.path), "--passphrase-file", str(words), "--offline"])
    assert code == 7
    assert "fetch.offline" in capsys.readouterr().err
