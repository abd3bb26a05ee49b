"""The verifier's node on a real loopback port, asked over real HTTP."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import FormData

from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Tcp, serve
from satchel.node.settings import Home
from tests.attack.forge import LEARNER, NOW, Document, badge, did_of, judged, signed, to_bytes
from tests.verifier.facet.test_parts import presented, stacked
from tests.verifier.held import KNOTS, Shelf, node
from tests.verifier.test_form import TYPE, body, part
from verifier.http import Face, build, opened
from verifier.report import to_json
from verifier.service import VerifierService

GOOD = signed(badge())
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\x1b]0;t\x07\u202egnp\u200b'
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a served verifier that holds one framework and fetches nothing."""
    application = build(
        fetch=OfflineFetch(), origin="https://verifier.example", clock=lambda: NOW, shelf=Shelf(held=(node(),))
    )
    async with (
        serve(application, at=[Tcp()]) as serving,
        aiohttp.ClientSession(
            serving.urls[0], headers={"Host": "evil.example", "Origin": "https://evil.example"}
        ) as one,
    ):
        yield one


async def post(client: aiohttp.ClientSession, raw: bytes, media_type: str = "application/json", **query: str) -> Any:
    async with client.post(
        "/api/v1/verify", data=io.BytesIO(raw), headers={"Content-Type": media_type}, params=query
    ) as answer:
        return answer.status, await answer.json(content_type=None)


async def page(client: aiohttp.ClientSession, **fields: str | bytes) -> tuple[int, str]:
    form = FormData()
    for name, value in fields.items():
        if isinstance(value, bytes):
            form.add_field(name, value, filename=f"{name}.json")
        else:
            form.add_field(name, value)
    if not form.is_multipart:
        form = FormData(fields, default_to_multipart=True)
    async with client.post("/verify", data=form) as answer:
        return answer.status, await answer.text()


async def test_a_program_gets_the_report_that_the_judge_gives(client: aiohttp.ClientSession) -> None:
    status, report = await post(client, to_bytes(GOOD))
    expected = to_json(judged(to_bytes(GOOD)))
    assert (status, report["verdict"]) == (200, "accepted")
    assert report == expected | {"input": report["input"]}
    assert report["input"] == {"name": "", "sha256": read(to_bytes(GOOD)).digest, "format": "vc-json"}


@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/vc", "image/png", "text/plain"])
async def test_what_a_file_is_its_bytes_decide_and_not_the_media_type(
    client: aiohttp.ClientSession, media_type: str
) -> None:
    assert (await post(client, to_bytes(GOOD), media_type))[1]["verdict"] == "accepted"
    stack = stacked(to_bytes(GOOD))
    assert [one["verdict"] for one in (await post(client, stack, media_type))[1]["inner"]] == ["accepted"]


async def test_a_bad_file_is_an_answer_and_no_error(client: aiohttp.ClientSession) -> None:
    for raw, verdict in ((b"", "malformed"), (b"{", "malformed"), (to_bytes(GOOD | {"name": "x"}), "rejected")):
        status, report = await post(client, raw)
        assert (status, report["verdict"]) == (200, verdict)


async def test_the_question_is_asked(client: aiohttp.ClientSession) -> None:
    shown = to_bytes(presented(GOOD))
    question = {"challenge": "c-1", "domain": "https://employer.example", "require_holder_binding": "true"}
    assert (await post(client, shown, **question))[1]["verdict"] == "accepted"
    assert (await post(client, shown, **(question | {"challenge": "c-2"})))[1]["verdict"] == "rejected"
    assert (await post(client, to_bytes(GOOD), **question))[1]["verdict"] == "rejected"
    assert (await post(client, to_bytes(GOOD), holder=did_of(LEARNER)))[1]["verdict"] == "accepted"
    assert (await post(client, to_bytes(GOOD), recipient="ada@school.example"))[1]["verdict"] == "undecided"
    assert (await post(client, to_bytes(GOOD), policy="w3c"))[1]["policy"] == "w3c"


@pytest.mark.parametrize("query", [{"policy": "../x"}, {"holder": ""}, {"other": "1"}, {"challenge": "x" * 501}])
async def test_a_question_that_is_not_understood_is_refused(
    client: aiohttp.ClientSession, query: dict[str, str]
) -> None:
    status, problem = await post(client, to_bytes(GOOD), **query)
    assert (status, problem["code"]) == (400, "http.query_invalid")


