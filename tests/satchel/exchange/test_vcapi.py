"""What the VC API's messages say, and what is told back."""

from __future__ import annotations

from typing import Any

import pytest

from satchel.codes import CODES
from satchel.errors import LinkedError
from satchel.exchange import vcapi
from satchel.exchange.vcapi import INSTANCES, SELECTIVE, ExchangeFault, Finding
from satchel.proof.suites import SUITES

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"


def code(call: Any, *arguments: Any) -> str:
    with pytest.raises(ExchangeFault) as caught:
        call(*arguments)
    return caught.value.code


def test_a_request_to_issue_is_read() -> None:
    read = vcapi.read_issue({"credential": {"id": "urn:x:1"}, "options": {"mandatoryPointers": ["/issuer", ""]}})
    assert (read.credential, read.mandatory) == ({"id": "urn:x:1"}, ("/issuer", ""))
    assert vcapi.read_issue({"credential": {}}).mandatory == ()
    assert vcapi.read_issue({"credential": {}, "options": None}).mandatory == ()
    assert vcapi.read_issue({"credential": {}, "options": {"type": "x"}, "more": 1}).mandatory == ()


@pytest.mark.parametrize("options", [[], "x", 7, True])
def test_options_are_an_object(options: Any) -> None:
    assert code(vcapi.read_issue, {"credential": {}, "options": options}) == "vc_api.request"


@pytest.mark.parametrize("credential", [None, "x", 7, [], True])
def test_a_credential_is_an_object(credential: Any) -> None:
    assert code(vcapi.read_issue, {"credential": credential}) == "vc_api.request"
    assert code(vcapi.read_issue, {}) == "vc_api.request"
    body = {"verifiableCredential": credential, "verifiablePresentation": credential}
    assert code(vcapi.read_verify, body, "verifiableCredential") == "vc_api.request"
    assert code(vcapi.read_verify, body, "verifiablePresentation") == "vc_api.request"
    assert code(vcapi.read_derive, body) == "vc_api.request"


@pytest.mark.parametrize("pointer", ["", "/", "/a", "/a~0b~1c", "/0", "//", "/ä ö", "/a/b/c"])
def test_a_json_pointer_is_taken_by_its_form(pointer: str) -> None:
    assert vcapi.read_derive({"verifiableCredential": {}, "options": {"selectivePointers": [pointer]}}).selective == (
        pointer,
    )


@pytest.mark.parametrize("pointers", ["/a", [7], [None], ["a"], ["/a~"], ["/a~2"], ["#/a"], ["/" * 1001], ["/a"] * 501])
def test_what_is_no_list_of_json_pointers_is_refused(pointers: Any) -> None:
    body = {"verifiableCredential": {}, "options": {"selectivePointers": pointers}}
    assert code(vcapi.read_derive, body) == "vc_api.request"
    assert code(vcapi.read_issue, {"credential": {}, "options": {"mandatoryPointers": pointers}}) == "vc_api.request"


def test_a_request_to_verify_is_read() -> None:
    options: Any = {"checks": ["proof", "credentialStatus"], "challenge": "c", "domain": "d"}
    read = vcapi.read_verify({"verifiableCredential": {}, "options": options}, "verifiableCredential")
    assert (read.checks, read.challenge, read.domain) == (frozenset({"proof", "credentialStatus"}), "c", "d")
    bare = vcapi.read_verify({"verifiablePresentation": {"id": "x"}}, "verifiablePresentation")
    assert (bare.document, bare.checks, bare.challenge, bare.domain) == ({"id": "x"}, None, None, None)
    none = vcapi.read_verify({"verifiableCredential": {}, "options": {"checks": []}}, "verifiableCredential")
    assert none.checks == frozenset()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"checks": ["proof", "expiry"]}, "vc_api.check"),
        ({"checks": [""]}, "vc_api.check"),
        ({"checks": "proof"}, "vc_api.request"),
        ({"checks": [7]}, "vc_api.request"),
        ({"checks": None}, "vc_api.request"),
        ({"challenge": 7}, "vc_api.request"),
        ({"challenge": ""}, "vc_api.request"),
        ({"challenge": None}, "vc_api.request"),
        ({"domain": ["a"]}, "vc_api.request"),
        ({"domain": "x" * 501}, "vc_api.request"),
    ],
)
def test_a_question_that_is_not_understood_is_refused(options: Any, expected: str) -> None:
    assert code(vcapi.read_verify, {"verifiableCredential": {}, "options": options}, "verifiableCredential") == expected


@pytest.mark.parametrize(
    ("suite", "before", "after"),
    [
        ("eddsa-rdfc-2022", [V2], [V2]),
        ("eddsa-rdfc-2022", V2, V2),
        ("eddsa-rdfc-2022", [V1], [V1, DATA_INTEGRITY]),
        ("eddsa-rdfc-2022", [V1, DATA_INTEGRITY], [V1, DATA_INTEGRITY]),
        (
            "ecdsa-sd-2023",
            [V1, "https://w3id.org/security/data-integrity/v1"],
            [V1, "https://w3id.org/security/data-integrity/v1"],
        ),
        ("bbs-2023", [V1, {"a": "urn:a"}], [V1, {"a": "urn:a"}, DATA_INTEGRITY]),
        ("Ed25519Signature2020", [V2], [V2, ED25519_2020]),
        ("Ed25519Signature2020", V2, [V2, ED25519_2020]),
        ("Ed25519Signature2020", [V1], [V1, ED25519_2020]),
        ("Ed25519Signature2020", [V1, ED25519_2020], [V1, ED25519_2020]),
        (None, [V1], [V1]),
        ("eddsa-rdfc-2022", V1, V1),
        ("eddsa-rdfc-2022", [], []),
        ("eddsa-rdfc-2022", ["https://unknown.example/"], ["https://unknown.example/"]),
        ("eddsa-rdfc-2022", 7, 7),
    ],
)
def test_the_context_of_the_proof_is_put_behind_where_it_is_missing(suite: str | None, before: Any, after: Any) -> None:
    credential = {"@context": before, "id": "urn:x:1"}
    assert vcapi.with_context(credential, suite) == {"@context": after, "id": "urn:x:1"}
    assert credential["@context"] == before
    assert vcapi.with_context({"id": "urn:x:1"}, suite) == {"id": "urn:x:1"}


