"""Public pages: off until the learner wants one, and then the achievement alone, without the person.

A page tells what was awarded, by whom and whether it stands. It never tells who has it, results, feedback or evidence
(DESIGN 7): these are the learner's to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from issuer import event, holder, store
from issuer.compose import credential_url
from issuer.event import Happened
from issuer.issue import Desk
from satchel.codec import strictjson
from satchel.credential import openbadge
from satchel.credential.openbadge import Alignment
from satchel.errors import IssueFault
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Transaction, blob, integer, text
from satchel.port import JsonObject

Standing: TypeAlias = Literal["stands", "revoked", "suspended", "ended", "to_be_renewed"]
SwitchedBy: TypeAlias = Literal["holder", "owner"]

_SHOWN: Final = (
    "SELECT c.raw, c.valid_until, c.achievement_until, l.purpose, s.since FROM public_page p "
    "JOIN credential c ON c.id = p.credential JOIN status_list l ON l.id = c.list "
    "LEFT JOIN status_set s ON s.list = c.list AND s.idx = c.idx WHERE p.credential = $1"
)
_IS_ON: Final = "SELECT 1 FROM public_page WHERE credential = $1"
_ON: Final = "INSERT INTO public_page (credential, switched_by, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_OFF: Final = "DELETE FROM public_page WHERE credential = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What everybody may see. "" where not said; `url` is the id of the signed credential, so that who is given it
    can tell that it is this one. (Not a digest: a wallet may keep the same document as other bytes.)"""

    id: str
    issuer_id: str
    issuer_name: str
    name: str
    description: str
    type: str
    criteria: str
    criteria_url: str
    alignments: tuple[Alignment, ...]
    awarded: str
    valid_until: datetime | None
    achievement_until: datetime | None
    standing: Standing
    since: datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuestion:
    """What a holder signs to switch the page, and whether it is on now."""

    is_on: bool
    challenge: str
    domain: str


async def badge(desk: Desk, credential_id: str) -> Badge | None:
    """What the page shows; None when it is off or there is no such credential, which nobody can tell apart."""
    row = await desk.database.one(_SHOWN, credential_id)
    if row is None:
        return None
    value = strictjson.load_object(blob(row[0]))
    achievement = openbadge.achievement(value)
    if achievement is None:
        return None
    valid_until = None if row[1] is None else from_micros(integer(row[1]))
    achievement_until = None if row[2] is None else from_micros(integer(row[2]))
    since = None if row[4] is None else from_micros(integer(row[4]))
    now = desk.clock()
    standing: Standing = "stands"
    if since is not None:
        standing = "revoked" if text(row[3]) == "revocation" else "suspended"
    elif achievement_until is not None and achievement_until <= now:
        standing = "ended"
    elif valid_until is not None and valid_until <= now:
        standing = "to_be_renewed"
    return Badge(
        id=credential_id,
        issuer_id=openbadge.issuer_id(value) or "",
        issuer_name=openbadge.issuer_name(value) or "",
        name=achievement.name or "",
        description=achievement.description or "",
        type=achievement.type or "",
        criteria=achievement.criteria or "",
        criteria_url=achievement.criteria_url or "",
        alignments=achievement.alignments,
        awarded=(openbadge.dates(value).awarded or "")[:10],
        valid_until=valid_until,
        achievement_until=achievement_until,
        standing=standing,
        since=since,
        url=credential_url(desk.profile.origin, credential_id),
    )


async def question(desk: Desk, credential_id: str) -> PageQuestion:
    """Raises IssueFault issue.not_found."""
    await _raw(desk, credential_id)
    is_on = await desk.database.one(_IS_ON, credential_id) is not None
    challenge = desk.challenges.make(_about(credential_id), now=desk.clock())
    return PageQuestion(is_on=is_on, challenge=challenge, domain=desk.profile.origin.removeprefix("https://"))


async def switch_by_holder(desk: Desk, credential_id: str, presentation: JsonObject, *, is_on: bool) -> None:
    """Only the subject of the credential, by a proof of its key. Raises IssueFault issue.not_found,
    claim.holder_unproven."""
    value = strictjson.load_object(await _raw(desk, credential_id))
    who = holder.prove(
        presentation,
        challenges=desk.challenges,
        about=_about(credential_id),
        domain=desk.profile.origin.removeprefix("https://"),
        now=desk.clock(),
    )
    if openbadge.subject_ids(value) != (who,):
        raise IssueFault("claim.holder_unproven", "the credential is not about the holder of this key")
    await _switch(desk, credential_id, "holder", is_on=is_on)


async def switch_by_owner(desk: Desk, credential_id: str, *, is_on: bool) -> None:
    """For a learner without a wallet who has asked the issuer. Raises IssueFault issue.not_found."""
    await _raw(desk, credential_id)
    await _switch(desk, credential_id, "owner", is_on=is_on)


async def _switch(desk: Desk, credential_id: str, by: SwitchedBy, *, is_on: bool) -> None:
    at_micros = to_micros(desk.clock())

    async def unit(tx: Transaction) -> None:
        if is_on:
            changed = await tx.execute(_ON, credential_id, by, at_micros)
        else:
            changed = await tx.execute(_OFF, credential_id)
        if changed:
            kind = "page.switched_on" if is_on else "page.switched_off"
            await event.append(tx, [Happened(kind=kind, ref=credential_id, data={"by": by})], at_micros=at_micros)

    await desk.database.submit(unit)


async def _raw(desk: Desk, credential_id: str) -> bytes:
    raw = await store.raw(desk.database, credential_id)
    if raw is None:
        raise IssueFault("issue.not_found", "this issuer has no such credential")
    return raw


def _about(credential_id: str) -> str:
    return f"page {credential_id}"
