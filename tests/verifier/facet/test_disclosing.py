"""verifier.facet.disclosing: SD-JWT credentials judged whole, with and without the holder's signature."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import Entropy, JsonObject
from satchel.proof import sdjwt
from tests.attack.forge import (
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
    says,
    to_bytes,
)
from tests.verifier.tokens import enveloped, jwt, part, vc_jwt, vp_jwt
from verifier.materials import Asked

READER, NONCE = "https://employer.example", "n-1"
QUESTION = Asked(challenge=NONCE, domain=READER)
BOUND = Asked(challenge=NONCE, domain=READER, require_holder_binding=True)
HIDE = ("/name", "/credentialSubject/achievement/description")


def salts() -> Entropy:
    counter = itertools.count(1)
    return lambda size: next(counter).to_bytes(size, "big")


def signer(key: PrivateKey) -> LocalSigner:
    return LocalSigner(id=method_of(key), key=key)


def issued(
    document: JsonObject | None = None,
    *,
    hide: Any = HIDE,
    holder: PrivateKey | None = LEARNER,
    key: PrivateKey = ISSUER,
) -> str:
    return sdjwt.sign(
        badge() if document is None else document,
        signer=signer(key),
        entropy=salts(),
        hide=hide,
        holder=None if holder is None else holder.public(),
    )


def held(
    token: str | None = None, *, key: PrivateKey = LEARNER, reader: str = READER, nonce: str = NONCE, at: datetime = NOW
) -> bytes:
    return sdjwt.bind(token or issued(), signer=signer(key), audience=reader, nonce=nonce, now=at).encode()


def card(**changes: Any) -> JsonObject:
    claims: JsonObject = {
        "iss": did_of(ISSUER),
        "vct": "https://school.example/credentials/knots",
        "nbf": 1_772_323_200,
        "sub": did_of(LEARNER),
        "given_name": "Ada",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def test_what_is_disclosed_is_what_is_judged() -> None:
    report = judged(issued().encode())
    says(report, "accepted", "proof", "pass", "proof.ok")
    (item,) = facet(report, "proof").details["items"]  # type: ignore[misc]
    assert item["suite"] == "vc+sd-jwt EdDSA"
    assert sorted(item["disclosed"]) == sorted(HIDE)
    assert item["hidden"] == 0
    assert report.format == "sd-jwt"


def test_a_claim_that_the_holder_hides_is_counted_and_not_missed() -> None:
    chosen = sdjwt.present(issued(), ["/credentialSubject/achievement/description"])
    report = judged(chosen.encode())
    says(report, "accepted", "proof", "pass", "proof.ok")
    assert facet(report, "proof").details["items"][0]["hidden"] == 1  # type: ignore[index]


def test_the_holder_s_signature_answers_the_question() -> None:
    report = judged(held(), asked=BOUND)
    says(report, "accepted", "subject", "not_applicable", "subject.not_asked")
    assert facet(report, "proof").details["items"][0]["holder_signed_for"] == READER  # type: ignore[index]
    report = judged(
        held(), asked=Asked(challenge=NONCE, domain=READER, require_holder_binding=True, holder=did_of(LEARNER))
    )
    says(report, "accepted", "subject", "pass", "subject.ok")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (issued().encode(), "proof.binding_missing"),
        (held(reader="https://other.example"), "proof.binding_audience"),
        (held(nonce="n-2"), "proof.binding_nonce"),
        (held(at=NOW - timedelta(hours=1)), "proof.binding_time"),
        (held(at=NOW + timedelta(hours=1)), "proof.binding_time"),
        (held(key=STRANGER), "proof.binding_invalid"),
        (held(key=ISSUER), "proof.binding_invalid"),
        (held(issued(holder=None)), "proof.binding_key"),
    ],
    ids=["missing", "audience", "nonce", "old", "early", "stranger", "issuer", "no key named"],
)
def test_a_holder_s_signature_for_another_question_is_refused(token: bytes, code: str) -> None:
    says(judged(token, asked=BOUND), "rejected", "proof", "fail", code)


def test_a_disclosure_dropped_after_the_holder_signed_is_told() -> None:
    first, second, *rest = held().decode().split("~")
    assert second
    says(judged("~".join((first, *rest)).encode(), asked=QUESTION), "rejected", "proof", "fail", "proof.binding_hash")


def test_without_a_question_a_false_signature_of_a_holder_still_counts() -> None:
    says(judged(held(key=STRANGER)), "rejected", "proof", "fail", "proof.binding_invalid")
    says(judged(held(at=datetime(2026, 4, 1, tzinfo=UTC))), "accepted", "proof", "pass", "proof.ok")


def test_an_unbound_token_proves_no_holder() -> None:
    report = judged(issued().encode(), asked=Asked(require_holder_binding=True))
    says(report, "rejected", "subject", "fail", "subject.holder_not_proven")


def test_a_key_that_the_issuer_names_by_a_did_is_found() -> None:
    claims = badge(cnf={"kid": method_of(LEARNER)})
    token = jwt({"alg": "EdDSA", "typ": "vc+sd-jwt", "kid": method_of(ISSUER)}, claims).decode() + "~"
    says(judged(held(token), asked=BOUND), "accepted", "proof", "pass", "proof.ok")
    says(judged(held(token, key=STRANGER), asked=BOUND), "rejected", "proof", "fail", "proof.binding_invalid")
    claims["cnf"] = {"kid": "did:web:school.example#k"}
    token = jwt({"alg": "EdDSA", "typ": "vc+sd-jwt", "kid": method_of(ISSUER)}, claims).decode() + "~"
    says(judged(held(token), asked=QUESTION), "undecided", "proof", "unknown", "did.unreachable")
    claims["cnf"] = {"kid": "key-1"}
    token = jwt({"alg": "EdDSA", "typ": "vc+sd-jwt", "kid": method_of(ISSUER)}, claims).decode() + "~"
    says(judged(held(token), asked=BOUND), "rejected", "proof", "fail", "did.invalid")


def test_a_stranger_s_and_an_altered_token_are_refused() -> None:
    report = judged(issued(key=STRANGER).encode())
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    header, payload, rest = issued().split(".")
    signature, disclosures = rest.split("~", 1)
    forged = "A" * len(signature)
    report = judged(f"{header}.{payload}.{forged}~{disclosures}".encode())
    says(report, "rejected", "proof", "fail", "proof.invalid")


def raw_token(claims: Document, *disclosures: str, typ: str = "vc+sd-jwt") -> bytes:
    signed = jwt({"alg": "EdDSA", "typ": typ, "kid": method_of(ISSUER)}, claims).decode()
    return "~".join((signed, *disclosures, "")).encode()


def test_a_disclosure_that_nobody_signed_is_refused() -> None:
    says(
        judged(raw_token(badge(), part(["salt", "name", "Ada"]))),
        "rejected",
        "proof",
        "fail",
        "proof.disclosure_unsigned",
    )


@pytest.mark.parametrize("name", ["validUntil", "credentialStatus", "exp", "cnf", "iss"])
def test_what_every_reader_needs_cannot_be_hidden(name: str) -> None:
    import base64
    import hashlib

    hidden = part(["salt", name, {"jwk": {}} if name == "cnf" else "2026-03-02T00:00:00Z"])
    digest = base64.urlsafe_b64encode(hashlib.sha256(hidden.encode()).digest()).rstrip(b"=").decode()
    report = judged(raw_token(badge(_sd=[digest]), hidden))
    says(report, "rejected", "proof", "fail", "proof.disclosure_required")


def test_no_part_of_a_status_can_be_hidden_either() -> None:
    """Of two status entries the holder would leave out the one that revokes."""
    import base64
    import hashlib

    hidden = part(["salt", {"type": "BitstringStatusListEntry"}])
    digest = base64.urlsafe_b64encode(hashlib.sha256(hidden.encode()).digest()).rstrip(b"=").decode()
    report = judged(raw_token(badge(credentialStatus=[{"...": digest}]), hidden))
    says(report, "rejected", "proof", "fail", "proof.disclosure_required")
    left_out = judged(raw_token(badge(credentialStatus=[{"...": digest}])))
    says(left_out, "rejected", "proof", "fail", "proof.disclosure_required")


def test_ten_thousand_disclosures_are_refused() -> None:
    many = (part([str(number), "n", number]) for number in range(10_000))
    assert judged(raw_token(badge(), *many)).verdict == "rejected"


# SD-JWT VC: plain claims ---------------------------------------------------------------------------------------------


def test_an_sd_jwt_vc_is_judged_by_its_claims() -> None:
    report = judged(issued(card(), hide=["/given_name"]).encode(), asked=Asked(holder=did_of(LEARNER)))
    says(report, "accepted", "subject", "pass", "subject.ok")
    assert facet(report, "data_model").details["title"] == "https://school.example/credentials/knots"
    assert facet(report, "validity").details == {"validFrom": "2026-03-01T00:00:00Z"}
    assert facet(report, "issuer_binding").details["issuer"] == did_of(ISSUER)


@pytest.mark.parametrize(
    ("changes", "name", "outcome", "code", "verdict"),
    [
        ({"exp": 1_772_323_201}, "validity", "fail", "validity.expired", "rejected"),
        ({"nbf": 4_000_000_000}, "validity", "fail", "validity.not_yet_valid", "rejected"),
        ({"iss": did_of(STRANGER)}, "issuer_binding", "fail", "issuer_binding.other_issuer", "rejected"),
        ({"iss": None}, "issuer_binding", "fail", "issuer_binding.other_issuer", "rejected"),
        ({"sub": did_of(STRANGER)}, "subject", "fail", "subject.other_holder", "rejected"),
        ({"sub": None}, "subject", "unknown", "subject.no_identifier", "undecided"),
        ({"type": ["VerifiablePresentation"]}, "proof", "pass", "proof.ok", "accepted"),
    ],
    ids=str,
)
def test_every_claim_that_decides_decides(changes: Document, name: str, outcome: str, code: str, verdict: str) -> None:
    report = judged(issued(card(**changes), hide=()).encode(), asked=Asked(holder=did_of(LEARNER)))
    says(report, verdict, name, outcome, code)


def test_an_sd_jwt_vc_shown_by_its_holder_is_accepted() -> None:
    report = judged(held(issued(card(), hide=["/given_name"])), asked=BOUND)
    says(report, "accepted", "proof", "pass", "proof.ok")
    stolen = judged(held(issued(card(), hide=["/given_name"]), key=STRANGER), asked=BOUND)
    says(stolen, "rejected", "proof", "fail", "proof.binding_invalid")
    assert facet(stolen, "subject").code == "subject.holder_not_proven"


def test_an_issuer_without_a_did_is_left_open() -> None:
    token = jwt({"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "1"}, card(iss="https://school.example")).decode() + "~"
    report = judged(token.encode())
    says(report, "undecided", "proof", "unknown", "proof.key_unresolved")
    assert facet(report, "issuer_binding").code == "issuer_binding.unresolved"


# Where it may stand --------------------------------------------------------------------------------------------------


def test_it_stands_in_envelopes_and_presentations() -> None:
    token = issued().encode()
    whole = enveloped(token, "application/vc+sd-jwt")
    says(judged(to_bytes(whole)), "accepted", "proof", "pass", "proof.ok")
    says(judged(enveloped(token)), "rejected", "proof", "fail", "proof.token_type")
    says(judged(enveloped(vc_jwt(), "application/vc+sd-jwt")), "rejected", "proof", "fail", "proof.token_type")
    report = judged(vp_jwt(whole, nonce=NONCE, aud=READER), asked=BOUND)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert [one.format for one in report.inner] == ["sd-jwt"]


def test_a_presentation_with_disclosures_is_one() -> None:
    document: JsonObject = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did_of(LEARNER),
        "verifiableCredential": [enveloped(vc_jwt())],
    }
    token = sdjwt.sign(document, signer=signer(LEARNER), entropy=salts(), hide=["/verifiableCredential/0"])
    report = judged(token.encode())
    says(report, "accepted", "parts", "pass", "parts.ok")
    says(judged(token.encode(), asked=QUESTION), "rejected", "proof", "fail", "proof.challenge")
