"""The demo's foreign badge is what a peer's software makes, and the peer itself believes it."""

from __future__ import annotations

import pytest

from satchel.codec import strictjson
from satchel.port import JsonObject
from tests.attack.forge import judged, says
from tests.peers import foreign_badge
from tests.peers import peer as peers

NOW = "2026-11-24T00:00:00Z"


@pytest.fixture
def badge() -> JsonObject:
    return strictjson.load_object(foreign_badge.BADGE.read_bytes())


def test_the_committed_badge_is_byte_for_byte_what_the_script_makes(peer: peers.Peer) -> None:
    assert foreign_badge.make() == foreign_badge.BADGE.read_bytes()


def test_the_peer_verifies_the_committed_badge(peer: peers.Peer, badge: JsonObject) -> None:
    assert peer.ask("verify", credential=badge, now=NOW) == {"verified": True, "status": [], "error": ""}


def test_the_peer_refuses_the_badge_under_another_name(peer: peers.Peer, badge: JsonObject) -> None:
    answer = peer.ask("verify", credential=badge | {"name": "Weak points of large networks"}, now=NOW)
    assert answer == {"verified": False, "status": [], "error": "Invalid signature."}


def test_satchel_accepts_the_committed_badge_and_refuses_it_under_another_name(badge: JsonObject) -> None:
    says(judged(foreign_badge.BADGE.read_bytes()), "accepted", "proof", "pass", "proof.ok")
    says(judged(badge | {"name": "Weak points of large networks"}), "rejected", "proof", "fail", "proof.invalid")
