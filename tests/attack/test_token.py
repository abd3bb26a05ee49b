"""Rows 46 to 48 and 65 to 92: tokens whose header chooses, whose halves disagree, whose disclosures nobody signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from did.create import did_key, did_key_method
from satchel.codec import cbor
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.key import ecdsa, jwk
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.proof import cose_sign, disclosure, sdjwt
from tests.attack.forge import (
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
    within,
)
from tests.satchel.proof.test_jades import sealed
from verifier.materials import Asked
from verifier.report import Report

EC_ISSUER = PrivateKey.generate(lambda count: hashlib.sha512(b"attack: an EC issuer").digest()[:count], KeyType.P_256)
EC_384 = PrivateKey.generate(lambda count: hashlib.sha512(b"attack: a P-384 issuer").digest()[:count], KeyType.P_384)
ALGORITHMS = {KeyType.ED25519: "EdDSA", KeyType.P_256: "ES256", KeyType.P_384: "ES384"}
READER, NONCE = "https://reader.example", "a nonce"


def ec_badge(key: PrivateKey = EC_ISSUER) -> Document:
    document = badge()
    document["issuer"]["id"] = did_key(key.public())
    return document


def packed(part: object) -> str:
    return base64url_encode(part if isinstance(part, bytes) else json.dumps(part).encode())


def jwt(payload: object = None, *, key: PrivateKey = ISSUER, head: object = None, **header: object) -> str:
    """A token of any payload under any header, rightly signed by the key; header members are replaced, or taken out
    when None, and `head` is the whole header."""
    members: Document = {
        "alg": ALGORITHMS[key.public().type],
        "typ": "vc+jwt",
        "cty": "vc",
        "kid": did_key_method(did_key(key.public())),
    }
    kept = {name: value for name, value in (members | header).items() if value is not None}
    signed_part = f"{packed(kept if head is None else head)}.{packed(badge() if payload is None else payload)}"
    return f"{signed_part}.{base64url_encode(key.sign(signed_part.encode()))}"


def judge(token: str | bytes, **more: Any) -> Report:
    return judged(token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token, **more)


def rejected(token: str | bytes, code: str, **more: Any) -> None:
    says(judge(token, **more), "rejected", "proof", "fail", code)


def never_accepted(report: Report) -> None:
    """Malformed or rejected, and no signature was found good."""
    assert report.verdict in {"malformed", "rejected"}, report
    assert [entry for entry in report.facets if entry.facet == "proof" and entry.outcome == "pass"] == []


def malformed(token: str | bytes) -> None:
    assert judge(token).verdict == "malformed"


def test_the_tokens_that_these_attacks_begin_with_are_accepted() -> None:
    assert judge(jwt()).verdict == "accepted"
    assert judge(jwt(ec_badge(), key=EC_ISSUER)).verdict == "accepted"
    assert judge(selective()).verdict == "accepted"
    assert judge(cose_sign.sign(badge(), signer=SIGNER)).verdict == "accepted"


# 46 to 48: signatures


def test_an_ecdsa_signature_of_zeros_of_the_order_or_in_another_form_is_rejected() -> None:
    head, payload, signature = jwt(ec_badge(), key=EC_ISSUER).split(".")
    raw = base64url_decode(signature)
    r, s, n = raw[:32], raw[32:], ecdsa.CURVES["P-256"].order.to_bytes(32, "big")
    der = b"\x30\x44\x02\x20" + r + b"\x02\x20" + s
    for other in (bytes(64), r + n, n + s, n + n, bytes(32) + s, r + bytes(32), der, raw + b"\x00\x00", raw[:-1], b""):
        rejected(f"{head}.{payload}.{base64url_encode(other)}", "proof.invalid")


def test_the_second_good_signature_gives_the_same_verdict() -> None:
    """(r, n - s) is as good, so a token's hash is no name for it."""
    head, payload, signature = jwt(ec_badge(), key=EC_ISSUER).split(".")
    raw = base64url_decode(signature)
    twin = raw[:32] + (ecdsa.CURVES["P-256"].order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    first, second = judge(f"{head}.{payload}.{signature}"), judge(f"{head}.{payload}.{base64url_encode(twin)}")
    assert first.verdict == second.verdict == "accepted"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(EC_384, "ES256"), (EC_ISSUER, "ES384"), (EC_ISSUER, "ES256K"), (EC_ISSUER, "EdDSA"), (ISSUER, "ES256")],
)
def test_a_key_of_another_curve_than_the_algorithm_is_rejected(key: PrivateKey, algorithm: str) -> None:
    rejected(jwt(ec_badge(key), key=key, alg=algorithm), "proof.key_mismatch")


