from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.codec import timestamp
from tests.attack.forge import (
    CREATED,
    ISSUER,
    NOW,
    STRANGER,
    Document,
    badge,
    did_of,
    facet,
    judged,
    method_of,
    mirror,
    options_of,
    says,
    signed,
    signed_with,
)

SCHOOL = "did:web:school.example"
URL = "https://school.example/.well-known/did.json"
GOOD = signed(badge())


def binding_says(document: Document, outcome: str, code: str) -> None:
    found = facet(judged(document), "issuer_binding")
    assert (found.outcome, found.code) == (outcome, code), found


def of_issuer(identifier: str, **options: object) -> Document:
    document = badge()
    document["issuer"]["id"] = identifier
    return signed(document, **options)  # type: ignore[arg-type]


def school(folder: Path, **method_changes: object) -> tuple[str, str]:
    """Outcome and code for a badge of did:web:school.example whose document's method has these changes."""
    document = did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})
    methods = document["verificationMethod"]
    assert isinstance(methods, list)
    document["verificationMethod"] = [{**methods[0], **method_changes}]  # type: ignore[dict-item]
    report = judged(of_issuer(SCHOOL, method=f"{SCHOOL}#key-1"), fetch=mirror(folder, {URL: document}))
    found = facet(report, "issuer_binding")
    return found.outcome, found.code


def test_a_key_of_the_issuer_passes_also_when_the_signature_is_false() -> None:
    binding_says(GOOD, "pass", "issuer_binding.ok")
    tampered = GOOD | {"name": "Another"}
    binding_says(tampered, "pass", "issuer_binding.ok")
    says(judged(tampered), "rejected", "proof", "fail", "proof.invalid")


def test_an_issuer_may_stand_alone_or_in_an_object() -> None:
    binding_says(signed(badge(issuer=did_of(ISSUER))), "pass", "issuer_binding.ok")


@pytest.mark.parametrize(
    "issuer", ["https://school.example/", "did:example:school", "urn:uuid:school", "did:web:a.example"]
)
def test_a_key_of_somebody_else_fails(issuer: str) -> None:
    binding_says(of_issuer(issuer), "fail", "issuer_binding.other_issuer")


def test_a_strangers_key_fails_and_the_signature_passes() -> None:
    report = judged(signed(badge(), key=STRANGER))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    says(report, "rejected", "proof", "pass", "proof.ok")


@pytest.mark.parametrize("scheme", ["https://school.example/issuer", "http://school.example/", "urn:x", "school"])
def test_a_key_in_a_fragment_fails_whatever_stands_before_it(scheme: str) -> None:
    method = f"{scheme}#{did_of(ISSUER).removeprefix('did:key:')}"
    document = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": method}}
    report = judged(document)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_in_fragment")
    says(report, "rejected", "proof", "unknown", "proof.key_unresolved")


def test_a_damaged_key_in_a_fragment_is_no_better() -> None:
    document = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": "https://school.example/#z6Mkdamaged"}}
    binding_says(document, "fail", "issuer_binding.key_in_fragment")


def test_a_key_under_a_plain_url_is_unresolved() -> None:
    document = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": "https://school.example/keys#1"}}
    report = judged(document)
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")


def test_an_issuer_whose_document_cannot_be_had_is_unknown() -> None:
    report = judged(of_issuer(SCHOOL, method=f"{SCHOOL}#key-1"))
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")
    says(report, "undecided", "proof", "unknown", "did.unreachable")


def test_a_method_that_the_issuers_document_does_not_list_is_refused() -> None:
    binding_says(signed(badge(), method=f"{did_of(ISSUER)}#key-1"), "fail", "issuer_binding.key_refused")
    document = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": "did:KEY:z#z"}}
    binding_says(document, "fail", "issuer_binding.key_refused")


def test_a_method_in_the_issuers_document_passes_and_must_be_for_claims(tmp_path: Path) -> None:
    assert school(tmp_path) == ("pass", "issuer_binding.ok")
    document = did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})
    document["assertionMethod"] = []
    report = judged(of_issuer(SCHOOL, method=f"{SCHOOL}#key-1"), fetch=mirror(tmp_path, {URL: document}))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")


def test_a_method_of_another_controller_is_refused(tmp_path: Path) -> None:
    assert school(tmp_path, controller="did:web:other.example") == ("fail", "issuer_binding.key_refused")


@pytest.mark.parametrize("name", ["expires", "revoked"])
def test_a_key_that_had_ended_when_it_signed_fails_and_one_that_ended_later_warns(tmp_path: Path, name: str) -> None:
    day = timedelta(days=1)
    assert school(tmp_path, **{name: timestamp.render(CREATED)}) == ("fail", "issuer_binding.key_expired")
    assert school(tmp_path, **{name: timestamp.render(CREATED + day)}) == ("warn", "issuer_binding.key_retired")
    assert school(tmp_path, **{name: timestamp.render(NOW + day)}) == ("pass", "issuer_binding.ok")


def test_an_ended_key_of_a_proof_without_a_date_fails(tmp_path: Path) -> None:
    document = did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})
    methods = document["verificationMethod"]
    assert isinstance(methods, list)
    assert isinstance(methods[0], dict)
    methods[0]["expires"] = timestamp.render(CREATED + timedelta(days=1))
    unsigned = badge()
    unsigned["issuer"]["id"] = SCHOOL
    credential = signed_with(unsigned, options_of(created=None, verificationMethod=f"{SCHOOL}#key-1"))
    report = judged(credential, fetch=mirror(tmp_path, {URL: document}))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_expired")


def test_a_strangers_proof_beside_the_issuers_warns() -> None:
    both = badge() | {"proof": [signed(badge(), key=STRANGER)["proof"], GOOD["proof"]]}
    says(judged(both), "accepted_with_warnings", "issuer_binding", "warn", "issuer_binding.other_proof")


def test_the_issuers_name_in_a_proof_that_was_not_checked_binds_nothing() -> None:
    unknown = GOOD["proof"] | {"cryptosuite": "lattice-rdfc-2031"}
    both = badge() | {"proof": [signed(badge(), key=STRANGER)["proof"], unknown]}
    report = judged(both)
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")
    says(report, "undecided", "proof", "warn", "proof.one_unknown")


def test_without_a_proof_there_is_no_key() -> None:
    binding_says(badge(), "not_applicable", "issuer_binding.no_proof")


def test_under_the_policy_of_the_w3c_suites_a_foreign_issuer_only_warns() -> None:
    document = of_issuer("https://vc.example/issuers/5678", method=method_of(ISSUER))
    says(judged(document), "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    report = judged(document, policy="w3c")
    says(report, "accepted_with_warnings", "issuer_binding", "fail", "issuer_binding.other_issuer")
