from __future__ import annotations

import json

import pytest

from satchel.codec import base
from satchel.credential import content
from satchel.port import JsonObject, JsonValue


def part(value: object) -> str:
    return base.base64url_encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def token(header: object, payload: object, signature: bytes = b"signature") -> bytes:
    return f"{part(header)}.{part(payload)}.{part(signature)}".encode()


VC2 = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}
VC1 = {"@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"]}
OB2 = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}
JWT = token({"alg": "EdDSA", "typ": "vc+jwt"}, VC2)
V2 = "https://www.w3.org/ns/credentials/v2"
ENVELOPE: JsonObject = {
    "@context": V2,
    "type": "EnvelopedVerifiableCredential",
    "id": f"data:application/vc+jwt,{JWT.decode()}",
}
DISCLOSURE = f"~{part(['salt', 'name', 'value'])}~".encode()

KNOWN = {
    "VC 2.0": (json.dumps(VC2).encode(), "vc-json", "application/vc"),
    "VC 1.1": (json.dumps(VC1).encode(), "vc-json", "application/vc+ld+json"),
    "white space around": (b"\r\n\t " + json.dumps(VC2).encode() + b"\n", "vc-json", "application/vc"),
    "no credential at all": (b'{"a": 1}', "vc-json", "application/vc+ld+json"),
    "Open Badge 2.0": (json.dumps(OB2).encode(), "ob2", "application/ld+json"),
    "Open Badge 2.0 with its vocabulary written out": (
        json.dumps({"@context": {"obi": "https://w3id.org/openbadges#", "id": "@id"}, "type": "BadgeClass"}).encode(),
        "ob2",
        "application/ld+json",
    ),
    "context of 2.0 beside one of credentials": (
        json.dumps({"@context": [*VC2["@context"], OB2["@context"]]}).encode(),
        "vc-json",
        "application/vc",
    ),
    "vc+jwt": (JWT, "vc+jwt", "application/vc+jwt"),
    "application/vc+jwt": (token({"alg": "EdDSA", "typ": "application/VC+JWT"}, VC2), "vc+jwt", "application/vc+jwt"),
    "JWT of 1.1": (token({"alg": "RS256", "typ": "JWT"}, {"vc": VC1}), "vc-jwt", "application/jwt"),
    "JWT without typ": (token({"alg": "RS256"}, {"vc": VC1}) + b"\n", "vc-jwt", "application/jwt"),
    "unsecured JWT": (token({"alg": "none"}, VC2, b""), "vc-jwt", "application/jwt"),
    "vp+jwt": (
        token({"alg": "EdDSA", "typ": "vp+jwt"}, {**VC2, "type": "VerifiablePresentation"}),
        "vc+jwt",
        "application/vp+jwt",
    ),
    "JWT of 1.1 with a presentation": (
        token({"alg": "RS256", "typ": "JWT"}, {"vp": {**VC1, "type": ["VerifiablePresentation"]}}),
        "vc-jwt",
        "application/jwt",
    ),
    "Open Badge 2.0 as JWS": (token({"alg": "RS256"}, OB2), "ob2", "application/jwt"),
    "SD-JWT": (JWT + DISCLOSURE, "sd-jwt", "application/vc+sd-jwt"),
    "SD-JWT without disclosures": (JWT + b"~", "sd-jwt", "application/vc+sd-jwt"),
    "SD-JWT with key binding": (
        token({"typ": "dc+sd-jwt"}, {}) + DISCLOSURE + token({"typ": "kb+jwt"}, {}),
        "sd-jwt",
        "application/dc+sd-jwt",
    ),
    "sealed": (b'{"payload": "{\\"a\\": 1}", "signatures": []}', "edc", "application/jose+json"),
    "enveloped": (
        json.dumps(
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{JWT.decode()}",
            }
        ).encode(),
        "vc+jwt",
        "application/vc",
    ),
}


@pytest.mark.parametrize(("raw", "form", "media_type"), KNOWN.values(), ids=KNOWN.keys())
def test_the_format_is_told_by_the_bytes(raw: bytes, form: str, media_type: str) -> None:
    read = content.of_text(raw)
    assert (read.fault, read.format, read.media_type) == (None, form, media_type)


@pytest.mark.parametrize("name", KNOWN)
def test_a_value_is_what_the_file_or_its_token_holds(name: str) -> None:
    raw, form, _ = KNOWN[name]
    read = content.of_text(raw)
    if form == "vc-json":
        assert (read.value, read.token, read.refusal) == (json.loads(raw), None, None)
    elif read.token is not None:
        assert (read.value, read.refusal, read.fault) == (read.token.document, None, None)
        assert read.value is not None
        assert read.value["@context"] in (VC1["@context"], VC2["@context"])
    else:
        assert read.value is None


