"""What a facet reads must be what was signed: the second spellings, the inline contexts and the contexts inside.

A signature over RDF covers what the document means, not how it is written. The same quads, and so the same good
signature, have other spellings: a full or compact IRI as member name, `@id` beside `id`, a `@graph` or `@included`
around, a second object with the same identifier. An end date or a status that is respelled so is signed, and read by
nobody. So each property that any facet reads has one spelling here, and all others are refused.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from typing import Final

from satchel.codec import strictjson
from satchel.errors import LinkedError
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

# What the facets read by name; proof members are a closed list of the suites (proof.member).
READ_AT_TOP: Final = frozenset(
    {
        "issuer",
        "validFrom",
        "validUntil",
        "issuanceDate",
        "expirationDate",
        "credentialSubject",
        "credentialStatus",
        "credentialSchema",
        "verifiableCredential",
        "relatedResource",
        "refreshService",
        "termsOfUse",
        "evidence",
        "holder",
        "proof",
    }
)
READ_INSIDE: Final = frozenset(
    {
        "statusPurpose",
        "statusListIndex",
        "statusListCredential",
        "statusSize",
        "statusMessage",
        "encodedList",
        "identifier",
        "identityHash",
        "identityType",
        "hashed",
        "salt",
        "achievement",
        "alignment",
        "targetName",
        "targetUrl",
        "targetType",
        "targetCode",
        "result",
        "resultDescription",
        "rubricCriterionLevel",
        "resultType",
        "achievedLevel",
        "allowedValue",
        "requiredLevel",
        "requiredValue",
        "valueMin",
        "valueMax",
        "achievementType",
        "fieldOfStudy",
        "status",
        "value",
        "revocationListIndex",
        "revocationListCredential",
        "awardedDate",
        "endorsement",
        "endorsementJwt",
        "association",
        "digestSRI",
        "digestMultibase",
    }
)
READ: Final = READ_AT_TOP | READ_INSIDE
# A further date under a name of the older data model can only narrow a credential's dates (DCC fixture badSchema).
_NEVER_ADDED: Final = READ - {"issuanceDate", "expirationDate"} | {"id", "type"}
_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# These tails are the data model's own; those of other properties are everyday words of other vocabularies.
_TELLING: Final = (
    READ
    - {"proof", "holder", "evidence", "identifier", "hashed", "salt", "achievement"}
    - {
        "alignment",
        "result",
        "association",
        "endorsement",
        "status",
        "value",
    }
)
_TYPES: Final = frozenset(
    {
        "VerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiableCredential",
        "OpenBadgeCredential",
        "AchievementCredential",
        "ClrCredential",
        "EndorsementCredential",
        "BitstringStatusListCredential",
        "BitstringStatusListEntry",
        "BitstringStatusList",
        "IdentityObject",
    }
)

_VALUE_OBJECT: Final = frozenset({"@value", "@language", "@direction", "@type", "@index"})
# Members whose value is JSON and not linked data (`@type: @json` in the pinned contexts): nothing inside has a meaning.
_JSON_MEMBERS: Final = frozenset({"jsonSchema", "publicKeyJwk", "secretKeyJwk"})
# Texts, compiled by re when first met: few documents need them.
_TAIL: Final = r"[#/:]"
_IRI: Final = r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\x9f<>\"{}|\\^`]+"
_CONTAINERS: Final = frozenset({"@set", "@list", "@language"})
_TYPE_COERCIONS: Final = frozenset({"@id", "@json"})


class Respelled(Exception):
    """A code data_model.* and what was found where. Never leaves the facet data_model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class Findings:
    """What a walk met that is no refusal: whether a `@list` stood somewhere, and credentials inside."""

    __slots__ = ("has_list", "inner")

    def __init__(self) -> None:
        self.has_list = False
        self.inner = 0


def check_contexts(contexts: list[JsonValue]) -> bool:
    """Whether the document has inline contexts; raises Respelled data_model.inline_redefines for one that does more
    than add terms that no context of the document defines, each for an IRI that no pinned context uses."""
    inline = [item for item in contexts if not isinstance(item, str)]
    if not inline:
        return False
    known = frozenset[str]().union(*(_defined_in(url) for url in contexts if isinstance(url, str)))
    added: set[str] = set()
    for item in inline:
        if not isinstance(item, dict):
            raise Respelled("data_model.context", "a context is neither a URL nor an object")
        for term, definition in item.items():
            if term == "@protected" and definition is True:
                continue
            if term in added:
                raise _redefines(term, "is defined twice")
            added.add(term)
            _check_term(term, definition, known)
    for item in inline:
        for term, definition in item.items() if isinstance(item, dict) else ():
            if term[0] != "@" and (prefix := _iri_of(definition).partition(":")[0]) in added:
                raise _redefines(term, f"is built on the term {for_terminal(prefix, limit=40)}")
    return True


