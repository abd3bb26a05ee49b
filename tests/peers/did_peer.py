"""The npm peers for DIDs (did_peer.mjs) as another child of the same kind as peer.mjs."""

from __future__ import annotations

import subprocess
from typing import Final

from tests.peers import peer

PACKAGES: Final = ("didwebvh-ts", "@or13/did-jwk")


def missing() -> str | None:
    """Why these peers cannot run here, or None when they can."""
    reason = peer.missing()
    if reason is not None:
        return reason
    absent = [name for name in PACKAGES if not (peer.FOLDER / "node_modules" / name).is_dir()]
    return f"not installed: {', '.join(absent)}" if absent else None


class DidPeer(peer.Peer):
    """A running peer that needs no contexts."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            ["node", str(peer.FOLDER / "did_peer.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=peer.FOLDER,
        )
        assert self._child.stdin is not None and self._child.stdout is not None
        self._in, self._out = self._child.stdin, self._child.stdout
