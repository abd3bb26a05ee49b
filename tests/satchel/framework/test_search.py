from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.framework import search
from satchel.framework.search import Candidate, Question, ask, band, fold, key, matched, rank, repair, slips, words


class Words:
    """A vocabulary of words and their uses, and pairs of words that stand for one another."""

    def __init__(self, uses: dict[str, int], swaps: dict[str, set[str]] | None = None) -> None:
        self._uses = uses
        self._swaps = swaps or {}

    def uses(self, word: str) -> int:
        return self._uses.get(word, 0)

    def begins(self, prefix: str) -> bool:
        return any(word.startswith(prefix) for word in self._uses)

    def completions(self, prefix: str) -> Iterable[str]:
        found = sorted((-uses, word) for word, uses in self._uses.items() if word.startswith(prefix))
        return [word for _, word in found[: search.COMPLETIONS]]

    def swaps(self, stems: Collection[str]) -> Iterable[str]:
        return [other for word in stems for other in self._swaps.get(word, ())]

    def near(self, grams: Collection[str], shortest: int, longest: int) -> Iterable[tuple[str, int]]:
        return [
            (word, uses)
            for word, uses in self._uses.items()
            if shortest <= len(word) <= longest and search.grams(word) & set(grams)
        ]


SEA = Words(
    {"tie": 5, "knots": 9, "knot": 2, "ropes": 7, "rope": 3, "maintain": 4, "maintenance": 1, "network": 3, "and": 50},
    {"tie": {"mak"}},
)


def terms(text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(term.words, term.prefix) for term in ask(text, SEA).terms]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tie KNOTS, quickly!", ["tie", "knots", "quickly"]),
        ("Éclair & Größe", ["eclair", "große"]),
        ("snake_case x2", ["snake", "case", "x2"]),
        ("нож и верёвка", ["нож", "и", "веревка"]),
        ("<script>alert(1)</script>", ["script", "alert", "1", "script"]),
        ("", []),
        ("—…!", []),
    ],
)
def test_words_are_folded_and_signs_part_them(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_texts_that_differ_in_case_accents_and_signs_have_one_key() -> None:
    assert key("Café-Owner  (EU)") == key("cafe owner eu") == "cafe owner eu"


@given(st.text(max_size=60))
def test_folding_a_text_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_no_question_is_syntax_of_the_index(text: str) -> None:
    """Quotes are the only sign with a meaning inside an FTS5 string, and no word has one."""
    for part in filter(None, ask(text, SEA).expression().split(" OR ")):
        inside = part.removesuffix("*")
        assert inside[0] == inside[-1] == '"'
        assert inside.count('"') == 2


def test_the_last_word_is_asked_as_a_beginning_until_a_blank_ends_it() -> None:
    assert terms("tie knot") == [(("tie",), ""), (("knot",), "knot")]
    assert terms("tie knot ") == [(("tie",), ""), (("knot",), "")]


def test_any_word_that_only_begins_others_is_asked_as_a_beginning() -> None:
    assert terms("maint ropes ") == [(("maint",), "maint"), (("ropes",), "")]
    assert terms("ne tie ")[0] == (("ne",), "")


def test_a_long_beginning_is_asked_as_whole_words_too() -> None:
    """FTS5 keeps stems: the beginning “maintenanc” is longer than the stem of the word that is meant."""
    assert ask("maintenanc", SEA).expression() == '"maintenanc"* OR "maintenance"'
    assert ask("kno", SEA).expression() == '"kno"*'


def test_stop_words_go_unless_nothing_else_is_left() -> None:
    assert [one for one, _ in terms("and ropes ")] == [("ropes",)]
    assert [one for one, _ in terms("and ")] == [("and",)]
    assert terms("ropes and")[1] == (("and",), "and")


def test_a_word_with_a_slip_is_replaced_by_the_nearest_and_stays_itself() -> None:
    assert terms("konts ")[0][0] == ("konts", "knots")
    assert terms("maintainance ")[0][0] == ("maintainance", "maintenance")
    assert terms("zzzz ")[0][0] == ("zzzz",)


def test_a_rare_word_says_more_than_a_common_one() -> None:
    rare, common = ask("maintenance and", SEA).terms
    assert rare.weight > common.weight


def test_a_question_of_ten_thousand_words_is_cut() -> None:
    assert len(ask("knots ropes tie " * 5000, SEA).terms) <= search.WORDS_LIMIT
    assert ask("", SEA).expression() == ""


@pytest.mark.parametrize(
    ("first", "second", "limit", "expected"),
    [
        ("knot", "knot", 1, 0),
        ("knot", "knto", 1, 1),
        ("knot", "knt", 1, 1),
        ("knot", "knoot", 1, 1),
        ("knot", "knit", 1, 1),
        ("knot", "nkto", 1, 2),
        ("knot", "nkto", 2, 2),
        ("knot", "rope", 2, 3),
        ("knot", "knotted", 2, 3),
    ],
)
def test_slips_are_counted_up_to_a_limit(first: str, second: str, limit: int, expected: int) -> None:
    assert slips(first, second, limit) == expected


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_slips_are_the_same_both_ways(first: str, second: str) -> None:
    assert slips(first, second, 9) == slips(second, first, 9)


def test_repair_prefers_fewer_slips_then_the_commoner_word() -> None:
    near = [("rope", 3), ("ropes", 9), ("robe", 50), ("maintenance", 1)]
    assert repair("rpoe", near) == (("rope", 3),)
    assert repair("roqe", near) == (("robe", 50), ("rope", 3))
    assert repair("sailing", near) == ()


def question(text: str) -> Question:
    return ask(text, SEA)


def order(text: str, *names: list[str], bm25: float = -1.0) -> list[int]:
    found = [Candidate(node=place, keys=keys, bm25=bm25) for place, keys in enumerate(names)]
    return [one.node for one in rank(question(text), found, 10)]


def test_a_name_that_is_the_question_comes_before_longer_ones() -> None:
    assert order("tie knots ", ["tie knots and ropes"], ["tie knots"], ["maintain knots"]) == [1, 0, 2]


def test_another_name_counts_when_the_preferred_one_does_not_fit() -> None:
    found = rank(question("maintain ropes "), [Candidate(node=7, keys=["care", "maintain ropes"], bm25=-1.0)], 5)
    assert [(one.node, one.label) for one in found] == [(7, 1)]


def test_a_beginning_that_somebody_types_lifts_the_name() -> None:
    assert order("mai", ["network maintenance"], ["maintain ropes"]) == [1, 0]


def test_a_word_that_stands_for_another_answers_in_part() -> None:
    assert order("tie knots ", ["sell knots"], ["make knots"], ["tie knots"]) == [2, 1, 0]


def test_no_more_than_asked_for_come_back_and_nothing_of_nothing() -> None:
    assert len(rank(question("knots"), [Candidate(node=1, keys=["knots"], bm25=-1)] * 9, 3)) == 3
    assert rank(question(""), [], 3) == []


def test_matched_words_are_shown_as_they_stand_in_the_name() -> None:
    assert matched(question("tie knot"), "Tie Knots for Making rope") == ("Tie", "Knots", "Making")
    assert matched(question("éclair"), "Éclairs") == ("Éclairs",)


def test_bands_are_words_for_how_well_a_name_fits() -> None:
    assert [band(fit) for fit in (1.0, 0.6, 0.1)] == ["strong", "fair", "weak"]
