"""Fetch that asks leave and keeps a diary: which hosts this node may ask, and which it asked, when and what for.

The diary is for the person whose node it is. It holds hosts and purposes, never a path: the address of a status list or
of a page can name one learner.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

from satchel.codec import strictjson, timestamp
from satchel.errors import FetchError, Malformed, SettingsFault
from satchel.node import settings
from satchel.port import Clock, Fetch, Fetched, Purpose, Request

T = TypeVar("T")

Outcome: TypeAlias = Literal["asked", "refused"]
Reason: TypeAlias = Purpose | Literal["exchange"]
"""What a host is asked for: a document of some purpose, or an answer to what is sent to it."""

WHY: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        "did": "to find the key that signed",
        "status": "to see whether it was revoked",
        "schema": "to check its form",
        "registry": "to see who knows the issuer",
        "framework": "to read a skills framework",
        "evidence": "to read a file that was named",
        "exchange": "to talk with another node",
    }
)
FILE_LIMIT_BYTES: Final = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Which hosts may be asked. `only` empty means all that are not in `never`; a name covers the hosts below it."""

    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def allows(self, host: str) -> bool:
        """Whether this host may be asked; a refusal is stronger than a permission."""
        names = _above(host)
        return self.never.isdisjoint(names) and (not self.only or not self.only.isdisjoint(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One line of the diary."""

    at: datetime
    host: str
    purpose: Reason
    outcome: Outcome


class Diary(Protocol):
    """Where askings are written down."""

    def write(self, asking: Asking, /) -> None: ...


class FileDiary:
    """The diary of a home folder: one JSON line an asking, in a private file that is halved when it grows too long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, asking: Asking, /) -> None:
        """Adds the line. Raises SettingsFault when the file is unsafe or cannot be written."""
        settings.make_folder(self._path.parent)
        settings.create_private(self._path)
        line = json.dumps(
            {
                "at": timestamp.render(asking.at),
                "host": asking.host,
                "purpose": asking.purpose,
                "outcome": asking.outcome,
            }
        )
        try:
            with open(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC), "ab") as file:
                file.write(f"{line}\n".encode())
                size = file.tell()
        except OSError as fault:
            raise SettingsFault("settings.write_failed", f"{self._path}: {fault.strerror or fault}") from fault
        if size > FILE_LIMIT_BYTES:
            raw = settings.read_private(self._path, limit_bytes=2 * FILE_LIMIT_BYTES) or b""
            half = raw[len(raw) // 2 :]
            settings.write_file(self._path, half[half.index(b"\n") + 1 :])

    def read(self) -> tuple[Asking, ...]:
        """All lines, oldest first; a line that a power cut left broken is passed over."""
        raw = settings.read_private(self._path, limit_bytes=2 * FILE_LIMIT_BYTES) or b""
        return tuple(_read(raw.splitlines()))


class Leave:
    """Leave to ask a host, written down whether it is given or not."""

    def __init__(self, *, consent: Consent, clock: Clock, diary: Diary | None = None) -> None:
        self._consent = consent
        self._clock = clock
        self._diary = diary

    def ask(self, url: str, reason: Reason) -> None:
        """Returns when the host of the URL may be asked. Raises FetchError fetch.not_allowed when it may not, and
        SettingsFault when the diary cannot be written."""
        host = host_of(url)
        is_allowed = self._consent.allows(host)
        if self._diary is not None:
            outcome: Outcome = "asked" if is_allowed else "refused"
            self._diary.write(Asking(at=self._clock(), host=host, purpose=reason, outcome=outcome))
        if not is_allowed:
            raise FetchError("fetch.not_allowed", f"{host} may not be asked", details={"url": url})


class ConsentingFetch:
    """A Fetch before another one that asks leave and keeps the diary."""

    def __init__(self, fetch: Fetch, *, consent: Consent, clock: Clock, diary: Diary | None = None) -> None:
        self._fetch = fetch
        self._leave = Leave(consent=consent, clock=clock, diary=diary)

    async def __call__(self, request: Request, /) -> Fetched:
        """As the Fetch behind. Raises FetchError fetch.not_allowed, and then nothing was opened."""
        self._leave.ask(request.url, request.purpose)
        return await self._fetch(request)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        """One answer a request, in the order asked."""
        return tuple(await asyncio.gather(*(self._caught(request) for request in requests)))

    async def _caught(self, request: Request) -> Fetched | FetchError:
        try:
            return await self(request)
        except FetchError as fault:
            return fault


def host_of(url: str) -> str:
    """The host of a URL in lower case; "" when it has none: the address guard behind will say what is wrong with it."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _above(host: str) -> frozenset[str]:
    """The host and every domain that it is in."""
    labels = host.split(".")
    return frozenset(".".join(labels[start:]) for start in range(len(labels)))


def _read(lines: Iterable[bytes]) -> Iterable[Asking]:
    for line in lines:
        try:
            value = strictjson.load_object(line)
        except Malformed:
            continue
        match value:
            case {
                "at": str(at),
                "host": str(host),
                "purpose": (
                    "did" | "status" | "schema" | "registry" | "framework" | "evidence" | "exchange"
                ) as purpose,
                "outcome": ("asked" | "refused") as outcome,
            }:
                yield Asking(at=timestamp.parse(at), host=host, purpose=purpose, outcome=outcome)
            case _:
                continue
