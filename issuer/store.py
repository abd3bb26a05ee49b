"""The issuer's rows: issued credentials, the bits of status lists and their changes. SQL and nothing else.

Tables: issuer/migration. The functions that take a Transaction run inside a unit of `Database.submit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from issuer.compose import Place
from issuer.template import StatusPurpose
from satchel.errors import IssueFault
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, SqlValue, Transaction, blob, integer, text

MIGRATIONS: Final = "issuer.migration"
CHUNK: Final = 200

Action: TypeAlias = Literal["revoke", "suspend", "reinstate", "recover"]

PURPOSES: Final[dict[str, StatusPurpose]] = {"revocation": "revocation", "suspension": "suspension"}
_ISSUED: Final = "id, row_key, row_digest, digest, list, idx"
# One constant text with CHUNK parameters: one hop finds a whole chunk.
_BY_ROW_KEYS: Final = (
    f"SELECT {_ISSUED} FROM credential WHERE row_key IN ({', '.join(f'${place + 1}' for place in range(CHUNK))})"
)
_HAS_ROW_KEY: Final = "SELECT 1 FROM credential WHERE row_key = $1"
_INSERT: Final = (
    "INSERT INTO credential (id, row_key, row_digest, template, template_version, template_digest, cohort, list, idx, "
    "digest, raw, issued_at, valid_until, achievement_until) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)
_RAW: Final = "SELECT raw FROM credential WHERE id = $1"
_STATUS: Final = (
    "SELECT c.id, c.list, c.idx, l.purpose, s.since FROM credential c JOIN status_list l ON l.id = c.list "
    "LEFT JOIN status_set s ON s.list = c.list AND s.idx = c.idx WHERE c.id = $1"
)
_PAGE: Final = (
    "SELECT c.id, c.template, c.template_version, c.cohort, c.digest, c.issued_at, c.valid_until, l.purpose, s.since, "
    "COALESCE(k.holder, r.holder) FROM credential c JOIN status_list l ON l.id = c.list "
    "LEFT JOIN status_set s ON s.list = c.list AND s.idx = c.idx LEFT JOIN claim k ON k.credential = c.id "
    "LEFT JOIN rebinding r ON r.credential = c.id "
    "WHERE (c.issued_at, c.id) > ($1, $2) ORDER BY c.issued_at, c.id LIMIT $3"
)
_SET_BIT: Final = "INSERT INTO status_set (list, idx, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_CLEAR_BIT: Final = "DELETE FROM status_set WHERE list = $1 AND idx = $2"
_CHANGED: Final = "UPDATE status_list SET changes = changes + 1 WHERE id = $1"
_CHANGE: Final = (
    "INSERT INTO status_change (id, list, idx, credential, action, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_LIST: Final = "id, purpose, size, changes, published_changes, published_until"
_LISTS: Final = f"SELECT {_LIST} FROM status_list ORDER BY created_at, id"
_ONE_LIST: Final = f"SELECT {_LIST} FROM status_list WHERE id = $1"
_BITS: Final = "SELECT idx FROM status_set WHERE list = $1 ORDER BY idx"
_ISSUED_SINCE: Final = "SELECT count(*) FROM credential WHERE issued_at >= $1"
_PUBLISHED: Final = "UPDATE status_list SET published_changes = $2, published_until = $3 WHERE id = $1"
_CLOSE_LISTS: Final = "UPDATE status_list SET closed = 1 WHERE closed = 0 RETURNING id"
_ADOPT_LIST: Final = (
    "INSERT INTO status_list (id, purpose, size, closed, created_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A credential that was issued for a row."""

    id: str
    row_key: str
    row_digest: str
    digest: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A signed credential on its way into the store."""

    id: str
    row_key: str
    row_digest: str
    template: str
    template_version: str
    template_digest: str
    cohort: str
    place: Place
    digest: str
    raw: bytes
    issued_at: datetime
    valid_until: datetime | None
    achievement_until: datetime | None

    def row(self) -> tuple[SqlValue, ...]:
        """The values of the INSERT, in its order."""
        return (
            self.id,
            self.row_key,
            self.row_digest,
            self.template,
            self.template_version,
            self.template_digest,
            self.cohort,
            self.place.list_id,
            self.place.index,
            self.digest,
            self.raw,
            to_micros(self.issued_at),
            None if self.valid_until is None else to_micros(self.valid_until),
            None if self.achievement_until is None else to_micros(self.achievement_until),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A credential as a list shows it: nothing of the learner. `set_since` is when its status bit was set, else None;
    `is_claimed` says that a wallet came for it."""

    id: str
    template: str
    template_version: str
    cohort: str
    digest: str
    issued_at: datetime
    valid_until: datetime | None
    purpose: StatusPurpose
    set_since: datetime | None
    is_claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a credential's bit is and since when it is set; None when it is not."""

    id: str
    place: Place
    purpose: StatusPurpose
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListRow:
    """A status list and how far its publication is behind; None when it was never published."""

    id: str
    purpose: StatusPurpose
    size: int
    changes: int
    published_changes: int | None
    published_until: datetime | None


