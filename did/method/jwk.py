"""did:jwk: the DID is a JSON Web Key in base64url, and `#0` is its one method.

Source: did:jwk method (2023), "Read": a key with use=sig agrees on nothing, one with use=enc signs nothing.
"""

from __future__ import annotations

from typing import Final

from did.document import DidDocument, read
from did.method import agreement
from did.method.key import SIGNING_PURPOSES
from did.syntax import ParsedDid
from satchel.codec import strictjson
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, DidError, KeyFault, Malformed
from satchel.key import jwk
from satchel.port import JsonObject, JsonValue

CONTEXT: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1")
AGREEMENT: Final = "keyAgreement"


def document(parsed: ParsedDid) -> DidDocument:
    """The document of a did:jwk.

    A key that signs nothing is a fault of the document (key.use), not of the DID. Raises DidError: did.key when the
    DID holds no sound public key (also when it holds a secret), did.key_length, did.key_unsupported.
    """
    value = _jwk(parsed)
    try:
        _check(value)
    except KeyFault as fault:
        code = {"key.type_unsupported": "did.key_unsupported", "key.length": "did.key_length"}.get(fault.code)
        details = {"cause": fault.code}
        raise DidError(code or "did.key", f"{parsed.did}: {fault.message}", details=details) from fault
    method_id = f"{parsed.did}#0"
    ids: list[JsonValue] = [method_id]
    use = value.get("use")
    signs = use != "enc" and not _agrees_only(value)
    purposes = (*(SIGNING_PURPOSES if signs else ()), *((AGREEMENT,) if use != "sig" else ()))
    raw: JsonObject = {
        "@context": [*CONTEXT],
        "id": parsed.did,
        "verificationMethod": [
            {"id": method_id, "type": "JsonWebKey2020", "controller": parsed.did, "publicKeyJwk": value}
        ],
        **{purpose: [*ids] for purpose in purposes},
    }
    return read(raw, parsed.did)


def name(value: JsonObject, text: bytes) -> str:
    """The DID of a JWK in exactly these bytes; what they say must be `value`. Raises DidError as `document`."""
    if strictjson.load_object(text) != value:
        raise DidError("did.key", "the bytes are not those of the JWK")
    return f"did:jwk:{base64url_encode(text)}"


def _jwk(parsed: ParsedDid) -> JsonObject:
    try:
        return strictjson.load_object(base64url_decode(parsed.id))
    except (CodecError, Malformed) as fault:
        raise DidError("did.key", f"{parsed.did} holds no JSON Web Key: {fault.message}") from fault


def _check(value: JsonObject) -> None:
    """Raises KeyFault for a key that is broken or of an unknown type, whatever its use."""
    if _agrees_only(value):
        text = value.get("x")
        if any(member in value for member in ("d", "k")):
            raise KeyFault("key.secret", "the JWK publishes its secret half")
        try:
            agreement.check(base64url_decode(text if isinstance(text, str) else ""))
        except CodecError as fault:
            raise KeyFault("key.jwk", f"x of the JWK is broken: {fault.message}") from fault
        return
    jwk.decode({member: part for member, part in value.items() if member not in ("use", "key_ops", "alg")})


def _agrees_only(value: JsonObject) -> bool:
    return value.get("kty") == "OKP" and value.get("crv") == "X25519"
