"""Places in status lists: random, reserved by a commit before anything is signed with them, never given out twice.

A place that was reserved and not used (the process ended) stays a gap, which harms nobody. A list is closed when half
of its places are given out, so that a random place is soon found and the order of issue is not visible.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from issuer import event
from issuer.compose import Place
from issuer.event import Happened
from issuer.template import StatusPurpose
from satchel.node.clock import to_micros
from satchel.node.database import Database, Transaction, integer, text
from satchel.node.entropy import new_id
from satchel.port import Clock, Entropy

DRAW_BYTES: Final = 8

_OPEN_LIST: Final = (
    "SELECT id, size, reserved FROM status_list WHERE purpose = $1 AND closed = 0 ORDER BY created_at, id LIMIT 1"
)
_NEW_LIST: Final = "INSERT INTO status_list (id, purpose, size, created_at) VALUES ($1, $2, $3, $4)"
_NEW_INDEX: Final = "INSERT INTO status_index (list, idx) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_COUNT: Final = "UPDATE status_list SET reserved = $2, closed = $3 WHERE id = $1"


class Places:
    """The reserved places of this process, by purpose. `block` is how many are reserved beyond what is asked."""

    def __init__(self, database: Database, *, size: int, block: int, clock: Clock, entropy: Entropy) -> None:
        self._database = database
        self._size = size
        self._block = block
        self._clock = clock
        self._entropy = entropy
        self._free: dict[StatusPurpose, deque[Place]] = {"revocation": deque(), "suspension": deque()}
        self._lock = asyncio.Lock()

    async def take(self, purpose: StatusPurpose, count: int) -> tuple[Place, ...]:
        """`count` places that nobody else has. They are gone when they are not used."""
        async with self._lock:
            free = self._free[purpose]
            while len(free) < count:
                free.extend(await self._reserve(purpose, max(count - len(free), self._block)))
            return tuple(free.popleft() for _ in range(count))

    async def _reserve(self, purpose: StatusPurpose, count: int) -> list[Place]:
        # Drawn before the unit, which may run twice. At least every second draw hits a free place.
        drawn = self._entropy(DRAW_BYTES * (4 * count + 64))
        draws = [int.from_bytes(drawn[at : at + DRAW_BYTES], "big") for at in range(0, len(drawn), DRAW_BYTES)]
        list_id, at_micros = new_id(self._entropy), to_micros(self._clock())

        async def unit(tx: Transaction) -> list[Place]:
            found = await tx.one(_OPEN_LIST, purpose)
            if found is None:
                await tx.execute(_NEW_LIST, list_id, purpose, self._size, at_micros)
                about = Happened(kind="status_list.created", ref=list_id, data={"purpose": purpose})
                await event.append(tx, [about], at_micros=at_micros)
                found = (list_id, self._size, 0)
            chosen, size, reserved = text(found[0]), integer(found[1]), integer(found[2])
            wanted = min(count, size // 2 - reserved)
            taken: list[Place] = []
            for draw in draws:
                if len(taken) == wanted:
                    break
                # 64 random bits against at most 2^24 places: the leaning to low places is below 2^-40
                index = draw % size
                if await tx.execute(_NEW_INDEX, chosen, index):
                    taken.append(Place(list_id=chosen, index=index))
            reserved += len(taken)
            await tx.execute(_COUNT, chosen, reserved, int(reserved >= size // 2))
            return taken

        return await self._database.submit(unit)
