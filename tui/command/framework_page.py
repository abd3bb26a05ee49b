"""What `satchel framework` prints: reports, copies, items and suggestions as JSON and as lines for people.

All text of a framework comes from outside and goes through satchel.text here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from satchel.text import for_terminal

if TYPE_CHECKING:
    from satchel.framework.graph import ImportReport, Unresolved
    from satchel.node.copies import Held, Neighbour, Shown, Suggestion
    from satchel.port import HeldFramework

ROWS_SHOWN: Final = 20
NAMES_SHOWN: Final = 12


def import_json(report: ImportReport) -> dict[str, object]:
    """What an import found, whole."""
    return {
        "framework": asdict(report.framework),
        "nodes": len(report.nodes),
        "edges": len(report.edges),
        "rejected": [asdict(row) for row in report.rejected],
        "unresolved": [asdict(missing) for missing in report.unresolved],
        "duplicates": list(report.duplicates),
        "rubrics": len(report.rubrics),
        "notes": list(report.notes),
    }


def import_lines(report: ImportReport) -> Iterator[str]:
    """What an import found, for people; long lists are cut."""
    about = report.framework
    yield (
        f"{for_terminal(about.title)}: {_count(len(report.nodes), 'item')} and "
        f"{_count(len(report.edges), 'reference')} ({for_terminal(about.format)}), kept as {about.digest[:12]}"
    )
    yield f"  {_release(about.release, about.released)}, {_completeness(about.completeness)}"
    if about.licence:
        yield f"  licence: {for_terminal(about.licence)}"
    for note in report.notes:
        yield f"  {for_terminal(note)}"
    if report.duplicates:
        yield f"  stood more than once and counts once: {_count(len(report.duplicates), 'item')}"
    yield from _missing_lines([missing for missing in report.unresolved if not missing.is_external])
    if external := sum(missing.count for missing in report.unresolved if missing.is_external):
        yield f"  to other frameworks or pages: {_count(external, 'reference')}"
    if report.rejected:
        yield f"  left out: {_count(len(report.rejected), 'row')}"
        for row in report.rejected[:ROWS_SHOWN]:
            yield f"    {for_terminal(row.file)}, {row.place}: {for_terminal(row.reason)} [{row.code}]"


def _missing_lines(missing: Sequence[Unresolved]) -> Iterator[str]:
    for kind in dict.fromkeys(item.kind for item in missing):
        items = sorted((item for item in missing if item.kind == kind), key=lambda item: -item.count)
        count = _count(sum(item.count for item in items), "reference")
        yield f"  not in this copy: {_count(len(items), 'item')} named by {count} ({for_terminal(kind)}):"
        for item in items[:NAMES_SHOWN]:
            yield f"    {for_terminal(item.name or item.target)}" + (
                f"  ({item.count} times)" if item.count > 1 else ""
            )
        if len(items) > NAMES_SHOWN:
            yield f"    … and {len(items) - NAMES_SHOWN} more; --json names all"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _release(release: str, released: str) -> str:
    named = f"release {for_terminal(release)}" if release else "release" if released else "release not stated"
    return f"{named} of {for_terminal(released)}" if released else named


def _completeness(completeness: str) -> str:
    return {"complete": "declared complete", "slice": "a slice", "unknown": "not known whether complete"}[completeness]


def held_json(copy: Held) -> dict[str, object]:
    """One copy on the shelf."""
    return {
        **asdict(copy.about),
        "nodes": copy.nodes,
        "edges": copy.edges,
        "rejected": copy.rejected,
        "unresolved": copy.unresolved,
    }


def held_lines(copy: Held) -> Iterator[str]:
    """One copy on the shelf, for people."""
    about = copy.about
    items = _count(copy.nodes, "item")
    yield f"{about.digest[:12]}  {for_terminal(about.title)}  ({for_terminal(about.kind)}, {items})"
    missing = f", {_count(copy.unresolved, 'reference')} unresolved" if copy.unresolved else ""
    yield f"  {_release(about.release, about.released)}, {_completeness(about.completeness)}{missing}"
    if about.publisher or about.licence:
        yield f"  {for_terminal('; '.join(filter(None, (about.publisher, about.licence))))}"


def shown_json(item: Shown) -> dict[str, object]:
    """One item with its surroundings."""
    node = item.node
    return {
        "uri": node.uri,
        "framework": asdict(node.framework),
        "labels": [{"language": language, "text": text} for language, text in node.labels],
        "description": item.description,
        "code": node.code,
        "kind": node.kind,
        "level": node.level,
        "is_obsolete": node.is_obsolete,
        "obsolete_since": node.obsolete_since,
        "replaced_by": list(node.replaced_by),
        "refers_to": [asdict(other) for other in item.refers_to],
        "referred_by": [asdict(other) for other in item.referred_by],
    }


def shown_lines(item: Shown) -> Iterator[str]:
    """One item with its surroundings, for people."""
    node = item.node
    yield for_terminal(node.labels[0][1])
    yield f"  {for_terminal(node.uri)}"
    yield f"  in {_named(node.framework)}, {_completeness(node.framework.completeness)}"
    for name, text in (("kind", node.kind), ("code", node.code), ("level", node.level)):
        if text:
            yield f"  {name}: {for_terminal(text)}"
    if node.is_obsolete:
        yield f"  in force until {node.obsolete_since}" if node.obsolete_since else "  no longer in force"
    for uri in node.replaced_by:
        yield f"  replaced by {for_terminal(uri)}"
    if item.description:
        yield f"  {for_terminal(item.description, limit=2000)}"
    if len(node.labels) > 1:
        yield "  also called:"
        yield from (f"    {_labelled(language, text)}" for language, text in node.labels[1:])
    yield from _neighbour_lines("refers to", item.refers_to)
    yield from _neighbour_lines("referred to by", item.referred_by)


def _labelled(language: str, text: str) -> str:
    return for_terminal(f"{text} ({language})" if language else text)


def _neighbour_lines(title: str, others: Sequence[Neighbour]) -> Iterator[str]:
    for kind in dict.fromkeys(other.kind for other in others):
        yield f"  {title} ({for_terminal(kind)}):"
        for other in (other for other in others if other.kind == kind):
            note = f" [{for_terminal(other.note)}]" if other.note else ""
            name = for_terminal(other.label) if other.label else "not in this copy:"
            yield f"    {name}  {for_terminal(other.uri)}{note}"


def _named(held: HeldFramework) -> str:
    return f"{for_terminal(held.title)} ({_release(held.release, held.released)})"


def suggestion_json(item: Suggestion, *, with_framework: bool) -> dict[str, object]:
    """One suggestion."""
    answer: dict[str, object] = {
        "uri": item.uri,
        "label": item.label,
        "via": item.via,
        "matched": list(item.matched),
        "score": item.score,
        "band": item.band,
    }
    if with_framework:
        answer["framework"] = asdict(item.framework)
    return answer


def suggestion_lines(item: Suggestion, *, with_framework: bool) -> Iterator[str]:
    """A suggestion, with the words that answered."""
    via = f" (as “{for_terminal(item.via)}”)" if item.via else ""
    yield f"{item.band:<6}  {for_terminal(item.label)}{via}"
    place = f"  {_named(item.framework)}" if with_framework else ""
    yield f"        {for_terminal(item.uri)}{place}"
    if item.matched:
        yield f"        matched: {for_terminal(', '.join(item.matched))}"
