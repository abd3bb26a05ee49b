"""Issue, claim, stack, present and verify over HTTP alone: three nodes on loopback ports behind their origins.

Every step opens the nodes that it needs from what lies on disk, and closes them again: between any two steps each of
them was stopped and started.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from issuer import http as issuer_http
from issuer.access import SCOPES as ISSUER_SCOPES
from issuer.service import IssuerService
from satchel.framework.graph import Description
from satchel.node import entropy
from satchel.node.guard import create_token
from satchel.node.send import Sender
from satchel.node.server import Tcp
from satchel.node.server import serve as serve_application
from satchel.node.settings import Home
from satchel.node.shelf import Shelf
from tests.issuer.conftest import CLAIMED, EXAMPLE
from verifier import http as verifier_http
from wallet import http as wallet_http
from wallet import receive
from wallet.drawer import Drawer, DrawerTokens
from wallet.face import SCOPES as WALLET_SCOPES
from wallet.header import KDF_FLOOR
from wallet.secret import Secret
from wallet.service import WalletService

COLLEGE = "https://college.example"
EMPLOYER = "https://employer.example"
SECRET = Secret(b"a heron over the salt marsh")
TABLE = b"email,learner,awarded_on,project_score,level,project_url,feedback\n"
ADA = b"ada@learner.example,Ada Lark,2026-05-29,82,Achieving,,well done\n"
SKILL = {"uri": "https://skills.example/framework/data/interpret", "label": "analyse and interpret data"}


@dataclass
class World:
    """The homes of three parties, the one clock, and the secrets that let programs into the nodes."""

    folder: Path
    now: datetime
    issuer_token: str = ""
    wallet_token: str = ""
    did: str = ""

    def clock(self) -> datetime:
        return self.now

    def home(self, role: str) -> Home:
        return Home(self.folder / role)

    @asynccontextmanager
    async def issuer(self) -> AsyncIterator[str]:
        async with issuer_http.serving(self.home("college"), at=[Tcp()], clock=self.clock) as (_, served):
            yield served.urls[0]

    @asynccontextmanager
    async def wallet(self, origins: Mapping[str, str]) -> AsyncIterator[str]:
        opened = wallet_http.opened(
            self.home("learner"), SECRET, origin="http://localhost", origins=origins, clock=self.clock
        )
        async with opened as application, serve_application(application, at=[Tcp()]) as served:
            yield served.urls[0]

    @asynccontextmanager
    async def verifier(self, origins: Mapping[str, str]) -> AsyncIterator[str]:
        opened = verifier_http.opened(self.home("employer"), origin=EMPLOYER, origins=origins, clock=self.clock)
        async with opened as application, serve_application(application, at=[Tcp()]) as served:
            yield served.urls[0]

    @asynccontextmanager
    async def nodes(self) -> AsyncIterator[tuple[str, str, str]]:
        """All three, started from disk; the wallet and the verifier reach the college at its origin."""
        async with AsyncExitStack() as stack:
            college = await stack.enter_async_context(self.issuer())
            origins = {COLLEGE: college}
            learner = await stack.enter_async_context(self.wallet(origins))
            employer = await stack.enter_async_context(self.verifier(origins))
            yield college, learner, employer


async def ask(url: str, method: str = "GET", *, token: str = "", body: Any = None, kind: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        data = io.BytesIO(raw)
        headers["Content-Type"] = kind or "application/json"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=data, headers=headers) as answer,
    ):
        return answer.status, await answer.read()


@pytest.fixture
async def world(tmp_path: Path) -> World:
    made = World(tmp_path, datetime(2026, 11, 24, 12, tzinfo=UTC))
    await IssuerService.found(made.home("college"), origin=COLLEGE, name="Riverside College", clock=made.clock)
    async with IssuerService.open(made.home("college"), clock=made.clock) as issuer:
        secret, _ = await issuer.new_token(name="the course system", scopes=tuple(ISSUER_SCOPES), expires=None)
        made.issuer_token = secret.reveal()
    made.did = await WalletService.create(made.home("learner"), SECRET, now=made.now, parameters=KDF_FLOOR)
    async with (
        Sender(clock=made.clock) as sender,
        WalletService.unlock(made.home("learner"), SECRET, fetch=sender) as wallet,
        Drawer.open(made.home("learner"), wallet.vault, entropy=entropy.system) as drawer,
    ):
        secret, record = create_token(
            name="my own program",
            scopes=WALLET_SCOPES,
            created=made.now,
            expires=made.now + timedelta(days=30),
            entropy=entropy.system,
        )
        await DrawerTokens(drawer).add(record)
        made.wallet_token = secret.reveal()
    employer = made.home("employer")
    employer.prepare()
    lines = [{"framework": {"id": "https://skills.example/framework", "title": "Example Skills Framework"}}, SKILL]
    with Shelf(employer.frameworks) as shelf:
        raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        shelf.import_files([("skills.jsonl", raw)], Description(completeness="slice"))
    return made


async def claim(world: World, link: str) -> None:
    """The learner's wallet comes with its link; the wallet's node is not needed for that."""
    async with (
        world.issuer() as college,
        Sender(clock=world.clock, origins={COLLEGE: college}) as sender,
        WalletService.unlock(world.home("learner"), SECRET, fetch=sender) as wallet,
    ):
        offer = await receive.look(link, sender=sender, now=world.now)
        added = await receive.claim(offer, wallet=wallet, sender=sender, clock=world.clock)
        assert (added.outcome, added.report.verdict) == ("added", "accepted")


async def plan(world: World, template: bytes, name: str) -> str:
    """The template and the table go in over HTTP; gives the learner's one-time link."""
    async with world.issuer() as college:
        api = f"{college}/api/v1"
        status, answer = await ask(
            f"{api}/templates/{name}", "PUT", token=world.issuer_token, body=template, kind="application/yaml"
        )
        assert status == 200, answer
    if b"bind: email" in template:
        async with world.issuer() as college:
            status, answer = await ask(
                f"{college}/api/v1/batches?template={name}",
                "POST",
                token=world.issuer_token,
                body=TABLE + ADA,
                kind="text/csv",
            )
            assert (status, json.loads(answer)["issued"]) == (200, 1), answer
        world.now += timedelta(hours=1)
    async with world.issuer() as college:
        status, answer = await ask(
            f"{college}/api/v1/claims?template={name}",
            "POST",
            token=world.issuer_token,
            body=TABLE + ADA,
            kind="text/csv",
        )
        assert status == 200, answer
        (row,) = json.loads(answer)["claims"]
        return str(row["link"])


