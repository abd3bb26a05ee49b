"""did:key: the DID is the key, so the document is made from it and nothing is fetched.

Source: the did:key method (CCG draft) with Multikey as method type.
"""

from __future__ import annotations

from types import MappingProxyType

from did.document import DidDocument
from did.syntax import ParsedDid
from satchel.errors import DidError, KeyFault
from satchel.key import multikey
from satchel.port import JsonObject
from satchel.proof.method import VerificationMethod

_SIGNING_PURPOSES = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def document(parsed: ParsedDid) -> DidDocument:
    """The document of a did:key. Its one method has the key itself as fragment; no other fragment names anything.

    Raises DidError: did.key when the body is no sound public key, did.key_unsupported for an unknown key type.
    """
    try:
        key = multikey.decode(parsed.id)
    except KeyFault as fault:
        code = "did.key_unsupported" if fault.code == "key.type_unsupported" else "did.key"
        raise DidError(code, f"{parsed.did}: {fault.message}") from fault
    method_id = f"{parsed.did}#{parsed.id}"
    raw: JsonObject = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": parsed.did,
        "verificationMethod": [
            {"id": method_id, "type": "Multikey", "controller": parsed.did, "publicKeyMultibase": parsed.id}
        ],
        **{purpose: [method_id] for purpose in _SIGNING_PURPOSES},
    }
    method = VerificationMethod(
        id=method_id, type="Multikey", controller=parsed.did, key=key, expires=None, revoked=None
    )
    return DidDocument(
        id=parsed.did,
        raw=raw,
        methods=MappingProxyType({method_id: method}),
        purposes=MappingProxyType({purpose: frozenset((method_id,)) for purpose in _SIGNING_PURPOSES}),
        faults=MappingProxyType({}),
    )
