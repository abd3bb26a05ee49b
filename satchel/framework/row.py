"""A framework as the rows of one file: schema, rows and statements as values; satchel.node.shelf runs them.

A file is written once and only read afterwards. Every item carries a CRC of its own fields and names, because a
verdict may rest on one name: a file whose letters were changed on the disk is refused, not believed.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from satchel.codec import jcs
from satchel.framework import search
from satchel.framework.graph import Framework, ImportReport, Node, Source
from satchel.framework.swap import swaps
from satchel.port import Completeness, HeldFramework, HeldNode
from satchel.text import for_log

APPLICATION: Final = 0x53417446  # "SAtF"
VERSION: Final = 1

Value: TypeAlias = str | int

SCHEMA: Final = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE node (id INTEGER PRIMARY KEY, uri TEXT NOT NULL, description TEXT NOT NULL, code TEXT NOT NULL, "
    "kind TEXT NOT NULL, level TEXT NOT NULL, is_obsolete INTEGER NOT NULL, obsolete_since TEXT NOT NULL, "
    "replaced_by TEXT NOT NULL, crc INTEGER NOT NULL) STRICT",
    "CREATE TABLE label (node INTEGER NOT NULL, place INTEGER NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, "
    "key TEXT NOT NULL, is_preferred INTEGER NOT NULL, PRIMARY KEY (node, place)) STRICT, WITHOUT ROWID",
    "CREATE TABLE edge (kind TEXT NOT NULL, origin INTEGER NOT NULL, target TEXT NOT NULL, note TEXT NOT NULL) STRICT",
    "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL, uses INTEGER NOT NULL) STRICT",
    "CREATE TABLE gram (gram TEXT NOT NULL, length INTEGER NOT NULL, word INTEGER NOT NULL, "
    "PRIMARY KEY (gram, length, word)) STRICT, WITHOUT ROWID",
    "CREATE TABLE swap (word TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (word, other)) STRICT, WITHOUT ROWID",
    "CREATE VIRTUAL TABLE found USING fts5(label, alt, description, content='', prefix='2 3', "
    "tokenize='porter unicode61 remove_diacritics 2')",
)
# Made after the rows, which is faster than keeping them up while rows come in.
INDEXES: Final = (
    "CREATE UNIQUE INDEX node_uri ON node (uri)",
    "CREATE INDEX label_key ON label (key)",
    "CREATE INDEX edge_origin ON edge (origin)",
    "CREATE INDEX edge_target ON edge (target)",
    "CREATE UNIQUE INDEX word_text ON word (text)",
)

INSERT_ABOUT: Final = "INSERT INTO about VALUES (?, ?)"
INSERT_NODE: Final = "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_LABEL: Final = "INSERT INTO label VALUES (?, ?, ?, ?, ?, ?)"
INSERT_EDGE: Final = "INSERT INTO edge VALUES (?, ?, ?, ?)"
INSERT_WORD: Final = "INSERT INTO word VALUES (?, ?, ?)"
INSERT_GRAM: Final = "INSERT INTO gram VALUES (?, ?, ?)"
INSERT_SWAP: Final = "INSERT INTO swap VALUES (?, ?)"
INSERT_FOUND: Final = "INSERT INTO found (rowid, label, alt, description) VALUES (?, ?, ?, ?)"

SELECT_ABOUT: Final = "SELECT name, value FROM about ORDER BY name"
SELECT_NODE: Final = "SELECT * FROM node WHERE uri = ?"
SELECT_LABELS: Final = "SELECT language, text, is_preferred FROM label WHERE node = ? ORDER BY place"
SELECT_NAME: Final = (
    "SELECT node.uri, label.text FROM node JOIN label ON label.node = node.id WHERE node.id = ? AND place = ?"
)
SELECT_UP: Final = (
    "SELECT edge.kind, edge.target, edge.note, label.text FROM edge LEFT JOIN node ON node.uri = edge.target "
    "LEFT JOIN label ON label.node = node.id AND label.place = 0 WHERE edge.origin = ? ORDER BY edge.rowid LIMIT ?"
)
SELECT_DOWN: Final = (
    "SELECT edge.kind, node.uri, edge.note, label.text FROM edge JOIN node ON node.id = edge.origin "
    "JOIN label ON label.node = node.id AND label.place = 0 WHERE edge.target = ? ORDER BY edge.rowid LIMIT ?"
)
SELECT_POOL: Final = f"SELECT rowid, bm25(found, 8, 4, 1) FROM found WHERE found MATCH ? ORDER BY 2 LIMIT {search.POOL}"
SELECT_BEGINNINGS: Final = (
    f"SELECT DISTINCT node FROM label WHERE key >= ? AND key < ? ORDER BY length(key), key LIMIT {search.BEGINNINGS}"
)
SELECT_USES: Final = "SELECT uses FROM word WHERE text = ?"
SELECT_COMPLETIONS: Final = (
    f"SELECT text FROM word WHERE text >= ? AND text < ? ORDER BY uses DESC, text LIMIT {search.COMPLETIONS}"
)
SELECT_BEGINS: Final = "SELECT 1 FROM word WHERE text >= ? AND text < ? LIMIT 1"
AFTER: Final = "\U0010ffff"


def select_swaps(count: int) -> str:
    """What stands for any of `count` stems."""
    return f"SELECT other FROM swap WHERE word IN ({', '.join('?' * count)})"


def select_keys(count: int) -> str:
    """The names of `count` items, each item's together and in order."""
    return f"SELECT node, key FROM label WHERE node IN ({', '.join('?' * count)}) ORDER BY node, place"


