"""Claims: a credential is planned with its place and a one-time link, and signed when the learner's wallet comes.

Nothing names the learner's DID before the wallet has proven that it holds the key. A link may also lead to a credential
that was signed at once to the hash of an address: then it is bound to the wallet (issuer.rebind).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from issuer import claim_store, compose, event, holder, issue, rebind, rebind_store, store
from issuer.claim_store import Claim, NewClaim
from issuer.compose import Blueprint
from issuer.event import Happened
from issuer.issue import Desk, Refused, RowAward
from issuer.link import Claimed, Planned, State, hash_of, new_token
from issuer.rebind_store import Rebinding
from issuer.row import Award, Evidence, ResultValue
from satchel.codec import jcs, strictjson, timestamp
from satchel.errors import IssueFault
from satchel.node.clock import to_micros
from satchel.node.database import Transaction
from satchel.node.entropy import new_id
from satchel.node.guard import BearerToken
from satchel.port import Did, JsonObject, JsonValue

_TOKEN: Final = re.compile(r"[a-z2-7]{52}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a link offers. `content` names the kinds of what will be inside of the learner, never the values."""

    claim: Claim | Rebinding
    blueprint: Blueprint
    challenge: str
    domain: str
    content: tuple[str, ...]


def domain(desk: Desk) -> str:
    """What a holder's proof must be made for: the host, and port if any, of the issuer's origin."""
    return desk.profile.origin.removeprefix("https://")


def row_key(desk: Desk, blueprint: Blueprint, cohort: str, recipient: str) -> str:
    """The name of a planned row; apart from the names of rows that are signed at once."""
    said = jcs.encode(["claim", blueprint.template.id, blueprint.template.version, cohort, recipient])
    return hmac.new(desk.row_secret, said, hashlib.sha256).hexdigest()


async def plan(
    desk: Desk, blueprint: Blueprint, rows: Sequence[RowAward], *, cohort: str, days: int, renews: bool
) -> tuple[Planned | Refused, ...]:
    """One outcome a row, in order; at most store.CHUNK rows, no two for one learner. Returns after the commit.

    A row that has a claim gets no second one. With `renews` a claim that no wallet has come for gets a fresh token
    and the row's present values, and its older token is dead.
    """
    now = desk.clock().replace(microsecond=0)
    keys = [row_key(desk, blueprint, cohort, row.award.recipient) for row in rows]
    known = await claim_store.by_row_keys(desk.database, keys)
    fresh = [key for key in keys if key not in known]
    places = iter(await desk.places.take(blueprint.template.status, len(fresh)) if fresh else ())
    made: dict[str, NewClaim] = {}
    tokens: dict[str, BearerToken] = {}
    for key, row in zip(keys, rows, strict=True):
        before = known.get(key)
        if before is not None and (not renews or before.holder is not None):
            continue
        tokens[key] = new_token(desk.entropy)
        made[key] = NewClaim(
            id=new_id(desk.entropy) if before is None else before.id,
            row_key=key,
            row_digest=row.award.digest,
            template=blueprint.template.id,
            template_version=blueprint.template.version,
            template_digest=blueprint.template.digest,
            cohort=cohort,
            place=next(places) if before is None else before.place,
            # Awarded is when the issuer decides, not when the learner finds the time to claim.
            award=_write(replace(row.award, awarded=row.award.awarded or now)),
            token_hash=hash_of(tokens[key]),
            planned_at=now,
            expires=_end(blueprint, row.award, now, days),
        )
    await desk.publisher.ensure({one.place.list_id for one in made.values()})
    overtaken = await _commit(desk, [one for key, one in made.items() if key not in known], now)
    renewed = await _renew(desk, [one for key, one in made.items() if key in known], now)
    outcomes: list[Planned | Refused] = []
    for key, row in zip(keys, rows, strict=True):
        if key in renewed:
            outcomes.append(_planned(row, made[key], "renewed", tokens[key]))
        elif key in made and key not in known and key not in overtaken:
            outcomes.append(_planned(row, made[key], "planned", tokens[key]))
        else:
            outcomes.append(_again(row, overtaken.get(key) or known[key]))
    return tuple(outcomes)


async def offer(desk: Desk, token: str) -> Offer:
    """What the link offers, also once it is used: the wallet that claimed may come again before the end.

    Raises IssueFault claim.unknown, claim.expired.
    """
    now = desk.clock()
    found = await _find(desk, token, now)
    blueprint = await desk.library.by_digest(found.template_digest)
    return Offer(
        claim=found,
        blueprint=blueprint,
        challenge=desk.challenges.make(_about(found.token_hash), now=now),
        domain=domain(desk),
        content=_content(_read(found.award, "")) if isinstance(found, Claim) and found.award is not None else (),
    )


