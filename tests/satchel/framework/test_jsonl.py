from __future__ import annotations

import re
from pathlib import Path

import pytest

from satchel.framework.graph import Description, FrameworkFault
from tests.satchel.framework.sample import BASE, KNOTS, import_one, item, lines


def test_a_line_is_an_item() -> None:
    report = import_one(KNOTS, "knots.jsonl")
    first = report.nodes[0]
    assert (first.uri, [label.text for label in first.labels]) == (
        BASE + "knots",
        ["tie knots", "make knots", "knot ropes"],
    )
    assert (report.framework.title, report.framework.kind, report.framework.prefixes) == ("knots", "jsonl", (BASE,))
    assert report.framework.id.startswith("ni:///sha-256;")


def test_a_line_may_describe_the_whole() -> None:
    about = {"id": "https://skills.example/", "title": "Seamanship", "kind": "own", "completeness": "slice"}
    found = import_one(lines({"framework": {**about, "released": "2026-01-02", "licence": "CC0"}}, item("a", "x")))
    framework = found.framework
    assert (framework.id, framework.title, framework.kind) == ("https://skills.example/", "Seamanship", "own")
    assert (framework.completeness, framework.released, framework.licence) == ("slice", "2026-01-02", "CC0")


def test_names_may_be_given_by_language() -> None:
    raw = lines(item("a", {"en": "tie knots", "nl": "knopen leggen"}, alt={"nl": ["knopen"]}))
    assert [(label.language, label.text, label.is_preferred) for label in import_one(raw).nodes[0].labels] == [
        ("en", "tie knots", True),
        ("nl", "knopen leggen", True),
        ("nl", "knopen", False),
    ]


def test_an_item_may_be_obsolete_replaced_and_linked() -> None:
    raw = lines(
        item("a", "use telex", obsolete_since="2001-01-01", replaced_by=[BASE + "b"]),
        item(
            "b",
            "use radio",
            links=[{"kind": "isChildOf", "target": BASE + "c"}, {"kind": "hasSkill", "target": "morse"}],
        ),
        item("c", "signal", level="EQF 3", code="S", kind="skill", keywords=["flag"]),
    )
    report = import_one(raw)
    old, _, top = report.nodes
    assert (old.is_obsolete, old.obsolete_since, old.replaced_by) == (True, "2001-01-01", (BASE + "b",))
    assert (top.level, top.code, top.kind, top.keywords) == ("EQF 3", "S", "skill", ("flag",))
    assert [(edge.origin, edge.target) for edge in report.edges] == [(BASE + "b", BASE + "c")]
    assert [(row.kind, row.name) for row in report.unresolved] == [("hasSkill", "morse")]


def test_a_broken_line_a_bad_item_and_a_bad_link_are_rejected_with_their_lines() -> None:
    raw = KNOTS + b"{\n" + lines(item("x", ""), item("y", "z", links=[{"kind": "a b", "target": "c"}]), {"label": "q"})
    assert [(row.code, row.place) for row in import_one(raw).rejected] == [
        ("framework.row", "line 5"),
        ("framework.label", "line 6"),
        ("framework.row", "line 7"),
        ("framework.uri", "line 8"),
    ]


@pytest.mark.parametrize("about", [{"completeness": "whole"}, {"kind": "Not A Kind"}])
def test_a_description_that_says_something_impossible_is_refused(about: dict[str, str]) -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_one(lines({"framework": about}, item("a", "x")))
    assert caught.value.code == "framework.description"


def test_a_circle_of_links_is_refused() -> None:
    link = [{"kind": "isChildOf", "target": BASE + "a"}]
    with pytest.raises(FrameworkFault) as caught:
        import_one(lines(item("a", "x", links=link)), description=Description())
    assert caught.value.code == "framework.cycle"


def test_the_lines_that_the_reference_page_shows_import() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "frameworks.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    report = import_one(block.encode("utf-8"))
    assert (len(report.nodes), report.rejected, report.framework.title) == (2, (), "Seamanship")
    assert report.nodes[1].replaced_by == (BASE + "radio",)
