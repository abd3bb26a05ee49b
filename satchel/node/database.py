"""One SQLite file with group commit: many waiting units become one transaction and one sync of the disk.

A unit is `async fn(tx)` that does nothing but SQL. One writer takes all waiting units (at most 500) and commits them
together; when one is refused, its neighbours are committed without it and only its caller sees the error. So a unit
may run twice. Readers have connections of their own and never see half a unit.

Written for the traps that were met (facts/scale.md 1.5): two tasks never share a transaction; every write begins with
BEGIN IMMEDIATE, so that a stale snapshot cannot refuse it; a cancelled caller leaves a whole unit or none; every
connection is closed on every way out, because an open one keeps the process from ending.

SQL is in the common subset of SQLite and PostgreSQL with `$n` parameters; columns are TEXT, 64-bit integers and BLOB.
An epoch file outside the database tells when an older copy of the database was put back (row 155).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, TypeVar, cast

import aiosqlite

from satchel.errors import DatabaseFault
from satchel.node import migrate, settings
from satchel.node.clock import to_micros, utc_now
from satchel.node.epoch import Epoch, Restored
from satchel.port import Clock, drive

GROUP_LIMIT: Final = 500
READERS_LIMIT: Final = 4
BUSY_TIMEOUT_MS: Final = 5000

SqlValue: TypeAlias = str | int | bytes | None
Row: TypeAlias = tuple[SqlValue, ...]
T = TypeVar("T")

_SQL_TYPES: Final = frozenset({str, int, bytes, type(None)})
_PARAMETER: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\$(\d+)")
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)


class Transaction:
    """What a unit may use: SQL on the writer's open transaction. Never kept after the unit has returned."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, *args: SqlValue) -> int:
        """Runs one statement and gives the number of rows that it changed."""
        return self._connection.execute(numbered(sql), _checked(args)).rowcount

    async def many(self, sql: str, rows: Sequence[Sequence[SqlValue]]) -> int:
        """Runs one statement for each row of arguments and gives the number of rows changed together."""
        return self._connection.executemany(numbered(sql), [_checked(row) for row in rows]).rowcount

    async def read(self, sql: str, *args: SqlValue) -> list[Row]:
        """All rows of a query, or of a statement with RETURNING."""
        return self._connection.execute(numbered(sql), _checked(args)).fetchall()

    async def one(self, sql: str, *args: SqlValue) -> Row | None:
        """The first row of a query, or of a statement with RETURNING."""
        rows = await self.read(sql, *args)
        return rows[0] if rows else None


Unit: TypeAlias = Callable[[Transaction], Coroutine[object, None, T]]


@dataclass(slots=True)
class _Waiting:
    """A submitted unit and the future of its caller."""

    unit: Unit[object]
    answer: asyncio.Future[object]
    settles: bool


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection that also runs one whole function in its thread: a group is one hop, not thousands.

    Its thread is a daemon: were a connection left open when the event loop is torn down, the process would never end.
    What was acknowledged is on disk by then.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, 64)
        self._thread.daemon = True

    async def close(self) -> None:
        await super().close()
        self._thread.join()  # it has been told to end; nobody may meet it afterwards

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return cast(T, await self._execute(work, self._conn))  # type: ignore[no-untyped-call]


