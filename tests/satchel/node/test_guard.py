from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from satchel.node.entropy import seeded
from satchel.node.guard import (
    BearerToken,
    Guard,
    Kept,
    NoTokens,
    Once,
    Rate,
    Rates,
    Repeatable,
    Token,
    create_token,
    repeatable,
)
from satchel.node.problem import HttpFault
from tests.satchel.node.http_ground import NOW, FakeClock, SqliteRepeats, SqliteTokens


@pytest.fixture
def tokens() -> Iterator[SqliteTokens]:
    store = SqliteTokens()
    yield store
    store.rows.close()


@pytest.fixture
def repeats() -> Iterator[SqliteRepeats]:
    store = SqliteRepeats()
    yield store
    store.rows.close()


def made(*scopes: str, seed: bytes = b"one", expires_in: timedelta | None = None) -> tuple[BearerToken, Token]:
    expires = None if expires_in is None else NOW + expires_in
    return create_token(name="a desk", scopes=scopes, created=NOW, expires=expires, entropy=seeded(seed))


def guard_of(tokens: SqliteTokens, clock: FakeClock, **rates: Rate) -> Guard:
    return Guard(tokens=tokens, clock=clock, seconds=clock.seconds, **rates)


def test_a_token_is_256_random_bits_and_is_stored_as_a_digest_only() -> None:
    drawn: list[int] = []

    def entropy(count: int) -> bytes:
        drawn.append(count)
        return bytes([len(drawn)]) * count

    secret, token = create_token(name="x", scopes=["a:b", "a:b"], created=NOW, expires=None, entropy=entropy)
    assert drawn[0] == 32
    assert len(secret.reveal()) == 52
    assert token.digest == hashlib.sha256(secret.reveal().encode()).hexdigest()
    assert token.scopes == ("a:b",)
    assert secret.reveal() not in repr(token)
    assert repr(secret) == "***"
    assert str(secret) == "***"


@pytest.mark.parametrize("scope", ["", "A:b", "a b", "a:", "note:write\n"])
def test_a_scope_of_a_wrong_form_makes_no_token(scope: str) -> None:
    with pytest.raises(ValueError, match="is not a scope"):
        made(scope)


def test_a_token_that_ends_before_it_begins_is_not_made() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        made("a", expires_in=timedelta(0))


async def test_a_valid_token_with_the_scopes_is_let_in_and_its_use_is_noted_once_a_minute(tokens: SqliteTokens) -> None:
    secret, token = made("note:read", "note:write")
    tokens.add(token)
    clock = FakeClock()
    guard = guard_of(tokens, clock)
    found = await guard.authorise([f"bearer {secret.reveal()}"], ("note:write",))
    assert found.id == token.id
    noted = await tokens.find(token.digest)
    assert noted is not None and noted.last_used == NOW
    clock.wait(59)
    await guard.authorise([f"Bearer {secret.reveal()}"], ())
    noted = await tokens.find(token.digest)
    assert noted is not None and noted.last_used == NOW
    clock.wait(1)
    await guard.authorise([f"Bearer {secret.reveal()}"], ())
    noted = await tokens.find(token.digest)
    assert noted is not None and noted.last_used == NOW + timedelta(seconds=60)


async def test_a_full_disk_does_not_refuse_a_valid_token(tokens: SqliteTokens) -> None:
    secret, token = made("note:read")
    tokens.add(token)
    tokens.rows.execute("PRAGMA query_only = ON")
    found = await guard_of(tokens, FakeClock()).authorise([f"Bearer {secret.reveal()}"], ("note:read",))
    assert found.last_used is None


async def test_no_token_is_told_apart_from_an_unknown_one(tokens: SqliteTokens) -> None:
    guard = guard_of(tokens, FakeClock())
    with pytest.raises(HttpFault) as missing:
        await guard.authorise([], ("note:write",))
    assert missing.value.code == "token.missing"
    assert missing.value.headers == {"WWW-Authenticate": 'Bearer realm="satchel"'}
    with pytest.raises(HttpFault) as unknown:
        await guard.authorise(["Bearer " + "a" * 52], ("note:write",))
    assert unknown.value.code == "token.unknown"
    assert unknown.value.headers == {"WWW-Authenticate": 'Bearer realm="satchel", error="invalid_token"'}


