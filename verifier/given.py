"""What a person gave the page: a file, a pasted text, an address, or a picture of a QR code that says one of these.

Pure but for the two services that it is handed: one brings a file from an address through the guarded Fetch, the other
reads a code. An address that came out of a code is followed once; what lies there is judged as it is.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from satchel.credential.read import read
from satchel.errors import SatchelError
from verifier import picture
from verifier.form import Field

Bring: TypeAlias = Callable[[str], Awaitable[bytes]]
ReadCode: TypeAlias = Callable[[bytes], Awaitable[str]]

_ADDRESS: Final = re.compile(r"https?://\S+", re.I)


class GivenFault(SatchelError):
    """Nothing was given to judge, or more than one thing (given.*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The bytes to judge, their name, and in our words how they came when it was not as a plain file."""

    raw: bytes
    name: str
    way: str = ""


async def take(fields: Mapping[str, Field], *, bring: Bring, read_code: ReadCode) -> Given:
    """The one thing that was given. Raises GivenFault given.nothing, given.several, FetchError, PictureFault, and
    HttpFault http.body_invalid for an address that is no text."""
    file, url, text = fields.get("file"), fields.get("url"), fields.get("text")
    found = []
    if file is not None and (file.content or file.file_name):
        found.append("file")
    if url is not None and url.content.strip():
        found.append("link")
    if text is not None and text.content.strip():
        found.append("text")
    if not found:
        raise GivenFault("given.nothing", "nothing was given to check")
    if len(found) > 1:
        raise GivenFault("given.several", f"there is a {' and a '.join(found)}: one credential is checked at a time")
    if file is not None and "file" in found:
        return await _of_file(file, bring=bring, read_code=read_code)
    if url is not None and "link" in found:
        return await _of_address(url.text().strip(), "", bring=bring)
    return await _of_text(b"" if text is None else text.content, "", "", bring=bring)


async def _of_file(file: Field, *, bring: Bring, read_code: ReadCode) -> Given:
    raw, name = file.content, file.file_name
    if not picture.is_picture(raw) or (picture.can_carry_a_badge(raw) and not _is_bare(raw)):
        return Given(raw=raw, name=name)
    said = await read_code(raw)
    return await _of_text(said.encode("utf-8", "surrogatepass"), name, "by the QR code of the picture", bring=bring)


def _is_bare(raw: bytes) -> bool:
    """Whether a PNG is sound and no credential is baked into it."""
    fault = read(raw).fault
    return fault is not None and fault.code == "parse.no_credential"


async def _of_text(raw: bytes, name: str, way: str, *, bring: Bring) -> Given:
    """A pasted address is taken for what it is: nobody pastes it to have its letters judged."""
    stripped = raw.strip()
    text = stripped.decode("utf-8", "replace") if len(stripped) <= 2048 else ""
    if _ADDRESS.fullmatch(text):
        return await _of_address(text, way, bring=bring)
    return Given(raw=raw, name=name, way=way)


async def _of_address(url: str, way: str, *, bring: Bring) -> Given:
    return Given(raw=await bring(url), name=url, way=f"from its address, named {way}" if way else "from its address")
