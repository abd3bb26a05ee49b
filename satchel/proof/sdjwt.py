"""SD-JWT (RFC 9901): credentials whose holder chooses what to show, and the holder's own signature with them.

`dc+sd-jwt` is SD-JWT VC: plain claims and `vct`, its type. `vc+sd-jwt` and `vp+sd-jwt` are VC-JOSE-COSE: the claims are
a credential or presentation of the VC Data Model 2.0. Older SD-JWT VCs also say `vc+sd-jwt`; `vct` tells them apart.

The document of a `dc+sd-jwt` token is its claims as they are. They map on the words of the VC Data Model so: iss ->
issuer, sub -> credentialSubject.id, nbf (or else iat) -> validFrom, exp -> validUntil, jti -> id, status.status_list ->
credentialStatus, vct -> type; all other claims are of the subject.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import jcs
from satchel.errors import ProofError
from satchel.key import jwk
from satchel.key.public import PublicKey
from satchel.port import Entropy, JsonObject, Signer
from satchel.proof import claims as said
from satchel.proof import disclosure, jws
from satchel.proof.disclosure import DEFAULT_HASH, Disclosed
from satchel.text import for_terminal

Profile: TypeAlias = Literal["dc+sd-jwt", "vc+sd-jwt", "vp+sd-jwt"]

BINDING_TYPE: Final = "kb+jwt"
# How old a holder's signature may be, and how far ahead the holder's clock.
BINDING_AGE: Final = timedelta(minutes=10)
BINDING_SKEW: Final = timedelta(minutes=1)

_HEADERS: Final = frozenset(("typ", "kid", "cty", "x5c", "vctm"))
_BINDING_HEADERS: Final = frozenset(("typ", "kid"))
_PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {"dc+sd-jwt": "dc+sd-jwt", "vc+sd-jwt": "vc+sd-jwt", "vp+sd-jwt": "vp+sd-jwt"}
)
_CONTENT: Final[Mapping[Profile, frozenset[str]]] = MappingProxyType(
    {"dc+sd-jwt": frozenset(), "vc+sd-jwt": frozenset(("vc",)), "vp+sd-jwt": frozenset(("vp",))}
)
# What every reader must see to judge the rest (SD-JWT VC §3.2.2.2; VC-JOSE-COSE §3.2.1): hidden, it would be missed by
# nobody. A holder who hides the end of a credential has one without end.
_NEVER_HIDDEN: Final[Mapping[Profile, frozenset[str]]] = MappingProxyType(
    {
        "dc+sd-jwt": frozenset(("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aud", "jti")),
        "vc+sd-jwt": frozenset(
            (
                "iss",
                "nbf",
                "exp",
                "cnf",
                "status",
                "aud",
                "@context",
                "validFrom",
                "validUntil",
                "credentialStatus",
                "credentialSchema",
                "relatedResource",
                "termsOfUse",
            )
        ),
        "vp+sd-jwt": frozenset(("iss", "nbf", "exp", "cnf", "aud", "nonce", "@context")),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """The holder's own token behind the disclosures, read and NOT verified."""

    audience: str
    nonce: str
    issued_at: datetime
    jws: jws.Jws


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token read and NOT yet verified.

    `document` is what the profile says: the claims of an SD-JWT VC, or a credential or presentation; in both cases with
    everything disclosed in place. `claims` are all claims, the registered ones too. `key_id` and `issuer` are `kid` and
    `iss` as written: nothing is looked up here. `type` is `vct`. `disclosed` says which claims the holder chose to show
    and `hidden` how many digests stay closed (claims and decoys). `certificates` is x5c in DER, leaf first, for whoever
    trusts its root: nothing here does. `audience` and `nonce` are the issuer's claims; the holder's are in `binding`.
    """

    profile: Profile
    key_id: str | None
    issuer: str | None
    type: str | None
    claims: JsonObject
    document: JsonObject
    not_before: datetime | None
    expires: datetime | None
    issued_at: datetime | None
    audience: tuple[str, ...]
    nonce: str | None
    disclosed: tuple[Disclosed, ...]
    hidden: int
    certificates: tuple[bytes, ...]
    binding: KeyBinding | None
    jws: jws.Jws


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A token of any type taken apart, nothing of it believed: the claims with their digests as they were signed, and
    with everything disclosed in place."""

    jws: jws.Jws
    payload: JsonObject
    opened: disclosure.Opened
    binding: KeyBinding | None


