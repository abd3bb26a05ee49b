"""Registries of issuers that others keep: which ones this verifier asks, what it asks them, and what their answers say.

A registry is a file beside the trust lists, `satchel.registry/1`, of one of two types:
{"schema", "type": "dcc-legacy", "name", "url"}: one JSON document that names issuers by their DID, not signed;
{"schema", "type": "openid-federation", "name", "entity", "fetch", "jwks", "via"?: [{"entity", "fetch"}]}: signed
statements, from the anchor `entity` (whose keys stand in the file) through the organisations of `via` to the issuer.
An issuer that no registry knows is unknown, not bad; a registry that could not be asked or believed is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote, urlsplit

from satchel.codec import strictjson
from satchel.credential.envelope import Fault
from satchel.errors import Malformed, RegistryFault, SettingsFault
from satchel.port import Fetched, JsonObject, JsonValue, Purpose, Request
from satchel.text import for_terminal
from verifier import federation

SCHEMA: Final = "satchel.registry/1"
NAME_LIMIT_CHARS: Final = 200
DOCUMENT_LIMIT_BYTES: Final = 4 * 1024 * 1024
STATEMENT_LIMIT_BYTES: Final = 256 * 1024

_DCC_KEYS: Final = frozenset({"schema", "type", "name", "url"})
_FEDERATION_KEYS: Final = frozenset({"schema", "type", "name", "entity", "fetch", "jwks", "via"})
_STATEMENT_ACCEPT: Final = ("application/entity-statement+jwt", "application/jwt", "text/plain")

Outcome: TypeAlias = Literal["listed", "unknown", "unchecked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DccRegistry:
    """A document at `url` that names issuers."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationRegistry:
    """An anchor and the way down from it. `jwks` is kept as it stands in the file; `via` are (entity, fetch) pairs."""

    name: str
    entity: str
    fetch: str
    jwks: JsonObject
    via: tuple[tuple[str, str], ...] = ()


Registry: TypeAlias = DccRegistry | FederationRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one registry says of an issuer. `issuer_name` is the registry's name of it; `code` says why the registry is
    unchecked; `is_signed` tells whether a signature stands behind what it says."""

    registry: str
    outcome: Outcome
    issuer_name: str = ""
    code: str = ""
    message: str = ""
    is_signed: bool = False


def load(value: JsonObject, where: str) -> Registry:
    """The registry of a file's JSON. Raises SettingsFault trust.invalid, trust.unknown_key."""
    kind = value.get("type")
    if kind == "dcc-legacy":
        _check_keys(value, _DCC_KEYS, where)
        return DccRegistry(name=_text(value, "name", where), url=_url(value, "url", where))
    if kind != "openid-federation":
        raise SettingsFault("trust.invalid", f"{where}: type is neither dcc-legacy nor openid-federation")
    _check_keys(value, _FEDERATION_KEYS, where)
    jwks, via = value.get("jwks"), value.get("via", [])
    if not isinstance(jwks, dict) or not isinstance(via, list) or len(via) >= federation.CHAIN_LIMIT:
        raise SettingsFault("trust.invalid", f"{where}: jwks or via have another form")
    try:
        if not federation.read_keys(jwks):
            raise SettingsFault("trust.invalid", f"{where}: jwks has no key that can be used here")
    except RegistryFault as fault:
        raise SettingsFault("trust.invalid", f"{where}: {fault.message}") from fault
    return FederationRegistry(
        name=_text(value, "name", where),
        entity=_url(value, "entity", where),
        fetch=_url(value, "fetch", where),
        jwks=jwks,
        via=tuple(_step(step, where) for step in via),
    )


def to_json(registry: Registry) -> JsonObject:
    """The registry as it stands in a file."""
    if isinstance(registry, DccRegistry):
        return {"schema": SCHEMA, "type": "dcc-legacy", "name": registry.name, "url": registry.url}
    value: JsonObject = {
        "schema": SCHEMA,
        "type": "openid-federation",
        "name": registry.name,
        "entity": registry.entity,
        "fetch": registry.fetch,
        "jwks": registry.jwks,
    }
    if registry.via:
        value["via"] = [{"entity": entity, "fetch": fetch} for entity, fetch in registry.via]
    return value