# 65 to 76: the header and the spelling


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE", "", None])
def test_the_algorithm_none_is_rejected_with_and_without_a_signature(algorithm: str | None) -> None:
    token = jwt(alg=algorithm)
    rejected(token, "proof.algorithm")
    rejected(token.rpartition(".")[0] + ".", "proof.algorithm")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_shared_secret(algorithm: str) -> None:
    import hmac

    hash_name = f"sha{algorithm[2:]}"
    public = ISSUER.public().raw
    secrets = [public, public.hex().encode(), base64url_encode(public).encode(), did_of(ISSUER).encode(), b""]
    for secret in secrets:
        part = jwt(alg=algorithm).rpartition(".")[0]
        token = f"{part}.{base64url_encode(hmac.digest(secret, part.encode(), hash_name))}"
        rejected(token, "proof.algorithm")


@pytest.mark.parametrize("kid", [method_of(ISSUER), None])
def test_a_key_in_the_header_is_nobodys(kid: str | None) -> None:
    token = jwt(key=STRANGER, jwk=jwk.encode(STRANGER.public()), kid=kid)
    rejected(token, "proof.token_key")
    assert facet(judge(token), "issuer_binding").outcome == "fail"


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["not base64"]},
        {"x5c": ["MIIB"]},
        {"x5t": "AAAA"},
        {"x5t#S256": "AAAA"},
    ],
    ids=repr,
)
def test_keys_by_url_and_certificates_that_nobody_anchored_are_rejected(header: Document) -> None:
    """Nothing is fetched: the judge has no network here, and a fetch would be an error."""
    rejected(jwt(**header), "proof.token_key")


def test_a_certificate_in_a_disclosing_token_is_no_key_of_the_issuer() -> None:
    card = {"iss": did_of(ISSUER), "vct": "https://school.example/knots", "iat": 1772323200}
    members: Document = {"typ": "dc+sd-jwt", "cty": None, "kid": None, "x5c": ["MIIB"]}
    rejected(jwt(card, key=STRANGER, **members) + "~", "proof.invalid")
    unnamed = jwt(card | {"iss": "https://school.example"}, key=STRANGER, **members) + "~"
    says(judge(unnamed), "undecided", "proof", "unknown", "proof.key_unresolved")


@pytest.mark.parametrize(
    "kid",
    [
        "../../../etc/passwd",
        "/dev/null",
        "x' UNION SELECT 'key'--",
        "x'OR'1'='1",
        "file:///etc/passwd",
        "http://127.0.0.1:8080/key",
        "a\x00b",
        "$(id)",
        "|/usr/bin/id",
        "`id`",
        5,
        ["k"],
        {},
        "",
    ],
    ids=repr,
)
def test_a_key_id_is_never_opened_asked_or_run(kid: object) -> None:
    rejected(jwt(kid=kid), "proof.token_header")


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["http://evil.example/ext"], "http://evil.example/ext": True},
        {"crit": []},
        {"crit": ["alg"]},
        {"crit": ["absent"]},
        {"crit": "b64"},
        {"crit": ["b64", "b64"], "b64": True},
    ],
    ids=repr,
)
def test_a_critical_header_is_never_passed_over(header: Document) -> None:
    rejected(jwt(**header), "proof.token_header")


@pytest.mark.parametrize("header", [{"b64": False}, {"b64": False, "crit": ["b64"]}, {"b64": 0}, {"b64": True}])
def test_an_unencoded_payload_has_no_place_in_a_token(header: Document) -> None:
    rejected(jwt(**header), "proof.token_header")


