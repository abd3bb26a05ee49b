"""wallet.receive: from a claim link or an address to a credential in the wallet, or to nothing at all."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from satchel.codec import jcs
from satchel.errors import FetchError, SatchelError, WalletFault
from satchel.node.send import Sender
from satchel.node.settings import Home
from tests.wallet.issuer_node import DID, LINK, ORIGIN, TOKEN, IssuerNode, problem, sender_to
from tests.wallet.story import HOLDER, NOW, PEER, did_of, open_wallet, signer_of
from wallet import present, receive
from wallet.receive import Offer
from wallet.service import WalletService


@asynccontextmanager
async def meeting(home: Home, node: IssuerNode) -> AsyncIterator[tuple[WalletService, Sender]]:
    """A wallet and a way to the node; the wallet resolves DIDs over the same way."""
    async with sender_to(node) as sender, open_wallet(home, fetch=sender) as (wallet, _):
        yield wallet, sender


async def claimed(home: Home, node: IssuerNode) -> str:
    """The code that claiming ends with, after which nothing is kept; or the outcome."""
    async with meeting(home, node) as (wallet, sender):
        try:
            offer = await receive.look(LINK, sender=sender, now=NOW)
            added = await receive.claim(offer, wallet=wallet, sender=sender, clock=lambda: NOW)
        except SatchelError as fault:
            assert (await wallet.list()).current == ()
            return fault.code
        kept = (await wallet.list()).current
        assert (len(kept) == 1) == (added.outcome != "refused")
        return added.outcome


async def test_a_claim_link_becomes_a_credential_about_this_wallet(home: Home) -> None:
    node = IssuerNode()
    async with meeting(home, node) as (wallet, sender):
        offer = await receive.look(LINK, sender=sender, now=NOW)
        assert node.asked == ["GET"]  # looking tells nothing about the wallet
        assert (offer.issuer_id, offer.name, offer.domain) == (DID, "Reading tide tables", "college.example")
        added = await receive.claim(offer, wallet=wallet, sender=sender, clock=lambda: NOW)
        assert (added.outcome, added.report.verdict) == ("added", "accepted")
        assert node.claims == [wallet.did]
        assert added.card is not None
        exported = await wallet.export(added.card.id)
        assert json.loads(exported.raw) == node.signed[wallet.did]
        again = await receive.claim(offer, wallet=wallet, sender=sender, clock=lambda: NOW)
        assert again.outcome == "already_there"


async def test_a_claimed_credential_is_kept_byte_for_byte_as_it_was_sent(home: Home) -> None:
    node = IssuerNode(indent=3)
    async with meeting(home, node) as (wallet, sender):
        offer = await receive.look(LINK, sender=sender, now=NOW)
        added = await receive.claim(offer, wallet=wallet, sender=sender, clock=lambda: NOW)
        assert added.card is not None
        raw = (await wallet.export(added.card.id)).raw
    (answer,) = node.answers
    assert answer.endswith(b'"credential": ' + raw + b"\n}")
    assert raw != jcs.encode(json.loads(raw))


async def test_another_learners_link_gives_nothing(home: Home) -> None:
    assert await claimed(home, IssuerNode(claims=[did_of(PEER)])) == "claim.used"


async def test_the_offer_may_be_over_by_the_issuers_clock_or_by_ours(home: Home) -> None:
    assert await claimed(home, IssuerNode(expires=NOW)) == "claim.expired"
    late = IssuerNode(bend_offer=lambda offer: offer | {"expires": "2026-11-23T23:59:59Z"})
    assert await claimed(home, late) == "claim.expired"
    assert "POST" not in late.asked


async def test_an_unknown_token_is_unknown(home: Home) -> None:
    async with meeting(home, IssuerNode()) as (_, sender):
        with pytest.raises(WalletFault) as fault:
            await receive.look(f"{ORIGIN}/claim/{'b' * 52}", sender=sender, now=NOW)
    assert fault.value.code == "claim.unknown"
    assert "\x1b" not in fault.value.message


@pytest.mark.parametrize(
    "path",
    [
        "/claim/",
        "/claim/short",
        f"/claim/{TOKEN}/",
        f"/claims/{TOKEN}",
        f"/x/claim/{TOKEN}",
        f"/claim/{TOKEN}?x=1",
        f"/claim/{'A' * 52}",
        f"/claim/{'a' * 51}%2f",
        "/",
    ],
)
async def test_what_is_no_claim_link_is_not_asked(home: Home, path: str) -> None:
    node = IssuerNode()
    async with meeting(home, node) as (_, sender):
        with pytest.raises(WalletFault) as fault:
            await receive.look(ORIGIN + path, sender=sender, now=NOW)
    assert fault.value.code == "claim.link"
    assert node.asked == []
    assert not receive.is_claim_link(ORIGIN + path)
    assert receive.is_claim_link(LINK)


@pytest.mark.parametrize("link", [f"http://college.example/claim/{TOKEN}", f"https://127.0.0.1/claim/{TOKEN}", "claim"])
async def test_the_guard_stands_before_every_link(home: Home, link: str) -> None:
    async with meeting(home, IssuerNode()) as (_, sender):
        with pytest.raises(FetchError) as fault:
            await receive.look(link, sender=sender, now=NOW)
    assert fault.value.code in ("fetch.url", "fetch.address")


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "satchel.claim_offer/2"},
        {"issuer": None},
        {"issuer": DID},
        {"issuer": {"name": "No id"}},
        {"issuer": {"id": DID, "name": 3}},
        {"name": ""},
        {"name": ["x"]},
        {"name": "x" * 2001},
        {"description": 1},
        {"expires": None},
        {"expires": "tomorrow"},
        {"challenge": ""},
        {"challenge": "x" * 501},
        {"domain": None},
    ],
)
async def test_an_offer_of_another_shape_is_refused(home: Home, change: dict[str, Any]) -> None:
    node = IssuerNode(bend_offer=lambda offer: offer | change)
    assert await claimed(home, node) == "claim.offer"
    assert node.asked == ["GET"]


async def test_no_proof_is_made_for_another_place_than_the_link_names(home: Home) -> None:
    node = IssuerNode(bend_offer=lambda offer: offer | {"domain": "bank.example"})
    assert await claimed(home, node) == "claim.domain"
    assert node.asked == ["GET"]


async def test_a_credential_about_somebody_else_is_not_kept(home: Home) -> None:
    def about(subject: Any) -> IssuerNode:
        return IssuerNode(bend_credential=lambda made: made | {"credentialSubject": subject(made["credentialSubject"])})

    assert await claimed(home, about(lambda subject: subject | {"id": HOLDER})) == "claim.not_yours"
    assert await claimed(home, about(lambda subject: [subject, subject | {"id": HOLDER}])) == "claim.not_yours"
    without = about(lambda subject: {name: member for name, member in subject.items() if name != "id"})
    assert await claimed(home, without) == "claim.not_yours"


async def test_a_credential_by_another_issuer_than_offered_is_not_kept(home: Home) -> None:
    other = IssuerNode(bend_credential=lambda made: made | {"issuer": did_of(PEER)})
    assert await claimed(home, other) == "claim.other_issuer"
    offered = IssuerNode(bend_offer=lambda offer: offer | {"issuer": {"id": did_of(PEER), "name": "A peer"}})
    assert await claimed(home, offered) == "claim.other_issuer"


async def test_what_the_verifier_rejects_is_not_kept(home: Home) -> None:
    altered = IssuerNode(bend_signed=lambda signed: signed | {"name": "Something better"})
    assert await claimed(home, altered) == "refused"
    expired = IssuerNode(bend_credential=lambda made: made | {"validUntil": "2026-04-01T00:00:00Z"})
    assert await claimed(home, expired) == "refused"
    unsigned = IssuerNode(bend_signed=lambda signed: {name: it for name, it in signed.items() if name != "proof"})
    assert await claimed(home, unsigned) == "refused"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"schema": "satchel.claimed/1"},
        {"schema": "satchel.claimed/1", "credential": "e30.e30.e30"},
        {"credential": {}},
    ],
)
async def test_an_answer_of_another_shape_is_refused(home: Home, answer: dict[str, Any]) -> None:
    assert await claimed(home, IssuerNode(bend_answer=lambda _: answer)) == "claim.answer"


async def test_an_issuer_that_doubts_the_proof_is_told_apart(home: Home) -> None:
    node = IssuerNode()
    async with meeting(home, node) as (wallet, sender):
        offer = await receive.look(LINK, sender=sender, now=NOW)
        other = Offer(**{name: getattr(offer, name) for name in Offer.__slots__} | {"challenge": "an old one"})
        with pytest.raises(WalletFault) as fault:
            await receive.claim(other, wallet=wallet, sender=sender, clock=lambda: NOW)
        assert fault.value.code == "claim.holder_unproven"
        assert (await wallet.list()).current == ()
    assert node.claims == []


async def test_a_thief_of_the_link_cannot_replay_the_learners_proof() -> None:
    node = IssuerNode()
    proof = present.prove_holder(
        did=did_of(PEER), signer=signer_of(PEER), challenge=node.challenge(), domain="elsewhere.example", now=NOW
    )
    assert not node.is_proven(proof)
    good = present.prove_holder(
        did=did_of(PEER), signer=signer_of(PEER), challenge=node.challenge(), domain="college.example", now=NOW
    )
    assert node.is_proven(good)
    assert not node.is_proven(good | {"holder": HOLDER})


async def test_a_refusal_in_unknown_words_is_a_refusal(home: Home) -> None:
    async def other_words(*_: object) -> Any:
        return problem(422, "wallet.passphrase", "no")

    node = IssuerNode()
    node.claim = other_words  # type: ignore[method-assign]
    assert await claimed(home, node) == "claim.refused"


async def test_a_credential_is_received_by_its_address_byte_for_byte(home: Home) -> None:
    node = IssuerNode()
    async with meeting(home, node) as (wallet, sender):
        (added,) = await receive.by_url(f"{ORIGIN}/files/badge.json", wallet=wallet, fetch=sender, now=NOW)
        assert (added.outcome, added.name) == ("added", "badge.json")
        assert added.card is not None
        raw = (await wallet.export(added.card.id)).raw
        assert b"\n       " in raw  # the issuer's own blanks
        with pytest.raises(FetchError) as fault:
            await receive.by_url(f"{ORIGIN}/files/none.json", wallet=wallet, fetch=sender, now=NOW)
        assert fault.value.code == "fetch.not_found"
        with pytest.raises(FetchError) as fault:
            await receive.by_url("https://10.0.0.1/badge.json", wallet=wallet, fetch=sender, now=NOW)
        assert fault.value.code == "fetch.address"


async def test_a_link_still_works_a_moment_before_its_end(home: Home) -> None:
    assert await claimed(home, IssuerNode(expires=NOW + timedelta(seconds=1))) == "added"
