"""Rich Skill Descriptors: skills and collections as a skills library gives them (version 2 and 3), and import tables.

Keywords are for searching and are no names of the skill. The statement is the description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from satchel.framework.draft import Draft
from satchel.framework.graph import Description, ImportReport, Node, Source, date_of, labels
from satchel.framework.member import objects, text, texts
from satchel.framework.sniff import Document
from satchel.framework.table import Row
from satchel.port import JsonObject

_ENDED: Final = frozenset({"archived", "deleted"})


def read(document: Document, *, sources: tuple[Source, ...], digest: str, description: Description) -> ImportReport:
    """The skills of the document. Raises FrameworkFault framework.empty."""
    draft = Draft()
    head: JsonObject = {}
    if document.shape == "rsd table":
        _take_rows(document, draft, description)
    elif document.shape == "rsd collection":
        head = document.objects[0]
        _take_skills(document.objects[1:], draft, file=document.name, folder="/skills/")
    else:
        _take_skills(document.objects, draft, file=document.name, folder="/")
    return draft.finish(
        title=text(head, "name") or _single_name(document) or document.stem,
        kind="rsd",
        format_name=document.format_name,
        sources=sources,
        digest=digest,
        description=description,
        framework_id=text(head, "id"),
        released=date_of(text(head, "updateDate", "publishDate")),
        publisher="; ".join(texts(head, "authors", "author")),
    )


def _take_skills(skills: Sequence[JsonObject], draft: Draft, *, file: str, folder: str) -> None:
    aligned: list[tuple[str, str]] = []
    for place, skill in enumerate(skills):
        uri = text(skill, "id")
        archived = date_of(text(skill, "archiveDate"))
        node = Node(
            uri=uri,
            labels=labels(text(skill, "skillName")),
            description=text(skill, "skillStatement"),
            kind="skill",
            keywords=tuple(dict.fromkeys((*_categories(skill), *texts(skill, "keywords")))),
            is_obsolete=bool(archived) or text(skill, "status").lower() in _ENDED,
            obsolete_since=archived,
        )
        if draft.add(node, file=file, place=f"{folder}{place}"):
            aligned.extend((uri, text(other, "id")) for _, other in objects(skill, "alignments") if text(other, "id"))
    for uri, target in aligned:
        draft.link("isRelatedTo", uri, target)


def _categories(skill: JsonObject) -> Iterator[str]:
    """Version 2 has one text with semicolons, version 3 a list."""
    for category in texts(skill, "categories", "category"):
        yield from _parts(category)


def _take_rows(document: Document, draft: Draft, description: Description) -> None:
    """The import table has no addresses: the library gives them later."""
    for line, reason in document.table.broken if document.table else ():
        draft.reject("framework.row", reason, file=document.name, place=f"line {line}")
    aligned: list[tuple[str, str]] = []
    for row in document.rows():
        name, statement = row.get("skillname"), row.get("contextualizedskillstatement")
        uri = draft.mint("rsd", f"{name}\n{statement}", description)
        node = Node(
            uri=uri,
            labels=labels(name),
            description=statement,
            kind="skill",
            keywords=_keywords(row),
        )
        if draft.add(node, file=document.name, place=f"line {row.line}"):
            aligned.extend((uri, target) for target in _parts(row.get("alignment")))
    for uri, target in aligned:
        draft.link("isRelatedTo", uri, target)


def _keywords(row: Row) -> tuple[str, ...]:
    cells = (row.get("skillcategory"), row.get("keywords"), row.get("alignmenttitle"))
    return tuple(dict.fromkeys(part for cell in cells for part in _parts(cell)))


def _parts(cell: str) -> Iterator[str]:
    return (part.strip() for part in cell.split(";") if part.strip())


def _single_name(document: Document) -> str:
    return text(document.objects[0], "skillName") if len(document.objects) == 1 else ""
