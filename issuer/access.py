"""Who may use the issuer over HTTP, and which answers were given already: the stores that satchel.node.guard asks for.

A token's secret is never stored, and its last use is noted at most once a minute. An answer is kept in the unit that
did the work, so a process killed right after it does not do the work again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from issuer import event
from issuer.event import Happened
from issuer.section import text_fault
from satchel.codec import strictjson
from satchel.errors import IssueFault
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, Transaction, blob, integer, text
from satchel.node.guard import BearerToken, Kept, Token, create_token
from satchel.port import Clock, Entropy
from satchel.text import for_terminal

KEPT_FOR: Final = timedelta(days=2)
NAME_LIMIT_CHARS: Final = 80

SCOPES: Final[Mapping[str, str]] = {
    "issue": "put templates, issue, plan claims",
    "revoke": "revoke, suspend and reinstate",
    "read": "read templates and credentials",
    "page": "switch a learner's public page on or off when the learner asks the issuer to",
}

_TOKEN: Final = "id, name, digest, scopes, created_at, expires_at, last_used_at"
_FIND: Final = f"SELECT {_TOKEN} FROM token WHERE digest = $1"
_ALL: Final = f"SELECT {_TOKEN} FROM token ORDER BY created_at, id"
_INSERT: Final = f"INSERT INTO token ({_TOKEN}) VALUES ($1, $2, $3, $4, $5, $6, $7)"
_USED: Final = "UPDATE token SET last_used_at = $2 WHERE id = $1"
_DELETE: Final = "DELETE FROM token WHERE id = $1"
_KEPT: Final = "SELECT digest, status, media_type, headers, body, at FROM kept_answer WHERE id = $1"
_KEEP: Final = (
    "INSERT INTO kept_answer (id, digest, status, media_type, headers, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT DO NOTHING"
)
_FORGET: Final = "DELETE FROM kept_answer WHERE at < $1"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(Generic[T]):
    """Under which id the answer to a result is kept, and what that answer is: a pure function of the result."""

    id: str
    answer: Callable[[T], Kept]


class Tokens:
    """The issuer's tokens, as satchel.node.guard.TokenStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, digest: str, /) -> Token | None:
        row = await self._database.one(_FIND, digest)
        return None if row is None else _token(row)

    async def used(self, token_id: str, at: datetime, /) -> None:
        at_micros = to_micros(at)

        async def unit(tx: Transaction) -> None:
            await tx.execute(_USED, token_id, at_micros)

        await self._database.submit(unit)

    async def all(self) -> tuple[Token, ...]:
        """The tokens, oldest first."""
        return tuple(_token(row) for row in await self._database.read(_ALL))

    async def create(
        self, *, name: str, scopes: tuple[str, ...], expires: datetime | None, clock: Clock, entropy: Entropy
    ) -> tuple[BearerToken, Token]:
        """A new token; its secret is to be had only here. Raises IssueFault issue.token."""
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            shown = for_terminal(", ".join(unknown), limit=80) or "no scope"
            raise IssueFault("issue.token", f"{shown} is none of {', '.join(SCOPES)}")
        if not name.strip() or text_fault(name, limit=NAME_LIMIT_CHARS, lines=False) is not None:
            raise IssueFault("issue.token", "the name is empty, too long or holds hidden characters")
        now = clock()
        if expires is not None and expires <= now:
            raise IssueFault("issue.token", "the token would end before it begins")
        secret, token = create_token(name=name, scopes=scopes, created=now, expires=expires, entropy=entropy)
        at_micros = to_micros(now)
        ends = None if expires is None else to_micros(expires)

        async def unit(tx: Transaction) -> None:
            scope_text = " ".join(token.scopes)
            await tx.execute(_INSERT, token.id, name, token.digest, scope_text, at_micros, ends, None)
            about = Happened(kind="token.created", ref=token.id, data={"scopes": [*token.scopes]})
            await event.append(tx, [about], at_micros=at_micros)

        await self._database.submit(unit)
        return secret, token

    async def revoke(self, token_id: str, *, clock: Clock) -> None:
        """The token is unknown from now on. Raises IssueFault issue.not_found."""
        at_micros = to_micros(clock())

        async def unit(tx: Transaction) -> None:
            if not await tx.execute(_DELETE, token_id):
                raise IssueFault("issue.not_found", f"there is no token {for_terminal(token_id, limit=60)}")
            await event.append(tx, [Happened(kind="token.revoked", ref=token_id, data={})], at_micros=at_micros)

        await self._database.submit(unit)


class Answers:
    """The answers given under an Idempotency-Key, as satchel.node.guard.RepeatStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, repeat_id: str, /) -> Kept | None:
        row = await self._database.one(_KEPT, repeat_id)
        if row is None:
            return None
        headers = strictjson.load_object(text(row[3]).encode("utf-8"))
        return Kept(
            digest=text(row[0]),
            status=integer(row[1]),
            media_type=text(row[2]),
            headers={name: str(value) for name, value in headers.items()},
            body=blob(row[4]),
            at=from_micros(integer(row[5])),
        )

    async def keep(self, repeat_id: str, kept: Kept, /) -> None:
        """Mostly the unit of the work has kept it already; then nothing is written."""
        if await self.find(repeat_id) is not None:
            return

        async def unit(tx: Transaction) -> None:
            await keep(tx, repeat_id, kept)

        await self._database.submit(unit)


async def keep(tx: Transaction, repeat_id: str, kept: Kept) -> None:
    """Keeps an answer inside the unit that did the work, and forgets those that are older than KEPT_FOR."""
    await tx.execute(_FORGET, to_micros(kept.at - KEPT_FOR))
    headers = json.dumps(dict(kept.headers))
    await tx.execute(
        _KEEP, repeat_id, kept.digest, kept.status, kept.media_type, headers, kept.body, to_micros(kept.at)
    )


def _token(row: Row) -> Token:
    return Token(
        id=text(row[0]),
        name=text(row[1]),
        digest=text(row[2]),
        scopes=tuple(text(row[3]).split()),
        created=from_micros(integer(row[4])),
        expires=None if row[5] is None else from_micros(integer(row[5])),
        last_used=None if row[6] is None else from_micros(integer(row[6])),
    )
