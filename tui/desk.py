"""What every screen works with: the node, what is unlocked now, the clock and the signs."""

from __future__ import annotations

from dataclasses import dataclass, field

from satchel.port import Clock
from tui.glyph import Glyphs
from tui.port import Node, Opened, StackRow


@dataclass(slots=True, kw_only=True)
class Desk:
    """One for the whole app. `opened` is None while the wallet is locked; `counts` stand beside the places' names;
    `stacks` are the stack files that were opened or made in this session."""

    node: Node
    clock: Clock
    glyphs: Glyphs
    keymap: str = "plain"
    opened: Opened | None = None
    counts: dict[str, int] = field(default_factory=dict)
    stacks: list[StackRow] = field(default_factory=list)

    def close(self) -> None:
        """Forgets everything that was unlocked."""
        self.opened = None
        self.counts.clear()
        self.stacks.clear()

    def state(self) -> tuple[str, str]:
        """The state for the title bar: whole, and in a word where there is little room."""
        if self.opened is None:
            return f"{self.node.network}, locked", "locked"
        return self.node.network, self.node.network
