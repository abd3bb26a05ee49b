"""The document that proofs are over: itself without them, in canonical form, computed once for a whole proof set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import jcs
from satchel.errors import ProofError
from satchel.linked.canon import canonical_labels, canonicalize
from satchel.linked.context import Contexts
from satchel.linked.emit import to_quads
from satchel.linked.quads import Quads
from satchel.port import JsonObject
from satchel.text import for_terminal

HashName: TypeAlias = Literal["sha256", "sha384"]

# Each distinct set of earlier proofs is one more canonical form of the whole document.
LINKS_LIMIT: Final = 10


HASHES: Final[Mapping[HashName, Callable[[bytes], hashlib._Hash]]] = MappingProxyType(
    {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
)
"""Looked up by name here, for hashlib.new asks the library anew each time."""


class Secured:
    """A document without its member `proof`, under a set of contexts.

    Give the document whole: its proofs are kept aside, for those that build on earlier ones. It is not copied deep and
    must not change while this is in use: canonical forms and hashes are kept.
    """

    __slots__ = ("_canonical", "_digests", "_json", "_linked", "_named", "_proofs", "contexts", "document")

    def __init__(self, document: JsonObject, contexts: Contexts) -> None:
        self.document: JsonObject = {name: member for name, member in document.items() if name != "proof"}
        self.contexts = contexts
        proofs = document.get("proof")
        self._proofs = proofs if isinstance(proofs, list) else [proofs]
        self._canonical: dict[HashName, bytes] = {}
        self._digests: dict[HashName, bytes] = {}
        self._json: tuple[bytes, bytes] | None = None
        self._linked: dict[frozenset[str], Secured] = {}
        self._named: tuple[Quads, Mapping[str, str]] | None = None

    def canonical(self, hash_name: HashName = "sha256") -> bytes:
        """The canonical N-Quads of the document, UTF-8. Raises LinkedError."""
        form = self._canonical.get(hash_name)
        if form is None:
            form = self._canonical[hash_name] = canonical_form(self.document, self.contexts, hash_name)
        return form

    def digest(self, hash_name: HashName = "sha256") -> bytes:
        """The hash of the canonical form. Raises LinkedError."""
        digest = self._digests.get(hash_name)
        if digest is None:
            digest = self._digests[hash_name] = HASHES[hash_name](self.canonical(hash_name)).digest()
        return digest

    def named(self) -> tuple[Quads, Mapping[str, str]]:
        """The document's quads, and the canonical label of each of their blank nodes. Raises LinkedError."""
        if self._named is None:
            quads = to_quads(self.document, contexts=self.contexts)
            self._named = quads, canonical_labels(quads)
        return self._named

    def canonical_json(self, options: JsonObject) -> bytes:
        """The document in canonical JSON, with the @context of a proof configuration in place of its own when there is
        one. The rest is written once, however many proofs there are. Raises CodecError codec.jcs."""
        if self._json is None:
            before = {name: member for name, member in self.document.items() if name < "@context"}
            after = {name: member for name, member in self.document.items() if name > "@context"}
            self._json = jcs.encode(before)[1:-1], jcs.encode(after)[1:-1]
        context = b""
        for held in (options, self.document):
            if "@context" in held:
                context = b'"@context":' + jcs.encode(held["@context"])
                break
        before_text, after_text = self._json
        return b"{" + b",".join(part for part in (before_text, context, after_text) if part) + b"}"

    def json_digest(self, hash_name: HashName, options: JsonObject) -> bytes:
        """The hash of the canonical JSON. Raises CodecError codec.jcs."""
        return hashlib.new(hash_name, self.canonical_json(options)).digest()

    def with_earlier(self, ids: tuple[str, ...]) -> Secured:
        """The document with those of its proofs as its member `proof`, in the order that they stand there: what a
        proof that names them as previousProof is over (VC Data Integrity 1.0 §4.5 step 6).

        Raises ProofError: proof.previous_missing when there is no such proof, proof.previous_cycle when one of them
        builds, near or far, on itself, proof.too_many for more chains than anybody has. Whether the earlier proofs are
        good is NOT checked here.
        """
        names = frozenset(ids)
        found = self._linked.get(names)
        if found is None:
            if len(self._linked) >= LINKS_LIMIT:
                raise ProofError("proof.too_many", f"the proofs build on more than {LINKS_LIMIT} sets of earlier ones")
            _refuse_broken(names, self._earlier())
            found = self._linked[names] = Secured({}, self.contexts)
            # Set, not given: the constructor would take the proofs out again.
            found.document = {
                **self.document,
                "proof": [entry for entry in self._proofs if isinstance(entry, dict) and entry.get("id") in names],
            }
        return found

    def _earlier(self) -> dict[str, list[str]]:
        """For the id of each proof the ids that it builds on."""
        found: dict[str, list[str]] = {}
        for entry in self._proofs:
            if isinstance(entry, dict) and isinstance(name := entry.get("id"), str):
                previous = entry.get("previousProof", [])
                members = previous if isinstance(previous, list) else [previous]
                found[name] = [member for member in members if isinstance(member, str)]
        return found


def _refuse_broken(names: frozenset[str], earlier: dict[str, list[str]]) -> None:
    """Raises ProofError proof.previous_missing or proof.previous_cycle."""
    for name in sorted(names):
        if name not in earlier:
            raise ProofError(
                "proof.previous_missing", f"the proof builds on {for_terminal(name, limit=100)}, which is not there"
            )
    # Takes away proofs that build on nothing that is left; what remains goes in a circle.
    left = {name: set(members) & earlier.keys() for name, members in earlier.items()}
    while settled := {name for name, members in left.items() if not members}:
        left = {name: members - settled for name, members in left.items() if name not in settled}
    reached = set(names)
    while more := {member for name in reached & left.keys() for member in left[name]} - reached:
        reached |= more
    if reached & left.keys():
        raise ProofError("proof.previous_cycle", "the proofs build on each other in a circle")


def canonical_form(value: JsonObject, contexts: Contexts, hash_name: HashName) -> bytes:
    """The canonical N-Quads of any JSON-LD object; `hash_name` is also the hash inside of RDFC-1.0 (a P-384 suite
    labels blank nodes with SHA-384). Raises LinkedError."""
    return canonicalize(to_quads(value, contexts=contexts), hash_name=hash_name)