async def known_rows(database: Database, row_keys: Sequence[str]) -> dict[str, Known]:
    """The credentials that these rows already have, by row key; at most CHUNK keys."""
    padded = [*row_keys, *[""] * (CHUNK - len(row_keys))]
    found = [_known(row) for row in await database.read(_BY_ROW_KEYS, *padded)]
    return {known.row_key: known for known in found}


async def present_row_keys(tx: Transaction, row_keys: Sequence[str]) -> frozenset[str]:
    """Which of the rows have a credential by now."""
    return frozenset([key for key in row_keys if await tx.one(_HAS_ROW_KEY, key) is not None])


async def insert(tx: Transaction, credentials: Sequence[NewCredential]) -> None:
    await tx.many(_INSERT, [credential.row() for credential in credentials])


async def raw(database: Database, credential_id: str) -> bytes | None:
    """The signed bytes exactly as they were made."""
    row = await database.one(_RAW, credential_id)
    return None if row is None else blob(row[0])


async def page(database: Database, *, after: tuple[int, str], limit: int) -> tuple[Listed, ...]:
    """The credentials that follow (micros of issue, id), oldest first."""
    return tuple(_listed(row) for row in await database.read(_PAGE, after[0], after[1], limit))


async def issued_since(database: Database, moment: datetime | None) -> int:
    """How many credentials were signed from this moment on; all when there is none."""
    row = await database.one(_ISSUED_SINCE, 0 if moment is None else to_micros(moment))
    return 0 if row is None else integer(row[0])


async def standing(tx: Transaction, credential_id: str) -> Standing | None:
    row = await tx.one(_STATUS, credential_id)
    if row is None:
        return None
    return Standing(
        id=text(row[0]),
        place=Place(list_id=text(row[1]), index=integer(row[2])),
        purpose=PURPOSES[text(row[3])],
        since=None if row[4] is None else from_micros(integer(row[4])),
    )


async def write_bit(
    tx: Transaction,
    place: Place,
    *,
    is_set: bool,
    change_id: str,
    credential_id: str | None,
    action: Action,
    reason: str,
    at_micros: int,
) -> bool:
    """Sets or clears a bit and notes why; False, and nothing is noted, when it was so already."""
    if is_set:
        changed = await tx.execute(_SET_BIT, place.list_id, place.index, at_micros)
    else:
        changed = await tx.execute(_CLEAR_BIT, place.list_id, place.index)
    if changed:
        await tx.execute(_CHANGED, place.list_id)
        await tx.execute(_CHANGE, change_id, place.list_id, place.index, credential_id, action, reason, at_micros)
    return bool(changed)


async def status_lists(database: Database) -> tuple[StatusListRow, ...]:
    return tuple(_list(row) for row in await database.read(_LISTS))


async def status_list(database: Database, list_id: str) -> StatusListRow:
    """One list. Raises IssueFault issue.not_found."""
    row = await database.one(_ONE_LIST, list_id)
    if row is None:
        raise IssueFault("issue.not_found", f"there is no status list {list_id}")
    return _list(row)


async def set_bits(database: Database, list_id: str) -> tuple[int, ...]:
    """The indexes of a list whose bits are set, ascending."""
    return tuple(integer(row[0]) for row in await database.read(_BITS, list_id))


async def note_publication(tx: Transaction, list_id: str, *, changes: int, until: datetime) -> None:
    await tx.execute(_PUBLISHED, list_id, changes, to_micros(until))


async def close_lists(tx: Transaction) -> tuple[str, ...]:
    """Closes every open list: no more places are given out of it."""
    return tuple(sorted(text(row[0]) for row in await tx.read(_CLOSE_LISTS)))


async def adopt_list(tx: Transaction, list_id: str, purpose: StatusPurpose, size: int, *, at_micros: int) -> bool:
    """Takes a published list that the database does not know back in, closed. False when it is known."""
    return bool(await tx.execute(_ADOPT_LIST, list_id, purpose, size, at_micros))


def _known(row: Row) -> Known:
    return Known(
        id=text(row[0]),
        row_key=text(row[1]),
        row_digest=text(row[2]),
        digest=text(row[3]),
        place=Place(list_id=text(row[4]), index=integer(row[5])),
    )


def _listed(row: Row) -> Listed:
    return Listed(
        id=text(row[0]),
        template=text(row[1]),
        template_version=text(row[2]),
        cohort=text(row[3]),
        digest=text(row[4]),
        issued_at=from_micros(integer(row[5])),
        valid_until=None if row[6] is None else from_micros(integer(row[6])),
        purpose=PURPOSES[text(row[7])],
        set_since=None if row[8] is None else from_micros(integer(row[8])),
        is_claimed=row[9] is not None,
    )


def _list(row: Row) -> StatusListRow:
    return StatusListRow(
        id=text(row[0]),
        purpose=PURPOSES[text(row[1])],
        size=integer(row[2]),
        changes=integer(row[3]),
        published_changes=None if row[4] is None else integer(row[4]),
        published_until=None if row[5] is None else from_micros(integer(row[5])),
    )
