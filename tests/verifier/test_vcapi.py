"""The verifier's and holder's part of the VC API on a verifier node, and what speaks against a document there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Tcp, serve
from satchel.proof import suites
from tests.attack.forge import (
    CREDENTIALS_V2,
    ISSUER,
    LEARNER,
    NOW,
    STRANGER,
    Document,
    badge,
    did_of,
    judged,
    method_of,
    signed,
)
from tests.verifier.facet.test_parts import presented
from verifier.http import build
from verifier.policy import POLICIES
from verifier.vcapi import OPEN, Options, refusals, warnings
from verifier.vcapi_access import Client


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    application = build(fetch=OfflineFetch(), origin="https://verifier.example", clock=lambda: NOW, vc_api=OPEN)
    async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession(serving.urls[0]) as one:
        yield one


async def post(client: aiohttp.ClientSession, path: str, body: object) -> tuple[int, Any]:
    async with client.post(path, json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def verify(client: aiohttp.ClientSession, credential: object, **options: object) -> tuple[int, Any]:
    return await post(client, "/vc-api/credentials/verify", {"verifiableCredential": credential, "options": options})


async def test_a_badge_is_verified_and_a_changed_one_is_refused(client: aiohttp.ClientSession) -> None:
    status, told = await verify(client, signed(badge()))
    assert (status, told["verified"], told["issuerBinding"]) == (200, True, "confirmed")
    status, told = await verify(client, signed(badge()) | {"name": "x"})
    assert (status, told["code"]) == (400, "proof.invalid")


async def test_a_stranger_who_signs_in_the_issuers_name_is_told_in_the_answer(client: aiohttp.ClientSession) -> None:
    """The answer is about proof and data model; the product's own verdict on the same bytes is a refusal."""
    document = signed(badge(), key=STRANGER)
    status, told = await verify(client, document)
    assert (status, told["issuerBinding"]) == (200, "unconfirmed")
    assert "issuer_binding.other_issuer" in [one["code"] for one in told["warnings"]]
    assert judged(document).verdict == "rejected"


async def test_a_presentation_is_refused_for_what_is_in_it(client: aiohttp.ClientSession) -> None:
    good = presented(signed(badge()))
    path = "/vc-api/presentations/verify"
    assert (await post(client, path, {"verifiablePresentation": good}))[0] == 200
    bad = presented(signed(badge()) | {"name": "x"})
    status, told = await post(client, path, {"verifiablePresentation": bad})
    assert (status, told["code"]) == (400, "proof.invalid")
    ended = presented(signed(badge(validUntil="2026-04-01T00:00:00Z")))
    status, told = await post(client, path, {"verifiablePresentation": ended})
    assert (status, "validity.expired" in [one["code"] for one in told["warnings"]]) == (200, True)


async def test_a_part_is_derived_without_any_key(client: aiohttp.ClientSession) -> None:
    key = PrivateKey.generate(entropy.seeded(b"derive"), KeyType.P_256)
    base = suites.sign_base(
        badge(issuer={"id": did_of(key), "type": ["Profile"]}),
        suite="ecdsa-sd-2023",
        signer=LocalSigner(method_of(key), key),
        created=NOW,
        entropy=entropy.system,
    )
    body = {"verifiableCredential": base, "options": {"selectivePointers": ["/name", "/credentialSubject/id"]}}
    status, derived = await post(client, "/vc-api/credentials/derive", body)
    assert status == 201
    assert derived["name"] == "Knots and hitches"
    assert "achievement" not in derived["credentialSubject"]
    assert (await verify(client, derived))[0] == 200
    assert (await post(client, "/vc-api/credentials/derive", {"verifiableCredential": derived}))[1]["code"] == (
        "proof.not_derivable"
    )


async def test_without_the_option_there_is_no_such_api() -> None:
    application = build(fetch=OfflineFetch(), origin="https://verifier.example", clock=lambda: NOW)
    async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession(serving.urls[0]) as client:
        assert (await verify(client, signed(badge())))[0] == 404
        async with client.get("/openapi.json") as answer:
            assert not [path for path in (await answer.json())["paths"] if path.startswith("/vc-api")]


