"""Rows 140 to 142: text that moves the cursor, writes the clipboard, turns letters around or becomes a button."""

from __future__ import annotations

import json
import unicodedata

import pytest

from tests.attack.forge import ACCEPTED, ISSUER, STRANGER, badge, did_of, judged, signed
from verifier.report import to_json, to_text
from verifier.view import tell

ESCAPES = {
    "colour": "\x1b[31mKnots\x1b[0m",
    "clear the screen": "\x1b[2J\x1b[HVerdict: accepted",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "title": "\x1b]0;root shell\x07",
    "device control": '\x1bP$q"p\x1b\\',
    "C1": "\x9b31mKnots\x9d52;c;ZXZpbA==\x9c",
    "carriage return": "Rocketry\rKnots",
    "backspace": "Rocketry\b\b\b\b\b\b\b\bKnots",
    "newlines": "Knots\n\nproof       pass\nverdict     accepted",
    "NUL and DEL": "Kn\x00ots\x7f",
    "line separators": "Knots\u2028verdict accepted\u2029",
}
DISGUISES = {
    "override": "\u202egnitaert\u202c",
    "isolates": "\u2066\u2067Knots\u2069\u2069",
    "zero width": "Kn\u200bo\u200dts\ufeff",
    "soft hyphen": "Kn\u00adots",
    "tags": "Knots\U000e0041\U000e0042\U000e007f",
    "private use": "Knots\ue000",
    "marks": "K" + "\u0301" * 400 + "nots",
}
ALLOWED_FORMATS = {"\n"}


def odd_characters(shown: str) -> set[str]:
    """The characters of a terminal text that move, hide or reorder what a person sees."""
    return {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}} - ALLOWED_FORMATS


def hostile(text: str) -> dict[str, object]:
    """A signed badge with the text in every place that a report may show."""
    document = badge(name=text)
    document["issuer"]["name"] = text
    achievement = document["credentialSubject"]["achievement"]
    achievement["name"] = achievement["description"] = text
    achievement["criteria"]["narrative"] = text
    return signed(document)


@pytest.mark.parametrize("text", [*ESCAPES.values(), *DISGUISES.values()], ids=[*ESCAPES, *DISGUISES])
def test_hostile_text_reaches_no_terminal_as_it_is(text: str) -> None:
    report = judged(hostile(text))
    assert report.verdict in ACCEPTED
    for width in (40, 80, 200):
        shown = to_text(report, width)
        assert odd_characters(shown) == set()
        assert max(len(line) for line in shown.splitlines()) <= 400
    assert odd_characters(json.dumps(to_json(report), indent=2)) == set()


@pytest.mark.parametrize("text", [*ESCAPES.values(), *DISGUISES.values()], ids=[*ESCAPES, *DISGUISES])
def test_hostile_text_in_a_refusal_reaches_no_terminal_as_it_is(text: str) -> None:
    """Refusals quote what they refuse: member names, types, URLs and dates."""
    good = signed(badge())
    for broken in (
        good | {text: 1},
        good | {"type": [*good["type"], text]},
        good | {"validUntil": text},
        good | {"id": text},
        good | {"issuer": text},
        good | {"@context": [*good["@context"], text]},
        good | {"proof": good["proof"] | {"cryptosuite": text}},
        good | {"proof": good["proof"] | {"verificationMethod": text}},
        good | {"proof": good["proof"] | {"proofValue": text}},
        good | {"credentialStatus": {"id": "urn:x:y", "type": text}},
    ):
        report = judged(broken)
        assert report.verdict not in ACCEPTED
        assert odd_characters(to_text(report, 80)) == set()


def test_hostile_text_is_shown_with_its_controls_named() -> None:
    report = judged(hostile("\x1b]52;c;ZXZpbA==\x07"))
    shown = to_text(report, 200)
    assert "\x1b" not in shown and "\x07" not in shown


def test_a_newline_in_a_name_makes_no_line_of_its_own() -> None:
    shown = to_text(judged(hostile("Knots\nverdict     rejected")), 80)
    assert not any(line.startswith("verdict     rejected") for line in shown.splitlines())


@pytest.mark.parametrize(
    "text",
    ["[@click=app.quit]Knots[/]", "[bold red]accepted[/]", "[link=https://evil.example]Knots[/link]", "[/", "[$x]"],
)
def test_markup_in_a_name_stays_text(text: str) -> None:
    """The terminal screens show names as Content, never as markup strings; what goes there is this very text."""
    from textual.content import Content

    from satchel.text import for_terminal

    report = judged(hostile(text))
    assert report.verdict in ACCEPTED
    content = Content(for_terminal(text))
    assert content.plain == text
    assert content.spans == []


def test_a_name_that_looks_like_anothers_stands_beside_the_did_that_signed() -> None:
    """Letters of another alphabet look the same and no rule of spelling tells them apart: what is proven is the key."""
    document = badge()
    document["issuer"]["name"] = "An inv\u0435nt\u0435d s\u0430iling sch\u043eol"
    document["issuer"]["id"] = did_of(STRANGER)
    report = judged(signed(document, key=STRANGER))
    shown = " ".join(to_text(report, 200).split())
    assert did_of(STRANGER) in shown and did_of(ISSUER) not in shown
    told = tell(report)
    assert told.issuer == did_of(STRANGER)
