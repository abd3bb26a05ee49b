"""The search engine as values: words, a question as terms and FTS5 expression, repair of typing errors, ranking.

A question is cut into words; stop words go unless nothing else is left. The last word, and any word that only begins
words of the framework, is asked as a prefix, so that a picker answers while somebody types. A word that the framework
does not know is replaced by the nearest known ones: they share its trigrams and differ by one or two slips. FTS5 finds
items by BM25 over names (weight 8), other names (4) and descriptions (1); the best of them are then ranked by how
well one single name of theirs covers the question, and the question the name; a word that stands for another one in
names of the framework answers for it in part. A person decides; this only proposes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

QUESTION_LIMIT_CHARS: Final = 10_000
WORDS_LIMIT: Final = 48
ANSWERS_LIMIT: Final = 100
POOL: Final = 60
BEGINNINGS: Final = 20
SHORTEST_PREFIX: Final = 2
SHORTEST_BEGINNING: Final = 3
LONG_PREFIX: Final = 4
COMPLETIONS: Final = 12
LONG_WORD: Final = 8

_STOP: Final = (
    "a an and are as at be by for from in into is it its of on or our that the their them these they this those to was "
    "were which with"
)
STOP_WORDS: Final = frozenset(_STOP.split())
NEXT_NAMES: Final = 0.6
SWAPPED: Final = 0.6
STRONG: Final = 0.85
FAIR: Final = 0.55

# Beside it a word's uses say how common it is; only the proportion of weights counts.
_MANY_USES: Final = 60_000
_WORD: Final = re.compile(r"[^\W_]+")
_SIGNS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_MARKS: Final = re.compile("[\u0300-\u036f]")
_ENDINGS: Final = ("ing", "ed", "es", "s", "e")


class Vocabulary(Protocol):
    """The words of one copy."""

    def uses(self, word: str, /) -> int:
        """How often the copy has this word; 0 when it does not."""

    def begins(self, prefix: str, /) -> bool:
        """Whether a word of the copy begins so."""

    def completions(self, prefix: str, /) -> Iterable[str]:
        """The words that begin so and are used most; at most COMPLETIONS."""

    def swaps(self, stems: Collection[str], /) -> Iterable[str]:
        """Stems of words that stand for these in names of the copy (satchel.framework.swap)."""

    def near(self, grams: Collection[str], shortest: int, longest: int, /) -> Iterable[tuple[str, int]]:
        """Words of such a length that share most of these trigrams, each with its uses; at most a few dozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of the question: the words that answer for it, the prefix that does ("" when none does), and how much
    it says: a rare word more than one that half of the names have. `stems` are those of the words, `swaps` those that
    answer for them in part. `completions` are whole words that begin with the prefix: FTS5 keeps stems, and the stem
    of “weaknesses” is shorter than the beginning “weaknes”."""

    words: tuple[str, ...]
    prefix: str
    weight: float
    stems: frozenset[str]
    swaps: frozenset[str]
    completions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is put to one copy. `key` is its words in their form for comparing."""

    key: str
    terms: tuple[Term, ...]

    def expression(self) -> str:
        """The FTS5 expression; every word is quoted, so nothing of the question is syntax."""
        parts: list[str] = []
        for term in self.terms:
            parts.extend(f'"{word}"' for word in term.words if word != term.prefix)
            if term.prefix:
                parts.append(f'"{term.prefix}"*')
                parts.extend(f'"{word}"' for word in term.completions)
        return " OR ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item that was found: its names as keys, the preferred first, and its BM25 (0 when only a name began so)."""

    node: int
    keys: Sequence[str]
    bm25: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An item in its place. `fit` from 0 to 1 says how well its name `label` (an index) fits the question alone."""

    node: int
    score: float
    fit: float
    label: int


def fold(text: str) -> str:
    """The text in the form in which words are compared: lower case, without the accents of European letters."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", lower)))


def words(text: str) -> list[str]:
    """The folded words of a text."""
    folded = fold(text)
    if folded.isascii():  # most names are, and this way is three times as fast
        return folded.translate(_SIGNS).split()
    return _WORD.findall(folded)


def key(text: str) -> str:
    """The words of a text with single blanks: equal for texts that differ in case, accents and signs alone."""
    return " ".join(words(text))


def grams(word: str) -> set[str]:
    """The trigrams of a word with its two ends marked."""
    marked = f"^{word}$"
    return {marked[place : place + 3] for place in range(len(marked) - 2)}


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without the commonest endings of English: for the ranking alone, FTS5 has its own.

    The names of the candidates repeat few words; the cache keeps the 65,536 words used last.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_STOP_STEMS: Final = frozenset(map(stem, STOP_WORDS))


def ask(text: str, vocabulary: Vocabulary) -> Question:
    """The question for one copy. A question without a word has no terms."""
    every = words(text[:QUESTION_LIMIT_CHARS])[:WORDS_LIMIT]
    # Behind a blank a word is finished; before that it may be the beginning of any word, also of a stop word's.
    is_open = not text[-1:].isspace()
    last = len(every) - 1
    chosen = [place for place, word in enumerate(every) if word not in STOP_WORDS or (is_open and place == last)]
    terms: dict[str, Term] = {}
    for place in chosen or range(len(every)):
        word = every[place]
        if word not in terms or place == last:
            terms[word] = _term(word, vocabulary, is_open=is_open and place == last)
    return Question(key=" ".join(every), terms=tuple(terms.values()))


