from __future__ import annotations

from typing import Any

import pytest

from satchel.port import JsonObject
from verifier.facet import results
from verifier.report import Facet

GRADE = {"id": "urn:d:grade", "type": ["ResultDescription"], "name": "Grade", "resultType": "Percent"}
LEVELS = [{"id": f"urn:l:{name}", "type": ["RubricCriterionLevel"], "name": name} for name in ("low", "middle", "high")]
RUBRIC = GRADE | {"id": "urn:d:rubric", "resultType": "RubricCriterionLevel", "rubricCriterionLevel": LEVELS}
LETTER = GRADE | {"id": "urn:d:letter", "resultType": "LetterGrade", "allowedValue": ["C", "B", "A"]}
STATUS = GRADE | {"id": "urn:d:status", "resultType": "Status"}


def judged(result: Any, *descriptions: Any) -> Facet:
    achievement: JsonObject = {"resultDescription": list(descriptions)}
    return results.facet({"credentialSubject": {"achievement": achievement, "result": result}})


def said(result: Any, *descriptions: Any) -> tuple[str, str]:
    found = judged(result, *descriptions)
    return found.outcome, found.code


def of(description: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"type": ["Result"], "resultDescription": description["id"], **members}


@pytest.mark.parametrize("value", [{}, {"credentialSubject": {}}, {"credentialSubject": [7, {"result": []}]}])
def test_a_credential_without_results_has_nothing_to_judge(value: JsonObject) -> None:
    assert results.facet(value).code == "results.none"


@pytest.mark.parametrize(
    ("result", "description"),
    [
        ({"type": ["Result"], "value": "anything"}, GRADE),
        (of(GRADE, value="87"), GRADE),
        (of(GRADE, value="87.5 %"), GRADE | {"valueMin": "0", "valueMax": "100%"}),
        (of(GRADE, value="60"), GRADE | {"requiredValue": "60"}),
        (of(RUBRIC, achievedLevel="urn:l:middle"), RUBRIC | {"requiredLevel": "urn:l:middle"}),
        (of(RUBRIC, achievedLevel="urn:l:high"), RUBRIC | {"requiredLevel": "urn:l:low"}),
        (of(LETTER, value="A"), LETTER | {"requiredValue": "B"}),
        (of(STATUS, status="Completed"), STATUS),
        (of(GRADE, value="9007199254740993"), GRADE | {"valueMax": "9007199254740993"}),
    ],
)
def test_what_fits_passes(result: Any, description: Any) -> None:
    assert said(result, description) == ("pass", "results.ok")


@pytest.mark.parametrize(
    ("result", "description", "code"),
    [
        (of(GRADE, value="101"), GRADE | {"valueMax": "100"}, "results.value_out_of_range"),
        (of(GRADE, value="-1"), GRADE | {"valueMin": "0"}, "results.value_out_of_range"),
        (of(GRADE, value="9007199254740993"), GRADE | {"valueMax": "9007199254740992"}, "results.value_out_of_range"),
        (of(GRADE, value="many"), GRADE, "results.value_no_number"),
        (of(GRADE, value="1e400"), GRADE, "results.value_no_number"),
        (of(GRADE, value="NaN"), GRADE, "results.value_no_number"),
        (of(GRADE, value="\u0665"), GRADE, "results.value_no_number"),
        (of(GRADE, value="59"), GRADE | {"requiredValue": "60"}, "results.below_required"),
        (of(LETTER, value="D"), LETTER, "results.value_not_allowed"),
        (of(LETTER, value="C"), LETTER | {"requiredValue": "B"}, "results.below_required"),
        (of(RUBRIC, achievedLevel="urn:l:none"), RUBRIC, "results.level_unknown"),
        (of(RUBRIC, achievedLevel="urn:l:low"), RUBRIC | {"requiredLevel": "urn:l:high"}, "results.below_required"),
        (of(STATUS), STATUS, "results.status_missing"),
        (of(STATUS, status="Failed"), STATUS, "results.failed"),
        (of(STATUS, status="Withdrew"), STATUS, "results.failed"),
        (of(STATUS, status="completed"), STATUS, "results.status_unknown"),
        (of(STATUS, status=7), STATUS, "results.malformed"),
        (of(GRADE, value=87), GRADE, "results.malformed"),
        (of(GRADE, value="87"), RUBRIC, "results.no_description"),
        ("a result", GRADE, "results.malformed"),
    ],
)
def test_what_contradicts_the_achievement_fails_with_its_code(result: Any, description: Any, code: str) -> None:
    assert said(result, description) == ("fail", code)


@pytest.mark.parametrize("status", ["Enrolled", "InProgress", "OnHold", "Provisional"])
def test_a_result_that_is_not_final_warns(status: str) -> None:
    assert said(of(STATUS, status=status), STATUS) == ("warn", "results.not_final")


def test_the_worst_of_several_counts_and_all_are_told() -> None:
    found = judged([of(GRADE, value="50"), of(STATUS, status="Provisional"), of(GRADE, value="x")], GRADE, STATUS)
    assert (found.outcome, found.code) == ("fail", "results.value_no_number")
    items = found.details["items"]
    assert isinstance(items, list)
    assert [item["code"] for item in items if isinstance(item, dict)] == [
        "results.ok",
        "results.not_final",
        "results.value_no_number",
    ]


def test_a_flood_of_results_is_judged_up_to_the_limit() -> None:
    found = judged([of(GRADE, value="50")] * 10_000, GRADE)
    items = found.details["items"]
    assert isinstance(items, list)
    assert len(items) == results.RESULTS_LIMIT