@pytest.mark.parametrize("typ", ["at+jwt", "kb+jwt", "proof+jwt", "openid4vci-proof+jwt", "statuslist+jwt", "dpop+jwt"])
def test_a_token_of_another_type_is_no_credential(typ: str) -> None:
    rejected(jwt(typ=typ, cty=None), "proof.token_type")


def test_a_credential_does_not_pass_for_a_presentation() -> None:
    rejected(jwt(typ="vp+jwt", cty=None), "proof.token_type")
    presentation = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "holder": did_of(ISSUER)}
    rejected(jwt(presentation), "proof.token_type")


@pytest.mark.parametrize("header", [{"zip": "DEF"}, {"cty": "JWT"}, {"enc": "A256GCM"}, {"cty": "vp"}])
def test_a_compressed_or_nested_token_is_rejected(header: Document) -> None:
    rejected(jwt(**header), "proof.token_header")


@pytest.mark.parametrize(
    "head",
    [
        b'{"alg":"none","alg":"EdDSA","typ":"vc+jwt"}',
        b'{"alg":"EdDSA","alg":"none","typ":"vc+jwt"}',
        b'["EdDSA"]',
        b'"EdDSA"',
        b"\xef\xbb\xbf" + b'{"alg":"EdDSA","typ":"vc+jwt"}',
        b'{"alg":"EdDSA","typ":"vc+jwt"}'.decode().encode("utf-16"),
        b'{"alg":"EdDSA","typ":"vc+jwt","kid":"' + b"k" * 1_000_000 + b'"}',
        b"{",
    ],
    ids=lambda head: repr(head[:20]),
)
def test_a_header_in_another_reading_is_never_accepted(head: bytes) -> None:
    with within(3):
        never_accepted(judge(jwt(head=head)))


def test_a_token_in_another_spelling_is_malformed() -> None:
    head, payload, signature = jwt().split(".")
    for other in (
        f"{head}.{payload}.{signature}=",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload} .{signature}",
        f"{head}.{payload}\n.{signature}",
        f"{head}.{payload}.{signature[:-2]}+/",
        f"{head}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
        f"{head}.{payload}.{signature}\u200b",
    ):
        never_accepted(judge(other))


@pytest.mark.parametrize("change", [lambda t: t.rpartition(".")[0], lambda t: t + ".AAAA", lambda t: t + ".AAAA.AAAA"])
def test_a_token_of_too_few_or_too_many_parts_is_malformed(change: Callable[[str], str]) -> None:
    malformed(change(jwt()))


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b'{"type":"a","type":"b"}', b"\xff", b"{}{}"], ids=repr)
def test_an_odd_payload_is_never_accepted(payload: bytes) -> None:
    never_accepted(judge(jwt(payload)))


# 77: JSON serialisations


def test_a_token_in_json_that_hides_its_algorithm_or_mixes_its_forms_is_never_accepted() -> None:
    head, payload, signature = jwt().split(".")
    document = json.dumps(badge())
    general = {"protected": head, "signature": signature}
    good = sealed(document)
    seal = good["signatures"][0]
    bad_seal = seal | {"signature": base64url_encode(bytes(256))}
    forms: list[Document] = [
        {"payload": payload, "signatures": [{"header": {"alg": "EdDSA"}, "signature": signature}]},
        {"payload": payload, "signatures": [general]},
        {"payload": payload, **general},
        {"payload": document, "header": {"alg": "none"}, "signature": ""},
        {"payload": document, "signatures": [seal | {"header": {"alg": "none"}}]},
        good | {"protected": seal["protected"], "signature": seal["signature"]},
        good | {"signatures": [seal, bad_seal]},
        good | {"signatures": [bad_seal, seal]},
        good | {"signatures": [bad_seal]},
        good | {"signatures": []},
    ]
    for form in forms:
        never_accepted(judged(to_bytes(form)))


