"""satchel.proof.jws: one spelling per token, a closed list of headers, and Wycheproof's tokens."""

from __future__ import annotations

import json
from typing import Any

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.key import ecdsa, jwk
from satchel.key.public import KeyType
from satchel.proof import jws
from tests.satchel.proof.ground import KEYS, code_of

HEADERS = frozenset(("typ", "kid", "cty"))
ALGORITHM = {
    KeyType.ED25519: "EdDSA",
    KeyType.P_256: "ES256",
    KeyType.P_384: "ES384",
    KeyType.P_521: "ES512",
    KeyType.SECP256K1: "ES256K",
}


def token(header: str | bytes | dict[str, Any], payload: bytes = b'{"a":1}', kind: KeyType = KeyType.P_256) -> str:
    raw = json.dumps(header) if isinstance(header, dict) else header
    signed = f"{base64url_encode(raw.encode() if isinstance(raw, str) else raw)}.{base64url_encode(payload)}"
    return f"{signed}.{base64url_encode(KEYS[kind].sign(signed.encode()))}"


def split(text: str) -> jws.Jws:
    return jws.split(text, headers=HEADERS)


def holds(text: str, kind: KeyType = KeyType.P_256) -> bool:
    return jws.verify(split(text), KEYS[kind].public())


@pytest.mark.parametrize("kind", KEYS)
def test_a_token_is_good_under_its_own_key_alone(kind: KeyType) -> None:
    text = token({"alg": ALGORITHM[kind], "typ": "JWT", "kid": "k"}, kind=kind)
    assert holds(text, kind)
    head, payload, signature = text.split(".")
    assert not holds(f"{head}.{base64url_encode(b'{}')}.{signature}", kind)
    assert not holds(f"{base64url_encode(json.dumps({'alg': ALGORITHM[kind]}).encode())}.{payload}.{signature}", kind)
    for other in {*KEYS} - {kind}:
        assert code_of(lambda other=other: holds(text, other)) == "proof.key_mismatch"


def test_both_names_of_ed25519_are_read() -> None:
    assert holds(token({"alg": "Ed25519"}, kind=KeyType.ED25519), KeyType.ED25519)


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "nOnE", "NONE", "", None, 1, ["ES256"], "HS256", "HS512", "es256", "ES256 ", "dir", "RSA-OAEP"],
)
def test_an_algorithm_that_signs_nothing_for_others_is_refused_with_and_without_a_signature(algorithm: object) -> None:
    text = token({"alg": algorithm})
    assert code_of(lambda: split(text)) == "proof.algorithm"
    assert code_of(lambda: split(text.rpartition(".")[0] + ".")) == "proof.algorithm"


def test_a_missing_algorithm_is_refused_and_a_real_unknown_one_is_unsupported() -> None:
    assert code_of(lambda: split(token({"typ": "JWT"}))) == "proof.algorithm"
    for name in ("PS256", "RS512", "Ed448", "ML-DSA-65"):
        assert code_of(lambda name=name: split(token({"alg": name}))) == "proof.algorithm_unsupported"


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"])
def test_a_header_that_brings_or_points_to_a_key_is_refused_whatever_it_holds(name: str) -> None:
    for value in (jwk.encode(KEYS[KeyType.P_256].public()), "https://evil.example/key", ["MIIB"], None):
        for header in ({"alg": "ES256", name: value}, {"alg": "ES256", "kid": "k", name: value}):
            assert code_of(lambda header=header: split(token(header))) == "proof.token_key"
    assert code_of(lambda: split(token({"alg": "none", name: {}}))) == "proof.token_key"


@pytest.mark.parametrize(
    "more",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["x"]},
        {"crit": []},
        {"crit": ["alg"]},
        {"crit": "b64"},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A256GCM"},
        {"x-own": 1},
        {"": 1},
    ],
)
def test_a_header_that_is_not_listed_is_refused(more: dict[str, Any]) -> None:
    assert code_of(lambda: split(token({"alg": "ES256", **more}))) == "proof.token_header"


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"ES256","alg":"ES256"}',
        '{"alg":"none","alg":"ES256"}',
        '{"alg":"ES256","crit":["b64"],"crit":[]}',
        '["ES256"]',
        '"ES256"',
        "",
        "{",
        '{"alg":"ES256"} ',
        '{"alg":"ES256"}{}',
        b"\xef\xbb\xbf" + b'{"alg":"ES256"}',
        '{"alg":"ES256"}'.encode("utf-16"),
        b'{"alg":"ES256","kid":"\xff"}',
        '{"alg":"ES256","kid":"' + "k" * 1_000_000 + '"}',
    ],
    ids=lambda header: str(header[:24]),
)
def test_a_header_in_any_other_reading_is_malformed(header: str | bytes) -> None:
    text = token(header)
    if header == '{"alg":"ES256"} ':
        assert holds(text)  # white space around JSON is JSON
    else:
        assert code_of(lambda: split(text)) == "proof.token_malformed"


GOOD = token({"alg": "ES256"})


def test_a_token_in_any_other_spelling_is_malformed() -> None:
    head, payload, signature = GOOD.split(".")
    assert holds(GOOD)
    stray = head[:-1] + chr(ord(head[-1]) + 1)
    for text in (
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.",
        f"{head}.{payload}.{signature}.{signature}",
        f"{head}.{payload}.{signature}.a.b",
        f".{payload}.{signature}",
        "",
        "..",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}.{signature}=",
        f"{head}.{payload}.{signature}==",
        f"{head}.{payload}.{signature}\n",
        f" {head}.{payload}.{signature}",
        f"{head}.{payload}.{signature} ",
        f"{head}.{payload}.{signature[:-2]}+/",
        f"{head}.{payload}.{signature[:-1]}",
        f"{stray}.{payload}.{signature}" if len(head) % 4 else f"{head}A.{payload}.{signature}",
        f"{head[:4]}\u200b{head[4:]}.{payload}.{signature}",
    ):
        assert code_of(lambda text=text: holds(text)) == "proof.token_malformed", text


def test_an_es256_signature_of_zeros_of_the_order_or_in_another_form_is_false_and_its_twin_is_good() -> None:
    head, payload, signature = GOOD.split(".")
    raw = base64url_decode(signature)
    order = ecdsa.CURVES["P-256"].order
    r, s = raw[:32], raw[32:]
    n = order.to_bytes(32, "big")
    der = b"\x30\x44\x02\x20" + r + b"\x02\x20" + s
    for other in (bytes(64), n + s, r + n, n + n, bytes(32) + s, r + bytes(32), der, raw + b"\x00\x00", raw[:-1], b""):
        assert not holds(f"{head}.{payload}.{base64url_encode(other)}")
    twin = r + (order - int.from_bytes(s, "big")).to_bytes(32, "big")
    assert holds(f"{head}.{payload}.{base64url_encode(twin)}")


@pytest.mark.parametrize("value", ["", "a b", "a\n", "a\x00b", "\u202e", 7, ["k"], {}, None, "k" * 3000])
def test_a_header_that_is_no_plain_text_is_refused_when_it_is_read(value: object) -> None:
    parts = split(token({"alg": "ES256", "kid": value}))
    assert code_of(lambda: jws.text_header(parts, "kid")) == "proof.token_header"
    assert jws.text_header(split(GOOD), "kid") is None
