"""A small but real node for the tests of the HTTP ground: SQLite stores, a few routes, raw sockets."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from satchel.errors import DatabaseFault
from satchel.node.connection import Limits
from satchel.node.entropy import seeded
from satchel.node.guard import PEER_RATE, Guard, Kept, Rate, Token, create_token
from satchel.node.page import HTML
from satchel.node.problem import HttpFault
from satchel.node.route import JSON, Answer, Body, Call, Listing, Reply, Route, attachment, document
from satchel.node.server import Address, Node, Serving, Tcp, build_application, serve

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ORIGIN = "https://issuer.example"
SHORT = Limits(
    header_seconds=0.4,
    body_seconds=0.4,
    idle_seconds=0.4,
    write_seconds=0.4,
    linger_seconds=0.1,
    stop_seconds=2,
    drain_seconds=0.2,
)
STATUS_LIST = b'{"id":"https://issuer.example/status/1",  "proof": {}}'
SECRET_REASON = "secret-of-the-node"


@dataclass(slots=True)
class FakeClock:
    """The present, moved by the test alone."""

    now: datetime = NOW
    ticks: float = 0.0

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.ticks

    def wait(self, seconds: float) -> None:
        self.ticks += seconds
        self.now += timedelta(seconds=seconds)


class SqliteTokens:
    """A TokenStore in one SQLite table."""

    def __init__(self) -> None:
        self.rows = sqlite3.connect(":memory:", isolation_level=None)
        self.rows.execute(
            "CREATE TABLE token (digest TEXT PRIMARY KEY, id TEXT, name TEXT, scopes TEXT, created TEXT, expires TEXT, "
            "last_used TEXT) STRICT"
        )

    def add(self, token: Token) -> None:
        expires = None if token.expires is None else token.expires.isoformat()
        row = (token.digest, token.id, token.name, " ".join(token.scopes), token.created.isoformat(), expires)
        self.rows.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, NULL)", row)

    async def find(self, digest: str, /) -> Token | None:
        row = self.rows.execute(
            "SELECT id, name, scopes, created, expires, last_used FROM token WHERE digest = ?", (digest,)
        ).fetchone()
        if row is None:
            return None
        return Token(
            id=row[0],
            name=row[1],
            digest=digest,
            scopes=tuple(row[2].split()),
            created=datetime.fromisoformat(row[3]),
            expires=None if row[4] is None else datetime.fromisoformat(row[4]),
            last_used=None if row[5] is None else datetime.fromisoformat(row[5]),
        )

    async def used(self, token_id: str, at: datetime, /) -> None:
        try:
            self.rows.execute("UPDATE token SET last_used = ? WHERE id = ?", (at.isoformat(), token_id))
        except sqlite3.OperationalError as fault:
            raise DatabaseFault("database.full", str(fault)) from fault


class SqliteRepeats:
    """A RepeatStore in one SQLite table."""

    def __init__(self) -> None:
        self.rows = sqlite3.connect(":memory:", isolation_level=None)
        self.rows.execute(
            "CREATE TABLE kept (id TEXT PRIMARY KEY, digest TEXT, status INTEGER, media_type TEXT, body BLOB, "
            "headers TEXT, at TEXT) STRICT"
        )

    async def find(self, repeat_id: str, /) -> Kept | None:
        row = self.rows.execute(
            "SELECT digest, status, media_type, body, headers, at FROM kept WHERE id = ?", (repeat_id,)
        ).fetchone()
        if row is None:
            return None
        at = datetime.fromisoformat(row[5])
        headers = json.loads(row[4])
        return Kept(digest=row[0], status=row[1], media_type=row[2], body=row[3], headers=headers, at=at)

    async def keep(self, repeat_id: str, kept: Kept, /) -> None:
        headers = json.dumps(dict(kept.headers))
        row = (repeat_id, kept.digest, kept.status, kept.media_type, kept.body, headers, kept.at.isoformat())
        self.rows.execute("INSERT OR IGNORE INTO kept VALUES (?, ?, ?, ?, ?, ?, ?)", row)


class Note(Body):
    """What the test's write route takes."""

    schema_: Literal["satchel.note/1"] = Field(default="satchel.note/1", alias="schema")
    text: str = Field(max_length=40)
    count: int = Field(default=1, ge=1)


class Written(Body):
    """What the test's write route answers."""

    schema_: Literal["satchel.written/1"] = Field(default="satchel.written/1", alias="schema")
    number: int
    link: str


class Paging(Body):
    """The test's list query."""

    limit: int = Field(default=2, ge=1, le=100)
    after: str | None = None


