"""A reader of N-Quads for vectors: production never reads N-Quads."""

from __future__ import annotations

import re

from satchel.linked.literal import escaped
from satchel.linked.quads import Quads

_TERM = r'<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>|_:[^\s<>"]+'
_LITERAL = r'"(?:[^"\\\n\r]|\\.)*"(?:\^\^<[^>]*>|@[A-Za-z0-9-]+)?'
_LINE = re.compile(rf"[ \t]*({_TERM})[ \t]*({_TERM})[ \t]*({_TERM}|{_LITERAL})[ \t]*({_TERM})?[ \t]*\.[ \t]*(?:#.*)?")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def read(text: str) -> Quads:
    """The dataset of an N-Quads document. Raises ValueError for a line it does not understand."""
    quads = Quads()
    for line in re.split(r"[\r\n]+", text):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"not N-Quads: {line!r}")
        subject, predicate, term, graph = found.groups()
        quads.add(
            _unescaped(subject),
            f" {_unescaped(predicate)} ",
            _literal(term) if term[0] == '"' else _unescaped(term),
            f" {_unescaped(graph)} .\n" if graph else " .\n",
        )
    return quads


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else _PLAIN[found[3]], text
    )


def _literal(term: str) -> str:
    end = term.rindex('"')
    suffix = _unescaped(term[end:])
    if suffix == '"^^<http://www.w3.org/2001/XMLSchema#string>':
        suffix = '"'
    return f'"{escaped(_unescaped(term[1:end]))}{suffix}'
