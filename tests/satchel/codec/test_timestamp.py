"""satchel.codec.timestamp: the one form of a point in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec import timestamp
from satchel.errors import CodecError


@pytest.mark.parametrize(
    "text,moment",
    [
        ("2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00+02:00", datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00-05:30", datetime(2026, 11, 24, 15, 0, tzinfo=UTC)),
        ("2026-11-24T00:00:00+14:00", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("2026-11-24T00:00:00-14:00", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        ("2026-11-24T00:00:00-00:00", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T09:30:00.5Z", datetime(2026, 11, 24, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-24T09:30:00.123456789Z", datetime(2026, 11, 24, 9, 30, 0, 123_456, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_date_time_stamp_is_an_instant(text: str, moment: datetime) -> None:
    read = timestamp.parse(text)
    assert read == moment
    assert read.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T09:30Z",
        "2026-11-24T09:30:00",
        "2026-11-24 09:30:00Z",
        "2026-11-24t09:30:00z",
        "2026-11-24T09:30:00Z\n",
        " 2026-11-24T09:30:00Z",
        "2026-11-24T09:30:60Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24T24:30:00Z",
        "2026-11-24T09:60:00Z",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-11-24T09:30:00+14:01",
        "2026-11-24T09:30:00+15:00",
        "2026-11-24T09:30:00+0200",
        "2026-11-24T09:30:00+02",
        "2026-11-24T09:30:00.Z",
        "２０２６-11-24T09:30:00Z",
        "12045-11-24T09:30:00Z",
        "-0044-03-15T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "20261124T093000Z",
        "1763976600",
        "2026-W48-2T00:00:00Z",
        "2026-11-24T09:30:00.1e3Z",
        "2026-11-24T09:30:00Z" + "0" * 100_000,
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(CodecError) as caught:
        timestamp.parse(text)
    assert caught.value.code == "codec.timestamp"


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        max_value=datetime(9998, 12, 31, tzinfo=UTC).replace(tzinfo=None),
        timezones=st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_an_instant_reads_back_from_its_text_and_from_iso_format(moment: datetime) -> None:
    text = timestamp.render(moment)
    assert text.endswith("Z")
    assert timestamp.parse(text) == moment
    assert timestamp.parse(moment.isoformat()) == moment


def test_a_fraction_is_written_only_when_there_is_one() -> None:
    assert timestamp.render(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) == "2026-11-24T09:30:00Z"
    assert timestamp.render(datetime(2026, 11, 24, 9, 30, 0, 120_000, tzinfo=UTC)) == "2026-11-24T09:30:00.12Z"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError):
        timestamp.render(datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None))
