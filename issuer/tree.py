"""YAML 1.2 text as a tree whose every node knows its line, with what surprises people refused.

Only mappings, lists and scalars: no aliases (they multiply), no tags (they make objects), no key twice, one document,
nesting up to DEPTH_LIMIT. A plain scalar stays its own text: `1.10` is not 1.1 and `no` is not false; who reads a node
says which type it must have. ruamel.yaml does the scanning; nothing is constructed by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from satchel.errors import TemplateFault
from satchel.text import for_terminal

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

LIMIT_BYTES: Final = 256 * 1024
DEPTH_LIMIT: Final = 16


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


def fault(code: str, line: int, message: str, *, next_step: str | None = None) -> TemplateFault:
    """A TemplateFault whose message begins with the line."""
    return TemplateFault(code, f"line {line}: {message}", next_step=next_step, details={"line": line})


def parse(raw: bytes) -> Node:
    """The one document of the bytes. Raises TemplateFault template.* with details["line"]."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(raw) > LIMIT_BYTES:
        raise fault("template.too_large", 1, f"the template is larger than {LIMIT_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise fault("template.not_utf8", raw.count(b"\n", 0, cause.start) + 1, "the text is not UTF-8") from cause
    try:
        return _document(iter(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line = 1 if mark is None else mark.line + 1
        raise fault("template.not_yaml", line, for_terminal(str(cause.problem or cause.context))) from cause
    except YAMLError as cause:
        # A character that YAML does not allow: ruamel knows its place in the text, not its line.
        place = getattr(cause, "position", 0)
        raise fault("template.not_yaml", text.count("\n", 0, place) + 1, "a control character") from cause


def _document(events: Iterator[Event]) -> Node:
    from ruamel.yaml import events as kinds

    root: Node | None = None
    for event in events:
        if isinstance(event, kinds.DocumentStartEvent):
            line = _line(event)
            if root is not None:
                raise fault("template.not_yaml", line, "a second document begins here")
            if event.version not in (None, (1, 2)) or event.tags:
                raise fault("template.not_yaml", line, "only plain YAML 1.2 is read: remove the % lines")
            root = _node(next(events), events, 0)
    if root is None:
        raise fault("template.empty", 1, "the template is empty")
    return root


def _node(event: Event, events: Iterator[Event], depth: int) -> Node:
    from ruamel.yaml import events as kinds

    line = _line(event)
    if isinstance(event, kinds.AliasEvent):
        raise fault("template.alias", line, f"*{for_terminal(event.anchor, limit=40)} is an alias")
    if isinstance(event, kinds.NodeEvent) and event.anchor is not None:
        raise fault("template.alias", line, f"&{for_terminal(event.anchor, limit=40)} is an anchor")
    if (tag := getattr(event, "tag", None)) is not None:
        raise fault("template.tag", line, f"{for_terminal(str(tag), limit=60)} is a tag")
    if depth >= DEPTH_LIMIT:
        raise fault("template.too_deep", line, f"nested deeper than {DEPTH_LIMIT} levels")
    if isinstance(event, kinds.ScalarEvent):
        return Scalar(event.value, event.style is None, line)
    if isinstance(event, kinds.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), kinds.SequenceEndEvent):
            items.append(_node(event, events, depth + 1))
        return Listing(tuple(items), line)
    members: dict[str, tuple[int, Node]] = {}
    while not isinstance(event := next(events), kinds.MappingEndEvent):
        name = _node(event, events, depth + 1)
        if not isinstance(name, Scalar):
            raise fault("template.not_yaml", name.line, "a key must be a plain word")
        if name.text in members:
            first = members[name.text][0]
            raise fault(
                "template.duplicate_key", name.line, f"{for_terminal(name.text, limit=60)} is already on line {first}"
            )
        members[name.text] = (name.line, _node(next(events), events, depth + 1))
    return Mapping(members, line)


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
