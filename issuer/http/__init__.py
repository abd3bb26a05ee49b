"""The issuer served over HTTP: its API, what the world checks, claim links and public pages, of one route table.

TLS is a proxy's work: a node listens on a loopback port or a unix socket, and its links are made of its own origin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from aiohttp import web

from issuer.http.api import Api
from issuer.http.public import Public
from issuer.service import IssuerService
from satchel import __version__
from satchel.errors import SatchelError
from satchel.node import entropy as randomness
from satchel.node.clock import utc_now
from satchel.node.connection import LIMITS, LOG, Limits
from satchel.node.guard import Guard
from satchel.node.server import Address, Node, Serving, Tcp, Unix, build_application, run
from satchel.node.server import serve as serve_application
from satchel.node.settings import Home
from satchel.port import Clock, Entropy
from satchel.text import for_log

# Places of a status list reserved at a time: one commit for 64 credentials.
BLOCK: Final = 64
REPUBLISH_SECONDS: Final = 600.0


def build(
    issuer: IssuerService,
    *,
    clock: Clock = utc_now,
    entropy: Entropy = randomness.system,
    seconds: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The application over an open issuer; its links are made of the issuer's origin."""

    async def ready() -> Sequence[str]:
        return () if await issuer.is_ready() else ("the database",)

    return build_application(
        Node(
            title="A Satchel issuer",
            version=__version__,
            origin=issuer.profile.origin,
            routes=(*Api(issuer).routes(), *Public(issuer).routes()),
            guard=Guard(tokens=issuer.tokens, clock=clock, seconds=seconds),
            clock=clock,
            entropy=entropy,
            repeats=issuer.answers,
            ready=ready,
        )
    )


@asynccontextmanager
async def opened(
    home: Home, *, clock: Clock = utc_now, entropy: Entropy = randomness.system
) -> AsyncIterator[tuple[IssuerService, web.Application]]:
    """The issuer of the home and its application, its status lists kept fresh for as long as the block lasts.

    Raises IssueFault issue.no_issuer, issue.key, issue.key_published; SettingsFault; DatabaseFault.
    """
    async with IssuerService.open(home, clock=clock, entropy=entropy, block=BLOCK) as issuer:
        task = asyncio.create_task(_republish(issuer), name="republishing of status lists")
        try:
            yield issuer, build(issuer, clock=clock, entropy=entropy)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def serving(
    home: Home,
    *,
    at: Sequence[Address],
    clock: Clock = utc_now,
    entropy: Entropy = randomness.system,
    limits: Limits = LIMITS,
) -> AsyncIterator[tuple[IssuerService, Serving]]:
    """The issuer of the home, served until the block ends, then stopped gracefully. Raises as `opened`, and HttpFault
    http.address_in_use, http.address_unusable."""
    async with (
        opened(home, clock=clock, entropy=entropy) as (issuer, application),
        serve_application(application, at=at, limits=limits) as served,
    ):
        yield issuer, served


async def serve(
    home: Home,
    *,
    announce: Callable[[Serving], None],
    host: str = "127.0.0.1",
    port: int = 0,
    socket: Path | None = None,
    clock: Clock = utc_now,
    entropy: Entropy = randomness.system,
) -> None:
    """Serves the issuer on a TCP port, or on a unix socket when one is named, until SIGTERM or SIGINT. The issuer asks
    no other node anything. Raises as `serving`."""
    at: Address = Tcp(host=host, port=port) if socket is None else Unix(path=socket)
    async with opened(home, clock=clock, entropy=entropy) as (_, application):
        await run(application, at=[at], announce=announce)


async def _republish(issuer: IssuerService) -> None:
    """A status list holds for some days; it is signed anew long before. A full disk is met again in ten minutes."""
    while True:
        await asyncio.sleep(REPUBLISH_SECONDS)
        try:
            await issuer.republish()
        except SatchelError as fault:
            LOG.warning("status lists: %s", for_log(str(fault), limit=1000))
