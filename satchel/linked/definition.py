"""Term definitions: what one entry of a JSON-LD context says (JSON-LD 1.1 Processing Algorithms §4.2, §5.2).

A `Draft` is an active context under construction; satchel.linked.context freezes it. Scoped contexts are kept as
written and read when a document first needs them; those of inline contexts are also tried at once, by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from satchel.codec import jcs
from satchel.linked.iri import KEYWORDS, PROTO, is_blank, is_disputed, is_iri, is_language, is_like_keyword
from satchel.linked.refusal import Refused, shown
from satchel.port import JsonObject, JsonValue


class Absent(Enum):
    """Tells "no entry" from an entry whose value is null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Maybe: TypeAlias = str | Literal[Absent.ABSENT] | None

_ENTRIES: Final = frozenset(
    {
        "@container",
        "@context",
        "@direction",
        "@id",
        "@index",
        "@language",
        "@nest",
        "@prefix",
        "@protected",
        "@reverse",
        "@type",
    }
)
_PREFIX_ENDS: Final = (":", "/", "?", "#", "[", "]", "@")
_CONTAINERS: Final = frozenset(
    frozenset(kinds.split())
    for kinds in (
        "@list",
        "@set",
        "@index",
        "@language",
        "@id",
        "@type",
        "@graph",
        "@index @set",
        "@language @set",
        "@id @set",
        "@type @set",
        "@graph @set",
        "@graph @id",
        "@graph @index",
        "@graph @id @set",
        "@graph @index @set",
    )
)
_REVERSE_CONTAINERS: Final = frozenset({frozenset({"@set"}), frozenset({"@index"}), frozenset({"@index", "@set"})})
_COMPARED: Final = ("iri", "reverse", "prefix", "type", "language", "direction", "container", "nest", "index")
_NO_CONTAINER: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """One term definition. `iri` None: the term is explicitly meaningless. Compared by identity."""

    iri: str | None
    reverse: bool = False
    prefix: bool = False
    protected: bool = False
    type: str | None = None
    language: Maybe = ABSENT
    direction: Maybe = ABSENT
    container: frozenset[str] = _NO_CONTAINER
    context: JsonValue | Literal[Absent.ABSENT] = ABSENT
    context_url: str = ""
    nest: str | None = None
    index: str | None = None

    def means_the_same_as(self, other: Term) -> bool:
        """Equal in everything but protection: such a redefinition of a protected term is allowed."""
        if any(getattr(self, name) != getattr(other, name) for name in _COMPARED):
            return False
        if self.context is ABSENT or other.context is ABSENT:
            return self.context is other.context
        # Not ==, for which 1 and true are equal.
        return jcs.encode(self.context) == jcs.encode(other.context)


class Rules:
    """What to do where JSON-LD would drop or guess: refuse. Every document that is signed or verified is read so."""

    direction: Literal["i18n-datatype", "compound-literal"] | None = "i18n-datatype"

    def lost(self, code: str, message: str) -> None:
        """Something of the document would not be in the RDF, or its meaning would depend on where it was found."""
        raise Refused(code, message)

    def lost_iri(self, iri: str, named: str) -> None:
        """An identifier with a scheme is no valid IRI."""
        if is_disputed(iri):
            self.lost("linked.unsupported", f"{named} has characters that no IRI has, written in different ways")
        else:
            self.lost("linked.iri", f"{named} is not a valid IRI")

    def base(self, value: str, current: str | None) -> str | None:
        """The new base IRI for an @base entry that is not null."""
        raise Refused("linked.unsupported", f"a context sets @base to {shown(value)}: write all identifiers in full")


STRICT: Final = Rules()


class Draft:
    """An active context under construction: the terms so far and the defaults."""

    __slots__ = ("base", "direction", "language", "rules", "terms", "vocab")

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.terms: dict[str, Term] = {}
        self.base: str | None = None
        self.vocab: str | None = None
        self.language: str | None = None
        self.direction: str | None = None


