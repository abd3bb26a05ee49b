"""Rates of work in this process and in the peers' child, as rows of a table."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.peers.peer import Peer


@dataclass(frozen=True, slots=True)
class Speed:
    """How often a second, by the clock and by the CPU time that it took."""

    wall: float
    cpu: float

    def best(self, other: Speed) -> Speed:
        return Speed(max(self.wall, other.wall), max(self.cpu, other.cpu))


NOTHING = Speed(0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: ours beside a peer's. A ratio above 1 says that Satchel is faster."""

    what: str
    peer: str
    ours: Speed
    theirs: Speed

    @property
    def wall_ratio(self) -> float:
        return round(self.ours.wall / self.theirs.wall, 1)

    @property
    def cpu_ratio(self) -> float:
        return round(self.ours.cpu / self.theirs.cpu, 1)


def here(work: Callable[[], object], count: int) -> Speed:
    """The work of this process."""
    work()
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        work()
    return Speed(count / (time.perf_counter() - wall), count / (time.process_time() - cpu))


def there(peer: Peer, op: str, request: dict[str, Any], count: int) -> Speed:
    """The work of the peers' child."""
    answer: Any = peer.ask(op, count=count, **request)
    return Speed(count / answer["wall_seconds"], count / answer["cpu_seconds"])


def beside(what: str, peer: str, ours: Callable[[], Speed], theirs: Callable[[], Speed], *, rounds: int) -> Row:
    """Both in turns, the best of each: so both see the same machine."""
    mine, other = NOTHING, NOTHING
    for _ in range(rounds):
        other = other.best(theirs())
        mine = mine.best(ours())
    return Row(what=what, peer=peer, ours=mine, theirs=other)
