"""Judge: envelope, materials, policy and question to a report. Pure: the same arguments give the same report.

What is inside or behind a credential is judged first, and the facets get those reports. For now these are the status
lists; a list is judged by the facets that say whether it is rightly signed by its issuer and in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from did.document import DidDocument
from did.resolve import resolve
from satchel.credential import openbadge, status
from satchel.credential.envelope import Envelope, Fault
from satchel.credential.read import read
from satchel.credential.status import StatusEntry
from satchel.errors import DidError, ProofError, StatusError
from satchel.port import Did, Fetched, JsonObject, drive
from verifier.facet import data_model, issuer_binding, parse, proof, published_key, schema, subject, validity
from verifier.facet import status as status_facet
from verifier.facet.proof import Checked
from verifier.facet.status import JudgedList
from verifier.materials import Asked, Materials
from verifier.policy import Policy, verdict
from verifier.report import Facet, Report

FACETS: Final = (
    "parse",
    "data_model",
    "schema",
    "proof",
    "issuer_binding",
    "validity",
    "status",
    "subject",
    "published_key",
)
"""The facets that are built, in the order of a report."""

_NOBODY: Final = Asked()


def judge(envelope: Envelope, materials: Materials, policy: Policy, asked: Asked) -> Report:
    """The report on one credential."""
    read_facet = parse.facet(envelope)
    if read_facet.outcome == "fail":
        return _report(envelope, materials, policy, (read_facet,))
    value = envelope.value
    if value is None:
        return _report(envelope, materials, policy, (read_facet, *_not_read("data_model.not_read")))
    if "VerifiablePresentation" in openbadge.types(value):
        return _report(envelope, materials, policy, (read_facet, *_not_read("data_model.presentation")))
    keys = _Keys(materials)
    lists = _judge_lists(value, materials, policy, keys)
    issuer = openbadge.issuer_id(value)
    version = openbadge.version(value)
    checked, proof_facet = _check_proofs(value, keys, asked, materials)
    facets = (
        read_facet,
        data_model.facet(value, version),
        schema.facet(value),
        proof_facet,
        issuer_binding.facet(checked, issuer, materials.now),
        validity.facet(value, version, materials.now),
        status_facet.facet(_entries(value), lists, issuer),
        subject.facet(value, asked),
        published_key.facet([entry.method.key for entry in checked if entry.method is not None]),
    )
    inner = tuple(found.report for found in lists.values() if found.report is not None)
    return _report(envelope, materials, policy, facets, inner)


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


def _check_proofs(
    value: JsonObject, keys: _Keys, asked: Asked, materials: Materials
) -> tuple[tuple[Checked, ...], Facet]:
    try:
        checked = proof.check(value, keys.resolve, asked, materials.now)
    except ProofError as error:
        return (), proof.facet(error)
    return checked, proof.facet(checked)


def _entries(value: JsonObject) -> tuple[status.Entry, ...] | StatusError:
    try:
        return status.entries_of(value)
    except StatusError as error:
        return error


def _judge_lists(value: JsonObject, materials: Materials, policy: Policy, keys: _Keys) -> Mapping[str, JudgedList]:
    """The judged lists of the credential's entries, by URL. At most as many as a credential may have entries."""
    entries = _entries(value)
    if isinstance(entries, StatusError):
        return {}
    urls = dict.fromkeys(entry.list_url for entry in entries if isinstance(entry, StatusEntry))
    return {url: _judge_list(url, materials, policy, keys) for url in urls}


def _judge_list(url: str, materials: Materials, policy: Policy, keys: _Keys) -> JudgedList:
    """One list. Its own status, if it has one, is not followed: a list that points at itself would never end."""
    found = materials.fetched.get(("status", url))
    if not isinstance(found, Fetched):
        fault = found or Fault(code="fetch.not_gathered", message=f"{url} was not gathered")
        return JudgedList(value=None, report=None, fault=fault)
    envelope = read(found.body, name=url)
    value = envelope.value
    if value is None:
        return JudgedList(value=None, report=None, fault=envelope.fault)
    version = openbadge.version(value)
    checked, proof_facet = _check_proofs(value, keys, _NOBODY, materials)
    facets = (
        parse.facet(envelope),
        data_model.facet(value, version),
        proof_facet,
        issuer_binding.facet(checked, openbadge.issuer_id(value), materials.now),
        validity.facet(value, version, materials.now),
    )
    return JudgedList(value=value, report=_report(envelope, materials, policy, facets), fault=None)


def _not_read(data_model_code: str) -> tuple[Facet, ...]:
    """The facets of a format that is known and not verified yet: undecided by its proof, and silent otherwise."""
    rest = (Facet.of(name, f"{name}.not_read") for name in FACETS[4:])
    return (
        Facet.of("data_model", data_model_code),
        Facet.of("schema", "schema.not_read"),
        Facet.of("proof", "proof.format_unsupported"),
        *rest,
    )


def _report(
    envelope: Envelope,
    materials: Materials,
    policy: Policy,
    facets: tuple[Facet, ...],
    inner: tuple[Report, ...] = (),
) -> Report:
    return Report(
        name=envelope.name,
        sha256=envelope.digest,
        format=envelope.format,
        verdict=verdict(policy, facets),
        policy=policy.name,
        checked_at=materials.now,
        facets=facets,
        inner=inner,
    )
