"""RDF Dataset Canonicalization (RDFC-1.0) with SHA-256 or SHA-384 inside, and a budget of work.

Blank nodes that differ in what they say are named by one hash each; only the others need the slow part (§4.8), whose
cost an attacker can drive up without bound: it is refused when the budget is used up.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Final, Literal, TypeAlias

from satchel.errors import LinkedError
from satchel.linked.quads import Mixed, Quads

HashName: TypeAlias = Literal["sha256", "sha384"]

WORK_LIMIT: Final = 20_000
"""Steps of the slow part: quads looked at and labels put into paths. Honest documents need none."""


def canonicalize(quads: Quads, *, hash_name: HashName = "sha256", budget: int = WORK_LIMIT) -> bytes:
    """The canonical N-Quads document of the dataset, UTF-8. Raises LinkedError linked.too_complex, linked.text."""
    try:
        return "".join(labelled_lines(quads, _Naming(quads, hash_name, budget).labels())).encode("utf-8")
    except UnicodeEncodeError as fault:
        raise _half_a_pair() from fault


def labelled_lines(quads: Quads, labels: Mapping[str, str]) -> list[str]:
    """The lines of the dataset, each once, in code point order, with these labels for its blank nodes."""
    lines = set(quads.ground)
    for subject, tails in quads.tails.items():
        if tails:
            label = labels[subject]
            lines.update([label + tail for tail in tails])
    for subject, predicate, term, graph in quads.mixed:
        if graph[1] == "_":
            graph = f" {labels[graph[1:-3]]} .\n"
        lines.add(f"{labels.get(subject, subject)}{predicate}{labels.get(term, term)}{graph}")
    return sorted(lines)


def canonical_labels(quads: Quads, *, hash_name: HashName = "sha256", budget: int = WORK_LIMIT) -> Mapping[str, str]:
    """The canonical label (`_:c14n0`) of every blank node of the dataset by its label there.

    Raises LinkedError linked.too_complex, linked.text.
    """
    try:
        return _Naming(quads, hash_name, budget).labels()
    except UnicodeEncodeError as fault:
        raise _half_a_pair() from fault


class _Naming:
    """One run of the canonicalization algorithm (§4.4.3)."""

    __slots__ = ("_budget", "_first", "_hash", "_issued", "_lines", "_mixed", "_quads")

    def __init__(self, quads: Quads, hash_name: HashName, budget: int) -> None:
        self._hash = hashlib.sha256 if hash_name == "sha256" else hashlib.sha384
        self._budget = budget
        self._issued: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._quads = dict.fromkeys(quads.mixed)
        self._mixed: dict[str, list[Mixed]] = {}
        # For each blank node the lines of its quads with itself as _:a and any other as _:z (§4.6.3 steps 1 to 3).
        self._lines: dict[str, list[str]] = {
            node: ["_:a" + tail for tail in (tails if len(tails) == 1 else set(tails))]
            for node, tails in quads.tails.items()
            if tails
        }
        for quad in self._quads:
            self._place(quad)

    def labels(self) -> dict[str, str]:
        """Steps 3 to 5: unique hashes first, in their order, then the nodes that share one."""
        by_hash: dict[str, list[str]] = {}
        for node, lines in self._lines.items():
            lines.sort()
            self._first[node] = found = self._hash("".join(lines).encode("utf-8")).hexdigest()
            by_hash.setdefault(found, []).append(node)
        shared: list[list[str]] = []
        for found in sorted(by_hash):
            nodes = by_hash[found]
            if len(nodes) == 1:
                self._issue(nodes[0])
            else:
                shared.append(nodes)
        if not shared:
            return self._issued
        for quad in self._quads:
            for node in {quad[0], quad[2], quad[3][1:-3]}:
                if node[:1] == "_":
                    self._mixed.setdefault(node, []).append(quad)
        try:
            for nodes in shared:
                self._name_shared(nodes)
        except RecursionError as fault:
            raise _too_complex() from fault
        return self._issued

    def _place(self, quad: Mixed) -> None:
        """Note the line of a quad under each blank node it names."""
        subject, predicate, term, graph = quad
        lines = self._lines
        if graph[1] != "_" and subject != term:
            if subject[0] == "_":
                lines.setdefault(subject, []).append(f"_:a{predicate}_:z{graph}")
                subject = "_:z"
            lines.setdefault(term, []).append(f"{subject}{predicate}_:a{graph}")
            return
        name = graph[1:-3]
        for node in {subject, term, name}:
            if node[:1] == "_":
                told = [("_:a" if other == node else "_:z") if other[:1] == "_" else other for other in (subject, term)]
                where = graph if name[:1] != "_" else f" {'_:a' if name == node else '_:z'} .\n"
                lines.setdefault(node, []).append(f"{told[0]}{predicate}{told[1]}{where}")

    def _issue(self, node: str) -> str:
        return self._issued.setdefault(node, f"_:c14n{len(self._issued)}")

    def _name_shared(self, nodes: Iterable[str]) -> None:
        """Step 5: the nodes of one hash, told apart by what lies around them."""
        paths: list[tuple[str, dict[str, str]]] = []
        for node in nodes:
            if node not in self._issued:
                paths.append(self._around(node, {node: "_:b0"}))
        paths.sort(key=lambda path: path[0])
        for _, issued in paths:
            for node in issued:
                self._issue(node)

    def _around(self, node: str, issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Hash N-Degree Quads (§4.8.3): the hash of what is around a node, and the temporary labels it gave.

        `issued` holds temporary labels in the order of their making; it is not changed.
        """
        related: dict[str, list[str]] = {}
        for quad in self._mixed.get(node, ()):  # step 3
            self._spend(1)
            subject, predicate, term, graph = quad
            for position, other in (("s", subject), ("o", term), ("g", graph[1:-3])):
                if other[:1] == "_" and other != node:
                    found = self._related(other, predicate, position, issued)
                    related.setdefault(found, []).append(other)
        around: list[str] = []
        for found in sorted(related):  # step 5
            path, issued = self._shortest(related[found], issued)
            around += found, path
        return self._hash("".join(around).encode("utf-8")).hexdigest(), issued

    def _related(self, other: str, predicate: str, position: str, issued: Mapping[str, str]) -> str:
        """Hash Related Blank Node (§4.7.3)."""
        known = self._issued.get(other) or issued.get(other) or self._first[other]
        told = f"{position}{known}" if position == "g" else f"{position}{predicate.strip()}{known}"
        return self._hash(told.encode("utf-8")).hexdigest()

    def _shortest(self, nodes: list[str], issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Steps 5.2 to 5.6: the least path over all orders of these nodes, and the labels along it."""
        chosen_path = ""
        chosen = issued
        for order in _orders(nodes):
            self._spend(len(order))
            labels = dict(issued)
            unnamed: list[str] = []
            path = ""
            for node in order:  # step 5.4.4
                if node in self._issued:
                    path += self._issued[node]
                else:
                    if node not in labels:
                        unnamed.append(node)
                        labels[node] = f"_:b{len(labels)}"
                    path += labels[node]
                if chosen_path and len(path) >= len(chosen_path) and path > chosen_path:
                    break
            else:
                for node in unnamed:  # step 5.4.5
                    found, deeper = self._around(node, labels)
                    path += f"{labels[node]}<{found}>"
                    labels = deeper
                    if chosen_path and len(path) >= len(chosen_path) and path > chosen_path:
                        break
                else:
                    if not chosen_path or path < chosen_path:  # step 5.4.6
                        chosen_path, chosen = path, labels
        return chosen_path, chosen

    def _spend(self, units: int) -> None:
        self._budget -= units
        if self._budget < 0:
            raise _too_complex()


def _orders(nodes: list[str]) -> Iterator[tuple[str, ...]]:
    """Every order of the nodes once. A node stands there once for each quad of a graph that it names: to swap it with
    itself changes nothing, and would cost n! steps for a proof of n members."""
    left = Counter(nodes)
    if len(left) == len(nodes):
        return permutations(nodes)
    return _orders_of(left, ())


def _orders_of(left: Counter[str], order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    is_whole = True
    for node, count in left.items():
        if count:
            is_whole = False
            left[node] -= 1
            yield from _orders_of(left, (*order, node))
            left[node] += 1
    if is_whole:
        yield order


def _too_complex() -> LinkedError:
    return LinkedError(
        "linked.too_complex",
        "the blank nodes of the document are too much alike to be told apart in bounded time",
        details={"path": ""},
    )


def _half_a_pair() -> LinkedError:
    return LinkedError("linked.text", "a text has half of a surrogate pair", details={"path": ""})
