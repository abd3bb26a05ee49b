"""A verification method: one public key with its name, its controller and its end, read from a controller document.

Sources: Controlled Identifiers 1.0 §2.2, Ed25519VerificationKey2020 of vc-di-eddsa §2.1.1, and the CCG drafts of
Ed25519VerificationKey2018, RsaVerificationKey2018 and JsonWebKey2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.codec import timestamp
from satchel.codec.base import base58_decode
from satchel.errors import CodecError, KeyFault
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.text import for_terminal

_SECRET_MEMBERS: Final = (
    "secretKeyMultibase",
    "privateKeyMultibase",
    "privateKeyBase58",
    "secretKeyJwk",
    "privateKeyJwk",
    "privateKeyHex",
    "privateKeyPem",
)
# X25519 keys sign nothing; their Multikeys all start alike.
_AGREEMENT_KINDS: Final = frozenset({"X25519KeyAgreementKey2019", "X25519KeyAgreementKey2020"})
_AGREEMENT_START: Final = "z6LS"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """A method whose key is sound. `expires` and `revoked` are dateTimeStamps as written."""

    id: str
    type: str
    controller: str
    key: PublicKey
    expires: str | None
    revoked: str | None


def read(value: JsonObject) -> VerificationMethod:
    """The verification method of a controller document's entry. Ids are taken as they stand (relative ones too).

    Raises KeyFault: key.method for a wrong shape, or two spellings of the key that differ; key.type_unsupported for
    an unknown method type; key.secret when a secret half is published; key.use for a key of key agreement; and the
    faults of the key itself. Whether the document's subject controls the method, and for which purposes, is NOT
    checked here.
    """
    kind = _text(value, "type")
    if any(name in value for name in _SECRET_MEMBERS):
        raise KeyFault("key.secret", "the verification method publishes its secret half")
    if kind in _AGREEMENT_KINDS or str(value.get("publicKeyMultibase", "")).startswith(_AGREEMENT_START):
        raise KeyFault("key.use", "the verification method is for key agreement, not for checking signatures")
    find_key = _KEYS.get(kind)
    if find_key is None:
        shown = for_terminal(kind, limit=60)
        raise KeyFault("key.type_unsupported", f"a verification method of type {shown} is not known here")
    return VerificationMethod(
        id=_text(value, "id"),
        type=kind,
        controller=_text(value, "controller"),
        key=find_key(value),
        expires=_moment(value, "expires"),
        revoked=_moment(value, "revoked"),
    )


def _any_key(value: JsonObject) -> PublicKey:
    """The key in whichever spelling it has; with two of them, both must be the same key (an attack otherwise)."""
    keys: list[PublicKey] = []
    if "publicKeyMultibase" in value:
        keys.append(multikey.decode(_text(value, "publicKeyMultibase")))
    if "publicKeyJwk" in value:
        member = value["publicKeyJwk"]
        if not isinstance(member, dict):
            raise KeyFault("key.method", "publicKeyJwk of the verification method is not an object")
        from satchel.key import jwk

        keys.append(jwk.decode(member))
    if not keys:
        raise KeyFault("key.method", "the verification method has neither publicKeyMultibase nor publicKeyJwk")
    if any(key != keys[0] for key in keys):
        raise KeyFault("key.method", "the verification method holds two different keys")
    return keys[0]


def _ed25519_key(value: JsonObject) -> PublicKey:
    key = _any_key(value)
    if key.type is not KeyType.ED25519:
        raise KeyFault("key.method", f"an Ed25519 verification method holds a key of type {key.type}")
    return key


def _ed25519_key_2018(value: JsonObject) -> PublicKey:
    """The key as plain base58btc, in a spelling that every method may have, or in both when they agree."""
    if "publicKeyBase58" not in value:
        return _ed25519_key(value)
    try:
        key = PublicKey(KeyType.ED25519, base58_decode(_text(value, "publicKeyBase58")))
    except CodecError as fault:
        raise KeyFault("key.method", f"publicKeyBase58 of the verification method: {fault.message}") from fault
    if ("publicKeyMultibase" in value or "publicKeyJwk" in value) and _any_key(value) != key:
        raise KeyFault("key.method", "the verification method holds two different keys")
    return key


def _rsa_key_2018(value: JsonObject) -> PublicKey:
    """The key as PEM, in a spelling that every method may have, or in both when they agree."""
    if "publicKeyPem" not in value:
        key = _any_key(value)
    else:
        try:
            from satchel.key import rsa

            key = PublicKey(KeyType.RSA, rsa.of_pem(_text(value, "publicKeyPem")))
        except ValueError as fault:
            raise KeyFault("key.method", "publicKeyPem of the verification method is no RSA key") from fault
        if ("publicKeyMultibase" in value or "publicKeyJwk" in value) and _any_key(value) != key:
            raise KeyFault("key.method", "the verification method holds two different keys")
    if key.type is not KeyType.RSA:
        raise KeyFault("key.method", f"an RSA verification method holds a key of type {key.type}")
    return key


_KEYS: Final[Mapping[str, Callable[[JsonObject], PublicKey]]] = MappingProxyType(
    {
        "Multikey": _any_key,
        "Ed25519VerificationKey2020": _ed25519_key,
        "Ed25519VerificationKey2018": _ed25519_key_2018,
        "RsaVerificationKey2018": _rsa_key_2018,
        "JsonWebKey": _any_key,
        "JsonWebKey2020": _any_key,
    }
)


def _text(value: JsonObject, name: str) -> str:
    member = value.get(name)
    if not isinstance(member, str) or not member:
        raise KeyFault("key.method", f"{name} of the verification method is not a text")
    return member


def _moment(value: JsonObject, name: str) -> str | None:
    if name not in value:
        return None
    text = _text(value, name)
    try:
        timestamp.parse(text)
    except CodecError as fault:
        raise KeyFault("key.method", f"{name} of the verification method: {fault.message}") from fault
    return text
