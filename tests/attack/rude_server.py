"""A server on 127.0.0.1 that behaves badly, and the list of what the process asked of sockets meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

_WATCHED = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_seen: list[tuple[str, object]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _WATCHED:
        _seen.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_watch)


@contextmanager
def sockets() -> Iterator[list[tuple[str, object]]]:
    """The interpreter's own record of every connect and name lookup inside the block."""
    first = len(_seen)
    asked: list[tuple[str, object]] = []
    yield asked
    asked.extend(_seen[first:])


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; header names are given with underscores."""
    lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str) -> bytes:
    return answer(302, Location=location)


HANG = b"hang"
DRIP = b"drip"
ENDLESS = b"endless"
HALF = b"half"
GZIP_BOMB = answer(
    200, gzip.compress(bytes(64 * 1024 * 1024), 1), Content_Type="application/json", Content_Encoding="gzip"
)
_OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def serving(answers: Mapping[str, bytes]) -> AsyncIterator[str]:
    """`http://127.0.0.1:PORT` of a server that gives each path its answer, or its bad behaviour; else 404."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            await _behave(answers.get(head.split(b" ")[1].decode(), answer(404)), reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task() and getattr(task.get_coro(), "__name__", "") == "serve":
                task.cancel()


async def _behave(answer_bytes: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if answer_bytes == HANG:
        await reader.read()  # until the client gives up
        return
    if answer_bytes == HALF:
        writer.write(_OPEN.replace(b"\r\n\r\n", b"\r\nContent-Length: 1000\r\n\r\n") + b"{")
        await writer.drain()
        return
    if answer_bytes in (DRIP, ENDLESS):
        writer.write(_OPEN + b"{")
        while not reader.at_eof():
            writer.write(b" " if answer_bytes == DRIP else b" " * 65536)
            await writer.drain()
            await asyncio.sleep(0.05 if answer_bytes == DRIP else 0)
        return
    writer.write(answer_bytes)
    await writer.drain()
