"""Project Wycheproof and CCTV: every file of known attacks on an algorithm that is used here, by one table.

A file is run by its checker, or stands in NOT_USED with the reason; a new file in the folder is red until it has
either. Each checker gives what was asked and what was answered, so that nothing passes by being skipped.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from satchel.errors import SatchelError
from satchel.key import ecdsa, jwk, multikey, rsa
from satchel.key.public import KeyType, PublicKey
from satchel.proof import jws
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "wycheproof"
Case = dict[str, Any]
# What a test must be answered, what it was answered, and its number and comment.
Answer = tuple[bool, bool, str]
Checker = Callable[[str, Any], Iterator[Answer]]


def cases_of(vectors: Any) -> Iterator[tuple[Case, Case]]:
    return ((group, test) for group in vectors["testGroups"] for test in group["tests"])


def named(test: Case) -> str:
    return f"{test['tcId']} {test['comment']}"


def is_valid(test: Case) -> bool:
    """`acceptable` marks old laxness (a missing NULL, a legacy encoding): it is refused here."""
    return bool(test["result"] == "valid")


def ed25519(_: str, vectors: Any) -> Iterator[Answer]:
    for group, test in cases_of(vectors):
        key = PublicKey(KeyType.ED25519, bytes.fromhex(group["publicKey"]["pk"]))
        assert jwk.decode({name: group["publicKeyJwk"][name] for name in ("kty", "crv", "x")}) == key
        assert multikey.decode(multikey.encode(key)) == key
        yield is_valid(test), key.verify(bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])), named(test)


POINTS = {"non_canonical_A", "non_canonical_R", "low_order_A", "low_order_R"}


def cctv(_: str, vectors: Any) -> Iterator[Answer]:
    """Edge cases without verdicts: a point of small order or in a second spelling is refused, whatever an engine says;
    of the rest, what both engines agree on holds: no residue of small order."""
    for test in vectors:
        flags = set(test["flags"] or ())
        try:
            key = PublicKey(KeyType.ED25519, bytes.fromhex(test["key"]))
            answer = key.verify(test["msg"].encode(), bytes.fromhex(test["sig"]))
        except SatchelError:
            answer = False
        wanted = not flags & POINTS and "low_order_residue" not in flags
        yield wanted, answer, f"{test['number']} {sorted(flags)}"


CURVES = {"secp256r1": KeyType.P_256, "secp384r1": KeyType.P_384, "secp256k1": KeyType.SECP256K1}


def point(group: Case, kind: KeyType) -> PublicKey:
    curve = ecdsa.CURVES[kind]
    raw = bytes.fromhex(group["publicKey"]["uncompressed"])
    compressed = ecdsa.compress(curve, raw[1 : 1 + curve.size], raw[1 + curve.size :])
    assert compressed is not None
    return PublicKey(kind, compressed)


def ecdsa_raw(name: str, vectors: Any) -> Iterator[Answer]:
    kind = CURVES[name.split("_")[1]]
    for group, test in cases_of(vectors):
        key = point(group, kind)
        if "publicKeyJwk" in group:
            assert jwk.decode({part: group["publicKeyJwk"][part] for part in ("kty", "crv", "x", "y")}) == key
        yield is_valid(test), key.verify(bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])), named(test)


def ecdsa_der(name: str, vectors: Any) -> Iterator[Answer]:
    """No format here has signatures in DER: as they stand, none is good; the numbers in a valid one are."""
    kind = CURVES[name.split("_")[1]]
    for group, test in cases_of(vectors):
        key, message, signature = point(group, kind), bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        yield False, key.verify(message, signature), named(test)
        if is_valid(test):
            yield True, key.verify(message, ecdsa.raw_signature(ecdsa.CURVES[kind], signature)), named(test)


def rsa_schemes(name: str, vectors: Any) -> Iterator[Answer]:
    scheme = ("PS" if "_pss_" in name else "RS") + name.partition("_sha")[2][:3]
    for group, test in cases_of(vectors):
        key = PublicKey(KeyType.RSA, rsa.of_pem(group["publicKeyPem"]))
        assert key.raw == bytes.fromhex(group["publicKeyAsn"])
        message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        yield is_valid(test), rsa.verify(key.raw, message, signature, scheme=scheme), named(test)
        if is_valid(test):
            other = ("RS" if scheme[0] == "P" else "PS") + scheme[2:]
            yield False, rsa.verify(key.raw, message, signature, scheme=other), f"{named(test)} as {other}"


SECRETS = ("d", "p", "q", "dp", "dq", "qi", "k")
# Valid tokens that are refused on purpose: shared secrets, RSA schemes that a JWK is not for here, a made-up ES521.
REFUSED_ON_PURPOSE = {"key.type_unsupported", "key.use", "proof.algorithm", "proof.algorithm_unsupported"}
# Called valid with a stray `?` in a base64url part.
STRAY = {"372 InvalidCharacterInsertedInHeader", "373 InvalidCharacterInsertedInPayload"}


def tokens(_: str, vectors: Any) -> Iterator[Answer]:
    for group, test in cases_of(vectors):
        if not isinstance(test.get("jws"), str):
            continue  # JSON serialisation, or encryption
        found = group.get("public") or group["private"]
        keys = found.get("keys", [found])
        wanted = is_valid(test) and named(test) not in STRAY
        try:
            parts = jws.split(test["jws"], headers=frozenset(("typ", "kid", "cty")))
            chosen = [key for key in keys if len(keys) == 1 or key.get("kid") == parts.header.get("kid")]
            assert len(chosen) == 1
            public = jwk.decode({name: member for name, member in chosen[0].items() if name not in SECRETS})
            answer = jws.verify(parts, public)
        except SatchelError as fault:
            answer = False
            wanted = wanted and fault.code not in REFUSED_ON_PURPOSE
        yield wanted, answer, named(test)


def aes_gcm_siv(_: str, vectors: Any) -> Iterator[Answer]:
    """The vault's cipher, with the engine that the vault calls."""
    for group, test in cases_of(vectors):
        if group["keySize"] != 256 or group["ivSize"] != 96:
            continue
        try:
            opened = AESGCMSIV(bytes.fromhex(test["key"])).decrypt(
                bytes.fromhex(test["iv"]), bytes.fromhex(test["ct"] + test["tag"]), bytes.fromhex(test["aad"])
            )
            answer = opened == bytes.fromhex(test["msg"])
        except InvalidTag:
            answer = False
        yield is_valid(test), answer, named(test)


