"""What a file is, by its bytes: the one place that knows how the formats are told apart, and says why not.

Names and endings of files decide nothing. The JSON of a framework may be larger than a credential, never looser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.codec import strictjson
from satchel.errors import Malformed
from satchel.framework import table
from satchel.framework.graph import FrameworkFault, Source, shown
from satchel.framework.table import Row, Table
from satchel.port import JsonObject, JsonValue

FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
LINE_LIMIT_BYTES: Final = 1024 * 1024

Shape: TypeAlias = Literal[
    "esco concepts",
    "esco relations",
    "esco broader",
    "esco rows",
    "esco occupations",
    "case package",
    "case items",
    "rsd skills",
    "rsd collection",
    "rsd table",
    "onet titles",
    "onet soc",
    "onet names",
    "json lines",
]

_BOM: Final = b"\xef\xbb\xbf"
_REPAIR: Final = "Ask the publisher of the framework for a sound file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file of JSON lines, parsed, or why it could not be."""

    number: int
    value: JsonObject | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file whose shape is known. `objects` are its JSON objects, `table` its rows, `lines` its JSON lines: one of
    the three. `format_name` says the format for people."""

    source: Source
    shape: Shape
    format_name: str
    objects: tuple[JsonObject, ...] = ()
    table: Table | None = None
    lines: tuple[Line, ...] = ()

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def stem(self) -> str:
        """The file's name without its ending: the title of last resort."""
        return self.name.rpartition(".")[0] or self.name

    def rows(self) -> Iterator[Row]:
        """The rows of the table."""
        if self.table is not None:
            yield from self.table.rows


# The first row whose columns all stand in the header says what a table is.
_TABLES: Final[tuple[tuple[Shape, str, frozenset[str]], ...]] = (
    ("esco relations", "ESCO CSV", frozenset({"occupationuri", "skilluri"})),
    ("esco broader", "ESCO CSV", frozenset({"concepturi", "broaderuri"})),
    ("esco concepts", "ESCO CSV", frozenset({"concepturi", "preferredlabel"})),
    ("case items", "CASE items CSV", frozenset({"fullstatement", "humancodingscheme"})),
    ("rsd table", "RSD CSV", frozenset({"skillname", "contextualizedskillstatement"})),
    ("onet titles", "O*NET-SOC titles", frozenset({"onetsoccode", "title"})),
    ("onet soc", "SOC groups", frozenset({"socgroup", "soccode", "soctitle"})),
    ("onet names", "O*NET names", frozenset({"name", "description", "taxonomy"})),
)
_NOT_FRAMEWORKS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (
        frozenset({"rowtype", "name", "finderdetailpage"}),
        "it lists resources of a pathway (CTDL) by name; they are no competencies and have no addresses",
    ),
)
_JSON_NOT_FRAMEWORKS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"code", "targetNodeName"}), "it lists codes of jobs that skills refer to, not skills"),
    (frozenset({"value", "skillCount"}), "it lists the categories of a skills library, without addresses"),
    (frozenset({"CFDocuments"}), "it lists documents of a CASE server; get the package of one of them"),
)


def sniff(raw: bytes, *, name: str) -> Document:
    """The file as a document of a known shape.

    Raises FrameworkFault framework.too_large, .encoding, .csv, .format_unknown or .not_framework, and Malformed
    parse.* for JSON that is broken or that two readers could read in two ways.
    """
    if len(raw) > FILE_LIMIT_BYTES:
        raise FrameworkFault("framework.too_large", f"{shown(name)} has more than {FILE_LIMIT_BYTES} bytes")
    source = Source(name=name, sha256=hashlib.sha256(raw).hexdigest(), size_bytes=len(raw))
    body = raw.removeprefix(_BOM)
    begin = body.lstrip()[:1]
    if begin == b"[" or (begin == b"{" and not _is_lines(body)):
        return _json(source, strict(body, name=name))
    if begin == b"{":
        return Document(source=source, shape="json lines", format_name="JSON lines", lines=tuple(_lines(body)))
    return _table(source, body)


def strict(raw: bytes, *, name: str) -> JsonValue:
    """The JSON of a framework file. Raises Malformed with the file's name and a next step that fits a framework."""
    try:
        return strictjson.loads(raw, limit_bytes=FILE_LIMIT_BYTES)
    except Malformed as fault:
        raise Malformed(fault.code, f"{shown(name)}: {fault.message}", next_step=_REPAIR) from fault


def _is_lines(body: bytes) -> bool:
    """Whether the first line is a whole JSON object that is no CASE package, RSD or other document of its own."""
    first = body.lstrip().split(b"\n", 1)[0]
    if len(first) > LINE_LIMIT_BYTES:
        return False
    try:
        value = strictjson.loads(first)
    except Malformed:
        return False
    return isinstance(value, dict) and ("uri" in value or "framework" in value) and "CFDocument" not in value


