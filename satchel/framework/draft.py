"""A framework while it is read: the rules that every format shares.

An item needs an address and a name, one address stands for one item, the hierarchy runs in no circle, and what leads
nowhere is named. A reader fills a Draft and gets an ImportReport; what a rule forbids is rejected with its place.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from satchel.framework.graph import (
    CHILD,
    LABEL_LIMIT_CHARS,
    REPLACED,
    SKILL,
    Description,
    Edge,
    Framework,
    FrameworkFault,
    ImportReport,
    Node,
    Rejected,
    Source,
    Unresolved,
    is_uri,
    shown,
)
from satchel.port import Completeness, JsonObject

NODES_LIMIT: Final = 250_000
EDGES_LIMIT: Final = 2_000_000
LABELS_LIMIT: Final = 2_000
TEXT_LIMIT_CHARS: Final = 65_536
PREFIXES_LIMIT: Final = 16
KEPT_ROWS_LIMIT: Final = 1_000

# What these name belongs to the same framework; all other kinds lead to other frameworks or pages by their meaning.
INNER_KINDS: Final = frozenset({CHILD, SKILL, REPLACED, "isPartOf", "isPeerOf", "precedes", "hasSkillLevel"})
# Names of items that have no address of their own become version 5 UUIDs below this one: the same text, the same URN.
_OWN_NAMES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "tag:satchel,2026:framework")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A framework while it is read."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    duplicates: dict[str, None] = field(default_factory=dict)
    missing_names: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing_origins: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    minted: set[str] = field(default_factory=set)
    rubrics: list[JsonObject] = field(default_factory=list)

    def add(self, node: Node, *, file: str, place: str) -> bool:
        """Takes the item, or rejects it with its place; gives whether its address now stands for it."""
        fault = _fault(node)
        if fault is None and (held := self.nodes.get(node.uri)) is not None:
            if held == node:
                self.duplicates[node.uri] = None
                return True
            fault = (
                "framework.duplicate_uri",
                f"{shown(node.uri)} already stands for “{shown(held.label)}”",
            )
        if fault is not None:
            self.reject(*fault, file=file, place=place)
            return False
        if len(self.nodes) >= NODES_LIMIT:
            raise FrameworkFault("framework.too_large", f"{shown(file)} has more than {NODES_LIMIT} items")
        self.nodes[node.uri] = node
        return True

    def reject(self, code: str, reason: str, *, file: str, place: str) -> None:
        """Notes a row that is not taken; past a thousand of them the file is not what it seems."""
        if len(self.rejected) >= KEPT_ROWS_LIMIT:
            raise FrameworkFault(code, f"{shown(file)}: more than {KEPT_ROWS_LIMIT} rows cannot be taken: {reason}")
        self.rejected.append(Rejected(file=file, place=place, code=code, reason=reason))

    def link(self, kind: str, origin: str, target: str, note: str = "") -> None:
        """Takes a reference of a taken item to a URI; the same one twice counts once. What is no URI is a mere name."""
        if len(self.edges) >= EDGES_LIMIT:
            raise FrameworkFault("framework.too_large", f"more than {EDGES_LIMIT} references between items")
        if origin not in self.nodes:
            self.miss(kind, target, origin)
            return
        if not is_uri(target):
            self.miss(kind, origin, target)
            return
        self.edges[Edge(kind=kind, origin=origin, target=target, note=note)] = None

    def miss(self, kind: str, origin: str, name: str) -> None:
        """Notes a reference that has only a name, which no item of the copy has."""
        self.missing_names[kind, name] += 1
        self.missing_origins.setdefault((kind, name), origin)

    def mint(self, family: str, name: str, description: Description) -> str:
        """An address for an item that has none: the base and its code, else a URN of its name."""
        if description.own_base is not None:
            uri = description.own_base + re.sub(r"[^A-Za-z0-9._~-]+", "-", name.split("\n", 1)[0]).strip("-")
        else:
            uri = uuid.uuid5(_OWN_NAMES, f"{family}\n{name}").urn
        self.minted.add(uri)
        return uri

    def finish(
        self,
        *,
        title: str,
        kind: str,
        format_name: str,
        sources: tuple[Source, ...],
        digest: str,
        description: Description,
        framework_id: str = "",
        release: str = "",
        released: str = "",
        completeness: Completeness = "unknown",
        licence: str = "",
        publisher: str = "",
        within: str = "",
    ) -> ImportReport:
        """The report. `within` is how the publisher's own URIs begin, when that is known.

        Raises FrameworkFault framework.empty when nothing was taken or rejected, framework.cycle when the hierarchy
        runs in a circle.
        """
        if not self.nodes and not self.rejected:
            raise FrameworkFault("framework.empty", f"{shown(sources[0].name)} has no item")
        refuse_cycle(self.edges, self.nodes)
        if self.minted and description.own_base is None:
            self.notes.append(
                f"The publisher gives no address for {len(self.minted)} of the items; they got URNs made of their "
                "names, which alignments of other people will not name."
            )
        described = Framework(
            id=framework_id if is_uri(framework_id) else f"ni:///sha-256;{_base64url(bytes.fromhex(digest))}",
            title=_line(description.title or title) or kind,
            kind=description.kind or kind,
            format=format_name,
            release=_line(release if description.release is None else description.release),
            released=released if description.released is None else description.released,
            completeness=description.completeness or completeness,
            licence=_line(licence if description.licence is None else description.licence),
            publisher=_line(publisher),
            digest=digest,
            prefixes=prefixes(uri for uri in self.nodes if uri.startswith(within) and uri not in self.minted),
            sources=sources,
        )
        return ImportReport(
            framework=described,
            nodes=tuple(self._replaced()),
            edges=tuple(self.edges),
            rejected=tuple(self.rejected),
            unresolved=tuple(self._unresolved(described.id)),
            duplicates=tuple(self.duplicates),
            notes=tuple(self.notes),
            rubrics=tuple(self.rubrics),
        )

    def _replaced(self) -> Iterable[Node]:
        """The items, each with the targets of its `replacedBy` references; what is no URI replaces nothing."""
        targets: dict[str, list[str]] = {}
        for edge in self.edges:
            if edge.kind == REPLACED:
                targets.setdefault(edge.origin, []).append(edge.target)
        for node in self.nodes.values():
            extra = targets.get(node.uri)
            if extra or node.replaced_by:
                named = dict.fromkeys((*node.replaced_by, *(extra or ())))
                yield replace(node, replaced_by=tuple(uri for uri in named if is_uri(uri)))
            else:
                yield node

    def _unresolved(self, framework_id: str) -> Iterable[Unresolved]:
        counts: Counter[tuple[str, str]] = Counter()
        origins: dict[tuple[str, str], str] = {}
        for edge in self.edges:
            if edge.target not in self.nodes and edge.target != framework_id:
                counts[edge.kind, edge.target] += 1
                origins.setdefault((edge.kind, edge.target), edge.origin)
        for (kind, target), count in counts.items():
            yield Unresolved(
                kind=kind,
                target=target,
                name="",
                count=count,
                origin=origins[kind, target],
                is_external=kind not in INNER_KINDS,
            )
        for (kind, name), count in self.missing_names.items():
            yield Unresolved(
                kind=kind,
                target="",
                name=name,
                count=count,
                origin=self.missing_origins[kind, name],
                is_external=kind not in INNER_KINDS,
            )


def prefixes(uris: Iterable[str]) -> tuple[str, ...]:
    """How the URIs begin, up to the last `/`, `#` or `=`: the most frequent ones. URNs say nothing: all share them."""
    counts: Counter[str] = Counter()
    for uri in uris:
        if uri.startswith("http"):
            cut = max(uri.rfind("/"), uri.rfind("#"), uri.rfind("="))
            counts[uri[: cut + 1]] += 1
    common = [prefix for prefix, _ in counts.most_common(PREFIXES_LIMIT) if prefix.count("/") > 2]
    return tuple(sorted(common))


def refuse_cycle(edges: Iterable[Edge], nodes: Mapping[str, Node]) -> None:
    """Raises FrameworkFault framework.cycle, naming the items, when `isChildOf` references run in a circle."""
    above: dict[str, list[str]] = {}
    for edge in edges:
        if edge.kind == CHILD and edge.target in nodes:
            above.setdefault(edge.origin, []).append(edge.target)
    finished: set[str] = set()
    for start in above:
        path: list[str] = []
        on_path: set[str] = set()
        waiting = [(start, False)]
        while waiting:
            uri, is_left = waiting.pop()
            if is_left:
                finished.add(path.pop())
                on_path.discard(uri)
            elif uri in on_path:
                circle = [*path[path.index(uri) :], uri]
                names = " > ".join(shown(nodes[item].label if item in nodes else item) for item in circle[:6])
                raise FrameworkFault(
                    "framework.cycle",
                    f"{len(circle) - 1} items are each above the next: {names}",
                    details={"uris": circle[:50]},
                )
            elif uri not in finished:
                path.append(uri)
                on_path.add(uri)
                waiting.append((uri, True))
                waiting.extend((higher, False) for higher in above.get(uri, ()))


def _fault(node: Node) -> tuple[str, str] | None:
    if not is_uri(node.uri):
        return "framework.uri", f"“{shown(node.uri)}” is no absolute address" if node.uri else "it has no address"
    if not node.labels or any(not label.text for label in node.labels):
        return "framework.label", f"{shown(node.uri)} has no name"
    if any(len(label.text) > LABEL_LIMIT_CHARS for label in node.labels):
        return "framework.label", f"a name of {shown(node.uri)} has more than {LABEL_LIMIT_CHARS} characters"
    if len(node.labels) > LABELS_LIMIT or len(node.keywords) > LABELS_LIMIT:
        return "framework.too_large", f"{shown(node.uri)} has more than {LABELS_LIMIT} names"
    if len(node.description) > TEXT_LIMIT_CHARS:
        return "framework.too_large", f"the description of {shown(node.uri)} is longer than {TEXT_LIMIT_CHARS}"
    return None


def _line(text: str) -> str:
    """A description's text on one line, cut where nobody reads on."""
    return " ".join(text[:LABEL_LIMIT_CHARS].split())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
