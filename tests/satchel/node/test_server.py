from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
import os
import signal
import socket
import stat
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from satchel.codes import CODES
from satchel.node.connection import PAGE_CSP
from satchel.node.guard import Guard, NoTokens, Rate
from satchel.node.problem import HttpFault
from satchel.node.server import Node, Tcp, Unix, build_application
from tests.satchel.node.http_ground import (
    ORIGIN,
    SECRET_REASON,
    SHORT,
    STATUS_LIST,
    Desk,
    FakeClock,
    crowd,
    ground,
    wire,
)

KEY = {"Idempotency-Key": "0123456789abcdef"}
NOTE = {"text": "hello"}
ROOT = Path(__file__).resolve().parents[3]


async def refusal(response: aiohttp.ClientResponse) -> tuple[int, str]:
    """Status and code of a problem document; every refusal has this one form and the protective header."""
    assert response.content_type == "application/problem+json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    problem = json.loads(await response.read())
    assert problem["type"] == f"/errors/{problem['code']}"
    assert problem["status"] == response.status
    assert problem["next_step"]
    return response.status, problem["code"]


# Routes and their document


async def test_the_router_and_the_openapi_document_are_the_same() -> None:
    clock = FakeClock()
    guard = Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds)
    async with ground() as node, aiohttp.ClientSession() as client:
        spec = await (await client.get(f"{node.url}/openapi.json")).json()
        application = build_application(
            Node(
                title="t",
                version="1",
                origin=ORIGIN,
                routes=node.desk.routes(),
                guard=guard,
                clock=clock,
                entropy=bytes,
                repeats=node.repeats,
            )
        )
    routed = {
        (route.method, route.resource.canonical) for route in application.router.routes() if route.resource is not None
    }
    said = {(method.upper(), path) for path, operations in spec["paths"].items() for method in operations}
    paths = {path for _, path in said}
    derived = {("OPTIONS", path) for path in paths} | {("HEAD", path) for method, path in said if method == "GET"}
    assert routed == said | derived
    assert ("POST", "/api/v1/notes") in said and ("GET", "/readyz") in said


def test_a_node_without_a_usable_origin_or_store_is_not_built() -> None:
    clock = FakeClock()
    guard = Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds)
    node = Node(title="t", version="1", origin="https://a/b", routes=(), guard=guard, clock=clock, entropy=bytes)
    with pytest.raises(ValueError, match="not an origin"):
        build_application(node)
    node = Node(
        title="t", version="1", origin=ORIGIN, routes=(Desk().routes()[0],), guard=guard, clock=clock, entropy=bytes
    )
    with pytest.raises(ValueError, match="store of kept answers"):
        build_application(node)


async def test_a_write_is_checked_then_answered() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.post(f"{node.url}/api/v1/notes", json=NOTE, headers=node.bearer())
        assert response.status == 201
        assert response.headers["Content-Type"] == "application/json"
        assert await response.json() == {
            "schema": "satchel.written/1",
            "number": 1,
            "link": "https://issuer.example/notes/1",
        }


async def test_a_list_answers_items_and_next() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.get(f"{node.url}/api/v1/notes", params={"limit": "1", "after": "x"})
        listed = await response.json()
        assert set(listed) == {"schema", "items", "next"}
        assert listed["next"] == "x" and len(listed["items"]) == 1
        response = await client.get(f"{node.url}/api/v1/notes", params={"limit": "1", "access_token": node.writer})
        assert await refusal(response) == (400, "http.query_invalid")


async def test_health_readiness_and_the_meaning_of_a_code_can_be_asked() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        assert (await client.get(f"{node.url}/healthz")).status == 200
        assert (await client.get(f"{node.url}/readyz")).status == 200
        node.not_ready.append("database")
        assert (await client.get(f"{node.url}/healthz")).status == 200
        response = await client.get(f"{node.url}/readyz")
        assert await refusal(response) == (503, "http.not_ready")
        assert (await response.json(content_type=None))["detail"] == "database"
        assert response.headers["Retry-After"] == "5"
        told = await (await client.get(f"{node.url}/errors/token.scope")).json()
        assert told["sentence"] == CODES["token.scope"].sentence
        assert await refusal(await client.get(f"{node.url}/errors/no.code")) == (404, "http.not_found")


# Methods, media types, bodies


