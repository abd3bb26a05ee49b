"""satchel.key.jwk: the JWK of every key type, and what a JWK must not be."""

from __future__ import annotations

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import KeyFault
from satchel.key import ecdsa, jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
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
        ({"kty": "EC", "crv": "P-256"}, "key.jwk"),
        ({"kty": "EC"}, "key.type_unsupported"),
        ({"crv": "P-256"}, "key.type_unsupported"),
        ({"kty": "OKP", "crv": ["Ed25519"]}, "key.type_unsupported"),
        ({"alg": ["EdDSA"]}, "key.use"),
        ({"alg": None}, "key.use"),
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


# RFC 7515 appendix A.3.1
RFC_7515: JsonObject = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
EC_TYPES = [KeyType(name) for name in ecdsa.CURVES]


def test_an_ecdsa_key_reads_back_from_its_jwk() -> None:
    assert jwk.encode(jwk.decode(RFC_7515)) == {name: RFC_7515[name] for name in ("crv", "kty", "x", "y")}
    for kind in EC_TYPES:
        key = PrivateKey.generate(lambda count: bytes(range(3, count + 3)), kind).public()
        assert jwk.decode(jwk.encode(key)) == key
        for algorithm in jwk.ALGORITHMS[kind]:
            assert jwk.decode({**jwk.encode(key), "alg": algorithm}) == key


def turned(name: str) -> str:
    """The other root: p - y has the other parity, and x no such twin."""
    number = int.from_bytes(base64url_decode(str(RFC_7515[name])), "big")
    return base64url_encode((ecdsa.CURVES["P-256"].prime - number).to_bytes(32, "big"))


@pytest.mark.parametrize(
    "change,code",
    [
        ({"y": None}, "key.jwk"),
        ({"y": str(RFC_7515["y"]) + "="}, "key.jwk"),
        ({"y": RFC_7515["x"]}, "key.point"),
        ({"x": turned("x")}, "key.point"),
        ({"x": base64url_encode(b"\xff" * 32)}, "key.point"),
        ({"x": base64url_encode(b"\x00" + base64url_decode(str(RFC_7515["x"])))}, "key.length"),
        ({"y": base64url_encode(base64url_decode(str(RFC_7515["y"]))[1:])}, "key.length"),
        ({"x": "", "y": ""}, "key.length"),
        ({"crv": "P-384"}, "key.length"),
        ({"crv": "secp256k1"}, "key.point"),
        ({"crv": "P-256K"}, "key.type_unsupported"),
        ({"alg": "ES384"}, "key.use"),
        ({"alg": "ES256K"}, "key.use"),
        ({"alg": "ECDH-ES"}, "key.use"),
        ({"d": "AA"}, "key.secret"),
    ],
)
def test_an_ecdsa_jwk_off_its_curve_or_use_is_refused(change: JsonObject, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        jwk.decode({**RFC_7515, **change})
    assert caught.value.code == code


def test_the_negative_of_a_point_is_another_key() -> None:
    other = jwk.decode({**RFC_7515, "y": turned("y")})
    assert other != jwk.decode(RFC_7515)
    assert other.raw[1:] == jwk.decode(RFC_7515).raw[1:]