@pytest.mark.parametrize(("template", "name"), [(CLAIMED, "data-claimed"), (EXAMPLE, "data-literacy")])
async def test_a_badge_goes_from_issuer_to_verifier_over_http_with_every_node_restarted_between_steps(
    world: World, template: bytes, name: str
) -> None:
    link = await plan(world, template, name)
    await claim(world, link)

    async with world.nodes() as (_, learner, _):
        status, answer = await ask(f"{learner}/api/v1/credentials", token=world.wallet_token)
        (card,) = json.loads(answer)["items"]
        assert (status, card["verdict"], card["issuer"]["id"]) == (200, "accepted", "did:web:college.example")

    async with world.nodes() as (_, learner, _):
        body = {"schema": "satchel.stack_request/1", "ids": [card["id"]], "name": "What I can do"}
        status, stack = await ask(f"{learner}/api/v1/stacks", "POST", token=world.wallet_token, body=body)
        assert status == 200, stack

    async with world.nodes() as (_, learner, _):
        body = {
            "schema": "satchel.present_request/1",
            "ids": [card["id"]],
            "challenge": "c-17",
            "domain": "employer.example",
        }
        status, shown = await ask(f"{learner}/api/v1/presentations", "POST", token=world.wallet_token, body=body)
        assert status == 200, shown

    asked = "challenge=c-17&domain=employer.example&require_holder_binding=true"
    async with world.nodes() as (_, _, employer):
        status, answer = await ask(f"{employer}/api/v1/verify?{asked}", "POST", body=shown, kind="application/json")
        report = json.loads(answer)
        assert (status, report["verdict"]) == (200, "accepted")
        assert alignment_of(report["inner"][0]) == "alignment.ok"

    async with world.nodes() as (_, _, employer):
        status, answer = await ask(f"{employer}/api/v1/verify", "POST", body=stack, kind="application/zip")
        report = json.loads(answer)
        assert (status, report["verdict"]) == (200, "accepted")
        assert [inner["verdict"] for inner in report["inner"]][:1] == ["accepted"]

    async with world.nodes() as (_, _, employer):
        status, answer = await ask(
            f"{employer}/api/v1/verify?{asked.replace('c-17', 'c-18')}", "POST", body=shown, kind="application/json"
        )
        assert json.loads(answer)["verdict"] == "rejected"

    async with world.nodes() as (college, _, employer):
        (one,) = json.loads((await ask(f"{college}/api/v1/credentials", token=world.issuer_token))[1])["items"]
        assert one["claimed"] is True
        body = {"schema": "satchel.status_request/1", "reason": "A wrong learner"}
        status, answer = await ask(
            f"{college}/api/v1/credentials/{one['id']}/revoke", "POST", token=world.issuer_token, body=body
        )
        assert status == 200, answer

    async with world.nodes() as (_, _, employer):
        status, answer = await ask(f"{employer}/api/v1/verify", "POST", body=stack, kind="application/zip")
        assert json.loads(answer)["verdict"] == "rejected"


def alignment_of(report: Any) -> str:
    return next(str(facet["code"]) for facet in report["facets"] if facet["facet"] == "alignment")
