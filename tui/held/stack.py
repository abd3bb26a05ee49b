"""Stack files and pathway files, and the whole wallet as one more stack."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from satchel.codes import CODES
from satchel.port import Clock, Entropy, Fetch
from tui.held import file
from tui.port import WHOLE, PartRow, RuleRow, RuleState, StackRow

if TYPE_CHECKING:
    from wallet import pathway, stack
    from wallet.holding import Claim
    from wallet.service import WalletService

SUFFIX: Final = ".stack.zip"


class HeldStacks:
    """Implements tui.port.StackView: stack files, and pathway files to hold them against."""

    def __init__(self, service: WalletService, *, clock: Clock, fetch: Fetch, entropy: Entropy) -> None:
        self._service = service
        self._clock = clock
        self._fetch = fetch
        self._entropy = entropy

    async def whole(self) -> StackRow:
        listing = await self._service.list()
        parts = [
            PartRow(
                title=card.title,
                issuer=card.issuer_name or card.issuer_id,
                format=f"{card.container}, {card.format}",
                verdict=card.verdict,
                linkage="",
            )
            for card in listing.current
        ]
        return StackRow(id=WHOLE, title="The whole wallet", place="", is_signed=False, parts=tuple(parts))

    async def build(self, title: str, card_ids: Sequence[str], folder: Path) -> StackRow:
        from wallet import stack

        raw = await stack.build(self._service, card_ids, name=title, now=self._clock(), entropy=self._entropy)
        path = await asyncio.to_thread(file.write, folder, _file_name(title), raw)
        return await self._checked(raw, path)

    async def open(self, path: Path) -> StackRow:
        return await self._checked(await asyncio.to_thread(file.read, path), path)

    async def compare(self, stack: StackRow, pathway: Path) -> StackRow:
        from wallet import pathway as pathways

        wanted = pathways.check(await asyncio.to_thread(file.read, pathway))
        answer = pathways.answer(wanted, await self._claims(stack))
        names = {step.id: step.name for step in wanted.steps}
        rules = tuple(_rule_row(step, names) for step in answer.steps)
        return replace(stack, pathway=wanted.name, is_ready=answer.is_ready, rules=rules)

    async def _claims(self, row: StackRow) -> tuple[Claim, ...]:
        from wallet import holding, stack

        if row.id == WHOLE:
            held = await holding.open_all(self._service)
            return holding.claims(held.items, holder=self._service.did, now=self._clock())
        raw = await asyncio.to_thread(file.read, Path(row.place))
        return stack.claims(await stack.check(raw, fetch=self._fetch, now=self._clock()))

    async def _checked(self, raw: bytes, path: Path) -> StackRow:
        from wallet import stack

        found = await stack.check(raw, fetch=self._fetch, now=self._clock())
        return StackRow(
            id=str(path),
            title=found.name or path.name,
            place=str(path),
            is_signed=found.is_signed,
            parts=tuple(map(_part_row, found.parts)),
        )


def _part_row(checked: stack.CheckedPart) -> PartRow:
    from satchel.credential import openbadge

    envelope = checked.part.envelope
    value = envelope.value or {}
    return PartRow(
        title=checked.part.title,
        issuer=openbadge.issuer_name(value) or openbadge.issuer_id(value) or "",
        format=f"{envelope.container}, {envelope.format}",
        verdict=checked.report.verdict,
        linkage=CODES[checked.linkage].sentence,
    )


def _rule_row(step: pathway.StepAnswer, names: dict[str, str]) -> RuleRow:
    state: RuleState = step.state
    waits = [f"first: {', '.join(names[other] for other in step.blocked_by)}"] if step.blocked_by else []
    return RuleRow(text=step.name, state=state, why="; ".join((*step.missing, *waits)))


def _file_name(title: str) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in title.lower()).split()
    return ("-".join(words)[:60] or "credentials") + SUFFIX
