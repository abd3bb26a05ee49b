"""satchel.key.rsa: keys in their one DER form, and signatures of every scheme (Wycheproof: test_wycheproof.py)."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa as engine
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from satchel.codec.base import base64url_encode
from satchel.errors import KeyFault
from satchel.key import jwk, multikey, rsa
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject

SECRET = engine.generate_private_key(public_exponent=65537, key_size=2048)
DER = SECRET.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
KEY = PublicKey(KeyType.RSA, DER)
MODULUS = SECRET.public_key().public_numbers().n
MESSAGE = b"what was signed"


def test_the_der_of_the_engine_is_read_and_written_byte_for_byte() -> None:
    assert rsa.numbers(DER) == (MODULUS, 65537)
    assert rsa.encode(MODULUS, 65537) == DER
    assert KEY.signature_bytes == 256
    assert multikey.decode(multikey.encode(KEY)) == KEY
    assert jwk.decode(jwk.encode(KEY)) == KEY


def test_a_signature_is_good_for_its_message_padding_and_hash_alone() -> None:
    good = SECRET.sign(MESSAGE, padding.PKCS1v15(), SHA256())
    assert KEY.verify(MESSAGE, good)
    assert not KEY.verify(MESSAGE + b" ", good)
    assert not KEY.verify(MESSAGE, SECRET.sign(MESSAGE, padding.PKCS1v15(), SHA1()))
    assert not KEY.verify(MESSAGE, SECRET.sign(MESSAGE, padding.PSS(padding.MGF1(SHA256()), 32), SHA256()))
    for other in (b"\x00" + good, good[:-1], good + b"\x00", b"", bytes(256), b"\x00" * 255 + b"\x01", b"\xff" * 256):
        assert not KEY.verify(MESSAGE, other)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        DER[:-1],
        DER + b"\x00",
        b"\x31" + DER[1:],
        b"\x30\x80" + DER[4:] + b"\x00\x00",
        b"\x30\x83\x00" + DER[2:],
        b"\x30\x85\x00\x00\x00" + DER[2:],
        b"\x30\xff" + DER[2:],
        SECRET.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        rsa.encode(2**2047, 65537),
        rsa.encode(2**2046 - 1, 65537),
        rsa.encode(2**4096 + 1, 65537),
        rsa.encode(MODULUS, 1),
        rsa.encode(MODULUS, 65536),
        rsa.encode(MODULUS, 2**32 + 1),
    ],
    ids=lambda raw: raw[:8].hex() + f"-{len(raw)}",
)
def test_what_is_no_sound_key_in_its_one_form_is_refused(raw: bytes) -> None:
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.RSA, raw)
    assert caught.value.code == "key.point"


@pytest.mark.parametrize(
    "change,code",
    [
        ({"n": None}, "key.jwk"),
        ({"e": ""}, "key.jwk"),
        ({"e": "AAEAAQ"}, "key.jwk"),
        ({"n": base64url_encode(b"\x00" + MODULUS.to_bytes(256, "big"))}, "key.jwk"),
        ({"n": base64url_encode(b"\x01" * 128)}, "key.point"),
        ({"e": "AQ"}, "key.point"),
        ({"alg": "PS256"}, "key.type_unsupported"),
        ({"alg": "RS512"}, "key.type_unsupported"),
        ({"alg": "RSA-OAEP"}, "key.use"),
        ({"alg": ["RS512"]}, "key.use"),
        ({"use": "enc"}, "key.use"),
        ({"d": "AQAB"}, "key.secret"),
    ],
)
def test_an_rsa_jwk_that_is_weak_or_for_something_else_is_refused(change: JsonObject, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        jwk.decode({**jwk.encode(KEY), **change})
    assert caught.value.code == code


def test_no_rsa_signature_is_made_here() -> None:
    for attempt in (lambda: PrivateKey(b"\x01" * 256, KeyType.RSA), lambda: PrivateKey.generate(bytes, KeyType.RSA)):
        with pytest.raises(KeyFault) as caught:
            attempt()
        assert caught.value.code == "key.type_unsupported"


# From Wycheproof's keys (rejectsKeyWithRocaVulnerability): the residues of such a modulus are powers of 65537.
def test_a_key_of_the_broken_chips_is_refused() -> None:
    product = 11 * 13 * 17 * 19 * 37 * 53 * 61 * 71 * 73 * 79 * 97 * 103 * 107 * 109 * 127 * 151 * 157
    modulus = pow(65537, 3, product) + product * 2 * (2**2047 // product // 2)
    assert modulus.bit_length() == 2048 or modulus.bit_length() == 2047
    with pytest.raises(KeyFault) as caught:
        PublicKey(KeyType.RSA, rsa.encode(modulus + product * (1 - modulus % 2) + 2 * product, 65537))
    assert caught.value.code == "key.point"
    assert "CVE-2017-15361" in caught.value.message


@pytest.mark.parametrize("name", rsa.SCHEMES)
def test_a_signature_of_one_scheme_is_good_under_its_own_alone(name: str) -> None:
    hashes = {"256": SHA256(), "384": SHA384(), "512": SHA512()}
    chosen = hashes[name[2:]]
    pad = padding.PKCS1v15() if name[0] == "R" else padding.PSS(padding.MGF1(chosen), chosen.digest_size)
    good = SECRET.sign(MESSAGE, pad, chosen)
    for scheme in rsa.SCHEMES:
        assert rsa.verify(DER, MESSAGE, good, scheme=scheme) is (scheme == name)
    short = SECRET.sign(MESSAGE, padding.PSS(padding.MGF1(chosen), 0), chosen)
    assert not rsa.verify(DER, MESSAGE, short, scheme=name)