def read(token: str) -> Token:
    """The token's content, read strictly and not believed.

    Raises ProofError: all that split does; proof.token_type for another typ or content than a credential or
    presentation; proof.token_claims when the claims and the credential say different things; proof.disclosure_required
    when a claim that every reader needs was made to be hidden. NOT checked here: both signatures (verify and
    check_binding), whose keys they are, every date against the present.
    """
    parts = split(token)
    profile = _profile(parts)
    _refuse_content_type(parts.jws, profile)
    claims = parts.opened.claims
    _refuse_hidden(parts, _NEVER_HIDDEN[profile])
    issuer = said.text(claims, "iss")
    if profile == "dc+sd-jwt":
        document = claims
    else:
        is_presentation = profile == "vp+sd-jwt"
        document = said.credential_or_presentation(profile, claims, is_presentation=is_presentation)
        said.agree(document, claims, issuer, is_presentation=is_presentation)
        if is_presentation:
            said.refuse_members(document, enveloped_only=True)
    return Token(
        profile=profile,
        key_id=jws.key_id(parts.jws),
        issuer=issuer,
        type=said.text(claims, "vct"),
        claims=claims,
        document=document,
        not_before=said.moment(claims, "nbf"),
        expires=said.moment(claims, "exp"),
        issued_at=said.issued_at(claims),
        audience=said.texts(claims, "aud"),
        nonce=said.text(claims, "nonce"),
        disclosed=parts.opened.disclosed,
        hidden=parts.opened.hidden,
        certificates=jws.certificates(parts.jws),
        binding=parts.binding,
        jws=parts.jws,
    )


def split(token: str) -> Parts:
    """The parts of a token of any type (RFC 9901 §7.1, §7.3), without a look at what it is for.

    Raises ProofError: proof.token_malformed for text in another form, all that jws.split and disclosure.open_claims do,
    and for the holder's own token proof.binding_malformed and proof.binding_hash. NOT checked: both signatures.
    """
    issued, tilde, rest = token.partition("~")
    if not tilde:
        raise ProofError("proof.token_malformed", "the token has no ~, so it discloses nothing selectively")
    *disclosures, bound = rest.split("~")
    signed = jws.split(issued, headers=_HEADERS)
    payload = said.payload(signed.payload)
    opened = disclosure.open_claims(payload, disclosures)
    binding = None
    if bound:
        binding = _binding(bound, disclosure.digest(token[: -len(bound)], opened.digest_name))
    return Parts(jws=signed, payload=payload, opened=opened, binding=binding)


def verify(token: Token, key: PublicKey) -> bool:
    """Whether the issuer's signature is the key's; False says that it is false.

    Raises ProofError proof.key_mismatch when its alg is not the key's. NOT checked here: whose key it is, whether it
    may be used for this, every date, and the holder's signature (check_binding).
    """
    return jws.verify(token.jws, key)


def holder_key(token: Token) -> PublicKey | str | None:
    """The key that the issuer bound the token to (RFC 7800 `cnf`), or the DID URL that names it; None without either.

    Raises KeyFault for a JWK that is no sound public key."""
    confirmation = token.claims.get("cnf")
    if not isinstance(confirmation, dict):
        return None
    key = confirmation.get("jwk")
    if isinstance(key, dict):
        return jwk.decode(key)
    key_id = confirmation.get("kid")
    return key_id if isinstance(key_id, str) and key_id else None


