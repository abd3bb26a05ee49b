"""satchel.proof.jades: the five sealed samples of the European Commission, and every seal that is none."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding
from cryptography.hazmat.primitives.asymmetric import rsa as engine
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from satchel.codec.base import base64url_encode
from satchel.errors import KeyFault
from satchel.key import certificate, ecdsa
from satchel.key.public import KeyType
from satchel.proof import jades
from tests.satchel.proof.ground import KEYS, code_of
from tests.shared import SHARED, needs_shared

SAMPLES = sorted((SHARED / "data" / "signed" / "eu-edc").glob("*.jsonld"))
SECRET = engine.generate_private_key(public_exponent=65537, key_size=2048)
CURVE_SECRET = ec.generate_private_key(ec.SECP256R1())
DOCUMENT = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
    "id": "urn:credential:1",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "issuer": {"id": "urn:epass:org:1", "type": "Organisation"},
    "issuanceDate": "2026-03-01T00:00:00Z",
    "credentialSubject": {"id": "urn:epass:person:1", "type": "Person", "givenName": {"en": ["Ada"]}},
}
PAYLOAD = json.dumps(DOCUMENT, indent=1)


def certified(public: Any, secret: Any = SECRET, hash_of: Any = SHA256) -> bytes:
    """An invented certificate of a key, in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An invented seal")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(name, name, public, 5, start, start + timedelta(days=365))
    return built.sign(secret, hash_of()).public_bytes(Encoding.DER)


LEAF = certified(SECRET.public_key())
SCHEMES: dict[str, Any] = {
    "RS256": (padding.PKCS1v15(), SHA256()),
    "RS384": (padding.PKCS1v15(), SHA384()),
    "RS512": (padding.PKCS1v15(), SHA512()),
    "PS256": (padding.PSS(padding.MGF1(SHA256()), 32), SHA256()),
    "PS384": (padding.PSS(padding.MGF1(SHA384()), 48), SHA384()),
    "PS512": (padding.PSS(padding.MGF1(SHA512()), 64), SHA512()),
}


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def sealed(payload: str = PAYLOAD, *, algorithm: str = "RS256", leaf: bytes = LEAF, **changes: Any) -> dict[str, Any]:
    """A seal in the general form, rightly signed; header members replaced, or taken out when None."""
    header = {
        "alg": algorithm,
        "kid": "AAAA",
        "x5t#S256": base64url_encode(hashlib.sha256(leaf).digest()),
        "x5c": [b64(leaf)],
        "typ": "jose+json",
        "b64": False,
        "sigT": "2026-03-02T10:00:00Z",
        "crit": ["b64", "sigT"],
    } | changes
    protected = base64url_encode(
        json.dumps({name: value for name, value in header.items() if value is not None}).encode()
    )
    signed = protected.encode() + b"." + payload.encode()
    if algorithm in SCHEMES:
        signature = SECRET.sign(signed, *SCHEMES[algorithm])
    else:
        signature = ecdsa.raw_signature(ecdsa.CURVES["P-256"], CURVE_SECRET.sign(signed, ec.ECDSA(SHA256())))
    return {"payload": payload, "signatures": [{"protected": protected, "signature": base64url_encode(signature)}]}


def read(value: Any) -> jades.Token:
    return jades.read(value if isinstance(value, bytes) else json.dumps(value).encode())


def refused(value: Any) -> str:
    return code_of(lambda: read(value))


@needs_shared
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_of_the_commission_holds_and_no_change_of_it_does(path: Path) -> None:
    raw = path.read_bytes()
    token = jades.read(raw)
    key = jades.leaf_key(token)
    assert (token.profile, key.type, token.jws.algorithm) == ("edc", KeyType.RSA, "RS256")
    assert jades.verify(token, key)
    assert token.document["type"] == ["VerifiableCredential", "EuropeanDigitalCredential"]
    assert token.sealed_at is not None and token.sealed_at.year in (2024, 2025)
    assert len(token.certificates) == 1 and len(token.timestamps) == 1
    assert token.unprotected == ("etsiU",)
    whole = json.loads(raw)
    changed = whole | {"payload": whole["payload"].replace("urn:credential:", "urn:credential;", 1)}
    assert changed != whole
    assert not jades.verify(read(changed), key)
    assert not jades.verify(read(whole | {"payload": whole["payload"] + " "}), key)
    reordered = json.dumps(json.loads(whole["payload"]), sort_keys=True)
    assert not jades.verify(read(whole | {"payload": reordered}), key)


