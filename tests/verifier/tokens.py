"""Tokens with real signatures, honest ones and those that no honest signer makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from satchel.codec import base
from satchel.key.private import LocalSigner, PrivateKey
from satchel.proof import jose
from tests.attack.forge import CREDENTIALS_V1, CREDENTIALS_V2, ISSUER, LEARNER, Document, badge, did_of, method_of

NBF = 1_772_323_200  # 2026-03-01T00:00:00Z


def part(value: object) -> str:
    """One base64url part: bytes as they are, anything else as JSON."""
    return base.base64url_encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def jwt(header: object, payload: object, key: PrivateKey = ISSUER) -> bytes:
    """Exactly this header and payload, under a true signature of the key."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{base.base64url_encode(key.sign(signed.encode()))}".encode()


def header_of(key: PrivateKey = ISSUER, **changes: object) -> Document:
    """The header of a vc+jwt; changes replace members, None removes one."""
    header = {"alg": "EdDSA", "typ": "vc+jwt", "kid": method_of(key)} | changes
    return {name: value for name, value in header.items() if value is not None}


def vc_jwt(document: Mapping[str, object] | None = None, key: PrivateKey = ISSUER, **header: object) -> bytes:
    """A vc+jwt of VC-JOSE-COSE by the key."""
    return jwt(header_of(key, **header), dict(badge() if document is None else document), key)


def old_jwt(claims: Mapping[str, object] | None = None, key: PrivateKey = ISSUER, **header: object) -> bytes:
    """A VC-JWT of the data model 1.1: the credential in the claim `vc`, the rest repeated; None removes a claim."""
    document = badge()
    document["@context"] = [CREDENTIALS_V1, *document["@context"][1:]]
    document["issuanceDate"] = document.pop("validFrom")
    given = {
        "iss": did_of(ISSUER),
        "sub": did_of(LEARNER),
        "jti": document["id"],
        "nbf": NBF,
        "vc": document,
    } | dict(claims or {})
    payload = {name: value for name, value in given.items() if value is not None}
    return jwt(header_of(key, **{"typ": "JWT"} | header), payload, key)


def vp_jwt(*credentials: bytes | Document, key: PrivateKey = LEARNER, **changes: Any) -> bytes:
    """A vp+jwt of the holder over these credentials; changes replace members of its payload, None removes one."""
    payload: Document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_of(key),
        "verifiableCredential": [enveloped(one) if isinstance(one, bytes) else one for one in credentials],
    } | changes
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt(header_of(key, typ="vp+jwt"), payload, key)


def enveloped(token: bytes, media_type: str = "application/vc+jwt", **changes: object) -> Document:
    """The envelope of a token; changes replace members."""
    return {
        "@context": CREDENTIALS_V2,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:{media_type},{token.decode()}",
    } | changes


def signed_by(key: PrivateKey, document: Document, **options: str) -> bytes:
    """The token that our own maker makes."""
    return jose.sign(document, signer=LocalSigner(id=method_of(key), key=key), **options).encode()
