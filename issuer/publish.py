"""What the issuer shows the world, as files below HOME/public/HOST: did.json and the signed status lists.

That folder is a mirror for `satchel verify --mirror`, a static site, and what the HTTP node serves. A file is replaced
as a whole; who reads it has the old list or the new one, signed, never half of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from issuer import store
from issuer.compose import Profile, compose_status_list, status_list_url
from issuer.identity import Identity, IssuerKey
from issuer.sign import sign
from issuer.store import StatusListRow
from satchel.codec import bits
from satchel.node import settings
from satchel.node.database import Database, Transaction
from satchel.node.settings import Home
from satchel.port import Clock, Signer

LOCK_PAUSE_SECONDS: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One file that was written: the URL it is served under, and until when it holds (None for did.json)."""

    url: str
    path: Path
    until: datetime | None


class Publisher:
    """Writes the public files of one issuer. Between processes a lock lets the last writer have the last word."""

    def __init__(
        self,
        home: Home,
        profile: Profile,
        signer: Signer,
        database: Database,
        *,
        valid_days: int,
        clock: Clock,
        identity: Identity | None = None,
    ) -> None:
        self._home = home
        self._profile = profile
        self._signer = signer
        self._database = database
        self._valid = timedelta(days=valid_days)
        self._clock = clock
        self._identity = identity
        self._mutex = asyncio.Lock()
        self._seen: set[str] = set()

    async def did_document(self, fragment: str) -> Published:
        """Writes did.json, and did.jsonl before it where there is a log, unless they say just that already. Without an
        identity it is a did:web with the signer's key under this name."""
        identity = self._identity or Identity(
            did=self._profile.did,
            keys=(IssuerKey(name=fragment, state="active", multikey=self._signer.public(), since=None),),
        )
        folder = site(self._home, self._profile.origin) / ".well-known"
        async with self._alone():
            for name, raw in identity.files().items():
                path = folder / name
                if not path.is_file() or path.read_bytes() != raw:
                    _write(path, raw)
        return Published(url=f"{self._profile.origin}/.well-known/did.json", path=folder / "did.json", until=None)

    async def ensure(self, list_ids: Collection[str]) -> None:
        """Publishes those of the lists that this process has not yet seen in order: a credential is worth nothing to
        others before its list can be fetched."""
        if not self._seen.issuperset(list_ids):
            await self.stale(only=list_ids)

    async def stale(self, *, only: Collection[str] | None = None, force: bool = False) -> tuple[Published, ...]:
        """Publishes each list whose file is missing, behind the database, or past half of its time; all when forced."""
        written = []
        now = self._clock().replace(microsecond=0)
        async with self._alone():
            for row in await store.status_lists(self._database):
                if only is not None and row.id not in only:
                    continue
                if force or self._is_stale(row, now):
                    written.append(await self._publish(row.id, now))
                self._seen.add(row.id)
        return tuple(written)

    def _is_stale(self, row: StatusListRow, now: datetime) -> bool:
        return (
            row.published_changes != row.changes
            or row.published_until is None
            or row.published_until - now < self._valid / 2
            or not self.path(row.id).is_file()
        )

    async def _publish(self, list_id: str, now: datetime) -> Published:
        """Reads, signs and writes one list, then notes it. A process killed in between publishes once more."""
        until = now + self._valid

        # The counter of changes is read before the bits: a flip in between is published now and counted as missing.
        row = await store.status_list(self._database, list_id)
        data = bytearray(row.size // 8)
        for index in await store.set_bits(self._database, list_id):
            bits.put(data, index, 1)
        document = compose_status_list(
            self._profile, list_id=list_id, purpose=row.purpose, bits=bytes(data), now=now, until=until
        )
        _write(self.path(list_id), sign(document, signer=self._signer, now=now).raw)

        async def note(tx: Transaction) -> None:
            await store.note_publication(tx, list_id, changes=row.changes, until=until)

        await self._database.submit(note)
        return Published(url=status_list_url(self._profile.origin, list_id), path=self.path(list_id), until=until)

    def path(self, list_id: str) -> Path:
        """Where the file of a list lies."""
        return site(self._home, self._profile.origin) / "status" / list_id

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Alone among the tasks of this process and among processes: who reads the bits later also writes later."""
        settings.make_folder(self._home.state)
        async with self._mutex:
            while True:
                with settings.try_lock(self._home.state / "publish.lock") as held:
                    if held:
                        yield
                        return
                await asyncio.sleep(LOCK_PAUSE_SECONDS)


def site(home: Home, origin: str) -> Path:
    """The folder that stands for the origin, named as a mirror names it: HOST, or HOST%3APORT."""
    return home.public / origin.removeprefix("https://").replace(":", "%3A")


def _write(path: Path, data: bytes) -> None:
    settings.make_folder(path.parent, mode=settings.PUBLIC_FOLDER)
    settings.write_file(path, data, mode=settings.PUBLIC_FILE)