def requests_for(registry: Registry, issuer: str) -> tuple[Request, ...]:
    """What is asked about this issuer: one document, or one statement for each link from the anchor down."""
    if isinstance(registry, DccRegistry):
        return (Request(url=registry.url, purpose="registry", limit_bytes=DOCUMENT_LIMIT_BYTES),)
    asked = [registry.fetch, *(fetch for _, fetch in registry.via)]
    about = [*(entity for entity, _ in registry.via), issuer]
    return tuple(
        Request(
            url=f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}sub={quote(subject, safe='')}",
            purpose="registry",
            accept=_STATEMENT_ACCEPT,
            limit_bytes=STATEMENT_LIMIT_BYTES,
        )
        for endpoint, subject in zip(asked, about, strict=True)
    )


def answer(
    registry: Registry, issuer: str, fetched: Mapping[tuple[Purpose, str], Fetched | Fault], now: datetime
) -> Answer:
    """What the registry says of the issuer, from what was fetched."""
    bodies: list[bytes] = []
    requests = requests_for(registry, issuer)
    for request in requests:
        found = fetched.get(("registry", request.url))
        if isinstance(found, Fetched):
            bodies.append(found.body)
            continue
        is_last = request is requests[-1]
        if found is not None and found.code == "fetch.not_found" and is_last and not isinstance(registry, DccRegistry):
            return Answer(registry=registry.name, outcome="unknown")
        code, message = (found.code, found.message) if found else ("fetch.not_gathered", "it was not asked")
        return Answer(registry=registry.name, outcome="unchecked", code=code, message=message)
    try:
        if isinstance(registry, DccRegistry):
            return _listed(registry, issuer, bodies[0])
        return _stated(registry, issuer, bodies, now)
    except RegistryFault as fault:
        return Answer(registry=registry.name, outcome="unchecked", code=fault.code, message=fault.message)


def issuers_of(raw: bytes) -> dict[str, str]:
    """The names of all issuers of a dcc-legacy document, by their DID. Raises RegistryFault registry.document."""
    try:
        found = strictjson.load_object(raw, limit_bytes=DOCUMENT_LIMIT_BYTES).get("registry")
    except Malformed as fault:
        raise RegistryFault("registry.document", f"the registry cannot be read: {fault.message}") from fault
    if not isinstance(found, dict):
        raise RegistryFault("registry.document", "the document is no registry of issuers")
    names: dict[str, str] = {}
    for did, entry in found.items():
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            raise RegistryFault("registry.document", f"the entry {for_terminal(did, limit=80)} has no name")
        names[did] = name
    return names


def _listed(registry: DccRegistry, issuer: str, raw: bytes) -> Answer:
    name = issuers_of(raw).get(issuer)
    if name is None:
        return Answer(registry=registry.name, outcome="unknown")
    return Answer(registry=registry.name, outcome="listed", issuer_name=name)


def _stated(registry: FederationRegistry, issuer: str, bodies: list[bytes], now: datetime) -> Answer:
    anchor = federation.Anchor(entity=registry.entity, keys=federation.read_keys(registry.jwks))
    tokens = [body.decode("ascii", "replace").strip() for body in bodies]
    statements = federation.verify_chain(tokens, anchor=anchor, subject=issuer, now=now)
    if tuple(statement.subject for statement in statements[:-1]) != tuple(entity for entity, _ in registry.via):
        raise RegistryFault("registry.chain", "the statements go another way than the one that was chosen")
    name = statements[-1].organisation
    return Answer(registry=registry.name, outcome="listed", issuer_name=name, is_signed=True)


def _step(value: JsonValue, where: str) -> tuple[str, str]:
    if not isinstance(value, dict) or value.keys() != {"entity", "fetch"}:
        raise SettingsFault("trust.invalid", f"{where}: a step of via has entity and fetch")
    return _url(value, "entity", where), _url(value, "fetch", where)


def _check_keys(value: JsonObject, known: frozenset[str], where: str) -> None:
    for key in value.keys() - known:
        raise SettingsFault("trust.unknown_key", f"{where} has an unknown key: {for_terminal(key, limit=60)}")


def _text(value: JsonObject, key: str, where: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text.strip() or len(text) > NAME_LIMIT_CHARS:
        raise SettingsFault("trust.invalid", f"{where} has no {key} of 1 to {NAME_LIMIT_CHARS} characters")
    return text


def _url(value: JsonObject, key: str, where: str) -> str:
    text = _text(value, key, where)
    if not text.startswith("https://") or not text.isascii() or not text.isprintable() or " " in text or "#" in text:
        raise SettingsFault("trust.invalid", f"{where}: {key} is no https URL")
    return text
