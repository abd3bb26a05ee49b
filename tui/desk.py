"""What every screen works with: the node, what is unlocked now, the clock and the signs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TypeVar

from satchel.port import Clock
from tui.glyph import Glyphs
from tui.port import Node, Opened, StackRow, TakeBack

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Desk:
    """One for the whole app. `opened` is None while the wallet is locked; `counts` stand beside the places' names;
    `stacks` are the stack files that were opened or made in this session, `steps` what was done in it and can be taken
    back, the last one first out."""

    node: Node
    clock: Clock
    glyphs: Glyphs
    keymap: str = "plain"
    opened: Opened | None = None
    counts: dict[str, int] = field(default_factory=dict)
    stacks: list[StackRow] = field(default_factory=list)
    steps: list[TakeBack] = field(default_factory=list)
    _going: set[asyncio.Task[object]] = field(default_factory=set, init=False)

    def start(self, work: Coroutine[object, None, T]) -> asyncio.Task[T]:
        """The work as a task that goes on when nobody waits for it any more; its error is then nobody's."""
        task = asyncio.ensure_future(work)
        self._going.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()

    def close(self) -> None:
        """Forgets everything that was unlocked."""
        self.opened = None
        self.counts.clear()
        self.stacks.clear()
        self.steps.clear()

    def state(self) -> tuple[str, str]:
        """The state for the title bar: whole, and in a word where there is little room."""
        if self.opened is None:
            return f"{self.node.network}, locked", "locked"
        return self.node.network, self.node.network
