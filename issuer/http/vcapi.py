"""The issuer's part of the VC API: one endpoint for each suite and key, and the verifier's routes beside them.

It is for interoperability: whoever reaches it gets signatures, so it is served only when it is asked for, and behind a
token when a client is named. The instances sign with keys of their own; their verifier reads this issuer's public files
from its home and all else through the guarded Fetch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from issuer.http.vcapi_keys import Bench
from issuer.service import IssuerService
from satchel.codec import strictjson
from satchel.credential import openbadge
from satchel.errors import FetchError
from satchel.exchange import vcapi
from satchel.exchange.vcapi import ExchangeFault, Finding, IssueRequest
from satchel.linked.emit import to_quads
from satchel.node import problem
from satchel.node.mirror import MirrorFetch
from satchel.node.route import Answer, Call, Reply, Route
from satchel.port import Clock, Entropy, Fetch, Fetched, JsonObject, Request
from satchel.proof import jose, suites
from satchel.proof.configuration import proofs_of
from verifier.facet import data_model, validity
from verifier.facet.spelling import check_contexts, note_contexts
from verifier.http import Aside
from verifier.vcapi import DATES, Options, answer, mounted, refusal, row


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """What the API is opened with on an issuer: for whom, with which keys, and how its verifier asks the world."""

    options: Options
    benches: Mapping[str, Bench]
    fetch: Fetch

    def routes(self, issuer: IssuerService, *, clock: Clock, entropy: Entropy) -> tuple[Route, ...]:
        """All routes of the API: those that sign, and those of verifier and holder."""
        aside = Aside()
        issuing = Issuing(issuer, self.benches, self.options, aside=aside, clock=clock, entropy=entropy)
        return (
            *issuing.routes(),
            *mounted(self.options, fetch=self.fetch, clock=clock, aside=aside, entropy=entropy),
        )


class Issuing:
    """The routes that sign."""

    def __init__(
        self,
        issuer: IssuerService,
        benches: Mapping[str, Bench],
        options: Options,
        *,
        aside: Aside,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._issuer = issuer
        self._benches = benches
        self._options = options
        self._aside = aside
        self._clock = clock
        self._entropy = entropy

    def routes(self) -> tuple[Route, ...]:
        """The table's rows."""
        unknown = Answer(status=404, summary="There is no such instance.", media_type=problem.MEDIA_TYPE)
        return (
            row(
                vcapi.issue_path("{name}"),
                "vc_api_issue_credential",
                "Signs a credential with the suite and key of the instance.",
                self._issue,
                status=201,
                scopes=self._options.scopes,
                others=(unknown,),
                issuing=True,
            ),
        )

    async def _issue(self, call: Call) -> Reply:
        bench = self._benches.get(call.params["name"])
        if bench is None:
            return refusal([Finding(code="vc_api.instance", message="no instance has this name")], status=404)
        request = vcapi.read_issue(strictjson.load_object(call.raw))
        if request.mandatory and bench.instance.suite not in vcapi.SELECTIVE:
            raise ExchangeFault("vc_api.pointers", f"{bench.instance.name} takes no mandatoryPointers")
        version = openbadge.version(request.credential)
        if version is not None and version not in bench.instance.versions:
            raise ExchangeFault("vc_api.version", f"{bench.instance.name} signs no credential of version {version}")
        document = vcapi.with_context(request.credential, bench.instance.suite)
        faults = await self._aside(lambda: self._faults(bench, document))
        if faults:
            return refusal(faults, issuing=True)
        if bench.instance.has_status:
            signed = await self._issuer.issue_with_status(document)
            return Reply(status=201, body=signed)
        return answer(await self._aside(lambda: self._signed(bench, request, document)), status=201)

    def _faults(self, bench: Bench, document: JsonObject) -> Sequence[Finding]:
        """What the data model says against the credential, by the verifier's own rules. Raises LinkedError for what has
        no meaning, ProofError for broken proofs that stand there already."""
        version = openbadge.version(document)
        # The issuer's own key signs by Satchel's own rules for inline contexts, those of the tests by JSON-LD's.
        check_inline = check_contexts if bench.instance.has_status else note_contexts
        found = (
            data_model.facet(document, version, check_inline),
            validity.facet(document, version, self._clock()),
        )
        faults = [
            Finding(code=facet.code, message=facet.message)
            for facet in found
            if facet.code in DATES or (facet.facet == "data_model" and facet.outcome == "fail")
        ]
        if faults:
            return faults
        if "proof" in document:
            proofs_of(document)
        # Also where plain JSON is signed: a word without a meaning is refused before it is signed.
        to_quads(
            {name: member for name, member in document.items() if name != "proof"}, contexts=self._options.contexts
        )
        return ()

    def _signed(self, bench: Bench, request: IssueRequest, document: JsonObject) -> JsonObject:
        suite, signer, now = bench.instance.suite, bench.signer, self._clock().replace(microsecond=0)
        if signer is None:
            raise TypeError(f"{bench.instance.name} has no key of its own")
        if suite is None:
            return vcapi.enveloped(jose.sign(document, signer=signer))
        contexts = self._options.contexts
        if suite in vcapi.SELECTIVE:
            return suites.sign_base(
                document,
                suite=suite,
                signer=signer,
                created=now,
                entropy=self._entropy,
                mandatory=request.mandatory,
                contexts=contexts,
            )
        return suites.sign(document, suite=suite, signer=signer, created=now, contexts=contexts)


class OwnFetch:
    """A Fetch that reads what lies under this issuer's own origin from its public folder, and asks `others` for all
    else. A node that waited for itself through its proxy could wait for ever."""

    def __init__(self, origin: str, public: Path, others: Fetch, *, clock: Clock) -> None:
        self._origin = origin
        self._public = public
        self._others = others
        self._clock = clock

    async def __call__(self, request: Request, /) -> Fetched:
        """The document. Raises FetchError."""
        return await (self._mirror() if self._is_own(request) else self._others)(request)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        """One answer a request, in the order asked."""
        own = [request for request in requests if self._is_own(request)]
        rest = [request for request in requests if not self._is_own(request)]
        answers = dict(zip(own, await self._mirror().all(own), strict=True))
        if rest:
            answers |= dict(zip(rest, await self._others.all(rest), strict=True))
        return tuple(answers[request] for request in requests)

    def _is_own(self, request: Request) -> bool:
        return request.url.startswith(f"{self._origin}/")

    def _mirror(self) -> MirrorFetch:
        return MirrorFetch(self._public, self._clock())
