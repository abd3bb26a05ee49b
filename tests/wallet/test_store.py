"""wallet.store: a real SQLite file; changes are whole, the checkpoint lies outside."""

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from satchel.errors import DatabaseFault, SatchelError, SettingsFault, WalletFault
from satchel.node import entropy
from satchel.node.settings import Home
from wallet import vault
from wallet.checkpoint import Checkpoint
from wallet.store import WalletStore
from wallet.vault import Change, Held, Sealed, Table


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    yield Home(tmp_path / "home")


def sealed(opened: vault.Vault, mark: int) -> Sealed:
    return opened.seal(
        table=Table.CREDENTIAL,
        record_id=bytes([mark]) * 16,
        schema=1,
        counter=1,
        summary=b"summary %d" % mark,
        body=b"body %d" % mark,
        entropy=entropy.system,
    )


async def test_what_was_written_is_read_back_in_the_order_of_ids(home: Home, empty_vault: vault.Vault) -> None:
    records = [sealed(empty_vault, mark) for mark in (9, 3, 255)]
    async with WalletStore.make(home) as store:
        await store.begin(b"header", tuple(records))
    async with WalletStore.open(home) as store:
        held = await store.load()
        assert held.header == await store.header() == b"header"
        assert held.rows == tuple(one.row for one in sorted(records, key=lambda one: one.row.record_id))
        assert held.summaries == {one.row.record_id: one.summary for one in records}
        assert await store.body(b"\3" * 16) == (records[1].row, records[1].body)
        assert await store.body(b"\4" * 16) is None


async def test_a_second_wallet_in_one_home_is_refused(home: Home) -> None:
    async with WalletStore.make(home) as store:
        await store.begin(b"first", ())
        with pytest.raises(WalletFault) as fault:
            await store.begin(b"second", ())
        assert fault.value.code == "wallet.exists"
        assert await store.header() == b"first"


async def test_a_home_without_a_wallet_is_named(home: Home) -> None:
    home.prepare()
    with pytest.raises(WalletFault) as fault:
        async with WalletStore.open(home):
            pass
    assert fault.value.code == "wallet.missing"
    assert not home.wallet_db.exists()


async def test_a_file_that_was_never_filled_is_no_wallet(home: Home) -> None:
    async with WalletStore.make(home) as store:
        for read in (store.header, store.load):
            with pytest.raises(WalletFault) as fault:
                await read()
            assert fault.value.code == "wallet.missing"


async def test_a_decision_sees_what_is_held_and_the_summaries_it_does_not_know(
    home: Home, empty_vault: vault.Vault
) -> None:
    one, two, three = (sealed(empty_vault, mark) for mark in (1, 2, 3))
    seen: list[Held] = []

    def decide(held: Held) -> tuple[Change | None, str]:
        seen.append(held)
        return Change(header=b"next", add=(three,), remove=(one.row.record_id,)), "answer"

    async with WalletStore.make(home) as store:
        await store.begin(b"header", (one, two))
        assert await store.change([one.row.record_id], decide) == "answer"
        assert seen[0] == Held(header=b"header", rows=(one.row, two.row), summaries={two.row.record_id: two.summary})
        held = await store.load()
        assert held.header == b"next"
        assert [row.record_id[0] for row in held.rows] == [2, 3]
        assert await store.body(one.row.record_id) is None


async def test_a_decision_that_refuses_writes_nothing(home: Home, empty_vault: vault.Vault) -> None:
    def refuse(held: Held) -> tuple[Change | None, None]:
        raise WalletFault("wallet.rows_changed", "no")

    async with WalletStore.make(home) as store:
        await store.begin(b"header", (sealed(empty_vault, 1),))
        before = await store.load()
        with pytest.raises(WalletFault) as fault:
            await store.change([], refuse)
        assert fault.value.code == "wallet.rows_changed"
        assert await store.load() == before
        assert await store.change([], lambda held: (None, 7)) == 7
        assert await store.load() == before


async def test_a_change_that_cannot_be_written_whole_is_not_written(home: Home, empty_vault: vault.Vault) -> None:
    one, two = sealed(empty_vault, 1), sealed(empty_vault, 2)
    async with WalletStore.make(home) as store:
        await store.begin(b"header", (one,))
        with pytest.raises(DatabaseFault) as fault:
            await store.change([], lambda held: (Change(header=b"next", add=(two, one)), None))
        assert fault.value.code == "database.constraint"
        held = await store.load()
        assert (held.header, held.rows) == (b"header", (one.row,))


