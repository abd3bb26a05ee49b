"""YAML 1.2 text as a tree whose every node knows its line, with what surprises people refused.

Only mappings, lists and scalars: no aliases (they multiply), no tags (they make objects), no key twice, one document,
bounded nesting. A plain scalar stays its own text: `1.10` is not 1.1 and `no` is not false; who reads a node says which
type it must have. ruamel.yaml does the scanning; nothing is constructed by it. Templates and pathways are read so; each
of them turns a refusal into a fault of its own by `Reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from satchel.errors import CodecError
from satchel.text import for_terminal

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

LIMIT_BYTES: Final = 256 * 1024

Reason: TypeAlias = Literal["too_large", "not_utf8", "not_yaml", "empty", "alias", "tag", "too_deep", "duplicate_key"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as text. `plain` is False when it was quoted or a block: then it is text whatever it looks like."""

    text: str
    plain: bool
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Members by name, each with the line of its name."""

    members: dict[str, tuple[int, Node]]
    line: int


Node: TypeAlias = Scalar | Listing | Mapping


def parse(raw: bytes, *, depth_limit: int) -> Node:
    """The one document of the bytes. Raises CodecError codec.yaml; `line_of` and `reason_of` say where and why.

    `depth_limit` is how many levels may stand inside each other, the innermost value counted.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(raw) > LIMIT_BYTES:
        raise _fault("too_large", 1, f"the file is larger than {LIMIT_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise _fault("not_utf8", raw.count(b"\n", 0, cause.start) + 1, "the text is not UTF-8") from cause
    try:
        return _document(iter(YAML(typ="safe", pure=True).parse(text)), depth_limit)
    except MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line = 1 if mark is None else mark.line + 1
        raise _fault("not_yaml", line, for_terminal(str(cause.problem or cause.context))) from cause
    except YAMLError as cause:
        # A character that YAML does not allow: ruamel knows its place in the text, not its line.
        place = getattr(cause, "position", 0)
        raise _fault("not_yaml", text.count("\n", 0, place) + 1, "a control character") from cause


def line_of(fault: CodecError) -> int:
    """The line that a refusal of `parse` names, from 1."""
    line = fault.details.get("line")
    return line if isinstance(line, int) else 1


def reason_of(fault: CodecError) -> Reason:
    """Why `parse` refused."""
    return cast("Reason", fault.details["reason"])


def _fault(reason: Reason, line: int, message: str) -> CodecError:
    return CodecError("codec.yaml", message, details={"reason": reason, "line": line})


def _document(events: Iterator[Event], depth_limit: int) -> Node:
    from ruamel.yaml import events as kinds

    root: Node | None = None
    for event in events:
        if isinstance(event, kinds.DocumentStartEvent):
            line = _line(event)
            if root is not None:
                raise _fault("not_yaml", line, "a second document begins here")
            if event.version not in (None, (1, 2)) or event.tags:
                raise _fault("not_yaml", line, "only plain YAML 1.2 is read: remove the % lines")
            root = _node(next(events), events, depth_limit)
    if root is None:
        raise _fault("empty", 1, "the file is empty")
    return root


def _node(event: Event, events: Iterator[Event], levels: int) -> Node:
    from ruamel.yaml import events as kinds

    line = _line(event)
    if isinstance(event, kinds.AliasEvent):
        raise _fault("alias", line, f"*{for_terminal(event.anchor, limit=40)} is an alias")
    if isinstance(event, kinds.NodeEvent) and event.anchor is not None:
        raise _fault("alias", line, f"&{for_terminal(event.anchor, limit=40)} is an anchor")
    if (tag := getattr(event, "tag", None)) is not None:
        raise _fault("tag", line, f"{for_terminal(str(tag), limit=60)} is a tag")
    if levels <= 0:
        raise _fault("too_deep", line, "it is nested too deeply")
    if isinstance(event, kinds.ScalarEvent):
        return Scalar(event.value, event.style is None, line)
    if isinstance(event, kinds.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), kinds.SequenceEndEvent):
            items.append(_node(event, events, levels - 1))
        return Listing(tuple(items), line)
    members: dict[str, tuple[int, Node]] = {}
    while not isinstance(event := next(events), kinds.MappingEndEvent):
        name = _node(event, events, levels - 1)
        if not isinstance(name, Scalar):
            raise _fault("not_yaml", name.line, "a key must be a plain word")
        if name.text in members:
            first = members[name.text][0]
            raise _fault("duplicate_key", name.line, f"{for_terminal(name.text, limit=60)} is already on line {first}")
        members[name.text] = (name.line, _node(next(events), events, levels - 1))
    return Mapping(members, line)


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