@pytest.mark.parametrize("name", ["vc+jwt", "JWT of 1.1", "JWT without typ", "enveloped"])
def test_a_token_is_read_without_a_key(name: str) -> None:
    read = content.of_text(KNOWN[name][0])
    assert read.token is not None
    assert read.token.raw.count(b".") == 2


REFUSED = {
    "no algorithm": (token({"alg": "none"}, VC2, b""), "proof.algorithm"),
    "no algorithm named": (token({"typ": "application/VC+JWT"}, VC2), "proof.algorithm"),
    "its own key": (token({"alg": "RS256", "jwk": {}}, {"vc": VC1}), "proof.token_key"),
    "another type": (token({"alg": "EdDSA", "typ": "at+jwt"}, VC2), "proof.token_type"),
    "no credential": (token({"alg": "EdDSA"}, {"sub": "somebody"}), "proof.token_type"),
    "two issuers": (
        token({"alg": "EdDSA", "typ": "vc+jwt"}, VC2 | {"iss": "did:x:1", "issuer": "did:x:2"}),
        "proof.token_claims",
    ),
}


@pytest.mark.parametrize(("raw", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_breaks_the_rules_of_its_format_is_refused_and_not_malformed(raw: bytes, code: str) -> None:
    read = content.of_text(raw)
    assert (read.value, read.token, read.fault) == (None, None, None)
    assert read.refusal is not None
    assert read.refusal.code == code


def test_the_payload_of_a_token_has_the_limits_of_a_file() -> None:
    deep: object = 1
    for _ in range(65):
        deep = {"a": deep}
    read = content.of_text(token({"alg": "EdDSA", "typ": "vc+jwt"}, VC2 | {"a": deep}))
    assert (read.fault.code if read.fault else None, read.value) == ("parse.too_deep", None)


def test_a_byte_order_mark_is_noted_and_kept_out_of_the_value() -> None:
    read = content.of_text(b"\xef\xbb\xbf" + json.dumps(VC2).encode())
    assert (read.value, read.notes) == (VC2, ("parse.bom",))


BROKEN = {
    "empty": (b"", "parse.empty"),
    "white space": (b" \r\n", "parse.empty"),
    "byte order mark alone": (b"\xef\xbb\xbf", "parse.empty"),
    "array": (b"[{}]", "parse.not_object"),
    "string": (b'"credential"', "parse.not_object"),
    "null": (b"null", "parse.not_credential"),
    "number": (b"42", "parse.not_credential"),
    "two documents": (b"{} {}", "parse.not_json"),
    "cut": (b'{"@context": [', "parse.not_json"),
    "comment": (b"{} // end", "parse.not_json"),
    "duplicate member": (b'{"issuer": "a", "iss\\u0075er": "b"}', "parse.duplicate_key"),
    "NaN": (b'{"a": NaN}', "parse.number"),
    "too large a number": (b'{"a": 9007199254740993}', "parse.number"),
    "half a pair": (b'{"a": "\\ud800"}', "parse.surrogate"),
    "latin-1": (b'{"a": "\xe4"}', "parse.not_utf8"),
    "deep": (b'{"a":' * 65 + b"1" + b"}" * 65, "parse.too_deep"),
    "a hundred thousand levels": (b"[" * 100_000, "parse.too_deep"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "parse.not_credential"),
    "prose": (b"This is my badge.", "parse.not_credential"),
    "one part": (JWT.split(b".")[0], "parse.not_credential"),
    "two parts": (b"e30.e30", "parse.not_credential"),
    "four parts": (b"e30.e30.e30.e30", "parse.not_credential"),
    "empty header": (b".e30.c2ln", "parse.not_credential"),
    "empty payload": (b"e30..c2ln", "parse.not_credential"),
    "padding": (b"e30=.e30.c2ln", "parse.not_credential"),
    "line feed inside": (b"e30.\ne30.c2ln", "parse.not_credential"),
    "standard alphabet": (b"e30.e30.a+/b", "parse.not_credential"),
    "spare bits in the header": (b"e31.e30.c2ln", "parse.not_credential"),
    "spare bits in the signature": (b"e30.e30.c2l", "parse.not_credential"),
    "impossible length": (b"e30.e30.c2lnb", "parse.not_credential"),
    "byte order mark before a token": (b"\xef\xbb\xbf" + JWT, "parse.not_credential"),
    "header with a byte order mark alone": (token(b"\xef\xbb\xbf", VC2), "parse.empty"),
    "header that is no object": (token([], VC2), "parse.not_object"),
    "duplicate alg": (token(b'{"alg":"none","alg":"EdDSA"}', VC2), "parse.duplicate_key"),
    "payload that is no object": (token({}, ["a"]), "parse.not_object"),
    "payload that is no JSON": (token({}, b"text"), "parse.not_json"),
    "payload with a duplicate member": (token({}, b'{"a":1,"a":2}'), "parse.duplicate_key"),
    "disclosure with padding": (JWT + b"~abc=~", "parse.not_credential"),
    "empty disclosure": (JWT + b"~~", "parse.not_credential"),
    "key binding of one part": (JWT + b"~abc", "parse.not_credential"),
    "sealed payload with a duplicate": (
        b'{"payload": "{\\"a\\":1,\\"a\\":2}", "signatures": []}',
        "parse.duplicate_key",
    ),
    "sealed payload that is no object": (b'{"payload": "[]", "signatures": []}', "parse.not_object"),
    "enveloped token that is broken": (
        b'{"@context": "https://www.w3.org/ns/credentials/v2",'
        b'"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,e30"}',
        "parse.not_credential",
    ),
}


@pytest.mark.parametrize(("raw", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_in_one_way_is_a_fault(raw: bytes, code: str) -> None:
    read = content.of_text(raw)
    assert read.fault is not None
    assert (read.fault.code, read.value) == (code, None)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "beside"},
        {"proof": {}},
        {"id": f"https://a.example/{JWT.decode()}"},
        {"id": f"data:text/plain,{JWT.decode()}"},
        {"id": f"data:application/vc+jwt;base64,{JWT.decode()}"},
        {"id": f"data:application/vc+jwt;charset=utf-8,{JWT.decode()}"},
        {"id": None},
        {"id": ""},
        {"type": "Enveloped"},
        {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
        {"type": ["EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"]},
        {"@context": None},
        {"@context": []},
        {"@context": "https://www.w3.org/2018/credentials/v1"},
        {"@context": ["https://www.w3.org/ns/credentials/v2", {"id": "@type"}]},
    ],
    ids=str,
)
def test_an_envelope_of_another_form_stays_json_for_the_data_model_to_judge(change: dict[str, JsonValue]) -> None:
    envelope = {name: member for name, member in (ENVELOPE | change).items() if member is not None}
    read = content.of_value(envelope)
    assert (read.format, read.is_token, read.value, read.token) == ("vc-json", False, envelope, None)
    if envelope["type"] != "Enveloped":
        assert content.envelope_fault(envelope) is not None


def test_a_sound_envelope_gives_what_its_token_holds() -> None:
    for context in (V2, [V2], [V2, "https://terms.example/v1"]):
        read = content.of_value(ENVELOPE | {"@context": context})
        assert (read.format, read.media_type, read.is_token) == ("vc+jwt", "application/vc", False)
        assert read.value == VC2


@pytest.mark.parametrize("text", ['{"type":"VerifiableCredential"}', "[]", "%7B%7D"])
def test_an_envelope_holds_a_token_and_never_json(text: str) -> None:
    read = content.of_value(ENVELOPE | {"id": f"data:application/vc+jwt,{text}"})
    assert read.value is None
    assert read.fault is not None
    assert read.fault.code == "parse.not_credential"


def test_a_base64_text_has_one_spelling() -> None:
    for text in (b"0oRA", b"0oRB=", b"0oRAAB"):
        assert content.of_text(text).fault is not None


PRESENTATION = token({"alg": "EdDSA", "typ": "vp+jwt"}, {**VC2, "type": "VerifiablePresentation"}).decode()
OLDER = token({"alg": "EdDSA", "typ": "JWT"}, {"vc": VC1}).decode()


@pytest.mark.parametrize(
    ("kind", "address", "holds"),
    [
        ("EnvelopedVerifiableCredential", f"data:application/jwt,{OLDER}", True),
        ("EnvelopedVerifiableCredential", f"data:application/jwt,{JWT.decode()}", True),
        ("EnvelopedVerifiablePresentation", f"data:application/vp+jwt,{PRESENTATION}", True),
        ("EnvelopedVerifiableCredential", f"data:application/vc+jwt,{OLDER}", False),
        ("EnvelopedVerifiableCredential", f"data:application/vp+jwt,{JWT.decode()}", False),
        ("EnvelopedVerifiableCredential", f"data:application/vc+jwt,{PRESENTATION}", False),
        ("EnvelopedVerifiableCredential", f"data:application/vp+jwt,{PRESENTATION}", False),
        ("EnvelopedVerifiableCredential", f"data:application/jwt,{PRESENTATION}", False),
        ("EnvelopedVerifiablePresentation", f"data:application/vc+jwt,{JWT.decode()}", False),
    ],
)
def test_an_envelope_holds_the_kind_of_token_that_it_promises(kind: str, address: str, holds: bool) -> None:
    read = content.of_value(ENVELOPE | {"type": kind, "id": address})
    assert (read.value is not None) is holds
    assert (None if read.refusal is None else read.refusal.code) == (None if holds else "proof.token_type")
