"""The database on real files: group commit, refusals, cancellation, two processes, kill -9, restore, migrations."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from satchel.errors import DatabaseFault, SettingsFault
from satchel.node import database as module
from satchel.node import settings
from satchel.node.database import Database, Transaction, Unit

PACKAGE = "tests.satchel.node.migration"
INSERT = "INSERT INTO note (id, number, body) VALUES ($1, $2, $3)"


class Refusal(Exception):
    """What a unit of these tests raises by itself."""


def insert(name: str, number: int = 0, body: bytes | None = None) -> Unit[str]:
    async def unit(tx: Transaction) -> str:
        await tx.execute(INSERT, name, number, body)
        return name

    return unit


async def names(database: Database) -> list[str]:
    return [module.text(row[0]) for row in await database.read("SELECT id FROM note ORDER BY id")]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "a.db", PACKAGE) as opened:
        yield opened


def child(code: str, *args: str) -> list[str]:
    return [sys.executable, "-c", code, *args]


def plain(path: Path) -> sqlite3.Connection:
    """A second look at the file by the standard library alone."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


# -- reading and writing


async def test_a_unit_gives_its_result_when_it_is_on_disk(database: Database) -> None:
    assert await database.submit(insert("a", 7, b"\x00\xff")) == "a"
    with contextlib.closing(plain(database.path)) as raw:
        assert raw.execute("SELECT id, number, body FROM note").fetchall() == [("a", 7, b"\x00\xff")]


async def test_one_gives_the_first_row_or_none(database: Database) -> None:
    assert await database.one("SELECT id FROM note WHERE id = $1", "a") is None
    await database.submit(insert("a"))
    assert await database.one("SELECT id FROM note WHERE id = $1", "a") == ("a",)


async def test_numbered_parameters_bind_by_number_and_not_by_appearance(database: Database) -> None:
    await database.submit(insert("a", 2))
    assert await database.read("SELECT $2, $1, $2, '$1', \"number\" FROM note -- $9\nWHERE id = $3", "x", "y", "a") == [
        ("y", "x", "y", "$1", 2)
    ]


def test_quotes_in_sql_are_left_alone() -> None:
    assert (
        module.numbered("SELECT '$1 it''s $2', \"$3\"\"\", $10 -- $4") == "SELECT '$1 it''s $2', \"$3\"\"\", ?10 -- $4"
    )


async def test_a_unit_sees_its_own_rows_and_returning(database: Database) -> None:
    async def unit(tx: Transaction) -> tuple[int, list[module.Row], module.Row | None]:
        added = await tx.many(INSERT, [("a", 1, None), ("b", 2, None), ("c", 3, None)])
        changed = await tx.read("UPDATE note SET number = number * 10 WHERE number >= $1 RETURNING number", 2)
        return added, sorted(changed), await tx.one("SELECT sum(number) FROM note")

    assert await database.submit(unit) == (3, [(20,), (30,)], (51,))


async def test_strict_tables_refuse_a_value_of_another_type(database: Database) -> None:
    async def unit(tx: Transaction) -> None:
        await tx.execute(INSERT, "a", "many", None)

    with pytest.raises(DatabaseFault) as fault:
        await database.submit(unit)
    assert fault.value.code == "database.constraint"


@pytest.mark.parametrize("value", [1.5, True, ["a"], {}, bytearray(b"x")])
async def test_a_value_that_is_no_column_value_is_refused(database: Database, value: object) -> None:
    async def unit(tx: Transaction) -> None:
        await tx.execute(INSERT, "a", value, None)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match=type(value).__name__):
        await database.submit(unit)
    with pytest.raises(TypeError, match=type(value).__name__):
        await database.read("SELECT $1", value)  # type: ignore[arg-type]


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseFault) as fault:
        await database.read(INSERT, "a", 1, None)
    assert fault.value.code == "database.write_failed"
    assert await names(database) == []


async def test_a_wrong_statement_is_named(database: Database) -> None:
    with pytest.raises(DatabaseFault) as fault:
        await database.read("SELECT nothing FROM nowhere")
    assert fault.value.code == "database.failed"
    assert str(database.path) in fault.value.message


def test_a_column_of_another_type_than_asked_is_damage() -> None:
    for narrow, value in ((module.text, 1), (module.integer, "1"), (module.blob, "1"), (module.text, None)):
        with pytest.raises(DatabaseFault) as fault:
            narrow(value)
        assert fault.value.code == "database.damaged"


