"""satchel.proof.jose: the W3C cases, the two profiles kept apart, and tokens whose halves say different things."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa as engine
from cryptography.hazmat.primitives.hashes import SHA256

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import SatchelError
from satchel.key import jwk, multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.port import JsonObject
from satchel.proof import jose
from tests.satchel.proof.ground import BADGE, DID, KEYS, SIGNERS, code_of, read
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "vc-jose-cose"
V1: JsonObject = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "issuanceDate": "2026-03-01T00:00:00Z",
    "expirationDate": "2027-03-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:learner"},
}
NBF, EXP = 1772323200, 1803859200
CLAIMS: JsonObject = {
    "vc": V1,
    "iss": DID,
    "jti": "urn:uuid:1",
    "sub": "did:example:learner",
    "nbf": NBF,
    "exp": EXP,
}
PRESENTATION: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiablePresentation"],
    "holder": DID,
    "verifiableCredential": [
        {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "id": "data:application/vc+jwt,e30.e30.",
            "type": "EnvelopedVerifiableCredential",
        }
    ],
}


def make(claims: object, kind: KeyType = KeyType.ED25519, **header: Any) -> str:
    """A token of any claims under any header, with a good signature."""
    names = {KeyType.ED25519: "EdDSA", KeyType.P_256: "ES256", KeyType.P_384: "ES384"}
    head = {name: value for name, value in ({"alg": names[kind], "typ": "JWT"} | header).items() if value is not None}
    raw = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signed = f"{base64url_encode(json.dumps(head).encode())}.{base64url_encode(raw)}"
    return f"{signed}.{base64url_encode(KEYS[kind].sign(signed.encode()))}"


def new(claims: object, typ: str = "vc+jwt") -> str:
    return make(claims, typ=typ)


def old(**changes: Any) -> JsonObject:
    """The claims of the older profile with some replaced, or taken out when None."""
    return {name: member for name, member in (CLAIMS | changes).items() if member is not None}


def credential(**changes: Any) -> JsonObject:
    return {name: member for name, member in (V1 | changes).items() if member is not None}


def refused(token: str) -> str:
    return code_of(lambda: jose.read(token))


# --- the W3C cases ---------------------------------------------------------------------------------------------------


def cases(fn: str) -> list[Any]:
    if not AT.is_dir():
        return []
    rows = read(AT / "cases.json")["JOSETestMapping"].values()
    return [pytest.param(row, id=str(row["number"])) for row in rows if row["fn"] == fn]


@needs_shared
@pytest.mark.parametrize("case", cases("verify"))
def test_a_w3c_token_verifies_or_does_not_as_the_suite_says(case: dict[str, Any]) -> None:
    key = jwk.decode(read(AT / case["key_file"])["publicKeyJwk"])
    text = (AT / case["input_file"]).read_text().strip()
    try:
        token = jose.read(text)
        good = jose.verify(token, key) and token.profile == case["feature"].replace(
            "credential_jose", "vc+jwt"
        ).replace("presentation_jose", "vp+jwt")
    except SatchelError:
        good = False
    assert good is (case["expected_result"] == "success")


@needs_shared
@pytest.mark.parametrize("case", cases("issue"))
def test_a_w3c_document_is_signed_and_reads_back_as_it_was(case: dict[str, Any]) -> None:
    """Case 5 asks for a refusal of terms that its own contexts define by @vocab: such a document is the issuer's to
    lint before signing, and is signed here like any other."""
    pair = read(AT / case["key_file"])
    secret = base64url_decode(pair["secretKeyJwk"]["d"])
    signer = LocalSigner(pair["id"], PrivateKey(secret, KeyType(pair["secretKeyJwk"]["crv"])))
    document = read(AT / case["input_file"])
    token = jose.read(jose.sign(document, signer=signer))
    assert jose.verify(token, jwk.decode(pair["publicKeyJwk"]))
    assert token.document == document
    assert token.key_id == pair["id"]
    assert (case["expected_result"] == "success") is (case["number"] != 5)


@needs_shared
@pytest.mark.parametrize(
    "number,code",
    [
        (9, "proof.key_mismatch"),
        (10, "proof.token_malformed"),
        (11, "proof.token_malformed"),
        (13, "proof.token_type"),
        (14, "proof.token_type"),
        (15, "proof.token_claims"),
        (16, "proof.token_claims"),
    ],
)
def test_a_bad_w3c_token_is_refused_for_its_own_reason(number: int, code: str) -> None:
    (case,) = [row.values[0] for row in cases("verify") if row.values[0]["number"] == number]
    key = jwk.decode(read(AT / case["key_file"])["publicKeyJwk"])
    text = (AT / case["input_file"]).read_text().strip()
    assert code_of(lambda: jose.verify(jose.read(text), key)) == code


@needs_shared
def test_a_velocity_and_a_1edtech_token_are_read_and_one_with_its_own_key_is_not() -> None:
    plain = jose.read((SHARED / "data/signed/1edtech-validator/ob30/simple.jwt").read_text().strip())
    assert plain.profile == "vc-jwt"
    assert plain.jws.algorithm == "RS256"
    assert plain.document == plain.claims["vc"]


# --- the two profiles ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KEYS)
def test_what_is_signed_reads_back_whole_and_verifies(kind: KeyType) -> None:
    token = jose.read(jose.sign(BADGE, signer=SIGNERS[kind]))
    assert (token.profile, token.document, token.key_id) == ("vc+jwt", BADGE, SIGNERS[kind].id)
    assert jose.verify(token, KEYS[kind].public())
    assert token.jws.header["typ"] == "vc+jwt"
    assert token.jws.header["cty"] == "vc"


def test_a_presentation_says_for_whom_and_for_which_question_it_was_made() -> None:
    token = jose.read(jose.sign(PRESENTATION, signer=SIGNERS[KeyType.P_256], audience="v.example", nonce="n-1"))
    assert (token.profile, token.document) == ("vp+jwt", PRESENTATION)
    assert (token.audience, token.nonce) == (("v.example",), "n-1")
    assert jose.verify(token, KEYS[KeyType.P_256].public())


def test_what_is_no_credential_or_has_claims_of_tokens_is_not_signed() -> None:
    signer = SIGNERS[KeyType.ED25519]
    for document, code in (
        ({}, "proof.token_type"),
        ({"type": "VerifiableCredential"}, "proof.token_type"),
        ({**BADGE, "vc": {}}, "proof.token_claims"),
        ({**BADGE, "exp": 1}, "proof.token_claims"),
        ({**BADGE, "n": 2**60}, "codec.jcs"),
    ):
        assert code_of(lambda document=document: jose.sign(document, signer=signer)) == code


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/JWT", None])
def test_the_older_profile_gives_the_credential_of_its_claim(typ: str | None) -> None:
    token = jose.read(make(CLAIMS, typ=typ, kid=SIGNERS[KeyType.ED25519].id))
    assert (token.profile, token.document, token.issuer) == ("vc-jwt", V1, DID)
    assert token.not_before == datetime(2026, 3, 1, tzinfo=UTC)
    assert token.expires == datetime(2027, 3, 1, tzinfo=UTC)
    assert jose.verify(token, KEYS[KeyType.ED25519].public())


def test_the_older_profile_fills_in_what_only_the_claims_say() -> None:
    bare = credential(issuer=None, id=None, issuanceDate=None, expirationDate=None, credentialSubject=None)
    assert jose.read(make(old(vc=bare))).document == V1
    part = credential(issuer={"name": "A school"}, credentialSubject={"name": "A"})
    filled = jose.read(make(old(vc=part))).document
    assert filled["issuer"] == {"name": "A school", "id": DID}
    assert filled["credentialSubject"] == {"name": "A", "id": "did:example:learner"}
    second = credential(
        **{"@context": ["https://www.w3.org/ns/credentials/v2"]}, issuanceDate=None, expirationDate=None
    )
    filled = jose.read(make(old(vc=second))).document
    assert (filled["validFrom"], filled["validUntil"]) == ("2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z")


def test_a_badge_whose_payload_is_the_credential_is_read_too() -> None:
    token = jose.read(
        make({**V1, "iss": DID, "sub": "did:example:learner", "jti": "urn:uuid:1", "nbf": NBF, "exp": EXP})
    )
    assert (token.profile, token.document) == ("vc-jwt", V1)


def test_the_newer_profile_fills_in_nothing() -> None:
    bare = {name: member for name, member in BADGE.items() if name not in ("issuer", "id")}
    token = jose.read(new({**bare, "iss": DID, "jti": "urn:uuid:1", "exp": EXP, "iat": "2026-01-01"}))
    assert token.document == bare
    assert token.issuer == DID
    assert token.expires == datetime(2027, 3, 1, tzinfo=UTC)
    assert token.issued_at is None


@pytest.mark.parametrize("member", [{"vc": {}}, {"vp": {}}, {"vc": None}, {"vc": BADGE, "vp": "no"}])
def test_claims_of_the_older_profile_have_no_place_in_the_newer(member: JsonObject) -> None:
    assert refused(new({**BADGE, **member})) == "proof.token_claims"
    assert refused(new({**PRESENTATION, **member}, "vp+jwt")) == "proof.token_claims"


@pytest.mark.parametrize(
    "typ",
    ["at+jwt", "kb+jwt", "proof+jwt", "openid4vci-proof+jwt", "vc+sd-jwt", "dc+sd-jwt", "statuslist+jwt", "JOSE", "vc"],
)
def test_a_token_of_another_type_is_no_credential(typ: str) -> None:
    for claims in (CLAIMS, BADGE):
        assert refused(make(claims, typ=typ)) == "proof.token_type"


@pytest.mark.parametrize("typ", ["", " ", 7, ["JWT"], None.__class__.__name__ + "\n", {}])
def test_a_typ_that_is_no_plain_text_is_refused(typ: object) -> None:
    assert refused(make(CLAIMS, typ=typ)) == "proof.token_header"


def test_a_presentation_does_not_pass_for_a_credential_nor_a_credential_for_a_presentation() -> None:
    assert refused(new(PRESENTATION)) == "proof.token_type"
    assert refused(new(BADGE, "vp+jwt")) == "proof.token_type"
    assert refused(make({"iss": DID, "sub": "did:example:a"})) == "proof.token_type"
    assert refused(make({})) == "proof.token_type"
    assert jose.read(make({"vp": PRESENTATION, "iss": DID})).profile == "vp-jwt"


@pytest.mark.parametrize("content", ["JWT", "vp", "json", "application/json", "vc+sd-jwt"])
def test_a_content_type_of_something_else_is_refused(content: str) -> None:
    assert refused(make(BADGE, typ="vc+jwt", cty=content)) == "proof.token_header"
    assert refused(make(CLAIMS, cty=content)) == "proof.token_header"
    assert jose.read(make(BADGE, typ="vc+jwt", cty="application/vc")).document == BADGE


# --- halves that differ ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "did:example:other"},
        {"jti": "urn:uuid:2"},
        {"sub": "did:example:other"},
        {"nbf": NBF + 1},
        {"nbf": NBF - 86400},
        {"exp": EXP + 1},
        {"exp": EXP * 2},
        {"vc": credential(issuer={"id": "did:example:other"})},
        {"vc": credential(issuer="did:example:other")},
        {"vc": credential(issuer=[DID, "did:example:other"])},
        {"vc": credential(issuer=7)},
        {"vc": {**V1, "issuer": None}},
        {"vc": {**V1, "id": None}},
        {"vc": {**V1, "credentialSubject": None}},
        {"vc": credential(id="urn:uuid:2")},
        {"vc": credential(credentialSubject={"id": "did:example:other"})},
        {"vc": credential(credentialSubject=[{"id": "did:example:learner"}, {"id": "did:example:other"}])},
        {"vc": credential(credentialSubject=[])},
        {"vc": credential(issuanceDate="2026-03-01T00:00:01Z")},
        {"vc": credential(issuanceDate="yesterday")},
        {"vc": credential(issuanceDate=NBF)},
        {"vc": credential(expirationDate="2099-03-01T00:00:00Z")},
        {"vc": {**V1, "expirationDate": None}},
        {"vc": {**V1, "exp": 1}},
    ],
    ids=str,
)
def test_claims_that_differ_from_the_credential_are_refused(changes: JsonObject) -> None:
    assert refused(make(old(**changes))) == "proof.token_claims"


@pytest.mark.parametrize(
    "claims",
    [{"iss": "did:example:other"}, {"jti": "urn:uuid:2"}, {"sub": "did:example:other"}],
)
def test_claims_that_differ_from_the_payload_they_stand_in_are_refused(claims: JsonObject) -> None:
    assert refused(new({**BADGE, **claims})) == "proof.token_claims"
    assert refused(make({**V1, **claims})) == "proof.token_claims"


def test_an_issuer_in_the_header_that_differs_is_refused() -> None:
    assert refused(make(BADGE, typ="vc+jwt", iss="did:example:other")) == "proof.token_claims"
    assert refused(make({**BADGE, "iss": DID}, typ="vc+jwt", iss="did:example:other")) == "proof.token_claims"
    assert jose.read(make(BADGE, typ="vc+jwt", iss=DID)).issuer == DID


@pytest.mark.parametrize("name", ["@context", "type", "credentialSubject", "verifiableCredential"])
def test_a_second_credential_beside_the_claim_is_refused(name: str) -> None:
    assert refused(make(old(**{name: V1.get(name, [])}))) == "proof.token_claims"
    assert refused(make(old(vp=PRESENTATION))) == "proof.token_claims"


@pytest.mark.parametrize("value", ["1772323200", True, -1, 1e30, [NBF], {}, "", 253402300800])
def test_a_date_that_is_no_time_in_seconds_is_malformed(value: object) -> None:
    for name in ("nbf", "exp"):
        assert refused(make(old(**{name: value}))) == "proof.token_malformed"
        assert refused(new({**BADGE, name: value})) == "proof.token_malformed"


@pytest.mark.parametrize("name", ["iss", "sub", "jti", "nonce"])
@pytest.mark.parametrize("value", ["", 7, [DID], {"id": DID}, None])
def test_a_claim_that_is_no_text_is_malformed(name: str, value: object) -> None:
    assert refused(new({**BADGE, name: value})) == "proof.token_malformed"


def test_a_time_with_a_fraction_is_read_to_the_second() -> None:
    assert jose.read(make(old(nbf=NBF + 0.5))).not_before == datetime(2026, 3, 1, tzinfo=UTC)
    early = credential(issuanceDate="2026-03-01T00:00:00.750Z")
    assert jose.read(make(old(vc=early))).document["issuanceDate"] == "2026-03-01T00:00:00.750Z"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b'"vc"',
        b"{",
        b'{"iss":"a","iss":"b"}',
        b'\xef\xbb\xbf{"vc":{}}',
        b'{"n":NaN}',
        b'{"vc":{"type":"a","type":"b"}}',
        b"\xff",
    ],
)
def test_a_payload_that_is_no_object_of_one_reading_is_malformed(payload: bytes) -> None:
    assert refused(make(payload)) == "proof.token_malformed"


@pytest.mark.parametrize("claim", [None, [], "eyJ", 7])
def test_a_claim_vc_that_is_no_object_is_malformed(claim: object) -> None:
    assert refused(make({**CLAIMS, "vc": claim})) == "proof.token_malformed"


@pytest.mark.parametrize(
    "member",
    [
        "eyJhbGciOiJub25lIn0.e30.",
        7,
        None,
        {"type": "EnvelopedVerifiableCredential"},
        {"type": "EnvelopedVerifiableCredential", "id": "https://evil.example/vc"},
        {"type": ["EnvelopedVerifiableCredential"], "id": "not-a-credential"},
        {"type": ["EnvelopedVerifiableCredential"], "id": ["data:application/vc+jwt,e30.e30."]},
    ],
    ids=str,
)
def test_a_presentation_of_what_can_be_no_credential_is_refused(member: object) -> None:
    assert refused(new({**PRESENTATION, "verifiableCredential": [member]}, "vp+jwt")) == "proof.token_claims"


def test_an_older_presentation_may_hold_bare_tokens() -> None:
    held = {**PRESENTATION, "verifiableCredential": ["e30.e30."]}
    assert jose.read(make({"vp": held, "iss": DID, "aud": "v.example", "nonce": "n"})).document == held
    assert refused(make({"vp": {**PRESENTATION, "verifiableCredential": [7]}})) == "proof.token_claims"
    assert refused(make({"vp": PRESENTATION, "iss": "did:example:other"})) == "proof.token_claims"


# --- keys and algorithms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kid",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "'--",
        "file:///etc/passwd",
        "http://127.0.0.1/k",
        "$(id)",
        "a/../b",
        "a|b",
        "\u00e4",
    ],
)
def test_a_key_id_that_names_no_key_is_refused(kid: str) -> None:
    assert refused(make(BADGE, typ="vc+jwt", kid=kid)) == "proof.token_header"


@pytest.mark.parametrize(
    "kid",
    [
        "did:example:a#key-1",
        "https://school.example/keys?id=1#k",
        "urn:ietf:params:oauth:jwk-thumbprint:sha-256:AAAA",
        "73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU",
        "_-a",
        "#key-1",
        "doc-signer-05-25-2022",
        "bilbo.baggins@hobbiton.example",
        "AAAA/+==",
    ],
)
def test_a_key_id_is_a_name_and_nothing_is_opened_for_it(kid: str) -> None:
    assert jose.read(make(BADGE, typ="vc+jwt", kid=kid)).key_id == kid


def test_an_rs256_token_verifies_and_its_public_key_is_no_shared_secret() -> None:
    secret = engine.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = secret.public_key().public_numbers()
    key = jwk.decode({"kty": "RSA", "e": "AQAB", "n": base64url_encode(numbers.n.to_bytes(256, "big"))})
    head = base64url_encode(b'{"alg":"RS256","typ":"JWT"}')
    signed = f"{head}.{base64url_encode(json.dumps(CLAIMS).encode())}"
    signature = secret.sign(signed.encode(), padding.PKCS1v15(), SHA256())
    token = jose.read(f"{signed}.{base64url_encode(signature)}")
    assert jose.verify(token, key)
    assert not jose.verify(jose.read(f"{signed}.{base64url_encode(bytes(256))}"), key)
    assert code_of(lambda: jose.verify(token, KEYS[KeyType.P_256].public())) == "proof.key_mismatch"
    assert refused(make(CLAIMS, alg="HS256")) == "proof.algorithm"


def test_the_header_and_the_key_must_agree_on_the_algorithm() -> None:
    confused = jose.read(make(CLAIMS, KeyType.P_384, alg="ES256"))
    assert code_of(lambda: jose.verify(confused, KEYS[KeyType.P_384].public())) == "proof.key_mismatch"
    assert not jose.verify(confused, KEYS[KeyType.P_256].public())


def test_a_stranger_s_signature_is_false() -> None:
    stranger = PrivateKey.from_seed(bytes(range(60, 92)))
    body = multikey.encode(stranger.public())
    token = jose.read(jose.sign(BADGE, signer=LocalSigner(f"did:key:{body}#{body}", stranger)))
    assert not jose.verify(token, KEYS[KeyType.ED25519].public())
    assert jose.verify(token, stranger.public())