# 78 to 83: two halves, dates, envelopes


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": did_of(STRANGER)},
        {"sub": did_of(STRANGER)},
        {"jti": "urn:uuid:another"},
        {"iss": "https://school.example"},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_claims_that_differ_from_the_credential_are_rejected(claims: Document) -> None:
    rejected(jwt(badge() | claims), "proof.token_claims")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1772323201}, "proof.expired"),
        ({"nbf": 4102444800}, "proof.not_yet_valid"),
        ({"exp": "2099-01-01T00:00:00Z"}, "proof.token_malformed"),
        ({"exp": True}, "proof.token_malformed"),
        ({"exp": -1}, "proof.token_malformed"),
        ({"exp": 1e30}, "proof.token_malformed"),
        ({"nbf": [0]}, "proof.token_malformed"),
        ({"exp": None}, "proof.token_malformed"),
    ],
    ids=repr,
)
def test_dates_of_the_token_count_and_are_numbers(claims: Document, code: str) -> None:
    rejected(jwt(badge() | claims), code)


def test_a_second_credential_in_the_token_is_rejected() -> None:
    other = badge(name="Master mariner")
    rejected(jwt(badge() | {"vc": other}), "proof.token_claims")
    rejected(jwt(badge() | {"vp": {}}), "proof.token_claims")
    rejected(jwt({"vc": other, "iss": did_of(ISSUER), **badge()}, typ="JWT", cty=None), "proof.token_claims")
    rejected(jwt({"vc": other, "vp": {}, "iss": did_of(ISSUER)}, typ="JWT", cty=None), "proof.token_claims")


def test_a_strangers_proof_inside_a_token_is_told() -> None:
    report = judge(jwt(signed(badge(), key=STRANGER)))
    says(report, "accepted_with_warnings", "proof", "warn", "proof.also_embedded")


def test_an_object_altered_beside_its_genuine_token_is_rejected() -> None:
    altered = badge(name="Master mariner") | {"proof": {"type": "JwtProof2020", "jwt": jwt()}}
    report = judged(altered)
    assert report.verdict == "rejected"
    assert facet(report, "proof").outcome == "fail"


def envelope(**changes: object) -> Document:
    whole: Document = {
        "@context": CREDENTIALS_V2,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{jwt()}",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": f"data:application/vc+sd-jwt,{jwt()}"},
        {"id": f"data:application/vp+jwt,{jwt()}"},
        {"id": f"data:text/html,{jwt()}"},
        {"id": f"data:application/vc+jwt;base64,{jwt()}"},
        {"id": "https://evil.example/credential.jwt"},
        {"id": jwt()},
        {"id": None},
        {"name": "Master mariner"},
        {"credentialSubject": {"id": did_of(STRANGER)}},
        {"@context": []},
        {"@context": "https://evil.example/context"},
        {"@context": None},
        {"type": ["EnvelopedVerifiableCredential", "OpenBadgeCredential"]},
    ],
    ids=lambda changes: f"{next(iter(changes))} {str(next(iter(changes.values())))[:40]}",
)
def test_an_envelope_of_another_kind_remote_or_with_claims_beside_is_never_accepted(changes: Document) -> None:
    assert judged(envelope()).verdict == "accepted"
    report = judged(envelope(**changes))
    assert report.verdict in {"rejected", "malformed", "undecided"}
    assert facet(report, "proof").outcome != "pass"


@pytest.mark.parametrize("algorithm", ["HS256", "ES384", "none", "RS256", ["ES256"]])
def test_the_key_of_the_document_decides_and_so_does_what_it_says_that_it_is_for(
    tmp_path: Path, algorithm: object
) -> None:
    """CVE-2026-48523: an allow-list asked about the header while the key object chose."""
    did = "did:web:school.example"
    document = badge()
    document["issuer"]["id"] = did

    def held(**more: object) -> Any:
        method = {
            "id": f"{did}#key-1",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": {**jwk.encode(EC_ISSUER.public()), **more},
        }
        return mirror(
            tmp_path,
            {
                "https://school.example/.well-known/did.json": {
                    "@context": ["https://www.w3.org/ns/did/v1"],
                    "id": did,
                    "verificationMethod": [method],
                    "assertionMethod": [f"{did}#key-1"],
                }
            },
        )

    token = jwt(document, key=EC_ISSUER, kid=f"{did}#key-1")
    assert judge(token, fetch=held(alg="ES256")).verdict == "accepted"
    report = judge(token, fetch=held(alg=algorithm))
    assert report.verdict in {"rejected", "undecided"}
    assert facet(report, "proof").outcome in {"fail", "unknown"}


