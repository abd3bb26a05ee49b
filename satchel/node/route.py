"""The one table of what a node answers: a route is data, and routing, validation and OpenAPI 3.1 are made of it.

The API grows by new routes, new optional members and new members of answers only; nothing is renamed or taken away.
Every JSON body names its form in a member `schema` (`satchel.NAME/1`); a list answers {"schema", "items", "next"},
where `next` is what the query's `after` takes, or null at the end.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeAlias, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import models_json_schema

from satchel.codec import strictjson
from satchel.node import problem
from satchel.node.guard import Repeatable, Token
from satchel.node.problem import HttpFault
from satchel.port import JsonObject, JsonValue

JSON: Final = "application/json"
BODY_LIMIT_BYTES: Final = 1024 * 1024
CLIENT_KEY_FIELD: Final = "Idempotency-Key"

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
M = TypeVar("M", bound=BaseModel)

_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~-]+|\{[a-z_]+\}))+/?\Z|/\Z")
_SCHEMA_NAME: Final = re.compile(r"satchel\.[a-z_]+/[0-9]+\Z")
_FILE_NAME: Final = re.compile(r"[^A-Za-z0-9._ -]")


class Body(BaseModel):
    """What request and answer models are made of: JSON types as they are, no member that is not named.

    Each adds `schema_: Literal["satchel.NAME/1"] = Field(default="satchel.NAME/1", alias="schema")`.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_by_alias=True, serialize_by_alias=True, allow_inf_nan=False
    )


class Listing(Body, Generic[M]):
    """One piece of a list."""

    schema_: Literal["satchel.list/1"] = Field(default="satchel.list/1", alias="schema")
    items: list[M]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One checked request as a handler sees it.

    `headers` have lower case names and lack all that tells another address than the configured one (Host, Forwarded,
    X-Forwarded-*) and Authorization: links are made of `origin` alone. `params` are decoded path pieces; they may
    hold any character and are NOT checked here. `raw_path` is the path as it was sent, for the few names whose own
    percent signs mean something.
    """

    origin: str
    now: datetime
    params: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    media_type: str
    body: BaseModel | None
    query: BaseModel | None
    token: Token | None
    repeatable: Repeatable | None
    raw_path: str = ""

    def body_as(self, model: type[M]) -> M:
        """The body, of the model that the route names."""
        return _exactly(model, self.body)

    def query_as(self, model: type[M]) -> M:
        """The query, of the model that the route names."""
        return _exactly(model, self.query)


def _exactly(model: type[M], value: BaseModel | None) -> M:
    if not isinstance(value, model):
        raise TypeError(f"the route does not name {model.__name__}")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answers: a model, or bytes sent exactly as they are. `etag` is quoted already."""

    status: int = 200
    body: BaseModel | bytes | None = None
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cache_control: str = "no-store"
    etag: str | None = None

    def content(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, BaseModel):
            # ASCII alone: what strangers wrote turns no letters around in a terminal that shows an answer.
            return self.body.model_dump_json(by_alias=True, ensure_ascii=True).encode("ascii")
        return self.body or b""


Handler: TypeAlias = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the answers a route may give besides problems."""

    status: int = 200
    summary: str
    model: type[BaseModel] | None = None
    media_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table. `accepts` are the media types of a body; empty: the route takes none.

    With `body` the bytes are strict JSON of that model; without it the handler reads `call.raw`. `scopes` ask for a
    token that has them all. `idempotent` honours Idempotency-Key and needs scopes: an answer is kept for its asker.
    GET answers HEAD too.
    """

    method: Method
    path: str
    name: str
    summary: str
    handler: Handler
    answers: tuple[Answer, ...]
    tags: tuple[str, ...]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    accepts: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    body_limit_bytes: int = BODY_LIMIT_BYTES
    idempotent: bool = False
    examples: tuple[tuple[str, JsonObject], ...] = ()


