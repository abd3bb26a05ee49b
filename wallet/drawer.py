"""The drawer: small sealed things beside the wallet's records, in the same file and under a key of the same vault.

Four kinds lie in it: endorsements that wait for the learner's word, digests of those that were rejected, the tokens of
the wallet's HTTP face, and answers kept for requests that may be sent again. Each content is sealed by itself; its
kind, id and time are part of the AAD, so a row that is moved, renamed or re-dated does not open. Unlike records, rows
are not in the vault's roster: who can write the file can take one away or put an older one back, so nothing in the
drawer counts as a credential.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, Literal, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from satchel.codec import jcs, strictjson
from satchel.errors import SatchelError, WalletFault
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, Transaction, blob, integer
from satchel.node.guard import Kept, Token
from satchel.node.settings import Home
from satchel.port import Entropy, JsonObject
from wallet.header import KEY_BYTES, LABEL, NONCE_BYTES, u8, u16, u64
from wallet.store import MIGRATIONS
from wallet.vault import Vault, pad, unpad

Adding: TypeAlias = Literal["added", "there", "full"]

KEPT_FOR: Final = timedelta(days=2)
KEPT_LIMIT: Final = 5000

_GET: Final = "SELECT kind, id, at, content FROM drawer WHERE kind = $1 AND id = $2"
_ALL: Final = "SELECT kind, id, at, content FROM drawer WHERE kind = $1 ORDER BY at, id"
_COUNT: Final = "SELECT count(*) FROM drawer WHERE kind = $1"
_PUT: Final = (
    "INSERT INTO drawer (kind, id, at, content) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (kind, id) DO UPDATE SET at = excluded.at, content = excluded.content"
)
_ADD: Final = "INSERT INTO drawer (kind, id, at, content) VALUES ($1, $2, $3, $4)"
_REMOVE: Final = "DELETE FROM drawer WHERE kind = $1 AND id = $2"
_REMOVE_OLD: Final = "DELETE FROM drawer WHERE kind = $1 AND at < $2"
_OVERWRITE: Final = "PRAGMA secure_delete = ON"


class Kind(IntEnum):
    """What a row is; part of its AAD. Numbers are never reused."""

    ENDORSEMENT = 1
    TOKEN = 2
    ANSWER = 3
    REJECTED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row, opened."""

    id: bytes
    at: datetime
    content: bytes


class Drawer:
    """The open drawer of an unlocked wallet."""

    def __init__(self, database: Database, vault: Vault, entropy: Entropy) -> None:
        self._database = database
        self._wallet_id = vault.header.wallet_id
        self._entropy = entropy
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=self._wallet_id, info=LABEL + b"drawer key")
        self._cipher = AESGCMSIV(derived.derive(vault.master.reveal()))

    @classmethod
    @asynccontextmanager
    async def open(cls, home: Home, vault: Vault, *, entropy: Entropy) -> AsyncIterator[Drawer]:
        """The drawer of the wallet in this home. Raises SettingsFault and DatabaseFault."""
        async with Database.open(home.wallet_db, MIGRATIONS) as database:
            yield cls(database, vault, entropy)

    async def put(self, kind: Kind, id: bytes, content: bytes, *, at: datetime) -> None:
        """Writes a row over the one of the same kind and id."""
        row = self._seal(kind, id, content, at)

        async def unit(tx: Transaction) -> None:
            await tx.execute(_PUT, *row)

        await self._database.submit(unit)

    async def add(self, kind: Kind, id: bytes, content: bytes, *, at: datetime, limit: int) -> Adding:
        """Writes a new row: `there` when its id is there already, `full` when the kind has `limit` rows."""
        row = self._seal(kind, id, content, at)

        async def unit(tx: Transaction) -> Adding:
            if await tx.one(_GET, int(kind), id) is not None:
                return "there"
            counted = await tx.one(_COUNT, int(kind))
            if counted is not None and integer(counted[0]) >= limit:
                return "full"
            await tx.execute(_ADD, *row)
            return "added"

        return await self._database.submit(unit)

    async def get(self, kind: Kind, id: bytes) -> Item | None:
        """One row, or None. Raises WalletFault wallet.record when it does not open."""
        found = await self._database.one(_GET, int(kind), id)
        return None if found is None else self._open(found)

    async def all(self, kind: Kind) -> tuple[Item, ...]:
        """All rows of a kind, the oldest first. One that does not open was changed by somebody else; it is left out,
        so that it cannot keep the others from their owner."""
        items: list[Item] = []
        for row in await self._database.read(_ALL, int(kind)):
            try:
                items.append(self._open(row))
            except WalletFault:
                continue
        return tuple(items)

    async def count(self, kind: Kind) -> int:
        """How many rows of a kind there are."""
        found = await self._database.one(_COUNT, int(kind))
        return 0 if found is None else integer(found[0])

    async def remove(self, kind: Kind, id: bytes) -> bool:
        """Whether there was such a row; its bytes are overwritten in the file."""

        async def unit(tx: Transaction) -> bool:
            await tx.read(_OVERWRITE)
            return await tx.execute(_REMOVE, int(kind), id) == 1

        return await self._database.submit(unit)

    async def remove_old(self, kind: Kind, *, before: datetime) -> None:
        """Takes out what is older."""

        async def unit(tx: Transaction) -> None:
            await tx.execute(_REMOVE_OLD, int(kind), to_micros(before))

        await self._database.submit(unit)

    def _seal(self, kind: Kind, id: bytes, content: bytes, at: datetime) -> tuple[int, bytes, int, bytes]:
        micros = to_micros(at)
        nonce = self._entropy(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, pad(content), self._place(int(kind), id, micros))
        return int(kind), id, micros, sealed

    def _open(self, row: Row) -> Item:
        kind, id, micros, sealed = integer(row[0]), blob(row[1]), integer(row[2]), blob(row[3])
        try:
            place = self._place(kind, id, micros)
            content = unpad(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place))
        except (InvalidTag, ValueError, OverflowError) as error:
            raise WalletFault("wallet.record", f"Row {id.hex()[:8]} of the drawer is damaged or was moved.") from error
        return Item(id=id, at=from_micros(micros), content=content)

    def _place(self, kind: int, id: bytes, micros: int) -> bytes:
        """The AAD. Every field has a fixed length or its length before it."""
        return LABEL + b"drawer" + self._wallet_id + u16(kind) + u8(len(id)) + id + u64(micros)


