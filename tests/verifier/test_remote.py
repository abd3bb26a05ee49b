from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from satchel.credential.envelope import Fault
from satchel.errors import SettingsFault
from satchel.node.fetch import Fetcher
from satchel.port import Fetched, Purpose
from tests.attack.forge import ISSUER, badge, did_of, facet, says, signed, to_bytes
from tests.shared import SHARED, needs_shared
from tests.verifier.test_federation import BETWEEN, MIDDLE, OTHER, SCHOOL, TOP, jwks, statement
from verifier import materials as saved_materials
from verifier import registry, remote
from verifier.remote import DccRegistry, FederationRegistry
from verifier.service import VerifierService, repeat

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://registry.example/registry.json"
DCC: dict[str, Any] = {"schema": "satchel.registry/1", "type": "dcc-legacy", "name": "Schools", "url": URL}
FEDERATION: dict[str, Any] = {
    "schema": "satchel.registry/1",
    "type": "openid-federation",
    "name": "Members",
    "entity": "https://anchor.example",
    "fetch": "https://anchor.example/fetch",
    "jwks": jwks(top=TOP),
}
VIA = [{"entity": MIDDLE, "fetch": "https://region.example/fetch?v=1"}]

Answers = Mapping[tuple[Purpose, str], Fetched | Fault]


def load(value: object) -> remote.Registry:
    found = registry.load(json.dumps(value).encode(), name="registry.json")
    assert isinstance(found, DccRegistry | FederationRegistry)
    return found


def served(**bodies: bytes | str) -> Answers:
    """Documents by the words `document`, `top` and `low`, which stand for what the registries above are asked; a text
    is the code of a fault."""
    school = "did%3Aweb%3Aschool.example"
    urls = {
        "document": URL,
        "top": f"https://anchor.example/fetch?sub={school}",
        "middle": "https://anchor.example/fetch?sub=https%3A%2F%2Fregion.example",
        "low": f"https://region.example/fetch?v=1&sub={school}",
    }
    answers: dict[tuple[Purpose, str], Fetched | Fault] = {}
    for name, body in bodies.items():
        url = urls[name]
        answers["registry", url] = (
            Fault(code=body, message="x")
            if isinstance(body, str)
            else Fetched(
                url=url,
                final_url=url,
                status=200,
                media_type="application/json",
                body=body,
                fetched_at=NOW,
                source="network",
            )
        )
    return answers


def said(value: object, answers: Answers) -> tuple[str, str, str]:
    found = remote.answer(load(value), SCHOOL, answers, NOW)
    return found.outcome, found.issuer_name, found.code


