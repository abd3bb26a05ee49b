"""Makes the demo's foreign badge with @digitalbazaar/vc: `python -m tests.peers.foreign_badge` writes it anew."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from tests.peers.peer import FOLDER, pinned_contexts

BADGE: Final = Path(__file__).parents[2] / "tui" / "demo_data" / "foreign_badge.json"


def make() -> bytes:
    """The badge's bytes as the peer's software writes them, from our pinned contexts, fixed seeds and a fixed time."""
    done = subprocess.run(
        ["node", str(FOLDER / "foreign_badge.mjs")],
        input=json.dumps(pinned_contexts()).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout


if __name__ == "__main__":
    BADGE.write_bytes(make())
