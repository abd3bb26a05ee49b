"""did.history: which document was in force when, from a log and from kept copies."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from did import create, history, resolve
from did.syntax import parse
from satchel.errors import DidError
from satchel.key.private import PrivateKey
from satchel.node.mirror import MirrorFetch
from satchel.port import Fetched, drive

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)
DID = "did:web:issuer.example"
OLD = PrivateKey.from_seed(bytes(range(3, 35))).public()
NEW = PrivateKey.from_seed(bytes(range(4, 36))).public()


def copy(days_ago: int, body: bytes, *, status: int = 200) -> Fetched:
    return Fetched(
        url="https://issuer.example/.well-known/did.json",
        final_url="https://issuer.example/.well-known/did.json",
        status=status,
        media_type="application/did+json",
        body=body,
        fetched_at=NOW - days_ago * DAY,
        source="cache",
    )


def document(**keys: object) -> bytes:
    return json.dumps(create.did_web_document(DID, keys=keys)).encode()  # type: ignore[arg-type]


def test_copies_tell_what_was_seen() -> None:
    copies = [copy(2, document(new=NEW)), copy(9, document(old=OLD)), copy(5, document(old=OLD))]
    found = history.of_copies(parse(DID), copies)
    assert [period.since for period in found.periods] == [NOW - 9 * DAY, NOW - 2 * DAY]
    assert not found.is_whole
    # Before the first look nobody knows better than that look.
    for days_ago in (10, 3):
        early = found.at(NOW - days_ago * DAY)
        assert early is not None and early.authorises(f"{DID}#old", "assertionMethod")
    late = found.at(NOW)
    assert late is not None and not late.authorises(f"{DID}#old", "assertionMethod")
    assert late.authorises(f"{DID}#new", "assertionMethod")


def test_a_broken_copy_and_the_document_of_another_did_tell_nothing() -> None:
    other = json.dumps({"id": "did:web:other.example"}).encode()
    copies = [copy(9, b"<html>"), copy(8, other), copy(7, document(old=OLD), status=404)]
    assert history.of_copies(parse(DID), copies).periods == ()


def test_resolving_with_copies_adds_the_present_document_to_them(tmp_path: Path) -> None:
    path = tmp_path / "issuer.example" / ".well-known" / "did.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(document(new=NEW))
    found = drive(resolve.resolve(DID, fetch=MirrorFetch(tmp_path, NOW), copies=[copy(9, document(old=OLD))]))
    assert found.history is not None
    assert [period.since for period in found.history.periods] == [NOW - 9 * DAY, NOW]
    assert found.document.authorises(f"{DID}#new", "assertionMethod")


def test_a_method_is_looked_up_as_it_was_when_it_signed(tmp_path: Path) -> None:
    path = tmp_path / "issuer.example" / ".well-known" / "did.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(document(one=NEW, two=NEW))
    copies = [copy(9, document(one=OLD, gone=OLD))]
    found = drive(resolve.resolve(DID, fetch=MirrorFetch(tmp_path, NOW), copies=copies)).document
    # The name of a key was given to another key since.
    assert found.method_then(f"{DID}#one", NOW - 8 * DAY).key == OLD
    assert found.method_then(f"{DID}#one", NOW).key == found.method_then(f"{DID}#one", None).key == NEW
    assert found.method_then(f"{DID}#two", NOW - 8 * DAY).key == NEW
    assert found.method_then(f"{DID}#gone", NOW).key == OLD
    with pytest.raises(DidError) as caught:
        found.method_then(f"{DID}#never", NOW)
    assert caught.value.code == "did.method_missing"
