"""satchel.proof.cose_sign: every kind of key, every header that has no place, every other reading of the bytes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa as engine

from satchel.codec import cbor, jcs
from satchel.codec.cbor import Tagged
from satchel.key import rsa
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.proof import cose_sign
from tests.satchel.proof.ground import BADGE, KEYS, SIGNERS, code_of
from tests.satchel.proof.test_sdjwt import PRESENTATION

SIGNING = [KeyType.ED25519, KeyType.P_256, KeyType.P_384, KeyType.P_521]
NUMBERS = {KeyType.ED25519: -8, KeyType.P_256: -7, KeyType.P_384: -35, KeyType.P_521: -36}
FULLY_SPECIFIED = {KeyType.ED25519: -19, KeyType.P_256: -9, KeyType.P_384: -51, KeyType.P_521: -52}
SIGNER = SIGNERS[KeyType.P_256]
KEY = KEYS[KeyType.P_256].public()


def made(
    payload: Any = BADGE,
    *,
    unprotected: Any = None,
    head: Any = None,
    tag: int | None = 18,
    kind: KeyType = KeyType.P_256,
    **changes: Any,
) -> bytes:
    """A token of any payload under any headers, rightly signed. Header members: alg, kid, typ, content."""
    names = {"alg": 1, "content": 3, "kid": 4, "typ": 16}
    members = {"alg": NUMBERS[kind], "content": "application/vc", "typ": "application/vc+cose", "kid": b"k"} | changes
    protected = {names[name]: value for name, value in members.items() if value is not None} | (head or {})
    raw = payload if isinstance(payload, bytes) else jcs.encode(payload)
    return assembled(cbor.encode(protected), {} if unprotected is None else unprotected, raw, tag=tag, kind=kind)


def assembled(protected: bytes, unprotected: Any, payload: Any, *, tag: int | None, kind: KeyType) -> bytes:
    signature = SIGNERS[kind].sign(cbor.encode(["Signature1", protected, b"", payload]))
    four = [protected, unprotected, payload, signature]
    return cbor.encode(four if tag is None else Tagged(tag, four))


def refused(token: bytes | str) -> str:
    return code_of(lambda: cose_sign.read(token))


@pytest.mark.parametrize("kind", SIGNING)
def test_what_is_signed_reads_back_whole_and_no_byte_of_it_can_be_changed(kind: KeyType) -> None:
    raw = cose_sign.sign(BADGE, signer=SIGNERS[kind])
    assert cose_sign.is_cose(raw)
    token = cose_sign.read(raw)
    assert (token.profile, token.document, token.key_id) == ("vc+cose", BADGE, SIGNERS[kind].id)
    assert token.sign1.algorithm == NUMBERS[kind]
    assert cose_sign.verify(token, KEYS[kind].public())
    for place in (raw.index(b"Knots"), len(raw) - 1, len(raw) - 40):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert not cose_sign.verify(cose_sign.read(changed), KEYS[kind].public())
    for other in {*SIGNING} - {kind}:
        assert code_of(lambda other=other: cose_sign.verify(token, KEYS[other].public())) == "proof.key_mismatch"


def test_a_presentation_is_signed_too_and_does_not_pass_for_a_credential() -> None:
    token = cose_sign.read(cose_sign.sign(PRESENTATION, signer=SIGNER))
    assert (token.profile, token.document) == ("vp+cose", PRESENTATION)
    assert refused(made(PRESENTATION)) == "proof.token_type"
    assert refused(made(BADGE, typ="application/vp+cose", content="application/vp")) == "proof.token_type"
    bad: JsonObject = {**PRESENTATION, "verifiableCredential": ["e30.e30."]}
    assert refused(made(bad, typ="application/vp+cose", content="application/vp")) == "proof.token_claims"
    assert code_of(lambda: cose_sign.sign(bad, signer=SIGNER)) == "proof.token_claims"


@pytest.mark.parametrize("kind", SIGNING)
def test_the_newer_numbers_of_the_algorithms_are_read(kind: KeyType) -> None:
    assert cose_sign.verify(cose_sign.read(made(alg=FULLY_SPECIFIED[kind], kind=kind)), KEYS[kind].public())


@pytest.mark.parametrize(
    ("alg", "code"),
    [
        (None, "proof.algorithm"),
        (0, "proof.algorithm"),
        (4, "proof.algorithm"),
        (5, "proof.algorithm"),
        (-6, "proof.algorithm"),
        (-65535, "proof.algorithm"),
        ("ES256", "proof.algorithm"),
        ([-7], "proof.algorithm"),
        (True, "proof.algorithm"),
        (b"\x26", "proof.algorithm"),
        (-37, "proof.algorithm_unsupported"),
        (-257, "proof.algorithm_unsupported"),
        (-53, "proof.algorithm_unsupported"),
        (-48, "proof.algorithm_unsupported"),
    ],
)
def test_an_algorithm_that_signs_nothing_for_others_or_is_unknown_is_refused(alg: Any, code: str) -> None:
    assert refused(made(alg=alg)) == code


def test_an_algorithm_that_is_not_signed_is_none() -> None:
    assert refused(made(alg=None, unprotected={1: -7})) == "proof.algorithm"
    assert refused(made(unprotected={1: -7})) == "proof.token_header"


@pytest.mark.parametrize("name", [32, 33, 34, 35, -1])
def test_a_parameter_that_brings_a_key_is_refused_wherever_it_stands(name: int) -> None:
    assert refused(made(head={name: b"x"})) == "proof.token_key"
    assert refused(made(unprotected={name: b"x"})) == "proof.token_key"


@pytest.mark.parametrize(
    "head", [{2: [3]}, {2: [16]}, {5: b"iv"}, {7: b"x"}, {15: {1: "https://a.example"}}, {"alg": -7}, {99: 1}], ids=repr
)
def test_a_parameter_that_is_not_listed_is_refused(head: Any) -> None:
    assert refused(made(head=head)) == "proof.token_header"
    assert refused(made(unprotected=head)) == "proof.token_header"


def test_a_key_id_may_stand_unprotected_once() -> None:
    token = cose_sign.read(made(kid=None, unprotected={4: b"did:example:a#1"}))
    assert token.key_id == "did:example:a#1"
    assert cose_sign.verify(token, KEY)
    assert cose_sign.read(made(kid=None)).key_id is None
    assert refused(made(unprotected={4: b"k"})) == "proof.token_header"
    for kid in ("text", 5, b"", b"\xff", b"a b", b"a\n", b"k" * 3000, "\u202e".encode()):
        assert refused(made(kid=kid)) == "proof.token_header"


@pytest.mark.parametrize(
    ("typ", "content", "code"),
    [
        (None, None, "proof.token_type"),
        ("really/bad", "application/vc", "proof.token_type"),
        ("application/vc+jwt", "application/vc", "proof.token_type"),
        ("", "application/vc", "proof.token_type"),
        (18, "application/vc", "proof.token_type"),
        (b"application/vc+cose", "application/vc", "proof.token_type"),
        ("a" * 5000, "application/vc", "proof.token_type"),
        ("application/vc+cose", "very/bad", "proof.token_header"),
        ("application/vc+cose", "application/vp", "proof.token_header"),
        (None, "application/json", "proof.token_type"),
    ],
)
def test_another_type_or_content_is_refused(typ: Any, content: Any, code: str) -> None:
    assert refused(made(typ=typ, content=content)) == code


@pytest.mark.parametrize(
    ("typ", "content"),
    [("application/vc+cose", None), (None, "application/vc"), ("vc+cose", "vc"), ("Application/VC+COSE", None)],
)
def test_one_of_type_and_content_is_enough(typ: Any, content: Any) -> None:
    assert cose_sign.read(made(typ=typ, content=content)).profile == "vc+cose"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "proof.token_malformed"),
        (b"[]", "proof.token_malformed"),
        (b'{"a":1,"a":2}', "proof.token_malformed"),
        (b"\xef\xbb\xbf" + jcs.encode(BADGE), "proof.token_malformed"),
        (b"\xa0", "proof.token_malformed"),
        (b"{}", "proof.token_type"),
        ({**BADGE, "vc": {}}, "proof.token_claims"),
        ({**BADGE, "exp": 1}, "proof.token_claims"),
        ({**BADGE, "iss": "x"}, "proof.token_claims"),
    ],
    ids=range(9),
)
def test_a_payload_that_is_no_credential_is_refused(payload: Any, code: str) -> None:
    assert refused(made(payload)) == code
    if isinstance(payload, dict):
        assert code_of(lambda: cose_sign.sign(payload, signer=SIGNER)) == code


def test_bytes_in_any_other_shape_are_malformed() -> None:
    raw = made()
    protected = cbor.encode({1: -7, 16: "application/vc+cose"})
    for other in (
        b"",
        raw[:-1],
        raw + b"\x00",
        raw[1:],
        made(tag=None),
        made(tag=17),
        made(tag=98),
        b"\xd8\x3d" + raw,
        b"\xd8\x12" + raw[1:],
        cbor.encode(Tagged(18, [protected, {}, b"{}"])),
        cbor.encode(Tagged(18, [protected, {}, None, b"sig"])),
        cbor.encode(Tagged(18, [protected, {}, "{}", b"sig"])),
        cbor.encode(Tagged(18, [protected, [], b"{}", b"sig"])),
        cbor.encode(Tagged(18, [{1: -7}, {}, b"{}", b"sig"])),
        cbor.encode(Tagged(18, [b"\x80", {}, b"{}", b"sig"])),
        cbor.encode(Tagged(18, [b"\xa2\x01\x26\x01\x27", {}, b"{}", b"sig"])),
        cbor.encode(Tagged(18, [b"\xbf\x01\x26\xff", {}, b"{}", b"sig"])),
        cbor.encode(Tagged(18, [b"\xa0\x00", {}, b"{}", b"sig"])),
        b"\x81" * 100_000,
    ):
        assert refused(other) == "proof.token_malformed", other[:20].hex()
    assert refused(cbor.encode(Tagged(18, [b"", {}, b"{}", b"sig"]))) == "proof.token_malformed"
    assert refused(cbor.encode(Tagged(18, [b"\xa0", {}, b"{}", b"sig"]))) == "proof.algorithm"


def test_text_is_the_base64_of_the_bytes_in_one_spelling() -> None:
    for raw in (made(), made(kid=b"kk"), made(kid=b"kkk")):
        text = base64.b64encode(raw).decode()
        assert cose_sign.verify(cose_sign.read(text), KEY)
        assert cose_sign.verify(cose_sign.read(text.rstrip("=")), KEY)
        for other in (
            f" {text}",
            f"{text}\n",
            f"{text}==",
            text[:-3],
            raw.hex(),
            "\u200b" + text,
            text.rstrip("=") + "*",
        ):
            assert refused(other) == "proof.token_malformed", other[-8:]
    text = base64.b64encode(made(kid=b"kk")).decode().rstrip("=")
    if len(text) % 4:
        stray = text[:-1] + chr(ord(text[-1]) + 1)
        assert refused(stray) == "proof.token_malformed"


def test_the_signature_is_over_the_protected_header_and_the_payload_and_no_other_context() -> None:
    raw = made()
    four = cbor.decode(raw, tags=frozenset((18,)))
    assert isinstance(four, Tagged) and isinstance(four.value, list)
    protected, payload = four.value[0], four.value[2]
    for signed in (
        cbor.encode(["Signature", protected, b"", payload]),
        cbor.encode(["MAC0", protected, b"", payload]),
        cbor.encode(["Signature1", b"", b"", payload]),
        cbor.encode(["Signature1", protected, b"x", payload]),
        cbor.encode(["Signature1", protected, b"", b"", payload]),
    ):
        other = cbor.encode(Tagged(18, [protected, {}, payload, SIGNER.sign(signed)]))
        assert not cose_sign.verify(cose_sign.read(other), KEY)


def test_a_key_of_a_type_that_signs_no_tokens_fits_none() -> None:
    modulus = engine.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_numbers().n
    key = PublicKey(KeyType.RSA, rsa.encode(modulus, 65537))
    assert code_of(lambda: cose_sign.verify(cose_sign.read(made()), key)) == "proof.key_mismatch"


def test_a_key_that_signs_no_tokens_signs_none() -> None:
    assert code_of(lambda: cose_sign.sign(BADGE, signer=SIGNERS[KeyType.SECP256K1])) == "proof.key_mismatch"
