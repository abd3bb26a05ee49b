from __future__ import annotations

import hashlib

import pytest

from satchel.codec import base, jcs
from satchel.credential.envelope import Envelope, of_text
from satchel.errors import CodecError
from satchel.port import JsonObject

CONTEXT = "https://www.w3.org/ns/credentials/v2"
PAYLOAD = base.base64url_encode(b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"VerifiableCredential"}')
TOKEN = f"eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCJ9.{PAYLOAD}.c2lnbmF0dXJl"


def test_an_inner_credential_is_its_canonical_json() -> None:
    value: JsonObject = {"b": 1, "a": ["x", {"d": None, "c": "Ä"}]}
    inner = Envelope.inner(value, "part 1")
    assert inner.raw == jcs.encode(value) == '{"a":["x",{"c":"Ä","d":null}],"b":1}'.encode()
    assert inner.digest == hashlib.sha256(inner.raw).hexdigest()
    assert (inner.value, inner.name, inner.container, inner.format) == (value, "part 1", "json", "vc-json")


def test_an_inner_token_is_the_token_itself() -> None:
    value: JsonObject = {
        "@context": CONTEXT,
        "type": ["EnvelopedVerifiableCredential"],
        "id": f"data:application/vc+jwt,{TOKEN}",
    }
    inner = Envelope.inner(value)
    assert inner.raw == TOKEN.encode()
    assert (inner.value, inner.container, inner.format, inner.media_type) == (
        {"@context": [CONTEXT], "type": "VerifiableCredential"},
        "token",
        "vc+jwt",
        "application/vc+jwt",
    )
    assert inner.token is not None
    assert inner.token.raw == inner.raw


def test_a_broken_inner_token_is_a_fault() -> None:
    inner = Envelope.inner(
        {"@context": CONTEXT, "type": "EnvelopedVerifiableCredential", "id": "data:application/jwt,e30.e30"}
    )
    assert inner.fault is not None
    assert (inner.fault.code, inner.value, inner.raw) == ("parse.not_credential", None, b"e30.e30")


def test_a_bare_token_inside_stands_for_itself() -> None:
    inner = of_text(TOKEN, name="credential 1")
    assert (inner.raw, inner.container, inner.format, inner.name) == (TOKEN.encode(), "token", "vc+jwt", "credential 1")
    for text in ("no token", "{}", ""):
        assert of_text(text).fault is not None


def test_a_value_that_no_strict_reading_gives_has_no_envelope() -> None:
    with pytest.raises(CodecError) as refused:
        Envelope.inner({"a": float("nan")})
    assert refused.value.code == "codec.jcs"
