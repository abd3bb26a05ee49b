from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from satchel.errors import FetchError
from satchel.node.fetch import CALL_BUDGET, Fetcher, SocketGuard, look_up
from satchel.port import Fetched, Purpose, Request
from tests.satchel.node.test_address import REFUSED

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ORIGIN = "https://college.example"
OTHER = "https://hill.example"

_events: list[str] = []
_recording = False


def _audit(event: str, args: tuple[object, ...]) -> None:
    if _recording and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        _events.append(f"{event} {args[1:]}")


sys.addaudithook(_audit)


@pytest.fixture
def sockets() -> Iterator[list[str]]:
    """Every connect and lookup of this process while the test runs, as the interpreter's audit hook sees them."""
    global _recording
    _events.clear()
    _recording = True
    yield _events
    _recording = False


def ask(url: str, purpose: Purpose = "status", limit_bytes: int = 10_000) -> Request:
    return Request(url=url, purpose=purpose, limit_bytes=limit_bytes)


async def forbidden_lookup(host: str) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


async def json_page(request: web.Request) -> web.Response:
    return web.json_response({"host": request.headers["Host"], "path": request.rel_url.raw_path_qs})


async def headers_page(request: web.Request) -> web.Response:
    return web.json_response({name.lower(): value for name, value in request.headers.items()})


async def cookie_page(request: web.Request) -> web.Response:
    answer = web.json_response({"cookies": dict(request.cookies)})
    answer.set_cookie("track", "me")
    return answer


