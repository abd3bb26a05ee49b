"""The teaching cases are what their stories say, and the folder is what the script makes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from satchel.credential.read import read
from satchel.node.mirror import MirrorFetch
from satchel.port import drive
from tests.attack.forge import facet
from tests.cases.case import Case
from tests.cases.make import FOLDER, files, index
from tests.cases.stories import all_cases
from verifier.materials import Asked
from verifier.service import VerifierService

CASES = all_cases()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_the_one_of_the_story(case: Case, tmp_path: Path) -> None:
    for place, body in case.web.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    service = VerifierService(fetch=MirrorFetch(tmp_path, NOW), clock=lambda: NOW)
    report = drive(service.examine(read(case.raw, name=case.file), asked=Asked(**case.asked))).report
    found = facet(report, case.facet)
    assert (report.verdict, found.outcome, found.code) == (case.verdict, case.outcome, case.code)


def test_there_are_enough_of_them_and_each_has_a_name_and_a_story_of_its_own() -> None:
    assert len(CASES) >= 150
    for words in ([case.name for case in CASES], [case.story for case in CASES]):
        assert [word for word, count in Counter(words).items() if count > 1] == []


def test_the_folder_is_what_the_script_makes() -> None:
    made = files(CASES)
    held = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for name in ("files", "web")
        for path in (FOLDER / name).rglob("*")
        if path.is_file()
    }
    held["cases.json"] = (FOLDER / "cases.json").read_bytes()
    assert sorted(held) == sorted(made)
    assert [path for path, body in made.items() if held[path] != body] == []


def test_the_index_follows_its_schema() -> None:
    schema = json.loads((FOLDER / "schema.json").read_bytes())
    validator = validator_for(schema)
    assert [str(error) for error in validator.iter_errors(index(CASES))] == []
    assert not validator.is_valid({"schema": "satchel.cases/1"})
