from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.attack.forge import badge, signed, to_bytes
from verifier.policy import POLICIES
from verifier.policy_command import policy

GRADE = {
    "id": "urn:d:grade",
    "type": ["ResultDescription"],
    "name": "Grade",
    "resultType": "Percent",
    "valueMax": "100",
}


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(policy, arguments)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def too_good(tmp_path: Path) -> str:
    """A rightly signed badge with a result above what can be reached."""
    value: dict[str, Any] = badge()
    value["credentialSubject"]["achievement"]["resultDescription"] = [GRADE]
    value["credentialSubject"]["result"] = [{"type": ["Result"], "resultDescription": "urn:d:grade", "value": "101"}]
    file = tmp_path / "badge.json"
    file.write_bytes(to_bytes(signed(value)))
    return str(file)


def test_all_policies_are_listed_with_whom_they_are_for() -> None:
    items = json.loads(run("list", "--json").stdout)["items"]
    assert [item["name"] for item in items] == list(POLICIES)
    assert {"default", "employer", "exacting", "w3c", "1edtech-compat", "dcc-compat", "archive"} == set(POLICIES)
    assert all(item["purpose"] in run("list").stdout for item in items)


@pytest.mark.parametrize("name", list(POLICIES))
def test_a_policy_is_shown_as_the_table_that_it_is(name: str) -> None:
    told = json.loads(run("show", name, "--json").stdout)
    assert told["facet"]["proof"]["fail"] == "reject"
    assert "Signature" in run("show", name).stdout


def test_a_policy_of_a_file_is_shown_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbase = "employer"\n[facet.alignment]\nfail = "reject"\n')
    table = json.loads(run("show", str(file), "--json").stdout)["facet"]
    assert (table["alignment"]["fail"], table["results"]["fail"]) == ("reject", "reject")


def test_where_two_policies_part_is_explained_for_one_credential(too_good: str) -> None:
    told = json.loads(run("test", "default", "employer", too_good, "--json").stdout)
    assert told["verdicts"] == {"default": "accepted_with_warnings", "employer": "rejected"}
    (results,) = [item for item in told["differing"] if item["facet"] == "results"]
    assert results == {
        "facet": "results",
        "outcome": "fail",
        "code": "results.value_out_of_range",
        "first": "warn",
        "second": "reject",
    }
    shown = run("test", "default", "employer", too_good).stdout
    assert "default: ACCEPTED WITH WARNINGS" in shown
    assert "employer: REJECTED" in shown
    assert "default: warn; employer: reject" in shown


def test_two_policies_that_agree_say_so(too_good: str) -> None:
    assert "No facet" in run("test", "default", "default", too_good).stdout
