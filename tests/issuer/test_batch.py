"""Cohorts from CSV: strict reading, dry run, refused rows, running again, and reports that are safe to open."""

import csv
import io
from collections.abc import Mapping

import pytest
from hypothesis import example as an_example
from hypothesis import given
from hypothesis import strategies as st

from issuer import batch
from issuer import template as templates
from issuer.compose import Blueprint
from issuer.issue import Outcome, Refused
from issuer.service import BatchPlan, IssuerService
from satchel.errors import IssueFault
from tests.issuer.conftest import COHORT, EXAMPLE, NOW

TEMPLATE = templates.check(EXAMPLE)
COLUMNS = TEMPLATE.columns.all()


def table(*rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS, **options: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def learner(number: int, **cells: str) -> dict[str, str]:
    return {
        "email": f"l{number}@learner.example",
        "learner": f"Learner {number}",
        "awarded_on": "2026-05-29",
        "project_score": "80",
        "level": "Achieving",
        **cells,
    }


async def run(issuer: IssuerService, planned: BatchPlan) -> list[Outcome]:
    return [outcome async for chunk in issuer.run_batch(planned) for outcome in chunk]


# -- reading


def test_the_example_cohort_is_24_good_rows(blueprint: Blueprint) -> None:
    planned = batch.plan(blueprint, batch.read_table(COHORT, TEMPLATE), now=NOW)
    assert (len(planned.awards), planned.refused, planned.unused) == (24, (), ())
    assert [row.line for row in planned.awards] == list(range(2, 26))
    assert len({result.level for row in planned.awards for result in row.award.results if result.level}) == 2


@pytest.mark.parametrize("change", [
    lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n"), lambda raw: raw + b"\n\n",
    lambda raw: raw.replace(b"email,", b" email ,"), lambda raw: raw.rstrip(b"\n"),
])  # fmt: skip
def test_what_spreadsheets_do_to_a_file_changes_nothing(change) -> None:  # type: ignore[no-untyped-def]
    plain = batch.read_table(COHORT, TEMPLATE)
    assert [dict(cells) for _, cells in batch.read_table(change(COHORT), TEMPLATE).rows] == [
        dict(c) for _, c in plain.rows
    ]


def test_a_row_over_several_lines_is_named_by_its_first(blueprint: Blueprint) -> None:
    raw = table(learner(1, feedback="one\ntwo\nthree"), learner(2, email="nobody"))
    planned = batch.plan(blueprint, batch.read_table(raw, TEMPLATE), now=NOW)
    assert [row.line for row in planned.awards] == [2]
    assert [row.line for row in planned.refused] == [5]
    assert planned.awards[0].award.evidence[0].narrative == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("raw", "code", "piece"),
    [
        (b"", "batch.empty", "header"),
        (b"\n\n  \n", "batch.empty", "header"),
        (b"a,b\n1,2\n", "batch.header", "email"),
        (b"email,email\n", "batch.header", "twice"),
        (";".join(COLUMNS).encode() + b"\n", "batch.header", "semicolons"),
        (",".join(COLUMNS[1:]).encode() + b"\n", "batch.header", "email"),
        (",".join(f"c{n}" for n in range(501)).encode() + b"\n", "batch.header", "500"),
        (table(learner(1)) + b'x,"y"z,,,,,\n', "batch.not_csv", "line 3"),
        (table(learner(1)) + b'x,"never closed\n', "batch.not_csv", "line 3"),
        (table(learner(1)) + b"\xff,,,,,,\n", "batch.not_utf8", "line 3"),
        ("email\n".encode("utf-16"), "batch.not_utf8", "line 1"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_as_a_whole(raw: bytes, code: str, piece: str) -> None:
    with pytest.raises(IssueFault) as fault:
        batch.read_table(raw, TEMPLATE)
    assert fault.value.code == code
    assert piece in fault.value.message
    assert fault.value.next_step


def test_a_table_past_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LIMIT_BYTES", len(COHORT) - 1)
    with pytest.raises(IssueFault) as fault:
        batch.read_table(COHORT, TEMPLATE)
    assert fault.value.code == "batch.too_large"


def test_rows_that_are_no_rows_are_refused_one_by_one() -> None:
    raw = (
        table(learner(1))
        + b"too,few\n"
        + b"a,b,c,d,e,f,g,h\n"
        + table(learner(2, feedback="x" * 20_001)).split(b"\n")[1]
        + b"\n"
    )
    found = batch.read_table(raw, TEMPLATE)
    assert [(one.line, one.code) for one in found.refused] == [
        (3, "batch.cells"),
        (4, "batch.cells"),
        (5, "batch.cells"),
    ]
    assert len(found.rows) == 1


def test_columns_that_the_template_does_not_use_are_named() -> None:
    raw = table(learner(1), columns=(*COLUMNS, "phone", "notes"))
    assert batch.read_table(raw, TEMPLATE).unused == ("phone", "notes")


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_named_fault(raw: bytes) -> None:
    for data in (raw, COHORT[:200] + raw):
        try:
            batch.read_table(data, TEMPLATE)
        except IssueFault as fault:
            assert fault.code.startswith("batch.")


# -- planning


def test_the_second_row_of_a_learner_is_refused_and_names_the_first(blueprint: Blueprint) -> None:
    raw = table(learner(1), learner(2), learner(1), learner(1, email="L1@Learner.example", project_score="90"))
    planned = batch.plan(blueprint, batch.read_table(raw, TEMPLATE), now=NOW)
    assert [(one.line, one.code) for one in planned.refused] == [(4, "batch.repeated"), (5, "batch.repeated")]
    assert "line 2" in planned.refused[0].message
    assert "same values" in planned.refused[0].message
    assert "other values" in planned.refused[1].message


async def test_a_dry_run_shows_everything_and_leaves_nothing(issuer: IssuerService) -> None:
    raw = table(learner(1), learner(2, email="nobody"), learner(3, project_score="12"))
    planned = await issuer.plan_batch(EXAMPLE, raw)
    assert [row.line for row in planned.plan.awards] == [2]
    assert [(one.line, one.code) for one in planned.plan.refused] == [
        (3, "batch.recipient"),
        (4, "batch.below_required"),
    ]
    assert planned.already == 0
    preview = planned.plan.preview
    assert preview is not None
    assert "proof" not in preview
    assert preview["awardedDate"] == "2026-05-29T00:00:00Z"
    database = issuer._desk.database
    for name in ("credential", "status_list", "status_index", "event"):
        assert await database.one(f"SELECT count(*) FROM {name}") == (0,)


# -- running


async def test_good_rows_go_on_when_others_are_refused(issuer: IssuerService) -> None:
    raw = table(*(learner(number, **({"level": "None"} if number % 3 == 0 else {})) for number in range(30)))
    planned = await issuer.plan_batch(EXAMPLE, raw)
    outcomes = await run(issuer, planned)
    assert len(batch.issued(outcomes)) == 20
    assert len(planned.plan.refused) == 10
    assert {one.line for one in outcomes} | {one.line for one in planned.plan.refused} == set(range(2, 32))


async def test_a_large_cohort_comes_in_chunks_and_in_order(issuer: IssuerService) -> None:
    planned = await issuer.plan_batch(EXAMPLE, table(*(learner(number) for number in range(450))))
    chunks = [chunk async for chunk in issuer.run_batch(planned)]
    assert [len(chunk) for chunk in chunks] == [200, 200, 50]
    outcomes = batch.issued([outcome for chunk in chunks for outcome in chunk])
    assert [one.line for one in outcomes] == list(range(2, 452))
    assert len({one.id for one in outcomes}) == len({one.place for one in outcomes}) == 450
    assert await issuer.first_break() is None


async def test_running_again_gives_the_same_credentials(issuer: IssuerService) -> None:
    first = batch.issued(await run(issuer, await issuer.plan_batch(EXAMPLE, COHORT)))
    planned = await issuer.plan_batch(EXAMPLE, COHORT)
    assert planned.already == 24
    again = batch.issued(await run(issuer, planned))
    assert [(one.id, one.digest, one.place) for one in again] == [(one.id, one.digest, one.place) for one in first]
    assert {one.is_new for one in first} == {True}
    assert {one.is_new for one in again} == {False}


async def test_a_stopped_run_goes_on_where_it_was(issuer: IssuerService) -> None:
    raw = table(*(learner(number) for number in range(450)))
    stream = issuer.run_batch(await issuer.plan_batch(EXAMPLE, raw))
    first = await anext(stream)
    await stream.aclose()
    planned = await issuer.plan_batch(EXAMPLE, raw)
    assert planned.already == 200
    outcomes = batch.issued(await run(issuer, planned))
    assert [one.id for one in outcomes[:200]] == [one.id for one in batch.issued(first)]
    assert sum(one.is_new for one in outcomes) == 250


async def test_a_longer_table_issues_what_is_new_and_refuses_what_has_changed(issuer: IssuerService) -> None:
    await run(issuer, await issuer.plan_batch(EXAMPLE, table(learner(1), learner(2))))
    raw = table(learner(1), learner(2, project_score="99"), learner(3))
    outcomes = await run(issuer, await issuer.plan_batch(EXAMPLE, raw))
    assert [one.is_new for one in batch.issued(outcomes)] == [False, True]
    (refused,) = [one for one in outcomes if isinstance(one, Refused)]
    assert (refused.line, refused.code) == (3, "batch.changed")


async def test_another_cohort_gets_the_same_achievement_once_more(issuer: IssuerService) -> None:
    await run(issuer, await issuer.plan_batch(EXAMPLE, COHORT))
    planned = await issuer.plan_batch(EXAMPLE, COHORT, cohort="2027")
    assert planned.already == 0
    assert sum(one.is_new for one in batch.issued(await run(issuer, planned))) == 24


async def test_cells_that_look_like_formulas_are_signed_as_text(issuer: IssuerService) -> None:
    planned = await issuer.plan_batch(EXAMPLE, table(learner(1, learner='=HYPERLINK("https://evil.example")')))
    (outcome,) = batch.issued(await run(issuer, planned))
    assert outcome.raw is not None
    assert rb'"identityHash":"=HYPERLINK(\"https://evil.example\")"' in outcome.raw


# -- the report


def test_the_report_names_line_code_and_reason() -> None:
    raw = batch.report([Refused(line=7, code="batch.date", message='awarded_on: "x", y is no date')])
    assert list(csv.reader(io.StringIO(raw.decode(), newline=""))) == [
        ["line", "code", "reason"],
        ["7", "batch.date", 'awarded_on: "x", y is no date'],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"],
)
def test_what_a_spreadsheet_would_run_is_written_as_text(text: str) -> None:
    raw = batch.report([Refused(line=1, code="batch.text", message=text)])
    (_, (_, _, cell)) = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert cell.isprintable()


@given(st.text(max_size=50))
@an_example("\u00a0@")
@an_example("\u2003=1+1")
def test_no_text_becomes_a_formula_or_a_second_cell(text: str) -> None:
    raw = batch.report([Refused(line=1, code="batch.text", message=text)])
    rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    assert [len(row) for row in rows] == [3, 3]
    assert not rows[1][2].lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


async def test_a_refused_row_of_formulas_is_reported_safely(issuer: IssuerService) -> None:
    planned = await issuer.plan_batch(EXAMPLE, table(learner(1, email="=1+1\x1b[2J")))
    assert b"\x1b" not in batch.report(planned.plan.refused)
