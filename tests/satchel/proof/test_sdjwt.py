"""satchel.proof.sdjwt: issue, choose, bind and verify; the two families kept apart; every forged binding."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import KeyFault
from satchel.key import jwk
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.proof import disclosure, sdjwt
from tests.satchel.proof.ground import DID, KEYS, SIGNERS, code_of
from tests.satchel.proof.test_disclosure import salts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
READER, NONCE = "https://reader.example", "n-0S6_WzA2Mj"
ISSUER, HOLDER, STRANGER = SIGNERS[KeyType.P_256], SIGNERS[KeyType.P_384], SIGNERS[KeyType.ED25519]
ISSUER_KEY, HOLDER_KEY = KEYS[KeyType.P_256].public(), KEYS[KeyType.P_384].public()
CARD: JsonObject = {
    "iss": "https://school.example",
    "vct": "https://school.example/credentials/knots",
    "iat": 1772323200,
    "nbf": 1772323200,
    "exp": 1803859200,
    "sub": "did:example:learner",
    "given_name": "Ada",
    "results": [{"name": "reef knot", "score": 9}, {"name": "bowline", "score": 4}],
    "address": {"town": "Knotham", "street": "Long Lane 1"},
}
HIDE = ("/given_name", "/results/0", "/results/1", "/address", "/address/street", "/sub")
CREDENTIAL: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "validFrom": "2026-03-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:learner", "name": "Ada"},
}
PRESENTATION: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiablePresentation"],
    "holder": DID,
    "verifiableCredential": [
        {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "id": "data:application/vc+sd-jwt,e30.e30.~",
            "type": "EnvelopedVerifiableCredential",
        }
    ],
}


def issued(document: JsonObject = CARD, hide: Any = HIDE, holder: PublicKey | None = HOLDER_KEY, **more: Any) -> str:
    return sdjwt.sign(document, signer=ISSUER, entropy=salts(), hide=hide, holder=holder, **more)


def forged(payload: object, *disclosures: str, typ: Any = "dc+sd-jwt", **header: Any) -> str:
    """A token of any payload under any header, rightly signed by the issuer."""
    head = {name: value for name, value in {"alg": "ES256", "typ": typ, **header}.items() if value is not None}
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{base64url_encode(json.dumps(head).encode())}.{base64url_encode(raw)}"
    return "~".join((f"{signed}.{base64url_encode(ISSUER.sign(signed.encode()))}", *disclosures, ""))


def bound(token: str, **more: Any) -> str:
    arguments = {"signer": HOLDER, "audience": READER, "nonce": NONCE, "now": NOW} | more
    return sdjwt.bind(token, **arguments)


def check(text: str, key: PublicKey | None = HOLDER_KEY, **more: Any) -> None:
    arguments: dict[str, Any] = {"audience": READER, "nonce": NONCE, "now": NOW} | more
    sdjwt.check_binding(sdjwt.read(text), key, **arguments)


def refused(text: str) -> str:
    return code_of(lambda: sdjwt.read(text))


@pytest.mark.parametrize("kind", SIGNERS)
def test_a_card_is_issued_chosen_from_bound_and_verified_with_every_kind_of_key(kind: KeyType) -> None:
    text = sdjwt.sign(CARD, signer=SIGNERS[kind], entropy=salts(), hide=HIDE, holder=KEYS[kind].public())
    token = sdjwt.read(text)
    assert sdjwt.verify(token, KEYS[kind].public())
    assert token.profile == "dc+sd-jwt"
    assert token.type == "https://school.example/credentials/knots"
    assert {name: token.document[name] for name in CARD} == CARD
    assert (token.key_id, token.issuer) == (SIGNERS[kind].id, "https://school.example")
    assert (token.not_before, token.issued_at) == (datetime(2026, 3, 1, tzinfo=UTC),) * 2
    assert token.expires == datetime(2027, 3, 1, tzinfo=UTC)
    chosen = sdjwt.present(text, ["/results/1", "/address"])
    shown = sdjwt.read(bound(chosen, signer=SIGNERS[kind]))
    assert sdjwt.verify(shown, KEYS[kind].public())
    assert shown.document["results"] == [{"name": "bowline", "score": 4}]
    assert shown.document["address"] == {"town": "Knotham"}
    assert "given_name" not in shown.document and "sub" not in shown.document
    assert [entry.pointer for entry in shown.disclosed] == ["/results/0", "/address"]
    assert shown.hidden == 4
    holder = sdjwt.holder_key(shown)
    assert isinstance(holder, PublicKey)
    sdjwt.check_binding(shown, holder, audience=READER, nonce=NONCE, now=NOW)


@pytest.mark.parametrize(("document", "profile"), [(CREDENTIAL, "vc+sd-jwt"), (PRESENTATION, "vp+sd-jwt")])
def test_a_credential_of_the_data_model_reads_back_as_it_was(document: JsonObject, profile: str) -> None:
    hide = ["/credentialSubject/name"] if profile == "vc+sd-jwt" else ["/holder"]
    text = issued(document, hide)
    token = sdjwt.read(text)
    assert (token.profile, token.document, token.type) == (profile, document, None)
    assert sdjwt.verify(token, ISSUER_KEY)
    assert "cnf" in token.claims and "cnf" not in token.document
    without = sdjwt.read(sdjwt.present(text, []))
    assert without.hidden == 1 and without.document != document


def test_an_older_sd_jwt_vc_is_known_by_its_vct() -> None:
    assert sdjwt.read(forged(CARD, typ="vc+sd-jwt")).profile == "dc+sd-jwt"
    both = {**CREDENTIAL, "vct": "x"}
    assert refused(forged(both, typ="vc+sd-jwt")) == "proof.token_claims"
    assert sdjwt.read(forged(both, typ="dc+sd-jwt")).profile == "dc+sd-jwt"


@pytest.mark.parametrize(
    "typ", [None, "JWT", "vc+jwt", "vp+jwt", "kb+jwt", "at+jwt", "sd-jwt", "example+sd-jwt", "dc+sd-jwt+x", "sd+jwt"]
)
def test_a_token_of_another_type_is_refused(typ: str | None) -> None:
    assert refused(forged(CARD, typ=typ)) == "proof.token_type"


@pytest.mark.parametrize(
    ("payload", "typ", "code"),
    [
        ({"iss": "https://a.example"}, "dc+sd-jwt", "proof.token_type"),
        ({"vct": 5}, "dc+sd-jwt", "proof.token_malformed"),
        ({"vct": ""}, "dc+sd-jwt", "proof.token_malformed"),
        (CARD | {"exp": "tomorrow"}, "dc+sd-jwt", "proof.token_malformed"),
        (CARD | {"nbf": True}, "dc+sd-jwt", "proof.token_malformed"),
        (CARD | {"iss": 7}, "dc+sd-jwt", "proof.token_malformed"),
        (CREDENTIAL, "vp+sd-jwt", "proof.token_type"),
        (PRESENTATION, "vc+sd-jwt", "proof.token_type"),
        ({**CREDENTIAL, "vc": {}}, "vc+sd-jwt", "proof.token_claims"),
        ({**CREDENTIAL, "iss": "did:example:other"}, "vc+sd-jwt", "proof.token_claims"),
        ({**CREDENTIAL, "jti": "urn:uuid:other"}, "vc+sd-jwt", "proof.token_claims"),
        ({**CREDENTIAL, "sub": "did:example:other"}, "vc+sd-jwt", "proof.token_claims"),
        ({**PRESENTATION, "iss": "did:example:other"}, "vp+sd-jwt", "proof.token_claims"),
        ({**PRESENTATION, "verifiableCredential": ["e30.e30."]}, "vp+sd-jwt", "proof.token_claims"),
        ([CARD], "dc+sd-jwt", "proof.token_malformed"),
        (b'{"vct":"a","vct":"b"}', "dc+sd-jwt", "proof.token_malformed"),
        (b"", "dc+sd-jwt", "proof.token_malformed"),
    ],
)
def test_a_payload_that_is_no_credential_of_its_type_is_refused(payload: object, typ: str, code: str) -> None:
    assert refused(forged(payload, typ=typ)) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"alg": "PS256"}, "proof.algorithm_unsupported"),
        ({"jwk": jwk.encode(ISSUER_KEY)}, "proof.token_key"),
        ({"jku": "https://evil.example/keys"}, "proof.token_key"),
        ({"x5u": "https://evil.example/cert"}, "proof.token_key"),
        ({"crit": ["exp"]}, "proof.token_header"),
        ({"b64": False}, "proof.token_header"),
        ({"cty": "vc"}, "proof.token_header"),
        ({"kid": "a b"}, "proof.token_header"),
        ({"x5c": []}, "proof.token_header"),
        ({"x5c": "MIIB"}, "proof.token_header"),
        ({"x5c": ["MI-B"]}, "proof.token_header"),
        ({"x5c": [5]}, "proof.token_header"),
        ({"x5c": ["AAAA"] * 11}, "proof.token_header"),
    ],
)
def test_a_header_that_has_no_place_in_it_is_refused(header: dict[str, Any], code: str) -> None:
    assert refused(forged(CARD, **header)) == code


def test_certificates_are_kept_and_not_believed() -> None:
    token = sdjwt.read(forged(CARD, x5c=["AAEC", "AwQF"]))
    assert token.certificates == (b"\x00\x01\x02", b"\x03\x04\x05")
    assert token.key_id is None


@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "vct", "status", "aud"])
def test_what_every_reader_must_see_can_not_be_hidden(name: str) -> None:
    """Row 87."""
    card = {**CARD, "status": {"status_list": {"idx": 1, "uri": "https://school.example/1"}}, "aud": "a"}
    if name in card:
        assert code_of(lambda: issued(card, [f"/{name}"])) == "proof.disclosure_required"
    card["cnf"] = {"kid": "did:example:learner#1"}
    value = card.pop(name)
    text = base64url_encode(json.dumps(["s", name, value]).encode())
    # Without vct the issuer's own claims would not say what they are.
    payload = {**card, "_sd": [disclosure.digest(text, "sha-256")]}
    assert refused(forged(payload, text)) == "proof.disclosure_required"


@pytest.mark.parametrize("name", ["validFrom", "validUntil", "credentialStatus", "credentialSchema", "@context"])
def test_dates_and_status_of_a_credential_can_not_be_hidden(name: str) -> None:
    whole = {
        **CREDENTIAL,
        "validUntil": "2027-03-01T00:00:00Z",
        "credentialStatus": {"id": "https://school.example/1#2", "type": "BitstringStatusListEntry"},
        "credentialSchema": {"id": "https://school.example/s", "type": "JsonSchema"},
    }
    place = f"/{name}"
    assert code_of(lambda: issued(whole, [place])) == "proof.disclosure_required"
    value = whole.pop(name)
    text = base64url_encode(json.dumps(["s", name, value]).encode())
    payload = {**whole, "_sd": [disclosure.digest(text, "sha-256")]}
    assert refused(forged(payload, text, typ="vc+sd-jwt")) == "proof.disclosure_required"


@pytest.mark.parametrize(
    ("place", "hidden"),
    [
        ("/credentialStatus/0", {"credentialStatus": [{"...": "digest"}]}),
        ("/credentialStatus/0/statusPurpose", {"credentialStatus": [{"id": "x", "_sd": ["digest"]}]}),
        ("/@context/0", {"@context": [{"...": "digest"}, "https://www.w3.org/ns/credentials/v2"]}),
        ("/credentialSchema/id", {"credentialSchema": {"type": "JsonSchema", "_sd": ["digest"]}}),
    ],
)
def test_no_part_of_them_can_be_hidden_either(place: str, hidden: JsonObject) -> None:
    """Hidden, such a part leaves no trace in the document: a list without its entry, a credential without status."""
    whole = {
        **CREDENTIAL,
        "credentialStatus": [{"id": "x", "type": "BitstringStatusListEntry", "statusPurpose": "revocation"}],
        "credentialSchema": {"id": "https://school.example/s", "type": "JsonSchema"},
    }
    assert code_of(lambda: issued(whole, [place])) == "proof.disclosure_required"
    assert refused(forged({**whole, **hidden}, typ="vc+sd-jwt")) == "proof.disclosure_required"


def test_no_part_of_the_status_or_the_key_of_a_card_can_be_hidden() -> None:
    status: JsonObject = {"status_list": {"idx": 1, "uri": "https://school.example/1"}}
    assert code_of(lambda: issued({**CARD, "status": status}, ["/status/status_list"])) == "proof.disclosure_required"
    for hidden in ({"status": {"_sd": ["digest"]}}, {"cnf": {"_sd": ["digest"]}}):
        assert refused(forged({**CARD, **hidden})) == "proof.disclosure_required"


def test_a_claim_of_such_a_name_further_in_may_be_hidden() -> None:
    card = {**CARD, "membership": {"exp": 5, "status": "full"}}
    token = sdjwt.read(issued(card, ["/membership/exp", "/membership/status"]))
    assert token.document["membership"] == card["membership"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"name": "Ada"}, "proof.token_type"),
        ({"vct": 5}, "proof.token_malformed"),
        ({**CREDENTIAL, "type": ["Other"]}, "proof.token_type"),
        ({**CREDENTIAL, "iss": DID}, "proof.token_claims"),
        ({**CREDENTIAL, "vc": {}}, "proof.token_claims"),
        ({**CARD, "_sd": []}, "proof.disclosure_name"),
    ],
)
def test_what_is_no_credential_is_not_signed(document: JsonObject, code: str) -> None:
    assert code_of(lambda: issued(document, [])) == code


def test_no_byte_of_the_token_can_be_changed() -> None:
    text = issued(hide=["/given_name"])
    jwt, *rest = text.split("~")
    head, payload, signature = jwt.split(".")
    other = base64url_encode(base64url_decode(payload).replace(b"knots", b"knits"))
    changed = "~".join((f"{head}.{other}.{signature}", *rest))
    assert not sdjwt.verify(sdjwt.read(changed), ISSUER_KEY)
    assert not sdjwt.verify(sdjwt.read(text.replace(signature, base64url_encode(bytes(64)))), ISSUER_KEY)
    assert code_of(lambda: sdjwt.verify(sdjwt.read(text), HOLDER_KEY)) == "proof.key_mismatch"
    eve = base64url_encode(base64url_decode(rest[0]).replace(b"Ada", b"Eve"))
    assert refused("~".join((jwt, eve, ""))) == "proof.disclosure_unsigned"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("~", ""),
        lambda text: text.partition("~")[0],
        lambda text: "~" + text,
        lambda text: text + "\n",
        lambda text: text + " ",
        lambda text: "a.b~",
        lambda text: "~",
        lambda text: "",
    ],
)
def test_a_token_in_another_shape_is_refused(change: Callable[[str], str]) -> None:
    code = refused(change(issued()))
    assert code in {"proof.token_malformed", "proof.binding_malformed"}


def test_an_empty_disclosure_and_a_last_one_without_its_tilde_are_refused() -> None:
    text = issued()
    assert refused(text.replace("~", "~~", 1)) == "proof.disclosure_malformed"
    assert refused(issued(hide=["/given_name"])[:-1]) == "proof.binding_malformed"


def test_a_presenter_may_choose_again_and_a_signature_is_left_out() -> None:
    text = bound(issued())
    assert sdjwt.read(text).binding is not None
    chosen = sdjwt.present(text, ["/given_name"])
    assert sdjwt.read(chosen).binding is None
    assert code_of(lambda: sdjwt.present(chosen, ["/sub"])) == "proof.disclosure_unknown"
    assert code_of(lambda: bound(text)) == "proof.binding_malformed"


def test_a_binding_is_for_its_reader_occasion_and_time_alone() -> None:
    """Rows 89 and 91."""
    text = bound(issued())
    check(text)
    assert code_of(lambda: check(issued())) == "proof.binding_missing"
    assert code_of(lambda: check(text, None)) == "proof.binding_key"
    for other in ("https://reader.example/", "https://evil.example", "", "HTTPS://READER.EXAMPLE"):
        assert code_of(lambda other=other: check(text, audience=other)) == "proof.binding_audience"
    for other in ("", NONCE[:-1], NONCE + "x"):
        assert code_of(lambda other=other: check(text, nonce=other)) == "proof.binding_nonce"
    check(text, now=NOW + timedelta(minutes=10))
    check(text, now=NOW - timedelta(minutes=1))
    for moment in (NOW + timedelta(minutes=11), NOW - timedelta(minutes=2), NOW + timedelta(days=9000)):
        assert code_of(lambda moment=moment: check(text, now=moment)) == "proof.binding_time"


def test_a_binding_by_a_stranger_or_by_the_issuer_is_refused() -> None:
    for signer in (STRANGER, ISSUER):
        assert code_of(lambda signer=signer: check(bound(issued(), signer=signer))) == "proof.binding_invalid"
    own = sdjwt.sign(CARD, signer=ISSUER, entropy=salts(), holder=ISSUER_KEY)
    check(bound(own, signer=ISSUER), ISSUER_KEY)
    text = bound(issued())
    cut = text.rpartition(".")
    assert code_of(lambda: check(f"{cut[0]}.{base64url_encode(bytes(96))}")) == "proof.binding_invalid"


def test_a_binding_is_for_this_choice_of_claims_alone() -> None:
    """Row 90: a disclosure taken away or put in after the holder signed."""
    text = issued()
    jwt, *disclosures = text.split("~")[:-1]
    signature = bound(text).rpartition("~")[2]
    for chosen in (disclosures[1:], disclosures[::-1], []):
        assert refused("~".join((jwt, *chosen, signature))) == "proof.binding_hash"
    assert sdjwt.read("~".join((jwt, *disclosures, signature))).binding is not None
    other = issued({**CARD, "given_name": "Eve"})
    assert refused(other + signature) == "proof.binding_hash"


@pytest.mark.parametrize("hash_name", ["sha-384", "sha-512"])
def test_the_binding_is_hashed_as_the_disclosures_are(hash_name: str) -> None:
    text = issued(hash_name=hash_name)
    check(bound(text))
    wrong = disclosure.digest(text, "sha-256")
    assert refused(text + binding(sd_hash=wrong)) == "proof.binding_hash"


def binding(payload: object = None, *, sd_hash: str | None = None, head: Any = None, **claims: Any) -> str:
    """A holder's token of any claims under any header, rightly signed by the holder."""
    text = issued()
    digest = disclosure.digest(text, "sha-256") if sd_hash is None else sd_hash
    whole = {"aud": READER, "nonce": NONCE, "iat": int(NOW.timestamp()), "sd_hash": digest} | claims
    body = {name: value for name, value in whole.items() if value is not None} if payload is None else payload
    header = {"alg": "ES384", "typ": "kb+jwt"} | (head or {})
    kept = {name: value for name, value in header.items() if value is not None}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = f"{base64url_encode(json.dumps(kept).encode())}.{base64url_encode(raw)}"
    return f"{signed}.{base64url_encode(HOLDER.sign(signed.encode()))}"


