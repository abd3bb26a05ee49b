from __future__ import annotations

import copy
from typing import Any

import pytest

from satchel.credential import clr, identity, presentation, stack
from satchel.credential.read import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import Did, JsonObject
from tests.attack.forge import (
    CREATED,
    CREDENTIALS_V1,
    ED25519_2020,
    ISSUER,
    LEARNER,
    STRANGER,
    Document,
    badge,
    badge_1_1,
    did_of,
    facet,
    judged,
    method_of,
    says,
    signed,
    to_bytes,
)
from tests.verifier.tokens import vc_jwt
from verifier.facet import parts
from verifier.materials import Asked
from verifier.report import Report

QUESTION = {"challenge": "c-1", "domain": "https://employer.example"}
ASKED = Asked(challenge="c-1", domain="https://employer.example")
BOUND = Asked(challenge="c-1", domain="https://employer.example", require_holder_binding=True)
GOOD = signed(badge())
TOKEN = vc_jwt(kid="https://elsewhere.example/key").decode()
ENVELOPED: Document = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": f"data:application/vc+jwt,{TOKEN}",
    "type": ["EnvelopedVerifiableCredential"],
}


def presented(*credentials: object, key: PrivateKey = LEARNER, holder: str | None = None, **options: Any) -> Document:
    document: Document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder or did_of(key),
        "verifiableCredential": list(credentials),
    }
    return signed(document, key=key, **({"purpose": "authentication"} | QUESTION | options))


def items(report: Report) -> list[Any]:
    found = facet(report, "parts").details["items"]
    assert isinstance(found, list)
    return found


def test_a_presentation_by_the_subject_is_accepted_with_all_that_is_in_it() -> None:
    report = judged(presented(GOOD, GOOD | {}), asked=BOUND)
    assert [inner.verdict for inner in report.inner] == ["accepted", "accepted"]
    report = judged(presented(GOOD), asked=BOUND)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert facet(report, "issuer_binding").message == "The key belongs to the holder and may show who presents."
    assert facet(report, "subject").code == "subject.ok"
    assert facet(report.inner[0], "subject").code == "subject.ok"
    assert items(report)[0]["linkage"]["code"] == "parts.key_proven"


def test_a_presentation_of_the_older_data_model_is_judged_too() -> None:
    document: Document = {
        "@context": [CREDENTIALS_V1, ED25519_2020],
        "type": ["VerifiablePresentation"],
        "holder": did_of(LEARNER),
        "verifiableCredential": signed(badge_1_1(), suite="Ed25519Signature2020"),
    }
    shown = signed(document, key=LEARNER, suite="Ed25519Signature2020", purpose="authentication", **QUESTION)
    says(judged(shown, asked=BOUND), "accepted", "proof", "pass", "proof.ok")
    changed = copy.deepcopy(shown)
    changed["verifiableCredential"]["name"] = "Another"
    report = judged(changed, asked=BOUND)
    assert report.inner[0].verdict == "rejected"
    says(report, "rejected", "parts", "fail", "parts.rejected")


def test_a_presentation_without_credentials_shows_who_holds_the_key() -> None:
    document = presentation.compose(holder=Did(did_of(LEARNER)))
    report = judged(signed(document, key=LEARNER, purpose="authentication", **QUESTION), asked=BOUND)
    says(report, "accepted", "parts", "not_applicable", "parts.none")
    assert facet(report, "subject").code == "subject.ok"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"challenge": "c-2"}, "proof.challenge"),
        ({"challenge": "c-"}, "proof.challenge"),
        ({"challenge": None}, "proof.challenge"),
        ({"domain": "https://employer.example.evil"}, "proof.domain"),
        ({"domain": "https://employer"}, "proof.domain"),
        ({"domain": None}, "proof.domain"),
        ({"purpose": "assertionMethod"}, "proof.purpose"),
    ],
    ids=str,
)
def test_a_proof_for_another_question_is_refused(options: dict[str, str | None], code: str) -> None:
    says(judged(presented(GOOD, **options), asked=ASKED), "rejected", "proof", "fail", code)


def test_a_proof_for_two_places_is_refused_at_each_of_them() -> None:
    from tests.attack.forge import options_of, signed_with

    document = presented(GOOD)
    del document["proof"]
    options = options_of(
        proofPurpose="authentication",
        verificationMethod=method_of(LEARNER),
        challenge="c-1",
        domain=["https://employer.example", "https://elsewhere.example"],
    )
    shown = signed_with(document, options, key=LEARNER)
    says(judged(shown), "accepted", "proof", "pass", "proof.ok")
    says(judged(shown, asked=ASKED), "rejected", "proof", "fail", "proof.domain")


