from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from satchel.errors import FetchError
from satchel.node.cache import FAULT_KEPT, CachedFetch, Keep, keep_as_told
from satchel.node.fetch import CALL_BUDGET, Fetcher
from satchel.port import Fetched, Purpose, Request

START = datetime(2026, 11, 24, tzinfo=UTC)
ORIGIN = "https://college.example"


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Site:
    """A real server on loopback that counts what it is asked, answers late when told to, and may be down."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_down = False
        self.body = b"{}"

    async def page(self, request: web.Request) -> web.Response:
        self.asked[request.path] += 1
        await self.gate.wait()
        if self.is_down:
            return web.Response(status=503)
        return web.Response(body=self.body, content_type="application/json")


@asynccontextmanager
async def cached(
    *, keep: Keep = keep_as_told, count_limit: int = 512, bytes_limit: int = 1 << 20
) -> AsyncIterator[tuple[CachedFetch, Site, Hands]]:
    site, clock = Site(), Hands()
    app = web.Application()
    app.router.add_get("/{tail:.*}", site.page)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        port = runner.addresses[0][1]
        async with (
            Fetcher(clock=clock, origins={ORIGIN: f"http://127.0.0.1:{port}"}) as fetcher,
            CachedFetch(fetcher, clock=clock, keep=keep, count_limit=count_limit, bytes_limit=bytes_limit) as fetch,
        ):
            yield fetch, site, clock
    finally:
        await runner.cleanup()


def ask(path: str = "/1", purpose: Purpose = "status", limit_bytes: int = 10_000) -> Request:
    return Request(url=ORIGIN + path, purpose=purpose, limit_bytes=limit_bytes)


async def refused(fetch: CachedFetch, request: Request) -> str:
    with pytest.raises(FetchError) as error:
        await fetch(request)
    return error.value.code


async def until(condition: object) -> None:
    """Lets the loop run until the condition holds."""
    for _ in range(1_000):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came")


async def test_a_copy_is_used_again_and_says_when_it_was_really_fetched() -> None:
    async with cached() as (fetch, site, clock):
        first = await fetch(ask())
        clock.now += timedelta(minutes=2)
        again = await fetch(ask())
        assert site.asked == {"/1": 1}
        assert (first.source, again.source) == ("network", "cache")
        assert first.fetched_at == again.fetched_at == START


async def test_a_copy_past_its_time_is_fetched_again() -> None:
    async with cached() as (fetch, site, clock):
        await fetch(ask())
        clock.now += timedelta(minutes=5)
        assert (await fetch(ask())).fetched_at == clock.now
        assert site.asked == {"/1": 2}


async def test_a_clock_that_was_set_back_makes_no_copy_fresh() -> None:
    async with cached() as (fetch, site, clock):
        await fetch(ask())
        clock.now -= timedelta(days=1)
        assert (await fetch(ask())).source == "network"
        assert site.asked == {"/1": 2}


async def test_nothing_stale_is_served_when_the_server_is_down() -> None:
    async with cached() as (fetch, site, clock):
        await fetch(ask())
        clock.now += timedelta(minutes=6)
        site.is_down = True
        assert await refused(fetch, ask()) == "fetch.status"


async def test_the_documents_own_word_shortens_its_time_and_never_lengthens_it() -> None:
    told = timedelta(seconds=10)
    async with cached(keep=lambda _document, _purpose: told) as (fetch, _, clock):
        await fetch(ask())
        clock.now += timedelta(seconds=10)
        assert (await fetch(ask())).source == "network"
        told = timedelta(days=300)
        clock.now += timedelta(seconds=11)
        await fetch(ask())
        clock.now += timedelta(minutes=5)
        assert (await fetch(ask())).source == "network"


async def test_readers_at_the_same_time_share_one_request() -> None:
    async with cached() as (fetch, site, _):
        site.gate.clear()
        readers = [asyncio.create_task(fetch(ask())) for _ in range(20)]
        await until(lambda: site.asked["/1"])
        readers[0].cancel()
        site.gate.set()
        answers = await asyncio.gather(*readers, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert all(isinstance(answer, Fetched) for answer in answers[1:])
        assert site.asked == {"/1": 1}


async def test_one_document_for_two_purposes_is_two_requests() -> None:
    async with cached() as (fetch, site, _):
        await fetch(ask(purpose="did"))
        await fetch(ask(purpose="status"))
        assert site.asked == {"/1": 2}


async def test_a_failure_is_remembered_shortly() -> None:
    async with cached() as (fetch, site, clock):
        site.is_down = True
        assert await refused(fetch, ask()) == "fetch.status"
        site.is_down = False
        assert await refused(fetch, ask()) == "fetch.status"
        assert site.asked == {"/1": 1}
        clock.now += FAULT_KEPT
        assert (await fetch(ask())).source == "network"


async def test_a_copy_near_its_end_is_renewed_while_nobody_waits() -> None:
    async with cached() as (fetch, site, clock):
        await fetch(ask())
        clock.now += timedelta(minutes=4, seconds=30)
        site.gate.clear()
        assert (await fetch(ask())).fetched_at == START
        assert (await fetch(ask())).fetched_at == START
        site.gate.set()
        await until(lambda: site.asked["/1"] == 2)
        renewed = clock.now

        async def is_renewed() -> bool:
            return (await fetch(ask())).fetched_at == renewed

        for _ in range(1_000):
            if await is_renewed():
                break
            await asyncio.sleep(0.001)
        assert await is_renewed()
        assert site.asked == {"/1": 2}


async def test_evidence_is_never_kept() -> None:
    async with cached() as (fetch, site, _):
        await fetch(ask(purpose="evidence"))
        await fetch(ask(purpose="evidence"))
        assert site.asked == {"/1": 2}


async def test_the_number_of_copies_is_bounded_and_the_one_longest_unused_goes() -> None:
    async with cached(count_limit=2) as (fetch, site, _):
        for path in ("/1", "/2", "/1", "/3", "/1", "/2"):
            await fetch(ask(path))
        assert site.asked == {"/1": 1, "/2": 2, "/3": 1}


async def test_the_bytes_of_all_copies_are_bounded() -> None:
    async with cached(bytes_limit=100) as (fetch, site, _):
        site.body = b'"' + b"x" * 58 + b'"'
        for path in ("/1", "/2", "/2", "/1"):
            await fetch(ask(path))
        assert site.asked == {"/1": 2, "/2": 1}
        site.body = b'"' + b"x" * 200 + b'"'
        await fetch(ask("/4"))
        await fetch(ask("/4"))
        assert site.asked["/4"] == 2


async def test_a_copy_is_refused_to_a_reader_who_wants_less() -> None:
    async with cached() as (fetch, site, _):
        site.body = b'"' + b"x" * 500 + b'"'
        await fetch(ask())
        assert await refused(fetch, ask(limit_bytes=100)) == "fetch.too_large"


async def test_many_are_answered_in_order_and_only_real_fetches_count_against_the_budget() -> None:
    async with cached() as (fetch, site, _):
        some = [ask(f"/{number}") for number in range(CALL_BUDGET)]
        assert all(isinstance(answer, Fetched) for answer in await fetch.all(some))
        more = [*some, *(ask(f"/more/{number}") for number in range(CALL_BUDGET + 1))]
        answers = await fetch.all(more)
        assert [getattr(answer, "url", None) for answer in answers[:-1]] == [request.url for request in more[:-1]]
        assert isinstance(answers[-1], FetchError)
        assert answers[-1].code == "fetch.budget"
        assert sum(site.asked.values()) == 2 * CALL_BUDGET
        assert await fetch.all(()) == ()


async def test_what_was_forgotten_is_asked_again() -> None:
    async with cached() as (fetch, site, _):
        await fetch(ask())
        fetch.forget()
        await fetch(ask())
        assert site.asked == {"/1": 2}
