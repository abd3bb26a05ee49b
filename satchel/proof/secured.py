"""The document that proofs are over: itself without them, in canonical form, computed once for a whole proof set."""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias

from satchel.linked.canon import canonicalize
from satchel.linked.context import Contexts
from satchel.linked.emit import to_quads
from satchel.port import JsonObject

HashName: TypeAlias = Literal["sha256", "sha384"]


class Secured:
    """A document without its member `proof`, under a set of contexts.

    The document is not copied deep and must not change while this is in use: canonical forms and hashes are kept.
    """

    __slots__ = ("_canonical", "_digests", "contexts", "document")

    def __init__(self, document: JsonObject, contexts: Contexts) -> None:
        self.document: JsonObject = {name: member for name, member in document.items() if name != "proof"}
        self.contexts = contexts
        self._canonical: dict[HashName, bytes] = {}
        self._digests: dict[HashName, bytes] = {}

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
            digest = self._digests[hash_name] = hashlib.new(hash_name, self.canonical(hash_name)).digest()
        return digest


def canonical_form(value: JsonObject, contexts: Contexts, hash_name: HashName) -> bytes:
    """The canonical N-Quads of any JSON-LD object; `hash_name` is also the hash inside of RDFC-1.0 (a P-384 suite
    labels blank nodes with SHA-384). Raises LinkedError."""
    return canonicalize(to_quads(value, contexts=contexts), hash_name=hash_name)
