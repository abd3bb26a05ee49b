"""JSON lines: the plain form for slices and for frameworks of one's own.

One item a line: `uri`, `label` (a text, or texts by language), `alt` (a list, or lists by language), `description`, and
if wanted `code`, `kind`, `level`, `obsolete_since`, `replaced_by`, and `links`, a list of {"kind", "target"}. A line
with the member `framework` describes the whole: `id`, `title`, `release`, `released`, `completeness`, `licence`,
`publisher`, `kind`. Unknown members are passed over.
"""

from __future__ import annotations

import re
from typing import Final

from satchel.framework.draft import Draft
from satchel.framework.graph import (
    Description,
    FrameworkFault,
    ImportReport,
    Label,
    Node,
    Source,
    date_of,
    labels,
    shown,
)
from satchel.framework.member import objects, text, texts
from satchel.framework.sniff import Document
from satchel.port import Completeness, JsonObject, JsonValue

_COMPLETENESS: Final[dict[str, Completeness]] = {"complete": "complete", "slice": "slice", "unknown": "unknown"}
_LINK: Final = re.compile(r"[A-Za-z][A-Za-z0-9:._-]{2,63}")


def read(document: Document, *, sources: tuple[Source, ...], digest: str, description: Description) -> ImportReport:
    """The items of the lines. Raises FrameworkFault framework.empty, framework.cycle or framework.description."""
    draft = Draft()
    head: JsonObject = {}
    links: list[tuple[str, str, str, str]] = []
    for line in document.lines:
        place = f"line {line.number}"
        if line.value is None:
            draft.reject("framework.row", line.reason, file=document.name, place=place)
        elif isinstance(about := line.value.get("framework"), dict):
            head = about
        else:
            node = _item(line.value)
            if not draft.add(node, file=document.name, place=place):
                continue
            for _, link in objects(line.value, "links"):
                kind, target = text(link, "kind"), text(link, "target")
                if _LINK.fullmatch(kind) and target:
                    links.append((kind, node.uri, target, text(link, "note")))
                else:
                    draft.reject("framework.row", "a link has no kind or no target", file=document.name, place=place)
    for kind, origin, target, note in links:
        draft.link(kind, origin, target, note)
    return draft.finish(
        title=text(head, "title") or document.stem,
        kind=_kind(head),
        format_name=document.format_name,
        sources=sources,
        digest=digest,
        description=description,
        framework_id=text(head, "id"),
        release=text(head, "release"),
        released=date_of(text(head, "released")),
        completeness=_completeness(head),
        licence=text(head, "licence"),
        publisher=text(head, "publisher"),
    )


def _item(value: JsonObject) -> Node:
    since = date_of(text(value, "obsolete_since"))
    return Node(
        uri=text(value, "uri"),
        labels=_labels(value.get("label"), value.get("alt")),
        description=text(value, "description"),
        code=text(value, "code"),
        kind=text(value, "kind"),
        level=text(value, "level"),
        keywords=texts(value, "keywords"),
        is_obsolete="obsolete_since" in value,
        obsolete_since=since,
        replaced_by=texts(value, "replaced_by"),
    )


def _labels(preferred: JsonValue, others: JsonValue) -> tuple[Label, ...]:
    """The names in one unstated language, or by language."""
    if not isinstance(preferred, dict):
        return labels(preferred if isinstance(preferred, str) else "", texts({"alt": others}, "alt"))
    by_language = others if isinstance(others, dict) else {}
    found = [
        label
        for language in preferred
        for label in labels(text(preferred, language), texts(by_language, language), language=language)
    ]
    return tuple(sorted(found, key=lambda label: not label.is_preferred))


def _kind(head: JsonObject) -> str:
    kind = text(head, "kind") or "jsonl"
    Description(kind=kind).check()
    return kind


def _completeness(head: JsonObject) -> Completeness:
    stated = text(head, "completeness") or "unknown"
    if stated not in _COMPLETENESS:
        raise FrameworkFault("framework.description", f"the completeness “{shown(stated)}” is not known")
    return _COMPLETENESS[stated]
