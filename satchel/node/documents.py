"""DID documents that this node has seen, in HOME/cache.db: the history that a did:web lacks.

A row is one document for as long as it was seen without another in between. Only what others publish anyway is kept,
and of a node's own questions nothing but that it asked. A copy that cannot be read or written is no reason to give no
verdict: it is logged, and the verdict knows less.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from satchel.node import settings
from satchel.port import Fetched
from satchel.text import for_log

LOG: Final = logging.getLogger(__name__)

PERIODS_LIMIT: Final = 64
"""Rows for one URL: a document that changes all the time loses its oldest ones."""
BYTES_LIMIT: Final = 64 * 1024 * 1024
"""All documents together; past it those that were seen longest ago go."""
WAIT_SECONDS: Final = 2.0

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS did_document (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS did_document_url ON did_document (url, first_seen);
"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class SeenDocuments:
    """The copies (satchel.port.DocumentCopies). Use it as a context manager; one thread at a time."""

    def __init__(self, path: Path, *, bytes_limit: int = BYTES_LIMIT) -> None:
        self._path = path
        self._bytes_limit = bytes_limit
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def of(self, url: str, /) -> tuple[Fetched, ...]:
        """What was seen at this URL, oldest first, each with the moment when it was first seen."""
        found: list[Fetched] = []
        with self._logged():
            # A node that has seen nothing makes no file to say so.
            if self._connection is None and not self._path.exists():
                return ()
            rows = self._opened().execute(
                "SELECT media_type, first_seen, digest, body FROM did_document WHERE url = ? ORDER BY first_seen, id",
                (url,),
            )
            for media_type, first_seen, digest, body in rows:
                if hashlib.sha256(body).hexdigest() == digest:
                    found.append(_copy(url, media_type, first_seen, body))
        return tuple(found)

    def keep(self, document: Fetched, /) -> None:
        """Notes that this document was served: a new row when it is another than the last one, which also takes what a
        clock that was set back would put before it."""
        digest = hashlib.sha256(document.body).hexdigest()
        moment = (document.fetched_at - _EPOCH) // _MICROSECOND
        with self._logged():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._note(connection, document, digest, moment)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _note(self, connection: sqlite3.Connection, document: Fetched, digest: str, moment: int) -> None:
        last = connection.execute(
            "SELECT id, digest, last_seen FROM did_document WHERE url = ? ORDER BY first_seen DESC, id DESC LIMIT 1",
            (document.url,),
        ).fetchone()
        if last is not None and moment < last[2]:
            return
        if last is not None and last[1] == digest:
            connection.execute("UPDATE did_document SET last_seen = ? WHERE id = ?", (moment, last[0]))
            return
        connection.execute(
            "INSERT INTO did_document (url, digest, media_type, first_seen, last_seen, body) VALUES (?, ?, ?, ?, ?, ?)",
            (document.url, digest, document.media_type, moment, moment, document.body),
        )
        connection.execute(
            "DELETE FROM did_document WHERE url = ? AND id NOT IN"
            " (SELECT id FROM did_document WHERE url = ? ORDER BY first_seen DESC, id DESC LIMIT ?)",
            (document.url, document.url, PERIODS_LIMIT),
        )
        self._shrink(connection)

    def _shrink(self, connection: sqlite3.Connection) -> None:
        (held,) = connection.execute("SELECT coalesce(sum(length(body)), 0) FROM did_document").fetchone()
        if held <= self._bytes_limit:
            return
        for row, size in connection.execute("SELECT id, length(body) FROM did_document ORDER BY last_seen, id"):
            connection.execute("DELETE FROM did_document WHERE id = ?", (row,))
            held -= size
            if held <= self._bytes_limit:
                return

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if not settings.check_private(self._path):
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(
                self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.executescript(_SCHEMA)
        return self._connection

    @contextmanager
    def _logged(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            LOG.warning("copies of DID documents: %s", for_log(str(fault)))


def _copy(url: str, media_type: str, first_seen: int, body: bytes) -> Fetched:
    return Fetched(
        url=url,
        final_url=url,
        status=200,
        media_type=media_type,
        body=body,
        fetched_at=_EPOCH + first_seen * _MICROSECOND,
        source="cache",
    )
