"""The tokens that the client of the VC API gets: how long they last, and that they take no memory without end."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlencode

import pytest

from satchel.node import entropy
from satchel.node.guard import Guard, NoTokens, Token
from satchel.node.problem import HttpFault
from satchel.node.route import Call
from tests.attack.forge import NOW
from verifier import vcapi_access
from verifier.vcapi_access import LIFETIME, TOKENS_LIMIT, Client, ClientTokens

SECRET = "s" * 40


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Kept(NoTokens):
    """A store with one token of its own, which notes its use."""

    def __init__(self, token: Token) -> None:
        self.token = token
        self.uses: list[str] = []

    async def find(self, digest: str, /) -> Token | None:
        return self.token if digest == self.token.digest else None

    async def used(self, token_id: str, _at: datetime, /) -> None:
        self.uses.append(token_id)


def call(clock: Clock) -> Call:
    form = {"grant_type": "client_credentials", "client_id": "suite", "client_secret": SECRET}
    nothing: MappingProxyType[str, str] = MappingProxyType({})
    return Call(
        origin="https://verifier.example",
        now=clock(),
        params=nothing,
        headers=nothing,
        raw=urlencode(form).encode(),
        media_type=vcapi_access.FORM,
        body=None,
        query=None,
        token=None,
        repeatable=None,
    )


async def given(tokens: ClientTokens, clock: Clock) -> str:
    reply = await tokens.route().handler(call(clock))
    assert reply.status == 200
    return str(json.loads(reply.content())["access_token"])


def made(clock: Clock, others: NoTokens | None = None) -> tuple[ClientTokens, Guard]:
    tokens = ClientTokens(
        Client.of("suite", SECRET), others or NoTokens(), scope="vc_api", clock=clock, entropy=entropy.system
    )
    return tokens, Guard(tokens=tokens, clock=clock, seconds=time.monotonic)


async def test_a_token_ends_after_an_hour() -> None:
    clock = Clock()
    tokens, guard = made(clock)
    bearer = f"Bearer {await given(tokens, clock)}"
    assert (await guard.authorise([bearer], ["vc_api"])).scopes == ("vc_api",)
    clock.now += LIFETIME - timedelta(seconds=1)
    assert (await guard.authorise([bearer], ["vc_api"])).name == "vc-api"
    clock.now += timedelta(seconds=1)
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([bearer], ["vc_api"])
    assert refused.value.code == "token.expired"


async def test_a_token_has_no_other_scope() -> None:
    clock = Clock()
    tokens, guard = made(clock)
    bearer = f"Bearer {await given(tokens, clock)}"
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([bearer], ["issue"])
    assert refused.value.code == "token.scope"


async def test_the_oldest_token_is_forgotten_when_there_are_too_many() -> None:
    clock = Clock()
    tokens, guard = made(clock)
    first = await given(tokens, clock)
    for _ in range(TOKENS_LIMIT - 1):
        last = await given(tokens, clock)
    assert await guard.authorise([f"Bearer {first}"], ["vc_api"])
    await given(tokens, clock)
    with pytest.raises(HttpFault) as refused:
        await guard.authorise([f"Bearer {first}"], ["vc_api"])
    assert refused.value.code == "token.unknown"
    assert await guard.authorise([f"Bearer {last}"], ["vc_api"])


async def test_the_tokens_of_the_node_itself_are_known_as_before_and_their_use_is_noted() -> None:
    clock = Clock()
    own, _ = made(clock)
    text = await given(own, clock)
    held = await own.find(next(iter(own._given)))
    assert held is not None
    others = Kept(held)
    _, guard = made(clock, others)
    assert (await guard.authorise([f"Bearer {text}"], ["vc_api"])).id == held.id
    assert others.uses == [held.id]


async def test_the_use_of_a_token_given_here_is_noted_nowhere() -> None:
    clock = Clock()
    own, _ = made(clock)
    await given(own, clock)
    held = next(iter(own._given.values()))
    others = Kept(held)
    tokens, guard = made(clock, others)
    text = await given(tokens, clock)
    await guard.authorise([f"Bearer {text}"], ["vc_api"])
    assert others.uses == []


def test_a_client_keeps_no_secret() -> None:
    assert SECRET not in repr(Client.of("suite", SECRET))
