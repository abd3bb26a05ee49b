"""The verifier as a node: `POST /api/v1/verify` for programs and the page `/verify` for people.

Nothing that is sent is kept. A verdict may ask other servers for what the credential names, through the guarded Fetch.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import web
from pydantic import Field

from did import universal
from satchel import __version__
from satchel.codec import strictjson
from satchel.errors import SatchelError
from satchel.node import entropy, network
from satchel.node.clock import utc_now
from satchel.node.documents import SeenDocuments
from satchel.node.guard import PEER_RATE, Guard, NoTokens, TokenStore
from satchel.node.page import HTML, Pages
from satchel.node.problem import HttpFault
from satchel.node.route import JSON, Answer, Body, Call, Reply, Route
from satchel.node.server import Address, Node, Serving, Tcp, Unix, build_application, run
from satchel.node.settings import Home
from satchel.node.shelf import Shelf
from satchel.port import Clock, DocumentCopies, Fetch, FrameworkShelf
from verifier import form, given, vcapi
from verifier.given import Given
from verifier.materials import Asked
from verifier.policy import POLICIES, Policy
from verifier.registry import NO_TRUST, Trust
from verifier.report import Report, to_json
from verifier.resolver import Resolver
from verifier.service import VerifierService, load_trust
from verifier.vcapi import Options
from verifier.vcapi_access import ClientTokens
from verifier.view import Told, sentence, tell

FORM_LIMIT_BYTES: Final = strictjson.LIMIT_BYTES + 64 * 1024
"""The largest file with the rest of the form around it."""

QUESTION_LIMIT_CHARS: Final = 500
ACCEPTS: Final = (
    "application/octet-stream",
    JSON,
    "application/vc",
    "application/vp",
    "application/ld+json",
    "application/vc+ld+json",
    "application/jwt",
    "application/vc+jwt",
    "application/zip",
    "image/png",
    "image/svg+xml",
    "text/plain",
)
_MULTIPART: Final = "multipart/form-data"

T = TypeVar("T")


class Question(Body):
    """What is asked beyond the credential itself."""

    policy: str = Field(default="default", max_length=100)
    challenge: str | None = Field(default=None, min_length=1, max_length=QUESTION_LIMIT_CHARS)
    domain: str | None = Field(default=None, min_length=1, max_length=QUESTION_LIMIT_CHARS)
    holder: str | None = Field(default=None, min_length=1, max_length=QUESTION_LIMIT_CHARS)
    recipient: str | None = Field(default=None, min_length=1, max_length=QUESTION_LIMIT_CHARS)
    require_holder_binding: bool = False


class Aside:
    """Does what takes long beside the event loop, one at a time: a hostile file holds up no other request."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def __call__(self, work: Callable[[], T], /) -> T:
        async with self._turn:
            return await asyncio.to_thread(work)


class Face:
    """The routes of a verifier over its service."""

    def __init__(self, service: VerifierService, *, policies: Mapping[str, Policy] = POLICIES) -> None:
        self._service = service
        self._policies = policies
        self._pages = Pages([("verifier", "page")])

    def routes(self) -> tuple[Route, ...]:
        """The table's rows, with the files of the pages."""
        page = Answer(summary="The page.", media_type=HTML)
        return (
            Route(
                method="POST",
                path="/api/v1/verify",
                name="verify",
                summary="Judges one file: a credential, presentation, learner record or stack, as it is.",
                handler=self._verify,
                answers=(Answer(summary="The report, satchel.report/1, whatever the verdict."),),
                tags=("verifier",),
                query=Question,
                accepts=ACCEPTS,
                body_limit_bytes=strictjson.LIMIT_BYTES,
            ),
            Route(
                method="GET",
                path="/verify",
                name="show_verify_page",
                summary="The page where people check a credential.",
                handler=self._show,
                answers=(page,),
                tags=("pages",),
            ),
            Route(
                method="POST",
                path="/verify",
                name="verify_by_page",
                summary="Checks the file or text of the page's form.",
                handler=self._verify_form,
                answers=(page, Answer(status=422, summary="The form again.", media_type=HTML)),
                tags=("pages",),
                accepts=(_MULTIPART,),
                body_limit_bytes=FORM_LIMIT_BYTES,
            ),
            self._pages.route(),
        )

    async def _verify(self, call: Call) -> Reply:
        question = call.query_as(Question)
        policy = self._policies.get(question.policy)
        if policy is None:
            errors = [("policy", f"is one of {', '.join(self._policies)}")]
            raise HttpFault("http.query_invalid", "there is no such policy", errors=errors)
        asked = Asked(
            challenge=question.challenge,
            domain=question.domain,
            holder=question.holder,
            recipient=question.recipient,
            require_holder_binding=question.require_holder_binding,
        )
        report = await self._service.verify(call.raw, asked=asked, policy=policy)
        return Reply(body=_encoded(report), media_type=JSON)

    async def _show(self, _call: Call) -> Reply:
        return self._page()

    async def _verify_form(self, call: Call) -> Reply:
        fields = form.read(call.raw, call.media_type)
        said = {
            key: fields[key].text().strip() or None
            for key in ("challenge", "domain", "holder", "recipient")
            if key in fields
        }
        chosen = fields["policy"].text() if "policy" in fields else "default"
        if chosen not in self._policies or any(len(one or "") > QUESTION_LIMIT_CHARS for one in said.values()):
            return self._page(status=422, fault="One of the questions is too long, or there is no such policy.")
        try:
            one = await given.take(fields, bring=self._service.bring, read_code=self._service.read_code)
        except SatchelError as error:
            # A body that is no form is the program's fault and answered as a problem; the rest is said to a person.
            if isinstance(error, HttpFault):
                raise
            return self._page(status=422, fault=f"{sentence(error.message)} {error.next_step}", code=error.code)
        asked = Asked(
            challenge=said.get("challenge"),
            domain=said.get("domain"),
            holder=said.get("holder"),
            recipient=said.get("recipient"),
            require_holder_binding="require_holder_binding" in fields,
        )
        policy = self._policies[chosen]
        report = await self._service.verify(one.raw, name=one.name, asked=asked, policy=policy)
        return self._page(told=tell(report, policy), one=one)

    def _page(
        self, *, status: int = 200, told: Told | None = None, one: Given | None = None, fault: str = "", code: str = ""
    ) -> Reply:
        way = "" if one is None else one.way
        policies = tuple(self._policies)
        return self._pages.reply(
            "verify.html", status=status, told=told, way=way, fault=fault, code=code, policies=policies
        )


