from __future__ import annotations

import json

import pytest

from satchel.codec import base
from satchel.credential import content
from satchel.credential.content import Content


def part(value: object) -> str:
    return base.base64url_encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def token(header: object, payload: object, signature: bytes = b"signature") -> bytes:
    return f"{part(header)}.{part(payload)}.{part(signature)}".encode()


VC2 = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}
VC1 = {"@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"]}
OB2 = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}
JWT = token({"alg": "EdDSA", "typ": "vc+jwt"}, VC2)
DISCLOSURE = f"~{part(['salt', 'name', 'value'])}~".encode()

KNOWN = {
    "VC 2.0": (json.dumps(VC2).encode(), "vc-json", "application/vc"),
    "VC 1.1": (json.dumps(VC1).encode(), "vc-json", "application/vc+ld+json"),
    "white space around": (b"\r\n\t " + json.dumps(VC2).encode() + b"\n", "vc-json", "application/vc"),
    "no credential at all": (b'{"a": 1}', "vc-json", "application/vc+ld+json"),
    "Open Badge 2.0": (json.dumps(OB2).encode(), "ob2", "application/ld+json"),
    "context of 2.0 beside one of credentials": (
        json.dumps({"@context": [*VC2["@context"], OB2["@context"]]}).encode(),
        "vc-json",
        "application/vc",
    ),
    "vc+jwt": (JWT, "vc+jwt", "application/vc+jwt"),
    "application/vc+jwt": (token({"typ": "application/VC+JWT"}, VC2), "vc+jwt", "application/vc+jwt"),
    "JWT of 1.1": (token({"alg": "RS256", "typ": "JWT"}, {"vc": VC1}), "vc-jwt", "application/jwt"),
    "JWT without typ": (token({"alg": "RS256"}, {"vc": VC1}) + b"\n", "vc-jwt", "application/jwt"),
    "unsecured JWT": (token({"alg": "none"}, VC2, b""), "vc-jwt", "application/jwt"),
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
def test_only_plain_json_credentials_give_a_value(name: str) -> None:
    raw, form, _ = KNOWN[name]
    value = content.of_text(raw).value
    assert value == (json.loads(raw) if form == "vc-json" else None)


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
        b'{"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,e30"}',
        "parse.not_credential",
    ),
}


@pytest.mark.parametrize(("raw", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_in_one_way_is_a_fault(raw: bytes, code: str) -> None:
    read = content.of_text(raw)
    assert read.fault is not None
    assert (read.fault.code, read.value) == (code, None)


@pytest.mark.parametrize(
    "envelope",
    [
        {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{JWT.decode()}", "name": "beside"},
        {"type": "EnvelopedVerifiableCredential", "id": f"https://a.example/{JWT.decode()}"},
        {"type": "EnvelopedVerifiableCredential", "id": f"data:text/plain,{JWT.decode()}"},
        {"type": "EnvelopedVerifiableCredential"},
        {"type": "Enveloped", "id": f"data:application/vc+jwt,{JWT.decode()}"},
    ],
)
def test_an_envelope_of_another_form_stays_json_for_the_data_model_to_judge(envelope: dict[str, str]) -> None:
    assert content.enveloped_token(dict(envelope)) is None
    assert content.of_value(dict(envelope)) == Content(
        format="vc-json", media_type="application/vc+ld+json", is_token=False, value=dict(envelope)
    )
