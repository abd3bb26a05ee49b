"""A learner switches the public page of a badge on and off: the wallet and the real issuer over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from satchel.errors import WalletFault
from satchel.node.send import Sender
from tests.issuer.conftest import CLAIMED
from tests.journey.test_nodes import COLLEGE, SECRET, World, ask, claim, plan, world
from wallet import page
from wallet.header import KDF_FLOOR
from wallet.service import WalletService

__all__ = ["world"]


@asynccontextmanager
async def meeting(world: World) -> AsyncIterator[tuple[str, Sender, WalletService]]:
    """The college's node, a way to it, and the learner's wallet."""
    async with (
        world.issuer() as college,
        Sender(clock=world.clock, origins={COLLEGE: college}) as sender,
        WalletService.unlock(world.home("learner"), SECRET, fetch=sender) as wallet,
    ):
        yield college, sender, wallet


async def claimed(world: World) -> str:
    """The wallet's id of a badge that it has claimed."""
    await claim(world, await plan(world, CLAIMED, "data-claimed"))
    async with meeting(world) as (_, _, wallet):
        (card,) = (await wallet.list()).current
        return card.id


async def seen(college: str, url: str) -> int:
    status, _ = await ask(url.replace(COLLEGE, college))
    return status


async def test_the_page_is_off_until_the_wallet_switches_it_on(world: World) -> None:
    id = await claimed(world)
    async with meeting(world) as (college, sender, wallet):
        before = await page.look(wallet, id, sender=sender)
        assert (before.is_on, await seen(college, before.url)) == (False, 404)
        switched = await page.switch(wallet, id, is_on=True, sender=sender, clock=world.clock)
        assert (switched.is_on, switched.url, await seen(college, switched.url)) == (True, before.url, 200)
    async with meeting(world) as (college, sender, wallet):
        assert (await page.look(wallet, id, sender=sender)).is_on
        off = await page.switch(wallet, id, is_on=False, sender=sender, clock=world.clock)
        assert (off.is_on, await seen(college, off.url)) == (False, 404)


async def test_a_wallet_that_holds_only_a_copy_switches_nothing(world: World) -> None:
    id = await claimed(world)
    other = world.home("other")
    await WalletService.create(other, SECRET, now=world.now, parameters=KDF_FLOOR)
    async with meeting(world) as (_, sender, wallet):
        raw = (await wallet.export(id)).raw
        async with WalletService.unlock(other, SECRET, fetch=sender) as thief:
            added = await thief.add(raw, now=world.now)
            assert added.card is not None
            with pytest.raises(WalletFault) as fault:
                await page.switch(thief, added.card.id, is_on=True, sender=sender, clock=world.clock)
        assert fault.value.code == "claim.holder_unproven"
        assert (await page.look(wallet, id, sender=sender)).is_on is False
