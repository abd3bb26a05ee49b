"""Refusals: the path is a JSON pointer, and outside text is cut short."""

from __future__ import annotations

from satchel.codes import CODES
from satchel.linked.refusal import Refused, shown


def test_the_path_is_a_json_pointer_from_the_outside_in() -> None:
    refused = Refused("linked.iri", "no")
    refused.trail += ["c/d", 3, "a~b"]
    error = refused.as_error()
    assert error.details["path"] == "/a~0b/3/c~1d" and error.code == "linked.iri" and error.message == "no"
    assert Refused("linked.iri", "no").as_error().details["path"] == ""


def test_a_value_is_shown_quoted_and_cut() -> None:
    assert shown("a\n") == "'a\\n'"
    assert len(shown("x" * 10**6)) == 81


def test_every_code_of_the_room_says_what_to_do() -> None:
    codes = {name: code for name, code in CODES.items() if name.startswith("linked.")}
    assert len(codes) >= 17
    assert all(code.sentence.endswith(".") and code.next_step.endswith(".") for code in codes.values())
    assert codes["linked.context_unknown"].outcome == codes["linked.unsupported"].outcome == "unknown"
