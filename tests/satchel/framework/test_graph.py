from __future__ import annotations

import pytest

from satchel.framework.graph import Description, FrameworkFault, date_of, is_uri, labels


@pytest.mark.parametrize(
    "text",
    [
        "https://skills.example/item/1",
        "http://data.europa.eu/esco/skill/14832d87-2f2f-4895-b290-e4760ebae42a",
        "https://skills.example",
        "urn:uuid:7fbbd2fa-885d-11e7-a99d-449ef607a326",
        "did:web:skills.example#a",
        "tag:skills.example,2026:a",
        "https://skills.example/größe",
    ],
)
def test_an_absolute_address_may_be_named(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "item/1",
        "/item/1",
        "//skills.example/item",
        "https://",
        "https:///item",
        "urn:",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "HTTPS://skills.example/1",
        "https://skills.example/a b",
        "https://skills.example/a\nb",
        "https://skills.example/\x1b[31m",
        'https://skills.example/"onclick="x',
        "https://skills.example/" + "a" * 2048,
    ],
)
def test_what_is_no_absolute_address_may_not(text: str) -> None:
    assert not is_uri(text)


def test_names_are_kept_once_and_the_preferred_one_first() -> None:
    found = labels(" tie knots ", ["Tie Knots", "make knots", "", "  ", "make knots"], language="en")
    assert [(label.text, label.is_preferred, label.language) for label in found] == [
        ("tie knots", True, "en"),
        ("make knots", False, "en"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-08-24T09:00:00Z", "2026-08-24"), ("2026-08-24", "2026-08-24"), ("24.8.2026", ""), ("2026-13-01", "")],
)
def test_a_date_is_the_beginning_of_a_timestamp(text: str, day: str) -> None:
    assert date_of(text) == day


@pytest.mark.parametrize(
    "description",
    [
        Description(title=" "),
        Description(release=""),
        Description(licence="x" * 9000),
        Description(released="24.8.2026"),
        Description(released="2026-02-32"),
        Description(completeness="whole"),  # type: ignore[arg-type]
        Description(kind="Our Framework"),
        Description(own_base="skills.example/"),
    ],
)
def test_a_description_that_says_something_impossible_is_refused(description: Description) -> None:
    with pytest.raises(FrameworkFault) as caught:
        description.check()
    assert caught.value.code == "framework.description"