def document(**entries: Any) -> bytes:
    return json.dumps({"registry": entries or {SCHOOL: {"name": "A school"}}}).encode()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (served(document=document()), ("listed", "A school", "")),
        (served(document=document(x={"name": "Other"})), ("unknown", "", "")),
        (served(document="fetch.not_found"), ("unchecked", "", "fetch.not_found")),
        (served(document="fetch.timeout"), ("unchecked", "", "fetch.timeout")),
        (served(), ("unchecked", "", "fetch.not_gathered")),
        (served(document=b"{}"), ("unchecked", "", "registry.document")),
        (served(document=b"no json"), ("unchecked", "", "registry.document")),
        (served(document=document(x={})), ("unchecked", "", "registry.document")),
    ],
    ids=str,
)
def test_a_document_lists_the_issuer_or_does_not_or_could_not_be_asked(
    answers: Answers, expected: tuple[str, str, str]
) -> None:
    assert said(DCC, answers) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (served(top=statement().encode()), ("listed", "An invented school", "")),
        (served(top=statement().encode() + b"\n"), ("listed", "An invented school", "")),
        (served(top="fetch.not_found"), ("unknown", "", "")),
        (served(top="fetch.unreachable"), ("unchecked", "", "fetch.unreachable")),
        (served(top=statement(OTHER).encode()), ("unchecked", "", "registry.signature")),
        (served(top=statement(exp=1_700_000_000).encode()), ("unchecked", "", "registry.expired")),
        (served(top=b"\xff"), ("unchecked", "", "registry.statement")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_statement_is_believed_only_when_it_holds(answers: Answers, expected: tuple[str, str, str]) -> None:
    assert said(FEDERATION, answers) == expected


def test_a_way_down_over_others_is_walked_whole() -> None:
    above = statement(sub=MIDDLE, jwks=jwks(mid=BETWEEN)).encode()
    below = statement(BETWEEN, header={"kid": "mid"}, iss=MIDDLE).encode()
    value = FEDERATION | {"via": VIA}
    assert said(value, served(middle=above, low=below)) == ("listed", "An invented school", "")
    assert said(value, served(middle=above, low="fetch.not_found")) == ("unknown", "", "")
    assert said(value, served(middle="fetch.not_found", low=below)) == ("unchecked", "", "fetch.not_found")
    other = statement(sub="https://else.example", jwks=jwks(mid=BETWEEN)).encode()
    assert said(value, served(middle=other, low=below))[2] == "registry.issuer"
    led = statement(BETWEEN, header={"kid": "mid"}, iss="https://else.example").encode()
    assert said(value, served(middle=other, low=led))[2] == "registry.chain"


def test_a_registry_is_saved_as_it_stands_in_its_file() -> None:
    for value in (DCC, FEDERATION, FEDERATION | {"via": VIA}):
        assert remote.to_json(load(value)) == value
    trust = registry.together([load(DCC), load(FEDERATION)])
    assert registry.from_json(registry.to_json(trust)) == trust


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (DCC | {"type": "other"}, "trust.invalid"),
        (DCC | {"urls": []}, "trust.unknown_key"),
        (DCC | {"url": "http://registry.example"}, "trust.invalid"),
        (DCC | {"url": "https://registry.example/#x"}, "trust.invalid"),
        (DCC | {"url": "https://registry.example/\n"}, "trust.invalid"),
        (DCC | {"name": ""}, "trust.invalid"),
        (FEDERATION | {"jwks": {"keys": []}}, "trust.invalid"),
        (FEDERATION | {"jwks": {"keys": [{}]}}, "trust.invalid"),
        (FEDERATION | {"jwks": None}, "trust.invalid"),
        (FEDERATION | {"via": [{"entity": MIDDLE}]}, "trust.invalid"),
        (FEDERATION | {"via": VIA * 6}, "trust.invalid"),
        (FEDERATION | {"url": URL}, "trust.unknown_key"),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_a_registry_of_another_shape_is_refused(value: object, code: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        load(value)
    assert fault.value.code == code


def test_more_registries_than_can_be_asked_are_refused() -> None:
    with pytest.raises(SettingsFault) as fault:
        registry.together([load(DCC)] * 17)
    assert fault.value.code == "trust.invalid"


@needs_shared
@pytest.mark.parametrize("name", ["dcc-community", "dcc-sandbox"])
def test_the_captured_registries_are_read(name: str) -> None:
    raw = (SHARED / f"data/registries/httpResponses__legacyResponses__{name}-response.json").read_bytes()
    (value,) = json.loads(raw).values()
    names = remote.issuers_of(json.dumps(value).encode())
    assert len(names) == len(value["registry"]) > 5
    assert all(did.startswith("did:") for did in names)


@asynccontextmanager
async def verifier(*registries: object, **pages: bytes) -> AsyncIterator[VerifierService]:
    """A verifier with these registries, whose hosts are one real server on loopback."""

    async def page(request: web.Request) -> web.Response:
        found = pages.get(request.path.strip("/").replace(".", "_"))
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{tail:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        origins = {"https://registry.example": base, "https://anchor.example": base}
        async with Fetcher(clock=lambda: NOW, origins=origins) as fetch:
            trust = registry.together(load(value) for value in registries)
            yield VerifierService(fetch=fetch, clock=lambda: NOW, trust=trust)
    finally:
        await runner.cleanup()


async def test_an_issuer_that_a_registry_names_is_known_and_the_verdict_replays() -> None:
    pages = {"registry_json": document(**{did_of(ISSUER): {"name": "A sailing school"}})}
    async with verifier(DCC, FEDERATION, **pages) as service:
        found = await service.examine(await _read(signed(badge())))
        says(found.report, "accepted", "issuer_trust", "pass", "issuer_trust.registry")
        details = facet(found.report, "issuer_trust").details
        assert details["name"] == "A sailing school"
        assert details["registries"] == [
            {"registry": "Schools", "outcome": "listed", "name": "A sailing school", "signed": False},
            {"registry": "Members", "outcome": "unknown"},
        ]
        again = saved_materials.from_json(json.loads(json.dumps(saved_materials.to_json(found.saved))))
        assert repeat(again) == found.report


async def test_a_signed_statement_names_the_issuer() -> None:
    async with verifier(FEDERATION, fetch=statement(sub=did_of(ISSUER)).encode()) as service:
        report = await service.verify(to_bytes(signed(badge())))
        says(report, "accepted", "issuer_trust", "pass", "issuer_trust.registry")


async def test_an_issuer_that_nobody_knows_is_not_bad_and_a_registry_that_is_down_is_named() -> None:
    async with verifier(DCC, registry_json=document()) as service:
        report = await service.verify(to_bytes(signed(badge())))
        says(report, "accepted", "issuer_trust", "unknown", "issuer_trust.not_listed")
    async with verifier(DCC) as service:
        report = await service.verify(to_bytes(signed(badge())))
        says(report, "accepted", "issuer_trust", "unknown", "issuer_trust.unchecked")
        assert "Schools" in facet(report, "issuer_trust").message


async def _read(document: Mapping[str, object]) -> Any:
    from satchel.credential.read import read

    return read(to_bytes(document))