class Definitions:
    """The create-term-definition runs over one local context (§4.2.2); `define` is called for each of its terms.

    Step 22, the trial of a scoped context, is left to the caller.
    """

    __slots__ = ("_draft", "_local", "_override", "_protected", "_state", "_url")

    def __init__(
        self,
        draft: Draft,
        local: JsonObject,
        *,
        url: str,
        override_protected: bool,
    ) -> None:
        self._draft = draft
        self._local = local
        self._url = url
        self._override = override_protected
        self._protected = self._is_true(local, "@protected") is True
        self._state: dict[str, bool] = {}

    def define(self, term: str) -> None:
        """Put the definition of `term` into the draft. Raises Refused linked.context_invalid, linked.protected."""
        known = self._state.get(term)
        if known is True:  # step 1
            return
        if known is False:
            raise _invalid(f"the definition of {shown(term)} goes in a circle")
        if term == "":
            raise _invalid("a term is the empty text")
        self._state[term] = False
        value = self._local[term]
        if term == "@type":  # step 4
            if not isinstance(value, dict) or not value or not value.keys() <= {"@container", "@protected"}:
                raise _invalid("the keyword @type is redefined")
            if value.get("@container", "@set") not in ("@set", ["@set"]):
                raise _invalid("the keyword @type is redefined")
        elif term in KEYWORDS:
            raise _invalid(f"the keyword {term} is redefined")
        elif term == PROTO:
            self._lose(f"a processor in use loses a term {PROTO}")
        elif is_like_keyword(term):  # step 5
            self._draft.rules.lost("linked.keyword", f"a context defines {shown(term)}, which looks like a keyword")
            self._state[term] = True
            return
        previous = self._draft.terms.pop(term, None)  # step 6
        made = self._make(term, value)
        if made is None:
            if previous is not None:
                self._draft.terms[term] = previous
            self._state[term] = True
            return
        if previous is not None and previous.protected and not self._override:  # step 27
            if not made.means_the_same_as(previous):
                raise Refused("linked.protected", f"a context redefines the protected term {shown(term)}")
            made = previous
        self._draft.terms[term] = made
        self._state[term] = True

    def expand(self, value: str, *, vocab: bool = True) -> str | None:
        """The IRI expansion of a text of this local context (§5.2.2); terms that it needs are defined first."""
        if value in KEYWORDS:
            return value
        if is_like_keyword(value):
            return None
        if value in self._local and self._state.get(value) is not True:
            self.define(value)
        known = self._draft.terms.get(value)
        if known is not None and (vocab or known.iri in KEYWORDS):
            return known.iri
        colon = value.find(":", 1)
        if colon > 0:
            prefix, suffix = value[:colon], value[colon + 1 :]
            if prefix == "_" or suffix.startswith("//"):
                return value
            if prefix in self._local and self._state.get(prefix) is not True:
                self.define(prefix)
            known = self._draft.terms.get(prefix)
            if known is not None and known.iri is not None and known.prefix:
                return known.iri + suffix
            if is_iri(value):
                return value
        if vocab and self._draft.vocab is not None:
            return self._draft.vocab + value
        return value

    def _make(self, term: str, value: JsonValue) -> Term | None:
        """Steps 7 to 26; None when the entry is to be dropped (only where the rules allow it)."""
        if isinstance(value, str):
            return self._make_identified(term, {"@id": value}, simple=True)
        if value is None:
            return self._make_identified(term, {"@id": None}, simple=False)
        if not isinstance(value, dict):
            raise _invalid(f"the definition of {shown(term)} is neither a text nor an object")
        if PROTO in value:
            self._lose(f"a processor in use loses an entry {PROTO}")
        if not value.keys() <= _ENTRIES:
            raise _invalid(f"the definition of {shown(term)} has an entry that JSON-LD does not know")
        if "@reverse" in value:
            return self._make_reverse(term, value)
        return self._make_identified(term, value, simple=False)

    def _make_reverse(self, term: str, value: JsonObject) -> Term | None:
        """Step 14."""
        if "@id" in value or "@nest" in value:
            raise _invalid(f"the reverse property {shown(term)} also has @id or @nest")
        name = value["@reverse"]
        if not isinstance(name, str):
            raise _invalid(f"@reverse of {shown(term)} is not a text")
        if is_like_keyword(name):
            self._draft.rules.lost("linked.keyword", f"@reverse of {shown(term)} looks like a keyword")
            return None
        iri = self.expand(name)
        if iri is None or not (is_iri(iri) or is_blank(iri)):
            self._lose_iri(iri, f"@reverse of {shown(term)}")
            raise _invalid(f"@reverse of {shown(term)} is not an IRI")
        container = self._container(term, value)
        if container and container not in _REVERSE_CONTAINERS:
            raise _invalid(f"the reverse property {shown(term)} has a container other than @set or @index")
        if value.keys() - {"@reverse", "@container", "@type", "@protected"}:
            self._draft.rules.lost("linked.unsupported", f"the reverse property {shown(term)} has further entries")
        return Term(
            iri=iri,
            reverse=True,
            protected=self._is_protected(value),
            type=self._type(term, value),
            container=container,
        )

    def _make_identified(self, term: str, value: JsonObject, *, simple: bool) -> Term | None:
        """Steps 15 to 26 for a term with an IRI of its own."""
        name = value.get("@id", term)
        if isinstance(name, str) and name != term and name not in KEYWORDS and is_like_keyword(name):
            self._draft.rules.lost("linked.keyword", f"@id of {shown(term)} looks like a keyword")
            return None
        iri = self._identify(term, name)
        has_separator = ":" in term[1:] or "/" in term
        prefix = simple and not has_separator and iri is not None and (iri.endswith(_PREFIX_ENDS) or iri[:2] == "_:")
        if len(value) == 1 and "@id" in value:
            return Term(iri=iri, prefix=prefix, protected=self._protected)
        container = self._container(term, value)
        type_ = self._type(term, value)
        if "@type" in container:  # step 20.4
            type_ = type_ or "@id"
            if type_ not in ("@id", "@vocab"):
                raise _invalid(f"the type map {shown(term)} needs @type @id or @vocab")
        return Term(
            iri=iri,
            prefix=_prefix(term, value, iri, has_separator=has_separator) if "@prefix" in value else prefix,
            protected=self._is_protected(value),
            type=type_,
            language=self._language(term, value) if "@type" not in value else ABSENT,
            direction=_direction(term, value),
            container=container,
            context=value.get("@context", ABSENT),
            context_url=self._url,
            nest=_nest(term, value),
            index=self._index(term, value, container),
        )

    def _identify(self, term: str, name: JsonValue) -> str | None:
        """Steps 15 to 19: the IRI (or keyword) that the term stands for."""
        if name is None:
            return None
        if not isinstance(name, str):
            raise _invalid(f"@id of {shown(term)} is not a text")
        if name != term:  # step 15
            iri = self.expand(name)
            if iri is None or not (iri in KEYWORDS or is_iri(iri) or is_blank(iri)):
                self._lose_iri(iri, f"@id of {shown(term)}")
                raise _invalid(f"@id of {shown(term)} is not an IRI")
            if iri == "@context":
                raise _invalid(f"{shown(term)} is an alias of @context")
            if ":" in term[1:-1] or "/" in term:  # step 15.2.4
                self._state[term] = True
                if self.expand(term) != iri:
                    raise _invalid(f"{shown(term)} looks like an IRI but is defined as another one")
            return iri
        colon = term.find(":", 1)
        if colon > 0:  # step 16
            head = term[:colon]
            if head in self._local and self._state.get(head) is not True:
                self.define(head)
            known = self._draft.terms.get(head)
            if known is not None and known.iri is not None:
                return known.iri + term[colon + 1 :]
            return term
        if term == "@type":  # step 18
            return term
        if self._draft.vocab is None:  # steps 17 and 19
            raise _invalid(f"the term {shown(term)} is given no IRI")
        iri = self._draft.vocab + term
        if "/" in term and not is_iri(iri):
            raise _invalid(f"the term {shown(term)} is given no IRI")
        return iri

    def _lose(self, message: str) -> None:
        """What a processor in use lets pass, though the standard does not; an error remains one in lossy reading."""
        self._draft.rules.lost("linked.unsupported", message)

    def _lose_iri(self, iri: str | None, named: str) -> None:
        if iri is not None and is_disputed(iri):
            self._draft.rules.lost_iri(iri, named)

    def _is_protected(self, value: JsonObject) -> bool:
        """Steps 11 and 12."""
        own = self._is_true(value, "@protected")
        return self._protected if own is None else own

    def _is_true(self, value: JsonObject, entry: str) -> bool | None:
        """`_boolean` of an entry whose other values a processor in use takes for false."""
        if not isinstance(value.get(entry, True), bool):
            self._lose(f"{entry} is neither true nor false")
        return _boolean(value, entry)

    def _container(self, term: str, value: JsonObject) -> frozenset[str]:
        """Step 20."""
        if "@container" not in value:
            return _NO_CONTAINER
        found = value["@container"]
        names = found if isinstance(found, list) else [found]
        container = frozenset(name for name in names if isinstance(name, str))
        if len(container) == len(names) and container in _CONTAINERS:
            return container
        if not found or "@graph" in container:
            self._lose(f"@container of {shown(term)} is one that a processor in use lets pass")
        raise _invalid(f"@container of {shown(term)} is not one that JSON-LD knows")

    def _type(self, term: str, value: JsonObject) -> str | None:
        """Step 13."""
        if "@type" not in value:
            return None
        name = value["@type"]
        if not isinstance(name, str):
            raise _invalid(f"@type of {shown(term)} is not a text")
        iri = self.expand(name)
        if iri is None or not (iri in ("@id", "@json", "@none", "@vocab") or is_iri(iri)):
            self._lose_iri(iri, f"@type of {shown(term)}")
            raise _invalid(f"@type of {shown(term)} is not an IRI")
        return iri

    def _language(self, term: str, value: JsonObject) -> Maybe:
        """Step 23; language tags are kept in lower case, as every processor that signs does."""
        if "@language" not in value:
            return ABSENT
        language = value["@language"]
        if language is None:
            return None
        if not isinstance(language, str):
            raise _invalid(f"@language of {shown(term)} is not a text")
        if not is_language(language):
            self._lose(f"@language of {shown(term)} is no language tag, which a processor in use lets pass")
        return language.lower()

    def _index(self, term: str, value: JsonObject, container: frozenset[str]) -> str | None:
        """Step 21."""
        if "@index" not in value:
            return None
        index = value["@index"]
        if "@index" not in container or not isinstance(index, str):
            raise _invalid(f"@index of {shown(term)} has no index container or is not a text")
        if index[:1] == "@":  # any other is looked up where it is used
            raise _invalid(f"@index of {shown(term)} is not an IRI")
        return index


