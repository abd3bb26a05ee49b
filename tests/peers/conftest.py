"""One child for all tests that talk to the npm peers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers import peer as peers


@pytest.fixture(scope="session")
def peer() -> Iterator[peers.Peer]:
    """The running peers, with Satchel's pinned contexts; skips where they are not installed."""
    reason = peers.missing()
    if reason is not None:
        pytest.skip(reason)
    with peers.Peer() as running:
        yield running


@pytest.fixture(scope="session")
def token_peer() -> Iterator[peers.Peer]:
    """jose and @sd-jwt/sd-jwt-vc (token_peer.mjs); skips where they are not installed."""
    reason = peers.missing()
    if reason is not None:
        pytest.skip(reason)
    with peers.Peer({}, script="token_peer.mjs") as running:
        yield running
