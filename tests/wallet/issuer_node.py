"""A small issuer node that speaks the claim protocol with real keys: aiohttp on loopback, behind an origin.

It stands in for the issuer that the wallet meets over HTTP; the wallet must not know any issuer's code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from did import create
from satchel.codec import strictjson, timestamp
from satchel.key import multikey
from satchel.key.private import LocalSigner
from satchel.node.send import Sender
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.wallet.badge import CREATED, key_of
from tests.wallet.story import NOW, skilled

ORIGIN = "https://college.example"
HOST = "college.example"
KEY = key_of("wallet tests: an issuer node")
DID = create.did_web(ORIGIN)
METHOD = f"{DID}#key-1"
TOKEN = "a" * 52
LINK = f"{ORIGIN}/claim/{TOKEN}"
Change = Callable[[dict[str, Any]], dict[str, Any]]


def unchanged(value: dict[str, Any]) -> dict[str, Any]:
    return value


@dataclass
class IssuerNode:
    """What it offers, and how a test bends it. `claims` are the holders that came, in order."""

    expires: datetime = NOW + timedelta(days=1)
    bend_offer: Change = unchanged
    bend_credential: Change = unchanged
    bend_signed: Change = unchanged
    bend_answer: Change = unchanged
    claims: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    signed: dict[str, dict[str, Any]] = field(default_factory=dict)
    indent: int | None = None
    answers: list[bytes] = field(default_factory=list)

    def challenge(self) -> str:
        return hashlib.sha256(TOKEN.encode()).hexdigest()[:32]

    def credential_for(self, holder: str) -> dict[str, Any]:
        document = skilled(1, subject=holder, result=True)
        document["issuer"] = {"id": DID, "type": ["Profile"], "name": "An invented coastal college"}
        document["id"] = f"{ORIGIN}/credentials/1"
        document = self.bend_credential(document)
        signer = LocalSigner(METHOD, KEY)
        return self.bend_signed(suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=CREATED))

    async def offer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        if request.match_info["token"] != TOKEN:
            return problem(404, "claim.unknown")
        if self.expires <= NOW:
            return problem(410, "claim.expired")
        return web.json_response(
            self.bend_offer(
                {
                    "schema": "satchel.claim_offer/1",
                    "issuer": {"id": DID, "name": "An invented coastal college"},
                    "name": "Reading tide tables",
                    "description": "Plans a harbour entry from printed tables.",
                    "achievement_type": "Competency",
                    "expires": timestamp.render(self.expires),
                    "challenge": self.challenge(),
                    "domain": HOST,
                }
            )
        )

    async def claim(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        body = strictjson.load_object(await request.read())
        assert body["schema"] == "satchel.claim_request/1"
        shown: Any = body["presentation"]
        if not self.is_proven(shown):
            return problem(403, "claim.holder_unproven")
        holder = shown["holder"]
        if self.claims and holder not in self.claims:
            return problem(409, "claim.used")
        again = holder in self.claims
        self.claims.append(holder)
        credential = self.signed.setdefault(holder, self.credential_for(holder))
        answer = self.bend_answer({"schema": "satchel.claimed/1", "credential": credential})
        self.answers.append(json.dumps(answer, indent=self.indent).encode())
        return web.Response(body=self.answers[-1], content_type="application/json", status=200 if again else 201)

    def is_proven(self, shown: dict[str, Any]) -> bool:
        """Whether the holder's key answered our challenge, for us."""
        (proof,) = proofs_of(shown)
        key = multikey.decode(shown["holder"].removeprefix("did:key:"))
        return (
            proof.purpose == "authentication"
            and proof.challenge == self.challenge()
            and proof.domain == (HOST,)
            and proof.verification_method.partition("#")[0] == shown["holder"]
            and "verifiableCredential" not in shown
            and suites.verify(suites.Secured(shown, suites.PINNED), proof, key)
        )

    async def document(self, _request: web.Request) -> web.Response:
        return web.json_response(create.did_web_document(DID, keys={"key-1": KEY.public()}))

    async def file(self, _request: web.Request) -> web.Response:
        raw = json.dumps(self.credential_for("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"), indent=7)
        return web.Response(body=raw.encode(), content_type="application/vc")


def problem(status: int, code: str, detail: str = "as \x1b[31mit is") -> web.Response:
    body = json.dumps({"type": f"/errors/{code}", "status": status, "code": code, "detail": detail})
    return web.Response(status=status, body=body.encode(), content_type="application/problem+json")


@asynccontextmanager
async def serving(node: IssuerNode) -> AsyncIterator[dict[str, str]]:
    """The origins argument that leads to the node on loopback."""
    application = web.Application()
    application.router.add_get("/api/v1/claims/{token}", node.offer)
    application.router.add_post("/api/v1/claims/{token}", node.claim)
    application.router.add_get("/.well-known/did.json", node.document)
    application.router.add_get("/files/badge.json", node.file)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield {ORIGIN: f"http://{host}:{port}"}
    finally:
        await runner.cleanup()


@asynccontextmanager
async def sender_to(node: IssuerNode) -> AsyncIterator[Sender]:
    async with serving(node) as origins, Sender(clock=lambda: NOW, origins=origins) as sender:
        yield sender
