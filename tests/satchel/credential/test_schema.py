from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from satchel.credential import schema
from satchel.credential.schema import ENDORSEMENT, OPEN_BADGE, PROFILE, SchemaFault, SchemaName
from tests.shared import SHARED, needs_shared

OFFICIAL: dict[SchemaName, str] = {
    OPEN_BADGE: "ob_v3p0_achievementcredential_schema.json",
    ENDORSEMENT: "ob_v3p0_endorsementcredential_schema.json",
    PROFILE: "ob_v3p0_profile_schema.json",
}
MUTATIONS = 5_000

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    {"also": "urn:also"},
]
ALIGNMENT = {
    "type": ["Alignment"],
    "targetName": "Weld metal",
    "targetUrl": "https://framework.example/1",
    "targetCode": "1.2",
    "targetDescription": "Joins metal parts.",
    "targetFramework": "Example framework",
    "targetType": "ext:Skill",
}
IMAGE = {"id": "https://issuer.example/i.png", "type": "Image", "caption": {"en": "A torch", "de-DE": "Eine Flamme"}}
IDENTIFIER = {"type": "IdentifierEntry", "identifier": "X-7", "identifierType": "systemId"}
PROFILE_VALUE: dict[str, Any] = {
    "id": "did:web:issuer.example",
    "type": ["Profile"],
    **{name: name for name in ("name", "url", "phone", "email", "description", "official", "givenName", "familyName")},
    **{name: name for name in ("additionalName", "patronymicName", "honorificPrefix", "honorificSuffix")},
    "familyNamePrefix": "van",
    "dateOfBirth": "1970-01-31",
    "image": IMAGE,
    "otherIdentifier": [IDENTIFIER],
    "endorsementJwt": ["e30.e30.c2ln"],
    "address": {
        "type": ["Address"],
        **{name: name for name in ("streetAddress", "postOfficeBoxNumber", "postalCode", "addressLocality")},
        **{name: name for name in ("addressRegion", "addressCountry", "addressCountryCode")},
        "geo": {"type": "GeoCoordinates", "latitude": 52.1, "longitude": -4},
    },
    "parentOrg": {"id": "did:web:parent.example", "type": ["Profile"], "name": "Parent"},
}
ENDORSEMENT_VALUE: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "urn:uuid:2",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "name": "Endorsement",
    "description": "A good badge.",
    "issuer": "did:web:endorser.example",
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2027-01-01T00:00:00+02:00",
    "awardedDate": "2026-01-01T00:00:00.123Z",
    "credentialSubject": {"id": "urn:uuid:1", "type": ["EndorsementSubject"], "endorsementComment": "Well made."},
    "evidence": [{"type": ["Evidence"], "id": "urn:e:2"}],
}
BADGE: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": {"en": "Welding", "de": "Schweißen"},
    "description": "A badge with every member of the model.",
    "image": IMAGE,
    "issuer": PROFILE_VALUE,
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2027-01-01T00:00:00Z",
    "awardedDate": "2025-12-01T00:00:00Z",
    "endorsement": [ENDORSEMENT_VALUE],
    "endorsementJwt": "e30.e30.c2ln",
    "evidence": [
        {
            "type": ["Evidence"],
            **{name: name for name in ("id", "name", "narrative", "description", "genre", "audience")},
        }
    ],
    "credentialSchema": [{"id": "https://issuer.example/s", "type": "1EdTechJsonSchemaValidator2019"}],
    "credentialStatus": {"id": "https://issuer.example/r", "type": "1EdTechRevocationList"},
    "refreshService": {"id": "https://issuer.example/f", "type": "1EdTechCredentialRefresh"},
    "termsOfUse": [{"id": "https://issuer.example/t", "type": "Terms"}],
    "proof": [
        {
            "type": "DataIntegrityProof",
            "created": "2026-01-01T00:00:00Z",
            **{name: name for name in ("cryptosuite", "challenge", "domain", "nonce", "proofPurpose", "proofValue")},
            "verificationMethod": "did:web:issuer.example#key",
        }
    ],
    "credentialSubject": {
        "id": "did:key:z6Mk",
        "type": ["AchievementSubject"],
        "activityStartDate": "2025-09-01T00:00:00Z",
        "activityEndDate": "2025-11-01T00:00:00Z",
        "creditsEarned": 3.5,
        "image": IMAGE,
        **{name: name for name in ("licenseNumber", "narrative", "role", "term")},
        "source": PROFILE_VALUE,
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$abc",
                "identityType": "emailAddress",
                "salt": "s",
            }
        ],
        "result": [
            {
                "type": ["Result"],
                "achievedLevel": "urn:l:1",
                "alignment": [ALIGNMENT],
                "resultDescription": "urn:d:1",
                "status": "Completed",
                "value": "87",
            }
        ],
        "achievement": {
            "id": "urn:a:1",
            "type": ["Achievement"],
            "achievementType": "MicroCredential",
            "criteria": {"id": "https://issuer.example/c", "narrative": "Weld."},
            **{
                name: name for name in ("name", "description", "fieldOfStudy", "humanCode", "specialization", "version")
            },
            "creator": PROFILE_VALUE,
            "creditsAvailable": 4,
            "alignment": [ALIGNMENT, {**ALIGNMENT, "targetType": "CFItem"}],
            "endorsement": [ENDORSEMENT_VALUE],
            "endorsementJwt": ["e30.e30.c2ln", {"en": "e30.e30.c2ln"}],
            "image": IMAGE,
            "inLanguage": "en-GB",
            "otherIdentifier": [IDENTIFIER],
            "related": [{"id": "urn:a:0", "type": ["Related"], "inLanguage": {"en": "de"}, "version": "1"}],
            "tag": ["metal", {"en": "joining"}],
            "resultDescription": [
                {
                    "id": "urn:d:1",
                    "type": ["ResultDescription"],
                    **{name: name for name in ("name", "requiredLevel", "requiredValue", "valueMin", "valueMax")},
                    "resultType": "RubricCriterionLevel",
                    "alignment": [ALIGNMENT],
                    "allowedValue": ["low", "high"],
                    "rubricCriterionLevel": [
                        {
                            "id": "urn:l:1",
                            "type": ["RubricCriterionLevel"],
                            "alignment": [ALIGNMENT],
                            **{name: name for name in ("description", "level", "name", "points")},
                        }
                    ],
                }
            ],
        },
    },
}
FULL: dict[SchemaName, dict[str, Any]] = {
    OPEN_BADGE: BADGE,
    ENDORSEMENT: ENDORSEMENT_VALUE | {"issuer": PROFILE_VALUE},
    PROFILE: PROFILE_VALUE | {"endorsement": [ENDORSEMENT_VALUE]},
}
POOL: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**6, "", "text", " ", "Image", "Status", "Completed", "name", "Achievement"),
    *("ext:a", "ext:", "ext:-", "ext:|", "an ext:_ inside", "Ext:a", "microcredential", "CFItem"),
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01t00:00:00z"),
    *("e30.e30.c2ln", "e30..c2ln", "e30.e30.", "a.b.c\n", "en", "en-GB", "zh-Hant-TW", "EN", "es-419", "english"),
    *([], [""], ["text", 5], [[]], [None], ["Profile"], ["VerifiableCredential"], ["Alignment", "Alignment"]),
    *(
        {},
        {"en": "text"},
        {"en": 5},
        {"en-US": "text", "de": "Text"},
        {"english": "text"},
        {"EN": "x"},
        {"en": "ext:a"},
    ),
    *({"en": "Image"}, {"en": "IdentityObject"}, {"de": "e30.e30.c2ln"}, {"de": "en"}, {"id": "urn:x:1"}),
    *({"id": "urn:x:1", "type": "Image"}, {"id": "urn:x:1", "type": ["Profile"]}, {"id": "urn:x:1", "type": "Profile"}),
    *({"type": []}, {"type": ["Profile"], "id": 5}, {"type": "x", "id": "y", "other": []}, [{"type": "x", "id": "y"}]),
    *(ALIGNMENT, IMAGE, IDENTIFIER, ENDORSEMENT_VALUE, CONTEXT[:2], CONTEXT[:1], CONTEXT[1::-1], [*CONTEXT, 5]),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.1.12.json"],
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1-3.0.2.json"],
]


