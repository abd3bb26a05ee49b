"""Credentials and presentations as COSE_Sign1, judged whole."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from satchel.credential.read import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject
from satchel.proof import cose_sign
from tests.attack.forge import ISSUER, LEARNER, STRANGER, badge, did_of, facet, judged, method_of, says, to_bytes
from tests.shared import SHARED, needs_shared
from tests.verifier.tokens import enveloped, vc_jwt
from verifier.materials import Asked


def sealed(document: JsonObject | None = None, key: PrivateKey = ISSUER) -> bytes:
    return cose_sign.sign(badge() if document is None else document, signer=LocalSigner(id=method_of(key), key=key))


def in_envelope(token: bytes, media_type: str = "application/vc+cose") -> JsonObject:
    return enveloped(b"") | {"id": f"data:{media_type};base64,{b64encode(token).decode()}"}


@pytest.mark.parametrize("form", ["bytes", "text", "text without padding", "envelope"])
def test_a_good_one_is_accepted_in_every_form(form: str) -> None:
    token = sealed()
    raw = {
        "bytes": token,
        "text": b64encode(token) + b"\n",
        "text without padding": b64encode(token).rstrip(b"="),
        "envelope": to_bytes(in_envelope(token)),
    }[form]
    report = judged(raw)
    says(report, "accepted", "proof", "pass", "proof.ok")
    assert report.format == "cose"
    assert facet(report, "issuer_binding").code == "issuer_binding.ok"


def test_a_signature_that_ends_in_blanks_is_read_whole() -> None:
    token = sealed()
    raw = token[:-2] + b" \n"
    assert read(raw).token is not None
    says(judged(raw), "rejected", "proof", "fail", "proof.invalid")


def test_a_stranger_s_an_altered_and_an_expired_one_are_refused() -> None:
    report = judged(sealed(key=STRANGER))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    token = sealed()
    says(judged(token.replace(b"Knots", b"Knods")), "rejected", "proof", "fail", "proof.invalid")
    ended = sealed(badge(validUntil="2026-03-02T00:00:00Z"))
    says(judged(ended), "rejected", "validity", "fail", "validity.expired")


def test_it_answers_no_question() -> None:
    presentation: JsonObject = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did_of(LEARNER),
        "verifiableCredential": [in_envelope(sealed()), enveloped(vc_jwt())],
    }
    token = sealed(presentation, LEARNER)
    report = judged(token)
    says(report, "accepted", "parts", "pass", "parts.ok")
    assert [one.format for one in report.inner] == ["cose", "vc+jwt"]
    says(judged(token, asked=Asked(challenge="n-1")), "rejected", "proof", "fail", "proof.challenge")
    says(judged(in_envelope(token)), "rejected", "proof", "fail", "proof.token_type")


@pytest.mark.parametrize("raw", [b"\xd2\x84", b"\xd2\x84\x40\xa0\x40", b"0oRA", b"0oRAoEA=x", sealed() + b"\x00"])
def test_what_only_begins_like_one_is_malformed(raw: bytes) -> None:
    says(judged(raw), "malformed", "parse", "fail", "parse.not_credential")


VECTORS = SHARED / "vectors" / "vc-jose-cose"
# The W3C suite's own files: they name keys by their thumbprints, which lead to no DID, so a good one stays open here.
EXPECTED = {
    "credential-cose-minimal.txt": ("proof", "proof.key_unresolved"),
    "credential-cose-bad-signature.txt": ("proof", "proof.key_unresolved"),
    "credential-cose-minimal-not-base64.txt": ("parse", "parse.not_credential"),
    "credential-cose-bad-media-type.txt": ("proof", "proof.token_type"),
    "presentation-cose-bad-media-type.txt": ("proof", "proof.token_type"),
    "presentation-cose-bad-credential.txt": ("proof", "proof.token_claims"),
    "presentation-cose-single.txt": ("proof", "proof.key_unresolved"),
    "credential-jose-minimal.txt": ("proof", "proof.key_unresolved"),
    "credential-jose-bad-signature.txt": ("proof", "proof.key_unresolved"),
    "credential-jose-bad-media-type.txt": ("proof", "proof.token_type"),
    "credential-jose-vc-vp-claims.txt": ("proof", "proof.token_claims"),
    "credential-jose-unknown-extensions.txt": ("proof", "proof.key_unresolved"),
    "credential-issuer-match-signed.txt": ("proof", "proof.key_unresolved"),
    "presentation-jose-multiple.txt": ("proof", "proof.expired"),
    "presentation-jose-bad-media-type.txt": ("proof", "proof.token_type"),
    "presentation-jose-bad-credential.txt": ("proof", "proof.token_claims"),
    "credential-sdjwt-selective.txt": ("proof", "proof.key_unresolved"),
    "credential-sdjwt-nested.txt": ("proof", "proof.key_unresolved"),
    "credential-sdjwt-bad-signature.txt": ("proof", "proof.key_unresolved"),
    "credential-sdjwt-bad-media-type.txt": ("proof", "proof.token_type"),
    "presentation-sdjwt-selective.txt": ("proof", "proof.key_unresolved"),
    "presentation-sdjwt-bad-media-type.txt": ("proof", "proof.token_type"),
    "presentation-sdjwt-bad-credential.txt": ("proof", "proof.token_type"),
}


def vectors() -> list[Path]:
    return sorted(VECTORS.glob("*.txt"))


@needs_shared
@pytest.mark.parametrize("path", vectors(), ids=lambda path: path.name)
def test_no_token_of_the_w3c_suite_is_accepted_without_its_key(path: Path) -> None:
    report = judged(path.read_bytes())
    name, code = EXPECTED[path.name]
    assert facet(report, name).code == code
    assert report.verdict in ("undecided", "rejected", "malformed")
