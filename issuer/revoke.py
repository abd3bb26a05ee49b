"""Taking a credential back for good, or for a while, or ending that. The published list follows the commit.

The template chose one kind for each credential (DESIGN 7): a credential with a revocation bit is never suspended, one
with a suspension bit never revoked, because its verifiers read that bit under the other name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from issuer import access, event, store
from issuer.access import Remember
from issuer.event import Happened
from issuer.section import text_fault
from issuer.template import StatusPurpose
from satchel.errors import IssueFault, StatusError
from satchel.node.clock import to_micros
from satchel.node.database import Database, Transaction
from satchel.node.entropy import new_id
from satchel.port import Clock, Entropy
from satchel.text import for_terminal

Change: TypeAlias = Literal["revoke", "suspend", "reinstate"]

REASON_LIMIT_CHARS: Final = 500

_NEEDS: Final[dict[Change, StatusPurpose]] = {
    "revoke": "revocation",
    "suspend": "suspension",
    "reinstate": "suspension",
}
_KINDS: Final[dict[Change, str]] = {
    "revoke": "credential.revoked",
    "suspend": "credential.suspended",
    "reinstate": "credential.reinstated",
}
_ID: Final = re.compile(r"(?:https://[^\s?#]+/credentials/)?([a-z2-7]{26})")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """What is now on disk. `changed` is False when it was so already; `since` is when the bit was set, else None."""

    id: str
    list_id: str
    index: int
    purpose: StatusPurpose
    changed: bool
    since: datetime | None


async def change(
    database: Database,
    credential: str,
    change: Change,
    *,
    reason: str,
    clock: Clock,
    entropy: Entropy,
    remember: Remember[StatusChanged] | None = None,
) -> StatusChanged:
    """Sets or clears the bit of a credential, named by its id or its URL. Asking again changes nothing.

    With `remember` the answer is kept in the same transaction.

    Raises IssueFault issue.not_found and issue.reason, StatusError status.purpose_missing.
    """
    found = _ID.fullmatch(credential.strip())
    if found is None:
        raise IssueFault("issue.not_found", f"{for_terminal(credential, limit=80)} is no id of a credential")
    credential_id, reason = found[1], reason.strip()
    wrong = text_fault(reason, limit=REASON_LIMIT_CHARS, lines=False) if reason else "is empty"
    if wrong is not None:
        raise IssueFault("issue.reason", f"the reason {wrong}")
    now = clock().replace(microsecond=0)
    at_micros, change_id = to_micros(now), new_id(entropy)

    async def unit(tx: Transaction) -> StatusChanged:
        standing = await store.standing(tx, credential_id)
        if standing is None:
            raise IssueFault("issue.not_found", f"this issuer has no credential {credential_id}")
        if standing.purpose != _NEEDS[change]:
            raise StatusError(
                "status.purpose_missing",
                f"{credential_id} was issued with {standing.purpose} and cannot be {_KINDS[change].split('.')[1]}",
                next_step=_WAY_OUT[standing.purpose],
            )
        changed = await store.write_bit(
            tx,
            standing.place,
            is_set=change != "reinstate",
            change_id=change_id,
            credential_id=credential_id,
            action=change,
            reason=reason,
            at_micros=at_micros,
        )
        if changed:
            about = Happened(kind=_KINDS[change], ref=credential_id, data={"change": change_id})
            await event.append(tx, [about], at_micros=at_micros)
        since = None if change == "reinstate" else (now if changed else standing.since)
        done = StatusChanged(
            id=credential_id,
            list_id=standing.place.list_id,
            index=standing.place.index,
            purpose=standing.purpose,
            changed=changed,
            since=since,
        )
        if remember is not None:
            await access.keep(tx, remember.id, remember.answer(done))
        return done

    return await database.submit(unit)


_WAY_OUT: Final[dict[StatusPurpose, str]] = {
    "revocation": "Revoke it for good with `satchel revoke`; a template with `status: suspension` allows suspending.",
    "suspension": "Suspend it with `satchel suspend`; a template with `status: revocation` allows revoking.",
}
