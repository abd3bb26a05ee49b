"""Templates: each fault with its line, its code and the next step; dates by the calendar."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import compose, section, service
from issuer import template as templates
from issuer.section import Span
from satchel.errors import TemplateFault
from tests.issuer.conftest import EXAMPLE, NOW, PROFILE, example, line_with


def refused(raw: bytes) -> TemplateFault:
    with pytest.raises(TemplateFault) as fault:
        templates.check(raw)
    return fault.value


def test_the_example_is_read_whole() -> None:
    found = templates.check(EXAMPLE)
    assert (found.id, found.version, found.name) == ("data-literacy", "1", "Data Literacy")
    assert (found.bind, found.status) == ("email", "revocation")
    assert (found.achievement_expires, found.proof_refresh) == (None, Span(5, "year"))
    assert found.achievement.credits == "3"
    assert found.achievement.tags == ("data literacy", "critical thinking")
    assert [level.id for level in found.achievement.results[1].levels] == ["emerging", "developing", "achieving"]
    assert found.achievement.results[1].required_level == "developing"
    assert found.columns.results == (("project", "project_score"), ("level", "level"))
    assert found.columns.all() == (
        "email", "learner", "awarded_on", "project_score", "level", "project_url", "feedback",
    )  # fmt: skip
    assert len(found.digest) == 64


def test_the_digest_follows_every_byte() -> None:
    assert templates.check(EXAMPLE + b"# more\n").digest != templates.check(EXAMPLE).digest


def test_a_version_that_looks_like_a_number_keeps_its_zero() -> None:
    assert templates.check(example(('version: "1"', "version: 1.10"))).version == "1.10"


@pytest.mark.parametrize(
    ("old", "new", "code", "piece", "step"),
    [
        ("satchel: template/1", "satchel: template/2", "template.value", "satchel:", "template/1"),
        ("id: data-literacy\n", "id: Data Literacy\n", "template.value", "id: Data", "small letters"),
        ("bind: email", "bind: mail", "template.value", "bind: mail", "Did you mean email?"),
        ("bind: email", "bnid: email", "template.unknown_key", "bnid:", "Did you mean bind?"),
        ("bind: email", "bind: [email]", "template.value", "bind: [", ""),
        ("bind: email", "bind:", "template.missing", "bind:", "Give it a value"),
        ("status: revocation", "status: refresh", "template.value", "status: refresh", "Use one of"),
        ("proof_refresh: 5 years", "proof_refresh: P5Y", "template.value", "proof_refresh", "18 months"),
        ("proof_refresh: 5 years", "proof_refresh: 0 years", "template.value", "proof_refresh", "never"),
        ("achievement_expires: never", "achievement_expires: ever", "template.value", "achievement_exp", "never"),
        ("  achievementType: MicroCredential", "  achievementType: Microcredential", "template.value",
         "achievementType", "Did you mean MicroCredential?"),
        ("  name: Data Literacy", "  nam: Data Literacy", "template.unknown_key", "nam:", "Did you mean name?"),
        ("  inLanguage: en", "  inLanguage: english", "template.value", "inLanguage", "de-AT"),
        ("  creditsAvailable: 3", "  creditsAvailable: three", "template.value", "creditsAvailable", ""),
        ("  creditsAvailable: 3", "  creditsAvailable: -3", "template.value", "creditsAvailable", ""),
        ("    - critical thinking", "    - data literacy", "template.value", "tag:", ""),
        ("targetUrl: https://skills.example/framework/data/interpret", "targetUrl: skills.example", "template.url",
         "targetUrl", "https://"),
        ("targetType: ceasn:Competency", "targetType: Competency", "template.value", "targetType", "ceasn:Competency"),
        ('valueMax: "100"', 'valueMax: "0"', "template.value", "valueMax", ""),
        ('requiredValue: "60"', 'requiredValue: "160"', "template.value", "requiredValue", ""),
        ('requiredValue: "60"', 'requiredValue: "most"', "template.value", "requiredValue", ""),
        ("requiredLevel: developing", "requiredLevel: developed", "template.reference", "requiredLevel", "levels"),
        ("        - id: achieving", "        - id: developing", "template.value", "rubricCriterionLevel", ""),
        ("    - id: level\n", "    - id: project\n", "template.value", "resultDescription", ""),
        ("resultType: Percent", "resultType: Percentage", "template.value", "resultType: Percentage", "Percent"),
        ("    project: project_score", "    projct: project_score", "template.reference", "projct", "project?"),
        ("    level: level\n", "", "template.missing", "  results:", "Name the column"),
        ("  recipient: email\n", "", "template.missing", "  name: learner", "recipient"),
        ("      narrative: feedback\n", "      narative: feedback\n", "template.unknown_key", "narative", "narrative?"),
        ("    - url: project_url\n      narrative: feedback\n      name", "    - name", "template.missing",
         "    - name: Course", ""),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_the_next_step(old: str, new: str, code: str, piece: str, step: str) -> None:
    raw = example((old, new))
    first = refused(raw)
    found = first.details["faults"]
    assert isinstance(found, tuple)
    assert (first.code, first.message, first.next_step) == (found[0].code, found[0].message, found[0].next_step)
    line = line_with(raw, piece)
    (fault,) = [one for one in found if one.code == code]
    assert fault.details["line"] == line
    assert fault.message.startswith(f"line {line}: ")
    assert fault.next_step
    assert step in fault.next_step
    # A misspelt key is also one that is missing, and what refers to it finds nothing; no more is said than that.
    assert {one.code for one in found} <= {code, "template.missing", "template.reference"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Data\u202eycaretiL", "U+202E"),
        ("Data\u2066x", "U+2066"),
        ('"Data\\eLiteracy"', "U+001B"),
        ('"Data\\nLiteracy"', "U+000A"),
        ('"\\u2028"', "lacks"),
        ("x" * 256, "255"),
    ],
)
def test_a_name_that_cannot_be_shown_safely_is_refused(text: str, what: str) -> None:
    raw = example(("  name: Data Literacy", f"  name: {text}"))
    fault = refused(raw)
    assert fault.code in ("template.text", "template.missing")
    assert fault.details["line"] == line_with(raw, "  name: ")
    assert what in fault.message or fault.code == "template.missing"


def test_a_description_may_have_lines() -> None:
    assert "\n" in templates.check(EXAMPLE).achievement.criteria


def test_one_reading_shows_all_faults_in_the_order_of_their_lines() -> None:
    raw = example(
        ("bind: email", "bind: mail"), ("requiredLevel: developing", "requiredLevel: no"), ("id: data-l", "id: D")
    )
    found = refused(raw).details["faults"]
    assert isinstance(found, tuple)
    assert [fault.code for fault in found] == ["template.value", "template.value", "template.reference"]
    assert [section.line_of(fault) for fault in found] == [
        line_with(raw, "id: D"), line_with(raw, "bind: mail"), line_with(raw, "requiredLevel: no"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw", [b"a list", b"- a\n- b\n", b"{}", b"achievement: {}\n", b"achievement: x\ncolumns: y\n"]
)
def test_what_is_no_template_at_all_is_refused(raw: bytes) -> None:
    assert refused(raw).code in ("template.value", "template.missing", "template.unknown_key")


@given(
    st.integers(0, len(EXAMPLE.decode()) - 1), st.sampled_from(["", ":", "\n", "- ", "{", "\x00", "é", "'", "  x: 1\n"])
)
def test_any_damage_gives_a_template_or_a_fault_with_a_line(place: int, piece: str) -> None:
    text = EXAMPLE.decode()
    try:
        templates.check((text[:place] + piece + text[place + 1 :]).encode())
    except TemplateFault as fault:
        assert 1 <= section.line_of(fault) <= text.count("\n") + 2
        assert fault.next_step


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://a.example", True), ("https://a.example:8443/x?y=z#w", True), ("https://a.example:65536", False),
        ("http://a.example", False), ("https://", False), ("https:///x", False), ("https://u@a.example/", False),
        ("https://a.example:x/", False), ("https://a.example:99999/", False), ("https://a .example", False),
        ("https://a.example/é", False), ("javascript:alert(1)", False), ("https://[::1", False),
        ("https://a.example\n", False), ("", False), ("https://a.example/{x}", False),
        ("https://a.example/a|b", False), ("https://a.example/<x>", False), ("https://a.example/a#b#c", False),
        ("https://a.example/%zz", False), ("https://a.example/%e2%82%ac", True), ("https://a_b.example/", False),
        ("https://a..example/", False), ("https://a.example/~a!$&'()*+,;=:@", True), ("https://a.example?x=/?", True),
        ("https://localhost/", False), ("https://a.example/" + "x" * 2000, False),
    ],
)  # fmt: skip
def test_a_web_address_is_https_with_a_host_in_ascii(url: str, is_good: bool) -> None:
    assert section.is_web_url(url) is is_good


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        (Span(2, "year"), datetime(2024, 2, 29, 8, tzinfo=UTC), datetime(2026, 2, 28, 8, tzinfo=UTC)),
        (Span(4, "year"), datetime(2024, 2, 29, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (Span(1, "month"), datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC)),
        (Span(18, "month"), datetime(2026, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (Span(1, "month"), datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (Span(2, "week"), datetime(2026, 12, 25, tzinfo=UTC), datetime(2027, 1, 8, tzinfo=UTC)),
        (Span(90, "day"), datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 2, 22, tzinfo=UTC)),
    ],
)
def test_a_length_of_time_follows_the_calendar(span: Span, start: datetime, end: datetime) -> None:
    assert span.after(start) == end


@pytest.mark.parametrize("span", [Span(9999, "year"), Span(9999, "month"), Span(9999, "week")])
def test_a_length_past_the_calendar_is_an_overflow(span: Span) -> None:
    with pytest.raises(OverflowError):
        span.after(datetime(9990, 1, 1, tzinfo=UTC))


def test_a_checked_template_shows_what_would_be_signed() -> None:
    template, sample = service.check_template(EXAMPLE, now=NOW)
    assert template.id == "data-literacy"
    subject = sample["credentialSubject"]
    assert isinstance(subject, dict)
    assert subject["result"] == [
        {
            "type": ["Result"],
            "resultDescription": "https://issuer.example/achievements/data-literacy#project",
            "value": "100",
        },
        {
            "type": ["Result"],
            "resultDescription": "https://issuer.example/achievements/data-literacy#level",
            "achievedLevel": "https://issuer.example/achievements/data-literacy#level.achieving",
        },
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  inLanguage: en", "  inLanguage: gsw-Latn-CH"),
        ("  inLanguage: en", "  inLanguage: es-419"),
        ("  achievementType: MicroCredential", "  achievementType: ext:a|b.c_d-e"),
        ("targetType: ceasn:Competency", "targetType: ext:EQF"),
        ("targetUrl: https://skills.example/framework/data/interpret", "targetUrl: http://skills.example/a%20b?c#d"),
        ("  name: Data Literacy", '  name: "@id"'),
        ("  humanCode: DL-101", '  humanCode: "{}[]<>|^`\\\\"'),
        ("  creditsAvailable: 3", "  creditsAvailable: 0.000001"),
        ("  creditsAvailable: 3", "  creditsAvailable: 999999999999"),
        ("bind: email", "bind: did"),
        ("bind: email", "bind: sis"),
        ("    - data literacy\n", "    - 学 👩‍🎓 é\n"),
    ],
)
def test_whatever_a_template_may_say_is_fit_to_be_signed(old: str, new: str) -> None:
    service.check_template(example((old, new)), now=NOW)


# -- alignments and who confirmed them


UNCONFIRMED = example(
    (
        "      # Who compared the two, and when. It stays in this file; `template check` warns while it is missing.\n"
        "      confirmed:\n        by: Programme lead, invented for this example\n        on: 2026-05-04\n",
        "",
    )
)


def test_a_confirmed_alignment_names_who_and_when() -> None:
    (alignment,) = templates.check(EXAMPLE).achievement.alignments
    assert alignment.confirmed == templates.Confirmation(
        by="Programme lead, invented for this example", on=date(2026, 5, 4)
    )
    assert templates.unconfirmed(templates.check(EXAMPLE), today=date(2026, 5, 4)) == ()


def test_an_alignment_that_nobody_confirmed_is_a_warning_with_its_line() -> None:
    (warning,) = templates.unconfirmed(templates.check(UNCONFIRMED), today=date(2026, 5, 4))
    assert warning.code == "template.unconfirmed"
    assert warning.details["line"] == line_with(UNCONFIRMED, "- targetName: analyse")
    assert "analyse and interpret data" in warning.message


def test_a_confirmation_of_a_day_to_come_is_none_yet() -> None:
    (warning,) = templates.unconfirmed(templates.check(EXAMPLE), today=date(2026, 5, 3))
    assert "2026-05-04 has not come" in warning.message


def test_alignments_of_results_are_looked_at_too() -> None:
    template = templates.check(
        example(
            (
                "      valueMin:",
                "      alignment:\n        - targetName: a level\n          targetUrl: https://skills.example/level\n"
                "      valueMin:",
            )
        )
    )
    (warning,) = templates.unconfirmed(template, today=date(2026, 11, 24))
    assert "a level" in warning.message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("on: 2026-05-04", "on: 04.05.2026", "template.value"),
        ("on: 2026-05-04", "on: 2026-02-30", "template.value"),
        ("        on: 2026-05-04\n", "", "template.missing"),
        ("        by: Programme lead, invented for this example\n", "", "template.missing"),
        ("by: Programme lead, invented for this example", "by: ''", "template.missing"),
        ("by: Programme lead, invented for this example", 'by: "a\\u202eb"', "template.text"),
        ("on: 2026-05-04", "on: 2026-05-04\n        at: college", "template.unknown_key"),
    ],
)
def test_a_confirmation_without_a_name_or_a_day_is_a_fault(old: str, new: str, code: str) -> None:
    with pytest.raises(TemplateFault) as fault:
        templates.check(example((old, new)))
    assert fault.value.code == code


def test_two_files_that_say_the_same_of_a_learner_are_equal() -> None:
    same, other = templates.check(UNCONFIRMED), templates.check(example(("name: Data Literacy", "name: Data")))
    assert same == templates.check(EXAMPLE)
    assert same.digest != templates.check(EXAMPLE).digest
    assert other != same


def test_who_confirmed_an_alignment_is_not_in_the_badge() -> None:
    blueprints = [compose.prepare(templates.check(raw), PROFILE) for raw in (EXAMPLE, UNCONFIRMED)]
    assert blueprints[0].achievement == blueprints[1].achievement
    assert "Programme lead" not in json.dumps(blueprints[0].achievement)


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"", "template.empty", 1),
        (b"id: a\nid: b\n", "template.duplicate_key", 2),
        (b"id: &a b\n", "template.alias", 1),
        (b"id: !x b\n", "template.tag", 1),
        (b"id: [1\n", "template.not_yaml", 2),
        (b"id: \xff\n", "template.not_utf8", 1),
        (b"id: " + b"[" * 40 + b"]" * 40, "template.too_deep", 1),
        (b"#" * (256 * 1024 + 1), "template.too_large", 1),
    ],
)
def test_what_is_no_plain_yaml_is_a_fault_of_the_template_with_its_line(raw: bytes, code: str, line: int) -> None:
    with pytest.raises(TemplateFault) as fault:
        templates.check(raw)
    assert (fault.value.code, fault.value.details["line"]) == (code, line)
    assert fault.value.message.startswith(f"line {line}: ")
    assert fault.value.next_step
