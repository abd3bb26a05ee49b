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


def lossy(document: JsonValue) -> str:
    contexts = Contexts(lambda url: None, is_trusted=lambda url: False)
    return canonicalize(to_quads_lossy(document, contexts=contexts, base="https://base.example/a/")).decode()


def test_what_strict_reading_refuses_is_dropped() -> None:
    node = {"@id": "urn:a", "urn:p": "v"}
    for lost in (
        {"undefined": "x"},
        {"@type": "http://a b/"},
        {"urn:q": {"@value": None}},
        {"urn:q": {"@language": "en"}},
        {"urn:q": {"@value": "v", "@language": "e n"}},
        {"_:p": "x"},
    ):
        assert lossy({**node, **lost}) == '<urn:a> <urn:p> "v" .\n'


def test_a_relative_reference_is_resolved() -> None:
    assert lossy({"@id": "../b", "urn:p": "v"}) == '<https://base.example/b> <urn:p> "v" .\n'


def test_a_definition_that_is_dropped_leaves_the_one_before() -> None:
    document = {"@context": [{"p": "urn:p"}, {"p": "@evil"}], "@id": "urn:a", "p": "v"}
    assert lossy(document) == '<urn:a> <urn:p> "v" .\n'
    document = {"@context": [{"p": "urn:p"}, {"p": {"@reverse": "@evil"}}], "@id": "urn:a", "p": "v"}
    assert lossy(document) == '<urn:a> <urn:p> "v" .\n'


def test_a_language_map_drops_what_is_no_tag() -> None:
    context = {"p": {"@id": "urn:p", "@container": "@language"}}
    assert lossy({"@context": context, "@id": "urn:a", "p": {"e n": "x", "en": "v"}}) == '<urn:a> <urn:p> "v"@en .\n'


def test_a_scope_that_makes_its_own_property_json_is_followed() -> None:
    context = {"p": {"@id": "urn:p", "@context": {"p": {"@id": "urn:p", "@type": "@json"}}}}
    json_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"
    assert lossy({"@context": context, "@id": "urn:a", "p": 5}) == f'<urn:a> <urn:p> "5"^^{json_type} .\n'
    assert lossy({"@context": context, "@id": "urn:a", "p": "x"}) == f'<urn:a> <urn:p> "\\"x\\""^^{json_type} .\n'