# -- group commit


async def test_waiting_units_are_committed_together(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "a.db", PACKAGE) as database:
        await asyncio.gather(*(database.submit(insert(f"{number:04}")) for number in range(2000)))
        (commits,) = await database.one("SELECT counter FROM satchel_epoch") or (0,)
        assert len(await names(database)) == 2000
    assert module.integer(commits) <= 10


async def test_a_refused_unit_does_not_fail_its_neighbours(database: Database) -> None:
    await database.submit(insert("050"))
    runs = 0

    async def counted(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await tx.execute(INSERT, "counted", 0, None)

    async def raising(tx: Transaction) -> None:
        await tx.execute(INSERT, "never", 0, None)
        raise Refusal("this unit thinks better of it")

    units = [database.submit(insert(f"{number:03}")) for number in range(100)]
    outcomes = await asyncio.gather(database.submit(counted), *units, database.submit(raising), return_exceptions=True)
    assert [place for place, outcome in enumerate(outcomes) if isinstance(outcome, BaseException)] == [51, 101]
    refused, raised = outcomes[51], outcomes[101]
    assert isinstance(refused, DatabaseFault)
    assert refused.code == "database.constraint"
    assert isinstance(refused.__cause__, sqlite3.IntegrityError)
    assert isinstance(raised, Refusal)
    assert await names(database) == [f"{number:03}" for number in range(100)] + ["counted"]
    assert runs == 2  # once in the group, once beside the refused one: a unit does nothing but SQL


async def test_a_unit_refused_alone_is_run_once(database: Database) -> None:
    runs = 0

    async def raising(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise Refusal

    with pytest.raises(Refusal):
        await database.submit(raising)
    assert runs == 1
    await database.submit(insert("still writes"))


async def test_a_unit_that_waits_for_the_world_is_refused(database: Database) -> None:
    async def unit(tx: Transaction) -> None:
        await tx.execute(INSERT, "a", 0, None)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waits"):
        await database.submit(unit)
    assert await names(database) == []


async def test_a_unit_that_ends_the_transaction_is_refused(database: Database) -> None:
    async def unit(tx: Transaction) -> None:
        await tx.execute("ROLLBACK")

    with pytest.raises(DatabaseFault) as fault:
        await database.submit(unit)
    assert fault.value.code == "database.failed"
    await database.submit(insert("still writes"))


async def test_two_tasks_never_share_a_transaction(database: Database) -> None:
    """The trap: A inserts, B rolls back, A commits, and A's row is gone without an error."""

    async def failing(tx: Transaction) -> None:
        await tx.execute(INSERT, "b", 0, None)
        raise Refusal

    for turn in range(50):
        kept, lost = await asyncio.gather(
            database.submit(insert(f"a{turn:02}")), database.submit(failing), return_exceptions=True
        )
        assert kept == f"a{turn:02}"
        assert isinstance(lost, Refusal)
    assert await names(database) == [f"a{turn:02}" for turn in range(50)]


async def test_readers_see_whole_units_only_while_others_write(database: Database) -> None:
    async def pair(tx: Transaction, turn: int) -> None:
        await tx.execute(INSERT, f"l{turn}", turn, None)
        await tx.execute(INSERT, f"r{turn}", turn, None)

    async def write() -> None:
        for turn in range(200):
            await database.submit(lambda tx, turn=turn: pair(tx, turn))

    async def watch() -> None:
        while not writing.done():
            (odd,) = await database.one("SELECT count(*) % 2 FROM note") or (None,)
            assert odd == 0

    writing = asyncio.create_task(write())
    await asyncio.gather(writing, *(watch() for _ in range(8)))


async def test_the_loop_is_free_while_the_writer_works(database: Database) -> None:
    async def slow(tx: Transaction) -> None:
        await tx.read(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT max(x) FROM n"
        )

    turns = 0
    writing = asyncio.create_task(database.submit(slow))
    while not writing.done():
        turns += 1
        await asyncio.sleep(0.001)
    await writing
    assert turns > 20


# -- cancellation and the end


async def test_a_cancelled_callers_unit_is_kept_whole_or_not_at_all(database: Database) -> None:
    chance = random.Random(7)

    async def pair(tx: Transaction, turn: int) -> None:
        await tx.execute(INSERT, f"l{turn:03}", turn, None)
        await tx.execute(INSERT, f"r{turn:03}", turn, None)

    tasks = [asyncio.create_task(database.submit(lambda tx, turn=turn: pair(tx, turn))) for turn in range(300)]
    for task in tasks:
        if chance.random() < 0.1:
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    await database.submit(insert("z"))  # the writer still works
    found = await names(database)
    for turn, outcome in enumerate(outcomes):
        halves = [f"l{turn:03}" in found, f"r{turn:03}" in found]
        assert halves in ([True, True], [False, False])
        if not isinstance(outcome, BaseException):
            assert halves == [True, True]
    assert any(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_a_unit_cancelled_before_its_turn_never_runs(database: Database) -> None:
    task = asyncio.create_task(database.submit(insert("a")))
    await asyncio.sleep(0)  # it waits in the queue; the writer has not been scheduled yet
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.submit(insert("b"))
    assert await names(database) == ["b"]


async def test_a_cancelled_read_is_interrupted_and_its_connection_used_again(database: Database) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    for _ in range(2 * module.READERS_LIMIT):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.read(endless), 0.05)
    assert await names(database) == []


async def test_a_closed_database_refuses_and_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    async with Database.open(tmp_path / "a.db", PACKAGE) as database:
        await asyncio.gather(*(database.submit(insert(str(number))) for number in range(10)))
        await asyncio.gather(*(names(database) for _ in range(10)))
        assert before < threading.active_count() <= before + 1 + module.READERS_LIMIT
        last = asyncio.create_task(database.submit(insert("last")))
        await asyncio.sleep(0)
    assert await last == "last"
    assert threading.active_count() == before
    for refused in (database.submit(insert("late")), database.read("SELECT 1")):
        with pytest.raises(DatabaseFault) as fault:
            await refused
        assert fault.value.code == "database.closed"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.db"]  # the log was folded in


@pytest.mark.parametrize("end", ["raise", "interrupt", "abandon", "exit"])
def test_the_process_ends_whatever_happens_inside(tmp_path: Path, end: str) -> None:
    """The trap: a connection left open keeps its thread, and the process hangs at its end."""
    code = f"""
import asyncio, os, signal, sys
from pathlib import Path
from satchel.node.database import Database
async def main():
    opening = Database.open(Path(sys.argv[1]), {PACKAGE!r})
    database = await opening.__aenter__()
    await database.read("SELECT 1")
    end = {end!r}
    if end == "abandon":
        return
    try:
        if end == "raise":
            raise RuntimeError("in the middle")
        if end == "exit":
            sys.exit(3)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
    finally:
        await opening.__aexit__(*sys.exc_info())
# A process that was started in the background ignores the signal from birth.
signal.signal(signal.SIGINT, signal.default_int_handler)
asyncio.run(main())
"""
    done = subprocess.run(child(code, str(tmp_path / "a.db")), capture_output=True, text=True, timeout=60, check=False)
    expected = {"raise": 1, "interrupt": -signal.SIGINT, "abandon": 0, "exit": 3}[end]
    assert done.returncode in (expected, 130 if end == "interrupt" else expected)


# -- faults of the file


@pytest.mark.parametrize("raw", [b"not a database at all" * 300, b"\x00" * 8192])
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, raw: bytes) -> None:
    settings.write_file(tmp_path / "a.db", raw)
    with pytest.raises(DatabaseFault) as fault:
        async with Database.open(tmp_path / "a.db", PACKAGE):
            raise AssertionError
    assert fault.value.code == "database.damaged"
    assert (tmp_path / "a.db").read_bytes() == raw


@pytest.mark.parametrize("beside", ["", "-wal", "-shm"])
async def test_a_symlinked_database_is_refused(tmp_path: Path, beside: str) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / f"a.db{beside}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsFault) as fault:
        async with Database.open(tmp_path / "a.db", PACKAGE):
            raise AssertionError
    assert fault.value.code == "settings.file_unsafe"
    assert (tmp_path / "elsewhere").read_bytes() == b""


async def test_a_database_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "a.db", PACKAGE):
        pass
    (tmp_path / "a.db").chmod(0o660)
    with pytest.raises(SettingsFault) as fault:
        async with Database.open(tmp_path / "a.db", PACKAGE):
            raise AssertionError
    assert fault.value.code == "settings.file_unsafe"


