"""tui.filter: the filter line of the credentials list."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tui.filter import Shelf, parse
from wallet.card import Card

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def card(number: int, **changes: Any) -> Card:
    plain: dict[str, Any] = {
        "id": f"card{number:04d}",
        "title": "Data wrangling",
        "issuer_id": "did:web:college.example",
        "issuer_name": "An invented coastal college",
        "credential_id": f"urn:uuid:{number}",
        "valid_from": "2026-03-01T00:00:00Z",
        "valid_until": "",
        "awarded": "",
        "added_at": "2026-11-24T00:00:00Z",
        "verdict": "accepted",
        "policy": "default",
        "remarks": (),
        "digest": "0" * 64,
        "size_bytes": 1,
        "format": "vc-json",
        "container": "json",
        "name": f"badge-{number}.json",
    }
    return Card(**(plain | changes))


CARDS = (
    card(1),
    card(2, title="Knots and hitches", issuer_name="An invented sailing school", valid_until="2026-06-01T00:00:00Z"),
    card(3, title="First aid", valid_until="2027-01-04T00:00:00Z", verdict="undecided"),
    card(4, title="Straße kennen", verdict="accepted_with_warnings", valid_until="no date at all"),
)


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("   ", [1, 2, 3, 4]),
        ("wrangling", [1]),
        ("WRANGLING data", [1]),
        ("strasse", [4]),
        ("badge-3", [3]),
        ("card0002", [2]),
        ("issuer:sailing", [2]),
        ("issuer:college.example knots", [2]),
        ("issuer:", [1, 2, 3, 4]),
        ("status:accepted", [1, 2, 4]),
        ("status:undecided", [3]),
        ("status:expired", [2]),
        ("status:expired status:accepted", [2]),
        ("expires:<90d", [3]),
        ("expires:<9d", []),
        ("expires:soon", [1, 2, 3, 4]),
        ("nothing-like-it", []),
        ("status:nonsense", []),
    ],
)
def test_a_line_lets_these_through(line: str, numbers: list[int]) -> None:
    found = Shelf(CARDS).matching(parse(line), now=NOW)
    assert [int(one.id[-4:]) for one in found] == numbers


def test_a_piece_that_means_nothing_is_named() -> None:
    assert parse("expires:soon data").wrong == ("expires:soon",)
    assert parse("data").wrong == ()


def test_a_word_with_a_colon_that_is_no_filter_is_a_word() -> None:
    assert parse("urn:uuid").words == ("urn:uuid",)