async def test_a_verifier_has_no_issuing_route(client: aiohttp.ClientSession) -> None:
    status, told = await post(client, "/vc-api/issuers/eddsa-rdfc-2022/credentials/issue", {"credential": badge()})
    assert (status, told["code"]) == (404, "http.not_found")


async def test_the_context_of_the_examples_is_known_here_and_nowhere_else(client: aiohttp.ClientSession) -> None:
    document = {
        "@context": [CREDENTIALS_V2, "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": did_of(ISSUER),
        "credentialSubject": {"id": "did:example:subject", "alumniOf": "a school"},
    }
    signer = LocalSigner(method_of(ISSUER), ISSUER)
    one = suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=NOW, contexts=OPEN.contexts)  # type: ignore[arg-type]
    assert (await verify(client, one))[0] == 200
    report = judged(one)
    assert report.verdict == "undecided"
    async with client.post("/api/v1/verify", json=one) as answer:
        assert (await answer.json())["verdict"] == "undecided"


async def test_many_requests_of_one_address_are_answered(client: aiohttp.ClientSession) -> None:
    """A suite sends hundreds in a moment; the rate of an ordinary node would refuse from the 201st on."""
    for _ in range(300):
        async with client.post("/vc-api/credentials/verify", data=b"{}", headers={"Content-Type": "text/plain"}) as one:
            assert one.status == 415


async def test_a_verifier_may_be_closed_but_for_one_client() -> None:
    options = Options(contexts=OPEN.contexts, client=Client.of("suite", "s" * 40))
    application = build(fetch=OfflineFetch(), origin="https://verifier.example", clock=lambda: NOW, vc_api=options)
    async with serve(application, at=[Tcp()]) as serving, aiohttp.ClientSession(serving.urls[0]) as client:
        assert (await verify(client, signed(badge())))[0] == 401
        form = {"grant_type": "client_credentials", "client_id": "suite", "client_secret": "s" * 40}
        async with client.post("/vc-api/oauth2/token", data=form) as answer:
            token = (await answer.json())["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert (await verify(client, signed(badge())))[0] == 200
        async with client.post("/api/v1/verify", json=signed(badge())) as answer:
            assert answer.status == 200


# What speaks against a document


def codes(document: Document, *checks: Any, policy: str = "w3c") -> list[str]:
    return [one.code for one in refusals(judged(document, policy=policy), frozenset(checks) if checks else None)]


def test_proof_and_data_model_decide_and_the_rest_is_told() -> None:
    assert codes(signed(badge())) == []
    assert codes(signed(badge(id="no url"), suite="eddsa-jcs-2022")) == ["data_model.id", "proof.meaning"]
    assert codes(signed(badge()) | {"id": "no url"}) == ["data_model.id", "linked.relative_iri"]
    assert codes(signed(badge(validUntil="2026-04-01T00:00:00Z"))) == []
    assert codes(signed(badge(validFrom="2099-01-01T00:00:00Z"))) == []
    assert codes(signed(badge(validFrom="2026-03-01"))) == ["validity.malformed"]
    ends = badge(validFrom="2026-03-02T00:00:00Z", validUntil="2026-03-01T00:00:00Z")
    assert codes(signed(ends)) == ["validity.ends_before_start"]
    assert codes(signed(badge(issuer={"id": did_of(LEARNER), "type": ["Profile"]}))) == []
    assert codes(badge()) == ["proof.missing"]


def test_a_signature_over_words_without_a_meaning_is_not_enough() -> None:
    document = signed(badge(wordOfOurs="x"), suite="eddsa-jcs-2022")
    assert judged(document, policy="w3c").verdict.startswith("accepted")
    assert codes(document) == ["proof.meaning"]


def test_a_status_decides_when_it_is_asked_for() -> None:
    entry = {
        "id": "https://issuer.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://issuer.example/status/1",
    }
    document = signed(badge(credentialStatus=entry))
    assert codes(document) == []
    assert codes(document, "proof") == []
    assert codes(document, "proof", "credentialStatus") == ["status.list_unreachable"]
    report = judged(document, policy="w3c")
    assert "status.list_unreachable" in [one.code for one in warnings(report, None)]
    assert "status.list_unreachable" not in [one.code for one in warnings(report, frozenset({"proof"}))]
    assert POLICIES["w3c"].effect("issuer_binding", "fail") == "warn"
