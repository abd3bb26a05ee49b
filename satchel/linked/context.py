"""Active contexts, compiled once: what every member name of a document means (JSON-LD 1.1 Processing Algorithms §4.1).

A `Contexts` is a closed set of context documents: nothing is ever fetched. An active context is made from its parent
and one local context, and kept by its parent, so that a second document with the same contexts finds everything
ready. All caches hang below one `Compiler` and are dropped together when it has made too many contexts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from satchel.codec import jcs, strictjson
from satchel.errors import CodecError
from satchel.linked.definition import ABSENT, STRICT, Definitions, Draft, Maybe, Rules, Term
from satchel.linked.iri import KEYWORDS, PROTO, is_blank, is_iri, is_language, is_like_keyword, resolve
from satchel.linked.literal import XSD_DOUBLE, tagged, typed
from satchel.linked.refusal import Refused, shown
from satchel.port import JsonObject, JsonValue

K = TypeVar("K")
V = TypeVar("V")

CONTEXT_WORK_LIMIT: Final = 1_000_000
"""Terms copied or defined for one document's contexts; the usual four contexts need a few thousand."""

_MADE_LIMIT: Final = 1_000
_CACHE_LIMIT: Final = 2_000
_KEPT_CHARS: Final = 1_000
_KEPT_CONTEXT_BYTES: Final = 10_000
_TERM_WORK: Final = 20
_NO_CONTAINER: Final[frozenset[str]] = frozenset()
_NOT_PLAIN: Final = frozenset({"@id", "@vocab", "@json", XSD_DOUBLE})
_VALUE_KEYWORDS: Final = frozenset({"@value", "@list", "@set"})
_ENTRIES: Final = frozenset(
    {"@base", "@direction", "@import", "@language", "@propagate", "@protected", "@version", "@vocab"}
)


# What a member is; the emitter branches on it. Plain numbers, for this is asked for every member of every document.
PROPERTY: Final = 0
SKIPPED: Final = 1
NESTED: Final = 2
GRAPH: Final = 3
INCLUDED: Final = 4
REVERSED: Final = 5
INDEX: Final = 6
MAPPED: Final = 7
UNDEFINED: Final = 8
MISPLACED: Final = 9

_KEYWORD_ACTIONS: Final = {
    "@context": SKIPPED,
    "@id": SKIPPED,
    "@type": SKIPPED,
    "@nest": NESTED,
    "@graph": GRAPH,
    "@included": INCLUDED,
    "@reverse": REVERSED,
    "@index": INDEX,
}


class Work:
    """A budget that only shrinks."""

    __slots__ = ("_left",)

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, units: int) -> None:
        """Raises Refused linked.too_complex when the budget is used up."""
        self._left -= units
        if self._left < 0:
            raise Refused("linked.too_complex", "the document's contexts ask for more work than any honest one")


class Contexts:
    """An immutable set of context documents by URL; reading, parsing and compiling happen on first use.

    `load` gives the parsed document of a URL, or None when the URL is not in the set. `is_trusted` says for which URLs
    the content was checked in advance: their scoped contexts are compiled only when a document reaches them.
    """

    __slots__ = ("_compiler", "_documents", "_is_trusted", "_load")

    def __init__(self, load: Callable[[str], JsonValue], *, is_trusted: Callable[[str], bool]) -> None:
        self._load = load
        self._is_trusted = is_trusted
        self._documents: dict[str, JsonValue] = {}
        self._compiler: Compiler | None = None

    def document(self, url: str) -> JsonObject:
        """The context document of this URL. Raises Refused linked.context_unknown: it is not in the set."""
        found = self._documents.get(url)
        if found is None:
            found = self._load(url)
            if found is None:
                raise Refused("linked.context_unknown", f"the context {shown(url)} is not known here")
            self._documents[url] = found
        if not isinstance(found, dict) or "@context" not in found:
            raise Refused("linked.context_invalid", f"the document {shown(url)} is not a context")
        return found

    def is_trusted(self, url: str) -> bool:
        """True when the content behind the URL was checked in advance."""
        return self._is_trusted(url)

    def extended(self, documents: Mapping[str, bytes | JsonObject]) -> Contexts:
        """This set and these documents, which take the place of those with the same URL.

        Raises Malformed when bytes are not one JSON object.
        """
        added: dict[str, JsonValue] = {
            url: strictjson.load_object(found) if isinstance(found, bytes) else found
            for url, found in documents.items()
        }
        return Contexts(
            lambda url: added[url] if url in added else self._load(url),
            is_trusted=lambda url: url not in added and self._is_trusted(url),
        )

    def compiler(self) -> Compiler:
        """The compiler whose contexts all strict readings of this set share."""
        compiler = self._compiler
        if compiler is None or compiler.made > _MADE_LIMIT:
            self._compiler = compiler = Compiler(self, STRICT, base=None)
        return compiler


