from __future__ import annotations

from datetime import UTC, datetime

import pytest

from satchel.credential.openbadge import Version
from satchel.port import JsonValue
from verifier.facet import validity
from verifier.report import Facet

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def facet(version: Version = "2.0", **dates: JsonValue) -> Facet:
    return validity.facet(dates, version, NOW)


def says(found: Facet, outcome: str, code: str) -> None:
    assert (found.outcome, found.code) == (outcome, code)


def test_within_its_dates_a_credential_passes() -> None:
    found = facet(validFrom="2026-01-01T00:00:00Z", validUntil="2027-01-01T00:00:00Z")
    says(found, "pass", "validity.ok")
    assert found.message == "Valid since 2026-01-01T00:00:00Z, until 2027-01-01T00:00:00Z."


@pytest.mark.parametrize(
    "dates",
    [
        {"validFrom": "2026-11-24T00:00:00Z"},
        {"validUntil": "2026-11-24T00:00:00Z"},
        {"validFrom": "2026-11-24T02:00:00+02:00", "validUntil": "2026-11-23T22:00:00-02:00"},
    ],
)
def test_both_ends_belong_to_the_time(dates: dict[str, JsonValue]) -> None:
    says(facet(**dates), "pass", "validity.ok")


def test_a_second_later_it_has_expired_and_a_second_earlier_it_has_not_begun() -> None:
    says(facet(validUntil="2026-11-23T23:59:59Z"), "fail", "validity.expired")
    says(facet(validFrom="2026-11-24T00:00:01Z"), "fail", "validity.not_yet_valid")


def test_the_names_of_the_older_data_model_are_read_under_it() -> None:
    says(facet("1.1", issuanceDate="2026-01-01T00:00:00Z"), "pass", "validity.ok")
    says(facet("1.1", issuanceDate="2027-01-01T00:00:00Z"), "fail", "validity.not_yet_valid")
    says(
        facet("1.1", issuanceDate="2020-01-01T00:00:00Z", expirationDate="2021-01-01T00:00:00Z"),
        "fail",
        "validity.expired",
    )


def test_a_date_of_the_newer_data_model_counts_under_the_older_too() -> None:
    says(
        facet("1.1", issuanceDate="2020-01-01T00:00:00Z", validUntil="2021-01-01T00:00:00Z"), "fail", "validity.expired"
    )


def test_an_end_of_the_older_data_model_under_the_newer_counts_and_is_told() -> None:
    says(facet(expirationDate="2026-04-01T00:00:00Z"), "fail", "validity.expired")
    says(facet(expirationDate="2027-04-01T00:00:00Z"), "warn", "validity.other_version")
    says(facet(validUntil="2099-01-01T00:00:00Z", expirationDate="2026-04-01T00:00:00Z"), "fail", "validity.expired")


def test_an_end_before_the_start_fails() -> None:
    says(
        facet(validFrom="2026-03-01T00:00:00Z", validUntil="2026-02-01T00:00:00Z"), "fail", "validity.ends_before_start"
    )


@pytest.mark.parametrize("value", [None, 0, True, [], {}, ["2027-01-01T00:00:00Z"], {"@value": "2027-01-01T00:00:00Z"}])
@pytest.mark.parametrize("name", ["validFrom", "validUntil", "issuanceDate", "expirationDate"])
def test_a_date_has_one_json_form(name: str, value: JsonValue) -> None:
    says(facet(**{name: value}), "fail", "validity.malformed")


@pytest.mark.parametrize(
    "text",
    [
        "２０２７-01-01T00:00:00Z",
        "2027-02-30T00:00:00Z",
        "2027-01-01T00:00:60Z",
        "2027-01-01T00:00:00Z\n",
        "12045-01-01T00:00:00Z",
        "2027-01-01T00:00:00",
        "2027-01-01",
        "",
    ],
)
def test_a_date_that_readers_read_differently_fails(text: str) -> None:
    says(facet(validUntil=text), "fail", "validity.malformed")


def test_no_dates_at_all_is_not_applicable() -> None:
    says(facet(), "not_applicable", "validity.no_dates")
