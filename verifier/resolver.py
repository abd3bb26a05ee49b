"""`/1.0/identifiers/{did}` on any node: DID resolution for programs that bring no methods of their own.

What it answers is did.http; what it may ask of the network is the Fetch that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from did import http as answers
from satchel.codec import strictjson
from satchel.errors import Malformed
from satchel.node.route import JSON, Answer, Call, Reply, Route
from satchel.port import Fetch, JsonObject, JsonValue

PATH: Final = "/1.0/identifiers/"
BODY_LIMIT_BYTES: Final = 16 * 1024
DID_LIMIT_CHARS: Final = 4096

_TYPES: Final = (*answers.REPRESENTATIONS, answers.RESOLUTION, answers.DEREFERENCING)


class Options(BaseModel):
    """The options of a resolution; any other DID parameter may stand beside these."""

    model_config = ConfigDict(extra="allow", frozen=True)

    version_id: str | None = Field(default=None, alias="versionId")
    version_time: str | None = Field(default=None, alias="versionTime")
    version_number: str | None = Field(default=None, alias="versionNumber")
    expand_relative_urls: str | None = Field(default=None, alias="expandRelativeUrls")
    no_cache: str | None = Field(default=None, alias="noCache")


class Resolver:
    """The handlers, over one Fetch. `universal_resolver` is asked for methods that are not known here."""

    def __init__(self, fetch: Fetch, *, scopes: tuple[str, ...] = (), universal_resolver: str | None = None) -> None:
        self._fetch = fetch
        self._scopes = scopes
        self._universal_resolver = universal_resolver

    def routes(self) -> tuple[Route, ...]:
        """The table's rows."""
        told = tuple(
            Answer(status=status, summary=_SUMMARIES[status], media_type=media_type)
            for status in _SUMMARIES
            for media_type in _TYPES
        )
        service = Answer(status=303, summary="The address of a service.", media_type=answers.URI_LIST)
        return (
            Route(
                method="GET",
                path=PATH + "{did}",
                name="resolve_did",
                summary="The document of a DID, or what a DID URL names, in the form that Accept asks for.",
                handler=self._by_query,
                answers=(*told, service),
                tags=("did",),
                query=Options,
                scopes=self._scopes,
            ),
            Route(
                method="POST",
                path=PATH + "{did}",
                name="resolve_did_with_options",
                summary="As GET, with the options as one JSON object.",
                handler=self._by_body,
                answers=(*told, service),
                tags=("did",),
                accepts=(JSON,),
                body_limit_bytes=BODY_LIMIT_BYTES,
                scopes=self._scopes,
            ),
            Route(
                method="GET",
                path=PATH,
                name="resolve_nothing",
                summary="Says that a DID is missing.",
                handler=self._by_query,
                answers=told,
                tags=("did",),
                query=Options,
                scopes=self._scopes,
            ),
        )

    async def _by_query(self, call: Call) -> Reply:
        said = call.query_as(Options).model_dump(by_alias=True, exclude_none=True)
        return await self._answer(call, {name: value for name, value in said.items() if isinstance(value, str)})

    async def _by_body(self, call: Call) -> Reply:
        try:
            options: JsonObject = strictjson.load_object(call.raw, limit_bytes=BODY_LIMIT_BYTES)
        except Malformed:
            # The shape of the answer is the standard's for whatever is wrong with the options.
            options = {"options": None}
        return await self._answer(call, options)

    async def _answer(self, call: Call, options: Mapping[str, JsonValue]) -> Reply:
        question = answers.Question(
            did_url=did_of(call.raw_path), accept=call.headers.get("accept", "*/*"), options=options
        )
        found = await answers.answer(question, fetch=self._fetch, universal_resolver=self._universal_resolver)
        headers = {} if found.location is None else {"Location": found.location}
        return Reply(status=found.status, body=found.body, media_type=found.media_type, headers=headers)


_SUMMARIES: Final[Mapping[int, str]] = {
    200: "What was asked for.",
    400: "No DID, no DID URL, or options that are none.",
    404: "There is no such DID, version or part.",
    406: "No accepted media type is made here.",
    410: "The DID was given up.",
    500: "The document is broken, or could not be had.",
    501: "The method, or what was asked of it, is not known here.",
}


def did_of(raw_path: str) -> str:
    """The DID or DID URL in the address, decoded once when it was encoded as a whole: in one that stands there as it
    is, percent signs are its own (did:web:HOST%3A8443)."""
    text = raw_path.removeprefix(PATH)[:DID_LIMIT_CHARS]
    return text if text.startswith("did:") else unquote(text, errors="replace")
