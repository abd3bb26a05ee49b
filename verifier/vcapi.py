"""The verifier's part of the VC API: verifying credentials and presentations, and deriving for a holder.

It answers on proof and data model, as the W3C's suites ask: their vectors name issuers that do not control the key, and
have inline contexts of every kind that JSON-LD allows. So a document that is expired, or whose issuer is not proven, is
verified here with warnings; the product's own verdict is that of /api/v1/verify. A refusal is 400 with a problem
document, never `200 {"verified": false}`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from satchel.codec import strictjson
from satchel.credential.envelope import Envelope
from satchel.errors import SatchelError
from satchel.exchange import vcapi
from satchel.exchange.vcapi import ExchangeFault, Finding, VerifyRequest
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.node import problem
from satchel.node.guard import Rate
from satchel.node.problem import HttpFault
from satchel.node.route import JSON, Answer, Call, Reply, Route
from satchel.port import Clock, Entropy, Fetch, JsonObject
from satchel.proof import suites
from verifier.facet.proof import AUTHENTICATION, PURPOSE
from verifier.facet.spelling import note_contexts
from verifier.materials import Asked
from verifier.policy import POLICIES, Policy
from verifier.reading import Reading
from verifier.report import Facet, Report
from verifier.service import Aside, VerifierService
from verifier.vcapi_access import Client

SCOPE: Final = "vc_api"
# A suite calls from one address, some hundred times in a second.
PEER_RATE: Final = Rate(per_minute=30_000, burst=10_000)

_W3C: Final = POLICIES["w3c"].table
_ADVISES, _INFORMS = _W3C["issuer_binding"], _W3C["schema"]
# What is neither decided nor told here informs, so that nothing is fetched for it.
_PLAIN: Final = Policy(
    name="vc-api",
    table=MappingProxyType(
        {name: _W3C[name] for name in ("parse", "data_model", "proof", "parts", "issuer_binding", "published_key")}
        | {"validity": _ADVISES, "status": _INFORMS}
    ),
)
_WITH_STATUS: Final = Policy(name="vc-api", table=MappingProxyType({**_PLAIN.table, "status": _ADVISES}))

# What fails though the facet only warns: the standards want every proof of a set to hold, and every term defined.
_BASE: Final = "proof.base_shown"
# A base proof is between issuer and holder: whoever gets it can show any part of the credential.
_TOO_WEAK: Final = frozenset({"proof.meaning", "proof.one_unknown", "proof.also_embedded", _BASE})
# Of the dates it is their form and order that the data model has rules for.
DATES: Final = frozenset({"validity.malformed", "validity.ends_before_start"})
_TOLD: Final = ("data_model", "proof", "issuer_binding", "validity", "published_key", "parts")
_DECIDES: Final = ("parse", "data_model", "proof")
_AGAINST: Final = ("fail", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the API is opened: with which contexts beside the pinned ones, and for whom (None: for everybody who gets
    through to it)."""

    contexts: Contexts
    client: Client | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What a token must allow."""
        return () if self.client is None else (SCOPE,)


OPEN: Final = Options(contexts=PINNED.extended({vcapi.EXAMPLES_CONTEXT: vcapi.EXAMPLES}))
"""For a test run on this machine: no token is asked for, and the context of the standards' examples is known."""


def mounted(options: Options, *, fetch: Fetch, clock: Clock, aside: Aside, entropy: Entropy) -> tuple[Route, ...]:
    """The verifier's and holder's routes, over a service of their own: it reads with the API's contexts."""
    reading = Reading(contexts=options.contexts, check_inline=note_contexts)
    service = VerifierService(fetch=fetch, clock=clock, reading=reading, aside=aside)
    return VcApi(service, options, aside=aside, entropy=entropy).routes()


