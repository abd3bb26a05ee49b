"""ESCO: the European classification of skills and occupations, from its CSV files and from JSON exports.

An import joins all files given: skills, occupations, their relations, the broader relations, in any number of
languages (`skills_nl.csv`). Quirks met in real copies, each with its answer:

- Alternative labels are cut at line breaks, and in other rows of the same file at `, `; a label may hold a comma, so a
  row that has a line break is cut at line breaks only.
- A JSON export has one row for each alternative label: rows of one URI are one concept.
- Two copies give one URI two preferred labels: the first file's stays preferred, the other becomes an alternative.
- An occupation lists its skills as labels and as URIs, in different orders, and neither list alone resolves all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from satchel.framework.draft import Draft
from satchel.framework.graph import (
    CHILD,
    SKILL,
    Description,
    ImportReport,
    Label,
    Node,
    Source,
    date_of,
    labels,
    shown,
)
from satchel.framework.member import text, texts
from satchel.framework.sniff import Document
from satchel.framework.table import Row
from satchel.port import JsonObject

ID: Final = "http://data.europa.eu/esco"
LICENCE: Final = "© European Union, ESCO; reuse allowed with attribution (Commission Decision 2011/833/EU)"
_LANGUAGE: Final = re.compile(r"_([a-z]{2})\.[a-z]+$")
_OBSOLETE: Final = frozenset({"obsolete", "deprecated"})


@dataclass(slots=True, kw_only=True)
class _Copy:
    """The concepts by URI while files are joined."""

    draft: Draft = field(default_factory=Draft)
    concepts: dict[str, Node] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)

    def take(self, node: Node, *, file: str, place: str) -> None:
        held = self.concepts.get(node.uri)
        if held is None:
            self.concepts[node.uri] = node
            self.places[node.uri] = (file, place)
            return
        if self.places[node.uri][0] != file:
            self.joined.add(node.uri)
            if held.label.casefold() != node.label.casefold() and held.labels[0].language == node.labels[0].language:
                self.renamed.setdefault(node.uri, node.label)
        elif _same_but_labels(held, node):
            self.draft.duplicates[node.uri] = None
        else:
            reason = f"{shown(node.uri)} already stands for “{shown(held.label)}”"
            self.draft.reject("framework.duplicate_uri", reason, file=file, place=place)
            return
        self.concepts[node.uri] = _join(held, node)


def read(
    documents: Sequence[Document], *, sources: tuple[Source, ...], digest: str, description: Description
) -> ImportReport:
    """All ESCO files of one import as one framework. Raises FrameworkFault framework.empty or framework.cycle."""
    copy = _Copy()
    draft = copy.draft
    for document in documents:
        _take_concepts(document, copy)
    for node in copy.concepts.values():
        file, place = copy.places[node.uri]
        draft.add(node, file=file, place=place)
    names = _names(draft)
    linked: Counter[str] = Counter()
    for document in documents:
        _take_links(document, draft, names, linked)
    if copy.joined:
        draft.notes.append(f"Concepts that stand in more than one file and were joined: {len(copy.joined)}.")
    if copy.renamed:
        some = ", ".join(f"“{shown(name)}”" for name in list(copy.renamed.values())[:3])
        draft.notes.append(
            "Concepts with two preferred labels, of which the first file's stays and the other becomes an "
            f"alternative: {len(copy.renamed)}, like {some}."
        )
    if linked["by name"]:
        draft.notes.append(f"Skills of occupations that were found by their name alone: {linked['by name']}.")
    return draft.finish(
        title="ESCO",
        kind="esco",
        format_name=" and ".join(dict.fromkeys(document.format_name for document in documents)),
        sources=sources,
        digest=digest,
        description=description,
        framework_id=ID,
        licence=LICENCE,
        publisher="European Commission",
        within=ID + "/",
    )


def _take_concepts(document: Document, copy: _Copy) -> None:
    match document.shape:
        case "esco concepts":
            for line, reason in document.table.broken if document.table else ():
                copy.draft.reject("framework.row", reason, file=document.name, place=f"line {line}")
            language = _language(document.name)
            for row in document.rows():
                copy.take(_of_row(row, language), file=document.name, place=f"line {row.line}")
        case "esco rows":
            for place, node in _of_rows(document.objects):
                copy.take(node, file=document.name, place=f"/{place}")
        case "esco occupations":
            for place, value in enumerate(document.objects):
                node = Node(
                    uri=text(value, "uri"),
                    labels=labels(text(value, "label"), texts(value, "altLabel")),
                    description=text(value, "description"),
                    code=text(value, "code"),
                    kind="occupation",
                )
                copy.take(node, file=document.name, place=f"/{place}")
        case _:
            pass


def _of_row(row: Row, language: str) -> Node:
    status = row.get("status").lower()
    is_obsolete = status in _OBSOLETE
    kind = row.get("skilltype") or {"Occupation": "occupation"}.get(row.get("concepttype"), "")
    return Node(
        uri=row.get("concepturi"),
        labels=labels(row.get("preferredlabel"), alternatives(row.get("altlabels")), language=language),
        description=row.get("description", "definition"),
        code=row.get("code"),
        kind=kind,
        level=row.get("reuselevel"),
        keywords=alternatives(row.get("hiddenlabels")),
        is_obsolete=is_obsolete,
        obsolete_since=date_of(row.get("modifieddate")) if is_obsolete else "",
    )


def alternatives(cell: str) -> tuple[str, ...]:
    """The labels of one cell, cut as the row was written."""
    parts = cell.split("\n") if "\n" in cell else cell.split(", ")
    return tuple(part.strip() for part in parts if part.strip())


def _of_rows(objects: Sequence[JsonObject]) -> Iterator[tuple[int, Node]]:
    """One concept of all rows with its URI; rows of one URI that disagree on the label give a second concept."""
    groups: dict[tuple[str, str], list[tuple[int, JsonObject]]] = {}
    for place, value in enumerate(objects):
        groups.setdefault((text(value, "uri"), text(value, "label")), []).append((place, value))
    for (uri, label), rows in groups.items():
        place, first = rows[0]
        yield (
            place,
            Node(
                uri=uri,
                labels=labels(label, (other for _, value in rows for other in texts(value, "altLabel"))),
                description=text(first, "description"),
                kind=text(first, "skillType"),
            ),
        )


def _join(held: Node, other: Node) -> Node:
    """What both files say of one concept; of two different texts the first file's stays."""
    known = {(label.text.casefold(), label.language) for label in held.labels}
    languages = {label.language for label in held.labels}
    extra: list[Label] = []
    for label in other.labels:
        if (label.text.casefold(), label.language) not in known:
            # One preferred label a language, and labels of no stated language follow the first file.
            is_preferred = label.is_preferred and label.language not in languages
            extra.append(replace(label, is_preferred=is_preferred))
    ordered = sorted((*held.labels, *extra), key=lambda label: not label.is_preferred)
    return replace(
        held,
        labels=tuple(ordered),
        description=held.description or other.description,
        code=held.code or other.code,
        kind=held.kind or other.kind,
        level=held.level or other.level,
        keywords=tuple(dict.fromkeys((*held.keywords, *other.keywords))),
        is_obsolete=held.is_obsolete or other.is_obsolete,
        obsolete_since=held.obsolete_since or other.obsolete_since,
    )


