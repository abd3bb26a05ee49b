"""A counter of commits inside and outside of the database, so that an older copy put back is noticed (row 155)."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from satchel.node import entropy, settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Why the database is taken for an older copy: the epoch file is missing, of another database, or ahead."""

    reason: Literal["missing", "other", "older"]
    inside: int
    outside: int


class Epoch:
    """A counter of commits, kept in the database and, without a sync, in a file outside of it.

    The file is written after the commit, so it is never ahead of the true database; when it is, the database is an
    older copy. In place and of fixed width: a killed process leaves a whole old or new record.
    """

    def __init__(self, path: Path | None) -> None:
        self._handle: int | None = None
        self.restored: Restored | None = None
        self._token = ""
        if path is not None:
            settings.make_folder(path.parent)
            settings.create_private(path)
            self._handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)

    def _read(self) -> tuple[str, int] | None:
        if self._handle is None:
            return None
        token, _, counter = os.pread(self._handle, 128, 0).decode("ascii", "replace").strip().partition(" ")
        return (token, int(counter)) if counter.isascii() and counter.isdigit() else None

    def compare(self, raw: sqlite3.Connection) -> None:
        """Sets `restored` when the file does not fit the database.

        The file is read before the row, so a commit in between only puts the row ahead. A file that changes under a
        doubt is looked at again: another process has just opened the same new database.
        """
        raw.execute(
            "CREATE TABLE IF NOT EXISTS satchel_epoch (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT NOT NULL, "
            "counter INTEGER NOT NULL) STRICT"
        )
        if raw.execute("SELECT 1 FROM satchel_epoch").fetchone() is None:
            token = entropy.new_id(entropy.system)
            raw.execute("INSERT INTO satchel_epoch VALUES (1, ?, 0) ON CONFLICT DO NOTHING", (token,))
        outside = self._read()
        while True:
            self._token, inside = raw.execute("SELECT token, counter FROM satchel_epoch").fetchone()
            self.restored = None if self._handle is None else _doubt(self._token, inside, outside)
            if self.restored is None or (again := self._read()) == outside:
                break
            outside = again
        if self.restored is None:
            self.record(inside)
            if self._handle is not None and outside is None:
                os.fsync(self._handle)  # once: an empty file after a power cut would look like a foreign machine

    def step(self, raw: sqlite3.Connection, *, settles: bool) -> int:
        """Counts this commit inside the transaction; a settling one goes past everything seen outside."""
        floor = self.restored.outside if settles and self.restored is not None else 0
        (counter,) = raw.execute(
            "UPDATE satchel_epoch SET counter = max(counter, ?) + 1 RETURNING counter", (floor,)
        ).fetchall()[0]
        return int(counter)

    def record(self, counter: int) -> None:
        """Writes the file after the commit; a process that another has overtaken leaves the later record alone."""
        self.restored = None
        if self._handle is None:
            return
        outside = self._read()
        if outside is None or outside[0] != self._token or outside[1] < counter:
            os.pwrite(self._handle, f"{self._token} {counter:020d}\n".encode("ascii"), 0)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _doubt(token: str, inside: int, outside: tuple[str, int] | None) -> Restored | None:
    if outside is None:
        return Restored(reason="missing", inside=inside, outside=0) if inside > 0 else None
    if outside[0] != token:
        return Restored(reason="other", inside=inside, outside=outside[1])
    if outside[1] > inside:
        return Restored(reason="older", inside=inside, outside=outside[1])
    return None