@cache
def official(name: SchemaName) -> jsonschema_rs.Validator:
    text = (SHARED / "data/schemas/ob30" / OFFICIAL[name]).read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True, offline=True)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of the value, as its container and the key or index in it."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for container, key in places(value):
        if isinstance(container[key], dict):
            yield container[key]


def agree(name: SchemaName, value: Any) -> bool:
    """Whether the value is valid; an AssertionError when the two schemas disagree."""
    expected = official(name).is_valid(value)
    assert schema.is_valid(value, name) == expected, (
        f"the official schema says {expected}; ours: {schema.faults(value, name)}; value: {json.dumps(value)}"
    )
    return expected


@pytest.mark.parametrize("name", FULL)
def test_a_value_with_every_member_is_valid(name: SchemaName) -> None:
    assert schema.faults(FULL[name], name) == ()
    assert schema.is_valid(FULL[name], name)


@needs_shared
@pytest.mark.parametrize("name", FULL)
def test_a_member_may_hold_what_the_official_schema_allows_and_nothing_else(name: SchemaName) -> None:
    """Every place of a full value is removed, and replaced by every value of the pool."""
    value = copy.deepcopy(FULL[name])
    verdicts = [agree(name, value)]
    for container, key in list(places(value)):
        kept = container[key]
        for other in (*POOL, [kept], kept[:1] if isinstance(kept, list) else kept, [kept, kept]):
            container[key] = other
            verdicts.append(agree(name, value))
        if isinstance(container, dict):
            del container[key]
            verdicts.append(agree(name, value))
        container[key] = kept
    assert value == FULL[name]
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9


