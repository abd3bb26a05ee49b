from __future__ import annotations

import hashlib

import pytest

from satchel.codec import jcs
from satchel.credential.envelope import Envelope
from satchel.errors import CodecError
from satchel.port import JsonObject

TOKEN = "eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCJ9.e30.c2lnbmF0dXJl"


def test_an_inner_credential_is_its_canonical_json() -> None:
    value: JsonObject = {"b": 1, "a": ["x", {"d": None, "c": "Ä"}]}
    inner = Envelope.inner(value, "part 1")
    assert inner.raw == jcs.encode(value) == '{"a":["x",{"c":"Ä","d":null}],"b":1}'.encode()
    assert inner.digest == hashlib.sha256(inner.raw).hexdigest()
    assert (inner.value, inner.name, inner.container, inner.format) == (value, "part 1", "json", "vc-json")


def test_an_inner_token_is_the_token_itself() -> None:
    value: JsonObject = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": ["EnvelopedVerifiableCredential"],
        "id": f"data:application/vc+jwt,{TOKEN}",
    }
    inner = Envelope.inner(value)
    assert inner.raw == TOKEN.encode()
    assert (inner.value, inner.container, inner.format, inner.media_type) == (
        None,
        "token",
        "vc+jwt",
        "application/vc+jwt",
    )


def test_a_broken_inner_token_is_a_fault() -> None:
    inner = Envelope.inner({"type": "EnvelopedVerifiableCredential", "id": "data:application/jwt,e30.e30"})
    assert inner.fault is not None
    assert (inner.fault.code, inner.value, inner.raw) == ("parse.not_credential", None, b"e30.e30")


def test_a_value_that_no_strict_reading_gives_has_no_envelope() -> None:
    with pytest.raises(CodecError) as refused:
        Envelope.inner({"a": float("nan")})
    assert refused.value.code == "codec.jcs"
