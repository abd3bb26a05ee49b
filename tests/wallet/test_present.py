"""wallet.present: what the holder shows, once and to one asker."""

import json
from typing import Any

import pytest

from did import create
from satchel.credential import presentation
from satchel.credential.presentation import PresentationFault
from satchel.errors import WalletFault
from satchel.key import multikey
from satchel.node import entropy
from satchel.node.settings import Home
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.satchel.credential.pictures import JWS
from tests.wallet.badge import badge_file
from tests.wallet.story import HOLDER_KEY, NOW, PEER, did_of, keep, open_wallet, signer_of
from wallet import present
from wallet.service import WalletService


async def shown(wallet: WalletService, ids: list[str], **changes: str) -> dict[str, Any]:
    question = {"challenge": "c-1", "domain": "verifier.example"} | changes
    raw = await present.present(wallet, ids, now=NOW, entropy=entropy.system, **question)
    document: dict[str, Any] = json.loads(raw)
    return document


async def test_a_presentation_is_signed_by_the_holder_for_one_question(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_file(1), JWS)
        document = await shown(wallet, ids)
        signer = await wallet.signer()
        did = wallet.did
    assert document["holder"] == did
    assert document["id"].startswith("urn:uuid:")
    (proof,) = proofs_of(document)
    assert proof.purpose == "authentication"
    assert (proof.challenge, proof.domain) == ("c-1", ("verifier.example",))
    assert proof.verification_method == create.did_key_method(did) == signer.id
    key = multikey.decode(signer.public())
    assert suites.verify(suites.Secured(document, suites.PINNED), proof, key)
    for name, value in (("challenge", "c-2"), ("domain", "other.example")):
        bent = {**document, "proof": {**document["proof"], name: value}}
        assert not suites.verify(suites.Secured(bent, suites.PINNED), proofs_of(bent)[0], key)
    bent = {**document, "holder": did_of(PEER)}
    assert not suites.verify(suites.Secured(bent, suites.PINNED), proof, key)


async def test_the_credentials_in_it_are_those_asked_for_in_their_order(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        first, second, token = await keep(wallet, badge_file(1), badge_file(2), JWS)
        document = await shown(wallet, [token[:10], second])
    parts = presentation.parts(document)
    assert parts[0].raw == JWS
    assert parts[1].value == json.loads(badge_file(2))
    assert len(parts) == 2 and first


async def test_each_presentation_is_another_one(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_file(1))
        assert (await shown(wallet, ids))["id"] != (await shown(wallet, ids))["id"]


@pytest.mark.parametrize("question", [{"challenge": ""}, {"domain": "  "}, {"challenge": "x" * 501}])
async def test_without_a_question_nothing_is_signed(home: Home, question: dict[str, str]) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_file(1))
        with pytest.raises(PresentationFault) as fault:
            await shown(wallet, ids, **question)
    assert fault.value.code == "presentation.question"
    with pytest.raises(PresentationFault) as fault:
        present.prove_holder(
            did=did_of(HOLDER_KEY),
            signer=signer_of(HOLDER_KEY),
            now=NOW,
            **({"challenge": "c", "domain": "d"} | question),
        )
    assert fault.value.code == "presentation.question"


async def test_what_is_not_held_is_not_shown(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        with pytest.raises(WalletFault) as fault:
            await shown(wallet, ["aaaa"])
        assert fault.value.code == "wallet.unknown_id"
        ids = await keep(wallet, b'{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}')
        with pytest.raises(PresentationFault) as format_fault:
            await shown(wallet, ids)
    assert format_fault.value.code == "presentation.format"


def test_a_proof_of_the_holder_tells_nothing_else() -> None:
    document = present.prove_holder(
        did=did_of(HOLDER_KEY), signer=signer_of(HOLDER_KEY), challenge="c", domain="d", now=NOW.replace(microsecond=5)
    )
    assert document.keys() == {"@context", "type", "holder", "proof"}
    (proof,) = proofs_of(document)
    assert proof.created == NOW
    assert suites.verify(suites.Secured(document, suites.PINNED), proof, HOLDER_KEY.public())
