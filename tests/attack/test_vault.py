"""Rows 153 to 156: a wallet file that somebody edited, mixed, cut, or put back from an older day."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from satchel.errors import DatabaseFault, SatchelError, WalletFault
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.attack.forge import NOW, badge, signed, to_bytes, within
from wallet.header import KDF_FLOOR, KdfParameters
from wallet.secret import Secret, passphrase
from wallet.service import WalletService

WORDS = passphrase("seven boats under one lantern")
FIRST = to_bytes(signed(badge()))
SECOND = to_bytes(signed(badge(id="urn:uuid:11111111-2222-4333-8444-555555555555", name="Splices")))
# One pass above the floor, so that there is something to lower.
CHOSEN = KdfParameters(memory_kib=KDF_FLOOR.memory_kib, passes=KDF_FLOOR.passes + 1, lanes=KDF_FLOOR.lanes)


async def made(folder: Path, *credentials: bytes) -> Home:
    """The home of a wallet with these credentials."""
    home = Home(folder)
    await WalletService.create(home, WORDS, now=NOW, parameters=CHOSEN)
    await put(home, *credentials)
    return home


async def put(home: Home, *credentials: bytes) -> None:
    async with WalletService.unlock(home, WORDS, fetch=OfflineFetch()) as wallet:
        for raw in credentials:
            assert (await wallet.add(raw, now=NOW)).outcome == "added"


@asynccontextmanager
async def opened(home: Home, words: Secret = WORDS) -> AsyncIterator[WalletService]:
    async with WalletService.unlock(home, words, fetch=OfflineFetch()) as wallet:
        yield wallet


def sql(home: Home, text: str, *values: object) -> list[tuple[object, ...]]:
    """One statement by another hand than ours."""
    with closing(sqlite3.connect(home.wallet_db)) as other, other:
        return other.execute(text, values).fetchall()


def header_of(home: Home) -> bytearray:
    ((content,),) = sql(home, "SELECT content FROM header")
    assert isinstance(content, bytes)
    return bytearray(content)


def put_kdf(home: Home, parameters: KdfParameters) -> None:
    """Write other key derivation parameters over those of the header's slot."""
    header = header_of(home)
    at = header.index(CHOSEN.encode())
    header[at : at + len(CHOSEN.encode())] = parameters.encode()
    sql(home, "UPDATE header SET content = ?", bytes(header))


async def refused(home: Home, *codes: str) -> None:
    with pytest.raises(WalletFault) as fault:
        async with opened(home):
            pass
    assert fault.value.code in codes


async def test_the_wallet_that_the_attacks_change_opens(tmp_path: Path) -> None:
    home = await made(tmp_path, FIRST, SECOND)
    async with opened(home) as wallet:
        assert wallet.notices == ()
        cards = (await wallet.list()).current
        assert {(await wallet.export(card.id)).raw for card in cards} == {FIRST, SECOND}


async def test_a_cheaper_key_derivation_written_into_the_file_is_refused(tmp_path: Path) -> None:
    home = await made(tmp_path)
    put_kdf(home, KDF_FLOOR)  # still allowed by itself, but not what this slot was made with
    await refused(home, "wallet.passphrase", "wallet.header_mac")


@pytest.mark.parametrize("fields", [(1024, 3, 1), (65_536, 1, 1), (65_536, 3, 0), (0, 0, 0)], ids=str)
async def test_a_key_derivation_below_the_floor_is_refused_before_it_is_tried(
    tmp_path: Path, fields: tuple[int, int, int]
) -> None:
    home = await made(tmp_path)
    put_kdf(home, KdfParameters(memory_kib=fields[0], passes=fields[1], lanes=fields[2]))
    await refused(home, "wallet.kdf_floor")


@pytest.mark.parametrize(
    "fields",
    [(64 * 1024 * 1024, 4, 1), (2**32 - 1, 2**32 - 1, 2**32 - 1), (65_536, 10**6, 1), (65_536, 4, 10**6)],
    ids=str,
)
async def test_a_ruinous_key_derivation_is_refused_before_it_is_tried(
    tmp_path: Path, fields: tuple[int, int, int]
) -> None:
    """64 GiB of memory, or hours of passes, asked for by a file."""
    home = await made(tmp_path)
    put_kdf(home, KdfParameters(memory_kib=fields[0], passes=fields[1], lanes=fields[2]))
    with within(5):
        await refused(home, "wallet.kdf_ceiling")


async def test_every_byte_of_the_header_is_covered(tmp_path: Path) -> None:
    home = await made(tmp_path)
    whole = bytes(header_of(home))
    chance = random.Random(154)
    for place in {0, 9, 13, len(whole) - 1, *chance.sample(range(len(whole)), 8)}:
        broken = bytearray(whole)
        broken[place] ^= 1 << chance.randrange(8)
        sql(home, "UPDATE header SET content = ?", bytes(broken))
        with pytest.raises(WalletFault):
            async with opened(home):
                pass
    sql(home, "UPDATE header SET content = ?", whole)
    async with opened(home) as wallet:
        assert wallet.notices == ()


@pytest.mark.parametrize("column", ["summary", "data_key", "counter, data_key, summary"])
async def test_ciphertexts_moved_between_rows_are_refused(tmp_path: Path, column: str) -> None:
    home = await made(tmp_path, FIRST, SECOND)
    rows = sql(home, f"SELECT id, {column} FROM record WHERE kind = 2 ORDER BY id")
    names = column.split(", ")
    for (record_id, *_), (_, *values) in zip(rows, reversed(rows), strict=True):
        sets = ", ".join(f"{name} = ?" for name in names)
        sql(home, f"UPDATE record SET {sets} WHERE id = ?", *values, record_id)
    async with opened(home) as wallet:
        assert "wallet.record" in {notice.code for notice in wallet.notices}
        listing = await wallet.list()
        assert listing.current == ()
        assert len(listing.damaged) == 2


