"""satchel.proof.suites: what is signed verifies, what other software signed too, and what must never verify."""

from __future__ import annotations

import ast
import contextlib
import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from satchel.codec.base import base58_decode, base58_encode, base64url_encode
from satchel.errors import LinkedError, ProofError, SatchelError
from satchel.key import ecdsa
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import options_of, proofs_of
from satchel.proof.secured import canonical_form
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import (
    BADGE,
    CREATED,
    DID,
    KEY,
    KEYS,
    PAIRS,
    SIGNER,
    code_of,
    key_named_by,
    read,
    sign,
    verify,
    with_proof,
)
from tests.shared import SHARED, needs_shared

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


@pytest.mark.parametrize("suite,kind", PAIRS)
def test_what_is_signed_verifies_and_nothing_given_is_changed(suite: str, kind: KeyType) -> None:
    before = copy.deepcopy(BADGE)
    signed = sign(suite=suite, kind=kind)
    assert before == BADGE
    assert verify(signed, kind=kind)
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


@pytest.mark.parametrize("suite,kind", PAIRS)
def test_no_text_of_a_signed_document_can_be_changed(suite: str, kind: KeyType) -> None:
    signed = sign(suite=suite, kind=kind)
    count = 0
    for at, leaf in leaves(signed):
        for other in (leaf + "x", leaf[:-1], leaf.swapcase(), leaf + " "):
            changed = replaced(signed, at, other)
            with contextlib.suppress(SatchelError):  # it may not even be readable any more
                assert not verify(changed, kind=kind), at
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
@pytest.mark.parametrize("suite,kind", PAIRS)
def test_no_option_of_a_proof_can_be_changed_or_added(suite: str, kind: KeyType, change: JsonObject) -> None:
    changed = with_proof(sign(suite=suite, kind=kind), **change)
    try:
        assert not verify(changed, kind=kind)
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
        {"cryptosuite": "eddsa-jcs-2022 "},
        {"cryptosuite": "ecdsa-2019"},
        {"cryptosuite": "Ed25519Signature2020"},
        {"type": "eddsa-rdfc-2022"},
        {"type": "Ed25519Signature2016"},
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


def values(suite: str, kind: KeyType) -> dict[str, str]:
    (proof,) = proofs_of(sign(suite=suite, kind=kind))
    value = proof.value or ""
    signature = base58_decode(value[1:])
    half = len(signature) // 2
    return {
        "hex": "f" + signature.hex(),
        "base64url": "u" + base64url_encode(signature),
        "no prefix": value[1:],
        "a leading one": "z1" + value[1:],
        "a zero-width character": value[:20] + "\u200b" + value[20:],
        "a newline": value + "\n",
        "a space": " " + value,
        "a byte less": "z" + base58_encode(signature[:-1]),
        "a byte more": "z" + base58_encode(signature + b"\x01"),
        "a zero before both halves": "z" + base58_encode(b"\x00" + signature[:half] + b"\x00" + signature[half:]),
        "half": "z" + base58_encode(signature[:half]),
        "prefix alone": "z",
        "very long": "z" + "2" * 200_000,
        "capital prefix": "Z" + value[1:],
        "not the alphabet": value[:30] + "0" + value[31:],
    }


@pytest.mark.parametrize("suite,kind", PAIRS)
def test_a_value_in_any_other_spelling_is_refused(suite: str, kind: KeyType) -> None:
    signed = sign(suite=suite, kind=kind)
    for name, value in values(suite, kind).items():
        with pytest.raises(ProofError) as caught:
            verify(with_proof(signed, proofValue=value), kind=kind)
        assert caught.value.code == "proof.value", name


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


def ecdsa_pairs() -> list[tuple[str, KeyType]]:
    return [(suite, kind) for suite, kind in PAIRS if kind is not KeyType.ED25519]


