"""The HTTP face that every node stands on: an application made of the route table, served on TCP or a unix socket.

aiohttp routes; the table says what is let in; satchel.node.connection watches. Links are made of the configured
origin alone: Host and X-Forwarded-* never reach a handler, and no origin is ever allowed for cross-site reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import re
import signal
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import Field

from satchel.codes import CODES
from satchel.errors import SatchelError
from satchel.node import problem
from satchel.node.connection import (
    LIMITS,
    LINE,
    LOG,
    Connection,
    Connections,
    Limits,
    Line,
    connection_of,
    problem_response,
    protect,
    refuse,
    trace_text,
)
from satchel.node.entropy import new_id
from satchel.node.guard import Guard, Kept, Once, RepeatStore, Token, repeatable
from satchel.node.problem import HttpFault
from satchel.node.route import (
    CLIENT_KEY_FIELD,
    JSON,
    Answer,
    Body,
    Call,
    Handler,
    Reply,
    Route,
    check_reply,
    check_table,
    document,
    openapi,
    read_body,
    read_query,
)
from satchel.port import Clock, Entropy
from satchel.text import for_log

BACKLOG: Final = 1024

_Endpoint: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ORIGIN: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?\Z")
_ELSEWHERE: Final = re.compile(r"host|authorization|proxy-.*|forwarded|via|x-forwarded-.*|x-real-ip|x-original-.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tcp:
    """A TCP address to listen at; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unix:
    """A unix socket to listen at, mode 0600 from its first moment."""

    path: Path


Address: TypeAlias = Tcp | Unix


