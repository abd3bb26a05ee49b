from __future__ import annotations

import json
from typing import Any

import pytest

from satchel.framework.graph import FrameworkFault, ImportReport
from tests.satchel.framework.sample import import_one, table

BASE = "https://college.example/uri/"


def end(name: str) -> dict[str, str]:
    return {"title": name, "identifier": name, "uri": BASE + name}


def item(name: str, statement: str = "", **more: Any) -> dict[str, Any]:
    return {"identifier": name, "uri": BASE + name, "fullStatement": statement or f"statement {name}", **more}


def association(kind: str, origin: Any, target: Any, **more: Any) -> dict[str, Any]:
    return {"associationType": kind, "originNodeURI": origin, "destinationNodeURI": target, **more}


def package(items: list[Any], associations: list[Any] | None = None, **about: Any) -> bytes:
    document = {"uri": BASE + "doc", "title": "Seamanship", "creator": "College", **about}
    value = {"CFDocument": document, "CFItems": items, "CFAssociations": associations or []}
    return json.dumps(value).encode("utf-8")


def read(*arguments: Any, **about: Any) -> ImportReport:
    return import_one(package(*arguments, **about), "pack.json")


def test_an_item_keeps_its_statement_its_short_forms_and_its_code() -> None:
    report = read(
        [
            item(
                "1",
                "Ties knots.",
                abbreviatedStatement="Knots",
                alternativeLabel="Knot work",
                humanCodingScheme="S.1",
                conceptKeywords=["rope"],
                educationLevel=["05", "06"],
                CFItemType="Skill",
                notes="With examples.",
            )
        ],
        language="en",
        version="2",
        lastChangeDateTime="2026-08-24T09:00:00Z",
        licenseURI={"title": "CC BY", "uri": "https://l.example"},
    )
    (node,) = report.nodes
    assert [label.text for label in node.labels] == ["Ties knots.", "Knots", "Knot work"]
    assert {label.language for label in node.labels} == {"en"}
    assert (node.code, node.level, node.kind, node.keywords) == ("S.1", "05, 06", "Skill", ("rope",))
    about = report.framework
    assert (about.id, about.title, about.publisher) == (BASE + "doc", "Seamanship", "College")
    assert (about.release, about.released, about.licence) == ("2", "2026-08-24", "CC BY")


def test_small_breaches_of_the_schema_do_no_harm() -> None:
    report = read(
        [item("1", humanCodingScheme=7, educationalLevel="06"), item("2", listEnumeration=1), "nonsense", None],
        [
            association("isChildOf", BASE + "2", end("1"), sequenceNumber="3"),
            association("IsChildOf", end("1"), end("doc")),
            None,
        ],
        CFPackageURI="https://college.example/not/an/object",
    )
    assert [(node.code, node.level) for node in report.nodes] == [("7", "06"), ("", "")]
    assert {(edge.kind, edge.origin, edge.target, edge.note) for edge in report.edges} == {
        ("isChildOf", BASE + "2", BASE + "1", "3"),
        ("isChildOf", BASE + "1", BASE + "doc", ""),
    }
    assert (report.rejected, report.unresolved) == ((), ())


def test_null_where_lists_belong_is_an_empty_package() -> None:
    raw = json.dumps({"CFDocument": {"uri": BASE + "doc"}, "CFItems": None, "CFAssociations": None}).encode()
    with pytest.raises(FrameworkFault) as caught:
        import_one(raw)
    assert caught.value.code == "framework.empty"


def test_an_item_without_address_or_statement_is_rejected_with_its_pointer() -> None:
    report = read([item("1"), {"identifier": "2", "fullStatement": "x"}, {"uri": BASE + "3"}])
    assert [(row.code, row.place) for row in report.rejected] == [
        ("framework.uri", "/CFItems/1"),
        ("framework.label", "/CFItems/2"),
    ]


def test_two_items_of_one_address_are_rejected_unless_equal() -> None:
    report = read([item("1"), item("1"), item("1", "something else")])
    assert report.duplicates == (BASE + "1",)
    assert [(row.code, row.place) for row in report.rejected] == [("framework.duplicate_uri", "/CFItems/2")]


