"""Signing: the bytes hold exactly what was judged, and verify under the key that the issuer publishes."""

import copy
import dataclasses
import hashlib

import pytest

from issuer import compose, row, sign
from issuer.compose import Blueprint, Place
from satchel.codec import strictjson
from satchel.errors import IssueFault, LinkedError
from satchel.key.private import LocalSigner, PrivateKey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import configuration, suites
from tests.issuer.conftest import CELLS, NOW, PROFILE

KEY = PrivateKey.from_seed(hashlib.sha256(b"a key of the tests").digest())
SIGNER = LocalSigner(f"{PROFILE.did}#key-1", KEY)


@pytest.fixture
def document(blueprint: Blueprint) -> JsonObject:
    award = row.read(blueprint.template, {**CELLS, "learner": 'Zoë 学 👩‍🎓 "quoted" \\ </script>'}, now=NOW)
    place = Place(list_id="l" * 26, index=1)
    return compose.compose(blueprint, award, credential_id="c" * 26, place=place, salt=bytes(16), now=NOW)


def test_the_signed_bytes_verify_and_hold_the_document(document: JsonObject) -> None:
    before = copy.deepcopy(document)
    signed = sign.sign(document, signer=SIGNER, now=NOW)
    assert document == before
    value = strictjson.load_object(signed.raw)
    (proof,) = configuration.proofs_of(value)
    assert {name: member for name, member in value.items() if name != "proof"} == document
    assert suites.verify(suites.Secured(value, PINNED), proof, KEY.public())
    assert (proof.verification_method, proof.purpose) == (SIGNER.id, "assertionMethod")
    assert proof.created == NOW
    assert signed.digest == hashlib.sha256(signed.raw).hexdigest()
    assert "学".encode() in signed.raw


def test_one_changed_letter_is_noticed(document: JsonObject) -> None:
    raw = sign.sign(document, signer=SIGNER, now=NOW).raw.replace(b"Riverside", b"Riverslde")
    value = strictjson.load_object(raw)
    (proof,) = configuration.proofs_of(value)
    assert not suites.verify(suites.Secured(value, PINNED), proof, KEY.public())


def test_a_key_of_somebody_else_signs_nothing_of_ours(document: JsonObject) -> None:
    with pytest.raises(IssueFault) as fault:
        sign.sign(document, signer=LocalSigner("did:web:other.example#key-1", KEY), now=NOW)
    assert fault.value.code == "issue.signer"


def test_a_term_that_no_context_defines_is_not_signed(document: JsonObject) -> None:
    with pytest.raises(LinkedError):
        sign.sign({**document, "colour": "red"}, signer=SIGNER, now=NOW)


@pytest.mark.parametrize("credits", [1 << 60, (1 << 53) + 2])
def test_bytes_that_would_not_read_back_as_they_were_signed_never_leave(document: JsonObject, credits: int) -> None:
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    with pytest.raises(IssueFault) as fault:
        sign.sign({**document, "credentialSubject": {**subject, "creditsEarned": credits}}, signer=SIGNER, now=NOW)
    assert fault.value.code == "issue.bytes"


def test_text_that_is_no_text_is_not_signed(document: JsonObject) -> None:
    with pytest.raises(LinkedError) as fault:
        sign.sign({**document, "description": "\ud800"}, signer=SIGNER, now=NOW)
    assert fault.value.code == "linked.text"


def test_the_same_document_key_and_time_give_the_same_bytes(document: JsonObject) -> None:
    assert sign.sign(document, signer=SIGNER, now=NOW) == sign.sign(document, signer=SIGNER, now=NOW)
    assert dataclasses.asdict(sign.sign(document, signer=SIGNER, now=NOW))["raw"]
