"""Rows 1 to 13: bytes that JSON readers read differently, cannot read, or read for too long."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator

import pytest

from tests.attack.forge import badge, judged, says, signed, to_bytes, within

GOOD = signed(badge())
TEXT = to_bytes(GOOD).decode()
STRANGE_ISSUER = '"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"'


def malformed(raw: bytes, code: str) -> None:
    """Malformed with this code, inside the issue's bound, and nothing but the parse facet has failed."""
    with within(5):
        report = judged(raw)
    says(report, "malformed", "parse", "fail", code)


def test_the_badge_that_the_attacks_change_is_accepted() -> None:
    says(judged(GOOD), "accepted", "proof", "pass", "proof.ok")


@pytest.mark.parametrize(
    "text",
    [
        "{" + f'"issuer":{STRANGE_ISSUER},' + TEXT[1:],
        TEXT[:-1] + f',"issuer":{STRANGE_ISSUER}' + "}",
        TEXT[:-1] + f',"iss\\u0075er":{STRANGE_ISSUER}' + "}",
        TEXT.replace('"criteria":', '"name":"Astronavigation","criteria":'),
        TEXT[:-1] + f',"proof":{json.dumps(GOOD["proof"])}' + "}",
        "{" + '"@context":["https://www.w3.org/ns/credentials/v2"],' + TEXT[1:],
    ],
    ids=["first", "last", "escaped", "in the subject", "proof", "context"],
)
def test_a_member_given_twice_is_malformed(text: str) -> None:
    malformed(text.encode(), "parse.duplicate_key")


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_json_does_not_have_is_malformed(token: str) -> None:
    malformed((TEXT[:-1] + f',"x":{token}' + "}").encode(), "parse.number")


@pytest.mark.parametrize("token", ["0x1F", "+1", "01", ".5", "1.", "1e", "1_000", "'a'", "True", "undefined", "/**/1"])
def test_a_token_outside_json_is_malformed(token: str) -> None:
    malformed((TEXT[:-1] + f',"x":{token}' + "}").encode(), "parse.not_json")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEXT[:-1] + ",}", "parse.not_json"),
        (TEXT[:-1] + "// end\n}", "parse.not_json"),
        ("/* a */" + TEXT, "parse.not_credential"),
        (TEXT[:-1], "parse.not_json"),
        (TEXT + "]", "parse.not_json"),
    ],
    ids=["comma", "comment", "comment first", "cut", "bracket"],
)
def test_trailing_commas_comments_and_cut_text_are_malformed(text: str, code: str) -> None:
    malformed(text.encode(), code)


def test_an_integer_of_100_000_digits_is_malformed_in_time() -> None:
    malformed((TEXT[:-1] + ',"x":' + "9" * 100_000 + "}").encode(), "parse.number")


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**30])
def test_an_integer_that_a_double_would_round_is_malformed(number: int) -> None:
    malformed((TEXT[:-1] + f',"x":{number}' + "}").encode(), "parse.number")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' + "[" * 1_000_000,
        '{"a":' * 65 + "1" + "}" * 65,
    ],
    ids=["5,000", "100,000", "a million open", "65"],
)
def test_deep_nesting_is_malformed_in_time(text: str) -> None:
    malformed(text.encode(), "parse.too_deep")


def test_brackets_inside_a_text_are_not_nesting() -> None:
    says(judged(signed(badge(name="[" * 1_000))), "accepted", "parse", "pass", "parse.ok")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (TEXT.replace("Knots", "\\ud800").encode(), "parse.surrogate"),
        (TEXT.replace("Knots", "\\udc00\\ud800").encode(), "parse.surrogate"),
        (TEXT.replace("Knots", "\ud83d\ude00").encode("utf-8", "surrogatepass"), "parse.not_utf8"),
        (TEXT.encode().replace(b"Knots", b"\xc0\xafnots"), "parse.not_utf8"),
        (TEXT.replace("Knots", "Kn\u00f6ts").encode("latin-1"), "parse.not_utf8"),
        (TEXT.encode().replace(b"Knots", b"\xf5\x80\x80\x80"), "parse.not_utf8"),
    ],
    ids=["lone", "wrong order", "CESU-8", "overlong", "latin-1", "past the last character"],
)
def test_text_that_is_not_utf_8_or_has_half_a_pair_is_malformed(raw: bytes, code: str) -> None:
    malformed(raw, code)


@pytest.mark.parametrize(
    ("encoding", "code"),
    [
        ("utf-16", "parse.not_credential"),
        ("utf-16-le", "parse.not_json"),
        ("utf-16-be", "parse.not_credential"),
        ("utf-32", "parse.not_credential"),
    ],
)
def test_another_encoding_than_utf_8_is_malformed(encoding: str, code: str) -> None:
    malformed(TEXT.encode(encoding), code)


def test_a_byte_order_mark_is_told_and_the_rest_is_judged() -> None:
    says(judged(b"\xef\xbb\xbf" + TEXT.encode()), "accepted_with_warnings", "parse", "warn", "parse.bom")


