"""The composed credential: its members, its dates by the rules of the domain, its hashed identifiers."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import compose, quality, row
from issuer import template as templates
from issuer.compose import Blueprint, Place
from satchel.credential import schema, status
from satchel.errors import IssueFault
from satchel.linked import emit
from satchel.port import JsonObject
from tests.issuer.conftest import CELLS, EXAMPLE, NOW, PROFILE, SUSPENDABLE, example

PLACE = Place(list_id="l" * 26, index=77)
SALT = b"0123456789abcdef"
Prepared = Callable[[bytes], Blueprint]


def composed(blueprint: Blueprint, **cells: str) -> JsonObject:
    award = row.read(blueprint.template, {**CELLS, **cells}, now=NOW)
    return compose.compose(blueprint, award, credential_id="c" * 26, place=PLACE, salt=SALT, now=NOW)


def test_the_credential_is_an_open_badge_of_our_issuer(blueprint: Blueprint) -> None:
    document = composed(blueprint)
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert document["id"] == "https://issuer.example/credentials/" + "c" * 26
    assert document["issuer"] == {"id": "did:web:issuer.example", "type": ["Profile"], "name": "Riverside College"}
    assert schema.faults(document, schema.OPEN_BADGE) == ()


def test_there_is_one_status_entry_with_an_id_and_the_purpose_of_the_template(prepared: Prepared) -> None:
    for raw, purpose in ((EXAMPLE, "revocation"), (SUSPENDABLE, "suspension")):
        (entry,) = status.entries_of(composed(prepared(raw)))
        assert isinstance(entry, status.StatusEntry)
        assert (entry.purpose, entry.index, entry.size) == (purpose, 77, 1)
        assert entry.list_url == "https://issuer.example/status/" + "l" * 26
        assert entry.id == entry.list_url + "#77"


def test_an_address_is_written_as_a_salted_hash_and_never_in_clear(blueprint: Blueprint) -> None:
    document = composed(blueprint)
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    assert "id" not in subject
    identity, name = subject["identifier"]  # type: ignore[misc]
    salt = identity["salt"]
    expected = hashlib.sha256(b"ada@learner.example" + salt.encode()).hexdigest()
    assert identity == {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${expected}",
        "identityType": "emailAddress",
        "salt": salt,
    }
    assert len(salt) == 26
    assert name == {"type": "IdentityObject", "hashed": False, "identityHash": "Ada Lark", "identityType": "name"}
    assert "ada@" not in str(document)


def test_a_student_id_is_hashed_under_its_own_type(prepared: Prepared) -> None:
    subject = composed(prepared(example(("bind: email", "bind: sis"))), learner="")["credentialSubject"]
    assert isinstance(subject, dict)
    (identity,) = subject["identifier"]  # type: ignore[misc]
    assert identity["identityType"] == "sisSourcedId"


def test_a_did_is_the_id_of_the_subject(prepared: Prepared) -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    subject = composed(prepared(example(("bind: email", "bind: did"))), email=did, learner="")["credentialSubject"]
    assert isinstance(subject, dict)
    assert subject["id"] == did
    assert "identifier" not in subject


def test_results_name_their_description_and_level_inside_the_achievement(blueprint: Blueprint) -> None:
    subject = composed(blueprint)["credentialSubject"]
    assert isinstance(subject, dict)
    about = "https://issuer.example/achievements/data-literacy"
    assert subject["result"] == [
        {"type": ["Result"], "resultDescription": f"{about}#project", "value": "82"},
        {"type": ["Result"], "resultDescription": f"{about}#level", "achievedLevel": f"{about}#level.achieving"},
    ]


def test_an_achievement_may_have_an_id_of_its_own(prepared: Prepared) -> None:
    own = "https://college.example/a/7"
    raw = example(("  achievementType: MicroCredential", f"  id: {own}\n  achievementType: MicroCredential"))
    subject = composed(prepared(raw))["credentialSubject"]
    assert isinstance(subject, dict)
    assert subject["achievement"]["id"] == own  # type: ignore[index, call-overload]
    assert subject["result"][0]["resultDescription"] == f"{own}#project"  # type: ignore[index, call-overload]


def test_evidence_is_written_only_when_the_row_has_some(blueprint: Blueprint) -> None:
    assert "evidence" not in composed(blueprint)
    assert composed(blueprint, project_url="https://portfolio.example/ada", feedback="Clear.")["evidence"] == [
        {
            "id": "https://portfolio.example/ada",
            "type": ["Evidence"],
            "name": "Course project",
            "narrative": "Clear.",
            "genre": "project report",
        }
    ]


def test_credits_and_narrative_are_the_learners_own(prepared: Prepared) -> None:
    columns = "  awarded: awarded_on\n  credits: credits\n  narrative: words\n"
    blueprint = prepared(example(("  awarded: awarded_on\n", columns)))
    for text, value in (("3", 3), ("2.50", 2.5)):
        subject = composed(blueprint, credits=text, words="Well done.")["credentialSubject"]
        assert isinstance(subject, dict)
        assert (subject["creditsEarned"], subject["narrative"]) == (value, "Well done.")
        assert type(subject["creditsEarned"]) is type(value)


@pytest.mark.parametrize(
    ("expires", "refresh", "until"),
    [
        ("never", "never", None),
        ("never", "5 years", "2031-11-24T12:00:00Z"),
        ("2 years", "never", "2028-05-29T00:00:00Z"),
        ("2 years", "5 years", "2028-05-29T00:00:00Z"),
        ("9 years", "5 years", "2031-11-24T12:00:00Z"),
    ],
)
def test_the_end_of_the_proof_is_not_the_end_of_the_achievement(
    prepared: Prepared, expires: str, refresh: str, until: str | None
) -> None:
    raw = example(
        ("achievement_expires: never", f"achievement_expires: {expires}"),
        ("proof_refresh: 5 years", f"proof_refresh: {refresh}"),
    )
    document = composed(prepared(raw))
    assert document["validFrom"] == "2026-11-24T12:00:00Z"
    assert document["awardedDate"] == "2026-05-29T00:00:00Z"
    assert document.get("validUntil") == until


def test_the_end_of_the_achievement_is_counted_from_the_award(prepared: Prepared) -> None:
    template = prepared(example(("achievement_expires: never", "achievement_expires: 2 years"))).template
    awarded = datetime(2026, 5, 29, tzinfo=UTC)
    assert compose.achievement_until(template, awarded=awarded) == datetime(2028, 5, 29, tzinfo=UTC)
    assert compose.achievement_until(prepared(EXAMPLE).template, awarded=awarded) is None


def test_a_row_without_a_date_is_awarded_at_the_time_of_issue(blueprint: Blueprint) -> None:
    assert composed(blueprint, awarded_on="")["awardedDate"] == "2026-11-24T12:00:00Z"


def test_what_is_not_said_is_not_written(blueprint: Blueprint) -> None:
    def members(value: object) -> list[object]:
        if isinstance(value, dict):
            return [item for member in value.values() for item in [member, *members(member)]]
        return [item for member in value for item in [member, *members(member)]] if isinstance(value, list) else []

    assert not [member for member in members(composed(blueprint)) if member in ("", None, [], {})]


def test_the_profile_shows_its_page_and_description_when_it_has_them(blueprint: Blueprint) -> None:
    profile = compose.Profile(
        did=PROFILE.did, origin=PROFILE.origin, name="R", url="https://college.example", description="A college."
    )
    issuer = composed(compose.prepare(blueprint.template, profile))["issuer"]
    assert isinstance(issuer, dict)
    assert (issuer["url"], issuer["description"]) == ("https://college.example", "A college.")


@given(
    learner=st.text(max_size=40),
    feedback=st.text(max_size=80),
    url=st.one_of(st.just(""), st.text(max_size=20).map(lambda tail: f"https://portfolio.example/{tail}"), st.text()),
    score=st.one_of(st.decimals(0, 100, allow_nan=False).map(str), st.text(max_size=6)),
)
def test_whatever_row_is_taken_is_fit_to_be_signed(learner: str, feedback: str, url: str, score: str) -> None:
    blueprint = compose.prepare(templates.check(EXAMPLE), PROFILE)
    cells = {**CELLS, "learner": learner, "feedback": feedback, "project_url": url, "project_score": score}
    try:
        award = row.read(blueprint.template, cells, now=NOW)
    except IssueFault as fault:
        assert fault.code.startswith("batch.")
        return
    document = compose.compose(blueprint, award, credential_id="c" * 26, place=PLACE, salt=SALT, now=NOW)
    assert quality.faults(document, PROFILE) == ()
    emit.to_quads(document)
