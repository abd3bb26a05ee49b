"""`GET /api/v1/frameworks/suggest`: skills of this node's own frameworks that a text may mean, for any node's table.

The texts that are asked stay on this node. A suggestion shows its reasons; a person chooses.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import wraps
from typing import Final

from pydantic import Field

from satchel.errors import SatchelError
from satchel.framework.search import ANSWERS_LIMIT
from satchel.node import problem
from satchel.node.copies import Suggestion
from satchel.node.route import Answer, Body, Call, Listing, Reply, Route
from satchel.node.shelf import Shelf
from satchel.text import for_terminal

PATH: Final = "/api/v1/frameworks/suggest"
ASKED_LIMIT_CHARS: Final = 1000
_NOT_HELD: Final = "framework.not_held"


class SuggestQuery(Body):
    """What is looked for, how many answers are wanted, and in which framework: its kind, title, id, or the beginning of
    its digest; without it in all."""

    q: str = Field(min_length=1, max_length=ASKED_LIMIT_CHARS)
    k: int = Field(default=10, ge=1, le=ANSWERS_LIMIT)
    framework: str | None = Field(default=None, min_length=1, max_length=500)


class SuggestedFramework(Body):
    """The copy that a suggestion comes from."""

    id: str
    title: str
    kind: str
    release: str
    released: str
    completeness: str
    digest: str


class SuggestedSkill(Body):
    """An item that may be meant. `via` is the other name that fitted better, if one did; `matched` are the words that
    answer the question; `band` is strong, fair or weak."""

    uri: str
    label: str
    via: str
    matched: list[str]
    score: float
    band: str
    framework: SuggestedFramework


def route(shelf: Shelf, *, scopes: tuple[str, ...]) -> Route:
    """The row of the table."""

    async def suggest(call: Call) -> Reply:
        asked = call.query_as(SuggestQuery)
        # In a thread: the search of a large framework takes milliseconds that others need not wait for.
        found = await asyncio.to_thread(shelf.search, asked.q, asked.k, framework=asked.framework)
        return Reply(body=Listing[SuggestedSkill](items=[_skill(one) for one in found], next=None))

    return _with_not_held(
        Route(
            method="GET",
            path=PATH,
            name="suggest_skills",
            summary="Skills of this node's frameworks that a text may mean, best first, with the words that answered.",
            handler=suggest,
            query=SuggestQuery,
            answers=(Answer(summary="The suggestions.", model=Listing[SuggestedSkill]),),
            tags=("frameworks",),
            scopes=scopes,
        )
    )


def _with_not_held(plain: Route) -> Route:
    """A framework that is not here is not found; every other fault has the status of its room."""
    handler = plain.handler

    @wraps(handler)
    async def answered(call: Call) -> Reply:
        try:
            return await handler(call)
        except SatchelError as fault:
            if fault.code != _NOT_HELD:
                raise
            detail = for_terminal(fault.message, limit=problem.DETAIL_LIMIT)
            said = problem.problem_of(fault) | {"status": 404, "detail": detail}
            return Reply(status=404, body=problem.encode(said), media_type=problem.MEDIA_TYPE)

    told = Answer(status=404, summary="No such framework is held here.", media_type=problem.MEDIA_TYPE)
    return replace(plain, handler=answered, answers=(*plain.answers, told))


def _skill(one: Suggestion) -> SuggestedSkill:
    held = one.framework
    return SuggestedSkill(
        uri=one.uri,
        label=one.label,
        via=one.via,
        matched=list(one.matched),
        score=one.score,
        band=one.band,
        framework=SuggestedFramework(
            id=held.id,
            title=held.title,
            kind=held.kind,
            release=held.release,
            released=held.released,
            completeness=held.completeness,
            digest=held.digest,
        ),
    )
