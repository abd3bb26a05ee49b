"""The passport: every credential opened and sorted by skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from satchel.codes import CODES
from satchel.port import Clock
from tui.port import SkillRow, SourceRow

if TYPE_CHECKING:
    from wallet import passport
    from wallet.service import WalletService


class HeldPassport:
    """Implements tui.port.PassportView: every credential is opened and sorted by skill."""

    def __init__(self, service: WalletService, clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def skills(self) -> tuple[SkillRow, ...]:
        from wallet import holding, passport

        held = await holding.open_all(self._service)
        found = passport.of(held.items, holder=self._service.did, now=self._clock())
        return tuple(sorted(map(_skill_row, found.skills), key=lambda row: (-row.strength, row.label.casefold())))


def _skill_row(skill: passport.Skill) -> SkillRow:
    counted = [source for source in skill.sources if not source.reason]
    levels = dict.fromkeys(level for source in counted for level in source.levels)
    return SkillRow(
        id=skill.url or skill.name,
        label=skill.name,
        url=skill.url,
        framework=skill.framework,
        level="; ".join(levels),
        strength=skill.dots,
        reasons=tuple(CODES[code].sentence for code in skill.reasons),
        sources=tuple(map(_source_row, skill.sources)),
    )


def _source_row(source: passport.Source) -> SourceRow:
    card = source.card
    basis = "own word" if source.is_own else "endorsed" if source.endorsers else "claimed"
    return SourceRow(
        card_id=card.id,
        title=card.title,
        issuer=card.issuer_name or card.issuer_id,
        date=card.awarded or card.valid_from,
        verdict=card.verdict,
        basis="assessed" if source.is_assessed and not source.is_own else basis,
        why_not=CODES[source.reason].sentence if source.reason else "",
    )