async def test_bodies_moved_between_rows_are_refused(tmp_path: Path) -> None:
    home = await made(tmp_path, FIRST, SECOND)
    rows = sql(home, "SELECT body.id, content FROM body JOIN record USING (id) WHERE kind = 2 ORDER BY body.id")
    for (record_id, _), (_, content) in zip(rows, reversed(rows), strict=True):
        sql(home, "UPDATE body SET content = ? WHERE id = ?", content, record_id)
    async with opened(home) as wallet:
        cards = (await wallet.list()).current
        assert len(cards) == 2
        for card in cards:
            with pytest.raises(WalletFault) as fault:
                await wallet.export(card.id)
            assert fault.value.code == "wallet.record"
        assert not (await wallet.check()).is_whole


async def test_rows_added_removed_or_renumbered_are_told(tmp_path: Path) -> None:
    home = await made(tmp_path, FIRST, SECOND)
    copy = Path(shutil.copy(home.wallet_db, tmp_path / "copy.db"))
    for text in (
        "DELETE FROM record WHERE id = (SELECT max(id) FROM record WHERE kind = 2)",
        "UPDATE record SET counter = counter + 1 WHERE kind = 2",
        "INSERT INTO record SELECT randomblob(16), kind, schema, counter, data_key, summary FROM record WHERE kind = 2",
    ):
        shutil.copy(copy, home.wallet_db)
        sql(home, text)
        async with opened(home) as wallet:
            assert {"wallet.rows_changed"} <= {notice.code for notice in wallet.notices}
            with pytest.raises(WalletFault) as fault:
                await wallet.add(to_bytes(signed(badge(id="urn:uuid:33333333-2222-4333-8444-555555555555"))), now=NOW)
            assert fault.value.code == "wallet.rows_changed"


async def test_an_older_file_put_back_is_told_with_both_dates(tmp_path: Path) -> None:
    home = await made(tmp_path, FIRST)
    older = Path(shutil.copy(home.wallet_db, tmp_path / "older.db"))
    await put(home, SECOND)
    shutil.copy(older, home.wallet_db)
    async with opened(home) as wallet:
        (notice,) = wallet.notices
        assert notice.code == "wallet.rolled_back"
        assert {"file_changed_at", "seen_changed_at"} <= notice.details.keys()


async def test_the_warning_of_an_older_file_does_not_go_away_by_opening_it_again(tmp_path: Path) -> None:
    home = await made(tmp_path, FIRST)
    older = Path(shutil.copy(home.wallet_db, tmp_path / "older.db"))
    await put(home, SECOND)
    shutil.copy(older, home.wallet_db)
    for _ in range(2):
        async with opened(home) as wallet:
            assert [notice.code for notice in wallet.notices] == ["wallet.rolled_back"]


async def test_a_cut_flipped_or_mixed_file_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    """What still opens gives either the very bytes that were put in, or names the record as damaged."""
    home = await made(tmp_path / "one", FIRST, SECOND)
    whole = home.wallet_db.read_bytes()
    chance = random.Random(156)
    broken: list[bytes] = [whole[:cut] for cut in (0, 50, 4_096, len(whole) // 2, len(whole) - 100)]
    for _ in range(14):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        broken.append(bytes(flipped))
    for content in broken:
        home.wallet_db.write_bytes(content)
        for beside in ("-wal", "-shm"):
            Path(f"{home.wallet_db}{beside}").unlink(missing_ok=True)
        try:
            async with opened(home) as wallet:
                listing = await wallet.list()
                for card in listing.current:
                    try:
                        assert (await wallet.export(card.id)).raw in {FIRST, SECOND}
                    except WalletFault as fault:
                        assert fault.code == "wallet.record"
                        assert not (await wallet.check()).is_whole
                if len(listing.current) + len(listing.damaged) < 2:
                    assert wallet.notices
        except SatchelError as fault:
            assert isinstance(fault, WalletFault | DatabaseFault), fault
    home.wallet_db.write_bytes(whole)
    async with opened(home) as wallet:
        assert wallet.notices == ()


async def test_the_header_of_another_wallet_is_refused(tmp_path: Path) -> None:
    home = await made(tmp_path / "one", FIRST)
    other = await made(tmp_path / "two", SECOND)
    sql(home, "UPDATE header SET content = ?", bytes(header_of(other)))
    async with opened(home) as wallet:
        codes = {notice.code for notice in wallet.notices}
        assert {"wallet.replaced", "wallet.record"} <= codes
        assert (await wallet.list()).current == ()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a\x00b", "..", "con\\..\\x", "\u202egnp.exe", "x" * 5_000]
)
async def test_a_hostile_name_gives_a_plain_file_name_on_export(tmp_path: Path, name: str) -> None:
    home = await made(tmp_path)
    async with opened(home) as wallet:
        added = await wallet.add(to_bytes(signed(badge(name=name))), name=name, now=NOW)
        assert added.card is not None
        exported = await wallet.export(added.card.id)
    assert Path(exported.file_name).name == exported.file_name
    assert not set(exported.file_name) & set("/\\\x00\u202e") and not exported.file_name.startswith(".")
    assert len(exported.file_name.encode()) <= 255