class VcApi:
    """The routes, over a service that reads with the same contexts."""

    def __init__(self, service: VerifierService, options: Options, *, aside: Aside, entropy: Entropy) -> None:
        self._service = service
        self._options = options
        self._aside = aside
        self._entropy = entropy

    def routes(self) -> tuple[Route, ...]:
        """The table's rows."""
        return (
            self._route("credentials/verify", "verify_credential", "Verifies a credential.", self._verify_credential),
            self._route(
                "presentations/verify", "verify_presentation", "Verifies a presentation.", self._verify_presentation
            ),
            self._route(
                "credentials/derive",
                "derive_credential",
                "Shows a part of a credential, for its holder.",
                self._derive,
                status=201,
            ),
        )

    def _route(
        self, path: str, name: str, summary: str, handler: Callable[[Call], Awaitable[Reply]], *, status: int = 200
    ) -> Route:
        return row(f"/vc-api/{path}", f"vc_api_{name}", summary, handler, status=status, scopes=self._options.scopes)

    async def _verify_credential(self, call: Call) -> Reply:
        return await self._verify(call, "verifiableCredential")

    async def _verify_presentation(self, call: Call) -> Reply:
        return await self._verify(call, "verifiablePresentation")

    async def _verify(self, call: Call, member: Literal["verifiableCredential", "verifiablePresentation"]) -> Reply:
        request = vcapi.read_verify(strictjson.load_object(call.raw), member)
        envelope = await self._aside(lambda: Envelope.inner(request.document))
        _require_kind(envelope, member)
        purpose = PURPOSE if member == "verifiableCredential" else AUTHENTICATION
        if request.purpose not in (None, purpose):
            return refusal([Finding(code="proof.purpose", message=f"a proof for {purpose} is what is verified here")])
        report = await self._judge(envelope, request)
        refused = [*refusals(report, request.checks)]
        if refused:
            return refusal(refused)
        binding = next((facet for facet in report.facets if facet.facet == "issuer_binding"), None)
        told = vcapi.verified(
            [*warnings(report, request.checks)],
            checks=["proof"] if request.checks is None else sorted(request.checks),
            binding="confirmed" if binding is not None and binding.outcome == "pass" else "unconfirmed",
        )
        return answer(told)

    async def _judge(self, envelope: Envelope, request: VerifyRequest) -> Report:
        wants_status = request.checks is None or "credentialStatus" in request.checks
        asked = Asked(challenge=request.challenge, domain=request.domain)
        policy = _WITH_STATUS if wants_status else _PLAIN
        return (await self._service.examine(envelope, asked=asked, policy=policy)).report

    async def _derive(self, call: Call) -> Reply:
        """The base proof is verified first: a holder must not be left to find out before somebody else that it was
        never good."""
        request = vcapi.read_derive(strictjson.load_object(call.raw))
        envelope = Envelope.inner(request.credential)
        _require_kind(envelope, "verifiableCredential")
        asked = VerifyRequest(
            document=request.credential, checks=frozenset({"proof"}), challenge=None, domain=None, purpose=None
        )
        report = await self._judge(envelope, asked)
        refused = [one for one in refusals(report, asked.checks) if one.code != _BASE]
        if refused:
            return refusal(refused)
        derived = await self._aside(
            lambda: suites.derive(
                request.credential, request.selective, entropy=self._entropy, contexts=self._options.contexts
            )
        )
        return answer(derived, status=201)


def row(
    path: str,
    name: str,
    summary: str,
    handler: Callable[[Call], Awaitable[Reply]],
    *,
    status: int,
    scopes: tuple[str, ...],
    others: tuple[Answer, ...] = (),
    issuing: bool = False,
) -> Route:
    """A route of the API: it takes one JSON object, and tells refusals by the standards' types of problems."""
    return Route(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        handler=_refusing(handler, issuing=issuing),
        answers=(
            Answer(status=status, summary="Done."),
            Answer(status=400, summary="Refused; the problem document says why.", media_type=problem.MEDIA_TYPE),
            *others,
        ),
        tags=("vc-api",),
        accepts=(JSON,),
        scopes=scopes,
        body_limit_bytes=strictjson.LIMIT_BYTES,
    )


def answer(value: JsonObject, *, status: int = 200) -> Reply:
    """The object bare, as every reader of the API understands it."""
    return Reply(status=status, body=json.dumps(value, separators=(",", ":")).encode("ascii"))


