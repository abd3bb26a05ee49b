"""The home folder: where everything of this person or node lies, who may touch it, and its settings file.

The folder is 0700 and its files 0600. A folder or file that others can change is refused, because keys and status
lists lie there; one that others can only read is closed (facts row 157 of the attack table).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Final, TypeVar

from satchel.errors import SettingsFault

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
PUBLIC_FOLDER: Final = 0o755
PUBLIC_FILE: Final = 0o644

CONFIG_LIMIT_BYTES: Final = 256 * 1024
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

# Lower case DNS names only: a did:web and a folder name are made of it. A last label of digits would be an address.
_ORIGIN: Final = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?::([1-9][0-9]{0,4}))?"
)

_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSettings:
    """Table [issuer] of config.toml: who issues, and how its status lists are published."""

    origin: str
    name: str
    url: str = ""
    description: str = ""
    key: str = "key-1"
    status_size: int = 131_072
    status_valid_days: int = 7

    def __post_init__(self) -> None:
        if not is_origin(self.origin):
            raise _value("issuer.origin", "must be an https origin in lower case, like https://issuer.example")
        if not self.name.strip():
            raise _value("issuer.name", "must not be empty")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.key):
            raise _value("issuer.key", "must be 1 to 64 letters, digits, - or _")
        if self.status_size < 131_072 or self.status_size % 8 or self.status_size > 1 << 24:
            raise _value("issuer.status_size", "must be a multiple of 8 from 131072 to 16777216")
        if not 1 <= self.status_valid_days <= 400:
            raise _value("issuer.status_valid_days", "must be from 1 to 400")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Table [network] of config.toml: the hosts that may be asked (`only`, all when empty) and those that never may, as
    lists of names with commas between them. A name covers the hosts below it."""

    only: str = ""
    never: str = ""

    def __post_init__(self) -> None:
        for key, text in (("only", self.only), ("never", self.never)):
            for name in host_names(text):
                if _HOST.fullmatch(name) is None:
                    raise _value(f"network.{key}", f"names {name[:80]!r}, which is no host name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of config.toml."""

    issuer: IssuerSettings | None = None
    network: NetworkSettings = field(default_factory=NetworkSettings)


@dataclass(frozen=True, slots=True)
class Home:
    """One folder with everything in it. `prepare` before writing, `check` before reading."""

    path: Path

    @staticmethod
    def resolve(home: str | None, environ: Mapping[str, str]) -> Home:
        """The folder of `--home`, else of SATCHEL_HOME, else the platform's folder for a user's data. Touches nothing.

        A symlinked folder is followed; what it leads to is what gets checked.
        """
        chosen = home if home is not None else environ.get("SATCHEL_HOME")
        if chosen is None:
            from platformdirs import user_data_path  # its import is not free, and a named home never needs it

            return Home(user_data_path("satchel", appauthor=False).resolve())
        if not chosen.strip():
            raise SettingsFault("settings.home_missing", "the home folder's name is empty")
        return Home(Path(chosen).resolve())

    def prepare(self) -> Home:
        """Makes the folder (0700) when it is absent, closes it when others can read it, and checks it.

        Raises SettingsFault settings.home_unsafe when it belongs to somebody else or others can write to it.
        """
        try:
            self.path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as fault:
            raise SettingsFault(
                "settings.write_failed", f"{self.path} cannot be made: {fault.strerror or fault}"
            ) from fault
        self.check()
        if self.path.stat().st_mode & _OTHERS:
            self.path.chmod(PRIVATE_FOLDER)
        return self

    def check(self) -> None:
        """Raises SettingsFault settings.home_missing or settings.home_unsafe; changes nothing."""
        try:
            found = self.path.stat()
        except FileNotFoundError as fault:
            raise SettingsFault("settings.home_missing", f"there is no folder {self.path}") from fault
        except OSError as fault:
            raise SettingsFault("settings.home_missing", f"{self.path}: {fault.strerror or fault}") from fault
        if not stat.S_ISDIR(found.st_mode):
            raise SettingsFault("settings.home_missing", f"{self.path} is not a folder")
        if found.st_uid != os.geteuid():
            raise SettingsFault("settings.home_unsafe", f"{self.path} belongs to another user")
        if found.st_mode & _OTHERS_WRITE:
            raise SettingsFault("settings.home_unsafe", f"{self.path} can be changed by others")

    @property
    def config_file(self) -> Path:
        return self.path / "config.toml"

    @property
    def issuer_db(self) -> Path:
        return self.path / "issuer.db"

    @property
    def wallet_db(self) -> Path:
        return self.path / "wallet.db"

    @property
    def cache_db(self) -> Path:
        return self.path / "cache.db"

    @property
    def trust(self) -> Path:
        return self.path / "trust"

    @property
    def policy(self) -> Path:
        return self.path / "policy"

    @property
    def frameworks(self) -> Path:
        return self.path / "frameworks"

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def diary(self) -> Path:
        """Which hosts were asked, when and what for."""
        return self.state / "fetches.jsonl"

    @property
    def public(self) -> Path:
        """The folder that `--mirror` and a static site serve: public/HOST/PATH."""
        return self.path / "public"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    def key_file(self, role: str, name: str) -> Path:
        """Where one secret key lies: keys/ROLE-NAME.json."""
        return self.keys / f"{role}-{name}.json"

    def config(self) -> Config:
        """The settings; all defaults when there is no file. Raises SettingsFault naming the key."""
        raw = read_private(self.config_file, limit_bytes=CONFIG_LIMIT_BYTES)
        return Config() if raw is None else parse_config(raw)


def is_origin(text: str) -> bool:
    """Whether the text is an https origin of a DNS name in lower case, with no path, and a port below 65536 if any."""
    found = _ORIGIN.fullmatch(text)
    return found is not None and len(text) <= 260 and (found[1] is None or int(found[1]) < 65_536)


def parse_config(raw: bytes) -> Config:
    """The settings of these TOML bytes. Raises SettingsFault settings.not_toml, .unknown_key or .value."""
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsFault("settings.not_toml", f"config.toml: {fault}") from fault
    for key, value in table.items():
        if key not in ("issuer", "network"):
            raise SettingsFault("settings.unknown_key", f"config.toml has an unknown key: {key}", details={"key": key})
        if not isinstance(value, dict):
            raise _value(key, "must be a table")
    issuer = table.get("issuer")
    return Config(
        issuer=None if issuer is None else _read(IssuerSettings, issuer, "issuer"),
        network=_read(NetworkSettings, table.get("network", {}), "network"),
    )


def host_names(text: str) -> tuple[str, ...]:
    """The names of a list with commas between them, in lower case."""
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _read(kind: type[S], table: Mapping[str, object], where: str) -> S:
    """A settings dataclass of str and int fields, every key known and of the field's type."""
    known = {found.name: found for found in fields(kind)}  # type: ignore[arg-type]  # only called with dataclasses
    for key, value in table.items():
        if key not in known:
            raise SettingsFault(
                "settings.unknown_key",
                f"config.toml has an unknown key: {where}.{key}",
                details={"key": f"{where}.{key}"},
            )
        wanted = {"str": str, "int": int}[str(known[key].type)]
        if type(value) is not wanted:
            raise _value(f"{where}.{key}", f"must be {'text' if wanted is str else 'a whole number'}")
    for name, found in known.items():
        if found.default is MISSING and name not in table:
            raise _value(f"{where}.{name}", "is missing")
    return kind(**table)


def _value(key: str, rule: str) -> SettingsFault:
    return SettingsFault("settings.value", f"config.toml: {key} {rule}", details={"key": key})


def toml_text(value: str) -> str:
    """A TOML basic string of the text."""
    shown = []
    for char in value:
        if char in '"\\':
            shown.append("\\" + char)
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            shown.append(f"\\u{ord(char):04X}")
        else:
            shown.append(char)
    return '"' + "".join(shown) + '"'


def check_private(path: Path) -> bool:
    """Whether the file exists and is safe to open: a plain file, ours, and not to be changed by others.

    A file that others can read is closed to 0600. Raises SettingsFault settings.file_unsafe: a link could lead to a
    file of somebody else's choice.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{path}: {fault.strerror or fault}") from fault
    if stat.S_ISLNK(found.st_mode):
        raise SettingsFault("settings.file_unsafe", f"{path} is a symbolic link")
    if not stat.S_ISREG(found.st_mode):
        raise SettingsFault("settings.file_unsafe", f"{path} is not a plain file")
    if found.st_uid != os.geteuid():
        raise SettingsFault("settings.file_unsafe", f"{path} belongs to another user")
    if found.st_mode & _OTHERS_WRITE:
        raise SettingsFault("settings.file_unsafe", f"{path} can be changed by others")
    if found.st_mode & _OTHERS:
        path.chmod(PRIVATE_FILE)
    return True


def create_private(path: Path) -> None:
    """An empty file 0600 where there is none; a safe existing one is left as it is."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE))
    except FileExistsError:
        check_private(path)
    except OSError as fault:
        raise SettingsFault("settings.write_failed", f"{path}: {fault.strerror or fault}") from fault


def read_private(path: Path, *, limit_bytes: int) -> bytes | None:
    """The bytes of a private file, None when there is none. Raises SettingsFault as `check_private`, or
    settings.file_unreadable when it is larger than the limit or cannot be read."""
    if not check_private(path):
        return None
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            raw = file.read(limit_bytes + 1)
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{path}: {fault.strerror or fault}") from fault
    if len(raw) > limit_bytes:
        raise SettingsFault("settings.file_unreadable", f"{path} is larger than {limit_bytes} bytes")
    return raw


def make_folder(path: Path, *, mode: int = PRIVATE_FOLDER) -> None:
    """The folder and its missing parents, each made with this mode."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=mode, exist_ok=True)
            folder.chmod(mode)
        except OSError as fault:
            raise SettingsFault("settings.write_failed", f"{folder}: {fault.strerror or fault}") from fault


def write_file(path: Path, data: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Puts the whole bytes at the path, durably: readers see the old file or the new one, also after a power cut.

    A temporary file in the same folder is written, synced and renamed over the old one, then the folder is synced.
    Raises SettingsFault settings.write_failed naming the file and the system's reason; then the old file is intact.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            with open(handle, "wb", closefd=True) as file:
                os.fchmod(file.fileno(), mode)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise SettingsFault("settings.write_failed", f"{path}: {fault.strerror or fault}") from fault


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Holds the advisory lock of this file, waiting for other processes that hold it; freed also by their death."""
    handle = _open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Holds the advisory lock of this file if nobody else does: gives whether it is held. Never waits."""
    handle = _open_lock(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _open_lock(path: Path) -> int:
    create_private(path)
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{path}: {fault.strerror or fault}") from fault
