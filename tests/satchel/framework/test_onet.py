from __future__ import annotations

from satchel.framework.graph import Description
from tests.satchel.framework.sample import import_one, table


def test_an_occupation_has_its_public_address() -> None:
    raw = b'O*NET-SOC Code\tTitle\tDescription\n15-1212.00\tInformation Security Analysts\tPlan "measures".\n'
    report = import_one(raw)
    (node,) = report.nodes
    assert node.uri == "https://www.onetonline.org/link/summary/15-1212.00"
    assert (node.label, node.code, node.kind) == ("Information Security Analysts", "15-1212.00", "occupation")
    assert node.description == 'Plan "measures".'
    assert report.framework.prefixes == ("https://www.onetonline.org/link/summary/",)
    assert "CC BY 4.0" in report.framework.licence


def test_a_row_without_a_code_is_rejected() -> None:
    raw = table(("O*NET-SOC Code", "Title"), ("15-1212", "x"), ("", "y"), ("15-1212.00", ""))
    assert [(row.code, row.place) for row in import_one(raw).rejected] == [
        ("framework.row", "line 2"),
        ("framework.row", "line 3"),
        ("framework.label", "line 4"),
    ]


def test_groups_lie_below_the_group_before_them() -> None:
    raw = table(
        ("SOC Group", "SOC Code", "SOC Title", "SOC Definition"),
        ("Major", "11-0000", "Management", ""),
        ("Minor", "11-1000", "Top", ""),
        ("Broad", "11-1010", "Chiefs", ""),
        ("Detailed", "11-1011", "Chief", "Plans."),
        ("Major", "13-0000", "Business", ""),
        ("Detailed", "15-1011", "Stranger", ""),
        ("Huge", "17-0000", "x", ""),
    )
    report = import_one(raw)
    names = {node.uri: node.label for node in report.nodes}
    assert [(names[edge.origin], names[edge.target]) for edge in report.edges] == [
        ("Top", "Management"),
        ("Chiefs", "Top"),
        ("Chief", "Chiefs"),
    ]
    assert [row.place for row in report.rejected] == ["line 8"]
    assert report.framework.prefixes == ()


def test_names_get_addresses_below_ones_own_base() -> None:
    raw = table(("name", "description", "taxonomy", "field"), ("Sales and Marketing", "Knowledge.", "onet", "w"))
    (node,) = import_one(raw, description=Description(own_base="https://own.example/k/")).nodes
    assert (node.uri, node.kind) == ("https://own.example/k/Sales-and-Marketing", "onet")