class ActiveContext:
    """One active context. Its meaning never changes; the dictionaries named `known_*` are caches.

    `previous` is the context to go back to when a node of another kind begins (set by type-scoped contexts).
    """

    __slots__ = (
        "aliases",
        "base",
        "compiler",
        "direction",
        "known_alone",
        "known_lists",
        "known_local",
        "known_plans",
        "known_scoped",
        "known_shapes",
        "known_typed",
        "language",
        "previous",
        "terms",
        "vocab",
    )

    def __init__(
        self, compiler: Compiler, draft: Draft, *, aliases: Mapping[str, str], previous: ActiveContext | None
    ) -> None:
        self.compiler = compiler
        self.terms = draft.terms
        self.base = draft.base
        self.vocab = draft.vocab
        self.language = draft.language
        self.direction = draft.direction
        self.previous = previous
        self.aliases = aliases
        self.known_plans: dict[str, Plan] = {}
        self.known_shapes: dict[tuple[str, ...], Shape] = {}
        self.known_alone: Plan | None = None
        self.known_lists: dict[tuple[JsonValue, ...], ActiveContext] = {}
        self.known_local: dict[str | bytes, ActiveContext] = {}
        self.known_scoped: dict[tuple[Term, bool], ActiveContext] = {}
        self.known_typed: dict[str | tuple[str, ...], tuple[ActiveContext, tuple[str, ...]]] = {}

    def plan(self, key: str, work: Work) -> Plan:
        """What a member of this name means here, worked out once."""
        found = self.known_plans.get(key)
        if found is None:
            found = Plan(self, key, work)
            if len(key) <= _KEPT_CHARS:
                _keep(self.known_plans, key, found)
        return found

    def alone(self, work: Work) -> Plan:
        """The plan for what stands alone, not as the value of a member."""
        if self.known_alone is None:
            self.known_alone = Plan(self, None, work)
        return self.known_alone

    def shape(self, names: tuple[str, ...], work: Work) -> Shape:
        """What an object with exactly these members is here, worked out once."""
        found = self.known_shapes.get(names)
        if found is None:
            found = Shape(self, names, work)
            if sum(map(len, names)) <= _KEPT_CHARS:
                _keep(self.known_shapes, names, found)
        return found

    def remember_typed(self, types: str | tuple[str, ...], context: ActiveContext, terms: tuple[str, ...]) -> None:
        """Keep what the types of a node lead to."""
        if sum(map(len, types)) <= _KEPT_CHARS:
            _keep(self.known_typed, types, (context, terms))

    def local(self, local: JsonValue, work: Work) -> ActiveContext:
        """The context after an @context member of a document. Raises Refused linked.context_*, linked.protected."""
        if not isinstance(local, list):
            return self._after(local, work)
        result = self
        for item in local:
            if isinstance(item, list):
                raise _invalid("a context is an array in an array")
            result = result._after(item if isinstance(item, str) else [item], work)
        texts = [item for item in local if isinstance(item, str)]
        if len(texts) == len(local) and sum(map(len, texts)) <= _KEPT_CHARS:
            _keep(self.known_lists, tuple(local), result)
        return result

    def known(self, local: JsonValue) -> ActiveContext | None:
        """The context after an @context member that is an array of URLs and was met here before."""
        if type(local) is not list:
            return None
        try:
            return self.known_lists.get(tuple(local))
        except TypeError:  # an object among them
            return None

    def _after(self, item: JsonValue, work: Work) -> ActiveContext:
        """One step of `local`; URLs are found by themselves, objects by their canonical JSON."""
        key: str | bytes
        if isinstance(item, str):
            key = item
        else:
            try:
                key = jcs.encode(item)
            except CodecError as fault:
                raise Refused("linked.context_invalid", "an inline context is not plain JSON") from fault
        found = self.known_local.get(key)
        if found is None:
            found = self.compiler.derive(self, item, work, url=self.compiler.url)
            if len(key) <= _KEPT_CONTEXT_BYTES:
                self.known_local[key] = found
        return found

    def scoped(self, term: Term, work: Work, *, by_type: bool) -> ActiveContext:
        """The context inside the term's scoped context: for values of the property, or for a node of the type."""
        found = self.known_scoped.get((term, by_type))
        if found is None:
            if term.context is ABSENT:
                return self
            found = self.compiler.derive(
                self, term.context, work, url=term.context_url, override_protected=not by_type, propagate=not by_type
            )
            self.known_scoped[term, by_type] = found
        return found

    def closing(self, definition: Term | None) -> str | None:
        """What follows a text value of the term in a line of N-Quads, from its closing quotation mark on.

        None when the text is no plain literal: an IRI, or one that has to be looked at (doubles, compound literals).
        """
        datatype = None if definition is None else definition.type
        if datatype is not None and datatype != "@none":
            return None if datatype in _NOT_PLAIN else typed(datatype)
        language: Maybe = ABSENT if definition is None else definition.language
        direction: Maybe = ABSENT if definition is None else definition.direction
        language = self.language if language is ABSENT else language
        direction = self.direction if direction is ABSENT else direction
        self.compiler.has_directions |= direction is not None
        return tagged(language, direction, self.compiler.rules.direction)

    def expand(self, value: str, *, vocab: bool, relative: bool) -> str | None:
        """IRI expansion (§5.2.2) of a text of a document: an IRI, a blank node, a keyword, a relative reference that
        could not be resolved, or None for what looks like a keyword or is explicitly meaningless."""
        known = self.terms.get(value)
        if known is not None and (vocab or known.iri in KEYWORDS):
            return known.iri
        if value[:1] == "@":
            if value in KEYWORDS:
                return value
            if is_like_keyword(value):
                return None
        colon = value.find(":", 1)
        if colon > 0:
            if value.startswith("//", colon + 1) or value[:colon] == "_":
                return value
            known = self.terms.get(value[:colon])
            if known is not None and known.iri is not None and known.prefix:
                return known.iri + value[colon + 1 :]
            if is_iri(value):
                return value
        if vocab and self.vocab is not None:
            return self.vocab + value
        if relative and self.base is not None:
            return resolve(self.base, value)
        return value


