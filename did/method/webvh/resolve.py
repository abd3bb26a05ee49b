"""From the files of a did:webvh to the version that was asked for, and what is told about it.

Source: did:webvh 1.0, "Read (Resolve)", "Reading did:webvh DID URLs"; DID Resolution 1.0 §4 (metadata).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from did.method.webvh.log import Log, Version
from did.syntax import ParsedDid
from satchel.codec import timestamp
from satchel.errors import DidError
from satchel.port import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which version is wanted; all that is said must fit. Nothing said: the last one."""

    version_id: str | None = None
    version_time: datetime | None = None
    version_number: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing is said."""
        return self.version_id is None and self.version_time is None and self.version_number is None


NEWEST = Query()


def select(log: Log, parsed: ParsedDid, query: Query) -> Version:
    """The version that fits the query.

    A sound early version is given also when a later entry is not sound; the newest one is not. Raises DidError: the
    fault of the log, did.log_state when no document is of this DID, did.version_missing.
    """
    if log.fault is not None and (query.is_open or not log.versions):
        raise log.fault
    if all(version.did != parsed.did for version in log.versions):
        raise DidError("did.log_state", f"no entry of the log is of {parsed.did}")
    fitting = [version for version in log.versions if _fits(version, query)]
    if query.version_time is not None:
        _refuse_unknown_time(log, query.version_time)
        active = [version for version in log.versions if version.time <= query.version_time][-1:]
        fitting = [version for version in fitting if version in active]
    if not fitting:
        # What was asked for may be among the entries that cannot be relied on.
        if log.fault is not None and _is_behind(log, query):
            raise log.fault
        raise DidError("did.version_missing", f"{parsed.did} has no such version")
    return fitting[-1]


def metadata(log: Log, version: Version) -> JsonObject:
    """didDocumentMetadata: numbers are texts there, as DID Resolution demands; versionNumber alone is one."""
    last = log.versions[-1]
    held = last.parameters
    watchers: list[JsonValue] = [*held.watchers]
    found: JsonObject = {
        "versionId": version.id,
        "versionNumber": version.number,
        "versionTime": timestamp.render(version.time),
        "created": timestamp.render(log.versions[0].time),
        "updated": timestamp.render(last.time),
        "scid": log.scid,
        "portable": held.portable,
        "deactivated": held.deactivated,
        "ttl": str(held.ttl),
        "watchers": watchers,
        "witness": {},
    }
    if held.witness is not None:
        found["witness"] = {
            "threshold": str(held.witness.threshold),
            "witnesses": [{"id": one} for one in held.witness.ids],
        }
    return found


def _fits(version: Version, query: Query) -> bool:
    return query.version_id in (None, version.id) and query.version_number in (None, version.number)


def _refuse_unknown_time(log: Log, moment: datetime) -> None:
    """The last sound version ended when the next entry was made; without a sound next entry nobody knows when."""
    if log.fault is not None and log.versions and moment >= (log.fault_time or log.versions[-1].time):
        raise log.fault


def _is_behind(log: Log, query: Query) -> bool:
    """Whether the query names an entry past the sound ones."""
    number = query.version_number
    if number is None and query.version_id is not None:
        text = query.version_id.partition("-")[0]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return number is not None and number > len(log.versions)
