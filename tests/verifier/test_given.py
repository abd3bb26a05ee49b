"""What the page is given: one file, link or text, or a picture that says one of these."""

from __future__ import annotations

import io

import pytest
import segno

from satchel.errors import FetchError, SatchelError
from tests.attack.forge import badge, signed, to_bytes
from verifier import given
from verifier.form import Field
from verifier.given import Given
from verifier.picture import PictureFault

GOOD = to_bytes(signed(badge()))
LINK = "https://learner.example/badge.json"


def drawn(text: str) -> bytes:
    picture = io.BytesIO()
    segno.make(text, micro=False).save(picture, kind="png", scale=4)
    return picture.getvalue()


PNG = drawn("any")
JPEG = b"\xff\xd8\xff\xe0 a photo"


def field(content: bytes | str, file_name: str = "") -> Field:
    return Field(content=content.encode() if isinstance(content, str) else content, file_name=file_name)


async def bring(url: str) -> bytes:
    if url != LINK:
        raise FetchError("fetch.not_found", f"{url} answered 404")
    return GOOD


def saying(text: str) -> given.ReadCode:
    async def read_code(raw: bytes) -> str:
        if not text:
            raise PictureFault("picture.no_code", "no code")
        return text

    return read_code


async def take(says: str = "", **fields: Field) -> Given:
    return await given.take(fields, bring=bring, read_code=saying(says))


async def refused(says: str = "", **fields: Field) -> str:
    with pytest.raises(SatchelError) as caught:
        await take(says, **fields)
    return caught.value.code


async def test_a_file_is_taken_as_it_is() -> None:
    assert await take(file=field(GOOD, "a.json"), text=field(" "), url=field("")) == Given(raw=GOOD, name="a.json")


async def test_a_text_is_taken_as_it_is_and_a_pasted_link_as_a_link() -> None:
    assert await take(text=field(GOOD)) == Given(raw=GOOD, name="")
    fetched = Given(raw=GOOD, name=LINK, way="from its address")
    assert await take(text=field(f"  {LINK}\n")) == fetched
    assert await take(url=field(LINK), text=field("")) == fetched


async def test_nothing_and_several_things_are_refused() -> None:
    assert await refused() == "given.nothing"
    assert await refused(file=field(b""), text=field("  "), url=field("")) == "given.nothing"
    assert await refused(file=field(GOOD, "a"), text=field("x")) == "given.several"
    assert await refused(url=field(LINK), text=field("x")) == "given.several"


async def test_a_file_that_is_empty_is_judged_as_such() -> None:
    assert (await take(file=field(b"", "empty.json"))).raw == b""


async def test_a_link_that_leads_nowhere_is_refused() -> None:
    assert await refused(url=field("https://elsewhere.example/")) == "fetch.not_found"
    assert await refused(text=field("https://elsewhere.example/")) == "fetch.not_found"


@pytest.mark.parametrize("raw", [PNG, JPEG], ids=["a PNG without a credential", "a photo"])
async def test_the_code_of_a_picture_is_followed_once(raw: bytes) -> None:
    way = "from its address, named by the QR code of the picture"
    assert await take(LINK, file=field(raw, "photo")) == Given(raw=GOOD, name=LINK, way=way)
    text = GOOD.decode()
    found = await take(text, file=field(raw, "photo"))
    assert found == Given(raw=GOOD, name="photo", way="by the QR code of the picture")
    assert await refused("https://elsewhere.example/", file=field(raw, "photo")) == "fetch.not_found"
    assert await refused("", file=field(raw, "photo")) == "picture.no_code"


async def test_a_baked_badge_is_judged_and_its_picture_not_read_for_codes() -> None:
    from satchel.credential.bake import bake

    baked = bake(PNG, GOOD)
    assert await take(LINK, file=field(baked, "badge.png")) == Given(raw=baked, name="badge.png")
    # A damaged picture is a damaged badge: what it may have carried is not looked for elsewhere.
    assert (await take(LINK, file=field(baked[:-30], "badge.png"))).raw == baked[:-30]


async def test_what_a_real_code_says_is_read() -> None:
    pytest.importorskip("zxingcpp", reason="the extra `qr` is not installed")
    from verifier import picture

    async def read_code(raw: bytes) -> str:
        return picture.read_code(raw)

    found = await given.take({"file": field(drawn(LINK), "qr.png")}, bring=bring, read_code=read_code)
    assert (found.raw, found.name) == (GOOD, LINK)