async def test_a_body_over_the_limit_or_of_another_kind_is_refused(client: aiohttp.ClientSession) -> None:
    assert (await post(client, bytes(8 * 1024 * 1024 + 1)))[1]["code"] == "http.body_too_large"
    assert (await post(client, b"{}", "application/x-www-form-urlencoded"))[1]["code"] == "http.media_type"
    async with client.post("/verify", data=b"x", headers={"Content-Type": "multipart/form-data"}) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (422, "http.body_invalid")


async def test_no_answer_lets_another_site_read_it_or_names_another_host(client: aiohttp.ClientSession) -> None:
    """Attack rows 145 and 146."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"}
    for path in ("/verify", "/openapi.json"):
        async with client.get(path, headers=headers) as answer:
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
            assert "evil" not in await answer.text()
    async with client.get("/openapi.json") as answer:
        assert json.loads(await answer.text())["servers"] == [{"url": "https://verifier.example"}]


async def test_the_page_is_guarded_and_its_files_are_its_own(client: aiohttp.ClientSession) -> None:
    async with client.get("/verify") as answer:
        text = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert answer.headers["Content-Security-Policy"] == CSP
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<style" not in text and "style=" not in text and " on" + "click" not in text
    (script,) = [piece.split('"')[0] for piece in text.split('<script src="')[1:]]
    assert text.count("<script") == 1
    async with client.get(script) as answer:
        raw = await answer.read()
        assert (answer.status, answer.content_type) == (200, "text/javascript")
        assert len(raw) < 4096


async def test_a_person_checks_a_file_or_a_text(client: aiohttp.ClientSession) -> None:
    for fields in ({"file": to_bytes(GOOD), "text": ""}, {"text": to_bytes(GOOD).decode()}):
        status, text = await page(client, **fields)
        assert status == 200
        assert "<h1>Accepted</h1>" in text
        assert "Knots and hitches" in text
        # The verdict stands before everything else that is said.
        assert text.index("<h1>") < text.index("Knots and hitches") < text.index("What was checked")
        assert "Nothing that the file says is confirmed" not in text
    status, text = await page(client, file=to_bytes(GOOD | {"name": "Another"}))
    assert "<h1>Rejected</h1>" in text
    assert "Nothing that the file says is confirmed" in text
    # The reason stands before what is in order.
    assert text.index("Signature: wrong.") < text.index("File: in order.")


async def test_a_form_without_anything_is_shown_again(client: aiohttp.ClientSession) -> None:
    for fields in ({"text": " "}, {"holder": "x"}):
        status, text = await page(client, **fields)
        assert status == 422
        assert 'role="alert"><p>Nothing was given to check. Choose a file' in text
    status, text = await page(client, text="x", policy="other")
    assert status == 422
    status, text = await page(client, text="x", challenge="y" * 501)
    assert status == 422


async def test_the_pages_questions_are_asked(client: aiohttp.ClientSession) -> None:
    _, text = await page(client, text=to_bytes(GOOD).decode(), holder="did:example:other")
    assert "<h1>Rejected</h1>" in text
    _, text = await page(client, text=to_bytes(GOOD).decode(), holder="  ", policy="w3c")
    assert "<h1>Accepted</h1>" in text
    assert "by the policy w3c" in text


async def test_what_is_inside_is_shown_part_by_part(client: aiohttp.ClientSession) -> None:
    _, text = await page(client, file=stacked(to_bytes(GOOD), to_bytes(GOOD | {"name": "x"})))
    assert "<summary>Accepted: parts/01.json, Knots and hitches</summary>" in text
    assert "<summary>Rejected: parts/02.json" in text


def hostile() -> list[Document]:
    """Documents with hostile text in every member that a facet or the page reads."""
    whole = badge(name=HOSTILE, id=f"urn:x:{HOSTILE}", validUntil=HOSTILE)
    whole["issuer"] |= {"id": HOSTILE, "name": HOSTILE}
    subject = whole["credentialSubject"]
    subject |= {"id": HOSTILE, "identifier": [{"identityHash": HOSTILE, "identityType": HOSTILE, "hashed": True}]}
    achievement = subject["achievement"]
    for name in ("name", "description", "achievementType", "id"):
        achievement[name] = HOSTILE
    achievement["alignment"] = [
        {"targetName": HOSTILE, "targetUrl": KNOTS, "targetCode": HOSTILE, "targetType": kind}
        for kind in (HOSTILE, "ext:EQF")
    ]
    whole["endorsement"] = [{"type": ["EndorsementCredential", HOSTILE], "issuer": {"id": HOSTILE, "name": HOSTILE}}]
    whole["credentialStatus"] = {"id": HOSTILE, "type": HOSTILE, "statusPurpose": HOSTILE}
    aligned = badge()
    aligned["credentialSubject"]["achievement"] |= {
        "name": HOSTILE,
        "alignment": [{"type": ["Alignment"], "targetName": HOSTILE, "targetUrl": KNOTS}],
    }
    proof = GOOD["proof"]
    return [
        whole,
        whole | {"proof": proof | {"verificationMethod": HOSTILE, "cryptosuite": HOSTILE, "created": HOSTILE}},
        GOOD | {"proof": proof | {"verificationMethod": HOSTILE}},
        GOOD | {"proof": proof | {"verificationMethod": f"did:key:{HOSTILE}", "proofPurpose": HOSTILE}},
        badge(type=["VerifiableCredential", HOSTILE]),
        badge(**{"@context": [GOOD["@context"][0], {HOSTILE: HOSTILE}]}),
        badge(**{HOSTILE: HOSTILE, f"x:{HOSTILE}validUntil": HOSTILE}),
        {"type": ["VerifiablePresentation"], "holder": HOSTILE, "verifiableCredential": [whole, HOSTILE]},
        signed(aligned),
    ]


@pytest.mark.parametrize("document", hostile(), ids=range(len(hostile())))
async def test_hostile_text_in_every_field_is_only_ever_text(client: aiohttp.ClientSession, document: Document) -> None:
    """Attack row 143, and the terminal's rows 140 to 142 on a page."""
    file_name = HOSTILE.replace('"', "%22").replace("\x1b", "").replace("\x07", "")
    raw = body(part("file", to_bytes(document), f'; filename="{file_name}"'))
    async with client.post("/verify", data=raw, headers={"Content-Type": TYPE}) as answer:
        text = await answer.text()
        assert answer.status == 200
    for live in ("<script>", "<img", "alert(1)<", "\x1b", "\x07", "\u202e", "\u200b", ">49"):
        assert live not in text
    assert "&lt;script&gt;" in text


