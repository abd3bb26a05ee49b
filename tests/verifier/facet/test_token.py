"""verifier.facet.token: JWT credentials and presentations of both profiles, judged whole."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from satchel.credential import bake, stack
from satchel.credential.read import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import Did
from tests.attack.forge import (
    ACCEPTED,
    CREATED,
    CREDENTIALS_V2,
    ISSUER,
    LEARNER,
    NOW,
    STRANGER,
    Document,
    badge,
    did_of,
    facet,
    judged,
    method_of,
    mirror,
    says,
    signed,
    to_bytes,
)
from tests.satchel.credential import pictures
from tests.verifier.facet.test_cose import sealed as cose_sealed
from tests.verifier.facet.test_disclosing import issued
from tests.verifier.facet.test_seal import sealed
from tests.verifier.tokens import enveloped, header_of, jwt, old_jwt, part, signed_by, vc_jwt, vp_jwt
from verifier.judge import judge
from verifier.materials import Asked, Materials
from verifier.policy import POLICIES

SCHOOL = "did:web:school.example"
QUESTION = Asked(challenge="n-1", domain="https://employer.example")
BOUND = Asked(challenge="n-1", domain="https://employer.example", require_holder_binding=True)
ANSWER: dict[str, Any] = {"nonce": "n-1", "aud": "https://employer.example"}


def school(*methods: Document, **purposes: object) -> Document:
    """The DID document of the school; a purpose lists all methods unless it is given."""
    names: list[object] = [method["id"] for method in methods]
    relations = {"assertionMethod": names, "authentication": names} | purposes
    return {"id": SCHOOL, "verificationMethod": list(methods), **relations}


def method(key: PrivateKey, fragment: str = "key-1", **changes: object) -> Document:
    return {
        "id": f"{SCHOOL}#{fragment}",
        "type": "Multikey",
        "controller": SCHOOL,
        "publicKeyMultibase": did_of(key).removeprefix("did:key:"),
    } | changes


def school_badge(**changes: object) -> Document:
    return badge(issuer={"id": SCHOOL, "type": ["Profile"], "name": "School"}, **changes)


# Accepted ------------------------------------------------------------------------------------------------------------


def test_a_vc_jwt_of_either_profile_is_accepted() -> None:
    for token, form in ((vc_jwt(), "vc+jwt"), (old_jwt(), "vc-jwt"), (signed_by(ISSUER, badge()), "vc+jwt")):
        report = judged(token)
        says(report, "accepted", "proof", "pass", "proof.ok")
        assert facet(report, "issuer_binding").code == "issuer_binding.ok"
        assert report.format == form
        assert facet(report, "data_model").details["title"] == "Knots and hitches"


def test_what_only_the_claims_say_is_the_credential_s() -> None:
    document = badge()
    document["@context"] = ["https://www.w3.org/2018/credentials/v1", *document["@context"][1:]]
    for name in ("issuer", "validFrom", "id"):
        del document[name]
    del document["credentialSubject"]["id"]
    report = judged(old_jwt({"vc": document}), asked=Asked(holder=did_of(LEARNER)))
    says(report, "accepted", "subject", "pass", "subject.ok")
    assert facet(report, "issuer_binding").details["issuer"] == did_of(ISSUER)
    assert facet(report, "validity").details == {"issuanceDate": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize("kid", [None, did_of(ISSUER), "#" + did_of(ISSUER).removeprefix("did:key:")])
def test_a_did_of_one_key_names_its_key(kid: str | None) -> None:
    says(judged(old_jwt(kid=kid)), "accepted", "issuer_binding", "pass", "issuer_binding.ok")


def test_a_key_of_a_did_document_is_found_under_its_name(tmp_path: Path) -> None:
    world = mirror(tmp_path, {"https://school.example/.well-known/did.json": school(method(ISSUER))})
    for token in (
        vc_jwt(school_badge(), kid=f"{SCHOOL}#key-1"),
        vc_jwt(school_badge(iss=SCHOOL), kid="#key-1"),
    ):
        says(judged(token, fetch=world), "accepted", "issuer_binding", "pass", "issuer_binding.ok")
        says(judged(token), "undecided", "proof", "unknown", "did.unreachable")


@pytest.mark.parametrize("form", ["PNG", "SVG", "envelope", "blanks"])
def test_a_token_is_judged_wherever_it_stands(form: str) -> None:
    token = vc_jwt()
    raw = {
        "PNG": bake.bake(pictures.png(), token),
        "SVG": bake.bake(pictures.svg(), token),
        "envelope": to_bytes(enveloped(token)),
        "blanks": b"\n " + token + b"\r\n",
    }[form]
    report = judged(raw)
    says(report, "accepted", "proof", "pass", "proof.ok")
    assert report.format == "vc+jwt"


# Keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kid", "outcome"),
    [
        ("https://issuer.example/keys/1", "unknown"),
        ("key-1", "unknown"),
        ("../../etc/passwd", None),
        ("'; DROP TABLE keys; --", None),
        ("file:///etc/passwd", None),
        ("http://169.254.169.254/latest", None),
        ("$(id)", None),
        ("a\x00b", None),
        (7, None),
    ],
)
def test_a_name_that_leads_to_no_did_finds_no_key_and_opens_nothing(kid: object, outcome: str | None) -> None:
    report = judged(vc_jwt(kid=kid))
    if outcome is None:
        says(report, "rejected", "proof", "fail", "proof.token_header")
    else:
        says(report, "undecided", "proof", "unknown", "proof.key_unresolved")
        assert facet(report, "issuer_binding").code == "issuer_binding.unresolved"


def test_a_key_in_a_url_fragment_is_nobody_s() -> None:
    kid = f"https://issuer.example#{did_of(ISSUER).removeprefix('did:key:')}"
    report = judged(vc_jwt(badge(issuer="https://issuer.example"), kid=kid))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_in_fragment")
    assert facet(report, "proof").code == "proof.key_unresolved"


@pytest.mark.parametrize("iss", [None, SCHOOL, "https://issuer.example"])
def test_without_a_kid_a_did_of_many_keys_is_no_name(tmp_path: Path, iss: str | None) -> None:
    world = mirror(tmp_path, {"https://school.example/.well-known/did.json": school(method(ISSUER))})
    document = school_badge() if iss != "https://issuer.example" else badge(issuer=iss)
    token = vc_jwt(document if iss is None else document | {"iss": iss}, kid=None)
    says(judged(token, fetch=world), "undecided", "proof", "unknown", "proof.key_unresolved")
    assert facet(judged(token), "issuer_binding").code == "issuer_binding.unresolved"


def test_a_did_of_many_keys_is_no_name_of_one(tmp_path: Path) -> None:
    says(judged(vc_jwt(school_badge(), kid=SCHOOL)), "undecided", "proof", "unknown", "proof.key_unresolved")
    report = judged(vc_jwt(badge(), kid=SCHOOL))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"])
def test_a_token_that_brings_its_key_is_bound_to_nobody(name: str) -> None:
    report = judged(vc_jwt(**{name: {"kty": "OKP"}}))
    says(report, "rejected", "proof", "fail", "proof.token_key")
    assert facet(report, "issuer_binding").code == "issuer_binding.key_in_token"


def test_a_stranger_s_key_is_not_the_issuer_s() -> None:
    report = judged(vc_jwt(key=STRANGER))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    assert facet(report, "proof").code == "proof.ok"


def test_a_signature_by_another_key_than_the_named_is_none() -> None:
    says(judged(jwt(header_of(ISSUER), badge(), STRANGER)), "rejected", "proof", "fail", "proof.invalid")


def test_a_key_that_may_not_make_claims_is_not_used(tmp_path: Path) -> None:
    document = school(method(ISSUER), assertionMethod=[])
    world = mirror(tmp_path, {"https://school.example/.well-known/did.json": document})
    report = judged(vc_jwt(school_badge(), kid=f"{SCHOOL}#key-1"), fetch=world)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")


def test_a_key_that_is_not_in_the_document_is_refused(tmp_path: Path) -> None:
    world = mirror(tmp_path, {"https://school.example/.well-known/did.json": school(method(ISSUER))})
    report = judged(vc_jwt(school_badge(), kid=f"{SCHOOL}#key-2"), fetch=world)
    says(report, "rejected", "proof", "fail", "did.method_missing")
    assert facet(report, "issuer_binding").code == "issuer_binding.key_refused"


def test_an_algorithm_is_the_key_s_and_never_the_header_s() -> None:
    for algorithm in ("ES256", "RS256", "ES384"):
        says(judged(vc_jwt(alg=algorithm)), "rejected", "proof", "fail", "proof.key_mismatch")
    for algorithm in ("none", "None", "nOnE", "", "HS256", None):
        says(judged(vc_jwt(alg=algorithm)), "rejected", "proof", "fail", "proof.algorithm")
    says(judged(vc_jwt(alg="PS256")), "undecided", "proof", "unknown", "proof.algorithm_unsupported")


# Content -------------------------------------------------------------------------------------------------------------


def test_every_change_of_the_payload_breaks_the_signature() -> None:
    header, _, signature = vc_jwt().decode().split(".")
    changed = badge(name="Another")
    says(judged(f"{header}.{part(changed)}.{signature}".encode()), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": did_of(STRANGER)}, "proof.token_claims"),
        ({"sub": did_of(STRANGER)}, "proof.token_claims"),
        ({"jti": "urn:uuid:00000000-0000-4000-8000-000000000000"}, "proof.token_claims"),
        ({"nbf": 1_772_323_201}, "proof.token_claims"),
        ({"type": ["VerifiableCredential"]}, "proof.token_claims"),
        ({"vp": {"type": "VerifiablePresentation"}}, "proof.token_claims"),
        ({"nbf": "2026"}, "proof.token_malformed"),
        ({"exp": True}, "proof.token_malformed"),
        ({"exp": -1}, "proof.token_malformed"),
        ({"exp": 1e30}, "proof.token_malformed"),
    ],
    ids=str,
)
def test_claims_that_contradict_the_credential_are_refused(claims: Document, code: str) -> None:
    says(judged(old_jwt(claims)), "rejected", "proof", "fail", code)


@pytest.mark.parametrize("typ", ["at+jwt", "kb+jwt", "proof+jwt", "vp+jwt", "statuslist+jwt", "dpop+jwt"])
def test_a_token_of_another_type_is_no_credential(typ: str) -> None:
    says(judged(vc_jwt(typ=typ)), "rejected", "proof", "fail", "proof.token_type")


def test_the_newer_type_has_no_claim_vc() -> None:
    says(judged(old_jwt(typ="vc+jwt")), "rejected", "proof", "fail", "proof.token_claims")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1_772_323_201}, "proof.expired"),
        ({"nbf": 4_000_000_000}, "proof.not_yet_valid"),
        ({"nbf": 1_772_323_202, "exp": 1_772_323_201}, "proof.dates"),
    ],
    ids=str,
)
def test_the_newer_profile_s_dates_are_the_token_s(claims: Document, code: str) -> None:
    says(judged(vc_jwt(badge() | claims)), "rejected", "proof", "fail", code)


def test_the_older_profile_s_dates_are_the_credential_s() -> None:
    report = judged(old_jwt({"exp": 1_772_323_300}))
    says(report, "rejected", "validity", "fail", "validity.expired")
    assert facet(report, "proof").code == "proof.ok"
    late = badge(issuanceDate="2096-10-02T07:06:40Z")
    late["@context"] = ["https://www.w3.org/2018/credentials/v1", *late["@context"][1:]]
    del late["validFrom"]
    report = judged(old_jwt({"nbf": 4_000_000_000, "vc": late}))
    says(report, "rejected", "validity", "fail", "validity.not_yet_valid")


def test_dates_in_the_credential_count_too() -> None:
    says(judged(vc_jwt(badge(validUntil="2026-03-02T00:00:00Z"))), "rejected", "validity", "fail", "validity.expired")


def test_a_token_from_the_future_is_told() -> None:
    says(judged(vc_jwt(badge(iat=4_000_000_000))), "accepted_with_warnings", "proof", "warn", "proof.created_future")


def test_a_member_without_a_meaning_is_signed_and_told() -> None:
    report = judged(vc_jwt(badge(unheardOf="a text")))
    says(report, "accepted_with_warnings", "proof", "warn", "proof.meaning")


def test_a_context_that_is_not_held_leaves_the_meaning_open() -> None:
    document = badge()
    document["@context"].append("https://terms.example/v1")
    says(judged(vc_jwt(document)), "undecided", "proof", "unknown", "linked.context_unknown")


def test_a_second_spelling_is_refused_in_a_token_too() -> None:
    document = badge()
    document["https://www.w3.org/2018/credentials#validUntil"] = "2026-03-02T00:00:00Z"
    says(judged(vc_jwt(document)), "rejected", "data_model", "fail", "data_model.second_spelling")


def test_a_proof_inside_of_a_token_is_not_looked_at() -> None:
    report = judged(vc_jwt(signed(badge(), key=STRANGER)))
    says(report, "accepted_with_warnings", "proof", "warn", "proof.also_embedded")


def test_an_altered_document_beside_its_genuine_token_is_refused() -> None:
    document = badge(name="Another") | {"proof": {"type": "JwtProof2020", "jwt": vc_jwt().decode()}}
    says(judged(document), "rejected", "proof", "fail", "proof.malformed")


def test_the_schema_of_open_badges_is_asked_of_a_token_too() -> None:
    document = badge()
    del document["credentialSubject"]["achievement"]["criteria"]
    says(judged(vc_jwt(document)), "accepted_with_warnings", "schema", "fail", "schema.invalid")


# Envelopes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"name": "beside"},
        {"credentialSubject": {"id": "did:x:y"}},
        {"id": "https://elsewhere.example/token"},
        {"id": "data:text/plain,x"},
        {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
        {"@context": "https://elsewhere.example/v1"},
        {"@context": []},
    ],
    ids=str,
)
def test_an_envelope_says_nothing_of_its_own(change: Document) -> None:
    report = judged(enveloped(vc_jwt()) | change)
    says(report, "rejected", "data_model", "fail", "data_model.envelope")
    assert facet(report, "proof").code == "proof.missing"


def test_an_envelope_holds_what_it_promises() -> None:
    says(judged(enveloped(old_jwt())), "rejected", "proof", "fail", "proof.token_type")
    says(judged(enveloped(old_jwt(), "application/jwt")), "accepted", "proof", "pass", "proof.ok")
    shown = vp_jwt(vc_jwt())
    says(judged(enveloped(shown, "application/vp+jwt")), "rejected", "proof", "fail", "proof.token_type")
    whole = enveloped(shown, "application/vp+jwt", type="EnvelopedVerifiablePresentation")
    says(judged(whole), "accepted", "proof", "pass", "proof.ok")


def test_an_envelope_inside_of_a_token_is_not_opened() -> None:
    document = badge(type=["VerifiableCredential", "EnvelopedVerifiableCredential"])
    says(judged(vc_jwt(document)), "rejected", "data_model", "fail", "data_model.envelope")


# Presentations -------------------------------------------------------------------------------------------------------


def test_a_presentation_token_that_answers_is_accepted_with_what_is_in_it() -> None:
    report = judged(vp_jwt(vc_jwt(), signed(badge()), **ANSWER), asked=BOUND)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert facet(report, "issuer_binding").message == "The key belongs to the holder and may show who presents."
    assert [inner.format for inner in report.inner] == ["vc+jwt", "vc-json"]
    assert [facet(inner, "subject").code for inner in report.inner] == ["subject.ok", "subject.ok"]


def test_a_presentation_of_the_older_profile_may_hold_bare_tokens() -> None:
    claims: Document = {
        "iss": did_of(LEARNER),
        **ANSWER,
        "vp": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [old_jwt().decode()],
        },
    }
    report = judged(jwt(header_of(LEARNER, typ="JWT"), claims, LEARNER), asked=BOUND)
    says(report, "accepted", "proof", "pass", "proof.ok")
    assert [inner.format for inner in report.inner] == ["vc-jwt"]
    claims["vp"]["@context"] = ["https://www.w3.org/ns/credentials/v2"]
    report = judged(jwt(header_of(LEARNER, typ="JWT"), claims, LEARNER), asked=BOUND)
    says(report, "rejected", "data_model", "fail", "data_model.credentials")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "n-2"}, "proof.challenge"),
        ({"nonce": "n-"}, "proof.challenge"),
        ({"nonce": None}, "proof.challenge"),
        ({"nonce": "n-1\u200b"}, "proof.challenge"),
        ({"aud": "https://other.example"}, "proof.domain"),
        ({"aud": None}, "proof.domain"),
        ({"aud": ["https://employer.example", "https://other.example"]}, "proof.domain"),
        ({"exp": 1_772_323_201}, "proof.expired"),
        ({"iss": did_of(STRANGER)}, "proof.token_claims"),
        ({"nonce": ["n-1"]}, "proof.token_malformed"),
        ({"verifiableCredential": [vc_jwt().decode()]}, "proof.token_claims"),
        (
            {"verifiableCredential": [{"type": "EnvelopedVerifiableCredential", "id": "https://x.example"}]},
            "proof.token_claims",
        ),
    ],
    ids=str,
)
def test_a_presentation_for_another_question_is_refused(changes: Document, code: str) -> None:
    says(judged(vp_jwt(vc_jwt(), **ANSWER | changes), asked=QUESTION), "rejected", "proof", "fail", code)


def test_one_audience_in_a_list_is_that_audience() -> None:
    token = vp_jwt(vc_jwt(), **ANSWER | {"aud": ["https://employer.example"]})
    says(judged(token, asked=QUESTION), "accepted", "proof", "pass", "proof.ok")


def test_a_presentation_by_somebody_else_shows_nobody() -> None:
    token = vp_jwt(vc_jwt(), key=STRANGER, **ANSWER | {"holder": did_of(LEARNER)})
    report = judged(token, asked=BOUND)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    assert facet(report, "subject").code == "subject.holder_not_proven"


def test_an_issuer_of_the_token_is_its_holder() -> None:
    token = vp_jwt(vc_jwt(), key=STRANGER, **ANSWER | {"holder": None, "iss": did_of(LEARNER)})
    says(judged(token, asked=BOUND), "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")


def test_a_stolen_credential_is_about_somebody_else() -> None:
    report = judged(vp_jwt(vc_jwt(), key=STRANGER, **ANSWER), asked=BOUND)
    says(report, "rejected", "parts", "fail", "parts.rejected")
    assert facet(report.inner[0], "subject").code == "subject.other_holder"


def test_a_bare_token_proves_no_holder() -> None:
    report = judged(vc_jwt(), asked=Asked(require_holder_binding=True))
    says(report, "rejected", "subject", "fail", "subject.holder_not_proven")


@pytest.mark.parametrize(
    ("inner", "verdict"),
    [
        (vc_jwt(key=STRANGER), "rejected"),
        (jwt(header_of(ISSUER), badge(), STRANGER), "rejected"),
        (vc_jwt(badge(validUntil="2026-03-02T00:00:00Z")), "rejected"),
        (vc_jwt(kid="key-1"), "undecided"),
        (vc_jwt(alg="none"), "rejected"),
    ],
    ids=["stranger", "altered", "expired", "unknown key", "unsigned"],
)
def test_a_presentation_is_no_better_than_its_worst_token(inner: bytes, verdict: str) -> None:
    report = judged(vp_jwt(vc_jwt(), inner, **ANSWER), asked=QUESTION)
    assert report.verdict == verdict
    assert [one.verdict for one in report.inner] == ["accepted", verdict]


def test_no_presentation_passes_as_a_credential_nor_the_other_way() -> None:
    shown = vp_jwt(vc_jwt())
    report = judged(vp_jwt(enveloped(shown, "application/jwt"), **ANSWER), asked=QUESTION)
    assert report.verdict == "rejected"
    assert facet(report.inner[0], "proof").code == "proof.token_type"
    for token, name in (
        (old_jwt({"vc": badge(type=["VerifiablePresentation"])}), "presentation in vc"),
        (old_jwt({"vc": None, "vp": badge(), "nbf": None, "sub": None, "iss": None}), "credential in vp"),
    ):
        assert facet(judged(token), "proof").code == "proof.token_type", name
        assert judged(token).verdict == "rejected"
    both = badge(type=["VerifiableCredential", "VerifiablePresentation"])
    assert judged(vc_jwt(both)).verdict == "rejected"
    says(judged(vc_jwt(both)), "rejected", "proof", "fail", "proof.token_type")


# Records, endorsements, status lists ---------------------------------------------------------------------------------


def test_a_learner_record_may_hold_tokens() -> None:
    record = badge(type=["VerifiableCredential", "ClrCredential"])
    record["@context"].insert(1, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json")
    record["credentialSubject"] = {
        "id": did_of(LEARNER),
        "type": ["ClrSubject"],
        "verifiableCredential": [old_jwt().decode(), enveloped(vc_jwt()), enveloped(vc_jwt(key=STRANGER))],
    }
    report = judged(vc_jwt(record))
    assert [one.verdict for one in report.inner] == ["accepted", "accepted", "rejected"]
    says(report, "rejected", "parts", "fail", "parts.rejected")


def test_a_stack_may_hold_tokens_of_every_format() -> None:
    learner = LocalSigner(id=method_of(LEARNER), key=LEARNER)
    files = [read(one, name="part") for one in (vc_jwt(), old_jwt(), cose_sealed(), issued().encode())]
    raw = stack.compose(
        files, id="urn:uuid:5", learner=Did(did_of(LEARNER)), name="All", signer=learner, created=CREATED
    )
    report = judged(raw)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert [one.format for one in report.inner] == ["vc+jwt", "vc-jwt", "cose", "sd-jwt"]
    broken = stack.compose(
        [read(vc_jwt(key=STRANGER), name="part")],
        id="urn:uuid:5",
        learner=Did(did_of(LEARNER)),
        name="All",
        signer=learner,
        created=CREATED,
    )
    says(judged(broken), "rejected", "parts", "fail", "parts.rejected")


def endorsement(about: str, key: PrivateKey = STRANGER) -> bytes:
    return vc_jwt(
        {
            "@context": badge()["@context"],
            "id": "urn:uuid:1c9f2d30-6d0d-4d0f-9e0c-8f6a2b7c4d5e",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Good work",
            "issuer": {"id": did_of(key), "type": ["Profile"]},
            "validFrom": "2026-03-01T00:00:00Z",
            "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Seen it."},
        },
        key,
    )


def test_an_endorsement_may_be_a_token() -> None:
    good = endorsement(badge()["id"]).decode()
    report = judged(signed(badge(endorsementJwt=[good])))
    says(report, "accepted", "endorsements", "pass", "endorsements.ok")
    for given, code in (
        (endorsement("urn:uuid:0").decode(), "endorsements.other_target"),
        (endorsement(badge()["id"], ISSUER).decode(), "endorsements.self"),
        (good[:-8] + "AAAAAAAA", "endorsements.rejected"),
        (vc_jwt(kid="key-1").decode(), "endorsements.not_one"),
        (vc_jwt(alg="none").decode(), "endorsements.rejected"),
        (vc_jwt(alg="PS256").decode(), "endorsements.undecided"),
        ("no token", "endorsements.rejected"),
    ):
        report = judged(signed(badge(endorsementJwt=[given])))
        assert facet(report, "endorsements").code == code, given[:40]
        assert report.verdict == "accepted_with_warnings"
    report = judged(signed(badge(endorsement=[enveloped(good.encode())])))
    assert facet(report, "endorsements").code == "endorsements.ok"


def status_entry(index: int) -> Document:
    return {
        "id": f"https://school.example/status/1#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": "https://school.example/status/1",
    }


def status_list(*revoked: int) -> Document:
    bits = bytearray(131_072 // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    return {
        "@context": [CREDENTIALS_V2],
        "id": "https://school.example/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(ISSUER),
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://school.example/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + part(gzip.compress(bytes(bits), mtime=0)),
        },
    }


def test_the_status_of_a_token_is_asked() -> None:
    report = judged(vc_jwt(badge(credentialStatus=status_entry(3))))
    says(report, "undecided", "status", "unknown", "status.list_unreachable")


def test_a_status_list_may_be_a_token(tmp_path: Path) -> None:
    url = "https://school.example/status/1"
    world = mirror(tmp_path, {url: vc_jwt(status_list(4))})
    says(
        judged(vc_jwt(badge(credentialStatus=status_entry(3))), fetch=world), "accepted", "status", "pass", "status.ok"
    )
    report = judged(vc_jwt(badge(credentialStatus=status_entry(4))), fetch=world)
    says(report, "rejected", "status", "fail", "status.revoked")
    world = mirror(tmp_path, {url: jwt(header_of(ISSUER), status_list(4), STRANGER)})
    report = judged(vc_jwt(badge(credentialStatus=status_entry(3))), fetch=world)
    says(report, "undecided", "status", "unknown", "status.list_unverified")


# Speed of starting ---------------------------------------------------------------------------------------------------


def test_a_plain_credential_imports_no_room_of_tokens(tmp_path: Path) -> None:
    path = tmp_path / "badge.json"
    path.write_bytes(to_bytes(signed(badge())))
    script = (
        "import sys, json\nfrom tui.main import main\n"
        f"code = main(['verify', '--offline', {str(path)!r}])\n"
        "names = [n for n in ('satchel.proof.jose', 'satchel.proof.sdjwt', 'satchel.proof.cose_sign',"
        " 'satchel.credential.token', 'verifier.facet.token', 'cbor2', 'cryptography') if n in sys.modules]\n"
        "print(json.dumps([code, names]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stderr.splitlines()[-1]) == [0, []]


def test_the_verdict_does_not_change_what_it_judges() -> None:
    document = badge()
    before = copy.deepcopy(document)
    assert judged(vc_jwt(document), now=NOW).verdict == "accepted"
    assert document == before


@pytest.mark.parametrize("raw", [vc_jwt(), to_bytes(sealed())], ids=["token", "seal"])
def test_a_token_is_one_signature_where_a_policy_asks_for_two(raw: bytes) -> None:
    envelope = read(raw)
    policy = replace(POLICIES["default"], proofs=2)
    report = judge(envelope, Materials(now=NOW, fetched={}), policy, Asked())
    assert facet(report, "proof").code == "proof.too_few"
    assert report.verdict not in ACCEPTED
