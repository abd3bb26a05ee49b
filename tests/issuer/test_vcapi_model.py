"""The rules of VC Data Model 2.0 and the assertions of the VC API's own suites, for every instance, over HTTP.

An issuer refuses a broken credential before it signs it; a verifier refuses it although somebody has signed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import base
from satchel.errors import SatchelError
from satchel.exchange import vcapi
from satchel.exchange.vcapi import INSTANCES, SELECTIVE, Instance
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.linked import pinned
from satchel.proof import suites
from tests.issuer.vcapi_ground import (
    CREATED,
    EMBEDDED,
    EXAMPLES,
    KEYS,
    OTHER,
    V1,
    V2,
    Api,
    Document,
    credential,
    did_of,
    key_of,
    served,
    signed,
    signer_of,
)
from tests.shared import SHARED, needs_shared

NAMED: Any = {"ids": lambda one: one.name if isinstance(one, Instance) else None}
PLAIN = next(one for one in EMBEDDED if one.suite == "eddsa-jcs-2022")
LINKED = next(one for one in EMBEDDED if one.suite == "eddsa-rdfc-2022")
ME = did_of(KEYS[KeyType.ED25519])

INPUTS = SHARED / "data/unsigned/vcdm2-test-suite-inputs"
CREDENTIALS = sorted(INPUTS.glob("credential-*.json"))
PRESENTATIONS = sorted(INPUTS.glob("presentation-*.json"))
# The proof that stands in it names no key: nothing is signed beside a proof that cannot be read.
REFUSED_THOUGH_OK = "credential-proof-ok"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with served(Path(tmp_path_factory.mktemp("vc-api")) / "home") as one:
        yield one


def inline(**terms: str) -> list[Any]:
    return [V2, terms]


SUBJECT = {"id": "did:example:subject"}
RELATED = {"id": V2, "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"}
GOOD: dict[str, Document] = {
    "two contexts": {"@context": [V2, EXAMPLES]},
    "an object among the contexts": {"@context": inline(Boat="https://school.example/Boat")},
    "a type of the object": {
        "@context": inline(Boat="https://school.example/Boat"),
        "type": ["VerifiableCredential", "Boat"],
    },
    "a type that is a URL": {"type": ["VerifiableCredential", "https://school.example/Boat"]},
    "types in another order": {"type": ["https://school.example/Boat", "VerifiableCredential"]},
    "a type alone": {"type": "VerifiableCredential"},
    "an id": {"id": "https://school.example/credentials/7"},
    "a name": {"name": "Knots", "description": "Ten of them."},
    "a name with its language": {"name": {"@value": "Knoten", "@language": "de"}},
    "a name with language and direction": {"name": {"@value": "עברית", "@language": "he", "@direction": "rtl"}},
    "names in several languages": {"name": [{"@value": "x", "@language": "en"}, {"@value": "y", "@language": "nl"}]},
    "two subjects": {"credentialSubject": [SUBJECT, {"id": "did:example:other"}]},
    "a subject without an id": {"credentialSubject": {"name": "Alice"}},
    "a beginning with milliseconds": {"validFrom": "2010-01-01T19:23:24.651Z"},
    "a beginning with an offset": {"validFrom": "2010-01-01T19:23:24-05:00"},
    "a beginning far ahead": {"validFrom": "2099-01-01T00:00:00Z"},
    "an end that has passed": {"validFrom": "2023-02-26T01:19:19Z", "validUntil": "2023-02-26T01:19:20Z"},
    "beginning and end at once": {"validFrom": "2023-02-26T01:19:19Z", "validUntil": "2023-02-26T01:19:19Z"},
    "a schema": {"credentialSchema": {"id": "https://school.example/s.json", "type": "JsonSchema"}},
    "two schemas": {
        "credentialSchema": [
            {"id": "https://school.example/s.json", "type": "JsonSchema"},
            {"id": "https://school.example/t.json", "type": "JsonSchema"},
        ]
    },
    "evidence": {
        "@context": inline(Exam="https://school.example/Exam"),
        "evidence": [{"type": "Exam", "id": "https://school.example/exams/1"}, {"type": ["Exam"]}],
    },
    "terms of use": {"@context": inline(Fair="https://school.example/Fair"), "termsOfUse": {"type": "Fair"}},
    "a refresh service": {
        "@context": inline(Again="https://school.example/Again"),
        "refreshService": {"type": "Again", "id": "https://school.example/again"},
    },
    "a related resource by multibase": {"relatedResource": RELATED},
    "a related resource by SRI": {
        "relatedResource": {
            "id": V2,
            "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
        }
    },
    "a related resource as it was published before": {
        "relatedResource": {
            "id": V2,
            "digestSRI": "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg",
            "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
        }
    },
    "two related resources": {
        "relatedResource": [RELATED, {"id": "https://school.example/a.png", "digestSRI": "sha256-AAAA"}]
    },
}
STATUS: dict[str, Document] = {
    "a status": {
        "@context": inline(List="https://school.example/List"),
        "credentialStatus": {"type": "List", "id": "https://school.example/status/1"},
    },
    "a status without an id": {
        "@context": inline(List="https://school.example/List"),
        "credentialStatus": {"type": "List"},
    },
}

BAD: dict[str, tuple[Document, str]] = {
    "no context": ({"@context": None}, "data_model.context"),
    "contexts that are a number": ({"@context": 4}, "data_model.context"),
    "contexts that are an empty list": ({"@context": []}, "data_model.context"),
    "contexts that are false": ({"@context": False}, "data_model.context"),
    "contexts in another order": ({"@context": [EXAMPLES, V2]}, "data_model.context"),
    "contexts without the data model's": ({"@context": [EXAMPLES]}, "data_model.context"),
    "contexts that are no contexts": ({"@context": [{"foo": True}, 4, False, None]}, "data_model.context"),
    "a context that is a number": ({"@context": [V2, 123192875]}, "data_model.context"),
    "a context that is no URL": ({"@context": [V2, "https ://not-a-url/contexts/v1"]}, "data_model.context"),
    "a context that is not held": ({"@context": [V2, "https://unknown.example/v1"]}, "linked.context_unknown"),
    "a context with @base": (
        {"@context": [V2, {"@base": "https://x.example/"}], "type": ["VerifiableCredential", "./Boat"]},
        "linked.",
    ),
    "a type with another meaning": (
        {"@context": inline(VerifiableCredential="https://x.example/VC")},
        "linked.protected",
    ),
    "a protected word with another meaning": (
        {
            "@context": [
                V2,
                {"@protected": True, "Boat": "https://school.example/Boat"},
                {"Boat": "https://school.example/Ship"},
            ]
        },
        "linked.protected",
    ),
    "no type": ({"type": None}, "data_model.type"),
    "a type that is a number": ({"type": 4}, "data_model.type"),
    "types that are an empty list": ({"type": []}, "data_model.type"),
    "types that are no texts": ({"type": [2, None, {"foo": True}, False]}, "data_model.type"),
    "another type alone": ({"type": ["https://school.example/Boat"]}, "data_model.type"),
    "a type without a meaning": ({"type": ["VerifiableCredential", "Unmapped"]}, "linked.undefined_type"),
    "a type that leads to no URL": (
        {"@context": [V2, {"Boat": "no url"}], "type": ["VerifiableCredential", "Boat"]},
        "linked.",
    ),
    "an id that is no URL": ({"id": "not a url"}, "data_model.id"),
    "two ids": ({"id": ["urn:x:1", "urn:x:2"]}, "data_model.id"),
    "an id that is null": ({"id": 7}, "data_model.id"),
    "a relative id": ({"id": "credentials/7"}, "data_model.id"),
    "a blank node as id": ({"id": "_:b0"}, "data_model.id"),
    "a name that is a number": ({"name": 7}, "data_model.name"),
    "a name with another member": ({"name": {"@value": "x", "@language": "en", "note": "y"}}, "data_model.second"),
    "a name without its value": ({"name": {"@language": "en"}}, "data_model."),
    "a name with a broken direction": ({"name": {"@value": "x", "@direction": "up"}}, "data_model.name"),
    "a name with a broken language": ({"name": {"@value": "x", "@language": "not a tag"}}, "linked.language"),
    "a description that is a number": ({"description": [7]}, "data_model.name"),
    "an issuer's name that is a number": ({"issuer": {"id": "did:example:1", "name": 7}}, "data_model.name"),
    "an issuer that is no URL": ({"issuer": "fake-issuer"}, "data_model.issuer"),
    "an issuer that is a number": ({"issuer": 4}, "data_model.issuer"),
    "an issuer that is true": ({"issuer": True}, "data_model.issuer"),
    "an issuer that is a list": ({"issuer": []}, "data_model.issuer"),
    "an issuer with an id that is no URL": ({"issuer": {"id": "fake-issuer"}}, "data_model.issuer"),
    "an issuer with an id that is null": ({"issuer": {"id": None}}, "data_model.issuer"),
    "no subject": ({"credentialSubject": None}, "data_model.subject"),
    "an empty subject": ({"credentialSubject": {}}, "data_model.subject"),
    "no subject in the list": ({"credentialSubject": []}, "data_model.subject"),
    "an empty subject among others": ({"credentialSubject": [SUBJECT, {}]}, "data_model.subject"),
    "subjects that are no objects": ({"credentialSubject": [None, True, 4]}, "data_model.subject"),
    "a subject that is a text": ({"credentialSubject": "did:example:subject"}, "data_model.subject"),
    "a subject with two ids": ({"credentialSubject": {"id": ["urn:x:1", "urn:x:2"]}}, "data_model.id"),
    "a subject whose id is no URL": ({"credentialSubject": {"id": "ada"}}, "data_model.id"),
    "a word without a meaning": ({"credentialSubject": SUBJECT | {"undefinedTerm": "x"}}, "linked.undefined_term"),
    "a word without a meaning at the top": ({"undefinedTerm": "x"}, "linked.undefined_term"),
    "a beginning that is no date": ({"validFrom": "2023-02-26"}, "validity.malformed"),
    "a beginning without a zone": ({"validFrom": "2023-02-26T01:19:19"}, "validity.malformed"),
    "a beginning that is a number": ({"validFrom": 1700000000}, "validity.malformed"),
    "an end that is no date": ({"validUntil": "tomorrow"}, "validity.malformed"),
    "an end before the beginning": (
        {"validFrom": "2026-02-26T01:19:20Z", "validUntil": "2025-02-26T01:19:19Z"},
        "validity.ends_before_start",
    ),
    "a schema without a type": ({"credentialSchema": {"id": "https://x.example/"}}, "data_model.schema"),
    "a schema without an id": ({"credentialSchema": {"type": "JsonSchema"}}, "data_model.schema"),
    "a schema whose id is no URL": ({"credentialSchema": {"id": 7, "type": "JsonSchema"}}, "data_model.schema"),
    "a schema that is a text": ({"credentialSchema": "https://x.example/"}, "data_model.schema"),
    "evidence without a type": ({"evidence": {"id": "https://x.example/"}}, "data_model.part"),
    "evidence one of which has no type": ({"evidence": [{"type": "X"}, {"id": "urn:x:1"}]}, "data_model.part"),
    "terms of use without a type": ({"termsOfUse": {"id": "https://x.example/"}}, "data_model.part"),
    "a refresh service without a type": ({"refreshService": {"id": "https://x.example/"}}, "data_model.part"),
    "a related resource that is a text": ({"relatedResource": V2}, "data_model.related"),
    "a related resource without an id": ({"relatedResource": {"digestSRI": "sha256-AAAA"}}, "data_model.related"),
    "a related resource without a digest": ({"relatedResource": {"id": V2}}, "data_model.related"),
    "a related resource twice": ({"relatedResource": [RELATED, RELATED]}, "data_model.related"),
    "a related resource with another digest": (
        {"relatedResource": RELATED | {"digestMultibase": "uAAAA"}},
        "data_model.related",
    ),
    "a related resource one of whose digests is another": (
        {"relatedResource": RELATED | {"digestSRI": "sha384-AAAA"}},
        "data_model.related",
    ),
    "a second spelling of the issuer": (
        {"https://www.w3.org/2018/credentials#issuer": {"id": "did:example:x"}},
        "data_model.second_spelling",
    ),
    "a graph around the claims": ({"@graph": []}, "data_model.second_spelling"),
}
BAD_STATUS: dict[str, tuple[Document, str]] = {
    "a status without a type": ({"credentialStatus": {"id": "https://x.example/"}}, "data_model.status"),
    "a status with two ids": (
        {"credentialStatus": {"type": "List", "id": ["urn:x:1", "urn:x:2"]}},
        "data_model.status",
    ),
    "a status whose id is no URL": ({"credentialStatus": {"type": "List", "id": "not-a-url"}}, "data_model.status"),
    "a status whose type has no meaning": (
        {"credentialStatus": {"type": "Unmapped", "id": "urn:x:1"}},
        "linked.undefined_type",
    ),
    "a status with a word without a meaning": (
        {"credentialStatus": {"type": "BitstringStatusListEntry", "statusEntry": "x"}},
        "linked.undefined_term",
    ),
}
OLDER: dict[str, tuple[Document, str]] = {
    "contexts that are a text": ({"@context": V1}, "data_model.context"),
    "types that are a text": ({"type": "VerifiableCredential"}, "data_model.type"),
    "no type": ({"type": None}, "data_model.type"),
    "no issuer": ({"issuer": None}, "data_model.issuer"),
    "no subject": ({"credentialSubject": None}, "data_model.subject"),
    "no issuanceDate": ({"issuanceDate": None}, "data_model.date"),
    "an issuanceDate that is no date": ({"issuanceDate": "today"}, "validity.malformed"),
    "an expirationDate that is a number": ({"expirationDate": 7}, "validity.malformed"),
    "an end before the beginning": ({"expirationDate": "2020-01-01T00:00:00Z"}, "validity.ends_before_start"),
    "a word without a meaning": ({"credentialSubject": SUBJECT | {"undefinedTerm": "x"}}, "linked.undefined_term"),
}


def changed(api: Api, instance: Instance, changes: Document, version: str = "2.0") -> Document:
    """The credential with these changes, where None takes a member away."""
    return api.credential(instance, version, **changes)


# The issuer


@pytest.mark.parametrize("what", GOOD)
@pytest.mark.parametrize("instance", INSTANCES, **NAMED)
def test_an_issuer_signs_a_credential_with(api: Api, instance: Instance, what: str) -> None:
    sent = changed(api, instance, GOOD[what])
    if instance.has_status and "@context" in GOOD[what] and EXAMPLES in GOOD[what]["@context"]:
        # The issuer's own key signs nothing under a context that gives every word a meaning.
        assert api.issue(instance, sent).code == "linked.context_unknown"
        return
    answer = api.issue(instance, sent)
    assert answer.status == 201, answer.json
    if instance.form == "embedded":
        assert answer.json["credentialSubject"] == sent["credentialSubject"]
        verified = answer.json if instance.suite not in SELECTIVE else shown(api, answer.json)
    else:
        verified = answer.json
    if "@context" in GOOD[what] and EXAMPLES in GOOD[what]["@context"] and instance.form != "embedded":
        return  # whoever reads a token reads it with the pinned contexts alone
    assert api.verify(verified, checks=["proof"]).status == 200


def shown(api: Api, base: Document) -> Document:
    derived = api.derive(base, [f"/{name}" for name in base if name not in ("@context", "proof")])
    assert derived.status == 201, derived.json
    found: Document = derived.json
    return found


@pytest.mark.parametrize("what", STATUS)
@pytest.mark.parametrize("instance", INSTANCES, **NAMED)
def test_an_issuer_signs_a_status_that_is_given_unless_it_gives_one(api: Api, instance: Instance, what: str) -> None:
    answer = api.issue(instance, changed(api, instance, STATUS[what]))
    if instance.has_status:
        assert answer.code == "vc_api.status"
    else:
        assert answer.status == 201


@pytest.mark.parametrize("what", BAD | BAD_STATUS)
@pytest.mark.parametrize("instance", INSTANCES, **NAMED)
def test_an_issuer_refuses_a_credential_with(api: Api, instance: Instance, what: str) -> None:
    changes, code = (BAD | BAD_STATUS)[what]
    sent = changed(api, instance, changes)
    found = api.issue(instance, sent).code
    if instance.has_status and found == "data_model.inline_redefines":
        # The issuer's own key goes by the stricter rule for inline contexts.
        assert code.startswith("linked.")
    else:
        assert found.startswith(code), found


@pytest.mark.parametrize("what", OLDER)
@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_an_issuer_refuses_a_credential_of_1_1_with(api: Api, instance: Instance, what: str) -> None:
    changes, code = OLDER[what]
    assert api.issue(instance, changed(api, instance, changes, "1.1")).code == code


@pytest.mark.parametrize("instance", [one for one in INSTANCES if one.form != "embedded"], **NAMED)
def test_a_token_of_the_newer_kind_holds_no_credential_of_1_1(api: Api, instance: Instance) -> None:
    assert api.issue(instance, api.credential(instance, "1.1")).code == "vc_api.version"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "vc_api.request"),
        ({"verifiableCredential": {}}, "vc_api.request"),
        ({"credential": None}, "vc_api.request"),
        ({"credential": "eyJhbGciOiJFUzI1NiJ9.e30."}, "vc_api.request"),
        ({"credential": []}, "vc_api.request"),
        ({"credential": {}}, "data_model.context"),
        ({"credential": {}, "options": []}, "vc_api.request"),
        ({"credential": {}, "options": {"mandatoryPointers": "/issuer"}}, "vc_api.request"),
        ({"credential": {}, "options": {"mandatoryPointers": [7]}}, "vc_api.request"),
        (b"", "parse.empty"),
        (b"{", "parse.not_json"),
        (b"[]", "parse.not_object"),
        (b'{"credential": {}, "credential": {}}', "parse.duplicate_key"),
        (b'{"credential": {"id": "\\ud800"}}', "parse.surrogate"),
        (b"\xff\xfe", "parse.not_utf8"),
        (b'{"credential": {"a": 1e400}}', "parse.number"),
        (b'{"credential":' + b'{"a":' * 80 + b"1" + b"}" * 81, "parse.too_deep"),
    ],
)
@pytest.mark.parametrize("instance", INSTANCES, **NAMED)
def test_a_request_that_is_none_is_refused(api: Api, instance: Instance, body: object, code: str) -> None:
    assert api.post(f"/vc-api/issuers/{instance.name}/credentials/issue", body).code == code


def test_options_that_nobody_knows_are_passed_over(api: Api) -> None:
    assert api.issue(LINKED, api.credential(LINKED), type="Ed25519Signature2020", credentialId="x").status == 201
    assert api.verify(api.issue(LINKED, api.credential(LINKED)).json, expansion=False).status == 200


def test_an_instance_that_is_not_there_is_404(api: Api) -> None:
    answer = api.issue("nobody", api.credential(LINKED))
    assert (answer.status, answer.media_type, answer.json["code"]) == (
        404,
        "application/problem+json",
        "vc_api.instance",
    )


def test_another_media_type_than_json_is_refused(api: Api) -> None:
    answer = api.post("/vc-api/credentials/verify", b"{}", Content_Type="text/plain")
    assert (answer.status, answer.json["code"]) == (415, "http.media_type")


# The verifier, of what somebody has signed all the same


@pytest.mark.parametrize("what", BAD | BAD_STATUS)
def test_a_verifier_refuses_a_signed_credential_with(api: Api, what: str) -> None:
    changes, code = (BAD | BAD_STATUS)[what]
    document = credential(ME, **changes)
    if "@context" not in document:
        document["@context"] = None
    try:
        document = signed(document, PLAIN)
    except SatchelError:  # a suite over JSON asks for contexts that are held; the rule is met before the proof is
        document["proof"] = signed(credential(ME), PLAIN)["proof"]
    found = api.verify(document).code
    assert found.startswith(code) or (found == "proof.meaning" and code.startswith("linked.")), found


@pytest.mark.parametrize("what", OLDER)
def test_a_verifier_refuses_a_signed_credential_of_1_1_with(api: Api, what: str) -> None:
    changes, code = OLDER[what]
    older = next(one for one in EMBEDDED if one.suite == "Ed25519Signature2020")
    document = vcapi.with_context(credential(ME, "1.1", **changes), older.suite)
    try:
        document = signed(document, older)
    except SatchelError:  # the word without a meaning, and what is no JSON-LD: met before the proof is
        document["proof"] = signed(credential(ME, "1.1"), older)["proof"]
    assert api.verify(document, checks=["proof"]).code == code


WRONG: dict[str, list[Any]] = {
    "@context": ["string", {}, None, 10, True, [], [[]], [{}], [None], [10], [True]],
    "type": ["string", {}, None, 10, True, [], [[]], [{}], [None], [10], [True]],
    "issuer": [[], None, 10, True, {}],
    "credentialSubject": ["string", None, 10, True, []],
    "proof": ["string", None, 10, True, [], {}],
}


@pytest.mark.parametrize("member", WRONG)
@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_a_member_that_is_missing_or_of_another_kind(
    api: Api, instance: Instance, version: str, member: str
) -> None:
    good = signed(credential(did_of(key_of(instance)), version), instance)
    assert api.verify(good).status == 200
    assert api.verify({name: value for name, value in good.items() if name != member}).code
    for value in WRONG[member]:
        assert api.verify(good | {member: value}).code.startswith(("data_model.", "proof.", "linked.", "parse."))


def test_what_has_ended_is_verified_with_a_warning(api: Api) -> None:
    answer = api.verify(signed(credential(ME, validUntil="2023-02-26T01:19:20Z"), LINKED))
    assert answer.status == 200
    assert [one["code"] for one in answer.json["warnings"]] == ["validity.expired"]


def test_a_check_that_is_not_done_is_refused(api: Api) -> None:
    document = signed(credential(ME), LINKED)
    assert api.verify(document, checks=["proof", "moon"]).code == "vc_api.check"
    assert api.verify(document, checks="proof").code == "vc_api.request"
    assert api.verify(document, challenge=7).code == "vc_api.request"
    assert api.verify(document, domain="").code == "vc_api.request"
    assert api.verify(document, checks=[]).status == 200


@pytest.mark.parametrize("credential", [None, 7, "x", [], {}, {"id": "urn:x:1"}])
def test_what_is_no_credential_is_refused(api: Api, credential: object) -> None:
    assert api.verify(credential).code in ("vc_api.request", "data_model.context")


# Inline contexts as the suites for selective disclosure have them

SHIP: Document = {
    "@context": [
        V2,
        {
            "@protected": True,
            "ShipsPapers": "urn:example:ShipsPapers",
            "Ship": {
                "@id": "urn:example:Ship",
                "@context": {
                    "@protected": True,
                    "id": "@id",
                    "type": "@type",
                    "number": "urn:example:number",
                    "sails": {
                        "@id": "urn:example:sails",
                        "@context": {"@protected": True, "area": "urn:example:area", "year": "urn:example:year"},
                    },
                },
            },
            "ships": {"@id": "urn:example:ships", "@type": "@id"},
        },
    ],
    "type": ["VerifiableCredential", "ShipsPapers"],
    "credentialSubject": {
        "name": "Ada Lark",
        "ships": [
            {
                "type": "Ship",
                "number": "E101",
                "sails": [{"area": 5.5, "year": 2023}, {"area": 6.1, "year": 2023}, {"area": 7.0, "year": 2020}],
            },
            {"type": "Ship", "number": "M101", "sails": [{"area": 5.9, "year": 2022}, {"area": 4.9, "year": 2023}]},
        ],
    },
}


@pytest.mark.parametrize("instance", [one for one in INSTANCES if not one.has_status], **NAMED)
def test_a_context_inside_an_inline_context_is_signed_and_verified_and_told(api: Api, instance: Instance) -> None:
    answer = api.issue(instance, changed(api, instance, SHIP))
    assert answer.status == 201, answer.json
    whole = shown(api, answer.json) if instance.suite in SELECTIVE else answer.json
    told = api.verify(whole)
    assert told.status == 200, told.json
    assert "data_model.inline_context" in [one["code"] for one in told.json["warnings"]]


@pytest.mark.parametrize(
    "pointers",
    [
        ["/credentialSubject/ships/0/sails/1"],
        ["/credentialSubject/ships/1"],
        ["/credentialSubject/ships/0/sails/0", "/credentialSubject/ships/1/sails/1/year"],
        ["/credentialSubject/ships/0/number", "/credentialSubject/ships/1/number"],
        ["/credentialSubject/name"],
    ],
)
@pytest.mark.parametrize("instance", [one for one in EMBEDDED if one.suite in SELECTIVE], **NAMED)
def test_single_parts_of_lists_without_ids_are_shown(api: Api, instance: Instance, pointers: list[str]) -> None:
    base = api.issue(instance, changed(api, instance, SHIP), mandatoryPointers=["/credentialSubject/ships/0/number"])
    derived = api.derive(base.json, pointers)
    assert derived.status == 201, derived.json
    assert api.verify(derived.json).status == 200
    ships = derived.json["credentialSubject"]["ships"]
    assert ships[0]["number"] == "E101"
    ships[0]["number"] = "E102"
    assert api.verify(derived.json).code.startswith("proof.")


def test_the_issuers_own_key_signs_no_such_context(api: Api) -> None:
    own = next(one for one in INSTANCES if one.has_status)
    assert api.issue(own, changed(api, own, SHIP)).code == "data_model.inline_redefines"
    vocabulary = {"@context": [V2, {"@vocab": "https://school.example/"}]}
    assert api.issue(own, changed(api, own, vocabulary)).code == "data_model.inline_redefines"
    assert api.issue(LINKED, changed(api, LINKED, vocabulary)).status == 201


# Enveloped credentials and presentations


@pytest.fixture(scope="module")
def envelope(api: Api) -> Document:
    sent = credential(api.dids["vc-jose-es256"], credentialSubject={"name": "Alice"})
    answer = api.issue("vc-jose-es256", sent)
    assert answer.status == 201
    assert answer.json["type"] == "EnvelopedVerifiableCredential"
    assert answer.json["@context"] == [V2]
    assert answer.json["id"].startswith("data:application/vc+jwt,ey")
    found: Document = answer.json
    return found


ENVELOPES: dict[str, Document] = {
    "an empty list of contexts": {"@context": []},
    "a foreign context": {"@context": EXAMPLES},
    "no contexts": {"@context": None},
    "no type": {"type": None},
    "another type": {"type": "VerifiableCredential"},
    "one type more": {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
    "a claim that nobody signed": {"credentialSubject": {"id": "did:example:x"}},
    "an id that is a number": {"id": 7},
    "an id of nothing": {"id": "data:application/vc+jwt,"},
    "an id that leads elsewhere": {"id": "https://issuer.example/token"},
    "no id": {"id": None},
}


@pytest.mark.parametrize("what", ENVELOPES)
def test_an_envelope_is_refused_with(api: Api, envelope: Document, what: str) -> None:
    assert api.verify(envelope).status == 200
    merged = {name: value for name, value in (envelope | ENVELOPES[what]).items() if value is not None}
    assert api.verify(merged).code.startswith("data_model.")


def test_an_envelope_without_its_data_url_or_with_another_signature_is_refused(api: Api, envelope: Document) -> None:
    assert api.verify(envelope | {"id": envelope["id"].split(",")[1]}).code.startswith("data_model.")
    head, body, signature = envelope["id"].split(".")
    other = "A" if signature[10] != "A" else "B"
    false = ".".join((head, body, signature[:10] + other + signature[11:]))
    assert api.verify(envelope | {"id": false}).code == "proof.invalid"
    assert api.verify(envelope | {"@context": V2}).status == 200


def compact(header: Document, claims: Document, key: PrivateKey) -> str:
    """A compact JWS over just these bytes."""
    signing = ".".join(base.base64url_encode(json.dumps(part).encode()) for part in (header, claims))
    return f"{signing}.{base.base64url_encode(key.sign(signing.encode()))}"


def older_token(nonce: str = "123456789", **claims: object) -> Document:
    """An enveloped presentation as the suite's own: typ JWT with the older claims, EdDSA by a did:key, and in it an
    enveloped credential of the same kind by ES256."""
    teacher, learner = KEYS[KeyType.P_256], KEYS[KeyType.ED25519]
    inner = compact(
        {"alg": "ES256", "typ": "JWT", "kid": signer_of(teacher).id},
        {
            "iss": did_of(teacher),
            "sub": "did:example:alice",
            "vc": credential(did_of(teacher), credentialSubject={"id": "did:example:alice", "name": "Alice"}),
        },
        teacher,
    )
    shown: Document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": ME,
        "verifiableCredential": [
            {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/jwt,{inner}"}
        ],
    }
    token = compact(
        {"alg": "EdDSA", "typ": "JWT", "kid": signer_of(learner).id},
        {"iss": ME, "aud": "example.com", "nonce": nonce, "vp": shown} | claims,
        learner,
    )
    return {"@context": V2, "type": "EnvelopedVerifiablePresentation", "id": f"data:application/jwt,{token}"}


def test_an_enveloped_presentation_of_the_older_kind_is_verified(api: Api) -> None:
    asked = {"challenge": "123456789"}
    answer = api.present(older_token(), **asked)
    assert (answer.status, answer.json["verified"]) == (200, True), answer.json
    assert api.present(older_token(), challenge="123456789", domain="example.com").status == 200
    assert api.present(older_token(nonce="2"), **asked).code == "proof.challenge"
    assert api.present(older_token(), **asked, domain="other.example").code == "proof.domain"


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": []},
        {"@context": [EXAMPLES]},
        {"type": ["VerifiablePresentation"]},
        {"type": None},
        {"id": "no data url"},
        {"holder": "did:example:x"},
    ],
)
def test_an_enveloped_presentation_is_refused_with(api: Api, changes: Document) -> None:
    merged = {name: value for name, value in (older_token() | changes).items() if value is not None}
    # Without the type of an envelope it is a presentation that nobody has signed.
    assert api.present(merged, challenge="123456789").code.startswith(("data_model.", "vc_api.", "proof.missing"))


def test_an_enveloped_presentation_with_a_false_signature_outside_or_inside_is_refused(api: Api) -> None:
    good = older_token()
    token = good["id"].removeprefix("data:application/jwt,")
    head, body, signature = token.split(".")
    other = "A" if signature[10] != "A" else "B"
    false = f"{head}.{body}.{signature[:10]}{other}{signature[11:]}"
    assert api.present(good | {"id": f"data:application/jwt,{false}"}, challenge="123456789").code == "proof.invalid"
    claims = json.loads(base.base64url_decode(body))
    part = claims["vp"]["verifiableCredential"][0]
    start, _, end = part["id"].rpartition(".")
    part["id"] = f"{start}.{end[:10]}{'A' if end[10] != 'A' else 'B'}{end[11:]}"
    assert api.present(older_token(vp=claims["vp"]), challenge="123456789").code == "proof.invalid"


def presentation(**changes: object) -> Document:
    """A signed presentation of one credential by somebody else; None takes a member away."""
    document: Document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [signed(credential(did_of(OTHER)), LINKED, key=OTHER)],
    }
    whole = {name: value for name, value in (document | changes).items() if value is not None}
    return prove(whole)


def prove(document: Document, **options: Any) -> Document:
    asked = {"purpose": "authentication", "challenge": "c-1", "domain": "w3c.example"} | options
    return suites.sign(
        document,
        suite="eddsa-rdfc-2022",
        signer=signer_of(KEYS[KeyType.ED25519]),
        created=CREATED,
        contexts=_contexts(),
        **asked,
    )


def _contexts() -> Any:
    from verifier.vcapi import OPEN

    return OPEN.contexts


ASKED = {"challenge": "c-1", "domain": "w3c.example"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5"},
        {"holder": ME},
        {"holder": {"id": ME}},
        {"verifiableCredential": None},
        {"verifiableCredential": []},
        {"@context": [V2, EXAMPLES]},
        {"@context": [V2, {"Show": "https://school.example/Show"}], "type": ["VerifiablePresentation", "Show"]},
    ],
)
def test_a_presentation_is_verified(api: Api, changes: Document) -> None:
    document = presentation(**changes)
    for options in ({}, {"checks": []}, ASKED, ASKED | {"checks": ["proof"]}):
        answer = api.present(document, **options)
        assert (answer.status, answer.json["verified"]) == (200, True), answer.json


@pytest.mark.parametrize("instance", [one for one in EMBEDDED if not one.has_status], **NAMED)
def test_a_presentation_may_show_a_credential_of_any_suite(api: Api, instance: Instance) -> None:
    issued = api.issue(instance, api.credential(instance)).json
    part = shown(api, issued) if instance.suite in SELECTIVE else issued
    answer = api.present(presentation(verifiableCredential=[part], holder=ME), **ASKED)
    assert answer.status == 200, answer.json
    part["credentialSubject"] = {"id": "did:example:other"}
    assert api.present(presentation(verifiableCredential=[part], holder=ME), **ASKED).code.startswith("proof.")


def test_a_presentation_may_show_an_enveloped_credential(api: Api, envelope: Document) -> None:
    assert api.present(presentation(verifiableCredential=[envelope]), **ASKED).status == 200
    broken = envelope | {"@context": [EXAMPLES]}
    assert api.present(presentation(verifiableCredential=[broken]), **ASKED).code.startswith("data_model.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": None}, "data_model.context"),
        ({"@context": [EXAMPLES, V2]}, "data_model.context"),
        ({"@context": [EXAMPLES]}, "data_model.context"),
        ({"@context": [V2, 123192875]}, "data_model.context"),
        ({"@context": [V2, "https ://not-a-url/contexts/example/v1"]}, "data_model.context"),
        ({"@context": [V2, "https://example.com"]}, "linked.context_unknown"),
        ({"type": None}, "vc_api.request"),
        ({"type": ["VerifiableCredential"]}, "vc_api.request"),
        ({"type": ["VerifiablePresentation", 7]}, "data_model.type"),
        ({"type": ["VerifiablePresentation", "Unmapped"]}, "linked.undefined_type"),
        ({"id": "not a url"}, "data_model.id"),
        ({"holder": "z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj"}, "data_model.holder"),
        ({"holder": {"name": "Acme"}}, "data_model.holder"),
        ({"holder": 7}, "data_model.holder"),
        ({"holder": None, "proof": None}, "proof.missing"),
        ({"verifiableCredential": ["eyJhbGciOiJFUzI1NiJ9.e30.AA"]}, "data_model.credentials"),
        ({"verifiableCredential": ["https://school.example/credentials/7"]}, "data_model.credentials"),
        ({"verifiableCredential": [7]}, "data_model.credentials"),
        ({"verifiableCredential": [{"id": "urn:x:1"}]}, "data_model."),
        ({"verifiableCredential": [credential("did:example:issuer")]}, "proof.invalid"),
    ],
)
def test_a_presentation_is_refused_with(api: Api, changes: Document, code: str) -> None:
    document = presentation() | changes
    document = {name: value for name, value in document.items() if value is not None}
    found = api.present(document, **ASKED).code
    assert found.startswith(code), found


def test_a_presentation_of_a_credential_that_nobody_signed_is_refused(api: Api) -> None:
    assert api.present(presentation(verifiableCredential=[credential("did:example:issuer")])).code == "proof.missing"


def test_a_presentation_for_another_challenge_domain_or_purpose_is_refused(api: Api) -> None:
    document = presentation()
    assert api.present(document, **(ASKED | {"challenge": "c-2"})).code == "proof.challenge"
    assert api.present(document, **(ASKED | {"domain": "other.example"})).code == "proof.domain"
    bare = {name: member for name, member in document.items() if name != "proof"}
    assert api.present(prove(bare, purpose="assertionMethod"), **ASKED).code == "proof.purpose"


def test_a_presentation_is_no_credential_and_the_other_way_round(api: Api) -> None:
    assert api.verify(presentation()).code == "vc_api.request"
    assert api.present(signed(credential(ME), LINKED)).code == "vc_api.request"
    assert api.present("x").code == "vc_api.request"


def test_a_self_asserted_credential_is_its_holders(api: Api) -> None:
    own = signed(credential(ME), LINKED)
    assert api.present(presentation(verifiableCredential=[own], holder=ME)).status == 200
    assert api.present(presentation(verifiableCredential=[own])).code == "data_model.self_asserted"
    for holder in ("did:example:alice", {"id": "did:example:alice"}):
        document = presentation(verifiableCredential=[own], holder=holder)
        assert api.present(document).code == "data_model.self_asserted"
    other = signed(credential("did:example:alice"), LINKED)
    document = presentation(verifiableCredential=[other], holder=ME)
    assert api.present(document).code == "data_model.self_asserted"


# The inputs of the W3C's own suite, as they are


def completed(path: Path, did: str) -> Document:
    """The input with what the suite puts in: the issuer where none is named, and dates before and after today."""
    text = path.read_text().replace("FUTURE DATE", "2099-01-01T00:00:00Z").replace("PAST DATE", "2020-01-01T00:00:00Z")
    value: Document = json.loads(text)
    if value.get("issuer", {}) == {} and path.stem != "credential-no-issuer-fail":
        value["issuer"] = did
    return value


@needs_shared
@pytest.mark.parametrize("path", CREDENTIALS, ids=lambda path: path.stem)
@pytest.mark.parametrize("instance", [one for one in INSTANCES if not one.has_status], **NAMED)
def test_an_input_of_the_w3c_suite_is_issued_or_refused_as_its_name_says(
    api: Api, instance: Instance, path: Path
) -> None:
    answer = api.issue(instance, completed(path, api.dids[instance.name]))
    if path.stem.endswith("-ok") and path.stem != REFUSED_THOUGH_OK:
        assert answer.status == 201, answer.json
    else:
        assert answer.code


OF_THE_SUITE = "did:key:z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj"
# A media type from before the standard was final.
OLD_ENVELOPE = "presentation-enveloped-vc-ok"


@needs_shared
@pytest.mark.parametrize("path", PRESENTATIONS, ids=lambda path: path.stem)
def test_a_presentation_of_the_w3c_suite_is_verified_or_refused_as_its_name_says(api: Api, path: Path) -> None:
    """Its credentials are signed as the suite does it: those in the name of its own key, and of a stranger, by that
    key, and those of a placeholder by somebody else."""
    text = path.read_text().replace(OF_THE_SUITE, ME)
    value: Document = json.loads(text)
    for index, part in enumerate(value.get("verifiableCredential", [])):
        if isinstance(part, dict) and part.get("issuer") is not None:
            if part["issuer"] == "did:example:issuer":
                part |= {"issuer": did_of(OTHER)}
                value["verifiableCredential"][index] = sign_part(part, OTHER)
            else:
                value["verifiableCredential"][index] = sign_part(part, KEYS[KeyType.ED25519])
    try:
        value = prove(value)
    except SatchelError:  # what cannot be signed is sent with the proof of another: its form is refused first
        value["proof"] = presentation()["proof"]
    answer = api.present(value)
    if path.stem.endswith("-ok") and path.stem != OLD_ENVELOPE:
        assert answer.status == 200, answer.json
    else:
        assert answer.code


def sign_part(part: Document, key: Any) -> Document:
    try:
        return signed(part, LINKED, key=key)
    except SatchelError:
        return part


@needs_shared
def test_the_inputs_of_the_w3c_suite_are_all_there() -> None:
    assert (len(CREDENTIALS) >= 70, len(PRESENTATIONS) >= 20) == (True, True)


def test_the_digest_of_the_suite_is_that_of_the_pinned_bytes() -> None:
    assert pinned.is_published(V2)


# The vectors of the W3C's standards, as they are: their issuers do not control the keys


VECTORS = [
    path
    for folder in ("vc-di-eddsa", "vc-di-ecdsa", "vc-di-bbs")
    for path in sorted((SHARED / "vectors" / folder).rglob("*.json"))
    if (path.name.startswith("signed") or path.name in ("derivedRevealDocument.json", "addSignedSDBase.json"))
    # Drafts of features that are not in the standard.
    and not {"Pseudonym", "PseudonymHB", "HolderBinding"} & set(path.parts)
]


@pytest.fixture(scope="module")
def citizens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    context = SHARED / "vectors/contexts/citizenship-v4rc1.jsonld"
    folder = Path(tmp_path_factory.mktemp("vc-api-vectors")) / "home"
    with served(folder, "--vc-api-context", f"https://w3id.org/citizenship/v4rc1={context}") as one:
        yield one


@needs_shared
@pytest.mark.parametrize("path", VECTORS, ids=lambda path: "-".join(path.parts[-3:]))
def test_a_signed_vector_of_the_standards_is_verified(citizens: Api, path: Path) -> None:
    document: Document = json.loads(path.read_text())
    answer = citizens.verify(document)
    if path.name == "addSignedSDBase.json":
        assert answer.code == "proof.base_shown"
        return
    assert (answer.status, answer.json["issuerBinding"]) == (200, "unconfirmed"), answer.json
    document["validFrom"] = "2001-01-01T00:00:00Z"
    assert citizens.verify(document).code.startswith(("proof.", "validity."))


@needs_shared
def test_the_vectors_of_the_standards_are_all_there() -> None:
    assert len(VECTORS) >= 15
