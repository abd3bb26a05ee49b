"""Status lists go both ways: bits, encoding, signature and the place of an entry."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.credential import status
from tests.attack.forge import ISSUER, Document, badge, did_of, facet, judged, mirror, says, signed
from tests.peers.peer import Peer

NOW = "2026-11-24T00:00:00Z"
URL = "https://school.example/status/1"
LENGTH = 131_072
SEED = hashlib.sha256(b"attack: the issuer").hexdigest()
SETS = [[], [0], [7], [8], [LENGTH - 1], [0, 1, 5, 64, 4_095, 77_777, LENGTH - 1]]


def bits_with(indexes: list[int]) -> bytes:
    data = bytearray(LENGTH // 8)
    for index in indexes:
        data[index // 8] |= 0x80 >> index % 8
    return bytes(data)


def credential_at(index: int) -> Document:
    return signed(badge(credentialStatus=status.compose_entry(list_url=URL, index=index, purpose="revocation")))


def unsigned_list(encoded: str) -> Document:
    return status.compose_list(
        id=URL,
        issuer=did_of(ISSUER),
        purpose="revocation",
        encoded=encoded,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("indexes", SETS, ids=str)
def test_the_peer_reads_the_bits_that_we_encode(peer: Peer, indexes: list[int]) -> None:
    asked = sorted({*indexes, 0, 1, 6, 7, 8, 9, LENGTH - 1})
    answer = peer.ask("status_decode", encodedList=status.encode(bits_with(indexes)), indexes=asked)
    assert answer == {"length": LENGTH, "values": [index in indexes for index in asked]}


@pytest.mark.parametrize("indexes", SETS, ids=str)
def test_we_read_the_bits_that_the_peer_encodes(peer: Peer, indexes: list[int]) -> None:
    encoded = peer.ask("status_encode", length=LENGTH, set=indexes)["encodedList"]
    assert status.decode(encoded) == bits_with(indexes)


@pytest.mark.parametrize("revoked", [True, False], ids=["revoked", "not revoked"])
def test_the_peer_finds_our_entry_in_our_list(peer: Peer, revoked: bool) -> None:
    listed = signed(unsigned_list(status.encode(bits_with([77] if revoked else [76, 78]))))
    peer.ask("documents", documents={URL: listed})
    answer = peer.ask("verify", credential=credential_at(77), now=NOW)
    assert answer == {"verified": True, "status": [revoked], "error": ""}


@pytest.mark.parametrize("revoked", [True, False], ids=["revoked", "not revoked"])
def test_we_find_the_peers_entry_in_the_peers_list(peer: Peer, tmp_path: Path, revoked: bool) -> None:
    encoded = peer.ask("status_encode", length=LENGTH, set=[77] if revoked else [76, 78])["encodedList"]
    options = {"seed": SEED, "suite": "eddsa-rdfc-2022", "created": "2026-03-02T10:00:00Z"}
    listed = peer.ask("sign", credential=unsigned_list(encoded), **options)["credential"]
    entry = status.compose_entry(list_url=URL, index=77, purpose="revocation")
    credential = peer.ask("sign", credential=badge(credentialStatus=entry), **options)["credential"]
    report = judged(credential, fetch=mirror(tmp_path, {URL: listed}))
    if revoked:
        says(report, "rejected", "status", "fail", "status.revoked")
    else:
        says(report, "accepted", "status", "pass", "status.ok")


def test_both_sides_refuse_a_list_that_was_changed(peer: Peer, tmp_path: Path) -> None:
    listed = signed(unsigned_list(status.encode(bits_with([77]))))
    listed["credentialSubject"]["encodedList"] = status.encode(bits_with([]))
    peer.ask("documents", documents={URL: listed})
    assert peer.ask("verify", credential=credential_at(77), now=NOW)["verified"] is False
    report = judged(credential_at(77), fetch=mirror(tmp_path, {URL: listed}))
    assert report.verdict == "undecided"
    assert facet(report, "status").code == "status.list_unverified"