def build(
    *,
    fetch: Fetch,
    origin: str,
    clock: Clock = utc_now,
    seconds: Callable[[], float] = time.monotonic,
    policy: Policy = POLICIES["default"],
    shelf: FrameworkShelf | None = None,
    trust: Trust = NO_TRUST,
    vc_api: Options | None = None,
    copies: DocumentCopies | None = None,
    universal_resolver: str | None = None,
) -> web.Application:
    """The application. `origin` is the one address that its links are made of; it keeps nothing, and gives tokens to
    the client of the VC API only, when `vc_api` opens it for one. Its DID resolver asks the universal one, when one is
    named, for methods that are not known here (DidError did.invalid when that is no https URL); verdicts never do."""
    if universal_resolver is not None:
        universal.request_to(universal_resolver)
    aside = Aside()
    service = VerifierService(
        fetch=fetch, clock=clock, policy=policy, shelf=shelf, trust=trust, aside=aside, copies=copies
    )
    tokens: TokenStore = NoTokens()
    rate = PEER_RATE
    routes = (*Face(service).routes(), *Resolver(fetch, universal_resolver=universal_resolver).routes())
    if vc_api is not None:
        rate = vcapi.PEER_RATE
        routes += vcapi.mounted(vc_api, fetch=fetch, clock=clock, aside=aside, entropy=entropy.system)
        if vc_api.client is not None:
            of_client = ClientTokens(vc_api.client, tokens, scope=vcapi.SCOPE, clock=clock, entropy=entropy.system)
            tokens, routes = of_client, (*routes, of_client.route())
    return build_application(
        Node(
            title="A Satchel verifier",
            version=__version__,
            origin=origin,
            routes=routes,
            guard=Guard(tokens=tokens, clock=clock, seconds=seconds, peer_rate=rate),
            clock=clock,
            entropy=entropy.system,
        )
    )


@asynccontextmanager
async def opened(
    home: Home | None,
    *,
    origin: str,
    origins: Mapping[str, str] | None = None,
    clock: Clock = utc_now,
    vc_api: Options | None = None,
    universal_resolver: str | None = None,
) -> AsyncIterator[web.Application]:
    """The application with the frameworks, trust lists and seen DID documents of this home, if one is named, and with
    the network.

    Raises SettingsFault for a broken trust list, FrameworkFault for a damaged copy.
    """
    trust = NO_TRUST if home is None else load_trust(home.trust)
    with ExitStack() as stack:
        shelf = None
        if home is not None and home.frameworks.is_dir():
            shelf = stack.enter_context(Shelf(home.frameworks))
            shelf.frameworks()
        copies = None if home is None else stack.enter_context(SeenDocuments(home.cache_db))
        async with network.opened(home, clock=clock, origins=origins) as fetch:
            yield build(
                fetch=fetch,
                origin=origin,
                clock=clock,
                shelf=shelf,
                trust=trust,
                vc_api=vc_api,
                copies=copies,
                universal_resolver=universal_resolver,
            )


async def serve(
    home: Home | None,
    *,
    announce: Callable[[Serving], None],
    host: str = "127.0.0.1",
    port: int = 0,
    socket: Path | None = None,
    origin: str | None = None,
    origins: Mapping[str, str] | None = None,
    clock: Clock = utc_now,
    vc_api: Options | None = None,
    universal_resolver: str | None = None,
) -> None:
    """Serves the verifier on a TCP port, or on a unix socket when one is named, until SIGTERM or SIGINT.

    `origin` is the public address when a proxy with TLS stands before it. Raises HttpFault http.address_in_use,
    http.address_unusable, and as `opened`.
    """
    at: Address = Tcp(host=host, port=port) if socket is None else Unix(path=socket)
    named = origin or (f"http://localhost:{port}" if port and socket is None else "http://localhost")
    async with opened(
        home, origin=named, origins=origins, clock=clock, vc_api=vc_api, universal_resolver=universal_resolver
    ) as application:
        await run(application, at=[at], announce=announce)


def _encoded(report: Report) -> bytes:
    return json.dumps(to_json(report), separators=(",", ":")).encode("ascii")