def document(raw: bytes, *, media_type: str, max_age_seconds: int) -> Reply:
    """The reply for a document that anyone may keep: the bytes as they are, with an ETag over them and an age."""
    etag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    return Reply(body=raw, media_type=media_type, etag=etag, cache_control=f"public, max-age={max_age_seconds}")


def attachment(raw: bytes, *, media_type: str, name: str) -> Reply:
    """The reply for a file to save, never to be shown in our origin (an SVG from outside may hold script)."""
    return Reply(body=raw, media_type=media_type, headers={"Content-Disposition": disposition(name)})


def disposition(name: str) -> str:
    """The Content-Disposition of a file name from anywhere: no control, quote or path sign gets into the field.

    RFC 6266: a plain name for all, and the full one percent-encoded for those who read it.
    """
    last = re.split(r"[/\\]", name)[-1].lstrip(".")
    visible = "".join(char for char in last if char.isprintable())[:100] or "file"
    plain = _FILE_NAME.sub("_", visible)
    extended = quote(visible.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"


def read_body(route: Route, raw: bytes) -> BaseModel | None:
    """The body of the route's model, or None. Raises Malformed (parse.*) or HttpFault http.body_invalid.

    Pydantic is given what the strict parser read, written again: never bytes that two parsers could read in two ways.
    """
    if route.body is None:
        return None
    value = strictjson.loads(raw, limit_bytes=route.body_limit_bytes)
    try:
        return route.body.model_validate_json(json.dumps(value))
    except ValidationError as fault:
        raise _invalid("http.body_invalid", "the body does not fit", fault) from fault


def read_query(route: Route, pairs: Sequence[tuple[str, str]]) -> BaseModel | None:
    """The query of the route's model, or None. Raises HttpFault http.query_invalid, also for what is not named."""
    repeated = sorted(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    if repeated:
        errors = [(name, "stands there more than once") for name in repeated]
        raise HttpFault("http.query_invalid", "the query says a thing twice", errors=errors)
    if route.query is None:
        if pairs:
            errors = [(name, "is not known here") for name, _ in pairs]
            raise HttpFault("http.query_invalid", "this address takes no query", errors=errors)
        return None
    try:
        return route.query.model_validate_strings(dict(pairs))
    except ValidationError as fault:
        raise _invalid("http.query_invalid", "the query does not fit", fault) from fault


def _invalid(code: str, message: str, fault: ValidationError) -> HttpFault:
    listed = fault.errors(include_url=False, include_context=False, include_input=False)
    errors = [
        ("".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in one["loc"]) or "/", one["msg"])
        for one in listed[: problem.ERRORS_LIMIT]
    ]
    return HttpFault(code, message, errors=errors)


def check_reply(route: Route, reply: Reply) -> None:
    """Raises RuntimeError when a handler answers what its route does not say: then the document would lie."""
    for answer in route.answers:
        if answer.status == reply.status and answer.media_type == reply.media_type:
            if answer.model is None and not isinstance(reply.body, BaseModel):
                return
            if answer.model is not None and isinstance(reply.body, answer.model):
                return
    raise RuntimeError(f"{route.name} answered {reply.status} {reply.media_type} {type(reply.body).__name__}")


def check_table(routes: Sequence[Route]) -> None:
    """Raises ValueError for a table that contradicts itself, or an example that its own model refuses."""
    for what, values in (
        ("name", [route.name for route in routes]),
        ("address", [f"{route.method} {_PARAMETER.sub('{}', route.path)}" for route in routes]),
    ):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise ValueError(f"two routes have the {what} {twice[0]}")
    for route in routes:
        fault = _fault_of(route)
        if fault is not None:
            raise ValueError(f"route {route.name}: {fault}")


def _fault_of(route: Route) -> str | None:
    if not _PATH.match(route.path):
        return f"the path {route.path} is not plain"
    if not route.answers:
        return "it answers nothing"
    if route.accepts and route.method in ("GET", "DELETE"):
        return f"{route.method} takes no body"
    if route.body is not None and not all(kind == JSON or kind.endswith("+json") for kind in route.accepts or ("",)):
        return "a model is read from JSON only"
    if route.idempotent and not route.scopes:
        return "kept answers need a token"
    for model in (route.body, *(answer.model for answer in route.answers)):
        if model is not None and not _SCHEMA_NAME.match(_schema_name(model)):
            return f"{model.__name__} does not name its schema"
    for name, example in route.examples:
        try:
            read_body(route, json.dumps(example).encode())
        except HttpFault as fault:
            return f"the example {name} does not fit: {fault.errors[0]}"
    return None


def _schema_name(model: type[BaseModel]) -> str:
    for name, member in model.model_fields.items():
        if (member.alias or name) == "schema":
            return str(member.default)
    return ""


def openapi(routes: Sequence[Route], *, title: str, version: str, origin: str) -> JsonObject:
    """The OpenAPI 3.1 document of the table."""
    models: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for route in routes:
        models |= {(model, "validation"): None for model in (route.body, route.query) if model is not None}
        models |= {(answer.model, "serialization"): None for answer in route.answers if answer.model is not None}
    made, schemas = models_json_schema(list(models), ref_template="#/components/schemas/{model}")
    references = cast("_References", made)
    components = cast("JsonObject", schemas.get("$defs", {}))
    components["Problem"] = _PROBLEM_SCHEMA
    paths: dict[str, JsonValue] = {}
    for route in routes:
        operations = cast("JsonObject", paths.setdefault(route.path, {}))
        operations[route.method.lower()] = _operation(route, references, components)
    return {
        "openapi": "3.1.1",
        "info": {"title": title, "version": version},
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "What went wrong, and what to do.",
                    "content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
        },
    }


