"""tui.sheet: lines for a width, and no raw text in them."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.glyph import ASCII, UNICODE
from tui.sheet import Sheet, fit, moment, take, wrap

TEXTS = st.text(max_size=300)
WIDTHS = st.integers(min_value=1, max_value=80)


@given(TEXTS.map(lambda text: text.replace("\t", " ")), WIDTHS)
def test_wrapped_lines_keep_the_width_and_every_character(text: str, width: int) -> None:
    shown = "".join(char for char in text if char == " " or unicodedata.category(char)[0] in "LNPS")
    lines = list(wrap(shown, width))
    # A wide character cannot be broken: alone on a line it may take one cell more than there is.
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    assert "".join("".join(lines).split(" ")) == "".join(shown.split(" "))


@given(TEXTS, st.integers(min_value=0, max_value=60))
def test_a_fitted_text_has_exactly_the_width(text: str, width: int) -> None:
    shown = "".join(char for char in text if char.isprintable())
    if width > 3:
        assert cell_len(fit(shown, width, "…")) == width
        assert cell_len(fit(shown, width, "...")) == width


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert take("ab漢字cd", 3) == ("ab", "漢字cd")
    assert take("漢字", 1) == ("漢", "字")
    assert fit("漢字漢字", 5, "…") == "漢字…"
    assert list(wrap("漢字漢 x", 5)) == ["漢字", "漢 x"]


def test_a_combining_mark_stays_with_its_letter() -> None:
    assert take("e\u0301e\u0301x", 2) == ("e\u0301e\u0301", "x")


def test_a_field_hangs_beside_its_label_and_is_left_out_without_a_text() -> None:
    sheet = Sheet(30, UNICODE)
    sheet.field("issuer", "An invented coastal college of data")
    sheet.field("until", "")
    sheet.field("until", None)
    assert ["".join(text for text, _ in line) for line in sheet.lines] == [
        "issuer       An invented",
        "             coastal college",
        "             of data",
    ]


HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x9b31m\u202egnp\u200b\r\b[@click=app.quit]x[/]\x00" + "e" + "\u0301" * 50


def test_every_way_to_write_makes_the_text_safe() -> None:
    sheet = Sheet(60, ASCII)
    sheet.text(HOSTILE)
    sheet.heading(HOSTILE)
    sheet.field(HOSTILE, HOSTILE)
    sheet.mark("+", "good", HOSTILE, label=HOSTILE, width=10)
    sheet.step(HOSTILE)
    sheet.pieces((HOSTILE, "plain"))
    sheet.verbatim(HOSTILE)
    written = "".join(text for line in sheet.lines for text, _ in line)
    assert "<U+001B>" in written and "<U+202E>" in written
    assert {unicodedata.category(char) for char in written}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    assert "\u0301" * 5 not in written


def test_two_blank_lines_never_follow_each_other() -> None:
    sheet = Sheet(30, UNICODE)
    sheet.blank()
    sheet.text("one")
    sheet.blank()
    sheet.blank()
    sheet.text("two")
    assert [bool(line) for line in sheet.lines] == [True, False, True]


def test_a_text_of_many_lines_is_cut_and_says_so() -> None:
    sheet = Sheet(40, UNICODE)
    sheet.text("\n".join("x" for _ in range(1000)))
    assert "".join(text for text, _ in sheet.lines[-1]) == "800 more lines"


def test_verbatim_keeps_spaces_and_every_character() -> None:
    sheet = Sheet(20, UNICODE)
    sheet.verbatim("    " + "0123456789" * 5)
    assert "".join(text for line in sheet.lines for text, _ in line) == "    " + "0123456789" * 5


def test_a_point_in_time_is_shown_as_people_read_it_and_any_other_text_as_it_is() -> None:
    assert moment("2026-03-01T00:00:00Z") == "2026-03-01"
    assert moment("2026-03-01T02:30:00+02:00") == "2026-03-01 00:30 UTC"
    for text in ("2026-03-01", "yesterday", "2026-02-30T00:00:00Z", "\x1b[2J"):
        assert moment(text) == text
    assert moment(None) == moment("") == ""
