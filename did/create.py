"""New DIDs and their documents."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from did.method import web
from did.syntax import parse
from satchel.errors import DidError
from satchel.key import multikey
from satchel.key.public import PublicKey
from satchel.port import Did, DidUrl, JsonObject
from satchel.text import for_terminal


def did_key(key: PublicKey) -> Did:
    """The did:key of a public key."""
    return Did(f"did:key:{multikey.encode(key)}")


def did_key_method(did: str) -> DidUrl:
    """The id of the one verification method that a did:key has. Raises DidError did.invalid for another DID."""
    parsed = parse(did)
    if parsed.method != "key":
        raise DidError("did.invalid", f"{parsed.did} is not a did:key")
    return DidUrl(f"{parsed.did}#{parsed.id}")


def did_web(origin: str, path: str = "") -> Did:
    """The did:web of an https origin (`https://issuer.example`, a port allowed) and a path below it (`a/b`).

    Names outside of ASCII become A-labels. Raises DidError did.invalid when the origin is more than an origin, or
    names what no did:web may name.
    """
    try:
        parts = urlsplit(origin)
    except ValueError as fault:
        raise DidError("did.invalid", f"{for_terminal(origin, limit=100)} is not a plain https origin") from fault
    if parts.scheme != "https" or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise DidError("did.invalid", f"{for_terminal(origin, limit=100)} is not a plain https origin")
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as fault:
        raise DidError("did.invalid", f"{for_terminal(origin, limit=100)} has no usable host name") from fault
    authority = host if port in (None, web.HTTPS_PORT) else f"{host}%3A{port}"
    segments = (
        [quote(segment, safe="").replace("~", "%7E") for segment in path.strip("/").split("/")]
        if path.strip("/")
        else []
    )
    did = ":".join(["did", "web", authority, *segments])
    web.url_of(did)
    return Did(did)


def did_web_document(did: str, *, keys: Mapping[str, PublicKey]) -> JsonObject:
    """The document to publish for a did:web: each key under its fragment, for authentication and assertions.

    Raises DidError did.invalid. The bytes to serve are the caller's to write.
    """
    web.url_of(did)
    ids: list[str] = [f"{did}#{fragment}" for fragment in keys]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": method_id, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey.encode(key)}
            for method_id, key in zip(ids, keys.values(), strict=True)
        ],
        "authentication": [*ids],
        "assertionMethod": [*ids],
    }
