"""satchel.proof.configuration: proofs are read exactly, or refused."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from satchel.errors import ProofError
from satchel.port import JsonObject, JsonValue
from satchel.proof.configuration import PROOFS_LIMIT, Proof, options_of, proofs_of

ABSENT = object()
PROOF: JsonObject = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-03-02T10:00:00Z",
    "verificationMethod": "did:example:a#k",
    "proofPurpose": "assertionMethod",
    "proofValue": "z3abc",
}


def changed(**changes: object) -> JsonObject:
    proof: dict[str, object] = {**PROOF, **changes}
    return {name: member for name, member in proof.items() if member is not ABSENT}  # type: ignore[misc]


def code_of(document: JsonObject) -> str:
    with pytest.raises(ProofError) as caught:
        proofs_of(document)
    return caught.value.code


def one(**changes: object) -> Proof:
    (proof,) = proofs_of({"proof": changed(**changes)})
    return proof


def test_a_whole_proof_is_read() -> None:
    raw = changed(
        id="urn:uuid:1",
        expires="2027-03-02T12:00:00+02:00",
        challenge="c",
        domain="d",
        nonce="n",
        previousProof="urn:uuid:0",
    )
    assert proofs_of({"proof": raw}) == (
        Proof(
            raw=raw,
            id="urn:uuid:1",
            type="DataIntegrityProof",
            cryptosuite="eddsa-rdfc-2022",
            purpose="assertionMethod",
            verification_method="did:example:a#k",
            created=datetime(2026, 3, 2, 10, tzinfo=UTC),
            expires=datetime(2027, 3, 2, 10, tzinfo=UTC),
            challenge="c",
            domain=("d",),
            value="z3abc",
            previous=("urn:uuid:0",),
        ),
    )


def test_what_a_proof_need_not_have_is_none() -> None:
    proof = one(created=ABSENT)
    assert (proof.id, proof.created, proof.expires, proof.challenge) == (None, None, None, None)
    assert (proof.domain, proof.previous) == ((), ())


def test_a_proof_of_an_older_kind_needs_neither_cryptosuite_nor_proof_value() -> None:
    proof = one(type="RsaSignature2018", cryptosuite=ABSENT, proofValue=ABSENT, jws="a..b")
    assert (proof.type, proof.cryptosuite, proof.value) == ("RsaSignature2018", None, None)


def test_domain_and_previous_proof_may_be_lists() -> None:
    proof = one(domain=["a", "b"], previousProof=["p", "q"])
    assert (proof.domain, proof.previous) == (("a", "b"), ("p", "q"))


def test_a_set_keeps_its_order() -> None:
    proofs = proofs_of({"proof": [changed(id="b"), changed(id="a"), changed()]})
    assert [proof.id for proof in proofs] == ["b", "a", None]


def test_a_document_without_proof_has_none() -> None:
    assert code_of({}) == "proof.missing"


@pytest.mark.parametrize("value", [None, [], {}, "z3abc", 5, True, [None], [[PROOF]], ["z3abc"], [PROOF, {}]])
def test_a_member_proof_of_a_wrong_shape_is_malformed(value: JsonValue) -> None:
    assert code_of({"proof": value}) == "proof.malformed"


@pytest.mark.parametrize("name", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"])
@pytest.mark.parametrize("value", [ABSENT, None, "", 5, True, ["assertionMethod"], {"id": "did:example:a#k"}])
def test_a_required_member_is_a_text(name: str, value: object) -> None:
    assert code_of({"proof": changed(**{name: value})}) == "proof.malformed"


@pytest.mark.parametrize("name", ["id", "challenge", "nonce", "created", "expires"])
@pytest.mark.parametrize("value", [None, "", 5, ["x"], {}])
def test_a_member_that_is_there_is_a_text(name: str, value: object) -> None:
    assert code_of({"proof": changed(**{name: value})}) == "proof.malformed"


@pytest.mark.parametrize("name", ["domain", "previousProof"])
@pytest.mark.parametrize("value", [None, "", 5, [], [5], ["a", None], ["a", ""], {}, [["a"]]])
def test_a_list_of_texts_holds_texts_alone(name: str, value: object) -> None:
    assert code_of({"proof": changed(**{name: value})}) == "proof.malformed"


@pytest.mark.parametrize("name", ["created", "expires"])
@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2026-03-02",
        "2026-02-30T10:00:00",
        "2026-03-02 10:00:00",
        "2026-03-02T10:00",
        "2026-02-30T10:00:00Z",
        "2026-03-02T10:00:60Z",
        "1772445600",
    ],
)
def test_a_time_is_a_date_time_stamp(name: str, value: str) -> None:
    assert code_of({"proof": changed(**{name: value})}) == "proof.malformed"


@pytest.mark.parametrize("name", ["created", "expires"])
@pytest.mark.parametrize("value", ["2026-03-02T10:00:00", "2026-03-02T10:00:00.000"])
def test_a_time_without_an_offset_is_one_of_utc_and_told(name: str, value: str) -> None:
    proof = one(**{name: value})
    assert getattr(proof, name) == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert proof.lacks_offset
    assert not one().lacks_offset
    assert not one(**{name: "2026-03-02T10:00:00+00:00"}).lacks_offset


def test_a_method_that_brings_its_own_key_along_is_malformed() -> None:
    method = {"id": "did:example:a#k", "type": "Multikey", "controller": "did:example:a", "publicKeyMultibase": "z6Mk"}
    assert code_of({"proof": changed(verificationMethod=method)}) == "proof.malformed"


def test_two_proofs_with_one_id_are_malformed() -> None:
    assert code_of({"proof": [changed(id="a"), changed(id="a")]}) == "proof.malformed"


def test_more_proofs_than_anybody_signs_are_refused() -> None:
    assert len(proofs_of({"proof": [changed()] * PROOFS_LIMIT})) == PROOFS_LIMIT
    assert code_of({"proof": [changed()] * (PROOFS_LIMIT + 1)}) == "proof.too_many"


def test_the_options_are_the_proof_without_value_under_the_documents_context() -> None:
    document: JsonObject = {"@context": ["https://a.example", "https://b.example"], "id": "urn:x"}
    options = options_of(one(), document)
    assert options == {
        **{name: member for name, member in PROOF.items() if name != "proofValue"},
        "@context": ["https://a.example", "https://b.example"],
    }
    assert "@context" not in options_of(one(), {"id": "urn:x"})


@pytest.mark.parametrize(
    "own,whole",
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example", ["https://a.example"]),
        (["https://a.example"], "https://a.example"),
        (["https://a.example"], ["https://a.example", "https://b.example"]),
        (["https://a.example", {"x": "https://x.example"}], ["https://a.example", {"x": "https://x.example"}]),
    ],
)
def test_a_context_of_the_proof_may_be_the_beginning_of_the_documents(own: JsonValue, whole: JsonValue) -> None:
    assert options_of(one(**{"@context": own}), {"@context": whole})["@context"] == whole


@pytest.mark.parametrize(
    "own,whole",
    [
        ("https://b.example", ["https://a.example", "https://b.example"]),
        (["https://a.example", "https://b.example"], "https://a.example"),
        (["https://a.example", {"x": "https://x.example"}], ["https://a.example", {"x": "https://y.example"}]),
        (None, ["https://a.example"]),
        ({}, ["https://a.example"]),
    ],
)
def test_any_other_context_of_the_proof_is_refused(own: JsonValue, whole: JsonValue) -> None:
    with pytest.raises(ProofError) as caught:
        options_of(one(**{"@context": own}), {"@context": whole})
    assert caught.value.code == "proof.context"


def test_reading_changes_nothing() -> None:
    document: JsonObject = {"@context": "https://a.example", "proof": [changed(id="a"), changed(domain=["x"])]}
    before = copy.deepcopy(document)
    for proof in proofs_of(document):
        options_of(proof, document)
    assert document == before
