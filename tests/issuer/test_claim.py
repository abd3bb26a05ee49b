"""Planned credentials: a place and a link now, a signature when the wallet comes, and never two of them."""

import asyncio
import contextlib
import hashlib
import json
import shutil
import sqlite3
from datetime import timedelta

import pytest

from issuer.issue import Refused
from issuer.link import Claimed, Planned
from issuer.service import BatchPlan, IssuerService
from satchel.errors import IssueFault
from satchel.node import entropy
from satchel.node.settings import Home
from satchel.port import JsonObject
from tests.issuer.conftest import CLAIMED, COHORT, EXAMPLE, NOW, FakeClock, Learner, example
from tests.issuer.test_service import judged, outcome

ADA, BEN = Learner("ada"), Learner("ben")
HEADER = b"email,learner,awarded_on,project_score,level,project_url,feedback\n"
ONE_ROW = HEADER + b"s-1001,Ada Lark,2026-05-29,82,Achieving,,well done\n"


async def plan(
    issuer: IssuerService, table: bytes = ONE_ROW, *, renews: bool = False, days: int = 30, template: bytes = CLAIMED
) -> list[Planned | Refused]:
    planned = await issuer.plan_claims(template, table)
    return [one async for chunk in issuer.run_claims(planned, days=days, renews=renews) for one in chunk]


async def token_of(issuer: IssuerService, **how: bool) -> str:
    (one,) = await plan(issuer, **how)
    assert isinstance(one, Planned) and one.token is not None
    return one.token.reveal()


async def take(issuer: IssuerService, token: str, learner: Learner) -> Claimed:
    offer = await issuer.claim_offer(token)
    return await issuer.claim(token, learner.prove(offer.challenge, domain=offer.domain))


async def fault_of(issuer: IssuerService, token: str, presentation: JsonObject) -> str:
    with pytest.raises(IssueFault) as fault:
        await issuer.claim(token, presentation)
    return fault.value.code


def rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        return raw.execute(sql).fetchall()