async def test_a_node_without_tokens_knows_none() -> None:
    secret, token = made("note:read")
    clock = FakeClock()
    guard = Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds)
    await NoTokens().used(token.id, NOW)
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([f"Bearer {secret.reveal()}"], ())
    assert refused.value.code == "token.unknown"


@pytest.mark.parametrize(
    "fields",
    [
        ["Basic {}"],
        ["Bearer  {}"],
        ["Bearer {}\n"],
        ["Bearer {}a"],
        ["{}"],
        ["Bearer {}", "Bearer {}"],
        ["Bearer"],
        [""],
    ],
)
async def test_a_token_in_any_other_form_is_unknown(tokens: SqliteTokens, fields: list[str]) -> None:
    secret, token = made("note:write")
    tokens.add(token)
    with pytest.raises(HttpFault) as refused:
        await guard_of(tokens, FakeClock()).authorise([field.format(secret.reveal()) for field in fields], ())
    assert refused.value.code == "token.unknown"


async def test_a_store_that_finds_another_token_lets_nobody_in(tokens: SqliteTokens) -> None:
    class Careless(SqliteTokens):
        async def find(self, _digest: str, /) -> Token | None:
            return made("note:write", seed=b"another")[1]

    careless = Careless()
    try:
        with pytest.raises(HttpFault) as refused:
            await guard_of(careless, FakeClock()).authorise([f"Bearer {made('note:write')[0].reveal()}"], ())
        assert refused.value.code == "token.unknown"
    finally:
        careless.rows.close()


async def test_a_token_ends_at_its_instant(tokens: SqliteTokens) -> None:
    secret, token = made("a", expires_in=timedelta(hours=1))
    tokens.add(token)
    clock = FakeClock()
    guard = guard_of(tokens, clock)
    clock.wait(3599)
    await guard.authorise([f"Bearer {secret.reveal()}"], ("a",))
    clock.wait(1)
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([f"Bearer {secret.reveal()}"], ("a",))
    assert refused.value.code == "token.expired"


async def test_a_token_needs_every_scope_that_is_asked(tokens: SqliteTokens) -> None:
    secret, token = made("note:read")
    tokens.add(token)
    with pytest.raises(HttpFault) as refused:
        await guard_of(tokens, FakeClock()).authorise([f"Bearer {secret.reveal()}"], ("note:read", "note:write"))
    assert refused.value.code == "token.scope"
    assert refused.value.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="note:write"')


async def test_a_token_has_a_rate_of_its_own(tokens: SqliteTokens) -> None:
    secret, token = made("a")
    other, second = made("a", seed=b"two")
    tokens.add(token)
    tokens.add(second)
    clock = FakeClock()
    guard = guard_of(tokens, clock, token_rate=Rate(per_minute=60, burst=2))
    for _ in range(2):
        await guard.authorise([f"Bearer {secret.reveal()}"], ())
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([f"Bearer {secret.reveal()}"], ())
    assert refused.value.code == "http.rate_limited"
    await guard.authorise([f"Bearer {other.reveal()}"], ())


def test_a_burst_is_let_in_then_one_at_a_time() -> None:
    clock = FakeClock()
    rates = Rates(Rate(per_minute=30, burst=3), seconds=clock.seconds)
    for _ in range(3):
        rates.take("198.51.100.7")
    with pytest.raises(HttpFault) as refused:
        rates.take("198.51.100.7")
    assert refused.value.code == "http.rate_limited"
    assert refused.value.headers == {"Retry-After": "2"}
    rates.take("198.51.100.8")
    clock.wait(2)
    rates.take("198.51.100.7")
    with pytest.raises(HttpFault):
        rates.take("198.51.100.7")


def test_refused_requests_do_not_move_the_gate_further_away() -> None:
    clock = FakeClock()
    rates = Rates(Rate(per_minute=60, burst=1), seconds=clock.seconds)
    rates.take("peer")
    for _ in range(50):
        with pytest.raises(HttpFault):
            rates.take("peer")
    clock.wait(1)
    rates.take("peer")


def test_the_memory_of_peers_is_bounded() -> None:
    rates = Rates(Rate(per_minute=60, burst=1), seconds=FakeClock().seconds, keys_limit=100)
    for number in range(1000):
        rates.take(str(number))
    assert len(rates) == 100
    with pytest.raises(HttpFault):
        rates.take("999")
    rates.take("0")


