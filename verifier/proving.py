"""The proofs of a document, or the one that a token is, with the keys that the materials hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from did.document import DidDocument
from did.resolve import requests_for, resolve
from satchel.credential.envelope import Envelope
from satchel.errors import DidError, ProofError
from satchel.port import Did, JsonObject, drive
from verifier.facet import proof
from verifier.facet.proof import Checked, ProofPurpose
from verifier.materials import Asked, Materials
from verifier.policy import Policy
from verifier.reading import Reading
from verifier.report import Facet

_GOOD: Final = ("pass", "warn")


class Keys:
    """DID documents from the materials, each resolved once for a verdict."""

    def __init__(self, materials: Materials) -> None:
        self._fetch = materials.as_fetch()
        self._copies = materials.copies
        self._found: dict[Did, DidDocument | DidError] = {}

    def resolve(self, did: Did) -> DidDocument | DidError:
        found = self._found.get(did)
        if found is None:
            try:
                kept = [copy for request in requests_for(did) for copy in self._copies.get(request.url, ())]
                found = drive(resolve(did, fetch=self._fetch, copies=kept)).document
            except DidError as error:
                found = error
            self._found[did] = found
        return found


class Proofs:
    """Checks proofs for one verdict; `keys` are those of its materials."""

    def __init__(self, materials: Materials, policy: Policy, reading: Reading) -> None:
        self.keys = Keys(materials)
        self._materials = materials
        self._policy = policy
        self._reading = reading

    def check(
        self, envelope: Envelope, value: JsonObject, asked: Asked, purpose: ProofPurpose
    ) -> tuple[tuple[Checked, ...], Facet]:
        """The proofs in a document, or the one that the token around it is."""
        if envelope.token is not None:
            from verifier.facet import token

            one = token.check(
                envelope.token,
                self.keys.resolve,
                asked,
                self._materials.now,
                purpose=purpose,
                contexts=self._reading.contexts,
            )
            return (one,), self.enough((one,), proof.facet((one,)))
        try:
            checked = proof.check(
                value, self.keys.resolve, asked, self._materials.now, purpose=purpose, contexts=self._reading.contexts
            )
        except ProofError as error:
            return (), proof.facet(error)
        return checked, self.enough(checked, proof.facet(checked))

    def enough(self, checked: Sequence[Checked], found: Facet) -> Facet:
        """The facet, unless the policy asks for more good proofs than there are: that the last link of a chain was
        taken away, or that a chain was made a set, cannot be seen in what is left."""
        good = sum(entry.is_good for entry in checked)
        if good >= self._policy.proofs or found.outcome not in _GOOD:
            return found
        message = f"The document has {good} good signatures, and this policy asks for {self._policy.proofs}."
        return Facet.of("proof", "proof.too_few", message, **found.details)