class Compiler:
    """Makes active contexts from local ones (§4.1.2) under one set of rules.

    `made` counts them; `has_directions` says that a term of one of them gives its texts a direction.
    """

    __slots__ = ("_contexts", "has_directions", "made", "root", "rules", "url")

    def __init__(self, contexts: Contexts, rules: Rules, *, base: str | None) -> None:
        self._contexts = contexts
        self.rules = rules
        self.url = base or ""
        self.has_directions = False
        self.made = 0
        draft = Draft(rules)
        draft.base = base
        self.root = self._frozen(draft, aliases=MappingProxyType({}), previous=None)

    def derive(
        self,
        active: ActiveContext,
        local: JsonValue,
        work: Work,
        *,
        url: str = "",
        override_protected: bool = False,
        propagate: bool = True,
        remote: tuple[str, ...] = (),
        validating: bool = False,
    ) -> ActiveContext:
        """The active context after a local one. `url` is where the local context was found, `remote` the chain of
        context URLs that led here. Raises Refused."""
        if isinstance(local, dict) and "@propagate" in local:  # step 2
            if not isinstance(local["@propagate"], bool):
                raise _invalid("@propagate is neither true nor false")
            propagate = local["@propagate"]
        result = active
        if not propagate and active.previous is None:  # step 3
            result = self._copied(active, previous=active)
        for item in local if isinstance(local, list) else [local]:  # step 5
            if isinstance(item, dict):
                if item is not local and "@propagate" in item:
                    if not isinstance(item["@propagate"], bool):
                        raise _invalid("@propagate is neither true nor false")
                    self.rules.lost("linked.unsupported", "@propagate stands in an array of contexts")
                result = self._defined(
                    result, item, work, url=url, override_protected=override_protected, remote=remote
                )
            elif isinstance(item, str):  # step 5.2
                item = resolve(url, item) if url else item
                if item in remote:
                    if validating:
                        continue
                    raise _invalid(f"the context {shown(item)} includes itself")
                result = self.derive(
                    result,
                    self._contexts.document(item)["@context"],
                    work,
                    url=item,
                    override_protected=override_protected,
                    remote=(*remote, item),
                    validating=validating,
                )
            elif item is None:  # step 5.1
                result = self._nullified(result, override_protected=override_protected, propagate=propagate)
            else:
                raise _invalid("a context is neither a URL nor an object")
        return result

    def _nullified(self, active: ActiveContext, *, override_protected: bool, propagate: bool) -> ActiveContext:
        """Step 5.1."""
        if not override_protected and any(term.protected for term in active.terms.values()):
            raise Refused("linked.protected", "a context of null would remove protected terms")
        if propagate:
            return self.root
        self.rules.lost("linked.unsupported", "a context of null stands inside a context that does not propagate")
        return self._copied(self.root, previous=active)

    def _defined(
        self,
        active: ActiveContext,
        local: JsonObject,
        work: Work,
        *,
        url: str,
        override_protected: bool,
        remote: tuple[str, ...],
    ) -> ActiveContext:
        """Steps 5.3 to 5.13: a context object."""
        if "@version" in local and (local["@version"] != 1.1 or isinstance(local["@version"], bool)):
            raise _invalid("@version is not 1.1")
        if "@context" in local:
            self.rules.lost("linked.unsupported", "a context stands in a context, which a processor in use reads alone")
        if local.get("@protected", True) is not True:
            self.rules.lost("linked.unsupported", "a context says that it is not protected")
        if "@import" in local:
            local = self._imported(local, url)
        work.spend(len(active.terms) + _TERM_WORK * len(local))
        draft = Draft(self.rules)
        draft.terms = active.terms.copy()
        draft.base = active.base
        draft.vocab = active.vocab
        draft.language = active.language
        draft.direction = active.direction
        if "@base" in local and not remote:
            draft.base = self._base(local["@base"], active)
        if "@vocab" in local:
            draft.vocab = self._vocab(local["@vocab"], active, draft.base)
        if "@language" in local:
            draft.language = self._language(local["@language"])
        if "@direction" in local:
            draft.direction = self._direction(local["@direction"])

        definitions = Definitions(draft, local, url=url, override_protected=override_protected)
        is_trusted = self._contexts.is_trusted(url)
        for term, value in local.items():
            if term not in _ENTRIES:
                definitions.define(term)
                if not is_trusted and isinstance(value, dict) and "@context" in value:  # §4.2.2 step 22
                    partial = ActiveContext(self, draft, aliases=active.aliases, previous=None)
                    self.derive(
                        partial,
                        value["@context"],
                        work,
                        url=url,
                        override_protected=True,
                        remote=remote,
                        validating=True,
                    )
        return self._frozen(draft, aliases=_aliases(active.aliases, local, draft.terms), previous=active.previous)

    def _imported(self, local: JsonObject, url: str) -> JsonObject:
        """Step 5.6: the imported context with this one's entries on top."""
        # A processor in use mixes up a context that it has met both ways.
        self.rules.lost("linked.unsupported", "a context imports another one")
        name = local["@import"]
        if not isinstance(name, str):
            raise _invalid("@import is not a text")
        name = resolve(url, name) if url else name
        imported = self._contexts.document(name)["@context"]
        if not isinstance(imported, dict) or "@import" in imported:
            raise _invalid(f"the context {shown(name)} cannot be imported")
        merged = imported | local
        del merged["@import"]
        return merged

    def _base(self, value: JsonValue, active: ActiveContext) -> str | None:
        """Step 5.7."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise _invalid("@base is not a text")
        return self.rules.base(value, active.base)

    def _vocab(self, value: JsonValue, active: ActiveContext, base: str | None) -> str | None:
        """Step 5.8."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise _invalid("@vocab is not a text")
        vocab = active.expand(value, vocab=True, relative=False)
        if vocab == value and base is not None:
            vocab = resolve(base, value)
        if vocab is None or not (is_iri(vocab) or is_blank(vocab)):
            self.rules.lost("linked.relative_iri", f"@vocab {shown(value)} is not an absolute IRI")
        return vocab

    def _language(self, value: JsonValue) -> str | None:
        """Step 5.9; kept in lower case."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise _invalid("@language is not a text")
        if not is_language(value):
            self.rules.lost("linked.language", f"@language {shown(value)} is not a language tag")
        return value.lower()

    def _direction(self, value: JsonValue) -> str | None:
        """Step 5.10."""
        if value is None:
            return None
        if not isinstance(value, str) or value not in ("ltr", "rtl"):
            raise _invalid("@direction is neither ltr nor rtl")
        # A processor in use forgets it in nested contexts.
        self.rules.lost("linked.unsupported", "a context sets @direction for all texts")
        return value

    def _copied(self, active: ActiveContext, *, previous: ActiveContext) -> ActiveContext:
        draft = Draft(self.rules)
        draft.terms = active.terms
        draft.base = active.base
        draft.vocab = active.vocab
        draft.language = active.language
        draft.direction = active.direction
        return self._frozen(draft, aliases=active.aliases, previous=previous)

    def _frozen(self, draft: Draft, *, aliases: Mapping[str, str], previous: ActiveContext | None) -> ActiveContext:
        self.made += 1
        return ActiveContext(self, draft, aliases=aliases, previous=previous)


class Plan:
    """What a member name means in one active context, ready for use.

    `predicate` is the property's IRI as it stands in a line of N-Quads, with its spaces; `opening` the same up to the
    quotation mark of a literal. A plain text value is the literal `opening + text + closing`; `closing` is None when
    the text is an IRI. Objects are read in `kept`, or in `reverted` when they end a type-scoped context.
    `definition` is the term's definition inside its own scoped context: it says how values are read; `coercion` is the
    type that the term itself declares.
    """

    __slots__ = (
        "action",
        "closing",
        "coercion",
        "container",
        "context",
        "definition",
        "iri",
        "is_reverse",
        "kept",
        "key",
        "opening",
        "predicate",
        "reverted",
    )

    def __init__(self, context: ActiveContext, key: str | None, work: Work) -> None:
        self.context = context
        self.key = key
        self.iri = iri = None if key is None else context.expand(key, vocab=True, relative=False)
        term = None if key is None else context.terms.get(key)
        self.container = _NO_CONTAINER if term is None else term.container
        self.coercion = None if term is None else term.type
        self.is_reverse = term is not None and term.reverse
        self.kept = context
        self.reverted = context.previous or context
        if term is not None and term.context is not ABSENT:
            self.kept = context.scoped(term, work, by_type=False)
            self.reverted = self.kept if self.reverted is context else self.reverted.scoped(term, work, by_type=False)
        self.definition = None if key is None else self.kept.terms.get(key)
        self.predicate = f" <{iri}> "
        self.opening = f' <{iri}> "'
        self.closing = self.kept.closing(self.definition)
        self.action = self._action(term)

    def _action(self, term: Term | None) -> int:
        iri = self.iri
        if iri is None:
            return UNDEFINED if self.key is not None else PROPERTY
        if iri in KEYWORDS:
            return _KEYWORD_ACTIONS.get(iri, MISPLACED)
        if not is_iri(iri) or self.key == PROTO:
            return UNDEFINED
        if term is not None and term.context is not ABSENT and _is_contested(term, self.definition):
            self.context.compiler.rules.lost(
                "linked.unsupported", f"the context inside {shown(self.key)} gives the term itself another meaning"
            )
        if term is not None and (term.reverse or term.type == "@json" or term.container - {"@set"}):
            return MAPPED
        return PROPERTY


class Shape:
    """What an object with certain member names is in one active context.

    `types`, `ids`, `graphs` and `nests` are its members that stand for those keywords, in order; `members` the others
    with their plans (also @graph and @nest). `has_twins`: two of them may be one property. `is_value`: it has @value,
    @list or @set. `ends_scope`: as the value of a property it ends a type-scoped context, for it is neither a value
    object nor a mere reference (§5.1.2 step 7).
    """

    __slots__ = ("ends_scope", "graphs", "has_twins", "ids", "is_language", "is_value", "members", "nests", "types")

    def __init__(self, context: ActiveContext, names: tuple[str, ...], work: Work) -> None:
        meant = [(name, context.aliases.get(name, name)) for name in names]
        keywords = [keyword for _, keyword in meant]
        self.types = tuple(sorted(name for name, keyword in meant if keyword == "@type"))
        self.ids = tuple(name for name, keyword in meant if keyword == "@id")
        self.graphs = tuple(name for name, keyword in meant if keyword == "@graph")
        self.nests = tuple(name for name, keyword in meant if keyword == "@nest")
        self.is_value = not _VALUE_KEYWORDS.isdisjoint(keywords)
        self.is_language = keywords == ["@language"]
        self.ends_scope = "@value" not in keywords and keywords != ["@id"]
        plans = [(name, context.plan(name, work)) for name in names]
        self.members = tuple((name, plan) for name, plan in plans if plan.action != SKIPPED)
        if "@reverse" in keywords and any(plan.is_reverse for _, plan in plans):
            context.compiler.rules.lost("linked.unsupported", "@reverse stands beside a reverse property")
        self.has_twins = bool(self.nests) or len({plan.iri for _, plan in self.members}) < len(self.members)


def _keep(known: dict[K, V], key: K, value: V) -> None:
    if len(known) >= _CACHE_LIMIT:
        known.clear()
    known[key] = value


def _is_contested(term: Term, inside: Term | None) -> bool:
    """A property's own scoped context redefines the property in a way that processors read differently."""
    if inside is None:
        return term.reverse or "@list" in term.container or term.index is not None
    return inside is not term and not inside.means_the_same_as(term)


def _invalid(message: str) -> Refused:
    return Refused("linked.context_invalid", message)


def _aliases(before: Mapping[str, str], local: JsonObject, terms: Mapping[str, Term]) -> Mapping[str, str]:
    """The terms that stand for keywords after a local context."""
    changed: dict[str, str] | None = None
    for name in local:
        known = terms.get(name)
        meant = known.iri if known is not None and known.iri in KEYWORDS and name != known.iri else None
        if meant != before.get(name):
            changed = dict(before) if changed is None else changed
            if meant is None:
                changed.pop(name, None)
            else:
                changed[name] = meant
    return before if changed is None else MappingProxyType(changed)
