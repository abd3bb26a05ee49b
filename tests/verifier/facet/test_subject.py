from __future__ import annotations

import hashlib
from typing import Any

import pytest

from satchel.port import JsonObject
from tests.attack.forge import LEARNER, badge, did_of, judged, says, signed
from verifier.facet import subject
from verifier.materials import Asked
from verifier.report import Facet

EMAIL = "ada@school.example"


def identity(
    value: str = EMAIL, *, salt: str | None = "pepper", algorithm: str = "sha256", **changes: Any
) -> JsonObject:
    digest = hashlib.new(algorithm, (value + (salt or "")).encode()).hexdigest()
    made: JsonObject = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"{algorithm}${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }
    return {name: item for name, item in (made | changes).items() if item is not None}


def about(*identifiers: JsonObject) -> JsonObject:
    return {"credentialSubject": {"id": did_of(LEARNER), "identifier": list(identifiers)}}


def facet(value: JsonObject, **asked: Any) -> Facet:
    return subject.facet(value, Asked(**asked))


def says_so(found: Facet, outcome: str, code: str) -> None:
    assert (found.outcome, found.code) == (outcome, code)


def test_when_nobody_is_asked_for_the_facet_is_not_applicable() -> None:
    says_so(facet(about()), "not_applicable", "subject.not_asked")


def test_the_holder_asked_for_is_one_of_the_subjects() -> None:
    says_so(facet(about(), holder=did_of(LEARNER)), "pass", "subject.ok")
    two: JsonObject = {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]}
    says_so(facet(two, holder="did:example:b"), "pass", "subject.ok")
    says_so(facet(two, holder="did:example:c"), "fail", "subject.other_holder")


def test_a_subject_without_an_id_leaves_the_holder_unknown() -> None:
    says_so(facet({"credentialSubject": {"name": "Ada"}}, holder="did:example:a"), "unknown", "subject.no_identifier")


def test_a_salted_hash_of_the_address_matches_in_any_case_of_its_hex() -> None:
    says_so(facet(about(identity()), recipient=EMAIL), "pass", "subject.ok")
    found = identity()
    assert isinstance(found["identityHash"], str)
    found["identityHash"] = "sha256$" + found["identityHash"][7:].upper()
    says_so(facet(about(found), recipient=EMAIL), "pass", "subject.ok")


def test_one_of_several_identifiers_is_enough() -> None:
    says_so(facet(about(identity("bea@school.example"), identity()), recipient=EMAIL), "pass", "subject.ok")


def test_the_hash_of_another_person_fails() -> None:
    says_so(facet(about(identity("bea@school.example")), recipient=EMAIL), "fail", "subject.other_recipient")


@pytest.mark.parametrize("weak", [identity(algorithm="md5"), identity(salt=""), identity(salt=None)])
def test_md5_or_a_missing_salt_is_a_weak_match(weak: JsonObject) -> None:
    says_so(facet(about(weak), recipient=EMAIL), "warn", "subject.weak_match")


def test_an_identifier_in_the_clear_matches_as_it_is() -> None:
    clear = identity(hashed=False, identityHash=EMAIL, salt=None)
    says_so(facet(about(clear), recipient=EMAIL), "pass", "subject.ok")
    says_so(facet(about(clear), recipient="bea@school.example"), "fail", "subject.other_recipient")


def test_only_identifiers_of_the_asked_type_are_compared() -> None:
    student = identity("17", identityType="sourcedId")
    says_so(facet(about(student), recipient="sourcedId:17"), "pass", "subject.ok")
    says_so(facet(about(student), recipient="17"), "unknown", "subject.no_identifier")
    says_so(facet(about(student), recipient=EMAIL), "unknown", "subject.no_identifier")


@pytest.mark.parametrize(
    "odd",
    [
        identity(hashed="false", identityHash=EMAIL),
        identity(hashed=None),
        identity(identityHash="sha1$" + "0" * 40),
        identity(identityHash=7),
        identity() | {"salt": ["pepper"]},
    ],
)
def test_an_identifier_of_another_form_is_unknown_and_never_a_match(odd: JsonObject) -> None:
    says_so(facet(about(odd), recipient=EMAIL), "unknown", "subject.identifier_unsupported")


@pytest.mark.parametrize("kind", [None, 7, [], ["emailAddress"], {}])
def test_a_type_of_another_form_is_no_identifier_of_the_asked_type(kind: Any) -> None:
    odd = identity() | {"identityType": kind}
    says_so(facet(about(odd), recipient=EMAIL), "unknown", "subject.no_identifier")


def test_a_bare_credential_proves_no_holder() -> None:
    says_so(facet(about(), require_holder_binding=True), "fail", "subject.holder_not_proven")
    says_so(facet(about(), require_holder_binding=True, holder=did_of(LEARNER)), "fail", "subject.holder_not_proven")


def test_the_worst_of_several_answers_counts() -> None:
    found = facet(about(identity()), recipient=EMAIL, holder="did:example:other")
    says_so(found, "fail", "subject.other_holder")


def test_another_holder_rejects_and_the_right_one_is_accepted() -> None:
    credential = signed(badge())
    says(judged(credential, asked=Asked(holder="did:example:x")), "rejected", "subject", "fail", "subject.other_holder")
    says(judged(credential, asked=Asked(holder=did_of(LEARNER))), "accepted", "subject", "pass", "subject.ok")
    says(judged(credential, asked=Asked(recipient=EMAIL)), "undecided", "subject", "unknown", "subject.no_identifier")
