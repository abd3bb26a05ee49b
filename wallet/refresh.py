"""Asking an issuer for the newer form of a credential, by the refresh service that the credential names.

Only a credential whose own proof is good is followed, once, and what comes must be its newer form: by the same issuer,
about the same subject, with the same id and a later start, and accepted by the verifier. Anything else is refused and
nothing changes; a refresh service in what comes is not followed. The older form stays in the wallet's history, byte for
byte. Source: 1EdTech Credential Refresh 1.0; Open Badges 3.0 on the newest of several (the same issuer, the same id
percent-decoded and trimmed, the latest validFrom).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

from satchel.codec import strictjson, timestamp
from satchel.credential import openbadge
from satchel.credential.read import read
from satchel.errors import CodecError, FetchError, WalletFault
from satchel.node.address import check_url
from satchel.port import Fetch, JsonObject, JsonValue, Request
from satchel.text import for_terminal
from verifier.report import Report
from wallet.card import Card
from wallet.holding import judged
from wallet.receive import ACCEPT
from wallet.service import WalletService

SERVICE_TYPE: Final = "1EdTechCredentialRefresh"

_ACCEPTED: Final = ("accepted", "accepted_with_warnings")

Outcome: TypeAlias = Literal["replaced", "current"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What became of one credential. `current`: the service has nothing newer, and `after` is the card as it was."""

    outcome: Outcome
    before: Card
    after: Card


def service_of(value: JsonObject) -> str | None:
    """The address of the credential's refresh service; None when it names none of our type.

    Raises WalletFault refresh.malformed when there are several, or when its id is no address that could be asked.
    """
    found = value.get("refreshService")
    services = [one for one in (found if isinstance(found, list) else [found]) if _is_ours(one)]
    if not services:
        return None
    (first, *others) = services
    url = first.get("id") if isinstance(first, dict) else None
    if others or not isinstance(url, str):
        raise WalletFault("refresh.malformed", "the credential does not name one refresh service with an id")
    try:
        return check_url(url).url
    except FetchError as fault:
        raise WalletFault("refresh.malformed", fault.message) from fault


def check_proven(report: Report) -> None:
    """Raises WalletFault refresh.unproven unless the credential's proof is good and its issuer's: else whoever wrote
    the file chooses which host is asked."""
    outcomes = {facet.facet: facet.outcome for facet in report.facets}
    if outcomes.get("proof") not in ("pass", "warn") or outcomes.get("issuer_binding") not in ("pass", "warn"):
        raise WalletFault("refresh.unproven", "the credential that is held is not proven, so nothing was asked")


def check_newer(held: JsonObject, fresh: JsonObject) -> None:
    """Raises WalletFault refresh.other_issuer, refresh.other_credential, refresh.other_subject or refresh.not_newer
    unless `fresh` is a newer form of `held`. Whether it is true is NOT checked here."""
    if _plain(openbadge.issuer_id(held)) != _plain(openbadge.issuer_id(fresh)):
        shown = for_terminal(openbadge.issuer_id(fresh) or "nobody", limit=100)
        raise WalletFault("refresh.other_issuer", f"what came is by {shown}")
    if not _plain(held.get("id")) or _plain(held.get("id")) != _plain(fresh.get("id")):
        raise WalletFault("refresh.other_credential", "what came does not have the id of the credential that is held")
    if openbadge.subject_ids(held) != openbadge.subject_ids(fresh):
        raise WalletFault("refresh.other_subject", "what came is about somebody else")
    if not _start(held) < _start(fresh):
        raise WalletFault("refresh.not_newer", "what came does not start later than the credential that is held")


async def refresh(start_of_id: str, *, wallet: WalletService, fetch: Fetch, now: datetime) -> Refreshed:
    """Asks the credential's refresh service once, and keeps what comes when it is the newer form.

    Raises WalletFault refresh.*, as `WalletService.find` does, and FetchError; then the wallet is as it was.
    """
    shown = await wallet.show(start_of_id, now=now)
    held = shown.envelope.value
    url = None if held is None else service_of(held)
    if held is None or url is None:
        raise WalletFault("refresh.none", "the credential names no refresh service")
    check_proven(shown.report)
    fetched = await fetch(Request(url=url, purpose="evidence", accept=ACCEPT, limit_bytes=strictjson.LIMIT_BYTES))
    fresh = read(fetched.body, name=PurePosixPath(check_url(fetched.final_url).path).name)
    if fresh.digest == shown.envelope.digest:
        return Refreshed(outcome="current", before=shown.card, after=shown.card)
    if fresh.value is None or fresh.container == "zip":
        raise WalletFault("refresh.answer", "what came is no credential")
    check_newer(held, fresh.value)
    report = await judged(fresh, fetch=fetch, now=now)
    if report.verdict not in _ACCEPTED:
        raise WalletFault("refresh.not_accepted", f"the verifier says {report.verdict} of what came")
    added = await wallet.add(fresh.raw, name=fresh.name, now=now)
    if added.card is None:
        raise WalletFault("refresh.not_accepted", f"the verifier says {added.report.verdict} of what came")
    return Refreshed(outcome="replaced", before=shown.card, after=added.card)


def _is_ours(service: JsonValue) -> bool:
    types = service.get("type") if isinstance(service, dict) else None
    return SERVICE_TYPE in types if isinstance(types, list) else types == SERVICE_TYPE


def _plain(identifier: JsonValue) -> str:
    return unquote(identifier).strip() if isinstance(identifier, str) else ""


def _start(value: JsonObject) -> datetime:
    try:
        return timestamp.parse(openbadge.dates(value).valid_from or "")
    except CodecError as fault:
        raise WalletFault("refresh.not_newer", "a credential without a start cannot be older or newer") from fault
