"""Selective disclosure under attack, as the verdict shows it: ecdsa-sd-2023 and bbs-2023, in rows 36, 42, 44 and 45."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from satchel.codec.base import base64url_encode, multibase_encode
from satchel.key import bls
from satchel.key.private import LocalSigner
from satchel.linked.pinned import PINNED
from satchel.proof import selective, suites
from satchel.proof.suites import Secured
from tests.attack.forge import ACCEPTED, Document, badge, did_of, facet, judged, method_of, says, within
from tests.satchel.proof.ground import CREATED
from tests.satchel.proof.selective_ground import SUITES, entropy_of, key_for, needs_bbs, parts_of, with_parts
from verifier.materials import Asked

NAME = "/credentialSubject/achievement/name"
WHOLE = "/credentialSubject"


def base_of(suite: str, mandatory: tuple[str, ...] = (), **changes: Any) -> Document:
    key = key_for(suite)
    document = badge(**changes)
    document["issuer"]["id"] = did_of(key)
    signer = LocalSigner(method_of(key), key)
    return suites.sign_base(
        document, suite=suite, signer=signer, created=CREATED, entropy=entropy_of(1), mandatory=mandatory
    )


def part_of(suite: str, *pointers: str, **changes: Any) -> Document:
    return suites.derive(base_of(suite, **changes), pointers or (WHOLE,), entropy=entropy_of(2))


def with_proof(document: Document, **changes: object) -> Document:
    proof = {name: value for name, value in (document["proof"] | changes).items() if value is not None}
    return document | {"proof": proof}


@pytest.mark.parametrize("suite", SUITES)
def test_a_derived_proof_is_accepted(suite: str) -> None:
    report = judged(part_of(suite))
    assert report.verdict in ACCEPTED
    assert facet(report, "proof").code == "proof.ok"
    assert facet(report, "issuer_binding").outcome == "pass"


@pytest.mark.parametrize("suite", SUITES)
def test_a_base_proof_that_is_shown_is_good_and_warned_of(suite: str) -> None:
    says(judged(base_of(suite)), "accepted_with_warnings", "proof", "warn", "proof.base_shown")


@pytest.mark.parametrize("suite", SUITES)
def test_no_part_is_accepted_with_its_end_or_status_gone(suite: str) -> None:
    """What makes a credential end is mandatory, without the issuer naming it."""
    status = {
        "id": "https://school.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://school.example/status/1",
    }
    part = part_of(suite, NAME, validUntil="2026-06-01T00:00:00Z", credentialStatus=status)
    says(judged(part), "rejected", "validity", "fail", "validity.expired")
    for gone in ("validUntil", "credentialStatus"):
        cut = {name: member for name, member in part.items() if name != gone}
        says(judged(cut), "rejected", "proof", "fail", "proof.value")
        # The places of what is left, counted anew: now only the signature tells.
        header, parts = parts_of(part)
        labels_at, fixed_at = (3, 4) if suite == "ecdsa-sd-2023" else (1, 2)
        labels = {
            number: "_:u" + base64url_encode(label) if suite == "ecdsa-sd-2023" else f"_:b{label}"
            for number, label in parts[labels_at].items()
        }
        before, after = (selective.shown(Secured(document, PINNED), labels) for document in (part, cut))
        fixed = [before[index] for index in parts[fixed_at]]
        parts[fixed_at] = [index for index, line in enumerate(after) if line in fixed]
        says(judged(with_parts(cut, header, parts)), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize("suite", SUITES)
def test_a_reader_is_warned_when_the_issuer_left_dates_or_status_to_the_holder(suite: str) -> None:
    """Then an end may be hidden, and nothing in the part would show it."""
    key = key_for(suite)
    document = badge(validUntil="2026-06-01T00:00:00Z")
    document["issuer"]["id"] = did_of(key)
    options: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "verificationMethod": method_of(key),
        "proofPurpose": "assertionMethod",
    }
    selection = suites.SUITES[suite].selection
    assert selection is not None
    signer = LocalSigner(method_of(key), key)
    proof = selection.create(Secured(document, PINNED), options, signer, ["/issuer"], entropy_of(1))
    base = document | {"proof": proof}
    part = suites.derive(base, [WHOLE, "/validFrom"], entropy=entropy_of(2))
    assert "validUntil" not in part
    report = judged(part)
    says(report, "accepted_with_warnings", "proof", "warn", "proof.few_mandatory")


@pytest.mark.parametrize("suite", SUITES)
def test_a_claim_added_to_a_part_is_rejected_whether_it_has_a_meaning_or_not(suite: str) -> None:
    part = part_of(suite, NAME)
    for change, codes in (
        ({"name": "Master of all knots"}, {"proof.value"}),
        ({"invented": "x"}, {"linked.undefined_term"}),
    ):
        found = facet(judged(part | change), "proof")
        assert (found.outcome, found.code in codes) == ("fail", True), found.code


@pytest.mark.parametrize("suite", SUITES)
def test_a_part_shown_by_another_credentials_proof_is_rejected(suite: str) -> None:
    part = part_of(suite, NAME)
    other = suites.derive(
        base_of(suite, id="urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b11"), [NAME], entropy=entropy_of(3)
    )
    report = judged(part | {"proof": other["proof"]})
    assert (report.verdict, facet(report, "proof").code) == ("rejected", "proof.invalid")


@pytest.mark.parametrize("suite", SUITES)
def test_the_value_of_one_suite_under_the_name_of_another_is_rejected(suite: str) -> None:
    part = part_of(suite, NAME)
    for name in suites.SUITES:
        if name == suite:
            continue
        report = judged(with_proof(part, cryptosuite=name))
        assert report.verdict in ("rejected", "undecided")
        assert facet(report, "proof").code in ("proof.value", "proof.key_mismatch", "proof.suite_unsupported")


@pytest.mark.parametrize("suite", SUITES)
def test_a_respelled_value_is_rejected(suite: str) -> None:
    part = part_of(suite, NAME)
    value = part["proof"]["proofValue"]
    for other in ("z" + value[1:], value[1:], value + "=", value + "A", value[:-2], "u" + value, value.lower()):
        says(judged(with_proof(part, proofValue=other)), "rejected", "proof", "fail", "proof.value")


@pytest.mark.parametrize("suite", SUITES)
def test_a_value_of_two_megabytes_or_a_hundred_thousand_labels_is_refused_in_time(suite: str) -> None:
    part = part_of(suite, NAME)
    header, parts = parts_of(part)
    place = 3 if suite == "ecdsa-sd-2023" else 1
    many = {number: bytes(32) if suite == "ecdsa-sd-2023" else number for number in range(100_000)}
    crowded = [*parts]
    crowded[place] = many
    with within(5):
        says(judged(with_proof(part, proofValue="u" + "A" * 2_000_000)), "rejected", "proof", "fail", "proof.value")
    with within(5):
        says(judged(with_parts(part, header, crowded)), "rejected", "proof", "fail", "proof.value")


@pytest.mark.parametrize("suite", SUITES)
def test_a_document_of_ten_thousand_statements_is_refused_in_time(suite: str) -> None:
    part = part_of(suite, NAME)
    subject = part["credentialSubject"]
    tags = [f"tag {number}" for number in range(10_000)]
    crowded = part | {"credentialSubject": subject | {"achievement": subject["achievement"] | {"tag": tags}}}
    with within(5):
        report = judged(crowded)
    assert report.verdict == "rejected"
    assert facet(report, "proof").code in ("proof.too_many", "proof.value")


@needs_bbs
@pytest.mark.parametrize(
    "raw",
    [b"\xc0" + bytes(95), bytes(96), bytes([0x80]) + bytes(94) + b"\x01", b"\x9f" + b"\xff" * 95],
    ids=["identity", "zeros", "no point", "over the prime"],
)
def test_a_bls_key_under_which_anybody_can_sign_is_rejected(raw: bytes) -> None:
    body = multibase_encode(b"\xeb\x01" + raw, "z")
    did = f"did:key:{body}"
    part = part_of("bbs-2023", NAME)
    forged = with_proof(part | {"issuer": part["issuer"] | {"id": did}}, verificationMethod=f"{did}#{body}")
    report = judged(forged)
    assert report.verdict == "rejected"
    assert facet(report, "proof").code == "key.point"


@needs_bbs
def test_a_bbs_proof_of_identities_is_rejected() -> None:
    part = part_of("bbs-2023", NAME)
    header, parts = parts_of(part)
    identity = b"\xc0" + bytes(47)
    parts[0] = identity * 3 + parts[0][144:]
    says(judged(with_parts(part, header, parts)), "rejected", "proof", "fail", "proof.invalid")


@needs_bbs
def test_without_the_engine_a_bbs_proof_is_undecided_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of("bbs-2023")
    bls._public.cache_clear()
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    report = judged(part)
    says(report, "undecided", "proof", "unknown", "proof.extra_missing")
    assert facet(report, "proof").next_step == "Run pip install 'satchel[bbs]'."
    assert facet(report, "issuer_binding").outcome == "pass"


@needs_bbs
def test_a_draft_feature_of_bbs_is_undecided() -> None:
    part = part_of("bbs-2023", NAME)
    _, parts = parts_of(part)
    assert parts
    for number in range(4, 10):
        value = "u" + base64url_encode(bytes((0xD9, 0x5D, number)) + b"\x80")
        says(judged(with_proof(part, proofValue=value)), "undecided", "proof", "unknown", "proof.suite_unsupported")


def test_what_was_asked_is_asked_of_a_derived_proof_too() -> None:
    """A proof that was made for no challenge answers none."""
    part = part_of("ecdsa-sd-2023")
    report = judged(part, asked=Asked(challenge="c-1"))
    says(report, "rejected", "proof", "fail", "proof.challenge")
