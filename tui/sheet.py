"""A page as lines of toned pieces for one width. Every text passes satchel.text here, so no widget sees raw text.

Widths are terminal cells: a wide character takes two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from rich.cells import cell_len, get_character_cell_size

from satchel.codec import timestamp
from satchel.errors import CodecError
from satchel.text import for_terminal
from tui.glyph import Glyphs, Tone

Piece: TypeAlias = tuple[str, Tone]
Line: TypeAlias = tuple[Piece, ...]

LABEL_WIDTH: Final = 12
NARROWEST: Final = 20
TEXT_LIMIT_CHARS: Final = 4000
PARAGRAPHS_LIMIT: Final = 200


class Sheet:
    """Collects the lines of one page. `lines` is what a Pane shows."""

    def __init__(self, width: int, glyphs: Glyphs) -> None:
        self.width = max(width, NARROWEST)
        self.glyphs = glyphs
        self.lines: list[Line] = []

    def blank(self) -> None:
        """An empty line, never two in a row and none at the top."""
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def heading(self, text: str) -> None:
        """A line that names what follows, with space before it."""
        self.blank()
        self.text(text, "accent")

    def text(self, text: str, tone: Tone = "plain", *, indent: int = 0) -> None:
        """A text in as many lines as it needs; its own line breaks are kept."""
        paragraphs = text.splitlines()
        for paragraph in paragraphs[:PARAGRAPHS_LIMIT]:
            self._hang((), paragraph, tone, indent=indent)
        if len(paragraphs) > PARAGRAPHS_LIMIT:
            self._hang((), f"{len(paragraphs) - PARAGRAPHS_LIMIT} more lines", "muted", indent=indent)

    def field(self, label: str, text: str | None, tone: Tone = "plain") -> None:
        """A label and its text beside it; nothing when there is no text."""
        if text:
            self._hang(((f"{for_terminal(label):<{LABEL_WIDTH}} ", "muted"),), text, tone, indent=LABEL_WIDTH + 1)

    def mark(self, sign: str, tone: Tone, text: str, *, label: str = "", width: int = 0) -> None:
        """A sign, a label of `width` cells, and a text that hangs beside both. The label has the sign's tone."""
        head: list[Piece] = [(f" {sign} ", tone)]
        if label:
            head.append((f"{for_terminal(label, limit=80):<{width}} ", tone))
        self._hang(tuple(head), text, "plain", indent=sum(cell_len(piece) for piece, _ in head))

    def step(self, text: str, *, indent: int = 3) -> None:
        """What to do next, behind an arrow."""
        head: Piece = (" " * indent + self.glyphs.step + " ", "muted")
        self._hang((head,), text, "muted", indent=cell_len(head[0]))

    def pieces(self, *pieces: Piece) -> None:
        """One line of pieces, cut at the width."""
        safe = tuple((for_terminal(text), tone) for text, tone in pieces)
        self.lines.append(_cut(safe, self.width, self.glyphs.ellipsis))

    def verbatim(self, text: str) -> None:
        """A text's lines with their spaces kept, each broken only where the width ends."""
        for line in text.splitlines():
            rest = for_terminal(line, limit=TEXT_LIMIT_CHARS * 4)
            while True:
                head, rest = take(rest, self.width)
                self.lines.append(((head, "plain"),))
                if not rest:
                    break

    def _hang(self, head: tuple[Piece, ...], text: str, tone: Tone, *, indent: int) -> None:
        indent = min(indent, self.width // 2)
        used = sum(cell_len(piece) for piece, _ in head)
        first = True
        for line in wrap(for_terminal(text, limit=TEXT_LIMIT_CHARS), self.width - max(indent, used if head else 0)):
            lead: tuple[Piece, ...] = head if first and head else ((" " * indent, "plain"),) if indent else ()
            self.lines.append((*lead, (line, tone)))
            first = False


def moment(text: str | None) -> str:
    """A point in time as people read it: the day alone when it begins at midnight, else with hour and minute. A text
    that is no such time stays as it is."""
    try:
        found = timestamp.parse(text or "")
    except CodecError:
        return text or ""
    return f"{found:%Y-%m-%d}" if (found.hour, found.minute) == (0, 0) else f"{found:%Y-%m-%d %H:%M} UTC"


def wrap(text: str, width: int) -> Iterator[str]:
    """The text cut at blanks into lines of at most `width` cells; a word that is wider is broken. At least one line."""
    width = max(width, 1)
    line = ""
    used = 0
    for word in text.split(" "):
        wide = cell_len(word)
        if line and used + 1 + wide > width:
            yield line
            line, used = "", 0
        if line:
            line, used = f"{line} {word}", used + 1 + wide
            continue
        while wide > width:
            head, rest = take(word, width)
            if not rest:
                break
            yield head
            word, wide = rest, cell_len(rest)
        line, used = word, wide
    yield line


def fit(text: str, width: int, ellipsis: str) -> str:
    """The text in exactly `width` cells: filled up with spaces, or cut and ending in the ellipsis."""
    wide = cell_len(text)
    if wide <= width:
        return text + " " * (width - wide)
    room = width - len(ellipsis)
    if room <= 0:
        return ellipsis[:width]
    head, _ = take(text, room)
    if cell_len(head) > room:  # one wide character, where there is room for a narrow one
        head = ""
    return head + ellipsis + " " * (room - cell_len(head))


def take(text: str, width: int) -> tuple[str, str]:
    """The beginning of the text that fits into `width` cells, one character at least, and the rest. A combining mark
    stays with the character before it."""
    if len(text) <= width and text.isascii():
        return text, ""
    used = 0
    for place, char in enumerate(text):
        used += get_character_cell_size(char)
        if used > width and place:
            return text[:place], text[place:]
    return text, ""


def _cut(line: Line, width: int, ellipsis: str) -> Line:
    kept: list[Piece] = []
    left = width
    for text, tone in line:
        wide = cell_len(text)
        if wide > left:
            kept.append((fit(text, left, ellipsis), tone))
            break
        kept.append((text, tone))
        left -= wide
    return tuple(kept)
