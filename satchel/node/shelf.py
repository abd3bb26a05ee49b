"""The node's shelf of skills frameworks: one SQLite file an import, written once and read by everyone after that.

A copy is `frameworks/DIGEST.db`, where DIGEST names what was imported; versions stand side by side. It is built under
another name, synced and renamed, so that readers meet a whole copy or none.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from satchel.errors import SettingsFault
from satchel.framework import read
from satchel.framework.graph import Description, FrameworkFault, ImportReport, shown
from satchel.framework.search import ANSWERS_LIMIT, QUESTION_LIMIT_CHARS
from satchel.node import settings
from satchel.node.copies import Copy, Held, Shown, Suggestion, write
from satchel.port import HeldFramework, HeldNode

SHORTEST_DIGEST: Final = 6
_NAME: Final = re.compile(r"[0-9a-f]{64}\.db")
_PART: Final = re.compile(r"\.[0-9a-f]{64}\.db\.[0-9a-f]{16}\.part")
_LOCK: Final = ".lock"


class Shelf:
    """All copies of one `folder`, which may be absent. A copy is opened when it is first asked for and stays open until
    `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copies: dict[str, tuple[tuple[int, int, int], Copy]] = {}
        self._retired: list[Copy] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes every copy."""
        with self._lock:
            for copy in (*self._retired, *(copy for _, copy in self._copies.values())):
                copy.close()
            self._retired.clear()
            self._copies.clear()

    def frameworks(self) -> tuple[HeldFramework, ...]:
        """Every copy, the newest release of each framework first. Raises FrameworkFault when one is damaged."""
        return tuple(copy.framework for copy in self._sound())

    def held(self) -> tuple[Held | FrameworkFault, ...]:
        """Every copy with its counts, or why it cannot be read, damaged ones last."""
        opened = self._opened()
        sound = [copy.held for copy in _in_order(opened)]
        return (*sound, *(fault for fault in opened if isinstance(fault, FrameworkFault)))

    def nodes(self, uri: str) -> tuple[HeldNode, ...]:
        """The item of this URI in every copy that has it. Raises FrameworkFault when a copy is damaged: silence would
        say that the framework is not held."""
        found = (copy.node(uri) for copy in self._sound())
        return tuple(node for node in found if node is not None)

    def show(self, uri: str) -> tuple[Shown, ...]:
        """The item with its surroundings in every copy that has it; raises FrameworkFault framework.unknown_uri."""
        found = tuple(item for copy in self._sound() if (item := copy.show(uri)) is not None)
        if not found:
            raise FrameworkFault("framework.unknown_uri", f"no framework here has {shown(uri)}")
        return found

    def search(self, question: str, k: int = 10, *, framework: str | None = None) -> tuple[Suggestion, ...]:
        """The k items that may be meant, best first, of all copies or of the framework of that name: its kind, title,
        id, or the beginning of its digest. An item of several releases is suggested once, from the newest.

        Raises FrameworkFault framework.not_held, framework.query or framework.damaged.
        """
        check_question(question, k)
        copies = self._sound()
        if framework is not None:
            copies = [copy for copy in copies if _is_named(copy.framework, framework)]
        if not copies:
            raise FrameworkFault(
                "framework.not_held", f"there is no “{shown(framework)}”" if framework else "the shelf is empty"
            )
        if len(copies) == 1:
            return copies[0].search(question, k)
        best: dict[str, Suggestion] = {}
        for copy in copies:
            for suggestion in copy.search(question, k):
                best.setdefault(suggestion.uri, suggestion)
        return tuple(sorted(best.values(), key=lambda suggestion: -suggestion.score)[:k])

    def import_files(
        self, files: Sequence[tuple[str, bytes]], description: Description, *, skip_rejected: bool = False
    ) -> tuple[ImportReport, ...]:
        """Reads the files (name and bytes) and keeps what they hold: all of it, or nothing when anything is refused.

        The same bytes again replace their copy, with the new description. Raises FrameworkFault framework.*,
        Malformed parse.* and SettingsFault settings.write_failed.
        """
        reports = read.read(files, description)
        for report in reports:
            read.refuse_rejected(report, skip_rejected=skip_rejected)
        settings.make_folder(self.folder)
        with settings.lock(self.folder / _LOCK):
            self._keep(reports)
        return reports

    def _keep(self, reports: Sequence[ImportReport]) -> None:
        """Builds every copy before the first one gets its name."""
        built: list[tuple[Path, Path]] = []
        try:
            for part in self.folder.iterdir():
                if _PART.fullmatch(part.name):  # left by a process that died; the lock says that nobody builds now
                    part.unlink(missing_ok=True)
            for report in reports:
                target = self.folder / f"{report.framework.digest}.db"
                built.append((self.folder / f".{target.name}.{os.urandom(8).hex()}.part", target))
                write(built[-1][0], report)
            for part, target in built:
                part.replace(target)
            _sync_folder(self.folder)
        except (OSError, sqlite3.Error) as fault:
            raise SettingsFault("settings.write_failed", f"{self.folder}: {fault}") from fault
        finally:
            for part, _ in built:
                part.unlink(missing_ok=True)

    def _sound(self) -> list[Copy]:
        opened = self._opened()
        for copy in opened:
            if isinstance(copy, FrameworkFault):
                raise copy
        return _in_order(opened)

    def _opened(self) -> list[Copy | FrameworkFault]:
        """Every copy in the folder, opened, or why it is refused. A file that was replaced is opened anew."""
        found: list[Copy | FrameworkFault] = []
        with self._lock:
            for path, seen in self._files():
                kept = self._copies.get(path.name)
                if kept is not None and kept[0] == seen:
                    found.append(kept[1])
                    continue
                if kept is not None:
                    # Another thread may be reading it: it is closed with the shelf.
                    self._retired.append(kept[1])
                    del self._copies[path.name]
                try:
                    copy = Copy.open(path)
                except FrameworkFault as fault:
                    found.append(fault)
                else:
                    self._copies[path.name] = (seen, copy)
                    found.append(copy)
        return found

    def _files(self) -> Iterator[tuple[Path, tuple[int, int, int]]]:
        try:
            with os.scandir(self.folder) as entries:
                names = sorted(entry.name for entry in entries if _NAME.fullmatch(entry.name))
        except FileNotFoundError:
            return
        except OSError as fault:
            raise SettingsFault("settings.file_unreadable", f"{self.folder}: {fault}") from fault
        for name in names:
            path = self.folder / name
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                yield path, (found.st_ino, found.st_size, found.st_mtime_ns)


def check_question(question: str, k: int) -> None:
    """Raises FrameworkFault framework.query when the question is empty or too long, or k is not 1 to 100."""
    if not question.strip() or len(question) > QUESTION_LIMIT_CHARS:
        raise FrameworkFault(
            "framework.query", f"the question is empty or longer than {QUESTION_LIMIT_CHARS} characters"
        )
    if not 1 <= k <= ANSWERS_LIMIT:
        raise FrameworkFault("framework.query", f"k is {k}, and must be from 1 to {ANSWERS_LIMIT}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _in_order(copies: Sequence[Copy | FrameworkFault]) -> list[Copy]:
    """The sound copies: by kind and title, of one framework the newest release first."""
    sound = [copy for copy in copies if isinstance(copy, Copy)]
    sound.sort(key=lambda copy: (copy.framework.released, copy.framework.release), reverse=True)
    sound.sort(key=lambda copy: (copy.framework.kind, copy.framework.title.casefold()))
    return sound


def _is_named(framework: HeldFramework, name: str) -> bool:
    folded = name.casefold()
    return (
        folded in (framework.kind, framework.title.casefold())
        or name == framework.id
        or (len(name) >= SHORTEST_DIGEST and framework.digest.startswith(folded))
    )
