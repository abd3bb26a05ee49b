"""The 35 cases of the W3C suite for VC-JOSE-COSE: issue and verify as JWT, SD-JWT and COSE, as its command is asked."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from satchel.codec.base import base64url_decode
from satchel.errors import SatchelError
from satchel.key import jwk
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.proof import cose_sign, disclosure, extension, jose, sdjwt
from tests.satchel.proof.ground import code_of, read, text
from tests.satchel.proof.test_disclosure import salts
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "vc-jose-cose"
KINDS = {"credential": "vc", "presentation": "vp"}


def cases(fn: str) -> list[Any]:
    if not AT.is_dir():
        return []
    rows = [row for table in read(AT / "cases.json").values() for row in table.values()]
    return [pytest.param(row, id=str(row["number"])) for row in rows if row["fn"] == fn]


def pointer(path: str) -> str:
    """A JSON pointer of the suite's own way to name a claim: `credentialSubject.phoneNumbers[0]`."""
    place = ""
    for step in re.findall(r"[^.\[\]]+", path):
        place = disclosure.step(place, step)
    return place


def signer_of(pair: Mapping[str, Any]) -> LocalSigner:
    secret = pair["secretKeyJwk"]
    return LocalSigner(pair["id"], PrivateKey(base64url_decode(secret["d"]), KeyType(secret["crv"])))


def issue_jose(document: JsonObject, signer: LocalSigner, hide: list[str]) -> str:
    return jose.sign(document, signer=signer)


def issue_sdjwt(document: JsonObject, signer: LocalSigner, hide: list[str]) -> str:
    return sdjwt.sign(document, signer=signer, entropy=salts(), hide=hide)


def issue_cose(document: JsonObject, signer: LocalSigner, hide: list[str]) -> str:
    return base64.b64encode(cose_sign.sign(document, signer=signer)).decode()


ISSUE: Mapping[str, Callable[[JsonObject, LocalSigner, list[str]], str]] = {
    "jose": issue_jose,
    "sdjwt": issue_sdjwt,
    "cose": issue_cose,
}


def open_token(token: str, form: str, key: PublicKey) -> tuple[str, JsonObject, bool]:
    """Profile, document, and whether the signature holds."""
    match form:
        case "jose":
            jwt = jose.read(token)
            return jwt.profile, jwt.document, jose.verify(jwt, key)
        case "sdjwt":
            selective = sdjwt.read(token)
            return selective.profile, selective.document, sdjwt.verify(selective, key)
        case _:
            cose = cose_sign.read(token)
            return cose.profile, cose.document, cose_sign.verify(cose, key)


SUFFIX = {"jose": "+jwt", "sdjwt": "+sd-jwt", "cose": "+cose"}


def profile_of(feature: str) -> tuple[str, str]:
    content, _, form = feature.partition("_")
    return KINDS[content] + SUFFIX[form], form


@needs_shared
@pytest.mark.parametrize("case", cases("verify"))
def test_a_w3c_token_verifies_or_does_not_as_the_suite_says(case: dict[str, Any]) -> None:
    profile, form = profile_of(case["feature"])
    key = jwk.decode(read(AT / case["key_file"])["publicKeyJwk"])
    try:
        found, _, holds = open_token(text(AT / case["input_file"]), form, key)
        good = holds and found == profile
    except SatchelError:
        good = False
    assert good is (case["expected_result"] == "success")


@needs_shared
@pytest.mark.parametrize("case", cases("issue"))
def test_a_w3c_document_is_signed_as_the_suite_says_and_reads_back_as_it_was(case: dict[str, Any]) -> None:
    profile, form = profile_of(case["feature"])
    pair = read(AT / case["key_file"])
    document = read(AT / case["input_file"])
    hide = [pointer(path) for path in case.get("disclosure_paths", [])]
    try:
        extension.refuse_undefined(document)
        token = ISSUE[form](document, signer_of(pair), hide)
        good = open_token(token, form, jwk.decode(pair["publicKeyJwk"])) == (profile, document, True)
    except SatchelError:
        good = False
    assert good is (case["expected_result"] == "success")
    if hide:
        assert {entry.pointer for entry in sdjwt.read(token).disclosed} == set(hide)


@needs_shared
def test_the_suite_has_35_cases() -> None:
    assert len(cases("verify")) + len(cases("issue")) == 35


@needs_shared
@pytest.mark.parametrize(
    ("name", "form", "key", "code"),
    [
        ("credential-jose-unknown-extensions.txt", "jose", "vm-ed25519.json", "proof.key_mismatch"),
        ("credential-minimal.json", "jose", "vm-ed25519.json", "proof.token_malformed"),
        ("presentation-single.json", "jose", "vm-ed25519.json", "proof.token_malformed"),
        ("credential-jose-bad-media-type.txt", "jose", "vm-ed25519.json", "proof.token_type"),
        ("presentation-jose-bad-media-type.txt", "jose", "vm-ed25519.json", "proof.token_type"),
        ("credential-jose-vc-vp-claims.txt", "jose", "vm-ed25519.json", "proof.token_claims"),
        ("presentation-jose-bad-credential.txt", "jose", "vm-ed25519.json", "proof.token_claims"),
        ("credential-sdjwt-bad-media-type.txt", "sdjwt", "vm-ed25519.json", "proof.token_type"),
        ("presentation-sdjwt-bad-media-type.txt", "sdjwt", "vm-ed25519.json", "proof.token_type"),
        ("presentation-sdjwt-bad-credential.txt", "sdjwt", "vm-p521.json", "proof.token_type"),
        ("credential-cose-minimal-not-base64.txt", "cose", "vm-p256.json", "proof.token_malformed"),
        ("credential-cose-bad-media-type.txt", "cose", "vm-p384.json", "proof.token_type"),
        ("presentation-cose-bad-media-type.txt", "cose", "vm-p384.json", "proof.token_type"),
        ("presentation-cose-bad-credential.txt", "cose", "vm-p256.json", "proof.token_claims"),
    ],
)
def test_a_bad_w3c_token_is_refused_for_its_own_reason(name: str, form: str, key: str, code: str) -> None:
    public = jwk.decode(read(AT / key)["publicKeyJwk"])
    assert code_of(lambda: open_token(text(AT / name), form, public)) == code


@needs_shared
@pytest.mark.parametrize("path", [AT / "credential-unknown-extensions.json"], ids=lambda path: Path(path).stem)
def test_terms_that_only_a_catch_all_defines_are_named_before_they_are_signed(path: Path) -> None:
    assert code_of(lambda: extension.refuse_undefined(read(path))) == "linked.undefined_term"


def test_every_member_of_a_published_context_is_known() -> None:
    extension.refuse_undefined({"@context": [], "type": [], "id": "", "validFrom": "", "awardedDate": "", "proof": {}})
    for name in ("validUntill", "vaildFrom", "", "valid_from"):
        assert code_of(lambda name=name: extension.refuse_undefined({name: 1})) == "linked.undefined_term"
