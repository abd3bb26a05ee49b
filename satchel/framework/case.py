"""CASE packages (1EdTech Competencies and Academic Standards Exchange, 1.0 and 1.1), and tables of CASE items.

Outside packages break both schemas in small ways (numbers as texts, texts as numbers, a URI where an object belongs),
so the reading is lenient and the result normalised. What an item cannot do without is its URI and its statement.
Rubrics are kept as they stand. Source: CASE 1.1 information model, CFPackage.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from satchel.framework.draft import Draft
from satchel.framework.graph import (
    CHILD,
    REPLACED,
    Description,
    ImportReport,
    Node,
    Source,
    date_of,
    labels,
)
from satchel.framework.member import objects, text, texts
from satchel.framework.sniff import Document
from satchel.framework.table import Row
from satchel.port import JsonObject

_ASSOCIATION: Final = re.compile(r"(?:[A-Za-z]{3,40}|ext:[A-Za-z0-9._-]{1,60})")
_SPLIT: Final = re.compile(r"[,;|]")
_COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("ischildof", CHILD),
    ("parent", CHILD),
    ("ispartof", "isPartOf"),
    ("replacedby", REPLACED),
    ("exemplar", "exemplar"),
    ("hasskilllevel", "hasSkillLevel"),
    ("isrelatedto", "isRelatedTo"),
)


def read(document: Document, *, sources: tuple[Source, ...], digest: str, description: Description) -> ImportReport:
    """A package or a table of items. Raises FrameworkFault framework.empty or framework.cycle."""
    if document.shape == "case items":
        return _read_table(document, sources=sources, digest=digest, description=description)
    package = document.objects[0]
    about = package["CFDocument"]
    head: JsonObject = about if isinstance(about, dict) else {}
    draft = Draft()
    language = text(head, "language")
    is_deprecated = text(head, "adoptionStatus").lower() == "deprecated"
    deprecated_since = date_of(text(head, "statusEndDate"))
    for place, item in objects(package, "CFItems"):
        node = _item(item, language)
        if is_deprecated:
            # A framework that is withdrawn as a whole takes its items along.
            node = _withdrawn(node, deprecated_since)
        draft.add(node, file=document.name, place=f"/CFItems/{place}")
    for place, item in objects(package, "CFAssociations"):
        _associate(item, draft, file=document.name, place=f"/CFAssociations/{place}")
    draft.rubrics.extend(rubric for _, rubric in objects(package, "CFRubrics"))
    if draft.rubrics:
        draft.notes.append(f"Rubrics kept with the framework: {len(draft.rubrics)}.")
    return draft.finish(
        title=text(head, "title") or document.stem,
        kind="case",
        format_name=document.format_name,
        sources=sources,
        digest=digest,
        description=description,
        framework_id=text(head, "uri"),
        release=text(head, "version"),
        released=date_of(text(head, "lastChangeDateTime")),
        licence=_licence(head),
        publisher=text(head, "publisher", "creator"),
    )


def _item(item: JsonObject, language: str) -> Node:
    statement = text(item, "fullStatement")
    others = (text(item, "abbreviatedStatement"), text(item, "alternativeLabel"))
    ended = date_of(text(item, "statusEndDate"))
    return Node(
        uri=text(item, "uri"),
        labels=labels(statement, others, language=text(item, "language") or language),
        description=text(item, "notes"),
        code=text(item, "humanCodingScheme"),
        kind=text(item, "CFItemType"),
        level=", ".join(texts(item, "educationLevel", "educationalLevel")),
        keywords=texts(item, "conceptKeywords"),
        is_obsolete=bool(ended),
        obsolete_since=ended,
    )


def _withdrawn(node: Node, since: str) -> Node:
    if node.is_obsolete:
        return node
    return replace(node, is_obsolete=True, obsolete_since=since)


def _associate(item: JsonObject, draft: Draft, *, file: str, place: str) -> None:
    kind = text(item, "associationType")
    kind = kind[:1].lower() + kind[1:]
    origin, target = _end(item, "originNodeURI"), _end(item, "destinationNodeURI")
    if not _ASSOCIATION.fullmatch(kind) or not origin or not target:
        draft.reject("framework.row", "an association without its type or one of its two ends", file=file, place=place)
    else:
        draft.link(kind, origin, target, text(item, "sequenceNumber") if kind == CHILD else "")


def _end(item: JsonObject, name: str) -> str:
    """One end of an association: an object with a URI, or the URI itself."""
    value = item.get(name)
    return text(value, "uri") if isinstance(value, dict) else text(item, name)


def _licence(head: JsonObject) -> str:
    value = head.get("licenseURI")
    return (text(value, "title", "uri") if isinstance(value, dict) else text(head, "licenseURI")) or text(
        head, "license"
    )


def _read_table(
    document: Document, *, sources: tuple[Source, ...], digest: str, description: Description
) -> ImportReport:
    """Items of a table: they have at best a UUID, and their hierarchy stands in codes or in a level like `3.6.2`."""
    draft = Draft()
    rows: list[tuple[Row, str]] = []
    uris: dict[str, str] = {}
    for line, reason in document.table.broken if document.table else ():
        draft.reject("framework.row", reason, file=document.name, place=f"line {line}")
    for row in document.rows():
        code, statement = row.get("humancodingscheme"), row.get("fullstatement")
        uri = _uuid(row.get("identifier")) or draft.mint("case", f"{code}\n{statement}", description)
        node = Node(
            uri=uri,
            labels=labels(statement, (row.get("abbreviatedstatement"),), language=row.get("language")),
            description=row.get("notes"),
            code=code,
            kind=row.get("cfitemtype"),
            level=row.get("educationlevel", "educationallevel"),
            keywords=tuple(part.strip() for part in _SPLIT.split(row.get("conceptkeywords")) if part.strip()),
        )
        if draft.add(node, file=document.name, place=f"line {row.line}"):
            rows.append((row, uri))
            for name in (code, row.get("identifier"), row.get("smartlevel")):
                if name:
                    uris.setdefault(name, uri)
    for row, uri in rows:
        for kind, name in _references(row):
            draft.link(kind, uri, uris.get(name, name))
    return draft.finish(
        title=document.stem,
        kind="case",
        format_name=document.format_name,
        sources=sources,
        digest=digest,
        description=description,
    )


def _references(row: Row) -> Iterator[tuple[str, str]]:
    for column, kind in _COLUMNS:
        if name := row.get(column):
            yield kind, name
    level = row.get("smartlevel")
    if "." in level:
        yield CHILD, level.rpartition(".")[0]


def _uuid(text_: str) -> str:
    """The URN of a UUID, "" when the text is none: CASE identifiers are UUIDs, but tables often hold codes instead."""
    try:
        return uuid.UUID(text_).urn
    except ValueError:
        return ""
