"""The issuer's log: a chain that shows a lost, changed, added or moved row."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from issuer import event, store
from issuer.event import Happened
from satchel.node.database import Database, Transaction


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "issuer.db", store.MIGRATIONS) as opened:
        yield opened


async def log(database: Database, *refs: str) -> None:
    async def unit(tx: Transaction) -> None:
        about = [Happened(kind="credential.issued", ref=ref, data={"digest": ref * 2}) for ref in refs]
        await event.append(tx, about, at_micros=5)

    await database.submit(unit)


async def test_events_follow_each_other_over_units(database: Database) -> None:
    await log(database, "a", "b")
    await log(database)
    await log(database, "c")
    rows = await database.read("SELECT seq, ref, data, prev_hash FROM event ORDER BY seq")
    assert [row[:3] for row in rows] == [
        (1, "a", '{"digest":"aa"}'),
        (2, "b", '{"digest":"bb"}'),
        (3, "c", '{"digest":"cc"}'),
    ]
    assert rows[0][3] == ""
    assert len({row[3] for row in rows}) == 3
    assert await event.first_break(database) is None


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        ("DELETE FROM event WHERE seq = 3", 3),
        ("UPDATE event SET ref = 'x' WHERE seq = 3", 4),
        ("UPDATE event SET at = 6 WHERE seq = 3", 4),
        ("UPDATE event SET kind = 'credential.revoked' WHERE seq = 1", 2),
        ("UPDATE event SET data = '{}' WHERE seq = 2", 3),
        ("UPDATE event SET prev_hash = 'x' WHERE seq = 3", 3),
        ("INSERT INTO event SELECT writer, 6, kind, ref, data, at, prev_hash FROM event WHERE seq = 5", 6),
        ("UPDATE event SET seq = seq + 10", 1),
    ],
)
async def test_a_touched_row_breaks_the_chain_where_it_was_touched(database: Database, damage: str, place: int) -> None:
    await log(database, *"abcde")
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as raw:
        raw.execute(damage)
    assert await event.first_break(database) == place


async def test_a_long_chain_is_read_in_pages(database: Database) -> None:
    for start in range(0, 2500, 500):
        await log(database, *(str(number) for number in range(start, start + 500)))
    assert await event.first_break(database) is None
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as raw:
        raw.execute("UPDATE event SET ref = 'x' WHERE seq = 2222")
    assert await event.first_break(database) == 2223
