"""status: has the issuer revoked or suspended the credential? Never "no" unless a list in force says so.

Four families of lists are read: bit lists (Bitstring Status List 1.0 §3.2 and its two drafts), Token Status Lists
(IETF, §8.3) and the 1EdTechRevocationList. A list's own proof, issuer and dates were judged before, as an inner report;
the last family is not signed and rests on where it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from satchel.credential import status
from satchel.credential.envelope import Fault
from satchel.credential.status import (
    Entry,
    ListedEntry,
    ListEntry,
    StatusEntry,
    StatusValue,
    TokenEntry,
    UnsupportedEntry,
)
from satchel.credential.status_token import ListClaims
from satchel.errors import StatusError
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.report import Facet, Report

_NAME: Final = "status"
_NONE: Final = Facet.of(_NAME, "status.none")
# How old a remembered copy may be when its list does not say.
_KEEP: Final = timedelta(days=1)
# Worst first: what one entry says counts for the whole credential.
_ORDER: Final = ("fail", "unknown", "warn", "pass")
_DATES: Final[Mapping[str, str]] = {
    "validity.expired": "status.list_expired",
    "validity.not_yet_valid": "status.list_not_yet_valid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedList:
    """The document behind a status list URL: its value (None when it could not be read) and its report. `value` is a
    status list credential, the claims of a status list token, or an unsigned document without a report. `age` is how
    long ago a remembered copy was fetched, None for one that was fetched for this check."""

    value: JsonObject | ListClaims | None
    report: Report | None
    fault: Fault | None
    age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a list that can be believed says of one entry; `list_id`, `issuer` and `keep`, how long a copy may be kept,
    are the list's own words."""

    value: StatusValue
    list_id: str | None
    issuer: str | None
    keep: timedelta | None = None


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
    details = _told(entry)
    try:
        answer = _ask(entry, lists[entry.list_url], issuer)
    except StatusError as error:
        return Facet.of(_NAME, error.code, f"{error.message}.", **details)
    value = answer.value
    if answer.list_id is not None and answer.list_id != entry.list_url:
        details["list_id"] = answer.list_id
    if value.notes:
        details["notes"] = list(value.notes)
    if value.code != "status.ok":
        # A set entry counts whoever signed the list: the issuer's own signature covers the list's address.
        return Facet.of(_NAME, value.code, value.message and for_terminal(value.message, limit=200), **details)
    age = lists[entry.list_url].age
    if age is not None:
        details["age_seconds"] = round(age.total_seconds())
        if not timedelta(0) <= age <= (answer.keep or _KEEP):
            return Facet.of(_NAME, "status.list_stale", _aged(age), **details)
    if answer.issuer != issuer:
        shown = for_terminal(answer.issuer or "nobody", limit=120)
        message = f"Not revoked, says a list that is signed by {shown}, not by the credential's issuer."
        return Facet.of(_NAME, "status.list_issuer_other", message, list_issuer=answer.issuer, **details)
    if value.notes:
        return Facet.of(_NAME, value.notes[0], **details)
    return Facet.of(_NAME, "status.list_id_differs" if "list_id" in details else "status.ok", **details)


def _aged(age: timedelta) -> str:
    if age < timedelta(0):
        return "Not revoked, says a copy of the list from the future: the clock was set back."
    hours = age // timedelta(hours=1)
    since = f"{hours} hours" if hours > 1 else f"{age // timedelta(minutes=1)} minutes"
    return f"Not revoked, says a copy of the list that is {since} old; it may have changed since."


def _told(entry: ListEntry) -> dict[str, JsonValue]:
    details: dict[str, JsonValue] = {"list": entry.list_url}
    if not isinstance(entry, ListedEntry):
        details["index"] = str(entry.index)
    if isinstance(entry, StatusEntry):
        details["purpose"] = entry.purpose
        if entry.references:
            details["references"] = list(entry.references)
        if entry.kind != status.ENTRY_TYPE:
            details["kind"] = entry.kind
    return details


def _ask(entry: ListEntry, found: JudgedList, issuer: str | None) -> _Answer:
    """What the list says. Raises StatusError for one that cannot be had, read or believed: what is no list at all is
    said first, then whether it can be believed, and what is wrong inside of it only when it can."""
    if found.fault is not None:
        raise StatusError(_code_of(found.fault), f"The status list is not at hand: {found.fault.message}")
    match entry, found.value:
        case StatusEntry(), dict():
            return _ask_bits(entry, found.value, found.report)
        case TokenEntry(), ListClaims():
            return _ask_token(entry, found.value, found.report, issuer)
        case ListedEntry(), dict():
            return _ask_document(entry, found.value, issuer)
        case _:
            raise StatusError("status.list_malformed", "The document at the status URL is no status list of this kind")


def _code_of(fault: Fault) -> str:
    if fault.code.startswith("status."):
        return fault.code
    return "status.list_malformed" if fault.code.startswith("parse.") else "status.list_unreachable"


def _ask_bits(entry: StatusEntry, value: JsonObject, report: Report | None) -> _Answer:
    try:
        opened = status.open_list(value)
    except StatusError as error:
        if error.code != "status.list_malformed":
            _believe(report)
        raise
    _believe(report)
    keep = None if opened.ttl_ms is None else timedelta(milliseconds=opened.ttl_ms)
    return _Answer(value=status.value_at(opened, entry), list_id=opened.id, issuer=opened.issuer, keep=keep)


def _ask_token(entry: TokenEntry, claims: ListClaims, report: Report | None, issuer: str | None) -> _Answer:
    """A token without `iss` speaks for the issuer whose key signed it: the binding was judged in its report."""
    from satchel.credential import status_token

    _believe(report)
    if claims.subject != entry.list_url:
        raise StatusError("status.list_unverified", "The token is for another list than the one that is asked")
    opened = status_token.open_list(claims)
    return _Answer(
        value=status_token.value_at(opened, entry),
        list_id=claims.subject,
        issuer=claims.issuer or issuer,
        keep=None if claims.ttl_seconds is None else timedelta(seconds=claims.ttl_seconds),
    )


def _ask_document(entry: ListedEntry, value: JsonObject, issuer: str | None) -> _Answer:
    """A document without a signature: what it lists counts, its silence only when it came from the issuer's own host
    and speaks for that issuer."""
    from satchel.credential import revocation_document

    opened = revocation_document.open_document(value)
    said = revocation_document.value_of(opened, entry)
    if said.code == "status.ok" and not _is_own_host(entry.list_url, issuer):
        raise StatusError("status.list_unsigned", "The list is not signed and is not on the issuer's own host")
    return _Answer(value=said, list_id=opened.id, issuer=opened.issuer)


def _is_own_host(url: str, issuer: str | None) -> bool:
    """Whether an https URL is on the host that the issuer's name stands for: its did:web or https address."""
    from urllib.parse import unquote, urlsplit

    if issuer is None or not url.startswith("https://"):
        return False
    if issuer.startswith("did:web:"):
        host = unquote(issuer.split(":")[2])
    elif issuer.startswith("https://"):
        host = urlsplit(issuer).netloc
    else:
        return False
    return bool(host) and urlsplit(url).netloc.lower() == host.lower()


def _believe(report: Report | None) -> None:
    """Raises StatusError unless the list is rightly signed by its own issuer and in force."""
    if report is None:
        raise StatusError("status.list_unverified", "The status list was not judged")
    for entry in report.facets:
        if entry.outcome in ("fail", "unknown"):
            code = _DATES.get(entry.code, "status.list_unverified")
            raise StatusError(code, f"The status list cannot be relied on ({entry.facet}): {entry.message.rstrip('.')}")