def test_a_credential_where_a_presentation_is_asked_for_is_refused() -> None:
    report = judged(GOOD, asked=BOUND)
    says(report, "rejected", "proof", "fail", "proof.challenge")
    assert facet(report, "subject").code == "subject.holder_not_proven"
    # A credential signed for claims that also has the question's words is still no answer of the holder.
    answered = signed(badge(), **QUESTION)
    says(judged(answered, asked=BOUND), "rejected", "subject", "fail", "subject.holder_not_proven")


def test_a_document_that_is_credential_and_presentation_at_once_is_refused() -> None:
    both = badge(type=["VerifiableCredential", "OpenBadgeCredential", "VerifiablePresentation"])
    report = judged(signed(both, key=LEARNER, purpose="authentication", **QUESTION), asked=ASKED)
    says(report, "rejected", "data_model", "fail", "data_model.type")


def test_a_stolen_credential_is_refused_under_holder_binding_and_told_without() -> None:
    stolen = presented(GOOD, key=STRANGER)
    report = judged(stolen, asked=BOUND)
    says(report, "rejected", "parts", "fail", "parts.rejected")
    assert facet(report.inner[0], "subject").code == "subject.other_holder"
    report = judged(stolen, asked=ASKED)
    says(report, "accepted_with_warnings", "parts", "warn", "parts.other_subject")


def test_a_holder_that_is_not_the_signer_is_refused() -> None:
    report = judged(presented(GOOD, key=STRANGER, holder=did_of(LEARNER)), asked=BOUND)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    assert facet(report, "subject").code == "subject.holder_not_proven"
    assert "holder" in facet(report, "issuer_binding").message


def test_another_holder_than_the_one_asked_for_is_refused() -> None:
    report = judged(presented(GOOD), asked=Asked(holder=did_of(STRANGER)))
    says(report, "rejected", "subject", "fail", "subject.other_holder")
    assert judged(presented(GOOD), asked=Asked(holder=did_of(LEARNER))).verdict == "accepted"


def test_without_a_named_holder_whoever_has_signed_is_it() -> None:
    document: Document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [GOOD],
    }
    for key, verdict in ((LEARNER, "accepted"), (STRANGER, "rejected")):
        shown = signed(document, key=key, purpose="authentication", **QUESTION)
        assert judged(shown, asked=BOUND).verdict == verdict


def test_an_unsigned_presentation_is_refused() -> None:
    document = presented(GOOD)
    del document["proof"]
    says(judged(document), "rejected", "proof", "fail", "proof.missing")


@pytest.mark.parametrize(
    ("inner", "verdict", "code"),
    [
        (GOOD | {"name": "Another"}, "rejected", "parts.rejected"),
        (badge(), "rejected", "parts.rejected"),
        (signed(badge(validUntil="2026-04-01T00:00:00Z")), "rejected", "parts.rejected"),
        (signed(badge(), key=STRANGER), "rejected", "parts.rejected"),
        (ENVELOPED, "undecided", "parts.undecided"),
        (ENVELOPED | {"id": "data:application/vc+jwt,none"}, "rejected", "parts.rejected"),
        (presented(GOOD), "rejected", "parts.presentation_inside"),
    ],
    ids=["altered", "unsigned", "expired", "stranger", "token", "no token", "presentation"],
)
def test_a_presentation_is_no_better_than_the_worst_in_it(inner: object, verdict: str, code: str) -> None:
    # Signed by the holder as it stands, so that the outer proof is good.
    report = judged(presented(GOOD, inner), asked=ASKED)
    assert (report.verdict, facet(report, "parts").code) == (verdict, code)
    assert facet(report, "proof").code == "proof.ok"
    assert items(report)[0]["verdict"] == "accepted"
    assert len(report.inner) == 2


def test_what_is_no_credential_at_all_inside_is_refused() -> None:
    document = presented(GOOD)
    document["verifiableCredential"] = [7]
    report = judged(document)
    says(report, "rejected", "parts", "fail", "parts.unreadable")
    assert facet(report, "data_model").code == "data_model.credentials"


def test_the_same_credential_twice_counts_once() -> None:
    report = judged(presented(GOOD, copy.deepcopy(GOOD)))
    says(report, "accepted_with_warnings", "parts", "warn", "parts.twice")


