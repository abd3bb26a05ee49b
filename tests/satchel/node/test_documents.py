"""satchel.node.documents: what was seen, when it came up, within bounds, and never in the way of a verdict."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from satchel.node.documents import PERIODS_LIMIT, SeenDocuments
from satchel.port import Fetched

NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://issuer.example/.well-known/did.json"


def document(body: bytes, hours: int, url: str = URL) -> Fetched:
    return Fetched(
        url=url,
        final_url=url,
        status=200,
        media_type="application/did+json",
        body=body,
        fetched_at=NOW + hours * HOUR,
        source="network",
    )


def bodies(copies: SeenDocuments, url: str = URL) -> list[tuple[bytes, datetime]]:
    return [(one.body, one.fetched_at) for one in copies.of(url)]


def test_a_document_is_kept_once_for_each_time_that_it_came_up(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with SeenDocuments(path) as copies:
        for hours, body in enumerate((b"a", b"a", b"b", b"a", b"a")):
            copies.keep(document(body, hours))
        copies.keep(document(b"x", 0, "https://other.example/.well-known/did.json"))
    with SeenDocuments(path) as copies:
        assert bodies(copies) == [(b"a", NOW), (b"b", NOW + 2 * HOUR), (b"a", NOW + 3 * HOUR)]
        (first, *_) = copies.of(URL)
        assert (first.url, first.source, first.status, first.media_type) == (URL, "cache", 200, "application/did+json")


def test_a_clock_that_was_set_back_rewrites_nothing(tmp_path: Path) -> None:
    with SeenDocuments(tmp_path / "cache.db") as copies:
        copies.keep(document(b"a", 5))
        copies.keep(document(b"b", 1))
        assert bodies(copies) == [(b"a", NOW + 5 * HOUR)]


def test_a_node_that_has_seen_nothing_makes_no_file_and_a_made_one_is_private(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with SeenDocuments(path) as copies:
        assert copies.of(URL) == ()
        assert not path.exists()
        copies.keep(document(b"a", 0))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_document_that_changes_all_the_time_loses_its_oldest_copies(tmp_path: Path) -> None:
    with SeenDocuments(tmp_path / "cache.db") as copies:
        for hours in range(PERIODS_LIMIT + 3):
            copies.keep(document(str(hours).encode(), hours))
        found = bodies(copies)
    assert len(found) == PERIODS_LIMIT
    assert found[0][0] == b"3"


def test_past_its_size_the_documents_that_were_seen_longest_ago_go(tmp_path: Path) -> None:
    with SeenDocuments(tmp_path / "cache.db", bytes_limit=100) as copies:
        for hours in range(5):
            copies.keep(document(bytes(30), hours, f"https://n{hours}.example/did.json"))
        held = [hours for hours in range(5) if copies.of(f"https://n{hours}.example/did.json")]
    assert held == [2, 3, 4]


def test_a_changed_row_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with SeenDocuments(path) as copies:
        copies.keep(document(b"a", 0))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE did_document SET body = ?", (b"b",))
    with SeenDocuments(path) as copies:
        assert copies.of(URL) == ()


def test_a_damaged_file_costs_the_history_and_not_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"no database at all, however long this text may be" * 30)
    path.chmod(0o600)
    with SeenDocuments(path) as copies:
        assert copies.of(URL) == ()
        copies.keep(document(b"a", 0))
    with SeenDocuments(tmp_path / "nowhere" / "cache.db") as copies:
        copies.keep(document(b"a", 0))
        assert copies.of(URL) == ()
