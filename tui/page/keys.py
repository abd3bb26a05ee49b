"""The help page, written from the bindings that work at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tui.sheet import Sheet

KEY_WIDTH: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One action: its keys as people read them, its words, and why one would use it."""

    keys: tuple[str, ...]
    words: str
    why: str


def write(sheet: Sheet, groups: Mapping[str, Sequence[KeyRow]]) -> None:
    """The keys by the part of the screen that they belong to, and what the signs mean."""
    for name, rows in groups.items():
        sheet.heading(name)
        for row in rows:
            text = f"{row.words}: {row.why}" if row.why else row.words
            sheet.mark(" ".join(row.keys).ljust(KEY_WIDTH), "strong", text)
    sheet.heading("Signs")
    signs = sheet.glyphs.outcomes
    sheet.mark(signs["pass"], "good", "checked and in order")
    sheet.mark(signs["warn"], "warn", "in order, with something that you should know")
    sheet.mark(signs["unknown"], "doubt", "could not be checked; this is not the same as bad")
    sheet.mark(signs["fail"], "bad", "checked and wrong")
    sheet.mark(signs["not_applicable"], "muted", "does not apply to this credential")
    sheet.blank()
    sheet.text(
        "Every screen has a command: satchel list, show, add, export, verify. satchel --help names them.", "muted"
    )