class Database:
    """One open database. Made by `Database.open`, used inside its `async with`, closed at its end."""

    def __init__(self, path: Path, writer: _Connection, epoch: Epoch) -> None:
        self.path = path
        self._writer = writer
        self._epoch = epoch
        self._waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._closing = False
        self._idle: list[_Connection] = []
        self._readers: list[_Connection] = []
        self._slots = asyncio.Semaphore(READERS_LIMIT)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, migrations: str, *, state: Path | None = None, clock: Clock = utc_now
    ) -> AsyncIterator[Database]:
        """The database at the path, made 0600 when absent and brought to the last migration of the named package.

        `state` is a folder outside of what a backup of the database holds; with it an older copy put back is
        detected: then `restored` says so, and every `submit` is refused until `settle` has run.
        Raises DatabaseFault (database.newer, .migration_changed, .damaged, .busy, ...) and SettingsFault.
        """
        known = migrate.read_package(migrations)
        settings.create_private(path)
        for beside in ("-wal", "-shm"):
            settings.check_private(path.with_name(path.name + beside))
        epoch = Epoch(None if state is None else state / f"{path.name}.epoch")
        try:
            async with contextlib.AsyncExitStack() as stack:
                with _named(path):
                    writer = await _connect(path, read_only=False)
                    stack.push_async_callback(writer.close)
                    await writer.run(
                        functools.partial(_prepare, known=known, at_micros=to_micros(clock()), epoch=epoch)
                    )
                database = cls(path, writer, epoch)
                task = asyncio.create_task(database._write(), name=f"writer of {path.name}")
                stack.push_async_callback(database._close, task)
                yield database
        finally:
            epoch.close()

    @property
    def restored(self) -> Restored | None:
        """Set when the file is an older copy, or not the one that the epoch file belongs to, until it is settled."""
        return self._epoch.restored

    async def submit(self, unit: Unit[T]) -> T:
        """Runs the unit in a transaction with others, and returns its result once that is on disk.

        What the unit raises is raised here, and nothing of the unit is kept. A cancelled caller's unit is dropped
        whole when its group has not begun, and else completes whole.
        Raises DatabaseFault: database.constraint, .busy, .full, .damaged, .write_failed, .restored, .closed.
        """
        return await self._put(unit, settles=False)

    async def settle(self, unit: Unit[T]) -> T:
        """Like `submit`, and in the same transaction accepts the database as the true one after `restored`: the unit
        does what its owner needs for that (an issuer closes every open status list)."""
        return await self._put(unit, settles=True)

    async def _put(self, unit: Unit[T], *, settles: bool) -> T:
        if self._closing:
            raise DatabaseFault("database.closed", f"{self.path} is closed")
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Waiting(unit, answer, settles))
        return cast(T, await answer)

    async def read(self, sql: str, *args: SqlValue) -> list[Row]:
        """All rows of a query, from the last committed state. A cancelled caller interrupts its query."""
        with _named(self.path):
            async with self._reader() as reader:
                query = asyncio.ensure_future(reader.run(functools.partial(_fetch, sql=sql, args=args)))
                try:
                    return await asyncio.shield(query)
                except asyncio.CancelledError:
                    await reader.interrupt()
                    await asyncio.wait([query])
                    if not query.cancelled():
                        query.exception()  # the interruption itself, which nobody else will look at
                    raise

    async def one(self, sql: str, *args: SqlValue) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.read(sql, *args)
        return rows[0] if rows else None

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[_Connection]:
        async with self._slots:
            if self._closing:
                raise DatabaseFault("database.closed", f"{self.path} is closed")
            if not self._idle:
                reader = await _connect(self.path, read_only=True)
                self._readers.append(reader)
                self._idle.append(reader)
            reader = self._idle.pop()
            try:
                yield reader
            finally:
                self._idle.append(reader)

    async def _write(self) -> None:
        """The only writer: takes what waits, commits it together, answers each caller."""
        group: list[_Waiting] = []
        try:
            stopping = False
            while not stopping:
                taken = await self._waiting.get()
                while taken is not None:
                    if not taken.answer.cancelled():
                        group.append(taken)
                    if len(group) == GROUP_LIMIT or self._waiting.empty():
                        break
                    taken = self._waiting.get_nowait()
                stopping = taken is None
                if group:
                    run = functools.partial(_run, waiting=tuple(group), epoch=self._epoch, path=self.path)
                    outcomes = await self._writer.run(run)
                    for waiting, outcome in zip(group, outcomes, strict=True):
                        _answer(waiting, outcome)
                    group.clear()
        finally:
            # Reached with units left only when the event loop itself is being torn down.
            self._closing = True
            while not self._waiting.empty():
                if (left := self._waiting.get_nowait()) is not None:
                    group.append(left)
            for waiting in group:
                _answer(waiting, _Failed(DatabaseFault("database.closed", f"{self.path} was closed before an answer")))

    async def _close(self, writer: asyncio.Task[None]) -> None:
        self._closing = True
        if not writer.done():
            self._waiting.put_nowait(None)
        await asyncio.wait([writer])
        for reader in self._readers:
            await reader.close()
        if not writer.cancelled() and (fault := writer.exception()) is not None:
            raise fault


@dataclass(frozen=True, slots=True)
class _Done:
    value: object


@dataclass(frozen=True, slots=True)
class _Failed:
    fault: BaseException


def _answer(waiting: _Waiting, outcome: _Done | _Failed) -> None:
    if waiting.answer.done():
        return
    if isinstance(outcome, _Done):
        waiting.answer.set_result(outcome.value)
    else:
        waiting.answer.set_exception(outcome.fault)


def _fetch(raw: sqlite3.Connection, *, sql: str, args: Sequence[SqlValue]) -> list[Row]:
    return raw.execute(numbered(sql), _checked(args)).fetchall()


def _run(raw: sqlite3.Connection, *, waiting: Sequence[_Waiting], epoch: Epoch, path: Path) -> list[_Done | _Failed]:
    """One group in the connection's thread: all together, or, when one is refused, each with a savepoint of its own."""
    outcomes: dict[int, _Done | _Failed] = {}
    if epoch.restored is not None:
        for place, one in enumerate(waiting):
            if not one.settles:
                fault = DatabaseFault("database.restored", f"{path} is an older copy ({epoch.restored.reason})")
                outcomes[place] = _Failed(fault)
    chosen = [place for place in range(len(waiting)) if place not in outcomes]
    for attempt in (_together, _apart):
        if not chosen:
            break
        try:
            raw.execute("BEGIN IMMEDIATE")
            results = attempt(raw, [waiting[place] for place in chosen], path)
            counter = epoch.step(raw, settles=any(waiting[place].settles for place in chosen))
            raw.execute("COMMIT")
        except BaseException as fault:  # whatever a unit raises belongs to its caller, not to this thread
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            if attempt is _together and len(chosen) > 1 and not _is_fatal(fault):
                continue
            failed = _Failed(_translated(fault, path))
            outcomes.update(dict.fromkeys(chosen, failed))
        else:
            epoch.record(counter)
            outcomes.update(zip(chosen, results, strict=True))
        break
    return [outcomes[place] for place in range(len(waiting))]


