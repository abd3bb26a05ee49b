"""The last look before signing: each departure is refused by its path."""

import copy
from collections.abc import Callable

import pytest

from issuer import compose, quality, row
from issuer.compose import Blueprint, Place
from satchel.errors import IssueFault
from satchel.port import JsonObject
from tests.issuer.conftest import CELLS, NOW, PROFILE


@pytest.fixture
def document(blueprint: Blueprint) -> JsonObject:
    award = row.read(blueprint.template, {**CELLS, "feedback": "Clear."}, now=NOW)
    place = Place(list_id="l" * 26, index=1)
    composed = compose.compose(blueprint, award, credential_id="c" * 26, place=place, salt=bytes(16), now=NOW)
    return copy.deepcopy(composed)  # the shared parts of a blueprint may not be changed


def test_what_we_compose_is_fit_to_be_signed(document: JsonObject) -> None:
    assert quality.faults(document, PROFILE) == ()


Change = Callable[[JsonObject], object]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/@context", lambda d: d["@context"].append("https://evil.example/context")),
        ("/@context", lambda d: d["@context"].reverse()),
        ("/@context", lambda d: d.update({"@context": d["@context"][0]})),
        ("/type", lambda d: d.update(type=["VerifiableCredential", "AchievementCredential"])),
        ("/proof", lambda d: d.update(proof={})),
        ("/issuer", lambda d: d["issuer"].update(id="did:web:other.example")),
        ("/issuer", lambda d: d.update(issuer="did:web:issuer.example")),
        ("/id", lambda d: d.update(id="https://other.example/credentials/1")),
        ("/id", lambda d: d.pop("id")),
        ("/validFrom", lambda d: d.update(validFrom="2026-11-24")),
        ("/validFrom", lambda d: d.update(awardedDate="yesterday")),
        ("/validUntil", lambda d: d.update(validUntil=d["validFrom"])),
        ("/credentialStatus", lambda d: d.pop("credentialStatus")),
        ("/credentialStatus", lambda d: d.update(credentialStatus=[d["credentialStatus"], d["credentialStatus"]])),
        ("/credentialStatus", lambda d: d["credentialStatus"].pop("id")),
        ("/credentialStatus", lambda d: d["credentialStatus"].update(statusPurpose="refresh")),
        ("/credentialStatus", lambda d: d["credentialStatus"].update(statusListCredential="https://other.example/s")),
        ("/credentialStatus", lambda d: d["credentialStatus"].update(statusListIndex=7)),
        ("/credentialSubject", lambda d: d["credentialSubject"].pop("identifier")),
        ("/credentialSubject/result/0", lambda d: d["credentialSubject"]["result"][0].update(resultDescription="x:y")),
        ("/credentialSubject/result/1", lambda d: d["credentialSubject"]["result"][1].update(achievedLevel="x:y")),
        ("/credentialSubject", lambda d: d["credentialSubject"].pop("achievement")),
        ("/credentialSubject/achievement", lambda d: d["credentialSubject"]["achievement"].pop("criteria")),
        ("/credentialSubject/achievement/achievementType",
         lambda d: d["credentialSubject"]["achievement"].update(achievementType="Program")),
        ("", lambda d: d["credentialSubject"].update({"@id": "did:example:other"})),
        ("", lambda d: d.update(credentialSchema={"id": "https://issuer.example/schema"})),
        ("/evidence/0", lambda d: d["evidence"][0].pop("type")),
    ],
)  # fmt: skip
def test_a_departure_is_refused_by_its_path(document: JsonObject, path: str, change: Change) -> None:
    change(document)
    assert path in {fault.path for fault in quality.faults(document, PROFILE)}
    with pytest.raises(IssueFault) as refused:
        quality.check(document, PROFILE)
    assert refused.value.code == "issue.quality"
