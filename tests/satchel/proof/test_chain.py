"""Proof chains (satchel.proof.secured, suites): what a proof that builds on earlier ones is over, and broken chains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from satchel.proof.secured import LINKS_LIMIT
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import (
    BADGE,
    CREATED,
    DID,
    SIGNERS,
    code_of,
    key_named_by,
    read,
    sign,
    vector_contexts,
    verify,
)
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "vc-di-eddsa" / "proof-set-chain"
ONE, TWO, THREE = "urn:uuid:one", "urn:uuid:two", "urn:uuid:three"
SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


def proofs(document: JsonObject) -> list[JsonObject]:
    found = document["proof"]
    assert isinstance(found, list)
    return [entry for entry in found if isinstance(entry, dict)]


def with_proofs(document: JsonObject, *entries: JsonObject) -> JsonObject:
    listed: list[JsonValue] = [*entries]
    return {**document, "proof": listed}


def chain(suite: str) -> JsonObject:
    """Two proofs, and a third that builds on both."""
    return sign(sign(sign(suite=suite, id=ONE), suite, id=TWO), suite, id=THREE, previous=[ONE, TWO])


@needs_shared
@pytest.mark.parametrize(
    "name,count", [("signedProofSet1", 1), ("signedProofSet2", 2), ("signedProofChain1", 3), ("signedProofChain2", 4)]
)
def test_every_proof_of_the_w3c_sets_and_chains_verifies_with_its_own_key(name: str, count: int) -> None:
    signed = read(AT / f"{name}.json")
    secured = Secured(signed, vector_contexts())
    found = proofs_of(signed)
    assert len(found) == count
    for proof in found:
        assert suites.verify(secured, proof, key_named_by(proof))
        assert not suites.verify(secured, proof, SIGNERS[KeyType.ED25519]._key.public())


@needs_shared
@pytest.mark.parametrize("number", [1, 2])
def test_the_document_that_a_link_is_over_is_the_printed_one(number: int) -> None:
    signed = read(AT / f"signedProofChain{number}.json")
    (proof,) = [entry for entry in proofs_of(signed) if entry.value == config(number)["proofValue"]]
    assert Secured(signed, PINNED).with_earlier(proof.previous).document == read(AT / f"proofChainTempDoc{number}.json")


def config(number: int) -> Any:
    return read(AT / f"proofChainConfigSigned{number}.json")


@needs_shared
def test_signing_the_w3c_chain_again_gives_it_whole() -> None:
    pairs = {
        pair["publicKeyMultibase"]: pair.get("secretKeyMultibase") or pair["privateKeyMultibase"]
        for pair in read(AT / "multiKeyPairs.json").values()
    }
    document = read(AT / "unsigned.json")
    final = read(AT / "signedProofChain2.json")
    for proof in proofs_of(final):
        secret = pairs[proof.verification_method.rpartition("#")[2]]
        previous: str | Sequence[str] | None = proof.raw.get("previousProof")  # type: ignore[assignment]
        assert proof.created is not None
        document = suites.sign(
            document,
            suite="eddsa-rdfc-2022",
            signer=LocalSigner(proof.verification_method, PrivateKey.from_secret_multikey(secret)),
            created=proof.created,
            contexts=vector_contexts(),
            id=proof.id,
            previous=previous,
        )
    assert document == final


@pytest.mark.parametrize("suite", SUITES)
def test_a_chain_verifies_link_by_link_in_whatever_form_the_link_is_written(suite: str) -> None:
    signed = chain(suite)
    assert [proof.previous for proof in proofs_of(signed)] == [(), (), (ONE, TWO)]
    assert all(verify(signed, index) for index in range(3))
    single = sign(sign(suite=suite, id=ONE), suite, previous=ONE)
    assert proofs(single)[1]["previousProof"] == ONE
    assert verify(single, 0)
    assert verify(single, 1)


def test_a_chain_may_cross_suites_and_keys() -> None:
    signed = sign(sign(id=ONE), "ecdsa-jcs-2019", KeyType.P_384, id=TWO, previous=ONE)
    signed = sign(signed, "ecdsa-rdfc-2019", KeyType.P_256, previous=[TWO])
    for index, kind in enumerate((KeyType.ED25519, KeyType.P_384, KeyType.P_256)):
        assert verify(signed, index, kind)


@pytest.mark.parametrize("suite", SUITES)
def test_a_link_is_false_when_an_earlier_proof_was_altered_or_exchanged(suite: str) -> None:
    signed = chain(suite)
    one, two, three = proofs(signed)
    other = proofs(sign(sign(suite=suite, id=ONE), suite, id=TWO, challenge="c"))[1]
    for changed in (
        [{**one, "created": "2026-03-02T10:00:01Z"}, two, three],
        [{**one, "expires": "2030-01-01T00:00:00Z"}, two, three],
        [one, other, three],
    ):
        assert not verify(with_proofs(signed, *changed), 2)


@pytest.mark.parametrize("suite", SUITES)
def test_a_link_that_does_not_cover_what_it_names_is_false(suite: str) -> None:
    """An honest proof of the set is turned into a link after signing, or a link into a proof of the set."""
    signed = chain(suite)
    one, two, three = proofs(signed)
    plain = proofs(sign(sign(suite=suite, id=ONE), suite))[1]
    assert not verify(with_proofs(signed, one, {**plain, "previousProof": ONE}), 1)
    alone = {name: member for name, member in three.items() if name != "previousProof"}
    assert not verify(with_proofs(signed, one, two, alone), 2)
    assert not verify(with_proofs(signed, one, two, {**three, "previousProof": ONE}), 2)


@pytest.mark.parametrize("suite", SUITES)
def test_a_link_to_a_missing_proof_is_refused(suite: str) -> None:
    signed = chain(suite)
    one, two, three = proofs(signed)
    for entries in ([three], [one, three], [three, two]):
        index = entries.index(three)
        left = with_proofs(signed, *entries)
        assert code_of(lambda left=left, at=index: verify(left, at)) == "proof.previous_missing"
    nameless = {name: member for name, member in one.items() if name != "id"}
    assert code_of(lambda: verify(with_proofs(signed, nameless, two, three), 2)) == "proof.previous_missing"
    assert code_of(lambda: sign(suite=suite, previous="urn:uuid:nowhere")) == "proof.previous_missing"
    assert code_of(lambda: sign(suite=suite, previous=[ONE, TWO])) == "proof.previous_missing"


@pytest.mark.parametrize("links", [{ONE: ONE}, {ONE: TWO, TWO: ONE}, {ONE: TWO, TWO: [THREE], THREE: [TWO, ONE]}])
def test_proofs_that_build_on_themselves_are_refused(links: dict[str, JsonValue]) -> None:
    (proof,) = [sign(id=ONE)["proof"]]
    assert isinstance(proof, dict)
    entries: list[JsonObject] = [{**proof, "id": name, "previousProof": previous} for name, previous in links.items()]
    document = with_proofs(BADGE, *entries)
    for index in range(len(entries)):
        assert code_of(lambda at=index: verify(document, at)) == "proof.previous_cycle"
    # A link onto a circle is no better than one in it.
    after = with_proofs(BADGE, *entries, {**proof, "id": "urn:uuid:last", "previousProof": ONE})
    assert code_of(lambda: verify(after, len(entries))) == "proof.previous_cycle"
    # A circle elsewhere does not spoil a proof that builds on none of it.
    beside = sign(with_proofs(BADGE, *entries))
    assert verify(beside, len(entries))


def test_a_chain_read_as_a_set_or_without_its_end_still_verifies_and_no_verifier_can_see_that() -> None:
    signed = chain("eddsa-rdfc-2022")
    one, two, _ = proofs(signed)
    assert verify(with_proofs(signed, one, two), 1)


def test_more_chains_than_anybody_has_are_refused_before_they_cost_anything() -> None:
    document = BADGE
    for number in range(LINKS_LIMIT + 2):
        document = sign(document, id=f"urn:uuid:{number}")
    entries = proofs(document)
    entries += [{**entries[0], "id": f"urn:x:{entry['id']}", "previousProof": entry["id"]} for entry in entries]
    crowded = with_proofs(BADGE, *entries)
    secured = Secured(crowded, PINNED)
    links = [proof for proof in proofs_of(crowded) if proof.previous]
    key = SIGNERS[KeyType.ED25519]._key.public()
    for proof in links[:LINKS_LIMIT]:
        assert not suites.verify(secured, proof, key)
    assert code_of(lambda: suites.verify(secured, links[LINKS_LIMIT], key)) == "proof.too_many"


def test_the_proofs_are_no_part_of_what_a_proof_of_the_set_is_over() -> None:
    signed = sign(id=ONE)
    assert "proof" not in Secured(signed, PINNED).document
    assert DID in str(Secured(signed, PINNED).document["issuer"])
    assert proofs_of(signed)[0].created == CREATED