def test_a_second_byte_order_mark_is_malformed() -> None:
    malformed(b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT.encode(), "parse.not_credential")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (TEXT.encode() + TEXT.encode(), "parse.not_json"),
        (TEXT.encode() + b"\n" + TEXT.encode(), "parse.not_json"),
        (b"[" + TEXT.encode() + b"]", "parse.not_object"),
        (b'"' + b"a" * 20 + b'"', "parse.not_object"),
        (b"null", "parse.not_credential"),
        (b"17", "parse.not_credential"),
        (b"", "parse.empty"),
        (b" \n\t ", "parse.empty"),
        (b"%PDF-1.7 not a credential", "parse.not_credential"),
        (b"PK\x03\x04", "parse.stack"),
    ],
    ids=["two", "two lines", "array", "string", "null", "number", "empty", "blank", "other", "zip"],
)
def test_anything_but_one_object_is_malformed(raw: bytes, code: str) -> None:
    malformed(raw, code)


@pytest.mark.parametrize(
    "raw",
    [TEXT[:-1].encode() + b" " * (16 * 1024 * 1024) + b"}", to_bytes(badge(name="a" * (16 * 1024 * 1024)))],
    ids=["blanks", "text"],
)
def test_a_body_of_16_mib_is_malformed_in_time(raw: bytes) -> None:
    malformed(raw, "parse.too_large")


@pytest.mark.parametrize(
    "members",
    [{f"m{number}": number for number in range(200_000)}, {"k" * 1_000_000: 1}],
    ids=["200,000 members", "a key of 1 MB"],
)
def test_many_or_long_unsigned_members_are_not_accepted_in_time(members: dict[str, int]) -> None:
    with within(5):
        report = judged(GOOD | members)
    says(report, "rejected", "proof", "fail", "linked.undefined_term")


def test_another_normal_form_of_a_signed_name_breaks_the_proof() -> None:
    name = "Kn\u00f6terei"
    document = signed(badge(name=name))
    says(judged(document), "accepted", "proof", "pass", "proof.ok")
    document["name"] = unicodedata.normalize("NFD", name)
    says(judged(document), "rejected", "proof", "fail", "proof.invalid")


def test_a_decomposed_name_signed_as_it_is_stays_good() -> None:
    says(judged(signed(badge(name="Kno\u0308terei"))), "accepted", "proof", "pass", "proof.ok")


def test_a_member_that_javascript_loses_is_left_open_even_when_it_is_defined() -> None:
    """A processor in use signs the document without it."""
    says(judged(GOOD | {"__proto__": "x"}), "undecided", "proof", "unknown", "linked.unsupported")
    inline = GOOD | {"@context": [*GOOD["@context"], {"__proto__": "https://school.example/terms#proto"}]}
    says(judged(inline | {"__proto__": "x"}), "undecided", "proof", "unknown", "linked.unsupported")


@pytest.mark.parametrize("term", ["constructor", "toString"])
def test_names_of_object_internals_are_ordinary_undefined_terms(term: str) -> None:
    says(judged(GOOD | {term: "x"}), "rejected", "proof", "fail", "linked.undefined_term")
    inline = badge()
    inline["@context"].append({term: f"https://school.example/terms#{term.strip('_')}"})
    inline[term] = "x"
    says(judged(signed(inline)), "accepted_with_warnings", "data_model", "warn", "data_model.inline_context")


def changes() -> Iterator[tuple[str, dict[str, object]]]:
    """Every leaf of the badge given another value, and a few changes of shape."""
    subject = GOOD["credentialSubject"]
    achievement = subject["achievement"]
    yield "name", GOOD | {"name": "Astronavigation"}
    yield "id", GOOD | {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    yield "validFrom", GOOD | {"validFrom": "2020-03-01T00:00:00Z"}
    yield "validUntil", GOOD | {"validUntil": "2099-03-01T00:00:00Z"}
    yield "type", GOOD | {"type": [*GOOD["type"], "EndorsementCredential"]}
    yield "subject", GOOD | {"credentialSubject": subject | {"id": "did:example:thief"}}
    yield "achievement", GOOD | {"credentialSubject": subject | {"achievement": achievement | {"name": "Rocketry"}}}
    yield (
        "criteria",
        GOOD | {"credentialSubject": subject | {"achievement": achievement | {"criteria": {"id": "urn:x:y"}}}},
    )
    yield "no name", {name: value for name, value in GOOD.items() if name != "name"}
    yield "a second subject", GOOD | {"credentialSubject": [subject, {"id": "did:example:thief"}]}


@pytest.mark.parametrize("document", [document for _, document in changes()], ids=[name for name, _ in changes()])
def test_a_change_after_signing_breaks_the_proof(document: dict[str, object]) -> None:
    says(judged(document), "rejected", "proof", "fail", "proof.invalid")


def test_null_says_nothing_that_a_proof_covers_and_hides_nothing() -> None:
    """JSON-LD drops a null: the signature of a document with one more stays true, and the member stands unsigned."""
    report = judged(GOOD | {"description": None})
    says(report, "rejected", "proof", "pass", "proof.ok")
    says(report, "rejected", "data_model", "fail", "data_model.name")
    for name in ("validUntil", "credentialStatus", "credentialSchema"):
        assert judged(GOOD | {name: None}).verdict == "rejected"
    says(judged(GOOD | {"name": None}), "rejected", "proof", "fail", "proof.invalid")


def test_an_empty_array_adds_nothing_to_what_was_signed() -> None:
    plain, report = judged(GOOD), judged(GOOD | {"evidence": []})
    assert report.verdict == "accepted"
    assert report.facets == plain.facets
