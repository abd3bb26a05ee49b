"""The present, and the database's form of an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def utc_now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z; ValueError for a datetime without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is no instant")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of `to_micros`."""
    return _EPOCH + timedelta(microseconds=micros)
