"""Rows: what one learner's row says, and every reason against it."""

from datetime import UTC, datetime, timedelta

import pytest

from issuer import row
from issuer import template as templates
from issuer.row import Award, ResultValue
from satchel.errors import IssueFault
from tests.issuer.conftest import CELLS, EXAMPLE, NOW, example


def read(raw: bytes = EXAMPLE, **cells: str) -> Award:
    return row.read(templates.check(raw), {**CELLS, **cells}, now=NOW)


def refused(raw: bytes = EXAMPLE, **cells: str) -> IssueFault:
    with pytest.raises(IssueFault) as fault:
        read(raw, **cells)
    return fault.value


def test_a_good_row_says_who_what_and_when() -> None:
    award = read(project_url="https://portfolio.example/ada", feedback="Clear.\nAnd careful.")
    assert award.recipient == "ada@learner.example"
    assert award.name == "Ada Lark"
    assert award.awarded == datetime(2026, 5, 29, tzinfo=UTC)
    assert award.results == (
        ResultValue(description="project", value="82"),
        ResultValue(description="level", level="achieving"),
    )
    assert award.evidence[0].url == "https://portfolio.example/ada"
    assert award.evidence[0].narrative == "Clear.\nAnd careful."
    assert award.evidence[0].name == "Course project"


def test_a_row_without_evidence_has_none() -> None:
    assert read().evidence == ()


def test_letters_of_an_address_are_small_and_text_is_composed() -> None:
    award = read(email=" Ada@Learner.Example ", learner="Zoe\u0308")
    assert (award.recipient, award.name) == ("ada@learner.example", "Zo\u00eb")


@pytest.mark.parametrize("level", ["achieving", "ACHIEVING", " Achieving "])
def test_a_level_is_found_by_its_id_or_name_in_any_letters(level: str) -> None:
    assert read(level=level).results[1].level == "achieving"


def test_the_digest_is_over_what_the_row_says_and_not_over_its_spaces() -> None:
    assert read(learner=" Ada Lark ").digest == read().digest
    assert len({read(**{key: value}).digest for key, value in (
        ("email", "b@learner.example"), ("learner", "Ada"), ("awarded_on", "2026-05-30"), ("project_score", "83"),
        ("level", "Developing"), ("feedback", "x"), ("project_url", "https://portfolio.example/"),
    )} | {read().digest}) == 8  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text", "code"),
    [
        ("email", "", "batch.recipient"),
        ("email", "ada", "batch.recipient"),
        ("email", "ada@learner", "batch.recipient"),
        ("email", "ada@@learner.example", "batch.recipient"),
        ("email", "ada lark@learner.example", "batch.recipient"),
        ("email", "<ada@learner.example>", "batch.recipient"),
        ("email", "mailto:ada@learner.example", "batch.recipient"),
        ("email", "a" * 250 + "@learner.example", "batch.recipient"),
        ("email", "ada@learner.example\nbob@learner.example", "batch.recipient"),
        ("learner", "Ada\u202ekraL", "batch.text"),
        ("learner", "Ada\x1b[31m", "batch.text"),
        ("learner", "x" * 256, "batch.text"),
        ("awarded_on", "29.05.2026", "batch.date"),
        ("awarded_on", "2026-02-30", "batch.date"),
        ("awarded_on", "2026-05-29T10:00:00", "batch.date"),
        ("awarded_on", "２０２６-05-29", "batch.date"),
        ("awarded_on", "2026-11-26", "batch.date"),
        ("awarded_on", "1899-12-31", "batch.date"),
        ("project_score", "eighty", "batch.number"),
        ("project_score", "1e2", "batch.number"),
        ("project_score", "８２", "batch.number"),
        ("project_score", "NaN", "batch.number"),
        ("project_score", "101", "batch.result"),
        ("project_score", "-1", "batch.result"),
        ("project_score", "59.9", "batch.below_required"),
        ("project_score", "", "batch.below_required"),
        ("level", "Emerging", "batch.below_required"),
        ("level", "", "batch.below_required"),
        ("level", "Mastering", "batch.result"),
        ("project_url", "portfolio.example", "batch.url"),
        ("project_url", "http://portfolio.example", "batch.url"),
        ("project_url", "javascript:alert(1)", "batch.url"),
        ("project_url", "https://portfolio.example/{x}", "batch.url"),
        ("project_url", "https://portfolio.example/a#b#c", "batch.url"),
        ("project_url", "https://portfolio.example/<x>", "batch.url"),
        ("feedback", "x" * 10_001, "batch.text"),
        ("feedback", "bell\x07", "batch.text"),
    ],
)
def test_a_row_that_cannot_be_awarded_is_refused_with_its_reason(cell: str, text: str, code: str) -> None:
    fault = refused(**{cell: text})
    assert fault.code == code
    assert cell in fault.message
    assert fault.next_step
    assert fault.message.isprintable()