async def test_unknown_addresses_and_methods_are_refused() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        for path in ("/nothing", "/api/v1/notes/", "/api/v1//notes", "/../etc/passwd", "/%2e%2e/x", "/status/a/b"):
            assert await refusal(await client.get(f"{node.url}{path}")) == (404, "http.not_found"), path
        response = await client.delete(f"{node.url}/api/v1/notes")
        assert await refusal(response) == (405, "http.method_not_allowed")
        assert response.headers["Allow"] == "GET,HEAD,OPTIONS,POST"
        for method in ("TRACE", "PROPFIND"):
            response = await client.request(method, f"{node.url}/healthz")
            assert await refusal(response) == (405, "http.method_not_allowed")


async def test_head_and_options_answer_without_a_body() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.head(f"{node.url}/status/1")
        assert response.status == 200
        assert response.headers["Content-Length"] == str(len(STATUS_LIST))
        assert await response.read() == b""
        response = await client.options(f"{node.url}/api/v1/notes")
        assert response.status == 204
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
        response = await client.get(f"{node.url}/status/1", params={"x": "1"})
        assert await refusal(response) == (400, "http.query_invalid")
        response = await client.head(f"{node.url}/status/1", params={"x": "1"})
        assert response.status == 400
        assert await response.read() == b""


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/json5"]
)
async def test_an_unknown_media_type_is_refused(kind: str) -> None:
    async with ground() as node, aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as client:
        headers = node.bearer() | ({"Content-Type": kind} if kind else {})
        response = await client.post(f"{node.url}/api/v1/notes", data=b'{"text":"x"}', headers=headers)
        assert await refusal(response) == (415, "http.media_type")
        assert response.headers["Accept"] == "application/json"


async def test_a_body_that_does_not_fit_is_refused_with_places() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.post(f"{node.url}/api/v1/notes", json={"text": 1, "x": 2}, headers=node.bearer())
        assert await refusal(response) == (422, "http.body_invalid")
        errors = json.loads(await response.read())["errors"]
        assert [one["at"] for one in errors] == ["/text", "/x"]
        headers = node.bearer() | {"Content-Type": "application/json"}
        response = await client.post(f"{node.url}/api/v1/notes", data=b'{"text":"a","text":"b"}', headers=headers)
        assert await refusal(response) == (400, "parse.duplicate_key")
        assert node.desk.written == []


async def test_a_body_over_the_routes_limit_is_refused_whether_it_says_its_length_or_not() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        headers = {"Content-Type": "application/octet-stream"}
        response = await client.post(f"{node.url}/raw", data=bytes(100_000), headers=headers)
        assert response.status == 200
        async with wire(node.port) as peer:
            peer.send(
                b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                b"Content-Length: 10485760\r\n\r\n"
            )
            assert await peer.refusal() == (413, "http.body_too_large")
            assert await peer.rest() == b""
        async with wire(node.port) as peer:
            peer.send(
                b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + bytes(65536) + b"\r\n") * 2
            )
            assert await peer.refusal() == (413, "http.body_too_large")
            assert await peer.rest() == b""
        assert (await client.get(f"{node.url}/healthz")).status == 200


async def test_a_packed_body_is_never_opened() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        bomb = gzip.compress(bytes(10 * 1024 * 1024))
        for coding in ("gzip", "br", "identity, gzip", "deflate"):
            headers = {"Content-Type": "application/octet-stream", "Content-Encoding": coding}
            response = await client.post(f"{node.url}/raw", data=bomb, headers=headers)
            assert await refusal(response) == (415, "http.content_encoding"), coding
        assert node.desk.seen is None


@pytest.mark.parametrize("tail", [b"zz\r\n", b"5\r\nhello", b"5\r\nhelloXX0\r\n\r\n"])
async def test_a_broken_or_cut_body_reaches_no_handler(tail: bytes) -> None:
    async with ground() as node:
        async with wire(node.port) as peer:
            peer.send(
                b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n" + tail
            )
            peer.writer.write_eof()
            answer = await peer.rest()
        assert answer == b"" or b" 400 " in answer.split(b"\r\n")[0]
        assert node.desk.seen is None


async def test_only_100_continue_can_be_expected() -> None:
    head = b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\nExpect: "
    async with ground() as node:
        async with wire(node.port) as peer:
            peer.send(head + b"100-continue\r\n\r\n")
            assert (await peer.answer())[0] == 100
            peer.send(b"ok")
            status, _, body = await peer.answer()
            assert (status, body) == (200, b"ok")
        async with wire(node.port) as peer:
            peer.send(head + b"the-moon\r\n\r\n")
            assert await peer.refusal() == (417, "http.expectation")