def select_near(count: int) -> str:
    """Words of a length between two numbers that share most of `count` trigrams."""
    marks = ", ".join("?" * count)
    return (
        "SELECT word.text, word.uses FROM (SELECT word, count(*) AS shared FROM gram "
        f"WHERE gram IN ({marks}) AND length BETWEEN ? AND ? GROUP BY word ORDER BY shared DESC LIMIT 40) AS best "
        "JOIN word ON word.id = best.word"
    )


def rows(report: ImportReport) -> Iterator[tuple[str, Iterable[Sequence[Value]]]]:
    """Statements, each with its rows, in the order to run them."""
    nodes = report.nodes
    numbers = {node.uri: number for number, node in enumerate(nodes, start=1)}
    yield INSERT_ABOUT, sorted(about(report).items())
    yield INSERT_NODE, (_node(number, node) for number, node in enumerate(nodes, start=1))
    keys = [[search.key(label.text) for label in node.labels] for node in nodes]
    yield (
        INSERT_LABEL,
        (
            (number, place, label.language, label.text, keys[number - 1][place], int(label.is_preferred))
            for number, node in enumerate(nodes, start=1)
            for place, label in enumerate(node.labels)
        ),
    )
    yield (
        INSERT_EDGE,
        ((edge.kind, numbers[edge.origin], edge.target, edge.note) for edge in report.edges if edge.origin in numbers),
    )
    named: Counter[str] = Counter()
    told: Counter[str] = Counter()
    found: list[tuple[int, str, str, str]] = []
    for number, node in enumerate(nodes, start=1):
        own = keys[number - 1]
        more = search.key("\n".join((*node.keywords, node.code)))
        found.append((number, own[0], "\n".join((*own[1:], more)), node.description))
        named.update(" ".join((*own, more)).split(" "))
        told.update(search.words(node.description))
    yield INSERT_FOUND, found
    # A word of descriptions alone is known, but nobody is thought to have meant it who wrote another one.
    uses = {word: count + told[word] for word, count in named.items() if word} | {
        word: count for word, count in told.items() if word not in named
    }
    yield INSERT_WORD, ((number, word, count) for number, (word, count) in enumerate(uses.items(), start=1))
    yield (
        INSERT_GRAM,
        sorted(
            (gram, len(word), number)
            for number, word in enumerate(uses, start=1)
            if word in named
            for gram in search.grams(word)
        ),
    )
    yield INSERT_SWAP, sorted((word, other) for word, others in swaps(keys).items() for other in others)


