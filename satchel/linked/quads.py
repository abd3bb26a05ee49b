"""An RDF dataset in the shape that canonicalization wants: lines of N-Quads, cut where a blank node's label goes.

Terms are texts as N-Quads writes them: `<iri>`, `_:label`, or a literal with its quotation marks. A predicate has its
spaces (` <iri> `). A graph is the end of its lines: ` .\\n` for the default graph, ` <iri> .\\n`, ` _:label .\\n`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

DEFAULT_GRAPH: Final = " .\n"

Mixed: TypeAlias = tuple[str, str, str, str]


class Quads:
    """A dataset. `ground`: whole lines without blank nodes. `tails`: for each blank node, the rest of the lines that
    it begins and that name no other blank node. `mixed`: (subject, predicate, object, graph) of all other quads.

    A quad may be listed twice; a dataset is a set.
    """

    __slots__ = ("ground", "mixed", "tails")

    def __init__(self) -> None:
        self.ground: list[str] = []
        self.tails: dict[str, list[str]] = {}
        self.mixed: list[Mixed] = []

    def add(self, subject: str, predicate: str, object_: str, graph: str) -> None:
        """Put one quad where it belongs."""
        if object_[0] == "_" or graph[1] == "_":
            self.mixed.append((subject, predicate, object_, graph))
        elif subject[0] == "_":
            self.tails.setdefault(subject, []).append(predicate + object_ + graph)
        else:
            self.ground.append(subject + predicate + object_ + graph)

    def lines(self) -> Iterator[str]:
        """All lines as they are, in no order, perhaps twice."""
        yield from self.ground
        for subject, tails in self.tails.items():
            for tail in tails:
                yield subject + tail
        for quad in self.mixed:
            yield "".join(quad)