# Tokens, rates, repeated requests


async def test_a_write_needs_a_known_token_with_the_scope() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        for headers, expected in (
            ({}, (401, "token.missing")),
            (node.bearer("a" * 52), (401, "token.unknown")),
            (node.bearer(node.reader), (403, "token.scope")),
        ):
            response = await client.post(f"{node.url}/api/v1/notes", json=NOTE, headers=headers)
            assert await refusal(response) == expected
            assert response.headers["WWW-Authenticate"].startswith('Bearer realm="satchel"')
        assert node.desk.written == []


async def test_an_address_that_asks_too_often_waits() -> None:
    async with ground(peer_rate=Rate(per_minute=60, burst=3)) as node, aiohttp.ClientSession() as client:
        for path in ("/healthz", "/nothing", "/healthz"):
            assert (await client.get(f"{node.url}{path}")).status in (200, 404)
        response = await client.get(f"{node.url}/healthz")
        assert await refusal(response) == (429, "http.rate_limited")
        assert response.headers["Retry-After"] == "1"
        async with wire(node.port, local="127.0.0.2") as peer:
            peer.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await peer.answer())[0] == 200
        node.clock.wait(1)
        assert (await client.get(f"{node.url}/healthz")).status == 200


async def test_a_repeated_write_is_done_once_and_answered_the_same() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        url, headers = f"{node.url}/api/v1/notes", node.bearer() | KEY
        first = await client.post(url, json=NOTE, headers=headers)
        again = await client.post(url, json=NOTE, headers=headers)
        assert (first.status, again.status) == (201, 201)
        assert await first.read() == await again.read()
        assert "Idempotent-Replayed" not in first.headers
        assert again.headers["Idempotent-Replayed"] == "true"
        other = await client.post(url, json={"text": "other"}, headers=headers)
        assert await refusal(other) == (422, "http.idempotency_reused")
        short = await client.post(url, json=NOTE, headers=node.bearer() | {"Idempotency-Key": "x"})
        assert await refusal(short) == (400, "http.idempotency_key")
        assert node.desk.written == ["hello"]


async def test_a_refused_write_is_not_kept() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        url, headers = f"{node.url}/api/v1/notes", node.bearer() | KEY
        assert await refusal(await client.post(url, json={"text": "refuse"}, headers=headers)) == (
            404,
            "http.not_found",
        )
        assert (await client.post(url, json=NOTE, headers=headers)).status == 201


# What a browser and a cache may do


async def test_every_answer_carries_the_protective_header() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        for path, method in (
            ("/healthz", "GET"),
            ("/nothing", "GET"),
            ("/page", "GET"),
            ("/page", "OPTIONS"),
            ("/lie", "GET"),
        ):
            response = await client.request(method, f"{node.url}{path}")
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; ") and "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["Server"] == "satchel"
        page = await client.get(f"{node.url}/page")
        assert page.headers["Content-Security-Policy"] == PAGE_CSP
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_no_origin_is_let_in_and_none_is_reflected() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for method in ("GET", "OPTIONS"):
            response = await client.request(method, f"{node.url}/healthz", headers=headers)
            assert not [name for name in response.headers if name.lower().startswith("access-control")]
            assert "evil.example" not in str(response.headers)


async def test_links_are_made_of_the_configured_origin_alone() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        liars = {
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "gopher",
            "Forwarded": "host=evil.example",
            "X-Original-URL": "/evil",
            "X-Real-IP": "198.51.100.1",
        }
        response = await client.post(f"{node.url}/api/v1/notes", json=NOTE, headers=node.bearer() | liars)
        assert (await response.json())["link"] == "https://issuer.example/notes/1"
        assert "evil" not in str(response.headers)
        assert node.desk.seen is not None
        names = set(node.desk.seen.headers)
        assert names.isdisjoint({*(name.lower() for name in liars), "authorization"})
        assert "content-type" in names