@pytest.mark.parametrize("algorithm", SCHEMES)
def test_a_seal_of_every_rsa_scheme_holds_under_its_own_alone(algorithm: str) -> None:
    token = read(sealed(algorithm=algorithm))
    key = jades.leaf_key(token)
    assert jades.verify(token, key)
    assert token.document == DOCUMENT
    assert token.payload == PAYLOAD.encode()
    assert token.sealed_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    other = sealed(algorithm=algorithm)
    other["signatures"][0]["signature"] = sealed(algorithm="RS256" if algorithm != "RS256" else "PS256")["signatures"][
        0
    ]["signature"]
    assert not jades.verify(read(other), key)
    assert code_of(lambda: jades.verify(token, KEYS[KeyType.P_256].public())) == "proof.key_mismatch"


def test_a_seal_by_an_ecdsa_key_holds() -> None:
    leaf = certified(CURVE_SECRET.public_key())
    token = read(sealed(algorithm="ES256", leaf=leaf))
    assert jades.leaf_key(token).type is KeyType.P_256
    assert jades.verify(token, jades.leaf_key(token))
    assert not jades.verify(token, KEYS[KeyType.P_256].public())


def test_the_flattened_form_is_read_and_both_at_once_are_not() -> None:
    value = sealed()
    flat = {"payload": PAYLOAD, **value["signatures"][0]}
    assert jades.verify(read(flat), jades.leaf_key(read(flat)))
    for other in (
        value | {"protected": flat["protected"], "signature": flat["signature"]},
        value | {"signature": flat["signature"]},
        flat | {"more": 1},
        value | {"more": 1},
        flat | {"signatures": []},
        {"payload": PAYLOAD},
        {"payload": PAYLOAD, "signatures": []},
        {"payload": PAYLOAD, "signatures": {}},
        {"payload": PAYLOAD, "signatures": [flat["signature"]]},
        {"payload": PAYLOAD, "signatures": [flat]},
        {"signatures": value["signatures"]},
        value | {"payload": DOCUMENT},
        value | {"payload": None},
        b"[]",
        b"{",
        b'{"payload":"{}","payload":"{}","signatures":[]}',
        b"",
    ):
        assert refused(other) == "proof.token_malformed", str(other)[:80]


def test_a_second_seal_is_not_passed_over() -> None:
    value = sealed()
    assert refused(value | {"signatures": value["signatures"] * 2}) == "proof.too_many"


