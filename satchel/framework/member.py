"""Reading members of outside JSON: a wrong type reads as absent, so that one odd member costs no item."""

from __future__ import annotations

from collections.abc import Iterator

from satchel.port import JsonObject, JsonValue


def text(value: JsonObject, *names: str) -> str:
    """The first of these members that is a text with something in it, stripped, or a whole number; else ""."""
    for name in names:
        member = value.get(name)
        if isinstance(member, str) and member.strip():
            return member.strip()
        if isinstance(member, int) and not isinstance(member, bool):
            return str(member)
    return ""


def texts(value: JsonObject, *names: str) -> tuple[str, ...]:
    """The texts of the first of these members that is a list of texts or one text; without empty ones."""
    for name in names:
        if found := tuple(_texts(value.get(name))):
            return found
    return ()


def objects(value: JsonObject, name: str) -> Iterator[tuple[int, JsonObject]]:
    """The objects of a list member, each with its place in the list; other things in the list are passed over."""
    member = value.get(name)
    if isinstance(member, list):
        for place, item in enumerate(member):
            if isinstance(item, dict):
                yield place, item


def _texts(value: JsonValue) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item.strip():
            yield item.strip()
