"""Where a vault lies: wallet.db with ciphertext rows, and the checkpoint beside it. It knows no key.

A change is one transaction: what is held is read, a pure decision is taken, rows and header are written together. So
a killed process leaves the wallet before the change or after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Final, TypeVar

from satchel.errors import WalletFault
from satchel.node import settings
from satchel.node.database import Database, SqlValue, Transaction, blob, integer
from satchel.node.settings import Home
from wallet import checkpoint
from wallet.checkpoint import Checkpoint
from wallet.vault import Change, Held, Row, Sealed

MIGRATIONS: Final = "wallet.migration"
STATE_LIMIT_BYTES: Final = 4096

T = TypeVar("T")

_HEADER: Final = "SELECT content FROM header"
_ROWS: Final = "SELECT id, kind, schema, counter, data_key FROM record"
_SUMMARY: Final = "SELECT summary FROM record WHERE id = $1"
_BODY: Final = (
    "SELECT record.id, kind, schema, counter, data_key, content FROM record JOIN body ON body.id = record.id "
    "WHERE record.id = $1"
)
# One statement, hence one snapshot; the header is the row with the empty id. Sorted by us: the index on ids would make
# SQLite jump through the whole file.
_ALL: Final = (
    "SELECT x'' AS id, 0 AS kind, 0 AS schema, 0 AS counter, content AS data_key, x'' AS summary FROM header "
    "UNION ALL SELECT id, kind, schema, counter, data_key, summary FROM record"
)
_ADD_RECORD: Final = "INSERT INTO record (id, kind, schema, counter, data_key, summary) VALUES ($1, $2, $3, $4, $5, $6)"
_ADD_BODY: Final = "INSERT INTO body (id, content) VALUES ($1, $2)"
_REMOVE: Final = "DELETE FROM record WHERE id = $1"
_MAKE_HEADER: Final = "INSERT INTO header (one, content) VALUES (1, $1) ON CONFLICT DO NOTHING"
_SET_HEADER: Final = "UPDATE header SET content = $1"
# Freed pages are overwritten: what the owner removes does not stay in the file as ciphertext under a living key.
_OVERWRITE: Final = "PRAGMA secure_delete = ON"


class WalletStore:
    """The open wallet file of a home."""

    def __init__(self, home: Home, database: Database) -> None:
        self._home = home
        self._database = database

    @classmethod
    @asynccontextmanager
    async def open(cls, home: Home) -> AsyncIterator[WalletStore]:
        """The store of a home that has a wallet. Raises WalletFault wallet.missing, SettingsFault and DatabaseFault."""
        home.check()
        if not settings.check_private(home.wallet_db):
            raise WalletFault("wallet.missing", f"There is no wallet in {home.path}.")
        async with Database.open(home.wallet_db, MIGRATIONS) as database:
            yield cls(home, database)

    @classmethod
    @asynccontextmanager
    async def make(cls, home: Home) -> AsyncIterator[WalletStore]:
        """The store of a home that may have none yet; `begin` then decides. The file is made 0600."""
        home.prepare()
        async with Database.open(home.wallet_db, MIGRATIONS) as database:
            yield cls(home, database)

    async def begin(self, header: bytes, add: tuple[Sealed, ...]) -> None:
        """Writes the first header and records. Raises WalletFault wallet.exists."""

        async def unit(tx: Transaction) -> None:
            if await tx.execute(_MAKE_HEADER, header) != 1:
                raise WalletFault("wallet.exists", f"There is a wallet in {self._home.path} already.")
            await _add(tx, add)

        await self._database.submit(unit)

    async def header(self) -> bytes:
        """The header as it lies. Raises WalletFault wallet.missing when the file was made and never filled."""
        return _header(await self._database.one(_HEADER), self._home)

    async def load(self) -> Held:
        """All that a list needs, from one snapshot."""
        found = await self._database.read(_ALL)
        header = next((row for row in found if row[0] == b""), None)
        if header is None:
            raise WalletFault("wallet.missing", f"There is no wallet in {self._home.path}.")
        found.remove(header)
        return Held(
            header=blob(header[4]),
            rows=_rows(found),
            summaries={blob(row[0]): blob(row[5]) for row in found},
        )

    async def body(self, record_id: bytes) -> tuple[Row, bytes] | None:
        """The row and the body of a record, from one snapshot."""
        found = await self._database.one(_BODY, record_id)
        return None if found is None else (_row(found), blob(found[5]))

    async def change(self, known: Collection[bytes], decide: Callable[[Held], tuple[Change | None, T]]) -> T:
        """Writes what `decide` wants, in one transaction with what it saw; returns its second value.

        `Held.summaries` has those of the rows whose ids are not `known`: written by another process meanwhile.
        `decide` is pure and may be called twice. What it raises is raised here, and nothing is written.
        """

        async def unit(tx: Transaction) -> T:
            header = _header(await tx.one(_HEADER), self._home)
            rows = _rows(await tx.read(_ROWS))
            summaries: dict[bytes, bytes] = {}
            for row in rows:
                if row.record_id not in known and (found := await tx.one(_SUMMARY, row.record_id)) is not None:
                    summaries[row.record_id] = blob(found[0])
            change, answer = decide(Held(header=header, rows=rows, summaries=summaries))
            if change is not None:
                if change.remove:
                    await tx.read(_OVERWRITE)
                    await tx.many(_REMOVE, [(record_id,) for record_id in change.remove])
                await _add(tx, change.add)
                await tx.execute(_SET_HEADER, change.header)
            return answer

        return await self._database.submit(unit)

    async def checkpoint(self) -> Checkpoint | None:
        """What this machine last saw of this home's wallet; None when it has no memory of one."""
        return await asyncio.to_thread(self._read_checkpoint)

    async def remember(self, seen: Checkpoint, *, over: Checkpoint | None) -> None:
        """Keeps what was now seen, unless another process has meanwhile seen more.

        `over` is the checkpoint that this process opened with; it alone is replaced by one of another wallet.
        """
        await asyncio.to_thread(self._write_checkpoint, seen, over)

    def _read_checkpoint(self) -> Checkpoint | None:
        raw = settings.read_private(self._home.state / "wallet.json", limit_bytes=STATE_LIMIT_BYTES)
        return None if raw is None else checkpoint.decode(raw)

    def _write_checkpoint(self, seen: Checkpoint, over: Checkpoint | None) -> None:
        settings.make_folder(self._home.state)
        with settings.lock(self._home.state / "wallet.lock"):
            last = self._read_checkpoint()
            if last is None or last == over or (last.wallet_id == seen.wallet_id and last.counter < seen.counter):
                settings.write_file(self._home.state / "wallet.json", seen.encode())


async def _add(tx: Transaction, sealed: tuple[Sealed, ...]) -> None:
    await tx.many(
        _ADD_RECORD,
        [
            (one.row.record_id, one.row.table, one.row.schema, one.row.counter, one.row.data_key, one.summary)
            for one in sealed
        ],
    )
    await tx.many(_ADD_BODY, [(one.row.record_id, one.body) for one in sealed])


def _header(found: tuple[SqlValue, ...] | None, home: Home) -> bytes:
    if found is None:
        raise WalletFault("wallet.missing", f"There is no wallet in {home.path}.")
    return blob(found[0])


def _rows(found: list[tuple[SqlValue, ...]]) -> tuple[Row, ...]:
    return tuple(sorted(map(_row, found), key=attrgetter("record_id")))


def _row(found: tuple[SqlValue, ...]) -> Row:
    return Row(
        record_id=blob(found[0]),
        table=integer(found[1]),
        schema=integer(found[2]),
        counter=integer(found[3]),
        data_key=blob(found[4]),
    )
