"""XML Schema dateTimeStamp: the one form of a point in time in credentials, proofs and DID documents.

Source: XML Schema 1.1 Datatypes §3.4.28; VC Data Model 2.0 §2.1 and Data Integrity 1.0 use it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from satchel.errors import CodecError
from satchel.text import for_terminal

_FORM: Final = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(?:([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?|(24:00:00(?:\.0+)?))"
    r"(?:Z|([+-])(0[0-9]|1[0-3]):([0-5][0-9])|([+-])14:00)"
)
_LIMIT_CHARS: Final = 64
# The form that nearly all have. The library reads it fast, but would also read many other forms.
_USUAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")


def parse(text: str) -> datetime:
    """The instant as an aware UTC datetime; digits behind the microsecond are cut off.

    Raises CodecError codec.timestamp for any other form: no zone, small letters, second 60, 30 February, other
    digits than ASCII, white space, years outside of 0001 to 9999.
    """
    if len(text) == 20 and _USUAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # said below
    form = _FORM.fullmatch(text) if len(text) <= _LIMIT_CHARS else None
    if form is None:
        raise CodecError("codec.timestamp", f"“{for_terminal(text, limit=40)}” is not a dateTimeStamp")
    year, month, day, hour, minute, second, fraction, midnight, sign, offset_hours, offset_minutes, edge = form.groups()
    offset = timedelta()
    if edge is not None:
        offset = timedelta(hours=14) if edge == "+" else timedelta(hours=-14)
    elif sign is not None:
        offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes)) * (1 if sign == "+" else -1)
    try:
        if midnight is not None:
            wall = datetime(int(year), int(month), int(day), tzinfo=UTC) + timedelta(days=1)
        else:
            micros = int((fraction or "")[:6].ljust(6, "0"))
            wall = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micros, tzinfo=UTC)
        return wall - offset
    except (ValueError, OverflowError) as fault:
        raise CodecError("codec.timestamp", f"“{text}” is not a day of the calendar") from fault


def render(moment: datetime) -> str:
    """The instant in UTC with `Z`; a fraction only when there is one. Raises ValueError for a naive datetime."""
    if moment.utcoffset() is None:
        raise ValueError("a datetime without a zone is not an instant")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    text = moment.isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"
