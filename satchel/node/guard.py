"""Who may ask, how often, and what must not be done twice: bearer tokens, rates, idempotency keys.

Pure but for the stores that a node gives. Tokens are kept as SHA-256 only: 256 random bits need no slow hash, and a
stolen database gives none away. Sources: RFC 6750, RFC 6585 section 4, the Idempotency-Key draft of the IETF.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from satchel.errors import DatabaseFault
from satchel.node.entropy import new_id
from satchel.node.problem import HttpFault
from satchel.port import Clock, Entropy

TOKEN_BYTES: Final = 32
USED_EVERY: Final = timedelta(minutes=1)
KEYS_LIMIT: Final = 20_000

_SCOPE: Final = re.compile(r"[a-z][a-z0-9_]*(?:[:.][a-z0-9_]+)*\Z")
_TOKEN: Final = re.compile(r"[a-z2-7]{52}\Z")
_CLIENT_KEY: Final = re.compile(r"[\x21-\x7e]{16,255}\Z")

T = TypeVar("T")


class BearerToken:
    """The secret itself, shown to its holder once; repr is `***`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def reveal(self) -> str:
        """52 characters of lower case base32."""
        return self._text


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a store keeps of a token. `digest` is the lower case SHA-256 hex of its characters."""

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None
    last_used: datetime | None


class TokenStore(Protocol):
    """Where a node keeps its tokens; `find` looks the digest up, deleted tokens are not found."""

    async def find(self, digest: str, /) -> Token | None: ...

    async def used(self, token_id: str, at: datetime, /) -> None: ...


class NoTokens:
    """The store of a node that gives no tokens: every token is unknown."""

    async def find(self, _digest: str, /) -> Token | None:
        return None

    async def used(self, _token_id: str, _at: datetime, /) -> None:
        return None


def create_token(
    *, name: str, scopes: Sequence[str], created: datetime, expires: datetime | None, entropy: Entropy
) -> tuple[BearerToken, Token]:
    """A new secret and the record to store. ValueError for a scope of a wrong form or an end before the beginning."""
    for scope in scopes:
        if not _SCOPE.match(scope):
            raise ValueError(f"{scope!r} is not a scope")
    if expires is not None and expires <= created:
        raise ValueError("the token would expire before it begins")
    text = base64.b32encode(entropy(TOKEN_BYTES)).decode("ascii").rstrip("=").lower()
    record = Token(
        id=new_id(entropy),
        name=name,
        digest=_digest(text),
        scopes=tuple(sorted(set(scopes))),
        created=created,
        expires=expires,
        last_used=None,
    )
    return BearerToken(text), record


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests a minute for each key, and so many at once."""

    per_minute: int
    burst: int


PEER_RATE: Final = Rate(per_minute=600, burst=200)
TOKEN_RATE: Final = Rate(per_minute=6000, burst=600)


class Rates:
    """Counts requests for each key in bounded memory (GCRA: one number a key).

    `seconds` is a monotonic clock: a jump of the wall clock neither opens nor closes the gate. When more than
    `keys_limit` keys are seen the one unused for longest is forgotten, which can only let its owner begin anew.
    """

    def __init__(self, rate: Rate, *, seconds: Callable[[], float], keys_limit: int = KEYS_LIMIT) -> None:
        self._interval = 60 / rate.per_minute
        self._tolerance = self._interval * (rate.burst - 1)
        self._seconds = seconds
        self._keys_limit = keys_limit
        self._next: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._next)

    def take(self, key: str) -> None:
        """Counts one request. Raises HttpFault http.rate_limited with Retry-After; a refused one is not counted."""
        now = self._seconds()
        expected = max(self._next.get(key, now), now)
        wait = expected - self._tolerance - now
        if wait > 1e-9:
            raise HttpFault(
                "http.rate_limited",
                "more requests than are allowed in a minute",
                headers={"Retry-After": str(max(1, math.ceil(wait)))},
            )
        self._next[key] = expected + self._interval
        self._next.move_to_end(key)
        while len(self._next) > self._keys_limit:
            self._next.popitem(last=False)


