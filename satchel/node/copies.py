"""One copy of a skills framework, opened: its items, their surroundings, and the search in it.

A copy is an SQLite file that was written once, opened read-only as an immutable file, or a database in memory. What is
not as it was written is refused with framework.damaged: a verdict may rest on a name in it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from satchel.framework import row
from satchel.framework.graph import Framework, FrameworkFault, ImportReport
from satchel.framework.search import (
    SHORTEST_PREFIX,
    Candidate,
    Question,
    Ranked,
    ask,
    band,
    matched,
    rank,
)
from satchel.node import settings
from satchel.port import HeldFramework, HeldNode

COPY_LIMIT_BYTES: Final = 2 * 1024 * 1024 * 1024
NEIGHBOURS_LIMIT: Final = 500
_PRAGMAS: Final = (
    "PRAGMA query_only = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An item that may be meant. `label` is its first preferred name, `via` the other name that fitted better, if one
    did; `matched` are the words that answer the question; `band` says in a word how well it fits."""

    uri: str
    label: str
    via: str
    matched: tuple[str, ...]
    score: float
    band: str
    framework: HeldFramework


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What an item refers to, or what refers to it. `label` is "" when it is not in this copy."""

    kind: str
    uri: str
    label: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item with its surroundings in one copy: `refers_to` are its parents and other targets, `referred_by` its
    children and whatever else names it; at most 500 each."""

    node: HeldNode
    description: str
    refers_to: tuple[Neighbour, ...]
    referred_by: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One copy on the shelf, with its counts."""

    framework: HeldFramework
    about: Framework
    nodes: int
    edges: int
    rejected: int
    unresolved: int


class Copy:
    """One opened copy. Safe for several threads: they take turns."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._lock = threading.Lock()
        with self._refusing():
            said = {str(key): str(value) for key, value in connection.execute(row.SELECT_ABOUT)}
            self.about = row.framework_of(said)
            self.framework = row.held(self.about)
            self.held = Held(
                framework=self.framework,
                about=self.about,
                nodes=int(said["nodes"]),
                edges=int(said["edges"]),
                rejected=int(said["rejected"]),
                unresolved=int(said["unresolved"]),
            )

    @staticmethod
    def open(path: Path) -> Copy:
        """The copy of this file. Raises FrameworkFault framework.damaged or framework.newer, and SettingsFault when
        others could have changed the file."""
        if not settings.check_private(path):
            raise FrameworkFault("framework.damaged", f"{path} is gone")
        if path.stat().st_size > COPY_LIMIT_BYTES:
            raise FrameworkFault("framework.damaged", f"{path} is larger than any copy")
        with _refusing(path.name):
            connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
            )
            try:
                for pragma in _PRAGMAS:
                    connection.execute(pragma)
                _check_file(connection, path.name)
                copy = Copy(connection, path.name)
                if copy.about.digest != path.stem:
                    raise ValueError("it holds another import than its name says")
            except BaseException:
                connection.close()
                raise
        return copy

    @staticmethod
    def in_memory(report: ImportReport) -> Copy:
        """The copy of a report that is kept nowhere."""
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        try:
            build(connection, report)
            return Copy(connection, report.framework.title)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def node(self, uri: str) -> HeldNode | None:
        """The item of this URI."""
        with self._refusing():
            found = self._connection.execute(row.SELECT_NODE, (uri,)).fetchone()
            return None if found is None else self._node(found)

    def show(self, uri: str) -> Shown | None:
        """The item of this URI with what it refers to and what refers to it."""
        with self._refusing():
            found = self._connection.execute(row.SELECT_NODE, (uri,)).fetchone()
            if found is None:
                return None
            up = self._connection.execute(row.SELECT_UP, (found[0], NEIGHBOURS_LIMIT)).fetchall()
            down = self._connection.execute(row.SELECT_DOWN, (uri, NEIGHBOURS_LIMIT)).fetchall()
            return Shown(
                node=self._node(found), description=found[2], refers_to=_neighbours(up), referred_by=_neighbours(down)
            )

    def search(self, question: str, k: int) -> tuple[Suggestion, ...]:
        """The k items that may be meant, best first."""
        with self._refusing():
            asked = ask(question, _Words(self._connection))
            ranked = rank(asked, self._candidates(asked), k)
            return tuple(self._suggestion(asked, place) for place in ranked)

    def _candidates(self, asked: Question) -> list[Candidate]:
        ranks: dict[int, float] = {}
        if expression := asked.expression():
            ranks.update(self._connection.execute(row.SELECT_POOL, (expression,)))
        if len(asked.key) >= SHORTEST_PREFIX or (asked.key and not ranks):
            beginnings = self._connection.execute(row.SELECT_BEGINNINGS, (asked.key, asked.key + row.AFTER))
            for (node,) in beginnings.fetchall():
                ranks.setdefault(node, 0.0)
        keys: dict[int, list[str]] = {}
        for node, key in self._connection.execute(row.select_keys(len(ranks)), tuple(ranks)):
            keys.setdefault(node, []).append(key)
        return [Candidate(node=node, keys=names, bm25=ranks[node]) for node, names in keys.items()]

    def _suggestion(self, asked: Question, place: Ranked) -> Suggestion:
        uri, label = self._name_of(place.node, 0)
        _, via = self._name_of(place.node, place.label)
        return Suggestion(
            uri=uri,
            label=label,
            via="" if place.label == 0 else via,
            matched=matched(asked, via),
            score=round(place.score, 4),
            band=band(place.fit),
            framework=self.framework,
        )

    def _name_of(self, node: int, place: int) -> tuple[str, str]:
        found = self._connection.execute(row.SELECT_NAME, (node, place)).fetchone()
        if found is None:
            raise ValueError("its index and its items do not fit")
        return str(found[0]), str(found[1])

    def _node(self, found: Sequence[object]) -> HeldNode:
        names = [(language, text) for language, text, _ in self._connection.execute(row.SELECT_LABELS, (found[0],))]
        return row.held_node(found, names, self.framework)

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        with self._lock, _refusing(self._name):
            yield


