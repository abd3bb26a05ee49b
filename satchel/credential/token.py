"""Tokens that hold a credential or a presentation: what all their formats have alike, read and NOT verified.

The formats are rooms of satchel.proof; each is imported when a token of it is met, so that a plain JSON credential
costs none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from satchel.port import JsonObject

if TYPE_CHECKING:
    from satchel.key.public import PublicKey
    from satchel.proof import cose_sign, jades, jose, sdjwt

Profile: TypeAlias = Literal[
    "vc-jwt", "vp-jwt", "vc+jwt", "vp+jwt", "vc+sd-jwt", "vp+sd-jwt", "dc+sd-jwt", "vc+cose", "vp+cose", "edc"
]

PRESENTATIONS: Final = frozenset(("vp-jwt", "vp+jwt", "vp+sd-jwt", "vp+cose"))
"""The profiles whose document is a presentation."""

MEDIA_TYPES: Final = {
    "vc-jwt": "application/jwt",
    "vp-jwt": "application/jwt",
    "vc+jwt": "application/vc+jwt",
    "vp+jwt": "application/vp+jwt",
    "vc+sd-jwt": "application/vc+sd-jwt",
    "vp+sd-jwt": "application/vp+sd-jwt",
    "dc+sd-jwt": "application/dc+sd-jwt",
    "vc+cose": "application/vc+cose",
    "vp+cose": "application/vp+cose",
    "edc": "application/jose+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as read. `raw` are its bytes alone, also when an image or an envelope carried it.

    `document` is the credential or presentation, of `dc+sd-jwt` the claims as they are. `key_id` and `issuer` are as
    written, nothing is looked up. The dates are the token's own, aware UTC; `audience` and `nonce` are what a
    presentation was made for. `verify(key)` tells whether the signature is that key's, and raises ProofError for a key
    that does not fit. `read` is what the token's own room says of it.
    """

    raw: bytes
    profile: Profile
    document: JsonObject
    algorithm: str
    key_id: str | None
    issuer: str | None
    not_before: datetime | None
    expires: datetime | None
    issued_at: datetime | None
    audience: tuple[str, ...]
    nonce: str | None
    verify: Callable[[PublicKey], bool]
    read: jose.Token | sdjwt.Token | cose_sign.Token | jades.Token

    @property
    def is_presentation(self) -> bool:
        """Whether it was made to show credentials, not to make claims."""
        return self.profile in PRESENTATIONS

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.profile]


def of_jwt(raw: bytes) -> Token:
    """The token of a compact JWS. Raises ProofError as satchel.proof.jose.read."""
    from satchel.proof import jose

    found = jose.read(raw.decode("ascii", "replace"))
    return Token(
        raw=raw,
        profile=found.profile,
        document=found.document,
        algorithm=found.jws.algorithm,
        key_id=found.key_id,
        issuer=found.issuer,
        not_before=found.not_before,
        expires=found.expires,
        issued_at=found.issued_at,
        audience=found.audience,
        nonce=found.nonce,
        verify=partial(jose.verify, found),
        read=found,
    )


def of_sd_jwt(raw: bytes) -> Token:
    """The token of an SD-JWT with its disclosures. Raises ProofError as satchel.proof.sdjwt.read."""
    from satchel.proof import sdjwt

    found = sdjwt.read(raw.decode("ascii", "replace"))
    return Token(
        raw=raw,
        profile=found.profile,
        document=found.document,
        algorithm=found.jws.algorithm,
        key_id=found.key_id,
        issuer=found.issuer,
        not_before=found.not_before,
        expires=found.expires,
        issued_at=found.issued_at,
        audience=found.audience,
        nonce=found.nonce,
        verify=partial(sdjwt.verify, found),
        read=found,
    )


def of_cose(raw: bytes) -> Token:
    """The token of a tagged COSE_Sign1. Raises ProofError as satchel.proof.cose_sign.read."""
    from satchel.proof import cose_sign

    found = cose_sign.read(raw)
    return Token(
        raw=raw,
        profile=found.profile,
        document=found.document,
        algorithm=str(found.sign1.algorithm),
        key_id=found.key_id,
        issuer=found.issuer,
        not_before=found.not_before,
        expires=found.expires,
        issued_at=found.issued_at,
        audience=found.audience,
        nonce=found.nonce,
        verify=partial(cose_sign.verify, found),
        read=found,
    )


def of_seal(raw: bytes) -> Token:
    """The token of a sealed document in JSON. Raises ProofError as satchel.proof.jades.read."""
    from satchel.proof import jades

    found = jades.read(raw)
    return Token(
        raw=raw,
        profile=found.profile,
        document=found.document,
        algorithm=found.jws.algorithm,
        key_id=found.key_id,
        issuer=found.issuer,
        not_before=found.not_before,
        expires=found.expires,
        issued_at=found.issued_at,
        audience=found.audience,
        nonce=found.nonce,
        verify=partial(jades.verify, found),
        read=found,
    )
