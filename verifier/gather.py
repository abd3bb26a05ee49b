"""Gather: fetch what judging will need, and nothing else. The result holds documents or the reason for each absence.

It is asked for the document and for everything inside that is judged with it. Two rounds: the DID documents of the keys
that signed, and the status lists; then the DID documents of the keys that signed the lists. Nothing is judged here, so
a forged credential can make the node ask for what it names; the fetch budget and the address guard bound that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from did.resolve import requests_for as did_requests
from did.syntax import split_url
from satchel.codec import strictjson
from satchel.credential import status
from satchel.credential.envelope import Envelope, Fault
from satchel.errors import DidError, FetchError, Malformed, StatusError
from satchel.port import Fetch, Fetched, FrameworkShelf, HeldFramework, HeldNode, JsonObject, Request
from verifier import inside
from verifier.facet import alignment
from verifier.materials import Asked, Key, Materials
from verifier.policy import Policy
from verifier.registry import NO_TRUST, Trust

BUDGET: Final = 12
"""Documents fetched for one credential."""
BUDGET_INSIDE: Final = 4
"""Documents more for each credential inside."""
BUDGET_LIMIT: Final = 64
"""Documents fetched for one verification, whatever is inside."""
AT_ONCE: Final = 12

STATUS_LIMIT_BYTES: Final = 2 * 1024 * 1024
_STATUS_ACCEPT: Final = ("application/vc", "application/vc+ld+json", "application/ld+json", "application/json")


async def gather(
    envelope: Envelope,
    policy: Policy,
    asked: Asked,
    now: datetime,
    fetch: Fetch,
    *,
    shelf: FrameworkShelf | None = None,
    trust: Trust | None = None,
) -> Materials:
    """What `judge` needs for this envelope: documents from outside, and what this verifier's own shelf of frameworks
    and own trust lists say.

    Never raises for what comes from outside: a failed fetch is a Fault, and what would be past the budget is the Fault
    `fetch.budget`. A damaged copy on the shelf raises what the shelf raises.
    """
    values = [one.value for one in inside.everything(envelope) if one.value is not None]
    fetched: dict[Key, Fetched | Fault] = {}
    first = _first_round(values, policy)
    if first:
        budget = min(BUDGET + BUDGET_INSIDE * max(len(values) - 1, 0), BUDGET_LIMIT)
        await _add(first, fetch, fetched, budget)
        await _add(_of_lists(first, fetched), fetch, fetched, budget)
    known = trust or NO_TRUST
    if shelf is None:
        return Materials(now=now, fetched=fetched, trust=known)
    frameworks, nodes = _look_up(values, shelf)
    return Materials(now=now, fetched=fetched, frameworks=frameworks, nodes=nodes, trust=known)


def requests_for(envelope: Envelope, policy: Policy) -> tuple[Request, ...]:
    """The first round; empty when the verdict needs no network (a did:key without a status)."""
    return _first_round([one.value for one in inside.everything(envelope) if one.value is not None], policy)


def _first_round(values: Sequence[JsonObject], policy: Policy) -> tuple[Request, ...]:
    wants_status = any(policy.effect("status", outcome) != "ignore" for outcome in ("fail", "unknown", "warn"))
    wanted: list[Request] = []
    for value in values:
        wanted += _of_keys(value)
        if wants_status:
            wanted += _of_status(value)
    return _distinct(wanted)


def _look_up(
    values: Sequence[JsonObject], shelf: FrameworkShelf
) -> tuple[tuple[HeldFramework, ...], Mapping[str, tuple[HeldNode, ...]]]:
    """What the shelf has under the targets of all these credentials, and the copies that they could be in."""
    uris = dict.fromkeys(uri for value in values for uri in alignment.uris(alignment.targets(value)))
    if not uris:
        return (), {}
    held = shelf.frameworks()
    nodes = {uri: found for uri in list(uris)[: alignment.TARGETS_LIMIT] if (found := shelf.nodes(uri))}
    near = [one for one in held if any(alignment.covers(one, uri) for uri in uris)]
    return tuple(dict.fromkeys([*near, *(node.framework for found in nodes.values() for node in found)])), nodes


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


async def _add(requests: Sequence[Request], fetch: Fetch, fetched: dict[Key, Fetched | Fault], budget: int) -> None:
    """Fetches within what is left of the budget."""
    left = max(budget - len(fetched), 0)
    for start in range(0, len(requests[:left]), AT_ONCE):
        some = requests[start : min(start + AT_ONCE, left)]
        for request, answer in zip(some, await fetch.all(some), strict=True):
            fetched[request.purpose, request.url] = (
                Fault(code=answer.code, message=answer.message) if isinstance(answer, FetchError) else answer
            )
    for request in requests[left:]:
        fetched[request.purpose, request.url] = Fault(
            code="fetch.budget", message=f"{request.url} would be document {budget + 1} of this check"
        )


def _distinct(requests: Iterable[Request]) -> tuple[Request, ...]:
    return tuple({(request.purpose, request.url): request for request in requests}.values())
