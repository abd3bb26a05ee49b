"""satchel.credential.endorsement: what is said about another's credential."""

from typing import Any

import pytest

from satchel.credential import endorsement, schema
from satchel.port import JsonObject
from tests.satchel.credential.signed import CREATED, LEARNER, LEARNER_DID, signed

TARGET = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"


def composed(**changes: Any) -> JsonObject:
    given: dict[str, Any] = {
        "id": "urn:uuid:9",
        "endorser": LEARNER_DID,
        "endorser_name": "A peer",
        "target": TARGET,
        "name": "Endorsement of Knot 1",
        "comment": "I have seen it tied in the dark.",
        "created": CREATED.replace(microsecond=7),
    }
    return endorsement.compose(**(given | changes))


def test_it_follows_the_schema_of_open_badges_and_can_be_signed() -> None:
    made = signed(composed(), LEARNER)
    assert schema.faults(made, schema.ENDORSEMENT) == ()
    assert made["validFrom"] == "2026-03-02T10:00:00Z"
    assert endorsement.is_endorsement(made)
    assert endorsement.target(made) == TARGET
    assert endorsement.comment(made) == "I have seen it tied in the dark."


def test_a_nameless_endorser_has_no_empty_name() -> None:
    assert composed(endorser_name=None)["issuer"] == {"id": LEARNER_DID, "type": ["Profile"]}


@pytest.mark.parametrize(
    "subject", [None, "urn:x", {}, {"id": 3}, [{"id": TARGET}, {"id": "urn:other"}], [{"id": TARGET}, {"x": 1}]]
)
def test_an_endorsement_of_nothing_or_of_several_has_no_target(subject: Any) -> None:
    assert endorsement.target(composed() | {"credentialSubject": subject}) is None


def test_other_credentials_are_no_endorsements() -> None:
    assert not endorsement.is_endorsement({"type": ["VerifiableCredential"]})
    assert endorsement.comment({"credentialSubject": {"endorsementComment": {"en": "Well done"}}}) == "Well done"
    assert endorsement.comment({}) == ""
