"""What the issuer publishes: did.json and signed lists, checked bit by bit."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from did import document as did_document
from issuer.publish import site
from issuer.service import IssuerService
from satchel.codec import strictjson, timestamp
from satchel.credential import status
from satchel.key import multikey
from satchel.linked.pinned import PINNED
from satchel.node import entropy
from satchel.node.settings import Home
from satchel.port import Did, JsonObject
from satchel.proof import configuration, suites
from tests.issuer.conftest import CELLS, EXAMPLE, NOW, PROFILE, FakeClock


def public(home: Home) -> Path:
    return home.public / "issuer.example"


def lists(home: Home) -> dict[str, JsonObject]:
    return {path.name: strictjson.load_object(path.read_bytes()) for path in (public(home) / "status").iterdir()}


def test_a_site_is_named_as_a_mirror_names_it(tmp_path: Path) -> None:
    assert site(Home(tmp_path), "https://issuer.example") == tmp_path / "public" / "issuer.example"
    assert site(Home(tmp_path), "https://issuer.example:8443") == tmp_path / "public" / "issuer.example%3A8443"


def test_the_did_document_shows_the_key_that_signs(home: Home, issuer: IssuerService) -> None:
    value = strictjson.loads((public(home) / ".well-known" / "did.json").read_bytes())
    read = did_document.read(value, Did("did:web:issuer.example"))
    key_id = "did:web:issuer.example#key-1"
    assert read.authorises(key_id, "assertionMethod")
    method = read.method(key_id)
    assert method is not None
    assert multikey.encode(method.key) == issuer._desk.signer.public()


async def test_a_list_is_published_before_its_first_credential_is_given_out(home: Home, issuer: IssuerService) -> None:
    assert not (public(home) / "status").exists()
    issued = await issuer.issue(EXAMPLE, CELLS)
    ((name, value),) = lists(home).items()
    assert name == issued.place.list_id
    assert value["id"] == f"https://issuer.example/status/{name}"
    opened = status.open_list(value)
    assert (opened.issuer, opened.purposes, len(opened.bits)) == (PROFILE.did, ("revocation",), 16_384)
    assert not any(opened.bits)


async def test_the_list_is_signed_by_the_issuer_and_holds_for_a_week(home: Home, issuer: IssuerService) -> None:
    await issuer.issue(EXAMPLE, CELLS)
    (value,) = lists(home).values()
    (proof,) = configuration.proofs_of(value)
    key = multikey.decode(issuer._desk.signer.public())
    assert suites.verify(suites.Secured(value, PINNED), proof, key)
    assert timestamp.parse(str(value["validFrom"])) == NOW
    assert timestamp.parse(str(value["validUntil"])) == NOW + timedelta(days=7)


async def test_every_bit_of_the_published_list_is_what_was_asked(home: Home, issuer: IssuerService) -> None:
    chance = random.Random(11)
    issued = [await issuer.issue(EXAMPLE, {**CELLS, "email": f"l{number}@learner.example"}) for number in range(40)]
    revoked = {one.place.index for one in issued if chance.random() < 0.5}
    for one in issued:
        if one.place.index in revoked:
            await issuer.change_status(one.id, "revoke", reason="a test")
    (value,) = lists(home).values()
    bits = status.open_list(value).bits
    found = {at for at in range(len(bits) * 8) if bits[at // 8] >> (7 - at % 8) & 1}
    assert found == revoked
    for one in issued:
        entry = status.entries_of(strictjson.load_object(await issuer.credential(one.id)))[0]
        assert isinstance(entry, status.StatusEntry)
        assert bool(status.read_list(value, entry).value) is (one.place.index in revoked)


async def test_opening_publishes_what_is_missing_behind_or_growing_old(home: Home, clock: FakeClock) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"1")) as issuer:
        issued = await issuer.issue(EXAMPLE, CELLS)
    path = public(home) / "status" / issued.place.list_id
    first = path.read_bytes()

    async def opened() -> bytes:
        async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"2")):
            return path.read_bytes()

    clock.now += timedelta(days=3)
    assert await opened() == first
    clock.now += timedelta(days=1)  # past half of its week
    later = await opened()
    assert later != first
    path.unlink()
    assert status.open_list(strictjson.load_object(await opened())).bits == bytes(16_384)


async def test_a_killed_process_between_commit_and_file_is_made_good_at_the_next_start(
    home: Home, clock: FakeClock
) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"1")) as issuer:
        issued = await issuer.issue(EXAMPLE, CELLS)
    path = public(home) / "status" / issued.place.list_id
    before = path.read_bytes()
    code = (
        "import asyncio, os, signal, sys\nfrom pathlib import Path\n"
        "from issuer import publish\nfrom issuer.service import IssuerService\nfrom satchel.node.settings import Home\n"
        "publish._write = lambda path, data: os.kill(os.getpid(), signal.SIGKILL)\n"
        "async def main():\n"
        "    async with IssuerService.open(Home(Path(sys.argv[1]))) as issuer:\n"
        "        await issuer.change_status(sys.argv[2], 'revoke', reason='killed in between')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home.path), issued.id], timeout=60, check=False)
    assert done.returncode == -9
    assert path.read_bytes() == before
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"2")) as issuer:
        bits = status.open_list(strictjson.load_object(path.read_bytes())).bits
        assert bits[issued.place.index // 8] >> (7 - issued.place.index % 8) & 1
        again = await issuer.change_status(issued.id, "revoke", reason="asked again")
        assert not again.changed


async def test_nobody_ever_reads_half_a_list(home: Home, issuer: IssuerService) -> None:
    issued = [await issuer.issue(EXAMPLE, {**CELLS, "email": f"l{number}@learner.example"}) for number in range(20)]
    path = public(home) / "status" / issued[0].place.list_id
    sizes: list[int] = []

    async def watch() -> None:
        while not changing.done():
            sizes.append(
                sum(byte.bit_count() for byte in status.open_list(strictjson.load_object(path.read_bytes())).bits)
            )
            await asyncio.sleep(0)

    async def change() -> None:
        await asyncio.gather(*(issuer.change_status(one.id, "revoke", reason="a test") for one in issued))

    changing = asyncio.create_task(change())
    await watch()
    await changing
    assert sizes == sorted(sizes)
    assert sum(byte.bit_count() for byte in status.open_list(strictjson.load_object(path.read_bytes())).bits) == 20


async def test_processes_that_change_the_same_list_publish_all_changes(home: Home, issuer: IssuerService) -> None:
    issued = [await issuer.issue(EXAMPLE, {**CELLS, "email": f"l{number}@learner.example"}) for number in range(12)]
    code = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from issuer.service import IssuerService\nfrom satchel.node.settings import Home\n"
        "async def main():\n"
        "    async with IssuerService.open(Home(Path(sys.argv[1]))) as issuer:\n"
        "        for one in sys.argv[2:]:\n"
        "            await issuer.change_status(one, 'revoke', reason='a test')\n"
        "asyncio.run(main())\n"
    )
    groups = [[one.id for one in issued[start::3]] for start in range(3)]
    children = [subprocess.Popen([sys.executable, "-c", code, str(home.path), *group]) for group in groups]
    assert [child.wait(timeout=120) for child in children] == [0, 0, 0]
    (value,) = lists(home).values()
    bits = status.open_list(value).bits
    assert {at for at in range(len(bits) * 8) if bits[at // 8] >> (7 - at % 8) & 1} == {
        one.place.index for one in issued
    }


@pytest.mark.parametrize("pick", [lambda home: home.public, lambda home: public(home) / "status"])
async def test_public_files_are_readable_and_leave_no_scraps(
    home: Home, issuer: IssuerService, pick: Callable[[Home], Path]
) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    await issuer.change_status(issued.id, "revoke", reason="a test")
    found = [path for path in pick(home).rglob("*") if path.is_file()]
    assert found
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in found)
    assert not [path for path in found if path.name.startswith(".")]


async def test_everything_is_written_anew_when_it_is_asked(home: Home, issuer: IssuerService, clock: FakeClock) -> None:
    await issuer.issue(EXAMPLE, CELLS)
    clock.now += timedelta(hours=1)
    written = await issuer.publish()
    assert [one.url.rpartition("/")[0] for one in written] == [
        "https://issuer.example/.well-known",
        "https://issuer.example/status",
    ]
    (value,) = lists(home).values()
    assert timestamp.parse(str(value["validFrom"])) == clock.now