def _invalid(message: str) -> Refused:
    return Refused("linked.context_invalid", message)


def _boolean(value: JsonObject, entry: str) -> bool | None:
    """The entry's value, None when it is absent; anything but true and false breaks the context."""
    if entry not in value:
        return None
    found = value[entry]
    if not isinstance(found, bool):
        raise _invalid(f"{entry} is neither true nor false")
    return found


def _direction(term: str, value: JsonObject) -> Maybe:
    """Step 24."""
    if "@direction" not in value:
        return ABSENT
    direction = value["@direction"]
    if direction is not None and direction not in ("ltr", "rtl"):
        raise _invalid(f"@direction of {shown(term)} is neither ltr nor rtl")
    return direction if isinstance(direction, str) else None


def _nest(term: str, value: JsonObject) -> str | None:
    """Step 25."""
    if "@nest" not in value:
        return None
    nest = value["@nest"]
    if not isinstance(nest, str) or (nest in KEYWORDS and nest != "@nest"):
        raise _invalid(f"@nest of {shown(term)} is not a term or @nest")
    return nest


def _prefix(term: str, value: JsonObject, iri: str | None, *, has_separator: bool) -> bool:
    """Step 26."""
    prefix = _boolean(value, "@prefix")
    if has_separator:
        raise _invalid(f"{shown(term)} cannot be a prefix")
    if prefix and iri in KEYWORDS:
        raise _invalid(f"{shown(term)} is a keyword's alias and cannot be a prefix")
    return prefix is True
