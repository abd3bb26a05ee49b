"""Gather: fetch what judging will need, and nothing else. The result holds documents or the reason for each absence.

It is asked for the document and for everything inside that is judged with it. Two rounds: the DID documents of the keys
that signed, and the status lists; then the DID documents of the keys that signed the lists. Nothing is judged here, so
a forged credential can make the node ask for what it names; the fetch budget and the address guard bound that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from did.resolve import requests_after as did_requests_after
from did.resolve import requests_for as did_requests
from did.syntax import split_url
from satchel.codec import timestamp
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope, Fault
from satchel.credential.read import read
from satchel.errors import CodecError, DidError, FetchError, StatusError
from satchel.port import (
    DocumentCopies,
    Fetch,
    Fetched,
    FrameworkShelf,
    HeldFramework,
    HeldNode,
    JsonObject,
    JsonValue,
    Request,
)
from verifier import inside
from verifier.materials import Asked, HeldFile, Key, Materials, SecondOpinion
from verifier.policy import Policy
from verifier.registry import NO_TRUST, Trust

BUDGET: Final = 12
"""Documents fetched for one credential."""
BUDGET_INSIDE: Final = 4
"""Documents more for each credential inside."""
BUDGET_LIMIT: Final = 64
"""Documents fetched for one verification, whatever is inside."""
AT_ONCE: Final = 12

_DID_FILES: Final = ("/did.json", "/did.jsonl")
STATUS_LIMIT_BYTES: Final = 2 * 1024 * 1024
_STATUS_ACCEPT: Final = (
    "application/vc",
    "application/vc+ld+json",
    "application/vc+jwt",
    "application/vc+cose",
    "application/statuslist+jwt",
    "application/statuslist+cwt",
    "application/jwt",
    "application/ld+json",
    "application/json",
)


async def gather(
    envelope: Envelope,
    policy: Policy,
    asked: Asked,
    now: datetime,
    fetch: Fetch,
    *,
    shelf: FrameworkShelf | None = None,
    trust: Trust | None = None,
    anchors: tuple[bytes, ...] = (),
    copies: DocumentCopies | None = None,
    files: tuple[HeldFile, ...] = (),
    second_opinion: SecondOpinion | None = None,
) -> Materials:
    """What `judge` needs for this envelope: documents from outside, and what this verifier's own shelf of frameworks,
    own trust lists and own anchors (the certificates of authorities whose seals it trusts) say. `copies` are the DID
    documents that it has seen before; those of now are added to them. `files` are those that the asker has beside the
    credential, `second_opinion` what another engine was heard to say.

    Never raises for what comes from outside: a failed fetch is a Fault, and what would be past the budget is the Fault
    `fetch.budget`. A damaged copy on the shelf raises what the shelf raises.
    """
    known = trust or NO_TRUST
    found = [one for one in (*inside.everything(envelope), *_accreditations(envelope, known)) if one.value is not None]
    values = [one.value for one in found if one.value is not None]
    first = _distinct([*_first_round(found, policy), *_of_registries(values, known)])
    budget = min(BUDGET + BUDGET_INSIDE * max(len(found) - 1, 0), BUDGET_LIMIT)
    fetched = await rounds(first, fetch, budget, stapled=inside.look(envelope).stapled if first else ())
    for claims in filter(None, map(_claims, found)):
        while (request := _of_type(claims, fetched)) is not None:
            await _add((request,), fetch, fetched, budget)
    seen = {} if copies is None else _seen(fetched, copies)
    frameworks, nodes = ((), {}) if shelf is None else _look_up(values, shelf)
    return Materials(
        now=now,
        fetched=fetched,
        frameworks=frameworks,
        nodes=nodes,
        trust=known,
        anchors=anchors,
        copies=seen,
        files=files,
        second_opinion=second_opinion,
    )


async def rounds(
    first: Sequence[Request], fetch: Fetch, budget: int, *, stapled: Sequence[Envelope] = ()
) -> dict[Key, Fetched | Fault]:
    """The answers to these requests and to those that follow from them: the keys of lists, the approvals of logs. At
    most `budget` documents; `stapled` are lists that stand in for those that could not be had."""
    fetched: dict[Key, Fetched | Fault] = {}
    if first:
        await _add(first, fetch, fetched, budget)
        _staple(stapled, fetched)
        await _add(_of_lists(first, fetched), fetch, fetched, budget)
        await _add(_of_logs(fetched), fetch, fetched, budget)
    return fetched


def requests_for(envelope: Envelope, policy: Policy, trust: Trust = NO_TRUST) -> tuple[Request, ...]:
    """The first round; empty when the verdict needs no network (a did:key without a status, and no registry)."""
    found = (*inside.everything(envelope), *_accreditations(envelope, trust))
    values = [one.value for one in found if one.value is not None] if trust.registries else []
    return (*_first_round(found, policy), *_of_registries(values, trust))


def _first_round(found: Iterable[Envelope], policy: Policy) -> tuple[Request, ...]:
    wants_status = any(policy.effect("status", outcome) != "ignore" for outcome in ("fail", "unknown", "warn"))
    wanted: list[Request] = []
    for one in found:
        wanted += _of_keys(one)
        if wants_status and one.value is not None:
            wanted += _of_status(one.value)
        if (claims := _claims(one)) is not None and (request := _of_type(claims, {})) is not None:
            wanted.append(request)
    return _distinct(wanted)


def _claims(envelope: Envelope) -> JsonObject | None:
    """The claims of a token that may have a published description of its type."""
    token = envelope.token
    return token.document if token is not None and token.profile == "dc+sd-jwt" else None


def _of_type(claims: JsonObject, fetched: Mapping[Key, Fetched | Fault]) -> Request | None:
    from verifier.facet import type_metadata

    return type_metadata.next_request(claims, fetched)


def _accreditations(envelope: Envelope, trust: Trust) -> tuple[Envelope, ...]:
    """The accreditations that speak of the issuer of this document."""
    if not trust.accreditations or envelope.value is None:
        return ()
    from verifier import accreditation

    return accreditation.of(trust.accreditations, openbadge.issuer_id(envelope.value))


def _of_registries(values: Sequence[JsonObject], trust: Trust) -> Iterable[Request]:
    """What the registries of this verifier are asked: they learn which issuers it meets, and nothing of the learner."""
    if not trust.registries:
        return
    from verifier import remote

    issuers = dict.fromkeys(issuer for value in values if (issuer := openbadge.issuer_id(value)) is not None)
    for issuer in issuers:
        if issuer.startswith("did:"):
            for registry in trust.registries:
                yield from remote.requests_for(registry, issuer)


def _look_up(
    values: Sequence[JsonObject], shelf: FrameworkShelf
) -> tuple[tuple[HeldFramework, ...], Mapping[str, tuple[HeldNode, ...]]]:
    """What the shelf has under the targets of all these credentials, and the copies that they could be in."""
    from verifier.facet import alignment

    uris = dict.fromkeys(uri for value in values for uri in alignment.uris(alignment.targets(value)))
    if not uris:
        return (), {}
    held = shelf.frameworks()
    nodes = {uri: found for uri in list(uris)[: alignment.TARGETS_LIMIT] if (found := shelf.nodes(uri))}
    near = [one for one in held if any(alignment.covers(one, uri) for uri in uris)]
    return tuple(dict.fromkeys([*near, *(node.framework for found in nodes.values() for node in found)])), nodes


def _of_keys(envelope: Envelope) -> Iterable[Request]:
    """The DID documents of the methods that the proofs name. What is malformed asks for nothing; judge says so."""
    for method in _methods(envelope):
        if isinstance(method, str):
            try:
                yield from did_requests(split_url(method)[0])
            except DidError:
                continue


def _methods(envelope: Envelope) -> list[JsonValue]:
    """What names the keys: of a token its header, of JSON its proofs."""
    if envelope.token is not None:
        from verifier.facet import token

        return [token.key_name(envelope.token), token.holder_name(envelope.token)]
    given = None if envelope.value is None else envelope.value.get("proof")
    proofs = given if isinstance(given, list) else [given]
    return [proof.get("verificationMethod") for proof in proofs if isinstance(proof, dict)]


def _of_status(value: JsonObject) -> list[Request]:
    if "credentialStatus" not in value and "status" not in value:
        return []
    # Imported here and below: a command should answer at once, and not every credential needs it.
    from satchel.credential import status

    try:
        entries = status.entries_of(value)
    except StatusError:
        return []
    return [
        Request(url=entry.list_url, purpose="status", accept=_STATUS_ACCEPT, limit_bytes=STATUS_LIMIT_BYTES)
        for entry in entries
        if not isinstance(entry, status.UnsupportedEntry)
    ]


def _of_lists(first: Sequence[Request], fetched: dict[Key, Fetched | Fault]) -> tuple[Request, ...]:
    """The DID documents of the keys that signed the fetched lists, less those that are there."""
    wanted: list[Request] = []
    for request in first:
        answer = fetched[request.purpose, request.url]
        if request.purpose != "status" or isinstance(answer, Fault):
            continue
        listed = read(answer.body)
        wanted += _of_keys(listed) if listed.value is not None else _of_token(answer.body)
    return tuple(request for request in _distinct(wanted) if (request.purpose, request.url) not in fetched)


def _staple(lists: Sequence[Envelope], fetched: dict[Key, Fetched | Fault]) -> None:
    """Puts the lists that a holder brought along where none could be had. They are judged like any other, and their age
    counts from the day that their issuer gives them."""
    for one in lists:
        value = one.value or {}
        url, since = value.get("id"), value.get("validFrom", value.get("issuanceDate"))
        if (
            not isinstance(url, str)
            or not isinstance(since, str)
            or not isinstance(fetched.get(("status", url)), Fault)
        ):
            continue
        try:
            made = timestamp.parse(since)
        except CodecError:
            continue
        fetched["status", url] = Fetched(
            url=url,
            final_url=url,
            status=200,
            media_type=one.media_type,
            body=one.raw,
            fetched_at=made,
            source="stapled",
        )


def _of_token(raw: bytes) -> tuple[Request, ...]:
    """The DID document of the key that signed a status list token. Whose list it is was asked for with the credential:
    a token that names no issuer is by that one's key."""
    from verifier.facet import list_token

    did = list_token.did_of(raw, None)
    try:
        return () if did is None else did_requests(did)
    except DidError:
        return ()


def _of_logs(fetched: Mapping[Key, Fetched | Fault]) -> tuple[Request, ...]:
    """The approvals that lie beside those of the fetched DID logs that have witnesses."""
    logs = [answer for (purpose, _), answer in fetched.items() if purpose == "did" and isinstance(answer, Fetched)]
    wanted = [request for log in logs for request in did_requests_after(log)]
    return tuple(request for request in _distinct(wanted) if (request.purpose, request.url) not in fetched)


def _seen(fetched: Mapping[Key, Fetched | Fault], copies: DocumentCopies) -> Mapping[str, tuple[Fetched, ...]]:
    """What was seen before at the URLs of the DID documents; what came now is noted for the next time."""
    found: dict[str, tuple[Fetched, ...]] = {}
    for (purpose, url), answer in fetched.items():
        if purpose == "did" and url.endswith(_DID_FILES):
            if earlier := copies.of(url):
                found[url] = earlier
            # What lies in a mirror was served by nobody at this time.
            if isinstance(answer, Fetched) and answer.status == 200 and answer.source in ("network", "cache"):
                copies.keep(answer)
    return found


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
