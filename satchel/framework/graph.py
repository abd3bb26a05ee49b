"""A skills framework as records: its items, how they hang together, and what an import found on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from satchel.errors import SatchelError
from satchel.port import Completeness, JsonObject
from satchel.text import for_terminal

LABEL_LIMIT_CHARS: Final = 8_192
URI_LIMIT_CHARS: Final = 2_048

CHILD: Final = "isChildOf"
SKILL: Final = "hasSkill"
REPLACED: Final = "replacedBy"

_URI: Final = re.compile(r"(?:https?://[^\s/?#<>\"{}|\\^`]+|(?:urn|did|tag|ark|info):)[^\s<>\"{}|\\^`\x00-\x1f\x7f]*")
_DATE: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_KIND: Final = re.compile(r"[a-z][a-z0-9._-]{0,31}")


class FrameworkFault(SatchelError):
    """A framework cannot be read, kept or found (framework.*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name of an item; `language` is a tag like `en`, or "" when the file does not say."""

    text: str
    language: str = ""
    is_preferred: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One skill, competence, statement or occupation. `labels` has the preferred ones first; `keywords` are for
    searching only and no names; `obsolete_since` is a date or "" and counts only when `is_obsolete`."""

    uri: str
    labels: tuple[Label, ...]
    description: str = ""
    code: str = ""
    kind: str = ""
    level: str = ""
    keywords: tuple[str, ...] = ()
    is_obsolete: bool = False
    obsolete_since: str = ""
    replaced_by: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.labels[0].text


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`origin` is-something-of `target`, in CASE's words (`isChildOf`), and `hasSkill` from an occupation. Both are
    URIs; the target may lie outside. `note` says more: `essential`, `optional`, `by name`."""

    kind: str
    origin: str
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One imported file."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """What the copy is. `kind` is its family (`esco`, `case`), `format` what was read (`CASE 1.1 package`), `id` the
    publisher's URI for the whole or one made of the digest; `prefixes` are how its own URIs begin."""

    id: str
    title: str
    kind: str
    format: str
    release: str
    released: str
    completeness: Completeness
    licence: str
    publisher: str
    digest: str
    prefixes: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the person who imports says about the copy; None leaves what the file says. `own_base` is put before the
    codes of items that have no address; without it they get URNs made of their names."""

    title: str | None = None
    release: str | None = None
    released: str | None = None
    completeness: Completeness | None = None
    licence: str | None = None
    kind: str | None = None
    own_base: str | None = None

    def check(self) -> None:
        """Raises FrameworkFault framework.description naming the part that is wrong."""
        for name, text in (("title", self.title), ("release", self.release), ("licence", self.licence)):
            if text is not None and (not text.strip() or len(text) > LABEL_LIMIT_CHARS):
                raise FrameworkFault("framework.description", f"the {name} is empty or too long")
        if self.released is not None and _DATE.fullmatch(self.released) is None:
            raise FrameworkFault("framework.description", "the date of the release is not like 2026-11-24")
        if self.completeness not in (None, "complete", "slice", "unknown"):
            raise FrameworkFault("framework.description", "the completeness is none of complete, slice and unknown")
        if self.kind is not None and _KIND.fullmatch(self.kind) is None:
            raise FrameworkFault("framework.description", "the kind is not a short word in small letters, like esco")
        if self.own_base is not None and not is_uri(self.own_base):
            raise FrameworkFault("framework.description", "the base is not an https address or a URN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not taken, where it stands (`line 12`, `/CFItems/3`), and why."""

    file: str
    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """Something that items of the copy refer to and that is not in it: a URI, or only a name. `count` items do, and
    `origin` is one of them. `is_external` is what belongs to other frameworks by its meaning."""

    kind: str
    target: str
    name: str
    count: int
    origin: str
    is_external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """All that reading gives. `duplicates` are URIs that stood more than once with equal content and count once;
    `rubrics` are CASE rubrics as they stood; `notes` are sentences for the person who imports."""

    framework: Framework
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rejected: tuple[Rejected, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    duplicates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rubrics: tuple[JsonObject, ...] = ()

    @property
    def unresolved_count(self) -> int:
        """How many references inside the framework lead to nothing in this copy."""
        return sum(missing.count for missing in self.unresolved if not missing.is_external)


def is_uri(text: str) -> bool:
    """Whether the text is an absolute address that an alignment may name: http, https, URN, DID, tag, ARK or info."""
    return len(text) <= URI_LIMIT_CHARS and _URI.fullmatch(text) is not None and not text.endswith(":")


def date_of(text: str) -> str:
    """The day of a date or timestamp as YYYY-MM-DD, "" when it begins with none."""
    found = _DATE.match(text)
    return found[0] if found else ""


def shown(text: str) -> str:
    """A piece of the file for a message, short and harmless."""
    return for_terminal(text, limit=120)


def labels(preferred: str, others: Iterable[str] = (), *, language: str = "") -> tuple[Label, ...]:
    """The names of an item in one language: the preferred one, then the others without repetition."""
    first = preferred.strip()
    seen = {first.casefold()}
    found = [Label(text=first, language=language)]
    for text in others:
        name = text.strip()
        key = name.casefold()
        if name and key not in seen:
            seen.add(key)
            found.append(Label(text=name, language=language, is_preferred=False))
    return tuple(found)
