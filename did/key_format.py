"""A did:key's document with its keys written as an older suite of verification methods.

Source: the did:key method (CCG draft) §3.1, publicKeyFormat and enableExperimentalPublicKeyTypes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from satchel.errors import DidError
from satchel.key import jwk, multikey
from satchel.key.public import KeyType
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

MULTIKEY: Final = "Multikey"
_AGREEMENT_START: Final = "z6LS"
_CONTEXTS: Final[Mapping[str, str]] = {
    MULTIKEY: "https://w3id.org/security/multikey/v1",
    "JsonWebKey2020": "https://w3id.org/security/suites/jws-2020/v1",
    "Ed25519VerificationKey2020": "https://w3id.org/security/suites/ed25519-2020/v1",
}
# Known by name, and written by nobody here: the method calls them experimental.
_EXPERIMENTAL: Final = frozenset(
    {
        "Ed25519VerificationKey2018",
        "X25519KeyAgreementKey2019",
        "EcdsaSecp256k1VerificationKey2019",
        "Bls12381G2Key2020",
    }
)


def shown(document: JsonObject, form: str, *, experimental: bool) -> JsonObject:
    """The document with its methods in this form.

    Raises DidError did.key_format for a form that is not written here or does not fit the key,
    did.key_format_experimental for one that the caller has not allowed.
    """
    if form == MULTIKEY:
        return document
    if form in _EXPERIMENTAL and not experimental:
        raise DidError("did.key_format_experimental", f"the key format {form} was not allowed")
    context = _CONTEXTS.get(form)
    if context is None:
        raise DidError("did.key_format", f"the key format {for_terminal(form, limit=60)} is not written here")
    methods = document.get("verificationMethod")
    made: list[JsonValue] = [
        _method(one, form) for one in (methods if isinstance(methods, list) else []) if isinstance(one, dict)
    ]
    return {**document, "@context": ["https://www.w3.org/ns/did/v1", context], "verificationMethod": made}


def _method(method: JsonObject, form: str) -> JsonObject:
    text = method.get("publicKeyMultibase")
    # X25519 keys have their own form of 2020; a JWK stays what it is.
    if not isinstance(text, str) or text.startswith(_AGREEMENT_START):
        return method
    public = multikey.decode(text)
    rest: JsonObject = {"id": method["id"], "type": form, "controller": method["controller"]}
    if form == "JsonWebKey2020" and public.type is not KeyType.BLS12_381_G2:
        return {**rest, "publicKeyJwk": jwk.encode(public)}
    if form == "JsonWebKey2020" or public.type is not KeyType.ED25519:
        raise DidError("did.key_format", f"a key of type {public.type} is not written as {form}")
    return {**rest, "publicKeyMultibase": text}
