"""No attack is forgotten: every row of the table has one answer, and every test that a row names is collected."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]
ROWS: list[Row] = tomllib.loads(Path(__file__).with_name("rows.toml").read_text(encoding="utf-8"))["row"]
ANSWERS = {"test", "issue", "reason"}
ISSUES = {
    "The story",
    "Proof core",
    "DIDs, trusted fetch and credential status",
    "The verifier",
    "OpenID and hardening",
}
# Rows that must be shown by a test already, and rows that an issue may still close.
SHOWN_HERE = {*range(1, 31), *range(32, 46), *range(49, 56), *range(57, 65), *range(96, 100), *range(101, 113)} | {
    *range(65, 93),
    *range(115, 121),
    *range(93, 96),
    *range(136, 150),
    *range(152, 158),
    159,
}
NUMBERS = {*range(1, 160)} - {31, 100, 151}


def faults(rows: list[Row]) -> list[str]:
    """What is wrong with a table of rows, without looking at tests."""
    found: list[str] = []
    numbers = [row.get("number") for row in rows]
    found += [f"row {number} is missing" for number in sorted(NUMBERS - set(numbers))]
    found += [f"row {number} is unknown or given twice" for number in numbers if number not in NUMBERS]
    found += [f"row {number} is given twice" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    for row in rows:
        number, answers = row["number"], ANSWERS & row.keys()
        if not row.get("attack") or not row.get("outcome"):
            found.append(f"row {number} does not say its attack and outcome")
        if len(answers) != 1 or not row[next(iter(answers))]:
            found.append(f"row {number} has {len(answers)} answers")
        if "rest" in row and "test" not in row:
            found.append(f"row {number} has a rest without a test")
        if number in SHOWN_HERE and "test" not in row:
            found.append(f"row {number} must have its test now")
        found += [
            f"row {number} names no issue: {row[key]}"
            for key in ("issue", "rest")
            if row.get(key, "The story") not in ISSUES
        ]
        unknown = row.keys() - ANSWERS - {"number", "attack", "outcome", "rest"}
        found += [f"row {number} has an unknown member {name}" for name in sorted(unknown)]
    return found


def collected(files: set[str]) -> set[str]:
    """The ids of the tests in these files, without their parameters."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


def test_every_row_has_exactly_one_answer() -> None:
    assert faults(ROWS) == []


def test_every_test_that_a_row_names_is_collected() -> None:
    named = [(row["number"], test_id) for row in ROWS for test_id in row.get("test", [])]
    files = {test_id.partition("::")[0] for _, test_id in named}
    absent = {file for file in files if not (ROOT / file).is_file()}
    assert absent == set()
    known = collected(files)
    assert [(number, test_id) for number, test_id in named if test_id not in known] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda rows: rows.pop(4), "row 5 is missing"),
        (lambda rows: rows.append(dict(rows[0])), "row 1 is given twice"),
        (lambda rows: rows.append(rows[0] | {"number": 31}), "row 31 is unknown or given twice"),
        (lambda rows: rows[0].pop("test"), "row 1 has 0 answers"),
        (lambda rows: rows[0].update(test=[]), "row 1 has 1 answers"),
        (lambda rows: rows[0].update(issue="Proof core"), "row 1 has 2 answers"),
        (lambda rows: rows[64].update(issue="Some day"), "row 66 names no issue: Some day"),
        (lambda rows: rows[0].pop("outcome"), "row 1 does not say its attack and outcome"),
        (
            lambda rows: (rows[64].pop("test", None), rows[64].update(issue="Proof core", rest="Proof core")),
            "row 66 has a rest without a test",
        ),
        (lambda rows: rows[0].update(note="x"), "row 1 has an unknown member note"),
    ],
)
def test_a_missing_doubled_or_unanswered_row_is_red(change: Any, fault: str) -> None:
    rows = [dict(row) for row in ROWS]
    change(rows)
    assert fault in faults(rows)


def test_a_row_that_must_be_shown_now_may_not_be_put_off() -> None:
    rows = [dict(row) for row in ROWS]
    del rows[0]["test"]
    rows[0]["issue"] = "Proof core"
    assert faults(rows) == ["row 1 must have its test now"]


@needs_shared
def test_the_rows_are_those_of_the_attack_table() -> None:
    text = (SHARED / "facts" / "safety.md").read_text(encoding="utf-8")
    section = text.partition("\n## 2. ")[2].partition("\n## 3. ")[0]
    numbers = {int(number) for number in re.findall(r"^\| (\d+) \|", section, flags=re.MULTILINE)}
    assert numbers == NUMBERS
