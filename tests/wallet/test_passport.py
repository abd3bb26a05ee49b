"""wallet.passport: skills with the evidence behind them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from satchel.codes import CODES
from satchel.credential import clr
from tests.wallet.badge import ISSUER
from tests.wallet.story import (
    EVIDENCE,
    HOLDER,
    HOLDER_KEY,
    NOW,
    PEER,
    RESULT,
    SECOND,
    SKILL,
    endorsed,
    held,
    held_bytes,
    skilled,
)
from wallet import passport
from wallet.holding import Holding
from wallet.passport import Passport, Skill

BADGE_1 = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"


def made(*holdings: Holding, now: datetime = NOW) -> Passport:
    return passport.of(holdings, holder=HOLDER, now=now)


def only(*holdings: Holding, now: datetime = NOW) -> Skill:
    (skill,) = made(*holdings, now=now).skills
    return skill


def test_skills_are_grouped_by_their_address_across_issuers() -> None:
    first = held(skilled(1, skills={SKILL: "Reads tide tables", "http://data.example/skill/knots": "Knots"}))
    second = held(skilled(2, skills={SKILL: "Tide tables, reading of"}, key=SECOND), key=SECOND)
    third = held(skilled(3))
    knots, tides = made(first, second, third).skills
    assert (knots.name, knots.url, len(knots.sources)) == ("Knots", "http://data.example/skill/knots", 1)
    assert tides.url == SKILL
    assert tides.name == "Reads tide tables"  # what most of them call it
    assert tides.framework == "Coastal skills"
    assert [source.card.id for source in tides.sources] == [one.card.id for one in (first, second, third)]


def test_tags_and_bare_names_are_grouped_by_their_normal_form() -> None:
    first = held(skilled(1, skills={}, tags=["Rope  Work", "SAILING"]))
    second = held(skilled(2, skills={}, tags=["rope work", "ｓailing"]))
    assert [(skill.name, len(skill.sources)) for skill in made(first, second).skills] == [
        ("Rope  Work", 2),
        ("SAILING", 2),
    ]


def test_a_tag_that_repeats_an_alignment_is_not_a_second_skill() -> None:
    skill = only(held(skilled(1, tags=["reads TIDE tables"])))
    assert skill.url == SKILL


def test_a_badge_without_skills_stands_for_its_achievement() -> None:
    skill = only(held(skilled(1, skills={})))
    assert (skill.name, skill.url) == ("Reading tide tables", "")


def test_levels_are_no_skills_and_stand_with_the_source() -> None:
    document: Any = skilled(1, result=True)
    document["credentialSubject"]["achievement"]["alignment"].append(
        {
            "type": ["Alignment"],
            "targetName": "EQF level 5",
            "targetUrl": "https://levels.example/5",
            "targetType": "ext:EQF",
        }
    )
    skill = only(held(document))
    assert skill.sources[0].levels == ("Final plan: 88", "EQF level 5")


def test_three_dots_need_an_assessment_and_a_confirmation() -> None:
    assessed, claimed = held(skilled(1, result=True)), held(skilled(1))
    other = held(skilled(2, key=SECOND), key=SECOND)
    peer = held(endorsed(BADGE_1), key=PEER)
    assert only(assessed, other).dots == 3
    assert only(assessed, peer).dots == 3
    assert only(claimed, other).dots == 2
    assert only(claimed, peer).dots == 2
    assert only(assessed).dots == 2
    assert only(claimed).dots == 1
    assert only(assessed, other).reasons == ("passport.independent", "passport.assessed", "passport.recent")
    assert only(claimed, peer).reasons == (
        "passport.one_issuer",
        "passport.claimed",
        "passport.endorsed",
        "passport.recent",
    )
    assert only(claimed).reasons == ("passport.one_issuer", "passport.claimed", "passport.recent")


def test_two_badges_of_one_issuer_are_one_voice() -> None:
    skill = only(held(skilled(1)), held(skilled(2)))
    assert skill.dots == 1
    assert "passport.one_issuer" in skill.reasons


def test_evidence_against_criteria_is_an_assessment_and_evidence_alone_is_not() -> None:
    with_criteria = skilled(1, evidence=[EVIDENCE])
    assert "passport.assessed" in only(held(with_criteria)).reasons
    without: Any = skilled(1, evidence=[EVIDENCE])
    without["credentialSubject"]["achievement"]["criteria"] = {}
    assert "passport.claimed" in only(held(without)).reasons


@pytest.mark.parametrize("status", ["Failed", "InProgress", "Provisional", "Enrolled", "OnHold", "Withdrew"])
def test_a_result_that_was_not_reached_is_no_assessment(status: str) -> None:
    document: Any = skilled(1, result=True)
    document["credentialSubject"]["result"] = [RESULT | {"status": status}]
    skill = only(held(document))
    assert skill.dots == 1
    assert skill.sources[0].levels == ()


def test_what_is_older_than_five_years_has_one_dot_and_says_so() -> None:
    old = skilled(1, result=True, validFrom="2020-01-01T00:00:00Z")
    skill = only(held(old), held(skilled(2, key=SECOND, validFrom="2020-01-01T00:00:00Z"), key=SECOND))
    assert skill.dots == 1
    assert skill.reasons == ("passport.independent", "passport.assessed", "passport.old")
    # The day of the award counts, not the day on which it was signed anew.
    again = skilled(1, result=True, awardedDate="2020-01-01T00:00:00Z")
    assert only(held(again)).reasons[-1] == "passport.old"
    edge = datetime(2031, 2, 28, tzinfo=UTC)
    recent = held(skilled(1, result=True))
    assert only(recent, now=edge).dots == 2
    assert only(recent, now=edge.replace(month=3, day=2)).dots == 1


def test_a_fresh_source_is_not_strengthened_by_old_ones() -> None:
    old = held(skilled(1, result=True, key=SECOND, validFrom="2019-01-01T00:00:00Z"), key=SECOND)
    skill = only(held(skilled(2)), old)
    assert skill.dots == 1
    assert skill.reasons == ("passport.one_issuer", "passport.claimed", "passport.recent")


def test_an_undated_source_is_not_recent() -> None:
    document = skilled(1, result=True, awardedDate="2026")
    document["validFrom"] = "2026-03-01T00:00:00Z"
    assert only(held(document)).reasons[-1] == "passport.recent"
    del document["validFrom"]
    assert only(held(document)).reasons[-1] == "passport.undated"


def test_what_the_learner_says_alone_is_one_dot() -> None:
    own = held(skilled(1, result=True, key=HOLDER_KEY), key=HOLDER_KEY)
    skill = only(own)
    assert (skill.dots, skill.reasons[0]) == (1, "passport.self_issued")
    with_other = only(own, held(skilled(2)))
    assert with_other.dots == 1
    assert with_other.reasons[:2] == ("passport.one_issuer", "passport.claimed")


def test_rejected_expired_and_undecided_credentials_are_shown_and_do_not_count() -> None:
    forged = held(skilled(1, result=True), key=SECOND)
    expired = held(skilled(2, result=True, validUntil="2026-06-01T00:00:00Z"), now=datetime(2026, 5, 1, tzinfo=UTC))
    skill = only(forged, expired)
    assert skill.dots == 0
    assert [source.reason for source in skill.sources] == ["passport.not_accepted", "passport.expired"]
    assert skill.reasons == ("passport.not_accepted", "passport.expired")


def test_endorsements_count_only_from_third_parties_and_only_when_proven() -> None:
    badge = held(skilled(1))
    for bad in (
        held(endorsed(BADGE_1, key=HOLDER_KEY), key=HOLDER_KEY),  # the learner
        held(endorsed(BADGE_1, key=ISSUER)),  # the badge's issuer
        held(endorsed(BADGE_1), key=SECOND),  # forged in the peer's name
        held(endorsed(BADGE_1, validUntil="2026-06-01T00:00:00Z"), key=PEER),  # expired
        held(endorsed("urn:uuid:other"), key=PEER),  # about something else
    ):
        skill = only(badge, bad)
        assert skill.dots == 1
        assert skill.sources[0].endorsers == ()


def test_an_endorsement_of_the_achievement_supports_the_badge() -> None:
    skill = only(held(skilled(1)), held(endorsed("https://college.example/achievements/1"), key=PEER))
    assert skill.dots == 2


def test_formats_that_are_not_read_are_named_apart() -> None:
    token = held_bytes(b"eyJhbGciOiJFZERTQSJ9.eyJpZCI6InVybjp4In0.c2lnbmF0dXJl", name="x.jwt")
    found = made(token, held(skilled(1)))
    assert [(one.card.id, one.code) for one in found.apart] == [(token.card.id, "passport.not_read")]
    assert len(found.skills) == 1


def test_records_and_credentials_without_an_achievement_are_no_skills() -> None:
    inner = held(skilled(1))
    record: Any = clr.compose(
        id="urn:uuid:4", learner=HOLDER, learner_name=None, name="My record", parts=[inner.envelope], created=NOW
    )
    plain = skilled(2) | {"type": ["VerifiableCredential"], "credentialSubject": {"id": HOLDER}}
    found = made(held(record, key=HOLDER_KEY), held(plain))
    assert found.skills == ()
    assert [one.code for one in found.apart] == ["passport.not_read", "passport.no_skill"]


def test_the_json_form_names_codes_with_their_sentences() -> None:
    value: Any = passport.to_json(made(held(skilled(1, result=True)), held(endorsed(BADGE_1), key=PEER)))
    assert value["schema"] == "satchel.passport/1"
    (skill,) = value["skills"]
    assert skill["dots"] == 3
    assert (skill["url"], skill["framework"]) == (SKILL, "Coastal skills")
    assert {reason["code"] for reason in skill["reasons"]} == {
        "passport.one_issuer",
        "passport.assessed",
        "passport.endorsed",
        "passport.recent",
    }
    assert all(reason["sentence"] == CODES[reason["code"]].sentence for reason in skill["reasons"])
    (source,) = skill["sources"]
    assert source["counts"] is True
    assert source["awarded"] == "2026-03-01T00:00:00Z"
    assert len(source["endorsers"]) == 1
    assert source["code"] is None
    bare: Any = passport.to_json(made(held(skilled(1, skills={}), key=SECOND)))
    assert bare["skills"][0]["url"] is bare["skills"][0]["framework"] is None
    assert bare["skills"][0]["sources"][0]["code"] == "passport.not_accepted"


def test_what_was_awarded_this_very_moment_is_recent_and_tomorrow_is_not() -> None:
    now = held(skilled(1, result=True, awardedDate="2026-11-24T00:00:00Z"))
    assert only(now).dots == 2
    tomorrow = held(skilled(1, result=True, awardedDate="2026-11-25T00:00:00Z"))
    assert only(tomorrow).dots == 1


def test_an_empty_wallet_has_an_empty_passport() -> None:
    assert made() == Passport(skills=(), apart=())
