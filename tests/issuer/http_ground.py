"""The real issuer on a loopback port, with tokens, a fake clock and one client."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from issuer import http
from issuer.access import SCOPES
from issuer.service import IssuerService
from satchel.node import entropy
from satchel.node.server import Tcp
from satchel.node.settings import Home
from satchel.port import Entropy
from tests.issuer.conftest import CLAIMED, EXAMPLE, FakeClock, Learner

YAML = {"Content-Type": "application/yaml"}
CSV = {"Content-Type": "text/csv"}
HEADER = "email,learner,awarded_on,project_score,level,project_url,feedback\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, header and body of an answer that was read whole."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["code"])


@dataclass(slots=True, kw_only=True)
class Ground:
    """The served issuer as a client meets it. `tokens` are secrets by scope, `all` has every scope."""

    issuer: IssuerService
    url: str
    client: aiohttp.ClientSession
    tokens: dict[str, str]

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "all",
        body: object = None,
        data: bytes | str | None = None,
        **headers: str,
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        if body is not None:
            data = json.dumps(body)
            sent["Content-Type"] = "application/json"
        if isinstance(data, str):
            data = data.encode()
        content = None if data is None else io.BytesIO(data)
        async with self.client.request(method, self.url + path, data=content, headers=sent) as response:
            return Answer(response.status, response.headers.copy(), await response.read())

    async def put(self, raw: bytes = EXAMPLE, name: str = "data-literacy") -> None:
        answer = await self("PUT", f"/api/v1/templates/{name}", data=raw, **YAML)
        assert answer.status == 200, answer.raw

    async def issue(self, who: str = "ada", *, key: str | None = None, score: str = "82", **more: str) -> Answer:
        cells = {"email": f"{who}@learner.example", "project_score": score, "level": "Achieving", **more}
        again = {} if key is None else {"Idempotency_Key": key}
        return await self("POST", "/api/v1/credentials", body={"template": "data-literacy", "cells": cells}, **again)

    async def links(self, table: str, query: str = "") -> list[dict[str, Any]]:
        await self.put(CLAIMED, "data-claimed")
        answer = await self("POST", f"/api/v1/claims?template=data-claimed{query}", data=HEADER + table, **CSV)
        assert answer.status == 200, answer.raw
        claims: list[dict[str, Any]] = answer.json["claims"]
        return claims

    async def token(self) -> str:
        """The token of a fresh claim link."""
        (one,) = await self.links("s-1,Ada Lark,2026-05-29,82,Achieving,https://work.example/1,well done\n")
        return str(one["link"]).rpartition("/")[2]

    async def claim(self, token: str, learner: Learner) -> Answer:
        offer = (await self("GET", f"/api/v1/claims/{token}", token=None)).json
        return await self.post_claim(token, learner.prove(offer["challenge"], domain=offer["domain"]))

    async def post_claim(self, token: str, presentation: object) -> Answer:
        body = {"schema": "satchel.claim_request/1", "presentation": presentation}
        return await self("POST", f"/api/v1/claims/{token}", token=None, body=body)


@asynccontextmanager
async def ground(home: Home, clock: FakeClock, *, source: Entropy = entropy.system) -> AsyncIterator[Ground]:
    """The issuer, served until the block ends."""
    async with (
        http.serving(home, at=[Tcp()], clock=clock, entropy=source) as (issuer, served),
        aiohttp.ClientSession() as client,
    ):
        tokens = {}
        for name, scopes in [*((scope, (scope,)) for scope in SCOPES), ("all", tuple(SCOPES))]:
            secret, _ = await issuer.new_token(name=name, scopes=scopes, expires=None)
            tokens[name] = secret.reveal()
        yield Ground(issuer=issuer, url=served.urls[0], client=client, tokens=tokens)
