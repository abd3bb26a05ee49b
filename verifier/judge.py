"""Judge: envelope, materials, policy and question to a report. Pure: the same arguments give the same report.

What is inside or behind a document is judged first, and the facets get those reports: the credentials of a
presentation, a learner record or a stack, the endorsements, and the status lists. A status list is judged by the facets
that say whether it is rightly signed by its issuer and in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from did.document import DidDocument
from did.resolve import resolve
from satchel.codec import timestamp
from satchel.credential import openbadge, status
from satchel.credential.envelope import Envelope, Fault
from satchel.credential.read import read
from satchel.credential.status import StatusEntry
from satchel.errors import CodecError, DidError, ProofError, StatusError
from satchel.port import Did, Fetched, JsonObject, JsonValue, drive
from verifier import inside
from verifier.facet import (
    alignment,
    data_model,
    endorsements,
    issuer_binding,
    issuer_trust,
    parse,
    parts,
    proof,
    published_key,
    schema,
    subject,
    validity,
)
from verifier.facet import status as status_facet
from verifier.facet.endorsements import JudgedEndorsement
from verifier.facet.parts import JudgedPart, Owner
from verifier.facet.proof import AUTHENTICATION, PURPOSE, Checked, ProofPurpose
from verifier.facet.status import JudgedList
from verifier.inside import Inside
from verifier.materials import Asked, Materials
from verifier.policy import Policy, verdict
from verifier.report import Facet, Report

FACETS: Final = (
    "parse",
    "data_model",
    "schema",
    "proof",
    "issuer_binding",
    "issuer_trust",
    "validity",
    "status",
    "subject",
    "parts",
    "endorsements",
    "alignment",
    "published_key",
)
"""The facets that are built, in the order of a report."""

_NOBODY: Final = Asked()
_HOLDER_TRUST: Final = Facet.of("issuer_trust", "issuer_trust.in_parts")
_GOOD: Final = ("pass", "warn")


def judge(envelope: Envelope, materials: Materials, policy: Policy, asked: Asked) -> Report:
    """The report on one document, with those on everything that was judged for it."""
    return _Judging(materials, policy).report(envelope, asked, depth=0)


class _Keys:
    """DID documents from the materials, each resolved once for a verdict."""

    def __init__(self, materials: Materials) -> None:
        self._fetch = materials.as_fetch()
        self._found: dict[Did, DidDocument | DidError] = {}

    def resolve(self, did: Did) -> DidDocument | DidError:
        found = self._found.get(did)
        if found is None:
            try:
                found = drive(resolve(did, fetch=self._fetch)).document
            except DidError as error:
                found = error
            self._found[did] = found
        return found


class _Judging:
    """One verdict in the making: what all its reports share, and how many documents are still judged for it."""

    def __init__(self, materials: Materials, policy: Policy) -> None:
        self._materials = materials
        self._policy = policy
        self._keys = _Keys(materials)
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
            return self._report(envelope, (read_facet, *_not_read()))
        if found.kind == "presentation":
            return self._presentation(envelope, found, value, asked, read_facet, depth)
        return self._credential(envelope, found, value, asked, read_facet, depth)

    def _credential(
        self, envelope: Envelope, found: Inside, value: JsonObject, asked: Asked, read_facet: Facet, depth: int
    ) -> Report:
        """A credential, a learner record, or a stack by its manifest."""
        now = self._materials.now
        issuer, version = openbadge.issuer_id(value), openbadge.version(value)
        checked, proof_facet = self._check_proofs(value, asked, PURPOSE)
        binding = issuer_binding.facet(checked, issuer, now)
        is_bound = proof_facet.outcome in _GOOD and binding.outcome in _GOOD
        lists = self._lists(value)
        subjects = openbadge.subject_ids(value)
        parts_facet = _NO_PARTS
        inner: tuple[Report, ...] = ()
        if found.kind != "credential":
            # In a stack the learner has signed; the issuer of a record speaks of its subject.
            owner = Owner(ids=subjects, is_proven=is_bound and issuer in subjects, recipient=asked.recipient)
            # The question of freshness is the outer proof's; whom it is about is each part's.
            question = replace(asked, challenge=None, domain=None)
            parts_facet, inner = self._parts(found, value, owner, question, depth)
        endorsed_facet, endorsed = self._endorsements(value, issuer, subjects, depth)
        facets = (
            read_facet,
            data_model.facet(value, version),
            schema.facet(value),
            proof_facet,
            binding,
            self._trust(value, issuer, is_bound=is_bound),
            validity.facet(value, version, now),
            status_facet.facet(_entries(value), lists, issuer),
            # The manifest of a stack knows its learner by the key alone; an address is asked of the parts.
            subject.facet(value, asked if found.kind != "stack" else replace(asked, recipient=None)),
            parts_facet,
            endorsed_facet,
            self._alignment(value),
            published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
        )
        behind = tuple(one.report for one in lists.values() if one.report is not None)
        return self._report(envelope, facets, (*inner, *endorsed, *behind), format_of=found.outer)

    def _presentation(
        self, envelope: Envelope, found: Inside, value: JsonObject, asked: Asked, read_facet: Facet, depth: int
    ) -> Report:
        now, version = self._materials.now, openbadge.version(value)
        checked, proof_facet = self._check_proofs(value, asked, AUTHENTICATION)
        holder = _holder(value)
        binding = issuer_binding.holder_facet(checked, holder, now)
        is_proven = proof_facet.outcome in _GOOD and binding.outcome in _GOOD
        if holder is None and is_proven:
            holder = next((entry.did for entry in checked if entry.is_good), None)
        owner = Owner(ids=() if holder is None else (holder,), is_proven=is_proven, recipient=asked.recipient)
        must_be_holder = asked.require_holder_binding and is_proven
        question = Asked(
            holder=holder if must_be_holder else asked.holder,
            recipient=asked.recipient,
            require_holder_binding=asked.require_holder_binding and not is_proven,
        )
        parts_facet, inner = self._parts(found, value, owner, question, depth)
        lists = self._lists(value)
        facets = (
            read_facet,
            data_model.presentation_facet(value, version),
            schema.facet(value),
            proof_facet,
            binding,
            _HOLDER_TRUST,
            validity.facet(value, version, now),
            status_facet.facet(_entries(value), lists, holder),
            subject.presentation_facet(holder, asked, is_proven=is_proven),
            parts_facet,
            _NO_ENDORSEMENTS,
            _NO_ALIGNMENT,
            published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
        )
        behind = tuple(one.report for one in lists.values() if one.report is not None)
        return self._report(envelope, facets, (*inner, *behind))

    def _inner(self, envelope: Envelope, asked: Asked, depth: int) -> Report | None:
        """The report on something inside, None past the limits of depth and number."""
        if depth >= inside.DEPTH_LIMIT or self._left <= 0:
            return None
        self._left -= 1
        return self.report(envelope, asked, depth=depth + 1)

    def _parts(
        self, found: Inside, value: JsonObject, owner: Owner, asked: Asked, depth: int
    ) -> tuple[Facet, tuple[Report, ...]]:
        judged = [
            JudgedPart(name=part.name, sha256=part.digest, value=part.value, report=self._inner(part, asked, depth))
            for part in found.parts
        ]
        has_loop = found.kind == "record" and parts.has_loop(value)
        reports = tuple(one.report for one in judged if one.report is not None)
        return parts.facet(judged, owner, found.fault, has_loop=has_loop), reports

    def _endorsements(
        self, value: JsonObject, issuer: str | None, subjects: Sequence[str], depth: int
    ) -> tuple[Facet, tuple[Report, ...]]:
        hanging = inside.endorsements(value)
        if not hanging:
            return _NO_ENDORSEMENTS, ()
        judged = [
            JudgedEndorsement(
                place=one.place,
                owner=one.owner,
                value=None if one.envelope is None else one.envelope.value,
                report=None if one.envelope is None else self._inner(one.envelope, _NOBODY, depth),
            )
            for one in hanging
        ]
        reports = tuple(one.report for one in judged if one.report is not None)
        return endorsements.facet(judged, issuer=issuer, subjects=subjects), reports

    def _trust(self, value: JsonObject, issuer: str | None, *, is_bound: bool) -> Facet:
        trust = self._materials.trust
        if not trust.lists:
            return _NO_TRUST_LIST
        today = self._materials.now.date()
        return issuer_trust.facet(issuer, trust, is_bound=is_bound, issued=_issued(value), today=today)

    def _alignment(self, value: JsonObject) -> Facet:
        found = alignment.targets(value)
        if not found:
            return _NO_ALIGNMENT
        return alignment.facet(found, self._materials.frameworks, self._materials.nodes, _awarded(value))

    def _check_proofs(
        self, value: JsonObject, asked: Asked, purpose: ProofPurpose
    ) -> tuple[tuple[Checked, ...], Facet]:
        try:
            checked = proof.check(value, self._keys.resolve, asked, self._materials.now, purpose=purpose)
        except ProofError as error:
            return (), proof.facet(error)
        return checked, proof.facet(checked)

    def _lists(self, value: JsonObject) -> Mapping[str, JudgedList]:
        """The judged lists of the credential's entries, by URL. At most as many as a credential may have entries."""
        if "credentialStatus" not in value:
            return _NO_LISTS
        entries = _entries(value)
        if isinstance(entries, StatusError):
            return _NO_LISTS
        urls = dict.fromkeys(entry.list_url for entry in entries if isinstance(entry, StatusEntry))
        return {url: self._list(url) for url in urls}

    def _list(self, url: str) -> JudgedList:
        """One list. Its own status, if it has one, is not followed: a list that points at itself would never end."""
        found = self._materials.fetched.get(("status", url))
        if not isinstance(found, Fetched):
            fault = found or Fault(code="fetch.not_gathered", message=f"{url} was not gathered")
            return JudgedList(value=None, report=None, fault=fault)
        envelope = read(found.body, name=url)
        value = envelope.value
        if value is None:
            fault = envelope.fault or Fault(code="parse.not_credential", message=f"{url} is no list in JSON")
            return JudgedList(value=None, report=None, fault=fault)
        version = openbadge.version(value)
        checked, proof_facet = self._check_proofs(value, _NOBODY, PURPOSE)
        facets = (
            parse.facet(envelope),
            data_model.facet(value, version),
            proof_facet,
            issuer_binding.facet(checked, openbadge.issuer_id(value), self._materials.now),
            validity.facet(value, version, self._materials.now),
        )
        return JudgedList(value=value, report=self._report(envelope, facets), fault=None)

    def _report(
        self,
        envelope: Envelope,
        facets: tuple[Facet, ...],
        inner: tuple[Report, ...] = (),
        *,
        format_of: Envelope | None = None,
    ) -> Report:
        return Report(
            name=envelope.name,
            sha256=envelope.digest,
            format=(format_of or envelope).format,
            verdict=verdict(self._policy, facets),
            policy=self._policy.name,
            checked_at=self._materials.now,
            facets=facets,
            inner=inner,
        )


_NO_LISTS: Final[Mapping[str, JudgedList]] = {}
_NO_TRUST_LIST: Final = Facet.of("issuer_trust", "issuer_trust.no_list")
_NO_PARTS: Final = Facet.of("parts", "parts.none")
_NO_ENDORSEMENTS: Final = Facet.of("endorsements", "endorsements.none")
_NO_ALIGNMENT: Final = Facet.of("alignment", "alignment.none")


def _entries(value: JsonObject) -> tuple[status.Entry, ...] | StatusError:
    try:
        return status.entries_of(value)
    except StatusError as error:
        return error


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


def _not_read() -> tuple[Facet, ...]:
    """The facets of a format that is known and not verified yet: undecided by its proof, and silent otherwise."""
    rest = (Facet.of(name, f"{name}.not_read") for name in FACETS[4:])
    return (
        Facet.of("data_model", "data_model.not_read"),
        Facet.of("schema", "schema.not_read"),
        Facet.of("proof", "proof.format_unsupported"),
        *rest,
    )