async def test_a_claimed_credential_names_the_wallet_and_is_accepted(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    assert rows(home, "SELECT count(*) FROM credential") == [(0,)]
    claimed = await take(issuer, token, ADA)
    assert claimed.is_new
    value = json.loads(claimed.raw)
    subject = value["credentialSubject"]
    assert subject["id"] == ADA.did
    assert value["awardedDate"] == "2026-05-29T00:00:00Z"
    assert [one["identityType"] for one in subject["identifier"]] == ["name"]
    assert "s-1001" not in claimed.raw.decode()
    report = judged(home, claimed.raw)
    assert report.verdict in ("accepted", "accepted_with_warnings")
    assert outcome(report, "status")[0] == outcome(report, "proof")[0] == "pass"


async def test_the_place_is_reserved_when_the_claim_is_planned(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    ((planned_id, list_id, index),) = rows(home, "SELECT id, list, idx FROM claim")
    claimed = await take(issuer, token, ADA)
    entry = json.loads(claimed.raw)["credentialStatus"]
    assert claimed.id == planned_id
    assert entry["statusListIndex"] == str(index)
    assert entry["statusListCredential"].endswith(f"/status/{list_id}")


async def test_without_a_date_in_the_row_the_award_is_dated_when_it_was_planned(
    issuer: IssuerService, clock: FakeClock
) -> None:
    table = ONE_ROW.replace(b"2026-05-29", b"")
    (one,) = await plan(issuer, table)
    assert isinstance(one, Planned) and one.token is not None
    clock.now = NOW + timedelta(days=9)
    offer = await issuer.claim_offer(one.token.reveal())
    value = json.loads((await issuer.claim(one.token.reveal(), ADA.prove(offer.challenge, now=clock.now))).raw)
    assert value["awardedDate"] == "2026-11-24T12:00:00Z"
    assert value["validFrom"] == "2026-12-03T12:00:00Z"


async def test_planned_signed_and_claimed_are_counted_apart(issuer: IssuerService) -> None:
    table = HEADER + b"".join(b"s-%d,L %d,2026-05-29,82,Achieving,,\n" % (n, n) for n in range(5))
    made = await plan(issuer, table)
    tokens = [one.token.reveal() for one in made if isinstance(one, Planned) and one.token is not None]
    await take(issuer, tokens[0], ADA)
    await take(issuer, tokens[1], BEN)
    await issuer.issue(EXAMPLE, {"email": "a@learner.example", "project_score": "82", "level": "Achieving"})
    counted = {one.id: (one.planned, one.signed, one.claimed) for one in await issuer.templates()}
    assert counted == {"data-claimed": (3, 2, 2), "data-literacy": (0, 1, 0)}


async def test_the_same_wallet_gets_the_same_credential_and_another_none(issuer: IssuerService) -> None:
    token = await token_of(issuer)
    first = await take(issuer, token, ADA)
    again = await take(issuer, token, ADA)
    assert (again.raw, again.is_new) == (first.raw, False)
    offer = await issuer.claim_offer(token)
    assert await fault_of(issuer, token, BEN.prove(offer.challenge)) == "claim.used"


async def test_twenty_claims_at_once_have_one_winner(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    challenge = (await issuer.claim_offer(token)).challenge
    learners = [Learner(f"racer {number}") for number in range(20)]
    work = [issuer.claim(token, learner.prove(challenge)) for learner in learners]
    done = await asyncio.gather(*work, return_exceptions=True)
    won = [one for one in done if isinstance(one, Claimed)]
    lost = [one.code for one in done if isinstance(one, IssueFault)]
    assert len(won) == 1 and lost == ["claim.used"] * 19
    assert rows(home, "SELECT count(*) FROM credential") == [(1,)]
    assert await issuer.first_break() is None


async def test_one_wallet_that_asks_twenty_times_at_once_has_one_credential(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    challenge = (await issuer.claim_offer(token)).challenge
    done = await asyncio.gather(*(issuer.claim(token, ADA.prove(challenge)) for _ in range(20)))
    assert len({one.raw for one in done}) == 1
    assert sum(one.is_new for one in done) == 1
    assert rows(home, "SELECT count(*) FROM credential") == [(1,)]


async def test_a_token_is_stored_as_its_hash_alone(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    assert len(token) == 52
    assert rows(home, "SELECT token_hash FROM claim") == [(hashlib.sha256(token.encode()).hexdigest(),)]
    files = [path for path in home.path.rglob("*") if path.is_file()]
    assert all(token.encode() not in path.read_bytes() for path in files)


async def test_what_a_row_says_of_a_learner_is_gone_from_the_plan_once_it_is_signed(
    issuer: IssuerService, home: Home
) -> None:
    token = await token_of(issuer)
    ((award,),) = rows(home, "SELECT award FROM claim")
    assert "Ada Lark" in str(award)
    assert "s-1001" not in str(award)
    await take(issuer, token, ADA)
    assert rows(home, "SELECT award FROM claim") == [(None,)]


async def test_a_second_run_makes_no_second_claim(issuer: IssuerService, home: Home) -> None:
    token = await token_of(issuer)
    (again,) = await plan(issuer)
    assert isinstance(again, Planned)
    assert (again.state, again.token, issuer.claim_link(again)) == ("already", None, None)
    assert rows(home, "SELECT count(*) FROM claim") == rows(home, "SELECT count(*) FROM status_index") == [(1,)]
    await take(issuer, token, ADA)
    (claimed,) = await plan(issuer)
    assert isinstance(claimed, Planned) and claimed.state == "claimed"


async def test_renewing_ends_the_older_link_and_keeps_the_place(issuer: IssuerService, home: Home) -> None:
    before = await token_of(issuer)
    place = rows(home, "SELECT id, list, idx FROM claim")
    after = await token_of(issuer, renews=True)
    assert rows(home, "SELECT id, list, idx FROM claim") == place
    with pytest.raises(IssueFault) as fault:
        await issuer.claim_offer(before)
    assert fault.value.code == "claim.unknown"
    assert (await take(issuer, after, ADA)).is_new
    (claimed,) = await plan(issuer, renews=True)
    assert isinstance(claimed, Planned) and (claimed.state, claimed.token) == ("claimed", None)


async def test_a_challenge_of_the_older_link_does_not_open_the_fresh_one(issuer: IssuerService) -> None:
    challenge = (await issuer.claim_offer(await token_of(issuer))).challenge
    after = await token_of(issuer, renews=True)
    assert await fault_of(issuer, after, ADA.prove(challenge)) == "claim.holder_unproven"


async def test_other_values_are_refused_until_the_claim_is_renewed(issuer: IssuerService) -> None:
    await plan(issuer)
    other = ONE_ROW.replace(b",82,", b",91,")
    (refused,) = await plan(issuer, other)
    assert isinstance(refused, Refused) and refused.code == "batch.changed"
    (renewed,) = await plan(issuer, other, renews=True)
    assert isinstance(renewed, Planned) and renewed.token is not None
    claimed = await take(issuer, renewed.token.reveal(), ADA)
    assert json.loads(claimed.raw)["credentialSubject"]["result"][0]["value"] == "91"
    (refused,) = await plan(issuer, renews=True)
    assert isinstance(refused, Refused) and "was claimed" in refused.message


async def test_a_link_ends_on_its_day_for_everybody(issuer: IssuerService, clock: FakeClock) -> None:
    (one,) = await plan(issuer, days=1)
    assert isinstance(one, Planned) and one.token is not None
    token, challenge = one.token.reveal(), (await issuer.claim_offer(one.token.reveal())).challenge
    await issuer.claim(token, ADA.prove(challenge))
    clock.now = NOW + timedelta(days=1)
    assert await fault_of(issuer, token, ADA.prove(challenge)) == "claim.expired"
    with pytest.raises(IssueFault) as fault:
        await issuer.claim_offer(token)
    assert fault.value.code == "claim.expired"


async def test_a_link_never_outlives_the_achievement(issuer: IssuerService) -> None:
    template = example(("bind: email", "bind: claim"), ("achievement_expires: never", "achievement_expires: 180 days"))
    (one,) = await plan(issuer, template=template)
    assert isinstance(one, Planned)
    assert f"{one.expires:%Y-%m-%d}" == "2026-11-25"


@pytest.mark.parametrize("token", ["", "a" * 51, "a" * 52, "A" * 52, "../" * 10, "a" * 52 + "\n", "é" * 52])
async def test_what_is_no_token_of_ours_is_unknown(issuer: IssuerService, token: str) -> None:
    await token_of(issuer)
    with pytest.raises(IssueFault) as fault:
        await issuer.claim_offer(token)
    assert fault.value.code == "claim.unknown"


async def test_another_learners_challenge_claims_nothing(issuer: IssuerService, home: Home) -> None:
    table = HEADER + b"s-1,A,2026-05-29,82,Achieving,,\ns-2,B,2026-05-29,82,Achieving,,\n"
    first, second = [one for one in await plan(issuer, table) if isinstance(one, Planned)]
    assert first.token is not None and second.token is not None
    challenge = (await issuer.claim_offer(first.token.reveal())).challenge
    assert await fault_of(issuer, second.token.reveal(), BEN.prove(challenge)) == "claim.holder_unproven"
    assert rows(home, "SELECT count(*) FROM credential") == [(0,)]


async def test_an_offer_says_what_kinds_of_things_will_be_inside(issuer: IssuerService) -> None:
    offer = await issuer.claim_offer(await token_of(issuer))
    assert offer.domain == "issuer.example"
    assert offer.blueprint.template.name == "Data Literacy"
    assert offer.content == ("your name", "your results", "evidence of your work")


async def test_a_node_that_ends_between_any_two_steps_goes_on(home: Home, clock: FakeClock) -> None:
    """Each step in an issuer of its own, as after a restart."""
    turn = iter(range(100))

    def opened() -> contextlib.AbstractAsyncContextManager[IssuerService]:
        return IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"turn %d" % next(turn)))

    async with opened() as issuer:
        token = await token_of(issuer)
    async with opened() as issuer:
        challenge = (await issuer.claim_offer(token)).challenge
    async with opened() as issuer:
        first = await issuer.claim(token, ADA.prove(challenge))
    async with opened() as issuer:
        assert (await issuer.claim(token, ADA.prove(challenge))).raw == first.raw
        assert await fault_of(issuer, token, BEN.prove(challenge)) == "claim.used"
        assert await issuer.first_break() is None


async def test_after_an_older_copy_is_put_back_no_place_is_signed_twice(home: Home, clock: FakeClock) -> None:
    async with IssuerService.open(home, clock=clock) as issuer:
        token = await token_of(issuer)
    shutil.copy(home.issuer_db, home.path / "copy.db")
    async with IssuerService.open(home, clock=clock) as issuer:
        first = json.loads((await take(issuer, token, ADA)).raw)
    shutil.copy(home.path / "copy.db", home.issuer_db)
    async with IssuerService.open(home, clock=clock) as issuer:
        assert issuer.recovered is not None and issuer.recovered.claims == 1
        with pytest.raises(IssueFault) as fault:
            await issuer.claim_offer(token)
        assert fault.value.code == "claim.unknown"
        second = json.loads((await take(issuer, await token_of(issuer), BEN)).raw)
    assert second["id"] != first["id"]
    assert second["credentialStatus"]["id"] != first["credentialStatus"]["id"]


async def test_each_way_of_binding_has_its_own_command(issuer: IssuerService) -> None:
    async def batch() -> BatchPlan:
        return await issuer.plan_batch(CLAIMED, ONE_ROW)

    async def claims() -> BatchPlan:
        return await issuer.plan_claims(example(("bind: email", "bind: did")), COHORT)

    async def one() -> object:
        return await issuer.issue(CLAIMED, {"email": "s-1001"})

    for work in (batch, claims, one):
        with pytest.raises(IssueFault) as fault:
            await work()
        assert fault.value.code == "issue.bind"


async def test_claims_and_signed_rows_of_one_learner_do_not_meet(issuer: IssuerService) -> None:
    """The same id, version, cohort and learner under another binding."""
    same = example(("bind: email", "bind: claim"))
    cells = {"email": "ada@learner.example", "project_score": "82", "level": "Achieving"}
    await issuer.issue(EXAMPLE, cells)
    (one,) = await plan(issuer, HEADER + b"ada@learner.example,,,82,Achieving,,\n", template=same)
    assert isinstance(one, Planned) and one.token is not None
    assert (await take(issuer, one.token.reveal(), ADA)).is_new
