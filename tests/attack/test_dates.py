"""Rows 138 and 139: dates that are past, reversed, impossible, or written so that readers differ."""

from __future__ import annotations

import pytest

from tests.attack.forge import badge, badge_1_1, judged, says, signed


def test_a_credential_outside_its_dates_is_rejected() -> None:
    says(
        judged(signed(badge(validFrom="2027-01-01T00:00:00Z"))),
        "rejected",
        "validity",
        "fail",
        "validity.not_yet_valid",
    )
    says(judged(signed(badge(validUntil="2026-11-23T23:59:59Z"))), "rejected", "validity", "fail", "validity.expired")
    expired = badge_1_1(expirationDate="2026-11-23T23:59:59Z")
    says(judged(signed(expired, suite="Ed25519Signature2020")), "rejected", "validity", "fail", "validity.expired")


def test_a_zone_is_part_of_the_time() -> None:
    assert judged(signed(badge(validUntil="2026-11-24T00:30:00+01:00"))).verdict == "rejected"
    assert judged(signed(badge(validUntil="2026-11-23T23:30:00-01:00"))).verdict == "accepted"


def test_an_end_before_the_start_is_rejected() -> None:
    document = badge(validFrom="2026-03-01T00:00:00Z", validUntil="2026-02-01T00:00:00Z")
    says(judged(signed(document)), "rejected", "validity", "fail", "validity.ends_before_start")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-01-01T24:00:01Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00+25:00",
        "2026-01-01T00:00:00+14:01",
        "\uff12\uff10\uff12\uff16-01-01T00:00:00Z",
        "\u0662\u0660\u0662\u0666-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        " 2026-01-01T00:00:00Z",
        "2026-01-01t00:00:00z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01",
        "12045-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "20260101T000000Z",
        "2026-W01-1T00:00:00Z",
        "tomorrow",
        "",
    ],
)
def test_a_date_that_is_impossible_or_oddly_written_is_never_accepted_as_an_end(text: str) -> None:
    """Signed by the issuer: it is the reading of the text that must not depend on the library."""
    report = judged(signed(badge(validUntil=text)))
    says(report, "rejected", "proof", "pass", "proof.ok")
    says(report, "rejected", "validity", "fail", "validity.malformed")


@pytest.mark.parametrize(
    "value", [None, 1767225600, True, ["2027-01-01T00:00:00Z"], {"@value": "2027-01-01T00:00:00Z"}]
)
def test_a_date_of_another_json_form_is_rejected(value: object) -> None:
    report = judged(signed(badge()) | {"validUntil": value})
    says(report, "rejected", "validity", "fail", "validity.malformed")


def test_an_end_date_of_the_older_data_model_does_not_look_endless() -> None:
    """`expirationDate` means nothing under the 2.0 context: a reader that knows only validUntil would see no end."""
    report = judged(signed(badge()) | {"expirationDate": "2026-04-01T00:00:00Z"})
    says(report, "rejected", "proof", "fail", "linked.undefined_term")
    says(report, "rejected", "validity", "fail", "validity.expired")
    inline = badge(expirationDate="2026-04-01T00:00:00Z")
    inline["@context"].append(
        {
            "expirationDate": {
                "@id": "https://www.w3.org/2018/credentials#expirationDate",
                "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
            }
        }
    )
    report = judged(inline | {"proof": signed(badge())["proof"]})
    says(report, "rejected", "data_model", "fail", "data_model.inline_redefines")


def test_an_end_date_of_the_newer_data_model_in_an_older_credential_does_not_look_valid() -> None:
    report = judged(signed(badge_1_1(), suite="Ed25519Signature2020") | {"validUntil": "2099-01-01T00:00:00Z"})
    says(report, "rejected", "proof", "fail", "proof.invalid")