async def test_a_signed_document_is_sent_as_it_is_and_only_when_it_changed() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.get(f"{node.url}/status/1")
        assert await response.read() == STATUS_LIST
        assert response.headers["Content-Type"] == "application/vc"
        assert response.headers["Cache-Control"] == "public, max-age=60"
        tag = response.headers["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            response = await client.get(f"{node.url}/status/1", headers={"If-None-Match": known})
            assert response.status == 304, known
            assert response.headers["ETag"] == tag
            assert await response.read() == b""
        response = await client.get(f"{node.url}/status/1", headers={"If-None-Match": '"other"'})
        assert response.status == 200


async def test_a_picture_from_outside_is_saved_not_shown_and_its_name_stays_in_its_field() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.get(f"{node.url}/picture/a%0d%0aSet-Cookie:%20x=y%22.svg")
        assert response.status == 200
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="aSet-Cookie_ x_y_.svg"')
        assert "Set-Cookie" not in response.headers


# Failures and the log


async def test_an_unexpected_failure_is_logged_once_and_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with ground() as node, aiohttp.ClientSession() as client:
        response = await client.get(f"{node.url}/fail/claim-secret")
        assert await refusal(response) == (500, "http.internal")
        text = await response.text()
        assert SECRET_REASON not in text and "RuntimeError" not in text and "Traceback" not in text
        instance = json.loads(text)["instance"].rpartition(":")[2]
    traces = [record.getMessage() for record in caplog.records if "Traceback" in record.getMessage()]
    assert len(traces) == 1
    assert instance in traces[0] and "RuntimeError" in traces[0]
    assert "\x1b" not in traces[0]
    assert not any(line.startswith("forged") for line in traces[0].splitlines())
    assert not [record for record in caplog.records if record.exc_info]


async def test_an_answer_that_the_route_does_not_promise_is_a_failure() -> None:
    async with ground() as node, aiohttp.ClientSession() as client:
        assert await refusal(await client.get(f"{node.url}/lie")) == (500, "http.internal")


async def test_the_log_says_what_happened_without_secrets_or_people(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ground() as node, aiohttp.ClientSession() as client:
        body = {"text": "Anna Example"}
        await client.post(f"{node.url}/api/v1/notes", json=body, headers=node.bearer() | {"User-Agent": "Anna"})
        await client.get(f"{node.url}/status/claim-secret%0aforged%1b%5b2J")
        await client.get(f"{node.url}/claim-secret", headers={"Cookie": "Anna=1"})
        token = await node.tokens.find(hashlib.sha256(node.writer.encode()).hexdigest())
        assert token is not None
    said = [json.loads(record.getMessage()) for record in caplog.records if record.name == "satchel.node.access"]
    assert [(one["method"], one["route"], one["status"]) for one in said] == [
        ("POST", "/api/v1/notes", 201),
        ("GET", "/status/{list}", 200),
        ("GET", "-", 404),
    ]
    assert said[0]["token"] == token.id and said[0]["received"] == len(json.dumps(body))
    assert "peer" not in said[0] and said[2]["peer"] == "127.0.0.1"
    assert said[2]["code"] == "http.not_found"
    everything = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (node.writer, "claim-secret", "Anna", "forged", "\x1b"):
        assert secret not in everything


# Slow, broken and too many peers


async def test_a_peer_that_sends_nothing_is_dropped_in_time() -> None:
    async with ground() as node, wire(node.port) as peer:
        async with asyncio.timeout(2):
            assert await peer.rest() == b""
        assert len(node.serving.connections) == 0


async def test_half_a_header_is_told_408_and_dropped_however_it_drips() -> None:
    async with ground() as node, wire(node.port) as peer:
        peer.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")

        async def drip() -> None:
            while not peer.writer.is_closing():
                peer.send(b"X-A: b\r\n")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(2):
            assert await peer.refusal() == (408, "http.header_timeout")
            await peer.rest()
        dripping.cancel()


async def test_an_idle_connection_is_kept_for_a_while_then_closed() -> None:
    async with ground(limits=replace(SHORT, header_seconds=5)) as node, wire(node.port) as peer:
        for _ in range(2):
            peer.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await peer.answer())[0] == 200
        async with asyncio.timeout(2):
            assert await peer.rest() == b""


async def test_a_kept_connection_has_no_more_time_for_half_a_header() -> None:
    async with ground(limits=replace(SHORT, idle_seconds=5)) as node, wire(node.port) as peer:
        peer.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await peer.answer())[0] == 200
        peer.send(b"GET /hea")
        async with asyncio.timeout(2):
            assert await peer.refusal() == (408, "http.header_timeout")
            await peer.rest()


