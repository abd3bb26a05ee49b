"""What tokens of every form say about themselves and about the credential in them: read in one way, and compared.

A token and the credential in it both name an issuer, a subject, an id and dates. What both say they must say alike:
else one reader believes the one half, and another the other. Sources: RFC 7519 §2, §4.1; VC-JOSE-COSE §3.1.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from satchel.codec import strictjson
from satchel.codec.base import base64url_decode
from satchel.errors import CodecError, Malformed, ProofError
from satchel.port import JsonObject, JsonValue

# Claims about the token and not of the credential (RFC 7519 §4.1, RFC 7800, OpenID Connect).
REGISTERED: Final = frozenset(("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"))

_LAST_SECOND: Final = 253_402_300_799


def payload(text: str) -> JsonObject:
    """The JSON object of a token's base64url payload. Raises ProofError proof.token_malformed."""
    try:
        raw = base64url_decode(text)
    except CodecError as fault:
        raise ProofError("proof.token_malformed", f"the token's payload cannot be read: {fault.message}") from fault
    return json_payload(raw)


def json_payload(raw: bytes) -> JsonObject:
    """The JSON object of a token's payload bytes. Raises ProofError proof.token_malformed."""
    try:
        parsed = strictjson.parse(raw)
    except Malformed as fault:
        raise ProofError("proof.token_malformed", f"the token's payload cannot be read: {fault.message}") from fault
    if not isinstance(parsed.value, dict) or parsed.bom:
        raise ProofError("proof.token_malformed", "the token's payload is not a plain JSON object")
    return parsed.value


def text(claims: JsonObject, name: str) -> str | None:
    """A claim that is a text, None without it. Raises ProofError proof.token_malformed for another value."""
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a text")
    return value


def texts(claims: JsonObject, name: str) -> tuple[str, ...]:
    """A claim that is a text or a list of texts. Raises ProofError proof.token_malformed for another value."""
    values = members(claims[name]) if name in claims else []
    found = tuple(value for value in values if isinstance(value, str) and value)
    if len(found) != len(values):
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a text or a list of texts")
    return found


def moment(claims: JsonObject, name: str) -> datetime | None:
    """A NumericDate (RFC 7519 §2), whole seconds, None without it. True is an integer to Python and none here.

    Raises ProofError proof.token_malformed for another value."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a time in seconds")
    return datetime.fromtimestamp(math.floor(value), UTC)


def issued_at(claims: JsonObject) -> datetime | None:
    """The claim iat; None also when it is a text, as in tokens of the W3C's own suite, where nothing depends on it."""
    return moment(claims, "iat") if isinstance(claims.get("iat"), int | float) else None


def members(value: JsonValue) -> list[JsonValue]:
    """The list, or a list of the one value."""
    return value if isinstance(value, list) else [value]


def without_registered(claims: JsonObject) -> JsonObject:
    """The payload without the claims that are the token's own: the credential or presentation."""
    return {name: member for name, member in claims.items() if name not in REGISTERED}


def agree(document: JsonObject, claims: JsonObject, issuer: str | None, *, is_presentation: bool) -> JsonObject:
    """The document with what only the claims say of ids filled in.

    Raises ProofError proof.token_claims when both say it and differ (iss and issuer or holder, jti and id, sub and the
    subject's id)."""
    filled = dict(document)
    wanted = [("jti", "id", text(claims, "jti")), ("iss", "holder" if is_presentation else "issuer", issuer)]
    if not is_presentation:
        wanted.append(("sub", "credentialSubject", text(claims, "sub")))
    for claim, name, identifier in wanted:
        if identifier is None:
            continue
        if name in filled:
            filled[name] = _named(filled[name], identifier, claim, name)
        elif name == "credentialSubject":
            filled[name] = {"id": identifier}
        else:
            filled[name] = identifier
    return filled


def credential_or_presentation(typ: str, claims: JsonObject, *, is_presentation: bool) -> JsonObject:
    """The document of a token whose payload it is (VC-JOSE-COSE §3.1.3), which has no claims `vc` and `vp`.

    Raises ProofError proof.token_claims for those, proof.token_type when it is not what typ says."""
    if "vc" in claims or "vp" in claims:
        raise ProofError("proof.token_claims", f"a token of type {typ} has no claim vc or vp")
    expected = "VerifiablePresentation" if is_presentation else "VerifiableCredential"
    if "@context" not in claims or expected not in members(claims.get("type")):
        raise ProofError("proof.token_type", f"the payload of a token of type {typ} is no {expected}")
    return without_registered(claims)


def refuse_members(document: JsonObject, *, enveloped_only: bool) -> None:
    """Raises ProofError proof.token_claims for a credential in a presentation that cannot be one: VC-JOSE-COSE wants
    objects, the older profile also has bare tokens; an envelope holds its credential and names none elsewhere."""
    for member in members(document.get("verifiableCredential", [])):
        if isinstance(member, str) and not enveloped_only:
            continue
        if not isinstance(member, dict):
            raise ProofError("proof.token_claims", "a credential of the presentation is no object")
        if "EnvelopedVerifiableCredential" in members(member.get("type")):
            address = member.get("id")
            if not isinstance(address, str) or not address.startswith("data:application/"):
                raise ProofError("proof.token_claims", "an enveloped credential of the presentation holds none")


def disagree(claim: str, name: str) -> ProofError:
    """The error for a claim and a member that say different things."""
    return ProofError("proof.token_claims", f"the token's {claim} and {name} of what it holds differ")


def _named(present: JsonValue, identifier: str, claim: str, name: str) -> JsonValue:
    """The member with the claim's id: it has it already, or is an object, alone in a list perhaps, that lacks one."""
    if isinstance(present, list) and len(present) == 1:
        return [_named(present[0], identifier, claim, name)]
    if isinstance(present, dict) and present.get("id", identifier) == identifier:
        return {**present, "id": identifier}
    if present != identifier:
        raise disagree(claim, name)
    return present
