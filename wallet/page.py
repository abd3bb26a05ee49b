"""The public page of a badge: off until the learner's own wallet switches it on, by a proof of the badge's key.

A page lies with the issuer, at the origin of the badge's id. It shows the achievement and whether the badge stands, and
nothing of who has it; the wallet proves its key for that origin alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from satchel.codec import strictjson
from satchel.errors import Malformed, WalletFault
from satchel.node.address import check_url
from satchel.port import Clock, JsonObject
from satchel.text import for_terminal
from wallet.present import QUESTION_LIMIT_CHARS, prove_holder
from wallet.service import WalletService

if TYPE_CHECKING:
    from satchel.node.send import Sender, Sent

OFFER_SCHEMA: Final = "satchel.page_offer/1"
REQUEST_SCHEMA: Final = "satchel.page_request/1"
STATE_SCHEMA: Final = "satchel.page/1"

_CREDENTIAL: Final = re.compile(r"/credentials/([a-z2-7]{26})")
# What the issuer may tell us in our own words; another node's code is never taken further.
_REFUSALS: Final = {"claim.holder_unproven": "claim.holder_unproven", "issue.not_found": "page.none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whether the public page is on, and where it is."""

    title: str
    url: str
    is_on: bool


async def look(wallet: WalletService, start_of_id: str, *, sender: Sender) -> Page:
    """Whether the badge has a public page now. Nothing about the wallet is told.

    Raises WalletFault as WalletService.find, page.none (its issuer gives it no page), page.answer, and FetchError.
    """
    title, origin, id = await _place(wallet, start_of_id)
    offer = await _question(origin, id, sender)
    return Page(title=title, url=f"{origin}/b/{id}", is_on=offer["on"] is True)


async def switch(wallet: WalletService, start_of_id: str, *, is_on: bool, sender: Sender, clock: Clock) -> Page:
    """Switches the page. Raises as `look`, claim.domain when the proof would be for another place than the badge's
    issuer, and claim.holder_unproven when the badge is not about this wallet's key."""
    title, origin, id = await _place(wallet, start_of_id)
    offer = await _question(origin, id, sender)
    challenge, domain = offer.get("challenge"), offer.get("domain")
    if not isinstance(challenge, str) or not isinstance(domain, str) or len(challenge) > QUESTION_LIMIT_CHARS:
        raise WalletFault("page.answer", f"{origin} did not ask what a page asks")
    # Else the issuer could have the proof made for another node, and use it there.
    if domain != origin.removeprefix("https://"):
        shown = for_terminal(domain, limit=100)
        raise WalletFault("claim.domain", f"the badge is of {origin}, the proof would be for {shown}")
    proof = prove_holder(did=wallet.did, signer=await wallet.signer(), challenge=challenge, domain=domain, now=clock())
    sent = await sender.post(
        f"{origin}/api/v1/public/{id}", {"schema": REQUEST_SCHEMA, "on": is_on, "presentation": proof}
    )
    state = _read(sent, STATE_SCHEMA)
    if state.get("on") is not is_on:
        raise WalletFault("page.answer", f"{origin} says that the page is as it was")
    return Page(title=title, url=f"{origin}/b/{id}", is_on=is_on)


async def _place(wallet: WalletService, start_of_id: str) -> tuple[str, str, str]:
    """The badge's title, its origin, and the id that its issuer gave it."""
    card = await wallet.find(start_of_id)
    if card.credential_id.startswith("https://"):
        target = check_url(card.credential_id)
        found = _CREDENTIAL.fullmatch(target.path)
        if found is not None and not target.query:
            return card.title, target.origin, found[1]
    raise WalletFault("page.none", f"{for_terminal(card.credential_id, limit=200)} is no address that has a page")


async def _question(origin: str, id: str, sender: Sender) -> JsonObject:
    return _read(await sender.ask(f"{origin}/api/v1/public/{id}"), OFFER_SCHEMA)


def _read(sent: Sent, schema: str) -> JsonObject:
    try:
        value = strictjson.load_object(sent.body)
    except Malformed as fault:
        raise WalletFault("page.answer", f"{sent.url}: {fault.message}") from fault
    if sent.status != 200:
        code, detail = value.get("code"), value.get("detail")
        said = f": {for_terminal(detail, limit=200)}" if isinstance(detail, str) else ""
        known = _REFUSALS.get(code, "page.answer") if isinstance(code, str) else "page.answer"
        raise WalletFault(known, f"the issuer answered {sent.status}{said}", details={"status": sent.status})
    if value.get("schema") != schema:
        raise WalletFault("page.answer", f"{sent.url} did not answer with {schema}")
    return value
