"""The passport: skills with level and strength of evidence, and for each the credentials that speak for it."""

from __future__ import annotations

from typing import Final

from textual import work
from textual.app import ComposeResult

from tui import keymap
from tui.desk import Desk
from tui.glyph import short_verdict, verdict_tone
from tui.page import skill as page
from tui.port import STRENGTH_LIMIT, SkillRow, SourceRow
from tui.screen.ask import AskSource
from tui.screen.frame import TwoPanes
from tui.widget.pane import Pane, nothing
from tui.widget.skill_table import Cell, Column, SkillTable

EMPTY: Final = (
    "No skills yet.",
    "",
    "A skill comes from a credential: from what its achievement",
    "is aligned to, its tags, or its name.",
    "",
    "a  adds a credential      2  shows the credentials",
)
NOT_SERVED: Final = ("This node does not sort credentials by skill.", "", "2  shows the credentials themselves.")


class Passport(TwoPanes):
    """The credentials by skill."""

    PLACE = "passport"
    BINDINGS = keymap.PASSPORT

    def left(self) -> ComposeResult:
        table = SkillTable(_columns(self.desk), lambda skill: skill.id, self.desk.glyphs, empty=EMPTY, id="skills")
        table.border_title = "Skills"
        yield table

    def right(self) -> ComposeResult:
        pane = Pane(self.desk.glyphs, id="skill")
        pane.border_title = "Skill"
        yield pane
        sources = SkillTable(_source_columns(self.desk), lambda source: source.card_id, self.desk.glyphs, id="sources")
        sources.border_title = "What speaks for it"
        yield sources

    @property
    def skills(self) -> SkillTable[SkillRow]:
        """The skills."""
        return self.query_one("#skills", SkillTable)

    @property
    def sources(self) -> SkillTable[SourceRow]:
        """The credentials of the skill with the cursor."""
        return self.query_one("#sources", SkillTable)

    def on_mount(self) -> None:
        self.skills.focus()

    def on_screen_resume(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.action_refresh()

    @work(exclusive=True, group="read")
    async def action_refresh(self) -> None:
        opened = self.desk.opened
        if opened is None:
            return
        if opened.passport is None:
            self.skills.empty = NOT_SERVED
            self.skills.fill(())
            return
        skills = await self.attempt(opened.passport.skills(), means="The skills cannot be shown; nothing was changed.")
        if skills is not None:
            self.skills.empty = EMPTY
            self.skills.fill(skills)
            credentials = {source.card_id for skill in skills for source in skill.sources}
            self.skills.border_subtitle = f"{len(skills)} skills, {len(credentials)} credentials" if skills else None

    def on_skill_table_moved(self, event: SkillTable.Moved) -> None:
        if event.table is not self.skills:
            return
        skill = self.skills.current
        self.query_one(Pane).show(nothing if skill is None else lambda sheet: page.write(sheet, skill))
        self.sources.fill(() if skill is None else skill.sources)

    def on_skill_table_chosen(self, event: SkillTable.Chosen) -> None:
        if event.table is self.skills:
            self.drill(self.sources.focus)
        elif (source := self.sources.current) is not None:
            from tui.screen.detail import Detail

            self.app.push_screen(Detail(self.desk, source.card_id))

    @work(exclusive=True, group="write")
    async def action_add(self) -> None:
        from tui.screen.adding import Adding

        where = await self.app.push_screen_wait(AskSource())
        if where is not None:
            await self.app.push_screen_wait(Adding(self.desk, where))
            self.action_refresh()


def _columns(desk: Desk) -> tuple[Column[SkillRow], ...]:
    glyphs = desk.glyphs

    def label(skill: SkillRow) -> Cell:
        return skill.label, "plain"

    def level(skill: SkillRow) -> Cell:
        return skill.level or glyphs.dash, "plain" if skill.level else "muted"

    def strength(skill: SkillRow) -> Cell:
        return glyphs.dots(skill.strength, STRENGTH_LIMIT), "accent"

    def count(skill: SkillRow) -> Cell:
        return f"{len(skill.sources):>3}", "muted"

    def note(skill: SkillRow) -> Cell:
        return (glyphs.outcomes["warn"], "warn") if any(source.why_not for source in skill.sources) else ("", "plain")

    return (
        Column(title="Skill", cell=label, weight=3),
        Column(title="Reached", cell=level, weight=2, least=50),
        Column(title="Evidence", cell=strength, width=8),
        Column(title="No.", cell=count, width=3),
        Column(title="", cell=note, width=1),
    )


def _source_columns(desk: Desk) -> tuple[Column[SourceRow], ...]:
    glyphs = desk.glyphs

    def title(source: SourceRow) -> Cell:
        return source.title or "untitled", "plain"

    def issuer(source: SourceRow) -> Cell:
        return source.issuer or "unknown", "muted"

    def date(source: SourceRow) -> Cell:
        return source.date[:7], "muted"

    def basis(source: SourceRow) -> Cell:
        return source.basis, "muted" if source.why_not else "plain"

    def verdict(source: SourceRow) -> Cell:
        return f"{glyphs.verdict(source.verdict)} {short_verdict(source.verdict)}", verdict_tone(source.verdict)

    return (
        Column(title="Title", cell=title, weight=3),
        Column(title="Issuer", cell=issuer, weight=2, least=56),
        Column(title="From", cell=date, width=7, least=44),
        Column(title="Basis", cell=basis, width=8),
        Column(title="Verdict", cell=verdict, width=11),
    )