class DrawerTokens:
    """The tokens of the wallet's HTTP face (a satchel.node.guard.TokenStore). The row's id is the token's digest; name,
    scopes and times are sealed, so who can write the file can make no token and widen none."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer

    async def add(self, token: Token) -> None:
        """Keeps a new token."""
        await self._drawer.put(Kind.TOKEN, bytes.fromhex(token.digest), _token_bytes(token), at=token.created)

    async def list(self) -> tuple[Token, ...]:
        """All tokens, the oldest first."""
        return tuple(_token(item) for item in await self._drawer.all(Kind.TOKEN))

    async def remove(self, token: Token) -> None:
        """Ends a token: it is unknown from now on."""
        await self._drawer.remove(Kind.TOKEN, bytes.fromhex(token.digest))

    async def find(self, digest: str, /) -> Token | None:
        """The token of this digest; None also for a row that does not open: then somebody else has put it there."""
        try:
            item = await self._drawer.get(Kind.TOKEN, bytes.fromhex(digest))
        except WalletFault:
            return None
        return None if item is None else _token(item)

    async def used(self, token_id: str, at: datetime, /) -> None:
        """Notes when the token was last used."""
        for token in await self.list():
            if token.id == token_id:
                content = _token_bytes(token, last_used=at)
                await self._drawer.put(Kind.TOKEN, bytes.fromhex(token.digest), content, at=token.created)


class DrawerRepeats:
    """Answers that are kept for requests sent again (a satchel.node.guard.RepeatStore). They hold credentials."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer

    async def find(self, repeat_id: str, /) -> Kept | None:
        """The answer of the first time."""
        item = await self._drawer.get(Kind.ANSWER, bytes.fromhex(repeat_id))
        if item is None:
            return None
        head, _, body = item.content.partition(b"\n")
        value = _object(head)
        headers = value.get("headers")
        status = value.get("status")
        if not isinstance(headers, dict) or not isinstance(status, int):
            raise WalletFault("wallet.record", "A kept answer of the drawer cannot be read.")
        return Kept(
            digest=_text(value, "digest"),
            status=status,
            media_type=_text(value, "media_type"),
            body=body,
            headers={name: text for name, text in headers.items() if isinstance(text, str)},
            at=item.at,
        )

    async def keep(self, repeat_id: str, kept: Kept, /) -> None:
        """Keeps the answer for two days. Past a bound it is not kept: the request, sent again, is then done again."""
        await self._drawer.remove_old(Kind.ANSWER, before=kept.at - KEPT_FOR)
        head = jcs.encode(
            {
                "digest": kept.digest,
                "status": kept.status,
                "media_type": kept.media_type,
                "headers": dict(kept.headers),
            }
        )
        await self._drawer.add(
            Kind.ANSWER, bytes.fromhex(repeat_id), head + b"\n" + kept.body, at=kept.at, limit=KEPT_LIMIT
        )


def _token_bytes(token: Token, last_used: datetime | None = None) -> bytes:
    used = token.last_used if last_used is None else last_used
    return jcs.encode(
        {
            "id": token.id,
            "name": token.name,
            "scopes": list(token.scopes),
            "expires": None if token.expires is None else to_micros(token.expires),
            "last_used": None if used is None else to_micros(used),
        }
    )


def _token(item: Item) -> Token:
    value = _object(item.content)
    scopes = value.get("scopes")
    return Token(
        id=_text(value, "id"),
        name=_text(value, "name"),
        digest=item.id.hex(),
        scopes=tuple(scope for scope in (scopes if isinstance(scopes, list) else ()) if isinstance(scope, str)),
        created=item.at,
        expires=_moment(value, "expires"),
        last_used=_moment(value, "last_used"),
    )


def _object(raw: bytes) -> JsonObject:
    try:
        return strictjson.load_object(raw)
    except SatchelError as error:
        raise WalletFault("wallet.record", "A row of the drawer cannot be read.") from error


def _text(value: JsonObject, name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise WalletFault("wallet.record", f"A row of the drawer has no {name}.")
    return text


def _moment(value: JsonObject, name: str) -> datetime | None:
    micros = value.get(name)
    return from_micros(micros) if isinstance(micros, int) else None
