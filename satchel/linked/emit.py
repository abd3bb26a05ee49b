"""JSON-LD documents to RDF in one walk: expansion, node map generation and RDF conversion at once.

Sources: JSON-LD 1.1 Processing Algorithms §5.1 (expansion), §7.2 (node map), §8.1 (to RDF). Reading is always safe:
whatever those algorithms would drop silently is refused with the JSON pointer of its place, so that every member of a
document that passes is covered by a signature over the RDF (except null, empty arrays and @index, which say nothing).
Text directions become i18n datatypes, as the Data Integrity suites in use do.
"""

from __future__ import annotations

from satchel.linked.context import UNDEFINED, Compiler, Contexts, Plan
from satchel.linked.definition import ABSENT
from satchel.linked.iri import KEYWORDS, PROTO, is_language
from satchel.linked.pinned import PINNED
from satchel.linked.quads import Quads
from satchel.linked.refusal import Refused, at, malformed, shown
from satchel.linked.terms import Head, is_node
from satchel.linked.walk import IN_MAP, RDF_TYPE, Given, Walk, graph_of, meant
from satchel.port import JsonObject, JsonValue


def to_quads(document: JsonObject, *, contexts: Contexts = PINNED) -> Quads:
    """The document as an RDF dataset, nothing lost; contexts outside `contexts` are refused, never fetched.

    Raises LinkedError linked.*; details["path"] is the JSON pointer of the place. Not checked here: what the terms
    mean, and whether the document says the same thing in two ways.
    """
    return emit(document, contexts.compiler())


def emit(document: JsonValue, compiler: Compiler, *, before: JsonValue = None) -> Quads:
    """The document as a dataset under the compiler's rules, its contexts after `before`. Raises LinkedError."""
    try:
        return Emitter(compiler).emitted(document, before)
    except Refused as refused:
        raise refused.as_error() from refused
    except RecursionError as fault:
        raise Refused("linked.too_complex", "the document is nested too deeply").as_error() from fault


