"""A stack, or the whole wallet, as a page: the pathway's steps first, then the parts."""

from __future__ import annotations

from typing import Final

from tui.glyph import Tone, verdict_tone, verdict_word
from tui.port import WHOLE, RuleState, StackRow
from tui.sheet import Sheet

_TONES: Final[dict[RuleState, Tone]] = {"met": "good", "open": "bad", "blocked": "warn"}
_WORDS: Final[dict[RuleState, str]] = {"met": "met", "open": "missing", "blocked": "waits"}
_WORD_WIDTH: Final = 7


def write(sheet: Sheet, stack: StackRow) -> None:
    """The row whole."""
    sheet.text(stack.title or "untitled", "strong")
    if stack.id == WHOLE:
        sheet.text("Everything that the wallet holds. A pathway can be held against it without a stack.", "muted")
    else:
        sheet.text("Put together by a learner; each part keeps the bytes it came with.", "muted")
        sheet.field("file", stack.place)
        if stack.is_signed:
            sheet.mark(sheet.glyphs.outcomes["pass"], "good", "The list of parts is as the learner signed it.")
        else:
            sheet.mark(sheet.glyphs.outcomes["fail"], "bad", "The list of parts is not proven to be the learner's.")
    _steps(sheet, stack)
    if stack.id != WHOLE:
        _parts(sheet, stack)


def _steps(sheet: Sheet, stack: StackRow) -> None:
    if not stack.pathway:
        sheet.blank()
        sheet.text("Not held against a pathway yet: p does it.", "muted")
        return
    glyphs = sheet.glyphs
    signs = {"met": glyphs.done, "open": glyphs.missing, "blocked": glyphs.part}
    met = sum(rule.state == "met" for rule in stack.rules)
    sheet.heading(f"Against {stack.pathway}: {met} of {len(stack.rules)} steps met")
    if stack.is_ready:
        sheet.text("The goal is reached. This proposes; a person decides.", "good")
    else:
        sheet.text("The goal is not reached yet. This proposes; a person decides.", "warn")
    for rule in stack.rules:
        sheet.mark(signs[rule.state], _TONES[rule.state], rule.text, label=_WORDS[rule.state], width=_WORD_WIDTH)
        if rule.state != "met" and rule.why:
            sheet.step(rule.why, indent=_WORD_WIDTH + 4)


def _parts(sheet: Sheet, stack: StackRow) -> None:
    sheet.heading("One part" if len(stack.parts) == 1 else f"{len(stack.parts)} parts")
    for part in stack.parts:
        sheet.mark(sheet.glyphs.verdict(part.verdict), verdict_tone(part.verdict), part.title or "untitled")
        sheet.text(f"{verdict_word(part.verdict)}; {part.issuer}; {part.format}", "muted", indent=3)
        sheet.text(f"about the learner: {part.linkage}", "muted", indent=3)
