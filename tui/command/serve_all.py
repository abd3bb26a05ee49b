"""Issuer, wallet and verifier of one home in one process: started one after the other, stopped together."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from satchel.node.server import Serving, Tcp, serve
from satchel.node.settings import Home
from wallet.secret import Secret

if TYPE_CHECKING:
    from verifier.vcapi import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each face listens; 0 takes a free port."""

    issuer: int
    wallet: int
    verifier: int


async def serve_all(
    home: Home,
    secret: Secret,
    *,
    host: str,
    ports: Ports,
    announce: Callable[[Mapping[str, str]], None],
    vc_api: Options | None = None,
) -> None:
    """Serves the three faces until SIGTERM or SIGINT, then lets each answer what was begun. `announce` is called with
    the URL of each by its name when all of them answer. The wallet listens on this machine alone, whatever `host` says.

    Wallet and verifier reach this home's own issuer on its port: its public address leads to a proxy, if anywhere.
    Raises what the faces raise (IssueFault issue.no_issuer, WalletFault wallet.missing, wallet.passphrase, and others)
    and HttpFault http.address_in_use, http.address_unusable.
    """
    import issuer.http
    import verifier.http
    import wallet.http

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as stack:

            async def listen(application: web.Application, host: str, port: int) -> Serving:
                return await stack.enter_async_context(serve(application, at=[Tcp(host=host, port=port)]))

            service, application = await stack.enter_async_context(issuer.http.opened(home, vc_api=vc_api))
            issuing = await listen(application, host, ports.issuer)
            near = _near(issuing.urls[0])
            origins = MappingProxyType({service.profile.origin: near})
            kept = wallet.http.opened(home, secret, origin=_origin(ports.wallet), origins=origins)
            keeping = await listen(await stack.enter_async_context(kept), "127.0.0.1", ports.wallet)
            judged = verifier.http.opened(home, origin=_origin(ports.verifier), origins=origins, vc_api=vc_api)
            judging = await listen(await stack.enter_async_context(judged), host, ports.verifier)
            announce({"issuer": issuing.urls[0], "wallet": keeping.urls[0], "verifier": judging.urls[0]})
            await stop.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _origin(port: int) -> str:
    return f"http://localhost:{port}" if port else "http://localhost"


def _near(url: str) -> str:
    """The loopback URL of a node of this machine that listens at `url`."""
    parts = urlsplit(url)
    host = "[::1]" if ":" in (parts.hostname or "") else "127.0.0.1"
    return f"http://{host}:{parts.port}"
