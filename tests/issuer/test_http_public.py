"""What the issuer shows without a token: to the world's programs, to a learner with a link, to readers of a badge."""

import asyncio
import contextlib
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from issuer.http.public import prefers_json
from issuer.service import IssuerService
from satchel.node import settings
from satchel.node.settings import Home
from tests.issuer.conftest import CLAIMED, NOW, FakeClock, Learner, example
from tests.issuer.http_ground import CSV, HEADER, Answer, Ground, ground
from tests.issuer.test_service import judged

ADA, BEN = Learner("ada"), Learner("ben")
ROW = "s-1,Ada Lark,2026-05-29,82,Achieving,https://work.example/1,well done\n"
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>" onload="x {{ 7*7 }} [link=x]'


@pytest.fixture
async def node(home: Home, clock: FakeClock) -> AsyncIterator[Ground]:
    async with ground(home, clock) as served:
        yield served


def rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        return raw.execute(sql).fetchall()


class Seen(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(raw.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(answer: Answer, status: int = 200) -> Seen:
    """A page for people: not to be listed, kept or framed, without script, style or markup from outside."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", answer.raw)
    seen = Seen(answer.raw)
    assert not seen.elements & {"script", "style", "img", "iframe", "form"}
    assert not [name for name in seen.attributes if name.startswith("on") or name == "style"]
    assert all(link.startswith(("/static/", "https://", "#")) for link in seen.links)
    return seen


# -- for programs


async def test_the_did_document_and_status_lists_are_what_was_published(node: Ground, home: Home) -> None:
    await node.put()
    issued = (await node.issue()).json
    did = await node("GET", "/.well-known/did.json", token=None)
    assert did.headers["Content-Type"] == "application/did+json"
    assert did.raw == (home.public / "issuer.example/.well-known/did.json").read_bytes()
    url = issued["credential"]["credentialStatus"]["statusListCredential"]
    path = url.removeprefix("https://issuer.example")
    listed = await node("GET", path, token=None)
    assert listed.headers["Content-Type"] == "application/vc"
    assert listed.headers["Cache-Control"] == "public, max-age=60"
    same = await node("GET", path, token=None, If_None_Match=listed.headers["ETag"])
    assert (same.status, same.raw) == (304, b"")
    await node("POST", f"/api/v1/credentials/{issued['id']}/revoke", body={"reason": "x"})
    changed = await node("GET", path, token=None, If_None_Match=listed.headers["ETag"])
    assert changed.status == 200 and changed.raw != listed.raw


@pytest.mark.parametrize("name", ["a" * 26, "..%2f.well-known%2fdid.json", "%2e%2e", "a" * 26 + "%00", "x", "%0d%0a"])
async def test_what_is_no_list_of_ours_is_not_served(node: Ground, home: Home, name: str) -> None:
    settings.write_file(home.public / "issuer.example" / "secret", b"x")
    answer = await node("GET", f"/status/{name}", token=None)
    assert (answer.status, answer.code) == (404, "http.not_found")


# -- claims


async def test_a_wallet_claims_and_gets_what_the_verifier_accepts(node: Ground, home: Home) -> None:
    token = await node.token()
    offer = await node("GET", f"/api/v1/claims/{token}", token=None)
    said = offer.json
    assert said == {
        "schema": "satchel.claim_offer/1",
        "issuer": {"id": "did:web:issuer.example", "name": "Riverside College"},
        "name": "Data Literacy",
        "description": said["description"],
        "achievement_type": "MicroCredential",
        "expires": "2026-12-24T12:00:00Z",
        "challenge": said["challenge"],
        "domain": "issuer.example",
    }
    claimed = await node.post_claim(token, ADA.prove(said["challenge"]))
    assert claimed.status == 201 and claimed.json["schema"] == "satchel.claimed/1"
    ((raw,),) = rows(home, "SELECT raw FROM credential")
    assert isinstance(raw, bytes) and raw in claimed.raw
    assert claimed.json["credential"]["credentialSubject"]["id"] == ADA.did
    assert judged(home, raw).verdict in ("accepted", "accepted_with_warnings")
    again = await node.claim(token, ADA)
    assert (again.status, again.raw) == (200, claimed.raw)
    other = await node.claim(token, BEN)
    assert (other.status, other.code) == (409, "claim.used")


async def test_twenty_wallets_at_once_have_one_winner(node: Ground, home: Home) -> None:
    token = await node.token()
    challenge = (await node("GET", f"/api/v1/claims/{token}", token=None)).json["challenge"]
    learners = [Learner(f"racer {number}") for number in range(20)]
    answers = await asyncio.gather(*(node.post_claim(token, one.prove(challenge)) for one in learners))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    assert rows(home, "SELECT count(*) FROM credential") == [(1,)]


async def test_one_wallet_twenty_times_at_once_has_one_credential(node: Ground, home: Home) -> None:
    token = await node.token()
    challenge = (await node("GET", f"/api/v1/claims/{token}", token=None)).json["challenge"]
    answers = await asyncio.gather(*(node.post_claim(token, ADA.prove(challenge)) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({answer.raw for answer in answers}) == 1
    assert rows(home, "SELECT count(*) FROM credential") == [(1,)]


async def test_a_claim_goes_on_after_the_node_was_restarted_between_any_two_steps(home: Home, clock: FakeClock) -> None:
    async with ground(home, clock) as node:
        token = await node.token()
    async with ground(home, clock) as node:
        challenge = (await node("GET", f"/api/v1/claims/{token}", token=None)).json["challenge"]
    async with ground(home, clock) as node:
        first = await node.post_claim(token, ADA.prove(challenge))
        assert first.status == 201
    async with ground(home, clock) as node:
        assert (await node.post_claim(token, ADA.prove(challenge))).raw == first.raw
        assert (await node.claim(token, BEN)).code == "claim.used"
    async with ground(home, clock) as node:
        credential_id = first.json["credential"]["id"].rpartition("/")[2]
        asked = (await node("GET", f"/api/v1/public/{credential_id}", token=None)).json
    async with ground(home, clock) as node:
        body = {"schema": "satchel.page_request/1", "on": True, "presentation": ADA.prove(asked["challenge"])}
        assert (await node("POST", f"/api/v1/public/{credential_id}", token=None, body=body)).status == 200
    async with ground(home, clock) as node:
        page(await node("GET", f"/b/{credential_id}", token=None))


@pytest.mark.parametrize("token", ["a" * 52, "a" * 51, "A" * 52, "..%2f..", "%00", "<script>", "%e2%80%ae"])
async def test_an_unknown_link_is_said_to_be_unknown(node: Ground, token: str) -> None:
    await node.token()
    asked = await node("GET", f"/api/v1/claims/{token}", token=None)
    assert (asked.status, asked.code) == (404, "claim.unknown")
    posted = await node.post_claim(token, ADA.prove("x"))
    assert (posted.status, posted.code) == (404, "claim.unknown")
    seen = page(await node("GET", f"/claim/{token}", token=None), 404)
    assert "claim.unknown" in seen.text


async def test_an_expired_link_is_gone_for_programs_and_people(node: Ground, clock: FakeClock) -> None:
    token = await node.token()
    challenge = (await node("GET", f"/api/v1/claims/{token}", token=None)).json["challenge"]
    clock.now = NOW + timedelta(days=30)
    asked = await node("GET", f"/api/v1/claims/{token}", token=None)
    assert (asked.status, asked.code) == (410, "claim.expired")
    posted = await node.post_claim(token, ADA.prove(challenge))
    assert (posted.status, posted.code) == (410, "claim.expired")
    assert "expired" in page(await node("GET", f"/claim/{token}", token=None), 410).text


async def test_another_learners_claim_cannot_be_taken_with_ones_own_challenge(node: Ground, home: Home) -> None:
    mine, theirs = [str(one["link"]).rpartition("/")[2] for one in await node.links(ROW + ROW.replace("s-1", "s-2"))]
    challenge = (await node("GET", f"/api/v1/claims/{mine}", token=None)).json["challenge"]
    taken = await node.post_claim(theirs, ADA.prove(challenge))
    assert (taken.status, taken.code) == (403, "claim.holder_unproven")
    stolen = {**ADA.prove(challenge), "holder": BEN.did}
    assert (await node.post_claim(mine, stolen)).code == "claim.holder_unproven"
    assert rows(home, "SELECT count(*) FROM credential") == [(0,)]


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{}", 422, "http.body_invalid"),
        (b'{"schema":"satchel.claim_request/1","presentation":[]}', 422, "http.body_invalid"),
        (b'{"schema":"satchel.claim_request/1","presentation":{},"more":1}', 422, "http.body_invalid"),
        (b'{"schema":"satchel.claim_request/1","presentation":{}}', 403, "claim.holder_unproven"),
        (b'{"schema":"satchel.claim_request/1","schema":"x"}', 400, "parse.duplicate_key"),
        (b"[" * 9000, 400, "parse.too_deep"),
        (b"x" * 16385, 413, "http.body_too_large"),
        (b"\xff", 400, "parse.not_utf8"),
    ],
)
async def test_a_claim_that_is_no_claim_is_refused_and_costs_the_link_nothing(
    node: Ground, raw: bytes, status: int, code: str
) -> None:
    token = await node.token()
    answer = await node("POST", f"/api/v1/claims/{token}", token=None, data=raw, Content_Type="application/json")
    assert (answer.status, answer.code) == (status, code)
    assert (await node.claim(token, ADA)).status == 201


async def test_looking_at_a_link_does_not_use_it(node: Ground) -> None:
    """Mail scanners open every link, and ask for its head first."""
    token = await node.token()
    for _ in range(3):
        page(await node("GET", f"/claim/{token}", token=None))
        assert (await node("HEAD", f"/claim/{token}", token=None)).status == 200
    assert (await node.claim(token, ADA)).status == 201


async def test_renewed_links_end_the_older_ones(node: Ground) -> None:
    before = await node.token()
    (one,) = await node.links(ROW, "&renew=true&days=2")
    assert one["state"] == "renewed" and one["expires"] == "2026-11-26T12:00:00Z"
    assert (await node.claim(str(one["link"]).rpartition("/")[2], ADA)).status == 201
    old = await node("GET", f"/api/v1/claims/{before}", token=None)
    assert (old.status, old.code) == (404, "claim.unknown")
    (again,) = await node.links(ROW)
    assert (again["state"], again["link"]) == ("claimed", None)


# -- the claim page


async def test_the_claim_page_says_who_what_and_how_without_script(node: Ground) -> None:
    token = await node.token()
    answer = await node("GET", f"/claim/{token}", token=None)
    seen = page(answer)
    assert "Riverside College" in seen.text and "did:web:issuer.example" in seen.text
    assert "Data Literacy" in seen.text and "2026-12-24 12:00 UTC" in seen.text
    assert f"satchel claim https://issuer.example/claim/{token}" in seen.text
    assert "your name, your results, evidence of your work" in seen.text
    assert b'<svg role="img" aria-label="QR code of https://issuer.example/claim/' in answer.raw
    assert '<meta name="robots" content="noindex, nofollow">' in answer.raw.decode()
    assert "U+000A" not in seen.text and b"change,<br>- chose a chart" in answer.raw
    for secret in ("Ada Lark", "82", "well done", "work.example", "s-1"):
        assert secret not in re.sub(r'<svg role="img".*?</svg>', "", answer.raw.decode(), flags=re.S).replace(token, "")


async def test_a_used_link_says_so_and_shows_no_way_to_claim(node: Ground) -> None:
    token = await node.token()
    await node.claim(token, ADA)
    answer = await node("GET", f"/claim/{token}", token=None)
    seen = page(answer)
    assert "has been used" in seen.text
    assert b"<svg" not in answer.raw and "satchel claim" not in seen.text


async def test_hostile_names_are_shown_as_text_on_both_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    home, clock = Home(tmp_path_factory.mktemp("hostile") / "home"), FakeClock()
    await IssuerService.found(home, origin="https://issuer.example", name=HOSTILE, clock=clock)
    yaml = json.dumps(HOSTILE)
    template = example(
        ("bind: email", "bind: claim"),
        ("id: data-literacy", "id: data-claimed"),
        ("  name: Data Literacy", f"  name: {yaml}"),
        ("  description: >-", f"  description: {yaml}\n  fieldOfStudy: >-"),
        ("  fieldOfStudy: Data analysis\n", ""),
        ("targetName: analyse and interpret data", f"targetName: {yaml}"),
    )
    async with ground(home, clock) as node:
        await node.put(template, "data-claimed")
        answer = await node("POST", "/api/v1/claims?template=data-claimed", data=HEADER + ROW, **CSV)
        token = str(answer.json["claims"][0]["link"]).rpartition("/")[2]
        shown = await node("GET", f"/claim/{token}", token=None)
        seen = page(shown)
        assert seen.text.count("<script>alert(1)</script>") >= 4
        claimed = (await node.claim(token, ADA)).json["credential"]["id"].rpartition("/")[2]
        await node("PUT", f"/api/v1/credentials/{claimed}/page", body={"on": True})
        assert page(await node("GET", f"/b/{claimed}", token=None)).text.count("<script>alert(1)</script>") >= 3
        page(await node("GET", f"/claim/{'a' * 52}", token=None), 404)


# -- public pages


async def claimed(node: Ground) -> str:
    answer = await node.claim(await node.token(), ADA)
    return str(answer.json["credential"]["id"]).rpartition("/")[2]


async def switch(node: Ground, credential_id: str, learner: Learner, *, on: bool) -> Answer:
    asked = (await node("GET", f"/api/v1/public/{credential_id}", token=None)).json
    body = {"schema": "satchel.page_request/1", "on": on, "presentation": learner.prove(asked["challenge"])}
    return await node("POST", f"/api/v1/public/{credential_id}", token=None, body=body)


async def test_a_badge_has_no_page_until_its_holder_wants_one(node: Ground) -> None:
    credential_id = await claimed(node)
    off = await node("GET", f"/b/{credential_id}", token=None)
    none = await node("GET", f"/b/{'a' * 26}", token=None)
    page(off, 404)
    assert off.raw == none.raw
    assert (await node("GET", f"/b/{credential_id}", token=None, Accept="application/json")).code == "http.not_found"
    on = await switch(node, credential_id, ADA, on=True)
    assert on.json["url"] == f"https://issuer.example/b/{credential_id}"
    assert "Data Literacy" in page(await node("GET", f"/b/{credential_id}", token=None)).text
    await switch(node, credential_id, ADA, on=False)
    page(await node("GET", f"/b/{credential_id}", token=None), 404)


async def test_only_the_holder_switches_the_page(node: Ground) -> None:
    credential_id = await claimed(node)
    other = await switch(node, credential_id, BEN, on=True)
    assert (other.status, other.code) == (403, "claim.holder_unproven")
    unknown = await node("GET", f"/api/v1/public/{'a' * 26}", token=None)
    assert (unknown.status, unknown.code) == (404, "issue.not_found")
    bare = await node("POST", f"/api/v1/public/{credential_id}", token=None, body={"on": True})
    assert (bare.status, bare.code) == (422, "http.body_invalid")
    body = {"schema": "satchel.page_request/1", "on": "yes", "presentation": {}}
    text = await node("POST", f"/api/v1/public/{credential_id}", token=None, body=body)
    assert (text.status, text.code) == (422, "http.body_invalid")
    page(await node("GET", f"/b/{credential_id}", token=None), 404)


async def test_a_claims_challenge_does_not_switch_a_page(node: Ground) -> None:
    token = await node.token()
    challenge = (await node("GET", f"/api/v1/claims/{token}", token=None)).json["challenge"]
    credential_id = (await node.claim(token, ADA)).json["credential"]["id"].rpartition("/")[2]
    body = {"schema": "satchel.page_request/1", "on": True, "presentation": ADA.prove(challenge)}
    answer = await node("POST", f"/api/v1/public/{credential_id}", token=None, body=body)
    assert answer.code == "claim.holder_unproven"


async def test_the_issuer_switches_the_page_of_a_learner_without_a_wallet(node: Ground, home: Home) -> None:
    await node.put()
    credential_id = (await node.issue()).json["id"]
    path = f"/api/v1/credentials/{credential_id}/page"
    assert (await node("PUT", path, body={"on": True}, token="page")).json["on"] is True
    page(await node("GET", f"/b/{credential_id}", token=None))
    assert rows(home, "SELECT switched_by FROM public_page") == [("owner",)]
    assert (await node("PUT", path, body={"on": False}, token="page")).json["on"] is False
    unknown = await node("PUT", f"/api/v1/credentials/{'a' * 26}/page", body={"on": True})
    assert (unknown.status, unknown.code) == (404, "issue.not_found")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_a_public_page_tells_nothing_of_the_learner(node: Ground, accept: str) -> None:
    credential_id = await claimed(node)
    await switch(node, credential_id, ADA, on=True)
    answer = await node("GET", f"/b/{credential_id}", token=None, Accept=accept)
    text = answer.raw.decode()
    for secret in ("Ada Lark", ADA.did, "well done", "work.example", "Achieving", '"82"', "Course project", "Result"):
        assert secret not in text, secret
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Vary"] == "Accept"


async def test_the_page_as_json_says_what_the_page_says(node: Ground) -> None:
    credential_id = await claimed(node)
    await switch(node, credential_id, ADA, on=True)
    said = (await node("GET", f"/b/{credential_id}", token=None, Accept="application/json")).json
    assert said["schema"] == "satchel.badge/1"
    assert said["alignment"] == [
        {
            "name": "analyse and interpret data",
            "url": "https://skills.example/framework/data/interpret",
            "framework": "Example Skills Framework",
        }
    ]
    assert (said["awarded"], said["standing"]) == ("2026-05-29", "stands")
    assert said["credential"] == f"https://issuer.example/credentials/{credential_id}"


async def test_a_page_shows_at_once_that_a_badge_was_taken_back_or_has_ended(node: Ground, clock: FakeClock) -> None:
    template = example(
        ("bind: email", "bind: claim"),
        ("id: data-literacy", "id: data-claimed"),
        ("achievement_expires: never", "achievement_expires: 3 years"),
        ("proof_refresh: 5 years", "proof_refresh: 1 years"),
    )
    await node.put(template, "data-claimed")
    answer = await node("POST", "/api/v1/claims?template=data-claimed", data=HEADER + ROW, **CSV)
    token = str(answer.json["claims"][0]["link"]).rpartition("/")[2]
    credential_id = (await node.claim(token, ADA)).json["credential"]["id"].rpartition("/")[2]
    await node("PUT", f"/api/v1/credentials/{credential_id}/page", body={"on": True})

    async def standing() -> str:
        shown = page(await node("GET", f"/b/{credential_id}", token=None))
        said = await node("GET", f"/b/{credential_id}", token=None, Accept="application/json")
        return f"{said.json['standing']}: {' '.join(shown.text.split())}"

    assert "stands: " in await standing() and "It stands." in await standing()
    clock.now = NOW + timedelta(days=400)
    assert (await standing()).startswith("to_be_renewed: ")
    clock.now = NOW + timedelta(days=365 * 3)
    assert (await standing()).startswith("ended: ") and "2029-05-29" in await standing()
    await node("POST", f"/api/v1/credentials/{credential_id}/revoke", body={"reason": "x"})
    assert (await standing()).startswith("revoked: ") and "Revoked." in await standing()


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", True),
        ("application/ld+json, */*;q=0.1", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/json;q=0.5, text/html", False),
        ("text/html;q=0.2, application/json;q=0.3", True),
        ("application/json;q=nan", False),
        ("application/json;q=", False),
    ],
)
def test_who_asks_for_json_gets_json_and_everybody_else_the_page(accept: str, is_json: bool) -> None:
    assert prefers_json(accept) is is_json


async def test_links_are_made_of_the_configured_origin_alone(node: Ground) -> None:
    token = await node.token()
    for name in ("Host", "X_Forwarded_Host", "Forwarded"):
        answer = await node("GET", f"/claim/{token}", token=None, **{name: "evil.example"})
        assert b"evil.example" not in answer.raw


async def test_a_template_that_was_replaced_does_not_change_a_claim_that_was_planned(node: Ground) -> None:
    token = await node.token()
    other = CLAIMED.replace(b'version: "1"', b'version: "2"').replace(b"  name: Data Literacy", b"  name: Another")
    await node.put(other, "data-claimed")
    assert (await node.claim(token, ADA)).json["credential"]["credentialSubject"]["achievement"]["name"] == (
        "Data Literacy"
    )