# 84 to 92: selective disclosure

SIGNER, HOLDER = LocalSigner(method_of(ISSUER), ISSUER), LocalSigner(method_of(LEARNER), LEARNER)
HIDE = ("/name", "/credentialSubject/achievement/criteria")


def salts() -> Any:
    counter: Iterator[int] = iter(range(1, 10**9))
    return lambda count: hashlib.sha256(str(next(counter)).encode()).digest()[:count]


def selective(document: Document | None = None, hide: Any = HIDE) -> str:
    return sdjwt.sign(
        badge() if document is None else document, signer=SIGNER, entropy=salts(), hide=hide, holder=LEARNER.public()
    )


def digest(text: str) -> str:
    return disclosure.digest(text, "sha-256")


def disclosing(payload: Document, *disclosures: str, binding: str = "") -> str:
    """A token of any payload and disclosures, rightly signed by the issuer."""
    return "~".join((jwt(payload, typ="vc+sd-jwt"), *disclosures, binding))


def test_a_disclosure_that_nobody_signed_or_that_stands_twice_is_rejected() -> None:
    token = selective()
    stranger = packed(["s", "awardedDate", "2020-01-01T00:00:00Z"])
    rejected(f"{token}{stranger}~", "proof.disclosure_unsigned")
    first = token.split("~")[1]
    rejected(f"{token}{first}~", "proof.disclosure_repeated")
    rejected(token.replace(first, packed(["s", "name", "Master mariner"])), "proof.disclosure_unsigned")
    hidden = packed(["s", "name", "Knots"])
    plain = badge()
    del plain["name"]
    twice = plain | {"_sd": [digest(hidden), digest(hidden)]}
    rejected(disclosing(twice, hidden), "proof.disclosure_repeated")
    deeper = plain | {
        "_sd": [digest(hidden)],
        "credentialSubject": plain["credentialSubject"] | {"_sd": [digest(hidden)]},
    }
    rejected(disclosing(deeper, hidden), "proof.disclosure_repeated")


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg", "issuer", "validFrom", "@context", "credentialSubject"])
def test_a_disclosed_claim_takes_no_reserved_name_and_no_others_place(name: str) -> None:
    text = packed(["s", name, "x"])
    code = "proof.disclosure_required" if name in ("validFrom", "@context") else "proof.disclosure_name"
    report = judge(disclosing(badge() | {"_sd": [digest(text)]}, text))
    assert report.verdict == "rejected"
    assert facet(report, "proof").code in {code, "proof.disclosure_name"}


@pytest.mark.parametrize(
    "parts",
    [
        ["s", "name"],
        ["s", "name", "x", "y"],
        ["s", 5, "x"],
        {"s": "name"},
        [5, "name", "x"],
        b"",
        b"[",
        b'["s","n",NaN]',
    ],
    ids=repr,
)
def test_a_disclosure_of_a_wrong_shape_is_rejected(parts: Any) -> None:
    text = packed(parts)
    plain = badge()
    del plain["name"]
    never_accepted(judge(disclosing(plain | {"_sd": [digest(text)]}, text)))


def test_a_disclosure_with_padding_is_never_accepted() -> None:
    text = packed(["s", "name", "Knots"])
    for other in (f"{text}=", f"{text}==", f" {text}", f"{text}\n"):
        plain = badge()
        del plain["name"]
        never_accepted(judge(disclosing(plain | {"_sd": [digest(other)]}, other)))


@pytest.mark.parametrize("name", ["validUntil", "credentialStatus", "exp", "cnf", "status"])
def test_an_end_a_status_or_a_key_that_can_be_hidden_is_rejected(name: str) -> None:
    values: Document = {
        "validUntil": "2099-01-01T00:00:00Z",
        "credentialStatus": {"id": "https://school.example/1#2", "type": "BitstringStatusListEntry"},
        "exp": 4102444800,
        "cnf": {"jwk": jwk.encode(LEARNER.public())},
        "status": {"status_list": {"idx": 1, "uri": "https://school.example/1"}},
    }
    text = packed(["s", name, values[name]])
    rejected(disclosing(badge() | {"_sd": [digest(text)]}, text), "proof.disclosure_required")


