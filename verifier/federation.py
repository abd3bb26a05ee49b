"""OpenID Federation: signed statements by which one organisation says that it knows another, from an anchor down.

The verifier keeps the anchor's keys itself; a statement that brings keys brings those of the one below it. Every link
is checked: signature, who speaks of whom, time, kind of token. Policies on metadata are not applied: what a statement
says under a policy that is not understood here is refused, never half believed.
Source: OpenID Federation 1.0 §3 (statements), §4 (chains), §10.2 (checking a chain).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from satchel.codec import strictjson
from satchel.codec.base import base64url_decode
from satchel.errors import CodecError, KeyFault, Malformed, ProofError, RegistryFault
from satchel.key.public import PublicKey
from satchel.port import JsonObject, JsonValue

STATEMENT_TYPE: Final = "entity-statement+jwt"
CHAIN_LIMIT: Final = 6
KEYS_LIMIT: Final = 32
# Clocks differ: a statement of the next minute is no forgery.
_SKEW: Final = timedelta(minutes=5)
_LAST_SECOND: Final = 253_402_300_799


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An organisation that this verifier chose to start from: its entity identifier (an https URL) and its keys by
    their `kid`."""

    entity: str
    keys: Mapping[str, PublicKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One verified statement: `issuer` says of `subject` what `metadata` holds; `keys` are the subject's."""

    issuer: str
    subject: str
    issued_at: datetime
    expires: datetime
    metadata: JsonObject
    keys: Mapping[str, PublicKey]
    path_length: int | None

    @property
    def organisation(self) -> str:
        """The subject's name as the issuer of the statement gives it, "" when it gives none."""
        entity = self.metadata.get("federation_entity")
        name = entity.get("organization_name") if isinstance(entity, dict) else None
        return name if isinstance(name, str) else ""


def read_keys(value: JsonValue) -> dict[str, PublicKey]:
    """The usable keys of a JWK Set by their `kid`. A key of a type that is not known here is left out: another one may
    have signed. Raises RegistryFault registry.keys for a set of another form, or two keys of one name."""
    items = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(items, list) or len(items) > KEYS_LIMIT:
        raise RegistryFault("registry.keys", f"jwks is no JWK Set of at most {KEYS_LIMIT} keys")
    from satchel.key import jwk

    keys: dict[str, PublicKey] = {}
    for item in items:
        name = item.get("kid") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str):
            raise RegistryFault("registry.keys", "a key of the JWK Set has no kid")
        if name in keys:
            raise RegistryFault("registry.keys", "two keys of the JWK Set have one kid")
        try:
            keys[name] = jwk.decode(item)
        except KeyFault as fault:
            if fault.code != "key.type_unsupported":
                raise RegistryFault("registry.keys", f"a key of the JWK Set is broken: {fault.message}") from fault
    return keys


def verify(token: str, *, issuer: str, keys: Mapping[str, PublicKey], subject: str, now: datetime) -> Statement:
    """The statement of this token, when `issuer` made it of `subject` with one of these keys and it holds now.

    Raises RegistryFault: registry.statement for another kind of token, a broken one, or missing claims;
    registry.algorithm; registry.key when its kid is none of the issuer's; registry.signature; registry.issuer and
    registry.subject when it speaks for or of somebody else; registry.expired, registry.not_yet; registry.critical for
    claims that it says must be understood and are not.
    """
    from satchel.proof import jws

    try:
        parts = jws.split(token, headers=frozenset(("typ", "kid")))
        kind, key_id = jws.text_header(parts, "typ"), jws.text_header(parts, "kid")
        claims = strictjson.load_object(base64url_decode(parts.payload))
    except ProofError as fault:
        is_algorithm = fault.code in ("proof.algorithm", "proof.algorithm_unsupported")
        code = "registry.algorithm" if is_algorithm else "registry.statement"
        raise RegistryFault(code, f"the statement is refused: {fault.message}") from fault
    except (CodecError, Malformed) as fault:
        raise RegistryFault("registry.statement", f"the statement cannot be read: {fault.message}") from fault
    if kind != STATEMENT_TYPE:
        raise RegistryFault("registry.statement", f"the token's typ is not {STATEMENT_TYPE}")
    key = keys.get(key_id or "")
    if key is None:
        raise RegistryFault("registry.key", "the statement is signed with a key that its issuer does not have")
    try:
        is_good = jws.verify(parts, key)
    except ProofError as fault:
        raise RegistryFault("registry.algorithm", f"the statement is refused: {fault.message}") from fault
    if not is_good:
        raise RegistryFault("registry.signature", "the signature of the statement is false")
    return _checked(claims, issuer, subject, now)


