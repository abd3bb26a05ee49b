"""Presenting: the holder shows credentials, and that it is the holder who shows them, to one asker, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from satchel.credential import presentation
from satchel.credential.presentation import PresentationFault
from satchel.port import Did, Entropy, JsonObject, Signer
from wallet import holding
from wallet.service import WalletService
from wallet.sign import authenticate, new_urn, to_bytes

QUESTION_LIMIT_CHARS: Final = 500


async def present(
    wallet: WalletService,
    starts_of_ids: Sequence[str],
    *,
    challenge: str,
    domain: str,
    now: datetime,
    entropy: Entropy,
) -> bytes:
    """A presentation of these credentials, signed by the holder for this challenge and domain.

    Raises WalletFault as WalletService.find, PresentationFault presentation.question, presentation.format,
    presentation.too_many. Whether a credential is about the holder is the verifier's to judge.
    """
    _check_question(challenge, domain)
    chosen = await holding.open_some(wallet, starts_of_ids)
    document = presentation.compose(
        holder=wallet.did, credentials=[one.envelope for one in chosen], id=new_urn(entropy)
    )
    signer = await wallet.signer()
    return to_bytes(authenticate(document, signer=signer, challenge=challenge, domain=domain, now=now))


def prove_holder(*, did: Did, signer: Signer, challenge: str, domain: str, now: datetime) -> JsonObject:
    """A presentation without credentials: it proves who holds the key, and tells nothing else.

    Raises PresentationFault presentation.question.
    """
    _check_question(challenge, domain)
    return authenticate(presentation.compose(holder=did), signer=signer, challenge=challenge, domain=domain, now=now)


def _check_question(challenge: str, domain: str) -> None:
    """A proof without both could be shown again by whoever got it (attack row 93)."""
    for name, text in (("challenge", challenge), ("domain", domain)):
        if not text.strip() or len(text) > QUESTION_LIMIT_CHARS:
            raise PresentationFault(
                "presentation.question", f"the {name} is empty or longer than {QUESTION_LIMIT_CHARS} characters"
            )