async def test_a_body_that_drips_is_told_408() -> None:
    async with ground() as node, wire(node.port) as peer:
        peer.send(
            b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 900\r\n\r\nab"
        )
        async with asyncio.timeout(3):
            assert await peer.refusal() == (408, "http.body_timeout")
            await peer.rest()
        assert node.desk.seen is None


@pytest.mark.parametrize("size", [60_000, 20_000_000])
async def test_a_peer_that_does_not_read_its_answer_is_dropped(size: int) -> None:
    """Both a large answer that waits for the peer, and a small one that lies in our memory after it was given."""
    body = bytes(size if size < 100_000 else 0)
    head = b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
    ask = head + b"Content-Length: %d\r\n\r\n" % size + body if body else b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
    async with ground() as node:
        # Accepted connections inherit a small send buffer, so that the answer stays with us.
        node.serving._servers[0].sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with socket.socket() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(peer, ("127.0.0.1", node.port))
            await loop.sock_sendall(peer, ask)
            async with asyncio.timeout(3):
                while not len(node.serving.connections):
                    await asyncio.sleep(0.01)
                await node.serving.connections.gone.wait()


async def test_work_is_finished_counted_and_logged_when_its_asker_leaves(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with ground() as node:
        async with wire(node.port) as peer:
            peer.send(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await node.desk.entered.wait()
            peer.writer.transport.abort()
        stopping = asyncio.create_task(node.serving.stop())
        done, _ = await asyncio.wait([stopping], timeout=0.1)
        assert not done and len(node.serving.connections) == 1
        node.desk.gate.set()
        async with asyncio.timeout(2):
            await stopping
        assert len(node.serving.connections) == 0
    (said,) = [record.getMessage() for record in caplog.records if record.name.startswith("satchel.node")]
    assert json.loads(said)["route"] == "/wait"


async def test_ten_thousand_header_fields_are_refused() -> None:
    async with ground() as node, wire(node.port) as peer:
        peer.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n")
        assert await peer.refusal() == (400, "http.bad_request")
        await peer.rest()


@pytest.mark.parametrize(
    "line",
    [b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nX-A: " + b"a" * 10_000 + b"\r\n"],
)
async def test_a_line_that_is_too_long_is_refused(line: bytes) -> None:
    async with ground() as node, wire(node.port) as peer:
        peer.send(line + b"\r\n")
        assert await peer.refusal() == (431, "http.header_too_large")
        await peer.rest()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA\x01B: c\r\n\r\n",
        b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
async def test_bytes_that_are_no_http_are_refused_without_a_trace(raw: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with ground() as node, wire(node.port) as peer:
        peer.send(raw)
        assert await peer.refusal() == (400, "http.bad_request")
        assert await peer.rest() == b""
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]


async def test_one_address_cannot_take_all_connections() -> None:
    limits = replace(SHORT, connections=40, connections_per_peer=30, header_seconds=5)
    hello = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with ground(limits=limits) as node:
        async with crowd(node.port, 60, local="127.0.0.2") as peers:
            assert await peers[-1].refusal() == (503, "http.busy")
            assert len(node.serving.connections) == 30
            async with wire(node.port) as peer:
                peer.send(hello)
                assert (await peer.answer())[0] == 200
            async with crowd(node.port, 20, local="127.0.0.3") as others:
                status, fields, _ = await others[-1].answer()
                assert (status, fields["retry-after"]) == (503, "5")
                assert len(node.serving.connections) == 40
        async with asyncio.timeout(2):
            await node.serving.connections.gone.wait()
        async with wire(node.port, local="127.0.0.2") as peer:
            peer.send(hello)
            assert (await peer.answer())[0] == 200
            assert node.serving.connections.peers == 1


async def test_others_are_served_while_half_open_peers_are_dropped() -> None:
    limits = replace(SHORT, header_seconds=0.5, connections_per_peer=1000)
    many = Rate(per_minute=60_000, burst=10_000)
    async with (
        ground(limits=limits, peer_rate=many) as node,
        crowd(node.port, 300, local="127.0.0.2", first=b"GET / HTTP/1.1\r\nX-"),
        aiohttp.ClientSession() as client,
    ):
        served = 0
        async with asyncio.timeout(10):
            while len(node.serving.connections) > 1:
                assert (await client.get(f"{node.url}/healthz")).status == 200
                served += 1
        assert served > 1


# Addresses and stopping


async def test_a_unix_socket_is_served_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "node.sock"
    before = os.umask(0)
    try:
        async with ground(at=(Unix(path=path), Tcp())) as node:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert node.serving.urls == (f"unix:{path}", f"http://127.0.0.1:{node.serving.urls[1].rpartition(':')[2]}")
            async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as client:
                assert (await client.get("http://node/healthz")).status == 200
            with pytest.raises(HttpFault) as taken:
                async with ground(at=(Unix(path=path),)):
                    pass
            assert taken.value.code == "http.address_in_use"
            assert path.exists()
    finally:
        os.umask(before)
    assert not path.exists()


async def test_a_dead_socket_is_replaced_and_another_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "node.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with ground(at=(Unix(path=path),)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("somebody's letter")
    with pytest.raises(HttpFault) as taken:
        async with ground(at=(Unix(path=path),)):
            pass
    assert taken.value.code == "http.address_in_use"
    assert path.read_text() == "somebody's letter"


async def test_a_stop_leaves_the_socket_of_the_next_node_alone(tmp_path: Path) -> None:
    path = tmp_path / "node.sock"
    async with ground(at=(Unix(path=path),)):
        path.rename(tmp_path / "old.sock")
        with socket.socket(socket.AF_UNIX) as following:
            following.bind(str(path))
    assert path.exists()


async def test_an_address_that_cannot_be_listened_at_is_named(tmp_path: Path) -> None:
    async with ground() as node:
        with pytest.raises(HttpFault) as taken:
            async with ground(at=(Tcp(port=node.port),)):
                pass
        assert taken.value.code == "http.address_in_use"
    with pytest.raises(HttpFault) as unusable:
        async with ground(at=(Unix(path=tmp_path / "missing" / "node.sock"),)):
            pass
    assert unusable.value.code == "http.address_unusable"


async def test_a_stop_finishes_what_was_begun_and_takes_nothing_new() -> None:
    async with ground() as node, wire(node.port) as busy, wire(node.port) as idle, wire(node.port) as fresh:
        idle.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await idle.answer())[0] == 200
        busy.send(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await node.desk.entered.wait()
        stopping = asyncio.create_task(node.serving.stop())
        async with asyncio.timeout(2):
            assert await idle.rest() == b""
        fresh.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        status, fields, _ = await fresh.answer()
        assert (status, fields["connection"]) == (200, "close")
        with pytest.raises(ConnectionRefusedError):
            async with wire(node.port):
                pass
        assert not stopping.done()
        node.desk.gate.set()
        status, fields, _ = await busy.answer()
        assert (status, fields["connection"]) == (200, "close")
        async with asyncio.timeout(2):
            await stopping


async def test_a_stop_does_not_wait_without_end() -> None:
    limits = replace(SHORT, stop_seconds=0.3)
    async with ground(limits=limits) as node, wire(node.port) as busy:
        busy.send(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await node.desk.entered.wait()
        async with asyncio.timeout(3):
            await node.serving.stop()
        await busy.rest()


PROGRAM = """
import asyncio
from satchel.node.guard import Guard, NoTokens
from satchel.node.route import Answer, Reply, Route
from satchel.node.server import Node, Tcp, build_application, run
from tests.satchel.node.http_ground import ORIGIN, FakeClock

async def slow(call):
    print("entered", flush=True)
    await asyncio.sleep(0.3)
    return Reply(body=b"done", media_type="text/plain")

async def main():
    clock = FakeClock()
    guard = Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds)
    answers = (Answer(summary="Done.", media_type="text/plain"),)
    route = Route(method="GET", path="/slow", name="slow", summary="Slow.", handler=slow, answers=answers, tags=("t",))
    node = Node(title="t", version="1", origin=ORIGIN, routes=(route,), guard=guard, clock=clock, entropy=bytes)
    await run(build_application(node), at=(Tcp(),), announce=lambda serving: print(serving.urls[0], flush=True))

asyncio.run(main())
"""


async def test_sigterm_ends_a_node_with_0_after_its_last_answer() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(20):
            port = int((await child.stdout.readline()).decode().rpartition(":")[2])
            async with wire(port) as peer:
                peer.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
                assert await child.stdout.readline() == b"entered\n"
                child.send_signal(signal.SIGTERM)
                status, _, body = await peer.answer()
                assert (status, body) == (200, b"done")
            assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
