"""Template files: kept before use, current by id, and never changed under a version that was issued."""

import pytest

from issuer.service import IssuerService
from satchel.errors import IssueFault, SatchelError, TemplateFault
from tests.issuer.conftest import CELLS, EXAMPLE, example

OTHER = example(("name: Data Literacy", "name: Data Fluency"))
CONFIRMED_BY_ANOTHER = example(("by: Programme lead", "by: Dean of studies"))


async def code_of(issuer: IssuerService, template_id: str, raw: bytes) -> str:
    with pytest.raises(SatchelError) as fault:
        await issuer.put_template(template_id, raw)
    return fault.value.code


async def test_a_template_that_was_put_is_given_back_as_it_was(issuer: IssuerService) -> None:
    shelved = await issuer.put_template("data-literacy", EXAMPLE)
    assert (shelved.version, shelved.signed, shelved.planned) == ("1", 0, 0)
    assert await issuer.template("data-literacy") == (shelved, EXAMPLE)


async def test_issuing_by_id_uses_the_current_file(issuer: IssuerService) -> None:
    await issuer.put_template("data-literacy", EXAMPLE)
    await issuer.put_template("data-literacy", OTHER)
    issued = await issuer.issue_by_id("data-literacy", CELLS)
    assert issued.raw is not None and b"Data Fluency" in issued.raw


async def test_a_version_that_was_issued_keeps_what_it_says(issuer: IssuerService) -> None:
    await issuer.put_template("data-literacy", EXAMPLE)
    await issuer.issue_by_id("data-literacy", CELLS)
    assert await code_of(issuer, "data-literacy", OTHER) == "template.version_used"
    await issuer.put_template("data-literacy", CONFIRMED_BY_ANOTHER)
    await issuer.put_template("data-literacy", OTHER.replace(b'version: "1"', b'version: "2"'))
    assert await code_of(issuer, "data-literacy", OTHER) == "template.version_used"
    assert (await issuer.template("data-literacy"))[0].version == "2"


async def test_a_file_that_was_issued_from_does_not_replace_the_current_one(issuer: IssuerService) -> None:
    await issuer.put_template("data-literacy", OTHER)
    await issuer.issue(EXAMPLE, CELLS)
    assert (await issuer.template("data-literacy"))[1] == OTHER


async def test_templates_are_listed_by_id_piece_by_piece(issuer: IssuerService) -> None:
    for name in ("c", "a", "b"):
        await issuer.put_template(name, example(("id: data-literacy", f"id: {name}")))
    first = await issuer.templates(limit=2)
    assert [one.id for one in first] == ["a", "b"]
    assert [one.id for one in await issuer.templates(after=first[-1].id, limit=2)] == ["c"]


async def test_a_template_at_another_address_or_with_a_fault_is_not_stored(issuer: IssuerService) -> None:
    assert await code_of(issuer, "other", EXAMPLE) == "template.other_id"
    assert await code_of(issuer, "data-literacy", b"satchel: template/1\n") == "template.missing"
    assert await issuer.templates() == ()


async def test_a_template_that_is_not_there_is_said_so(issuer: IssuerService) -> None:
    for work in (issuer.template("x\x1b[2J"), issuer.issue_by_id("x", CELLS), issuer.plan_claims_by_id("x", b"")):
        with pytest.raises(TemplateFault) as fault:
            await work
        assert fault.value.code == "template.unknown_id"
        assert "\x1b" not in fault.value.message


async def test_a_row_with_a_column_that_the_template_lacks_is_refused(issuer: IssuerService) -> None:
    await issuer.put_template("data-literacy", EXAMPLE)
    with pytest.raises(IssueFault) as fault:
        await issuer.issue_by_id("data-literacy", {**CELLS, "grade": "A"})
    assert fault.value.code == "batch.header"
