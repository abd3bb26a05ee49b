"""Which words stand for one another in a framework, learned from its own names.

Two names of one item that differ in one word (`purchase goods`, `buy goods`) say that the two words may be swapped
there. Pairs that do so in three items or more are kept, for the ranking alone: a question that says `buy` also fits a
name that says `purchase`, only less. A framework with few names teaches nothing, and then nothing changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from satchel.framework.search import STOP_WORDS, stem

NAMES_LIMIT: Final = 24
WORDS_LIMIT: Final = 6
LEAST_ITEMS: Final = 3
OTHERS_LIMIT: Final = 12


def swaps(items: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The stems that stand for a stem, the likeliest first, from the names (as keys) of each item.

    At most 24 names of an item are compared with each other, so that one item with thousands costs no more.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for names in items:
        counts.update(_pairs([_content(name) for name in names[:NAMES_LIMIT]]))
    others: dict[str, list[str]] = {}
    for (first, second), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count < LEAST_ITEMS:
            break
        for word, other in ((first, second), (second, first)):
            known = others.setdefault(word, [])
            if len(known) < OTHERS_LIMIT:
                known.append(other)
    return {word: tuple(known) for word, known in others.items()}


def _pairs(names: Sequence[frozenset[str]]) -> set[tuple[str, str]]:
    """The pairs of words in which two names of an item differ, each once an item."""
    found: set[tuple[str, str]] = set()
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            if len(name) == len(other) > 1:
                gone = name - other
                if len(gone) == 1:
                    (first,), (second,) = gone, other - name
                    found.add((min(first, second), max(first, second)))
    return found


def _content(name: str) -> frozenset[str]:
    """The stems of a short name without stop words; nothing for a long one."""
    words = [stem(word) for word in name.split(" ") if word not in STOP_WORDS]
    return frozenset(words) if 2 <= len(words) <= WORDS_LIMIT else frozenset()
