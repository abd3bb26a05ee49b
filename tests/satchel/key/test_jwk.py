"""satchel.key.jwk: the JWK of an Ed25519 key, and what a JWK must not be."""

from __future__ import annotations

import pytest

from satchel.codec.base import base64url_encode
from satchel.errors import KeyFault
from satchel.key import jwk, multikey
from satchel.port import JsonObject

# RFC 8037 appendix A.2
RFC_8037: JsonObject = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
KEY = jwk.decode(RFC_8037)


def test_the_key_of_rfc_8037_is_the_first_key_of_rfc_8032() -> None:
    assert KEY.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert multikey.encode(KEY) == "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"


def test_a_key_reads_back_from_its_jwk() -> None:
    assert jwk.decode(jwk.encode(KEY)) == KEY
    assert jwk.encode(KEY) == RFC_8037


@pytest.mark.parametrize(
    "more",
    [
        {"kid": "k1", "use": "sig", "key_ops": ["verify"], "alg": "EdDSA"},
        {"alg": "Ed25519"},
        {"key_ops": ["sign", "verify"]},
    ],
)
def test_what_says_that_it_is_for_signatures_is_read(more: JsonObject) -> None:
    assert jwk.decode({**RFC_8037, **more}) == KEY


@pytest.mark.parametrize(
    "change,code",
    [
        ({"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}, "key.secret"),
        ({"d": None}, "key.secret"),
        ({"k": "AAAA"}, "key.secret"),
        ({"use": "enc"}, "key.use"),
        ({"key_ops": ["sign"]}, "key.use"),
        ({"key_ops": "verify"}, "key.use"),
        ({"key_ops": []}, "key.use"),
        ({"alg": "ES256"}, "key.use"),
        ({"alg": "none"}, "key.use"),
        ({"crv": "X25519"}, "key.type_unsupported"),
        ({"crv": None}, "key.type_unsupported"),
        ({"kty": "EC", "crv": "P-256"}, "key.type_unsupported"),
        ({"kty": "oct"}, "key.type_unsupported"),
        ({"kty": None}, "key.jwk"),
        ({"kty": ["OKP"]}, "key.jwk"),
        ({"x": None}, "key.jwk"),
        ({"x": 5}, "key.jwk"),
        ({"x": str(RFC_8037["x"]) + "="}, "key.jwk"),
        ({"x": base64url_encode(KEY.raw[:31])}, "key.length"),
        ({"x": base64url_encode(KEY.raw + b"\x00")}, "key.length"),
        ({"x": base64url_encode(bytes(32))}, "key.point"),
    ],
)
def test_every_other_jwk_is_refused_with_its_own_code(change: JsonObject, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        jwk.decode({**RFC_8037, **change})
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["kty", "crv", "x"])
def test_a_member_that_is_absent_is_not_guessed(name: str) -> None:
    value = {key: member for key, member in RFC_8037.items() if key != name}
    with pytest.raises(KeyFault):
        jwk.decode(value)
