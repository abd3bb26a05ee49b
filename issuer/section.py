"""Reading one mapping of a template: each fault is noted with its line, and the reading goes on to find the others."""

from __future__ import annotations

import calendar
import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import tree
from satchel.codec.tree import Reason
from satchel.errors import CodecError, TemplateFault
from satchel.text import for_terminal

DEPTH_LIMIT: Final = 16
Unit: TypeAlias = Literal["day", "week", "month", "year"]

NAME_LIMIT_CHARS: Final = 255
TEXT_LIMIT_CHARS: Final = 10_000
ITEMS_LIMIT: Final = 100

NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_EXTENSION: Final = re.compile(r"ext:[A-Za-z0-9.|_-]{1,100}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SPAN: Final = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?")
_UNITS: Final[dict[str, Unit]] = {"day": "day", "week": "week", "month": "month", "year": "year"}
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
# RFC 3986 with a DNS name: what is a valid IRI for the signature as well, so that no row is refused while signing.
_URL: Final = re.compile(
    rf"https://{_LABEL}(?:\.{_LABEL})+(?::([1-9][0-9]{{0,4}}))?(?:/{_PCHAR}*)*(?:\?(?:{_PCHAR}|[/?])*)?"
    rf"(?:#(?:{_PCHAR}|[/?])*)?"
)
_URL_LIMIT_CHARS: Final = 2000
# Text that is shown turned around is a way to lie about a name.
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time by the calendar: `2 years` after 29 February is 28 February."""

    count: int
    unit: Unit

    def after(self, moment: datetime) -> datetime:
        """The moment this much later. Raises OverflowError past the year 9999."""
        if self.unit in ("day", "week"):
            return moment + timedelta(days=self.count * (7 if self.unit == "week" else 1))
        months = moment.month - 1 + self.count * (12 if self.unit == "year" else 1)
        year, month = moment.year + months // 12, months % 12 + 1
        if year > 9999:
            raise OverflowError(f"{moment:%Y} and {self.count} {self.unit}s is past the calendar")
        return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


_OF_YAML: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        "too_large": "template.too_large",
        "not_utf8": "template.not_utf8",
        "not_yaml": "template.not_yaml",
        "empty": "template.empty",
        "alias": "template.alias",
        "tag": "template.tag",
        "too_deep": "template.too_deep",
        "duplicate_key": "template.duplicate_key",
    }
)


def fault(code: str, line: int, message: str, *, next_step: str | None = None) -> TemplateFault:
    """A TemplateFault whose message begins with the line."""
    return TemplateFault(code, f"line {line}: {message}", next_step=next_step, details={"line": line})


def parse(raw: bytes) -> tree.Node:
    """The tree of a template file. Raises TemplateFault template.* with details["line"]."""
    try:
        return tree.parse(raw, depth_limit=DEPTH_LIMIT)
    except CodecError as cause:
        raise fault(_OF_YAML[tree.reason_of(cause)], tree.line_of(cause), cause.message) from cause


def line_of(fault: TemplateFault) -> int:
    """The line that a fault names."""
    line = fault.details.get("line")
    return line if isinstance(line, int) else 1


def text_fault(text: str, *, limit: int, lines: bool) -> str | None:
    """What is wrong with a text that people will read, or None: too long, control characters, text turned around."""
    if len(text) > limit:
        return f"is longer than {limit} characters"
    for char in text:
        if char in _TURNING or (
            unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and not (lines and char == "\n")
        ):
            return f"holds the hidden character U+{ord(char):04X}"
    return None


def is_web_url(text: str) -> bool:
    """Whether the text is a whole https address of a DNS name, in ASCII, with its percent escapes in order."""
    found = _URL.fullmatch(text) if len(text) <= _URL_LIMIT_CHARS else None
    return found is not None and (found[1] is None or int(found[1]) < 65_536)


class Section:
    """One mapping of the file while it is read: it notes each fault with its line and goes on."""

    def __init__(self, node: tree.Node, where: str, faults: list[TemplateFault]) -> None:
        self.where = where
        self.line = node.line
        self.faults = faults
        self._members: dict[str, tuple[int, tree.Node]] = {}
        if isinstance(node, tree.Mapping):
            self._members = node.members
        else:
            self.note("template.value", node.line, f"{where} must be a list of `key: value` lines")

    def note(self, code: str, line: int, message: str, next_step: str | None = None) -> None:
        self.faults.append(fault(code, line, message, next_step=next_step))

    def only(self, *known: str) -> None:
        """Notes every key that is not one of these."""
        for name, (line, _) in self._members.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                self.note(
                    "template.unknown_key",
                    line,
                    f"{self.where} has no key {for_terminal(name, limit=60)}",
                    f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(known)}.",
                )

    def has(self, name: str) -> bool:
        return name in self._members

    def line_of(self, name: str) -> int:
        return self._members[name][0] if name in self._members else self.line

    def text(self, name: str, *, required: bool = False, limit: int = NAME_LIMIT_CHARS, lines: bool = False) -> str:
        """The member's text; "" when it is absent or faulty."""
        if name not in self._members:
            if required:
                self.note("template.missing", self.line, f"{self.where} lacks {name}", f"Add `{name}:` there.")
            return ""
        line, node = self._members[name]
        return self._text(name, line, node, limit=limit, lines=lines)

    def _text(self, name: str, line: int, node: tree.Node, *, limit: int, lines: bool) -> str:
        if not isinstance(node, tree.Scalar):
            self.note("template.value", line, f"{name} must be one text")
            return ""
        if not node.text.strip() or (node.plain and node.text in ("~", "null")):
            self.note("template.missing", line, f"{name} is empty", "Give it a value, or remove the line.")
            return ""
        text = unicodedata.normalize("NFC", node.text.strip())
        if (wrong := text_fault(text, limit=limit, lines=lines)) is not None:
            self.note("template.text", line, f"{name} {wrong}")
            return ""
        return text

    def choice(self, name: str, choices: tuple[str, ...], *, default: str = "", extensible: bool = False) -> str:
        """The member, one of the choices; the default when absent ("" then means that it is required)."""
        value = self.text(name, required=not default)
        if not value:
            return default or choices[0]
        if value not in choices and not (extensible and _EXTENSION.fullmatch(value)):
            near = difflib.get_close_matches(value, choices, n=1)
            listed = ", ".join(choices) + (", or ext:… of your own" if extensible else "")
            step = f"Did you mean {near[0]}?" if near else f"Use one of: {listed}."
            self.note("template.value", self.line_of(name), f"{name} cannot be {for_terminal(value, limit=60)}", step)
            return choices[0]
        return value

    def slug(self, name: str) -> str:
        value = self.text(name, required=True)
        if value and _SLUG.fullmatch(value) is None:
            self.note(
                "template.value",
                self.line_of(name),
                f"{name} cannot be {for_terminal(value, limit=80)}",
                "Use 1 to 64 small letters, digits, dots, - and _, like data-literacy.",
            )
        return value

    def url(self, name: str, *, required: bool = False) -> str:
        value = self.text(name, required=required, limit=_URL_LIMIT_CHARS)
        if value and not is_web_url(value):
            self.note("template.url", self.line_of(name), f"{name} is no https address")
        return value

    def number(self, name: str) -> str:
        value = self.text(name)
        if value and NUMBER.fullmatch(value) is None:
            self.note("template.value", self.line_of(name), f"{name} must be a number, like 2.5")
            return ""
        return value

    def amount(self, name: str) -> str:
        """A number that is not negative."""
        value = self.number(name)
        if value.startswith("-"):
            self.note("template.value", self.line_of(name), f"{name} cannot be negative")
            return ""
        return value

    def span(self, name: str) -> Span | None:
        """`never` (also when absent) gives None."""
        value = self.text(name)
        found = _SPAN.fullmatch(value)
        if found is not None:
            return Span(int(found[1]), _UNITS[found[2]])
        if value not in ("", "never"):
            self.note(
                "template.value",
                self.line_of(name),
                f"{name} cannot be {for_terminal(value, limit=60)}",
                "Write `never`, or a length like `18 months` or `2 years`.",
            )
        return None

    def day(self, name: str) -> date | None:
        """A required day like 2026-05-31; None when it is absent or faulty."""
        value = self.text(name, required=True)
        try:
            found = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            found = None
        if value and found is None:
            self.note("template.value", self.line_of(name), f"{name} is no day", "Write it like 2026-05-31.")
        return found

    def section(self, name: str, *, required: bool = False) -> Section | None:
        if name not in self._members:
            if required:
                self.note("template.missing", self.line, f"{self.where} lacks {name}", f"Add `{name}:` there.")
            return None
        return Section(self._members[name][1], name, self.faults)

    def sections(self, name: str) -> tuple[Section, ...]:
        return tuple(Section(node, f"an item of {name}", self.faults) for node in self._items(name))

    def texts(self, name: str) -> tuple[str, ...]:
        found = tuple(
            self._text(name, node.line, node, limit=NAME_LIMIT_CHARS, lines=False) for node in self._items(name)
        )
        if len(set(found)) < len(found):
            self.note("template.value", self.line_of(name), f"{name} has the same text twice")
        return found

    def pairs(self, name: str) -> tuple[tuple[str, str, int], ...]:
        """The members of a mapping of texts: name, text, line."""
        if (inner := self.section(name)) is None:
            return ()
        return tuple((key, inner.text(key), line) for key, (line, _) in inner._members.items())

    def _items(self, name: str) -> tuple[tree.Node, ...]:
        if name not in self._members:
            return ()
        line, node = self._members[name]
        if not isinstance(node, tree.Listing) or not node.items:
            self.note("template.value", line, f"{name} must be a list", "Begin each item on its own line with `- `.")
            return ()
        if len(node.items) > ITEMS_LIMIT:
            self.note("template.value", line, f"{name} has more than {ITEMS_LIMIT} items")
            return ()
        return node.items
