from __future__ import annotations

import pytest

from satchel.framework import row
from tests.satchel.framework.sample import KNOTS, import_one, item, lines


def test_the_description_of_a_copy_comes_back_as_it_was() -> None:
    report = import_one(KNOTS, "knots and\nmore.jsonl")
    said = row.about(report)
    again = row.framework_of(said)
    assert again.sources[0].sha256 == report.framework.sources[0].sha256
    assert again.sources[0].name == "knots and<U+000A>more.jsonl"
    assert (again.id, again.digest, again.prefixes) == (
        report.framework.id,
        report.framework.digest,
        report.framework.prefixes,
    )
    assert (said["nodes"], said["unresolved"]) == ("4", "0")


@pytest.mark.parametrize("name", ["title", "completeness", "digest", "prefixes", "released"])
def test_a_changed_description_does_not_fit_its_checksum(name: str) -> None:
    said = row.about(import_one(KNOTS))
    with pytest.raises(ValueError, match="checksum"):
        row.framework_of(said | {name: said[name] + "x"})


def test_a_missing_part_of_the_description_is_noticed() -> None:
    said = row.about(import_one(KNOTS))
    del said["licence"]
    with pytest.raises((ValueError, KeyError)):
        row.framework_of(said)


def test_an_item_comes_back_and_a_changed_letter_is_noticed() -> None:
    report = import_one(lines(item("a", "tie knots", alt=["make knots"], obsolete_since="2020-01-01", level="EQF 3")))
    rows = {statement: list(values) for statement, values in row.rows(report)}
    (stored,) = rows[row.INSERT_NODE]
    names = [(str(language), str(text)) for _, _, language, text, _, _ in rows[row.INSERT_LABEL]]
    held = row.held(report.framework)
    found = row.held_node(stored, names, held)
    assert (found.labels, found.level) == ((("", "tie knots"), ("", "make knots")), "EQF 3")
    assert (found.is_obsolete, found.obsolete_since, found.framework) == (True, "2020-01-01", held)
    for place in range(1, 9):
        changed = [*stored]
        changed[place] = f"{changed[place]}x"
        with pytest.raises(ValueError, match="checksum"):
            row.held_node(changed, names, held)
    with pytest.raises(ValueError, match="checksum"):
        row.held_node(stored, [("", "tie knots"), ("", "make nets")], held)