def refusal(findings: Sequence[Finding], *, issuing: bool = False, status: int = vcapi.STATUS_CODE) -> Reply:
    """The problem document of these findings."""
    told = vcapi.problem(findings, issuing=issuing, status=status)
    return Reply(status=status, body=problem.encode(told), media_type=problem.MEDIA_TYPE)


def refusals(report: Report, checks: frozenset[vcapi.Check] | None) -> Iterator[Finding]:
    """What speaks against a document, and then against the credentials in it.

    The status decides when it is asked for. When nothing is said about checks, a credential that is known to be
    revoked is refused, and one whose list could not be had is not.
    """
    parts: list[Finding] = []
    for facet in report.facets:
        if facet.facet == "parts":
            if facet.outcome in _AGAINST:
                parts.append(_finding(facet))
        elif facet.facet in _DECIDES:
            if facet.outcome in _AGAINST:
                yield _finding(facet)
            elif facet.facet == "proof":
                yield from _weak_proofs(facet)
        elif (facet.facet == "validity" and facet.code in DATES) or (
            facet.facet == "status" and facet.outcome in _decisive(checks)
        ):
            yield _finding(facet)
    # The facet over all parts speaks only when no part says more.
    yield from [finding for part in _parts_of(report) for finding in refusals(part, checks)] or parts


def warnings(report: Report, checks: frozenset[vcapi.Check] | None) -> Iterator[Finding]:
    """What a caller should know of a document that passed."""
    told = _TOLD if checks is not None and "credentialStatus" not in checks else (*_TOLD, "status")
    for facet in report.facets:
        if facet.facet in told and facet.outcome in ("warn", "unknown", "fail"):
            if facet.facet == "issuer_binding":
                yield Finding(code=facet.code, message=f"issuerBinding: unconfirmed. {facet.message}")
            else:
                yield _finding(facet)
    for part in _parts_of(report):
        yield from warnings(part, checks)


def _decisive(checks: frozenset[vcapi.Check] | None) -> tuple[str, ...]:
    if checks is None:
        return ("fail",)
    return _AGAINST if "credentialStatus" in checks else ()


def _weak_proofs(facet: Facet) -> Iterator[Finding]:
    items = facet.details.get("items")
    codes = [str(item.get("code")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    for code in dict.fromkeys((facet.code, *codes)):
        if code in _TOO_WEAK:
            yield Finding(code=code, message=facet.message)


def _parts_of(report: Report) -> tuple[Report, ...]:
    """The reports on the credentials inside; those on status lists and endorsements stand beside them."""
    items = next((facet.details.get("items") for facet in report.facets if facet.facet == "parts"), None)
    named = {
        (item.get("name"), item.get("sha256"))
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    }
    return tuple(part for part in report.inner if (part.name, part.sha256) in named)


def _finding(facet: Facet) -> Finding:
    return Finding(code=facet.code, message=facet.message)


def _require_kind(envelope: Envelope, member: str) -> None:
    """A presentation is not verified as a credential, and the other way round: their proofs are for other purposes."""
    kinds = () if envelope.value is None else envelope.value.get("type")
    is_presentation = "VerifiablePresentation" in (kinds if isinstance(kinds, list) else [kinds])
    if is_presentation and member == "verifiableCredential":
        raise ExchangeFault("vc_api.request", f"{member} is a presentation")
    if member == "verifiablePresentation" and envelope.value is not None and not is_presentation:
        raise ExchangeFault("vc_api.request", f"{member} is not of type VerifiablePresentation")


def _refusing(handler: Callable[[Call], Awaitable[Reply]], *, issuing: bool) -> Callable[[Call], Awaitable[Reply]]:
    """The handler, whose errors about what was sent are told by the standards' types. Those of the node itself (its
    database, its settings) stay what they are."""

    async def answered(call: Call) -> Reply:
        try:
            return await handler(call)
        except SatchelError as error:
            if isinstance(error, HttpFault) or not 400 <= problem.status_of(error.code) < 500:
                raise
            return refusal([vcapi.finding_of(error)], issuing=issuing)

    return answered
