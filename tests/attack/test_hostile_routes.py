"""Rows 140 to 143, 146 and 149 on every route of every node: the nodes tell their own tables, and each row is here.

Every route is asked with hostile text in its path, query, headers and body. Besides, each one that can show what
strangers wrote is made to show it; the others say why they cannot.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio

from issuer import http as issuer_http
from issuer.access import SCOPES as ISSUER_SCOPES
from issuer.http.vcapi import Mounted
from issuer.service import IssuerService
from satchel.node import entropy
from satchel.node.guard import create_token
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Tcp, serve
from satchel.node.settings import Home
from tests.attack import hostile
from tests.attack.hostile import HOSTILE, MARK, OWN, PLAIN
from tests.issuer.conftest import EXAMPLE, FakeClock, Learner
from tests.issuer.http_ground import CSV, HEADER, Ground
from tests.screen import ground
from tests.verifier.test_form import TYPE, body, part
from tui.main import main
from verifier import http as verifier_http
from verifier.vcapi import OPEN
from wallet import http as wallet_http
from wallet import peer
from wallet.drawer import Drawer, DrawerTokens
from wallet.face import SCOPES
from wallet.secret import passphrase
from wallet.service import WalletService

pytestmark = pytest.mark.asyncio(loop_scope="module")

CELL: Final = PLAIN.replace(",", ";").replace('"', "'")
ELSEWHERE: Final = "elsewhere.invalid"
SENT: Final = {
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Proto": "javascript",
    "Forwarded": f"host={ELSEWHERE}",
    "Referer": f"https://{ELSEWHERE}/<script>",
    "User-Agent": f"{MARK}<script>alert(1)</script>",
    "Accept-Language": f"{MARK}<b>",
}


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


@dataclass
class Node:
    """One served node, the token of its owner, and the ids of hostile things that it holds."""

    url: str
    session: aiohttp.ClientSession
    token: str
    held: dict[str, str] = field(default_factory=dict)

    async def __call__(
        self, method: str, path: str, raw: bytes = b"", kind: str = "", *, accept: str = "*/*", token: bool = True
    ) -> Answer:
        headers = dict(SENT) | {"Accept": accept}
        if token:
            headers["Authorization"] = f"Bearer {self.token}"
        if kind:
            headers["Content-Type"] = kind
        data = io.BytesIO(raw) if kind else None
        async with self.session.request(method, self.url + path, data=data, headers=headers) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())

    async def json(self, method: str, path: str, value: Any) -> Answer:
        return await self(method, path, json.dumps(value).encode(), "application/json")

    async def table(self) -> dict[str, tuple[str, str, Mapping[str, Any]]]:
        """operationId -> method, path and operation of every route, as the node itself describes them."""
        described = json.loads((await self("GET", "/openapi.json")).raw)
        return {
            operation["operationId"]: (method.upper(), path, operation)
            for path, operations in described["paths"].items()
            for method, operation in operations.items()
        }


def faults(answer: Answer, *, data: bool = False) -> list[str]:
    """What is wrong with an answer. `data` are bytes of others that are given out as they are."""
    wrong = [f"{name}: {value!r}" for name, value in answer.headers.items() if not value.isascii() or "\n" in value]
    if ELSEWHERE in json.dumps(dict(answer.headers)):
        wrong.append("an address of the request's headers")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        wrong.append("nosniff is missing")
    if "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
        wrong.append("the policy is missing")
    if [name for name in answer.headers if name.lower().startswith("access-control-")]:
        wrong.append("another site may read it")
    if answer.status >= 500:
        wrong.append(f"it broke: {answer.status}")
    if data:
        # What no browser shows as a page, whatever stands in it.
        if answer.kind in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"):
            wrong.append(f"data as {answer.kind}")
        return wrong
    text = answer.raw.decode("utf-8")
    if ELSEWHERE in text:
        wrong.append("an address of the request's headers is shown")
    if answer.kind == "text/html":
        return wrong + hostile.live(answer.raw)
    return wrong + hostile.clean(text)


# -- the nodes


@asynccontextmanager
async def issuer_node(folder: Path) -> AsyncIterator[Node]:
    """An issuer whose own words are as hostile as it lets them be, with a claim, a credential and a page of it."""
    home, clock, ticks = Home(folder / "college"), FakeClock(), itertools.count(step=3600.0)
    await IssuerService.found(home, origin="https://issuer.example", name=PLAIN, clock=clock)
    (folder / "skills.jsonl").write_bytes(hostile.framework())
    assert main(["framework", "import", str(folder / "skills.jsonl"), "--home", str(home.path)]) == 0
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(IssuerService.open(home, clock=clock))
        application = issuer_http.build(
            issuer,
            clock=clock,
            seconds=lambda: next(ticks),
            vc_api=Mounted(options=OPEN, benches={}, fetch=OfflineFetch()),
        )
        serving = await stack.enter_async_context(serve(application, at=[Tcp()]))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        secret, _ = await issuer.new_token(name="hostile", scopes=tuple(ISSUER_SCOPES), expires=None)
        node = Node(url=serving.urls[0], session=session, token=secret.reveal())
        served = Ground(issuer=issuer, url=node.url, client=session, tokens={"all": node.token})
        claimed = hostile.template(EXAMPLE)
        await served.put(claimed, "data-hostile")
        mailed = claimed.replace(b"bind: claim", b"bind: email").replace(b"data-hostile", b"data-mailed")
        await served.put(mailed, "data-mailed")
        node.held["token"] = await _link(served, "s-1")
        used = await _link(served, "s-2")
        answer = await served.claim(used, Learner("hostile"))
        assert answer.status == 201, answer.raw
        node.held["used"] = used
        node.held["claimed"] = str(answer.json["credential"]["id"]).rpartition("/")[2]
        node.held["list"] = str(answer.json["credential"]["credentialStatus"]["statusListCredential"]).rpartition("/")[
            2
        ]
        await served("PUT", f"/api/v1/credentials/{node.held['claimed']}/page", body={"on": True})
        yield node


async def _link(served: Ground, id: str) -> str:
    row = f"{id},{CELL},2026-05-29,82,Achieving,https://work.example/1,{CELL}\n"
    answer = await served("POST", "/api/v1/claims?template=data-hostile", data=HEADER + row, **CSV)
    assert answer.status == 200 and answer.json["claims"], answer.raw
    return str(answer.json["claims"][0]["link"]).rpartition("/")[2]


@asynccontextmanager
async def wallet_node(folder: Path) -> AsyncIterator[Node]:
    """A wallet with a hostile badge and a hostile endorsement that waits."""
    home, ticks = await ground.make_home(folder / "learner", hostile.badge), itertools.count(step=3600.0)
    async with AsyncExitStack() as stack:
        unlocked = WalletService.unlock(home, passphrase(ground.PASSPHRASE), fetch=OfflineFetch())
        wallet = await stack.enter_async_context(unlocked)
        drawer = await stack.enter_async_context(Drawer.open(home, wallet.vault, entropy=entropy.system))
        secret, record = create_token(
            name="hostile",
            scopes=SCOPES,
            created=ground.NOW,
            expires=ground.NOW + timedelta(days=9),
            entropy=entropy.system,
        )
        await DrawerTokens(drawer).add(record)
        application = wallet_http.build(
            wallet,
            drawer,
            fetch=OfflineFetch(),
            origin="https://wallet.example",
            clock=lambda: ground.NOW,
            seconds=lambda: next(ticks),
        )
        serving = await stack.enter_async_context(serve(application, at=[Tcp()]))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        node = Node(url=serving.urls[0], session=session, token=secret.reveal())
        node.held["card"] = (await wallet.list()).current[0].id
        raw = (await wallet.export(node.held["card"])).raw
        for number in range(2):
            mate = ground.key_of(f"hostile routes: a peer {number}")
            made = await peer.endorse(
                raw,
                endorser=ground.did_of(mate),
                endorser_name=HOSTILE,
                signer=ground.signer_of(mate),
                comment=HOSTILE,
                about="credential",
                fetch=OfflineFetch(),
                now=ground.NOW,
                entropy=entropy.system,
            )
            inbox = peer.Inbox(wallet, drawer, fetch=OfflineFetch())
            node.held[f"endorsement {number}"] = await inbox.receive(made.raw, now=ground.NOW)
        yield node


@asynccontextmanager
async def verifier_node(folder: Path) -> AsyncIterator[Node]:
    """A verifier without anything of its own."""
    # No request counts against the rates: an hour goes by between any two.
    ticks = itertools.count(step=3600.0)
    application = verifier_http.build(
        fetch=OfflineFetch(),
        origin="https://verifier.example",
        clock=lambda: ground.NOW,
        seconds=lambda: next(ticks),
        vc_api=OPEN,
    )
    async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession() as session:
        yield Node(url=serving.urls[0], session=session, token="none")


NODES: Final = {"issuer": issuer_node, "wallet": wallet_node, "verifier": verifier_node}


# -- how each route is made to show what strangers wrote

Run = Callable[[Node], Awaitable[Answer]]
SIGNED: Final = "gives signed bytes as they are: no page, and never taken for one (nosniff)"
OURS: Final = "answers with words, ids and numbers of ours alone"


def get(path: str, accept: str = "*/*") -> Run:
    return lambda node: node("GET", path.format(**node.held), accept=accept)


def post(path: str, value: Any) -> Run:
    return lambda node: node.json("POST", path.format(**node.held), value)


def _form(node: Node) -> Awaitable[Answer]:
    raw = body(part("file", hostile.file(), f'; filename="{MARK}<script>.json"'))
    return node("POST", "/verify", raw, TYPE)


def _row(node: Node) -> Awaitable[Answer]:
    table = HEADER + ",".join([OWN.replace(",", ";")] * 7) + "\n"
    return node("POST", "/api/v1/batches?template=data-mailed&dry_run=true", table.encode(), "text/csv")


def _claims(node: Node) -> Awaitable[Answer]:
    table = HEADER + ",".join([OWN.replace(",", ";")] * 7) + "\n"
    return node("POST", "/api/v1/claims?template=data-hostile", table.encode(), "text/csv")


def _template(text: str) -> Run:
    raw = hostile.template(EXAMPLE, text=text)
    return lambda node: node("PUT", "/api/v1/templates/data-hostile", raw, "application/yaml")


async def _stack_check(node: Node) -> Answer:
    built = await node.json(
        "POST", "/api/v1/stacks", {"schema": "satchel.stack_request/1", "ids": [node.held["card"]], "name": OWN}
    )
    return await node("POST", "/api/v1/stacks/check", built.raw, "application/octet-stream")


CELLS: Final = {"email": "a@learner.example", "learner": CELL, "project_score": CELL, "level": CELL}
GROUND: Final[dict[str, Run | str]] = {
    "is_alive": OURS,
    "is_ready": OURS,
    "show_openapi": OURS,
    "show_error_code": OURS,
    "show_file": OURS,
    "resolve_did": get(f"/1.0/identifiers/{hostile.did()}"),
    "resolve_did_with_options": post(f"/1.0/identifiers/{hostile.did()}", {}),
    "resolve_nothing": OURS,
}


def _vc_api(path: str, member: str) -> Run:
    broken = json.loads(hostile.file()) | {MARK + HOSTILE: HOSTILE, "validUntil": HOSTILE}
    if member == "verifiablePresentation":
        broken |= {"type": ["VerifiablePresentation"], "holder": HOSTILE, "verifiableCredential": [dict(broken)]}
    return lambda node: node.json("POST", f"/vc-api/{path}", {member: broken, "options": {}})


# Refusals of the VC API quote what they refuse; what is issued and derived are signed bytes.
VC_API: Final[dict[str, Run | str]] = {
    "vc_api_verify_credential": _vc_api("credentials/verify", "verifiableCredential"),
    "vc_api_verify_presentation": _vc_api("presentations/verify", "verifiablePresentation"),
    "vc_api_derive_credential": SIGNED,
}
ROUTES: Final[dict[str, dict[str, Run | str]]] = {
    "issuer": GROUND
    | VC_API
    | {
        "vc_api_issue_credential": SIGNED,
        "list_templates": OURS,
        "show_template": "gives the owner's file as it is, to the owner's token",
        "put_template": OURS,
        "suggest_skills": get(f"/api/v1/frameworks/suggest?q={MARK}"),
        "list_credentials": OURS,
        "issue_credential": post(
            "/api/v1/credentials", {"schema": "satchel.issue_request/1", "template": "data-mailed", "cells": CELLS}
        ),
        "show_credential": SIGNED,
        "revoke_credential": OURS,
        "suspend_credential": OURS,
        "reinstate_credential": OURS,
        "switch_page_for_learner": OURS,
        "issue_batch": _row,
        "plan_claims": _claims,
        "show_did": OURS,
        "show_did_log": SIGNED,
        "show_status_list": SIGNED,
        "show_claim": get("/api/v1/claims/{token}"),
        "claim_credential": SIGNED,
        "show_claim_page": get("/claim/{token}"),
        "show_page_question": OURS,
        "switch_page": OURS,
        "show_badge_page": get("/b/{claimed}"),
    },
    "wallet": {name: reason for name, reason in GROUND.items() if name != "show_file"}
    | {
        "show_wallet": OURS,
        "list_credentials": get("/api/v1/credentials"),
        "add_credential": lambda node: node(
            "POST", f"/api/v1/credentials?name={quote(MARK)}", hostile.file(), "application/vc"
        ),
        "show_credential": get("/api/v1/credentials/{card}"),
        "export_credential": SIGNED,
        "remove_credential": OURS,
        "show_passport": get("/api/v1/passport"),
        "build_stack": SIGNED,
        "check_stack": _stack_check,
        "present": SIGNED,
        "receive_endorsement": "tells a stranger nothing of what it was sent",
        "list_inbox": get("/api/v1/inbox"),
        "accept_endorsement": post("/api/v1/inbox/{endorsement 0}/accept", {}),
        "reject_endorsement": OURS,
    },
    "verifier": GROUND
    | VC_API
    | {
        "verify": lambda node: node("POST", "/api/v1/verify", hostile.file(), "application/vc"),
        "show_verify_page": OURS,
        "verify_by_page": _form,
    },
}
# Besides the one above: other ways in which the same route shows what strangers wrote.
MORE: Final[dict[tuple[str, str], tuple[Run, ...]]] = {
    ("issuer", "put_template"): tuple(_template(text) for text in (PLAIN, OWN, HOSTILE)),
    ("issuer", "show_claim_page"): (get("/claim/{used}"), get(f"/claim/{quote(MARK + '<script>')}")),
    ("issuer", "show_badge_page"): (get("/b/{claimed}", "application/json"), get("/b/x%3Cscript%3E")),
    ("verifier", "verify_by_page"): (
        lambda node: node("POST", "/verify", body(part("text", HOSTILE.encode("utf-8", "surrogatepass"))), TYPE),
        lambda node: node("POST", "/verify", body(part("url", f"https://{OWN}/".encode())), TYPE),
        lambda node: node("POST", "/verify", body(part("url", f"javascript:{OWN}".encode())), TYPE),
        lambda node: node("POST", "/verify", body(part("text", b"x"), part("policy", OWN.encode())), TYPE),
        lambda node: node("POST", "/verify", body(part("text", b"x"), part("holder", OWN.encode())), TYPE),
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=NODES)
async def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Node]]:
    async with NODES[request.param](tmp_path_factory.mktemp(request.param)) as node:
        yield request.param, node


async def test_every_route_says_how_it_meets_hostile_text(served: tuple[str, Node]) -> None:
    name, node = served
    assert sorted(ROUTES[name]) == sorted(await node.table())


async def test_every_route_is_asked_with_hostile_text_in_every_place(served: tuple[str, Node]) -> None:
    name, node = served
    strange = quote(HOSTILE.replace("\x00", "") + "<script>alert(1)</script>", safe="")
    value = {"schema": HOSTILE, HOSTILE: HOSTILE, "id": [HOSTILE], "template": HOSTILE, "cells": {HOSTILE: HOSTILE}}
    for operation_id, (method, path, operation) in (await node.table()).items():
        filled = re.sub(r"\{[a-z_]+\}", strange, path)
        asked = [named["name"] for named in operation.get("parameters", []) if named["in"] == "query"]
        queries = ["", f"?{strange}={strange}", *(f"?{one}={strange}" for one in asked)]
        kinds = [*operation.get("requestBody", {}).get("content", {}), ""]
        for query in queries:
            for kind in kinds:
                for raw in (json.dumps(value).encode(), HOSTILE.encode(), b"\xff\xfe"):
                    answer = await node(method, filled + query, raw if kind else b"", kind)
                    is_data = ROUTES[name].get(operation_id) == SIGNED and answer.status < 400
                    assert faults(answer, data=is_data) == [], (operation_id, query, kind, answer)
        answer = await node(method, filled, b"{}", f"text/{MARK}")
        assert faults(answer) == [], (operation_id, answer)


async def test_what_strangers_wrote_stays_text_in_every_answer(served: tuple[str, Node]) -> None:
    name, node = served
    for operation_id, run in ROUTES[name].items():
        shown_by = () if isinstance(run, str) else (run,)
        for number, one in enumerate((*shown_by, *MORE.get((name, operation_id), ()))):
            answer = await one(node)
            # An answer with a credential in it holds the signed bytes; what stands around them is ours.
            shown = Answer(answer.status, answer.headers, re.sub(rb', "credential": \{.*\}\Z', b"}", answer.raw))
            assert faults(shown) == [], (operation_id, number, shown)
            if number == 0 and shown_by:
                assert MARK.encode() in answer.raw, (operation_id, answer)


async def test_signed_bytes_are_given_as_what_no_browser_shows(served: tuple[str, Node]) -> None:
    name, node = served
    ways: dict[str, tuple[Run, ...]] = {
        "issuer": (get("/status/{list}"), get("/api/v1/credentials/{claimed}")),
        "wallet": (
            get("/api/v1/credentials/{card}/original"),
            lambda node: node.json(
                "POST",
                "/api/v1/presentations",
                {
                    "schema": "satchel.present_request/1",
                    "ids": [node.held["card"]],
                    "challenge": OWN,
                    "domain": OWN,
                },
            ),
            lambda node: node.json(
                "POST", "/api/v1/stacks", {"schema": "satchel.stack_request/1", "ids": [node.held["card"]], "name": OWN}
            ),
        ),
        "verifier": (),
    }
    for run in ways[name]:
        answer = await run(node)
        assert answer.status == 200, answer
        assert faults(answer, data=True) == []
