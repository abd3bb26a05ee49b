"""The inbox of the pictures, held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from satchel.errors import WalletFault
from tui.port import ClaimRow, TakeBack

if TYPE_CHECKING:
    from wallet.service import Added


CLAIMS: Final = (
    ClaimRow(
        id="offer1",
        kind="offer",
        title="Tide gauges",
        sender="An invented coastal college",
        received="2026-11-23T18:00:00Z",
        expires="2026-12-23T18:00:00Z",
        summary="The badge for the course that ended in November.",
        report=None,
    ),
)


class Inbox:
    """Holds claims in memory."""

    def __init__(self, claims: Sequence[ClaimRow] = CLAIMS) -> None:
        self._claims = list(claims)

    async def claims(self) -> tuple[ClaimRow, ...]:
        return tuple(self._claims)

    async def examine(self, claim_id: str) -> ClaimRow:
        return next(claim for claim in self._claims if claim.id == claim_id)

    async def receive(self, link: str) -> ClaimRow:
        raise WalletFault("wallet.unknown_id", f"{link} offers nothing")

    async def accept(self, claim_id: str) -> tuple[Added, ...]:
        self._claims = [claim for claim in self._claims if claim.id != claim_id]
        return ()

    async def decline(self, claim_id: str) -> TakeBack:
        before = list(self._claims)
        self._claims = [claim for claim in self._claims if claim.id != claim_id]

        async def take_back() -> str:
            self._claims = before
            return "It waits in the inbox again."

        return take_back
