"""Issuing: what is given back is on disk, once, whatever else happens at the same time."""

import asyncio
from datetime import timedelta

import pytest

from issuer import issue as conductor
from issuer.compose import Blueprint
from issuer.service import IssuerService
from satchel.codec import strictjson
from satchel.credential import status
from satchel.errors import IssueFault, TemplateFault
from satchel.node import entropy
from satchel.node.settings import Home
from tests.issuer.conftest import CELLS, EXAMPLE, SUSPENDABLE, FakeClock, example


async def rows(issuer: IssuerService, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await issuer._desk.database.read(sql)]


async def test_an_issued_credential_is_on_disk_with_its_place_and_event(issuer: IssuerService) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    assert issued.is_new
    assert issued.raw == await issuer.credential(issued.id)
    assert await rows(issuer, "SELECT id, digest, list, idx FROM credential") == [
        (issued.id, issued.digest, issued.place.list_id, issued.place.index)
    ]
    assert (await rows(issuer, "SELECT kind, ref, data FROM event ORDER BY seq DESC LIMIT 1"))[0] == (
        "credential.issued",
        issued.id,
        f'{{"digest":"{issued.digest}"}}',
    )
    assert await issuer.first_break() is None


async def test_the_credential_says_where_its_status_lies(issuer: IssuerService) -> None:
    for raw, purpose in ((EXAMPLE, "revocation"), (SUSPENDABLE, "suspension")):
        issued = await issuer.issue(raw, CELLS)
        (entry,) = status.entries_of(strictjson.load_object(await issuer.credential(issued.id)))
        assert isinstance(entry, status.StatusEntry)
        assert (entry.purpose, entry.index) == (purpose, issued.place.index)
        assert entry.list_url.endswith(issued.place.list_id)


async def test_no_event_and_no_column_but_the_bytes_holds_personal_data(issuer: IssuerService) -> None:
    await issuer.issue(EXAMPLE, CELLS)
    for sql in ("SELECT * FROM event", "SELECT * FROM credential", "SELECT * FROM status_index"):
        for row in await rows(issuer, sql):
            assert not [one for one in row if "learner.example" in str(one) and isinstance(one, str)]
            assert not [one for one in row if isinstance(one, str) and "lark" in one.lower()]


async def test_the_same_row_gives_the_same_credential_again(issuer: IssuerService, clock: FakeClock) -> None:
    first = await issuer.issue(EXAMPLE, CELLS)
    clock.now += timedelta(days=30)
    again = await issuer.issue(EXAMPLE, {**CELLS, "email": " ADA@learner.example "})
    assert (again.id, again.digest, again.place, again.is_new) == (first.id, first.digest, first.place, False)
    assert await rows(issuer, "SELECT count(*) FROM credential") == [(1,)]


async def test_the_row_with_other_values_is_refused_and_names_the_credential(issuer: IssuerService) -> None:
    first = await issuer.issue(EXAMPLE, CELLS)
    with pytest.raises(IssueFault) as fault:
        await issuer.issue(EXAMPLE, {**CELLS, "project_score": "99"})
    assert fault.value.code == "batch.changed"
    assert first.id in fault.value.message


async def test_a_cohort_a_version_and_a_template_each_make_another_row(issuer: IssuerService) -> None:
    issued = [
        await issuer.issue(EXAMPLE, CELLS),
        await issuer.issue(EXAMPLE, CELLS, cohort="2027"),
        await issuer.issue(example(('version: "1"', 'version: "2"')), CELLS),
        await issuer.issue(example(("id: data-literacy", "id: data-literacy-2")), CELLS),
    ]
    assert len({one.id for one in issued}) == len({one.place for one in issued}) == 4


async def test_a_changed_text_of_the_same_version_is_still_the_same_row(issuer: IssuerService) -> None:
    first = await issuer.issue(EXAMPLE, CELLS)
    again = await issuer.issue(example(("Reads, questions", "Reads and questions")), CELLS)
    assert (again.id, again.is_new) == (first.id, False)


async def test_rows_are_named_under_a_secret_of_this_node(blueprint: Blueprint) -> None:
    names = {
        conductor.row_key(secret, blueprint, cohort, recipient)
        for secret in (b"a", b"b")
        for cohort in ("", "x")
        for recipient in ("ada@learner.example", "bob@learner.example")
    }
    assert len(names) == 8


async def test_a_column_that_the_template_does_not_have_is_refused(issuer: IssuerService) -> None:
    with pytest.raises(IssueFault) as fault:
        await issuer.issue(EXAMPLE, {**CELLS, "colour": "red"})
    assert fault.value.code == "batch.header"
    assert "colour" in fault.value.message


async def test_a_faulty_template_or_row_leaves_nothing_behind(issuer: IssuerService) -> None:
    with pytest.raises(TemplateFault):
        await issuer.issue(example(("bind: email", "bind: mail")), CELLS)
    with pytest.raises(IssueFault):
        await issuer.issue(EXAMPLE, {**CELLS, "email": "nobody"})
    assert await rows(issuer, "SELECT count(*) FROM status_index") == [(0,)]
    assert await rows(issuer, "SELECT count(*) FROM event") == [(0,)]


async def test_a_hundred_at_once_are_a_hundred_with_a_hundred_places(home: Home, clock: FakeClock) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"many"), block=32) as issuer:
        issued = await asyncio.gather(
            *(issuer.issue(EXAMPLE, {**CELLS, "email": f"l{number}@learner.example"}) for number in range(100))
        )
        assert len({one.id for one in issued}) == len({one.place for one in issued}) == 100
        assert await rows(issuer, "SELECT count(*), count(DISTINCT idx) FROM credential") == [(100, 100)]
        assert await issuer.first_break() is None


async def test_one_row_asked_for_many_times_at_once_is_issued_once(home: Home, clock: FakeClock) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"race"), block=32) as issuer:
        issued = await asyncio.gather(*(issuer.issue(EXAMPLE, CELLS) for _ in range(20)))
        assert len({one.id for one in issued}) == 1
        assert sum(one.is_new for one in issued) == 1
        assert await rows(issuer, "SELECT count(*) FROM event WHERE kind = 'credential.issued'") == [(1,)]


async def test_the_same_seed_and_time_give_the_same_bytes(home: Home, clock: FakeClock) -> None:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"again")) as issuer:
        first = await issuer.issue(EXAMPLE, CELLS)
    home.issuer_db.unlink()
    (home.state / "issuer.db.epoch").unlink()
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"again")) as issuer:
        again = await issuer.issue(EXAMPLE, CELLS)
    assert again.raw == first.raw


async def test_an_unknown_credential_is_not_found(issuer: IssuerService) -> None:
    with pytest.raises(IssueFault) as fault:
        await issuer.credential("a" * 26)
    assert fault.value.code == "issue.not_found"
