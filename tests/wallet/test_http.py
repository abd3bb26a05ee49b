"""wallet.http and wallet.face: the served wallet, over real sockets."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from satchel.codec import strictjson
from satchel.credential import presentation, stack
from satchel.errors import WalletFault
from satchel.node import entropy
from satchel.node.guard import create_token
from satchel.node.mirror import OfflineFetch
from satchel.node.problem import HttpFault
from satchel.node.send import Sender
from satchel.node.server import Serving, Tcp, Unix
from satchel.node.server import serve as serve_application
from satchel.node.settings import Home
from satchel.proof.configuration import proofs_of
from tests.wallet.badge import TITLE, badge, badge_file, signed, to_bytes
from tests.wallet.conftest import PASSPHRASE
from tests.wallet.issuer_node import IssuerNode, serving
from tests.wallet.story import NOW, PEER, did_of, endorsed, open_wallet
from wallet import http, peer
from wallet.drawer import Drawer, DrawerTokens, Kind
from wallet.face import PRESENT, READ, SCOPES, WRITE, Face
from wallet.secret import passphrase
from wallet.service import WalletService

BADGE_ID = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"
JSON_HEADERS = {"Content_Type": "application/json"}


@dataclass
class Now:
    """The present, moved by the test alone."""

    moment = NOW
    ticks = 0.0

    def __call__(self) -> Any:
        return self.moment

    def seconds(self) -> float:
        return self.ticks


@dataclass
class Client:
    """A program of the owner, with a token of these scopes."""

    session: aiohttp.ClientSession
    url: str
    tokens: dict[tuple[str, ...], str]
    wallet: WalletService
    drawer: Drawer
    clock: Now

    async def __call__(
        self, method: str, path: str, *, scopes: tuple[str, ...] = SCOPES, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """The status, and the answer: JSON when it is, else bytes."""
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        data = io.BytesIO(raw) if raw else None
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        if scopes:
            given["Authorization"] = f"Bearer {self.tokens[scopes]}"
        if isinstance(body, dict):
            given.setdefault("Content-Type", "application/json")
        async with self.session.request(method, self.url + path, data=data, headers=given) as response:
            content = await response.read()
            if "json" in response.headers.get("Content-Type", ""):
                assert content.isascii()
                return response.status, json.loads(content)
            return response.status, content

    async def add(self, raw: bytes) -> str:
        status, answer = await self("POST", "/api/v1/credentials", body=raw, Content_Type="application/vc")
        assert status in (200, 201), answer
        return str(answer["card"]["id"])


@pytest.fixture
async def client(home: Home) -> AsyncIterator[Client]:
    async with started(home) as made:
        yield made


@asynccontextmanager
async def started(home: Home, at: Tcp | Unix | None = None) -> AsyncIterator[Client]:
    clock = Now()
    async with open_wallet(home) as (wallet, drawer):
        tokens = DrawerTokens(drawer)
        made: dict[tuple[str, ...], str] = {}
        for scopes in (SCOPES, (READ,), (WRITE,), (PRESENT,)):
            secret, record = create_token(
                name="test", scopes=scopes, created=NOW, expires=NOW + timedelta(days=1), entropy=entropy.system
            )
            await tokens.add(record)
            made[scopes] = secret.reveal()
        application = http.build(
            wallet, drawer, fetch=OfflineFetch(), origin="http://localhost", clock=clock, seconds=clock.seconds
        )
        async with (
            serve_application(application, at=[at or Tcp()]) as served,
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(at.path)) if isinstance(at, Unix) else None
            ) as session,
        ):
            url = "http://localhost" if isinstance(at, Unix) else served.urls[0]
            yield Client(session, url, made, wallet, drawer, clock)


async def test_every_route_but_the_public_door_needs_a_token_with_its_scope(client: Client) -> None:
    face = Face(client.wallet, client.drawer, fetch=OfflineFetch(), seconds=client.clock.seconds)
    others = {READ: (WRITE,), WRITE: (READ,), PRESENT: (READ,)}
    public = []
    for route in face.routes():
        path = re.sub(r"\{[a-z]+\}", "x", route.path)
        kind = route.accepts[0] if route.accepts else "text/plain"
        body = None if not route.accepts else b"{}"
        if not route.scopes:
            public.append(route.path)
            continue
        status, answer = await client(route.method, path, scopes=(), body=body, Content_Type=kind)
        assert (status, answer["code"]) == (401, "token.missing"), route.name
        (scope,) = route.scopes
        status, answer = await client(route.method, path, scopes=others[scope], body=body, Content_Type=kind)
        assert (status, answer["code"]) == (403, "token.scope"), route.name
    assert public == ["/api/v1/endorsements"]


async def test_a_token_that_ended_or_was_taken_back_opens_nothing(client: Client) -> None:
    assert (await client("GET", "/api/v1/wallet"))[0] == 200
    tokens = DrawerTokens(client.drawer)
    for record in await tokens.list():
        if record.scopes == (READ,):
            await tokens.remove(record)
    status, answer = await client("GET", "/api/v1/wallet", scopes=(READ,))
    assert (status, answer["code"]) == (401, "token.unknown")
    client.clock.moment = NOW + timedelta(days=1)
    status, answer = await client("GET", "/api/v1/wallet")
    assert (status, answer["code"]) == (401, "token.expired")


async def test_a_credential_comes_in_is_listed_shown_given_back_and_removed(client: Client) -> None:
    raw = badge_file(1)
    status, added = await client("POST", "/api/v1/credentials?name=b.json", body=raw, Content_Type="application/vc")
    assert (status, added["outcome"], added["report"]["verdict"]) == (201, "added", "accepted")
    id = added["card"]["id"]
    status, again = await client("POST", "/api/v1/credentials", body=raw, Content_Type="text/plain")
    assert (status, again["outcome"], again["card"]["id"]) == (200, "already_there", id)
    status, listed = await client("GET", "/api/v1/credentials")
    assert (status, [item["id"] for item in listed["items"]], listed["next"]) == (200, [id], None)
    assert listed["items"][0]["expired"] is False
    status, shown = await client("GET", f"/api/v1/credentials/{id[:10]}")
    assert (status, shown["card"]["title"], shown["report"]["verdict"]) == (200, TITLE, "accepted")
    assert shown["report_at_adding"]["schema"] == "satchel.report/1"
    assert await client("GET", f"/api/v1/credentials/{id}/original") == (200, raw)
    assert await client("DELETE", f"/api/v1/credentials/{id}") == (204, b"")
    status, answer = await client("GET", f"/api/v1/credentials/{id}")
    assert (status, answer["code"]) == (404, "wallet.unknown_id")


async def test_long_lists_come_in_pieces(client: Client) -> None:
    ids = [await client.add(badge_file(number)) for number in range(5)]
    seen: list[str] = []
    after = ""
    for _ in range(3):
        status, listed = await client("GET", f"/api/v1/credentials?limit=2{after}")
        assert status == 200
        seen += [item["id"] for item in listed["items"]]
        after = f"&after={listed['next']}"
    assert listed["next"] is None
    assert sorted(seen) == sorted(ids) and len(seen) == 5
    for query in ("limit=0", "limit=201", "limit=x", "afterr=1", "limit=1&limit=2"):
        status, answer = await client("GET", f"/api/v1/credentials?{query}")
        assert (status, answer["code"]) == (400, "http.query_invalid"), query


async def test_what_the_verifier_rejects_is_refused_and_not_kept(client: Client) -> None:
    bad = badge_file(1).replace(b"Three plans", b"Seven plans")
    status, answer = await client("POST", "/api/v1/credentials", body=bad, Content_Type="application/json")
    assert (status, answer["code"]) == (422, "wallet.refused")
    assert "proof.invalid" in answer["detail"]
    status, answer = await client("POST", "/api/v1/credentials", body=b"x" * 9_000_000, Content_Type="image/png")
    assert (status, answer["code"]) == (413, "http.body_too_large")
    status, answer = await client("POST", "/api/v1/credentials", body=b"x", Content_Type="text/html")
    assert (status, answer["code"]) == (415, "http.media_type")
    assert (await client("GET", "/api/v1/credentials"))[1]["items"] == []


async def test_a_request_sent_again_is_done_once(client: Client) -> None:
    key = {"Idempotency_Key": "0123456789abcdef"}
    first = await client("POST", "/api/v1/credentials", body=badge_file(1), Content_Type="application/vc", **key)
    again = await client("POST", "/api/v1/credentials", body=badge_file(1), Content_Type="application/vc", **key)
    assert first == again
    assert first[0] == 201
    status, answer = await client(
        "POST", "/api/v1/credentials", body=badge_file(2), Content_Type="application/vc", **key
    )
    assert (status, answer["code"]) == (422, "http.idempotency_reused")


async def test_the_passport_names_skills(client: Client) -> None:
    await client.add(badge_file(1))
    status, answer = await client("GET", "/api/v1/passport")
    assert (status, answer["schema"]) == (200, "satchel.passport/1")
    assert [(skill["name"], skill["dots"]) for skill in answer["skills"]] == [(TITLE, 1)]
    assert answer["damaged"] == []


async def test_a_stack_is_built_and_checked(client: Client) -> None:
    id = await client.add(badge_file(1))
    request = {"schema": "satchel.stack_request/1", "ids": [id], "name": "Mine"}
    status, raw = await client("POST", "/api/v1/stacks", body=request)
    assert status == 200
    assert stack.read(raw).parts[0].envelope.raw == badge_file(1)
    status, answer = await client("POST", "/api/v1/stacks/check", body=raw, Content_Type="application/zip")
    assert (status, answer["signed"]) == (200, True)
    assert answer["parts"][0]["linkage"]["code"] == "stack.not_proven"
    status, answer = await client("POST", "/api/v1/stacks/check", body=raw[:-1], Content_Type="application/zip")
    assert (status, answer["code"], answer["status"]) == (422, "stack.zip", 422)
    status, answer = await client("POST", "/api/v1/stacks", body=request | {"ids": [id, id]})
    assert (status, answer["code"]) == (422, "stack.part_twice")
    status, answer = await client("POST", "/api/v1/stacks", body=request | {"ids": ["zz"]})
    assert (status, answer["code"]) == (404, "wallet.unknown_id")
    status, answer = await client("POST", "/api/v1/stacks", body=request | {"more": 1})
    assert (status, answer["code"]) == (422, "http.body_invalid")


async def test_a_presentation_answers_its_question(client: Client) -> None:
    id = await client.add(badge_file(1))
    request = {"schema": "satchel.present_request/1", "ids": [id], "challenge": "c", "domain": "verifier.example"}
    status, raw = await client("POST", "/api/v1/presentations", body=request)
    assert status == 200
    document = strictjson.load_object(raw)
    assert [part.value for part in presentation.parts(document)] == [json.loads(badge_file(1))]
    (proof,) = proofs_of(document)
    assert (proof.challenge, proof.domain, proof.purpose) == ("c", ("verifier.example",), "authentication")
    status, answer = await client("POST", "/api/v1/presentations", body=request | {"challenge": " "})
    assert (status, answer["code"]) == (422, "presentation.question")
    status, answer = await client("POST", "/api/v1/presentations", body=request | {"challenge": ""})
    assert (status, answer["code"]) == (422, "http.body_invalid")


def posted(value: Any) -> dict[str, Any]:
    return {"schema": "satchel.endorsement/1", "endorsement": value}


async def test_a_peer_brings_an_endorsement_and_the_learner_decides(client: Client) -> None:
    await client.add(badge_file(1))
    value = signed(endorsed(BADGE_ID), key=PEER)
    status, answer = await client("POST", "/api/v1/endorsements", scopes=(), body=posted(value))
    assert (status, answer) == (202, {"schema": "satchel.endorsement_received/1"})
    status, waiting = await client("GET", "/api/v1/inbox")
    assert status == 200
    (item,) = waiting["items"]
    assert (item["endorser"]["id"], item["about"], item["comment"]) == (did_of(PEER), [TITLE], "Seen it.")
    assert (await client("GET", "/api/v1/wallet"))[1]["waiting"] == 1
    status, answer = await client("POST", f"/api/v1/inbox/{item['id'][:8]}/accept")
    assert (status, answer["outcome"]) == (200, "accepted")
    status, answer = await client("POST", f"/api/v1/inbox/{item['id']}/accept")
    assert (status, answer["code"]) == (404, "endorsement.unknown_id")
    status, answer = await client("GET", "/api/v1/passport")
    assert [skill["dots"] for skill in answer["skills"]] == [2]


async def test_a_stranger_learns_nothing_about_what_the_wallet_holds(client: Client) -> None:
    await client.add(badge_file(1))
    held = signed(endorsed(BADGE_ID), key=PEER)
    first = await client("POST", "/api/v1/endorsements", scopes=(), body=posted(held))
    foreign = await client(
        "POST", "/api/v1/endorsements", scopes=(), body=posted(signed(endorsed("urn:uuid:not-held"), key=PEER))
    )
    assert first == foreign == (202, {"schema": "satchel.endorsement_received/1"})
    (item,) = (await client("GET", "/api/v1/inbox"))[1]["items"]
    assert (await client("POST", f"/api/v1/inbox/{item['id']}/reject"))[1]["outcome"] == "rejected"
    assert await client("POST", "/api/v1/endorsements", scopes=(), body=posted(held)) == first
    assert (await client("GET", "/api/v1/inbox"))[1]["items"] == []
    assert await client.drawer.count(Kind.ENDORSEMENT) == 0


async def test_bad_endorsements_are_refused_with_their_codes(client: Client) -> None:
    await client.add(badge_file(1))
    good = signed(endorsed(BADGE_ID), key=PEER)
    deep: Any = {}
    for _ in range(70):
        deep = {"a": deep}
    cases: list[tuple[Any, int, str]] = [
        (posted(good | {"name": "Altered"}), 422, "endorsement.not_accepted"),
        (posted(badge()), 422, "endorsement.not_one"),
        (posted({}), 422, "endorsement.not_one"),
        (posted("text"), 422, "http.body_invalid"),
        ({"schema": "satchel.endorsement/2", "endorsement": {}}, 422, "http.body_invalid"),
        (posted(good) | {"more": 1}, 422, "http.body_invalid"),
        (posted(deep), 400, "parse.too_deep"),
        (b"{", 400, "parse.not_json"),
        (b'{"endorsement":{},"endorsement":{}}', 400, "parse.duplicate_key"),
        (posted(signed(endorsed(BADGE_ID, comment="x" * 300_000), key=PEER)), 413, "endorsement.too_large"),
        (posted("x" * 600_000), 413, "http.body_too_large"),
    ]
    for body, expected, code in cases:
        status, answer = await client("POST", "/api/v1/endorsements", scopes=(), body=body, **JSON_HEADERS)
        assert (status, answer["code"]) == (expected, code)
        assert answer["status"] == expected
    assert await client.drawer.count(Kind.ENDORSEMENT) == 0


async def test_a_full_inbox_and_a_flood_are_told_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await client.add(badge_file(1))
    monkeypatch.setattr(peer, "INBOX_LIMIT", 1)
    codes = []
    for number in range(32):
        value = signed(endorsed(BADGE_ID, comment=f"No. {number}"), key=PEER)
        status, answer = await client("POST", "/api/v1/endorsements", scopes=(), body=posted(value))
        codes.append((status, answer.get("code")))
    assert codes[0] == (202, None)
    assert codes[1] == (429, "endorsement.inbox_full")
    assert codes[31] == (429, "http.rate_limited")
    client.clock.ticks += 60
    assert (await client("GET", "/api/v1/inbox"))[1]["next"] is None


async def test_hostile_text_reaches_programs_as_escapes_only(client: Client) -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202egpj.exe\u200b<script>"
    document = badge(1)
    document["credentialSubject"]["achievement"]["name"] = hostile
    await client.add(to_bytes(signed(document)))
    value = signed(endorsed(BADGE_ID, comment=hostile), key=PEER)
    assert (await client("POST", "/api/v1/endorsements", scopes=(), body=posted(value)))[0] == 202
    # Client() asserts that every JSON answer is pure ASCII.
    assert (await client("GET", "/api/v1/inbox"))[1]["items"][0]["comment"] == hostile
    assert (await client("GET", "/api/v1/passport"))[1]["skills"][0]["name"] == hostile
    assert (await client("GET", "/api/v1/credentials"))[1]["items"][0]["title"] == hostile


async def test_the_api_describes_itself(client: Client) -> None:
    status, described = await client("GET", "/openapi.json", scopes=())
    assert (status, described["openapi"]) == (200, "3.1.1")
    assert "/api/v1/endorsements" in described["paths"]
    assert "security" not in described["paths"]["/api/v1/endorsements"]["post"]
    assert described["paths"]["/api/v1/presentations"]["post"]["security"] == [{"token": [PRESENT]}]


async def test_a_unix_socket_is_for_its_owner_alone(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "wallet.sock"
    async with started(home, Unix(path=path)) as client:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (await client("GET", "/api/v1/wallet"))[0] == 200
        assert (await client("GET", "/api/v1/wallet", scopes=()))[0] == 401
    assert not path.exists()


async def test_a_wallet_listens_on_this_machine_only(home: Home) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "wallet.example"):
        with pytest.raises(HttpFault) as fault:
            await http.serve(home, passphrase(PASSPHRASE), announce=lambda _: None, host=host)
        assert fault.value.code == "http.address_unusable"


async def test_a_wrong_passphrase_serves_nothing(home: Home) -> None:
    with pytest.raises(WalletFault) as fault:
        await http.serve(home, passphrase("not the passphrase at all"), announce=lambda _: None)
    assert fault.value.code == "wallet.passphrase"


async def test_the_served_wallet_delivers_takes_and_stops_when_told(home: Home) -> None:
    """One wallet's peer meets another's served wallet through the public door, over its own client."""
    ready: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(http.serve(home, passphrase(PASSPHRASE), announce=ready.set_result))
    served = await ready
    origin = "https://wallet.example"
    value = to_bytes(signed(endorsed(BADGE_ID), key=PEER))
    async with Sender(clock=lambda: NOW, origins={origin: served.urls[0]}) as sender:
        await peer.deliver(value, origin, sender=sender)
        await peer.deliver(value, f"{origin}/api/v1/endorsements", sender=sender)
        with pytest.raises(WalletFault) as fault:
            await peer.deliver(to_bytes(badge()), origin, sender=sender)
        assert fault.value.code == "endorsement.undelivered"
        assert "endorsement.not_one" in fault.value.message
    os.kill(os.getpid(), signal.SIGTERM)
    await task


async def test_the_served_wallet_reaches_issuers_through_its_origins(home: Home) -> None:
    secret, record = create_token(
        name="test", scopes=(WRITE,), created=NOW, expires=NOW + timedelta(days=1), entropy=entropy.system
    )
    async with open_wallet(home) as (_, drawer):
        await DrawerTokens(drawer).add(record)
    node = IssuerNode()
    raw = to_bytes(node.credential_for(did_of(PEER)))  # its issuer is a did:web that only the node serves
    async with (
        serving(node) as origins,
        http.opened(
            home, passphrase(PASSPHRASE), origin="http://localhost", origins=origins, clock=lambda: NOW
        ) as application,
        serve_application(application, at=[Tcp()]) as served,
        aiohttp.ClientSession() as session,
        session.post(
            f"{served.urls[0]}/api/v1/credentials",
            data=raw,
            headers={"Content-Type": "application/vc", "Authorization": f"Bearer {secret.reveal()}"},
        ) as response,
    ):
        answer = await response.json()
    assert (response.status, answer["report"]["verdict"]) == (201, "accepted")


async def test_a_stack_is_no_single_credential(client: Client) -> None:
    ids = [await client.add(badge_file(number)) for number in (1, 2)]
    status, packed = await client("POST", "/api/v1/stacks", body={"schema": "satchel.stack_request/1", "ids": ids})
    assert status == 200
    status, answer = await client("POST", "/api/v1/credentials", body=packed, Content_Type="application/octet-stream")
    assert (status, answer["code"]) == (422, "wallet.stack")
    assert len((await client.wallet.list()).current) == 2


async def test_an_endorsement_is_kept_byte_for_byte_and_once_whatever_its_blanks(client: Client) -> None:
    id = await client.add(badge_file(1))
    card = await client.wallet.find(id)
    document = signed(endorsed(card.credential_id), key=PEER)
    for indent in (3, None, 1):
        raw = json.dumps(document, indent=indent).encode()
        body = b'{ "schema": "satchel.endorsement/1",\n "endorsement" : %s }' % raw
        status, _ = await client("POST", "/api/v1/endorsements", scopes=(), body=body, Content_Type="application/json")
        assert status == 202
    status, listed = await client("GET", "/api/v1/inbox")
    (one,) = listed["items"]
    status, accepted = await client("POST", f"/api/v1/inbox/{one['id']}/accept")
    assert (status, accepted["outcome"]) == (200, "accepted")
    kept = await client.wallet.export(accepted["card"]["id"])
    assert kept.raw == json.dumps(document, indent=3).encode()
