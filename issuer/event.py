"""The issuer's log: each event names the hash of the one before it, so a lost or changed row shows.

Kinds are `noun.past` (credential.issued, credential.revoked, status_list.created, database.restored). `ref` is an id
and `data` JSON of ids and digests; no personal data, because the log outlives every person's wish to be forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from satchel.codec import jcs
from satchel.node.database import Database, Row, Transaction, integer, text
from satchel.port import JsonObject

WRITER: Final = "issuer"  # one writer a database file: units of several processes follow each other on one chain
PAGE: Final = 1000

_COLUMNS: Final = "writer, seq, kind, ref, data, at, prev_hash"
_LAST: Final = f"SELECT {_COLUMNS} FROM event WHERE writer = $1 ORDER BY seq DESC LIMIT 1"
_PAGE: Final = f"SELECT {_COLUMNS} FROM event WHERE writer = $1 AND seq > $2 ORDER BY seq LIMIT $3"
_INSERT: Final = f"INSERT INTO event ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing to be logged: its kind, what it is about, and more ids about it."""

    kind: str
    ref: str
    data: JsonObject


async def append(tx: Transaction, happened: Sequence[Happened], *, at_micros: int) -> None:
    """Adds the events to the chain, in order, inside the unit that made them happen."""
    last = await tx.one(_LAST, WRITER)
    seq = integer(last[1]) if last is not None else 0
    before = digest(last) if last is not None else ""
    rows: list[Row] = []
    for one in happened:
        seq += 1
        row = (WRITER, seq, one.kind, one.ref, jcs.encode(one.data).decode(), at_micros, before)
        rows.append(row)
        before = digest(row)
    await tx.many(_INSERT, rows)


def digest(row: Row) -> str:
    """The SHA-256 of an event: of its columns as a JCS list."""
    return hashlib.sha256(jcs.encode(list(_plain(row)))).hexdigest()


def _plain(row: Row) -> Iterable[str | int]:
    for value in row:
        yield integer(value) if isinstance(value, int) else text(value)


async def first_break(database: Database) -> int | None:
    """The number of the first event that does not follow from the one before it; None when the chain is whole."""
    seq, before = 0, ""
    while rows := await database.read(_PAGE, WRITER, seq, PAGE):
        for row in rows:
            seq += 1
            if integer(row[1]) != seq or text(row[6]) != before:
                return seq
            before = digest(row)
    return None