async def claim(desk: Desk, token: str, presentation: JsonObject) -> Claimed:
    """Signs the planned credential to the holder of the presentation, once; the same holder gets the same one again.

    Raises IssueFault claim.unknown, claim.expired, claim.holder_unproven, claim.used, claim.revoked.
    """
    now = desk.clock()
    found = await _find(desk, token, now)
    who = holder.prove(
        presentation,
        challenges=desk.challenges,
        about=_about(found.token_hash),
        domain=domain(desk),
        now=now,
    )
    if isinstance(found, Rebinding):
        return await rebind.bind(desk, found, who)
    if found.award is None or found.holder is not None:
        return await _given(desk, found, who)
    blueprint = await desk.library.by_digest(found.template_digest)
    await desk.publisher.ensure({found.place.list_id})
    moment = now.replace(microsecond=0)
    made = issue.make(
        desk,
        blueprint,
        _read(found.award, who),
        found.place,
        credential_id=found.id,
        key=found.row_key,
        row_digest=found.row_digest,
        cohort=found.cohort,
        now=moment,
    )
    at_micros = to_micros(moment)

    async def unit(tx: Transaction) -> Claim | None:
        """None when this wallet has won; else the claim as another request has left it."""
        present = await claim_store.present_by_token(tx, found.token_hash)
        if present is None:
            raise IssueFault("claim.unknown", "the link was renewed while it was claimed")
        if present.holder is not None or present.award != found.award:
            return present
        await store.insert(tx, [made])
        await claim_store.fulfil(tx, found.id, who, at_micros=at_micros)
        happened = [
            Happened(kind="credential.issued", ref=made.id, data={"digest": made.digest}),
            Happened(kind="credential.claimed", ref=made.id, data={}),
        ]
        await event.append(tx, happened, at_micros=at_micros)
        return None

    other = await desk.database.submit(unit)
    if other is None:
        return Claimed(id=made.id, raw=made.raw, is_new=True)
    return await _given(desk, other, who)


async def _given(desk: Desk, found: Claim, who: Did) -> Claimed:
    if found.holder != who:
        raise IssueFault("claim.used", "the credential was claimed by another wallet")
    raw = await store.raw(desk.database, found.id)
    if raw is None:
        raise IssueFault("issue.not_found", f"this issuer has no credential {found.id}")
    return Claimed(id=found.id, raw=raw, is_new=False)


async def _find(desk: Desk, token: str, now: datetime) -> Claim | Rebinding:
    if _TOKEN.fullmatch(token) is None:
        raise IssueFault("claim.unknown", "this is no token of a claim")
    token_hash = hash_of(BearerToken(token))
    found = await claim_store.by_token(desk.database, token_hash) or await rebind_store.by_token(
        desk.database, token_hash
    )
    if found is None:
        raise IssueFault("claim.unknown", "there is no such claim, or its link was renewed")
    if now >= found.expires:
        raise IssueFault("claim.expired", f"the link ended at {timestamp.render(found.expires)}")
    return found


async def _commit(desk: Desk, claims: Sequence[NewClaim], now: datetime) -> dict[str, Claim]:
    """Stores the claims with their events; gives those that another process planned first, by row key."""
    if not claims:
        return {}
    at_micros = to_micros(now)

    async def unit(tx: Transaction) -> dict[str, Claim]:
        present = await claim_store.insert(tx, claims)
        happened = [Happened(kind="claim.planned", ref=one.id, data={}) for one in claims if one.row_key not in present]
        await event.append(tx, happened, at_micros=at_micros)
        return present

    return await desk.database.submit(unit)


async def _renew(desk: Desk, claims: Sequence[NewClaim], now: datetime) -> frozenset[str]:
    """Gives the row keys whose claim has a fresh token now."""
    if not claims:
        return frozenset()
    at_micros = to_micros(now)

    async def unit(tx: Transaction) -> frozenset[str]:
        renewed = [one for one in claims if await claim_store.renew(tx, one)]
        happened = [Happened(kind="claim.renewed", ref=one.id, data={}) for one in renewed]
        await event.append(tx, happened, at_micros=at_micros)
        return frozenset(one.row_key for one in renewed)

    return await desk.database.submit(unit)


def _end(blueprint: Blueprint, award: Award, now: datetime, days: int) -> datetime:
    """The link never outlives the achievement itself."""
    until = compose.achievement_until(blueprint.template, awarded=award.awarded or now)
    end = now + timedelta(days=days)
    return end if until is None else min(end, until)


def _planned(row: RowAward, made: NewClaim, state: State, token: BearerToken) -> Planned:
    return Planned(line=row.line, id=made.id, state=state, expires=made.expires, token=token)


def _again(row: RowAward, found: Claim) -> Planned | Refused:
    if found.row_digest != row.award.digest:
        what = "was claimed" if found.holder is not None else "is planned"
        return Refused(
            line=row.line,
            code="batch.changed",
            message=f"{found.id} of this learner, template and cohort {what} with other values",
        )
    state: State = "already" if found.holder is None else "claimed"
    return Planned(line=row.line, id=found.id, state=state, expires=found.expires, token=None)


def _content(award: Award) -> tuple[str, ...]:
    said = {
        "your name": bool(award.name),
        "the credits you earned": bool(award.credits),
        "words about your work": bool(award.narrative),
        "your results": bool(award.results),
        "evidence of your work": bool(award.evidence),
    }
    return tuple(what for what, is_there in said.items() if is_there)


def _about(token_hash: str) -> str:
    return f"claim {token_hash}"


def _write(award: Award) -> str:
    """The award as it waits in the store: all but who it is for."""
    value = asdict(award)
    del value["recipient"], value["digest"]
    value["awarded"] = None if award.awarded is None else timestamp.render(award.awarded)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read(text: str, recipient: str) -> Award:
    """The award of `_write`, for this recipient."""
    value = strictjson.load_object(text.encode("utf-8"))
    awarded = value["awarded"]
    return Award(
        recipient=recipient,
        name=str(value["name"]),
        awarded=None if awarded is None else timestamp.parse(str(awarded)),
        credits=str(value["credits"]),
        narrative=str(value["narrative"]),
        results=tuple(ResultValue(**one) for one in _texts(value["results"])),
        evidence=tuple(Evidence(**one) for one in _texts(value["evidence"])),
        digest="",
    )


def _texts(value: JsonValue) -> list[dict[str, str]]:
    items = value if isinstance(value, list) else []
    return [{name: str(member) for name, member in item.items()} for item in items if isinstance(item, dict)]
