"""The routes of the wallet's HTTP face: /api/v1 for its owner's programs, and one public door for endorsements.

Every route but that door asks for a token with its scope. Handlers call the services and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field, JsonValue

from satchel.codec import strictjson
from satchel.credential import stack as stacks
from satchel.errors import SatchelError, WalletFault
from satchel.node import entropy, problem
from satchel.node.guard import Rate, Rates
from satchel.node.route import JSON, Answer, Body, Call, Handler, Reply, Route, attachment
from satchel.port import Fetch, JsonObject
from satchel.text import for_terminal
from verifier.report import to_json as report_json
from wallet import card as cards
from wallet import holding, passport, peer, present, stack
from wallet.card import Card
from wallet.drawer import Drawer, Kind
from wallet.peer import Inbox
from wallet.service import WalletService

READ: Final = "wallet.read"
WRITE: Final = "wallet.write"
PRESENT: Final = "wallet.present"
SCOPES: Final = (READ, WRITE, PRESENT)

VP: Final = "application/vp"
BYTES: Final = "application/octet-stream"
# What a credential may be sent as; its bytes alone decide what it is.
_CREDENTIAL_TYPES: Final = (
    BYTES,
    JSON,
    "application/vc",
    "application/vc+ld+json",
    "application/ld+json",
    "application/jwt",
    "application/vc+jwt",
    "image/png",
    "image/svg+xml",
    "text/plain",
)
# Each endorsement is judged, and judging may fetch: strangers get a share of that, not all of it.
_ENDORSEMENT_RATE: Final = Rate(per_minute=60, burst=30)
# What a stranger must not learn about the wallet: all of these are answered as if it had been kept.
_NOT_TOLD: Final = frozenset({"endorsement.self", "endorsement.other_target", "endorsement.rejected"})
# Statuses of rooms that the ground's table does not name.
_STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "endorsement.unknown_id": 404,
        "endorsement.too_large": 413,
        "endorsement.inbox_full": 429,
        "stack.too_large": 413,
        **dict.fromkeys(("endorsement", "stack", "presentation"), 422),
    }
)


class Paging(Body):
    """Which piece of a list."""

    limit: int = Field(default=50, ge=1, le=200)
    after: str | None = Field(default=None, max_length=64)


class FileName(Body):
    """What the file was called where it came from."""

    name: str = Field(default="", max_length=200)


class Asked(Body):
    """An address that the asker knows to be the learner's."""

    email: str | None = Field(default=None, max_length=320)


class StackRequest(Body):
    """Which credentials to stack, in which order."""

    schema_: Literal["satchel.stack_request/1"] = Field(default="satchel.stack_request/1", alias="schema")
    ids: list[str] = Field(min_length=1, max_length=stacks.PARTS_LIMIT)
    name: str = Field(default="", max_length=stack.NAME_LIMIT_CHARS)


class PresentRequest(Body):
    """Which credentials to show, and the question that the presentation answers."""

    schema_: Literal["satchel.present_request/1"] = Field(default="satchel.present_request/1", alias="schema")
    ids: list[str] = Field(min_length=1, max_length=200)
    challenge: str = Field(min_length=1, max_length=present.QUESTION_LIMIT_CHARS)
    domain: str = Field(min_length=1, max_length=present.QUESTION_LIMIT_CHARS)


class EndorsementRequest(Body):
    """An EndorsementCredential by the one who sends it or by another."""

    schema_: Literal["satchel.endorsement/1"] = Field(default="satchel.endorsement/1", alias="schema")
    endorsement: dict[str, JsonValue]


class EndorsementReceived(Body):
    """The endorsement was taken. Whether it is for this wallet, and what becomes of it, is not told."""

    schema_: Literal["satchel.endorsement_received/1"] = Field(default="satchel.endorsement_received/1", alias="schema")