class _Words:
    """The vocabulary of one opened copy."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def uses(self, word: str) -> int:
        found = self._connection.execute(row.SELECT_USES, (word,)).fetchone()
        return 0 if found is None else int(found[0])

    def begins(self, prefix: str) -> bool:
        return self._connection.execute(row.SELECT_BEGINS, (prefix, prefix + row.AFTER)).fetchone() is not None

    def completions(self, prefix: str) -> list[str]:
        found = self._connection.execute(row.SELECT_COMPLETIONS, (prefix, prefix + row.AFTER))
        return [word for (word,) in found]

    def swaps(self, stems: Collection[str]) -> list[str]:
        found = self._connection.execute(row.select_swaps(len(stems)), tuple(stems))
        return [other for (other,) in found]

    def near(self, grams: Collection[str], shortest: int, longest: int) -> list[tuple[str, int]]:
        return self._connection.execute(row.select_near(len(grams)), (*grams, shortest, longest)).fetchall()


def build(connection: sqlite3.Connection, report: ImportReport) -> None:
    """Writes the whole copy into an empty database, in one transaction."""
    connection.execute(f"PRAGMA application_id = {row.APPLICATION}")
    connection.execute(f"PRAGMA user_version = {row.VERSION}")
    connection.execute("BEGIN")
    for statement in row.SCHEMA:
        connection.execute(statement)
    for statement, values in row.rows(report):
        connection.executemany(statement, values)
    for statement in row.INDEXES:
        connection.execute(statement)
    connection.execute("COMMIT")


def write(path: Path, report: ImportReport) -> None:
    """A synced file with the copy. Nobody reads it before it gets its name, so it needs no journal."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, settings.PRIVATE_FILE))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        build(connection, report)
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_file(connection: sqlite3.Connection, name: str) -> None:
    """Refuses a file that is not ours, of a newer version, or that has any other table, index, view or trigger."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != row.APPLICATION:
        raise ValueError("it is no copy of a framework")
    if version > row.VERSION:
        raise FrameworkFault("framework.newer", f"{name} has version {version}; this is version {row.VERSION}")
    written = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    own = {sql for sql in written if " 'found_" not in sql}
    if own != {*row.SCHEMA, *row.INDEXES}:
        raise ValueError("its tables are not those of a copy")


@contextlib.contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Turns what a damaged file does into the one refusal."""
    try:
        yield
    except (sqlite3.Error, ValueError, KeyError) as fault:
        raise FrameworkFault("framework.damaged", f"{name}: {fault}") from fault


def _neighbours(rows: Sequence[tuple[str, str, str, str | None]]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(kind=kind, uri=uri, note=note, label=label or "") for kind, uri, note, label in rows)
