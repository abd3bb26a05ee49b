"""A DID document: which keys its subject has, and what each is for.

Read tolerantly where the world differs (methods embedded or named, ids absolute or relative), and strictly where a
difference would hand authority to somebody else. Source: Decentralized Identifiers 1.0 §5; Controlled Identifiers 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from satchel.errors import DidError, KeyFault, SatchelError
from satchel.port import Did, JsonObject, JsonValue
from satchel.proof.method import VerificationMethod
from satchel.proof.method import read as read_method
from satchel.text import for_terminal

PURPOSES: Final = (
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)
# Each key costs a square root; a document of 256 KiB could hold two thousand.
METHODS_LIMIT: Final = 256


class Past(Protocol):
    """What is known of a DID's earlier documents (did.history makes one)."""

    @property
    def is_whole(self) -> bool:
        """Whether no change is missing; else these are documents that somebody has seen."""

    def at(self, moment: datetime, /) -> DidDocument | None:
        """The document in force at that moment, None when the DID had none."""

    def newest_first(self) -> Iterable[DidDocument]:
        """Every document that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DidDocument:
    """`methods`: sound methods by absolute id; `faults`: why each other listed method cannot be used, by its id;
    `purposes`: for each relation the ids that it lists, sound or not; `past`: None when it cannot have changed."""

    id: Did
    raw: JsonObject
    methods: Mapping[str, VerificationMethod]
    purposes: Mapping[str, frozenset[str]]
    faults: Mapping[str, SatchelError]
    past: Past | None = None

    def method(self, method_id: str) -> VerificationMethod:
        """The method of exactly this id. Raises DidError did.method_missing, or the fault that the method has."""
        found = self.methods.get(method_id)
        if found is not None:
            return found
        if method_id in self.faults:
            raise self.faults[method_id]
        raise DidError(
            "did.method_missing", f"{for_terminal(self.id)} lists no method {for_terminal(method_id, limit=200)}"
        )

    def method_then(self, method_id: str, moment: datetime | None) -> VerificationMethod:
        """The method of this id as it was at a moment: the one that a signature of that moment must be checked with.

        Without it then, the present one; without that, the last one of that id. Whether it was or is authorised is NOT
        said by this. Raises as `method`.
        """
        if self.past is None:
            return self.method(method_id)
        then = None if moment is None else self.past.at(moment)
        for document in (then, self):
            if document is not None and method_id in document.methods:
                return document.methods[method_id]
        for document in self.past.newest_first():
            if method_id in document.methods:
                return document.methods[method_id]
        return self.method(method_id)

    def authorises(self, method_id: str, purpose: str) -> bool:
        """Whether the method is sound and the document lists it for this proof purpose. Dates are NOT looked at."""
        return method_id in self.methods and method_id in self.purposes.get(purpose, ())


def read(value: JsonValue, did: str) -> DidDocument:
    """The DID document of `did`.

    Raises DidError did.document for a wrong shape and did.document_mismatch when it is the document of another DID.
    A method with an unknown type, a bad key, another controller, another DID in its id, or an id that two different
    methods share is no method but a fault.
    """
    if not isinstance(value, dict):
        raise DidError("did.document", f"the document of {for_terminal(did)} is not a JSON object")
    found = value.get("id")
    if found != did:
        raise DidError(
            "did.document_mismatch",
            f"the document of {for_terminal(did)} says that it is of {for_terminal(str(found), limit=100)}",
        )
    entries: dict[str, JsonObject] = {}
    twice: set[str] = set()

    def enter(entry: JsonObject) -> str:
        method_id = _absolute(entry.get("id"), did)
        # The same method embedded in several places is one method; two keys under one id are an attack.
        if entries.setdefault(method_id, entry) != entry:
            twice.add(method_id)
        return method_id

    for entry in _list(value, "verificationMethod", did):
        if not isinstance(entry, dict):
            raise DidError("did.document", f"the document of {for_terminal(did)} has a method that is not an object")
        enter(entry)
    purposes = {
        purpose: frozenset(
            enter(entry) if isinstance(entry, dict) else _absolute(entry, did) for entry in _list(value, purpose, did)
        )
        for purpose in PURPOSES
    }
    if len(entries) > METHODS_LIMIT:
        raise DidError("did.document", f"the document of {for_terminal(did)} lists more than {METHODS_LIMIT} methods")
    methods, faults = _sort(entries, twice, did)
    return DidDocument(
        id=Did(did),
        raw=value,
        methods=MappingProxyType(methods),
        purposes=MappingProxyType(purposes),
        faults=MappingProxyType(faults),
    )


def _sort(
    entries: Mapping[str, JsonObject], twice: set[str], did: str
) -> tuple[dict[str, VerificationMethod], dict[str, SatchelError]]:
    """The sound methods, and what is wrong with each of the others."""
    methods: dict[str, VerificationMethod] = {}
    faults: dict[str, SatchelError] = {}
    for method_id, entry in entries.items():
        shown = for_terminal(method_id, limit=200)
        if method_id in twice:
            faults[method_id] = DidError("did.method_ambiguous", f"two different methods have the id {shown}")
            continue
        if method_id.partition("#")[0] != did:
            faults[method_id] = DidError("did.method_foreign", f"the method {shown} has the id of another DID")
            continue
        try:
            method = read_method({**entry, "id": method_id})
        except KeyFault as fault:
            faults[method_id] = fault
            continue
        if method.controller != did:
            faults[method_id] = DidError(
                "did.method_controller",
                f"the method {shown} is controlled by {for_terminal(method.controller, limit=100)}",
            )
            continue
        methods[method_id] = method
    return methods, faults


def _list(value: JsonObject, name: str, did: str) -> list[JsonValue]:
    """A member that the standard writes as a list and some documents as its only item."""
    member = value.get(name, [])
    if isinstance(member, list):
        return member
    if isinstance(member, (str, dict)):
        return [member]
    raise DidError("did.document", f"{name} in the document of {for_terminal(did)} is not a list")


def _absolute(reference: JsonValue, did: str) -> str:
    if not isinstance(reference, str) or not reference:
        raise DidError(
            "did.document", f"the document of {for_terminal(did)} names a method by something else than a text"
        )
    return did + reference if reference.startswith("#") else reference