class Guard:
    """Lets a request in: by its address first, then by its token, scopes and the token's rate."""

    def __init__(
        self,
        *,
        tokens: TokenStore,
        clock: Clock,
        seconds: Callable[[], float],
        peer_rate: Rate = PEER_RATE,
        token_rate: Rate = TOKEN_RATE,
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._peers = Rates(peer_rate, seconds=seconds)
        self._holders = Rates(token_rate, seconds=seconds)

    def admit(self, peer: str | None) -> None:
        """Counts a request of a network address (None: a unix socket, not counted). HttpFault http.rate_limited."""
        if peer is not None:
            self._peers.take(peer)

    async def authorise(self, authorization: Sequence[str], scopes: Sequence[str]) -> Token:
        """The token of the Authorization fields, when it is valid and has every one of the scopes.

        Raises HttpFault token.missing, token.unknown, token.expired (401), token.scope (403), http.rate_limited.
        A token is taken from the header only: one in a URL would be kept by logs and histories.
        """
        if not authorization:
            raise HttpFault("token.missing", "no Authorization field", headers=_challenge())
        scheme, _, text = authorization[0].partition(" ")
        if len(authorization) > 1 or scheme.lower() != "bearer" or not _TOKEN.match(text):
            raise _refused("token.unknown", "the Authorization field holds no token of this node")
        digest = _digest(text)
        token = await self._tokens.find(digest)
        if token is None or not hmac.compare_digest(token.digest, digest):
            raise _refused("token.unknown", "the Authorization field holds no token of this node")
        now = self._clock()
        if token.expires is not None and now >= token.expires:
            raise _refused("token.expired", f"the token ended at {token.expires.isoformat()}")
        self._holders.take(token.id)
        missing = sorted(set(scopes).difference(token.scopes))
        if missing:
            wanted = " ".join(missing)
            challenge = _challenge(error="insufficient_scope", scope=wanted)
            raise HttpFault("token.scope", f"the token has not the scopes {wanted}", headers=challenge)
        if token.last_used is None or now - token.last_used >= USED_EVERY:
            # A note for the operator: a full disk must not stop the reads that this token may do.
            with contextlib.suppress(DatabaseFault):
                await self._tokens.used(token.id, now)
        return token


def _challenge(**parameters: str) -> Mapping[str, str]:
    listed = ", ".join(f'{name}="{value}"' for name, value in {"realm": "satchel", **parameters}.items())
    return {"WWW-Authenticate": f"Bearer {listed}"}


def _refused(code: str, message: str) -> HttpFault:
    return HttpFault(code, message, headers=_challenge(error="invalid_token"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """A request that may be sent again. `id` is a hash over token, method, path and the client's key, so that no
    holder meets another's answers; `digest` is the SHA-256 hex over query, media type and body."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer that was given the first time."""

    digest: str
    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime


class RepeatStore(Protocol):
    """Where a node keeps answers, for a day at least. `keep` does nothing when the id is kept already.

    To stay exact when the process is killed between the work and `keep`, a service writes the answer in the same unit
    as the work, under `call.repeatable`; `keep` then finds it there.
    """

    async def find(self, repeat_id: str, /) -> Kept | None: ...

    async def keep(self, repeat_id: str, kept: Kept, /) -> None: ...


def repeatable(
    client_keys: Sequence[str], *, token: Token, method: str, path: str, query: str, media_type: str, body: bytes
) -> Repeatable | None:
    """The request's identity when it carries an Idempotency-Key, else None. Raises HttpFault http.idempotency_key."""
    if not client_keys:
        return None
    if len(client_keys) > 1 or not _CLIENT_KEY.match(client_keys[0]):
        raise HttpFault("http.idempotency_key", "the Idempotency-Key is not 16 to 255 visible ASCII characters")
    return Repeatable(
        id=_hash_parts(token.id, method, path, client_keys[0]),
        digest=_hash_parts(query, media_type, hashlib.sha256(body).hexdigest()),
    )


def _hash_parts(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        piece = part.encode("utf-8", "surrogateescape")
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


class Once:
    """Does the work of a repeatable request once. One process; between processes the store's unique id decides."""

    def __init__(self, store: RepeatStore) -> None:
        self._store = store
        self._open: dict[str, str] = {}

    async def run(
        self, request: Repeatable, work: Callable[[], Awaitable[T]], *, keep: Callable[[T], Kept | None]
    ) -> T | Kept:
        """The work's result, or the answer kept from the first time. `keep` gives what to remember of a success.

        Raises HttpFault http.idempotency_reused (same key, another request) or http.idempotency_open.
        """
        running = self._open.get(request.id)
        if running is not None:
            self._refuse_other(running, request)
            headers = {"Retry-After": "1"}
            raise HttpFault("http.idempotency_open", "the first request has not been answered yet", headers=headers)
        self._open[request.id] = request.digest
        try:
            kept = await self._store.find(request.id)
            if kept is not None:
                self._refuse_other(kept.digest, request)
                return kept
            result = await work()
            remembered = keep(result)
            if remembered is not None:
                await self._store.keep(request.id, remembered)
            return result
        finally:
            del self._open[request.id]

    @staticmethod
    def _refuse_other(digest: str, request: Repeatable) -> None:
        if not hmac.compare_digest(digest, request.digest):
            raise HttpFault("http.idempotency_reused", "the Idempotency-Key was sent with another request before")
