"""Receiving: a claim link or the address of a credential to a credential in the wallet, judged before it is kept.

A claim link is `ORIGIN/claim/TOKEN`. The wallet reads the offer, a person decides, and only then does the wallet show
that it holds its key, for the issuer's challenge and for the origin of the link alone. What comes back must be by the
issuer of the offer, about this wallet's DID, and not rejected by the verifier; else nothing is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from satchel.codec import strictjson, timestamp
from satchel.credential import openbadge
from satchel.errors import CodecError, Malformed, WalletFault
from satchel.node.address import check_url
from satchel.port import Clock, Did, Fetch, JsonObject, JsonValue, Request
from satchel.text import for_terminal
from wallet.present import prove_holder
from wallet.service import Added, Incoming, WalletService

if TYPE_CHECKING:
    from satchel.node.send import Sender, Sent

OFFER_SCHEMA: Final = "satchel.claim_offer/1"
REQUEST_SCHEMA: Final = "satchel.claim_request/1"
CLAIMED_SCHEMA: Final = "satchel.claimed/1"
OFFER_LIMIT_BYTES: Final = 64 * 1024
TEXT_LIMIT_CHARS: Final = 2000
QUESTION_LIMIT_CHARS: Final = 500
ACCEPT: Final = (
    "application/vc",
    "application/vc+ld+json",
    "application/ld+json",
    "application/json",
    "application/vc+jwt",
    "image/png",
    "image/svg+xml",
    "application/zip",
)

_LINK: Final = re.compile(r"/claim/([a-z2-7]{52})")
# What an issuer may tell us in our own words; another node's code is never taken further.
_REFUSALS: Final = frozenset({"claim.unknown", "claim.expired", "claim.used", "claim.revoked", "claim.holder_unproven"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an issuer offers under a claim link. Its texts come from outside; nobody has proven them yet."""

    link: str
    api_url: str
    issuer_id: str
    issuer_name: str
    name: str
    description: str
    achievement_type: str
    expires: datetime
    challenge: str
    domain: str


def is_claim_link(url: str) -> bool:
    """Whether the path of this https URL is that of a claim link. Raises FetchError fetch.url and the like."""
    target = check_url(url)
    return _LINK.fullmatch(target.path) is not None and not target.query


async def look(link: str, *, sender: Sender, now: datetime) -> Offer:
    """What the link offers. Nothing about the wallet is told.

    Raises WalletFault claim.link, claim.unknown, claim.expired, claim.used, claim.refused, claim.offer, claim.domain,
    and FetchError.
    """
    target = check_url(link)
    found = _LINK.fullmatch(target.path)
    if found is None or target.query:
        raise WalletFault("claim.link", f"{for_terminal(link, limit=200)} is not ORIGIN/claim/TOKEN")
    api_url = f"{target.origin}/api/v1/claims/{found[1]}"
    sent = await sender.ask(api_url, limit_bytes=OFFER_LIMIT_BYTES)
    if sent.status != 200:
        raise _refused(sent)
    value = _object(sent, OFFER_SCHEMA, "claim.offer")
    issuer = value.get("issuer")
    if not isinstance(issuer, dict):
        raise WalletFault("claim.offer", "the offer names no issuer")
    offer = Offer(
        link=target.url,
        api_url=api_url,
        issuer_id=_text(issuer, "id"),
        issuer_name=_text(issuer, "name", required=False),
        name=_text(value, "name"),
        description=_text(value, "description", required=False),
        achievement_type=_text(value, "achievement_type", required=False),
        expires=_moment(value, "expires"),
        challenge=_text(value, "challenge", limit=QUESTION_LIMIT_CHARS),
        domain=_text(value, "domain", limit=QUESTION_LIMIT_CHARS),
    )
    # Else the issuer could have the proof made for another node, and use it there.
    if offer.domain != target.origin.removeprefix("https://"):
        shown = for_terminal(offer.domain, limit=100)
        raise WalletFault("claim.domain", f"the link is of {target.origin}, the proof would be for {shown}")
    if offer.expires <= now:
        raise WalletFault("claim.expired", f"the offer ended at {timestamp.render(offer.expires)}")
    return offer


