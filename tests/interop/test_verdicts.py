"""Every signed file of other software that is at hand: what this verifier says of it, row by row, and why."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from satchel.node.mirror import MirrorFetch
from satchel.port import drive
from tests.attack.forge import ACCEPTED, NOW, facet
from tests.shared import SHARED, needs_shared
from verifier.policy import POLICIES
from verifier.report import Report
from verifier.service import VerifierService

FOLDER = SHARED / "data" / "signed"
TABLE = Path(__file__).parent / "verdicts.toml"
ROWS: list[dict[str, str]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["row"]
BY_FILE = {row["file"]: row for row in ROWS}
MEMBERS = {"file", "verdict", "facet", "code", "why", "differs"}
DECIDING = {"accepted": "ignore", "accepted_with_warnings": "warn", "undecided": "undecided", "rejected": "reject"}

pytestmark = needs_shared


def files() -> list[str]:
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


@cache
def report_on(file: str) -> Report:
    path = FOLDER / file
    mirror = MirrorFetch(SHARED / "data" / "mirror", NOW)
    service = VerifierService(fetch=mirror, clock=lambda: NOW, policy=POLICIES["default"])
    return drive(service.verify(path.read_bytes(), name=path.name))


@pytest.mark.parametrize("file", files())
def test_every_file_has_the_verdict_of_its_row(file: str) -> None:
    row = BY_FILE.get(file)
    assert row is not None, f"{file} has no row in {TABLE.name}"
    report = report_on(file)
    found = facet(report, row["facet"])
    said = [(one.facet, one.outcome, one.code) for one in report.facets]
    assert (report.verdict, found.code) == (row["verdict"], row["code"]), said
    if report.verdict == "malformed":
        assert row["facet"] == "parse"
    else:
        effect = POLICIES["default"].effect(row["facet"], found.outcome)
        assert effect == DECIDING[report.verdict], f"{row['facet']} does not decide this verdict"


def test_every_row_has_a_file_once_and_says_why() -> None:
    at_hand = set(files())
    for row in ROWS:
        assert row.keys() <= MEMBERS
        assert row["file"] in at_hand, row["file"]
        assert len(row["why"]) >= 5
    assert [name for name, count in Counter(row["file"] for row in ROWS).items() if count > 1] == []
    assert [row["file"] for row in ROWS] == sorted(row["file"] for row in ROWS)


@cache
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "expected.json").read_bytes())["files"]
    return found


def all_verified(proof: str) -> bool:
    """Whether the checker found every proof good."""
    return all("VERIFIED" in part for part in proof.split(" | "))


@pytest.mark.parametrize("file", [file for file in files() if (FOLDER / "expected.json").is_file()])
def test_a_row_says_where_the_throw_away_checker_saw_something_else(file: str) -> None:
    """It tried keys out of URLs; what it found there is the arithmetic and not a signature of anybody."""
    view = expected().get(file)
    outcome = next((one.outcome for one in report_on(file).facets if one.facet == "proof"), None)
    if view is None or outcome is None:
        assert "differs" not in BY_FILE[file]
        return
    if all_verified(view["proof"]):
        agrees = outcome in ("pass", "warn")
    elif "BAD-SIGNATURE" in view["proof"]:
        agrees = outcome == "fail"
    else:
        agrees = outcome in ("fail", "unknown")
    assert ("differs" in BY_FILE[file]) is not agrees, (view["proof"], outcome)


def test_nothing_is_accepted_that_the_checker_did_not_find_signed() -> None:
    for row in ROWS:
        if row["verdict"] in ACCEPTED and row["file"] in expected():
            view = expected()[row["file"]]
            assert all_verified(view["proof"]), row["file"]
            assert "untrusted" not in view["proof"] and "BUT" not in view["proof"], row["file"]
            assert view["temporal"] == "ok", row["file"]
            assert all(entry["bit"] == 0 for entry in view.get("status", [])), row["file"]


def test_no_other_software_s_sample_but_the_dcc_s_is_accepted() -> None:
    assert {row["file"].partition("/")[0] for row in ROWS if row["verdict"] in ACCEPTED} == {"dcc-vc-test-fixtures"}
