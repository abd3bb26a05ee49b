"""Refusals that are answers of a route of their own: claims, pages and ids that are not here.

satchel.node.problem knows a status for each room below the issuer; these are the issuer's, and each route that may
give one says so in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import wraps
from types import MappingProxyType
from typing import Final

from satchel.errors import SatchelError
from satchel.node import problem
from satchel.node.route import Answer, Call, Reply, Route
from satchel.text import for_terminal

STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "claim.unknown": 404,
        "claim.expired": 410,
        "claim.used": 409,
        "claim.revoked": 410,
        "claim.holder_unproven": 403,
        "issue.not_found": 404,
        "template.unknown_id": 404,
        "template.version_used": 409,
    }
)


def with_refusals(route: Route, *codes: str) -> Route:
    """The route, which may refuse with these codes as well."""
    handler = route.handler

    @wraps(handler)
    async def answered(call: Call) -> Reply:
        try:
            return await handler(call)
        except SatchelError as error:
            if error.code not in codes:
                raise
            return reply(error)

    told = tuple(
        Answer(status=status, summary="Refused; the problem document says why.", media_type=problem.MEDIA_TYPE)
        for status in sorted({STATUS[code] for code in codes})
    )
    return replace(route, handler=answered, answers=(*route.answers, *told))


def reply(error: SatchelError) -> Reply:
    """The problem document with the issuer's own status."""
    said = problem.problem_of(error) | {
        "status": STATUS[error.code],
        "detail": for_terminal(error.message, limit=problem.DETAIL_LIMIT),
    }
    return Reply(status=STATUS[error.code], body=problem.encode(said), media_type=problem.MEDIA_TYPE)
