"""Credentials and presentations as compact JWS: the two profiles of the field, kept apart by `typ`.

`JWT` (or none) is the older one: the credential stands in a claim `vc` (VC Data Model 1.1 §6.3.1), or is the payload
itself (Open Badges 3.0 §8.2.4), and its dates and names are repeated in the registered claims. `vc+jwt` and `vp+jwt`
are VC-JOSE-COSE: the payload is the credential, and `vc` and `vp` have no place in it. What the two halves of a token
both say they must say alike: else one reader believes the one half, and another the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import jcs, timestamp
from satchel.errors import CodecError, ProofError
from satchel.key.public import PublicKey
from satchel.port import JsonObject, Signer
from satchel.proof import claims as said
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
# What makes a payload a credential; beside a claim `vc` it would be a second one.
_CREDENTIAL: Final = frozenset(("@context", "type", "credentialSubject", "verifiableCredential"))
_V2: Final = "https://www.w3.org/ns/credentials/v2"


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
    claims = said.payload(parts.payload)
    profile, document = _content(jws.typ(parts) or "jwt", claims)
    content_type = jws.text_header(parts, "cty")
    if content_type is not None and content_type.removeprefix("application/") not in _CONTENT[profile]:
        raise ProofError("proof.token_header", "the token's cty is not that of its typ")
    issuer = said.text(claims, "iss")
    header_issuer = jws.text_header(parts, "iss")
    if issuer is not None and header_issuer is not None and issuer != header_issuer:
        raise said.disagree("iss", "the header's iss")
    issuer = issuer or header_issuer
    not_before, expires = said.moment(claims, "nbf"), said.moment(claims, "exp")
    is_presentation = profile in ("vp-jwt", "vp+jwt")
    filled = said.agree(document, claims, issuer, is_presentation=is_presentation)
    # Of the newer profile the claims stand for nothing that the document lacks.
    filled = filled if profile in ("vc-jwt", "vp-jwt") else document
    if profile == "vc-jwt":
        filled = _agree_dates(filled, not_before, expires)
    if is_presentation:
        said.refuse_members(filled, enveloped_only=profile == "vp+jwt")
    return Token(
        profile=profile,
        key_id=jws.key_id(parts),
        issuer=issuer,
        claims=claims,
        document=filled,
        not_before=not_before,
        expires=expires,
        issued_at=said.issued_at(claims),
        audience=said.texts(claims, "aud"),
        nonce=said.text(claims, "nonce"),
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
    claims in it and for a presentation of what can be no credential, proof.key_mismatch for a key that signs no tokens;
    CodecError codec.jcs. Whether the document is sound and its terms are defined is the caller's to check.
    """
    profile: Profile = "vp+jwt" if "VerifiablePresentation" in said.members(document.get("type")) else "vc+jwt"
    said.credential_or_presentation(profile, document, is_presentation=profile == "vp+jwt")
    if said.REGISTERED & document.keys():
        raise ProofError("proof.token_claims", "the credential has a member that is a claim of tokens")
    if profile == "vp+jwt":
        said.refuse_members(document, enveloped_only=True)
    claims = dict(document)
    if audience is not None:
        claims["aud"] = audience
    if nonce is not None:
        claims["nonce"] = nonce
    header: JsonObject = {"cty": profile[:2], "kid": signer.id, "typ": profile}
    return jws.sign(header, jcs.encode(claims), signer=signer)


def _content(typ: str, claims: JsonObject) -> tuple[Profile, JsonObject]:
    """The profile, and the credential or presentation as it stands in the claims."""
    profile = _TYPES.get(typ)
    if profile is not None:
        return profile, said.credential_or_presentation(profile, claims, is_presentation=profile == "vp+jwt")
    if typ != "jwt":
        raise ProofError("proof.token_type", f"the token is of type {for_terminal(typ, limit=60)}")
    held = [name for name in ("vc", "vp") if name in claims]
    if not held:
        types = said.members(claims.get("type"))
        if "@context" not in claims or "VerifiableCredential" not in types:
            raise ProofError("proof.token_type", "the token holds no credential")
        return "vc-jwt", said.without_registered(claims)
    if len(held) > 1 or _CREDENTIAL & claims.keys():
        raise ProofError("proof.token_claims", "the token holds two credentials, one beside the other")
    document = claims[held[0]]
    if not isinstance(document, dict):
        raise ProofError("proof.token_malformed", f"the claim {held[0]} of the token is not an object")
    if said.REGISTERED & document.keys():
        raise ProofError("proof.token_claims", "the credential in the token has claims of tokens in it")
    return ("vc-jwt" if held[0] == "vc" else "vp-jwt"), document


def _agree_dates(document: JsonObject, not_before: datetime | None, expires: datetime | None) -> JsonObject:
    """The dates of the older profile are the credential's own (VC Data Model 1.1 §6.3.1): to the second the same."""
    is_v2 = said.members(document.get("@context"))[:1] == [_V2]
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
            raise said.disagree(claim, name) from fault
        if written is None or written.replace(microsecond=0) != moment:
            raise said.disagree(claim, name)
    return filled
