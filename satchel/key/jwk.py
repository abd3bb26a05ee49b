"""Public keys as JSON Web Keys. Only what an Ed25519 verification method needs: kty OKP (RFC 7517, RFC 8037)."""

from __future__ import annotations

from typing import Final

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, KeyFault
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.text import for_terminal

# Members that hold secrets, in keys of any type (RFC 7518 §6).
_SECRET_MEMBERS: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def decode(value: JsonObject) -> PublicKey:
    """The public key that a JWK gives for checking signatures.

    Raises KeyFault: key.secret when the JWK publishes a secret, key.use when its use, key_ops or alg are for
    something else, key.type_unsupported for another kty or curve, key.jwk for a wrong form, key.length, key.point.
    """
    if any(name in value for name in _SECRET_MEMBERS):
        raise KeyFault("key.secret", "the JWK publishes its secret half")
    kty, curve = value.get("kty"), value.get("crv")
    if not isinstance(kty, str):
        raise KeyFault("key.jwk", "the JWK has no kty")
    if kty != "OKP" or curve != "Ed25519":
        shown = for_terminal(f"{kty} {curve}", limit=40)
        raise KeyFault("key.type_unsupported", f"a JWK of type {shown} is not known here")
    _refuse_other_use(value)
    x = value.get("x")
    if not isinstance(x, str):
        raise KeyFault("key.jwk", "the JWK has no x")
    try:
        raw = base64url_decode(x)
    except CodecError as fault:
        raise KeyFault("key.jwk", f"x of the JWK is broken: {fault.message}") from fault
    return PublicKey(KeyType.ED25519, raw)


def encode(key: PublicKey) -> JsonObject:
    """The key as a JWK, members in the order of their thumbprint (RFC 7638)."""
    return {"crv": str(key.type), "kty": "OKP", "x": base64url_encode(key.raw)}


def _refuse_other_use(value: JsonObject) -> None:
    operations = value.get("key_ops", ["verify"])
    if value.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise KeyFault("key.use", "the JWK is not for checking signatures")
    # RFC 9864 replaced the name EdDSA by Ed25519; both are met.
    if value.get("alg", "EdDSA") not in ("EdDSA", "Ed25519"):
        raise KeyFault("key.use", "alg of the JWK does not belong to its curve")
