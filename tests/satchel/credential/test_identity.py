"""satchel.credential.identity: the salted hashes that name a person."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.credential import identity
from satchel.port import JsonObject

SUBJECT = "ada@school.example"


def stated(hash_text: str, **changes: object) -> JsonObject:
    return {  # type: ignore[return-value]
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": hash_text,
        "identityType": "emailAddress",
        "salt": "seagulls",
    } | changes


def test_the_hash_is_that_of_identifier_and_salt_in_this_order() -> None:
    expected = hashlib.sha256(b"ada@school.exampleseagulls").hexdigest()
    assert identity.hash(SUBJECT, "seagulls") == f"sha256${expected}"


def test_an_identity_is_found_again_whatever_the_case_of_its_hash() -> None:
    digest = identity.hash(SUBJECT, "seagulls")
    for text in (digest, digest.upper(), "sha256$" + digest[7:].upper()):
        assert identity.compare(stated(text), SUBJECT) == "same"
    assert identity.compare(stated(digest), "bea@school.example") == "other"
    assert identity.compare(stated(digest, salt="gulls"), SUBJECT) == "other"


def test_md5_and_a_missing_salt_match_weakly() -> None:
    md5 = hashlib.md5(b"ada@school.exampleseagulls", usedforsecurity=False).hexdigest()
    assert identity.compare(stated(f"md5${md5}"), SUBJECT) == "weak"
    assert identity.matches(stated(f"md5${md5}"), SUBJECT)
    bare = stated(identity.hash(SUBJECT, ""))
    del bare["salt"]
    assert identity.compare(bare, SUBJECT) == "weak"
    assert not identity.matches(stated(f"md5${md5[:-1]}0"), SUBJECT)


@pytest.mark.parametrize(
    "changes",
    [
        {"identityHash": "sha1$00"},
        {"identityHash": "sha256$zz"},
        {"identityHash": None},
        {"identityHash": ["sha256$00"]},
        {"salt": 7},
        {"hashed": "true"},
        {"hashed": None},
    ],
)
def test_what_cannot_be_read_matches_nobody(changes: JsonObject) -> None:
    found = stated(identity.hash(SUBJECT, "seagulls"), **changes)
    assert identity.compare(found, SUBJECT) == "unsupported"
    assert not identity.matches(found, SUBJECT)


def test_an_identifier_in_clear_is_compared_as_it_is() -> None:
    assert identity.compare(stated(SUBJECT, hashed=False), SUBJECT) == "same"
    assert identity.compare(stated(SUBJECT, hashed=False), SUBJECT.upper()) == "other"


def test_only_identities_of_the_wanted_types_are_given() -> None:
    mail, number = stated("a"), stated("b", identityType="sourcedId")
    assert identity.identities({"identifier": [mail, number, "x", 3]}, identity.EMAIL_TYPES) == (mail,)
    assert identity.identities({"identifier": mail}, identity.EMAIL_TYPES) == (mail,)
    assert identity.identities({}, identity.EMAIL_TYPES) == ()


@given(st.text(), st.text(min_size=1))
def test_what_was_composed_matches_itself_and_not_another(identifier: str, salt: str) -> None:
    composed = identity.compose(identifier, identity_type="emailAddress", salt=salt)
    assert identity.compare(composed, identifier) == "same"
    # Not salt + something: `ab` and `c` hash as `a` and `bc` do; the standard has no separator.
    assert identity.compare(composed, identifier + "\x00x" + salt) == "other"