def note_contexts(contexts: list[JsonValue]) -> bool:
    """Whether the document has inline contexts; raises Respelled data_model.context for what is no context at all.

    What they do is left to JSON-LD, whose protected terms keep their meaning. For readers that owe an answer about
    conformity and not about trust: a property that facets read may stand there under another name.
    """
    inline = [item for item in contexts if not isinstance(item, str)]
    if not all(isinstance(item, dict) for item in inline):
        raise Respelled("data_model.context", "a context is neither a URL nor an object")
    return bool(inline)


def _check_term(term: str, definition: JsonValue, known: frozenset[str]) -> None:
    if not term or term[0] == "@" or ":" in term or "/" in term:
        raise _redefines(term, "is no plain new term")
    if term in known or term in _NEVER_ADDED:
        raise _redefines(term, "has a meaning already")
    if isinstance(definition, dict):
        if not definition.keys() <= {"@id", "@type", "@container"}:
            raise _redefines(term, "does more than name an IRI")
        coercion, container = definition.get("@type", "@id"), definition.get("@container", "@set")
        if not isinstance(coercion, str) or not (coercion in _TYPE_COERCIONS or _is_web_iri(coercion)):
            raise _redefines(term, "has an unusual type")
        if not isinstance(container, str) or container not in _CONTAINERS:
            raise _redefines(term, "has an unusual container")
    iri = _iri_of(definition)
    if re.fullmatch(_IRI, iri) is None or iri.partition(":")[0] in known:
        raise _redefines(term, "does not name a plain IRI")
    used = _sorted_iris()
    place = bisect_left(used, iri)
    if place < len(used) and used[place].startswith(iri):
        raise _redefines(term, "names what a known context names, or the beginning of it")


def _iri_of(definition: JsonValue) -> str:
    iri = definition.get("@id") if isinstance(definition, dict) else definition
    return iri if isinstance(iri, str) else ""


def _is_web_iri(text: str) -> bool:
    return text.startswith(("http://", "https://")) and re.fullmatch(_IRI, text) is not None


@cache  # at most one entry a pinned URL
def _defined_in(url: str) -> frozenset[str]:
    """The terms that the pinned content of a URL defines, at its top or inside a type or property."""
    if url not in pinned.urls():
        return frozenset()
    names: set[str] = set()
    _collect(strictjson.loads(pinned.raw(url)), names)
    return frozenset(names)


def _collect(value: JsonValue, names: set[str]) -> None:
    """The members of every context object in a context document."""
    for context in _contexts_of(value):
        for name, definition in context.items():
            if not name.startswith("@"):
                names.add(name)
                _collect(definition, names)


def _contexts_of(value: JsonValue) -> list[JsonObject]:
    given = value.get("@context") if isinstance(value, dict) else None
    return [item for item in (given if isinstance(given, list) else [given]) if isinstance(item, dict)]


@cache  # one entry
def _sorted_iris() -> tuple[str, ...]:
    return tuple(sorted(pinned.used_iris()))


def _redefines(term: str, why: str) -> Respelled:
    return Respelled(
        "data_model.inline_redefines", f"The inline context's term “{for_terminal(term, limit=60)}” {why}."
    )


def walk(document: JsonObject, contexts: list[JsonValue], apart: frozenset[str] = frozenset()) -> Findings:
    """Looks at every member of the document but its proof and those that are judged `apart`; raises Respelled
    data_model.second_spelling, data_model.nested_context or data_model.id (a blank node)."""
    findings = Findings()
    root_id = document.get("id")
    own_id = root_id if isinstance(root_id, str) else None
    _check_names(document, contexts)
    for name, member in document.items():
        if name not in ("@context", "proof") and name not in apart:
            _walk(member, contexts, own_id, findings)
    return findings


