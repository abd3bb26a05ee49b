"""The walk over a document: expansion, node map generation and RDF conversion of its objects at once.

Sources: JSON-LD 1.1 Processing Algorithms §5.1 (expansion), §7.2 (node map), §8.1 and §8.3 (to RDF).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final, NoReturn

from satchel.linked.context import (
    GRAPH,
    INCLUDED,
    INDEX,
    MAPPED,
    NESTED,
    PROPERTY,
    REVERSED,
    UNDEFINED,
    ActiveContext,
    Compiler,
    Plan,
    Shape,
)
from satchel.linked.definition import ABSENT
from satchel.linked.iri import KEYWORDS, PROTO, is_blank, is_iri
from satchel.linked.literal import RDF, escaped
from satchel.linked.quads import DEFAULT_GRAPH, Quads
from satchel.linked.refusal import Refused, at, malformed, shown
from satchel.linked.terms import NIL, VOID, Head, Native, Terms, is_node
from satchel.port import JsonObject, JsonValue

RDF_TYPE: Final = f" <{RDF}type> "
_FIRST: Final = f" <{RDF}first> "
_REST: Final = f" <{RDF}rest> "


class Given:
    """What a map around an object says of it: its id, and its index when it has none of its own."""

    __slots__ = ("id", "index")

    def __init__(self, *, id: str | None = None, index: str | None = None) -> None:
        self.id = id
        self.index = index


IN_MAP: Final = Given()


class Walk(Terms, ABC):
    """One walk over one document. Methods that take `out` append the RDF terms that a JSON value stands for to it."""

    __slots__ = ("_described", "_indexes")

    def __init__(self, compiler: Compiler) -> None:
        super().__init__(compiler)
        self._described: set[str] = set()
        self._indexes: dict[tuple[str, str], str] = {}

    def emitted(self, document: JsonValue, before: JsonValue) -> Quads:
        """The quads of the whole document."""
        root = self._compiler.root
        top = root.alone(self._work) if before is None else Plan(root.local(before, self._work), None, self._work)
        if isinstance(document, dict):
            self._object(document, top, DEFAULT_GRAPH, [], top=True, alone=True)
        else:
            self._contents(document, top, DEFAULT_GRAPH)
        if self._has_directions or self._compiler.has_directions:
            self._compare_directions()
        if self._natives and self._repeats:
            self._compare_natives()
        return self._quads

    # Objects

    def _object(
        self,
        element: JsonObject,
        plan: Plan,
        graph: str,
        out: list[str],
        *,
        given: Given | None = None,
        top: bool = False,
        alone: bool = False,
    ) -> None:
        """A JSON object as the value of `plan`'s property: a node, a value, a list or a set (§5.1.2 steps 7 to 19).

        `given`: it stands in a map. `top`: it stands where only nodes that say something may. `alone`: it is the whole
        document, whose @graph is the default graph when it has nothing else.
        """
        names = tuple(element)
        self._left -= len(names)
        if self._left < 0:
            self._spend(0)
        context = plan.kept
        if plan.reverted is not context and given is None:  # step 7
            if plan.context.shape(names, self._work).ends_scope:
                context = plan.reverted
            elif "@context" in element or (len(names) > 2 and not all(name.startswith("@") for name in names)):
                self._rules.lost("linked.unsupported", "a value object uses the context of a type around it")
        if "@context" in element:  # step 9
            local = element["@context"]
            context = context.known(local) or self._inside(context, local)
        shape = context.known_shapes.get(names) or context.shape(names, self._work)
        types: tuple[str, ...] = ()
        if shape.types:  # step 11
            outer = context
            context, types = self._typed(element, shape, context)
            if context is not outer:
                if shape.is_value:
                    self._rules.lost("linked.unsupported", "the type of a value has a context of its own")
                before, shape = shape, context.known_shapes.get(names) or context.shape(names, self._work)
                if shape.types != before.types:  # inside the types other members are types; still read outside
                    types = self._types(element, shape.types, outer)
        if (
            not top
            and context is not plan.context
            and (own := context.terms.get(plan.key or "")) is not None
            and "@graph" in own.container
            and (shape.is_value or _says_no_more_than_its_id(element, shape))
        ):
            self._rules.lost("linked.unsupported", "a context inside a value makes its property a graph container")
        if shape.is_value:
            self._valued(element, plan, context, types, graph, out, top=top)
            return
        if shape.is_language:  # step 18
            self._rules.lost("linked.dropped", "an object has a language but no value")
            return
        if alone and shape.graphs and _says(element, shape) == [*shape.graphs]:
            self._members(element, context, shape, "", graph, None)
            return
        subject = self._subject(element, context, shape, given)
        if top and self._says_nothing(element, shape):  # step 19
            return
        out.append(subject)
        if shape.has_twins or shape.ids or given is not None:
            self._repeats |= shape.has_twins or subject in self._described
            self._described.add(subject)
        if given is not None and given.index is not None and "@index" not in element:
            self._note_index(subject, given.index, graph)
        self._members(element, context, shape, subject, graph, plan.key, types)

    def _inside(self, context: ActiveContext, local: JsonValue) -> ActiveContext:
        with at("@context"):
            return context.local(local, self._work)

    def _typed(
        self, element: JsonObject, shape: Shape, context: ActiveContext
    ) -> tuple[ActiveContext, tuple[str, ...]]:
        """The context inside the element's types, and the types as terms (step 11)."""
        if len(shape.types) == 1:
            raw = element[shape.types[0]]
            try:
                found = context.known_typed.get(tuple(raw) if type(raw) is list else raw)  # type: ignore[arg-type]
            except TypeError:  # an array or object among the types
                found = None
            if found is not None:
                return found
        return self._typed_anew(element, shape, context)

    def _typed_anew(
        self, element: JsonObject, shape: Shape, context: ActiveContext
    ) -> tuple[ActiveContext, tuple[str, ...]]:
        """Step 11, and step 13.4.4 for the types' IRIs; remembered when the element has one type member."""
        inner = context
        terms = self._types(element, shape.types, context)
        for key in shape.types:
            with at(key):
                for name in sorted(_type_names(element[key])):
                    known = context.terms.get(name)
                    if known is not None and known.context is not ABSENT:
                        inner = inner.scoped(known, self._work, by_type=True)
        if len(shape.types) == 1 and all(term[0] == "<" for term in terms):
            raw = element[shape.types[0]]
            context.remember_typed(raw if isinstance(raw, str) else tuple(_type_names(raw)), inner, terms)
        return inner, terms

    def _types(self, element: JsonObject, keys: tuple[str, ...], context: ActiveContext) -> tuple[str, ...]:
        """The types that these members name, as terms."""
        terms: list[str] = []
        for key in keys:
            with at(key):
                terms += [self._type(name, context) for name in _type_names(element[key])]
        return tuple(term for term in terms if term != VOID)

    def _type(self, name: str, context: ActiveContext) -> str:
        iri = context.expand(name, vocab=True, relative=True)
        if iri == "@json":
            return iri
        if iri is not None and is_iri(iri):
            return f"<{iri}>"
        if iri is not None and is_blank(iri):
            return iri
        if iri is not None and ":" in iri:
            self._rules.lost_iri(iri, f"the type {shown(name)}")
        else:
            self._rules.lost("linked.undefined_type", f"the type {shown(name)} is not defined by the contexts")
        return VOID

    def _says_nothing(self, element: JsonObject, shape: Shape) -> bool:
        if not _says_no_more_than_its_id(element, shape):
            return False
        self._rules.lost("linked.dropped", "an object that stands alone says nothing")
        return True

    def _subject(self, element: JsonObject, context: ActiveContext, shape: Shape, given: Given | None) -> str:
        """The node's name: its @id, what the map gives, or a new blank node."""
        if given is None and not shape.ids and not shape.nests:
            return self._fresh()
        found = [(key, element[key]) for key in shape.ids]
        if shape.nests:
            found += self._nested_ids(element, context, shape)
        if not found:
            return given.id if given is not None and given.id is not None else self._fresh()
        if given is not None and given.id is not None:
            self._rules.lost("linked.unsupported", "a node in an id map has an id of its own: the map's is dropped")
        key, value = found[-1]
        try:
            if len(found) > 1:
                malformed("a node has two members for @id")
            if not isinstance(value, str):
                malformed("@id is not a text")
            if not value:
                self._rules.lost("linked.relative_iri", "@id is empty")
            elif value[:2] == "_:" and not is_blank(value):
                self._rules.lost("linked.iri", f"the label {shown(value)} has white space")
            return self._reference(value, context, vocab=False)
        except Refused as refused:
            refused.trail.append(key)
            raise

    def _nested_ids(self, element: JsonObject, context: ActiveContext, shape: Shape) -> list[tuple[str, JsonValue]]:
        """The members that stand for @id under @nest."""
        found: list[tuple[str, JsonValue]] = []
        for key in shape.nests:
            nested = element[key]
            for inner in nested if isinstance(nested, list) else [nested]:
                if isinstance(inner, dict):
                    deeper = context.shape(tuple(inner), self._work)
                    found += [(name, inner[name]) for name in deeper.ids]
                    found += self._nested_ids(inner, context, deeper)
        return found

    def _members(
        self,
        element: JsonObject,
        context: ActiveContext,
        shape: Shape,
        subject: str,
        graph: str,
        active: str | None,
        types: tuple[str, ...] = (),
    ) -> None:
        """The types of a node and its members, each a property with its values (steps 13 and 14).

        `subject` is empty for a document that is only a graph; `active` is the member that the node is a value of.
        """
        head = ""
        sink = None
        if graph[1] not in "_!":
            if subject[:1] == "<":
                head, sink = subject, self._quads.ground.append
            elif subject[:1] == "_":
                sink = self._quads.tails.setdefault(subject, []).append
        for type_ in types:
            if sink is not None and type_[0] == "<":
                sink(f"{head}{RDF_TYPE}{type_}{graph}")
            elif type_ == "@json":
                malformed("the type @json belongs to a value")
            else:
                self._add(subject, RDF_TYPE, self._blank(type_) if type_[0] == "_" else type_, graph)
        key = ""
        try:
            for key, plan in shape.members:
                value = element[key]
                if plan.action != PROPERTY:
                    self._member(plan, value, context, subject, graph, active)
                elif type(value) is str:
                    closing = plan.closing
                    if closing is not None and sink is not None:
                        if not value.isprintable() or '"' in value or "\\" in value:
                            value = escaped(value)
                        sink(f"{head}{plan.opening}{value}{closing}{graph}")
                    else:
                        term = self._text(value, plan, graph)
                        if sink is not None and term[0] == "<":
                            sink(f"{head}{plan.predicate}{term}{graph}")
                        else:
                            self._add(subject, plan.predicate, term, graph)
                elif value is not None:
                    terms: list[str] = []
                    if type(value) is dict:
                        self._object(value, plan, graph, terms)
                    else:
                        self._values(value, plan, graph, terms)
                    for term in terms:
                        if type(term) is Native:
                            self._natives.append((subject, plan.predicate, term, graph))
                            self._repeats |= len(terms) > 1
                        self._add(subject, plan.predicate, term, graph)
        except Refused as refused:
            refused.trail.append(key)
            raise

    def _member(
        self, plan: Plan, value: JsonValue, context: ActiveContext, subject: str, graph: str, active: str | None
    ) -> None:
        """A member that is more than a property with plain values."""
        key = plan.key
        if plan.action == MAPPED:
            self._link(subject, plan, self._mapped(plan, value, graph), graph)
        elif plan.action == GRAPH:
            if not isinstance(value, dict | list):
                malformed("@graph is neither an object nor an array")
            self._contents(value, plan, graph_of(subject) if subject else graph)
        elif plan.action == NESTED:
            self._nested(plan, value, context, subject, graph, active)
        elif plan.action == REVERSED:
            self._reversed(plan, value, subject, graph)
        elif plan.action == INCLUDED:
            self._included(value, context, graph, active)
        elif plan.action == INDEX:
            if not isinstance(value, str):
                malformed("@index is not a text")
            self._note_index(subject, value, graph)
        elif plan.action == UNDEFINED:
            self._undefined(plan)
        elif plan.iri == "@language" and value is None:
            return
        else:
            self._rules.lost("linked.unsupported", f"{shown(key)} means nothing here: processors in use drop it")

    def _undefined(self, plan: Plan) -> None:
        key, iri = plan.key or "", plan.iri
        if key == PROTO:
            self._rules.lost("linked.unsupported", f"a processor in use loses a member {PROTO}")
        if iri is None and key[:1] == "@":
            self._rules.lost("linked.keyword", f"{shown(key)} looks like a keyword of JSON-LD but is none")
        elif iri is not None and is_blank(iri):
            self._rules.lost("linked.unsupported", f"the property {shown(key)} is a blank node")
        elif iri is not None and ":" in iri:
            self._rules.lost_iri(iri, f"the property {shown(key)}")
        else:
            self._rules.lost("linked.undefined_term", f"the term {shown(key)} is not defined by the contexts")

    def _link(self, subject: str, plan: Plan, terms: list[str], graph: str) -> None:
        """The property's quads; those of a reverse property run the other way."""
        for term in terms:
            if not plan.is_reverse:
                if type(term) is Native:
                    self._natives.append((subject, plan.predicate, term, graph))
                    self._repeats |= len(terms) > 1
                self._add(subject, plan.predicate, term, graph)
            elif is_node(term):
                self._add(term, plan.predicate, subject, graph)
            else:
                malformed("a reverse property has a value that is no node")

    def _nested(
        self, plan: Plan, value: JsonValue, context: ActiveContext, subject: str, graph: str, active: str | None
    ) -> None:
        """Step 14: members that a document groups under an @nest name belong to the node itself."""
        inner = context
        if plan.kept is not context:
            self._rules.lost("linked.unsupported", f"{shown(plan.key)} nests members in a context of its own")
            inner = plan.kept
        for position, nested in self._each(value):
            with at(position):
                if not isinstance(nested, dict) or "@value" in meant(nested, inner):
                    malformed("@nest holds something else than members of a node")
                shape = inner.shape(tuple(nested), self._work)
                if shape.types and inner.previous is not None:
                    self._rules.lost("linked.unsupported", "a nested member is a type inside another type's context")
                for type_ in self._types(nested, shape.types, inner):
                    self._add(subject, RDF_TYPE, self._blank(type_) if type_[0] == "_" else type_, graph)
                self._members(nested, inner, shape, subject, graph, active)

    def _reversed(self, plan: Plan, value: JsonValue, subject: str, graph: str) -> None:
        """Step 13.4.13: each property of the map points from its values to the subject."""
        if not isinstance(value, dict):
            malformed("@reverse is not an object")
        context = plan.kept
        if plan.reverted is not context and plan.context.shape(tuple(value), self._work).ends_scope:
            context = plan.reverted
        if "@context" in value:
            context = self._inside(context, value["@context"])
        for key, item in value.items():
            if key == "@context":
                continue
            inner = context.plan(key, self._work)
            with at(key):
                if inner.action == UNDEFINED:
                    self._undefined(inner)
                    continue
                if inner.iri in KEYWORDS:
                    malformed("@reverse holds a keyword")
                terms: list[str] = []
                if inner.action == MAPPED:
                    terms = self._mapped(inner, item, graph)
                else:
                    self._values(item, inner, graph, terms)
                for term in terms:
                    if not is_node(term):
                        malformed("a reverse property has a value that is no node")
                    if inner.is_reverse:
                        self._add(subject, inner.predicate, term, graph)
                    else:
                        self._add(term, inner.predicate, subject, graph)

    def _included(self, value: JsonValue, context: ActiveContext, graph: str, active: str | None) -> None:
        """Step 13.4.6: further nodes of the same graph."""
        outer = None if active is None else context.terms.get(active)
        if outer is not None and (outer.context is not ABSENT or outer.container - {"@set"}):
            self._rules.lost("linked.unsupported", "@included stands in a property with a context or container")
        plan = Plan(context, None, self._work)
        for position, item in self._each(value):
            with at(position):
                if not isinstance(item, dict) or {"@value", "@list"} & set(meant(item, context)):
                    malformed("@included holds something else than nodes")
                self._object(item, plan, graph, [], top=True)

    def _contents(self, value: JsonValue, plan: Plan, graph: str) -> None:
        """The nodes of a graph, or of a document that is an array."""
        if isinstance(value, list):
            for position, item in self._each(value):
                with at(position):
                    self._contents(item, plan, graph)
        elif isinstance(value, dict):
            self._object(value, plan, graph, [], top=True)
        elif value is not None:
            self._rules.lost("linked.dropped", "a value stands alone, without a property")

    # Values

    def _each(self, value: JsonValue) -> Iterator[tuple[int | None, JsonValue]]:
        """The items of an array with their positions; any other value is its own only item."""
        if isinstance(value, list):
            self._spend(len(value))
            yield from enumerate(value)
        else:
            yield None, value

    def _values(self, value: JsonValue, plan: Plan, graph: str, out: list[str]) -> None:
        """All values of a property; arrays in arrays are one array."""
        if isinstance(value, dict):
            self._object(value, plan, graph, out)
        elif isinstance(value, list):
            self._spend(len(value))
            for position, item in enumerate(value):
                try:
                    self._values(item, plan, graph, out)
                except Refused as refused:
                    refused.trail.append(position)
                    raise
        elif isinstance(value, str):
            out.append(self._text(value, plan, graph))
        elif value is not None:
            out.append(self._native(value, None if plan.definition is None else plan.definition.type))

    def _valued(
        self,
        element: JsonObject,
        plan: Plan,
        context: ActiveContext,
        types: tuple[str, ...],
        graph: str,
        out: list[str],
        *,
        top: bool,
    ) -> None:
        """An object with @value, @list or @set (step 13.4, and steps 14 to 17)."""
        entries: dict[str, JsonValue] = {}
        names: dict[str, str] = {}
        for key, value in element.items():
            inner = context.plan(key, self._work)
            if inner.iri == "@context":
                continue
            if inner.action == UNDEFINED:
                self._undefined(inner)
            elif inner.iri not in KEYWORDS or inner.iri in entries:
                self._misplaced(element, context)
            elif value is not None or inner.iri != "@language":
                entries[inner.iri] = value
                names[inner.iri] = key
        indexed = "@index" in entries
        if not isinstance(entries.pop("@index", ""), str):
            malformed("@index is not a text")
        if "@value" in entries:
            if indexed:
                self._rules.lost("linked.unsupported", "a value has an index, for which a processor in use repeats it")
            term = self._value(entries, types, graph)
            if top:
                self._rules.lost("linked.dropped", "a value stands alone, without a property")
            elif term is not None:
                out.append(term)
            return
        if len(entries) != 1:
            self._misplaced(element, context)
        ((kind, value),) = entries.items()
        if value is None:
            self._rules.lost("linked.unsupported", f"{kind} is null, which processors read differently")
        inner = plan if plan.key is None else context.plan(plan.key, self._work)
        with at(names[kind]):
            if kind == "@list":
                if top:
                    self._rules.lost("linked.dropped", "a list stands alone, without a property")
                else:
                    out.append(self._list(value, inner, graph))
            elif not top:
                if "@list" in plan.container or "@list" in inner.container:
                    self._rules.lost("linked.unsupported", "a list holds a set, which processors read differently")
                self._values(value, inner, graph, out)
            elif "@graph" in plan.container:
                self._rules.lost("linked.unsupported", "@set stands in a graph container")
            else:
                self._contents(value, inner, graph)

    def _misplaced(self, element: JsonObject, context: ActiveContext) -> NoReturn:
        keywords = dict(zip(meant(element, context), element.values(), strict=True))
        if "@value" not in keywords and None in (keywords.get("@set", ""), keywords.get("@list", "")):
            self._rules.lost("linked.unsupported", "@list or @set is null, for which a processor in use drops it")
        if "@value" not in keywords and isinstance(keywords.get("@type"), str):
            self._rules.lost("linked.unsupported", "a list has a type, for which a processor in use drops the rest")
        malformed("an object with @value, @list or @set has members that do not belong there")

    def _list(self, value: JsonValue, plan: Plan, graph: str) -> str:
        """An RDF list of the items (§8.3); arrays in it are lists when the property is a list container."""
        terms: list[str] = []
        for position, item in self._each(value):
            with at(position):
                self._spend(1)  # a cell has two quads
                if isinstance(item, list) and "@list" in plan.container:
                    terms.append(self._list(item, plan, graph))
                    continue
                if isinstance(item, dict) and "@set" in meant(item, plan.kept):
                    self._rules.lost("linked.unsupported", "a list holds a set, which processors read differently")
                if isinstance(item, list):
                    self._rules.lost("linked.unsupported", "@list holds an array, which processors read differently")
                self._values(item, plan, graph, terms)
        return self._cells(terms, graph)

    def _cells(self, terms: list[str], graph: str) -> str:
        rest: str = NIL
        for term in reversed(terms):
            cell = Head(self._fresh())
            self._add(cell, _FIRST, term, graph)
            self._add(cell, _REST, rest, graph)
            rest = cell
        return rest

    @abstractmethod
    def _mapped(self, plan: Plan, value: JsonValue, graph: str) -> list[str]:
        """The values of a property that is a list, map, graph or JSON container, or reverse."""

    def _note_index(self, subject: str, index: str, graph: str) -> None:
        """Two places that describe one node must not give it two indexes."""
        if self._indexes.setdefault((subject, graph), index) != index:
            malformed("a node has two indexes")


def _says(element: JsonObject, shape: Shape) -> list[str]:
    """The members that say something; null says nothing, except as a JSON literal."""
    plans = dict(shape.members)
    return [
        key
        for key, value in element.items()
        if key != "@context" and (value is not None or (key in plans and plans[key].coercion == "@json"))
    ]


def _says_no_more_than_its_id(element: JsonObject, shape: Shape) -> bool:
    said = _says(element, shape)
    return not said or (len(said) == 1 and said[0] in shape.ids)


def meant(element: JsonObject, context: ActiveContext) -> list[str]:
    """The member names, keywords instead of their aliases."""
    return [context.aliases.get(key, key) for key in element]


def _type_names(value: JsonValue) -> list[str]:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        malformed("@type is neither a text nor an array of texts")
    return [name for name in names if isinstance(name, str)]


def graph_of(name: str) -> str:
    return f" {name} .\n"
