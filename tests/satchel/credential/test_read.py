from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from satchel.codes import CODES
from satchel.credential import bake
from satchel.credential.read import read
from tests.shared import SHARED, needs_shared

from . import pictures
from .pictures import CREDENTIAL, JWS
from .signed import jwt_file

SIGNED = SHARED / "data/signed"
FOLDERS = ("dcc-vc-test-fixtures", "1edtech-validator", "eu-edc")


def test_the_bytes_are_kept_as_they_came_and_named_by_their_digest() -> None:
    raw = b"\xef\xbb\xbf \n" + CREDENTIAL + b"\n"
    envelope = read(raw, name="badge.json")
    assert envelope.raw == raw
    assert envelope.digest == hashlib.sha256(raw).hexdigest()
    assert (envelope.name, envelope.container, envelope.notes) == ("badge.json", "json", ("parse.bom",))


@pytest.mark.parametrize("image", [pictures.png(), pictures.svg()], ids=["png", "svg"])
def test_a_baked_image_is_its_own_raw_and_gives_the_credential_inside(image: bytes) -> None:
    raw = bake.bake(image, CREDENTIAL)
    envelope = read(raw)
    assert (envelope.raw, envelope.value, envelope.fault) == (raw, json.loads(CREDENTIAL), None)
    assert envelope.container == ("png" if image.startswith(b"\x89PNG") else "svg")
    assert envelope.media_type == ("image/png" if envelope.container == "png" else "image/svg+xml")
    assert envelope.format == "vc-json"


@pytest.mark.parametrize("image", [pictures.png(), pictures.svg()], ids=["png", "svg"])
def test_a_baked_token_is_read_and_one_that_is_no_credential_is_refused(image: bytes) -> None:
    token = jwt_file(1).raw.strip()
    envelope = read(bake.bake(image, token))
    assert (envelope.format, envelope.fault, envelope.refusal) == ("vc+jwt", None, None)
    assert envelope.token is not None
    assert (envelope.token.raw, envelope.value) == (token, envelope.token.document)
    assert envelope.media_type == ("image/png" if envelope.container == "png" else "image/svg+xml")
    other = read(bake.bake(image, JWS))
    assert (other.format, other.value, other.fault) == ("vc-jwt", None, None)
    assert other.refusal is not None
    assert other.refusal.code == "proof.token_type"


def test_an_open_badge_2_in_an_image_is_known() -> None:
    payload = b'{"@context": "https://w3id.org/openbadges/v2"}'
    assert read(pictures.png(pictures.itxt(payload, b"openbadges"))).format == "ob2"


def test_notes_of_the_image_and_of_the_text_are_both_kept() -> None:
    envelope = read(pictures.png(*[pictures.itxt(b"\xef\xbb\xbf" + CREDENTIAL)] * 2) + b"tail")
    assert envelope.notes == ("parse.baked_twice", "parse.trailing_bytes", "parse.bom")
    assert all(CODES[code].outcome == "warn" for code in envelope.notes)


BROKEN = {
    "empty": (b"", "parse.empty"),
    "16 MiB": (b'{"a": "' + b"x" * (16 << 20) + b'"}', "parse.too_large"),
    "an image of 16 MiB": (pictures.png() + bytes(16 << 20), "parse.too_large"),
    "200,000 members": (json.dumps({str(n): n for n in range(200_000)}).encode()[:-1], "parse.not_json"),
    "a million brackets": (b"[" * 1_000_000, "parse.too_deep"),
    "a hundred thousand digits": (b'{"a": ' + b"9" * 100_000 + b"}", "parse.number"),
    "PDF": (b"%PDF-1.7\n", "parse.not_credential"),
    "JPEG": (b"\xff\xd8\xff\xe0", "parse.not_credential"),
    "HTML": (b"<!DOCTYPE html><html><body></body></html>", "parse.not_credential"),
    "picture alone": (pictures.png(), "parse.no_credential"),
    "drawing alone": (pictures.svg(), "parse.no_credential"),
    "cut picture": (pictures.png(pictures.itxt(CREDENTIAL))[:-9], "parse.image"),
    "cut drawing": (bake.bake(pictures.svg(), CREDENTIAL)[:-9], "parse.image"),
    "entities": (pictures.svg(prolog='<!DOCTYPE svg [<!ENTITY x "y">]>'), "parse.image"),
    "two in a picture": (pictures.png(pictures.itxt(CREDENTIAL), pictures.itxt(JWS)), "parse.two_credentials"),
    "too many chunks": (pictures.png(pictures.chunk(b"tEXt", b"") * 100_000), "parse.too_large"),
    "no JSON in a picture": (pictures.png(pictures.itxt(b"https://a.example/badge")), "parse.not_credential"),
    "duplicate in a picture": (pictures.png(pictures.itxt(b'{"a":1,"a":2}')), "parse.duplicate_key"),
    "an image in an image": (pictures.png(pictures.itxt(pictures.svg())), "parse.not_credential"),
    "empty text in a picture": (pictures.png(pictures.itxt(b"")), "parse.empty"),
}


