"""What `satchel doctor` looks at: each check gives one line, and what to do when it is not well.

Nothing is changed and nothing is fetched. A home is looked at only when there is one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final, Literal, TypeAlias

from satchel.errors import SatchelError, SettingsFault
from satchel.linked import pinned
from satchel.node import settings
from satchel.node.settings import Home

State: TypeAlias = Literal["ok", "warn", "bad"]

PACKAGES: Final = ("satchel", "did", "verifier", "issuer", "wallet", "tui")
OURS: Final = "satchel"
# The day of this release: an earlier clock is wrong for sure, and would call every new badge "not yet valid".
RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
PORTS: Final = (8401, 8402, 8403)
NARROWEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the examination."""

    name: str
    state: State
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is examined: the home, the present and the environment are arguments."""

    home: Home
    now: datetime
    environ: Mapping[str, str]
    is_terminal: bool


def examine(patient: Patient) -> Iterator[Finding]:
    """Every finding, in order."""
    for check in CHECKS:
        yield from check(patient)


def _python(patient: Patient) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(name="python", state="ok", sentence=f"Python {version}, SQLite {sqlite3.sqlite_version}.")


def _clock(patient: Patient) -> Iterator[Finding]:
    shown = patient.now.strftime("%Y-%m-%d %H:%M UTC")
    if RELEASED <= patient.now < LATEST:
        yield Finding(name="clock", state="ok", sentence=f"The clock says {shown}.")
    else:
        yield Finding(
            name="clock",
            state="bad",
            sentence=f"The clock says {shown}, which cannot be.",
            next_step="Set the system's clock: dates decide whether a credential is in force.",
        )


def _modules(patient: Patient) -> Iterator[Finding]:
    """Other distributions on the index install modules called did, wallet or verifier, and would shadow ours."""
    owners = packages_distributions()
    clashes = sorted(
        f"{package} ({name})" for package in PACKAGES for name in set(owners.get(package, ())) if name.lower() != OURS
    )
    if clashes:
        yield Finding(
            name="modules",
            state="bad",
            sentence=f"Other projects installed modules of our names: {', '.join(clashes)}.",
            next_step="Install Satchel into an environment of its own (pipx, or python -m venv).",
        )
    else:
        yield Finding(name="modules", state="ok", sentence="No other project's modules stand in the way.")


def _contexts(patient: Patient) -> Iterator[Finding]:
    broken = []
    for pin in pinned.PINS:
        try:
            raw = pinned.raw(pin.url) if not pin.label else None
        except SatchelError:
            raw = b""
        if raw is not None and hashlib.sha256(raw).hexdigest() != pin.sha256:
            broken.append(pin.file)
    if broken:
        yield Finding(
            name="contexts",
            state="bad",
            sentence=f"Context files were changed after the release: {', '.join(broken)}.",
            next_step="Install Satchel again; until then no verdict can be trusted.",
        )
    else:
        yield Finding(name="contexts", state="ok", sentence=f"{len(pinned.PINS)} context files are those released.")


def _home(patient: Patient) -> Iterator[Finding]:
    home = patient.home
    if not home.path.exists():
        yield Finding(
            name="home",
            state="ok",
            sentence=f"There is no home at {home.path} yet.",
            next_step="Run `satchel init issuer` or `satchel init wallet` when you want one.",
        )
        return
    try:
        home.check()
        home.config()
        for path in _private_files(home):
            # Looked at first, because the check itself would close the file.
            if stat.S_IMODE(path.lstat().st_mode) & 0o077 and not path.is_symlink():
                raise SettingsFault("settings.file_unsafe", f"{path} can be read by others")
            settings.check_private(path)
    except SatchelError as fault:
        yield Finding(name="home", state="bad", sentence=f"{fault.message}.", next_step=fault.next_step)
        return
    free_mib = shutil.disk_usage(home.path).free >> 20
    state: State = "ok" if free_mib >= 100 else "warn"
    yield Finding(
        name="home",
        state=state,
        sentence=f"{home.path} is private, and its disk has {free_mib:,} MiB free.",
        next_step="" if state == "ok" else "Make room on the disk.",
    )


def _private_files(home: Home) -> Iterator[Path]:
    for folder in (home.path, home.keys, home.state):
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if path.is_file() or path.is_symlink())


def _databases(patient: Patient) -> Iterator[Finding]:
    for path in (patient.home.issuer_db, patient.home.wallet_db):
        if path.is_file():
            yield _database(path)


def _database(path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as raw:
            answer = raw.execute("PRAGMA quick_check(1)").fetchone()
            fault = "" if answer == ("ok",) else str(answer[0])
    except sqlite3.Error as error:
        fault = str(error)
    if fault:
        return Finding(
            name=path.name,
            state="bad",
            sentence=f"The database is damaged or cannot be read: {fault}.",
            next_step="Stop everything that uses it and put back a backup.",
        )
    return Finding(name=path.name, state="ok", sentence="The database is whole.")


def _ports(patient: Patient) -> Iterator[Finding]:
    taken = [port for port in PORTS if not _is_free(port)]
    if taken:
        yield Finding(
            name="ports",
            state="warn",
            sentence=f"Something listens on {', '.join(map(str, taken))} already.",
            next_step="Give `satchel serve` another --port.",
        )
    else:
        yield Finding(
            name="ports", state="ok", sentence=f"Ports {PORTS[0]} to {PORTS[-1]} are free for `satchel serve`."
        )


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _terminal(patient: Patient) -> Iterator[Finding]:
    if not patient.is_terminal:
        yield Finding(name="terminal", state="ok", sentence="The output is no terminal.")
        return
    columns = shutil.get_terminal_size().columns
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    colours = (
        "no colours (NO_COLOR)" if patient.environ.get("NO_COLOR") else patient.environ.get("COLORTERM") or "colours"
    )
    if encoding != "utf8" or columns < NARROWEST:
        yield Finding(
            name="terminal",
            state="warn",
            sentence=f"{columns} columns, {encoding or 'unknown encoding'}.",
            next_step=f"Widen it to {NARROWEST} columns and use a UTF-8 locale.",
        )
    else:
        yield Finding(name="terminal", state="ok", sentence=f"{columns} columns, UTF-8, {colours}.")


CHECKS: Final[tuple[Callable[[Patient], Iterator[Finding]], ...]] = (
    _python,
    _clock,
    _modules,
    _contexts,
    _home,
    _databases,
    _ports,
    _terminal,
)


def patient(home: str | None, now: datetime) -> Patient:
    """This process's own machine."""
    return Patient(home=Home.resolve(home, os.environ), now=now, environ=os.environ, is_terminal=sys.stdout.isatty())
