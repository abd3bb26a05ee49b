from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from satchel.credential import png
from satchel.credential.carrier import LIMIT_BYTES
from satchel.errors import BakeError

from . import pictures
from .pictures import CREDENTIAL, IEND, JWS, chunk, header, itxt, pixels


def test_the_credential_is_the_text_of_its_chunk() -> None:
    assert png.unbake(pictures.png(itxt(CREDENTIAL))).payload == CREDENTIAL


def test_an_open_badge_2_is_read_under_its_own_keyword() -> None:
    assert png.unbake(pictures.png(itxt(b"{}", b"openbadges"))).payload == b"{}"


def test_the_newer_credential_goes_first_and_the_older_is_noted() -> None:
    baked = png.unbake(pictures.png(itxt(b"{}", b"openbadges"), itxt(CREDENTIAL)))
    assert (baked.payload, baked.notes) == (CREDENTIAL, ("parse.also_ob2",))


def test_the_same_credential_twice_is_noted() -> None:
    baked = png.unbake(pictures.png(itxt(CREDENTIAL), itxt(CREDENTIAL)))
    assert (baked.payload, baked.notes) == (CREDENTIAL, ("parse.baked_twice",))


def test_bytes_behind_the_image_are_noted_and_not_read() -> None:
    archive = b"PK\x05\x06" + bytes(18)
    baked = png.unbake(pictures.png(itxt(CREDENTIAL)) + archive)
    assert (baked.payload, baked.notes) == (CREDENTIAL, ("parse.trailing_bytes",))


def test_a_compressed_chunk_is_read() -> None:
    image = pictures.png(itxt(zlib.compress(CREDENTIAL), flag=b"\x01"))
    assert png.unbake(image).payload == CREDENTIAL


def test_a_picture_of_two_billion_pixels_is_never_decoded() -> None:
    image = pictures.SIGNATURE + header(2**31 - 1, 2**31 - 1) + itxt(CREDENTIAL) + pixels() + IEND
    assert png.unbake(image).payload == CREDENTIAL


def huge_text() -> bytes:
    squeezer = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join([*(squeezer.compress(block) for _ in range(256)), squeezer.flush()])


BROKEN = {
    "another file": (b"GIF89a" + bytes(40), "bake.format"),
    "nothing behind the signature": (pictures.SIGNATURE, "bake.image"),
    "no header": (pictures.SIGNATURE + pixels() + IEND, "bake.image"),
    "header of another length": (pictures.SIGNATURE + chunk(b"IHDR", bytes(12)) + IEND, "bake.image"),
    "no end": (pictures.png(itxt(CREDENTIAL), tail=b""), "bake.image"),
    "cut in a chunk": (pictures.png(itxt(CREDENTIAL))[:-30], "bake.image"),
    "length of four gigabytes": (
        pictures.SIGNATURE + header() + b"\xff\xff\xff\xffiTXt" + CREDENTIAL + IEND,
        "bake.image",
    ),
    "wrong checksum": (pictures.png(itxt(CREDENTIAL)[:-1] + b"\x00"), "bake.image"),
    "type that is no letters": (pictures.png(chunk(b"iT\x00t", b"")), "bake.image"),
    "no credential": (pictures.png(chunk(b"tEXt", b"Title\x00openbadgecredential")), "bake.none"),
    "in a private chunk": (
        pictures.png(chunk(b"prVt", b"openbadgecredential\x00\x00\x00\x00\x00" + CREDENTIAL)),
        "bake.none",
    ),
    "behind the end": (pictures.png() + itxt(CREDENTIAL), "bake.none"),
    "other keyword": (pictures.png(itxt(CREDENTIAL, b"OpenBadgeCredential")), "bake.none"),
    "two credentials": (pictures.png(itxt(CREDENTIAL), itxt(JWS)), "bake.several"),
    "two of the older kind": (pictures.png(itxt(b"{}", b"openbadges"), itxt(JWS, b"openbadges")), "bake.several"),
    "in tEXt": (pictures.png(chunk(b"tEXt", b"openbadgecredential\x00" + CREDENTIAL)), "bake.text"),
    "in tEXt that looks like iTXt": (
        pictures.png(chunk(b"tEXt", b"openbadgecredential\x00\x00\x00\x00\x00" + CREDENTIAL)),
        "bake.text",
    ),
    "in zTXt": (
        pictures.png(chunk(b"zTXt", b"openbadgecredential\x00\x00" + zlib.compress(CREDENTIAL))),
        "bake.text",
    ),
    "too few fields": (pictures.png(chunk(b"iTXt", b"openbadgecredential\x00\x00\x00en")), "bake.text"),
    "unknown compression flag": (pictures.png(itxt(CREDENTIAL, flag=b"\x02")), "bake.text"),
    "unknown compression method": (pictures.png(itxt(zlib.compress(b"{}"), flag=b"\x01", method=b"\x01")), "bake.text"),
    "compressed and cut": (pictures.png(itxt(zlib.compress(CREDENTIAL)[:-5], flag=b"\x01")), "bake.text"),
    "compressed and no zlib": (pictures.png(itxt(CREDENTIAL, flag=b"\x01")), "bake.text"),
    "bytes behind the compressed text": (
        pictures.png(itxt(zlib.compress(CREDENTIAL) + b"{}", flag=b"\x01")),
        "bake.text",
    ),
}