def test_all_reasons_are_said_together() -> None:
    fault = refused(email="ada", project_score="1000", level="none")
    assert fault.code == "batch.recipient"
    assert all(column in fault.message for column in ("email", "project_score", "level"))


def test_a_day_may_already_be_tomorrow_where_the_learner_is() -> None:
    assert read(awarded_on="2026-11-25").awarded == datetime(2026, 11, 25, tzinfo=UTC)


def test_the_row_without_a_date_is_awarded_when_it_is_issued() -> None:
    assert read(awarded_on="").awarded is None


def test_an_achievement_that_has_already_ended_is_refused() -> None:
    raw = example(("achievement_expires: never", "achievement_expires: 6 months"))
    assert refused(raw, awarded_on="2026-05-23").code == "batch.expired"
    assert refused(raw, awarded_on="2026-05-24T12:00:00Z").code == "batch.expired"
    assert read(raw, awarded_on="2026-05-24T12:00:01Z").awarded is not None


def test_an_end_past_the_calendar_is_refused() -> None:
    raw = example(("achievement_expires: never", "achievement_expires: 9000 years"))
    assert refused(raw).code == "batch.date"


def test_a_template_bound_to_dids_takes_dids_only() -> None:
    raw = example(("bind: email", "bind: did"))
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    assert read(raw, email=did).recipient == did
    for text in ("ada@learner.example", "did:key", "did:key:a#b", "did:key:a b", ""):
        assert refused(raw, email=text).code == "batch.recipient"


def test_a_template_bound_to_student_ids_takes_any_plain_text() -> None:
    raw = example(("bind: email", "bind: sis"))
    assert read(raw, email="S-0012/é").recipient == "S-0012/é"
    for text in ("", "s\u202e1", "x" * 256):
        assert refused(raw, email=text).code == "batch.recipient"


RESULT = """    - id: project
      name: Course project
      resultType: Percent
      valueMin: "0"
      valueMax: "100"
      requiredValue: "60"
"""


def with_result(text: str) -> bytes:
    return example((RESULT, "    - id: project\n      name: Course project\n" + text))


@pytest.mark.parametrize(
    ("text", "cell", "code"),
    [
        ("      resultType: Status\n", "Completed", None),
        ("      resultType: Status\n", "InProgress", "batch.below_required"),
        ("      resultType: Status\n", "Provisional", "batch.below_required"),
        ("      resultType: Status\n", "", None),
        ("      resultType: LetterGrade\n      allowedValue: [D, C, B, A]\n      requiredValue: C\n", "A", None),
        ("      resultType: LetterGrade\n      allowedValue: [D, C, B, A]\n      requiredValue: C\n", "C", None),
        ("      resultType: LetterGrade\n      allowedValue: [D, C, B, A]\n      requiredValue: C\n", "D",
         "batch.below_required"),
        ("      resultType: LetterGrade\n      allowedValue: [D, C, B, A]\n", "E", "batch.result"),
        ("      resultType: LetterGrade\n", "anything", None),
        ("      resultType: LetterGrade\n", "A\u2066", "batch.text"),
        ("      resultType: RawScore\n", "-12.5", None),
        ("      resultType: RawScore\n      valueMin: -5\n", "-12.5", "batch.result"),
    ],
)  # fmt: skip
def test_each_kind_of_result_has_its_rule(text: str, cell: str, code: str | None) -> None:
    raw = with_result(text)
    if code is None:
        assert [result.value or result.status for result in read(raw, project_score=cell).results][:-1] == (
            [cell] if cell else []
        )
    else:
        assert refused(raw, project_score=cell).code == code


def test_credits_are_a_number_that_is_not_negative() -> None:
    raw = example(("  awarded: awarded_on\n", "  awarded: awarded_on\n  credits: credits\n"))
    assert read(raw, credits="2.5").credits == "2.5"
    assert refused(raw, credits="two").code == "batch.number"
    assert refused(raw, credits="-1").code == "batch.number"


def test_a_cell_that_looks_like_a_formula_is_that_text() -> None:
    assert read(learner="=1+1", feedback="@SUM(A1)").name == "=1+1"


def test_now_decides_about_the_future() -> None:
    later = row.read(templates.check(EXAMPLE), {**CELLS, "awarded_on": "2026-11-26"}, now=NOW + timedelta(days=2))
    assert later.awarded == datetime(2026, 11, 26, tzinfo=UTC)
