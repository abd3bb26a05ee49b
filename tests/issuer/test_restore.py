"""An older copy of the issuer's database put back: no place twice, and nothing un-revoked."""

import shutil
from pathlib import Path

import pytest

from issuer.service import IssuerService
from satchel.codec import strictjson
from satchel.credential import status
from satchel.node import entropy, settings
from satchel.node.settings import Home
from tests.issuer.conftest import CELLS, EXAMPLE, SUSPENDABLE, FakeClock


def bits(home: Home) -> dict[str, set[int]]:
    found = {}
    for path in (home.public / "issuer.example" / "status").iterdir():
        data = status.open_list(strictjson.load_object(path.read_bytes())).bits
        found[path.name] = {at for at in range(len(data) * 8) if data[at // 8] >> (7 - at % 8) & 1}
    return found


def learner(number: int) -> dict[str, str]:
    return {**CELLS, "email": f"l{number}@learner.example"}


@pytest.fixture
async def copied(home: Home, clock: FakeClock, tmp_path: Path) -> Path:
    """A home whose database was copied after one credential; then ten more were issued and two taken back."""
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"1")) as issuer:
        first = await issuer.issue(EXAMPLE, learner(0))
    copy = tmp_path / "copy.db"
    shutil.copy(home.issuer_db, copy)
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"2")) as issuer:
        assert issuer.recovered is None
        issued = [await issuer.issue(EXAMPLE, learner(number)) for number in range(1, 11)]
        paused = await issuer.issue(SUSPENDABLE, learner(0))
        await issuer.change_status(first.id, "revoke", reason="a test")
        await issuer.change_status(issued[3].id, "revoke", reason="a test")
        await issuer.change_status(paused.id, "suspend", reason="a test")
    return copy


async def test_after_a_restore_no_place_is_used_twice(home: Home, clock: FakeClock, copied: Path) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"3")) as issuer:
        used = {tuple(row) for row in await issuer._desk.database.read("SELECT list, idx FROM credential")}
    shutil.copy(copied, home.issuer_db)
    # The same seed as before: the very same random places would be drawn again.
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"2")) as issuer:
        assert issuer.recovered is not None
        assert issuer.recovered.reason == "older"
        assert len(issuer.recovered.closed) == 1
        for number in range(20, 40):
            place = (await issuer.issue(EXAMPLE, learner(number))).place
            assert (place.list_id, place.index) not in used
            assert place.list_id not in {name for name, _ in used}


async def test_after_a_restore_nothing_is_unrevoked(home: Home, clock: FakeClock, copied: Path) -> None:
    before = bits(home)
    assert sorted(len(found) for found in before.values()) == [1, 2]
    shutil.copy(copied, home.issuer_db)
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"3")) as issuer:
        assert issuer.recovered is not None
        assert issuer.recovered.bits == 3
        assert len(issuer.recovered.adopted) == 1  # the suspension list was made after the copy
        assert issuer.recovered.unusable == ()
        await issuer.publish()
        assert bits(home) == before
        assert await issuer.first_break() is None
        events = await issuer._desk.database.read("SELECT kind, ref FROM event ORDER BY seq DESC LIMIT 1")
        assert events == [("database.restored", "older")]
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"4")) as issuer:
        assert issuer.recovered is None


async def test_a_published_file_that_we_did_not_sign_is_not_believed(
    home: Home, clock: FakeClock, copied: Path
) -> None:
    folder = home.public / "issuer.example" / "status"
    names = sorted(path.name for path in folder.iterdir())
    raw = (folder / names[0]).read_bytes()
    value = strictjson.load_object(raw)
    subject = value["credentialSubject"]
    assert isinstance(subject, dict)
    full = status.encode(b"\xff" * 16_384)
    settings.write_file(folder / names[0], raw.replace(str(subject["encodedList"]).encode(), full.encode()))
    settings.write_file(folder / "elsewhere", (folder / names[1]).read_bytes())
    settings.write_file(folder / "garbage", b"{")
    (folder / "folder").mkdir()
    shutil.copy(copied, home.issuer_db)
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"3")) as issuer:
        assert issuer.recovered is not None
        assert set(issuer.recovered.unusable) == {names[0], "elsewhere", "garbage", "folder"}
        assert issuer.recovered.bits <= 2


async def test_a_lost_database_is_begun_anew_beside_the_lists_that_were_published(
    home: Home, clock: FakeClock, copied: Path
) -> None:
    before = bits(home)
    home.issuer_db.unlink()
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"3")) as issuer:
        assert issuer.recovered is not None
        assert issuer.recovered.reason == "other"
        assert set(issuer.recovered.adopted) == set(before)
        await issuer.publish()
        assert bits(home) == before
        assert (await issuer.issue(EXAMPLE, learner(0))).place.list_id not in before
