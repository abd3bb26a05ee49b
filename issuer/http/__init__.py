"""The issuer served over HTTP: its API, what the world checks, claim links and public pages, of one route table.

TLS is a proxy's work: a node listens on a loopback port or a unix socket, and its links are made of its own origin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from aiohttp import web

from issuer.http.api import READ, Api
from issuer.http.public import Public
from issuer.http.vcapi import Mounted, OwnFetch
from issuer.http.vcapi_keys import benches
from issuer.service import IssuerService
from satchel import __version__
from satchel.errors import SatchelError
from satchel.node import entropy as randomness
from satchel.node import network, suggest
from satchel.node.clock import utc_now
from satchel.node.connection import LIMITS, LOG, Limits
from satchel.node.guard import PEER_RATE, Guard, TokenStore
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Address, Node, Serving, Tcp, Unix, build_application, run
from satchel.node.server import serve as serve_application
from satchel.node.settings import Home
from satchel.port import Clock, Entropy, Fetch
from satchel.text import for_log
from verifier import vcapi as verifying
from verifier.resolver import Resolver
from verifier.vcapi import Options
from verifier.vcapi_access import ClientTokens

# Places of a status list reserved at a time: one commit for 64 credentials.
BLOCK: Final = 64
REPUBLISH_SECONDS: Final = 600.0


def build(
    issuer: IssuerService,
    *,
    clock: Clock = utc_now,
    entropy: Entropy = randomness.system,
    seconds: Callable[[], float] = time.monotonic,
    vc_api: Mounted | None = None,
    resolving: Fetch | None = None,
) -> web.Application:
    """The application over an open issuer; its links are made of the issuer's origin. `resolving` is what the DID
    resolver may ask; without it, it knows the DIDs that hold their own document."""
    routes = (*Api(issuer).routes(), suggest.route(issuer.shelf, scopes=(READ,)), *Public(issuer).routes())
    routes += Resolver(resolving or OfflineFetch()).routes()
    tokens: TokenStore = issuer.tokens
    rate = PEER_RATE
    if vc_api is not None:
        rate = verifying.PEER_RATE
        routes += vc_api.routes(issuer, clock=clock, entropy=entropy)
        if vc_api.options.client is not None:
            of_client = ClientTokens(vc_api.options.client, tokens, scope=verifying.SCOPE, clock=clock, entropy=entropy)
            tokens, routes = of_client, (*routes, of_client.route())

    async def ready() -> Sequence[str]:
        return () if await issuer.is_ready() else ("the database",)

    return build_application(
        Node(
            title="A Satchel issuer",
            version=__version__,
            origin=issuer.profile.origin,
            routes=routes,
            guard=Guard(tokens=tokens, clock=clock, seconds=seconds, peer_rate=rate),
            clock=clock,
            entropy=entropy,
            repeats=issuer.answers,
            ready=ready,
        )
    )


@asynccontextmanager
async def opened(
    home: Home,
    *,
    clock: Clock = utc_now,
    entropy: Entropy = randomness.system,
    vc_api: Options | None = None,
    origins: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[IssuerService, web.Application]]:
    """The issuer of the home and its application, its status lists kept fresh for as long as the block lasts.

    `vc_api` opens the VC API, whose verifier alone asks other nodes anything, under the home's settings (`origins` as
    of the Fetcher).
    Raises IssueFault issue.no_issuer, issue.key, issue.key_published; ExchangeFault vc_api.key; SettingsFault;
    DatabaseFault.
    """
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(IssuerService.open(home, clock=clock, entropy=entropy, block=BLOCK))
        mounted = None
        if vc_api is not None:
            keys = benches(home, issuer.profile.did, entropy=entropy)
            others = await stack.enter_async_context(network.opened(home, clock=clock, origins=origins))
            own = OwnFetch(issuer.profile.origin, home.public, others, clock=clock)
            mounted = Mounted(options=vc_api, benches=keys, fetch=own)
        task = asyncio.create_task(_republish(issuer), name="republishing of status lists")
        try:
            # Strangers resolve this issuer's DIDs here, and make it ask nobody for others.
            own = OwnFetch(issuer.profile.origin, home.public, OfflineFetch(), clock=clock)
            yield issuer, build(issuer, clock=clock, entropy=entropy, vc_api=mounted, resolving=own)
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
    vc_api: Options | None = None,
    origins: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[IssuerService, Serving]]:
    """The issuer of the home, served until the block ends, then stopped gracefully. Raises as `opened`, and HttpFault
    http.address_in_use, http.address_unusable."""
    async with (
        opened(home, clock=clock, entropy=entropy, vc_api=vc_api, origins=origins) as (issuer, application),
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
    vc_api: Options | None = None,
) -> None:
    """Serves the issuer on a TCP port, or on a unix socket when one is named, until SIGTERM or SIGINT. The issuer asks
    no other node anything, but for the verifier of the VC API when that is opened. Raises as `serving`."""
    at: Address = Tcp(host=host, port=port) if socket is None else Unix(path=socket)
    async with opened(home, clock=clock, entropy=entropy, vc_api=vc_api) as (_, application):
        await run(application, at=[at], announce=announce)


async def _republish(issuer: IssuerService) -> None:
    """A status list holds for some days; it is signed anew long before. A full disk is met again in ten minutes."""
    while True:
        await asyncio.sleep(REPUBLISH_SECONDS)
        try:
            await issuer.republish()
        except SatchelError as fault:
            LOG.warning("status lists: %s", for_log(str(fault), limit=1000))
