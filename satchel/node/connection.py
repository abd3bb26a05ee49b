"""One connection under watch, and the one form of refusal: what aiohttp's protocol has not.

aiohttp never drops a peer that sends half a header or nothing, and reads no clock while a body drips. Here an alarm
stands over every phase of a connection, connections are counted for all and for each address, bytes that are no HTTP
are answered like every other fault, and one log line tells of a request without path, query, token or body.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import traceback
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from satchel.errors import SatchelError
from satchel.node import problem
from satchel.node.problem import HttpFault
from satchel.text import for_log

ACCESS_LOG: Final = logging.getLogger("satchel.node.access")
LOG: Final = logging.getLogger("satchel.node.server")

PAGE_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PROTECTION: Final = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Server": "satchel",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may take. A peer is an IPv4 address or an IPv6 /64; behind a proxy all clients are one peer,
    so a node there listens on a unix socket, where only the cap for all counts and the proxy counts the rest."""

    header_seconds: float = 10
    body_seconds: float = 30
    idle_seconds: float = 30
    write_seconds: float = 60
    linger_seconds: float = 2
    stop_seconds: float = 8
    drain_seconds: float = 1
    connections: int = 1000
    connections_per_peer: int = 100
    header_fields: int = 100
    header_field_bytes: int = 8190


LIMITS: Final = Limits()


@dataclass(slots=True)
class Line:
    """What the access log will say of one request."""

    route: str = ""
    code: str = ""
    token: str = ""
    received: int = 0


LINE: Final = web.RequestKey("line", Line)