def _walk(value: JsonValue, contexts: list[JsonValue], root_id: str | None, findings: Findings) -> None:
    """Recursion is bounded by the depth of the strict reading."""
    if isinstance(value, dict):
        if "@value" in value:
            if not value.keys() <= _VALUE_OBJECT:
                raise _second("a value object with other members")
            return
        _check_names(value, contexts)
        if "@context" in value:
            _check_nested(value)
            findings.inner += 1
        if "@list" in value:
            findings.has_list = True
        # Objects with one identifier are one node: what is read at the top could stand in another of them.
        if root_id is not None and value.get("id") == root_id and not READ_AT_TOP.isdisjoint(value):
            raise _second("a second object that carries on the credential under its own id")
        for name, member in value.items():
            if isinstance(member, (dict, list)) and name not in _JSON_MEMBERS:
                _walk(member, contexts, root_id, findings)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                _walk(item, contexts, root_id, findings)


def _check_names(value: JsonObject, contexts: list[JsonValue]) -> None:
    for name in value:
        # Plain terms are identifiers; what is not is looked at closely.
        if not name.isidentifier():
            _check_name(name, contexts)
    kinds = value.get("type")
    for kind in kinds if isinstance(kinds, list) else (kinds,):
        if isinstance(kind, str) and not kind.isidentifier():
            _check_type(kind, contexts)
    identifier = value.get("id")
    if isinstance(identifier, str) and identifier.startswith("_:"):
        raise Respelled("data_model.id", "An identifier is a blank node, which the signature does not name.")


def _check_name(name: str, contexts: list[JsonValue]) -> None:
    if name.startswith("@"):
        # The root's own context was checked; nested ones are checked where they stand.
        if name not in ("@context", "@list"):
            raise _second(f"the member “{for_terminal(name, limit=60)}”")
        return
    if ":" not in name:
        return
    if re.split(_TAIL, name)[-1] in _TELLING or _expanded(name, contexts) in _read_iris():
        raise _second(f"the member “{for_terminal(name, limit=120)}”")


def _check_type(kind: str, contexts: list[JsonValue]) -> None:
    if kind.startswith("@"):
        raise _second(f"the type “{for_terminal(kind, limit=60)}”")
    if ":" in kind and (re.split(_TAIL, kind)[-1] in _TYPES or _expanded(kind, contexts) in _type_iris()):
        raise _second(f"the type “{for_terminal(kind, limit=120)}”")


def _check_nested(value: JsonObject) -> None:
    """A context inside is allowed where it cannot change what is read: in a whole credential, by URLs alone."""
    kinds, nested = value.get("type"), value["@context"]
    urls = nested if isinstance(nested, list) else [nested]
    is_credential = "VerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds])
    if not is_credential or not urls or not all(isinstance(url, str) for url in urls):
        raise Respelled("data_model.nested_context", "A context stands inside a part of the credential.")


def _expanded(name: str, contexts: list[JsonValue]) -> str:
    """The IRI of a compact name under the document's contexts, a full IRI as it is."""
    prefix, _, rest = name.partition(":")
    if rest.startswith("//"):
        return name
    known = _terms(tuple(item for item in contexts if isinstance(item, str))).get(prefix)
    if known is None:
        known = next((_iri_of(item[prefix]) for item in contexts if isinstance(item, dict) and prefix in item), None)
    return name if known is None else known + rest


def _terms(urls: tuple[str, ...]) -> Mapping[str, str]:
    """The terms of the known ones of these contexts. An unknown context leaves the proof unknown, not this check."""
    known = frozenset(pinned.urls())
    try:
        return pinned.terms_of(tuple(dict.fromkeys(url for url in urls if url in known)))
    except LinkedError:
        # Contexts that do not go together; the proof cannot hold then, and says why.
        return {}


@cache  # one entry
def _read_iris() -> frozenset[str]:
    """The IRIs behind the names that facets read, of every vocabulary that the pinned contexts map them to."""
    return frozenset(_iris_of(READ)) | {_RDF_TYPE}


@cache  # one entry
def _type_iris() -> frozenset[str]:
    return frozenset(_iris_of(_TYPES))


def _iris_of(names: frozenset[str]) -> set[str]:
    return {iri for iri in pinned.used_iris() if re.split(_TAIL, iri)[-1] in names}


def _second(what: str) -> Respelled:
    return Respelled("data_model.second_spelling", f"The file has a second spelling: {what}.")