def test_an_enveloped_token_is_read_as_a_part() -> None:
    envelope = read(TOKEN.encode())
    document = presentation.compose(holder=Did(did_of(LEARNER)), credentials=[envelope])
    report = judged(signed(document, key=LEARNER, purpose="authentication"))
    says(report, "undecided", "parts", "unknown", "parts.undecided")
    assert facet(report.inner[0], "proof").code == "proof.key_unresolved"


def test_more_credentials_than_are_judged_are_told() -> None:
    document = presented()
    document["verifiableCredential"] = [TOKEN] * 201
    assert facet(judged(document), "parts").code == "parts.too_many"
    assert judged(document).inner == ()


def test_a_bare_token_is_read_but_no_such_proof_covers_it() -> None:
    """VC 1.1 allows it; linked data would drop it unseen, so the outer proof cannot hold."""
    document = presented()
    document["verifiableCredential"] = [TOKEN, "no token"]
    report = judged(document)
    assert [item["verdict"] for item in items(report)] == ["undecided", "malformed"]
    assert facet(report, "proof").outcome == "fail"


def record(
    *inner: Document,
    learner: PrivateKey = LEARNER,
    key: PrivateKey = ISSUER,
    id: str = "urn:uuid:6a9c7a1e-8f0b-4c53-9d0e-3f9f4c8b2d17",
    **changes: Any,
) -> Document:
    document: Any = clr.compose(
        id=id,
        learner=Did(did_of(learner)),
        learner_name=None,
        name="A record",
        parts=[read(to_bytes(one)) for one in inner],
        created=CREATED,
    )
    del document["relatedResource"]
    document["issuer"] = did_of(key)
    document["credentialSubject"] |= changes
    return signed(document, key=key)


def test_every_credential_of_a_learner_record_is_judged() -> None:
    report = judged(record(GOOD))
    says(report, "accepted", "parts", "pass", "parts.ok")
    (item,) = items(report)
    assert (item["title"], item["linkage"]["code"]) == ("Knots and hitches", "parts.same_subject")
    own = judged(record(GOOD, key=LEARNER))
    assert items(own)[0]["linkage"]["code"] == "parts.key_proven"


def test_an_altered_credential_in_a_record_that_was_signed_over_it_is_refused() -> None:
    report = judged(record(GOOD, GOOD | {"name": "Another"}))
    says(report, "rejected", "parts", "fail", "parts.rejected")
    assert facet(report, "proof").code == "proof.ok"
    assert [inner.verdict for inner in report.inner] == ["accepted", "rejected"]


def test_a_record_of_somebody_elses_credential_is_told() -> None:
    report = judged(record(GOOD, learner=STRANGER))
    says(report, "accepted_with_warnings", "parts", "warn", "parts.other_subject")
    asked = judged(record(GOOD, learner=STRANGER), asked=Asked(holder=did_of(STRANGER)))
    says(asked, "rejected", "parts", "fail", "parts.rejected")


@pytest.mark.parametrize("kind", ["isPartOf", "precedes"])
def test_associations_in_a_circle_are_told(kind: str) -> None:
    def associated(*pairs: tuple[str, str]) -> list[JsonObject]:
        return [
            {"type": "Association", "associationType": kind, "sourceId": f"urn:x:{a}", "targetId": f"urn:x:{b}"}
            for a, b in pairs
        ]

    own = [named(f"urn:x:{letter}") for letter in "abcd"]
    loop = record(GOOD, achievement=own, association=associated(("a", "b"), ("b", "c"), ("c", "a")))
    says(judged(loop), "accepted_with_warnings", "parts", "warn", "parts.association_loop")
    tree = record(GOOD, achievement=own, association=associated(("a", "b"), ("c", "b"), ("b", "d"), ("a", "d")))
    assert judged(tree).verdict == "accepted"


def named(id: str) -> JsonObject:
    """An achievement of the record itself."""
    return {
        "id": id,
        "type": ["Achievement"],
        "name": "A part",
        "description": "A part of the course.",
        "criteria": {"narrative": "Took part."},
    }


def test_an_association_with_something_that_is_not_in_the_record_is_told() -> None:
    """CLR 2.0: both ends of an association are achievements of the record or of a credential in it."""
    inner: Any = GOOD["credentialSubject"]
    held = inner["achievement"]["id"]

    def linked(source: str, target: str) -> JsonObject:
        return {"type": "Association", "associationType": "isRelatedTo", "sourceId": source, "targetId": target}

    whole = record(GOOD, achievement=[named("urn:x:course")], association=[linked(held, "urn:x:course")])
    says(judged(whole), "accepted", "parts", "pass", "parts.ok")
    open_end = record(GOOD, association=[linked(held, "urn:x:course"), linked("urn:x:course", held)])
    report = judged(open_end)
    says(report, "accepted_with_warnings", "parts", "warn", "parts.association_unresolved")
    assert facet(report, "parts").details["unresolved"] == ["urn:x:course"]


