"""After an older copy of the database was put back: what must happen before anything is issued again.

Places given out after the copy was made are unknown to it, so every open list is closed and none of them is used
twice. For the same reason claims that wait for a wallet are removed: some of them may have been signed after the copy
was made, and running their table again plans them anew. Bits that were set after it are taken over from the published
lists, which we signed ourselves: a restore must not quietly un-revoke. What the copy cannot know, the credentials
issued after it, stays lost and is counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from issuer import claim_store, event, rebind_store, store
from issuer.compose import Place, Profile, status_list_url
from issuer.event import Happened
from issuer.publish import site
from issuer.template import StatusPurpose
from satchel.codec import bits, strictjson
from satchel.credential import status
from satchel.errors import SatchelError
from satchel.key import multikey
from satchel.linked.pinned import PINNED
from satchel.node.clock import to_micros
from satchel.node.database import Database, Transaction
from satchel.node.entropy import new_id
from satchel.node.settings import Home
from satchel.port import Clock, Entropy, JsonObject
from satchel.proof import configuration, suites

REASON: Final = "recovered from the published list after the database was restored"
LIST_LIMIT_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What a restore did: lists closed, lists taken back in, bits taken back in, claims removed, files that could not
    be used."""

    reason: str
    closed: tuple[str, ...]
    adopted: tuple[str, ...]
    bits: int
    claims: int
    unusable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A published list of ours as it lies in HOME/public."""

    id: str
    purpose: StatusPurpose
    size: int
    indexes: tuple[int, ...]


async def settle(
    database: Database,
    home: Home,
    profile: Profile,
    own_keys: Collection[str],
    *,
    clock: Clock,
    entropy: Entropy,
) -> Recovered | None:
    """None when the database is the one that this node last wrote; else what was done to go on safely. `own_keys` are
    the Multikeys that have signed this issuer's lists."""
    if database.restored is None:
        return None
    reason, at_micros = database.restored.reason, to_micros(clock())
    seen, unusable = _published(home, profile, own_keys)
    change_ids = {(one.id, index): new_id(entropy) for one in seen for index in one.indexes}

    async def unit(tx: Transaction) -> Recovered:
        closed = await store.close_lists(tx)
        adopted = [
            one.id for one in seen if await store.adopt_list(tx, one.id, one.purpose, one.size, at_micros=at_micros)
        ]
        recovered = 0
        for (list_id, index), change_id in change_ids.items():
            recovered += await store.write_bit(
                tx,
                Place(list_id=list_id, index=index),
                is_set=True,
                change_id=change_id,
                credential_id=None,
                action="recover",
                reason=REASON,
                at_micros=at_micros,
            )
        claims = await claim_store.forget_open(tx) + await rebind_store.forget_open(tx)
        data: JsonObject = {"closed": [*closed], "bits": recovered, "claims": claims}
        about = Happened(kind="database.restored", ref=reason, data=data)
        await event.append(tx, [about], at_micros=at_micros)
        return Recovered(
            reason=reason, closed=closed, adopted=tuple(adopted), bits=recovered, claims=claims, unusable=unusable
        )

    return await database.settle(unit)


def _published(home: Home, profile: Profile, own_keys: Collection[str]) -> tuple[tuple[_Seen, ...], tuple[str, ...]]:
    folder = site(home, profile.origin) / "status"
    seen: list[_Seen] = []
    unusable: list[str] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith("."):
            continue
        found = None
        if path.is_file() and path.stat().st_size <= LIST_LIMIT_BYTES:
            found = _open(path.read_bytes(), path.name, profile, own_keys)
        if found is None:
            unusable.append(path.name)
        else:
            seen.append(found)
    return tuple(seen), tuple(unusable)


def _open(raw: bytes, name: str, profile: Profile, own_keys: Collection[str]) -> _Seen | None:
    """The list, when it is one that we signed for this very place; None for anything else."""
    try:
        value = strictjson.load_object(raw)
        opened = status.open_list(value)
        (proof,) = configuration.proofs_of(value)
        secured = suites.Secured(value, PINNED)
        if opened.id != status_list_url(profile.origin, name) or opened.issuer != profile.did:
            return None
        if not any(suites.verify(secured, proof, multikey.decode(key)) for key in own_keys):
            return None
    except (SatchelError, ValueError):
        return None
    purpose = next((one for one in store.PURPOSES if opened.purposes == (one,)), None)
    if purpose is None:
        return None
    size = len(opened.bits) * 8
    indexes = tuple(
        at * 8 + bit
        for at, byte in enumerate(opened.bits)
        if byte
        for bit in range(8)
        if bits.get(opened.bits, at * 8 + bit)
    )
    return _Seen(id=name, purpose=store.PURPOSES[purpose], size=size, indexes=indexes)
