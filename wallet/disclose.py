"""Showing a part of a credential: by a derived proof (ecdsa-sd-2023, bbs-2023) or by fewer disclosures (SD-JWT)."""

from __future__ import annotations

from collections.abc import Sequence

from satchel.credential import read
from satchel.credential.envelope import Envelope
from satchel.errors import ProofError
from satchel.port import Entropy, JsonObject, JsonValue
from satchel.proof import disclose as parts
from satchel.proof.disclose import Claim, Disclosure
from satchel.text import for_terminal
from wallet import sign


def look(raw: bytes, *, name: str) -> tuple[Claim, ...]:
    """What the holder can choose among: every claim, and which of them are always shown.

    Raises ProofError proof.not_derivable when no part can be shown, and for a broken proof or token.
    """
    envelope = _open(raw, name)
    token = _token(envelope)
    return parts.look(_document(envelope)) if token is None else parts.look_token(token)


def disclose(raw: bytes, pointers: Sequence[str], *, name: str, header: bytes, entropy: Entropy) -> Disclosure:
    """The part of the credential that these JSON pointers name and what must go with it, and what it gives away.

    Raises ProofError proof.not_derivable, proof.pointer, proof.disclosure_unknown, and for a broken proof or token;
    LinkedError. Whether the credential is good is NOT checked here: that was done when it was added.
    """
    envelope = _open(raw, name)
    token = _token(envelope)
    if token is not None:
        return parts.disclose_token(token, pointers)
    return parts.disclose(_document(envelope), pointers, entropy=entropy, header=header)


def to_bytes(disclosure: Disclosure) -> bytes:
    """What the reader is given: the token, or JSON as a file."""
    if disclosure.token is not None:
        return disclosure.token.encode("ascii") + b"\n"
    return sign.to_bytes(disclosure.document)


def to_json(disclosure: Disclosure) -> JsonObject:
    """The disclosure with all that is to be known of it."""
    links: list[JsonValue] = [
        {"kind": link.kind, "pointer": link.pointer, "message": link.message} for link in disclosure.links
    ]
    return {
        "schema": "satchel.disclosure/1",
        "format": disclosure.format,
        "credential": disclosure.document if disclosure.token is None else disclosure.token,
        "claims": claims_to_json(disclosure.claims),
        "links": links,
        "unlinkable_proof": disclosure.is_unlinkable,
    }


def claims_to_json(claims: Sequence[Claim]) -> JsonValue:
    """The claims with their state, in their order."""
    return [{"pointer": claim.pointer, "value": claim.value, "state": claim.state} for claim in claims]


def _open(raw: bytes, name: str) -> Envelope:
    envelope = read.read(raw, name=name)
    problem = envelope.fault or envelope.refusal
    if problem is not None:
        raise ProofError("proof.not_derivable", f"{_shown(name)} cannot be read: {problem.message}")
    return envelope


def _token(envelope: Envelope) -> str | None:
    """The SD-JWT, None when it is no token. Raises ProofError proof.not_derivable for another token."""
    if envelope.token is None:
        return None
    if envelope.format != "sd-jwt":
        shown = _shown(envelope.name)
        raise ProofError("proof.not_derivable", f"{shown} is a {envelope.token.profile} token, which is shown whole")
    return envelope.token.raw.decode("ascii").strip()


def _document(envelope: Envelope) -> JsonObject:
    if envelope.value is None:
        raise ProofError("proof.not_derivable", f"{_shown(envelope.name)} is no credential that parts can be shown of")
    return envelope.value


def _shown(name: str) -> str:
    return for_terminal(name or "the credential", limit=100)
