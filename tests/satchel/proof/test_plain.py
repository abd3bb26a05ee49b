"""satchel.proof.plain: the W3C vectors of the JCS suites, every intermediate value, and what their contexts cover."""

from __future__ import annotations

import hashlib

import pytest

from satchel.codec import jcs
from satchel.codec.base import base58_decode
from satchel.key.private import LocalSigner, PrivateKey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import plain, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.secured import HashName, Secured
from tests.satchel.proof.ground import (
    BADGE,
    code_of,
    key_named_by,
    read,
    sign,
    text,
    vector_contexts,
    verify,
    with_proof,
)
from tests.shared import SHARED, needs_shared

SETS: list[tuple[str, str, str, str, HashName]] = [
    ("vc-di-eddsa/eddsa-jcs-2022", "JCS", "vc-di-eddsa/keyPair.json", "eddsa-jcs-2022", "sha256"),
    ("vc-di-ecdsa/ecdsa-jcs-2019-p256", "JCSECDSAP256", "vc-di-ecdsa/p256KeyPair.json", "ecdsa-jcs-2019", "sha256"),
    ("vc-di-ecdsa/ecdsa-jcs-2019-p384", "JCSECDSAP384", "vc-di-ecdsa/p384KeyPair.json", "ecdsa-jcs-2019", "sha384"),
]
SUITE = "eddsa-jcs-2022"


@needs_shared
@pytest.mark.parametrize("folder,mark,pair,suite,hash_name", SETS)
def test_every_step_of_a_w3c_vector_gives_its_printed_value(
    folder: str, mark: str, pair: str, suite: str, hash_name: HashName
) -> None:
    at = SHARED / "vectors" / folder
    signed = read(at / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    secured = Secured(signed, vector_contexts())
    options = {name: member for name, member in proof.raw.items() if name != "proofValue"}
    assert options == read(at / f"proofConfig{mark}.json")
    assert secured.canonical_json(options) == (at / f"canonDoc{mark}.txt").read_bytes()
    assert secured.json_digest(hash_name, options).hex() == text(at / f"docHash{mark}.txt")
    assert jcs.encode(options) == (at / f"proofCanon{mark}.txt").read_bytes()
    assert hashlib.new(hash_name, jcs.encode(options)).hexdigest() == text(at / f"proofHash{mark}.txt")
    assert plain.hash_data(secured, options, hash_name).hex() == text(at / f"combinedHash{mark}.txt")
    assert proof.value == text(at / f"sigBTC58{mark}.txt")
    assert base58_decode(proof.value[1:]).hex() == text(at / f"sigHex{mark}.txt")
    assert suites.verify(secured, proof, key_named_by(proof))


@needs_shared
@pytest.mark.parametrize("folder,mark,pair,suite,hash_name", SETS)
def test_signing_a_w3c_vector_again_gives_it_whole(
    folder: str, mark: str, pair: str, suite: str, hash_name: HashName
) -> None:
    signed = read(SHARED / "vectors" / folder / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    assert proof.created is not None
    keys = read(SHARED / "vectors" / pair)
    secret = keys.get("secretKeyMultibase") or keys["privateKeyMultibase"]
    signer = LocalSigner(proof.verification_method, PrivateKey.from_secret_multikey(secret))
    unsigned = {name: member for name, member in signed.items() if name != "proof"}
    assert (
        suites.sign(unsigned, suite=suite, signer=signer, created=proof.created, contexts=vector_contexts()) == signed
    )


def test_the_canonical_json_put_together_is_that_of_the_whole() -> None:
    odd: JsonObject = {"zz": 1, "1": [2], "A": {}, "@a": "before", "@d": "after", "\U0001f600": "x", "é": None}
    contexts: list[JsonObject] = [{}, {"@context": "https://a.example"}]
    for document in (odd, {**odd, "@context": ["https://b.example"]}, {}, {"@context": {}}, {"a": 1}, {"1": 1}):
        for options in contexts:
            assert isinstance(document, dict)
            form = Secured(document, PINNED).canonical_json({**options, "other": 1})
            assert form == jcs.encode({**document, **options})


def test_the_proof_repeats_the_context_and_a_document_without_one_is_signed_too() -> None:
    (proof,) = proofs_of(sign(suite=SUITE))
    assert proof.raw["@context"] == BADGE["@context"]
    bare = sign({"id": "urn:uuid:1", "anything": 1.5}, SUITE)
    assert "@context" not in proofs_of(bare)[0].raw
    assert verify(bare)
    assert not verify({**bare, "anything": 1.25})


def test_a_context_put_behind_the_signed_ones_leaves_the_signature_and_any_other_change_does_not() -> None:
    signed = sign(suite=SUITE)
    context = signed["@context"]
    assert isinstance(context, list)
    assert verify({**signed, "@context": [*context, "https://www.w3.org/ns/did/v1"]})
    unheld: JsonObject = {**signed, "@context": [*context, "https://later.example"]}
    assert code_of(lambda: verify(unheld)) == "linked.context_unknown"
    assert code_of(lambda: sign({**BADGE, "@context": [*context, "https://later.example"]}, SUITE)) == (
        "linked.context_unknown"
    )
    for other in (
        ["https://first.example", *context],
        context[:-1],
        [context[1], context[0], *context[2:]],
        context[0],
        None,
    ):
        assert code_of(lambda changed={**signed, "@context": other}: verify(changed)) == "proof.context"
    without = {name: member for name, member in signed.items() if name != "@context"}
    assert code_of(lambda: verify(without)) == "proof.context"


def test_a_proof_that_lost_its_context_is_false() -> None:
    assert not verify(with_proof(sign(suite=SUITE), **{"@context": None}))


def test_forms_that_are_one_to_rdf_are_two_here() -> None:
    signed = sign(suite=SUITE)
    assert not verify({**signed, "name": ["Knots"]})
    types = signed["type"]
    assert isinstance(types, list)
    assert not verify({**signed, "type": types[::-1]})
    assert not verify({**signed, "notAnywhere": "x"})
    assert not verify({**signed, "description": None})


def test_a_number_that_would_be_rounded_is_not_signed_and_not_verified() -> None:
    assert code_of(lambda: sign({"id": "urn:uuid:1", "n": 2**53 + 1}, SUITE)) == "codec.jcs"
    signed = sign({"id": "urn:uuid:1", "n": 2**53}, SUITE)
    assert verify(signed)
    assert code_of(lambda: verify({**signed, "n": 2**53 + 1})) == "codec.jcs"


@pytest.mark.parametrize("text_form", ["e\u0301", "\u00e9"])
def test_two_unicode_spellings_of_one_word_are_two_texts(text_form: str) -> None:
    signed = sign({**BADGE, "name": "caf\u00e9"}, SUITE)
    assert verify({**signed, "name": "caf" + text_form}) is (text_form == "\u00e9")
