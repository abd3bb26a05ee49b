"""The node's only way to the network: https GET behind the address guard, bounded in bytes, time and redirects.

Rules (facts of safety, section 5): the URL and every address are checked by satchel.node.address, at the lookup and
again at each connect; no proxies, cookies, netrc or compression; redirects are followed by hand, each checked whole,
and for a DID document only within its host.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Final, Self, TypeAlias
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from satchel.errors import FetchError
from satchel.node.address import Target, check_url, is_public, refuse_private
from satchel.port import Clock, Fetched, Purpose, Request

DEADLINE_SECONDS: Final = 8.0
IDLE_SECONDS: Final = 3.0
CONNECT_SECONDS: Final = 3.0
REDIRECT_LIMIT: Final = 3
CALL_BUDGET: Final = 12

Lookup: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""Gives the IP addresses of a host name."""

_AddrInfo: TypeAlias = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]

_JSON: Final = frozenset({"application/json", "application/ld+json"})
# What static hosts say about files without an ending; the bytes are judged by their reader, never by this name.
_PLAIN: Final = frozenset({"application/octet-stream", "text/plain"})
_CREDENTIAL: Final = frozenset({"application/vc", "application/vc+ld+json", "application/vc+jwt", "application/jwt"})
MEDIA_TYPES: Final[Mapping[Purpose, frozenset[str]]] = {
    "did": _JSON | _PLAIN | {"application/did", "application/did+json", "application/did+ld+json"},
    "status": _JSON | _PLAIN | _CREDENTIAL | {"application/statuslist+jwt", "application/statuslist+cwt"},
    "schema": _JSON | _PLAIN | {"application/schema+json"},
    "registry": _JSON | _PLAIN | {"application/entity-statement+jwt"},
    "framework": _JSON | _PLAIN | {"text/csv"},
    "evidence": _JSON | _PLAIN | _CREDENTIAL | {"image/png", "image/svg+xml", "application/pdf"},
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


async def look_up(host: str) -> list[str]:
    """The host's addresses by the system's resolver; raises OSError when there are none.

    It runs in a daemon thread of its own: a resolver that hangs must delay neither the deadline nor the program's end,
    and the event loop's own threads are waited for when it closes.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def work() -> None:
        found: list[str] | OSError
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        except OSError as fault:
            found = fault
        except UnicodeError as fault:
            found = OSError(str(fault))
        with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile: nobody waits for the answer
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=work, name=f"lookup {host}", daemon=True).start()
    return await answer


class _GuardedResolver(AbstractResolver):
    """A resolver for aiohttp that refuses a host's whole answer when any address in it is not public."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = list(dict.fromkeys(await self._lookup(host)))
        refuse_private(addresses, host=host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        return None


class SocketGuard:
    """Makes the sockets of every connect: aiohttp hands it the final address, also after redirects and for literals.

    `loopback` are the (address, port) pairs that may be reached although they are not public.
    """

    def __init__(self, loopback: frozenset[tuple[str, int]] = frozenset()) -> None:
        self._loopback = loopback

    def __call__(self, addr_info: _AddrInfo) -> socket.socket:
        family, kind, protocol, _, sockaddr = addr_info
        address, port = str(sockaddr[0]), sockaddr[1]
        if (address, port) not in self._loopback and not is_public(address):
            raise FetchError("fetch.address", f"{address} is not on the public internet")
        return socket.socket(family, kind, protocol)


class Fetcher:
    """A `Fetch` over the network. Use it as `async with Fetcher(clock=...) as fetch`.

    `origins` maps an https origin to `http://127.0.0.1:PORT`: what a demo or a test serves in its stead; the guard
    stays on for all else. `did_ports` are the ports besides 443 that a did:web may name. `lookup` replaces the
    system's resolver.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        origins: Mapping[str, str] | None = None,
        did_ports: Collection[int] = (),
        lookup: Lookup = look_up,
        deadline_seconds: float = DEADLINE_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._clock = clock
        self._origins = {_origin(origin): _loopback(base) for origin, base in (origins or {}).items()}
        self._did_ports = did_ports
        self._lookup = lookup
        self._deadline_seconds = deadline_seconds
        self._idle_seconds = idle_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        loopback = frozenset((str(URL(base).host), URL(base).port or 0) for base in self._origins.values())
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_GuardedResolver(self._lookup),
                socket_factory=SocketGuard(loopback),
                # None: with racing connects aiohttp would collect the guard's refusal instead of raising it
                happy_eyeballs_delay=None,
                use_dns_cache=False,
                limit=20,
                limit_per_host=4,
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=self._idle_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "Satchel"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __call__(self, request: Request, /) -> Fetched:
        """The document, within the deadline over all redirects. Raises FetchError."""
        target = self._check(request.url, request.purpose)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await self._follow(request, target)
        except TimeoutError as fault:
            raise _fault("fetch.timeout", target, "did not answer in time") from fault
        except aiohttp.ClientSSLError as fault:
            raise _fault("fetch.certificate", target, "has no valid certificate") from fault
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            # aiohttp raises ValueError for some broken answers; its text may hold what the server sent, so it stays out
            raise _fault("fetch.unreachable", target, "could not be reached or answered nonsense") from fault

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        """One answer a request, in the order asked; those past the budget of a call are `fetch.budget`."""
        answers = await asyncio.gather(*(self._caught(request) for request in requests[:CALL_BUDGET]))
        late = [
            FetchError("fetch.budget", f"{request.url} would be fetch {CALL_BUDGET + 1} of this check")
            for request in requests[CALL_BUDGET:]
        ]
        return (*answers, *late)

    async def _caught(self, request: Request) -> Fetched | FetchError:
        try:
            return await self(request)
        except FetchError as fault:
            return fault

    def _check(self, url: str, purpose: Purpose) -> Target:
        return check_url(url, ports=self._did_ports if purpose == "did" else ())

    async def _follow(self, request: Request, target: Target) -> Fetched:
        first = target
        for _ in range(REDIRECT_LIMIT + 1):
            async with self._get(request, target) as response:
                if response.status not in _REDIRECTS:
                    body = await _body(response, target, request)
                    return Fetched(
                        url=request.url,
                        final_url=target.url,
                        status=response.status,
                        media_type=_media_type(response),
                        body=body,
                        fetched_at=self._clock(),
                        source="network",
                    )
                location = response.headers.get("Location", "")
            # a broken location raises ValueError, answered above
            target = self._check(urljoin(target.url, location), request.purpose)
            if request.purpose == "did" and target.host != first.host:
                raise _fault("fetch.redirect", first, "sends a DID document's reader to another host")
        raise _fault("fetch.redirect", first, f"redirects more than {REDIRECT_LIMIT} times")

    def _get(self, request: Request, target: Target) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("use Fetcher inside `async with`")
        url, headers = target.url, {"Accept": ", ".join(request.accept)}
        base = self._origins.get(target.origin)
        if base is not None:
            url = base + target.url.removeprefix(target.origin)
            headers["Host"] = target.origin.removeprefix("https://")
        return self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False)


async def _body(response: aiohttp.ClientResponse, target: Target, request: Request) -> bytes:
    if response.status in (404, 410):
        raise _fault("fetch.not_found", target, f"answered {response.status}")
    if response.status != 200:
        raise _fault("fetch.status", target, f"answered {response.status}")
    media_type = _media_type(response)
    if media_type not in MEDIA_TYPES[request.purpose] and media_type not in request.accept:
        raise _fault("fetch.media_type", target, f"sent {media_type[:80]}")
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", ""):
        raise _fault("fetch.encoding", target, "sent a compressed body that was not asked for")
    chunks: list[bytes] = []
    size = 0
    # counted while reading: Content-Length is the server's claim
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > request.limit_bytes:
            response.close()
            raise _fault("fetch.too_large", target, f"is larger than {request.limit_bytes} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _media_type(response: aiohttp.ClientResponse) -> str:
    named = response.headers.get("Content-Type", "application/octet-stream")
    return named.partition(";")[0].strip().lower()


def _fault(code: str, target: Target, what: str) -> FetchError:
    return FetchError(code, f"{target.url} {what}", details={"url": target.url})


def _origin(origin: str) -> str:
    try:
        target = check_url(origin, ports=range(1, 65536))
    except FetchError as fault:
        raise FetchError("fetch.origin", fault.message) from fault
    if target.origin != origin:
        raise _bad_origin(f"{origin[:200]} is not an https origin like https://issuer.example")
    return origin


def _loopback(base: str) -> str:
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "::1") or not parts.port:
        raise _bad_origin(f"{base[:200]} is not http://127.0.0.1:PORT")
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise _bad_origin(f"{base[:200]} is more than http://127.0.0.1:PORT")
    return base


def _bad_origin(message: str) -> FetchError:
    return FetchError("fetch.origin", message)
