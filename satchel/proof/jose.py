"""Credentials and presentations as compact JWS: the two profiles of the field, kept apart by `typ`.

`JWT` (or none) is the older one: the credential stands in a claim `vc` (VC Data Model 1.1 §6.3.1), or is the payload
itself (Open Badges 3.0 §8.2.4), and its dates and names are repeated in the registered claims. `vc+jwt` and `vp+jwt`
are VC-JOSE-COSE: the payload is the credential, and `vc` and `vp` have no place in it. What the two halves of a token
both say they must say alike: else one reader believes the one half, and another the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import jcs, strictjson, timestamp
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, Malformed, ProofError
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject, JsonValue, Signer
from satchel.proof import jws
from satchel.text import for_terminal

Profile: TypeAlias = Literal["vc-jwt", "vp-jwt", "vc+jwt", "vp+jwt"]

_HEADERS: Final = frozenset(("typ", "kid", "cty", "iss"))
_TYPES: Final[Mapping[str, Profile]] = MappingProxyType(
    {"vc+jwt": "vc+jwt", "vp+jwt": "vp+jwt", "vc+ld+jwt": "vc+jwt", "vp+ld+jwt": "vp+jwt"}
)
_CONTENT: Final[Mapping[Profile, frozenset[str]]] = MappingProxyType(
    {
        "vc-jwt": frozenset(),
        "vp-jwt": frozenset(),
        "vc+jwt": frozenset(("vc", "vc+ld+json")),
        "vp+jwt": frozenset(("vp", "vp+ld+json")),
    }
)
# Claims about the token and not of the credential (RFC 7519 §4.1, RFC 7800, OpenID Connect).
_REGISTERED: Final = frozenset(("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"))
# What makes a payload a credential; beside a claim `vc` it would be a second one.
_CREDENTIAL: Final = frozenset(("@context", "type", "credentialSubject", "verifiableCredential"))
_V2: Final = "https://www.w3.org/ns/credentials/v2"
_LAST_SECOND: Final = 253_402_300_799
# RFC 9864 gives Ed25519 its own name; readers of today still ask for the older one.
_NAMES: Final[Mapping[KeyType, str]] = MappingProxyType(
    {
        KeyType.ED25519: "EdDSA",
        KeyType.P_256: "ES256",
        KeyType.P_384: "ES384",
        KeyType.P_521: "ES512",
        KeyType.SECP256K1: "ES256K",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token read and NOT yet verified.

    `document` is the credential or presentation: of the older profile with what only the registered claims say filled
    in, of both without those claims. `key_id` and `issuer` are `kid` and `iss` as written: nothing is looked up here.
    `audience` and `nonce` are what a presentation was made for. The dates are the token's own, aware UTC.
    """

    profile: Profile
    key_id: str | None
    issuer: str | None
    claims: JsonObject
    document: JsonObject
    not_before: datetime | None
    expires: datetime | None
    issued_at: datetime | None
    audience: tuple[str, ...]
    nonce: str | None
    jws: jws.Jws


def read(token: str) -> Token:
    """The token's content, read strictly and not believed.

    Raises ProofError: all that jws.split does; proof.token_malformed for a payload that is no JSON object of one
    reading, or a claim in a wrong form; proof.token_type for another typ or content than a credential or presentation;
    proof.token_claims when the claims and the credential say different things, or there are two credentials.
    NOT checked here: the signature (verify), whose key it is, every date against the present.
    """
    parts = jws.split(token, headers=_HEADERS)
    claims = _payload(parts.payload)
    profile, document = _content(_typ(parts), claims)
    content_type = jws.text_header(parts, "cty")
    if content_type is not None and content_type.removeprefix("application/") not in _CONTENT[profile]:
        raise ProofError("proof.token_header", "the token's cty is not that of its typ")
    issuer = _text(claims, "iss")
    header_issuer = jws.text_header(parts, "iss")
    if issuer is not None and header_issuer is not None and issuer != header_issuer:
        raise _disagree("iss", "the header's iss")
    issuer = issuer or header_issuer
    not_before, expires = _moment(claims, "nbf"), _moment(claims, "exp")
    is_presentation = profile in ("vp-jwt", "vp+jwt")
    filled = _agree(document, claims, issuer, profile)
    if profile == "vc-jwt":
        filled = _agree_dates(filled, not_before, expires)
    if is_presentation:
        _refuse_members(filled, enveloped_only=profile == "vp+jwt")
    return Token(
        profile=profile,
        key_id=jws.text_header(parts, "kid"),
        issuer=issuer,
        claims=claims,
        document=filled,
        not_before=not_before,
        expires=expires,
        # Written as a text by tokens of the W3C's own suite; nothing depends on it.
        issued_at=_moment(claims, "iat") if isinstance(claims.get("iat"), int | float) else None,
        audience=_texts(claims, "aud"),
        nonce=_text(claims, "nonce"),
        jws=parts,
    )


