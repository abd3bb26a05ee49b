"""wallet.peer: endorsing a peer's badge, and the inbox of endorsements."""

from typing import Any

import pytest

from satchel.codec import strictjson
from satchel.credential import endorsement, schema
from satchel.errors import WalletFault
from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.wallet.badge import ISSUER, badge_file, signed, to_bytes
from tests.wallet.story import HOLDER, HOLDER_KEY, NOW, PEER, SECOND, did_of, endorsed, keep, open_wallet, signer_of
from wallet import peer
from wallet.drawer import Drawer, Kind
from wallet.peer import Inbox, Made
from wallet.service import WalletService

BADGE = badge_file(1)
BADGE_ID = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"
ACHIEVEMENT_ID = "urn:uuid:8f14e45f-ceea-467f-9b36-34f0e278b3a4"
OFFLINE = OfflineFetch()


async def made(raw: bytes = BADGE, **changes: Any) -> Made:
    given: dict[str, Any] = {
        "endorser": did_of(PEER),
        "endorser_name": "A peer",
        "signer": signer_of(PEER),
        "comment": "  I have watched it done.  ",
        "about": "credential",
        "fetch": OFFLINE,
        "now": NOW,
        "entropy": entropy.system,
    }
    return await peer.endorse(raw, **(given | changes))


async def refusal(raw: bytes = BADGE, **changes: Any) -> WalletFault:
    with pytest.raises(WalletFault) as fault:
        await made(raw, **changes)
    return fault.value


def proven(document: dict[str, Any], **key: Any) -> dict[str, Any]:
    return signed(document, **({"key": PEER} | key))


def inbox_of(wallet: WalletService, drawer: Drawer) -> Inbox:
    return Inbox(wallet, drawer, fetch=OFFLINE)


async def code_of(inbox: Inbox, value: dict[str, Any]) -> str:
    with pytest.raises(WalletFault) as fault:
        await inbox.receive(to_bytes(value), now=NOW)
    return fault.value.code


async def test_an_endorsement_is_signed_by_the_peer_and_names_what_it_is_about() -> None:
    given = await made()
    value = strictjson.load_object(given.raw)
    assert (given.target, given.title) == (BADGE_ID, "Reading tide tables")
    assert endorsement.target(value) == BADGE_ID
    assert endorsement.comment(value) == "I have watched it done."
    assert value["name"] == "Endorsement of Reading tide tables"
    assert schema.faults(value, schema.ENDORSEMENT) == ()
    (proof,) = proofs_of(value)
    assert suites.verify(suites.Secured(value, suites.PINNED), proof, PEER.public())
    of_achievement = await made(about="achievement")
    assert of_achievement.target == ACHIEVEMENT_ID


async def test_nobody_endorses_what_is_not_proven() -> None:
    for raw in (BADGE.replace(b"Three plans", b"Seven plans"), b"nonsense", b"{}"):
        fault = await refusal(raw)
        assert fault.code == "endorsement.badge"
        assert isinstance(fault.details["report"], dict)


async def test_nobody_endorses_what_is_their_own() -> None:
    about_me = await refusal(endorser=HOLDER, signer=signer_of(HOLDER_KEY))
    by_me = await refusal(endorser=did_of(ISSUER), signer=signer_of(ISSUER))
    assert about_me.code == by_me.code == "endorsement.self"


@pytest.mark.parametrize("comment", ["", "   ", "x" * 2001])
async def test_a_comment_is_needed(comment: str) -> None:
    assert (await refusal(comment=comment)).code == "endorsement.comment"


async def test_a_badge_without_an_id_has_no_target() -> None:
    document: dict[str, Any] = strictjson.load_object(BADGE)
    del document["proof"], document["id"]
    assert (await refusal(to_bytes(signed(document)))).code == "endorsement.target"
    assert (await made(to_bytes(signed(document)), about="achievement")).target == ACHIEVEMENT_ID


async def test_an_endorsement_waits_sealed_until_the_learner_accepts_it(home: Home) -> None:
    value = strictjson.load_object((await made()).raw)
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        id = await inbox.receive(to_bytes(value), now=NOW)
        assert await inbox.receive(to_bytes(value), now=NOW) == id  # the same one twice is one
        (waiting,) = await inbox.list()
        assert waiting.id == id
        assert waiting.endorser_id == did_of(PEER)
        assert waiting.endorser_name == "A peer"
        assert waiting.about == ("Reading tide tables",)
        assert waiting.comment == "I have watched it done."
        assert len((await wallet.list()).current) == 1
        assert b"watched" not in home.wallet_db.read_bytes()
        added = await inbox.accept(id[:6], now=NOW)
        assert added.outcome == "added"
        assert await inbox.list() == ()
        titles = [card.title for card in (await wallet.list()).current]
        assert "Endorsement of Reading tide tables" in titles


async def test_what_was_rejected_does_not_come_again(home: Home) -> None:
    value = strictjson.load_object((await made()).raw)
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        id = await inbox.receive(to_bytes(value), now=NOW)
        assert (await inbox.reject(id, now=NOW)).id == id
        assert await inbox.list() == ()
        assert await code_of(inbox, value) == "endorsement.rejected"
        assert len((await wallet.list()).current) == 1
        other = strictjson.load_object((await made(comment="Again, in other words.")).raw)
        await inbox.receive(to_bytes(other), now=NOW)
        assert len(await inbox.list()) == 1


async def test_achievements_and_the_holder_may_be_endorsed_too(home: Home) -> None:
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        await inbox.receive(to_bytes(proven(endorsed(ACHIEVEMENT_ID))), now=NOW)
        await inbox.receive(to_bytes(proven(endorsed(wallet.did))), now=NOW)
        assert {one.about for one in await inbox.list()} == {("Reading tide tables",), ()}


