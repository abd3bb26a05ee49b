"""A badge that was signed to the hash of an address is bound to the wallet that comes with its link."""

import contextlib
import json
import sqlite3
from datetime import timedelta

import pytest

from issuer.issue import Refused
from issuer.link import Claimed, Planned
from issuer.service import IssuerService
from satchel.credential import openbadge
from satchel.errors import IssueFault
from satchel.node import entropy
from satchel.node.settings import Home
from tests.issuer.conftest import EXAMPLE, NOW, FakeClock, Learner, example
from tests.issuer.test_service import judged, outcome

ADA, BEN = Learner("ada"), Learner("ben")
LATER = NOW + timedelta(days=3)
HEADER = b"email,learner,awarded_on,project_score,level,project_url,feedback\n"
ONE_ROW = HEADER + b"ada@learner.example,Ada Lark,2026-05-29,82,Achieving,,well done\n"
SIS = example(("bind: email", "bind: sis"), ("id: data-literacy", "id: data-sis"))


async def issue(issuer: IssuerService, table: bytes = ONE_ROW, template: bytes = EXAMPLE) -> str:
    planned = await issuer.plan_batch(template, table)
    (made,) = [one async for chunk in issuer.run_batch(planned) for one in chunk]
    assert not isinstance(made, Refused)
    return made.id


async def link(
    issuer: IssuerService, table: bytes = ONE_ROW, template: bytes = EXAMPLE, *, renews: bool = False, days: int = 30
) -> Planned | Refused:
    planned = await issuer.plan_claims(template, table)
    (made,) = [one async for chunk in issuer.run_claims(planned, days=days, renews=renews) for one in chunk]
    return made


def token_of(made: Planned | Refused) -> str:
    assert isinstance(made, Planned) and made.token is not None
    return made.token.reveal()


async def take(issuer: IssuerService, token: str, learner: Learner, clock: FakeClock) -> Claimed:
    offer = await issuer.claim_offer(token)
    return await issuer.claim(token, learner.prove(offer.challenge, domain=offer.domain, now=clock.now))


async def fault_of(issuer: IssuerService, token: str, learner: Learner, clock: FakeClock) -> str:
    with pytest.raises(IssueFault) as fault:
        await take(issuer, token, learner, clock)
    return fault.value.code


def rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        return raw.execute(sql).fetchall()


@pytest.mark.parametrize("template", [EXAMPLE, SIS], ids=["email", "sis"])
async def test_the_bound_badge_names_the_wallet_and_says_everything_else_as_before(
    issuer: IssuerService, home: Home, clock: FakeClock, template: bytes
) -> None:
    made = await issue(issuer, template=template)
    first = await issuer.credential(made)
    token = token_of(await link(issuer, template=template))
    clock.now = LATER
    claimed = await take(issuer, token, ADA, clock)
    before, after = json.loads(first), json.loads(claimed.raw)
    assert claimed.is_new
    assert openbadge.subject_ids(before) == ()
    assert openbadge.subject_ids(after) == (ADA.did,)
    assert [one["identityType"] for one in after["credentialSubject"]["identifier"]] == ["name"]
    assert (before["validFrom"], after["validFrom"]) == ("2026-11-24T12:00:00Z", "2026-11-27T12:00:00Z")
    assert (before["validUntil"], after["validUntil"]) == ("2031-11-24T12:00:00Z", "2031-11-27T12:00:00Z")
    for changed in (before, after):
        for name in ("proof", "validFrom", "validUntil"):
            del changed[name]
        for name in ("id", "identifier"):
            changed["credentialSubject"].pop(name, None)
    assert after == before
    report = judged(home, claimed.raw, now=clock.now)
    assert report.verdict in ("accepted", "accepted_with_warnings")
    assert outcome(report, "status")[0] == outcome(report, "proof")[0] == "pass"


async def test_the_newer_form_supersedes_the_first_which_is_kept_byte_for_byte(
    issuer: IssuerService, home: Home, clock: FakeClock
) -> None:
    made = await issue(issuer)
    first = await issuer.credential(made)
    digest = rows(home, "SELECT digest FROM credential")[0][0]
    token = token_of(await link(issuer))
    clock.now = LATER
    claimed = await take(issuer, token, ADA, clock)
    assert await issuer.credential(made) == claimed.raw
    assert await issuer.earlier_forms(made) == (first,)
    assert judged(home, first, now=clock.now).verdict in ("accepted", "accepted_with_warnings")
    ((data,),) = rows(home, "SELECT data FROM event WHERE kind = 'credential.rebound'")
    assert json.loads(str(data))["supersedes"] == digest
    assert await issuer.first_break() is None