@pytest.mark.parametrize("suite,kind", ecdsa_pairs())
def test_an_ecdsa_proof_of_zeros_of_the_order_or_in_der_is_never_good(suite: str, kind: KeyType) -> None:
    curve = ecdsa.CURVES[kind]
    signed = sign(suite=suite, kind=kind)
    (proof,) = proofs_of(signed)
    good = base58_decode((proof.value or "")[1:])
    r, s = good[: curve.size], good[curve.size :]
    zero, order = bytes(curve.size), curve.order.to_bytes(curve.size, "big")
    for forged in (zero + zero, zero + s, r + zero, order + s, r + order, order + order, s + r):
        assert not verify(with_proof(signed, proofValue="z" + base58_encode(forged)), kind=kind)
    der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    for other in (der, good + b"\x00\x00", r, b""):
        changed = with_proof(signed, proofValue="z" + base58_encode(other))
        assert code_of(lambda changed=changed: verify(changed, kind=kind)) == "proof.value"
    twin = r + (curve.order - int.from_bytes(s, "big")).to_bytes(curve.size, "big")
    assert verify(with_proof(signed, proofValue="z" + base58_encode(twin)), kind=kind)


@pytest.mark.parametrize("suite,kind", PAIRS)
def test_a_key_of_a_type_that_the_suite_does_not_take_neither_signs_nor_verifies(suite: str, kind: KeyType) -> None:
    signed = sign(suite=suite, kind=kind)
    for other in {*KEYS} - {*suites.SUITES[suite].hashes}:
        assert code_of(lambda other=other: verify(signed, kind=other)) == "proof.key_mismatch"
        assert code_of(lambda other=other: sign(suite=suite, kind=other)) == "proof.key_mismatch"


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_a_proof_of_one_curve_is_no_proof_of_the_other(suite: str) -> None:
    assert code_of(lambda: verify(sign(suite=suite, kind=KeyType.P_256), kind=KeyType.P_384)) == "proof.value"
    assert code_of(lambda: verify(sign(suite=suite, kind=KeyType.P_384), kind=KeyType.P_256)) == "proof.value"


def test_one_suites_bytes_under_the_name_of_another_are_false() -> None:
    names = [name for name, suite in suites.SUITES.items() if suite.type == "DataIntegrityProof"]
    for suite, kind in PAIRS:
        if suite not in names:
            continue
        signed = sign(suite=suite, kind=kind)
        for name in names:
            if suites.SUITES[name].selection is not None:
                # Its values are written otherwise, so that the bytes cannot even be read.
                code = "proof.value" if kind in suites.SUITES[name].hashes else "proof.key_mismatch"
                changed = with_proof(signed, cryptosuite=name)
                assert code_of(lambda changed=changed, kind=kind: verify(changed, kind=kind)) == code
            elif name != suite and kind in suites.SUITES[name].hashes:
                assert not verify(with_proof(signed, cryptosuite=name), kind=kind)
                bare = with_proof(signed, cryptosuite=name, **{"@context": None})
                assert not verify(bare, kind=kind)


def test_a_suite_that_is_not_met_is_not_imported() -> None:
    """Cold starts count: checking one proof costs one suite."""
    program = (
        "import sys, json; from satchel.proof import suites; from satchel.proof.configuration import proofs_of;"
        "from satchel.key import multikey; document = json.loads(sys.stdin.read());"
        "(proof,) = proofs_of(document); key = multikey.decode(proof.verification_method.rpartition('#')[2]);"
        "assert suites.verify(suites.Secured(document, suites.PINNED), proof, key) and not suites.is_base(proof);"
        "print([name for name in sys.modules if name.startswith(('satchel.', 'cbor2', 'py_ark'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(sign()), capture_output=True, text=True, check=True
    )
    loaded = set(ast.literal_eval(done.stdout))
    assert "satchel.proof.rdfc" in loaded
    others = {f"satchel.proof.{name}" for name in ("bbs", "ecdsa_sd", "selective", "legacy", "jws", "disclose")}
    assert not loaded & {"cbor2", "py_arkworks_bls12381", "satchel.key.bls", *others}


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