async def claim(offer: Offer, *, wallet: WalletService, sender: Sender, clock: Clock) -> Added:
    """Proves to the issuer who holds the wallet's key, and keeps the credential that comes back. Asking again before
    the end gives the same credential.

    `outcome` is `refused` when the verifier rejects it; then nothing is kept. Raises WalletFault claim.used,
    claim.expired, claim.unknown, claim.holder_unproven, claim.refused, claim.answer, claim.not_yours,
    claim.other_issuer, and FetchError.
    """
    proof = prove_holder(
        did=wallet.did, signer=await wallet.signer(), challenge=offer.challenge, domain=offer.domain, now=clock()
    )
    sent = await sender.post(
        offer.api_url,
        {"schema": REQUEST_SCHEMA, "presentation": proof},
        limit_bytes=strictjson.LIMIT_BYTES,
    )
    if sent.status not in (200, 201):
        raise _refused(sent)
    value = _object(sent, CLAIMED_SCHEMA, "claim.answer").get("credential")
    # The bytes of the credential as the issuer sent them: a proof may depend on them, and the wallet keeps originals.
    raw = strictjson.member(sent.body, "credential")
    if not isinstance(value, dict) or raw is None:
        raise WalletFault("claim.answer", "the answer holds no credential")
    _check_credential(value, offer, wallet.did)
    # Signed a moment ago: judged at a time read before the request, it would not be in force yet.
    return await wallet.add(raw, name=_file_name(offer.name), now=clock())


async def by_url(
    url: str, *, wallet: WalletService, fetch: Fetch, now: datetime, keep_rejected: bool = False
) -> tuple[Added, ...]:
    """Fetches a credential, or a stack of them, and keeps what the verifier does not reject.

    Raises WalletFault claim.use for a claim link, which is no file, and FetchError.
    """
    if is_claim_link(url):
        raise WalletFault("claim.use", f"{for_terminal(url, limit=200)} is a claim link")
    request = Request(url=url, purpose="evidence", accept=ACCEPT, limit_bytes=strictjson.LIMIT_BYTES)
    fetched = await fetch(request)
    name = PurePosixPath(check_url(fetched.final_url).path).name
    return await wallet.add_all([Incoming(raw=fetched.body, name=name)], now=now, keep_rejected=keep_rejected)


def _check_credential(value: JsonObject, offer: Offer, did: Did) -> None:
    """What was offered is what came, and it is about us. Whether it is true is judged afterwards."""
    if openbadge.subject_ids(value) != (did,) or len(openbadge.subjects(value)) != 1:
        raise WalletFault("claim.not_yours", "the credential is not about this wallet's DID")
    issuer = openbadge.issuer_id(value) or ""
    if issuer != offer.issuer_id:
        shown, offered = for_terminal(issuer, limit=100), for_terminal(offer.issuer_id, limit=100)
        raise WalletFault("claim.other_issuer", f"offered by {offered}, issued by {shown or 'nobody'}")


def _refused(sent: Sent) -> WalletFault:
    """The issuer's refusal. Its code counts only when it is one that a claim may have; its text is shown as text."""
    try:
        problem = strictjson.load_object(sent.body)
    except Malformed:
        problem = {}
    code, detail = problem.get("code"), problem.get("detail")
    said = f": {for_terminal(detail, limit=200)}" if isinstance(detail, str) else ""
    known = code if isinstance(code, str) and code in _REFUSALS else "claim.refused"
    return WalletFault(known, f"the issuer answered {sent.status}{said}", details={"status": sent.status})


def _object(sent: Sent, schema: str, code: str) -> JsonObject:
    try:
        value = strictjson.load_object(sent.body)
    except Malformed as fault:
        raise WalletFault(code, f"{sent.url}: {fault.message}") from fault
    if value.get("schema") != schema:
        raise WalletFault(code, f"{sent.url} did not answer with {schema}")
    return value


def _text(value: JsonObject, name: str, *, required: bool = True, limit: int = TEXT_LIMIT_CHARS) -> str:
    member: JsonValue = value.get(name)
    if member is None and not required:
        return ""
    if not isinstance(member, str) or len(member) > limit or (required and not member.strip()):
        raise WalletFault("claim.offer", f"the offer's {name} is missing, too long or no text")
    return member


def _moment(value: JsonObject, name: str) -> datetime:
    try:
        return timestamp.parse(_text(value, name))
    except CodecError as fault:
        raise WalletFault("claim.offer", f"the offer's {name} is no time") from fault


def _file_name(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.lower())
    return ("-".join(words)[:60].strip("-") or "credential") + ".json"
