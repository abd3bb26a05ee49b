from __future__ import annotations

from tests.attack.forge import badge, badge_1_1, judged, says, signed
from tests.attack.test_selective import NAME, part_of
from verifier.facet import schema


def test_an_open_badge_of_the_published_shape_passes() -> None:
    found = schema.facet(signed(badge()))
    assert (found.outcome, found.code) == ("pass", "schema.ok")


def test_a_departure_fails_and_names_its_place() -> None:
    document = badge()
    del document["credentialSubject"]["achievement"]["criteria"]
    found = schema.facet(signed(document))
    assert (found.outcome, found.code) == ("fail", "schema.invalid")
    assert found.message.startswith("/credentialSubject/achievement needs")
    assert found.details["items"] == [{"path": "/credentialSubject/achievement", "message": 'needs "criteria"'}]


def test_a_badge_of_the_older_data_model_is_not_judged_by_the_schema_of_the_newer() -> None:
    found = schema.facet(signed(badge_1_1(), suite="Ed25519Signature2020"))
    assert (found.outcome, found.code) == ("not_applicable", "schema.none_for_version")


def test_a_credential_that_is_no_badge_has_no_schema_here() -> None:
    found = schema.facet({"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]})
    assert (found.outcome, found.code) == ("not_applicable", "schema.not_open_badge")


def test_what_a_part_does_not_show_may_be_hidden_and_what_it_shows_wrong_is_wrong() -> None:
    found = schema.facet(part_of("ecdsa-sd-2023", NAME))
    assert (found.outcome, found.code) == ("unknown", "schema.hidden")
    assert schema.facet(part_of("ecdsa-sd-2023")).code == "schema.ok"
    document = part_of("ecdsa-sd-2023", NAME)
    document["credentialSubject"]["achievement"]["name"] = 5
    assert schema.facet(document).code == "schema.invalid"
    # Under any other proof nothing can be hidden.
    whole = signed(badge())
    assert schema.facet(part_of("ecdsa-sd-2023", NAME) | {"proof": whole["proof"]}).code == "schema.invalid"


def test_a_wrong_shape_warns_and_does_not_reject() -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["achievementType"] = "Program"
    says(judged(signed(document)), "accepted_with_warnings", "schema", "fail", "schema.invalid")