async def test_what_is_removed_does_not_stay_in_the_file(home: Home, empty_vault: vault.Vault) -> None:
    one = sealed(empty_vault, 1)
    async with WalletStore.make(home) as store:
        await store.begin(b"header", (one, sealed(empty_vault, 2)))
    assert one.body[:64] in home.wallet_db.read_bytes()
    async with WalletStore.open(home) as store:
        await store.change([], lambda held: (Change(header=b"next", remove=(one.row.record_id,)), None))
    for file in home.path.iterdir():
        if file.is_file():
            assert one.body[:64] not in file.read_bytes()
            assert one.summary[:64] not in file.read_bytes()


async def test_files_of_the_wallet_are_for_the_owner_alone(home: Home, empty_vault: vault.Vault) -> None:
    async with WalletStore.make(home) as store:
        await store.begin(b"header", ())
        await store.remember(Checkpoint.of(empty_vault.header), over=None)
        files = [path for path in home.path.rglob("*") if path.is_file()]
        assert {path.name for path in files} >= {"wallet.db", "wallet.json"}
        for path in files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        for path in (home.path, home.state):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


async def test_a_file_that_others_could_read_is_closed(home: Home) -> None:
    async with WalletStore.make(home) as store:
        await store.begin(b"header", ())
    home.wallet_db.chmod(0o644)
    async with WalletStore.open(home):
        assert stat.S_IMODE(home.wallet_db.stat().st_mode) == 0o600


@pytest.mark.parametrize("trap", ["link", "writable", "folder"])
async def test_a_file_that_is_not_ours_alone_is_not_opened(home: Home, tmp_path: Path, trap: str) -> None:
    home.prepare()
    if trap == "link":
        (tmp_path / "elsewhere").touch(0o600)
        home.wallet_db.symlink_to(tmp_path / "elsewhere")
    elif trap == "writable":
        home.wallet_db.touch()
        home.wallet_db.chmod(0o666)
    else:
        home.wallet_db.mkdir()
    with pytest.raises(SettingsFault) as fault:
        async with WalletStore.open(home):
            pass
    assert fault.value.code == "settings.file_unsafe"


async def test_a_file_that_is_no_database_is_refused(home: Home) -> None:
    home.prepare()
    home.wallet_db.touch(0o600)
    home.wallet_db.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(DatabaseFault) as fault:
        async with WalletStore.open(home):
            pass
    assert fault.value.code == "database.damaged"


async def test_the_checkpoint_is_remembered_and_never_goes_back(home: Home, empty_vault: vault.Vault) -> None:
    first = Checkpoint.of(empty_vault.header)
    third = replace(first, counter=3, chain_head=b"3" * 32)
    async with WalletStore.make(home) as store:
        assert await store.checkpoint() is None
        await store.remember(third, over=None)
        await store.remember(replace(first, counter=2), over=None)
        assert await store.checkpoint() == third
        await store.remember(first, over=third)
        assert await store.checkpoint() == first


async def test_the_checkpoint_of_another_wallet_is_replaced_only_by_who_has_seen_it(
    home: Home, empty_vault: vault.Vault
) -> None:
    mine = Checkpoint.of(empty_vault.header)
    other = replace(mine, wallet_id=b"another wallet..", counter=0)
    async with WalletStore.make(home) as store:
        await store.remember(mine, over=None)
        await store.remember(replace(other, counter=9), over=None)
        assert await store.checkpoint() == mine
        await store.remember(other, over=mine)
        assert await store.checkpoint() == other


async def test_many_writers_leave_the_highest_checkpoint(home: Home, empty_vault: vault.Vault) -> None:
    first = Checkpoint.of(empty_vault.header)
    async with WalletStore.make(home) as store:
        await asyncio.gather(
            *(store.remember(replace(first, counter=counter), over=None) for counter in (4, 9, 2, 7, 5, 8, 1))
        )
        seen = await store.checkpoint()
        assert seen is not None
        assert seen.counter == 9


async def test_a_home_that_does_not_exist_is_named(home: Home) -> None:
    with pytest.raises(SatchelError) as fault:
        async with WalletStore.open(home):
            pass
    assert fault.value.code == "settings.home_missing"
