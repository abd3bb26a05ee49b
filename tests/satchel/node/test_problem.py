from __future__ import annotations

import json

import pytest

from satchel.codes import CODES
from satchel.errors import DatabaseFault, Malformed, SatchelError
from satchel.node.problem import STATUS, HttpFault, encode, internal, last_word, problem_of, status_of


def test_a_refusal_is_a_problem_document_with_code_and_next_step() -> None:
    problem = problem_of(HttpFault("http.media_type", "send application/json"))
    assert problem == {
        "type": "/errors/http.media_type",
        "title": CODES["http.media_type"].sentence,
        "status": 415,
        "detail": "send application/json",
        "code": "http.media_type",
        "next_step": CODES["http.media_type"].next_step,
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("parse.not_json", 400),
        ("parse.too_large", 413),
        ("http.idempotency_reused", 422),
        ("token.missing", 401),
        ("token.scope", 403),
        ("http.rate_limited", 429),
        ("http.internal", 500),
        ("database.full", 507),
        ("database.busy", 503),
        ("fetch.timeout", 502),
    ],
)
def test_a_code_has_its_own_status_or_that_of_its_room(code: str, status: int) -> None:
    assert status_of(code) == status


def test_every_code_that_is_raised_has_a_status_of_its_room() -> None:
    raised = {name for name, code in CODES.items() if code.outcome == "error"}
    forgotten = {name for name in raised if name not in STATUS and name.partition(".")[0] not in STATUS}
    assert forgotten == set()


def test_a_room_without_a_status_is_our_fault_not_the_clients() -> None:
    assert status_of("never.heard_of") == 500


def test_outside_text_in_a_problem_is_made_visible_and_bounded() -> None:
    problem = problem_of(Malformed("parse.not_json", "bad \x1b]52;c;\x07 \u202e" + "x" * 5000))
    detail = problem["detail"]
    assert isinstance(detail, str)
    assert detail.startswith("bad <U+001B>]52;c;<U+0007> <U+202E>")
    assert len(detail) <= 1001
    assert encode(problem).isascii()


@pytest.mark.parametrize(
    "error",
    [DatabaseFault("database.damaged", "/home/anna/issuer.db"), SatchelError("fetch.address", "10.0.0.7 is private")],
)
def test_a_failure_of_ours_keeps_its_details_for_the_log(error: SatchelError) -> None:
    problem = problem_of(error)
    assert "detail" not in problem
    assert error.message not in json.dumps(problem)
    assert problem["code"] == error.code


def test_an_unexpected_failure_tells_only_its_instance() -> None:
    problem = internal("abc")
    assert problem["code"] == "http.internal"
    assert problem["status"] == 500
    assert problem["instance"] == "urn:satchel:request:abc"
    assert "detail" not in problem


def test_the_errors_of_a_body_are_listed_up_to_a_bound() -> None:
    fault = HttpFault("http.body_invalid", "no", errors=[(f"/{number}\x1b", "wrong") for number in range(99)])
    errors = problem_of(fault)["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 20
    assert errors[0] == {"at": "/0<U+001B>", "message": "wrong"}


def test_the_last_word_to_a_connection_is_a_whole_answer() -> None:
    head, _, body = last_word(HttpFault("http.busy", "full", headers={"Retry-After": "5"})).partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert lines[0] == "HTTP/1.1 503 Service Unavailable"
    assert f"Content-Length: {len(body)}" in lines
    assert "Connection: close" in lines
    assert "Retry-After: 5" in lines
    assert json.loads(body)["code"] == "http.busy"
