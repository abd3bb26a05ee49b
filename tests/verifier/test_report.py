from __future__ import annotations

import json
from dataclasses import replace

import pytest

from satchel.codes import CODES
from tests.attack.forge import NOW, badge, judged, signed
from verifier.judge import FACETS
from verifier.policy import Verdict
from verifier.report import Facet, Report, exit_code, to_json, to_text

GOOD = judged(signed(badge()))


def report(verdict: Verdict, *facets: Facet, name: str = "badge.json") -> Report:
    return replace(GOOD, verdict=verdict, facets=facets, name=name)


def test_a_facet_takes_outcome_and_words_from_the_table() -> None:
    found = Facet.of("proof", "proof.invalid", place="x")
    known = CODES["proof.invalid"]
    assert (found.outcome, found.message, found.next_step) == ("fail", known.sentence, known.next_step)
    assert found.details == {"place": "x"}
    assert Facet.of("proof", "proof.invalid", "Said otherwise.").message == "Said otherwise."


def test_a_code_that_is_only_raised_says_that_the_facet_is_unknown() -> None:
    assert Facet.of("proof", "codec.jcs").outcome == "unknown"


def test_every_code_of_a_facet_has_an_outcome_and_a_way_on_when_it_is_bad() -> None:
    for code, known in CODES.items():
        if code.partition(".")[0] in FACETS:
            # Makers of proofs raise some codes that no reader meets; said of a facet they would be unknown.
            is_only_raised = code.startswith("proof.") or code.endswith((".value", ".purpose_missing", ".unknown"))
            assert is_only_raised or known.outcome != "error", code
            assert known.outcome in ("pass", "not_applicable") or known.next_step, code


def test_the_json_has_the_fixed_members_and_nothing_of_the_machine() -> None:
    document = to_json(GOOD)
    assert list(document) == ["schema", "input", "verdict", "policy", "checked_at", "facets", "inner"]
    assert document["schema"] == "satchel.report/1"
    assert document["input"] == {"name": "attack.json", "sha256": GOOD.sha256, "format": "vc-json"}
    assert document["checked_at"] == "2026-11-24T00:00:00Z"
    facets = document["facets"]
    assert isinstance(facets, list)
    assert [entry["facet"] for entry in facets if isinstance(entry, dict)] == list(FACETS)
    assert {tuple(entry) for entry in facets if isinstance(entry, dict)} == {
        ("facet", "outcome", "code", "message", "next_step", "details")
    }
    json.dumps(document)


@pytest.mark.parametrize(
    ("verdict", "plain", "strict"),
    [
        ("accepted", 0, 0),
        ("accepted_with_warnings", 0, 5),
        ("undecided", 4, 4),
        ("rejected", 3, 3),
        ("malformed", 3, 3),
    ],
)
def test_the_exit_code_says_the_verdict(verdict: Verdict, plain: int, strict: int) -> None:
    assert exit_code([report(verdict)], False) == plain
    assert exit_code([report(verdict)], True) == strict


def test_what_could_not_be_read_exits_with_1_and_a_batch_with_its_worst() -> None:
    unread = report("undecided", Facet.of("parse", "parse.unreadable"))
    assert exit_code([unread], False) == 1
    accepted, warned, undecided, rejected = (
        report("accepted"),
        report("accepted_with_warnings"),
        report("undecided"),
        report("rejected"),
    )
    assert exit_code([], True) == 0
    assert exit_code([warned, accepted], True) == 5
    assert exit_code([undecided, warned], True) == 4
    assert exit_code([undecided, rejected, warned], True) == 3
    assert exit_code([unread, rejected], True) == 1


def test_the_text_begins_with_the_verdict_and_has_a_sign_for_each_facet() -> None:
    facets = (
        Facet.of("parse", "parse.ok"),
        Facet.of("proof", "proof.invalid"),
        Facet.of("schema", "schema.not_open_badge"),
        Facet.of("status", "status.list_unreachable"),
        Facet.of("published_key", "published_key.known"),
    )
    text = to_text(report("rejected", *facets))
    lines = text.splitlines()
    assert lines[0] == "REJECTED  badge.json"
    assert [line[1] for line in lines[3:] if line[:1] == " " and line[1] != " "] == ["✔", "✘", "–", "?", "!"]
    assert "→ Do not trust it. [proof.invalid]" in " ".join(text.split())
    assert max(map(len, lines)) <= 80


def test_without_glyphs_the_text_is_ascii() -> None:
    assert to_text(report("rejected", *GOOD.facets[2:4]), glyphs=False).isascii()


def test_a_narrow_or_wide_terminal_gets_whole_words_where_they_fit() -> None:
    message = "word " * 30 + "x" * 200 + " 漢字" * 40
    found = report("rejected", Facet.of("proof", "proof.invalid", message), name="n" * 300)
    for width in (60, 80, 132):
        text = to_text(found, width)
        assert (
            max(sum(2 if "漢" <= c <= "字" or c in "漢字" else 1 for c in line) for line in text.splitlines()) <= width
        )
        assert "word word" in text
    assert to_text(found, 10)


def test_text_from_outside_is_made_safe() -> None:
    message = "a\x1b[31mb\x07\u202ec\nREJECTED"
    found = report("accepted", Facet.of("proof", "proof.ok", message), name="x\ny\x1b]0;t\x07")
    text = to_text(found)
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text
    assert "<U+001B>" in text and "<U+000A>REJECTED" in text


def test_inner_reports_are_named_with_their_verdict() -> None:
    outer = replace(GOOD, inner=(report("undecided", name="https://school.example/status/1"),))
    assert "UNDECIDED https://school.example/status/1" in to_text(outer)


def test_a_report_is_the_same_every_time() -> None:
    again = judged(signed(badge()))
    assert again == GOOD
    assert GOOD.checked_at == NOW
    assert to_text(again) == to_text(GOOD)
