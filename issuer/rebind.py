"""Re-binding: a credential that was signed to the hash of an address becomes one about the learner's own wallet.

The learner comes with a one-time link that went to that address, and proves the key of the wallet. The same statement
is then signed again with the wallet's DID in the place of the hash: same id, same place in the status list, a newer
validFrom, and the date of award as it was. By Open Badges 3.0 the newer of two with one issuer and id supersedes the
other; the earlier form is kept, still verifies, and is revoked together with the newer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from issuer import compose, event, issue, quality, rebind_store, store
from issuer.compose import Blueprint
from issuer.event import Happened
from issuer.issue import Desk, Refused, RowAward
from issuer.link import Claimed, Planned, State, hash_of, new_token
from issuer.rebind_store import Rebinding
from issuer.sign import sign
from issuer.store import Known
from satchel.codec import strictjson, timestamp
from satchel.errors import IssueFault
from satchel.node.clock import to_micros
from satchel.node.database import Transaction
from satchel.node.guard import BearerToken
from satchel.port import Did, JsonObject, JsonValue


async def plan(
    desk: Desk, blueprint: Blueprint, rows: Sequence[RowAward], *, cohort: str, days: int, renews: bool
) -> tuple[Planned | Refused, ...]:
    """A link for each row that has its credential, in order; at most store.CHUNK rows. Returns after the commit.

    A row without a credential is refused (claim.not_issued), and one whose credential was taken back (claim.revoked).
    """
    now = desk.clock().replace(microsecond=0)
    keys = [issue.row_key(desk.row_secret, blueprint, cohort, row.award.recipient) for row in rows]
    known = await store.known_rows(desk.database, keys)
    ids = [one.id for one in known.values()]
    before = await rebind_store.by_credentials(desk.database, ids)
    taken_back = await rebind_store.taken_back(desk.database, ids)
    refused = {
        key: refusal
        for key, row in zip(keys, rows, strict=True)
        if (refusal := _refusal(row, known.get(key), taken_back)) is not None
    }
    tokens: dict[str, BearerToken] = {}
    ends: dict[str, datetime] = {}
    for key, row in zip(keys, rows, strict=True):
        if key not in refused and (known[key].id not in before or (renews and before[known[key].id].holder is None)):
            tokens[known[key].id] = new_token(desk.entropy)
            ends[known[key].id] = _end(blueprint, row, now, days)
    made = await _commit(desk, tokens, before, ends, now)
    links = await rebind_store.by_credentials(desk.database, ids)
    outcomes: list[Planned | Refused] = []
    for key, row in zip(keys, rows, strict=True):
        if key in refused:
            outcomes.append(refused[key])
            continue
        link = links[known[key].id]
        state: State = "already" if link.holder is None else "claimed"
        if link.id in made:
            state = "renewed" if link.id in before else "planned"
        token = tokens[link.id] if link.id in made else None
        outcomes.append(Planned(line=row.line, id=link.id, state=state, expires=link.expires, token=token))
    return tuple(outcomes)


async def bind(desk: Desk, found: Rebinding, who: Did) -> Claimed:
    """The credential about the holder, once; the same holder gets the same one again. Raises IssueFault claim.used,
    claim.revoked, claim.unknown."""
    if found.holder is not None:
        return _given(found, who)
    if found.since is not None:
        raise IssueFault("claim.revoked", f"{found.id} was taken back on {found.since:%Y-%m-%d}")
    moment = desk.clock().replace(microsecond=0)
    blueprint = await desk.library.by_digest(found.template_digest)
    document = _rebound(strictjson.load_object(found.raw), who, blueprint, moment)
    quality.check(document, blueprint.profile)
    signed = sign(document, signer=desk.signer, now=moment)
    until = document.get("validUntil")
    valid_until = timestamp.parse(until) if isinstance(until, str) else None
    at_micros = to_micros(moment)

    async def unit(tx: Transaction) -> Rebinding | None:
        """None when this wallet has won; else the link as another request has left it."""
        present = await rebind_store.present_by_token(tx, found.token_hash)
        if present is None:
            raise IssueFault("claim.unknown", "the link was renewed while it was claimed")
        if present.holder is not None or present.since is not None:
            return present
        await rebind_store.bind(
            tx,
            found.id,
            who,
            digest=signed.digest,
            raw=signed.raw,
            valid_until=valid_until,
            at_micros=at_micros,
        )
        data: JsonObject = {"digest": signed.digest, "supersedes": found.digest}
        happened = [
            Happened(kind="credential.rebound", ref=found.id, data=data),
            Happened(kind="credential.claimed", ref=found.id, data={}),
        ]
        await event.append(tx, happened, at_micros=at_micros)
        return None

    other = await desk.database.submit(unit)
    if other is None:
        return Claimed(id=found.id, raw=signed.raw, is_new=True)
    if other.holder is None:
        raise IssueFault("claim.revoked", f"{found.id} was taken back while it was claimed")
    return _given(other, who)


def _given(found: Rebinding, who: Did) -> Claimed:
    if found.holder != who:
        raise IssueFault("claim.used", "the credential was claimed by another wallet")
    return Claimed(id=found.id, raw=found.raw, is_new=False)


def _rebound(document: JsonObject, who: Did, blueprint: Blueprint, now: datetime) -> JsonObject:
    """The same statement about the holder's DID, unsigned."""
    said = {name: value for name, value in document.items() if name != "proof"}
    said["validFrom"] = timestamp.render(now)
    awarded = said.get("awardedDate")
    ends = compose.valid_until(
        blueprint.template, awarded=timestamp.parse(awarded) if isinstance(awarded, str) else now, now=now
    )
    said.pop("validUntil", None)
    if ends is not None:
        said["validUntil"] = timestamp.render(ends)
    subject = said.get("credentialSubject")
    before = subject if isinstance(subject, dict) else {}
    about: JsonObject = {"id": who}
    for name, value in before.items():
        if name == "identifier":
            # The hash of the address was there to find the learner; the DID does that now, and tells less.
            if shown := [one for one in _items(value) if isinstance(one, dict) and one.get("hashed") is not True]:
                about[name] = [*shown]
        elif name != "id":
            about[name] = value
    said["credentialSubject"] = about
    return said


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


