"""wallet.holding: what the wallet holds, opened."""

import sqlite3

import pytest

from satchel.errors import WalletFault
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.wallet.badge import badge_file
from tests.wallet.story import HOLDER, NOW, held, keep, open_wallet, skilled
from wallet import holding
from wallet.card import record_text


async def test_all_current_credentials_are_opened_with_their_bytes(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_file(1), badge_file(2))
        found = await holding.open_all(wallet)
    assert {one.card.id for one in found.items} == set(ids)
    assert {one.envelope.raw for one in found.items} == {badge_file(1), badge_file(2)}
    assert found.damaged == ()


async def test_a_damaged_record_is_named_and_does_not_hide_the_others(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        good, _ = await keep(wallet, badge_file(1), badge_file(2))
    with sqlite3.connect(home.wallet_db) as raw:
        rows = raw.execute("SELECT id FROM body").fetchall()
        for (id,) in rows:
            if record_text(id) != good:
                raw.execute("UPDATE body SET content = randomblob(length(content)) WHERE id = ?", (id,))
    raw.close()
    async with open_wallet(home) as (wallet, _):
        found = await holding.open_all(wallet)
    assert [one.card.id for one in found.items] == [good]
    assert len(found.damaged) == 1


async def test_chosen_ones_come_in_the_order_asked(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        first, second = await keep(wallet, badge_file(1), badge_file(2))
        chosen = await holding.open_some(wallet, [second, first[:12], second])
        assert [one.card.id for one in chosen] == [second, first, second]
        with pytest.raises(WalletFault) as fault:
            await holding.open_some(wallet, [first, "none"])
        assert fault.value.code == "wallet.unknown_id"


async def test_judging_anew_says_what_holds_now() -> None:
    one = held(skilled(1, validUntil="2027-01-01T00:00:00Z"))
    fetch = OfflineFetch()
    assert (await holding.judged(one.envelope, fetch=fetch, now=NOW)).verdict == "accepted"
    later = await holding.judged(one.envelope, fetch=fetch, now=NOW.replace(year=2028))
    assert later.verdict == "rejected"
    assert [facet.code for facet in later.facets if facet.outcome == "fail"] == ["validity.expired"]


def test_skills_are_of_the_achievement_and_of_reached_results_only() -> None:
    document = skilled(1, result=True)
    target = {"type": ["Alignment"], "targetName": "Knots", "targetUrl": "http://data.example/skill/knots"}
    document["credentialSubject"]["result"][0] = document["credentialSubject"]["result"][0] | {"alignment": [target]}
    (claim,) = holding.claims([held(document)], holder=HOLDER, now=NOW)
    assert "http://data.example/skill/knots" in claim.skills
    document["credentialSubject"]["result"][0] |= {"status": "Failed"}
    (claim,) = holding.claims([held(document)], holder=HOLDER, now=NOW)
    assert "http://data.example/skill/knots" not in claim.skills
