"""The clock and the database's form of an instant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.node import clock, entropy


def test_the_present_is_aware_utc() -> None:
    assert clock.utc_now().utcoffset() == timedelta(0)


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_give_the_same_instant_back(moment: datetime) -> None:
    assert clock.from_micros(clock.to_micros(moment)) == moment


def test_an_instant_of_another_zone_is_the_same_number() -> None:
    here = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert clock.to_micros(here) == clock.to_micros(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))


def test_a_datetime_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        clock.to_micros(datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None))


def test_ids_are_26_characters_of_lower_case_base32_and_differ() -> None:
    ids = {entropy.new_id(entropy.system) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(one) == 26 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in ids)


def test_a_seed_gives_the_same_ids_again_and_another_seed_others() -> None:
    first, again, other = (entropy.seeded(seed) for seed in (b"a", b"a", b"b"))
    drawn = [entropy.new_id(first) for _ in range(20)]
    assert drawn == [entropy.new_id(again) for _ in range(20)]
    assert len(set(drawn)) == 20
    assert set(drawn).isdisjoint(entropy.new_id(other) for _ in range(20))


@pytest.mark.parametrize("limit", [1, 2, 3, 1000, 131_072, 1 << 32])
def test_a_draw_lies_below_its_limit_and_reaches_every_part(limit: int) -> None:
    drawn = [entropy.below(limit, entropy.system) for _ in range(2000)]
    assert all(0 <= one < limit for one in drawn)
    assert len({one * 4 // limit for one in drawn}) == min(4, limit)


def test_a_draw_never_leans_to_low_numbers() -> None:
    # 2^32 - 1 lies above the largest multiple of 3 * 2^30 and must be thrown away, not folded to 2^30 - 1
    feed = iter([(1 << 32) - 1, 7])
    assert entropy.below(3 << 30, lambda count: next(feed).to_bytes(count, "big")) == 7


@pytest.mark.parametrize("limit", [0, -1, (1 << 32) + 1])
def test_a_draw_without_a_range_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="uniform"):
        entropy.below(limit, entropy.system)
