from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from satchel.errors import Malformed
from satchel.node.problem import HttpFault
from satchel.node.route import (
    JSON,
    Answer,
    Body,
    Call,
    Reply,
    Route,
    check_reply,
    check_table,
    disposition,
    document,
    openapi,
    read_body,
    read_query,
)
from tests.satchel.node.http_ground import NOW, ORIGIN, Desk, Note, Paging, Written


async def nothing(_call: Call) -> Reply:
    return Reply(status=204)


ROUTE = Route(
    method="POST",
    path="/notes/{book}",
    name="write_note",
    summary="Writes.",
    handler=nothing,
    answers=(Answer(status=201, summary="Written.", model=Written),),
    tags=("test",),
    body=Note,
    accepts=(JSON,),
    scopes=("note:write",),
    body_limit_bytes=200,
)
LIST = replace(ROUTE, method="GET", path="/notes", name="list_notes", body=None, accepts=(), query=Paging)


def test_a_body_becomes_its_model() -> None:
    assert read_body(ROUTE, b'\xef\xbb\xbf{"schema":"satchel.note/1","text":"hi","count":2}') == Note(
        text="hi", count=2
    )
    assert read_body(replace(ROUTE, body=None), b"anything") is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "parse.empty"),
        (b"{", "parse.not_json"),
        (b'{"text":"a","text":"b"}', "parse.duplicate_key"),
        (b'{"text":"a","count":NaN}', "parse.number"),
        (b'{"text":"\\ud800"}', "parse.surrogate"),
        (b'{"text":"\xff"}', "parse.not_utf8"),
        (b"[" * 70 + b"]" * 70, "parse.too_deep"),
        (b'{"text":"' + b"x" * 300 + b'"}', "parse.too_large"),
    ],
)
def test_bytes_that_two_readers_could_read_in_two_ways_never_reach_the_model(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_body(ROUTE, raw)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        (b"[]", "/"),
        (b"{}", "/text"),
        (b'{"text":1}', "/text"),
        (b'{"text":"a","count":"2"}', "/count"),
        (b'{"text":"a","count":true}', "/count"),
        (b'{"text":"a","count":1.5}', "/count"),
        (b'{"text":"a","count":0}', "/count"),
        (b'{"text":"a","a/b~":1}', "/a~1b~0"),
        (b'{"text":"a","schema":"satchel.note/2"}', "/schema"),
        (b'{"text":"a","schema_":"satchel.note/1"}', "/schema_"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_its_place(raw: bytes, at: str) -> None:
    with pytest.raises(HttpFault) as refused:
        read_body(ROUTE, raw)
    assert refused.value.code == "http.body_invalid"
    assert refused.value.errors[0][0] == at


def test_a_query_becomes_its_model() -> None:
    assert read_query(LIST, [("limit", "7"), ("after", "abc")]) == Paging(limit=7, after="abc")
    assert read_query(LIST, []) == Paging()
    assert read_query(ROUTE, []) is None


@pytest.mark.parametrize(
    "pairs",
    [
        [("limit", "0")],
        [("limit", "x")],
        [("limit", "1.5")],
        [("limit", "")],
        [("limit", "1"), ("limit", "2")],
        [("unknown", "1")],
    ],
)
def test_a_query_that_does_not_fit_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(HttpFault) as refused:
        read_query(LIST, pairs)
    assert refused.value.code == "http.query_invalid"
    assert pairs[0][0] in refused.value.errors[0][0]


def test_an_address_without_a_query_takes_none() -> None:
    with pytest.raises(HttpFault) as refused:
        read_query(ROUTE, [("access_token", "secret")])
    assert refused.value.code == "http.query_invalid"


class Nameless(Body):
    text: str


class Misnamed(Body):
    schema_: Literal["note"] = Field(default="note", alias="schema")


@pytest.mark.parametrize(
    ("route", "fault"),
    [
        (replace(ROUTE, path="/notes/{Book}"), "is not plain"),
        (replace(ROUTE, path="/notes/{book:.*}"), "is not plain"),
        (replace(ROUTE, path="notes"), "is not plain"),
        (replace(ROUTE, answers=()), "answers nothing"),
        (replace(ROUTE, method="GET"), "takes no body"),
        (replace(ROUTE, accepts=("text/plain",)), "JSON only"),
        (replace(ROUTE, accepts=()), "JSON only"),
        (replace(ROUTE, idempotent=True, scopes=()), "need a token"),
        (replace(ROUTE, body=Nameless), "does not name its schema"),
        (replace(ROUTE, answers=(Answer(summary="x", model=Misnamed),)), "does not name its schema"),
        (replace(ROUTE, examples=(("bad", {"text": 1}),)), "example bad"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(route: Route, fault: str) -> None:
    check_table([ROUTE])
    with pytest.raises(ValueError, match=fault):
        check_table([route])


def test_two_routes_never_share_a_name_or_an_address() -> None:
    with pytest.raises(ValueError, match="the name write_note"):
        check_table([ROUTE, replace(ROUTE, path="/other")])
    with pytest.raises(ValueError, match=r"the address POST /notes/\{\}"):
        check_table([ROUTE, replace(ROUTE, name="other", path="/notes/{volume}")])


def test_an_answer_that_the_route_does_not_promise_is_our_error() -> None:
    check_reply(ROUTE, Reply(status=201, body=Written(number=1, link="")))
    for reply in (
        Reply(status=200, body=Written(number=1, link="")),
        Reply(status=201, body=Note(text="x")),
        Reply(status=201, body=b"{}"),
        Reply(status=201, body=Written(number=1, link=""), media_type="text/plain"),
    ):
        with pytest.raises(RuntimeError, match="write_note answered"):
            check_reply(ROUTE, reply)


def test_a_handler_gets_the_models_that_its_route_names_or_fails_loudly() -> None:
    class Other(BaseModel):
        pass

    assert ROUTE.body is Note
    call = Call(
        origin=ORIGIN,
        now=NOW,
        params={},
        headers={},
        raw=b"",
        media_type=JSON,
        body=Note(text="x"),
        query=None,
        token=None,
        repeatable=None,
    )
    assert call.body_as(Note).text == "x"
    with pytest.raises(TypeError):
        call.body_as(Other)
    with pytest.raises(TypeError):
        call.query_as(Paging)


def test_a_document_keeps_its_bytes_and_its_tag_follows_them() -> None:
    one = document(b'{"a": 1}', media_type="application/vc", max_age_seconds=60)
    assert one.content() == b'{"a": 1}'
    assert one.cache_control == "public, max-age=60"
    assert one.etag == document(b'{"a": 1}', media_type="x/y", max_age_seconds=1).etag
    assert one.etag != document(b'{"a":1}', media_type="application/vc", max_age_seconds=60).etag


@pytest.mark.parametrize(
    ("name", "plain", "extended"),
    [
        ("badge.svg", "badge.svg", "badge.svg"),
        ("Zertifikat für Änne.svg", "Zertifikat f_r _nne.svg", "Zertifikat%20f%C3%BCr%20%C3%84nne.svg"),
        ('a"; filename=evil.exe', "a__ filename_evil.exe", "a%22%3B%20filename%3Devil.exe"),
        ("x\r\nSet-Cookie: a=b", "xSet-Cookie_ a_b", "xSet-Cookie%3A%20a%3Db"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("c:\\secret\\a.svg", "a.svg", "a.svg"),
        (".bashrc", "bashrc", "bashrc"),
        ("\u202egvs.exe", "gvs.exe", "gvs.exe"),
        ("", "file", "file"),
        ("\ud800", "file", "file"),
        ("n" * 500, "n" * 100, "n" * 100),
    ],
)
def test_no_file_name_can_change_the_header(name: str, plain: str, extended: str) -> None:
    made = disposition(name)
    assert made == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"
    assert made.isascii() and made.isprintable()


def references_of(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references_of(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(references_of(one) for one in value))
    return set()


async def test_the_openapi_document_is_whole() -> None:
    routes = Desk().routes()
    spec = openapi(routes, title="Test node", version="1", origin=ORIGIN)
    assert spec["openapi"] == "3.1.1"
    assert spec["servers"] == [{"url": ORIGIN}]
    components = spec["components"]
    assert isinstance(components, dict)
    for reference in references_of(spec):
        section, name = reference.removeprefix("#/components/").split("/")
        held = components[section]
        assert isinstance(held, dict) and name in held, reference
    json.dumps(spec)


async def test_the_openapi_document_says_what_each_route_takes_and_gives() -> None:
    spec = json.loads(json.dumps(openapi(Desk().routes(), title="t", version="1", origin=ORIGIN)))
    write = spec["paths"]["/api/v1/notes"]["post"]
    assert write["operationId"] == "post_api_v1_notes"
    assert write["security"] == [{"token": ["note:write"]}]
    assert [(one["name"], one["in"]) for one in write["parameters"]] == [("Idempotency-Key", "header")]
    content = write["requestBody"]["content"]["application/json"]
    assert content["examples"] == {"short": {"value": {"text": "hello"}}}
    note = spec["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    assert note["additionalProperties"] is False
    assert note["properties"]["schema"]["const"] == "satchel.note/1"
    assert set(write["responses"]) == {"201", "default"}
    listed = spec["paths"]["/api/v1/notes"]["get"]
    assert [(one["name"], one["in"], one["required"]) for one in listed["parameters"]] == [
        ("limit", "query", False),
        ("after", "query", False),
    ]
    listing = listed["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(spec["components"]["schemas"][listing]["properties"]) == {"schema", "items", "next"}
    picture = spec["paths"]["/picture/{name}"]["get"]
    assert picture["parameters"] == [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]
    assert list(picture["responses"]["200"]["content"]) == ["image/svg+xml"]