def _lines(body: bytes) -> Iterator[Line]:
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield Line(number=number, value=strictjson.load_object(line, limit_bytes=LINE_LIMIT_BYTES))
        except Malformed as fault:
            yield Line(number=number, value=None, reason=fault.message)


def _json(source: Source, value: JsonValue) -> Document:
    if isinstance(value, dict):
        return _json_object(source, value)
    if not isinstance(value, list) or not value:
        raise FrameworkFault("framework.empty", f"{shown(source.name)} is an empty list")
    objects = tuple(item for item in value if isinstance(item, dict))
    if len(objects) != len(value):
        raise _unknown(source, "its list holds something other than objects")
    first = objects[0].keys()
    _refuse_lists(source, first)
    if {"uri", "label", "skill"} <= first:
        return Document(source=source, shape="esco occupations", format_name="ESCO JSON", objects=objects)
    if {"uri", "label", "altLabel"} <= first:
        return Document(source=source, shape="esco rows", format_name="ESCO JSON", objects=objects)
    if "skillName" in first:
        return Document(source=source, shape="rsd skills", format_name=_rsd_version(objects), objects=objects)
    raise _unknown(source, "its objects have none of the members of ESCO or Rich Skill Descriptors")


def _json_object(source: Source, value: JsonObject) -> Document:
    if isinstance(inner := value.get("CFPackage"), dict):
        value = inner
    _refuse_lists(source, value.keys())
    if isinstance(value.get("CFDocument"), dict):
        name = f"CASE {_case_version(value)} package"
        return Document(source=source, shape="case package", format_name=name, objects=(value,))
    if value.get("type") == "RichSkillCollection" or ("skills" in value and "name" in value):
        skills = value.get("skills")
        items = tuple(item for item in skills if isinstance(item, dict)) if isinstance(skills, list) else ()
        name = _rsd_version(items).replace("RSD", "RSD collection", 1)
        return Document(source=source, shape="rsd collection", format_name=name, objects=(value, *items))
    if "skillName" in value:
        return Document(source=source, shape="rsd skills", format_name=_rsd_version((value,)), objects=(value,))
    if any("Pathway" in text for text in _types(value)):
        raise FrameworkFault("framework.not_framework", f"{shown(source.name)} is a pathway (CTDL), not a framework")
    raise _unknown(source, "it has no CFDocument, skillName, uri or other member that names a format")


def _refuse_lists(source: Source, members: Set[str]) -> None:
    for signs, reason in _JSON_NOT_FRAMEWORKS:
        if signs <= members:
            raise FrameworkFault("framework.not_framework", f"{shown(source.name)}: {reason}")


def _types(value: JsonObject) -> Iterator[str]:
    graph = value.get("@graph")
    for item in (value, *(graph if isinstance(graph, list) else ())):
        if isinstance(item, dict):
            kinds = item.get("@type")
            yield from (kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str))


def _table(source: Source, body: bytes) -> Document:
    if b"\x00" in body[:4096] or body.lstrip()[:1] in (b"<", b"%", b"") or body[:2] == b"PK":
        if body.strip():
            raise _unknown(source, "it is neither JSON nor CSV")
        raise FrameworkFault("framework.empty", f"{shown(source.name)} is empty")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = body.count(b"\n", 0, fault.start) + 1
        raise FrameworkFault("framework.encoding", f"{shown(source.name)}, line {line}: not UTF-8") from fault
    found = table.read(text, name=source.name)
    for signs, reason in _NOT_FRAMEWORKS:
        if signs <= found.columns:
            raise FrameworkFault("framework.not_framework", f"{shown(source.name)}: {reason}")
    for shape, format_name, signs in _TABLES:
        if signs <= found.columns:
            return Document(source=source, shape=shape, format_name=format_name, table=found)
    raise _unknown(source, "its first line names the columns of no framework that is read here")


def _unknown(source: Source, reason: str) -> FrameworkFault:
    return FrameworkFault("framework.format_unknown", f"{shown(source.name)}: {reason}")


def _case_version(package: JsonObject) -> str:
    """`1.1` when the document says so or uses what only 1.1 has, else `1.0`."""
    document = package.get("CFDocument")
    if isinstance(document, dict):
        stated = document.get("caseVersion")
        if isinstance(stated, str) and re.fullmatch(r"1\.[0-9]", stated):
            return stated
        if "frameworkType" in document or "/v1p1/" in str(document.get("uri")):
            return "1.1"
    return "1.0"


def _rsd_version(skills: tuple[JsonObject, ...]) -> str:
    """Version 2 wrote `author` and `category` as texts, version 3 lists; a file without either fits both."""
    if any("category" in skill or "author" in skill for skill in skills):
        return "RSD version 2"
    return "RSD version 3" if any("categories" in skill or "authors" in skill for skill in skills) else "RSD"
