"""satchel.proof.suites: the W3C vectors byte for byte, what other software signed, and what must never verify."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from satchel.codec.base import base58_decode, base58_encode, base64url_encode
from satchel.errors import LinkedError, ProofError, SatchelError
from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import PublicKey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import eddsa, suites
from satchel.proof.configuration import Proof, options_of, proofs_of
from satchel.proof.secured import canonical_form
from satchel.proof.suites import Secured
from tests.shared import SHARED, needs_shared

VECTORS = SHARED / "vectors" / "vc-di-eddsa"
EXAMPLES_V2: JsonObject = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
CREATED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KEY = PrivateKey.from_seed(bytes(range(50, 82)))
DID = f"did:key:{multikey.encode(KEY.public())}"
SIGNER = LocalSigner(f"{DID}#{DID.removeprefix('did:key:')}", KEY)

BADGE: JsonObject = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ],
    "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Knots",
    "issuer": {"id": DID, "type": ["Profile"], "name": "An invented school"},
    "validFrom": "2026-03-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:learner",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "urn:uuid:8f14e45f-ceea-467f-9b36-34f0e278b3a4",
            "type": ["Achievement"],
            "name": "Knots",
            "description": "Ties ten knots.",
            "criteria": {"narrative": "Shown to an examiner."},
        },
    },
}
BOTH = ["eddsa-rdfc-2022", "Ed25519Signature2020"]


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def text(path: Path) -> str:
    return path.read_text().strip()


def key_named_by(proof: Proof) -> PublicKey:
    return multikey.decode(proof.verification_method.rpartition("#")[2])


def sign(document: JsonObject = BADGE, suite: str = "eddsa-rdfc-2022", **more: Any) -> JsonObject:
    return suites.sign(document, suite=suite, signer=SIGNER, created=CREATED, **more)


def verify(document: JsonObject, index: int = 0) -> bool:
    return suites.verify(Secured(document, PINNED), proofs_of(document)[index], KEY.public())


def code_of(attempt: Callable[[], object]) -> str:
    with pytest.raises(SatchelError) as caught:
        attempt()
    return caught.value.code


def with_proof(document: JsonObject, **changes: JsonValue) -> JsonObject:
    """The signed document with members of its one proof replaced, or taken out when None."""
    proof = document["proof"]
    assert isinstance(proof, dict)
    merged = {name: member for name, member in (proof | changes).items() if member is not None}
    return {**document, "proof": merged}


# --- the W3C vectors: every intermediate value -----------------------------------------------------------------------

VECTOR_SETS = [
    ("eddsa-rdfc-2022", "DataInt", "eddsa-rdfc-2022"),
    ("eddsa-rdfc-2022/employ", "DataInt", "eddsa-rdfc-2022"),
    ("Ed25519Signature2020", "EdSig", "Ed25519Signature2020"),
]


def vector_contexts() -> Any:
    citizenship = read(SHARED / "vectors" / "contexts" / "citizenship-v4rc1.jsonld")
    return PINNED.extended(
        {
            "https://www.w3.org/ns/credentials/examples/v2": EXAMPLES_V2,
            "https://w3id.org/citizenship/v4rc1": citizenship,
        }
    )


@needs_shared
@pytest.mark.parametrize("folder,mark,suite", VECTOR_SETS)
def test_every_step_of_a_w3c_vector_gives_its_printed_value(folder: str, mark: str, suite: str) -> None:
    at = VECTORS / folder
    signed = read(at / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    secured = Secured(signed, vector_contexts())
    assert secured.canonical() == (at / f"canonDoc{mark}.txt").read_bytes()
    assert secured.digest().hex() == text(at / f"docHash{mark}.txt")
    options = options_of(proof, signed)
    assert options == read(at / f"proofConfig{mark}.json")
    configuration = canonical_form(options, secured.contexts, "sha256")
    assert configuration == (at / f"proofCanon{mark}.txt").read_bytes()
    assert hashlib.sha256(configuration).hexdigest() == text(at / f"proofHash{mark}.txt")
    assert eddsa.hash_data(secured, options).hex() == text(at / f"combinedHash{mark}.txt")
    assert proof.value == text(at / f"sigBTC58{mark}.txt")
    assert base58_decode(proof.value[1:]).hex() == text(at / f"sigHex{mark}.txt")
    found = suites.find(proof)
    assert found is not None
    assert found.name == suite
    assert suites.verify(secured, proof, key_named_by(proof))


@needs_shared
@pytest.mark.parametrize("folder,mark,suite", VECTOR_SETS)
def test_signing_a_w3c_vector_again_gives_it_whole(folder: str, mark: str, suite: str) -> None:
    signed = read(VECTORS / folder / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    assert proof.created is not None
    pair = read(VECTORS / "keyPair.json")
    signer = LocalSigner(proof.verification_method, PrivateKey.from_secret_multikey(pair["privateKeyMultibase"]))
    assert signer.public() == pair["publicKeyMultibase"]
    unsigned = {name: member for name, member in signed.items() if name != "proof"}
    again = suites.sign(unsigned, suite=suite, signer=signer, created=proof.created, contexts=vector_contexts())
    assert again == signed
    assert "proof" not in unsigned


@needs_shared
def test_the_w3c_proof_sets_verify_proof_by_proof_with_their_own_keys() -> None:
    contexts = vector_contexts()
    for name, count in (("signedProofSet1", 1), ("signedProofSet2", 2)):
        signed = read(VECTORS / "proof-set-chain" / f"{name}.json")
        proofs = proofs_of(signed)
        secured = Secured(signed, contexts)
        assert len(proofs) == count
        for proof in proofs:
            assert suites.verify(secured, proof, key_named_by(proof))
            assert not suites.verify(secured, proof, KEY.public())


@needs_shared
def test_the_links_of_a_w3c_proof_chain_are_unsupported_and_not_false() -> None:
    contexts = vector_contexts()
    linked = 0
    for name in ("signedProofChain1", "signedProofChain2"):
        signed = read(VECTORS / "proof-set-chain" / f"{name}.json")
        secured = Secured(signed, contexts)
        for proof in proofs_of(signed):
            if proof.previous:
                linked += 1
                with pytest.raises(ProofError) as caught:
                    suites.verify(secured, proof, key_named_by(proof))
                assert caught.value.code == "proof.chain_unsupported"
            else:
                assert suites.verify(secured, proof, key_named_by(proof))
    assert linked >= 2


# --- what other software signed --------------------------------------------------------------------------------------

DCC = SHARED / "data" / "signed" / "dcc-vc-test-fixtures" / "verifiableCredentials"


@needs_shared
def test_every_proof_of_the_dcc_fixtures_verifies_but_that_of_the_tampered_one() -> None:
    seen: dict[bool, list[str]] = {True: [], False: []}
    for path in sorted(DCC.rglob("*.json")):
        if not path.stat().st_size:
            continue
        document = read(path)
        secured = Secured(document, PINNED)
        for proof in proofs_of(document):
            good = suites.verify(secured, proof, key_named_by(proof))
            seen[good].append(path.name)
    assert len(seen[True]) > 100
    assert seen[False]
    assert all("tampered" in name.lower() for name in seen[False]), seen[False]


# --- signing and verifying -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", BOTH)
def test_what_is_signed_verifies_and_nothing_given_is_changed(suite: str) -> None:
    before = copy.deepcopy(BADGE)
    signed = sign(suite=suite)
    assert before == BADGE
    assert verify(signed)
    assert {name: member for name, member in signed.items() if name != "proof"} == BADGE


def test_a_data_integrity_proof_has_the_members_that_were_asked_for() -> None:
    signed = sign(
        purpose="authentication",
        expires=datetime(2027, 1, 1, tzinfo=UTC),
        challenge="c-1",
        domain="verifier.example",
    )
    (proof,) = proofs_of(signed)
    assert proof.type == "DataIntegrityProof"
    assert proof.cryptosuite == "eddsa-rdfc-2022"
    assert proof.purpose == "authentication"
    assert proof.verification_method == SIGNER.id
    assert (proof.created, proof.expires) == (CREATED, datetime(2027, 1, 1, tzinfo=UTC))
    assert (proof.challenge, proof.domain) == ("c-1", ("verifier.example",))
    assert verify(signed)


def test_signing_twice_makes_a_set_whose_proofs_do_not_cover_each_other() -> None:
    first = sign()
    second = sign(first, "Ed25519Signature2020")
    third = sign(second)
    assert [proof.type for proof in proofs_of(third)] == [
        "DataIntegrityProof",
        "Ed25519Signature2020",
        "DataIntegrityProof",
    ]
    assert all(verify(third, index) for index in range(3))
    assert isinstance(third["proof"], list)
    assert third["proof"][0] == first["proof"]
    assert verify({**third, "proof": third["proof"][1]})


def test_a_signature_is_the_same_for_the_same_input() -> None:
    assert sign() == sign()


def test_a_proof_is_false_under_another_key() -> None:
    signed = sign()
    other = PrivateKey.from_seed(bytes(range(51, 83))).public()
    assert not suites.verify(Secured(signed, PINNED), proofs_of(signed)[0], other)


def leaves(value: JsonValue, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*at, index))


def replaced(value: Any, at: tuple[str | int, ...], leaf: str) -> Any:
    if not at:
        return leaf
    whole = copy.copy(value)
    whole[at[0]] = replaced(value[at[0]], at[1:], leaf)
    return whole


@pytest.mark.parametrize("suite", BOTH)
def test_no_text_of_a_signed_document_can_be_changed(suite: str) -> None:
    signed = sign(suite=suite)
    count = 0
    for at, leaf in leaves(signed):
        for other in (leaf + "x", leaf[:-1], leaf.swapcase(), leaf + " "):
            changed = replaced(signed, at, other)
            with contextlib.suppress(SatchelError):  # it may not even be readable any more
                assert not verify(changed), at
            count += 1
    assert count > 80


@pytest.mark.parametrize(
    "change",
    [
        {"name": None},
        {"name": ["Knots"]},
        {"name": "Knots", "description": "added"},
        {"type": ["VerifiableCredential"]},
        {"credentialSubject": {}},
        {"validUntil": "2030-01-01T00:00:00Z"},
    ],
)
def test_no_member_can_be_added_or_taken_out(change: JsonObject) -> None:
    signed = sign()
    changed = {name: member for name, member in (signed | change).items() if member is not None}
    if change == {"name": ["Knots"]}:
        # One item and a list of it are the same RDF; the data_model facet refuses the second form.
        assert verify(changed)
    else:
        assert not verify(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-03-02T10:00:01Z"},
        {"created": None},
        {"created": "2026-03-02T11:00:00+01:00"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"proofPurpose": "authentication"},
        {"proofPurpose": "keyAgreement"},
        {"verificationMethod": "did:example:other#key"},
        {"challenge": "c"},
        {"domain": "d.example"},
        {"nonce": "n"},
        {"id": "urn:uuid:9a1c5f6d-7e80-41a2-8c11-3f2b0f9e4d0a"},
    ],
)
@pytest.mark.parametrize("suite", BOTH)
def test_no_option_of_a_proof_can_be_changed_or_added(suite: str, change: JsonObject) -> None:
    changed = with_proof(sign(suite=suite), **change)
    try:
        assert not verify(changed)
    except LinkedError:
        assert change.keys() <= {"nonce"}, "a term that an older context does not know"


# --- attacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "https://w3id.org/security#expiration",
        "sec:expiration",
        "expiration",
        "@type",
        "@id",
        "@nest",
        "@graph",
        "jws",
        "signatureValue",
        "capability",
    ],
)
def test_a_member_under_another_name_is_refused_before_its_meaning_is_asked(name: str) -> None:
    signed = sign(expires=datetime(2026, 4, 1, tzinfo=UTC))
    changed = with_proof(signed, **{"expires": None, name: "2026-04-01T00:00:00Z"})
    assert code_of(lambda: verify(changed)) == "proof.member"


def test_renaming_the_end_of_a_proof_would_keep_its_signature_and_is_refused() -> None:
    signed = sign(expires=datetime(2026, 4, 1, tzinfo=UTC))
    changed = with_proof(signed, **{"expires": None, "https://w3id.org/security#expiration": None})
    renamed = with_proof(
        changed,
        **{
            "https://w3id.org/security#expiration": {
                "@value": "2026-04-01T00:00:00Z",
                "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
            }
        },
    )
    secured = Secured(signed, PINNED)
    first, second = (
        canonical_form(options_of(proofs_of(document)[0], document), PINNED, "sha256") for document in (signed, renamed)
    )
    assert first == second
    assert verify(signed)
    assert code_of(lambda: suites.verify(secured, proofs_of(renamed)[0], KEY.public())) == "proof.member"


def test_a_cryptosuite_has_no_place_in_an_older_proof() -> None:
    changed = with_proof(sign(suite="Ed25519Signature2020"), cryptosuite="eddsa-rdfc-2022")
    assert code_of(lambda: verify(changed)) == "proof.member"


@pytest.mark.parametrize(
    "change",
    [
        {"cryptosuite": "EDDSA-RDFC-2022"},
        {"cryptosuite": "eddsa-2022"},
        {"cryptosuite": "eddsa-jcs-2022"},
        {"cryptosuite": "ecdsa-rdfc-2019"},
        {"cryptosuite": "Ed25519Signature2020"},
        {"type": "eddsa-rdfc-2022"},
        {"type": "Ed25519Signature2018"},
        {"type": "DataIntegrityproof"},
    ],
)
def test_an_unknown_suite_is_unsupported_whatever_its_value(change: JsonObject) -> None:
    changed = with_proof(sign(), **change)
    assert suites.find(proofs_of(changed)[0]) is None
    assert code_of(lambda: verify(changed)) == "proof.suite_unsupported"


def test_the_value_of_one_suite_is_false_for_the_other() -> None:
    rdfc, older = sign(), sign(suite="Ed25519Signature2020")
    value = older["proof"]
    assert isinstance(value, dict)
    assert not verify(with_proof(rdfc, proofValue=value["proofValue"]))
    assert not verify(with_proof(rdfc, type="Ed25519Signature2020", cryptosuite=None))


def test_hashes_in_the_wrong_order_or_without_the_options_are_false() -> None:
    signed = sign()
    (proof,) = proofs_of(signed)
    secured = Secured(signed, PINNED)
    options = hashlib.sha256(canonical_form(options_of(proof, signed), PINNED, "sha256")).digest()
    document = secured.digest()
    assert KEY.public().verify(options + document, base58_decode((proof.value or "")[1:]))
    for data in (
        document + options,
        document,
        options,
        hashlib.sha256(options + document).digest(),
        (options + document).hex().encode(),
        secured.canonical(),
        b"",
    ):
        forged = "z" + base58_encode(KEY.sign(data))
        assert not verify(with_proof(signed, proofValue=forged))


def values() -> dict[str, str]:
    (proof,) = proofs_of(sign())
    value = proof.value or ""
    signature = base58_decode(value[1:])
    return {
        "hex": "f" + signature.hex(),
        "base64url": "u" + base64url_encode(signature),
        "no prefix": value[1:],
        "a leading one": "z1" + value[1:],
        "a zero-width character": value[:20] + "\u200b" + value[20:],
        "a newline": value + "\n",
        "a space": " " + value,
        "63 bytes": "z" + base58_encode(signature[:63]),
        "65 bytes": "z" + base58_encode(signature + b"\x01"),
        "prefix alone": "z",
        "very long": "z" + "2" * 200_000,
        "capital prefix": "Z" + value[1:],
        "not the alphabet": value[:30] + "0" + value[31:],
    }


@pytest.mark.parametrize("value", values().values(), ids=values().keys())
@pytest.mark.parametrize("suite", BOTH)
def test_a_value_in_any_other_spelling_is_refused(suite: str, value: str) -> None:
    assert code_of(lambda: verify(with_proof(sign(suite=suite), proofValue=value))) == "proof.value"


def test_signatures_made_up_of_nothing_are_false() -> None:
    signed = sign()
    identity = b"\x01" + bytes(63)
    order = 2**252 + 27742317777372353535851937790883648493
    good = base58_decode((proofs_of(signed)[0].value or "")[1:])
    added = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
    flipped = good[:31] + bytes([good[31] ^ 0x80]) + good[32:]
    for forged in (bytes(64), identity, added, flipped, b"\xff" * 64):
        assert not verify(with_proof(signed, proofValue="z" + base58_encode(forged)))


def test_an_older_proof_without_value_is_malformed() -> None:
    changed = with_proof(sign(suite="Ed25519Signature2020"), proofValue=None)
    assert code_of(lambda: verify(changed)) == "proof.malformed"


def test_a_proof_with_a_context_of_its_own_is_refused() -> None:
    changed = with_proof(sign(), **{"@context": "https://w3id.org/security/data-integrity/v2"})
    assert code_of(lambda: verify(changed)) == "proof.context"


def test_a_proof_that_repeats_the_beginning_of_the_context_verifies() -> None:
    context = BADGE["@context"]
    assert isinstance(context, list)
    assert verify(with_proof(sign(), **{"@context": context[:1]}))
    assert verify(with_proof(sign(), **{"@context": context[0]}))


def test_a_context_that_is_added_after_signing_is_refused_unless_it_changes_nothing() -> None:
    signed = sign()
    context = signed["@context"]
    assert isinstance(context, list)
    for other in ({"x": "https://x.example/"}, "https://unknown.example/context"):
        try:
            good = verify({**signed, "@context": [*context, other]})
        except LinkedError:
            continue
        # The same quads: the signature stands, and the data_model facet judges the context itself.
        assert good
        assert isinstance(other, dict)


def test_a_document_with_an_undefined_term_is_neither_signed_nor_verified() -> None:
    with pytest.raises(LinkedError):
        sign({**BADGE, "notAnywhere": "x"})
    with pytest.raises(LinkedError):
        verify({**sign(), "notAnywhere": "x"})


def test_a_proof_under_a_context_that_does_not_know_it_is_not_made() -> None:
    document = {**BADGE, "@context": ["https://www.w3.org/2018/credentials/v1"]}
    with pytest.raises(LinkedError):
        sign({"@context": document["@context"], "type": ["VerifiableCredential"], "issuer": DID})


def test_a_chain_is_neither_made_nor_verified() -> None:
    assert code_of(lambda: sign(previous="urn:uuid:1")) == "proof.chain_unsupported"
    changed = with_proof(sign(), previousProof="urn:uuid:1")
    assert code_of(lambda: verify(changed)) == "proof.chain_unsupported"


def test_an_unknown_suite_is_not_signed_with() -> None:
    assert code_of(lambda: sign(suite="eddsa-2022")) == "proof.suite_unsupported"


class ShortSigner(LocalSigner):
    """A signer that gives something else than a signature, as a broken device does."""

    def sign(self, message: bytes, /) -> bytes:
        return super().sign(message)[:63]


def test_a_signer_that_gives_no_signature_is_noticed() -> None:
    with pytest.raises(ProofError) as caught:
        suites.sign(BADGE, suite="eddsa-rdfc-2022", signer=ShortSigner(SIGNER.id, KEY), created=CREATED)
    assert caught.value.code == "proof.value"


def test_a_document_is_put_in_canonical_form_once_for_all_its_proofs() -> None:
    document = sign(sign(sign()))
    secured = Secured(document, PINNED)
    first = secured.canonical()
    for proof in proofs_of(document):
        assert suites.verify(secured, proof, KEY.public())
    assert secured.canonical() is first
    assert secured.digest("sha256") == hashlib.sha256(first).digest()
    assert len(secured.digest("sha384")) == 48


def test_the_proofs_are_no_part_of_what_is_secured() -> None:
    assert "proof" not in Secured(sign(), PINNED).document
    assert Secured(sign(), PINNED).canonical() == Secured(BADGE, PINNED).canonical()
