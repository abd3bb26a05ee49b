"""A document and parts of it as RDF whose blank nodes keep one name each: a part's statements are the document's own.

Selective disclosure needs this: what a holder shows is a smaller document, and each of its statements must be one that
the issuer signed, blank nodes and all. The standard gives every node a made-up id for that (skolemization); here a
blank node is known by the JSON value that it stands for, so that the document stays as it is written.
Source: Data Integrity ECDSA Cryptosuites 1.0 §3.4.5 to §3.4.12 (skolemize, deskolemize).
"""

from __future__ import annotations

from typing import TypeAlias

from satchel.linked.context import ActiveContext, Compiler, Contexts, Plan, Shape
from satchel.linked.emit import Emitter
from satchel.linked.quads import Quads
from satchel.linked.refusal import Refused
from satchel.linked.walk import Given
from satchel.port import JsonObject, JsonValue

Key: TypeAlias = tuple[str, int | str, int]


class Names:
    """The blank nodes of one document. Give it to `to_quads` with the document, then with parts of it."""

    __slots__ = ("_labels", "_origins", "_unknown")

    def __init__(self) -> None:
        self._labels: dict[Key, str] = {}
        self._origins: dict[int, int] = {}
        self._unknown = 0

    def came_from(self, part: JsonValue, whole: JsonValue) -> None:
        """Note that this object or array was cut out of that one. Both must live as long as the names do."""
        self._origins[id(part)] = self._origins.get(id(whole), id(whole))

    def key(self, kind: str, value: JsonValue, position: int = 0) -> Key:
        """What a blank node is known by: the object, graph or place in a list that it stands for."""
        return kind, self._origins.get(id(value), id(value)), position

    def label(self, key: Key) -> str:
        """The one label of this blank node."""
        return self._labels.setdefault(key, f"_:n{len(self._labels)}")

    def unknown(self) -> str:
        """A label for a blank node that no JSON value can be told for: never the same twice, so that no statement
        about it is taken for the same in a part."""
        self._unknown += 1
        return f"_:u{self._unknown}"


def to_quads(document: JsonObject, names: Names, *, contexts: Contexts) -> Quads:
    """The document, or a part of it, as satchel.linked.emit reads it, with these names. No object or array may stand
    at two places of it. Raises LinkedError linked.*."""
    try:
        return _NamedEmitter(contexts.compiler(), names).emitted(document, None)
    except Refused as refused:
        raise refused.as_error() from refused
    except RecursionError as fault:
        raise Refused("linked.too_complex", "the document is nested too deeply").as_error() from fault


class _NamedEmitter(Emitter):
    """Says what each new blank node stands for, just before it is made."""

    __slots__ = ("_list_of", "_names", "_next")

    def __init__(self, compiler: Compiler, names: Names) -> None:
        super().__init__(compiler)
        self._names = names
        self._next: list[Key] = []
        self._list_of: JsonValue = None

    def _fresh(self) -> str:
        return self._names.label(self._next.pop()) if self._next else self._names.unknown()

    def _subject(self, element: JsonObject, context: ActiveContext, shape: Shape, given: Given | None) -> str:
        self._next.append(self._names.key("node", element))
        try:
            return super()._subject(element, context, shape, given)
        finally:
            self._next.clear()

    def _blank(self, label: str) -> str:
        held, self._next = self._next, [("label", label, 0)]
        try:
            return super()._blank(label)
        finally:
            self._next = held

    def _graphs(self, plan: Plan, value: JsonValue, out: list[str]) -> None:
        if isinstance(value, dict):
            self._next.append(self._names.key("graph", value))
        super()._graphs(plan, value, out)

    def _mapped(self, plan: Plan, value: JsonValue, graph: str) -> list[str]:
        held, self._list_of = self._list_of, value if isinstance(value, list | dict) else None
        try:
            return super()._mapped(plan, value, graph)
        finally:
            self._list_of = held

    def _list(self, value: JsonValue, plan: Plan, graph: str) -> str:
        held, self._list_of = self._list_of, value if isinstance(value, list | dict) else None
        try:
            return super()._list(value, plan, graph)
        finally:
            self._list_of = held

    def _cells(self, terms: list[str], graph: str) -> str:
        """A list's cells are made from its end."""
        if self._list_of is not None:
            self._next += [self._names.key("cell", self._list_of, position) for position in range(len(terms))]
        return super()._cells(terms, graph)
