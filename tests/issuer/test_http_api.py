"""The issuer's API over a real socket: who may, what is answered, and nothing done twice."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator

import pytest

from issuer import http
from issuer.service import IssuerService
from satchel.node.settings import Home
from tests.issuer.conftest import CLAIMED, COHORT, EXAMPLE, SUSPENDABLE, FakeClock, example
from tests.issuer.http_ground import CSV, HEADER, YAML, Ground, ground
from tests.issuer.test_service import judged

KEY = "0123456789abcdef"
WRITES = [
    ("PUT", "/api/v1/templates/data-literacy", "issue"),
    ("POST", "/api/v1/credentials", "issue"),
    ("POST", "/api/v1/batches", "issue"),
    ("POST", "/api/v1/claims", "issue"),
    ("POST", f"/api/v1/credentials/{'a' * 26}/revoke", "revoke"),
    ("POST", f"/api/v1/credentials/{'a' * 26}/suspend", "revoke"),
    ("POST", f"/api/v1/credentials/{'a' * 26}/reinstate", "revoke"),
    ("PUT", f"/api/v1/credentials/{'a' * 26}/page", "page"),
    ("GET", "/api/v1/credentials", "read"),
    ("GET", f"/api/v1/credentials/{'a' * 26}", "read"),
    ("GET", "/api/v1/frameworks/suggest", "read"),
    ("GET", "/api/v1/templates", "read"),
    ("GET", "/api/v1/templates/data-literacy", "read"),
]


@pytest.fixture
async def node(home: Home, clock: FakeClock) -> AsyncIterator[Ground]:
    async with ground(home, clock) as served:
        yield served


def count(home: Home, sql: str) -> int:
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        (found,) = raw.execute(sql).fetchone()
        return int(found)


@pytest.mark.parametrize(("method", "path", "scope"), WRITES)
async def test_each_address_wants_a_token_of_its_own_scope(node: Ground, method: str, path: str, scope: str) -> None:
    missing = await node(method, path, token=None)
    assert (missing.status, missing.code) == (401, "token.missing")
    unknown = await node(method, path, token="a" * 52)
    assert (unknown.status, unknown.code) == (401, "token.unknown")
    for other in {"issue", "revoke", "read", "page"} - {scope}:
        refused = await node(method, path, token=other)
        assert (refused.status, refused.code) == (403, "token.scope")
    assert (await node(method, path, token=scope)).status not in (401, 403)


async def test_the_table_of_addresses_above_is_whole(node: Ground) -> None:
    spec = (await node("GET", "/openapi.json", token=None)).json
    guarded = {
        (method.upper(), path.replace("{id}", "a" * 26)): operation["security"][0]["token"]
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    known = {(method, path.replace("data-literacy", "a" * 26)): [scope] for method, path, scope in WRITES}
    assert guarded == known


async def test_a_revoked_token_is_refused_at_once(node: Ground) -> None:
    secret, token = await node.issuer.new_token(name="short", scopes=("read",), expires=None)
    assert (await node("GET", "/api/v1/templates", token=secret.reveal())).status == 200
    await node.issuer.revoke_token(token.id)
    assert (await node("GET", "/api/v1/templates", token=secret.reveal())).code == "token.unknown"


async def test_an_issued_credential_is_sent_byte_for_byte_and_accepted(node: Ground, home: Home) -> None:
    await node.put()
    answer = await node.issue()
    assert answer.status == 201
    shown = await node("GET", f"/api/v1/credentials/{answer.json['id']}")
    assert shown.headers["Content-Type"] == "application/vc"
    assert shown.raw in answer.raw
    assert shown.json == answer.json["credential"]
    assert judged(home, shown.raw).verdict == "accepted"
    again = await node.issue()
    assert (again.status, again.json["new"], again.json["credential"]) == (200, False, shown.json)


async def test_a_request_that_is_sent_again_gets_the_first_answer(node: Ground, home: Home) -> None:
    await node.put()
    first, again = await node.issue(key=KEY), await node.issue(key=KEY)
    assert (first.status, again.status, again.raw) == (201, 201, first.raw)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(home, "SELECT count(*) FROM credential") == 1


async def test_another_body_under_the_same_key_is_refused(node: Ground, home: Home) -> None:
    await node.put()
    await node.issue(key=KEY)
    other = await node.issue("ben", key=KEY)
    assert (other.status, other.code) == (422, "http.idempotency_reused")
    assert count(home, "SELECT count(*) FROM credential") == 1


async def test_the_answer_is_on_disk_in_the_transaction_of_the_credential(node: Ground, home: Home) -> None:
    """A process killed after the commit and before anything else has kept both."""
    await node.put()
    first = await node.issue(key=KEY)
    ((repeat_id,),) = sqlite_rows(home, "SELECT id FROM kept_answer")
    found = await node.issuer.answers.find(str(repeat_id))
    assert found is not None and (found.status, found.body) == (201, first.raw)
    changed = await node(
        "POST",
        f"/api/v1/credentials/{first.json['id']}/revoke",
        body={"reason": "wrong"},
        Idempotency_Key=KEY,
    )
    assert changed.json["changed"] is True
    ((events,),) = sqlite_rows(home, "SELECT count(*) FROM event WHERE kind = 'credential.revoked'")
    replayed = await node(
        "POST",
        f"/api/v1/credentials/{first.json['id']}/revoke",
        body={"reason": "wrong"},
        Idempotency_Key=KEY,
    )
    assert (events, replayed.raw) == (1, changed.raw)


def sqlite_rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        return raw.execute(sql).fetchall()


async def test_a_kept_answer_outlives_a_restart_and_ends_after_two_days(home: Home, clock: FakeClock) -> None:
    async with ground(home, clock) as node:
        await node.put()
        first = await node.issue(key=KEY)
        token = node.tokens["all"]
    async with ground(home, clock) as node:
        node.tokens["all"] = token
        assert (await node.issue(key=KEY)).raw == first.raw
        clock.now = clock.now.replace(day=27)
        await node.issue("ben", key="fedcba9876543210")
        assert count(home, "SELECT count(*) FROM kept_answer") == 1


async def test_a_hundred_issues_at_once_share_no_place(node: Ground, home: Home) -> None:
    await node.put()
    answers = await asyncio.gather(*(node.issue(f"l{number}") for number in range(100)))
    assert {answer.status for answer in answers} == {201}
    entries = [answer.json["credential"]["credentialStatus"]["id"] for answer in answers]
    assert len(set(entries)) == 100
    assert count(home, "SELECT count(*) FROM status_index") <= 100 + http.BLOCK * 2
    assert await node.issuer.first_break() is None


async def test_one_learner_a_hundred_times_at_once_has_one_credential(node: Ground, home: Home) -> None:
    await node.put()
    answers = await asyncio.gather(*(node.issue() for _ in range(100)))
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 99 + [201]


async def test_a_row_that_is_refused_says_why_and_leaves_nothing(node: Ground, home: Home) -> None:
    await node.put()
    for more, code in (({"score": "12"}, "batch.below_required"), ({"grade": "A"}, "batch.header")):
        answer = await node.issue(**more)
        assert (answer.status, answer.code) == (422, code)
    missing = await node("POST", "/api/v1/credentials", body={"template": "none", "cells": {}})
    assert (missing.status, missing.code) == (404, "template.unknown_id")
    assert count(home, "SELECT count(*) FROM credential") == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"template": "data-literacy"}, "http.body_invalid"),
        ({"template": "data-literacy", "cells": {"email": 1}}, "http.body_invalid"),
        ({"template": "data-literacy", "cells": {}, "more": 1}, "http.body_invalid"),
        ({"schema": "satchel.issue_request/2", "template": "x", "cells": {}}, "http.body_invalid"),
        ([], "http.body_invalid"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused(node: Ground, body: object, code: str) -> None:
    answer = await node("POST", "/api/v1/credentials", body=body)
    assert (answer.status, answer.code) == (422, code)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/api/v1/credentials", "application/json"),
        ("PUT", "/api/v1/templates/data-literacy", "application/yaml"),
        ("POST", "/api/v1/batches?template=x", "text/csv"),
        ("POST", "/api/v1/claims?template=x", "text/csv"),
        ("POST", f"/api/v1/claims/{'a' * 52}", "application/json"),
        ("POST", f"/api/v1/public/{'a' * 26}", "application/json"),
    ],
)
async def test_a_body_over_its_limit_or_of_another_kind_is_not_read(
    node: Ground, method: str, path: str, kind: str
) -> None:
    large = await node(method, path, data=b"x" * (1024 * 1024 + 1), Content_Type=kind)
    assert (large.status, large.code) == (413, "http.body_too_large")
    other = await node(method, path, data=b"x", Content_Type="application/xml")
    assert (other.status, other.code) == (415, "http.media_type")
    packed = await node(method, path, data=b"x", Content_Type=kind, Content_Encoding="gzip")
    assert (packed.status, packed.code) == (415, "http.content_encoding")


async def test_a_status_that_changes_is_published_before_it_is_answered(node: Ground, home: Home) -> None:
    await node.put()
    issued = (await node.issue()).json
    path = f"/api/v1/credentials/{issued['id']}"
    wrong = await node("POST", f"{path}/suspend", body={"reason": "x"})
    assert (wrong.status, wrong.code) == (422, "status.purpose_missing")
    answer = await node("POST", f"{path}/revoke", body={"reason": "A mix-up."}, token="revoke")
    assert answer.json["set"] is True and answer.json["purpose"] == "revocation"
    raw = (await node("GET", path)).raw
    assert judged(home, raw).verdict == "rejected"
    again = await node("POST", f"{path}/revoke", body={"reason": "A mix-up."})
    assert again.json["changed"] is False
    unknown = await node("POST", f"/api/v1/credentials/{'a' * 26}/revoke", body={"reason": "x"})
    assert (unknown.status, unknown.code) == (404, "issue.not_found")


async def test_a_suspension_can_be_lifted(node: Ground) -> None:
    await node.put(SUSPENDABLE, "data-suspendable")
    cells = {"email": "a@learner.example", "project_score": "82", "level": "Achieving"}
    issued = await node("POST", "/api/v1/credentials", body={"template": "data-suspendable", "cells": cells})
    path = f"/api/v1/credentials/{issued.json['id']}"
    assert (await node("POST", f"{path}/suspend", body={"reason": "x"})).json["set"] is True
    (item,) = (await node("GET", "/api/v1/credentials")).json["items"]
    assert item["status_set_since"] is not None
    assert (await node("POST", f"{path}/reinstate", body={"reason": "x"})).json["set"] is False


async def test_a_list_is_read_piece_by_piece_and_shows_no_learner(node: Ground) -> None:
    await node.put()
    made = [(await node.issue(f"l{number}")).json["id"] for number in range(5)]
    seen, after = [], ""
    while True:
        page = (await node("GET", f"/api/v1/credentials?limit=2&after={after}")).json
        seen += [one["id"] for one in page["items"]]
        assert "learner" not in json.dumps(page)
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(seen) == sorted(made) and len(seen) == 5
    for query in ("limit=0", "limit=501", "after=x", "after=1-' OR 1", "limit=2&limit=3", "page=1"):
        bad = await node("GET", f"/api/v1/credentials?{query}")
        assert (bad.status, bad.code) == (400, "http.query_invalid")


async def test_templates_are_put_shown_and_counted(node: Ground) -> None:
    unconfirmed = example(
        ("      confirmed:\n        by: Programme lead, invented for this example\n        on: 2026-05-04\n", "")
    )
    answer = await node("PUT", "/api/v1/templates/data-literacy", data=unconfirmed, **YAML)
    assert [one["code"] for one in answer.json["warnings"]] == ["template.unconfirmed"]
    assert (await node("GET", "/api/v1/templates/data-literacy")).raw == unconfirmed
    await node.issue()
    (item,) = (await node("GET", "/api/v1/templates")).json["items"]
    assert (item["planned"], item["signed"], item["claimed"]) == (0, 1, 0)
    changed = example(("name: Data Literacy", "name: Data"))
    refused = await node("PUT", "/api/v1/templates/data-literacy", data=changed, **YAML)
    assert (refused.status, refused.code) == (409, "template.version_used")
    for path, raw, code in (
        ("other", EXAMPLE, "template.other_id"),
        ("data-literacy", b"!!python/object:x {}", "template.tag"),
        ("data-literacy", b"\xff", "template.not_utf8"),
    ):
        bad = await node("PUT", f"/api/v1/templates/{path}", data=raw, **YAML)
        assert (bad.status, bad.code) == (422, code)
    none = await node("GET", "/api/v1/templates/none")
    assert (none.status, none.code) == (404, "template.unknown_id")


async def test_a_batch_reports_each_row_and_can_be_sent_again(node: Ground, home: Home) -> None:
    await node.put()
    path = "/api/v1/batches?template=data-literacy"
    dry = await node("POST", f"{path}&dry_run=true", data=COHORT, **CSV)
    assert dry.json["dry_run"] is True and dry.json["credentials"] == []
    assert count(home, "SELECT count(*) FROM credential") == 0
    first = (await node("POST", path, data=COHORT, **CSV)).json
    assert first["issued"] == dry.json["issued"] == len(first["credentials"])
    assert [one["line"] for one in first["refused"]] == [one["line"] for one in dry.json["refused"]]
    again = (await node("POST", path, data=COHORT, **CSV)).json
    assert (again["issued"], again["already"]) == (0, first["issued"])
    assert [one["id"] for one in again["credentials"]] == [one["id"] for one in first["credentials"]]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"", "batch.empty"),
        (b"a;b\n", "batch.header"),
        (b"\xff\xfe", "batch.not_utf8"),
        (b'email,"x\n', "batch.not_csv"),
    ],
)
async def test_a_broken_table_is_refused_whole(node: Ground, table: bytes, code: str) -> None:
    await node.put()
    answer = await node("POST", "/api/v1/batches?template=data-literacy", data=table, **CSV)
    assert (answer.status, answer.code) == (422, code)


async def test_batches_and_claims_do_not_take_each_others_templates(node: Ground) -> None:
    await node.put(example(("bind: email", "bind: did")))
    await node.put(CLAIMED, "data-claimed")
    for path in ("batches?template=data-claimed", "claims?template=data-literacy"):
        answer = await node("POST", f"/api/v1/{path}", data=HEADER, **CSV)
        assert (answer.status, answer.code) == (422, "issue.bind")


async def test_hostile_text_in_a_refusal_is_visible_text(node: Ground) -> None:
    answer = await node("GET", "/api/v1/templates/%1b%5b2J%e2%80%ae%0d%0aX-Evil:1")
    assert answer.status == 404
    assert b"\x1b" not in answer.raw and b"\xe2\x80\xae" not in answer.raw and b"\\u202e" not in answer.raw
    assert "X-Evil" not in answer.headers


async def test_the_document_of_the_api_is_served(node: Ground) -> None:
    spec = (await node("GET", "/openapi.json", token=None)).json
    assert spec["openapi"] == "3.1.1"
    assert spec["servers"] == [{"url": "https://issuer.example"}]
    assert {"404", "410"} <= set(spec["paths"]["/api/v1/claims/{token}"]["get"]["responses"])
    assert (await node("GET", "/readyz", token=None)).json["status"] == "ok"


async def test_a_second_process_sees_what_the_server_does(node: Ground, home: Home, clock: FakeClock) -> None:
    """A command beside the running server: its revocation is what the server answers."""
    await node.put()
    issued = (await node.issue()).json
    async with IssuerService.open(home, clock=clock) as other:
        await other.change_status(issued["id"], "revoke", reason="by command")
    (item,) = (await node("GET", "/api/v1/credentials")).json["items"]
    assert item["status_set_since"] is not None
    url = issued["credential"]["credentialStatus"]["statusListCredential"]
    raw = (await node("GET", url.removeprefix("https://issuer.example"), token=None)).raw
    assert raw == (home.public / "issuer.example/status" / url.rpartition("/")[2]).read_bytes()
    assert (await node.issue("ben")).status == 201