async def redirect_page(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def loop_page(request: web.Request) -> web.Response:
    left = int(request.match_info["left"])
    return web.Response(status=307, headers={"Location": f"/loop/{left - 1}" if left else "/json"})


async def drip_page(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(0.02)


async def endless_page(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while True:
        await answer.write(b" " * 65536)


async def hang_page(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def claims_small_page(request: web.Request) -> web.StreamResponse:
    # the server's claim says 5 bytes; aiohttp's server sends exactly those, so the limit is met by counting
    return web.Response(body=b"12345", headers={"Content-Type": "application/json"})


async def gzip_page(request: web.Request) -> web.Response:
    return web.Response(body=b"\x1f\x8b", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


async def html_page(request: web.Request) -> web.Response:
    return web.Response(text="<p>Please log in</p>", content_type="text/html")


async def status_page(request: web.Request) -> web.Response:
    return web.json_response({}, status=int(request.match_info["code"]))


@asynccontextmanager
async def college(**options: float) -> AsyncIterator[Fetcher]:
    """A real server on loopback that stands in for two https origins, and a Fetcher that knows them."""
    app = web.Application()
    app.router.add_get("/json", json_page)
    app.router.add_get("/headers", headers_page)
    app.router.add_get("/cookie", cookie_page)
    app.router.add_get("/redirect", redirect_page)
    app.router.add_get("/loop/{left}", loop_page)
    app.router.add_get("/drip", drip_page)
    app.router.add_get("/endless", endless_page)
    app.router.add_get("/hang", hang_page)
    app.router.add_get("/small", claims_small_page)
    app.router.add_get("/gzip", gzip_page)
    app.router.add_get("/html", html_page)
    app.router.add_get("/status/{code}", status_page)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address, port) = runner.addresses[0][:2]
    base = f"http://{address}:{port}"
    try:
        fetcher = Fetcher(clock=lambda: NOW, origins={ORIGIN: base, OTHER: base}, lookup=forbidden_lookup, **options)
        async with fetcher as fetch:
            yield fetch
    finally:
        await runner.cleanup()


async def refusal(fetch: Fetcher, request: Request) -> str:
    with pytest.raises(FetchError) as fault:
        await fetch(request)
    return fault.value.code


@pytest.mark.parametrize(("url", "code"), REFUSED, ids=range(len(REFUSED)))
async def test_no_socket_is_opened_for_a_refused_url(url: str, code: str, sockets: list[str]) -> None:
    async with Fetcher(clock=lambda: NOW, lookup=forbidden_lookup) as fetch:
        for purpose in ("did", "status", "evidence"):
            if code == "fetch.port" and ":8443" in url:
                continue
            assert await refusal(fetch, ask(url, purpose)) == code
    assert sockets == []


@pytest.mark.parametrize(
    "answer",
    [["192.0.2.1"], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2001:db8::1"], ["::ffff:8.8.8.8"], ["64:ff9b::808:808"]],
)
async def test_a_name_with_any_address_that_is_not_public_is_never_connected(
    answer: list[str], sockets: list[str]
) -> None:
    async def lookup(host: str) -> Sequence[str]:
        assert host == "college.example"
        return answer

    async with Fetcher(clock=lambda: NOW, lookup=lookup) as fetch:
        assert await refusal(fetch, ask("https://college.example/list")) == "fetch.address"
    assert sockets == []


async def test_a_name_that_does_not_resolve_is_unreachable(sockets: list[str]) -> None:
    async def lookup(host: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    async with Fetcher(clock=lambda: NOW, lookup=lookup) as fetch:
        assert await refusal(fetch, ask("https://college.example/list")) == "fetch.unreachable"
    assert sockets == []


async def test_a_lookup_that_hangs_ends_with_the_deadline() -> None:
    async def lookup(host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        raise AssertionError

    async with Fetcher(clock=lambda: NOW, lookup=lookup, deadline_seconds=0.1) as fetch:
        assert await refusal(fetch, ask("https://college.example/list")) == "fetch.timeout"


async def test_the_guard_refuses_a_private_address_at_connect_when_a_second_lookup_gives_one(
    sockets: list[str],
) -> None:
    """DNS rebinding: whatever a resolver let through, the final address is judged again."""

    class Rebound(aiohttp.abc.AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[aiohttp.abc.ResolveResult]:
            return [
                {"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0},
            ]

        async def close(self) -> None:
            return None

    connector = aiohttp.TCPConnector(resolver=Rebound(), socket_factory=SocketGuard(), happy_eyeballs_delay=None)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(FetchError) as fault:
            await session.get("https://college.example/list")
    assert fault.value.code == "fetch.address"
    assert sockets == []


async def test_the_guard_lets_only_the_listed_loopback_port_through() -> None:
    guard = SocketGuard(frozenset({("127.0.0.1", 8080)}))
    guard((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 8080))).close()
    for address in (("127.0.0.1", 8081), ("127.0.0.2", 8080), ("10.0.0.1", 8080)):
        with pytest.raises(FetchError) as fault:
            guard((socket.AF_INET, socket.SOCK_STREAM, 0, "", address))
        assert fault.value.code == "fetch.address"


async def test_an_origin_is_served_by_its_stand_in_with_its_own_host_name() -> None:
    async with college() as fetch:
        fetched = await fetch(ask(f"{ORIGIN}/json?a=%2Fb"))
    assert fetched.body == b'{"host": "college.example", "path": "/json?a=%2Fb"}'
    assert (fetched.source, fetched.fetched_at, fetched.media_type) == ("network", NOW, "application/json")
    assert (fetched.url, fetched.final_url) == (f"{ORIGIN}/json?a=%2Fb", f"{ORIGIN}/json?a=%2Fb")


async def test_a_request_names_no_user_and_asks_for_no_compression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.1:3128")
    async with college() as fetch:
        fetched = await fetch(ask(f"{ORIGIN}/headers"))
    assert b'"accept-encoding": "identity"' in fetched.body
    for absent in (b"cookie", b"authorization", b"referer", b"gzip"):
        assert absent not in fetched.body


async def test_cookies_are_forgotten() -> None:
    async with college() as fetch:
        await fetch(ask(f"{ORIGIN}/cookie"))
        assert (await fetch(ask(f"{ORIGIN}/cookie"))).body == b'{"cookies": {}}'


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    async with college() as fetch:
        assert (await fetch(ask(f"{ORIGIN}/loop/2"))).final_url == f"{ORIGIN}/json"
        assert await refusal(fetch, ask(f"{ORIGIN}/loop/3")) == "fetch.redirect"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("http://college.example/json", "fetch.url"),
        ("https://192.0.2.1/json", "fetch.address"),
        ("https://[2001:db8::1]/json", "fetch.address"),
        ("https://169.254.169.254/latest/meta-data", "fetch.address"),
        ("https://localhost/json", "fetch.address"),
        ("https://college.example:22/json", "fetch.port"),
        ("file:///etc/passwd", "fetch.url"),
        ("//192.0.2.1/json", "fetch.address"),
        ("https://user@hill.example/json", "fetch.url"),
        ("", "fetch.redirect"),
    ],
)
async def test_a_redirect_is_checked_whole_again(to: str, code: str) -> None:
    async with college() as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/redirect?to={quote(to)}")) == code


async def test_a_did_document_is_redirected_within_its_host_only() -> None:
    async with college() as fetch:
        assert (await fetch(ask(f"{ORIGIN}/redirect?to=/json", "did"))).final_url == f"{ORIGIN}/json"
        assert await refusal(fetch, ask(f"{ORIGIN}/redirect?to={OTHER}/json", "did")) == "fetch.redirect"
        assert (await fetch(ask(f"{ORIGIN}/redirect?to={OTHER}/json", "status"))).final_url == f"{OTHER}/json"


async def test_a_body_that_drips_ends_with_the_deadline() -> None:
    async with college(deadline_seconds=0.3) as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/drip")) == "fetch.timeout"


async def test_a_server_that_says_nothing_ends_with_the_idle_limit() -> None:
    async with college(idle_seconds=0.1) as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/hang")) == "fetch.timeout"


async def test_a_body_without_an_end_stops_at_the_limit() -> None:
    async with college() as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/endless")) == "fetch.too_large"


async def test_the_limit_counts_bytes_and_is_exact() -> None:
    async with college() as fetch:
        assert (await fetch(ask(f"{ORIGIN}/small", limit_bytes=5))).body == b"12345"
        assert await refusal(fetch, ask(f"{ORIGIN}/small", limit_bytes=4)) == "fetch.too_large"


async def test_a_compressed_body_is_refused_unread() -> None:
    async with college() as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/gzip")) == "fetch.encoding"


async def test_a_login_page_is_no_document() -> None:
    async with college() as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/html")) == "fetch.media_type"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "fetch.not_found"), (410, "fetch.not_found"), (500, "fetch.status"), (401, "fetch.status")],
)
async def test_an_error_status_is_no_document(status: int, code: str) -> None:
    async with college() as fetch:
        assert await refusal(fetch, ask(f"{ORIGIN}/status/{status}")) == code


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        origins = {ORIGIN: f"http://127.0.0.1:{closed.getsockname()[1]}"}
        async with Fetcher(clock=lambda: NOW, origins=origins) as fetch:
            assert await refusal(fetch, ask(f"{ORIGIN}/json")) == "fetch.unreachable"


async def test_all_answers_in_order_and_stops_at_its_budget() -> None:
    urls = [f"{ORIGIN}/json", f"{ORIGIN}/status/404"] + [f"{ORIGIN}/json?{n}" for n in range(CALL_BUDGET)]
    async with college() as fetch:
        answers = await fetch.all([ask(url) for url in urls])
    assert len(answers) == len(urls)
    assert isinstance(answers[0], Fetched)
    assert isinstance(answers[1], FetchError)
    assert answers[1].code == "fetch.not_found"
    assert [fault.code for fault in answers[CALL_BUDGET:] if isinstance(fault, FetchError)] == ["fetch.budget"] * 2
    assert isinstance(answers[CALL_BUDGET - 1], Fetched)


@pytest.mark.parametrize(
    ("origin", "base"),
    [
        ("http://college.example", "http://127.0.0.1:8080"),
        ("https://college.example/", "http://127.0.0.1:8080"),
        ("https://192.0.2.1", "http://127.0.0.1:8080"),
        (ORIGIN, "http://192.0.2.1:8080"),
        (ORIGIN, "http://localhost:8080"),
        (ORIGIN, "https://127.0.0.1:8080"),
        (ORIGIN, "http://127.0.0.1"),
        (ORIGIN, "http://127.0.0.1:8080/x"),
        (ORIGIN, "http://user@127.0.0.1:8080"),
    ],
)
def test_only_loopback_stands_in_for_an_https_origin(origin: str, base: str) -> None:
    with pytest.raises(FetchError) as fault:
        Fetcher(clock=lambda: NOW, origins={origin: base})
    assert fault.value.code == "fetch.origin"


async def test_the_systems_resolver_answers_without_the_loops_own_threads() -> None:
    assert "127.0.0.1" in await look_up("localhost")
    with pytest.raises(OSError, match=r"."):
        await look_up("a" * 70 + ".invalid")


async def test_a_fetcher_outside_async_with_is_a_mistake_of_the_program() -> None:
    with pytest.raises(RuntimeError):
        await Fetcher(clock=lambda: NOW)(ask(f"{ORIGIN}/json"))