_References: TypeAlias = Mapping[tuple[type[BaseModel], str], JsonObject]


def _operation(route: Route, references: _References, components: JsonObject) -> JsonObject:
    responses: dict[str, JsonValue] = {}
    for answer in route.answers:
        schema: JsonObject = {} if answer.model is None else dict(references[answer.model, "serialization"])
        response = cast("JsonObject", responses.setdefault(str(answer.status), {"description": answer.summary}))
        if answer.status not in (204, 303, 304):
            cast("JsonObject", response.setdefault("content", {}))[answer.media_type] = {"schema": schema}
    operation: JsonObject = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": list(route.tags),
        "responses": responses | {"default": {"$ref": "#/components/responses/Problem"}},
    }
    parameters = _parameters(route, references, components)
    if parameters:
        operation["parameters"] = parameters
    if route.scopes:
        operation["security"] = [{"token": list(route.scopes)}]
    if route.accepts:
        content: JsonObject = {} if route.body is None else {"schema": dict(references[route.body, "validation"])}
        if route.examples:
            content["examples"] = {name: {"value": example} for name, example in route.examples}
        operation["requestBody"] = {"required": True, "content": {kind: dict(content) for kind in route.accepts}}
    return operation


def _parameters(route: Route, references: _References, components: JsonObject) -> list[JsonValue]:
    parameters: list[JsonValue] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(route.path)
    ]
    if route.query is not None:
        name = str(references[route.query, "validation"]["$ref"]).rpartition("/")[2]
        schema = cast("JsonObject", components[name])
        required = cast("list[str]", schema.get("required", []))
        for member, its_schema in cast("JsonObject", schema.get("properties", {})).items():
            parameters.append({"name": member, "in": "query", "required": member in required, "schema": its_schema})
    if route.idempotent:
        form: JsonObject = {"type": "string", "minLength": 16, "maxLength": 255}
        parameters.append({"name": CLIENT_KEY_FIELD, "in": "header", "required": False, "schema": form})
    return parameters


_PROBLEM_SCHEMA: Final[JsonObject] = {
    "type": "object",
    "description": "RFC 9457 problem document.",
    "required": ["type", "title", "status", "code", "next_step"],
    "properties": {
        "type": {"type": "string", "description": "/errors/CODE, relative to the node."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "next_step": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "message"],
                "properties": {"at": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
