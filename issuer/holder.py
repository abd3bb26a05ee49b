"""Who holds a key: a presentation without credentials, made for our challenge and our origin, and nothing else.

The holder is a did:key, so that the proof needs no network and says the same tomorrow. Sources: VC Data Model 2.0
§4.13; VC Data Integrity 1.0 §4.4 (challenge and domain), §2.1 (purpose `authentication`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from did import resolve
from did.syntax import split_url
from satchel.credential.openbadge import VC2_CONTEXT
from satchel.errors import CodecError, DidError, IssueFault, KeyFault, LinkedError, ProofError, SatchelError
from satchel.key import published
from satchel.linked.pinned import PINNED
from satchel.node.clock import from_micros, to_micros
from satchel.node.mirror import OfflineFetch
from satchel.port import Did, JsonObject, drive
from satchel.proof import configuration, suites
from satchel.proof.configuration import Proof

LIFE: Final = timedelta(minutes=10)
# How far the clock of a wallet, or of a second server of ours, may be ahead.
AHEAD: Final = timedelta(minutes=2)
SUITE: Final = "eddsa-rdfc-2022"
TYPE: Final = "VerifiablePresentation"
LIMIT_BYTES: Final = 16 * 1024

_TIME_BYTES: Final = 8
_MAC_BYTES: Final = 24
_CHALLENGE_CHARS: Final = 52
_LABEL: Final = b"satchel/holder-challenge/1"
_MEMBERS: Final = frozenset({"@context", "id", "type", "holder", "proof"})


class Challenges:
    """Challenges for one thing (a claim, a page) at a time, good for LIFE. They are not stored: a restart forgets
    none, and asking for a million costs nothing."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, _LABEL, hashlib.sha256).digest()

    def make(self, about: str, *, now: datetime) -> str:
        """52 characters of base32: the time and a MAC over it and what it is about."""
        moment = to_micros(now).to_bytes(_TIME_BYTES, "big")
        return base64.b32encode(moment + self._mac(about, moment)).decode("ascii").rstrip("=").lower()

    def is_good(self, challenge: str, about: str, *, now: datetime) -> bool:
        """Whether we made this challenge, about this, within LIFE."""
        if len(challenge) != _CHALLENGE_CHARS or not challenge.isascii() or challenge != challenge.lower():
            return False
        try:
            raw = base64.b32decode(challenge.upper() + "=" * (-len(challenge) % 8))
        except ValueError:
            return False
        moment, mac = raw[:_TIME_BYTES], raw[_TIME_BYTES:]
        if not hmac.compare_digest(mac, self._mac(about, moment)):
            return False
        return -AHEAD <= now - from_micros(int.from_bytes(moment, "big")) <= LIFE

    def _mac(self, about: str, moment: bytes) -> bytes:
        return hmac.new(self._key, moment + about.encode(), hashlib.sha256).digest()[:_MAC_BYTES]


def prove(presentation: JsonObject, *, challenges: Challenges, about: str, domain: str, now: datetime) -> Did:
    """The DID whose key made this presentation for our challenge and domain.

    Raises IssueFault claim.holder_unproven with the reason, for everything that is not exactly that.
    """
    try:
        holder, proof = _read(presentation)
        if proof.challenge is None or not challenges.is_good(proof.challenge, about, now=now):
            raise _unproven("the challenge is not one of ours, or it is too old")
        if proof.domain != (domain,):
            raise _unproven(f"the proof is not for {domain}")
        _check_dates(proof, now)
        if not _is_signed(presentation, proof, holder):
            raise _unproven("the signature is false")
    except (ProofError, DidError, KeyFault, LinkedError, CodecError) as fault:
        raise _unproven(fault.message, fault) from fault
    return holder


def _read(presentation: JsonObject) -> tuple[Did, Proof]:
    """The holder and the one proof. A member that we do not know could say a thing twice, so there is none."""
    unknown = sorted(set(presentation) - _MEMBERS)
    if unknown:
        raise _unproven("the presentation has other members than holder and proof")
    if presentation.get("@context") not in (VC2_CONTEXT, [VC2_CONTEXT]):
        raise _unproven("the presentation has another @context than that of VC 2.0")
    if presentation.get("type") not in (TYPE, [TYPE]):
        raise _unproven(f"the type is not {TYPE}")
    holder = presentation.get("holder")
    if not isinstance(holder, str) or not holder.startswith("did:key:"):
        raise _unproven("the holder is no did:key")
    proofs = configuration.proofs_of(presentation)
    if len(proofs) != 1:
        raise _unproven("there is more than one proof")
    (proof,) = proofs
    if proof.cryptosuite != SUITE:
        raise _unproven(f"the proof is not of {SUITE}")
    if proof.purpose != "authentication":
        raise _unproven("the purpose of the proof is not authentication")
    if split_url(proof.verification_method)[0] != holder:
        raise _unproven("the key is not the holder's")
    return Did(holder), proof


def _check_dates(proof: Proof, now: datetime) -> None:
    if proof.created is not None and proof.created > now + AHEAD:
        raise _unproven("the proof is made in the future; set the clock of the wallet")
    if proof.expires is not None and proof.expires <= now:
        raise _unproven("the proof has expired")


def _is_signed(presentation: JsonObject, proof: Proof, holder: Did) -> bool:
    document = drive(resolve.resolve(holder, fetch=OfflineFetch())).document
    method = document.method(proof.verification_method)
    if not document.authorises(proof.verification_method, "authentication"):
        raise _unproven("the holder's DID has no such key for authentication")
    if published.find(method.key) is not None:
        raise _unproven("the secret of the holder's key is public; anybody could claim with it")
    return suites.verify(suites.Secured(presentation, PINNED), proof, method.key)


def _unproven(reason: str, cause: SatchelError | None = None) -> IssueFault:
    details = {} if cause is None else {"cause": cause.code}
    return IssueFault("claim.holder_unproven", reason, details=details)
