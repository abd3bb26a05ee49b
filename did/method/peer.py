"""did:peer 0, 2 and 4: DIDs that two parties give each other; they hold their document and nothing is fetched.

0 is one key, 2 a few keys and services, 4 a whole document (its long form holds it; the short form is its hash and says
nothing by itself). Source: did:peer 1.0 (DIF).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from did.document import PURPOSES, DidDocument, read
from did.method import key
from did.method.key import CONTEXT
from did.syntax import LIMIT_CHARS, ParsedDid, parse
from satchel.codec import strictjson
from satchel.codec.base import base58_decode, base58_encode, base64url_decode, base64url_encode
from satchel.errors import CodecError, DidError, Malformed
from satchel.port import Did, JsonObject, JsonValue

ELEMENTS_LIMIT: Final = 64

_RELATIONS: Final[Mapping[str, str]] = {
    "A": "assertionMethod",
    "E": "keyAgreement",
    "V": "authentication",
    "I": "capabilityInvocation",
    "D": "capabilityDelegation",
}
_CODES: Final = {relation: code for code, relation in _RELATIONS.items()}
_NAMES: Final = {"t": "type", "s": "serviceEndpoint", "r": "routingKeys", "a": "accept"}
_SHORT_NAMES: Final = {name: short for short, name in _NAMES.items()}
_DIDCOMM: Final = ("dm", "DIDCommMessaging")

_BASE58: Final = "[1-9A-HJ-NP-Za-km-z]"
_ELEMENT: Final = re.compile(rf"([AEVID])(z{_BASE58}+)|S([A-Za-z0-9_-]+)")
_LONG: Final = re.compile(rf"4(zQm{_BASE58}{{44}}):(z{_BASE58}+)")
_SHORT: Final = re.compile(rf"4zQm{_BASE58}{{44}}")
_JSON: Final = b"\x80\x04"
_SHA256: Final = b"\x12\x20"


def document(parsed: ParsedDid) -> DidDocument:
    """The document of a did:peer of kind 0, 2, or 4 in its long form.

    Raises DidError: did.invalid for a wrong form, did.not_found for the short form of 4, did.key and its kin for the
    key of 0 and 2, did.document for the document of 4, did.document_mismatch when its hash is another.
    """
    match parsed.id[:1]:
        case "0":
            return _one_key(parsed)
        case "2":
            return _few_keys(parsed)
        case "4":
            return _whole(parsed)
        case _:
            raise DidError("did.invalid", f"{parsed.did} is no did:peer of kind 0, 2 or 4")


def short_form(did: str) -> Did:
    """The short form of a long did:peer:4. Raises DidError did.invalid for anything else."""
    found = _LONG.fullmatch(did.removeprefix("did:peer:"))
    if found is None:
        raise DidError("did.invalid", "only the long form of a did:peer:4 has a short one")
    return Did(f"did:peer:4{found[1]}")


def short_document(parsed_long: ParsedDid) -> DidDocument:
    """The document under the short name of a long did:peer:4 that was shown before. Raises DidError as `document`."""
    return _named(_decoded(parsed_long), short_form(parsed_long.did), other=parsed_long.did)


def make_0(multikey: str) -> Did:
    """The did:peer:0 of a key. Raises DidError as `document`."""
    return _checked(f"did:peer:0{multikey}")


def make_2(keys: Sequence[tuple[str, str]], services: Sequence[JsonObject] = ()) -> Did:
    """The did:peer:2 of (relation, Multikey) pairs and services. Raises DidError as `document`."""
    parts = [f"{_CODES[relation]}{multikey}" for relation, multikey in keys]
    parts += [f"S{base64url_encode(_compact(_abbreviated(service)))}" for service in services]
    return _checked(f"did:peer:2{''.join('.' + part for part in parts)}")


def make_4(document: JsonObject) -> Did:
    """The long form of a did:peer:4 with this document, which has no id yet. Raises DidError as `document`."""
    encoded = "z" + base58_encode(_JSON + _compact(document))
    return _checked(f"did:peer:4{_hash(encoded)}:{encoded}")


def _checked(did: str) -> Did:
    document(parse(did))
    return Did(did)


def _one_key(parsed: ParsedDid) -> DidDocument:
    """As a did:key, under its own name (method 0: the inception key is all)."""
    body = parsed.id[1:]
    found = key.document(ParsedDid(method="key", id=body, did=Did(f"did:key:{body}")))
    # The body is base58 text, so this replaces names and nothing else.
    text = json.dumps(found.raw).replace(f"did:key:{body}", parsed.did)
    return read(strictjson.load_object(text.encode()), parsed.did)


def _few_keys(parsed: ParsedDid) -> DidDocument:
    parts = parsed.id[1:].split(".")
    if parts[0] or not 1 < len(parts) <= ELEMENTS_LIMIT:
        raise DidError("did.invalid", f"{parsed.did} is no did:peer:2")
    methods: list[JsonValue] = []
    relations: dict[str, list[JsonValue]] = {}
    services: list[JsonValue] = []
    for part in parts[1:]:
        found = _ELEMENT.fullmatch(part)
        if found is None:
            raise DidError("did.invalid", f"{parsed.did} has an element that is neither a key nor a service")
        if found[3] is not None:
            services.append(_service(found[3], services, parsed))
            continue
        # Each key must be sound: who names a broken one is no peer.
        key.document(ParsedDid(method="key", id=found[2], did=Did(f"did:key:{found[2]}")))
        method_id = f"#key-{len(methods) + 1}"
        methods.append({"id": method_id, "type": "Multikey", "controller": parsed.did, "publicKeyMultibase": found[2]})
        relations.setdefault(_RELATIONS[found[1]], []).append(method_id)
    raw: JsonObject = {"@context": [*CONTEXT], "id": parsed.did, "verificationMethod": methods, **relations}
    if services:
        raw["service"] = services
    return read(raw, parsed.did)


def _service(encoded: str, before: Sequence[JsonValue], parsed: ParsedDid) -> JsonObject:
    try:
        value = _expanded(strictjson.load_object(base64url_decode(encoded)))
    except (CodecError, Malformed) as fault:
        raise DidError("did.invalid", f"{parsed.did} has a broken service: {fault.message}") from fault
    if "id" not in value:
        nameless = sum(
            isinstance(service, dict) and str(service.get("id", "")).startswith("#service") for service in before
        )
        value["id"] = "#service" if nameless == 0 else f"#service-{nameless}"
    return value


def _whole(parsed: ParsedDid) -> DidDocument:
    if _SHORT.fullmatch(parsed.id):
        raise DidError("did.not_found", f"{parsed.did} is a short form: only who has seen the long one knows it")
    return _named(_decoded(parsed), parsed.did, other=short_form(parsed.did))


def _decoded(parsed: ParsedDid) -> JsonObject:
    found = _LONG.fullmatch(parsed.id)
    if found is None:
        raise DidError("did.invalid", f"{parsed.did} is no did:peer:4")
    if _hash(found[2]) != found[1]:
        raise DidError("did.document_mismatch", f"the document in {parsed.did} is not the one of its hash")
    try:
        raw = base58_decode(found[2][1:], limit_chars=LIMIT_CHARS)
        if not raw.startswith(_JSON):
            raise DidError("did.document", f"{parsed.did} holds something else than JSON")
        value = strictjson.load_object(raw[len(_JSON) :])
    except (CodecError, Malformed) as fault:
        raise DidError("did.document", f"{parsed.did} holds no document: {fault.message}") from fault
    if "id" in value:
        raise DidError("did.document", f"{parsed.did} holds a document that names itself")
    return value


def _named(value: JsonObject, did: Did, *, other: Did) -> DidDocument:
    """The document under one of its two names, the other one beside it; methods without a controller are its own."""
    known = value.get("alsoKnownAs", [])
    raw: JsonObject = {**value, "id": did, "alsoKnownAs": [*(known if isinstance(known, list) else [known]), other]}
    for name in ("verificationMethod", *PURPOSES):
        entries = raw.get(name)
        if isinstance(entries, list):
            raw[name] = [{"controller": did, **entry} if isinstance(entry, dict) else entry for entry in entries]
    return read(raw, did)


def _hash(encoded: str) -> str:
    return "z" + base58_encode(_SHA256 + hashlib.sha256(encoded.encode("ascii")).digest())


def _compact(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _abbreviated(service: JsonObject) -> JsonObject:
    """The service with its usual words in one or two letters each."""
    return _renamed(service, _SHORT_NAMES, "t", {_DIDCOMM[1]: _DIDCOMM[0]})


def _expanded(service: JsonObject) -> JsonObject:
    return _renamed(service, _NAMES, "type", {_DIDCOMM[0]: _DIDCOMM[1]})


def _renamed(value: JsonObject, names: Mapping[str, str], kind: str, kinds: Mapping[str, str]) -> JsonObject:
    def inside(member: JsonValue) -> JsonValue:
        return _renamed(member, names, kind, kinds) if isinstance(member, dict) else member

    made: JsonObject = {}
    for name, member in value.items():
        new = names.get(name, name)
        if new == kind and isinstance(member, str):
            made[new] = kinds.get(member, member)
        elif isinstance(member, list):
            made[new] = [inside(item) for item in member]
        else:
            made[new] = inside(member)
    return made
