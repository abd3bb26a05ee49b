from __future__ import annotations

import json
from typing import Any

import pytest

from satchel.framework.graph import Description, FrameworkFault
from tests.satchel.framework.sample import import_one, table

BASE = "https://library.example/api/skills/"


def skill(name: str, **more: Any) -> dict[str, Any]:
    return {"id": BASE + name, "skillName": f"skill {name}", "skillStatement": f"Do {name}.", **more}


def test_a_skill_has_its_name_and_keywords_are_no_names() -> None:
    (node,) = import_one(json.dumps(skill("a", keywords=["x", "x", "y"], categories=["C"])).encode()).nodes
    assert [label.text for label in node.labels] == ["skill a"]
    assert (node.description, node.keywords) == ("Do a.", ("C", "x", "y"))


def test_version_two_writes_categories_in_one_text() -> None:
    (node,) = import_one(json.dumps([skill("a", category="C; D", author="A;B")]).encode()).nodes
    assert node.keywords == ("C", "D")


def test_a_collection_is_a_framework_of_its_own_name() -> None:
    collection = {
        "type": "RichSkillCollection",
        "id": "https://library.example/api/collections/1",
        "name": "Rigging",
        "author": "Library",
        "updateDate": "2026-01-02T03:04:05Z",
        "skills": [skill("a"), skill("b")],
    }
    report = import_one(json.dumps(collection).encode())
    about = report.framework
    assert (about.id, about.title, about.publisher) == (collection["id"], "Rigging", "Library")
    assert (about.released, len(report.nodes), about.prefixes) == ("2026-01-02", 2, (BASE,))


def test_an_archived_skill_is_obsolete() -> None:
    raw = json.dumps([skill("a", archiveDate="2025-05-05T00:00:00"), skill("b", status="Archived"), skill("c")])
    found = import_one(raw.encode()).nodes
    assert [(node.is_obsolete, node.obsolete_since) for node in found] == [
        (True, "2025-05-05"),
        (True, ""),
        (False, ""),
    ]


def test_alignments_lead_to_other_frameworks() -> None:
    report = import_one(json.dumps([skill("a", alignments=[{"id": "https://other.example/1"}, {}])]).encode())
    assert [(edge.kind, edge.target) for edge in report.edges] == [("isRelatedTo", "https://other.example/1")]
    assert report.unresolved[0].is_external


def test_a_skill_without_address_or_name_is_rejected_with_its_pointer() -> None:
    report = import_one(json.dumps([skill("a"), {"skillName": "x"}, {"id": BASE + "c"}]).encode())
    assert [(row.code, row.place) for row in report.rejected] == [
        ("framework.uri", "/1"),
        ("framework.label", "/2"),
    ]


def test_an_empty_collection_is_refused() -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_one(b'{"type": "RichSkillCollection", "name": "x", "skills": []}')
    assert caught.value.code == "framework.empty"


def test_a_table_gets_made_addresses_or_those_of_ones_own_base() -> None:
    raw = table(
        ("Skill Name", "Skill Category", "Contextualized Skill Statement", "Keywords", "Alignment Title", "Alignment"),
        ("Splice ropes", "Rigging", "Join two ropes.", "rope; splice", "Rope", "https://other.example/1; 7"),
    )
    report = import_one(raw)
    (node,) = report.nodes
    assert node.uri.startswith("urn:uuid:")
    assert node.keywords == ("Rigging", "rope", "splice", "Rope")
    assert [edge.target for edge in report.edges] == ["https://other.example/1"]
    assert any("no address for 1" in note for note in report.notes)
    based = import_one(raw, description=Description(own_base="https://own.example/skill/"))
    assert [node.uri for node in based.nodes] == ["https://own.example/skill/Splice-ropes"]
    assert based.notes == ()