def verify(token: Token, key: PublicKey) -> bool:
    """Whether the token's signature is the key's; False says that it is false.

    Raises ProofError proof.key_mismatch when its alg is not the key's. NOT checked here: whose key it is, whether it
    may be used for this, every date, audience and nonce.
    """
    return jws.verify(token.jws, key)


def sign(document: JsonObject, *, signer: Signer, audience: str | None = None, nonce: str | None = None) -> str:
    """The credential or presentation of the VC Data Model 2.0 as `vc+jwt` or `vp+jwt`; its kid is the signer's id.

    Raises ProofError proof.token_type when it is neither, proof.token_claims for members `vc`, `vp` or registered
    claims in it, proof.key_mismatch for a key that signs no tokens; CodecError codec.jcs. Whether the document is sound
    and its terms are defined is the caller's to check.
    """
    profile: Profile = "vp+jwt" if "VerifiablePresentation" in _list(document.get("type")) else "vc+jwt"
    _new_content(profile, document)
    if _REGISTERED & document.keys():
        raise ProofError("proof.token_claims", "the credential has a member that is a claim of tokens")
    kind = multikey.decode(signer.public()).type
    if kind not in _NAMES:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} signs no tokens here")
    header: JsonObject = {"alg": _NAMES[kind], "cty": profile[:2], "kid": signer.id, "typ": profile}
    claims = dict(document)
    if audience is not None:
        claims["aud"] = audience
    if nonce is not None:
        claims["nonce"] = nonce
    signed = f"{base64url_encode(jcs.encode(header))}.{base64url_encode(jcs.encode(claims))}"
    return f"{signed}.{base64url_encode(signer.sign(signed.encode('ascii')))}"


def _payload(text: str) -> JsonObject:
    try:
        parsed = strictjson.parse(base64url_decode(text))
    except (CodecError, Malformed) as fault:
        raise ProofError("proof.token_malformed", f"the token's payload cannot be read: {fault.message}") from fault
    if not isinstance(parsed.value, dict) or parsed.bom:
        raise ProofError("proof.token_malformed", "the token's payload is not a plain JSON object")
    return parsed.value


def _typ(parts: jws.Jws) -> str:
    """The header's typ in small letters and without `application/` (RFC 7515 §4.1.9); `jwt` without one."""
    return (jws.text_header(parts, "typ") or "jwt").lower().removeprefix("application/")


def _content(typ: str, claims: JsonObject) -> tuple[Profile, JsonObject]:
    """The profile, and the credential or presentation as it stands in the claims."""
    profile = _TYPES.get(typ)
    if profile is not None:
        return profile, _new_content(profile, claims)
    if typ != "jwt":
        raise ProofError("proof.token_type", f"the token is of type {for_terminal(typ, limit=60)}")
    held = [name for name in ("vc", "vp") if name in claims]
    if not held:
        types = _list(claims.get("type"))
        if "@context" not in claims or "VerifiableCredential" not in types:
            raise ProofError("proof.token_type", "the token holds no credential")
        return "vc-jwt", _without_claims(claims)
    if len(held) > 1 or _CREDENTIAL & claims.keys():
        raise ProofError("proof.token_claims", "the token holds two credentials, one beside the other")
    document = claims[held[0]]
    if not isinstance(document, dict):
        raise ProofError("proof.token_malformed", f"the claim {held[0]} of the token is not an object")
    if _REGISTERED & document.keys():
        raise ProofError("proof.token_claims", "the credential in the token has claims of tokens in it")
    return ("vc-jwt" if held[0] == "vc" else "vp-jwt"), document


