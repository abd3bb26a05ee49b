"""validity: is now within the credential's dates? Every date that stands there counts, whatever version names it.

Source: VC Data Model 2.0 §4.9; Verifiable Credentials 1.1 §4.6.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.credential.openbadge import Version
from satchel.errors import CodecError
from satchel.port import JsonObject
from verifier.report import Facet

_STARTS: Final = ("validFrom", "issuanceDate")
_ENDS: Final = ("validUntil", "expirationDate")
_OLDER: Final = ("issuanceDate", "expirationDate")


def facet(value: JsonObject, version: Version | None, now: datetime) -> Facet:
    """Fail when a date cannot be read in its one form, when the end lies before the start, and outside of both.

    A reader that knows only the names of its own version would take a credential with an `expirationDate` under the
    2.0 context for endless; here it ends, and the name is told.
    """
    read: dict[str, datetime] = {}
    for name in (*_STARTS, *_ENDS):
        if name not in value:
            continue
        text = value[name]
        if not isinstance(text, str):
            return Facet.of("validity", "validity.malformed", f"{name} is not written as text.")
        try:
            read[name] = timestamp.parse(text)
        except CodecError as fault:
            return Facet.of("validity", "validity.malformed", f"{name}: {fault.message}.")
    start = max((read[name] for name in _STARTS if name in read), default=None)
    end = min((read[name] for name in _ENDS if name in read), default=None)
    details = {name: value[name] for name in read}
    if start is not None and end is not None and end < start:
        return Facet.of("validity", "validity.ends_before_start", **details)
    if start is not None and now < start:
        return Facet.of(
            "validity", "validity.not_yet_valid", f"The credential begins on {timestamp.render(start)}.", **details
        )
    if end is not None and now > end:
        return Facet.of("validity", "validity.expired", f"The credential ended on {timestamp.render(end)}.", **details)
    if version == "2.0" and any(name in read for name in _OLDER):
        return Facet.of("validity", "validity.other_version", **details)
    if not read:
        return Facet.of("validity", "validity.no_dates")
    return Facet.of("validity", "validity.ok", _within(start, end), **details)


def token_facet(not_before: datetime | None, expires: datetime | None, now: datetime) -> Facet:
    """The same of the claims nbf and exp of a token whose claims are the credential."""
    value: JsonObject = {}
    if not_before is not None:
        value["validFrom"] = timestamp.render(not_before)
    if expires is not None:
        value["validUntil"] = timestamp.render(expires)
    return facet(value, None, now)


def _within(start: datetime | None, end: datetime | None) -> str:
    since = "" if start is None else f" since {timestamp.render(start)}"
    until = "without an end" if end is None else f"until {timestamp.render(end)}"
    return f"Valid{since}, {until}."