async def test_the_file_and_its_log_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with Database.open(tmp_path / "a.db", PACKAGE, state=tmp_path / "state") as database:
            await database.submit(insert("a"))
            made = {entry.relative_to(tmp_path): entry.stat().st_mode & 0o777 for entry in tmp_path.rglob("*")}
    finally:
        os.umask(before)
    assert made.pop(Path("state")) == 0o700
    assert {str(path) for path in made} == {"a.db", "a.db-wal", "a.db-shm", "state/a.db.epoch"}
    assert set(made.values()) == {0o600}


def test_a_full_disk_fails_the_group_keeps_what_was_acknowledged_and_says_so(tmp_path: Path) -> None:
    """A file size limit in a child stands for the full disk."""
    code = f"""
import asyncio, resource, signal, sys
from pathlib import Path
from satchel.errors import DatabaseFault
from satchel.node.database import Database
def insert(number):
    async def unit(tx):
        await tx.execute({INSERT!r}, f"{{number:05}}", 0, b"x" * 2000)
    return unit
async def main():
    async with Database.open(Path(sys.argv[1]), {PACKAGE!r}) as database:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft = 400_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))
        for number in range(1000):
            try:
                await database.submit(insert(number))
            except DatabaseFault as fault:
                print("refused", fault.code)
                break
            print("kept", number)
        print("read", len(await database.read("SELECT 1 FROM note")))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await database.submit(insert(5000))
        print("kept", 5000)
asyncio.run(main())
"""
    done = subprocess.run(child(code, str(tmp_path / "a.db")), capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.split("\n")
    kept = {f"{int(line.split()[1]):05}" for line in lines if line.startswith("kept")}
    (refused,) = [line for line in lines if line.startswith("refused")]
    assert done.returncode == 0, done.stderr
    assert refused in ("refused database.full", "refused database.write_failed")
    assert 10 < len(kept) < 1000
    assert f"read {len(kept) - 1}" in lines
    with contextlib.closing(plain(tmp_path / "a.db")) as raw:
        assert {row[0] for row in raw.execute("SELECT id FROM note")} == kept
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_held_database_is_busy_after_a_while_and_the_loop_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PRAGMAS", tuple(p.replace("= 5000", "= 200") for p in module._PRAGMAS))
    async with Database.open(tmp_path / "a.db", PACKAGE) as database:
        await database.submit(insert("a"))
        with contextlib.closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("INSERT INTO note VALUES ('theirs', 0, NULL)")
            waiting = asyncio.create_task(database.submit(insert("b")))
            turns = 0
            while not waiting.done():
                turns += 1
                assert await names(database) == ["a"]  # readers are not held up
                await asyncio.sleep(0.001)
            with pytest.raises(DatabaseFault) as fault:
                await waiting
            assert fault.value.code == "database.busy"
            assert turns > 10
            other.execute("COMMIT")
        await database.submit(insert("b"))
        assert await names(database) == ["a", "b", "theirs"]


async def test_a_write_after_another_writers_commit_is_no_stale_snapshot(tmp_path: Path) -> None:
    """The trap: BEGIN, read, another commit, write = SQLITE_BUSY_SNAPSHOT at once. Ours begins IMMEDIATE."""

    async def read_then_write(tx: Transaction) -> None:
        (count,) = await tx.one("SELECT count(*) FROM note") or (0,)
        await tx.execute(INSERT, f"{count:04}", 0, None)

    async with Database.open(tmp_path / "a.db", PACKAGE) as one, Database.open(tmp_path / "a.db", PACKAGE) as two:
        for _ in range(25):
            await asyncio.gather(one.submit(read_then_write), two.submit(read_then_write))
        assert await names(one) == [f"{number:04}" for number in range(50)]


def test_two_processes_write_one_new_file_together(tmp_path: Path) -> None:
    """Both open it at once (so both migrate), then both count up one row without losing a step."""
    code = f"""
import asyncio, sys
from pathlib import Path
from satchel.node.database import Database
async def step(tx):
    await tx.execute("INSERT INTO note VALUES ('sum', 0, NULL) ON CONFLICT DO NOTHING")
    (number,) = await tx.one("SELECT number FROM note WHERE id = 'sum'")
    await tx.execute("UPDATE note SET number = $1 WHERE id = 'sum'", number + 1)
async def main():
    async with Database.open(Path(sys.argv[1]), {PACKAGE!r}, state=Path(sys.argv[2])) as database:
        assert database.restored is None, database.restored
        for _ in range(40):
            await asyncio.gather(*(database.submit(step) for _ in range(10)))
asyncio.run(main())
"""
    command = child(code, str(tmp_path / "a.db"), str(tmp_path / "state"))
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for one in children:
        _, errors = one.communicate(timeout=120)
        assert one.returncode == 0, errors
    with contextlib.closing(plain(tmp_path / "a.db")) as raw:
        assert raw.execute("SELECT number FROM note").fetchall() == [(1200,)]


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from satchel.node.database import Database
def pair(name):
    async def unit(tx):
        await tx.execute({INSERT!r}, "l" + name, 0, b"x" * 500)
        await tx.execute({INSERT!r}, "r" + name, 0, b"x" * 500)
        return name
    return unit
async def main(turn):
    async with Database.open(Path(sys.argv[1]), {PACKAGE!r}, state=Path(sys.argv[2])) as database:
        assert database.restored is None, database.restored
        print("open", flush=True)
        for number in range(100_000):
            units = [pair(f"{{turn}}-{{number}}-{{k}}") for k in range(5)]
            print(*await asyncio.gather(*map(database.submit, units)), flush=True)
asyncio.run(main(sys.argv[3]))
"""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    for turn in range(10):
        command = child(code, str(tmp_path / "a.db"), str(tmp_path / "state"), str(turn))
        one = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        assert one.stdout is not None
        said = [one.stdout.readline() for _ in range(chance.randrange(1, 40))]
        one.kill()
        rest, errors = one.communicate(timeout=60)
        assert said[0] == b"open\n", errors
        whole = b"".join(said) + rest[: rest.rfind(b"\n") + 1]
        acknowledged |= set(whole.decode().split()) - {"open"}
    assert len(acknowledged) > 50
    with contextlib.closing(plain(tmp_path / "a.db")) as raw:
        found = {row[0] for row in raw.execute("SELECT id FROM note")}
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert {f"l{name}" for name in acknowledged} <= found
    assert {name[1:] for name in found if name[0] == "l"} == {name[1:] for name in found if name[0] == "r"}


# -- an older copy put back


@pytest.fixture
async def lived(tmp_path: Path) -> Path:
    """A database of three commits, with copies of its file after the first and of its state."""
    async with Database.open(tmp_path / "a.db", PACKAGE, state=tmp_path / "state") as database:
        await database.submit(insert("a"))
    shutil.copy(tmp_path / "a.db", tmp_path / "older.db")
    async with Database.open(tmp_path / "a.db", PACKAGE, state=tmp_path / "state") as database:
        assert database.restored is None
        await database.submit(insert("b"))
        await database.submit(insert("c"))
    return tmp_path


async def close_lists(tx: Transaction) -> str:
    await tx.execute(INSERT, "closed", 0, None)
    return "settled"


async def test_an_older_copy_put_back_is_detected_and_refuses_writes_until_settled(lived: Path) -> None:
    shutil.copy(lived / "older.db", lived / "a.db")
    for _ in range(2):  # looking at it changes nothing
        async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
            assert database.restored is not None
            assert database.restored.reason == "older"
            assert database.restored.outside > database.restored.inside
            assert await names(database) == ["a"]
            with pytest.raises(DatabaseFault) as fault:
                await database.submit(insert("d"))
            assert fault.value.code == "database.restored"
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        refused, settled = await asyncio.gather(
            database.submit(insert("d")), database.settle(close_lists), return_exceptions=True
        )
        assert isinstance(refused, DatabaseFault)
        assert settled == "settled"
        assert database.restored is None
        await database.submit(insert("d"))
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        assert database.restored is None
        assert await names(database) == ["a", "closed", "d"]


async def test_a_failed_settling_leaves_the_copy_unsettled(lived: Path) -> None:
    shutil.copy(lived / "older.db", lived / "a.db")

    async def failing(tx: Transaction) -> None:
        await tx.execute(INSERT, "x", 0, None)
        raise Refusal

    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        with pytest.raises(Refusal):
            await database.settle(failing)
        assert database.restored is not None
        assert await names(database) == ["a"]


async def test_the_settled_copy_is_the_true_one_and_the_other_is_now_the_older(lived: Path) -> None:
    shutil.copy(lived / "a.db", lived / "newest.db")
    shutil.copy(lived / "older.db", lived / "a.db")
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        await database.settle(close_lists)
    shutil.copy(lived / "newest.db", lived / "a.db")
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        assert database.restored is not None


async def test_a_database_on_a_machine_that_never_saw_it_counts_as_restored(lived: Path) -> None:
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "new state") as database:
        assert database.restored is not None
        assert database.restored.reason == "missing"


async def test_another_database_in_the_place_counts_as_restored(lived: Path) -> None:
    (lived / "a.db").unlink()
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        assert database.restored is not None
        assert database.restored.reason == "other"


@pytest.mark.parametrize("raw", [b"", b"garbage", b"x" * 5000, b"\xff\x00 12", b"token -5"])
async def test_a_damaged_epoch_file_counts_as_restored(lived: Path, raw: bytes) -> None:
    settings.write_file(lived / "state" / "a.db.epoch", raw)
    async with Database.open(lived / "a.db", PACKAGE, state=lived / "state") as database:
        assert database.restored is not None


async def test_without_a_state_folder_nothing_is_asked(lived: Path) -> None:
    shutil.copy(lived / "older.db", lived / "a.db")
    async with Database.open(lived / "a.db", PACKAGE) as database:
        assert database.restored is None
        await database.submit(insert("d"))


# -- migrations


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package of migrations that a test may change."""
    name = f"steps_{tmp_path.name}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "0001_one.sql").write_text("CREATE TABLE one (x {int} NOT NULL, y {blob}) {strict};\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


async def test_steps_are_applied_once_and_later_ones_follow(package: Path, tmp_path: Path) -> None:
    async with Database.open(tmp_path / "a.db", package.name):
        pass
    (package / "0002_two.sql").write_text(
        "-- a comment; with a semicolon\nCREATE TABLE two (t TEXT DEFAULT ';') {strict};\n"
        "INSERT INTO two VALUES ('a;b');\n"
    )
    for _ in range(2):
        async with Database.open(tmp_path / "a.db", package.name) as database:
            assert await database.read("SELECT t FROM two") == [("a;b",)]
            applied = await database.read("SELECT number, name FROM schema_version ORDER BY number")
            assert applied == [(1, "one"), (2, "two")]


async def refused_opening(path: Path, package: str) -> DatabaseFault:
    with pytest.raises(DatabaseFault) as fault:
        async with Database.open(path, package):
            raise AssertionError
    return fault.value


async def test_a_newer_database_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "0002_two.sql").write_text("CREATE TABLE two (x {int}) {strict};\n")
    async with Database.open(tmp_path / "a.db", package.name):
        pass
    (package / "0002_two.sql").unlink()
    fault = await refused_opening(tmp_path / "a.db", package.name)
    assert fault.code == "database.newer"
    assert "2" in fault.message


