"""Fetch without a network: from a folder that stands in for the web, or not at all.

Neither ever suspends, so `satchel.port.drive` runs what uses them without an event loop; asyncio and aiohttp are not
imported here.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from satchel.errors import FetchError
from satchel.port import Fetched, Request

if TYPE_CHECKING:
    from satchel.node.address import Target

_MEDIA_TYPE: Final = "application/json"


class MirrorFetch:
    """Reads `https://HOST/PATH` from `FOLDER/HOST/PATH` (`HOST%3APORT` when a port is named) and nothing else.

    `now` is what `fetched_at` says: a mirror is as fresh as its reader claims.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        self._now = now

    async def __call__(self, request: Request, /) -> Fetched:
        """The file's bytes. Raises FetchError: as `check_url`; `fetch.not_found` when the mirror has no such file, or
        the URL has a query or leads outside; `fetch.too_large`."""
        # Imported here: a check that is offline altogether needs none of the address rules.
        from satchel.node.address import DID_PORTS, check_url

        target = check_url(request.url, ports=DID_PORTS)
        body = self._read(target, request.limit_bytes)
        return Fetched(
            url=request.url,
            final_url=target.url,
            status=200,
            media_type=_MEDIA_TYPE,
            body=body,
            fetched_at=self._now,
            source="mirror",
        )

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        """One answer a request, in the order asked."""
        return tuple([await _caught(self, request) for request in requests])

    def _read(self, target: Target, limit_bytes: int) -> bytes:
        if target.query:
            raise _absent(target.url, "a mirror has no file for a URL with a query")
        host = target.origin.removeprefix("https://").replace(":", "%3A")
        try:
            root = self._folder.resolve(strict=True)
            # resolved first and compared afterwards: a link inside the mirror may not lead out of it
            path = root.joinpath(host, *_segments(target)).resolve(strict=True)
            if not path.is_relative_to(root) or not stat.S_ISREG(path.stat().st_mode):
                raise _absent(target.url, "leads to no file inside the mirror")
            with path.open("rb") as file:
                body = file.read(limit_bytes + 1)
        except (OSError, RuntimeError) as fault:
            raise FetchError(
                "fetch.not_found", f"{target.url} is not in the mirror", details={"url": target.url}
            ) from fault
        if len(body) > limit_bytes:
            raise FetchError(
                "fetch.too_large", f"{target.url} is larger than {limit_bytes} bytes", details={"url": target.url}
            )
        return body


def _segments(target: Target) -> list[str]:
    """The path's parts as file names, each decoded once."""
    names = []
    for part in target.path[1:].split("/"):
        raw = unquote_to_bytes(part)
        if raw in (b"", b".", b"..") or b"/" in raw or b"\\" in raw or b"\0" in raw or b"%" in raw:
            raise _absent(target.url, "has a path that names no file")
        try:
            names.append(raw.decode("utf-8"))
        except UnicodeDecodeError as fault:
            raise _absent(target.url, "has a path that names no file") from fault
    return names


def _absent(url: str, why: str) -> FetchError:
    return FetchError("fetch.not_found", f"{url}: {why}", details={"url": url})


class OfflineFetch:
    """Fetches nothing: every request raises FetchError `fetch.offline`."""

    async def __call__(self, request: Request, /) -> Fetched:
        raise FetchError("fetch.offline", f"{request.url} was not fetched", details={"url": request.url})

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        return tuple([await _caught(self, request) for request in requests])


async def _caught(fetch: MirrorFetch | OfflineFetch, request: Request) -> Fetched | FetchError:
    try:
        return await fetch(request)
    except FetchError as fault:
        return fault
