"""JSON-LD to RDF exactly as the algorithms say, dropping what they drop. Exists for the W3C test suite alone.

Production reads with satchel.linked.emit.to_quads: what is dropped is not signed.
"""

from __future__ import annotations

from satchel.linked.context import Compiler, Contexts
from satchel.linked.definition import Rules
from satchel.linked.emit import emit
from satchel.linked.iri import is_iri, resolve
from satchel.linked.literal import Directions
from satchel.linked.quads import Quads
from satchel.port import JsonValue


class LossyRules(Rules):
    """Drop, resolve against the base, and go on."""

    def __init__(self, direction: Directions) -> None:
        self.direction = direction

    def lost(self, code: str, message: str) -> None:
        """Nothing: the loss is what the algorithm asks for."""

    def base(self, value: str, current: str | None) -> str | None:
        """The new base, itself relative to the current one."""
        return value if current is None or is_iri(value) else resolve(current, value)


def to_quads_lossy(
    document: JsonValue,
    *,
    contexts: Contexts,
    base: str | None,
    direction: Directions = None,
    before: JsonValue = None,
) -> Quads:
    """The document as a dataset; `before` is a context that stands before the document's own.

    Raises LinkedError for what the algorithms call an error.
    """
    compiler = Compiler(contexts, LossyRules(direction), base=base)
    return emit(document, compiler, before=before)
