"""The wallet itself: list, show, add, export, remove, check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from satchel.port import Clock
from tui.held import file
from tui.port import Checked, Source

if TYPE_CHECKING:
    from wallet.index import Listing
    from wallet.service import Added, Shown, WalletService


class HeldWallet:
    """Implements tui.port.WalletView over the wallet's service."""

    def __init__(self, service: WalletService, clock: Clock) -> None:
        self._service = service
        self._clock = clock

    @property
    def did(self) -> str:
        return self._service.did

    @property
    def notices(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.code, one.message) for one in self._service.notices)

    async def listing(self) -> Listing:
        return await self._service.list()

    async def show(self, card_id: str) -> Shown:
        return await self._service.show(card_id, now=self._clock())

    async def add(self, sources: Sequence[Source]) -> tuple[Added, ...]:
        from wallet.service import Incoming

        incoming = [Incoming(raw=source.raw, name=source.name) for source in sources]
        return await self._service.add_all(incoming, now=self._clock())

    async def export(self, card_id: str, folder: Path) -> Path:
        exported = await self._service.export(card_id)
        return await asyncio.to_thread(file.write, folder, exported.file_name, exported.raw)

    async def remove(self, card_id: str) -> None:
        await self._service.remove(card_id, now=self._clock())

    async def check(self) -> Checked:
        found = await self._service.check()
        return Checked(records=found.records, damaged=found.damaged)