def test_every_instance_has_a_name_of_its_own_and_a_suite_that_there_is() -> None:
    names = [one.name for one in INSTANCES]
    assert len(set(names)) == len(names)
    assert vcapi.offered(SUITES) == INSTANCES
    assert all((one.suite is None) == (one.form == "vc+jwt") for one in INSTANCES)


def test_only_instances_whose_suite_there_is_are_offered() -> None:
    offered = vcapi.offered(["eddsa-rdfc-2022"])
    assert {one.suite for one in offered} == {"eddsa-rdfc-2022", None}
    assert not any(one.suite in SELECTIVE for one in offered)


def test_the_config_names_no_holder_where_nothing_is_derived_and_no_issuer_of_a_verifier() -> None:
    told: Any = vcapi.local_config("http://127.0.0.1:1/", {}, selective=())
    (one,) = told["implementations"]
    assert (one["issuers"], one["vcHolders"]) == ([], [])
    (verifier,) = one["verifiers"]
    assert verifier["endpoint"] == "http://127.0.0.1:1/vc-api/credentials/verify"
    assert "eddsa-jcs-2022" in verifier["tags"]
    assert not set(SELECTIVE) & set(verifier["tags"])


def test_the_config_says_how_a_suite_gets_its_token() -> None:
    how: Any = {"clientId": "suite", "clientSecret": "NAME", "tokenEndpoint": "http://x/token"}
    told: Any = vcapi.local_config("http://x", {"eddsa-rdfc-2022": "did:key:z1"}, selective=SELECTIVE, oauth2=how)
    (one,) = told["implementations"]
    entries = [*one["issuers"], *one["verifiers"], *one["vpVerifiers"], *one["vcHolders"]]
    assert len(entries) == 4
    assert all(entry["oauth2"] == how for entry in entries)


@pytest.mark.parametrize(
    ("of", "issuing", "expected"),
    [
        ("parse.not_json", False, "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"),
        ("data_model.issuer", False, "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"),
        ("validity.ends_before_start", True, "https://www.w3.org/TR/vc-data-model#RANGE_ERROR"),
        ("validity.malformed", True, "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"),
        ("linked.undefined_term", True, "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR"),
        ("proof.invalid", False, "https://w3id.org/security#PROOF_VERIFICATION_ERROR"),
        ("proof.pointer", True, "https://w3id.org/security#PROOF_GENERATION_ERROR"),
        ("proof.challenge", False, "https://w3id.org/security#INVALID_CHALLENGE_ERROR"),
        ("proof.domain", False, "https://w3id.org/security#INVALID_DOMAIN_ERROR"),
        ("key.point", False, "https://w3id.org/security#INVALID_VERIFICATION_METHOD"),
        ("did.document", False, "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"),
        ("status.revoked", False, "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"),
        ("status.list_unreachable", False, "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR"),
        ("http.internal", False, "/errors/http.internal"),
    ],
)
def test_a_problem_has_the_standards_type_where_they_have_one(of: str, issuing: bool, expected: str) -> None:
    assert vcapi.problem_type(of, issuing=issuing) == expected


def test_every_code_that_types_are_given_for_exists() -> None:
    rooms = {code.partition(".")[0] for code in CODES}
    for name in vcapi._TYPES:
        assert name in CODES or name in rooms, name


def test_a_problem_lists_all_findings_and_shows_nothing_that_hides() -> None:
    told: Any = vcapi.problem(
        [Finding(code="proof.invalid", message="a\u202eb\x1b"), Finding(code="data_model.id", message="c")]
    )
    assert (told["status"], told["code"]) == (400, "proof.invalid")
    assert [one["code"] for one in told["problemDetails"]] == ["proof.invalid", "data_model.id"]
    assert "\u202e" not in told["detail"]
    assert "\x1b" not in told["detail"]


def test_an_error_is_told_with_its_place() -> None:
    error = LinkedError("linked.undefined_term", "no such word", details={"path": "/credentialSubject/x"})
    assert vcapi.finding_of(error).message == "no such word (at /credentialSubject/x)"
    assert vcapi.finding_of(ExchangeFault("vc_api.request", "no")).message == "no"


def test_what_passed_is_never_told_without_who_signed() -> None:
    told: Any = vcapi.verified([], checks=["proof"], binding="unconfirmed")
    assert told == {"verified": True, "checks": ["proof"], "issuerBinding": "unconfirmed", "warnings": []}


def test_a_token_is_put_into_an_envelope() -> None:
    assert vcapi.enveloped("a.b.c") == {
        "@context": [V2],
        "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt,a.b.c",
    }
