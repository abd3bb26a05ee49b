"""`/1.0/identifiers/{did}` over real HTTP: raw and encoded addresses, GET and POST, on every kind of node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from did import create
from did.method.webvh import write
from issuer import http as issuer_http
from issuer.service import IssuerService
from satchel.errors import DidError
from satchel.node.mirror import MirrorFetch
from satchel.node.server import Tcp, serve
from satchel.node.settings import Home
from tests.did.method.webvh.site import key, publish, signer, state
from verifier.http import build

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DID_KEY = create.did_key(key(1).public())
WEB = "did:web:port.example%3A8443"
RESOLUTION = "application/did-resolution"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A client of a verifier whose web is a folder; and the did:webvh in it."""
    services = {"service": [{"id": "#pages", "type": "X", "serviceEndpoint": "https://issuer.example/pages/"}]}
    did, log = write.create(state("issuer.example", 1) | services, signer=signer(1), now=NOW - timedelta(days=1))
    publish(tmp_path, did, log)
    path = tmp_path / "port.example%3A8443" / ".well-known" / "did.json"
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"id":"{WEB}"}}')
    application = build(fetch=MirrorFetch(tmp_path, NOW), origin="https://verifier.example", clock=lambda: NOW)
    async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession(serving.urls[0]) as one:
        yield one, did


async def get(client: aiohttp.ClientSession, tail: str, accept: str | None = None) -> tuple[int, str, Any]:
    """The answer to exactly this path; nothing is encoded or decoded on the way."""
    url = URL(f"{str(client._base_url).rstrip('/')}/1.0/identifiers/{tail}", encoded=True)
    headers = {} if accept is None else {"Accept": accept}
    async with aiohttp.ClientSession() as plain, plain.get(url, headers=headers, allow_redirects=False) as answer:
        raw = await answer.read()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, kind, await answer.json(content_type=None) if raw else answer.headers.get("Location")


async def test_a_did_is_taken_raw_and_encoded(client: tuple[aiohttp.ClientSession, str]) -> None:
    for did in (DID_KEY, client[1], WEB):
        for address in (did, quote(did, safe="")):
            status, kind, value = await get(client[0], address, RESOLUTION)
            assert (status, kind) == (200, RESOLUTION)
            assert value["didDocument"]["id"] == did


async def test_an_address_that_is_no_did_is_refused_in_the_shape_of_the_standard(
    client: tuple[aiohttp.ClientSession, str],
) -> None:
    for address in ("", "not-a-did", "did:example", "did:web:port.example%253A8443", "%00", "did%3Akey%3Az6Mk%FF"):
        status, kind, value = await get(client[0], address)
        assert (status, kind) == (400, RESOLUTION)
        assert value["didDocument"] is None
        assert value["didResolutionMetadata"]["error"]["type"] == "https://www.w3.org/ns/did#INVALID_DID"


async def test_options_stand_in_the_query_or_in_the_body(client: tuple[aiohttp.ClientSession, str]) -> None:
    session, did = client
    status, _, value = await get(session, f"{quote(did, safe='')}?versionNumber=1&noCache=true")
    assert (status, value["didDocumentMetadata"]["versionNumber"]) == (200, 1)
    assert (await get(session, f"{did}?versionNumber=2"))[0] == 404
    assert (await get(session, f"{did}?versionTime=yesterday"))[0] == 400
    for body, expected in (
        (b'{"versionNumber":1}', 200),
        (b"{}", 200),
        (b'{"versionNumber":"2"}', 404),
        (b"[]", 400),
        (b"{", 400),
        (b'{"a":1,"a":2}', 400),
    ):
        async with session.post(
            f"/1.0/identifiers/{did}", data=body, headers={"Content-Type": "application/json", "Accept": RESOLUTION}
        ) as answer:
            value = await answer.json(content_type=None)
            assert (answer.status, answer.headers["Content-Type"]) == (expected, RESOLUTION)
            assert (value["didDocument"] is not None) == (expected == 200)


async def test_a_part_is_given_and_a_service_redirects(client: tuple[aiohttp.ClientSession, str]) -> None:
    session, did = client
    accept = "application/did-url-dereferencing"
    status, kind, value = await get(session, quote(f"{did}#k1", safe=""), accept)
    assert (status, kind, value["contentStream"]["id"]) == (200, accept, f"{did}#k1")
    for address in (quote(f"{did}?service=pages", safe=""), f"{did}?service=pages"):
        status, kind, location = await get(session, address, accept)
        assert (status, kind, location) == (303, "", "https://issuer.example/pages/")


async def test_the_document_of_the_routes_names_them(client: tuple[aiohttp.ClientSession, str]) -> None:
    async with client[0].get("/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    assert paths["/1.0/identifiers/{did}"].keys() == {"get", "post"}


@asynccontextmanager
async def issuer_client(folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    home = Home(folder)
    await IssuerService.found(home, origin="https://issuer.example", name="An issuer", clock=lambda: NOW)
    async with (
        issuer_http.serving(home, at=[Tcp()], clock=lambda: NOW) as (_, serving),
        aiohttp.ClientSession(serving.urls[0]) as one,
    ):
        yield one


async def test_an_issuer_resolves_its_own_dids_and_asks_nobody_for_others(tmp_path: Path) -> None:
    async with issuer_client(tmp_path) as session:
        status, _, value = await get(session, "did:web:issuer.example")
        assert (status, value["didDocument"]["id"]) == (200, "did:web:issuer.example")
        assert (await get(session, DID_KEY))[0] == 200
        status, _, value = await get(session, "did:web:other.example")
        assert (status, value["didResolutionMetadata"]["error"]["code"]) == (500, "did.unreachable")


async def test_other_methods_go_to_the_universal_resolver_when_one_is_named(tmp_path: Path) -> None:
    did = "did:ebsi:zfEmvX5twhXjQJiCWsukvQA"
    path = tmp_path / "resolver.example" / "1.0" / "identifiers" / did
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"didDocument":{{"id":"{did}"}}}}')
    fetch = MirrorFetch(tmp_path, NOW)
    for named, expected in (("https://resolver.example/1.0/identifiers", 200), (None, 501)):
        application = build(fetch=fetch, origin="https://verifier.example", clock=lambda: NOW, universal_resolver=named)
        async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession(serving.urls[0]) as one:
            assert (await get(one, did))[0] == expected
    with pytest.raises(DidError) as caught:
        build(fetch=fetch, origin="https://verifier.example", universal_resolver="http://resolver.example")
    assert caught.value.code == "did.invalid"
