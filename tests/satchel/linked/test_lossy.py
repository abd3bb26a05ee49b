"""The W3C JSON-LD 1.1 toRdf suite, read by the lossy form that exists for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from satchel.errors import LinkedError
from satchel.linked.canon import canonicalize
from satchel.linked.context import Contexts
from satchel.linked.lossy import to_quads_lossy
from satchel.port import JsonValue
from tests.satchel.linked import nquads
from tests.shared import SHARED, needs_shared

SUITE = SHARED / "vectors" / "json-ld-api"
BASE = "https://w3c.github.io/json-ld-api/tests/"

SKIPPED = {"#ter56": "the suite's input file is not among the vectors"}


def load(url: str) -> JsonValue:
    """The suite's own files stand for the web."""
    file = SUITE / url.removeprefix(BASE)
    return json.loads(file.read_text("utf-8")) if url.startswith(BASE) and file.is_file() else None


def entries() -> list[Any]:
    if not SUITE.is_dir():
        return []
    found = []
    for entry in json.loads((SUITE / "toRdf-manifest.jsonld").read_text("utf-8"))["sequence"]:
        option = entry.get("option", {})
        reason = SKIPPED.get(entry["@id"])
        if "json-ld-1.0" in (option.get("specVersion"), option.get("processingMode")):
            reason = "JSON-LD 1.0 only"
        marks = [pytest.mark.skip(reason=reason)] if reason else []
        found.append(pytest.param(entry, id=entry["@id"][1:], marks=marks))
    return found


def quads_of(entry: dict[str, Any]) -> Any:
    option = entry.get("option", {})
    before = option.get("expandContext")
    return to_quads_lossy(
        json.loads((SUITE / entry["input"]).read_text("utf-8")),
        contexts=Contexts(load, is_trusted=lambda url: False),
        base=option.get("base", BASE + entry["input"]),
        direction=option.get("rdfDirection"),
        before=before and json.loads((SUITE / before).read_text("utf-8"))["@context"],
    )


@needs_shared
@pytest.mark.parametrize("entry", entries())
def test_the_suite_agrees(entry: dict[str, Any]) -> None:
    if "jld:NegativeEvaluationTest" in entry["@type"]:
        with pytest.raises(LinkedError):
            quads_of(entry)
    elif "expect" in entry:
        expected = nquads.read((SUITE / entry["expect"]).read_text("utf-8"))
        assert canonicalize(quads_of(entry)).decode() == canonicalize(expected).decode()
    else:
        quads_of(entry)