@pytest.mark.parametrize("hidden", [[{"...": "digest"}], {"_sd": ["digest"]}, [{"_sd": ["digest"]}]], ids=repr)
def test_a_status_whose_entry_was_taken_away_is_rejected(hidden: object) -> None:
    """What is left looks like a credential that never had a status."""
    rejected(disclosing(badge() | {"credentialStatus": hidden}), "proof.disclosure_required")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"_sd_alg": "md5"}, "proof.digest"),
        ({"_sd_alg": "SHA-256"}, "proof.digest"),
        ({"_sd_alg": "sha-1"}, "proof.digest"),
        ({"_sd_alg": None}, "proof.digest"),
        ({"_sd": "x"}, "proof.disclosure_malformed"),
        ({"_sd": [5]}, "proof.disclosure_malformed"),
        ({"...": "x"}, "proof.disclosure_malformed"),
        ({"evidence": [{"...": "x", "more": 1}]}, "proof.disclosure_malformed"),
    ],
    ids=repr,
)
def test_an_odd_digest_algorithm_or_list_is_rejected(more: Document, code: str) -> None:
    rejected(disclosing(badge() | more), code)


ASKED = Asked(challenge=NONCE, domain=READER, require_holder_binding=True)


def presented(**changes: Any) -> str:
    arguments: Document = {"signer": HOLDER, "audience": READER, "nonce": NONCE, "now": NOW}
    return sdjwt.bind(selective(), **(arguments | changes))


def test_a_binding_that_is_missing_anothers_or_unsigned_is_rejected() -> None:
    assert judge(presented(), asked=ASKED).verdict == "accepted"
    rejected(selective(), "proof.binding_missing", asked=ASKED)
    for signer in (SIGNER, LocalSigner(method_of(STRANGER), STRANGER)):
        rejected(presented(signer=signer), "proof.binding_invalid", asked=ASKED)
        # Also when nobody asked: a signature that does not hold is not passed over.
        rejected(presented(signer=signer), "proof.binding_invalid")
    unbound = sdjwt.sign(badge(), signer=SIGNER, entropy=salts(), hide=HIDE)
    claims = {"aud": READER, "nonce": NONCE, "iat": int(NOW.timestamp()), "sd_hash": digest(unbound)}
    rejected(unbound + jwt(claims, key=LEARNER, typ="kb+jwt", cty=None, kid=None), "proof.binding_key", asked=ASKED)


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"jwk": jwk.encode(STRANGER.public())}, {"typ": "JWT"}, {"typ": None}]
)
def test_a_binding_under_another_header_is_rejected(header: Document) -> None:
    token = selective()
    claims = {"aud": READER, "nonce": NONCE, "iat": int(NOW.timestamp()), "sd_hash": digest(token)}
    members: Document = {"typ": "kb+jwt", "cty": None, "kid": None}
    assert judge(token + jwt(claims, key=LEARNER, **members), asked=ASKED).verdict == "accepted"
    binding = jwt(claims, key=LEARNER, **(members | header))
    rejected(token + binding, "proof.binding_malformed", asked=ASKED)


