"""The status lists that a credential names, each judged by the facets that say whether it is rightly signed by its own
issuer and in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from satchel.credential import openbadge, status
from satchel.credential.envelope import Envelope, Fault
from satchel.credential.read import read
from satchel.credential.status import ListedEntry, ListEntry, TokenEntry, UnsupportedEntry
from satchel.errors import ProofError, StatusError
from satchel.port import Fetched, JsonObject
from verifier.facet import data_model, issuer_binding, parse, validity
from verifier.facet.proof import PURPOSE
from verifier.facet.status import JudgedList
from verifier.materials import Asked, Materials
from verifier.policy import Policy
from verifier.proving import Proofs
from verifier.report import Facet, conclude

_NOBODY: Final = Asked()
# What is no list token at all is told apart from one that cannot be believed.
_LIST_CODES: Final[Mapping[str, str]] = {
    "proof.token_malformed": "status.list_malformed",
    "proof.token_type": "status.list_malformed",
    "status.list_malformed": "status.list_malformed",
    "status.list_encoding": "status.list_encoding",
}
_NO_LISTS: Final[Mapping[str, JudgedList]] = {}


class Lists:
    """Judges lists for one verdict."""

    def __init__(self, materials: Materials, policy: Policy, proofs: Proofs) -> None:
        self._materials = materials
        self._policy = policy
        self._proofs = proofs

    def of(self, value: JsonObject) -> Mapping[str, JudgedList]:
        """The judged lists of the credential's entries, by URL. At most as many as a credential may have entries."""
        if "credentialStatus" not in value and "status" not in value:
            return _NO_LISTS
        entries = entries_of(value)
        if isinstance(entries, StatusError):
            return _NO_LISTS
        asked = {entry.list_url: entry for entry in entries if not isinstance(entry, UnsupportedEntry)}
        speaker = _speaker(value)
        return {url: replace(self._list(url, entry, speaker), age=self._age(url)) for url, entry in asked.items()}

    def _age(self, url: str) -> timedelta | None:
        """How old a remembered copy of a list is; None for one that was fetched for this check."""
        found = self._materials.fetched.get(("status", url))
        is_remembered = isinstance(found, Fetched) and found.source in ("cache", "stapled")
        return self._materials.now - found.fetched_at if isinstance(found, Fetched) and is_remembered else None

    def _list(self, url: str, entry: ListEntry, issuer: str | None) -> JudgedList:
        """One list. Its own status, if it has one, is not followed: a list that points at itself would never end."""
        found = self._materials.fetched.get(("status", url))
        if not isinstance(found, Fetched):
            fault = found or Fault(code="fetch.not_gathered", message=f"{url} was not gathered")
            return JudgedList(value=None, report=None, fault=fault)
        envelope = read(found.body, name=url)
        if isinstance(entry, TokenEntry):
            return self._token_list(envelope, issuer)
        value = envelope.value
        if value is None:
            fault = envelope.fault or Fault(code="parse.not_credential", message=f"{url} is no list in JSON")
            return JudgedList(value=None, report=None, fault=fault)
        if isinstance(entry, ListedEntry):
            return JudgedList(value=value, report=None, fault=None)
        version = openbadge.version(value)
        checked, proof_facet = self._proofs.check(envelope, value, _NOBODY, PURPOSE)
        facets = (
            parse.facet(envelope),
            data_model.facet(value, version),
            proof_facet,
            issuer_binding.facet(checked, openbadge.issuer_id(value), self._materials.now),
            validity.facet(value, version, self._materials.now),
        )
        return JudgedList(value=value, report=conclude(envelope, facets, self._policy, self._materials.now), fault=None)

    def _token_list(self, envelope: Envelope, issuer: str | None) -> JudgedList:
        from satchel.credential import status_token
        from verifier.facet import list_token

        try:
            token = status_token.read(envelope.raw)
        except (ProofError, StatusError) as error:
            code = _LIST_CODES.get(error.code, "status.list_unverified")
            return JudgedList(value=None, report=None, fault=Fault(code=code, message=error.message))
        now = self._materials.now
        checked, proof_facet = list_token.check(token, issuer, self._proofs.keys.resolve)
        facets = (
            Facet.of("parse", "parse.ok"),
            proof_facet,
            issuer_binding.facet((checked,), token.claims.issuer or issuer, now),
            list_token.validity(token, now),
        )
        return JudgedList(
            value=token.claims, report=conclude(envelope, facets, self._policy, self._materials.now), fault=None
        )


def entries_of(value: JsonObject) -> tuple[status.Entry, ...] | StatusError:
    """The status entries of a credential, or what is wrong with them."""
    try:
        return status.entries_of(value)
    except StatusError as error:
        return error


def _speaker(value: JsonObject) -> str | None:
    """Who issued the credential, or the claims, whose status is asked."""
    claimed = value.get("iss")
    return openbadge.issuer_id(value) or (claimed if isinstance(claimed, str) else None)
