"""Public keys as JSON Web Keys: OKP for Ed25519, EC for the ECDSA curves, RSA (RFC 7517, RFC 7518 §6, RFC 8037)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, KeyFault
from satchel.key import ecdsa, rsa
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.text import for_terminal

# Members that hold secrets, in keys of any type (RFC 7518 §6).
_SECRET_MEMBERS: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
# What kty and crv say together; the names of `alg` that belong to each type. RFC 9864 replaced EdDSA by Ed25519 (both
# are met), and RFC 7518 binds each ES name to one curve.
_TYPES: Final[Mapping[tuple[str, str], KeyType]] = MappingProxyType(
    {
        ("OKP", "Ed25519"): KeyType.ED25519,
        ("EC", "P-256"): KeyType.P_256,
        ("EC", "P-384"): KeyType.P_384,
        ("EC", "P-521"): KeyType.P_521,
        ("EC", "secp256k1"): KeyType.SECP256K1,
    }
)
ALGORITHMS: Final[Mapping[KeyType, frozenset[str]]] = MappingProxyType(
    {
        KeyType.ED25519: frozenset(("EdDSA", "Ed25519")),
        KeyType.P_256: frozenset(("ES256",)),
        KeyType.P_384: frozenset(("ES384",)),
        KeyType.P_521: frozenset(("ES512",)),
        KeyType.SECP256K1: frozenset(("ES256K",)),
        KeyType.RSA: frozenset(("RS256",)),
        KeyType.BLS12_381_G2: frozenset(),
    }
)


def decode(value: JsonObject) -> PublicKey:
    """The public key that a JWK gives for checking signatures.

    Raises KeyFault: key.secret when the JWK publishes a secret, key.use when its use, key_ops or alg are for
    something else, key.type_unsupported for another kty or curve and RSA schemes besides RS256, key.jwk for a wrong
    form, key.length, key.point.
    """
    if any(name in value for name in _SECRET_MEMBERS):
        raise KeyFault("key.secret", "the JWK publishes its secret half")
    kty, curve = value.get("kty"), value.get("crv")
    if not isinstance(kty, str):
        raise KeyFault("key.jwk", "the JWK has no kty")
    if kty == "RSA":
        _refuse_other_use(value, KeyType.RSA)
        return PublicKey(KeyType.RSA, rsa.encode(_number(value, "n"), _number(value, "e")))
    kind = _TYPES.get((kty, curve)) if isinstance(curve, str) else None
    if kind is None:
        shown = for_terminal(f"{kty} {curve}", limit=40)
        raise KeyFault("key.type_unsupported", f"a JWK of type {shown} is not known here")
    _refuse_other_use(value, kind)
    x = _bytes(value, "x")
    if kind is KeyType.ED25519:
        return PublicKey(kind, x)
    return PublicKey(kind, _point(kind, x, _bytes(value, "y")))


def encode(key: PublicKey) -> JsonObject:
    """The key as a JWK, members in the order of their thumbprint (RFC 7638). Raises KeyFault key.type_unsupported for
    BLS12-381, which has no registered form."""
    if key.type is KeyType.BLS12_381_G2:
        raise KeyFault("key.type_unsupported", f"a key of type {key.type} is not written as a JWK")
    if key.type is KeyType.ED25519:
        return {"crv": str(key.type), "kty": "OKP", "x": base64url_encode(key.raw)}
    if key.type is KeyType.RSA:
        modulus, exponent = rsa.numbers(key.raw)
        return {"e": _encoded(exponent), "kty": "RSA", "n": _encoded(modulus)}
    x, y = ecdsa.coordinates(ecdsa.CURVES[key.type], key.raw)
    return {"crv": str(key.type), "kty": "EC", "x": base64url_encode(x), "y": base64url_encode(y)}


def _point(kind: KeyType, x: bytes, y: bytes) -> bytes:
    """The compressed point. RFC 7518 §6.2.1.2: each coordinate has the full length of the curve."""
    curve = ecdsa.CURVES[kind]
    if len(x) != curve.size or len(y) != curve.size:
        raise KeyFault(
            "key.length", f"x and y of a JWK of type {kind} have {curve.size} bytes, these {len(x)} and {len(y)}"
        )
    raw = ecdsa.compress(curve, x, y)
    if raw is None:
        raise KeyFault("key.point", f"x and y of the JWK are not a point of {kind}")
    return raw


def _number(value: JsonObject, name: str) -> int:
    """A positive integer in its fewest bytes (RFC 7518 §2, Base64urlUInt)."""
    data = _bytes(value, name)
    if data[:1] in (b"", b"\x00"):
        raise KeyFault("key.jwk", f"{name} of the JWK is not a positive number in its shortest form")
    return int.from_bytes(data, "big")


def _encoded(number: int) -> str:
    return base64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _bytes(value: JsonObject, name: str) -> bytes:
    text = value.get(name)
    if not isinstance(text, str):
        raise KeyFault("key.jwk", f"the JWK has no {name}")
    try:
        return base64url_decode(text)
    except CodecError as fault:
        raise KeyFault("key.jwk", f"{name} of the JWK is broken: {fault.message}") from fault


def _refuse_other_use(value: JsonObject, kind: KeyType) -> None:
    operations = value.get("key_ops", ["verify"])
    if value.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise KeyFault("key.use", "the JWK is not for checking signatures")
    algorithm = value.get("alg")
    if kind is KeyType.RSA and algorithm != "RS256" and algorithm in (*rsa.SCHEMES,):
        raise KeyFault("key.type_unsupported", f"signatures under {algorithm} by a JWK are not checked here")
    if "alg" in value and not (isinstance(algorithm, str) and algorithm in ALGORITHMS[kind]):
        raise KeyFault("key.use", "alg of the JWK does not belong to its type")
