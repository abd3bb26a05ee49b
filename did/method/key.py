"""did:key: the DID is the key, so the document is made from it and nothing is fetched.

Signing keys of every type that is known here, X25519 for key agreement, and the JWK form (multicodec jwk_jcs-pub).
Source: the did:key method (CCG draft) with Multikey as method type; EBSI's natural persons for jwk_jcs-pub.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from did.document import DidDocument, read
from did.syntax import ParsedDid
from satchel.codec import jcs, strictjson
from satchel.codec.base import base58_decode, varint_decode
from satchel.errors import CodecError, DidError, KeyFault, Malformed
from satchel.key import multikey
from satchel.key.public import KeyType
from satchel.port import JsonObject, JsonValue
from satchel.proof.method import VerificationMethod

SIGNING_PURPOSES: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
CONTEXT: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
JWK_CONTEXT: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1")

_JWK_JCS: Final = 0xEB51
# Codes of types that are not read by satchel.key start like this; all others are its own.
_AGREEMENT_START: Final = "z6LS"
# A DID may say which version of the method it is of; there is one.
_VERSION: Final = "1:"


def body_of(parsed: ParsedDid) -> str:
    """The key in the DID, without the version that may stand before it."""
    return parsed.id.removeprefix(_VERSION)


def document(parsed: ParsedDid) -> DidDocument:
    """The document of a did:key. Its one method has the key itself as fragment; no other fragment names anything.

    Raises DidError: did.key when the body is no sound public key, did.key_length when it is cut or too long,
    did.key_unsupported for an unknown key type.
    """
    body = body_of(parsed)
    try:
        return _agreement(parsed, body) if body.startswith(_AGREEMENT_START) else _signing(parsed, body)
    except KeyFault as fault:
        raise DidError(_code(fault), f"{parsed.did}: {fault.message}", details={"cause": fault.code}) from fault


def document_with_agreement(parsed: ParsedDid) -> DidDocument:
    """As `document`; an Ed25519 key has the X25519 key that belongs to it beside it, for key agreement."""
    from did.method import agreement

    found = document(parsed)
    for method in found.methods.values():
        if method.key.type is KeyType.ED25519:
            derived = agreement.method(parsed.did, agreement.of_ed25519(method.key.raw))
            own = _method(method.id, method.type, parsed, {"publicKeyMultibase": body_of(parsed)})
            raw: JsonObject = {**found.raw, "verificationMethod": [own, derived], "keyAgreement": [derived["id"]]}
            return read(raw, parsed.did)
    return found


def _code(fault: KeyFault) -> str:
    match fault.code:
        case "key.type_unsupported":
            return "did.key_unsupported"
        case "key.length":
            return "did.key_length"
        case _:
            return "did.key"


def _signing(parsed: ParsedDid, body: str) -> DidDocument:
    method_id = f"{parsed.did}#{body}"
    member: JsonObject = {"publicKeyMultibase": body}
    kind, context = "Multikey", CONTEXT
    try:
        key = multikey.decode(body)
    except KeyFault as fault:
        value = _jwk(body) if fault.code == "key.type_unsupported" else None
        if value is None:
            raise
        from satchel.key import jwk

        key, member, kind, context = jwk.decode(value), {"publicKeyJwk": value}, "JsonWebKey", JWK_CONTEXT
    method = _method(method_id, kind, parsed, member)
    ids: list[JsonValue] = [method_id]
    raw: JsonObject = {
        "@context": [*context],
        "id": parsed.did,
        "verificationMethod": [method],
        **{purpose: [*ids] for purpose in SIGNING_PURPOSES},
    }
    made = VerificationMethod(id=method_id, type=kind, controller=parsed.did, key=key, expires=None, revoked=None)
    return DidDocument(
        id=parsed.did,
        raw=raw,
        methods=MappingProxyType({method_id: made}),
        purposes=MappingProxyType({purpose: frozenset((method_id,)) for purpose in SIGNING_PURPOSES}),
        faults=MappingProxyType({}),
    )


def _method(method_id: str, kind: str, parsed: ParsedDid, member: JsonObject) -> JsonObject:
    return {"id": method_id, "type": kind, "controller": parsed.did, **member}


def _agreement(parsed: ParsedDid, body: str) -> DidDocument:
    from did.method import agreement

    code, raw = _split(body)
    if code != agreement.CODE:
        raise KeyFault("key.type_unsupported", f"the multicodec 0x{code:x} is no key type that is known here")
    agreement.check(raw)
    method = agreement.method(parsed.did, raw)
    document: JsonObject = {
        "@context": [*CONTEXT],
        "id": parsed.did,
        "verificationMethod": [method],
        "keyAgreement": [method["id"]],
    }
    return read(document, parsed.did)


def _jwk(body: str) -> JsonObject | None:
    """The JWK of a body in the JWK form, None for any other. Raises KeyFault key.jwk when it is not canonical JSON:
    another spelling would be another DID of the same key."""
    code, raw = _split(body)
    if code != _JWK_JCS:
        return None
    try:
        value = strictjson.load_object(raw)
        if jcs.encode(value) == raw:
            return value
    except (Malformed, CodecError) as fault:
        raise KeyFault("key.jwk", f"the DID holds no JSON Web Key: {fault.message}") from fault
    raise KeyFault("key.jwk", "the JSON Web Key in the DID is not in canonical form")


def _split(body: str) -> tuple[int, bytes]:
    try:
        return varint_decode(base58_decode(body[1:], limit_chars=multikey.LIMIT_CHARS))
    except CodecError as fault:
        raise KeyFault("key.multikey", f"the text is not a Multikey: {fault.message}") from fault
