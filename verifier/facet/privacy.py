"""privacy: who learns of this check, and can an address in the credential single out its holder?

What a check would ask for, and whom; what shows the credential would load. An address that holds a piece of the
credential's or the learner's own identifier is asked for by nobody else: its owner learns whenever that one learner is
looked at. Nothing is fetched to find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from satchel.credential import openbadge
from satchel.errors import StatusError
from satchel.port import JsonObject, JsonValue
from verifier.report import Facet

_NAME: Final = "privacy"
# Shorter pieces occur everywhere: years, words, numbers of lists.
_PIECE: Final = r"[A-Za-z0-9]{8,}"
_PICTURES_LIMIT: Final = 50


def facet(value: JsonObject, asked: Sequence[str]) -> Facet:
    """`asked` are the addresses that the check asks for. Pass when nobody learns of it."""
    lists = tuple(_lists(value))
    pictures = tuple(_pictures(value))
    hosts = sorted({_host(url) for url in asked} - {""})
    details: JsonObject = {"asked": list[JsonValue](hosts)}
    if pictures:
        details["pictures"] = list[JsonValue](sorted({_host(url) for url in pictures}))
    own = _pieces(value) if lists or pictures else frozenset[str]()
    single = [url for url in lists if _is_about(url, own)]
    if single:
        return Facet.of(_NAME, "privacy.list_of_one", addresses=list[JsonValue](single), **details)
    watched = [url for url in pictures if _is_about(url, own)]
    if watched:
        return Facet.of(_NAME, "privacy.picture_of_one", addresses=list[JsonValue](watched), **details)
    if hosts:
        return Facet.of(_NAME, "privacy.asks", f"The check asks {', '.join(hosts[:4])}.", **details)
    return Facet.of(_NAME, "privacy.ok", **details)


def _lists(value: JsonObject) -> Iterable[str]:
    if "credentialStatus" not in value and "status" not in value:
        return
    # Imported here: not every credential names a list, and a command should answer at once.
    from satchel.credential import status

    try:
        entries = status.entries_of(value)
    except StatusError:
        return
    for entry in entries:
        if not isinstance(entry, status.UnsupportedEntry):
            yield entry.list_url


def _pictures(value: JsonObject) -> Iterable[str]:
    """Addresses of pictures that a page would load. A credential holds few; what is past the limit is not looked at."""
    left = _PICTURES_LIMIT
    waiting: list[JsonValue] = [value]
    while waiting and left:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += found
        elif isinstance(found, dict):
            image = found.get("image")
            url = image.get("id") if isinstance(image, dict) else image
            if isinstance(url, str) and url.startswith(("https://", "http://")):
                left -= 1
                yield url
            waiting += [member for name, member in found.items() if name not in ("proof", "verifiableCredential")]


def _pieces(value: JsonObject) -> frozenset[str]:
    """The parts of the identifiers that this credential and its subjects alone have."""
    own = [value.get("id"), *openbadge.subject_ids(value)]
    return frozenset(
        piece.lower() for name in own if isinstance(name, str) for piece in re.findall(_PIECE, _tail(name))
    )


def _tail(name: str) -> str:
    """What of an identifier is its own: a host and the name of a method belong to many."""
    if name.startswith(("https://", "http://")):
        return name.partition("://")[2].partition("/")[2]
    return name.rpartition(":")[2]


def _is_about(url: str, own: frozenset[str]) -> bool:
    path = _tail(url).lower()
    return any(piece in path for piece in own)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
