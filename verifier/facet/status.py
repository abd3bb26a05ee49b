"""status: has the issuer revoked or suspended the credential? Never "no" unless a list in force says so.

Source: Bitstring Status List 1.0 §3.2. The list's own proof, issuer and dates were judged before, as an inner report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from satchel.credential import status
from satchel.credential.envelope import Fault
from satchel.credential.status import Entry, StatusList, UnsupportedEntry
from satchel.errors import StatusError
from satchel.port import JsonObject
from satchel.text import for_terminal
from verifier.report import Facet, Report

_NAME: Final = "status"
_NONE: Final = Facet.of(_NAME, "status.none")
# Worst first: what one entry says counts for the whole credential.
_ORDER: Final = ("fail", "unknown", "warn", "pass")
_DATES: Final[Mapping[str, str]] = {
    "validity.expired": "status.list_expired",
    "validity.not_yet_valid": "status.list_not_yet_valid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedList:
    """The document behind a status list URL: its value (None when it could not be read) and its report."""

    value: JsonObject | None
    report: Report | None
    fault: Fault | None


def facet(entries: tuple[Entry, ...] | StatusError, lists: Mapping[str, JudgedList], issuer: str | None) -> Facet:
    """The worst of all entries: a second one may revoke what the first says nothing about."""
    if isinstance(entries, StatusError):
        return Facet.of(_NAME, entries.code, f"{entries.message}.")
    if not entries:
        return _NONE
    found = [_entry(entry, lists, issuer) for entry in entries]
    worst = min(found, key=lambda item: _ORDER.index(item.outcome))
    if len(found) == 1:
        return worst
    return replace(worst, details={"items": [{"code": item.code, **item.details} for item in found]})


def _entry(entry: Entry, lists: Mapping[str, JudgedList], issuer: str | None) -> Facet:
    if isinstance(entry, UnsupportedEntry):
        kind = for_terminal(entry.type, limit=80)
        return Facet.of(_NAME, "status.type_unsupported", f"A status of the type {kind} cannot be checked yet.")
    details: JsonObject = {"list": entry.list_url, "index": str(entry.index), "purpose": entry.purpose}
    try:
        opened = _open(lists[entry.list_url])
        answer = status.value_at(opened, entry)
    except StatusError as error:
        return Facet.of(_NAME, error.code, f"{error.message}.", **details)
    if opened.id is not None and opened.id != entry.list_url:
        details["list_id"] = opened.id
    if answer.notes:
        details["notes"] = list(answer.notes)
    if answer.code != "status.ok":
        # A set entry counts whoever signed the list: the issuer's own signature covers the list's address.
        return Facet.of(_NAME, answer.code, answer.message and for_terminal(answer.message, limit=200), **details)
    if opened.issuer != issuer:
        shown = for_terminal(opened.issuer or "nobody", limit=120)
        message = f"Not revoked, says a list that is signed by {shown}, not by the credential's issuer."
        return Facet.of(_NAME, "status.list_issuer_other", message, list_issuer=opened.issuer, **details)
    if answer.notes:
        return Facet.of(_NAME, answer.notes[0], **details)
    return Facet.of(_NAME, "status.list_id_differs" if "list_id" in details else "status.ok", **details)


def _open(found: JudgedList) -> StatusList:
    """The list, opened. Raises StatusError for one that cannot be had, read or believed: what is no list at all is
    said first, then whether it can be believed, and what is wrong inside of it only when it can."""
    if found.fault is not None:
        code = "status.list_malformed" if found.fault.code.startswith("parse.") else "status.list_unreachable"
        raise StatusError(code, f"The status list is not at hand: {found.fault.message}")
    if found.value is None or found.report is None:
        raise StatusError("status.list_malformed", "The document at the status URL is no status list")
    try:
        opened = status.open_list(found.value)
    except StatusError as error:
        if error.code != "status.list_malformed":
            _believe(found.report)
        raise
    _believe(found.report)
    return opened


def _believe(report: Report) -> None:
    """Raises StatusError unless the list is rightly signed by its own issuer and in force."""
    for entry in report.facets:
        if entry.outcome in ("fail", "unknown"):
            code = _DATES.get(entry.code, "status.list_unverified")
            raise StatusError(code, f"The status list cannot be relied on ({entry.facet}): {entry.message.rstrip('.')}")