async def test_the_batch_still_knows_the_row_and_the_badge_is_counted_as_claimed(
    issuer: IssuerService, clock: FakeClock
) -> None:
    made = await issue(issuer)
    await take(issuer, token_of(await link(issuer)), ADA, clock)
    assert await issue(issuer) == made
    (counted,) = await issuer.templates()
    assert (counted.planned, counted.signed, counted.claimed) == (0, 1, 1)
    (listed,) = await issuer.credentials()
    assert listed.is_claimed


async def test_revoking_takes_both_forms_back(issuer: IssuerService, home: Home, clock: FakeClock) -> None:
    made = await issue(issuer)
    first = await issuer.credential(made)
    claimed = await take(issuer, token_of(await link(issuer)), ADA, clock)
    await issuer.change_status(made, "revoke", reason="A wrong learner")
    for raw in (first, claimed.raw):
        assert outcome(judged(home, raw), "status") == ("fail", "status.revoked")


async def test_the_same_wallet_gets_the_same_bytes_again_and_another_wallet_none(
    issuer: IssuerService, clock: FakeClock
) -> None:
    await issue(issuer)
    token = token_of(await link(issuer))
    claimed = await take(issuer, token, ADA, clock)
    again = await take(issuer, token, ADA, clock)
    assert (again.raw, again.is_new) == (claimed.raw, False)
    assert await fault_of(issuer, token, BEN, clock) == "claim.used"


async def test_a_row_has_one_link_and_a_renewed_one_ends_the_older(issuer: IssuerService, clock: FakeClock) -> None:
    await issue(issuer)
    token = token_of(await link(issuer))
    again = await link(issuer)
    assert isinstance(again, Planned)
    assert (again.state, again.token) == ("already", None)
    renewed = await link(issuer, renews=True)
    assert isinstance(renewed, Planned) and renewed.state == "renewed"
    assert await fault_of(issuer, token, ADA, clock) == "claim.unknown"
    await take(issuer, token_of(renewed), ADA, clock)
    last = await link(issuer, renews=True)
    assert isinstance(last, Planned)
    assert (last.state, last.token) == ("claimed", None)


async def test_a_link_ends(issuer: IssuerService, clock: FakeClock) -> None:
    await issue(issuer)
    token = token_of(await link(issuer, days=2))
    clock.now = LATER
    assert await fault_of(issuer, token, ADA, clock) == "claim.expired"


async def test_there_is_no_link_without_a_badge(issuer: IssuerService) -> None:
    refused = await link(issuer)
    assert isinstance(refused, Refused)
    assert refused.code == "claim.not_issued"


async def test_there_is_no_link_for_other_values(issuer: IssuerService) -> None:
    await issue(issuer)
    refused = await link(issuer, ONE_ROW.replace(b"82", b"83"))
    assert isinstance(refused, Refused)
    assert refused.code == "batch.changed"


async def test_what_was_taken_back_is_not_bound(issuer: IssuerService, clock: FakeClock) -> None:
    made = await issue(issuer)
    token = token_of(await link(issuer))
    await issuer.change_status(made, "revoke", reason="A wrong learner")
    assert await fault_of(issuer, token, ADA, clock) == "claim.revoked"
    assert await issuer.earlier_forms(made) == ()
    refused = await link(issuer, renews=True)
    assert isinstance(refused, Refused)
    assert refused.code == "claim.revoked"


async def test_a_template_that_names_wallets_already_has_no_links(issuer: IssuerService) -> None:
    named = example(("bind: email", "bind: did"), ("id: data-literacy", "id: data-did"))
    with pytest.raises(IssueFault) as fault:
        await issuer.plan_claims(named, ONE_ROW)
    assert fault.value.code == "issue.bind"


async def test_it_goes_on_after_a_restart(issuer: IssuerService, home: Home, clock: FakeClock) -> None:
    await issue(issuer)
    token = token_of(await link(issuer))
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"again")) as restarted:
        claimed = await take(restarted, token, ADA, clock)
    assert (await take(issuer, token, ADA, clock)).raw == claimed.raw