class _AccessLog(AbstractAccessLogger):
    """One JSON line a request. The route's pattern stands for the path, because a path may hold a claim's secret; the
    address of the peer is told of refusals only."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        line = request.get(LINE, Line())
        said: dict[str, str | int] = {
            "method": for_log(request.method, limit=16),
            "route": line.route or "-",
            "status": response.status,
            "ms": round(time * 1000),
            "received": line.received,
            "sent": response.body_length,
        }
        if line.code:
            said["code"] = line.code
        if line.token:
            said["token"] = for_log(line.token, limit=64)
        if response.status >= 400:
            said["peer"] = for_log(request.remote or "-", limit=64)
        self.logger.info("%s", json.dumps(said))


class Connections:
    """All connections of one server, counted."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.draining = False
        self.gone = asyncio.Event()
        self.gone.set()
        self._open: set[Connection] = set()
        self._of_peer: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def peers(self) -> int:
        """How many addresses are remembered: only those of open connections."""
        return len(self._of_peer)

    def admit(self, connection: Connection) -> bool:
        """Counts a new connection, or says that it is one too many."""
        peer = connection.peer
        full = len(self._open) >= self.limits.connections
        if full or (peer is not None and self._of_peer[peer] >= self.limits.connections_per_peer):
            return False
        self._open.add(connection)
        if peer is not None:
            self._of_peer[peer] += 1
        self.gone.clear()
        return True

    def leave(self, connection: Connection) -> None:
        """Forgets a connection that was admitted; one that has left already (lost as its request began) is no news."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        if connection.peer is not None:
            self._of_peer[connection.peer] -= 1
            if not self._of_peer[connection.peer]:
                del self._of_peer[connection.peer]
        if not self._open:
            self.gone.set()

    def drain(self) -> None:
        """Ends idle connections now, and every other as soon as its request is answered."""
        self.draining = True
        for connection in tuple(self._open):
            connection.drain()


class Connection(web.RequestHandler):
    """aiohttp's protocol with an alarm: it rings when the peer is slower than the limits allow."""

    __slots__ = ("_admitted", "_alarm", "_busy", "_heard", "_ours", "_served", "_wire", "peer")

    def __init__(self, server: web.Server, ours: Connections, loop: asyncio.AbstractEventLoop) -> None:
        limits = ours.limits
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=limits.idle_seconds + limits.header_seconds + 1,  # our alarm rings before it
            lingering_time=limits.linger_seconds,
            access_log_class=_AccessLog,
            access_log=ACCESS_LOG,
            logger=LOG,
            max_line_size=limits.header_field_bytes,
            max_field_size=limits.header_field_bytes,
            max_headers=limits.header_fields,
            auto_decompress=False,
        )
        self._ours = ours
        self._alarm: asyncio.TimerHandle | None = None
        self._wire: asyncio.Transport | None = None
        self._admitted = False
        self._busy = False
        self._heard = False
        self._served = False
        self.peer: str | None = None

    @property
    def ours(self) -> Connections:
        return self._ours

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream is needed")
        self._wire = transport
        self.peer = _peer_of(transport)
        self._admitted = self._ours.admit(self)
        if not self._admitted:
            busy = HttpFault("http.busy", "too many connections are open", headers={"Retry-After": "5"})
            transport.write(problem.last_word(busy))
            transport.close()
            return
        super().connection_made(transport)
        self._ring_in(self._ours.limits.header_seconds)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._quiet()
        self._wire = None
        # Work that was begun goes on without its asker, and is counted: leaving early must not be a way past the caps.
        if self._admitted and not self._busy:
            self._ours.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if data and not self._busy and not self._heard:
            self._heard = True
            if self._served:
                self._ring_in(self._ours.limits.header_seconds)
        super().data_received(data)

    def begin(self) -> None:
        """A whole header has come: from here the body's and the answer's own limits count."""
        self._busy = True
        self._quiet()

    def finish(self) -> None:
        """The answer is written."""
        self._busy = self._heard = False
        self._served = True
        if self._wire is None:
            self._ours.leave(self)
            return
        if self._ours.draining:
            self.close()
        self._ring_in(self._ours.limits.idle_seconds)

    def drain(self) -> None:
        """Ends at once when nothing was begun; a peer that has only connected may still send what it meant to."""
        if self._busy:
            return
        if self._served and not self._heard:
            self.force_close()
        else:
            self._ring_in(self._ours.limits.drain_seconds)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what never reached a route: bytes that are no HTTP request, or a failure around the routes."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            raise ConnectionError("the connection cannot take another answer")
        line = request.get(LINE) or Line()
        request[LINE] = line
        match exc:
            case LineTooLong():
                response = refuse(line, HttpFault("http.header_too_large", "a line of the header is too long"))
            case HttpProcessingError():
                response = refuse(line, HttpFault("http.bad_request", "the request cannot be read"))
            case SatchelError():
                response = refuse(line, exc)
            case _:
                LOG.error("a request failed outside the routes\n%s", trace_text(exc))
                response = refuse(line, HttpFault("http.internal", "unexpected"))
        protect(response)
        response.force_close()
        return response

    def _ring_in(self, seconds: float) -> None:
        self._quiet()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._ring)

    def _quiet(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _ring(self) -> None:
        wire = self._wire
        if wire is None:
            return
        if self._heard and not wire.is_closing():
            late = HttpFault("http.header_timeout", "the header was not whole in time")
            wire.write(problem.last_word(late))
        self.force_close()
        if wire.get_write_buffer_size():
            wire.abort()  # close() would wait without end for a peer that does not read


def _peer_of(transport: asyncio.Transport) -> str | None:
    name = transport.get_extra_info("peername")
    if not isinstance(name, tuple):
        return None
    address = ipaddress.ip_address(str(name[0]).partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def trace_text(error: BaseException | None) -> str:
    """The trace with every line escaped and indented: what an exception quotes from outside cannot forge a line."""
    lines = "".join(traceback.format_exception(error)).splitlines() if error is not None else []
    return "\n".join("  " + for_log(line, limit=500) for line in lines)


def refuse(line: Line, error: SatchelError) -> web.Response:
    line.code = error.code
    response = problem_response(problem.status_of(error.code), problem.encode(problem.problem_of(error)))
    if response.status == 503:
        response.headers["Retry-After"] = "5"
    if isinstance(error, HttpFault):
        response.headers.update(error.headers)
    return response


def problem_response(status: int, body: bytes) -> web.Response:
    return web.Response(
        status=status, body=body, headers={"Content-Type": problem.MEDIA_TYPE, "Cache-Control": "no-store"}
    )


def protect(response: web.StreamResponse) -> None:
    for name, value in PROTECTION.items():
        response.headers[name] = value
    if response.content_type == "text/html":
        response.headers["Content-Security-Policy"] = PAGE_CSP


def connection_of(request: web.Request) -> Connection:
    if not isinstance(request.protocol, Connection):
        raise RuntimeError("the application is not served by satchel.node.server.serve")
    return request.protocol