def check_binding(token: Token, key: PublicKey | None, *, audience: str, nonce: str, now: datetime) -> None:
    """Nothing, when the holder of the key signed this choice of claims for this reader, occasion and time.

    `key` is the one that the issuer bound the token to: of `cnf` (holder_key), or found under its `kid`. Raises
    ProofError: proof.binding_missing, proof.binding_key without a key, proof.binding_invalid, proof.binding_audience,
    proof.binding_nonce, proof.binding_time (over 10 minutes old or 1 minute ahead). RFC 9901 §7.3 step 5.
    """
    binding = token.binding
    if binding is None:
        raise ProofError("proof.binding_missing", "the holder did not sign with the token")
    if key is None:
        raise ProofError("proof.binding_key", "the issuer bound the token to no key that is known here")
    try:
        holds = jws.verify(binding.jws, key)
    except ProofError as fault:
        raise ProofError("proof.binding_invalid", f"the holder's signature does not fit: {fault.message}") from fault
    if not holds:
        raise ProofError("proof.binding_invalid", "the holder's signature is not by the key that the issuer named")
    if binding.audience != audience:
        shown = for_terminal(binding.audience, limit=100)
        raise ProofError("proof.binding_audience", f"the holder signed for {shown}")
    if binding.nonce != nonce:
        raise ProofError("proof.binding_nonce", "the holder signed for another occasion")
    if not now - BINDING_AGE <= binding.issued_at <= now + BINDING_SKEW:
        raise ProofError("proof.binding_time", f"the holder signed at {binding.issued_at.isoformat()}")


def sign(
    document: JsonObject,
    *,
    signer: Signer,
    entropy: Entropy,
    hide: Collection[str] = (),
    holder: PublicKey | None = None,
    decoys: int = 0,
    hash_name: str = DEFAULT_HASH,
) -> str:
    """The claims of an SD-JWT VC (with `vct`), or a credential or presentation of the VC Data Model 2.0, as a token
    that holds all its disclosures. Its kid is the signer's id, and it is bound to the holder's key when one is given.

    `hide` are JSON pointers to what the holder may hide; one inside another makes two disclosures.
    Raises ProofError: proof.token_type when the document is none of the three, proof.token_claims for claims of tokens
    in a credential and for a presentation of what can be none, proof.disclosure_required for a claim that no holder may
    hide, proof.disclosure_name, proof.disclosure_unknown, proof.digest, proof.key_mismatch; CodecError codec.jcs.
    """
    profile = _profile_of(document)
    for name in _NEVER_HIDDEN[profile]:
        place = disclosure.step("", name)
        if any(pointer == place or pointer.startswith(f"{place}/") for pointer in hide):
            raise ProofError("proof.disclosure_required", f"a holder may not hide {name} or a part of it")
    claims = dict(document)
    if holder is not None:
        claims["cnf"] = {"jwk": jwk.encode(holder)}
    packed = disclosure.pack(claims, hide, entropy=entropy, decoys=decoys, hash_name=hash_name)
    header: JsonObject = {"kid": signer.id, "typ": profile}
    if profile != "dc+sd-jwt":
        header["cty"] = profile[:2]
    issued = jws.sign(header, jcs.encode(packed.claims), signer=signer)
    return "~".join((issued, *(text for _, text in packed.disclosures), ""))


def present(token: str, pointers: Collection[str]) -> str:
    """The token with what the holder chose to disclose: the claims at these JSON pointers and what they stand in.

    What can be hidden inside of a chosen claim stays hidden unless it is chosen too; a holder's earlier signature is
    left out. Raises ProofError as split, and proof.disclosure_unknown for a pointer to nothing that can be disclosed.
    """
    chosen = disclosure.choose(split(token).opened.disclosed, pointers)
    return "~".join((token.partition("~")[0], *chosen, ""))