@pytest.mark.parametrize(("image", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_image_is_refused_when_read(image: bytes, code: str) -> None:
    with pytest.raises(BakeError) as refused:
        png.unbake(image)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("image", "code"),
    [case for name, case in BROKEN.items() if case[1] != "bake.none" and name != "two of the older kind"],
)
def test_a_broken_image_is_refused_when_baked(image: bytes, code: str) -> None:
    with pytest.raises(BakeError) as refused:
        png.bake(image, CREDENTIAL)
    assert refused.value.code == code


def test_a_text_that_inflates_to_256_mebibytes_is_stopped_at_the_limit() -> None:
    with pytest.raises(BakeError) as refused:
        png.unbake(pictures.png(itxt(huge_text(), flag=b"\x01")))
    assert refused.value.code == "bake.limit"


def test_an_image_of_a_hundred_thousand_chunks_is_read_and_one_more_is_refused() -> None:
    few = pictures.png(itxt(CREDENTIAL), chunk(b"tEXt", b"") * (png.CHUNKS_LIMIT - 4))
    assert png.unbake(few).payload == CREDENTIAL
    with pytest.raises(BakeError) as refused:
        png.unbake(pictures.png(itxt(CREDENTIAL), chunk(b"tEXt", b"") * (png.CHUNKS_LIMIT - 3)))
    assert refused.value.code == "bake.limit"


def test_an_image_over_the_limit_of_a_file_is_refused() -> None:
    image = pictures.png(itxt(CREDENTIAL))
    assert png.unbake(image + bytes(LIMIT_BYTES - len(image))).payload == CREDENTIAL
    with pytest.raises(BakeError) as refused:
        png.unbake(pictures.png(itxt(CREDENTIAL)) + bytes(LIMIT_BYTES))
    assert refused.value.code == "bake.limit"


def test_baking_leaves_every_other_byte_as_it_was() -> None:
    title = chunk(b"tEXt", b"Title\x00Sample")
    image = pictures.png(title) + b"tail"
    baked = png.bake(image, CREDENTIAL)
    added = chunk(b"iTXt", pictures.KEYWORD + b"\x00\x00\x00\x00\x00" + CREDENTIAL)
    assert baked == pictures.SIGNATURE + header() + title + added + pixels() + IEND + b"tail"


def test_baking_an_image_without_pixels_puts_the_chunk_behind_the_header() -> None:
    image = pictures.SIGNATURE + header() + chunk(b"tEXt", b"Title\x00Sample") + IEND
    baked = png.bake(image, JWS)
    assert baked.startswith(pictures.SIGNATURE + header() + len(JWS + pictures.KEYWORD + bytes(5)).to_bytes(4, "big"))
    assert png.unbake(baked).payload == JWS


@pytest.mark.parametrize("place", ["before the pixels", "behind the pixels"])
def test_baking_again_replaces_the_credential(place: str) -> None:
    old = itxt(b'{"old": true}')
    image = pictures.png(old) if place == "before the pixels" else pictures.png(tail=old + IEND)
    assert png.bake(image, CREDENTIAL) == png.bake(pictures.png(), CREDENTIAL)


def test_baking_leaves_an_open_badge_2_where_it_is() -> None:
    image = pictures.png(itxt(b"{}", b"openbadges"))
    baked = png.unbake(png.bake(image, CREDENTIAL))
    assert (baked.payload, baked.notes) == (CREDENTIAL, ("parse.also_ob2",))


def test_baking_refuses_an_image_with_the_same_credential_twice() -> None:
    with pytest.raises(BakeError) as refused:
        png.bake(pictures.png(itxt(CREDENTIAL), itxt(CREDENTIAL)), JWS)
    assert refused.value.code == "bake.several"


def test_baking_refuses_a_payload_that_makes_the_file_too_large() -> None:
    with pytest.raises(BakeError) as refused:
        png.bake(pictures.png(), bytes(LIMIT_BYTES))
    assert refused.value.code == "bake.limit"


def test_another_program_sees_the_same_pixels_and_the_text() -> None:
    picture = Image.effect_mandelbrot((64, 48), (-2.0, -1.2, 1.0, 1.2), 30)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    with Image.open(io.BytesIO(png.bake(stream.getvalue(), CREDENTIAL))) as seen:
        seen.load()
        assert seen.tobytes() == picture.tobytes()
        assert isinstance(seen, Image.Image)
        assert str(seen.info["openbadgecredential"]) == CREDENTIAL.decode()