def test_the_hostile_signed_alignment_is_really_signed_and_contradicted() -> None:
    report = judged(to_bytes(hostile()[-1]))
    assert report.verdict == "accepted"


async def test_one_slow_file_holds_up_no_other_request(client: aiohttp.ClientSession) -> None:
    evidence = [{"type": ["Evidence"], "name": str(number)} for number in range(3_000)]
    slow = asyncio.create_task(post(client, to_bytes(GOOD | {"evidence": evidence})))
    for _ in range(5):
        async with client.get("/healthz") as answer:
            assert answer.status == 200
    # A judge that kept the loop to itself would have been done by the second answer.
    assert not slow.done()
    assert (await slow)[1]["verdict"] == "rejected"


async def test_a_node_takes_frameworks_and_trust_from_its_home(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "a.json").write_text(json.dumps({"schema": "satchel.trust/1", "name": "None", "issuers": []}))
    async with (
        opened(Home(tmp_path), origin="https://verifier.example", clock=lambda: NOW) as application,
        serve(application, at=[Tcp()]) as serving,
        aiohttp.ClientSession(serving.urls[0]) as one,
    ):
        _, report = await post(one, to_bytes(GOOD))
    codes = {facet["facet"]: facet["code"] for facet in report["facets"]}
    assert codes["issuer_trust"] == "issuer_trust.not_listed"


def test_the_table_has_the_routes_of_the_plan() -> None:
    face = Face(VerifierService(fetch=OfflineFetch(), clock=lambda: NOW))
    assert [(route.method, route.path) for route in face.routes()] == [
        ("POST", "/api/v1/verify"),
        ("GET", "/verify"),
        ("POST", "/verify"),
        ("GET", "/static/{name}"),
    ]
