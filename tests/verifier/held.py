"""A small shelf of frameworks in memory, for tests: what is put into it is what it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from satchel.port import HeldFramework, HeldNode

COPY = HeldFramework(
    id="https://skills.example/framework",
    title="Skills of the sea",
    kind="ropes",
    release="2",
    released="2026-06-01",
    completeness="complete",
    licence="CC BY 4.0",
    digest="a" * 64,
    prefixes=("https://skills.example/item/",),
)
KNOTS = "https://skills.example/item/knots"


def copy(**changes: Any) -> HeldFramework:
    return replace(COPY, **changes)


def node(framework: HeldFramework = COPY, **changes: Any) -> HeldNode:
    given: dict[str, Any] = {
        "uri": KNOTS,
        "framework": framework,
        "labels": (("en", "Knots and hitches"), ("de", "Knoten und Steke"), ("en", "Rope work")),
        "code": "S.1.2",
        "kind": "skill",
        "level": "",
        "is_obsolete": False,
        "obsolete_since": "",
        "replaced_by": (),
    }
    return HeldNode(**(given | changes))


@dataclass(frozen=True)
class Shelf:
    """Implements satchel.port.FrameworkShelf."""

    copies: tuple[HeldFramework, ...] = (COPY,)
    held: tuple[HeldNode, ...] = ()

    def frameworks(self) -> tuple[HeldFramework, ...]:
        return self.copies

    def nodes(self, uri: str, /) -> tuple[HeldNode, ...]:
        return tuple(one for one in self.held if one.uri == uri)
