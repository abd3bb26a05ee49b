"""The node's only way to talk with another node: JSON by https, behind the same guard as fetching.

A Sender is a Fetcher that may also post, and that reads refusals: a Fetcher wants a document or nothing, a Sender wants
to know why not. Redirects are never followed (what was meant for one place must not be told to another), nothing is
sent twice, and the answer is bounded in bytes and time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import aiohttp
from yarl import URL

from satchel.errors import FetchError
from satchel.node.address import Target, check_url
from satchel.node.consent import Leave
from satchel.node.fetch import DEADLINE_SECONDS, Fetcher, Lookup, look_up
from satchel.port import Clock, JsonObject

ANSWER_LIMIT_BYTES: Final = 1024 * 1024
_ANSWERS: Final = frozenset({"application/json", "application/problem+json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the other node answered: any status but a redirect, and JSON that was NOT read yet."""

    url: str
    status: int
    body: bytes


class Sender(Fetcher):
    """Fetches, asks and posts. Use it as `async with Sender(clock=...) as sender`; the arguments are the Fetcher's, and
    `leave`, which is asked before each `ask` and `post` (documents are fetched behind satchel.node.network's own).

    `ask` and `post` raise FetchError as a Fetcher does, and fetch.redirect for any redirect. A refusal of the other
    node (4xx, 5xx) is an answer, not an error.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        origins: Mapping[str, str] | None = None,
        lookup: Lookup = look_up,
        deadline_seconds: float = DEADLINE_SECONDS,
        leave: Leave | None = None,
    ) -> None:
        super().__init__(clock=clock, origins=origins, lookup=lookup, deadline_seconds=deadline_seconds)
        self._leave = leave

    async def ask(self, url: str, *, limit_bytes: int = ANSWER_LIMIT_BYTES) -> Sent:
        """The answer to a GET."""
        return await self._talk("GET", url, None, limit_bytes)

    async def post(self, url: str, body: JsonObject, *, limit_bytes: int = ANSWER_LIMIT_BYTES) -> Sent:
        """The answer to this JSON body."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
        return await self.post_bytes(url, raw, limit_bytes=limit_bytes)

    async def post_bytes(self, url: str, raw: bytes, *, limit_bytes: int = ANSWER_LIMIT_BYTES) -> Sent:
        """The answer to these bytes, which are JSON: what is signed inside of them is sent as it is."""
        return await self._talk("POST", url, raw, limit_bytes)

    async def _talk(self, method: Literal["GET", "POST"], url: str, raw: bytes | None, limit_bytes: int) -> Sent:
        target = check_url(url)
        if self._leave is not None:
            self._leave.ask(target.url, "exchange")
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await self._send(method, target, raw, limit_bytes)
        except TimeoutError as fault:
            raise _fault("fetch.timeout", target, "did not answer in time") from fault
        except aiohttp.ClientSSLError as fault:
            raise _fault("fetch.certificate", target, "has no valid certificate") from fault
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            # aiohttp raises ValueError for some broken answers; its text may hold what the server sent, so it stays out
            raise _fault("fetch.unreachable", target, "could not be reached or answered nonsense") from fault

    async def _send(self, method: Literal["GET", "POST"], target: Target, raw: bytes | None, limit_bytes: int) -> Sent:
        if self._session is None:
            raise RuntimeError("use Sender inside `async with`")
        url, headers = target.url, {"Accept": "application/json"}
        if raw is not None:
            headers["Content-Type"] = "application/json"
        base = self._origins.get(target.origin)
        if base is not None:
            url = base + target.url.removeprefix(target.origin)
            headers["Host"] = target.origin.removeprefix("https://")
        asking = self._session.request(method, URL(url, encoded=True), data=raw, headers=headers, allow_redirects=False)
        async with asking as response:
            if 300 <= response.status < 400:
                raise _fault("fetch.redirect", target, "sends the request to another place")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if media_type not in _ANSWERS:
                shown = media_type[:80] or "nothing"
                raise _fault("fetch.media_type", target, f"answered {response.status} with {shown}")
            if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
                raise _fault("fetch.encoding", target, "sent a compressed body that was not asked for")
            pieces: list[bytes] = []
            size = 0
            # counted while reading: Content-Length is the server's claim
            async for piece in response.content.iter_any():
                size += len(piece)
                if size > limit_bytes:
                    response.close()
                    raise _fault("fetch.too_large", target, f"answered more than {limit_bytes} bytes")
                pieces.append(piece)
            return Sent(url=target.url, status=response.status, body=b"".join(pieces))


def _fault(code: str, target: Target, what: str) -> FetchError:
    return FetchError(code, f"{target.url} {what}", details={"url": target.url})
