"""The wallet served over HTTP: on this machine only, on a loopback port or a unix socket of mode 0600.

A peer reaches its public door (wallet.face) through a proxy with TLS. While it is served the wallet is unlocked.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from satchel import __version__
from satchel.node import entropy, network
from satchel.node.clock import utc_now
from satchel.node.guard import Guard
from satchel.node.problem import HttpFault
from satchel.node.server import Address, Node, Serving, Tcp, Unix, build_application, run
from satchel.node.settings import Home
from satchel.port import Clock, Fetch
from verifier.resolver import Resolver
from wallet.drawer import Drawer, DrawerRepeats, DrawerTokens
from wallet.face import READ, Face
from wallet.secret import Secret
from wallet.service import WalletService

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def build(
    wallet: WalletService,
    drawer: Drawer,
    *,
    fetch: Fetch,
    origin: str,
    clock: Clock = utc_now,
    seconds: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The application over an unlocked wallet. `origin` is the one address that its links are made of."""
    face = Face(wallet, drawer, fetch=fetch, seconds=seconds)
    return build_application(
        Node(
            title="A Satchel wallet",
            version=__version__,
            origin=origin,
            routes=(*face.routes(), *Resolver(fetch, scopes=(READ,)).routes()),
            guard=Guard(tokens=DrawerTokens(drawer), clock=clock, seconds=seconds),
            clock=clock,
            entropy=entropy.system,
            repeats=DrawerRepeats(drawer),
        )
    )


@asynccontextmanager
async def opened(
    home: Home, secret: Secret, *, origin: str, origins: Mapping[str, str] | None = None, clock: Clock = utc_now
) -> AsyncIterator[web.Application]:
    """The application of the wallet in this home, unlocked for as long as the block lasts.

    Raises WalletFault wallet.missing, wallet.passphrase and the like, SettingsFault and DatabaseFault.
    """
    async with (
        network.opened(home, clock=clock, origins=origins) as fetch,
        WalletService.unlock(home, secret, fetch=fetch) as wallet,
        Drawer.open(home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        yield build(wallet, drawer, fetch=fetch, origin=origin, clock=clock)


async def serve(
    home: Home,
    secret: Secret,
    *,
    announce: Callable[[Serving], None],
    host: str = "127.0.0.1",
    port: int = 0,
    socket: Path | None = None,
    origin: str | None = None,
    origins: Mapping[str, str] | None = None,
) -> None:
    """Serves the wallet on a loopback port, or on a unix socket when one is named, until SIGTERM or SIGINT.

    `origin` is the public address, when a proxy with TLS stands before it. Raises HttpFault http.address_unusable for a
    host that is not this machine, http.address_in_use, and as `opened`.
    """
    at = _address(host, port, socket)
    named = origin or (f"http://localhost:{port}" if port and socket is None else "http://localhost")
    async with opened(home, secret, origin=named, origins=origins) as application:
        await run(application, at=[at], announce=announce)


def _address(host: str, port: int, socket: Path | None) -> Address:
    if socket is not None:
        return Unix(path=socket)
    if host not in _LOOPBACK:
        raise HttpFault("http.address_unusable", f"a wallet listens on this machine only, not on {host}")
    return Tcp(host=host, port=port)
