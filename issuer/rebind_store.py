"""The rows of credentials that wait to be bound to a wallet. SQL and nothing else; what takes a Transaction runs inside
a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.store import CHUNK
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, Transaction, blob, integer, text
from satchel.port import Did

_COLUMNS: Final = (
    "r.credential, r.token_hash, r.expires_at, r.holder, c.template_digest, c.digest, c.raw, s.since "
    "FROM rebinding r JOIN credential c ON c.id = r.credential "
    "LEFT JOIN status_set s ON s.list = c.list AND s.idx = c.idx"
)
_BY_TOKEN: Final = f"SELECT {_COLUMNS} WHERE r.token_hash = $1"
_BY_CREDENTIALS: Final = (
    f"SELECT {_COLUMNS} WHERE r.credential IN ({', '.join(f'${place + 1}' for place in range(CHUNK))})"
)
_TAKEN_BACK: Final = (
    "SELECT c.id FROM credential c JOIN status_set s ON s.list = c.list AND s.idx = c.idx "
    f"WHERE c.id IN ({', '.join(f'${place + 1}' for place in range(CHUNK))})"
)
_INSERT: Final = (
    "INSERT INTO rebinding (credential, token_hash, planned_at, expires_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT DO NOTHING"
)
_RENEW: Final = "UPDATE rebinding SET token_hash = $2, expires_at = $3 WHERE credential = $1 AND holder IS NULL"
_KEEP_EARLIER: Final = (
    "INSERT INTO earlier_form (digest, credential, raw, replaced_at) SELECT digest, id, raw, $2 FROM credential "
    "WHERE id = $1"
)
_REPLACE: Final = "UPDATE credential SET digest = $2, raw = $3, valid_until = $4 WHERE id = $1"
_BIND: Final = "UPDATE rebinding SET holder = $2, bound_at = $3 WHERE credential = $1 AND holder IS NULL"
_EARLIER: Final = "SELECT raw FROM earlier_form WHERE credential = $1 ORDER BY replaced_at, digest"
_FORGET_OPEN: Final = "DELETE FROM rebinding WHERE holder IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebinding:
    """A credential with a link. `digest` and `raw` are its newest form, `holder` who it was bound to, `since` when its
    status bit was set; None when not."""

    id: str
    token_hash: str
    expires: datetime
    holder: Did | None
    template_digest: str
    digest: str
    raw: bytes
    since: datetime | None


async def by_credentials(database: Database, ids: Sequence[str]) -> dict[str, Rebinding]:
    """The links that these credentials have, by credential; at most CHUNK ids."""
    padded = [*ids, *[""] * (CHUNK - len(ids))]
    return {found.id: found for found in map(_rebinding, await database.read(_BY_CREDENTIALS, *padded))}


async def by_token(database: Database, token_hash: str) -> Rebinding | None:
    row = await database.one(_BY_TOKEN, token_hash)
    return None if row is None else _rebinding(row)


async def taken_back(database: Database, ids: Sequence[str]) -> frozenset[str]:
    """Which of these credentials are revoked or suspended; at most CHUNK ids."""
    padded = [*ids, *[""] * (CHUNK - len(ids))]
    return frozenset(text(row[0]) for row in await database.read(_TAKEN_BACK, *padded))


async def present_by_token(tx: Transaction, token_hash: str) -> Rebinding | None:
    """The link as it is in this very transaction."""
    row = await tx.one(_BY_TOKEN, token_hash)
    return None if row is None else _rebinding(row)


async def insert(tx: Transaction, credential_id: str, token_hash: str, *, at_micros: int, expires: datetime) -> bool:
    """False when the credential has a link by now."""
    return bool(await tx.execute(_INSERT, credential_id, token_hash, at_micros, to_micros(expires)))


async def renew(tx: Transaction, credential_id: str, token_hash: str, *, expires: datetime) -> bool:
    """Puts another token in the place of the old one; False when a wallet has come meanwhile."""
    return bool(await tx.execute(_RENEW, credential_id, token_hash, to_micros(expires)))


async def bind(
    tx: Transaction,
    credential_id: str,
    holder: Did,
    *,
    digest: str,
    raw: bytes,
    valid_until: datetime | None,
    at_micros: int,
) -> None:
    """The new form takes the place of the one that is there, which is kept beside it."""
    await tx.execute(_KEEP_EARLIER, credential_id, at_micros)
    await tx.execute(_REPLACE, credential_id, digest, raw, None if valid_until is None else to_micros(valid_until))
    await tx.execute(_BIND, credential_id, holder, at_micros)


async def earlier(database: Database, credential_id: str) -> tuple[bytes, ...]:
    """The bytes of the forms that were replaced, the oldest first."""
    return tuple(blob(row[0]) for row in await database.read(_EARLIER, credential_id))


async def forget_open(tx: Transaction) -> int:
    """Removes every link that no wallet has come with; gives how many they were."""
    return await tx.execute(_FORGET_OPEN)


def _rebinding(row: Row) -> Rebinding:
    return Rebinding(
        id=text(row[0]),
        token_hash=text(row[1]),
        expires=from_micros(integer(row[2])),
        holder=None if row[3] is None else Did(text(row[3])),
        template_digest=text(row[4]),
        digest=text(row[5]),
        raw=blob(row[6]),
        since=None if row[7] is None else from_micros(integer(row[7])),
    )
