"""What changed between two JSON values, place by place: two versions of a DID document, or of a log's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from satchel.port import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: where (a JSON pointer; members of a list that have an id are named by it), and both values."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: JsonValue
    after: JsonValue

    def to_json(self) -> JsonObject:
        """The change as JSON."""
        return {"path": self.path, "kind": self.kind, "before": self.before, "after": self.after}


def changes(before: JsonValue, after: JsonValue, path: str = "") -> tuple[Change, ...]:
    """Every difference, in the order of names. Lists of objects with ids are compared by id, lists of texts as sets:
    their order says nothing in a DID document."""
    if before == after:
        return ()
    if isinstance(before, dict) and isinstance(after, dict):
        return _members(before, after, path)
    if isinstance(before, list) and isinstance(after, list):
        old, new = _named(before), _named(after)
        if old is not None and new is not None:
            return _members(old, new, path)
    return (Change(path=path, kind="changed", before=before, after=after),)


def _members(before: JsonObject, after: JsonObject, path: str) -> tuple[Change, ...]:
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in after:
            found.append(Change(path=place, kind="removed", before=before[name], after=None))
        elif name not in before:
            found.append(Change(path=place, kind="added", before=None, after=after[name]))
        else:
            found += changes(before[name], after[name], place)
    return tuple(found)


def _named(values: list[JsonValue]) -> JsonObject | None:
    """The members by their names, None when they have none, or the same one twice."""
    names = [
        value if isinstance(value, str) else value.get("id") if isinstance(value, dict) else None for value in values
    ]
    texts = [name for name in names if isinstance(name, str)]
    if len(set(texts)) != len(values):
        return None
    return dict(zip(texts, values, strict=True))