def hkdf(_: str, vectors: Any) -> Iterator[Answer]:
    """The vault's key derivation, with the engine that the vault calls."""
    for _group, test in cases_of(vectors):
        try:
            derived = HKDF(
                algorithm=SHA256(),
                length=test["size"],
                salt=bytes.fromhex(test["salt"]),
                info=bytes.fromhex(test["info"]),
            ).derive(bytes.fromhex(test["ikm"]))
            answer = derived == bytes.fromhex(test["okm"])
        except ValueError:
            answer = False
        yield is_valid(test), answer, named(test)


HASHED_CURVES = ("secp256r1_sha256", "secp384r1_sha384", "secp256k1_sha256")
CHECKERS: Mapping[str, Checker] = {
    "ed25519_test": ed25519,
    "cctv-ed25519vectors": cctv,
    **{
        f"ecdsa_{curve}_p1363_test": ecdsa_raw for curve in ("secp256r1_sha256", "secp384r1_sha384", "secp256k1_sha256")
    },
    **{f"ecdsa_{curve}_test": ecdsa_der for curve in ("secp256r1_sha256", "secp384r1_sha384", "secp256k1_sha256")},
    **{
        f"rsa_signature_{kind}_test": rsa_schemes
        for kind in ("2048_sha256", "2048_sha384", "2048_sha512", "3072_sha256", "4096_sha256")
    },
    **{
        f"rsa_pss_{kind}_test": rsa_schemes
        for kind in ("2048_sha256_mgf1_32", "3072_sha256_mgf1_32", "4096_sha384_mgf1_48", "4096_sha512_mgf1_64")
    },
    "json_web_signature_test": tokens,
    "json_web_key_test": tokens,
    "json_web_crypto_test": tokens,
    "aes_gcm_siv_test": aes_gcm_siv,
    "hkdf_sha256_test": hkdf,
}
NOT_USED: Mapping[str, str] = {
    "aes_gcm_test": "the vault uses AES-GCM-SIV",
    "aes_kwp_test": "no key is wrapped this way",
    "chacha20_poly1305_test": "the vault uses AES-GCM-SIV",
    "xchacha20_poly1305_test": "the vault uses AES-GCM-SIV",
    "hmac_sha256_test": "no format here has a shared secret; ecdsa-sd-2023 labels blank nodes by the standard library",
    "pbkdf2_hmacsha256_test": "the vault uses Argon2id",
    "ecdh_secp256r1_webcrypto_test": "nothing is encrypted to a key",
    "x25519_jwk_test": "nothing is encrypted to a key",
    "json_web_encryption_test": "nothing is encrypted to a key",
    "bls_hash_to_g2_test": "bbs-2023 hashes to the other group, G1",
    "bls_sig_g2_basic_verify_test": "bbs-2023 has no plain BLS signatures",
}


def files() -> list[str]:
    return sorted(path.stem for path in AT.glob("*.json")) if AT.is_dir() else []


@needs_shared
def test_every_file_is_run_or_has_its_reason() -> None:
    assert sorted([*CHECKERS, *NOT_USED]) == files()


@needs_shared
@pytest.mark.parametrize("name", [name for name in files() if name in CHECKERS])
def test_every_verdict_is_the_one_that_is_asked(name: str) -> None:
    vectors = json.loads((AT / f"{name}.json").read_bytes())
    answers = list(CHECKERS[name](name, vectors))
    assert [number for wanted, answer, number in answers if wanted is not answer] == []
    seen = Counter(wanted for wanted, _, _ in answers)
    assert min(seen[True], seen[False]) > 0
    assert len(answers) > (20 if name.startswith("json_") else 60)
