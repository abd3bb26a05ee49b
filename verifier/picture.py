"""The QR code of a picture, read in a child process: what a stranger's picture does to a decoder stays in there.

The child has little memory and little time, opens four kinds of picture alone, looks at the size before it decodes,
and writes what the code says to its standard output. It needs the extra `qr` (zxing-cpp and Pillow).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from importlib.util import find_spec
from io import BytesIO
from typing import Final

from satchel.codec import strictjson
from satchel.errors import Malformed, SatchelError

SECONDS: Final = 10
MEMORY_BYTES: Final = 1024 * 1024 * 1024
LIMIT_PIXELS: Final = 40_000_000
TEXT_LIMIT_BYTES: Final = 64 * 1024
"""More than any code holds, a few of them in one picture included."""

_KINDS: Final = ("PNG", "JPEG", "WEBP", "GIF")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_STARTS: Final = (_PNG, b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


class PictureFault(SatchelError):
    """No code could be read from a picture (picture.*)."""


def is_picture(raw: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG, GIF or WebP does."""
    return raw.startswith(_STARTS) or (raw.startswith(b"RIFF") and raw[8:12] == b"WEBP")


def can_carry_a_badge(raw: bytes) -> bool:
    """Whether a badge can be baked into a picture of this kind: then it is looked for before any code is."""
    return raw.startswith(_PNG)


def read_code(raw: bytes) -> str:
    """What the QR code of a picture says: text from outside. Blocks for up to ten seconds.

    Raises PictureFault picture.no_reader without the extra, picture.unreadable, picture.no_code, and picture.several
    for codes that say different things.
    """
    if find_spec("zxingcpp") is None or find_spec("PIL") is None:
        raise PictureFault("picture.no_reader", "this verifier cannot read QR codes from pictures")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "verifier.picture"],
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise PictureFault("picture.unreadable", "the picture took too long to read") from fault
    if done.returncode:
        raise PictureFault("picture.unreadable", "the picture is damaged, too large or of another kind")
    texts = _texts(done.stdout)
    if not texts:
        raise PictureFault("picture.no_code", "the picture carries no credential and shows no QR code")
    if len(texts) > 1:
        raise PictureFault("picture.several", f"the picture shows {len(texts)} codes that say different things")
    return texts.pop()


def _texts(raw: bytes) -> set[str]:
    try:
        found = strictjson.loads(raw, limit_bytes=TEXT_LIMIT_BYTES)
    except Malformed as fault:
        raise PictureFault("picture.unreadable", "the picture's code cannot be read as text") from fault
    return {text for text in found if isinstance(text, str)} if isinstance(found, list) else set()


def main() -> int:
    """The child: a picture from standard input to a JSON list of texts. Any failure is exit code 1."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import zxingcpp
    from PIL import Image

    with Image.open(BytesIO(sys.stdin.buffer.read(strictjson.LIMIT_BYTES)), formats=_KINDS) as image:
        if image.width * image.height > LIMIT_PIXELS:
            return 1
        grey = image.convert("L")
    codes = zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
    )
    sys.stdout.write(json.dumps([code.text for code in codes]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
