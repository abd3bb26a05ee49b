"""tui.widget.pane: pages wrap to the width and scroll."""

from textual.app import App, ComposeResult

from tests.screen.snapshot import text
from tui.glyph import UNICODE
from tui.sheet import Sheet
from tui.widget.pane import Pane


def many(sheet: Sheet) -> None:
    for number in range(50):
        sheet.text(f"line {number:02d} with some words that have to wrap somewhere")


class Reader(App[None]):
    """One pane."""

    def compose(self) -> ComposeResult:
        yield Pane(UNICODE, many)

    def on_mount(self) -> None:
        self.query_one(Pane).focus()


async def test_no_word_is_lost_at_any_width_whether_or_not_a_scroll_bar_is_shown() -> None:
    app = Reader()
    async with app.run_test(size=(30, 10)) as pilot:
        pane = app.query_one(Pane)
        for width in (30, 31, 55, 56, 57, 58, 90):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            words = pane.text.split()
            assert (
                words
                == " ".join(f"line {n:02d} with some words that have to wrap somewhere" for n in range(50)).split()
            )
            seen = text(app).replace("▁", "").splitlines()[0].strip(" ▏▎▍▌▋▊▉█▔▕▂▃▄▅▆▇")
            assert seen == pane.text.splitlines()[0].rstrip()


async def test_the_keys_scroll_and_another_page_begins_at_its_top() -> None:
    app = Reader()
    async with app.run_test(size=(70, 10)) as pilot:
        pane = app.query_one(Pane)
        await pilot.pause()
        await pilot.press("down", "down")
        assert pane.scroll_offset.y == 2
        await pilot.press("pagedown")
        assert pane.scroll_offset.y == 11
        await pilot.press("end")
        assert "line 49" in text(app)
        await pilot.press("up", "home", "space", "pageup")
        assert pane.scroll_offset.y == 0
        await pilot.press("end")
        pane.show(lambda sheet: sheet.text("another page"))
        await pilot.pause()
        assert pane.scroll_offset.y == 0
        assert text(app).startswith("another page")