def test_a_unix_socket_has_no_peer_to_count() -> None:
    clock = FakeClock()
    guard = Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds, peer_rate=Rate(per_minute=1, burst=1))
    for _ in range(5):
        guard.admit(None)
    guard.admit("198.51.100.7")
    with pytest.raises(HttpFault) as refused:
        guard.admit("198.51.100.7")
    assert refused.value.code == "http.rate_limited"


def asked(
    key: str = "k" * 16, *, token: Token | None = None, path: str = "/x", query: str = "", body: bytes = b"{}"
) -> Repeatable:
    one = repeatable(
        [key], token=token or made("a")[1], method="POST", path=path, query=query, media_type="a/b", body=body
    )
    assert one is not None
    return one


def test_a_request_without_a_key_is_not_repeatable() -> None:
    one = repeatable([], token=made("a")[1], method="POST", path="/x", query="", media_type="", body=b"")
    assert one is None


@pytest.mark.parametrize("keys", [["short"], ["k" * 256], ["k" * 15 + " "], ["k" * 15 + "é"], ["k" * 16, "k" * 16]])
def test_a_key_of_a_wrong_form_is_refused(keys: list[str]) -> None:
    with pytest.raises(HttpFault) as refused:
        repeatable(keys, token=made("a")[1], method="POST", path="/x", query="", media_type="", body=b"")
    assert refused.value.code == "http.idempotency_key"


def test_the_identity_of_a_request_depends_on_who_asks_where() -> None:
    first = asked()
    assert asked() == first
    assert asked(token=made("a", seed=b"two")[1]).id != first.id
    assert asked(path="/y").id != first.id
    for other in (asked(body=b"[]"), asked(query="a=1")):
        assert other.id == first.id
        assert other.digest != first.digest


def kept_of(text: str | Kept) -> Kept:
    assert isinstance(text, str)
    return Kept(digest=asked().digest, status=201, media_type="a/b", body=text.encode(), headers={}, at=NOW)


async def test_a_repeated_request_is_worked_on_once(repeats: SqliteRepeats) -> None:
    once, done = Once(repeats), []

    async def work() -> str:
        done.append(1)
        return f"answer {len(done)}"

    assert await once.run(asked(), work, keep=kept_of) == "answer 1"
    assert await once.run(asked(), work, keep=kept_of) == kept_of("answer 1")
    assert await Once(repeats).run(asked(), work, keep=kept_of) == kept_of("answer 1")
    assert done == [1]


async def test_a_key_with_another_body_is_refused(repeats: SqliteRepeats) -> None:
    async def work() -> str:
        return "answer"

    once = Once(repeats)
    await once.run(asked(), work, keep=kept_of)
    with pytest.raises(HttpFault) as refused:
        await once.run(asked(body=b"other"), work, keep=kept_of)
    assert refused.value.code == "http.idempotency_reused"


async def test_a_second_request_does_not_overtake_the_first(repeats: SqliteRepeats) -> None:
    gate, entered = asyncio.Event(), asyncio.Event()

    async def work() -> str:
        entered.set()
        await gate.wait()
        return "answer"

    once = Once(repeats)
    first = asyncio.create_task(once.run(asked(), work, keep=kept_of))
    await entered.wait()
    with pytest.raises(HttpFault) as same:
        await once.run(asked(), work, keep=kept_of)
    assert same.value.code == "http.idempotency_open"
    with pytest.raises(HttpFault) as other:
        await once.run(asked(body=b"other"), work, keep=kept_of)
    assert other.value.code == "http.idempotency_reused"
    gate.set()
    assert await first == "answer"


async def test_work_that_failed_or_was_refused_may_be_asked_again(repeats: SqliteRepeats) -> None:
    async def fail() -> str:
        raise HttpFault("http.not_found", "no")

    async def work() -> str:
        return "answer"

    once = Once(repeats)
    with pytest.raises(HttpFault):
        await once.run(asked(), fail, keep=kept_of)
    assert await once.run(asked(), work, keep=lambda _: None) == "answer"
    assert await once.run(asked(body=b"other"), work, keep=kept_of) == "answer"
