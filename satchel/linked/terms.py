"""The RDF terms that the texts, numbers and value objects of a document stand for.

Sources: JSON-LD 1.1 Processing Algorithms §5.3 (value expansion), §8.2 (object to RDF conversion).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

from satchel.codec import jcs
from satchel.errors import CodecError
from satchel.linked.context import CONTEXT_WORK_LIMIT, ActiveContext, Compiler, Plan, Work
from satchel.linked.definition import ABSENT, STRICT
from satchel.linked.iri import KEYWORDS, PROTO, is_iri, is_language
from satchel.linked.literal import I18N, RDF, RDF_JSON, XSD_DOUBLE, double, escaped, is_agreed, native, tagged, typed
from satchel.linked.quads import Quads
from satchel.linked.refusal import Refused, malformed, shown
from satchel.port import JsonObject, JsonValue

VALUE_LIMIT: Final = 250_000
"""Members and array items of one document. An 8 MiB file can hold ten times as many; an honest one holds 100,000."""

# Stands for a term that is no RDF (lossy reading only): quads with it, or in a graph of this name, vanish.
VOID: Final = "!"

_VALUE: Final = f" <{RDF}value> "
_LANGUAGE: Final = f" <{RDF}language> "
_DIRECTION: Final = f" <{RDF}direction> "
_DIRECTED: Final = re.compile(rf"\^\^<{re.escape(I18N)}([a-z0-9-]*)_(?:ltr|rtl)>(?= )")


class Head(str):
    """The first cell of an RDF list: a term that may stand where a value may, but not where a node must."""

    __slots__ = ()


NIL: Final = Head(f"<{RDF}nil>")


class Native(str):
    """A literal that was a number, truth value or JSON value in the document; `declared` is the type it was given
    there, and for a JSON value which one it was."""

    __slots__ = ("declared",)
    declared: str | None


def is_node(term: str) -> bool:
    """True for the name of a node: no literal, no list."""
    return term[0] != '"' and not isinstance(term, Head)


class Terms:
    """The state of one walk over one document, and its terms."""

    __slots__ = (
        "_add",
        "_compiler",
        "_has_directions",
        "_labels",
        "_left",
        "_made",
        "_natives",
        "_quads",
        "_repeats",
        "_rules",
        "_work",
    )

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._rules = compiler.rules
        self._quads = Quads()
        # Strict reading never makes a void term.
        self._add = self._quads.add if compiler.rules is STRICT else self._add_unless_void
        self._work = Work(CONTEXT_WORK_LIMIT)
        self._left = VALUE_LIMIT
        self._made = 0
        self._labels: dict[str, str] = {}
        self._has_directions = False
        self._natives: list[tuple[str, str, Native, str]] = []
        self._repeats = False

    def _spend(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise Refused("linked.too_complex", f"the document has more than {VALUE_LIMIT} values")

    def _fresh(self) -> str:
        """A new blank node."""
        self._made += 1
        return f"_:b{self._made}"

    def _blank(self, label: str) -> str:
        """The document's own blank node labels are renamed, so that they never meet ours."""
        found = self._labels.get(label)
        if found is None:
            found = self._labels[label] = self._fresh()
        return found

    def _add_unless_void(self, subject: str, predicate: str, term: str, graph: str) -> None:
        if subject[0] != VOID and term[0] != VOID and graph[1] != VOID:
            self._quads.add(subject, predicate, term, graph)

    def _reference(self, value: str, context: ActiveContext, *, vocab: bool) -> str:
        """A text that names a node."""
        found = is_iri(value)
        if found and value not in context.terms and (found[1] or value.partition(":")[0] not in context.terms):
            return f"<{value}>"
        iri = context.expand(value, vocab=vocab, relative=True)
        if iri is not None:
            if (found and iri == value) or is_iri(iri):
                return f"<{iri}>"
            if iri[:2] == "_:":
                return self._blank(iri)
        if iri is None and vocab:
            self._rules.lost("linked.unsupported", f"{shown(value)} means nothing: a processor in use makes a new node")
        elif iri is None or iri in KEYWORDS:
            self._rules.lost("linked.keyword", f"{shown(value)} looks like a keyword and names nothing")
        elif ":" in iri:
            self._rules.lost_iri(iri, shown(value))
        elif iri == "":
            self._rules.lost("linked.unsupported", "a reference is empty, which a processor in use drops")
        else:
            self._rules.lost("linked.relative_iri", f"{shown(value)} is not an absolute IRI")
        return VOID

    def _text(self, value: str, plan: Plan, graph: str) -> str:
        """A text as the property's definition reads it."""
        if plan.closing is not None:
            return f'"{escaped(value)}{plan.closing}'
        definition = plan.definition
        datatype = None if definition is None else definition.type
        if datatype == "@id":
            return self._reference(value, plan.kept, vocab=False)
        if datatype == "@vocab":
            return self._reference(value, plan.kept, vocab=True)
        if datatype == "@json":
            return self._json(value)
        if datatype is not None and datatype != "@none":
            return self._typed_text(value, datatype)
        language = ABSENT if definition is None else definition.language
        direction = ABSENT if definition is None else definition.direction
        return self._tagged(
            value,
            plan.kept.language if language is ABSENT else language,
            plan.kept.direction if direction is ABSENT else direction,
            graph,
        )

    def _typed_text(self, value: str, datatype: str) -> str:
        if datatype == XSD_DOUBLE and not _is_canonical_double(value):
            # A processor in use reads the text as a number and writes it anew, as the algorithm does not say: "NaN".
            self._rules.lost("linked.unsupported", f"the double {shown(value)} is a text that is not canonical")
        return f'"{escaped(value)}{typed(datatype)}'

    def _tagged(self, value: str, language: str | None, direction: str | None, graph: str) -> str:
        """A text with a language or direction; a compound literal is a node of its own."""
        self._has_directions |= direction is not None
        closing = tagged(language, direction, self._rules.direction)
        if closing is not None:
            return f'"{escaped(value)}{closing}'
        node = self._fresh()
        self._add(node, _VALUE, f'"{escaped(value)}"', graph)
        if language is not None:
            self._add(node, _LANGUAGE, f'"{language}"', graph)
        self._add(node, _DIRECTION, f'"{direction}"', graph)
        return node

    def _native(self, value: bool | int | float, datatype: str | None) -> str:
        """A number or truth value, coerced to the datatype."""
        if datatype == "@json":
            return self._json(value)
        if datatype in ("@id", "@vocab", "@none"):
            datatype = None
        if isinstance(value, float) and not math.isfinite(value):
            self._rules.lost("linked.number", f"the number {shown(value)} has no canonical form")
        elif not is_agreed(value, datatype):
            self._rules.lost("linked.unsupported", f"the number {shown(value)} is zero to a processor in use")
        term = Native(native(value, datatype))
        term.declared = datatype
        return term

    def _json(self, value: JsonValue) -> str:
        """A JSON literal."""
        try:
            text = jcs.encode(value).decode("utf-8")
        except CodecError as fault:
            raise Refused("linked.json", f"a JSON literal has no canonical form: {fault.message}") from fault
        if f'"{PROTO}":' in text:
            self._rules.lost("linked.unsupported", f"a processor in use loses a member {PROTO} of a JSON literal")
        literal = f'"{escaped(text)}"^^<{RDF_JSON}>'
        if not isinstance(value, dict | list):
            return literal
        term = Native(literal)
        term.declared = f"@json {id(value)}"  # a processor in use repeats an equal one
        return term

    def _value(self, entries: JsonObject, types: tuple[str, ...], graph: str) -> str | None:
        """The literal of a value object (§5.1.2 step 14); None when it is null (only where the rules allow it).

        `entries` are its members by keyword, `types` its types as terms.
        """
        value = entries["@value"]
        if not entries.keys() <= {"@value", "@type", "@language", "@direction"}:
            malformed("a value object has members that do not belong there")
        if isinstance(entries.get("@type"), list):
            self._rules.lost("linked.unsupported", "the type of a value object is an array")
        if "@type" in entries:
            if len(entries) > 2 or not isinstance(entries["@type"], str) or len(types) != 1:
                malformed("a value object has two types, or a type and a language or direction")
            if types[0] == "@json":
                return self._json(value)
            if types[0][0] != "<":
                malformed("the type of a value object is not an IRI")
        if value is None:
            self._rules.lost("linked.dropped", "@value is null")
            return None
        if value == []:
            self._rules.lost("linked.unsupported", "@value is an empty array, for which a processor in use drops all")
        if isinstance(value, dict | list):
            malformed("@value is an object or an array")
        datatype = types[0][1:-1] if types else None
        if not isinstance(value, str):
            if entries.get("@language") is not None:
                malformed("@value has a language but is not a text")
            if "@direction" in entries:
                self._rules.lost("linked.unsupported", "@value has a direction but is not a text")
            return self._native(value, datatype)
        if datatype is not None:
            return self._typed_text(value, datatype)
        language, direction = entries.get("@language"), entries.get("@direction", ABSENT)
        if direction is not ABSENT and direction not in ("ltr", "rtl"):
            malformed("@direction is neither ltr nor rtl")
        if language is not None and not isinstance(language, str):
            malformed("@language is not a text")
        if language is not None and not is_language(language):
            self._rules.lost("linked.language", f"{shown(language)} is not a language tag")
            return VOID
        return self._tagged(
            value,
            None if language is None else language.lower(),
            direction if isinstance(direction, str) else None,
            graph,
        )

    def _compare_directions(self) -> None:
        """Two texts of one property that differ in their direction alone are one text to a processor in use."""
        texts: dict[str, str] = {}
        for line in set(self._quads.lines()):
            if texts.setdefault(_DIRECTED.sub(_without_direction, line), line) != line:
                self._rules.lost("linked.unsupported", "two texts of one property differ in their direction alone")

    def _compare_natives(self) -> None:
        """5 and the text "5" of the same type are one literal, which a processor in use repeats: so is a number that
        stands with and without its type. Asked only when a node has one property in two places."""
        declared: dict[str, set[str | None]] = {}
        counts: Counter[str] = Counter()
        for quad in self._natives:
            line = "".join(quad)
            declared.setdefault(line, set()).add(quad[2].declared)
            counts[line] += 1
        found = Counter(line for line in self._quads.lines() if line in counts)
        if found != counts or any(len(types) > 1 for types in declared.values()):
            self._rules.lost("linked.unsupported", "a literal stands twice, written in two ways")


def _without_direction(directed: re.Match[str]) -> str:
    return "@" + directed[1] if directed[1] else ""


def _is_canonical_double(text: str) -> bool:
    try:
        return double(float(text)) == text
    except (ValueError, OverflowError):
        return False