class Face:
    """The handlers over one unlocked wallet."""

    def __init__(self, wallet: WalletService, drawer: Drawer, *, fetch: Fetch, seconds: Callable[[], float]) -> None:
        self._wallet = wallet
        self._drawer = drawer
        self._fetch = fetch
        self._inbox = Inbox(wallet, drawer, fetch=fetch)
        self._rates = Rates(_ENDORSEMENT_RATE, seconds=seconds)

    def routes(self) -> tuple[Route, ...]:
        """The rows of the table."""
        return tuple(
            _told(route) for route in (*self._credential_routes(), *self._story_routes(), *self._inbox_routes())
        )

    def _credential_routes(self) -> tuple[Route, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/wallet",
                name="show_wallet",
                summary="Whose wallet it is, and what its owner must hear.",
                handler=self._show_wallet,
                answers=(Answer(summary="satchel.wallet_overview/1"),),
                tags=("wallet",),
                scopes=(READ,),
            ),
            Route(
                method="GET",
                path="/api/v1/credentials",
                name="list_credentials",
                summary="The current credentials, last added first.",
                handler=self._list_credentials,
                query=Paging,
                answers=(Answer(summary="satchel.list/1 of satchel.card/1"),),
                tags=("credentials",),
                scopes=(READ,),
            ),
            Route(
                method="POST",
                path="/api/v1/credentials",
                name="add_credential",
                summary="Judges a credential and keeps it; what is rejected is not kept.",
                handler=self._add,
                query=FileName,
                accepts=_CREDENTIAL_TYPES,
                body_limit_bytes=strictjson.LIMIT_BYTES,
                answers=(
                    Answer(status=201, summary="satchel.added/1: it is kept."),
                    Answer(summary="satchel.added/1: it was there."),
                ),
                tags=("credentials",),
                scopes=(WRITE,),
                idempotent=True,
            ),
            Route(
                method="GET",
                path="/api/v1/credentials/{id}",
                name="show_credential",
                summary="One credential, judged anew, beside the report of the day it was added.",
                handler=self._show,
                answers=(Answer(summary="satchel.wallet_item/1"),),
                tags=("credentials",),
                scopes=(READ,),
            ),
            Route(
                method="GET",
                path="/api/v1/credentials/{id}/original",
                name="export_credential",
                summary="The bytes exactly as they were received.",
                handler=self._export,
                answers=(Answer(summary="The file.", media_type=BYTES),),
                tags=("credentials",),
                scopes=(READ,),
            ),
            Route(
                method="DELETE",
                path="/api/v1/credentials/{id}",
                name="remove_credential",
                summary="Takes a credential out, for good.",
                handler=self._remove,
                answers=(Answer(status=204, summary="It is gone."),),
                tags=("credentials",),
                scopes=(WRITE,),
            ),
        )

    def _story_routes(self) -> tuple[Route, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/passport",
                name="show_passport",
                summary="The skills, with the evidence behind each.",
                handler=self._passport,
                answers=(Answer(summary="satchel.passport/1"),),
                tags=("passport",),
                scopes=(READ,),
            ),
            Route(
                method="POST",
                path="/api/v1/stacks",
                name="build_stack",
                summary="Credentials in one file under a manifest that the holder signs.",
                handler=self._build_stack,
                accepts=(JSON,),
                body=StackRequest,
                answers=(Answer(summary="The stack file.", media_type=stacks.MEDIA_TYPE), *_refusals(413, 422)),
                tags=("stacks",),
                scopes=(PRESENT,),
                examples=(("two", {"schema": "satchel.stack_request/1", "ids": ["mfzwk", "nbsww"], "name": "Tides"}),),
            ),
            Route(
                method="POST",
                path="/api/v1/stacks/check",
                name="check_stack",
                summary="A stack, checked part by part.",
                handler=self._check_stack,
                query=Asked,
                accepts=(stacks.MEDIA_TYPE, BYTES),
                body_limit_bytes=stacks.LIMIT_BYTES,
                answers=(Answer(summary="satchel.stack_check/1"), *_refusals(413, 422)),
                tags=("stacks",),
                scopes=(READ,),
            ),
            Route(
                method="POST",
                path="/api/v1/presentations",
                name="present",
                summary="A presentation that the holder signs for one challenge and domain.",
                handler=self._present,
                accepts=(JSON,),
                body=PresentRequest,
                answers=(Answer(summary="The presentation.", media_type=VP), *_refusals(422)),
                tags=("presentations",),
                scopes=(PRESENT,),
                examples=(
                    (
                        "one",
                        {
                            "schema": "satchel.present_request/1",
                            "ids": ["mfzwk"],
                            "challenge": "n-0S6_WzA2Mj",
                            "domain": "verifier.example",
                        },
                    ),
                ),
            ),
        )

    def _inbox_routes(self) -> tuple[Route, ...]:
        def answer(path: str, name: str, summary: str, handler: Handler) -> Route:
            return Route(
                method="POST",
                path=path,
                name=name,
                summary=summary,
                handler=handler,
                answers=(Answer(summary="satchel.inbox_item/1"), *_refusals(404, 422)),
                tags=("inbox",),
                scopes=(WRITE,),
            )

        return (
            Route(
                method="POST",
                path="/api/v1/endorsements",
                name="receive_endorsement",
                summary="Brings an endorsement; anybody may. It waits for the learner's word.",
                handler=self._receive,
                accepts=(JSON,),
                body=EndorsementRequest,
                body_limit_bytes=peer.LIMIT_BYTES * 2,
                answers=(
                    Answer(status=202, summary="It was taken.", model=EndorsementReceived),
                    *_refusals(413, 422, 429),
                ),
                tags=("endorsements",),
            ),
            Route(
                method="GET",
                path="/api/v1/inbox",
                name="list_inbox",
                summary="The endorsements that wait, the oldest first.",
                handler=self._list_inbox,
                answers=(Answer(summary="satchel.list/1 of endorsements"),),
                tags=("inbox",),
                scopes=(READ,),
            ),
            answer(
                "/api/v1/inbox/{id}/accept", "accept_endorsement", "Keeps an endorsement as a credential.", self._accept
            ),
            answer("/api/v1/inbox/{id}/reject", "reject_endorsement", "Takes an endorsement out.", self._reject),
        )

    async def _show_wallet(self, _call: Call) -> Reply:
        listing = await self._wallet.list()
        return _json(
            {
                "schema": "satchel.wallet_overview/1",
                "did": self._wallet.did,
                "credentials": len(listing.current),
                "waiting": await self._drawer.count(Kind.ENDORSEMENT),
                "notices": [{"code": one.code, "message": one.message} for one in self._wallet.notices],
            }
        )

    async def _list_credentials(self, call: Call) -> Reply:
        asked = call.query_as(Paging)
        held = (await self._wallet.list()).current
        start = 0
        if asked.after is not None:
            places = [place for place, card in enumerate(held) if card.id == asked.after]
            # The one after which to go on may be gone meanwhile: then the list begins anew.
            start = places[0] + 1 if places else 0
        piece = held[start : start + asked.limit]
        more = start + asked.limit < len(held)
        return _json(
            {
                "schema": "satchel.list/1",
                "items": [_card_json(card, call) for card in piece],
                "next": piece[-1].id if more else None,
            }
        )

    async def _add(self, call: Call) -> Reply:
        added = await self._wallet.add(call.raw, name=call.query_as(FileName).name, now=call.now)
        if added.card is None:
            codes = [facet.code for facet in added.report.facets if facet.outcome == "fail"]
            raise WalletFault("wallet.refused", f"it is {added.report.verdict}: {', '.join(codes)}")
        answer: JsonObject = {
            "schema": "satchel.added/1",
            "outcome": added.outcome,
            "card": _card_json(added.card, call),
            "report": report_json(added.report),
        }
        return _json(answer, status=200 if added.outcome == "already_there" else 201)

    async def _show(self, call: Call) -> Reply:
        shown = await self._wallet.show(call.params["id"], now=call.now)
        return _json(
            {
                "schema": "satchel.wallet_item/1",
                "card": _card_json(shown.card, call),
                "replaced_by": shown.replaced_by,
                "history": [cards.to_json(card) for card in shown.history],
                "report": report_json(shown.report),
                "report_at_adding": shown.report_at_adding,
            }
        )

    async def _export(self, call: Call) -> Reply:
        exported = await self._wallet.export(call.params["id"])
        return attachment(exported.raw, media_type=BYTES, name=exported.file_name)

    async def _remove(self, call: Call) -> Reply:
        await self._wallet.remove(call.params["id"], now=call.now)
        return Reply(status=204)

    async def _passport(self, call: Call) -> Reply:
        held = await holding.open_all(self._wallet)
        found = passport.of(held.items, holder=self._wallet.did, now=call.now)
        return _json({**passport.to_json(found), "damaged": list(held.damaged)})

    async def _build_stack(self, call: Call) -> Reply:
        asked = call.body_as(StackRequest)
        raw = await stack.build(self._wallet, asked.ids, name=asked.name, now=call.now, entropy=entropy.system)
        return attachment(raw, media_type=stacks.MEDIA_TYPE, name="stack.zip")

    async def _check_stack(self, call: Call) -> Reply:
        email = call.query_as(Asked).email
        emails = [] if email is None else [email]
        return _json(stack.to_json(await stack.check(call.raw, fetch=self._fetch, now=call.now, emails=emails)))

    async def _present(self, call: Call) -> Reply:
        asked = call.body_as(PresentRequest)
        raw = await present.present(
            self._wallet,
            asked.ids,
            challenge=asked.challenge,
            domain=asked.domain,
            now=call.now,
            entropy=entropy.system,
        )
        return Reply(body=raw, media_type=VP)

    async def _receive(self, call: Call) -> Reply:
        self._rates.take("endorsements")
        # Taken from the bytes: what was sent is judged and kept, not what a model made of it.
        raw = strictjson.member(call.raw, "endorsement", limit_bytes=peer.LIMIT_BYTES * 2)
        try:
            await self._inbox.receive(raw or b"", now=call.now)
        except WalletFault as fault:
            if fault.code not in _NOT_TOLD:
                raise
        return Reply(status=202, body=EndorsementReceived())

    async def _list_inbox(self, _call: Call) -> Reply:
        items = [peer.waiting_json(one) for one in await self._inbox.list()]
        return _json({"schema": "satchel.list/1", "items": [*items], "next": None})

    async def _accept(self, call: Call) -> Reply:
        added = await self._inbox.accept(call.params["id"], now=call.now)
        card = None if added.card is None else _card_json(added.card, call)
        return _json({"schema": "satchel.inbox_item/1", "outcome": "accepted", "card": card})

    async def _reject(self, call: Call) -> Reply:
        one = await self._inbox.reject(call.params["id"], now=call.now)
        return _json({"schema": "satchel.inbox_item/1", "outcome": "rejected", "id": one.id})


def _card_json(card: Card, call: Call) -> JsonObject:
    return cards.to_json(card) | {"expired": card.is_expired(call.now)}


def _json(value: JsonObject, *, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value, ensure_ascii=True).encode("ascii"))


def _refusals(*statuses: int) -> tuple[Answer, ...]:
    return tuple(
        Answer(status=status, summary="It is refused; the problem document says why.", media_type=problem.MEDIA_TYPE)
        for status in statuses
    )


def _told(route: Route) -> Route:
    """The route, its refusals answered with the status of their room where the ground's table names none."""
    handler = route.handler

    @wraps(handler)
    async def told(call: Call) -> Reply:
        try:
            return await handler(call)
        except SatchelError as error:
            room = error.code.partition(".")[0]
            status = _STATUS.get(error.code) or _STATUS.get(room)
            if status is None:
                raise
            told_of = problem.problem_of(error) | {
                "status": status,
                "detail": for_terminal(error.message, limit=problem.DETAIL_LIMIT),
            }
            return Reply(status=status, body=problem.encode(told_of), media_type=problem.MEDIA_TYPE)

    return replace(route, handler=told)
