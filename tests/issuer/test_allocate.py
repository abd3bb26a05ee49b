"""Places in status lists: never twice, random, in lists that close at half."""

import asyncio
import contextlib
import itertools
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from issuer import allocate, store
from issuer.allocate import Places
from issuer.compose import Place
from satchel.node import entropy
from satchel.node.database import Database
from tests.issuer.conftest import FakeClock

SIZE = 131_072


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "issuer.db", store.MIGRATIONS) as opened:
        yield opened


def places(database: Database, *, block: int = 1, size: int = SIZE, seed: bytes = b"places") -> Places:
    return Places(database, size=size, block=block, clock=FakeClock(), entropy=entropy.seeded(seed))


async def test_a_place_is_reserved_on_disk_before_it_is_given_out(database: Database) -> None:
    (place,) = await places(database).take("revocation", 1)
    assert await database.read("SELECT list, idx FROM status_index") == [(place.list_id, place.index)]
    assert await database.read("SELECT purpose, reserved, closed FROM status_list") == [("revocation", 1, 0)]


async def test_each_purpose_has_lists_of_its_own(database: Database) -> None:
    both = places(database)
    (one,), (two,) = await both.take("revocation", 1), await both.take("suspension", 1)
    assert one.list_id != two.list_id


async def test_no_place_is_given_out_twice_by_several_openers_at_once(database: Database) -> None:
    openers = [places(database, block=7, seed=bytes([number])) for number in range(5)]
    taken = await asyncio.gather(*(opener.take("revocation", 3) for opener in openers * 40))
    flat = [place for group in taken for place in group]
    assert len(flat) == len(set(flat)) == 600
    assert len({place.list_id for place in flat}) == 1


async def test_the_same_draws_of_a_restored_seed_still_give_new_places(database: Database) -> None:
    """Whatever the randomness gives, UNIQUE (list, idx) decides."""
    first = await places(database, seed=b"same").take("revocation", 50)
    second = await places(database, seed=b"same").take("revocation", 50)
    assert set(first).isdisjoint(second)


async def test_the_order_of_issue_is_not_visible(database: Database) -> None:
    indexes = [place.index for place in await places(database).take("revocation", 400)]
    assert indexes != sorted(indexes)
    assert min(indexes) < SIZE / 10
    assert max(indexes) > SIZE * 9 / 10
    rising = sum(left < right for left, right in itertools.pairwise(indexes))
    assert 150 < rising < 250


async def test_a_list_closes_when_half_of_it_is_given_out_and_another_follows(database: Database) -> None:
    taken = await places(database, block=20_000).take("revocation", SIZE // 2 + 10)
    lists = await database.read("SELECT id, reserved, closed FROM status_list ORDER BY reserved DESC")
    assert lists[0][1:] == (SIZE // 2, 1)
    assert lists[1][2] == 0
    assert len(set(taken)) == SIZE // 2 + 10
    assert sum(place.list_id == lists[0][0] for place in taken) == SIZE // 2


async def test_a_list_keeps_its_own_size_when_the_setting_changes(database: Database) -> None:
    await places(database).take("revocation", 1)
    taken = await places(database, size=SIZE * 8, seed=b"other").take("revocation", 200)
    assert max(place.index for place in taken) < SIZE


async def test_places_left_over_are_gaps(database: Database) -> None:
    first = await places(database, block=100).take("revocation", 1)
    rest = {
        Place(list_id=str(row[0]), index=int(str(row[1])))
        for row in await database.read("SELECT list, idx FROM status_index")
    }
    later = await places(database, block=100, seed=b"later").take("revocation", 100)
    assert set(first) < rest
    assert rest.isdisjoint(later)


async def test_the_database_itself_refuses_a_place_used_twice(database: Database) -> None:
    (place,) = await places(database).take("revocation", 1)
    row = "(?, ?, 'd', 't', '1', 'd', '', ?, ?, 'd', x'00', 0, NULL, NULL)"
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(f"INSERT INTO credential VALUES {row}", ("a", "k1", place.list_id, place.index))
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(f"INSERT INTO credential VALUES {row}", ("b", "k2", place.list_id, place.index))
        with pytest.raises(sqlite3.IntegrityError):  # and a place that was never reserved
            raw.execute(f"INSERT INTO credential VALUES {row}", ("c", "k3", place.list_id, place.index + 1))


def test_a_draw_is_wide_enough_not_to_lean() -> None:
    assert 2 ** (8 * allocate.DRAW_BYTES) // (1 << 24) >= 1 << 40
