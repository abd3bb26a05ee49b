"""satchel.credential.presentation: what a holder shows."""

import json
from typing import Any

import pytest

from satchel.codec import strictjson
from satchel.credential import bake, presentation
from satchel.credential.presentation import PresentationFault
from satchel.credential.read import read
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.satchel.credential import pictures
from tests.satchel.credential.pictures import JWS
from tests.satchel.credential.signed import (
    CREATED,
    LEARNER,
    LEARNER_DID,
    VC2,
    json_file,
    jwt_file,
    png_file,
    signer_of,
    svg_file,
    token_file,
)


def shown(*envelopes: Any) -> dict[str, Any]:
    composed: dict[str, Any] = presentation.compose(holder=LEARNER_DID, credentials=envelopes)
    return composed


def test_a_json_credential_stands_in_it_value_for_value() -> None:
    original = json_file(1)
    document = shown(original)
    assert document["@context"] == [VC2]
    assert document["type"] == ["VerifiablePresentation"]
    assert document["holder"] == LEARNER_DID
    assert document["verifiableCredential"] == [strictjson.loads(original.raw)]
    assert list(document["verifiableCredential"][0]) == list(strictjson.load_object(original.raw))


def test_a_token_is_enveloped_and_an_image_gives_what_it_carries() -> None:
    token, png, svg = shown(token_file(), png_file(2), svg_file(3))["verifiableCredential"]
    assert token == {
        "@context": [VC2],
        "id": f"data:application/jwt,{JWS.decode()}",
        "type": ["EnvelopedVerifiableCredential"],
    }
    assert png["id"].endswith("2")
    assert svg["id"].endswith("3")


@pytest.mark.parametrize("form", ["token", "PNG", "SVG", "envelope"])
def test_a_token_is_never_shown_as_the_json_that_it_holds(form: str) -> None:
    """What its JSON says is proven by the token alone."""
    original = jwt_file(1)
    token = original.raw.strip()
    (enveloped,) = shown(original)["verifiableCredential"]
    assert enveloped["id"] == f"data:application/vc+jwt,{token.decode()}"
    files = {
        "token": token,
        "PNG": bake.bake(pictures.png(), token),
        "SVG": bake.bake(pictures.svg(), token),
        "envelope": json.dumps(enveloped).encode(),
    }
    assert shown(read(files[form]))["verifiableCredential"] == [enveloped]


def test_the_parts_come_out_as_they_went_in() -> None:
    originals = (json_file(1), json_file(2, version="1.1"), png_file(3), token_file())
    parts = presentation.parts(shown(*originals))
    assert [part.value for part in parts] == [one.value for one in originals]
    assert parts[3].raw == JWS
    assert [part.format for part in parts] == ["vc-json", "vc-json", "vc-json", "vc-jwt"]
    assert [part.name for part in parts] == [f"credential {number}" for number in (1, 2, 3, 4)]


def test_a_presentation_is_signed_over_credentials_of_both_data_models() -> None:
    document = shown(json_file(1), json_file(2, version="1.1"), token_file())
    signed = suites.sign(
        document,
        suite="eddsa-rdfc-2022",
        signer=signer_of(LEARNER),
        created=CREATED,
        purpose="authentication",
        challenge="c-1",
        domain="verifier.example",
    )
    (proof,) = proofs_of(signed)
    secured = suites.Secured(signed, suites.PINNED)
    assert suites.verify(secured, proof, LEARNER.public())
    inner: Any = signed["verifiableCredential"]
    inner[0]["name"] = "Knot 2"
    assert not suites.verify(suites.Secured(signed, suites.PINNED), proof, LEARNER.public())


def test_without_credentials_it_only_says_who_holds_the_key() -> None:
    document = presentation.compose(holder=LEARNER_DID, id="urn:uuid:7")
    assert document == {
        "@context": [VC2],
        "id": "urn:uuid:7",
        "type": ["VerifiablePresentation"],
        "holder": LEARNER_DID,
    }
    assert presentation.parts(document) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}',
        b'{"payload":"{}","signatures":[]}',
        b"",
        b"no credential at all",
        # A token of a format that no data URL of an enveloped credential names.
        b"eyJhbGciOiJFZERTQSJ9.eyJAY29udGV4dCI6Imh0dHBzOi8vdzNpZC5vcmcvb3BlbmJhZGdlcy92MiJ9!.c2ln",
    ],
)
def test_what_has_no_form_inside_is_refused(raw: bytes) -> None:
    with pytest.raises(PresentationFault) as fault:
        shown(read(raw, name="x"))
    assert fault.value.code == "presentation.format"


def test_parts_that_are_neither_object_nor_token_are_refused() -> None:
    with pytest.raises(PresentationFault) as fault:
        presentation.parts({"verifiableCredential": [{}, 3]})
    assert fault.value.code == "presentation.malformed"


def test_a_part_that_cannot_be_read_is_an_envelope_with_a_fault() -> None:
    (part,) = presentation.parts({"verifiableCredential": "rubbish"})
    assert part.fault is not None
    assert part.fault.code == "parse.not_credential"


def test_too_many_parts_are_refused_on_both_ways() -> None:
    with pytest.raises(PresentationFault) as fault:
        presentation.parts({"verifiableCredential": [{}] * 201})
    assert fault.value.code == "presentation.too_many"
    with pytest.raises(PresentationFault) as fault:
        shown(*[json_file(1)] * 201)
    assert fault.value.code == "presentation.too_many"


def test_a_presentation_survives_the_strict_reader() -> None:
    document = shown(json_file(1), token_file())
    assert strictjson.loads(json.dumps(document).encode()) == document