def _together(raw: sqlite3.Connection, group: Sequence[_Waiting], path: Path) -> list[_Done | _Failed]:
    return [_Done(_one(raw, waiting, path)) for waiting in group]


def _apart(raw: sqlite3.Connection, group: Sequence[_Waiting], path: Path) -> list[_Done | _Failed]:
    results: list[_Done | _Failed] = []
    for waiting in group:
        raw.execute("SAVEPOINT unit")
        try:
            results.append(_Done(_one(raw, waiting, path)))
        except BaseException as fault:
            if not raw.in_transaction:  # a full disk or an I/O error has already undone the whole group
                raise
            raw.execute("ROLLBACK TO unit")
            results.append(_Failed(_translated(fault, path)))
        raw.execute("RELEASE unit")
    return results


def _one(raw: sqlite3.Connection, waiting: _Waiting, path: Path) -> object:
    value = drive(waiting.unit(Transaction(raw)))
    if not raw.in_transaction:
        raise DatabaseFault("database.failed", f"a unit ended the transaction of {path}")
    return value


def _prepare(raw: sqlite3.Connection, *, known: tuple[migrate.Migration, ...], at_micros: int, epoch: Epoch) -> None:
    if raw.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise DatabaseFault("database.failed", "the database cannot use a write-ahead log here")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA journal_size_limit = 16777216")
    migrate.apply(raw, known, at_micros=at_micros)
    epoch.compare(raw)


async def _connect(path: Path, *, read_only: bool) -> _Connection:
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"

    def connector() -> sqlite3.Connection:
        raw = sqlite3.connect(address, uri=True, isolation_level=None, cached_statements=256)
        try:
            for pragma in _PRAGMAS:
                raw.execute(pragma)
            if read_only:
                raw.execute("PRAGMA query_only = ON")
        except BaseException:
            raw.close()
            raise
        return raw

    return cast(_Connection, await _Connection(connector))


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """SQLite's own errors as DatabaseFault with the file's name."""
    try:
        yield
    except sqlite3.Error as fault:
        raise _translated(fault, path) from fault


def _translated(fault: BaseException, path: Path) -> BaseException:
    if not isinstance(fault, sqlite3.Error):
        return fault
    primary = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    named = {
        sqlite3.SQLITE_CONSTRAINT: "database.constraint",
        sqlite3.SQLITE_BUSY: "database.busy",
        sqlite3.SQLITE_LOCKED: "database.busy",
        sqlite3.SQLITE_FULL: "database.full",
        sqlite3.SQLITE_CORRUPT: "database.damaged",
        sqlite3.SQLITE_NOTADB: "database.damaged",
        sqlite3.SQLITE_IOERR: "database.write_failed",
        sqlite3.SQLITE_READONLY: "database.write_failed",
        sqlite3.SQLITE_CANTOPEN: "database.write_failed",
        sqlite3.SQLITE_PERM: "database.write_failed",
    }
    answer = DatabaseFault(named.get(primary, "database.failed"), f"{path}: {fault}")
    answer.__cause__ = fault
    return answer


def _is_fatal(fault: BaseException) -> bool:
    """Whether the fault is of the file, not of one unit: then a second attempt would only repeat it."""
    primary = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return primary in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    )


@functools.lru_cache(maxsize=1024)
def numbered(sql: str) -> str:
    """The text with `$n` as SQLite's `?n`: a plain `?` would bind by order of appearance, not by number.

    Quoted text and comments are left alone. The cache holds our own SQL constants, keyed by the text.
    """
    return _PARAMETER.sub(lambda found: found[0] if found[1] is None else f"?{found[1]}", sql)


def _checked(args: Sequence[SqlValue]) -> Sequence[SqlValue]:
    for value in args:
        if type(value) not in _SQL_TYPES:
            raise TypeError(f"a {type(value).__name__} is no column value: use str, int, bytes or None")
    return args


def text(value: SqlValue) -> str:
    """The value of a TEXT column."""
    if not isinstance(value, str):
        raise DatabaseFault("database.damaged", f"a text column holds {type(value).__name__}")
    return value


def integer(value: SqlValue) -> int:
    """The value of an integer column."""
    if not isinstance(value, int):
        raise DatabaseFault("database.damaged", f"an integer column holds {type(value).__name__}")
    return value


def blob(value: SqlValue) -> bytes:
    """The value of a BLOB column."""
    if not isinstance(value, bytes):
        raise DatabaseFault("database.damaged", f"a blob column holds {type(value).__name__}")
    return value
