"""Judge: envelope, materials, policy and question to a report. Pure: the same arguments give the same report.

What is inside or behind a document is judged first, and the facets get those reports: the credentials of a
presentation, a learner record or a stack, the endorsements, and the status lists. A status list is judged by the facets
that say whether it is rightly signed by its issuer and in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from satchel.codec import timestamp
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope
from satchel.errors import CodecError
from satchel.port import JsonObject, JsonValue
from verifier import inside
from verifier.facet import (
    data_model,
    issuer_binding,
    parse,
    privacy,
    proof,
    published_key,
    schema,
    subject,
    validity,
)
from verifier.facet.proof import AUTHENTICATION, PURPOSE
from verifier.inside import Inside
from verifier.materials import Asked, Materials
from verifier.policy import Policy
from verifier.proving import Proofs
from verifier.reading import STRICT, Reading
from verifier.report import Facet, Report, conclude

if TYPE_CHECKING:
    from satchel.credential.token import Token
    from verifier.facet.parts import Owner
    from verifier.remote import Answer

FACETS: Final = (
    "parse",
    "data_model",
    "schema",
    "proof",
    "issuer_binding",
    "issuer_authority",
    "issuer_trust",
    "validity",
    "status",
    "subject",
    "parts",
    "endorsements",
    "evidence",
    "results",
    "alignment",
    "published_key",
    "privacy",
)
"""The facets that are built, in the order of a report. A sealed document has `chain` and `timestamp` besides."""

_NOBODY: Final = Asked()
_HOLDER_TRUST: Final = Facet.of("issuer_trust", "issuer_trust.in_parts")
_HOLDER_AUTHORITY: Final = Facet.of("issuer_authority", "issuer_authority.in_parts")
_GOOD: Final = ("pass", "warn")


def judge(
    envelope: Envelope, materials: Materials, policy: Policy, asked: Asked, *, reading: Reading = STRICT
) -> Report:
    """The report on one document, with those on everything that was judged for it."""
    return _Judging(materials, policy, reading).report(envelope, asked, depth=0)


class _Judging:
    """One verdict in the making: what all its reports share, and how many documents are still judged for it."""

    def __init__(self, materials: Materials, policy: Policy, reading: Reading) -> None:
        self._materials = materials
        self._policy = policy
        self._reading = reading
        self._proofs = Proofs(materials, policy, reading)
        self._left = inside.COUNT_LIMIT

    def report(self, envelope: Envelope, asked: Asked, *, depth: int) -> Report:
        read_facet = parse.facet(envelope)
        if read_facet.outcome == "fail":
            return self._report(envelope, (read_facet,))
        found = inside.look(envelope)
        if found.kind == "stack" and found.fault is not None:
            broken = Facet.of("parse", "parse.stack", f"{found.fault.message}.", cause=found.fault.code)
            return self._report(envelope, (broken,))
        value = found.outer.value
        if value is None:
            return self._report(envelope, (read_facet, *_not_read(found.outer)), format_of=found.outer)
        if envelope.token is not None and envelope.token.profile == "dc+sd-jwt":
            return self._claims(envelope, found, envelope.token, asked, read_facet)
        if envelope.token is not None and envelope.token.profile == "edc":
            return self._sealed(envelope, found, envelope.token, asked, read_facet, depth)
        if found.kind == "presentation":
            return self._presentation(envelope, found, value, asked, read_facet, depth)
        return self._credential(envelope, found, value, asked, read_facet, depth)

    def _credential(
        self, envelope: Envelope, found: Inside, value: JsonObject, asked: Asked, read_facet: Facet, depth: int
    ) -> Report:
        """A credential, a learner record, or a stack by its manifest."""
        now = self._materials.now
        issuer, version = openbadge.issuer_id(value), openbadge.version(value)
        checked, proof_facet = self._proofs.check(found.outer, value, asked, PURPOSE)
        binding = issuer_binding.facet(checked, issuer, now)
        is_bound = proof_facet.outcome in _GOOD and binding.outcome in _GOOD
        status_facet, behind = self._status(value, issuer)
        subjects = openbadge.subject_ids(value)
        parts_facet = _NO_PARTS
        inner: tuple[Report, ...] = ()
        if found.kind != "credential":
            # In a stack the learner has signed; the issuer of a record speaks of its subject.
            from verifier.facet.parts import Owner

            owner = Owner(ids=subjects, is_proven=is_bound and issuer in subjects, recipient=asked.recipient)
            # The question of freshness is the outer proof's; whom it is about is each part's.
            question = replace(asked, challenge=None, domain=None)
            parts_facet, inner = self._parts(found, value, owner, question, depth)
        endorsed_facet, endorsed = self._endorsements(value, issuer, subjects, depth)
        facets = (
            read_facet,
            data_model.facet(value, version, self._reading.check_inline),
            schema.facet(value),
            proof_facet,
            binding,
            self._authority(value, issuer, is_bound=is_bound, depth=depth),
            self._trust(value, issuer, is_bound=is_bound),
            validity.facet(value, version, now),
            status_facet,
            # The manifest of a stack knows its learner by the key alone; an address is asked of the parts.
            subject.facet(value, _asked_of(found, asked, is_good=proof_facet.outcome in _GOOD)),
            parts_facet,
            endorsed_facet,
            self._evidence(value),
            _results(value),
            self._alignment(value),
            published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
            self._privacy(value),
            *self._second_opinion(proof_facet, depth),
        )
        return self._report(envelope, facets, (*inner, *endorsed, *behind), format_of=found.outer)

    def _claims(self, envelope: Envelope, found: Inside, token: Token, asked: Asked, read_facet: Facet) -> Report:
        """An SD-JWT VC: plain claims, of no data model of linked data."""
        claims = token.document
        checked, proof_facet = self._proofs.check(envelope, claims, asked, PURPOSE)
        binding = issuer_binding.facet(checked, token.issuer, self._materials.now)
        is_bound = proof_facet.outcome in _GOOD and binding.outcome in _GOOD
        about: JsonObject = {"credentialSubject": {"id": claims.get("sub")}}
        status_facet, behind = self._status(claims, token.issuer)
        facets = (
            read_facet,
            data_model.claims_facet(claims),
            self._type(token),
            proof_facet,
            binding,
            self._authority({}, token.issuer, is_bound=is_bound),
            self._trust({}, token.issuer, is_bound=is_bound),
            validity.token_facet(token.not_before, token.expires, self._materials.now),
            status_facet,
            subject.facet(about, _asked_of(found, asked, is_good=proof_facet.outcome in _GOOD)),
            _NO_PARTS,
            _NO_ENDORSEMENTS,
            _NO_EVIDENCE,
            _NO_RESULTS,
            _NO_ALIGNMENT,
            published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
            self._privacy(claims),
        )
        return self._report(envelope, facets, behind)

    def _sealed(
        self, envelope: Envelope, found: Inside, token: Token, asked: Asked, read_facet: Facet, depth: int
    ) -> Report:
        """A sealed document: its key is in a certificate, so chain and time are facets of their own."""
        from verifier.facet import seal

        value, now = token.document, self._materials.now
        version, issuer = openbadge.version(value), openbadge.issuer_id(value)
        checked, key = seal.check(token, self._reading.contexts)
        proof_facet = self._proofs.enough((checked,), proof.facet((checked,)))
        chained = seal.chain(token, self._materials.anchors, now)
        # A signature is good whatever a vocabulary that is not held leaves open.
        binding = seal.binding(token, chained, is_good=proof_facet.outcome != "fail" and key is not None)
        is_bound = binding.outcome in _GOOD and proof_facet.outcome in _GOOD
        # Looked up by what the certificate says: the document could give itself anybody's id.
        sealer = seal.organisation_id(token)
        subjects = openbadge.subject_ids(value)
        parts_facet, inner = _NO_PARTS, tuple[Report, ...]()
        if found.kind != "credential":
            from verifier.facet.parts import Owner

            owner = Owner(ids=subjects, is_proven=False, recipient=asked.recipient)
            parts_facet, inner = self._parts(found, value, owner, replace(asked, challenge=None, domain=None), depth)
        endorsed_facet, endorsed = self._endorsements(value, issuer, subjects, depth)
        is_bound = binding.outcome in _GOOD and proof_facet.outcome in _GOOD
        status_facet, behind = self._status(value, issuer)
        facets = (
            read_facet,
            data_model.facet(value, version),
            schema.facet(value),
            proof_facet,
            binding,
            self._authority(value, sealer, is_bound=is_bound),
            self._trust(value, sealer, is_bound=is_bound),
            validity.facet(value, version, now),
            status_facet,
            subject.facet(value, asked),
            parts_facet,
            endorsed_facet,
            self._evidence(value),
            _results(value),
            self._alignment(value),
            published_key.facet([] if key is None else [key]),
            self._privacy(value),
            chained,
            seal.timestamp(token),
        )
        return self._report(envelope, facets, (*inner, *endorsed, *behind))

    def _presentation(
        self, envelope: Envelope, found: Inside, value: JsonObject, asked: Asked, read_facet: Facet, depth: int
    ) -> Report:
        now, version = self._materials.now, openbadge.version(value)
        checked, proof_facet = self._proofs.check(envelope, value, asked, AUTHENTICATION)
        holder = _holder(value)
        if holder is None and envelope.token is not None:
            holder = envelope.token.issuer
        binding = issuer_binding.holder_facet(checked, holder, now)
        is_proven = proof_facet.outcome in _GOOD and binding.outcome in _GOOD
        if holder is None and is_proven:
            holder = next((entry.did for entry in checked if entry.is_good), None)
        from verifier.facet.parts import Owner

        owner = Owner(ids=() if holder is None else (holder,), is_proven=is_proven, recipient=asked.recipient)
        must_be_holder = asked.require_holder_binding and is_proven
        question = Asked(
            holder=holder if must_be_holder else asked.holder,
            recipient=asked.recipient,
            require_holder_binding=asked.require_holder_binding and not is_proven,
        )
        parts_facet, inner = self._parts(found, value, owner, question, depth)
        status_facet, behind = self._status(value, holder)
        facets = (
            read_facet,
            data_model.presentation_facet(value, version, self._reading.check_inline),
            schema.facet(value),
            proof_facet,
            binding,
            _HOLDER_AUTHORITY,
            _HOLDER_TRUST,
            validity.facet(value, version, now),
            status_facet,
            subject.presentation_facet(holder, asked, is_proven=is_proven),
            parts_facet,
            _NO_ENDORSEMENTS,
            _NO_EVIDENCE,
            _NO_RESULTS,
            _NO_ALIGNMENT,
            published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
            self._privacy(value),
        )
        return self._report(envelope, facets, (*inner, *behind))

    def _inner(self, envelope: Envelope, asked: Asked, depth: int) -> Report | None:
        """The report on something inside, None past the limits of depth and number."""
        if depth >= inside.DEPTH_LIMIT or self._left <= 0:
            return None
        self._left -= 1
        return self.report(envelope, asked, depth=depth + 1)

    def _status(self, value: JsonObject, issuer: str | None) -> tuple[Facet, tuple[Report, ...]]:
        """What the status lists say, and the reports on them."""
        if "credentialStatus" not in value and "status" not in value:
            return _NO_STATUS, ()
        # Imported here and below: most documents need some of these at most, and a command should answer at once.
        from verifier.facet import status
        from verifier.listing import Lists, entries_of

        lists = Lists(self._materials, self._policy, self._proofs).of(value)
        reports = tuple(one.report for one in lists.values() if one.report is not None)
        return status.facet(entries_of(value), lists, issuer), reports

    def _parts(
        self, found: Inside, value: JsonObject, owner: Owner, asked: Asked, depth: int
    ) -> tuple[Facet, tuple[Report, ...]]:
        from verifier.facet import parts
        from verifier.facet.parts import JudgedPart

        judged = [
            JudgedPart(name=part.name, sha256=part.digest, value=part.value, report=self._inner(part, asked, depth))
            for part in found.parts
        ]
        is_record = found.kind == "record"
        has_loop = is_record and parts.has_loop(value)
        unresolved = parts.unresolved(value, (part.value for part in found.parts)) if is_record else ()
        reports = tuple(one.report for one in judged if one.report is not None)
        return parts.facet(judged, owner, found.fault, has_loop=has_loop, unresolved=unresolved), reports

    def _endorsements(
        self, value: JsonObject, issuer: str | None, subjects: Sequence[str], depth: int
    ) -> tuple[Facet, tuple[Report, ...]]:
        hanging = inside.endorsements(value)
        if not hanging:
            return _NO_ENDORSEMENTS, ()
        from verifier.facet import endorsements
        from verifier.facet.endorsements import JudgedEndorsement

        judged = [
            JudgedEndorsement(
                place=one.place,
                owner=one.owner,
                value=None if one.envelope is None else one.envelope.value,
                report=None if one.envelope is None else self._inner(one.envelope, _NOBODY, depth),
                is_one=one.envelope is not None,
            )
            for one in hanging
        ]
        reports = tuple(one.report for one in judged if one.report is not None)
        return endorsements.facet(judged, issuer=issuer, subjects=subjects), reports

    def _trust(self, value: JsonObject, issuer: str | None, *, is_bound: bool) -> Facet:
        trust, now = self._materials.trust, self._materials.now
        if not trust.lists and not trust.registries:
            return _NO_TRUST_LIST
        answers = self._registries(issuer) if issuer is not None and is_bound and trust.registries else ()
        from verifier.facet import issuer_trust

        return issuer_trust.facet(issuer, trust, answers, is_bound=is_bound, issued=_issued(value), today=now.date())

    def _authority(self, value: JsonObject, issuer: str | None, *, is_bound: bool, depth: int = 0) -> Facet:
        trust = self._materials.trust
        is_told = any(one.may_award or one.may_not_award for held in trust.lists for one in held.issuers)
        if not is_told and not trust.accreditations:
            return _NO_AUTHORITY
        from verifier import accreditation, scope
        from verifier.facet import issuer_authority

        grants = [
            scope.Grant(source=one.name, may=one.may_award, may_not=one.may_not_award)
            for _, one in (trust.find(issuer) if issuer is not None else ())
            if one.may_award or one.may_not_award
        ]
        # An accreditation is judged like a credential inside, but needs none itself: its agency stands in a list.
        if is_bound and depth == 0:
            agencies = trust.agencies(self._materials.now.date())
            for envelope in accreditation.of(trust.accreditations, issuer):
                said = accreditation.grant(envelope, self._inner(envelope, _NOBODY, depth), agencies)
                grants += [] if said is None else [said]
        return issuer_authority.facet(grants, scope.award_of(value, _awarded(value)), is_bound=is_bound)

    def _evidence(self, value: JsonObject) -> Facet:
        if "evidence" not in value:
            return _NO_EVIDENCE
        from verifier.facet import evidence

        return evidence.facet(value, self._materials.files)

    def _privacy(self, value: JsonObject) -> Facet:
        return privacy.facet(value, [url for _, url in self._materials.fetched])

    def _type(self, token: Token) -> Facet:
        from satchel.proof import sdjwt
        from verifier.facet import type_metadata

        read = token.read
        if not isinstance(read, sdjwt.Token):
            raise TypeError(f"a token of the profile {token.profile} was read as {type(read).__name__}")
        return type_metadata.facet(read, self._materials.fetched)

    def _second_opinion(self, by_us: Facet, depth: int) -> tuple[Facet, ...]:
        """On the document that was asked about, when another engine was heard."""
        if depth or self._materials.second_opinion is None:
            return ()
        from verifier.facet import second_opinion

        return (second_opinion.facet(self._materials.second_opinion, by_us),)

    def _registries(self, issuer: str) -> tuple[Answer, ...]:
        from verifier import remote

        materials = self._materials
        return tuple(remote.answer(one, issuer, materials.fetched, materials.now) for one in materials.trust.registries)

    def _alignment(self, value: JsonObject) -> Facet:
        from verifier.facet import alignment

        found = alignment.targets(value)
        if not found:
            return _NO_ALIGNMENT
        return alignment.facet(found, self._materials.frameworks, self._materials.nodes, _awarded(value))

    def _report(
        self,
        envelope: Envelope,
        facets: tuple[Facet, ...],
        inner: tuple[Report, ...] = (),
        *,
        format_of: Envelope | None = None,
    ) -> Report:
        return conclude(envelope, facets, self._policy, self._materials.now, inner, format_of=format_of)


_LEGACY_BAKED: Final = "A picture with an Open Badge 2.0 in it. This older format is shown and never verified."
_LEGACY: Final[Mapping[str, str]] = {
    "token": "An Open Badge 2.0 with a signature. This older format is shown and never verified.",
    "json": "An Open Badge 2.0 that its issuer hosts: the file itself proves nothing. It is shown and never verified.",
}
_NO_TRUST_LIST: Final = Facet.of("issuer_trust", "issuer_trust.no_list")
_NO_STATUS: Final = Facet.of("status", "status.none")
_NO_PARTS: Final = Facet.of("parts", "parts.none")
_NO_ENDORSEMENTS: Final = Facet.of("endorsements", "endorsements.none")
_NO_ALIGNMENT: Final = Facet.of("alignment", "alignment.none")
_NO_EVIDENCE: Final = Facet.of("evidence", "evidence.none")
_NO_RESULTS: Final = Facet.of("results", "results.none")
_NO_AUTHORITY: Final = Facet.of("issuer_authority", "issuer_authority.no_list")


def _asked_of(found: Inside, asked: Asked, *, is_good: bool) -> Asked:
    """What is asked of the subject: not the address of a stack's learner, and not again the holder's key where the
    holder has signed with the token."""
    if found.kind == "stack":
        return replace(asked, recipient=None)
    if asked.require_holder_binding and is_good and found.outer.token is not None:
        from verifier.facet import token

        return replace(asked, require_holder_binding=not token.is_held(found.outer.token))
    return asked


def _results(value: JsonObject) -> Facet:
    subjects = value.get("credentialSubject")
    if not any(
        isinstance(one, dict) and "result" in one for one in (subjects if isinstance(subjects, list) else [subjects])
    ):
        return _NO_RESULTS
    from verifier.facet import results

    return results.facet(value)


def _holder(value: JsonObject) -> str | None:
    holder: JsonValue = value.get("holder")
    found = holder.get("id") if isinstance(holder, dict) else holder
    return found if isinstance(found, str) else None


def _issued(value: JsonObject) -> date | None:
    return _day(openbadge.dates(value).valid_from)


def _awarded(value: JsonObject) -> date | None:
    """The day of the award: awardedDate stays when a credential is renewed, its validFrom moves."""
    dates = openbadge.dates(value)
    return _day(dates.awarded) or _day(dates.valid_from)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else timestamp.parse(text).date()
    except CodecError:
        return None


def _not_read(envelope: Envelope) -> tuple[Facet, ...]:
    """The facets of what is known and cannot be read: a token that breaks the rules of its format, and formats of the
    past, which stay undecided whatever they say."""
    if envelope.refusal is not None:
        by_proof = Facet.of("proof", envelope.refusal.code, envelope.refusal.message)
    elif envelope.format == "ob2":
        by_proof = Facet.of("proof", "proof.legacy", _LEGACY.get(envelope.container, _LEGACY_BAKED))
    else:
        by_proof = Facet.of("proof", "proof.format_unsupported")
    rest = {name: Facet.of(name, f"{name}.not_read") for name in FACETS if name not in ("parse", "proof")}
    if envelope.refusal is not None and envelope.refusal.code == "proof.token_key":
        rest["issuer_binding"] = Facet.of("issuer_binding", "issuer_binding.key_in_token")
    return tuple(by_proof if name == "proof" else rest[name] for name in FACETS if name != "parse")