async def _commit(
    desk: Desk,
    tokens: Mapping[str, BearerToken],
    waiting: Mapping[str, Rebinding],
    ends: Mapping[str, datetime],
    now: datetime,
) -> frozenset[str]:
    """Stores the links with their events; gives the credentials whose token counts."""
    if not tokens:
        return frozenset()
    at_micros = to_micros(now)

    async def unit(tx: Transaction) -> frozenset[str]:
        made: list[str] = []
        happened: list[Happened] = []
        for credential_id, token in tokens.items():
            if credential_id in waiting:
                is_kept = await rebind_store.renew(tx, credential_id, hash_of(token), expires=ends[credential_id])
            else:
                is_kept = await rebind_store.insert(
                    tx, credential_id, hash_of(token), at_micros=at_micros, expires=ends[credential_id]
                )
            if is_kept:
                made.append(credential_id)
                kind = "claim.renewed" if credential_id in waiting else "claim.planned"
                happened.append(Happened(kind=kind, ref=credential_id, data={}))
        await event.append(tx, happened, at_micros=at_micros)
        return frozenset(made)

    return await desk.database.submit(unit)


def _refusal(row: RowAward, known: Known | None, taken_back: frozenset[str]) -> Refused | None:
    if known is None:
        said = "this learner has no credential of this template and cohort yet"
        return Refused(line=row.line, code="claim.not_issued", message=said)
    if known.row_digest != row.award.digest:
        said = f"this learner already has {known.id} of this template and cohort, with other values"
        return Refused(line=row.line, code="batch.changed", message=said)
    if known.id in taken_back:
        return Refused(line=row.line, code="claim.revoked", message=f"{known.id} was taken back")
    return None


def _end(blueprint: Blueprint, row: RowAward, now: datetime, days: int) -> datetime:
    """The link never outlives the achievement itself."""
    until = compose.achievement_until(blueprint.template, awarded=row.award.awarded or now)
    end = now + timedelta(days=days)
    return end if until is None else min(end, until)
