"""satchel.node.send: asking and telling another node, behind the fetcher's guard."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from satchel.errors import FetchError
from satchel.node.send import Sender
from satchel.port import Request
from tests.attack.rude_server import DRIP, ENDLESS, GZIP_BOMB, HALF, HANG, answer, redirect, serving, sockets
from tests.satchel.node.test_address import REFUSED

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ORIGIN = "https://college.example"


async def forbidden_lookup(host: str) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


def sender_at(base: str, *, deadline_seconds: float = 2.0) -> Sender:
    return Sender(clock=lambda: NOW, origins={ORIGIN: base}, lookup=forbidden_lookup, deadline_seconds=deadline_seconds)


@asynccontextmanager
async def rude(path: str, behaviour: bytes) -> AsyncIterator[Sender]:
    async with serving({path: behaviour}) as base, sender_at(base, deadline_seconds=0.5) as sender:
        yield sender


async def code_of(path: str, behaviour: bytes, *, limit_bytes: int = 10_000) -> set[str]:
    """The codes that asking and posting end with."""
    codes = set()
    async with rude(path, behaviour) as sender:
        with pytest.raises(FetchError) as fault:
            await sender.post(ORIGIN + path, {"a": 1}, limit_bytes=limit_bytes)
        codes.add(fault.value.code)
        with pytest.raises(FetchError) as fault:
            await sender.ask(ORIGIN + path, limit_bytes=limit_bytes)
        codes.add(fault.value.code)
    return codes


async def test_a_body_is_posted_as_json_once_and_the_answer_comes_back_as_bytes() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        seen.append(
            (request.method, {name.lower(): text for name, text in request.headers.items()}, await request.read())
        )
        return web.Response(status=201, body=b'{"made": "\xc3\xa4"}', content_type="application/json")

    application = web.Application()
    application.router.add_post("/things", take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        async with sender_at(f"http://{host}:{port}") as sender:
            sent = await sender.post(f"{ORIGIN}/things", {"name": "Ärztin", "n": 1})
    finally:
        await runner.cleanup()
    assert (sent.url, sent.status, sent.body) == (f"{ORIGIN}/things", 201, b'{"made": "\xc3\xa4"}')
    ((method, headers, body),) = seen
    assert method == "POST"
    assert json.loads(body) == {"name": "Ärztin", "n": 1}
    assert headers["host"] == "college.example"
    assert headers["content-type"] == headers["accept"] == "application/json"
    assert not {"authorization", "cookie"} & headers.keys()


async def test_a_refusal_is_an_answer() -> None:
    problem = answer(409, b'{"code":"claim.used"}', Content_Type="application/problem+json")
    async with rude("/x", problem) as sender:
        sent = await sender.ask(f"{ORIGIN}/x")
        assert (sent.status, sent.body) == (409, b'{"code":"claim.used"}')
        assert (await sender.post(f"{ORIGIN}/x", {})).status == 409


async def test_no_forbidden_address_is_asked_or_told() -> None:
    async with sender_at("http://127.0.0.1:9") as sender:
        with sockets() as asked:
            for url, code in REFUSED:
                for talk in (sender.ask(url), sender.post(url, {})):
                    with pytest.raises(FetchError) as fault:
                        await talk
                    assert fault.value.code == code, url
        assert asked == []


async def test_a_name_that_leads_into_a_private_net_is_refused_at_the_lookup() -> None:
    async def private(_host: str) -> Sequence[str]:
        return ["10.0.0.7"]

    async with Sender(clock=lambda: NOW, lookup=private) as sender:
        with pytest.raises(FetchError) as fault:
            await sender.post("https://inside.example/x", {})
    assert fault.value.code == "fetch.address"


async def test_a_redirect_is_never_followed() -> None:
    with sockets() as asked:
        assert await code_of("/x", redirect("/y")) == {"fetch.redirect"}
    assert len([event for event, _ in asked if event == "socket.connect"]) == 2
    assert await code_of("/x", answer(303, Location=f"{ORIGIN}/z")) == {"fetch.redirect"}
    assert await code_of("/x", answer(304)) == {"fetch.redirect"}


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (HANG, "fetch.timeout"),
        (DRIP, "fetch.timeout"),
        (HALF, "fetch.unreachable"),
        (ENDLESS, "fetch.too_large"),
        (GZIP_BOMB, "fetch.encoding"),
        (answer(200, b"x" * 10_001, Content_Type="application/json"), "fetch.too_large"),
        (answer(200, b"<p>Log in</p>", Content_Type="text/html"), "fetch.media_type"),
        (answer(200, b"{}"), "fetch.media_type"),
        (answer(200, gzip.compress(b"{}"), Content_Type="application/json", Content_Encoding="br"), "fetch.encoding"),
        (b"no http at all\r\n\r\n", "fetch.unreachable"),
        (b"", "fetch.unreachable"),
    ],
)
async def test_a_badly_behaved_server_ends_with_its_code(behaviour: bytes, code: str) -> None:
    assert await code_of("/x", behaviour) == {code}


async def test_nobody_there_is_unreachable() -> None:
    async with sender_at("http://127.0.0.1:1") as sender:
        with pytest.raises(FetchError) as fault:
            await sender.post(f"{ORIGIN}/x", {})
    assert fault.value.code == "fetch.unreachable"


async def test_a_sender_fetches_as_a_fetcher_does() -> None:
    async with rude("/x", answer(200, b"{}", Content_Type="application/json")) as sender:
        fetched = await sender(Request(url=f"{ORIGIN}/x", purpose="status", limit_bytes=10))
    assert fetched.body == b"{}"


async def test_it_is_used_inside_its_block_only() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await sender_at("http://127.0.0.1:9").post(f"{ORIGIN}/x", {})
