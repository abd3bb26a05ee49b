"""Fetch that remembers: each document is asked for once at a time, kept for a while, and its age is never hidden.

What was kept says `source = cache` and when it was really fetched, so that a verdict can tell how old its grounds are.
A failure is remembered too, shortly: a server that is down is not asked again by every credential. Nothing stale is
ever served: a copy past its time is fetched again, and when that fails the answer is the failure.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

from satchel.errors import FetchError
from satchel.node.fetch import CALL_BUDGET
from satchel.port import Clock, Fetch, Fetched, Purpose, Request

FRESH: Final[Mapping[Purpose, timedelta]] = MappingProxyType(
    {
        "did": timedelta(minutes=5),
        "status": timedelta(minutes=5),
        "schema": timedelta(days=1),
        "registry": timedelta(hours=1),
        "framework": timedelta(days=1),
    }
)
"""How long a copy may be used, by what it is for; what is not named is never kept."""

FAULT_KEPT: Final = timedelta(seconds=30)
COUNT_LIMIT: Final = 512
BYTES_LIMIT: Final = 64 * 1024 * 1024
# Asked again in the background when this share of its time is over: the next reader does not wait.
_AHEAD: Final = 0.8
# Faults of this node's own making or of one call: nothing about the server is learnt from them.
_OWN_FAULTS: Final = frozenset(("fetch.budget", "fetch.offline", "fetch.not_allowed"))

Key: TypeAlias = tuple[Purpose, str]
Keep: TypeAlias = Callable[[Fetched, Purpose], timedelta | None]
"""Gives how long a document says that it may be kept, None when it does not say."""


def keep_as_told(_document: Fetched, _purpose: Purpose) -> timedelta | None:
    """The plain `Keep`: no document says anything."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    answer: Fetched | FetchError
    since: datetime
    for_time: timedelta

    @property
    def size(self) -> int:
        return len(self.answer.body) if isinstance(self.answer, Fetched) else 0

    def age(self, now: datetime) -> timedelta | None:
        """How old it is; None when it cannot be used: too old, or from a future that a clock set back has left."""
        age = now - self.since
        return age if timedelta(0) <= age < self.for_time else None


class CachedFetch:
    """A Fetch before another one. Use it as `async with CachedFetch(fetch, clock=...) as cached`: on the way out what
    still runs in the background is stopped; the Fetch behind it stays its owner's to close.

    `keep` tells how long a document says that it may be kept; the shorter of that and FRESH counts.
    """

    def __init__(
        self,
        fetch: Fetch,
        *,
        clock: Clock,
        keep: Keep = keep_as_told,
        count_limit: int = COUNT_LIMIT,
        bytes_limit: int = BYTES_LIMIT,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keep = keep
        self._count_limit = count_limit
        self._bytes_limit = bytes_limit
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._running: dict[Key, asyncio.Task[Fetched]] = {}

    async def __aenter__(self) -> CachedFetch:
        return self

    async def __aexit__(self, *_: object) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        for task in running:
            with contextlib.suppress(asyncio.CancelledError, FetchError):
                await task

    async def __call__(self, request: Request, /) -> Fetched:
        """The document, from the cache when it is fresh. Raises FetchError, also one that is remembered."""
        key = (request.purpose, request.url)
        kept = self._kept.get(key)
        age = None if kept is None else kept.age(self._clock())
        if kept is None or age is None:
            return _within(request, await self._ask(key, request))
        self._kept.move_to_end(key)
        if isinstance(kept.answer, FetchError):
            raise FetchError(kept.answer.code, kept.answer.message, details=kept.answer.details) from kept.answer
        if age >= kept.for_time * _AHEAD and key not in self._running:
            self._start(key, request)
        return _within(request, replace(kept.answer, source="cache"))

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        """One answer a request, in the order asked; those that would be one real fetch too many are `fetch.budget`."""
        now, left = self._clock(), CALL_BUDGET
        wanted: list[Awaitable[Fetched | FetchError]] = []
        for request in requests:
            kept = self._kept.get((request.purpose, request.url))
            left -= kept is None or kept.age(now) is None
            wanted.append(self._caught(request) if left >= 0 else _over_budget(request))
        return tuple(await asyncio.gather(*wanted))

    def forget(self) -> None:
        """Drops all copies: the next question goes to its server."""
        self._kept.clear()
        self._bytes = 0

    async def _caught(self, request: Request) -> Fetched | FetchError:
        try:
            return await self(request)
        except FetchError as fault:
            return fault

    async def _ask(self, key: Key, request: Request) -> Fetched:
        task = self._running.get(key) or self._start(key, request)
        # Shielded: one reader that gives up must not take the answer from the others that wait for it.
        return await asyncio.shield(task)

    def _start(self, key: Key, request: Request) -> asyncio.Task[Fetched]:
        task = asyncio.create_task(self._work(key, request), name=f"fetch {request.url}")
        self._running[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _ended(self, key: Key, task: asyncio.Task[Fetched]) -> None:
        del self._running[key]
        if not task.cancelled():
            # Marks a background failure as seen; readers that waited have got it.
            task.exception()

    async def _work(self, key: Key, request: Request) -> Fetched:
        try:
            found = await self._fetch(request)
        except FetchError as fault:
            if fault.code not in _OWN_FAULTS:
                self._put(key, _Kept(answer=fault, since=self._clock(), for_time=FAULT_KEPT))
            raise
        fresh = FRESH.get(request.purpose)
        if fresh is not None:
            told = self._keep(found, request.purpose)
            for_time = fresh if told is None else min(fresh, told)
            self._put(key, _Kept(answer=found, since=found.fetched_at, for_time=for_time))
        return found

    def _put(self, key: Key, kept: _Kept) -> None:
        old = self._kept.pop(key, None)
        self._bytes -= 0 if old is None else old.size
        if kept.size > self._bytes_limit or kept.for_time <= timedelta(0):
            return
        self._kept[key] = kept
        self._bytes += kept.size
        while len(self._kept) > self._count_limit or self._bytes > self._bytes_limit:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.size


def _within(request: Request, found: Fetched) -> Fetched:
    """The document, unless this reader wants less than the one it was fetched for."""
    if len(found.body) > request.limit_bytes:
        raise FetchError("fetch.too_large", f"{request.url} is larger than {request.limit_bytes} bytes")
    return found


async def _over_budget(request: Request) -> FetchError:
    return FetchError("fetch.budget", f"{request.url} would be one fetch too many for this check")