def verify_chain(tokens: Sequence[str], *, anchor: Anchor, subject: str, now: datetime) -> tuple[Statement, ...]:
    """The statements from the anchor down to `subject`, each verified with the keys that the one above it gives.

    `tokens` begin with the anchor's own statement of somebody and end with the one of `subject`. Raises RegistryFault
    as `verify`, registry.chain for no statement, too many, or more links than a statement allows below it.
    """
    if not 0 < len(tokens) <= CHAIN_LIMIT:
        raise RegistryFault("registry.chain", f"a chain has 1 to {CHAIN_LIMIT} statements, this one {len(tokens)}")
    found: list[Statement] = []
    issuer, keys = anchor.entity, anchor.keys
    for place, token in enumerate(tokens):
        is_last = place == len(tokens) - 1
        about = subject if is_last else _subject_of(token)
        statement = verify(token, issuer=issuer, keys=keys, subject=about, now=now)
        below = len(tokens) - 2 - place
        if not is_last and statement.path_length is not None and below > statement.path_length:
            raise RegistryFault("registry.chain", "a statement allows fewer links below it than the chain has")
        found.append(statement)
        issuer, keys = statement.subject, statement.keys
    return tuple(found)


def _subject_of(token: str) -> str:
    """Whom a link in the middle speaks of: its own word, which the statement below must then be issued by."""
    try:
        claims = strictjson.load_object(base64url_decode(token.split(".")[1]))
    except (CodecError, Malformed, IndexError) as fault:
        raise RegistryFault("registry.statement", "a statement of the chain cannot be read") from fault
    return _text(claims, "sub")


def _checked(claims: JsonObject, issuer: str, subject: str, now: datetime) -> Statement:
    if _text(claims, "iss") != issuer:
        raise RegistryFault("registry.issuer", "the statement was made by somebody else than the one asked")
    if _text(claims, "sub") != subject:
        raise RegistryFault("registry.subject", "the statement is about somebody else")
    issued_at, expires = _moment(claims, "iat"), _moment(claims, "exp")
    if expires <= now:
        raise RegistryFault("registry.expired", f"the statement ended on {expires.date()}")
    if issued_at > now + _SKEW:
        raise RegistryFault("registry.not_yet", f"the statement begins on {issued_at.date()}")
    if claims.get("crit") or claims.get("metadata_policy") or claims.get("metadata_policy_crit"):
        raise RegistryFault("registry.critical", "the statement has conditions that are not understood here")
    metadata, constraints = claims.get("metadata", {}), claims.get("constraints", {})
    if not isinstance(metadata, dict) or not isinstance(constraints, dict):
        raise RegistryFault("registry.statement", "metadata or constraints of the statement are no objects")
    length = constraints.get("max_path_length")
    if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length < 0):
        raise RegistryFault("registry.statement", "max_path_length of the statement is no number")
    if constraints.keys() - {"max_path_length"}:
        raise RegistryFault("registry.critical", "the statement has constraints that are not understood here")
    return Statement(
        issuer=issuer,
        subject=subject,
        issued_at=issued_at,
        expires=expires,
        metadata=metadata,
        keys=read_keys(claims["jwks"]) if "jwks" in claims else {},
        path_length=length,
    )


def _text(claims: JsonObject, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise RegistryFault("registry.statement", f"the statement has no {name}")
    return value


def _moment(claims: JsonObject, name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _LAST_SECOND:
        raise RegistryFault("registry.statement", f"{name} of the statement is no time")
    return datetime.fromtimestamp(value, UTC)
