from __future__ import annotations

import json
from typing import Any

import pytest

from satchel.framework.esco import ID, alternatives
from satchel.framework.graph import FrameworkFault, ImportReport
from tests.satchel.framework.sample import import_all, import_one, table

SKILL = "http://data.europa.eu/esco/skill/"
JOB = "http://data.europa.eu/esco/occupation/"
SKILLS = table(
    ("conceptUri", "preferredLabel", "altLabels", "description"),
    (SKILL + "1", "splice ropes", "join ropes, rope splicing", "Join two ropes."),
    (SKILL + "2", "tie knots", "make knots, bends\nknot ropes", ""),
)


def as_json(*values: dict[str, Any]) -> bytes:
    return json.dumps(values).encode("utf-8")


def row(name: str, label: str, alt: str, **more: str) -> dict[str, Any]:
    return {"uri": SKILL + name, "label": label, "altLabel": alt, "skillType": "skill", **more}


def job(name: str, skills: list[str], uris: list[str]) -> dict[str, Any]:
    return {"uri": JOB + name, "label": f"job {name}", "altLabel": ["work"], "skill": skills, "s": uris}


def names(report: ImportReport, uri: str) -> list[str]:
    (node,) = [node for node in report.nodes if node.uri == uri]
    return [label.text for label in node.labels]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("", ()),
        ("a, b", ("a", "b")),
        ("a,b", ("a,b",)),
        ("a, b\nc", ("a, b", "c")),
        ("a\n\n b \n", ("a", "b")),
    ],
)
def test_alternative_labels_are_cut_as_their_row_was_written(cell: str, found: tuple[str, ...]) -> None:
    assert alternatives(cell) == found


def test_a_csv_of_skills_gives_names_and_attribution() -> None:
    report = import_one(SKILLS)
    assert names(report, SKILL + "2") == ["tie knots", "make knots, bends", "knot ropes"]
    about = report.framework
    assert (about.id, about.kind, about.prefixes) == (ID, "esco", (SKILL,))
    assert "European Union" in about.licence
    assert about.completeness == "unknown"


def test_rows_of_one_uri_are_one_concept_and_no_duplicates() -> None:
    report = import_one(as_json(row("3", "mend sails", "mend sails"), row("3", "mend sails", "patch sails")))
    assert names(report, SKILL + "3") == ["mend sails", "patch sails"]
    assert (report.duplicates, report.rejected, report.nodes[0].kind) == ((), (), "skill")


def test_two_labels_for_one_uri_in_one_file_are_rejected() -> None:
    report = import_one(as_json(row("3", "mend sails", "x"), row("3", "sew trousers", "y")))
    assert [(fault.code, fault.place) for fault in report.rejected] == [("framework.duplicate_uri", "/1")]


def test_files_are_joined_and_the_first_preferred_label_stays() -> None:
    rows = as_json(row("1", "join ropes together", "x", description="Other."), row("3", "mend sails", "y"))
    (report,) = import_all(("skills.csv", SKILLS), ("esco.json", rows))
    assert len(report.nodes) == 3
    assert names(report, SKILL + "1") == ["splice ropes", "join ropes", "rope splicing", "join ropes together", "x"]
    assert report.nodes[0].description == "Join two ropes."
    assert any("more than one file and were joined: 1." in note for note in report.notes)
    assert any("“join ropes together”" in note for note in report.notes)
    assert [source.name for source in report.framework.sources] == ["skills.csv", "esco.json"]


def test_two_languages_give_two_preferred_labels() -> None:
    dutch = table(("conceptUri", "preferredLabel", "altLabels"), (SKILL + "1", "touwen splitsen", "splitsen"))
    english = table(("conceptUri", "preferredLabel", "altLabels"), (SKILL + "1", "splice ropes", ""))
    (report,) = import_all(("skills_en.csv", english), ("skills_nl.csv", dutch))
    assert [(label.language, label.text, label.is_preferred) for label in report.nodes[0].labels] == [
        ("en", "splice ropes", True),
        ("nl", "touwen splitsen", True),
        ("nl", "splitsen", False),
    ]


def test_an_occupation_finds_its_skills_by_uri_and_by_name_and_names_the_rest() -> None:
    jobs = as_json(
        # "rope splicing" is another name of a held URI; "tie knots" has no URI here but is the name of one concept.
        job("1", ["rope splicing", "tie knots", "steer ships"], [SKILL + "1", SKILL + "9", SKILL + "8"]),
        job("2", ["steer ships"], [SKILL + "8"]),
    )
    (report,) = import_all(("skills.csv", SKILLS), ("jobs.json", jobs))
    links = {(edge.origin, edge.target, edge.note) for edge in report.edges}
    assert links == {(JOB + "1", SKILL + "1", ""), (JOB + "1", SKILL + "2", "by name")}
    assert [(row.name, row.count) for row in report.unresolved] == [("steer ships", 2)]


def test_relations_and_broader_concepts_are_read_in_any_order_of_files() -> None:
    relations = table(("occupationUri", "relationType", "skillUri"), (JOB + "1", "essential", SKILL + "1"))
    broader = table(("conceptUri", "broaderUri"), (SKILL + "1", SKILL + "2"))
    jobs = table(("conceptType", "conceptUri", "preferredLabel", "code"), ("Occupation", JOB + "1", "rigger", "7215.1"))
    (report,) = import_all(("r.csv", relations), ("b.csv", broader), ("j.csv", jobs), ("s.csv", SKILLS))
    assert {(edge.kind, edge.origin, edge.target, edge.note) for edge in report.edges} == {
        ("hasSkill", JOB + "1", SKILL + "1", "essential"),
        ("isChildOf", SKILL + "1", SKILL + "2", ""),
    }
    rigger = next(node for node in report.nodes if node.uri == JOB + "1")
    assert (rigger.kind, rigger.code) == ("occupation", "7215.1")


def test_relations_alone_are_no_framework() -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_one(table(("occupationUri", "skillUri"), (JOB + "1", SKILL + "1")))
    assert caught.value.code == "framework.empty"


def test_an_obsolete_concept_says_so() -> None:
    raw = table(
        ("conceptUri", "preferredLabel", "status", "modifiedDate", "hiddenLabels"),
        (SKILL + "1", "use telex", "obsolete", "2020-05-01T00:00:00Z", "telex\nfax"),
    )
    (node,) = import_one(raw).nodes
    assert (node.is_obsolete, node.obsolete_since, node.keywords) == (True, "2020-05-01", ("telex", "fax"))


def test_a_circle_of_broader_concepts_is_refused() -> None:
    broader = table(("conceptUri", "broaderUri"), (SKILL + "1", SKILL + "2"), (SKILL + "2", SKILL + "1"))
    with pytest.raises(FrameworkFault) as caught:
        import_all(("s.csv", SKILLS), ("b.csv", broader))
    assert caught.value.code == "framework.cycle"


def test_addresses_of_other_houses_do_not_become_a_prefix_of_esco() -> None:
    strange = table(("conceptUri", "preferredLabel"), ("http://other.example/esco/skill/1", "x"), (SKILL + "1", "y"))
    assert import_one(strange).framework.prefixes == (SKILL,)