def test_a_relation_without_direction_may_go_both_ways() -> None:
    pairs: list[JsonObject] = [
        {"associationType": "isPeerOf", "sourceId": a, "targetId": b} for a, b in (("a", "b"), ("b", "a"))
    ]
    assert not parts.has_loop({"credentialSubject": {"association": list(pairs)}})
    assert parts.has_loop(
        {"credentialSubject": {"association": [pairs[0] | {"associationType": "isPartOf", "targetId": "a"}]}}
    )
    for shape in (None, 7, [7, None, {}], {"associationType": ["isPartOf"]}):
        assert not parts.has_loop({"credentialSubject": {"association": shape}})


def test_nesting_ends_at_four_levels() -> None:
    document = GOOD
    for number in range(6):
        document = record(document, id=f"urn:uuid:00000000-0000-4000-8000-00000000000{number}")
    report = judged(document)
    assert report.verdict == "undecided"
    depth, inner = 0, report
    while inner.inner:
        depth, inner = depth + 1, inner.inner[0]
    assert depth == 4
    assert facet(inner, "parts").code == "parts.too_many"


def stacked(*raws: bytes, key: PrivateKey = LEARNER) -> bytes:
    return stack.compose(
        [read(raw) for raw in raws],
        id="urn:uuid:0b4b2c6e-3f52-4a60-9f0e-7d4a5b1c9e21",
        learner=Did(did_of(key)),
        name="My stack",
        signer=LocalSigner(id=method_of(key), key=key),
        created=CREATED,
    )


def test_a_stack_is_judged_part_by_part() -> None:
    raw = stacked(to_bytes(GOOD), to_bytes(signed(badge_1_1(), suite="Ed25519Signature2020")))
    report = judged(raw)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert report.sha256 == read(raw).digest
    assert [inner.name for inner in report.inner] == ["parts/01.json", "parts/02.json"]
    assert [item["linkage"]["code"] for item in items(report)] == ["parts.key_proven"] * 2


def test_a_bad_part_of_a_stack_is_named() -> None:
    report = judged(stacked(to_bytes(GOOD), to_bytes(GOOD | {"name": "Another"})))
    says(report, "rejected", "parts", "fail", "parts.rejected")
    assert [item["outcome"] for item in items(report)] == ["pass", "fail"]


def test_a_part_that_was_changed_in_the_file_makes_the_stack_unsound() -> None:
    raw = stacked(to_bytes(GOOD))
    report = judged(raw.replace(b"Knots", b"Boats"))
    says(report, "malformed", "parse", "fail", "parse.stack")
    assert str(facet(report, "parse").details["cause"]).startswith("stack.")
    says(judged(b"PK\x03\x04" + bytes(30)), "malformed", "parse", "fail", "parse.stack")


def test_a_stack_answers_no_challenge() -> None:
    report = judged(stacked(to_bytes(GOOD)), asked=BOUND)
    says(report, "rejected", "proof", "fail", "proof.challenge")
    assert facet(report, "subject").code == "subject.holder_not_proven"


def test_an_address_that_is_asked_for_is_compared_with_the_parts_alone() -> None:
    document = badge()
    subject = document["credentialSubject"]
    del subject["id"]
    subject["identifier"] = [identity.compose("ada@school.example", identity_type="emailAddress", salt="s-1")]
    raw = stacked(to_bytes(signed(document)))
    report = judged(raw, asked=Asked(recipient="ada@school.example"))
    assert report.verdict == "accepted"
    assert items(report)[0]["linkage"]["code"] == "parts.email_matched"
    assert judged(raw, asked=Asked(recipient="eve@school.example")).verdict == "rejected"
    assert items(judged(raw))[0]["linkage"]["code"] == "parts.not_proven"
    subject["identifier"] = [{"type": "IdentityObject", "hashed": True, "identityType": "email"}]
    subject["identifier"][0]["identityHash"] = identity.hash("ada@school.example", "")
    weak = judged(stacked(to_bytes(signed(document))), asked=Asked(recipient="ada@school.example"))
    assert items(weak)[0]["linkage"]["code"] == "parts.email_weak"
