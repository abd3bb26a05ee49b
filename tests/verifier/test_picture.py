"""QR codes in pictures: what is read, what is refused with which code, and what a hostile picture may cost."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import pytest
import segno

from verifier import picture
from verifier.picture import PictureFault

pytest.importorskip("zxingcpp", reason="the extra `qr` is not installed")
Image = pytest.importorskip("PIL.Image", reason="the extra `qr` is not installed")

LINK = "https://learner.example/badge.json"


def code(text: str, *, kind: str = "PNG", scale: int = 5) -> bytes:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=scale, border=4)
    if kind == "PNG":
        return drawn.getvalue()
    out = io.BytesIO()
    Image.open(drawn).convert("RGB").save(out, kind)
    return out.getvalue()


def beside(*pictures: bytes) -> bytes:
    parts = [Image.open(io.BytesIO(raw)).convert("L") for raw in pictures]
    whole = Image.new("L", (sum(part.width for part in parts), max(part.height for part in parts)), 255)
    left = 0
    for part in parts:
        whole.paste(part, (left, 0))
        left += part.width
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A sound PNG of white pixels that is small as a file and large when it is opened."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(1 + width // 8) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_code_of_a_picture_is_read(kind: str) -> None:
    raw = code(LINK, kind=kind)
    assert picture.is_picture(raw)
    assert picture.read_code(raw) == LINK


def test_a_text_of_every_alphabet_and_hostile_text_come_out_as_they_are() -> None:
    for text in ("Tide tables – Gezeiten, 潮汐, مد", "\x1b]0;t\x07<script>", '{"type": ["VerifiableCredential"]}'):
        assert picture.read_code(code(text)) == text


def test_the_same_code_twice_is_one_and_two_that_differ_are_refused() -> None:
    assert picture.read_code(beside(code(LINK), code(LINK))) == LINK
    with pytest.raises(PictureFault) as caught:
        picture.read_code(beside(code(LINK), code("https://other.example/")))
    assert caught.value.code == "picture.several"


def test_a_picture_without_a_code_says_so() -> None:
    with pytest.raises(PictureFault) as caught:
        picture.read_code(bomb(64, 64))
    assert caught.value.code == "picture.no_code"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n", id="nothing behind the mark"),
        pytest.param(code(LINK)[:-40], id="cut"),
        pytest.param(code(LINK, kind="JPEG")[:200], id="cut JPEG"),
        pytest.param(bomb(60_000, 60_000), id="3.6 thousand million pixels"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", id="a kind that runs programs"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_picture_that_cannot_be_opened_safely_is_refused(raw: bytes) -> None:
    with pytest.raises(PictureFault) as caught:
        picture.read_code(raw)
    assert caught.value.code == "picture.unreadable"


def test_other_files_are_no_pictures() -> None:
    for raw in (b"", b"{}", b"<svg/>", b"%PDF-1.7", b"PK\x03\x04", b"RIFF....WAVE"):
        assert not picture.is_picture(raw)


@pytest.mark.parametrize("package", ["zxingcpp", "PIL"])
def test_without_the_extra_the_next_step_names_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PictureFault) as caught:
        picture.read_code(code(LINK))
    assert caught.value.code == "picture.no_reader"
    assert "satchel[qr]" in caught.value.next_step
