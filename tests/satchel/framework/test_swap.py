from __future__ import annotations

from satchel.framework.swap import NAMES_LIMIT, swaps


def test_two_words_that_part_names_of_three_items_stand_for_one_another() -> None:
    items = [[f"buy {thing}", f"purchase {thing}"] for thing in ("ropes", "sails", "charts")]
    assert swaps(items) == {"buy": ("purchas",), "purchas": ("buy",)}


def test_one_or_two_items_teach_nothing() -> None:
    assert swaps([["buy ropes", "purchase ropes"], ["buy sails", "purchase sails"]]) == {}


def test_names_that_differ_in_more_than_one_word_or_in_length_teach_nothing() -> None:
    items = [[f"buy {thing}", f"sell boats {thing}", f"mend old {thing}", thing] for thing in ("a", "b", "c", "d")]
    assert swaps(items) == {}


def test_one_item_with_thousands_of_names_costs_no_more() -> None:
    crowd = [f"word{place} ropes" for place in range(3000)]
    assert swaps([crowd] * 3).keys() == {f"word{place}" for place in range(NAMES_LIMIT)}
