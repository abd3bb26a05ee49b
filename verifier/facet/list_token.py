"""The facets of a status list token: does its signature fit, whose key is it, and is it in force.

Source: Token Status List (draft 20), §8.3 (the checks), §11.3 (whose key). A token without `iss` speaks for the issuer
of the credential that names it, so the key must be that one's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from did.syntax import split_url
from satchel.credential.status_token import StatusToken
from satchel.errors import KeyFault, ProofError, SatchelError
from satchel.key.public import PublicKey
from verifier.facet import proof
from verifier.facet.proof import PURPOSE, Checked, Resolve
from verifier.facet.token import find_key
from verifier.report import Facet


def key_name(token: StatusToken, issuer: str | None) -> str | None:
    """The DID URL of the key; None when the token names none that leads to a DID."""
    speaker = token.claims.issuer or issuer
    if token.key_id is None:
        return speaker
    return f"{speaker}{token.key_id}" if token.key_id.startswith("#") and speaker else token.key_id


def check(token: StatusToken, issuer: str | None, resolve: Resolve) -> tuple[Checked, Facet]:
    """The token, checked as the one proof of its list, and the facet proof."""
    named = key_name(token, issuer)
    signed = datetime.fromtimestamp(token.claims.issued_at, UTC)
    did, document, method, fault = find_key(named, resolve, PURPOSE, signed)
    if method is not None:
        code, message = _verify(token, method.key)
    elif fault is not None:
        code, message = fault.code, fault.message
    else:
        code, message = "proof.key_unresolved", "The token of the list does not say which key signed it."
    checked = Checked(
        suite=f"statuslist+{token.form} {token.algorithm}",
        name=method.id if method is not None else named or "",
        created=signed,
        code=code,
        message=message,
        did=did,
        document=document,
        method=method,
        fault=fault,
    )
    return checked, proof.facet((checked,))


def validity(token: StatusToken, now: datetime) -> Facet:
    """Whether the list is in force now."""
    seconds = now.timestamp()
    if token.claims.expires is not None and token.claims.expires <= seconds:
        return Facet.of("validity", "validity.expired")
    if token.claims.issued_at > seconds:
        return Facet.of("validity", "validity.not_yet_valid")
    return Facet.of("validity", "validity.ok")


def did_of(raw: bytes, issuer: str | None) -> str | None:
    """The DID that has the key of these bytes, when they are a status list token that names one."""
    from satchel.credential import status_token

    try:
        named = key_name(status_token.read(raw), issuer)
        return None if named is None else split_url(named)[0]
    except SatchelError:
        return None


def _verify(token: StatusToken, key: PublicKey) -> tuple[str, str | None]:
    try:
        return ("proof.ok" if token.verify(key) else "proof.invalid"), None
    except (ProofError, KeyFault) as error:
        return error.code, error.message
