from __future__ import annotations

import pytest

from satchel.framework import table
from satchel.framework.graph import FrameworkFault


def cells(text: str) -> list[dict[str, str]]:
    return [row.cells for row in table.read(text, name="a.csv").rows]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_header_says_what_parts_the_cells(sign: str) -> None:
    assert cells(f"Human Coding Scheme{sign}fullStatement\nA.1{sign}tie knots\n") == [
        {"humancodingscheme": "A.1", "fullstatement": "tie knots"}
    ]


def test_cells_may_hold_commas_quotes_line_breaks_and_odd_separators() -> None:
    text = 'a,b\r\n"x, ""y""","1\n2"\r\nz\u2028z,\x85\x0c\r\n'
    assert cells(text) == [{"a": 'x, "y"', "b": "1\n2"}, {"a": "z\u2028z", "b": "\x85\x0c"}]


def test_a_row_knows_the_line_where_it_begins() -> None:
    found = table.read('a,b\n"1\n2",3\n\n4,5\n', name="a.csv")
    assert [row.line for row in found.rows] == [2, 5]


def test_a_quote_in_a_tab_separated_file_is_text() -> None:
    assert cells('a\tb\n"x\ty"z\n') == [{"a": '"x', "b": 'y"z'}]


def test_rows_with_too_few_or_too_many_cells_are_told_with_their_lines() -> None:
    found = table.read("a,b\n1,2\n3\n,\n\n4,5,6\n", name="a.csv")
    assert [row.line for row in found.rows] == [2, 4]
    assert [line for line, _ in found.broken] == [3, 6]
    assert "1 cells" in found.broken[0][1]


@pytest.mark.parametrize(
    "text",
    ["", "\n1,2\n", 'a,b\n"x"y,1\n', 'a,b\n"never closed,1\n', "a,A\n1,2\n", ",".join(map(str, range(201))) + "\n"],
    ids=["empty", "no header", "bad quote", "open quote", "column twice", "too many columns"],
)
def test_a_broken_table_is_refused_whole(text: str) -> None:
    with pytest.raises(FrameworkFault) as caught:
        table.read(text, name="a.csv")
    assert caught.value.code == "framework.csv"


def test_a_cell_beyond_every_measure_is_refused() -> None:
    with pytest.raises(FrameworkFault) as caught:
        table.read(f"a,b\n{'x' * 200_000},1\n", name="a.csv")
    assert (caught.value.code, "line 2" in caught.value.message) == ("framework.csv", True)


def test_unnamed_columns_at_the_end_do_no_harm() -> None:
    assert cells("a,b,,\n1,2,,\n")[0]["b"] == "2"


def test_the_first_column_that_is_there_is_read() -> None:
    (row,) = table.read("educational level\n 06 \n", name="a.csv").rows
    assert row.get("educationlevel", "educationallevel") == "06"
    assert row.get("nothing") == ""