@pytest.mark.parametrize(("raw", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_is_a_fault_and_never_an_exception(raw: bytes, code: str) -> None:
    envelope = read(raw)
    assert envelope.fault is not None
    assert (envelope.fault.code, envelope.value, envelope.format) == (code, None, "unknown")
    assert CODES[code].outcome == "fail"
    assert len(envelope.fault.message) < 300


STARTS = st.sampled_from(
    [b"", b"{", b'{"a":', b"[", b"<svg", pictures.SIGNATURE, pictures.png()[:40], b"e30.e30.", b"\xef\xbb\xbf{"]
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(start=STARTS, rest=st.binary(max_size=200))
@example(start=b"<svg", rest=b' xmlns="http://www.w3.org/2000/svg"/>\x00')
def test_any_bytes_give_an_envelope(start: bytes, rest: bytes) -> None:
    envelope = read(start + rest)
    assert envelope.raw == start + rest
    assert envelope.fault is None or CODES[envelope.fault.code].outcome == "fail"


@pytest.mark.parametrize("image", [pictures.png(), pictures.svg()], ids=["png", "svg"])
@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(data=st.data())
def test_a_baked_image_with_one_changed_byte_never_raises(image: bytes, data: st.DataObject) -> None:
    raw = bytearray(bake.bake(image, CREDENTIAL))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    envelope = read(bytes(raw))
    if image.startswith(b"\x89PNG"):
        assert envelope.fault is not None  # every byte of a PNG chunk is under its checksum
    else:
        assert envelope.fault is None or CODES[envelope.fault.code].outcome == "fail"


def _files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (SIGNED / folder).rglob("*") if path.is_file())


@needs_shared
@pytest.mark.parametrize("path", _files(), ids=lambda path: path.relative_to(SIGNED).as_posix())
def test_signed_credentials_of_other_software_are_read(path: Path) -> None:
    envelope = read(path.read_bytes(), name=path.name)
    fault = envelope.fault.code if envelope.fault else None
    relative = path.relative_to(SIGNED).as_posix()
    match path.suffix:
        case ".md" | ".html":
            assert fault in ("parse.not_credential", "parse.empty")
        case ".svg" if "dcc" in relative:
            assert fault == "parse.no_credential"  # a picture of a QR code
        case ".png" if "/assets/" in relative:
            assert fault == "parse.no_credential"
        case ".jsonld" if "eu-edc" in relative:
            assert (envelope.format, fault) == ("edc", None)
        case ".png" | ".svg":
            assert fault is None
            expected = "vc-jwt" if "jwt" in path.name else "vc-json" if "json" in path.name else "ob2"
            assert (envelope.format, envelope.container) == (expected, path.suffix[1:])
        case ".jwt":
            assert (envelope.container, fault) == ("token", None)
            assert envelope.format == ("ob2" if "/ob20/" in relative else "vc-jwt")
        case _ if path.stat().st_size == 0:
            assert fault == "parse.empty"
        case _ if path.name in ("openbadges_context.json", "redirected-validation-subject.json"):
            assert fault in ("parse.not_credential", "parse.not_json")
        case _ if "/ob20/" in relative:
            assert fault is None
        case _:
            assert (fault, envelope.format) == (None, "vc-json")
            assert envelope.value == json.loads(path.read_bytes())
