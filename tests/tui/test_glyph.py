"""tui.glyph: a meaning is a sign and a word."""

import unicodedata

import pytest

from tui.glyph import ASCII, UNICODE, Glyphs, short_verdict, verdict_tone, verdict_word


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=lambda glyphs: glyphs.name)
def test_every_outcome_has_a_sign_of_its_own(glyphs: Glyphs) -> None:
    assert len(set(glyphs.outcomes.values())) == len(glyphs.outcomes) == 5


def test_the_ascii_set_is_ascii() -> None:
    signs = [*ASCII.outcomes.values(), *(getattr(ASCII, name) for name in Glyphs.__slots__ if name != "outcomes")]
    assert all(isinstance(sign, str) and sign.isascii() for sign in signs)


def test_a_sign_is_one_cell_wide() -> None:
    for sign in (*UNICODE.outcomes.values(), UNICODE.cursor, UNICODE.chosen, UNICODE.dot, UNICODE.bar):
        assert len(sign) == 1 and unicodedata.east_asian_width(sign) not in "WF"


@pytest.mark.parametrize("verdict", ["accepted", "accepted_with_warnings", "undecided", "rejected", "malformed"])
def test_every_verdict_has_a_word(verdict: str) -> None:
    assert verdict_word(verdict) and short_verdict(verdict)
    assert len(short_verdict(verdict)) <= 9


def test_a_word_that_is_no_verdict_counts_as_unknown() -> None:
    assert verdict_tone("splendid") == "doubt"
    assert UNICODE.verdict("splendid") == "?"


def test_a_bar_and_dots_stay_within_their_width() -> None:
    assert UNICODE.level(4, 5, 10) == "████████░░"
    assert UNICODE.level(9, 5, 10) == "██████████"
    assert UNICODE.level(-1, 5, 10) == UNICODE.level(1, 0, 10) == "░░░░░░░░░░"
    assert ASCII.dots(2, 3) == "**."
    assert ASCII.dots(7, 3) == "***"
