from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from satchel.linked import pinned
from tests.attack.forge import (
    CREATED,
    ISSUER,
    NOW,
    OPEN_BADGES,
    STRANGER,
    Document,
    badge,
    badge_1_1,
    did_of,
    facet,
    judged,
    method_of,
    options_of,
    says,
    signed,
    signed_with,
    within,
)
from verifier.materials import Asked

GOOD = signed(badge())
UNKNOWN_SUITE = GOOD["proof"] | {"cryptosuite": "lattice-rdfc-2031"}
FALSE = GOOD["proof"] | {"proofValue": signed(badge(name="Another"))["proof"]["proofValue"]}


def proof_says(document: Document, outcome: str, code: str, **options: Asked) -> None:
    found = facet(judged(document, **options), "proof")
    assert (found.outcome, found.code) == (outcome, code), found


def test_a_good_signature_passes_and_names_suite_and_method() -> None:
    found = facet(judged(GOOD), "proof")
    assert (found.outcome, found.code) == ("pass", "proof.ok")
    assert found.details["items"] == [
        {"outcome": "pass", "code": "proof.ok", "suite": "eddsa-rdfc-2022", "verification_method": method_of(ISSUER)}
    ]


def test_the_older_suite_passes_under_both_data_models() -> None:
    proof_says(signed(badge_1_1(), suite="Ed25519Signature2020"), "pass", "proof.ok")
    document = badge()
    document["@context"].append("https://w3id.org/security/suites/ed25519-2020/v1")
    proof_says(signed(document, suite="Ed25519Signature2020"), "pass", "proof.ok")


def test_a_changed_word_is_false() -> None:
    proof_says(GOOD | {"name": "Rocketry"}, "fail", "proof.invalid")


def test_an_undefined_term_fails_with_its_code_and_its_place() -> None:
    document = copy.deepcopy(GOOD)
    document["credentialSubject"]["achievement"]["grade"] = "A"
    found = facet(judged(document), "proof")
    assert (found.outcome, found.code) == ("fail", "linked.undefined_term")
    assert "/credentialSubject/achievement/grade" in found.message


def test_an_unknown_context_leaves_the_proof_unknown() -> None:
    document = copy.deepcopy(GOOD)
    document["@context"].append("https://unknown.example/v1")
    says(judged(document), "undecided", "proof", "unknown", "linked.context_unknown")


@pytest.mark.parametrize(
    ("proofs", "outcome", "code"),
    [
        ([GOOD["proof"]] * 2, "pass", "proof.ok"),
        ([GOOD["proof"], FALSE], "fail", "proof.invalid"),
        ([UNKNOWN_SUITE, FALSE], "fail", "proof.invalid"),
        ([UNKNOWN_SUITE, GOOD["proof"]], "warn", "proof.one_unknown"),
        ([UNKNOWN_SUITE], "unknown", "proof.suite_unsupported"),
        ([UNKNOWN_SUITE, GOOD["proof"] | {"verificationMethod": "urn:x:key"}], "unknown", "proof.suite_unsupported"),
    ],
    ids=["two good", "one false", "unknown and false", "unknown and good", "unknown", "two unknown"],
)
def test_a_set_is_as_good_as_its_worst_proof_save_for_an_unknown_beside_a_good_one(
    proofs: list[Document], outcome: str, code: str
) -> None:
    report = judged(badge() | {"proof": proofs})
    found = facet(report, "proof")
    assert (found.outcome, found.code) == (outcome, code)
    items = found.details["items"]
    assert isinstance(items, list)
    assert len(items) == len(proofs)


def test_both_suites_together_make_a_set() -> None:
    document = badge_1_1()
    document["@context"].append("https://w3id.org/security/data-integrity/v2")
    both = signed(signed(document, suite="Ed25519Signature2020"), suite="eddsa-rdfc-2022")
    assert len(both["proof"]) == 2
    proof_says(both, "pass", "proof.ok")


@pytest.mark.parametrize("purpose", ["authentication", "capabilityInvocation", "keyAgreement"])
def test_another_purpose_fails(purpose: str) -> None:
    proof_says(signed_with(badge(), options_of(proofPurpose=purpose)), "fail", "proof.purpose")


def test_an_expired_proof_fails_and_one_that_ends_before_it_begins() -> None:
    proof_says(signed(badge(), expires=NOW - timedelta(seconds=1)), "fail", "proof.expired")
    proof_says(signed(badge(), expires=NOW), "pass", "proof.ok")
    proof_says(signed(badge(), expires=CREATED - timedelta(days=1)), "fail", "proof.dates")


def test_a_time_of_making_in_the_future_or_long_past_warns() -> None:
    proof_says(signed(badge(), created=NOW + timedelta(seconds=1)), "warn", "proof.created_future")
    proof_says(signed_with(badge(), options_of(created="1970-01-01T00:00:00Z")), "warn", "proof.created_early")
    proof_says(signed_with(badge(), options_of(created=None)), "pass", "proof.ok")