@pytest.mark.parametrize(
    "broken",
    [
        {"associationType": "isChildOf", "originNodeURI": end("1")},
        association("", end("1"), end("1")),
        association("is child of", end("1"), end("1")),
        association("ext:" + "x" * 100, end("1"), end("1")),
    ],
)
def test_a_broken_association_is_rejected_with_its_pointer(broken: dict[str, Any]) -> None:
    (row,) = read([item("1")], [broken]).rejected
    assert (row.code, row.place) == ("framework.row", "/CFAssociations/0")


def test_a_circle_of_children_is_refused() -> None:
    with pytest.raises(FrameworkFault) as caught:
        read(
            [item("1"), item("2")],
            [association("isChildOf", end("1"), end("2")), association("isChildOf", end("2"), end("1"))],
        )
    assert caught.value.code == "framework.cycle"


def test_an_item_that_ended_is_obsolete_from_that_day_and_names_its_successor() -> None:
    report = read([item("1", statusEndDate="2024-08-31"), item("2")], [association("replacedBy", end("1"), end("2"))])
    old, new = report.nodes
    assert (old.is_obsolete, old.obsolete_since, old.replaced_by) == (True, "2024-08-31", (BASE + "2",))
    assert (new.is_obsolete, new.replaced_by) == (False, ())


def test_a_framework_withdrawn_as_a_whole_takes_its_items_along() -> None:
    report = read(
        [item("1"), item("2", statusEndDate="2020-01-01")], adoptionStatus="Deprecated", statusEndDate="2025-06-30"
    )
    assert [(node.is_obsolete, node.obsolete_since) for node in report.nodes] == [
        (True, "2025-06-30"),
        (True, "2020-01-01"),
    ]


def test_what_leads_to_other_frameworks_is_told_apart_from_what_is_missing() -> None:
    report = read(
        [item("1")],
        [
            association("exactMatchOf", end("1"), end("far")),
            association("ext:uses", end("1"), end("far")),
            association("precedes", end("1"), end("gone")),
        ],
    )
    assert [(row.kind, row.is_external) for row in report.unresolved] == [
        ("exactMatchOf", True),
        ("ext:uses", True),
        ("precedes", False),
    ]


def test_rubrics_are_kept_as_they_stand() -> None:
    rubric = {"identifier": "r", "title": "Exercise", "CFRubricCriteria": [{"weight": 0.5}]}
    value = json.loads(package([item("1")])) | {"CFRubrics": [rubric]}
    report = import_one(json.dumps(value).encode())
    assert report.rubrics == (rubric,)


def test_a_table_finds_the_hierarchy_in_codes_and_in_levels() -> None:
    first, second = "7fbbd2fa-885d-11e7-a99d-449ef607a326", "83a9d3bc-885d-11e7-8edf-7bbafcea4b0d"
    raw = table(
        ("identifier", "fullStatement", "humanCodingScheme", "smartLevel", "Is Child Of", "conceptKeywords"),
        (first, "Numbers", "N", "1", "", "count, sum"),
        (second, "Fractions", "N.F", "1.2", "", ""),
        ("no uuid", "Halves", "N.F.1", "", "N.F", ""),
        ("", "Thirds", "N.F.2", "", "N.X", ""),
    )
    report = import_one(raw, "numbers.csv")
    uris = [node.uri for node in report.nodes]
    assert uris[:2] == [f"urn:uuid:{first}", f"urn:uuid:{second}"]
    assert {(edge.origin, edge.target) for edge in report.edges} == {(uris[1], uris[0]), (uris[2], uris[1])}
    assert [(row.name, row.count) for row in report.unresolved] == [("N.X", 1)]
    assert report.nodes[0].keywords == ("count", "sum")
    assert any("no address for 2" in note for note in report.notes)
    assert report.framework.title == "numbers"


def test_a_broken_row_of_a_table_is_rejected_with_its_line() -> None:
    report = import_one(b"fullStatement,humanCodingScheme\nFractions,F\nHalves\n,E\n")
    assert [(row.code, row.place) for row in report.rejected] == [
        ("framework.row", "line 3"),
        ("framework.label", "line 4"),
    ]