async def test_a_changed_step_is_refused(package: Path, tmp_path: Path) -> None:
    async with Database.open(tmp_path / "a.db", package.name):
        pass
    (package / "0001_one.sql").write_text("CREATE TABLE one (x {int} NOT NULL, y TEXT) {strict};\n")
    assert (await refused_opening(tmp_path / "a.db", package.name)).code == "database.migration_changed"


async def test_a_failing_step_leaves_the_step_before_it_whole(package: Path, tmp_path: Path) -> None:
    (package / "0002_two.sql").write_text("CREATE TABLE two (x {int}) {strict};\nINSERT INTO nowhere VALUES (1);\n")
    assert (await refused_opening(tmp_path / "a.db", package.name)).code == "database.failed"
    with contextlib.closing(plain(tmp_path / "a.db")) as raw:
        assert raw.execute("SELECT number FROM schema_version").fetchall() == [(1,)]
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'two'").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("0003_gap.sql", "SELECT 1;"),
        ("0001_twice.sql", "SELECT 1;"),
        ("two.sql", "SELECT 1;"),
        ("0002_word.sql", "CREATE TABLE two (x {float});"),
        ("0002_cut.sql", "CREATE TABLE two (x"),
    ],
)
async def test_broken_steps_are_refused(package: Path, tmp_path: Path, name: str, text: str) -> None:
    (package / name).write_text(text)
    assert (await refused_opening(tmp_path / "a.db", package.name)).code == "database.migration_broken"


async def test_a_package_without_steps_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "0001_one.sql").unlink()
    assert (await refused_opening(tmp_path / "a.db", package.name)).code == "database.migration_broken"