async def _always_ready() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What an application is made of. `origin` is the one public address, from the configuration; `ready` names what
    is not ready (database, key), for /readyz."""

    title: str
    version: str
    origin: str
    routes: tuple[Route, ...]
    guard: Guard
    clock: Clock
    entropy: Entropy
    repeats: RepeatStore | None = None
    ready: Callable[[], Awaitable[Sequence[str]]] = _always_ready


def build_application(node: Node) -> web.Application:
    """The aiohttp application of the node's routes and of /healthz, /readyz, /openapi.json and /errors/{code}.

    It answers only under `serve`, whose limits it needs. Raises ValueError for a table that contradicts itself.
    """
    if not _ORIGIN.match(node.origin):
        raise ValueError(f"{node.origin} is not an origin")
    if any(route.idempotent for route in node.routes) and node.repeats is None:
        raise ValueError("an idempotent route needs a store of kept answers")

    async def show_openapi(_call: Call) -> Reply:
        return document(described, media_type=JSON, max_age_seconds=300)

    table = (*node.routes, *_ground(node, show_openapi))
    check_table(table)
    described = json.dumps(openapi(table, title=node.title, version=node.version, origin=node.origin)).encode("ascii")

    @web.middleware
    async def face(request: web.Request, handler: _Endpoint) -> web.Response:
        return await _face(node, request, handler)

    application = web.Application(middlewares=[face], logger=LOG)
    application.on_response_prepare.append(_protect_prepared)
    once = None if node.repeats is None else Once(node.repeats)
    for path in dict.fromkeys(route.path for route in table):
        resource = application.router.add_resource(path)
        methods = ["OPTIONS"]
        for route in table:
            if route.path == path:
                endpoint = _endpoint(node, once, route)
                for method in (route.method, "HEAD") if route.method == "GET" else (route.method,):
                    resource.add_route(method, endpoint, expect_handler=_expect)
                    methods.append(method)
        resource.add_route("OPTIONS", _options(path, methods))
    return application


class Health(Body):
    """The process answers, or the node is ready to work."""

    schema_: Literal["satchel.health/1"] = Field(default="satchel.health/1", alias="schema")
    status: Literal["ok"] = "ok"


class ErrorCode(Body):
    """One public error code."""

    schema_: Literal["satchel.error/1"] = Field(default="satchel.error/1", alias="schema")
    code: str
    sentence: str
    next_step: str


def _ground(node: Node, show_openapi: Handler) -> tuple[Route, ...]:
    async def is_alive(_call: Call) -> Reply:
        return Reply(body=Health())

    async def is_ready(_call: Call) -> Reply:
        missing = await node.ready()
        if missing:
            raise HttpFault("http.not_ready", ", ".join(missing))
        return Reply(body=Health())

    async def show_code(call: Call) -> Reply:
        name = call.params["code"]
        if name not in CODES:
            raise HttpFault("http.not_found", "no such code")
        code = CODES[name]
        return Reply(body=ErrorCode(code=name, sentence=code.sentence, next_step=code.next_step))

    def row(path: str, name: str, summary: str, handler: Handler, answer: Answer) -> Route:
        return Route(
            method="GET", path=path, name=name, summary=summary, handler=handler, answers=(answer,), tags=("node",)
        )

    healthy = Answer(summary="It does.", model=Health)
    code = Answer(summary="The code.", model=ErrorCode)
    return (
        row("/healthz", "is_alive", "Says that the process answers.", is_alive, healthy),
        row("/readyz", "is_ready", "Says that the node can work; 503 names what it lacks.", is_ready, healthy),
        row("/openapi.json", "show_openapi", "This document.", show_openapi, Answer(summary="OpenAPI 3.1.")),
        row("/errors/{code}", "show_error_code", "What a problem's `type` means.", show_code, code),
    )


async def _face(node: Node, request: web.Request, handler: _Endpoint) -> web.Response:
    """The outermost face: watches, answers, and turns every error into a problem document."""
    connection = connection_of(request)
    line = Line()
    request[LINE] = line
    connection.begin()
    try:
        response = await _answer(node, request, handler, line, connection.peer)
        # What is left of a refused body is not waited for beyond linger_seconds.
        if connection.ours.draining or not request.content.is_eof():
            response.force_close()
        try:
            async with asyncio.timeout(connection.ours.limits.write_seconds):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            LOG.debug("a peer left before its answer")  # aiohttp meets the same, logs the request and ends
        return response
    finally:
        connection.finish()


async def _answer(node: Node, request: web.Request, handler: _Endpoint, line: Line, peer: str | None) -> web.Response:
    try:
        node.guard.admit(peer)
        response = await handler(request)
        if isinstance(response, web.Response):
            return response
        raise TypeError("an endpoint gives whole answers")
    except SatchelError as error:
        if problem.status_of(error.code) >= 500:
            LOG.warning("%s", for_log(str(error), limit=1000))
        return refuse(line, error)
    except web.HTTPException as refusal:
        allow = {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {}
        code = {404: "http.not_found", 405: "http.method_not_allowed"}.get(refusal.status, "http.bad_request")
        return refuse(line, HttpFault(code, refusal.reason, headers=allow))
    except Exception as error:
        instance = new_id(node.entropy)
        LOG.error("request %s of %s failed\n%s", instance, line.route, trace_text(error))
        line.code = "http.internal"
        return problem_response(500, problem.encode(problem.internal(instance)))


async def _protect_prepared(_request: web.Request, response: web.StreamResponse) -> None:
    protect(response)


async def _expect(request: web.Request) -> None:
    """RFC 9110 section 10.1.1: 100-continue is the only expectation there is."""
    if request.headers["Expect"].lower() != "100-continue":
        raise HttpFault("http.expectation", "only 100-continue can be expected")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0


def _options(path: str, methods: Sequence[str]) -> _Endpoint:
    allow = ", ".join(sorted(methods))

    async def options(request: web.Request) -> web.Response:
        request[LINE].route = path
        return web.Response(status=204, headers={"Allow": allow})

    return options


def _endpoint(node: Node, once: Once | None, route: Route) -> _Endpoint:
    async def endpoint(request: web.Request) -> web.Response:
        line = request[LINE]
        line.route = route.path
        token = None
        if route.scopes:
            token = await node.guard.authorise(request.headers.getall("Authorization", []), route.scopes)
            line.token = token.id
        call = await _call(node, route, request, token)
        reply = await _reply(node, once, route, call)
        return _respond(request, reply)

    return endpoint


async def _call(node: Node, route: Route, request: web.Request, token: Token | None) -> Call:
    """The request, checked in the order of cost: query, media type, length, body, model."""
    query = read_query(route, list(request.query.items()))
    raw = await _read_raw(route, request) if route.accepts else b""
    request[LINE].received = len(raw)
    media_type = request.headers.get("Content-Type", "")
    again = None
    if route.idempotent and token is not None:
        again = repeatable(
            request.headers.getall(CLIENT_KEY_FIELD, []),
            token=token,
            method=route.method,
            path=request.path,
            query=request.query_string,
            media_type=media_type,
            body=raw,
        )
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        lower = name.lower()
        if not _ELSEWHERE.fullmatch(lower):
            headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return Call(
        origin=node.origin,
        now=node.clock(),
        params=MappingProxyType(dict(request.match_info)),
        headers=MappingProxyType(headers),
        raw=raw,
        media_type=media_type,
        body=read_body(route, raw),
        query=query,
        token=token,
        repeatable=again,
        raw_path=request.raw_path.partition("?")[0],
    )


async def _read_raw(route: Route, request: web.Request) -> bytes:
    if request.content_type not in route.accepts:
        raise HttpFault(
            "http.media_type", f"send {' or '.join(route.accepts)}", headers={"Accept": ", ".join(route.accepts)}
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # A bomb is never opened: nothing we take is so large that it would need packing.
        raise HttpFault("http.content_encoding", "send the body unpacked", headers={"Accept-Encoding": "identity"})
    limit = route.body_limit_bytes
    too_large = HttpFault("http.body_too_large", f"at most {limit} bytes are taken here")
    if request.content_length is not None and request.content_length > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(connection_of(request).ours.limits.body_seconds):
            while piece := await request.content.readany():
                body += piece
                if len(body) > limit:
                    raise too_large
    except TimeoutError as late:
        raise HttpFault("http.body_timeout", "the body was not whole in time") from late
    except (ConnectionError, web.RequestPayloadError, HttpProcessingError) as cut:
        raise HttpFault("http.body_cut", "the body is not whole") from cut
    return bytes(body)


async def _reply(node: Node, once: Once | None, route: Route, call: Call) -> Reply:
    async def work() -> Reply:
        reply = await route.handler(call)
        check_reply(route, reply)
        return reply

    def keep(reply: Reply) -> Kept | None:
        if call.repeatable is None or not 200 <= reply.status < 300:
            return None
        return Kept(
            digest=call.repeatable.digest,
            status=reply.status,
            media_type=reply.media_type,
            body=reply.content(),
            headers=reply.headers,
            at=call.now,
        )

    if once is None or call.repeatable is None:
        return await work()
    given = await once.run(call.repeatable, work, keep=keep)
    if isinstance(given, Reply):
        return given
    headers = {**given.headers, "Idempotent-Replayed": "true"}
    return Reply(status=given.status, body=given.body, media_type=given.media_type, headers=headers)


def _respond(request: web.Request, reply: Reply) -> web.Response:
    headers = {**reply.headers, "Cache-Control": reply.cache_control}
    if reply.etag is not None:
        headers["ETag"] = reply.etag
        known = request.if_none_match or ()
        if reply.status == 200 and any(tag.value == "*" or f'"{tag.value}"' == reply.etag for tag in known):
            return web.Response(status=304, headers=headers)
    content = reply.content()
    if content or reply.status not in (204, 303):
        utf8 = "; charset=utf-8" if reply.media_type.startswith("text/") else ""
        headers["Content-Type"] = reply.media_type + utf8
    return web.Response(status=reply.status, body=content, headers=headers)


class Serving:
    """A node that answers. `urls` say where: http://HOST:PORT, or unix:PATH."""

    def __init__(self, runner: web.AppRunner, connections: Connections) -> None:
        self.urls: tuple[str, ...] = ()
        self.connections = connections
        self._runner = runner
        self._servers: list[asyncio.Server] = []
        self._files: list[tuple[Path, int]] = []

    async def listen(self, address: Address) -> None:
        """Opens one more address. Raises HttpFault http.address_in_use or http.address_unusable."""
        loop = asyncio.get_running_loop()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner is not set up")
        connect = partial(Connection, server, self.connections, loop=loop)
        try:
            if isinstance(address, Tcp):
                opened = await loop.create_server(connect, address.host, address.port, backlog=BACKLOG)
                host, port = opened.sockets[0].getsockname()[:2]
                self.urls += (f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",)
            else:
                opened = await loop.create_unix_server(connect, sock=_bind_unix(address.path), backlog=BACKLOG)
                self._files.append((address.path, address.path.stat().st_ino))
                self.urls += (f"unix:{address.path}",)
        except OSError as fault:
            code = "http.address_in_use" if fault.errno == errno.EADDRINUSE else "http.address_unusable"
            raise HttpFault(code, f"{address}: {fault.strerror}") from fault
        self._servers.append(opened)

    async def stop(self) -> None:
        """Takes no new connection, answers every request that was begun (`stop_seconds` at most), then closes."""
        await asyncio.sleep(0)  # what the system has accepted for us already is taken in first
        for server in self._servers:
            server.close()
        self.connections.drain()
        try:
            async with asyncio.timeout(self.connections.limits.stop_seconds):
                await self.connections.gone.wait()
        except TimeoutError:
            LOG.warning("stopped with %d connections still open", len(self.connections))
        await self._runner.cleanup()
        for path, inode in self._files:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ino == inode:  # not another node's that has taken the place meanwhile
                    path.unlink()


@asynccontextmanager
async def serve(
    application: web.Application, *, at: Sequence[Address], limits: Limits = LIMITS
) -> AsyncIterator[Serving]:
    """Serves until the block ends, then stops gracefully. Raises as Serving.listen does."""
    runner = web.AppRunner(application, shutdown_timeout=0.5)
    await runner.setup()
    serving = Serving(runner, Connections(limits))
    try:
        for address in at:
            await serving.listen(address)
        yield serving
    finally:
        await serving.stop()


async def run(
    application: web.Application,
    *,
    at: Sequence[Address],
    announce: Callable[[Serving], None],
    limits: Limits = LIMITS,
) -> None:
    """Serves until SIGTERM or SIGINT, then stops gracefully. `announce` is called when the node answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        async with serve(application, at=at, limits=limits) as serving:
            announce(serving)
            await stop.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _bind_unix(path: Path) -> socket.socket:
    """A bound socket of mode 0600. A dead process's socket is replaced; a living one's, or another file, is not."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise OSError(errno.EADDRINUSE, "another file is there")
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise OSError(errno.EADDRINUSE, "another process listens there")
    bound = socket.socket(socket.AF_UNIX)
    try:
        with contextlib.suppress(OSError):  # Linux gives the file this mode at once; elsewhere chmod follows
            os.fchmod(bound.fileno(), 0o600)
        bound.bind(str(path))
        path.chmod(0o600)
    except BaseException:
        bound.close()
        raise
    return bound
