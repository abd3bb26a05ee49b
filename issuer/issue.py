"""The conductor: awards become stored, signed credentials, in one direction.

award -> compose -> quality -> a place reserved by an earlier commit -> sign -> one transaction of bytes, use of the
place and event. Only what that transaction has put on disk is given back as issued. A row that has its credential
already gets the same one again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from issuer import access, compose, event, quality, store
from issuer.access import Remember
from issuer.allocate import Places
from issuer.compose import SALT_BYTES, Blueprint, Place, Profile
from issuer.event import Happened
from issuer.holder import Challenges
from issuer.library import Library
from issuer.publish import Publisher
from issuer.row import Award
from issuer.sign import sign
from issuer.store import Known, NewCredential
from satchel.codec import jcs
from satchel.errors import IssueFault, LinkedError
from satchel.node.clock import to_micros
from satchel.node.database import Database, Transaction
from satchel.node.entropy import new_id
from satchel.node.guard import Kept
from satchel.port import Clock, Entropy, JsonObject, Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that issuing needs, opened by the service."""

    profile: Profile
    signer: Signer
    database: Database
    places: Places
    publisher: Publisher
    library: Library
    challenges: Challenges
    row_secret: bytes
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAward:
    """An award and the line of the table that it comes from (0 for one that comes from no table)."""

    line: int
    award: Award


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A credential that is on disk. `is_new` is False when the row had it before. `raw` are its signed bytes."""

    line: int
    id: str
    url: str
    digest: str
    place: Place
    is_new: bool
    raw: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that got no credential, and why."""

    line: int
    code: str
    message: str


Outcome: TypeAlias = Issued | Refused


def row_key(secret: bytes, blueprint: Blueprint, cohort: str, recipient: str) -> str:
    """The name of a row: the same template version, cohort and learner give the same one, on this node only."""
    said = jcs.encode([blueprint.template.id, blueprint.template.version, cohort, recipient])
    return hmac.new(secret, said, hashlib.sha256).hexdigest()


async def issue(
    desk: Desk,
    blueprint: Blueprint,
    rows: Sequence[RowAward],
    *,
    cohort: str,
    remember: Remember[Issued] | None = None,
) -> tuple[Outcome, ...]:
    """One outcome a row, in order; at most store.CHUNK rows, no two of the same row key. Returns after the commit.

    With `remember` the answer to a new credential is kept in the same transaction; then there is one row.
    """
    now = desk.clock().replace(microsecond=0)
    keys = [row_key(desk.row_secret, blueprint, cohort, row.award.recipient) for row in rows]
    known = await store.known_rows(desk.database, keys)
    outcomes: dict[str, Outcome] = {}
    fresh: list[tuple[str, RowAward]] = []
    for key, row in zip(keys, rows, strict=True):
        if key in known:
            outcomes[key] = _again(blueprint, row, known[key])
        else:
            fresh.append((key, row))
    if fresh:
        places = await desk.places.take(blueprint.template.status, len(fresh))
        await desk.publisher.ensure({place.list_id for place in places})
        made: dict[str, NewCredential] = {}
        for (key, row), place in zip(fresh, places, strict=True):
            try:
                made[key] = make(
                    desk,
                    blueprint,
                    row.award,
                    place,
                    credential_id=new_id(desk.entropy),
                    key=key,
                    row_digest=row.award.digest,
                    cohort=cohort,
                    now=now,
                )
            except (IssueFault, LinkedError) as fault:
                outcomes[key] = Refused(line=row.line, code=fault.code, message=fault.message)
        kept = {}
        if remember is not None:
            kept = {key: remember.answer(_new(blueprint, row, made[key])) for key, row in fresh if key in made}
        overtaken = await _commit(desk, list(made.values()), now, kept, "" if remember is None else remember.id)
        if overtaken:
            known = await store.known_rows(desk.database, sorted(overtaken))
        for key, row in fresh:
            if key in overtaken:
                outcomes[key] = _again(blueprint, row, known[key])
            elif key in made:
                outcomes[key] = _new(blueprint, row, made[key])
    return tuple(outcomes[key] for key in keys)


def document(
    blueprint: Blueprint, award: Award, *, credential_id: str, place: Place, salt: bytes, now: datetime
) -> JsonObject:
    """The unsigned credential, judged fit to be signed. Raises IssueFault issue.quality."""
    composed = compose.compose(blueprint, award, credential_id=credential_id, place=place, salt=salt, now=now)
    quality.check(composed, blueprint.profile)
    return composed


def make(
    desk: Desk,
    blueprint: Blueprint,
    award: Award,
    place: Place,
    *,
    credential_id: str,
    key: str,
    row_digest: str,
    cohort: str,
    now: datetime,
) -> NewCredential:
    """The signed credential, not yet stored; `now` has whole seconds. Raises IssueFault and LinkedError."""
    salt = desk.entropy(SALT_BYTES)
    composed = document(blueprint, award, credential_id=credential_id, place=place, salt=salt, now=now)
    signed = sign(composed, signer=desk.signer, now=now)
    template, awarded = blueprint.template, award.awarded or now
    return NewCredential(
        id=credential_id,
        row_key=key,
        row_digest=row_digest,
        template=template.id,
        template_version=template.version,
        template_digest=template.digest,
        cohort=cohort,
        place=place,
        digest=signed.digest,
        raw=signed.raw,
        issued_at=now,
        valid_until=compose.valid_until(template, awarded=awarded, now=now),
        achievement_until=compose.achievement_until(template, awarded=awarded),
    )


async def _commit(
    desk: Desk, made: Sequence[NewCredential], now: datetime, kept: Mapping[str, Kept], repeat_id: str
) -> frozenset[str]:
    """Stores the credentials with their events and the answers to them (by row key); gives the row keys that another
    process stored first. Theirs count, ours were never given to anybody."""
    if not made:
        return frozenset()
    keys = [credential.row_key for credential in made]
    at_micros = to_micros(now)

    async def unit(tx: Transaction) -> frozenset[str]:
        present = await store.present_row_keys(tx, keys)
        stored = [credential for credential in made if credential.row_key not in present]
        await store.insert(tx, stored)
        happened = [
            Happened(kind="credential.issued", ref=credential.id, data={"digest": credential.digest})
            for credential in stored
        ]
        await event.append(tx, happened, at_micros=at_micros)
        for credential in stored:
            if credential.row_key in kept:
                await access.keep(tx, repeat_id, kept[credential.row_key])
        return present

    return await desk.database.submit(unit)


def _again(blueprint: Blueprint, row: RowAward, known: Known) -> Outcome:
    """The credential that the row has; refused when the row now says something else than what was signed."""
    if known.row_digest != row.award.digest:
        return Refused(
            line=row.line,
            code="batch.changed",
            message=f"this learner already has {known.id} of this template and cohort, with other values",
        )
    return Issued(
        line=row.line,
        id=known.id,
        url=compose.credential_url(blueprint.profile.origin, known.id),
        digest=known.digest,
        place=known.place,
        is_new=False,
        raw=None,
    )


def _new(blueprint: Blueprint, row: RowAward, made: NewCredential) -> Issued:
    return Issued(
        line=row.line,
        id=made.id,
        url=compose.credential_url(blueprint.profile.origin, made.id),
        digest=made.digest,
        place=made.place,
        is_new=True,
        raw=made.raw,
    )