@pytest.mark.parametrize(
    "head",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"typ": "vp+jwt"},
        {"typ": "KB+JWT"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"jwk": jwk.encode(HOLDER_KEY)},
        {"x5c": ["AAAA"]},
        {"crit": ["aud"]},
        {"cty": "x"},
    ],
    ids=repr,
)
def test_a_binding_under_another_header_is_malformed(head: dict[str, Any]) -> None:
    assert refused(issued() + binding(head=head)) == "proof.binding_malformed"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": None},
        {"aud": [READER]},
        {"aud": [READER, "https://evil.example"]},
        {"aud": 5},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": 7},
        {"iat": None},
        {"iat": "2026"},
        {"iat": -1},
        {"iat": True},
        {"iat": 1e30},
    ],
    ids=repr,
)
def test_a_binding_that_lacks_a_claim_or_has_it_in_another_form_is_malformed(claims: dict[str, Any]) -> None:
    assert refused(issued() + binding(**claims)) == "proof.binding_malformed"


@pytest.mark.parametrize("sd_hash", ["", "x", "AAAA"])
def test_a_binding_of_another_hash_is_refused(sd_hash: str) -> None:
    assert refused(issued() + binding(sd_hash=sd_hash)) == "proof.binding_hash"
    check(issued() + binding())


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"aud":"a","aud":"b"}', b"\xff"])
def test_a_binding_that_cannot_be_read_is_malformed(payload: bytes) -> None:
    assert refused(issued() + binding(payload)) == "proof.binding_malformed"


def test_the_holders_key_is_the_one_that_the_issuer_named() -> None:
    assert sdjwt.holder_key(sdjwt.read(issued(holder=None))) is None
    assert sdjwt.holder_key(sdjwt.read(issued())) == HOLDER_KEY
    named = {**CARD, "cnf": {"kid": "did:example:learner#1"}}
    assert sdjwt.holder_key(sdjwt.read(forged(named))) == "did:example:learner#1"
    for useless in ({}, [], "key", None, {"jku": "https://evil.example"}, {"kid": 5}, {"jwk": "x"}):
        assert sdjwt.holder_key(sdjwt.read(forged({**CARD, "cnf": useless}))) is None
    secret: dict[str, Any] = {**jwk.encode(HOLDER_KEY), "d": "AAAA"}
    with pytest.raises(KeyFault) as caught:
        sdjwt.holder_key(sdjwt.read(forged({**CARD, "cnf": {"jwk": secret}})))
    assert caught.value.code == "key.secret"
