"""The Digital Credentials Consortium's own fixtures, signed by its software, through the installed command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import strictjson
from tests.shared import SHARED, needs_shared
from verifier.policy import POLICIES

SIGNED = SHARED / "data" / "signed"
FOLDER = SIGNED / "dcc-vc-test-fixtures" / "verifiableCredentials"
# Named `noExpiry`, and its validUntil is in 2010: the file is right about itself, its name is not.
ALSO_EXPIRED = "v2/dataIntegrityProof/didKey/noRegistry-revokedStatus-noExpiry.json"

pytestmark = needs_shared


@pytest.fixture(scope="module")
def reports() -> Mapping[str, Any]:
    """The report on each file of the folder, by its path below it."""
    command = shutil.which("satchel", path=str(Path(sys.executable).parent))
    assert command is not None, "satchel is not installed beside this interpreter"
    done = subprocess.run(
        [
            command,
            "verify",
            "--jsonl",
            "--mirror",
            str(SHARED / "data" / "mirror"),
            "--now",
            "2026-11-24T00:00:00Z",
            str(FOLDER),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    assert done.returncode == 3
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {str(Path(report["input"]["name"]).relative_to(FOLDER)): report for report in found}


@pytest.fixture(scope="module")
def expected() -> Mapping[str, Any]:
    return strictjson.load_object((SIGNED / "dcc-verdicts.json").read_bytes())


def deciding(report: Mapping[str, Any]) -> set[str]:
    """The facets that give a verdict other than accepted: `X` failed, `X?` is unknown."""
    policy = POLICIES["default"]
    return {
        facet["facet"] + ("?" if facet["outcome"] == "unknown" else "")
        for facet in report["facets"]
        if policy.effect(facet["facet"], facet["outcome"]) in ("reject", "undecided")
    }


def test_the_verdicts_are_those_of_the_file_names(reports: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    kinds = {
        "accepted": ("accepted", "accepted_with_warnings"),
        "not_accepted": ("rejected", "undecided"),
        "malformed": ("malformed",),
    }
    wrong = {
        path: reports[path]["verdict"]
        for path, row in expected.items()
        if reports[path]["verdict"] not in kinds[row["expect"]]
    }
    assert wrong == {}
    counts = [sum(row["expect"] == kind for row in expected.values()) for kind in kinds]
    assert counts == [52, 38, 1]


def test_each_bad_one_is_refused_for_the_reason_in_its_name(
    reports: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    wrong = {}
    for path, row in expected.items():
        named = set(row["facet"]) | ({"validity"} if path == ALSO_EXPIRED else set())
        if deciding(reports[path]) != named:
            wrong[path] = (row["facet"], deciding(reports[path]))
    assert wrong == {}


def test_the_one_whose_name_forgets_its_end_has_one() -> None:
    value = strictjson.load_object((FOLDER / ALSO_EXPIRED).read_bytes())
    assert value["validUntil"] == "2010-01-02T00:00:00Z"


def test_the_one_picture_is_a_qr_code_without_a_credential(
    reports: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    (path,) = reports.keys() - expected.keys()
    assert path.endswith(".svg")
    assert reports[path]["verdict"] == "malformed"
    assert reports[path]["facets"][0]["code"] == "parse.no_credential"


def test_a_list_served_from_another_url_than_its_id_is_named_and_accepted(reports: Mapping[str, Any]) -> None:
    report = reports["v1/ed25519/didKey/mixedRegistry-validStatus-noExpiry.json"]
    (status,) = [facet for facet in report["facets"] if facet["facet"] == "status"]
    assert status["outcome"] == "warn"
    assert status["details"]["list_id"] == "https://testing.dcconsortium.org/status/e5WK8CbZ1GjycuPombrj"


def test_a_badge_of_the_older_data_model_is_not_failed_by_the_schema_of_the_newer(reports: Mapping[str, Any]) -> None:
    codes = {
        facet["code"]
        for path, report in reports.items()
        if path.startswith("v1/")
        for facet in report["facets"]
        if facet["facet"] == "schema"
    }
    assert codes == {"schema.none_for_version", "schema.not_open_badge"}


def test_a_wrong_achievement_type_is_told_and_accepted(reports: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    invalid = [
        path for path, report in reports.items() if any(facet["code"] == "schema.invalid" for facet in report["facets"])
    ]
    assert len(invalid) >= 4
    assert {reports[path]["verdict"] for path in invalid if expected[path]["expect"] == "accepted"} == {
        "accepted_with_warnings"
    }


def test_keys_whose_secrets_the_fixtures_publish_are_told(reports: Mapping[str, Any]) -> None:
    told = [
        report
        for report in reports.values()
        for facet in report["facets"]
        if facet["code"] == "published_key.known" and "Digital Credentials Consortium" in facet["message"]
    ]
    assert len(told) >= 70
