"""Which words stand for one another in a framework, learned from its own names.

Two names of one item that differ in one word (`purchase goods`, `buy goods`) say that the two words may be swapped
there. Pairs that do so in three items or more are kept, for the ranking alone: a question that says `buy` also fits a
name that says `purchase`, only less. A framework with few names teaches nothing, and then nothing changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
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
    counts: Counter[tuple[int, int]] = Counter()
    numbers: dict[str, int] = dict.fromkeys(STOP_WORDS, 0)
    for names in items:
        if len(names) > 1:
            counts.update(_pairs(names[:NAMES_LIMIT], numbers))
    stems = {number: stem(word) for word, number in numbers.items()}
    kept = [
        (-count, min(stems[one], stems[two]), max(stems[one], stems[two]))
        for (one, two), count in counts.items()
        if count >= LEAST_ITEMS
    ]
    kept.sort()
    others: dict[str, list[str]] = {}
    for _, first, second in kept:
        for word, other in ((first, second), (second, first)):
            known = others.setdefault(word, [])
            if len(known) < OTHERS_LIMIT:
                known.append(other)
    return {word: tuple(known) for word, known in others.items()}


def _pairs(names: Sequence[str], numbers: dict[str, int]) -> set[tuple[int, int]]:
    """The pairs of stems, as numbers, in which two short names of an item differ, each once an item.

    A name is the sum of the numbers of its stems, for two names that differ in one word are equal without one word
    each, and sums are found faster than sets. `numbers` are those of the words met so far, 0 for stop words; more are
    added. A number has 56 bits of a hash, so that sums of different words meet by chance once in a billion names.
    """
    found: set[tuple[int, int]] = set()
    left: dict[int, list[int]] = {}
    for name in names:
        words = name.split(" ")
        if len(words) > WORDS_LIMIT + 3:
            continue
        for word in words:
            if word not in numbers:
                numbers[word] = int.from_bytes(blake2b(stem(word).encode("utf-8"), digest_size=7).digest(), "big") or 1
        own = {numbers[word] for word in words} - {0}
        if 2 <= len(own) <= WORDS_LIMIT:
            whole = sum(own)
            for number in own:
                others = left.get(whole - number)
                if others is None:
                    left[whole - number] = [number]
                elif number not in others:
                    found.update((number, other) if number < other else (other, number) for other in others)
                    others.append(number)
    return found
