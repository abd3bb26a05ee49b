from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.credential import openbadge
from satchel.credential.openbadge import Alignment, Dates, Evidence, Result
from satchel.port import JsonObject, JsonValue
from tests.shared import SHARED, needs_shared

V1, V2 = openbadge.VC1_CONTEXT, openbadge.VC2_CONTEXT
BADGE: JsonObject = {
    "@context": [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Learner's name, by mistake",
    "issuer": {"id": "did:web:issuer.example", "type": ["Profile"], "name": "Example College"},
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2027-01-01T00:00:00Z",
    "awardedDate": "2025-12-01T00:00:00Z",
    "expirationDate": "2020-01-01T00:00:00Z",
    "evidence": {"id": "https://issuer.example/e", "type": ["Evidence"], "name": "Essay", "genre": "Prose"},
    "credentialSubject": {
        "id": "did:key:z6Mk",
        "type": ["AchievementSubject"],
        "result": [
            {"type": ["Result"], "resultDescription": "urn:d:1", "value": "87", "achievedLevel": "urn:l:2"},
            {"type": ["Result"], "resultDescription": "urn:d:9", "status": "Completed", "achievedLevel": 4},
            "no result",
        ],
        "achievement": {
            "id": "urn:a:1",
            "type": ["Achievement"],
            "name": {"de": "Schweißen", "en-GB": "Welding"},
            "description": "Can weld.",
            "achievementType": "MicroCredential",
            "creditsAvailable": 3,
            "criteria": {"id": "https://issuer.example/c", "narrative": "Weld."},
            "image": {"id": "https://issuer.example/i.png", "type": "Image"},
            "tag": ["metal", 5, {"en": "joining"}],
            "alignment": {"type": ["Alignment"], "targetName": "Weld metal", "targetUrl": "https://esco.example/1"},
            "resultDescription": [
                {
                    "id": "urn:d:1",
                    "name": "Score",
                    "rubricCriterionLevel": [{"id": "urn:l:1", "name": "Basic"}, {"id": "urn:l:2", "name": "Mastered"}],
                },
                {"name": "without id"},
            ],
        },
    },
}


def test_the_title_is_the_achievements_name() -> None:
    assert openbadge.title(BADGE) == "Welding"


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"name": "Diploma", "type": ["VerifiableCredential", "ClrCredential"]}, "Diploma"),
        ({"name": "", "type": ["VerifiableCredential", "ClrCredential"]}, "ClrCredential"),
        ({"type": "OpenBadgeCredential"}, ""),
        ({"credentialSubject": {"achievement": {"name": 5}}, "name": "Fallback"}, "Fallback"),
        ({}, ""),
    ],
)
def test_without_an_achievement_name_the_next_best_is_the_title(value: JsonObject, title: str) -> None:
    assert openbadge.title(value) == title


def test_the_dates_are_those_of_the_version() -> None:
    assert openbadge.dates(BADGE) == Dates(
        valid_from="2026-01-01T00:00:00Z", valid_until="2027-01-01T00:00:00Z", awarded="2025-12-01T00:00:00Z"
    )
    older: JsonObject = {
        "@context": [V1],
        "issuanceDate": "2024-01-01T00:00:00Z",
        "expirationDate": "2024-06-01T00:00:00Z",
        "validUntil": "2099-01-01T00:00:00Z",
    }
    assert openbadge.dates(older) == Dates(
        valid_from="2024-01-01T00:00:00Z", valid_until="2024-06-01T00:00:00Z", awarded=None
    )
    assert openbadge.dates({"validFrom": 5}) == Dates(valid_from=None, valid_until=None, awarded=None)


@pytest.mark.parametrize(
    ("context", "version"),
    [
        ([V2, V1], "2.0"),
        ([V1, V2], "1.1"),
        (V2, "2.0"),
        (V1, "1.1"),
        (["https://example.org/", V2], None),
        ([{"a": "b"}, V2], None),
        ([], None),
        (None, None),
        ({}, None),
    ],
)
def test_the_first_context_decides_the_version(context: JsonValue, version: str | None) -> None:
    assert openbadge.version({"@context": context}) == version


