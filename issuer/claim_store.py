"""The rows of planned claims. SQL and nothing else; the functions that take a Transaction run inside a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.compose import Place
from issuer.store import CHUNK
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, Transaction, integer, text
from satchel.port import Did

_COLUMNS: Final = (
    "id, row_key, row_digest, template_digest, cohort, list, idx, award, token_hash, expires_at, holder, credential"
)
_BY_ROW_KEYS: Final = (
    f"SELECT {_COLUMNS} FROM claim WHERE row_key IN ({', '.join(f'${place + 1}' for place in range(CHUNK))})"
)
_BY_ROW_KEY: Final = f"SELECT {_COLUMNS} FROM claim WHERE row_key = $1"
_BY_TOKEN: Final = f"SELECT {_COLUMNS} FROM claim WHERE token_hash = $1"
_INSERT: Final = (
    "INSERT INTO claim (id, row_key, row_digest, template, template_version, template_digest, cohort, list, idx, "
    "award, token_hash, planned_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
)
_RENEW: Final = (
    "UPDATE claim SET row_digest = $2, template_digest = $3, award = $4, token_hash = $5, expires_at = $6 "
    "WHERE row_key = $1 AND credential IS NULL"
)
_FULFIL: Final = (
    "UPDATE claim SET holder = $2, credential = id, claimed_at = $3, award = NULL WHERE id = $1 AND credential IS NULL"
)
_FORGET_OPEN: Final = "DELETE FROM claim WHERE credential IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """A planned credential on its way into the store. `id` is the one that the credential will have."""

    id: str
    row_key: str
    row_digest: str
    template: str
    template_version: str
    template_digest: str
    cohort: str
    place: Place
    award: str
    token_hash: str
    planned_at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A planned credential. `award` is None, and `holder` who claimed it, once it is signed."""

    id: str
    row_key: str
    row_digest: str
    template_digest: str
    cohort: str
    place: Place
    award: str | None
    token_hash: str
    expires: datetime
    holder: Did | None


async def by_row_keys(database: Database, row_keys: Sequence[str]) -> dict[str, Claim]:
    """The claims that these rows have, by row key; at most CHUNK keys."""
    padded = [*row_keys, *[""] * (CHUNK - len(row_keys))]
    found = [_claim(row) for row in await database.read(_BY_ROW_KEYS, *padded)]
    return {claim.row_key: claim for claim in found}


async def by_token(database: Database, token_hash: str) -> Claim | None:
    row = await database.one(_BY_TOKEN, token_hash)
    return None if row is None else _claim(row)


async def present_by_token(tx: Transaction, token_hash: str) -> Claim | None:
    """The claim as it is in this very transaction."""
    row = await tx.one(_BY_TOKEN, token_hash)
    return None if row is None else _claim(row)


async def insert(tx: Transaction, claims: Sequence[NewClaim]) -> dict[str, Claim]:
    """Stores those claims whose row has none; gives the claims, by row key, of the rows that had one."""
    present: dict[str, Claim] = {}
    for one in claims:
        if (row := await tx.one(_BY_ROW_KEY, one.row_key)) is not None:
            present[one.row_key] = _claim(row)
            continue
        await tx.execute(
            _INSERT,
            one.id,
            one.row_key,
            one.row_digest,
            one.template,
            one.template_version,
            one.template_digest,
            one.cohort,
            one.place.list_id,
            one.place.index,
            one.award,
            one.token_hash,
            to_micros(one.planned_at),
            to_micros(one.expires),
        )
    return present


async def renew(tx: Transaction, claim: NewClaim) -> bool:
    """Puts another token, end and content in the place of the old ones; False when a wallet has come meanwhile."""
    changed = await tx.execute(
        _RENEW,
        claim.row_key,
        claim.row_digest,
        claim.template_digest,
        claim.award,
        claim.token_hash,
        to_micros(claim.expires),
    )
    return bool(changed)


async def fulfil(tx: Transaction, claim_id: str, holder: Did, *, at_micros: int) -> None:
    await tx.execute(_FULFIL, claim_id, holder, at_micros)


async def forget_open(tx: Transaction) -> int:
    """Removes every claim that nobody has come for; their places stay gaps. Gives how many they were."""
    return await tx.execute(_FORGET_OPEN)


def _claim(row: Row) -> Claim:
    return Claim(
        id=text(row[0]),
        row_key=text(row[1]),
        row_digest=text(row[2]),
        template_digest=text(row[3]),
        cohort=text(row[4]),
        place=Place(list_id=text(row[5]), index=integer(row[6])),
        award=None if row[7] is None else text(row[7]),
        token_hash=text(row[8]),
        expires=from_micros(integer(row[9])),
        holder=None if row[10] is None else Did(text(row[10])),
    )