def test_a_challenge_and_a_domain_that_are_asked_for_must_stand_in_the_proof() -> None:
    answer = signed(badge(), challenge="c-1", domain="shop.example")
    proof_says(answer, "pass", "proof.ok")
    proof_says(answer, "pass", "proof.ok", asked=Asked(challenge="c-1", domain="shop.example"))
    proof_says(answer, "fail", "proof.challenge", asked=Asked(challenge="c-2"))
    proof_says(answer, "fail", "proof.challenge", asked=Asked(challenge="c-"))
    proof_says(answer, "fail", "proof.domain", asked=Asked(domain="shop.example.evil"))
    proof_says(GOOD, "fail", "proof.challenge", asked=Asked(challenge="c-1"))
    proof_says(GOOD, "fail", "proof.domain", asked=Asked(domain="shop.example"))


def test_a_key_that_no_did_names_is_unknown() -> None:
    for name in ("https://school.example/keys/1", f"https://school.example/#{did_of(ISSUER)[8:]}", "urn:uuid:key"):
        proof_says(signed(badge(), method=name), "unknown", "proof.key_unresolved")


def test_the_fault_of_a_did_or_its_key_is_the_code() -> None:
    proof_says(signed(badge(), method="did:web:school.example#key-1"), "unknown", "did.unreachable")
    proof_says(signed(badge(), method="did:example:school#key-1"), "unknown", "did.method_unsupported")
    proof_says(signed(badge(), method=did_of(ISSUER)), "fail", "did.method_missing")
    broken = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": "did:WEB:school.example#key-1"}}
    proof_says(broken, "fail", "did.invalid")


def test_a_low_order_key_is_named_as_one() -> None:
    from satchel.codec import base

    body = base.multibase_encode(b"\xed\x01" + bytes(32), "z")
    document = GOOD | {"proof": GOOD["proof"] | {"verificationMethod": f"did:key:{body}#{body}"}}
    proof_says(document, "fail", "key.point")


@pytest.mark.parametrize(("url", "label"), [("https://purl.imsglobal.org/spec/ob/v3p0/context.json", "beta")])
def test_a_signature_under_an_older_published_content_warns_and_names_it(url: str, label: str) -> None:
    document = badge_1_1()
    document["@context"][1] = url
    (older,) = [contexts for name, contexts in pinned.historical([url]) if name == f"{url} {label}"]
    credential = signed(document, suite="Ed25519Signature2020", contexts=older)
    found = facet(judged(credential), "proof")
    assert (found.outcome, found.code) == ("warn", "proof.older_context")
    assert f"{url} {label}" in found.message
    proof_says(credential | {"name": "Another"}, "fail", "proof.invalid")


def test_a_term_that_only_an_older_content_lacks_makes_no_difference_to_the_official_one() -> None:
    document = badge()
    assert OPEN_BADGES in document["@context"]
    proof_says(signed(document), "pass", "proof.ok")
    (older,) = [contexts for _, contexts in pinned.historical([OPEN_BADGES])]
    proof_says(signed(document, contexts=older), "pass", "proof.ok")


@pytest.mark.parametrize("proof", [None, [], {}, "z", 7])
def test_what_is_no_proof_fails(proof: object) -> None:
    found = facet(judged(badge() | {"proof": proof}), "proof")
    assert (found.outcome, found.code) == ("fail", "proof.malformed")
    proof_says(badge(), "fail", "proof.missing")


def test_a_graph_that_takes_too_much_work_is_given_up_once_for_all_proofs() -> None:
    """Blank nodes that each point to all others: every labelling would have to be tried, for each proof again."""
    terms = {name: f"https://school.example/terms#{name}" for name in ("Boat", "near")}
    document = badge()
    document["@context"].append({"Boat": terms["Boat"], "near": {"@id": terms["near"], "@type": "@id"}})
    names = [f"_:n{number}" for number in range(40)]
    document["near"] = [
        {"id": name, "type": ["Boat"], "near": [{"id": other} for other in names if other != name]} for name in names
    ]
    with within(5):
        report = judged(document | {"proof": [GOOD["proof"]] * 100})
    found = facet(report, "proof")
    assert (found.outcome, found.code) == ("fail", "linked.too_complex")


def test_a_strangers_good_signature_is_a_good_signature() -> None:
    proof_says(signed(badge(), key=STRANGER), "pass", "proof.ok")


JCS = signed(badge(), suite="eddsa-jcs-2022")


def test_a_signature_over_plain_json_passes_when_every_term_has_a_meaning() -> None:
    proof_says(JCS, "pass", "proof.ok")
    proof_says(JCS | {"name": "Rocketry"}, "fail", "proof.invalid")


def test_a_signed_term_without_a_meaning_is_told() -> None:
    proof_says(signed(badge() | {"unheardOf": "a text"}, suite="eddsa-jcs-2022"), "warn", "proof.meaning")


def test_a_context_added_behind_the_signed_ones_is_told() -> None:
    document = copy.deepcopy(JCS)
    document["proof"]["@context"] = list(document["@context"])
    document["@context"].append("https://w3id.org/security/data-integrity/v2")
    proof_says(document, "warn", "proof.context_added")
