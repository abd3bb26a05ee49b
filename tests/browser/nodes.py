"""Real nodes on loopback ports: an issuer, a verifier that asks it through its origin, and a plain server of files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from satchel.node.fetch import Fetcher
from satchel.node.server import Tcp, serve
from tests.attack.forge import NOW
from verifier import http
from verifier.registry import NO_TRUST, Trust

FILES = "https://learner.example"


@dataclass
class Files:
    """What a learner's own web space serves, path -> (media type, bytes); `asked` are the paths in order."""

    held: dict[str, tuple[str, bytes]]
    asked: list[str]

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        found = self.held.get(request.path)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found[1], content_type=found[0])


@asynccontextmanager
async def file_server(held: dict[str, tuple[str, bytes]]) -> AsyncIterator[tuple[Files, str]]:
    """The files and the server's loopback address."""
    files = Files(held=held, asked=[])
    application = web.Application()
    application.router.add_get("/{path:.*}", files.give)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield files, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def verifier(
    origins: Mapping[str, str] | None = None, *, now: datetime = NOW, trust: Trust = NO_TRUST
) -> AsyncIterator[str]:
    """The loopback address of a verifier that reaches these origins, and nothing else of this machine."""
    async with Fetcher(clock=lambda: now, origins=origins) as fetcher:
        application = http.build(fetch=fetcher, origin="https://verifier.example", clock=lambda: now, trust=trust)
        async with serve(application, at=[Tcp()]) as serving:
            yield serving.urls[0]
