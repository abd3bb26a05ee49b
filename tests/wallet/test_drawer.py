"""wallet.drawer: sealed things beside the records."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from satchel.errors import WalletFault
from satchel.node import entropy
from satchel.node.guard import Kept, Token, create_token
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.wallet.badge import badge_file
from tests.wallet.conftest import NOW, PASSPHRASE
from wallet.drawer import KEPT_FOR, Drawer, DrawerRepeats, DrawerTokens, Kind
from wallet.secret import passphrase
from wallet.service import WalletService
from wallet.vault import Vault

SECRET = b"a sentence that must not lie in the file"


@pytest.fixture
async def opened(home: Home) -> AsyncIterator[tuple[WalletService, Drawer]]:
    secret = passphrase(PASSPHRASE)
    async with (
        WalletService.unlock(home, secret, fetch=OfflineFetch()) as wallet,
        Drawer.open(home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        yield wallet, drawer


@pytest.fixture
def drawer(opened: tuple[WalletService, Drawer]) -> Drawer:
    return opened[1]


def edit(home: Home, sql: str, *values: object) -> None:
    with sqlite3.connect(home.wallet_db) as raw:
        raw.execute(sql, values)
    raw.close()


def content_of(home: Home) -> bytes:
    """Every byte of the database, also of its log."""
    files = [home.wallet_db, home.wallet_db.with_name(home.wallet_db.name + "-wal")]
    return b"".join(path.read_bytes() for path in files if path.exists())


async def test_what_is_put_comes_back_and_is_ciphertext_on_disk(home: Home, drawer: Drawer) -> None:
    await drawer.put(Kind.ENDORSEMENT, b"\x01" * 32, SECRET, at=NOW)
    found = await drawer.get(Kind.ENDORSEMENT, b"\x01" * 32)
    assert found is not None
    assert (found.id, found.at, found.content) == (b"\x01" * 32, NOW, SECRET)
    assert SECRET not in content_of(home)
    assert b"sentence" not in content_of(home)


async def test_kinds_are_apart(drawer: Drawer) -> None:
    await drawer.put(Kind.TOKEN, b"\x01", SECRET, at=NOW)
    assert await drawer.get(Kind.ANSWER, b"\x01") is None
    assert await drawer.all(Kind.ANSWER) == ()
    assert await drawer.count(Kind.TOKEN) == 1


async def test_rows_come_oldest_first_and_put_replaces(drawer: Drawer) -> None:
    await drawer.put(Kind.ENDORSEMENT, b"b", b"late", at=NOW + timedelta(seconds=1))
    await drawer.put(Kind.ENDORSEMENT, b"a", b"early", at=NOW)
    await drawer.put(Kind.ENDORSEMENT, b"b", b"later", at=NOW + timedelta(seconds=2))
    assert [item.content for item in await drawer.all(Kind.ENDORSEMENT)] == [b"early", b"later"]


async def test_adding_keeps_the_first_and_stops_at_the_limit(drawer: Drawer) -> None:
    assert await drawer.add(Kind.ANSWER, b"a", b"1", at=NOW, limit=2) == "added"
    assert await drawer.add(Kind.ANSWER, b"a", b"2", at=NOW, limit=2) == "there"
    assert await drawer.add(Kind.ANSWER, b"b", b"3", at=NOW, limit=2) == "added"
    assert await drawer.add(Kind.ANSWER, b"c", b"4", at=NOW, limit=2) == "full"
    assert await drawer.add(Kind.ANSWER, b"b", b"5", at=NOW, limit=2) == "there"
    assert [item.content for item in await drawer.all(Kind.ANSWER)] == [b"1", b"3"]


async def test_what_is_removed_is_overwritten_in_the_file(home: Home, drawer: Drawer) -> None:
    await drawer.put(Kind.ENDORSEMENT, b"a" * 32, SECRET, at=NOW)
    sealed = _sealed(home)
    assert sealed in content_of(home)
    assert await drawer.remove(Kind.ENDORSEMENT, b"a" * 32)
    assert not await drawer.remove(Kind.ENDORSEMENT, b"a" * 32)
    edit(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert sealed not in home.wallet_db.read_bytes()


def _sealed(home: Home) -> bytes:
    raw = sqlite3.connect(home.wallet_db)
    (content,) = raw.execute("SELECT content FROM drawer").fetchone()
    raw.close()
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE drawer SET content = randomblob(length(content))",
        "UPDATE drawer SET content = x''",
        "UPDATE drawer SET at = at + 1",
        "UPDATE drawer SET at = -1",
        "UPDATE drawer SET kind = 2",
        "UPDATE drawer SET id = x'02'",
    ],
)
async def test_a_row_that_is_moved_renamed_or_changed_does_not_open(home: Home, drawer: Drawer, change: str) -> None:
    await drawer.put(Kind.ENDORSEMENT, b"\x01", SECRET, at=NOW)
    edit(home, change)
    kind = Kind.TOKEN if "kind = 2" in change else Kind.ENDORSEMENT
    with pytest.raises(WalletFault) as fault:
        await drawer.get(kind, b"\x02" if "id =" in change else b"\x01")
    assert fault.value.code == "wallet.record"
    assert await drawer.all(kind) == ()


async def test_another_wallet_cannot_open_it(home: Home, drawer: Drawer, empty_vault: Vault) -> None:
    await drawer.put(Kind.ENDORSEMENT, b"\x01", SECRET, at=NOW)
    async with Drawer.open(home, empty_vault, entropy=entropy.system) as other:
        with pytest.raises(WalletFault) as fault:
            await other.get(Kind.ENDORSEMENT, b"\x01")
    assert fault.value.code == "wallet.record"


async def test_it_leaves_the_records_alone(opened: tuple[WalletService, Drawer]) -> None:
    wallet, drawer = opened
    await wallet.add(badge_file(), now=NOW)
    await drawer.put(Kind.TOKEN, b"\x01", SECRET, at=NOW)
    assert (await wallet.check()).is_whole
    assert len((await wallet.list()).current) == 1


async def test_old_rows_can_be_taken_out(drawer: Drawer) -> None:
    await drawer.put(Kind.ANSWER, b"a", b"1", at=NOW)
    await drawer.put(Kind.ANSWER, b"b", b"2", at=NOW + timedelta(days=1))
    await drawer.put(Kind.TOKEN, b"c", b"3", at=NOW)
    await drawer.remove_old(Kind.ANSWER, before=NOW + timedelta(hours=1))
    assert [item.id for item in await drawer.all(Kind.ANSWER)] == [b"b"]
    assert await drawer.count(Kind.TOKEN) == 1


def token(name: str = "my phone") -> Token:
    _, record = create_token(
        name=name,
        scopes=["wallet.read"],
        created=NOW,
        expires=NOW + timedelta(days=30),
        entropy=entropy.system,
    )
    return record


async def test_tokens_are_found_by_digest_and_their_names_are_sealed(home: Home, drawer: Drawer) -> None:
    tokens = DrawerTokens(drawer)
    record = token()
    await tokens.add(record)
    assert await tokens.find(record.digest) == record
    assert await tokens.find("00" * 32) is None
    assert await tokens.list() == (record,)
    assert b"my phone" not in content_of(home)
    assert b"wallet.read" not in content_of(home)


async def test_the_use_of_a_token_is_noted_and_a_removed_one_is_unknown(drawer: Drawer) -> None:
    tokens = DrawerTokens(drawer)
    record, other = token(), token("a tablet")
    await tokens.add(record)
    await tokens.add(other)
    await tokens.used(record.id, NOW + timedelta(hours=1))
    found = await tokens.find(record.digest)
    assert found is not None and found.last_used == NOW + timedelta(hours=1)
    assert await tokens.find(other.digest) == other
    await tokens.remove(record)
    assert await tokens.find(record.digest) is None


async def test_who_can_write_the_file_makes_no_token(home: Home, drawer: Drawer) -> None:
    tokens = DrawerTokens(drawer)
    record = token()
    await tokens.add(record)
    forged = token("forged")
    edit(
        home,
        "INSERT INTO drawer (kind, id, at, content) SELECT kind, ?, at, content FROM drawer",
        bytes.fromhex(forged.digest),
    )
    assert await tokens.find(forged.digest) is None
    assert await tokens.list() == (record,)


def kept(body: bytes = b'{"a": "\xc3\xa4"}\n\n', **changes: object) -> Kept:
    given: dict[str, object] = {
        "digest": "ab" * 32,
        "status": 201,
        "media_type": "application/json",
        "body": body,
        "headers": {"Location": "/x"},
        "at": NOW,
    }
    return Kept(**(given | changes))  # type: ignore[arg-type]


async def test_answers_are_kept_once_and_come_back_whole(home: Home, drawer: Drawer) -> None:
    repeats = DrawerRepeats(drawer)
    await repeats.keep("01" * 32, kept())
    await repeats.keep("01" * 32, kept(body=b"other"))
    assert await repeats.find("01" * 32) == kept()
    assert await repeats.find("02" * 32) is None
    assert b"Location" not in content_of(home)


async def test_answers_are_forgotten_after_two_days(drawer: Drawer) -> None:
    repeats = DrawerRepeats(drawer)
    await repeats.keep("01" * 32, kept())
    await repeats.keep("02" * 32, kept(at=NOW + KEPT_FOR))
    assert await repeats.find("01" * 32) is not None
    await repeats.keep("03" * 32, kept(at=NOW + KEPT_FOR + timedelta(seconds=1)))
    assert await repeats.find("01" * 32) is None