class Desk:
    """The handlers' state: what was written, and gates that the test opens."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.entered = asyncio.Event()
        self.gate = asyncio.Event()
        self.seen: Call | None = None

    async def write(self, call: Call) -> Reply:
        self.seen = call
        note = call.body_as(Note)
        if note.text == "refuse":
            raise HttpFault("http.not_found", "nothing\r\nX-Evil: 1 \x1b[31m")
        self.written.append(note.text)
        number = len(self.written)
        return Reply(status=201, body=Written(number=number, link=f"{call.origin}/notes/{number}"))

    async def wait(self, _call: Call) -> Reply:
        self.entered.set()
        await self.gate.wait()
        return Reply(body=Written(number=0, link=""))

    async def listed(self, call: Call) -> Reply:
        paging = call.query_as(Paging)
        items = [Written(number=number, link="") for number in range(paging.limit)]
        return Reply(body=Listing[Written](items=items, next=paging.after))

    async def status_list(self, _call: Call) -> Reply:
        return document(STATUS_LIST, media_type="application/vc", max_age_seconds=60)

    async def picture(self, call: Call) -> Reply:
        return attachment(b"<svg/>", media_type="image/svg+xml", name=call.params["name"])

    async def page(self, _call: Call) -> Reply:
        return Reply(body=b"<!doctype html><p>", media_type=HTML)

    async def large(self, _call: Call) -> Reply:
        return Reply(body=bytes(20_000_000), media_type="application/octet-stream")

    async def fail(self, _call: Call) -> Reply:
        raise RuntimeError(f"{SECRET_REASON}\nforged \x1b[2J line")

    async def lie(self, _call: Call) -> Reply:
        return Reply(status=418)

    async def raw(self, call: Call) -> Reply:
        self.seen = call
        return Reply(body=call.raw, media_type="application/octet-stream")

    def routes(self) -> tuple[Route, ...]:
        def row(method: Literal["GET", "POST"], path: str, **rest: object) -> Route:
            name = f"{method.lower()}_{path.strip('/').replace('/', '_').replace('{', '').replace('}', '')}"
            return Route(method=method, path=path, name=name, summary=name, tags=("test",), **rest)  # type: ignore[arg-type]

        written = Answer(summary="Written.", model=Written)
        octets = Answer(summary="Bytes.", media_type="application/octet-stream")
        return (
            row(
                "POST",
                "/api/v1/notes",
                handler=self.write,
                answers=(Answer(status=201, summary="Written.", model=Written),),
                body=Note,
                accepts=(JSON,),
                scopes=("note:write",),
                body_limit_bytes=4096,
                idempotent=True,
                examples=(("short", {"text": "hello"}),),
            ),
            row(
                "GET",
                "/api/v1/notes",
                handler=self.listed,
                answers=(Answer(summary="A piece.", model=Listing[Written]),),
                query=Paging,
            ),
            row("GET", "/wait", handler=self.wait, answers=(written,)),
            row(
                "GET",
                "/status/{list}",
                handler=self.status_list,
                answers=(Answer(summary="The list.", media_type="application/vc"),),
            ),
            row(
                "GET",
                "/picture/{name}",
                handler=self.picture,
                answers=(Answer(summary="The picture.", media_type="image/svg+xml"),),
            ),
            row("GET", "/page", handler=self.page, answers=(Answer(summary="A page.", media_type=HTML),)),
            row("GET", "/large", handler=self.large, answers=(octets,)),
            row("GET", "/fail/{token}", handler=self.fail, answers=(written,)),
            row("GET", "/lie", handler=self.lie, answers=(written,)),
            row(
                "POST",
                "/raw",
                handler=self.raw,
                answers=(octets,),
                accepts=("application/octet-stream",),
                body_limit_bytes=100_000,
            ),
        )


@dataclass(slots=True, kw_only=True)
class Ground:
    """A served node and what the test needs of it."""

    serving: Serving
    desk: Desk
    clock: FakeClock
    tokens: SqliteTokens
    repeats: SqliteRepeats
    writer: str
    reader: str
    not_ready: list[str]

    @property
    def url(self) -> str:
        return self.serving.urls[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def bearer(self, text: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {text or self.writer}"}


@asynccontextmanager
async def ground(
    *, limits: Limits = SHORT, at: Sequence[Address] = (Tcp(),), peer_rate: Rate = PEER_RATE
) -> AsyncIterator[Ground]:
    """The node, served until the block ends."""
    desk, clock, tokens, repeats = Desk(), FakeClock(), SqliteTokens(), SqliteRepeats()
    entropy = seeded(b"http ground")
    secrets = []
    for name, scope in (("writer", "note:write"), ("reader", "note:read")):
        secret, token = create_token(name=name, scopes=(scope,), created=NOW, expires=None, entropy=entropy)
        tokens.add(token)
        secrets.append(secret.reveal())
    not_ready: list[str] = []

    async def ready() -> Sequence[str]:
        return not_ready

    node = Node(
        title="Test node",
        version="0.1.0",
        origin=ORIGIN,
        routes=desk.routes(),
        guard=Guard(tokens=tokens, clock=clock, seconds=clock.seconds, peer_rate=peer_rate),
        clock=clock,
        entropy=entropy,
        repeats=repeats,
        ready=ready,
    )
    try:
        async with serve(build_application(node), at=at, limits=limits) as serving:
            yield Ground(
                serving=serving,
                desk=desk,
                clock=clock,
                tokens=tokens,
                repeats=repeats,
                writer=secrets[0],
                reader=secrets[1],
                not_ready=not_ready,
            )
    finally:
        tokens.rows.close()
        repeats.rows.close()


class Wire:
    """A raw TCP connection of a peer that does what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, raw: bytes) -> None:
        self.writer.write(raw)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, lower case header and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("ascii")
        first, *lines = head.rstrip().split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await self.reader.readexactly(int(fields.get("content-length", "0")))
        return int(first.split(" ")[1]), fields, body

    async def refusal(self) -> tuple[int, str]:
        """Status and code of the next answer, a problem document."""
        status, fields, body = await self.answer()
        assert fields["content-type"] == "application/problem+json"
        problem = json.loads(body)
        assert problem["status"] == status
        return status, problem["code"]

    async def rest(self) -> bytes:
        """Everything until the node closes; a reset counts as closed."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""


@asynccontextmanager
async def wire(port: int, *, local: str = "127.0.0.1") -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(local, 0))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def crowd(port: int, count: int, *, local: str, first: bytes = b"") -> AsyncIterator[list[Wire]]:
    """Many raw connections from one address; every second one sends `first`."""
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(wire(port, local=local)) for _ in range(count)]
        for peer in peers[::2]:
            peer.send(first)
        yield peers