def about(report: ImportReport) -> dict[str, str]:
    """What the copy says of itself, with a CRC over all of it."""
    framework = report.framework
    said = {
        "id": framework.id,
        "title": framework.title,
        "kind": framework.kind,
        "format": framework.format,
        "release": framework.release,
        "released": framework.released,
        "completeness": framework.completeness,
        "licence": framework.licence,
        "publisher": framework.publisher,
        "digest": framework.digest,
        "prefixes": "\n".join(framework.prefixes),
        "sources": "\n".join(f"{part.sha256} {part.size_bytes} {for_log(part.name)}" for part in framework.sources),
        "nodes": str(len(report.nodes)),
        "edges": str(len(report.edges)),
        "rejected": str(len(report.rejected)),
        "unresolved": str(report.unresolved_count),
        "rubrics": jcs.encode(list(report.rubrics)).decode("utf-8"),
    }
    said["crc"] = str(_about_crc(said))
    return said


def framework_of(said: dict[str, str]) -> Framework:
    """The copy's description from its `about` rows. Raises ValueError or KeyError when they are not as written."""
    if int(said["crc"]) != _about_crc(said):
        raise ValueError("the description does not fit its checksum")
    completeness: dict[str, Completeness] = {"complete": "complete", "slice": "slice", "unknown": "unknown"}
    sources = []
    for line in filter(None, said["sources"].split("\n")):
        sha256, size_bytes, name = line.split(" ", 2)
        sources.append(Source(name=name, sha256=sha256, size_bytes=int(size_bytes)))
    return Framework(
        id=said["id"],
        title=said["title"],
        kind=said["kind"],
        format=said["format"],
        release=said["release"],
        released=said["released"],
        completeness=completeness[said["completeness"]],
        licence=said["licence"],
        publisher=said["publisher"],
        digest=said["digest"],
        prefixes=tuple(filter(None, said["prefixes"].split("\n"))),
        sources=tuple(sources),
    )


def held(framework: Framework) -> HeldFramework:
    """The description as verifiers see it."""
    return HeldFramework(
        id=framework.id,
        title=framework.title,
        kind=framework.kind,
        release=framework.release,
        released=framework.released,
        completeness=framework.completeness,
        licence=framework.licence,
        digest=framework.digest,
        prefixes=framework.prefixes,
    )


def held_node(row: Sequence[object], names: Sequence[tuple[str, str]], framework: HeldFramework) -> HeldNode:
    """The item of one row of `node` and its (language, text) names. Raises ValueError when the CRC does not fit."""
    _, uri, description, code, kind, level, is_obsolete, obsolete_since, replaced_by, crc = row
    fields = tuple(str(field) for field in (uri, description, code, kind, level, is_obsolete, obsolete_since))
    if crc != _crc((*fields, str(replaced_by), *(part for name in names for part in name))):
        raise ValueError(f"the item {uri} does not fit its checksum")
    return HeldNode(
        uri=fields[0],
        framework=framework,
        labels=tuple(names),
        code=fields[2],
        kind=fields[3],
        level=fields[4],
        is_obsolete=is_obsolete == 1,
        obsolete_since=fields[6],
        replaced_by=tuple(filter(None, str(replaced_by).split("\n"))),
    )


def _node(number: int, node: Node) -> tuple[Value, ...]:
    fields: tuple[Value, ...] = (
        node.uri,
        node.description,
        node.code,
        node.kind,
        node.level,
        int(node.is_obsolete),
        node.obsolete_since,
        "\n".join(node.replaced_by),
    )
    names = (part for label in node.labels for part in (label.language, label.text))
    return (number, *fields, _crc((*(str(field) for field in fields), *names)))


def _about_crc(said: dict[str, str]) -> int:
    return _crc([part for name in sorted(said) if name != "crc" for part in (name, said[name])])


def _crc(parts: Iterable[str]) -> int:
    return zlib.crc32("\x00".join(parts).encode("utf-8"))
