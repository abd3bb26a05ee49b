"""The wallet itself: list, show, add, export, present, endorse, remove, check."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from satchel.port import Clock, Entropy, Fetch
from tui.held import file
from tui.port import Checked, Source, TakeBack

if TYPE_CHECKING:
    from satchel.node.send import Sender
    from wallet.index import Listing
    from wallet.service import Added, Shown, WalletService


class HeldWallet:
    """Implements tui.port.WalletView over the wallet's service."""

    def __init__(
        self,
        service: WalletService,
        *,
        clock: Clock,
        fetch: Fetch,
        entropy: Entropy,
        sender: Callable[[], Awaitable[Sender]],
    ) -> None:
        self._service = service
        self._clock = clock
        self._fetch = fetch
        self._entropy = entropy
        self._sender = sender

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

    async def original(self, card_id: str) -> Source:
        exported = await self._service.export(card_id)
        return Source(raw=exported.raw, name=exported.file_name)

    async def present(self, card_ids: Sequence[str], *, challenge: str, domain: str, folder: Path) -> Path:
        from wallet import present

        raw = await present.present(
            self._service, card_ids, challenge=challenge, domain=domain, now=self._clock(), entropy=self._entropy
        )
        return await asyncio.to_thread(file.write, folder, _file_name("presentation", domain, raw), raw)

    async def endorse(self, badge: Source, comment: str, to: str) -> str:
        from wallet import peer

        made = await peer.endorse(
            badge.raw,
            endorser=self._service.did,
            endorser_name=None,
            signer=await self._service.signer(),
            comment=comment,
            about="credential",
            fetch=self._fetch,
            now=self._clock(),
            entropy=self._entropy,
        )
        if "://" in to:
            await peer.deliver(made.raw, to, sender=await self._sender())
            return f"Brought to {to}. Whether it is kept is the other learner's to decide."
        folder, name = Path(to).expanduser(), _file_name("endorsement", made.title, made.raw)
        return f"Written: {await asyncio.to_thread(file.write, folder, name, made.raw)}"

    async def remove(self, card_id: str) -> TakeBack:
        exported = await self._service.export(card_id)
        gone = await self._service.remove(card_id, now=self._clock())

        async def take_back() -> str:
            # What was held is held again, whatever the verdict is by now; the list shows that.
            await self._service.add(exported.raw, name=gone.name, now=self._clock(), keep_rejected=True)
            return f"{gone.title or 'The credential'} is in the wallet again, judged as of now."

        return take_back

    async def check(self) -> Checked:
        found = await self._service.check()
        return Checked(records=found.records, damaged=found.damaged)


def _file_name(kind: str, about: str, raw: bytes) -> str:
    """A name of our own letters; no two documents have the same."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in about.lower()).split()
    return "-".join([kind, *words])[:60] + f"-{hashlib.sha256(raw).hexdigest()[:8]}.json"
