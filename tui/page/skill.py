"""One skill of the passport as a page."""

from __future__ import annotations

from tui.port import STRENGTH_LIMIT, SkillRow
from tui.sheet import Sheet

_STRENGTHS = ("nothing counts now", "one source", "assessed or confirmed", "assessed and confirmed")


def write(sheet: Sheet, skill: SkillRow) -> None:
    """What was reached, and how strong the evidence is and why; the sources stand in their own table."""
    sheet.text(skill.label, "strong")
    sheet.field("reached", skill.level or "no credential says how well")
    sheet.field("framework", skill.framework or "none is named")
    sheet.field("address", skill.url)
    sheet.blank()
    strength = _STRENGTHS[max(0, min(skill.strength, STRENGTH_LIMIT))]
    sheet.pieces((f"{sheet.glyphs.dots(skill.strength, STRENGTH_LIMIT)} {strength}", "accent"))
    for reason in skill.reasons:
        sheet.text(reason, indent=4)
    for source in skill.sources:
        if source.why_not:
            sheet.mark(sheet.glyphs.outcomes["warn"], "warn", f"{source.title}: {source.why_not}")
    sheet.blank()
    sheet.text("The dots speak of the evidence, never of the person.", "muted")