def _same_but_labels(held: Node, node: Node) -> bool:
    return held.label == node.label and held.description == node.description and held.kind == node.kind


def _names(draft: Draft) -> dict[str, set[str]]:
    """The URIs of every name, preferred or not, in lower case."""
    names: dict[str, set[str]] = {}
    for node in draft.nodes.values():
        for label in node.labels:
            names.setdefault(label.text.casefold(), set()).add(node.uri)
    return names


def _take_links(document: Document, draft: Draft, names: dict[str, set[str]], linked: Counter[str]) -> None:
    match document.shape:
        case "esco relations":
            for row in document.rows():
                draft.link(SKILL, row.get("occupationuri"), row.get("skilluri"), row.get("relationtype"))
        case "esco broader":
            for row in document.rows():
                draft.link(CHILD, row.get("concepturi"), row.get("broaderuri"))
        case "esco rows":
            for value in document.objects:
                if category := text(value, "category"):
                    draft.link(CHILD, text(value, "uri"), category)
        case "esco occupations":
            for value in document.objects:
                _take_skills(value, draft, names, linked)
        case _:
            pass


def _take_skills(value: JsonObject, draft: Draft, names: dict[str, set[str]], linked: Counter[str]) -> None:
    """The skills of one occupation: its URIs that are held, then its labels that are the name of one concept."""
    occupation = text(value, "uri")
    held = {uri for uri in texts(value, "s") if uri in draft.nodes}
    for uri in texts(value, "s"):
        if uri in held:
            draft.link(SKILL, occupation, uri)
    for name in texts(value, "skill"):
        found = names.get(name.casefold(), set())
        if found & held:
            continue
        preferred = [uri for uri in found if draft.nodes[uri].label.casefold() == name.casefold()]
        if len(preferred) == 1:
            draft.link(SKILL, occupation, preferred[0], "by name")
            linked["by name"] += 1
        else:
            draft.miss(SKILL, occupation, name)


def _language(file: str) -> str:
    found = _LANGUAGE.search(file.lower())
    return found[1] if found else ""
