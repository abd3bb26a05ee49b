"""Rows 115 to 120: pictures that carry two credentials, bombs, cut chunks, scripts or entities."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest

from satchel.credential import bake
from tests.attack.forge import ACCEPTED, STRANGER, badge, did_of, facet, judged, says, signed, to_bytes, within

GOOD = to_bytes(signed(badge()))
OTHER = to_bytes(signed(badge(id="urn:uuid:11111111-2222-4333-8444-555555555555")))
NAMESPACE = 'xmlns:ob="https://purl.imsglobal.org/ob/v3p0"'


def chunk(kind: bytes, data: bytes, *, crc: int | None = None, length: int | None = None) -> bytes:
    sum32 = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", sum32)


def header(width: int = 1, height: int = 1) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def png(*middle: bytes, head: bytes | None = None, tail: bytes = b"") -> bytes:
    pixel = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    parts = (b"\x89PNG\r\n\x1a\n", head or header(), *middle, pixel, chunk(b"IEND", b""), tail)
    return b"".join(parts)


def text_chunk(payload: bytes, *, kind: bytes = b"iTXt", keyword: bytes = b"openbadgecredential") -> bytes:
    fields = b"\x00\x00\x00\x00\x00" if kind == b"iTXt" else b"\x00" if kind == b"tEXt" else b"\x00\x00"
    return chunk(kind, keyword + fields + payload)


def compressed_chunk(payload: bytes) -> bytes:
    return chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00" + payload)


def svg(body: str, *, root: str = "", before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {NAMESPACE} {root}>{body}</svg>'.encode()


def element(payload: bytes = GOOD) -> str:
    return f"<ob:credential><![CDATA[{payload.decode()}]]></ob:credential>"


def refused(image: bytes, *codes: str) -> None:
    """Malformed with one of these codes, in time."""
    with within(5):
        report = judged(image)
    assert report.verdict == "malformed"
    assert facet(report, "parse").code in codes


@pytest.mark.parametrize(
    "image", [png(text_chunk(GOOD)), svg(element()), bake.bake(png(), GOOD), bake.bake(svg(""), GOOD)]
)
def test_the_picture_that_the_attacks_change_is_accepted(image: bytes) -> None:
    says(judged(image), "accepted", "proof", "pass", "proof.ok")


def test_a_baked_credential_is_judged_like_any_other() -> None:
    forged = to_bytes(signed(badge(), key=STRANGER))
    assert did_of(STRANGER).encode() in forged
    for image in (png(text_chunk(forged)), svg(element(forged))):
        says(judged(image), "rejected", "proof", "pass", "proof.ok")
    says(judged(png(text_chunk(GOOD.replace(b"Knots", b"Boats")))), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize("pair", [(GOOD, OTHER), (OTHER, GOOD)], ids=["good first", "other first"])
def test_two_credentials_in_one_picture_are_refused(pair: tuple[bytes, bytes]) -> None:
    first, second = pair
    refused(png(text_chunk(first), text_chunk(second)), "parse.two_credentials")
    refused(svg(element(first) + element(second)), "parse.two_credentials")


def test_the_same_credential_twice_is_told() -> None:
    for image in (png(text_chunk(GOOD), text_chunk(GOOD)), svg(element() + element())):
        says(judged(image), "accepted_with_warnings", "parse", "warn", "parse.baked_twice")


def bomb(count: int) -> bytes:
    packer = zlib.compressobj(1)
    part = b" " * (1024 * 1024)
    return b"".join(packer.compress(part) for _ in range(count)) + packer.flush()


def damaged() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    whole = png(text_chunk(GOOD))
    yield "iTXt bomb of 256 MiB", png(compressed_chunk(bomb(256))), ("parse.too_large", "parse.image")
    yield "zTXt", png(text_chunk(zlib.compress(GOOD), kind=b"zTXt")), ("parse.image",)
    yield "tEXt", png(text_chunk(GOOD, kind=b"tEXt")), ("parse.image",)
    yield "compressed and cut", png(compressed_chunk(zlib.compress(GOOD)[:-9])), ("parse.image",)
    yield "bytes after the stream", png(compressed_chunk(zlib.compress(GOOD) + b"x")), ("parse.image",)
    yield "bad CRC", whole.replace(b"Knots", b"Boats", 1), ("parse.image",)
    yield "bad CRC of the header", png(text_chunk(GOOD), head=header()[:-1] + b"\x00"), ("parse.image",)
    yield "length of 4 GiB", png(chunk(b"iTXt", b"x", length=2**32 - 1)), ("parse.image",)
    yield "after IEND", png(tail=text_chunk(GOOD)), ("parse.no_credential",)
    yield "cut in the text", whole[:600], ("parse.image",)
    yield "cut in the signature", whole[:6], ("parse.not_credential", "parse.image")
    yield "signature alone", whole[:8], ("parse.image",)
    yield "no IEND", whole[:-12], ("parse.image",)
    yield "no header", whole[:8] + whole[33:], ("parse.image",)
    yield "no credential", png(), ("parse.no_credential",)
    yield "other keyword", png(text_chunk(GOOD, keyword=b"OpenBadgeCredential")), ("parse.no_credential",)
    yield "empty text", png(text_chunk(b"")), ("parse.empty", "parse.image")
    yield "not JSON", png(text_chunk(b"not JSON")), ("parse.not_credential", "parse.not_json")


@pytest.mark.parametrize(
    ("image", "codes"), [(image, codes) for _, image, codes in damaged()], ids=[name for name, _, _ in damaged()]
)
def test_a_damaged_or_overgrown_png_is_refused(image: bytes, codes: tuple[str, ...]) -> None:
    refused(image, *codes)


def test_the_size_that_a_png_claims_is_never_allocated() -> None:
    huge = png(text_chunk(GOOD), head=header(2**31 - 1, 2**31 - 1))
    with within(5):
        assert judged(huge).verdict in ACCEPTED


def test_a_png_of_many_chunks_is_read_in_time() -> None:
    with within(5):
        judged(png(*[chunk(b"tEXt", b"Comment\x00x")] * 100_000, text_chunk(GOOD)))


def test_a_zip_behind_a_png_is_told_and_never_opened() -> None:
    image = png(text_chunk(GOOD), tail=b"PK\x03\x04" + bytes(200))
    says(judged(image), "accepted_with_warnings", "parse", "warn", "parse.trailing_bytes")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DTDS = {
    "external entity": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "remote DTD": '<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">',
    "parameter entity": '<!DOCTYPE svg [<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p;]>',
    "a billion laughs": f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE svg [<!ENTITY q "{"q" * 50_000}">]>',
    "internal entity": '<!DOCTYPE svg [<!ENTITY x "Boats">]>',
}
USES = {"external entity": "&x;", "a billion laughs": "&l9;", "quadratic": "&q;" * 1_000, "internal entity": "&x;"}


@pytest.mark.parametrize("name", DTDS)
def test_an_svg_that_declares_entities_or_a_dtd_is_refused(name: str) -> None:
    refused(svg(f"<text>{USES.get(name, '')}</text>{element()}", before=DTDS[name]), "parse.image")


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        '<script href="https://evil.example/x.js"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><iframe src='https://evil.example'/></body></foreignObject>",
        '<a href="javascript:alert(1)"><text>x</text></a>',
        "<style>@import url(https://evil.example/x.css);</style>",
        '<image href="https://evil.example/pixel.png"/>',
        '<rect onload="alert(1)"/>',
    ],
    ids=lambda part: part[:24],
)
def test_an_svg_with_active_parts_is_read_for_its_credential_alone(part: str) -> None:
    from tests.attack.rude_server import sockets

    with sockets() as asked:
        report = judged(svg(part + element(), root='onload="alert(1)"'))
    assert asked == []
    assert report.verdict in ACCEPTED
    assert "script" not in repr(report) and "evil.example" not in repr(report)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (svg(f"<!-- {element()} -->"), "parse.no_credential"),
        (svg(element().replace("ob:credential", "credential")), "parse.no_credential"),
        (svg(element()).replace(b"imsglobal.org/ob/v3p0", b"imsglobal.org/ob/v3p1"), "parse.no_credential"),
        (
            svg('<ob:credential verify="eyJhIjoxfQ.eyJhIjoxfQ.eA">eyJhIjoyfQ.eyJhIjoxfQ.eA</ob:credential>'),
            "parse.two_credentials",
        ),
        (svg('<ob:credential verify="https://school.example/badge"/>'), "parse.image"),
        (svg("<ob:credential/>"), "parse.image"),
        (svg("<ob:credential><b/>" + GOOD.decode() + "</ob:credential>"), "parse.image"),
        (svg(element())[:-6], "parse.image"),
        (b"<html " + NAMESPACE.encode() + b">" + element().encode() + b"</html>", "parse.not_credential"),
        (b"<html><body>not a badge</body></html>", "parse.not_credential"),
        (svg("<g>" * 100_000 + "</g>" * 100_000 + element()), "parse.too_large"),
    ],
    ids=[
        "in a comment",
        "no namespace",
        "wrong namespace",
        "attribute and body differ",
        "hosted",
        "empty",
        "elements inside",
        "cut",
        "in HTML",
        "HTML",
        "deep",
    ],
)
def test_an_svg_whose_credential_is_ambiguous_or_elsewhere_is_refused(image: bytes, code: str) -> None:
    refused(image, code)
