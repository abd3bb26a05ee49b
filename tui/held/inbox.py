"""The inbox: offers of claim links that were looked at in this session, and endorsements that wait in the wallet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from satchel.codec import timestamp
from satchel.errors import WalletFault
from satchel.port import Clock, Fetch
from tui.port import ClaimRow, TakeBack

if TYPE_CHECKING:
    from satchel.node.send import Sender
    from wallet.drawer import Drawer
    from wallet.peer import Inbox, Waiting
    from wallet.receive import Offer
    from wallet.service import Added, WalletService


class HeldInbox:
    """Implements tui.port.InboxView. An offer is kept in memory alone: its link brings it again."""

    def __init__(
        self,
        service: WalletService,
        endorsements: Inbox,
        drawer: Drawer,
        *,
        clock: Clock,
        fetch: Fetch,
        sender: Callable[[], Awaitable[Sender]],
    ) -> None:
        self._service = service
        self._endorsements = endorsements
        self._drawer = drawer
        self._clock = clock
        self._fetch = fetch
        self._sender = sender
        self._offers: dict[str, Offer] = {}

    async def claims(self) -> tuple[ClaimRow, ...]:
        waiting = await self._endorsements.list()
        return (*map(_offer_row, self._offers.values()), *map(_endorsement_row, reversed(waiting)))

    async def examine(self, claim_id: str) -> ClaimRow:
        from satchel.credential.read import read
        from wallet import holding

        if claim_id in self._offers:
            return _offer_row(self._offers[claim_id])
        one = await self._endorsements.find(claim_id)
        report = await holding.judged(read(one.raw), fetch=self._fetch, now=self._clock())
        return replace(_endorsement_row(one), report=report)

    async def receive(self, link: str) -> ClaimRow:
        from wallet import receive

        offer = await receive.look(link, sender=await self._sender(), now=self._clock())
        self._offers[offer.link] = offer
        return _offer_row(offer)

    async def accept(self, claim_id: str) -> tuple[Added, ...]:
        from wallet import receive

        offer = self._offers.get(claim_id)
        if offer is None:
            return (await self._endorsements.accept(claim_id, now=self._clock()),)
        claiming = receive.claim(offer, wallet=self._service, sender=await self._sender(), clock=self._clock)
        added = await claiming
        if added.outcome == "refused":
            failed = next((facet.message for facet in added.report.facets if facet.outcome == "fail"), "")
            raise WalletFault("wallet.refused", f"what came is {added.report.verdict}: {failed}")
        del self._offers[claim_id]
        return (added,)

    async def decline(self, claim_id: str) -> TakeBack:
        offer = self._offers.pop(claim_id, None)
        if offer is not None:
            return self._offered_again(offer)
        return self._waiting_again(await self._endorsements.reject(claim_id, now=self._clock()))

    def _offered_again(self, offer: Offer) -> TakeBack:
        async def take_back() -> str:
            self._offers[offer.link] = offer
            return f"{offer.name} waits in the inbox again."

        return take_back

    def _waiting_again(self, waiting: Waiting) -> TakeBack:
        async def take_back() -> str:
            from wallet.drawer import Kind

            await self._drawer.remove(Kind.REJECTED, bytes.fromhex(waiting.id))
            await self._endorsements.receive(waiting.raw, now=self._clock())
            return "The endorsement waits in the inbox again, judged as of now."

        return take_back


def _offer_row(offer: Offer) -> ClaimRow:
    issuer = f"{offer.issuer_name} ({offer.issuer_id})" if offer.issuer_name else offer.issuer_id
    return ClaimRow(
        id=offer.link,
        kind="offer",
        title=offer.name,
        sender=issuer,
        received="",
        expires=timestamp.render(offer.expires),
        summary=offer.description,
        report=None,
    )


def _endorsement_row(waiting: Waiting) -> ClaimRow:
    name = f"{waiting.endorser_name} ({waiting.endorser_id})" if waiting.endorser_name else waiting.endorser_id
    return ClaimRow(
        id=waiting.id,
        kind="endorsement",
        title=", ".join(waiting.about) or waiting.target,
        sender=name,
        received=timestamp.render(waiting.arrived),
        expires="",
        summary=waiting.comment,
        report=None,
    )