@needs_shared
@pytest.mark.parametrize("name", FULL)
def test_a_member_may_stand_where_the_official_schema_knows_it_and_anywhere_else(name: SchemaName) -> None:
    """Every member name of the model is added to every object of a full value."""
    value = copy.deepcopy(FULL[name])
    names = {key for container, key in places(BADGE) if isinstance(container, dict)} | {"unknown", "jti"}
    verdicts = []
    for holder in list(objects(value)):
        for member in sorted(names - holder.keys()):
            for other in ("text", 5, ["text"], {"en": "text"}):
                holder[member] = other
                verdicts.append(agree(name, value))
            del holder[member]
    assert value == FULL[name]
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9


@cache
def terms(name: SchemaName) -> tuple[str, ...]:
    """Every term of every vocabulary of the official schema."""

    def within(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (item for item in node.get("enum", ()) if isinstance(item, str))
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from within(child)

    text = (SHARED / "data/schemas/ob30" / OFFICIAL[name]).read_text(encoding="utf-8")
    return tuple(dict.fromkeys(within(json.loads(text))))


@needs_shared
def test_every_term_of_every_vocabulary_is_known_where_it_belongs_and_only_there() -> None:
    assert len(terms(OPEN_BADGE)) > 70
    subject, achievement = ("credentialSubject",), ("credentialSubject", "achievement")
    for path in (
        (*achievement, "achievementType"),
        (*achievement, "alignment", 0, "targetType"),
        (*achievement, "resultDescription", 0, "resultType"),
        (*achievement, "otherIdentifier", 0, "identifierType"),
        (*subject, "identifier", 0, "identityType"),
        (*subject, "result", 0, "status"),
        (*subject, "type", 0),
        ("type", 0),
        ("type", 1),
    ):
        verdicts = [agree(OPEN_BADGE, changed(*path, to=term)) for term in terms(OPEN_BADGE)]
        assert 0 < sum(verdicts) < len(verdicts)


def _documents() -> list[Path]:
    return sorted(
        path for kind in ("signed", "unsigned") for path in (SHARED / "data" / kind).rglob("*.*") if path.is_file()
    )


@cache
def corpus() -> tuple[tuple[Path, Any], ...]:
    found = []
    for path in _documents():
        try:
            found.append((path, json.loads(path.read_bytes())))
        except ValueError:
            continue
    return tuple(found)


@needs_shared
def test_both_schemas_agree_on_every_file_of_other_software() -> None:
    verdicts = [agree(OPEN_BADGE, value) for _, value in corpus()]
    assert sum(verdicts) >= 80
    assert len(verdicts) - sum(verdicts) >= 200


@needs_shared
def test_both_schemas_agree_on_every_part_of_every_file_of_other_software() -> None:
    """Parts are met that no whole file shows: profiles, endorsements, and what is neither."""
    for name in (ENDORSEMENT, PROFILE):
        verdicts = [agree(name, part) for _, value in corpus() for part in objects(value)]
        assert 0 < sum(verdicts) < len(verdicts)


def mutate(value: Any, draw: random.Random, names: list[str], values: list[Any]) -> None:
    """One change at a random place."""
    container, key = draw.choice(list(places(value)))
    kept = container[key]
    match draw.randrange(8):
        case 0:
            del container[key]
        case 1:
            container[key] = copy.deepcopy(draw.choice(values))
        case 2:
            container[key] = [kept]
        case 3:
            container[key] = kept[0] if isinstance(kept, list) and kept else [kept, kept]
        case 4 if isinstance(kept, str):
            place = draw.randint(0, len(kept))
            container[key] = kept[:place] + draw.choice(["", " ", "\n", "-", ".", "A", "9", ":"]) + kept[place + 1 :]
        case 5 if isinstance(container, dict):
            container[draw.choice(names)] = container.pop(key)
        case 6:
            holder = draw.choice(list(objects(value)))
            holder[draw.choice(names)] = copy.deepcopy(draw.choice(values))
        case _:
            container[key] = {"en": kept}


@needs_shared
def test_both_schemas_agree_on_thousands_of_mutations() -> None:
    draw = random.Random(20_261_124)
    values = [value for _, value in corpus() if official(OPEN_BADGE).is_valid(value)] + [BADGE] * 20
    names = sorted({key for container, key in places(BADGE) if isinstance(container, dict)})
    held = [*POOL, *(container[key] for container, key in places(BADGE))]
    verdicts = []
    for _ in range(MUTATIONS):
        value = copy.deepcopy(draw.choice(values))
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            mutate(value, draw, names, held)
        valid = agree(OPEN_BADGE, value)
        assert bool(schema.faults(value, OPEN_BADGE)) != valid
        verdicts.append(valid)
    assert 0.2 < sum(verdicts) / len(verdicts) < 0.8


def changed(*path: str | int, to: object) -> dict[str, Any]:
    value = copy.deepcopy(BADGE)
    container: Any = value
    for step in path[:-1]:
        container = container[step]
    container[path[-1]] = to
    return value


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("text", SchemaFault(path="", message="must be an object")),
        (
            changed("validFrom", to="2026"),
            SchemaFault(path="/validFrom", message="must be a date-time with a time zone"),
        ),
        (
            changed("type", to=["VerifiableCredential"]),
            SchemaFault(path="/type", message='must include "AchievementCredential" or "OpenBadgeCredential"'),
        ),
        (
            changed("credentialSubject", "type", to=["Person"]),
            SchemaFault(path="/credentialSubject/type", message='must include "AchievementSubject"'),
        ),
        (
            changed("credentialSubject", "achievement", "alignment", 0, to={"type": ["Alignment"], "targetUrl": "x"}),
            SchemaFault(path="/credentialSubject/achievement/alignment/0", message='needs "targetName"'),
        ),
        (
            changed("credentialSubject", "achievement", "achievementType", to="Program"),
            SchemaFault(
                path="/credentialSubject/achievement/achievementType",
                message='must be a term of its list or begin with "ext:"',
            ),
        ),
        (
            changed("credentialSubject", "achievement", "image", to="https://issuer.example/i.png"),
            SchemaFault(path="/credentialSubject/achievement/image", message="must be an object"),
        ),
        (
            changed("credentialSubject", "result", 0, "status", to="Done"),
            SchemaFault(
                path="/credentialSubject/result/0/status",
                message="must be one of Completed, Enrolled, Failed, InProgress, OnHold, Provisional, Withdrew",
            ),
        ),
        (changed("image", "type", to="Picture"), SchemaFault(path="/image/type", message='must be "Image"')),
        (
            changed("image", "a/b~c", to=1),
            SchemaFault(path="/image", message="has a member that is not allowed here"),
        ),
        (changed("name", to=5), SchemaFault(path="/name", message="must be text or an object")),
        (
            changed("name", to={"english": "x"}),
            SchemaFault(path="/name", message="has a member that is no language tag, so it is no language map"),
        ),
        (changed("name", to={"en": 5}), SchemaFault(path="/name/en", message="must be text")),
        (
            changed("endorsementJwt", to="e30"),
            SchemaFault(path="/endorsementJwt", message="is not written as its format asks"),
        ),
        (changed("@context", to=CONTEXT[:1]), SchemaFault(path="/@context", message="needs at least 2 entries")),
        (
            changed("@context", 0, to="https://www.w3.org/2018/credentials/v1"),
            SchemaFault(path="/@context/0", message='must be "https://www.w3.org/ns/credentials/v2"'),
        ),
        (
            changed("issuer", "dateOfBirth", to="soon"),
            SchemaFault(path="/issuer/dateOfBirth", message="must be a date"),
        ),
        (
            changed("credentialSubject", "identifier", 0, "hashed", to="yes"),
            SchemaFault(path="/credentialSubject/identifier/0/hashed", message="must be true or false"),
        ),
        (
            changed("credentialSubject", "creditsEarned", to="3"),
            SchemaFault(path="/credentialSubject/creditsEarned", message="must be a number"),
        ),
    ],
)
def test_a_fault_names_the_place_and_what_is_asked(value: Any, fault: SchemaFault) -> None:
    assert fault in schema.faults(value, OPEN_BADGE)
    assert not schema.is_valid(value, OPEN_BADGE)


