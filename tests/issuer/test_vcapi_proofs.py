"""The assertions of the Data Integrity suites, for every instance: what is created, and what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import cbor, timestamp
from satchel.codec.base import multibase_decode
from satchel.exchange.vcapi import INSTANCES, SELECTIVE, Instance
from satchel.proof import suites
from tests.issuer.vcapi_ground import (
    CREATED,
    DATA_INTEGRITY,
    ED25519_2020,
    EMBEDDED,
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

WHOLE = tuple(one for one in EMBEDDED if one.suite not in SELECTIVE)
# Ed25519Signature2020 is older than chains: its context has no word for them.
CHAINING = tuple(one for one in WHOLE if one.suite != "Ed25519Signature2020")
PARTS = tuple(one for one in EMBEDDED if one.suite in SELECTIVE)
NAMED: Any = {"ids": lambda one: one.name if isinstance(one, Instance) else None}
Change = Callable[[Document], object]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with served(Path(tmp_path_factory.mktemp("vc-api")) / "home") as one:
        yield one


def mine(instance: Instance, version: str = "2.0", **changes: object) -> Document:
    """A credential that the tests' own key of this instance's type has signed."""
    return signed(credential(did_of(key_of(instance)), version, **changes), instance)


# What is created


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_an_instance_signs_with_its_suite_and_answers_201_with_the_bare_credential(
    api: Api, instance: Instance, version: str
) -> None:
    sent = api.credential(instance, version)
    answer = api.issue(instance, sent)
    assert (answer.status, answer.media_type) == (201, "application/json"), answer.json
    proof = answer.json["proof"]
    suite = suites.SUITES[str(instance.suite)]
    assert proof["type"] == suite.type
    assert proof.get("cryptosuite", suite.name) == suite.name
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["verificationMethod"].split("#")[0] == api.dids[instance.name] == answer.json["issuer"]
    assert answer.json["credentialSubject"] == sent["credentialSubject"]
    if "created" in proof:
        timestamp.parse(proof["created"])
    else:
        assert suite.name == "bbs-2023"


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_the_proof_value_is_base58btc_of_one_signature(api: Api, instance: Instance) -> None:
    proof = api.issue(instance, api.credential(instance)).json["proof"]
    size = 96 if instance.key_type == "P-384" else 64
    assert proof["proofValue"][0] == "z"
    assert len(multibase_decode(proof["proofValue"], allowed="z")) == size


@pytest.mark.parametrize(
    ("instance", "header", "derived_header"),
    [(PARTS[0], b"\xd9\x5d\x00", b"\xd9\x5d\x01"), (PARTS[1], b"\xd9\x5d\x02", b"\xd9\x5d\x03")],
    **NAMED,
)
def test_the_proof_value_of_a_selective_suite_is_base64url_of_five_components(
    api: Api, instance: Instance, header: bytes, derived_header: bytes
) -> None:
    base = api.issue(instance, api.credential(instance)).json
    derived = api.derive(base, ["/credentialSubject"]).json
    for document, expected in ((base, header), (derived, derived_header)):
        raw = multibase_decode(document["proof"]["proofValue"], allowed="u")
        assert raw[:3] == expected
        parts = cbor.decode(raw[3:])
        assert isinstance(parts, list | tuple)
        assert len(parts) == 5


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_the_context_that_the_proof_needs_is_put_behind_the_credentials_own(api: Api, instance: Instance) -> None:
    older = api.issue(instance, api.credential(instance, "1.1")).json["@context"]
    newer = api.issue(instance, api.credential(instance)).json["@context"]
    if instance.suite == "Ed25519Signature2020":
        assert (older, newer) == ([V1, ED25519_2020], [V2, ED25519_2020])
    else:
        assert older[:2] == [V1, DATA_INTEGRITY]
        assert newer == [V2]


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_context_that_stands_there_already_is_not_put_there_twice(api: Api, instance: Instance) -> None:
    needed = ED25519_2020 if instance.suite == "Ed25519Signature2020" else DATA_INTEGRITY
    answer = api.issue(instance, api.credential(instance, "1.1", **{"@context": [V1, needed]}))
    assert answer.status == 201
    assert answer.json["@context"].count(needed) == 1


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_what_an_instance_issues_is_verified(api: Api, instance: Instance, version: str) -> None:
    issued = api.issue(instance, api.credential(instance, version)).json
    if instance.suite in SELECTIVE:
        derived = api.derive(issued, ["/credentialSubject/id"])
        assert derived.status == 201, derived.json
        issued = derived.json
    for options in ({}, {"checks": ["proof"]}, {"checks": ["proof", "credentialStatus"]}):
        answer = api.verify(issued, **options)
        assert (answer.status, answer.json["verified"], answer.json["issuerBinding"]) == (200, True, "confirmed")


@pytest.mark.parametrize("instance", PARTS, **NAMED)
def test_a_base_proof_is_refused_by_a_verifier(api: Api, instance: Instance) -> None:
    base = api.issue(instance, api.credential(instance)).json
    assert api.verify(base).code == "proof.base_shown"
    shown = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [base]}
    signer = signer_of(OTHER)
    signed_by_holder = suites.sign(
        shown, suite="eddsa-rdfc-2022", signer=signer, created=CREATED, purpose="authentication"
    )
    assert api.present(signed_by_holder).code == "proof.base_shown"


@pytest.mark.parametrize("instance", PARTS, **NAMED)
def test_a_holder_shows_only_what_is_mandatory_or_chosen(api: Api, instance: Instance) -> None:
    subject = {"id": "did:example:subject", "name": "Ada Lark", "description": "a learner"}
    sent = api.credential(instance, credentialSubject=subject, validFrom="2026-03-01T00:00:00Z")
    base = api.issue(instance, sent, mandatoryPointers=["/credentialSubject/name"]).json
    shown = api.derive(base, ["/credentialSubject/id"])
    assert shown.status == 201
    assert shown.json["credentialSubject"] == {"id": "did:example:subject", "name": "Ada Lark"}
    assert shown.json["issuer"] == sent["issuer"]
    assert shown.json["validFrom"] == "2026-03-01T00:00:00Z"
    assert api.verify(shown.json).status == 200
    shown.json["credentialSubject"]["description"] = "a learner"
    assert api.verify(shown.json).code.startswith("proof.")


@pytest.mark.parametrize("pointer", ["/nothing", "credentialSubject", "/credentialSubject/~2", "#/issuer"])
@pytest.mark.parametrize("instance", PARTS, **NAMED)
def test_a_pointer_that_leads_nowhere_is_refused_by_issuer_and_holder(
    api: Api, instance: Instance, pointer: str
) -> None:
    base = api.issue(instance, api.credential(instance))
    assert base.status == 201
    expected = ("proof.pointer", "vc_api.request")
    assert api.issue(instance, api.credential(instance), mandatoryPointers=[pointer]).code in expected
    assert api.derive(base.json, [pointer]).code in expected


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_a_suite_that_signs_whole_takes_no_pointers_and_gives_no_part(api: Api, instance: Instance) -> None:
    refused = api.issue(instance, api.credential(instance), mandatoryPointers=["/issuer"])
    assert refused.code == "vc_api.pointers"
    whole = api.issue(instance, api.credential(instance)).json
    assert api.derive(whole, ["/issuer"]).code == "proof.not_derivable"


@pytest.mark.parametrize("instance", PARTS, **NAMED)
def test_nothing_is_derived_from_a_credential_that_was_changed(api: Api, instance: Instance) -> None:
    base = api.issue(instance, api.credential(instance)).json
    base["credentialSubject"]["id"] = "did:example:other"
    assert api.derive(base, ["/credentialSubject"]).code.startswith("proof.")


# What is refused: each line is one of the suites' negative assertions


def without(name: str) -> Change:
    return lambda document: document["proof"].pop(name)


def with_proof(**members: object) -> Change:
    return lambda document: document["proof"].update(members)


def other_prefix(document: Document) -> None:
    value = document["proof"]["proofValue"]
    document["proof"]["proofValue"] = ("u" if value[0] == "z" else "z") + value[1:]


def no_prefix(document: Document) -> None:
    document["proof"]["proofValue"] = document["proof"]["proofValue"][1:]


def base_trick(document: Document) -> None:
    document["@context"].append({"@base": "https://evil.example/"})
    document["type"].append("./Relative")


NEGATIVE: dict[str, tuple[Change, tuple[str, ...]]] = {
    "the proof is null": (lambda document: document.update(proof=None), ("proof.malformed",)),
    "there is no proof": (lambda document: document.pop("proof"), ("proof.missing",)),
    "the proof is a text": (lambda document: document.update(proof="z"), ("proof.malformed",)),
    "the list of proofs is empty": (lambda document: document.update(proof=[]), ("proof.malformed",)),
    "the proof has no type": (without("type"), ("proof.malformed",)),
    "the proof has no verificationMethod": (without("verificationMethod"), ("proof.malformed",)),
    "the proof has no proofPurpose": (without("proofPurpose"), ("proof.malformed",)),
    "the proof has no proofValue": (without("proofValue"), ("proof.malformed",)),
    "the type of the proof is unknown": (with_proof(type="UnknownProof"), ("proof.suite_unsupported",)),
    "the purpose is not assertionMethod": (with_proof(proofPurpose="authentication"), ("proof.purpose",)),
    "the proofValue has another prefix": (other_prefix, ("proof.value",)),
    "the proofValue has no prefix": (no_prefix, ("proof.value",)),
    "created is no dateTimeStamp": (with_proof(created="yesterday"), ("proof.malformed",)),
    "created is a number": (with_proof(created=1700000000), ("proof.malformed",)),
    "expires is no dateTimeStamp": (with_proof(expires="2026-13-01T00:00:00Z"), ("proof.malformed",)),
    "expires is past": (with_proof(expires="2026-03-03T00:00:00Z"), ("proof.expired",)),
    "the proof has one member more": (
        with_proof(expires="2099-01-01T00:00:00Z"),
        ("proof.invalid", "proof.value", "proof.member"),
    ),
    "the proof has a member without a meaning": (with_proof(color="red"), ("proof.member",)),
    "the key is named by nothing that is there": (
        with_proof(verificationMethod="did:key:z6MkNothing#z6MkNothing"),
        ("key.type_unsupported",),
    ),
    "the key is no DID's": (
        with_proof(verificationMethod="https://issuer.example/keys/1"),
        ("proof.key_unresolved",),
    ),
    "the key is an object": (with_proof(verificationMethod={"id": "urn:x"}), ("proof.malformed",)),
    "domain is a number": (with_proof(domain=7), ("proof.malformed",)),
    "challenge is a number": (with_proof(challenge=7), ("proof.malformed",)),
    "previousProof names nothing that is there": (
        with_proof(previousProof="urn:uuid:missing"),
        ("proof.previous_missing", "proof.chain_unsupported"),
    ),
    "one of previousProof is not there": (
        with_proof(previousProof=["urn:uuid:missing", "urn:uuid:gone"]),
        ("proof.previous_missing", "proof.chain_unsupported"),
    ),
    "the subject was changed": (
        lambda document: document["credentialSubject"].update(id="did:example:other"),
        ("proof.invalid", "proof.value"),
    ),
    "the issuer was changed": (
        lambda document: document.update(issuer="did:example:other"),
        ("proof.invalid", "proof.value"),
    ),
    "a date was added": (
        lambda document: document.update(validFrom="2020-01-01T00:00:00Z"),
        ("proof.invalid", "proof.value"),
    ),
    "a word without a meaning was added": (
        lambda document: document["credentialSubject"].update(undefinedTerm="x"),
        ("linked.undefined_term", "proof.invalid"),
    ),
    "a word without a meaning was added at the top": (
        lambda document: document.update(undefinedTerm="x"),
        ("linked.undefined_term", "proof.invalid"),
    ),
    "a type without a meaning was added": (
        lambda document: document["type"].append("UndefinedType"),
        ("linked.undefined_type", "proof.invalid"),
    ),
    "a @base would give a type a meaning": (base_trick, ("linked.base", "linked.unsupported")),
    "a context that is not held was added": (
        lambda document: document["@context"].append("https://unknown.example/v1"),
        ("linked.context_unknown", "proof.context"),
    ),
}


@pytest.mark.parametrize("what", NEGATIVE)
@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_when(api: Api, instance: Instance, what: str) -> None:
    change, codes = NEGATIVE[what]
    document = mine(instance)
    assert api.verify(document).status == 200
    change(document)
    assert api.verify(document, checks=["proof"]).code in codes


@pytest.mark.parametrize("instance", [one for one in EMBEDDED if one.suite != "Ed25519Signature2020"], **NAMED)
def test_a_verifier_refuses_an_unknown_cryptosuite(api: Api, instance: Instance) -> None:
    document = mine(instance)
    document["proof"]["cryptosuite"] = "unknown-suite-2099"
    assert api.verify(document).code == "proof.suite_unsupported"
    del document["proof"]["cryptosuite"]
    assert api.verify(document).code == "proof.malformed"


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_a_credential_that_is_sent_as_a_text(api: Api, instance: Instance) -> None:
    import json

    assert api.verify(json.dumps(mine(instance))).code == "vc_api.request"


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_the_proof_of_another_key(api: Api, instance: Instance) -> None:
    document = mine(instance)
    document["proof"]["verificationMethod"] = signer_of(OTHER).id
    assert api.verify(document).code in ("proof.invalid", "proof.key_mismatch", "proof.value")


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_another_challenge_or_domain_than_it_asked_for(api: Api, instance: Instance) -> None:
    document = mine(instance)
    assert api.verify(document, challenge="c-1").code == "proof.challenge"
    assert api.verify(document, domain="shop.example").code == "proof.domain"


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_verifier_refuses_another_purpose_than_is_expected(api: Api, instance: Instance) -> None:
    document = mine(instance)
    assert api.verify(document, expectedProofPurpose="authentication").code == "proof.purpose"
    assert api.verify(document, expectedProofPurpose="assertionMethod").status == 200
    assert api.verify(document, expectedProofPurpose=7).code == "vc_api.request"


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_a_verifier_takes_the_challenge_and_domain_that_it_asked_for(api: Api, instance: Instance) -> None:
    sent = credential(did_of(key_of(instance)))
    document = signed(sent, instance, challenge="c-1", domain="shop.example")
    asked = {"challenge": "c-1", "domain": "shop.example"}
    assert api.verify(document, **asked).status == 200
    assert api.verify(document, **(asked | {"challenge": "c-2"})).json["type"] == (
        "https://w3id.org/security#INVALID_CHALLENGE_ERROR"
    )
    assert api.verify(document, **(asked | {"domain": "other.example"})).json["type"] == (
        "https://w3id.org/security#INVALID_DOMAIN_ERROR"
    )


# Sets and chains


def chain(instance: Instance, previous: str | list[str]) -> Document:
    first = signed(credential(did_of(key_of(instance))), instance, id="urn:uuid:first", key=key_of(instance))
    ready = copy.deepcopy(first)
    return suites.sign(
        ready, suite=str(instance.suite), signer=signer_of(key_of(instance)), created=CREATED, previous=previous
    )


@pytest.mark.parametrize("previous", ["urn:uuid:first", ["urn:uuid:first"]], ids=["text", "list"])
@pytest.mark.parametrize("instance", CHAINING, **NAMED)
def test_a_chain_of_proofs_is_verified(api: Api, instance: Instance, previous: str | list[str]) -> None:
    assert api.verify(chain(instance, previous)).status == 200


@pytest.mark.parametrize("previous", ["urn:uuid:first", ["urn:uuid:first"]], ids=["text", "list"])
@pytest.mark.parametrize("instance", CHAINING, **NAMED)
def test_a_chain_whose_earlier_proof_fails_is_refused(api: Api, instance: Instance, previous: str | list[str]) -> None:
    document = chain(instance, previous)
    document["proof"][0]["created"] = "2026-03-02T10:00:01Z"
    assert api.verify(document).code == "proof.invalid"
    gone = chain(instance, previous)
    del gone["proof"][0]
    assert api.verify(gone).code == "proof.previous_missing"
    circle = chain(instance, previous)
    circle["proof"][1]["id"] = "urn:uuid:second"
    circle["proof"][0]["previousProof"] = "urn:uuid:second"
    assert api.verify(circle).code in ("proof.previous_cycle", "proof.invalid")


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_a_set_of_proofs_is_verified_and_one_false_one_spoils_it(api: Api, instance: Instance) -> None:
    document = signed(mine(instance), instance)
    assert len(document["proof"]) == 2
    assert api.verify(document).status == 200
    document["proof"][1]["created"] = "2026-03-02T10:00:01Z"
    assert api.verify(document).code == "proof.invalid"


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_a_set_with_a_proof_that_nobody_here_can_check_is_refused(api: Api, instance: Instance) -> None:
    document = mine(instance)
    document["proof"] = [document["proof"], {**document["proof"], "type": "UnknownProof"}]
    assert api.verify(document).code == "proof.one_unknown"


@pytest.mark.parametrize("instance", WHOLE, **NAMED)
def test_an_instance_adds_its_proof_to_those_that_stand_there(api: Api, instance: Instance) -> None:
    once = api.issue(instance, api.credential(instance)).json
    again = api.issue(instance, {name: member for name, member in once.items() if name != "credentialStatus"})
    if instance.has_status:
        # The first proof is over the first entry: together they cannot hold.
        assert api.verify(again.json).code == "proof.invalid"
        return
    assert (again.status, len(again.json["proof"])) == (201, 2)
    assert api.verify(again.json).status == 200


@pytest.mark.parametrize("proof", [None, "x", [], {}, {"type": "DataIntegrityProof"}, {"proofPurpose": "x"}])
def test_a_broken_proof_that_stands_there_is_refused_at_issue(api: Api, proof: object) -> None:
    sent = api.credential(EMBEDDED[0]) | {"proof": proof}
    assert api.issue(EMBEDDED[0], sent).code == "proof.malformed"


# Who the key belongs to


@pytest.mark.parametrize("instance", EMBEDDED, **NAMED)
def test_a_key_that_is_not_the_issuers_is_a_warning_here_and_told(api: Api, instance: Instance) -> None:
    answer = api.verify(signed(credential("https://vc.example/issuers/5678"), instance))
    assert (answer.status, answer.json["verified"], answer.json["issuerBinding"]) == (200, True, "unconfirmed")
    warning = next(one for one in answer.json["warnings"] if one["code"] == "issuer_binding.other_issuer")
    assert warning["detail"].startswith("issuerBinding: unconfirmed")


@pytest.mark.parametrize("instance", [one for one in EMBEDDED if not one.has_status], **NAMED)
def test_an_instance_signs_for_the_issuer_that_the_suite_names(api: Api, instance: Instance) -> None:
    sent = api.credential(instance, issuer={"id": "did:example:issuer"})
    assert api.issue(instance, sent).status == 201


@pytest.mark.parametrize("instance", INSTANCES, **NAMED)
def test_a_missing_issuer_is_never_filled_in(api: Api, instance: Instance) -> None:
    for issuer in (None, {}, {"name": "A school"}):
        assert api.issue(instance, api.credential(instance, issuer=issuer)).code == "data_model.issuer"