def test_a_disclosure_dropped_or_put_in_after_the_holder_signed_is_rejected() -> None:
    first, *disclosures, binding = presented().split("~")
    for chosen in (disclosures[1:], disclosures[::-1], []):
        rejected("~".join((first, *chosen, binding)), "proof.binding_hash")
    shown = sdjwt.present(selective(), [])
    bound = sdjwt.bind(shown, signer=HOLDER, audience=READER, nonce=NONCE, now=NOW)
    head, _, binding = bound.rpartition("~")
    rejected(f"{head}~{disclosures[0]}~{binding}", "proof.binding_hash")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "another"}, "proof.binding_nonce"),
        ({"audience": "https://evil.example"}, "proof.binding_audience"),
        ({"audience": f"{READER}/"}, "proof.binding_audience"),
        ({"now": NOW - timedelta(days=9000)}, "proof.binding_time"),
        ({"now": NOW - timedelta(hours=1)}, "proof.binding_time"),
        ({"now": NOW + timedelta(hours=1)}, "proof.binding_time"),
        ({"now": NOW + timedelta(days=26000)}, "proof.binding_time"),
    ],
    ids=repr,
)
def test_a_binding_for_another_reader_occasion_or_time_is_rejected(changes: Document, code: str) -> None:
    rejected(presented(**changes), code, asked=ASKED)


def test_ten_thousand_disclosures_are_rejected_in_time() -> None:
    texts = [packed(["s", f"claim{index}", index]) for index in range(10_000)]
    payload = badge() | {"_sd": [digest(text) for text in texts]}
    with within(3):
        rejected(disclosing(payload, *texts), "proof.disclosure_count")


# COSE: the same attacks in the other encoding


def sign1(head: Any, *, unprotected: Any = None, payload: bytes | None = None, key: PrivateKey = ISSUER) -> bytes:
    """A COSE_Sign1 of any header, rightly signed."""
    protected = cbor.encode(head)
    content = to_bytes(badge()) if payload is None else payload
    signature = key.sign(cbor.encode(["Signature1", protected, b"", content]))
    return cbor.encode(cbor.Tagged(18, [protected, {} if unprotected is None else unprotected, content, signature]))


GOOD_HEAD = {1: -8, 3: "application/vc", 4: method_of(ISSUER).encode(), 16: "application/vc+cose"}


@pytest.mark.parametrize(
    ("change", "unprotected", "code"),
    [
        ({1: 5}, None, "proof.algorithm"),
        ({1: None}, None, "proof.algorithm"),
        ({1: "none"}, None, "proof.algorithm"),
        ({1: -7}, None, "proof.key_mismatch"),
        ({2: [16]}, None, "proof.token_header"),
        ({33: b"x"}, None, "proof.token_key"),
        ({35: "https://evil.example/cert"}, None, "proof.token_key"),
        ({16: "application/vp+cose"}, None, "proof.token_header"),
        ({16: "application/statuslist+cwt"}, None, "proof.token_type"),
        ({3: "application/vp"}, None, "proof.token_header"),
        ({4: b"../../etc/passwd"}, None, "proof.token_header"),
        ({}, {1: -8}, "proof.token_header"),
        ({}, {33: b"x"}, "proof.token_key"),
        ({}, {4: method_of(STRANGER).encode()}, "proof.token_header"),
    ],
    ids=repr,
)
def test_a_cose_header_chooses_nothing_and_brings_nothing(change: Any, unprotected: Any, code: str) -> None:
    assert judge(sign1(GOOD_HEAD)).verdict == "accepted"
    rejected(sign1(GOOD_HEAD | change, unprotected=unprotected), code)


def test_cose_in_another_reading_is_never_accepted() -> None:
    raw = sign1(GOOD_HEAD)
    twice = b"\xa2\x01\x27\x01\x26"
    content = to_bytes(badge())
    signature = ISSUER.sign(cbor.encode(["Signature1", twice, b"", content]))
    for other in (
        raw[:-1],
        raw + b"\x00",
        b"\xd2\x9f" + raw[2:] + b"\xff",
        b"\xd2\x84" + b"\x81" * 100_000,
        cbor.encode(cbor.Tagged(18, [twice, {}, content, signature])),
        sign1(GOOD_HEAD, payload=b'{"type":"a","type":"b"}'),
    ):
        with within(3):
            never_accepted(judge(other))


def test_a_cose_token_by_a_stranger_says_nothing_for_the_issuer() -> None:
    stranger = sign1(GOOD_HEAD | {4: method_of(STRANGER).encode()}, key=STRANGER)
    assert facet(judge(stranger), "issuer_binding").code == "issuer_binding.other_issuer"
    rejected(sign1(GOOD_HEAD, key=STRANGER), "proof.invalid")
