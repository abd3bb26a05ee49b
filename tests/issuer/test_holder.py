"""Whoever claims proves the key: each way of not proving it is refused with one code and its reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from did import create
from issuer.holder import AHEAD, LIFE, Challenges, prove
from satchel.errors import IssueFault
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject
from satchel.proof import suites
from tests.issuer.conftest import NOW, Learner

CHALLENGES = Challenges(bytes(range(32)))
ABOUT = "claim x"
ADA = Learner("ada")


def asked() -> str:
    return CHALLENGES.make(ABOUT, now=NOW)


def proven(shown: JsonObject, *, later: timedelta = timedelta()) -> str:
    return prove(shown, challenges=CHALLENGES, about=ABOUT, domain="issuer.example", now=NOW + later)


def refused(shown: JsonObject, *, later: timedelta = timedelta()) -> str:
    with pytest.raises(IssueFault) as fault:
        proven(shown, later=later)
    assert fault.value.code == "claim.holder_unproven"
    return fault.value.message


def test_the_holder_of_the_key_is_known_by_its_did() -> None:
    assert proven(ADA.prove(asked())) == ADA.did
    assert proven(ADA.prove(asked()), later=LIFE) == ADA.did


def test_a_challenge_is_for_one_thing_and_a_short_time() -> None:
    assert "too old" in refused(ADA.prove(asked()), later=LIFE + timedelta(seconds=1))
    assert "not one of ours" in refused(ADA.prove(CHALLENGES.make("claim y", now=NOW)))
    assert "not one of ours" in refused(ADA.prove(Challenges(bytes(32)).make(ABOUT, now=NOW)))
    early = CHALLENGES.make(ABOUT, now=NOW + AHEAD + timedelta(seconds=1))
    assert not CHALLENGES.is_good(early, ABOUT, now=NOW)


@pytest.mark.parametrize("challenge", ["x", "a" * 52, "A" * 52, "é" * 52, "1" * 52, "a" * 51 + "\n"])
def test_what_is_no_challenge_is_not_good(challenge: str) -> None:
    assert not CHALLENGES.is_good(challenge, ABOUT, now=NOW)


def test_every_changed_character_of_a_challenge_is_seen() -> None:
    challenge = asked()
    for place in range(51):  # the last of the 52 has bits that say nothing
        other = "b" if challenge[place] == "a" else "a"
        assert not CHALLENGES.is_good(challenge[:place] + other + challenge[place + 1 :], ABOUT, now=NOW)


def with_holder(shown: JsonObject) -> JsonObject:
    return {**shown, "holder": Learner("eve").did}


def with_two_proofs(shown: JsonObject) -> JsonObject:
    return {**shown, "proof": [shown["proof"], shown["proof"]]}


def with_other_value(shown: JsonObject) -> JsonObject:
    other = ADA.prove(asked(), now=NOW - timedelta(seconds=1))["proof"]
    assert isinstance(other, dict) and isinstance(shown["proof"], dict)
    return {**shown, "proof": {**shown["proof"], "proofValue": other["proofValue"]}}


def without_proof(shown: JsonObject) -> JsonObject:
    return {name: value for name, value in shown.items() if name != "proof"}


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (with_holder, "not the holder's"),
        (with_two_proofs, "more than one proof"),
        (with_other_value, "signature is false"),
        (without_proof, "has no proof"),
        (lambda shown: {**shown, "verifiableCredential": []}, "other members"),
        (lambda shown: {**shown, "https://www.w3.org/2018/credentials#holder": "x"}, "other members"),
        (lambda shown: {**shown, "type": ["VerifiableCredential"]}, "type"),
        (lambda shown: {**shown, "@context": ["https://www.w3.org/2018/credentials/v1"]}, "@context"),
        (lambda shown: {**shown, "holder": "did:web:wallet.example"}, "did:key"),
        (lambda shown: {**shown, "holder": {"id": ADA.did}}, "did:key"),
        (lambda shown: {**shown, "holder": "did:key:zNot"}, "not the holder's"),
        (lambda shown: {**shown, "proof": "x"}, "not an object"),
    ],
)
def test_a_presentation_that_was_bent_proves_nothing(bend: Callable[[JsonObject], JsonObject], reason: str) -> None:
    assert reason in refused(bend(ADA.prove(asked())))


def test_a_proof_for_another_place_or_purpose_proves_nothing() -> None:
    assert "is not for issuer.example" in refused(ADA.prove(asked(), domain="other.example"))
    assert "is not for issuer.example" in refused(ADA.prove(asked(), domain="https://issuer.example"))
    assert "purpose" in refused(ADA.prove(asked(), purpose="assertionMethod"))


def test_a_proof_from_the_future_says_what_to_do() -> None:
    assert "clock" in refused(ADA.prove(asked(), now=NOW + timedelta(hours=1)))
    assert proven(ADA.prove(asked(), now=NOW - timedelta(hours=5))) == ADA.did


def test_a_proof_that_has_ended_proves_nothing() -> None:
    shown = suites.sign(
        {name: value for name, value in ADA.prove(asked()).items() if name != "proof"},
        suite="eddsa-rdfc-2022",
        signer=ADA.signer,
        created=NOW,
        expires=NOW,
        purpose="authentication",
        challenge=asked(),
        domain="issuer.example",
    )
    assert "expired" in refused(shown)


def test_an_older_kind_of_proof_is_not_taken() -> None:
    document = without_proof(ADA.prove(asked()))
    shown = suites.sign(
        {
            **document,
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/security/suites/ed25519-2020/v1"],
        },
        suite="Ed25519Signature2020",
        signer=ADA.signer,
        created=NOW,
        purpose="authentication",
        challenge=asked(),
        domain="issuer.example",
    )
    assert "@context" in refused(shown)
    assert "is not of eddsa-rdfc-2022" in refused({**shown, "@context": document["@context"]})


def test_a_key_whose_secret_everybody_has_claims_nothing() -> None:
    eve = Learner("eve")
    key = PrivateKey.from_seed(bytes(32))
    eve.did = create.did_key(key.public())
    eve.signer = LocalSigner(create.did_key_method(eve.did), key)
    assert "public" in refused(eve.prove(asked()))