def bind(token: str, *, signer: Signer, audience: str, nonce: str, now: datetime) -> str:
    """The token with the holder's signature over it, for this reader and occasion (RFC 9901 §4.3).

    Raises ProofError as split, proof.binding_malformed when it is signed already, proof.key_mismatch."""
    parts = split(token)
    if parts.binding is not None:
        raise ProofError("proof.binding_malformed", "the token has a holder's signature already")
    claims: JsonObject = {
        "aud": audience,
        "iat": int(now.timestamp()),
        "nonce": nonce,
        "sd_hash": disclosure.digest(token, parts.opened.digest_name),
    }
    return token + jws.sign({"typ": BINDING_TYPE}, jcs.encode(claims), signer=signer)


def _refuse_hidden(parts: Parts, names: frozenset[str]) -> None:
    """Raises ProofError proof.disclosure_required when one of these claims, or a part of it, can be hidden: a status
    list entry taken out of its list would be missed by nobody, and so also when it is not disclosed."""
    for entry in parts.opened.disclosed:
        claim = entry.pointer.split("/", 2)[1]
        if claim in names:
            raise ProofError("proof.disclosure_required", f"the claim {claim} of the token, or a part, can be hidden")
    for claim in names & parts.payload.keys():
        if disclosure.has_digests(parts.payload[claim]):
            raise ProofError("proof.disclosure_required", f"a part of the claim {claim} of the token can be hidden")


def _profile(parts: Parts) -> Profile:
    typ = jws.typ(parts.jws)
    profile = _PROFILES.get(typ or "")
    if profile is None:
        raise ProofError("proof.token_type", f"the token is of type {for_terminal(typ or 'none', limit=60)}")
    claims = parts.opened.claims
    if profile == "vc+sd-jwt" and "vct" in claims and "@context" not in claims:
        profile = "dc+sd-jwt"
    if profile == "dc+sd-jwt" and said.text(claims, "vct") is None:
        raise ProofError("proof.token_type", "the token has no vct, the type of an SD-JWT VC")
    if profile != "dc+sd-jwt" and "vct" in claims:
        raise ProofError("proof.token_claims", "the token is an SD-JWT VC and a credential of the other kind at once")
    return profile


def _profile_of(document: JsonObject) -> Profile:
    if "vct" in document and "@context" not in document:
        said.text(document, "vct")
        return "dc+sd-jwt"
    is_presentation = "VerifiablePresentation" in said.members(document.get("type"))
    profile: Profile = "vp+sd-jwt" if is_presentation else "vc+sd-jwt"
    if said.credential_or_presentation(profile, document, is_presentation=is_presentation) != document:
        raise ProofError("proof.token_claims", "the credential has a member that is a claim of tokens")
    if is_presentation:
        said.refuse_members(document, enveloped_only=True)
    return profile


def _refuse_content_type(parts: jws.Jws, profile: Profile) -> None:
    content_type = jws.text_header(parts, "cty")
    if content_type is not None and content_type.removeprefix("application/") not in _CONTENT[profile]:
        raise ProofError("proof.token_header", "the token's cty is not that of its typ")


def _binding(token: str, sd_hash: str) -> KeyBinding:
    try:
        parts = jws.split(token, headers=_BINDING_HEADERS)
        claims = said.payload(parts.payload)
        audience, nonce, issued_at = said.text(claims, "aud"), said.text(claims, "nonce"), said.moment(claims, "iat")
    except ProofError as fault:
        raise ProofError(
            "proof.binding_malformed", f"the holder's signature cannot be read: {fault.message}"
        ) from fault
    if jws.text_header(parts, "typ") != BINDING_TYPE:
        raise ProofError("proof.binding_malformed", f"the holder's token is not of type {BINDING_TYPE}")
    if audience is None or nonce is None or issued_at is None:
        raise ProofError("proof.binding_malformed", "the holder's token lacks aud, nonce or iat")
    if claims.get("sd_hash") != sd_hash:
        raise ProofError("proof.binding_hash", "the holder signed for another choice of claims")
    return KeyBinding(audience=audience, nonce=nonce, issued_at=issued_at, jws=parts)