def _term(word: str, vocabulary: Vocabulary, *, is_open: bool) -> Term:
    meant: tuple[str, ...] = (word,)
    prefix = ""
    uses = vocabulary.uses(word)
    if uses:
        prefix = word if is_open and len(word) >= SHORTEST_PREFIX else ""
    elif len(word) >= (SHORTEST_PREFIX if is_open else SHORTEST_BEGINNING) and vocabulary.begins(word):
        prefix = word
    else:
        limit = slips_allowed(word)
        likeliest = repair(word, vocabulary.near(grams(word), len(word) - limit, len(word) + limit))
        # The word itself stays: FTS5 may know its stem.
        meant = (word, *(other for other, _ in likeliest))
        uses = max((count for _, count in likeliest), default=0)
    stems = frozenset(map(stem, meant))
    return Term(
        words=meant,
        prefix=prefix,
        weight=math.log(1 + _MANY_USES / (1 + uses)),
        stems=stems,
        swaps=frozenset(vocabulary.swaps(stems)) - stems,
        completions=tuple(vocabulary.completions(prefix)) if len(prefix) >= LONG_PREFIX else (),
    )


def repair(word: str, near: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The two likeliest words that were meant, each with its uses: fewest slips first, then the one used more."""
    limit = slips_allowed(word)
    found = [(distance, -uses, other) for other, uses in near if (distance := slips(word, other, limit)) <= limit]
    found.sort()
    return tuple((other, -uses) for distance, uses, other in found[:2] if distance == found[0][0])


def slips_allowed(word: str) -> int:
    """How many slips a word of this length may have and still be known for what it is."""
    return 1 if len(word) < LONG_WORD else 2


def slips(first: str, second: str, limit: int) -> int:
    """How many slips of typing turn one word into the other: a letter too many, missing, wrong, or two swapped.

    Gives limit + 1 as soon as it is more than the limit (optimal string alignment distance).
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, start=1):
        current = [place]
        for column, other in enumerate(second, start=1):
            cost = min(row[column] + 1, current[-1] + 1, row[column - 1] + (letter != other))
            if place > 1 and column > 1 and letter == second[column - 2] and first[place - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return row[-1]


def rank(question: Question, candidates: Iterable[Candidate], k: int) -> list[Ranked]:
    """The k best: the share of the best BM25, plus how well its best name fits, plus a part of how well the next three
    do, for a thing that is often called so is likelier meant. Of equals the shorter name comes first."""
    found = list(candidates)
    best = max((-candidate.bm25 for candidate in found), default=0.0)
    total = sum(term.weight for term in question.terms)
    ranked: list[tuple[float, int, int, float, int]] = []
    for candidate in found:
        fits: list[tuple[float, int, float]] = []
        for place, name in enumerate(candidate.keys):
            fit = _fit(name, question.terms, total)
            bonus = _beginning(name, question, is_preferred=place == 0)
            if fit + bonus:
                fits.append((-fit - bonus, place, fit))
        fits.sort()
        share = -candidate.bm25 / best if best else 0.0
        first, label, fit = fits[0] if fits else (0.0, 0, 0.0)
        score = share - first - NEXT_NAMES * sum(value for value, _, _ in fits[1:4]) / 3
        ranked.append((-score, len(candidate.keys[0]), candidate.node, fit, label))
    ranked.sort()
    return [Ranked(node=node, score=-score, fit=fit, label=label) for score, _, node, fit, label in ranked[:k]]


def _fit(name: str, terms: Sequence[Term], total: float) -> float:
    """The harmonic mean of how much of the question the name has and how much of the name the question asks. `total`
    is the weight of all terms."""
    stems = set(map(stem, name.split(" ")))
    hits, weight = 0.0, 0.0
    for term in terms:
        if not term.stems.isdisjoint(stems) or (term.prefix and f" {term.prefix}" in f" {name}"):
            hits += 1
            weight += term.weight
        elif not term.swaps.isdisjoint(stems):
            hits += SWAPPED
            weight += SWAPPED * term.weight
    if not hits:
        return 0.0
    content = len(stems - _STOP_STEMS) or 1
    cover, purity = weight / total, min(hits / content, 1.0)
    return 2 * cover * purity / (cover + purity)


def _beginning(name: str, question: Question, *, is_preferred: bool) -> float:
    """What a name gets for beginning with the whole question: what somebody types in a picker is its beginning."""
    if question.key and name.startswith(question.key):
        return 0.5 if is_preferred else 0.25
    if is_preferred and question.terms and (prefix := question.terms[0].prefix) and name.startswith(prefix):
        return 0.1
    return 0.0


def matched(question: Question, name: str) -> tuple[str, ...]:
    """The words of the name, as they stand there, that answer a word of the question: shown, so that one sees why."""
    return tuple(
        word
        for word in dict.fromkeys(_WORD.findall(name))
        if any(_answers(term, fold(word)) for term in question.terms)
    )


def _answers(term: Term, word: str) -> bool:
    own = stem(word)
    return own in term.stems or own in term.swaps or (term.prefix != "" and word.startswith(term.prefix))


def band(fit: float) -> str:
    """The fit in a word: `strong`, `fair` or `weak`. Never a reason to choose by itself."""
    return "strong" if fit >= STRONG else "fair" if fit >= FAIR else "weak"