@pytest.mark.parametrize("payload", ["", "[]", "text", '{"a":1,"a":2}', '{"a":NaN}', "\ufeff{}", '{"a":"\\ud800"}'])
def test_a_payload_that_is_no_object_of_one_reading_is_malformed(payload: str) -> None:
    assert refused(sealed(payload)) == "proof.token_malformed"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"b64": None, "crit": ["sigT"]}, "proof.token_header"),
        ({"b64": True}, "proof.token_header"),
        ({"b64": 0}, "proof.token_header"),
        ({"crit": None}, "proof.token_header"),
        ({"crit": []}, "proof.token_header"),
        ({"crit": ["sigT"]}, "proof.token_header"),
        ({"crit": "b64"}, "proof.token_header"),
        ({"crit": ["b64", "b64"]}, "proof.token_header"),
        ({"crit": ["b64", "sigD"]}, "proof.token_header"),
        ({"crit": ["b64", "exp"]}, "proof.token_header"),
        ({"crit": ["b64", "alg"]}, "proof.token_header"),
        ({"crit": ["b64", "adoTst"]}, "proof.token_header"),
        ({"crit": ["b64", 5]}, "proof.token_header"),
        ({"sigD": {}}, "proof.token_header"),
        ({"zip": "DEF"}, "proof.token_header"),
        ({"x5t#o": {}}, "proof.token_header"),
        ({"sigT": "yesterday"}, "proof.token_header"),
        ({"sigT": 5}, "proof.token_header"),
        ({"adoTst": {}}, "proof.token_header"),
        ({"adoTst": {"tstTokens": []}}, "proof.token_header"),
        ({"adoTst": {"tstTokens": [{"val": "*"}]}}, "proof.token_header"),
        ({"adoTst": {"tstTokens": ["AAAA"]}}, "proof.token_header"),
        ({"adoTst": []}, "proof.token_header"),
        ({"x5c": []}, "proof.token_header"),
        ({"x5c": ["MI-B"]}, "proof.token_header"),
        ({"x5c": None}, "proof.certificate"),
        ({"x5t#S256": base64url_encode(bytes(32))}, "proof.certificate"),
        ({"x5t#S256": 5}, "proof.certificate"),
        ({"x5u": "https://evil.example/cert"}, "proof.token_key"),
        ({"jku": "https://evil.example/keys"}, "proof.token_key"),
        ({"jwk": {}}, "proof.token_key"),
        ({"x5t": "AAAA"}, "proof.token_key"),
        ({"typ": "JWT"}, "proof.token_type"),
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"alg": "Ed448"}, "proof.algorithm_unsupported"),
    ],
    ids=repr,
)
def test_a_header_that_has_no_place_in_a_seal_is_refused(header: dict[str, Any], code: str) -> None:
    assert refused(sealed(**header)) == code


def test_nothing_but_archive_data_stands_beside_the_signature() -> None:
    value = sealed()
    seal = value["signatures"][0]
    assert read(value | {"signatures": [seal | {"header": {"etsiU": ["AAAA"]}}]}).unprotected == ("etsiU",)
    for header in ({"alg": "RS256"}, {"kid": "k"}, {"x5c": []}, {"etsiU": [], "b64": False}, [], "x", None):
        other = value | {"signatures": [seal | {"header": header}]}
        assert refused(other) == "proof.token_header"


def test_the_newer_time_and_the_time_stamps_are_kept() -> None:
    token = read(sealed(sigT=None, iat=1772445600, crit=["b64", "iat"]))
    assert token.sealed_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    token = read(sealed(adoTst={"tstTokens": [{"val": "AAEC"}, {"val": "AwQF"}]}, crit=["b64", "sigT", "adoTst"]))
    assert token.timestamps == (b"\x00\x01\x02", b"\x03\x04\x05")
    assert read(sealed(sigT=None, crit=["b64"])).sealed_at is None


def test_a_header_of_a_quarter_megabyte_is_refused() -> None:
    assert refused(sealed(kid="k" * 300_000)) == "proof.token_malformed"


def test_bytes_that_are_no_certificate_give_no_key() -> None:
    for leaf in (b"", b"\x30\x00", LEAF[:-1], LEAF + b"\x00", b"\x30" * 70_000):
        token = read(sealed(leaf=leaf))
        assert code_of(lambda token=token: jades.leaf_key(token)) == "proof.certificate"


def test_the_key_of_a_certificate_is_sound_and_of_a_known_kind() -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    assert certificate.public_key(certified(secret.public_key())).raw == secret.public_key().public_bytes_raw()
    for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()):
        public = ec.generate_private_key(curve).public_key()
        assert certificate.public_key(certified(public)).type in ecdsa.CURVES
    for unknown in (ec.generate_private_key(ec.BrainpoolP256R1()), ed448.Ed448PrivateKey.generate()):
        with pytest.raises(KeyFault) as caught:
            certificate.public_key(certified(unknown.public_key()))
        assert caught.value.code == "key.type_unsupported"
    weak = engine.generate_private_key(public_exponent=65537, key_size=1024)
    with pytest.raises(KeyFault) as caught:
        certificate.public_key(certified(weak.public_key()))
    assert caught.value.code == "key.point"