def _new_content(profile: Profile, claims: JsonObject) -> JsonObject:
    """VC-JOSE-COSE §3.1.3: the payload is the document, and has no claims `vc` and `vp`."""
    if "vc" in claims or "vp" in claims:
        raise ProofError("proof.token_claims", f"a token of type {profile} has no claim vc or vp")
    expected = "VerifiableCredential" if profile == "vc+jwt" else "VerifiablePresentation"
    if "@context" not in claims or expected not in _list(claims.get("type")):
        raise ProofError("proof.token_type", f"the payload of a token of type {profile} is no {expected}")
    return _without_claims(claims)


def _without_claims(claims: JsonObject) -> JsonObject:
    return {name: member for name, member in claims.items() if name not in _REGISTERED}


def _agree(document: JsonObject, claims: JsonObject, issuer: str | None, profile: Profile) -> JsonObject:
    """The document with what only the claims say of ids; of the newer profile the document as it is, for there the
    claims stand for nothing that it lacks. Raises ProofError proof.token_claims when both say it and differ."""
    filled = dict(document)
    is_presentation = profile in ("vp-jwt", "vp+jwt")
    wanted = [("jti", "id", _text(claims, "jti")), ("iss", "holder" if is_presentation else "issuer", issuer)]
    if not is_presentation:
        wanted.append(("sub", "credentialSubject", _text(claims, "sub")))
    for claim, name, identifier in wanted:
        if identifier is None:
            continue
        if name in filled:
            filled[name] = _named(filled[name], identifier, claim, name)
        elif name == "credentialSubject":
            filled[name] = {"id": identifier}
        else:
            filled[name] = identifier
    return filled if profile in ("vc-jwt", "vp-jwt") else document


def _named(present: JsonValue, identifier: str, claim: str, name: str) -> JsonValue:
    """The member with the claim's id: it has it already, or is an object, alone in a list perhaps, that lacks one."""
    if isinstance(present, list) and len(present) == 1:
        return [_named(present[0], identifier, claim, name)]
    if isinstance(present, dict) and present.get("id", identifier) == identifier:
        return {**present, "id": identifier}
    if present != identifier:
        raise _disagree(claim, name)
    return present


def _agree_dates(document: JsonObject, not_before: datetime | None, expires: datetime | None) -> JsonObject:
    """The dates of the older profile are the credential's own (VC Data Model 1.1 §6.3.1): to the second the same."""
    is_v2 = _list(document.get("@context"))[:1] == [_V2]
    names = ("validFrom", "validUntil") if is_v2 else ("issuanceDate", "expirationDate")
    filled = dict(document)
    for name, claim, moment in zip(names, ("nbf", "exp"), (not_before, expires), strict=True):
        if moment is None:
            continue
        if name not in filled:
            filled[name] = timestamp.render(moment)
            continue
        text = filled[name]
        try:
            written = timestamp.parse(text) if isinstance(text, str) else None
        except CodecError as fault:
            raise _disagree(claim, name) from fault
        if written is None or written.replace(microsecond=0) != moment:
            raise _disagree(claim, name)
    return filled


def _refuse_members(document: JsonObject, *, enveloped_only: bool) -> None:
    """Raises ProofError proof.token_claims for a credential in a presentation that cannot be one: VC-JOSE-COSE wants
    objects, the older profile also has bare tokens; an envelope holds its credential and names none elsewhere."""
    for member in _list(document.get("verifiableCredential", [])):
        if isinstance(member, str) and not enveloped_only:
            continue
        if not isinstance(member, dict):
            raise ProofError("proof.token_claims", "a credential of the presentation is no object")
        if "EnvelopedVerifiableCredential" in _list(member.get("type")):
            address = member.get("id")
            if not isinstance(address, str) or not address.startswith("data:application/"):
                raise ProofError("proof.token_claims", "an enveloped credential of the presentation holds none")


def _disagree(claim: str, name: str) -> ProofError:
    return ProofError("proof.token_claims", f"the token's {claim} and {name} of what it holds differ")


def _text(claims: JsonObject, name: str) -> str | None:
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a text")
    return value


def _texts(claims: JsonObject, name: str) -> tuple[str, ...]:
    values = _list(claims[name]) if name in claims else []
    texts = tuple(value for value in values if isinstance(value, str) and value)
    if len(texts) != len(values):
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a text or a list of texts")
    return texts


def _moment(claims: JsonObject, name: str) -> datetime | None:
    """A NumericDate (RFC 7519 §2), whole seconds; True is an integer to Python and none here."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        raise ProofError("proof.token_malformed", f"the claim {name} of the token is not a time in seconds")
    return datetime.fromtimestamp(math.floor(value), UTC)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
