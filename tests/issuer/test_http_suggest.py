"""GET /api/v1/frameworks/suggest on the issuer node, over its own shelf and real HTTP."""

from collections.abc import AsyncIterator
from importlib import resources
from urllib.parse import quote

import pytest

from satchel.framework.graph import Description
from satchel.node.settings import Home
from satchel.node.shelf import Shelf
from tests.issuer.conftest import FakeClock
from tests.issuer.http_ground import Ground, ground

SLICE = resources.files("satchel.framework") / "slice"
PATH = "/api/v1/frameworks/suggest"
WEAKNESSES = "http://data.europa.eu/esco/skill/dad7e408-162f-46a4-8567-db560e19e2fc"


@pytest.fixture
async def node(home: Home, clock: FakeClock) -> AsyncIterator[Ground]:
    files = [(name, (SLICE / name).read_bytes()) for name in ("esco_ict_security.jsonl", "college.case.json")]
    with Shelf(home.frameworks) as shelf:
        shelf.import_files(files, Description())
    async with ground(home, clock) as opened:
        yield opened


async def test_a_text_gets_the_skills_that_it_may_mean_with_reasons(node: Ground) -> None:
    answer = await node("GET", f"{PATH}?q={quote('identify weaknesses of a system')}&k=3", token="read")
    assert answer.status == 200
    assert (answer.json["schema"], answer.json["next"]) == ("satchel.list/1", None)
    first, *others = answer.json["items"]
    assert (first["uri"], first["label"]) == (WEAKNESSES, "identify ICT system weaknesses")
    assert {"identify", "weaknesses"} <= set(first["matched"])
    assert first["framework"]["title"] == "ESCO" and first["framework"]["completeness"] == "slice"
    assert len(others) <= 2


async def test_one_framework_can_be_named(node: Ground) -> None:
    answer = await node("GET", f"{PATH}?q=network&framework=case", token="read")
    assert {one["framework"]["kind"] for one in answer.json["items"]} == {"case"}


async def test_a_typing_error_and_an_unfinished_word_are_understood(node: Ground) -> None:
    for asked in ("weaknes", "weeknesses", "identfy weaknesses"):
        answer = await node("GET", f"{PATH}?q={quote(asked)}&k=5", token="read")
        assert WEAKNESSES in {one["uri"] for one in answer.json["items"]}, asked


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "http.query_invalid"),
        ("?q=", 400, "http.query_invalid"),
        ("?q=network&k=0", 400, "http.query_invalid"),
        ("?q=network&k=101", 400, "http.query_invalid"),
        ("?q=network&k=few", 400, "http.query_invalid"),
        ("?q=network&other=1", 400, "http.query_invalid"),
        ("?q=network&q=again", 400, "http.query_invalid"),
        (f"?q={'x' * 1001}", 400, "http.query_invalid"),
        ("?q=%20", 422, "framework.query"),
        ("?q=network&framework=welding", 404, "framework.not_held"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(node: Ground, query: str, status: int, code: str) -> None:
    answer = await node("GET", PATH + query, token="read")
    assert (answer.status, answer.code) == (status, code)


async def test_it_needs_the_scope_to_read(node: Ground) -> None:
    assert (await node("GET", f"{PATH}?q=network", token=None)).code == "token.missing"
    assert (await node("GET", f"{PATH}?q=network", token="issue")).code == "token.scope"


async def test_a_node_without_frameworks_says_so(home: Home, clock: FakeClock) -> None:
    async with ground(home, clock) as empty:
        answer = await empty("GET", f"{PATH}?q=network", token="read")
        assert (answer.status, answer.code) == (404, "framework.not_held")


async def test_a_damaged_copy_is_told_and_not_passed_over(home: Home, clock: FakeClock, node: Ground) -> None:
    for path in home.frameworks.glob("*.db"):
        path.chmod(0o600)
        path.write_bytes(b"SQLite format 3\x00" + bytes(2000))
    answer = await node("GET", f"{PATH}?q=network", token="read")
    assert answer.code == "framework.damaged"


async def test_the_openapi_document_names_it_with_its_model(node: Ground) -> None:
    document = (await node("GET", "/openapi.json", token=None)).json
    operation = document["paths"][PATH]["get"]
    assert [one["name"] for one in operation["parameters"]] == ["q", "k", "framework"]
    assert operation["operationId"] == "suggest_skills"
    assert "404" in operation["responses"]
    assert "SuggestedSkill" in str(document["components"]["schemas"])
