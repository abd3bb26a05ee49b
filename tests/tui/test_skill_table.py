"""tui.widget.skill_table: rows, cursor, marks and widths, in a running app."""

from collections.abc import Sequence

from textual.app import App, ComposeResult

from tests.screen.snapshot import text
from tui.glyph import UNICODE
from tui.widget.skill_table import Column, SkillTable

COLUMNS = (
    Column(title="Number", cell=lambda row: (row, "plain"), width=7),
    Column(title="Twice", cell=lambda row: (row * 2, "good"), weight=1),
    Column(title="Wide", cell=lambda row: ("wide", "muted"), width=6, least=30),
)


class Table(App[None]):
    """One table of texts."""

    def __init__(self, rows: Sequence[str]) -> None:
        super().__init__()
        self._rows = rows
        self.moved: list[str | None] = []
        self.chosen: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield SkillTable(COLUMNS, lambda row: row, UNICODE, empty=("Nothing here.",))

    @property
    def table(self) -> SkillTable[str]:
        return self.query_one(SkillTable)

    def on_mount(self) -> None:
        self.table.focus()
        self.table.fill(self._rows)

    def on_skill_table_moved(self) -> None:
        self.moved.append(self.table.current)

    def on_skill_table_chosen(self) -> None:
        self.chosen.append(self.table.current)


def numbers(count: int) -> list[str]:
    return [f"{number:05d}" for number in range(count)]


async def test_the_cursor_goes_through_ten_thousand_rows_and_stays_in_sight() -> None:
    app = Table(numbers(10_000))
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("end")
        assert app.table.current == "09999"
        assert "▸ 09999" in text(app)
        await pilot.press("up", "up")
        assert app.table.current == "09997"
        await pilot.press("home")
        assert "▸ 00000" in text(app)
        await pilot.press("pagedown", "pagedown", "pageup")
        assert app.table.current is not None and f"▸ {app.table.current}" in text(app)
        await pilot.press("enter")
        assert app.chosen == [app.table.current]


async def test_the_header_stays_when_rows_scroll() -> None:
    app = Table(numbers(100))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        lines = text(app).splitlines()
        assert lines[0].split() == ["Number", "Twice", "Wide"]
        assert lines[-1].startswith("▸ 00099")


async def test_the_cursor_stays_on_its_row_when_the_rows_are_filtered() -> None:
    app = Table(numbers(50))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press(*["down"] * 20)
        assert app.table.current == "00020"
        app.table.fill([row for row in numbers(50) if row.endswith("0")])
        assert app.table.current == "00020"
        app.table.fill(["00007"])
        assert app.table.current == "00007"
        app.table.fill([])
        assert app.table.current is None
        await pilot.press("enter", "down", "end", "pageup")
        assert app.chosen == []
        await pilot.pause()
        assert "Nothing here." in text(app)
        assert app.moved[-1] is None


async def test_marks_belong_to_rows_and_survive_another_order() -> None:
    app = Table(numbers(5))
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.toggle()
        app.table.toggle()
        assert app.table.cursor == 2
        app.table.fill(list(reversed(numbers(5))))
        assert sorted(app.table.chosen) == ["00000", "00001"]
        await pilot.pause()
        assert "◆" in text(app)
        app.table.marked.clear()
        assert app.table.chosen == ["00002"]


async def test_a_narrow_table_leaves_a_column_out_and_a_wide_one_fills_its_width() -> None:
    app = Table(numbers(3))
    async with app.run_test(size=(28, 6)) as pilot:
        assert "Wide" not in text(app)
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert "Wide" in text(app)


async def test_cells_of_wide_and_hostile_characters_keep_the_columns_in_line() -> None:
    app = Table(["漢字漢字漢", "\x1b]52;c;x\x07", "[@click=app.quit]x[/]", "plain"])
    async with app.run_test(size=(60, 8)):
        lines = text(app).splitlines()
        assert lines[1].startswith("▸ 漢字漢… 漢字漢字漢漢字漢字漢")
        assert lines[2].startswith("  <U+00…") or lines[2].startswith("  <U+001")
        assert lines[3].startswith("  [@clic… [@click=app.quit]x[/]")
        assert "\x1b" not in text(app)


async def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    app = Table(numbers(5))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.click(SkillTable, offset=(3, 3))
        assert app.table.cursor == 2
        assert app.chosen == []
        await pilot.click(SkillTable, offset=(3, 3))
        assert app.chosen == ["00002"]
