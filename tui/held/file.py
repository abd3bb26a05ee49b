"""Files that the screens read and write."""

from __future__ import annotations

from pathlib import Path

from satchel.codec.strictjson import LIMIT_BYTES
from satchel.errors import UsageFault
from satchel.node import settings


def read(path: Path) -> bytes:
    """The bytes, and one more than the limit at most: whoever reads them then says that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error


def write(folder: Path, name: str, raw: bytes) -> Path:
    """Writes a new file 0600; the same bytes there already are fine, others are not overwritten."""
    path = folder / name
    settings.make_folder(folder)
    try:
        if path.exists():
            if path.read_bytes() == raw:
                return path
            raise UsageFault("usage.file", f"{path} exists and is another file; it was not overwritten")
    except OSError as error:
        raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error
    settings.write_file(path, raw)
    return path