def test_the_path_of_a_fault_is_a_json_pointer() -> None:
    (fault,) = schema.faults(changed("name", to={"a/b~c": "x", "en": "y"}) | {}, OPEN_BADGE)
    assert fault.path == "/name"
    (fault,) = schema.faults({"id": "urn:x:1", "type": ["Profile"], "name": {"en": 5}}, PROFILE)
    assert fault.path == "/name/en"
    assert schema._pointer(["a/b", "m~n", 0]) == "/a~1b/m~0n/0"


def test_a_fault_never_quotes_the_value() -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202e<script>"
    for path in (("type",), ("validFrom",), ("image", "type"), ("endorsementJwt",), ("credentialSubject", "image")):
        for fault in schema.faults(changed(*path, to=hostile), OPEN_BADGE):
            assert hostile not in fault.message


def test_at_most_twenty_faults_are_listed() -> None:
    value = changed("credentialSubject", "achievement", "alignment", to=[5] * 1_000)
    assert len(schema.faults(value, OPEN_BADGE)) == schema.FAULTS_LIMIT


def test_a_badge_of_vc_1_1_has_another_shape() -> None:
    value = copy.deepcopy(BADGE)
    value["@context"][0] = "https://www.w3.org/2018/credentials/v1"
    value["issuanceDate"] = value.pop("validFrom")
    paths = {fault.path for fault in schema.faults(value, OPEN_BADGE)}
    assert {"", "/@context/0"} <= paths
