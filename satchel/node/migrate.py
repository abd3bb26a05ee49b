"""Numbered SQL files of a package, applied to a database once each, in order.

A file `NNNN_name.sql` may use {int}, {blob} and {strict}; each driver has its own fixed words for them. The checksum
is over the template, so one file serves every driver. An applied file that has changed, or a database that a newer
program has written, is refused: guessing would damage records.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Final

from satchel.errors import DatabaseFault

SQLITE_WORDS: Final[Mapping[str, str]] = MappingProxyType({"int": "INTEGER", "blob": "BLOB", "strict": "STRICT"})

_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_WORD: Final = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file: its number, its name, its text before the words are put in, and the text's SHA-256."""

    number: int
    name: str
    template: str
    checksum: str


def read_package(package: str) -> tuple[Migration, ...]:
    """The migrations of a package, by number from 1 without a gap. Raises DatabaseFault database.migration_broken."""
    found = []
    for file in resources.files(package).iterdir():
        if not file.name.endswith(".sql"):
            continue
        parts = _NAME.fullmatch(file.name)
        if parts is None:
            raise DatabaseFault("database.migration_broken", f"{package}/{file.name} is not called NNNN_name.sql")
        raw = file.read_bytes()
        found.append(
            Migration(
                number=int(parts[1]),
                name=parts[2],
                template=raw.decode("utf-8"),
                checksum=hashlib.sha256(raw).hexdigest(),
            )
        )
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)) or not found:
        raise DatabaseFault("database.migration_broken", f"the migrations of {package} are not numbered 1, 2, 3 ...")
    return tuple(found)


def statements(template: str, words: Mapping[str, str]) -> Iterator[str]:
    """The single statements of a migration with the driver's words put in."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise DatabaseFault("database.migration_broken", f"a migration uses the unknown word {match[0]}")
        return words[match[1]]

    pending = ""
    for line in _WORD.sub(word, template).splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if re.sub(r"--[^\n]*", "", pending).strip():
        raise DatabaseFault("database.migration_broken", "a migration ends inside a statement")


def apply(connection: sqlite3.Connection, migrations: tuple[Migration, ...], *, at_micros: int) -> None:
    """Brings the database to the last migration; each is one transaction, so a killed process leaves whole steps.

    `connection` is in autocommit mode. Raises DatabaseFault database.newer or database.migration_changed.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
    )
    if _pending(connection, migrations):
        for migration in migrations:
            _step(connection, migrations, migration, at_micros=at_micros)


def _pending(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> bool:
    known = {migration.number: migration for migration in migrations}
    applied = connection.execute("SELECT number, checksum FROM schema_version ORDER BY number").fetchall()
    for number, checksum in applied:
        if number not in known:
            raise DatabaseFault("database.newer", f"the database has version {number}, this program {max(known)}")
        if checksum != known[number].checksum:
            raise DatabaseFault(
                "database.migration_changed", f"migration {number} was applied with another text ({checksum[:12]})"
            )
    return len(applied) < len(migrations)


def _step(
    connection: sqlite3.Connection, migrations: tuple[Migration, ...], migration: Migration, *, at_micros: int
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again under the lock: another process may have migrated meanwhile.
        _pending(connection, migrations)
        if not connection.execute("SELECT 1 FROM schema_version WHERE number = ?", (migration.number,)).fetchone():
            for statement in statements(migration.template, SQLITE_WORDS):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO schema_version (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                (migration.number, migration.name, migration.checksum, at_micros),
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