async def test_every_bad_endorsement_is_refused_with_its_code(home: Home) -> None:
    good = endorsed(BADGE_ID)
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        altered = proven(good)
        altered["credentialSubject"] = altered["credentialSubject"] | {"endorsementComment": "The best of all."}
        cases = {
            "altered": (altered, "endorsement.not_accepted"),
            "unsigned": (good, "endorsement.not_accepted"),
            "forged": (proven(good, key=SECOND), "endorsement.not_accepted"),
            "expired": (proven(good | {"validUntil": "2026-06-01T00:00:00Z"}), "endorsement.not_accepted"),
            "early": (proven(good | {"validFrom": "2027-06-01T00:00:00Z"}), "endorsement.not_accepted"),
            "elsewhere": (proven(endorsed("urn:uuid:of-somebody-else")), "endorsement.other_target"),
            "a badge": (strictjson.load_object(BADGE), "endorsement.not_one"),
            "nothing": ({}, "endorsement.not_one"),
            "two": (
                proven(good | {"credentialSubject": [{"id": BADGE_ID}, {"id": "urn:x"}]}),
                "endorsement.not_one",
            ),
            "huge": (proven(endorsed(BADGE_ID, comment="x" * 300_000)), "endorsement.too_large"),
            "a key of the method's own making": (
                signed(good, key=SECOND, method=f"{did_of(PEER)}#{did_of(PEER)[8:]}"),
                "endorsement.not_accepted",
            ),
        }
        for what, (value, code) in cases.items():
            assert await code_of(inbox, value) == code, what
        own = await wallet.signer()
        mine = endorsement.compose(
            id="urn:uuid:1",
            endorser=wallet.did,
            endorser_name=None,
            target=BADGE_ID,
            name="Me",
            comment="I am good",
            created=NOW,
        )
        by_me = suites.sign(mine, suite="eddsa-rdfc-2022", signer=own, created=NOW)
        assert await code_of(inbox, by_me) == "endorsement.self"
        assert await inbox.list() == ()
        assert await drawer.count(Kind.ENDORSEMENT) == 0


async def test_endorsements_of_endorsements_as_deep_as_json_may_be_do_no_harm(home: Home) -> None:
    nested: dict[str, Any] = endorsed(BADGE_ID)
    for _ in range(29):  # two levels of JSON each; a deeper document is refused when it is read
        nested = endorsed(BADGE_ID) | {"endorsement": [nested]}
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        assert await code_of(inbox_of(wallet, drawer), nested) == "endorsement.not_accepted"


async def test_a_full_inbox_says_so_whatever_comes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "INBOX_LIMIT", 2)
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        for number in range(2):
            await inbox.receive(to_bytes(proven(endorsed(BADGE_ID, comment=f"No. {number}"))), now=NOW)
        assert await code_of(inbox, proven(endorsed(BADGE_ID, comment="No. 3"))) == "endorsement.inbox_full"
        assert await code_of(inbox, proven(endorsed("urn:other"))) == "endorsement.inbox_full"


async def test_one_that_expires_while_it_waits_is_not_accepted(home: Home) -> None:
    value = proven(endorsed(BADGE_ID) | {"validUntil": "2026-12-01T00:00:00Z"})
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        id = await inbox.receive(to_bytes(value), now=NOW)
        with pytest.raises(WalletFault) as fault:
            await inbox.accept(id, now=NOW.replace(month=12, day=2))
        assert fault.value.code == "endorsement.not_accepted"
        assert len(await inbox.list()) == 1
        assert len((await wallet.list()).current) == 1


async def test_ids_must_be_known_and_unambiguous(home: Home) -> None:
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        inbox = inbox_of(wallet, drawer)
        for wanted in ("", "00", "zz"):
            with pytest.raises(WalletFault) as fault:
                await inbox.find(wanted)
            assert fault.value.code == "endorsement.unknown_id"
        ids = [
            await inbox.receive(to_bytes(proven(endorsed(BADGE_ID, comment=f"No. {number}"))), now=NOW)
            for number in range(17)
        ]
        shared = next(id[0] for id in ids if sum(other.startswith(id[0]) for other in ids) > 1)
        with pytest.raises(WalletFault) as fault:
            await inbox.find(shared)
        assert fault.value.code == "endorsement.ambiguous_id"


async def test_what_may_be_endorsed_follows_the_wallet(home: Home) -> None:
    value = proven(endorsed(BADGE_ID))
    async with open_wallet(home) as (wallet, drawer):
        inbox = inbox_of(wallet, drawer)
        assert await code_of(inbox, value) == "endorsement.other_target"
        (id,) = await keep(wallet, BADGE)
        await inbox.receive(to_bytes(value), now=NOW)
        await wallet.remove(id, now=NOW)
        other = proven(endorsed(BADGE_ID, comment="Later."))
        assert await code_of(inbox, other) == "endorsement.other_target"


async def test_the_inbox_is_there_after_a_restart(home: Home) -> None:
    async with open_wallet(home) as (wallet, drawer):
        await keep(wallet, BADGE)
        id = await inbox_of(wallet, drawer).receive(to_bytes(proven(endorsed(BADGE_ID))), now=NOW)
    async with open_wallet(home) as (wallet, drawer):
        (waiting,) = await inbox_of(wallet, drawer).list()
        assert waiting.id == id
        assert peer.waiting_json(waiting)["arrived"] == "2026-11-24T00:00:00Z"