class Emitter(Walk):
    """The walk, and the containers of its properties (§5.1.2 steps 13.5 to 13.13)."""

    __slots__ = ()

    def _mapped(self, plan: Plan, value: JsonValue, graph: str) -> list[str]:
        """The values of a property that is a list, map, graph or JSON container, or reverse (steps 13.5 to 13.13)."""
        container = plan.container
        out: list[str] = []
        if isinstance(value, dict):
            if PROTO in value and plan.coercion != "@json":
                self._rules.lost("linked.unsupported", f"a processor in use loses an entry {PROTO} of a map")
            if plan.coercion == "@json" and container - {"@set", "@list", "@graph"}:
                self._rules.lost("linked.unsupported", "a map holds JSON values")
            if "@language" in container:
                return self._language_map(plan, value, graph)
            if "@index" in container:
                return self._index_map(plan, value, graph)
            if "@id" in container:
                return self._id_map(plan, value, graph)
            if "@type" in container:
                return self._type_map(plan, value, graph)
        if plan.coercion == "@json":
            if "@graph" in container:
                code = "linked.unsupported" if container & {"@id", "@index"} else "linked.dropped"
                self._rules.lost(code, "a graph container holds a JSON value")
            out.append(self._json(value))
            return [self._cells(out, graph)] if "@list" in container else out
        if value is None:
            return out
        if "@list" in container:
            if isinstance(value, list):
                return [self._list(value, plan, graph)]
            self._values(value, plan, graph, out)
            # What an alias of @list means is known by whoever has read it: a type's context may have ended before.
            is_list = len(out) == 1 and isinstance(out[0], Head)
            return out if is_list else [self._cells(out, graph)]
        if "@graph" in container:
            if container & {"@id", "@index"}:
                self._rules.lost("linked.unsupported", "a map of graphs is not an object")
            else:
                self._graphs(plan, value, out)
                return out
        self._values(value, plan, graph, out)
        return out

    def _graphs(self, plan: Plan, value: JsonValue, out: list[str]) -> None:
        """Each value is a graph with a blank node for a name (step 13.12)."""
        if isinstance(value, list):
            for position, item in self._each(value):
                with at(position):
                    self._graphs(plan, item, out)
        elif isinstance(value, dict):
            name = self._fresh()
            terms: list[str] = []
            self._object(value, plan, graph_of(name), terms, top=True)
            if terms:
                out.append(name)
        elif value is not None:
            self._rules.lost("linked.dropped", f"the graph {shown(plan.key)} is no object")

    def _language_map(self, plan: Plan, value: JsonObject, graph: str) -> list[str]:
        """Step 13.7: the member names are language tags."""
        out: list[str] = []
        definition = plan.definition
        direction = ABSENT if definition is None else definition.direction
        for key, items in value.items():
            with at(key):
                is_none = plan.kept.expand(key, vocab=True, relative=False) == "@none"
                for _, item in self._each(items):
                    if item is None:
                        continue
                    if not isinstance(item, str):
                        malformed("a language map holds something else than texts")
                    if not is_none and not is_language(key):
                        self._rules.lost("linked.language", f"{shown(key)} is not a language tag")
                        continue
                    out.append(
                        self._tagged(
                            item,
                            None if is_none else key.lower(),
                            plan.kept.direction if direction is ABSENT else direction,
                            graph,
                        )
                    )
        return out

    def _index_map(self, plan: Plan, value: JsonObject, graph: str) -> list[str]:
        """Step 13.8 for @index: the member names are indexes, or values of the property that `@index` names."""
        out: list[str] = []
        own = plan.context.terms.get(plan.key or "")
        name = None if own is None else own.index
        inner = None if name is None else plan.kept.plan(name, self._work)
        if inner is not None and inner.action == UNDEFINED:
            raise Refused("linked.context_invalid", f"@index of {shown(plan.key)} is not an IRI")
        if inner is not None and inner.iri in KEYWORDS:
            self._rules.lost("linked.unsupported", f"@index of {shown(plan.key)} is a keyword")
        for key, items in value.items():
            with at(key):
                terms: list[str] = []
                is_none = plan.kept.expand(key, vocab=True, relative=False) == "@none"
                given = Given(index=None if is_none or inner is not None else key)
                for position, item in self._each(items):
                    with at(position):
                        self._map_item(plan, item, graph, given, terms)
                if inner is not None and not is_none:
                    for term in terms:
                        if term[0] == '"':
                            malformed("an index by property has a value that is no node")
                        if not is_node(term):
                            self._rules.lost("linked.unsupported", "an index by property holds a list")
                        self._add(term, inner.predicate, self._text(key, inner, graph), graph)
                out += terms
        if any(term[0] == '"' for term in out):
            self._rules.lost("linked.unsupported", "an index map holds texts, which a processor in use repeats")
        return out

    def _id_map(self, plan: Plan, value: JsonObject, graph: str) -> list[str]:
        """Step 13.8 for @id: the member names are the nodes' ids."""
        out: list[str] = []
        if plan.context.previous is not None:
            self._rules.lost("linked.unsupported", "an id map stands in a type-scoped context")
        for key, items in value.items():
            with at(key):
                if all(item is None for _, item in self._each(items)):
                    continue
                is_none = plan.kept.expand(key, vocab=True, relative=False) == "@none"
                if not is_none and any(self._has_own_id(item, plan) for _, item in self._each(items)):
                    self._rules.lost("linked.unsupported", "a node in an id map has an id of its own")
                given = Given(id=None if is_none else self._reference(key, plan.kept, vocab=False))
                terms: list[str] = []
                for position, item in self._each(items):
                    with at(position):
                        self._map_item(plan, item, graph, given, terms)
                if not all(map(is_node, terms)):
                    malformed("an id map holds something else than nodes")
                out += terms
        return out

    def _has_own_id(self, item: JsonValue, plan: Plan) -> bool:
        """Whether the id that a map gives would be dropped for the object's own."""
        if not isinstance(item, dict) or "@id" not in meant(item, plan.kept):
            return False
        return "@graph" not in plan.container or self._is_graph(item, plan)

    def _type_map(self, plan: Plan, value: JsonObject, graph: str) -> list[str]:
        """Step 13.8 for @type: the member names are types of the nodes."""
        out: list[str] = []
        outer = plan.kept.previous or plan.kept
        scoped = 0
        for key, items in value.items():
            with at(key):
                context = outer
                known = outer.terms.get(key)
                if known is not None and known.context is not ABSENT:
                    context = outer.scoped(known, self._work, by_type=True)
                    scoped += 1
                inner = context.plan(plan.key or "", self._work)
                if inner.container != plan.container:
                    self._rules.lost("linked.unsupported", "the context of a type changes the map that it stands in")
                terms: list[str] = []
                for position, item in self._each(items):
                    with at(position):
                        self._map_item(inner, item, graph, IN_MAP, terms)
                meant_type = outer.expand(key, vocab=True, relative=False)
                if meant_type in KEYWORDS - {"@none"} or not all(map(is_node, terms)):
                    self._rules.lost("linked.unsupported", "a type map holds something else than nodes by type")
                elif meant_type != "@none":
                    type_ = self._type(key, outer)
                    for term in terms:
                        self._add(term, RDF_TYPE, self._blank(type_) if type_[0] == "_" else type_, graph)
                out += terms
        if scoped and len(value) > 1:
            self._rules.lost("linked.unsupported", "a type map mixes types with contexts of their own")
        return out

    def _map_item(self, plan: Plan, item: JsonValue, graph: str, given: Given, out: list[str]) -> None:
        """One item of a map; in a graph container it is put into a graph unless it is one."""
        if "@graph" in plan.container and item is not None:
            if not isinstance(item, dict):
                self._rules.lost("linked.unsupported", "a map of graphs holds something else than objects")
            elif not self._is_graph(item, plan):
                name = given.id or self._fresh()
                terms: list[str] = []
                self._object(item, plan, graph_of(name), terms, given=IN_MAP, top=True)
                if terms:
                    out.append(name)
                return
        if isinstance(item, dict):
            self._object(item, plan, graph, out, given=given, top="@graph" in plan.container)
        else:
            self._values(item, plan, graph, out)

    def _is_graph(self, item: JsonObject, plan: Plan) -> bool:
        """A graph object has @graph and at most @id and @index beside it."""
        context = self._inside(plan.kept, item["@context"]) if "@context" in item else plan.kept
        keywords = set(meant(item, context))
        return "@graph" in keywords and keywords <= {"@graph", "@id", "@index", "@context"}