def test_a_badge_is_told_by_its_types() -> None:
    assert openbadge.is_open_badge(BADGE)
    assert openbadge.is_open_badge({"type": "AchievementCredential"})
    assert not openbadge.is_open_badge({"type": ["VerifiableCredential", "EndorsementCredential"]})
    assert not openbadge.is_open_badge({"type": {"OpenBadgeCredential": 1}})


def test_the_issuer_may_stand_alone_or_in_an_object() -> None:
    assert (openbadge.issuer_id(BADGE), openbadge.issuer_name(BADGE)) == ("did:web:issuer.example", "Example College")
    alone: JsonObject = {"issuer": "did:key:z6Mk"}
    assert (openbadge.issuer_id(alone), openbadge.issuer_name(alone)) == ("did:key:z6Mk", None)
    several: JsonObject = {"issuer": ["did:key:z6Mk"]}
    assert (openbadge.issuer_id(several), openbadge.issuer_name(several)) == (None, None)


def test_the_subject_may_stand_alone_or_in_a_list() -> None:
    assert openbadge.subject_ids(BADGE) == ("did:key:z6Mk",)
    several: JsonObject = {"credentialSubject": ["x", {"id": "a"}, {"name": "b"}, {"id": 5}, {"id": "c"}]}
    assert openbadge.subject_ids(several) == ("a", "c")
    assert openbadge.subject(several) == {"id": "a"}
    assert openbadge.subject({"credentialSubject": "did:key:z6Mk"}) is None


def test_an_achievement_gives_what_a_card_needs() -> None:
    assert openbadge.achievement(BADGE) == openbadge.Achievement(
        id="urn:a:1",
        name="Welding",
        description="Can weld.",
        type="MicroCredential",
        criteria="Weld.",
        criteria_url="https://issuer.example/c",
        image="https://issuer.example/i.png",
        credits_available=3.0,
        alignments=(
            Alignment(
                name="Weld metal", url="https://esco.example/1", code=None, framework=None, description=None, type=None
            ),
        ),
        tags=("metal", "joining"),
    )


def test_results_carry_the_names_that_they_point_at() -> None:
    assert openbadge.results(BADGE) == (
        Result(name="Score", value="87", status=None, level="Mastered", alignments=()),
        Result(name=None, value=None, status="Completed", level=None, alignments=()),
    )


def test_evidence_is_given_as_it_is_named() -> None:
    assert openbadge.evidence(BADGE) == (
        Evidence(id="https://issuer.example/e", name="Essay", description=None, narrative=None, genre="Prose"),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"en": "one", "de": "eins"}, "one"),
        ({"de": "eins", "fr": "un"}, "eins"),
        ({"@value": "one", "@language": "en"}, "one"),
        ([{"@value": "un", "@language": "fr"}, {"@value": "one"}], "un"),
        ([5, None, "two"], "two"),
        ({"@language": "en"}, None),
        ({"en": 5}, None),
        ({}, None),
        (5, None),
        (None, None),
    ],
)
def test_text_comes_in_several_shapes(value: JsonValue, text: str | None) -> None:
    assert openbadge.text(value) == text


NAMES = [
    *("@context", "type", "name", "issuer", "id", "credentialSubject", "achievement", "alignment", "evidence"),
    *("result", "resultDescription", "rubricCriterionLevel", "achievedLevel", "criteria", "image", "tag", "validFrom"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.sampled_from([V1, V2, "", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


@settings(derandomize=True, database=None, max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_no_shape_makes_a_reader_fail(value: JsonObject) -> None:
    assert isinstance(openbadge.title(value), str)
    for read in (openbadge.achievement, openbadge.evidence, openbadge.results, openbadge.dates, openbadge.version):
        read(value)  # type: ignore[operator]
    for look in (openbadge.subject_ids, openbadge.issuer_id, openbadge.issuer_name, openbadge.is_open_badge):
        look(value)  # type: ignore[operator]


def _samples() -> list[Path]:
    return sorted((SHARED / "data/unsigned/edubadges-surf").glob("*.json"))


@needs_shared
@pytest.mark.parametrize("path", _samples(), ids=lambda path: path.name)
def test_badges_of_another_platform_have_a_title_and_an_issuer(path: Path) -> None:
    value = json.loads(path.read_bytes())
    assert openbadge.is_open_badge(value)
    assert openbadge.title(value)
    assert openbadge.issuer_id(value)
    assert openbadge.version(value)
