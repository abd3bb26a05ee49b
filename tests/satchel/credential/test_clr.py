"""satchel.credential.clr: a learner record that the learner puts together."""

from typing import Any

import jsonschema_rs
import pytest

from satchel.codec import jcs, strictjson
from satchel.credential import clr, resource
from satchel.credential.envelope import Envelope
from satchel.credential.presentation import PresentationFault
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.satchel.credential.signed import (
    CREATED,
    ISSUER,
    LEARNER,
    LEARNER_DID,
    json_file,
    jwt_file,
    png_file,
    signed,
    token_file,
)
from tests.shared import SHARED, needs_shared


def record(*parts: Envelope) -> dict[str, Any]:
    composed: dict[str, Any] = clr.compose(
        id="urn:uuid:4", learner=LEARNER_DID, learner_name="A learner", name="Ropes", parts=parts, created=CREATED
    )
    return composed


def test_it_is_partial_names_its_contexts_in_order_and_says_who_made_it() -> None:
    made = record(json_file(1))
    assert made["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert made["partial"] is True
    assert "Put together by the learner" in made["description"]
    assert made["issuer"]["id"] == made["credentialSubject"]["id"] == LEARNER_DID
    assert clr.is_clr(made)


def test_each_credential_is_embedded_value_for_value_and_its_original_is_named() -> None:
    originals = (json_file(1), png_file(2))
    made = signed(record(*originals), LEARNER)
    inner = clr.parts(made)
    assert [one.value for one in inner] == [original.value for original in originals]
    assert [one.name for one in inner] == ["credential 1", "credential 2"]
    related: Any = made["relatedResource"]
    assert [resource.sha256_of(entry) for entry in related] == [original.digest for original in originals]
    first = strictjson.load_object(originals[0].raw)
    assert inner[0].raw == jcs.encode(first)


def test_its_proof_covers_what_is_inside_and_the_inner_proofs_still_hold() -> None:
    made = signed(record(json_file(1), json_file(2)), LEARNER)
    (proof,) = proofs_of(made)
    assert suites.verify(suites.Secured(made, suites.PINNED), proof, LEARNER.public())
    for part in clr.parts(made):
        inner = part.value
        assert inner is not None
        (inner_proof,) = proofs_of(inner)
        assert suites.verify(suites.Secured(inner, suites.PINNED), inner_proof, ISSUER.public())
    made["credentialSubject"]["verifiableCredential"][0]["name"] = "Knot 9"
    assert not suites.verify(suites.Secured(made, suites.PINNED), proof, LEARNER.public())


def test_what_is_not_vc_2_json_does_not_fit() -> None:
    for part in (json_file(1, version="1.1"), token_file(), jwt_file(1)):
        assert not clr.fits(part)
        with pytest.raises(PresentationFault) as fault:
            record(json_file(2), part)
        assert fault.value.code == "presentation.format"


def test_an_empty_record_and_an_endless_one_are_refused() -> None:
    with pytest.raises(PresentationFault) as fault:
        record()
    assert fault.value.code == "presentation.empty"
    with pytest.raises(PresentationFault) as fault:
        record(*[json_file(1)] * 201)
    assert fault.value.code == "presentation.too_many"


def test_reading_refuses_what_is_no_object_and_too_many() -> None:
    with pytest.raises(PresentationFault) as fault:
        clr.parts({"credentialSubject": {"verifiableCredential": [7]}})
    assert fault.value.code == "presentation.malformed"
    with pytest.raises(PresentationFault) as fault:
        clr.parts({"credentialSubject": [{"verifiableCredential": [{}] * 101}, {"verifiableCredential": [{}] * 101}]})
    assert fault.value.code == "presentation.too_many"
    assert clr.parts({"credentialSubject": {}}) == ()


def test_a_bare_token_in_a_record_stands_for_itself() -> None:
    token = jwt_file(1)
    (inner,) = clr.parts({"credentialSubject": {"verifiableCredential": [token.raw.decode()]}})
    assert (inner.raw, inner.value, inner.format) == (token.raw, token.value, "vc+jwt")


@needs_shared
def test_it_has_the_shape_of_the_official_schema() -> None:
    path = SHARED / "data" / "schemas" / "clr20" / "clr_v2p0_clrcredential_schema.json"
    validator = jsonschema_rs.validator_for(strictjson.load_object(path.read_bytes()))
    made = signed(record(json_file(1), png_file(2)), LEARNER)
    assert [error.message for error in validator.iter_errors(made)] == []
    assert not validator.is_valid(made | {"credentialSubject": {"type": ["ClrSubject"]}})
