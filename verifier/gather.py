"""Gather: fetch what judging will need, and nothing else. The result holds documents or the reason for each absence.

Two rounds: the DID documents of the keys that signed, and the status lists; then the DID documents of the keys that
signed the lists. Nothing is judged here, so a forged credential can make the node ask for what it names; the fetch
budget and the address guard bound that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from did.resolve import requests_for as did_requests
from did.syntax import split_url
from satchel.codec import strictjson
from satchel.credential import status
from satchel.credential.envelope import Envelope, Fault
from satchel.errors import DidError, FetchError, Malformed, StatusError
from satchel.port import Fetch, Fetched, JsonObject, Request
from verifier.materials import Asked, Key, Materials
from verifier.policy import Policy

BUDGET: Final = 12
"""Documents fetched for one verification."""

STATUS_LIMIT_BYTES: Final = 2 * 1024 * 1024
_STATUS_ACCEPT: Final = ("application/vc", "application/vc+ld+json", "application/ld+json", "application/json")


async def gather(envelope: Envelope, policy: Policy, asked: Asked, now: datetime, fetch: Fetch) -> Materials:
    """What `judge` needs for this envelope. Never raises for what comes from outside: a failed fetch is a Fault, and
    what would be past the budget is the Fault `fetch.budget`."""
    fetched: dict[Key, Fetched | Fault] = {}
    first = requests_for(envelope, policy)
    if first:
        await _add(first, fetch, fetched)
        await _add(_of_lists(first, fetched), fetch, fetched)
    return Materials(now=now, fetched=fetched)


def requests_for(envelope: Envelope, policy: Policy) -> tuple[Request, ...]:
    """The first round; empty when the verdict needs no network (a did:key without a status)."""
    value = envelope.value
    if value is None:
        return ()
    wanted = list(_of_keys(value))
    if any(policy.effect("status", outcome) != "ignore" for outcome in ("fail", "unknown", "warn")):
        wanted += _of_status(value)
    return _distinct(wanted)


def _of_keys(value: JsonObject) -> Iterable[Request]:
    """The DID documents of the methods that the proofs name. What is malformed asks for nothing; judge says so."""
    given = value.get("proof")
    for proof in given if isinstance(given, list) else (given,):
        method = proof.get("verificationMethod") if isinstance(proof, dict) else None
        if isinstance(method, str):
            try:
                yield from did_requests(split_url(method)[0])
            except DidError:
                continue


def _of_status(value: JsonObject) -> list[Request]:
    try:
        entries = status.entries_of(value)
    except StatusError:
        return []
    return [
        Request(url=entry.list_url, purpose="status", accept=_STATUS_ACCEPT, limit_bytes=STATUS_LIMIT_BYTES)
        for entry in entries
        if isinstance(entry, status.StatusEntry)
    ]


def _of_lists(first: Sequence[Request], fetched: dict[Key, Fetched | Fault]) -> tuple[Request, ...]:
    """The DID documents of the keys that signed the fetched lists, less those that are there."""
    wanted: list[Request] = []
    for request in first:
        answer = fetched[request.purpose, request.url]
        if request.purpose != "status" or isinstance(answer, Fault):
            continue
        try:
            wanted += _of_keys(strictjson.load_object(answer.body))
        except Malformed:
            continue
    return tuple(request for request in _distinct(wanted) if (request.purpose, request.url) not in fetched)


async def _add(requests: Sequence[Request], fetch: Fetch, fetched: dict[Key, Fetched | Fault]) -> None:
    """Fetches within what is left of the budget."""
    left = max(BUDGET - len(fetched), 0)
    answers = await fetch.all(requests[:left]) if requests[:left] else ()
    for request, answer in zip(requests, answers, strict=False):
        fetched[request.purpose, request.url] = (
            Fault(code=answer.code, message=answer.message) if isinstance(answer, FetchError) else answer
        )
    for request in requests[left:]:
        fetched[request.purpose, request.url] = Fault(
            code="fetch.budget", message=f"{request.url} would be document {BUDGET + 1} of this check"
        )


def _distinct(requests: Iterable[Request]) -> tuple[Request, ...]:
    return tuple({(request.purpose, request.url): request for request in requests}.values())
