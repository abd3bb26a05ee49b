"""What the wallet holds, opened: cards with their envelopes, and what an achievement in one counts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from satchel.credential import endorsement, openbadge
from satchel.credential.envelope import Envelope
from satchel.credential.openbadge import Alignment
from satchel.credential.read import read
from satchel.errors import WalletFault
from satchel.port import Fetch, JsonObject
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES, Policy
from verifier.report import Report
from wallet.card import Card
from wallet.service import WalletService

# Targets that say how high or how well assured something is, not what somebody can do.
_NOT_SKILLS: Final = ("ext:EQF", "ext:QF", "ext:QualityAssurance", "ceterms:Credential")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One credential of the wallet: its card and its bytes as received."""

    card: Card
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The current credentials, and the ids of those that could not be opened."""

    items: tuple[Holding, ...]
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An achievement that the learner can point at. `reason` is "" when it counts, else the code of why it does not;
    `skills` are the addresses that it is aligned with, as its issuer says."""

    id: str
    title: str
    achievement_id: str
    achievement_name: str
    issuer_id: str
    skills: frozenset[str]
    reason: str


async def open_all(wallet: WalletService) -> Holdings:
    """All current credentials. One damaged record does not keep the others from their owner."""
    items: list[Holding] = []
    listing = await wallet.list()
    damaged = list(listing.damaged)
    for card in listing.current:
        try:
            exported = await wallet.export(card.id)
        except WalletFault as fault:
            if fault.code != "wallet.record":
                raise
            damaged.append(card.id)
            continue
        items.append(Holding(card=card, envelope=read(exported.raw, name=card.name)))
    return Holdings(items=tuple(items), damaged=tuple(damaged))


async def open_some(wallet: WalletService, starts_of_ids: Sequence[str]) -> tuple[Holding, ...]:
    """The named credentials, in the order asked. Raises WalletFault as WalletService.find."""
    found: list[Holding] = []
    for start in starts_of_ids:
        card = await wallet.find(start)
        exported = await wallet.export(card.id)
        found.append(Holding(card=card, envelope=read(exported.raw, name=card.name or exported.file_name)))
    return tuple(found)


async def judged(envelope: Envelope, *, fetch: Fetch, now: datetime, policy: Policy | None = None) -> Report:
    """The verifier's report on what was read; nothing is asked beyond the credential itself."""
    chosen = policy or POLICIES["default"]
    materials = await gather(envelope, chosen, Asked(), now, fetch)
    return judge(envelope, materials, chosen, Asked())


def reason_not_counted(card: Card, now: datetime) -> str:
    """Why a credential proves nothing at this moment, as a code; "" when it does.

    It is the verdict of the day it was added and the written end: nothing is fetched and nothing is judged anew.
    """
    if not card.is_accepted:
        return "passport.not_accepted"
    return "passport.expired" if card.is_expired(now) else ""


def claims(holdings: Sequence[Holding], *, holder: str, now: datetime) -> tuple[Claim, ...]:
    """What the achievements of these credentials count for, in their order."""
    found: list[Claim] = []
    for holding in holdings:
        value = holding.envelope.value
        if value is not None and not endorsement.is_endorsement(value):
            reason = reason_not_counted(holding.card, now)
            found.append(claim_of(value, id=holding.card.id, title=holding.card.title, holder=holder, reason=reason))
    return tuple(found)


def claim_of(value: JsonObject, *, id: str, title: str, holder: str, reason: str) -> Claim:
    """The claim of one credential; `reason` as in Claim. What the learner says of themselves is no achievement that
    anybody could point at, however well it is signed."""
    achievement = openbadge.achievement(value)
    if not reason and openbadge.issuer_id(value) == holder:
        reason = "passport.self_issued"
    return Claim(
        id=id,
        title=title,
        achievement_id=(achievement.id if achievement else None) or "",
        achievement_name=(achievement.name if achievement else None) or "",
        issuer_id=openbadge.issuer_id(value) or "",
        skills=frozenset(alignment.url.strip() for alignment in skill_alignments(value) if alignment.url),
        reason=reason,
    )


def skill_alignments(value: JsonObject) -> tuple[Alignment, ...]:
    """The targets that are skills: of the achievement, and of the results that were reached."""
    achievement = openbadge.achievement(value)
    found = list(achievement.alignments) if achievement else []
    for result in reached_results(value):
        found += result.alignments
    return tuple(alignment for alignment in found if not (alignment.type or "").startswith(_NOT_SKILLS))


def level_alignments(value: JsonObject) -> tuple[Alignment, ...]:
    """The targets that say how high the achievement stands (EQF and its like)."""
    achievement = openbadge.achievement(value)
    found = achievement.alignments if achievement else ()
    return tuple(alignment for alignment in found if (alignment.type or "").startswith(("ext:EQF", "ext:QF")))


def reached_results(value: JsonObject) -> tuple[openbadge.Result, ...]:
    """The results that say that something was reached: a status of Completed, or a value or level and no status."""
    return tuple(
        result
        for result in openbadge.results(value)
        if result.status == "Completed" or (result.status is None and (result.value or result.level))
    )
