"""How a DID was judged, step by step: for did:webvh every check of every entry, for the others what was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from did.method.webvh import name, witness
from did.method.webvh.log import Log
from did.resolve import read_log, requests_for, resolve
from did.syntax import parse
from satchel.errors import DidError
from satchel.port import Fetch, JsonObject

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "form": "The entry is one JSON object with the five members that it must have.",
        "parameters": "Its parameters are known ones, with allowed values.",
        "life": "The DID was not given up before it.",
        "version": "Its version number follows the one before it.",
        "time": "Its time is later than the one before it, and has come.",
        "hash": "Its hash is over its content and the entry before it.",
        "scid": "The DID's identifier is the hash of the first entry.",
        "state": "Its document is of this DID, in its place or rightly moved.",
        "prerotation": "Its update keys were announced by the entry before it, where that announced any.",
        "proof": "It is signed by a key that was allowed to.",
        "witness": "Enough witnesses have approved it.",
        "syntax": "The DID is well formed.",
        "fetch": "Its file was fetched.",
        "document": "The document is of this DID, and well formed.",
        "keys": "Each of its keys is sound, and its own.",
        "name": "This very DID is in the log.",
    }
)
"""What each check is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One check: of which entry of a log (0: of the DID as a whole), whether it held, and what was found."""

    entry: int
    check: str
    holds: bool
    found: str = ""

    def to_json(self) -> JsonObject:
        """The point as JSON, with the sentence of its check."""
        return {
            "entry": self.entry,
            "check": self.check,
            "holds": self.holds,
            "sentence": SENTENCES[self.check],
            "found": self.found,
        }


async def explain(did: str, *, fetch: Fetch) -> tuple[Point, ...]:
    """Every check in its order; the last one is the first that did not hold, if any. Never raises for the DID."""
    try:
        parsed = parse(did)
        requests = requests_for(did)
    except DidError as fault:
        return (Point(entry=0, check="syntax", holds=False, found=f"{fault.message} [{fault.code}]"),)
    points = [Point(entry=0, check="syntax", holds=True, found=parsed.method)]
    if parsed.method == "webvh":
        return (*points, *await _of_log(did, fetch))
    try:
        found = await resolve(did, fetch=fetch)
    except DidError as fault:
        check = "fetch" if fault.code in ("did.not_found", "did.unreachable", "did.redirected") else "document"
        return (*points, Point(entry=0, check=check, holds=False, found=f"{fault.message} [{fault.code}]"))
    points += [Point(entry=0, check="fetch", holds=True, found=request.url) for request in requests]
    points.append(Point(entry=0, check="document", holds=True))
    points += [Point(entry=0, check="keys", holds=True, found=method) for method in found.document.methods]
    points += [
        Point(entry=0, check="keys", holds=False, found=f"{method}: {fault.message} [{fault.code}]")
        for method, fault in found.document.faults.items()
    ]
    return tuple(points)


async def _of_log(did: str, fetch: Fetch) -> tuple[Point, ...]:
    url = name.log_request(parse(did)).url
    try:
        log = await read_log(did, fetch=fetch)
    except DidError as fault:
        return (Point(entry=0, check="fetch", holds=False, found=f"{fault.message} [{fault.code}]"),)
    points = [Point(entry=0, check="fetch", holds=True, found=url)]
    points += [
        Point(
            entry=step.number,
            check=step.check,
            holds=step.fault is None,
            found="" if step.fault is None else f"{step.fault.message} [{step.fault.code}]",
        )
        for step in log.steps
        if step.check != "scid" or step.number == 1
    ]
    if log.fault is None:
        points.append(_own_name(log, did))
    return tuple(points)


def _own_name(log: Log, did: str) -> Point:
    approved = sum(one is not None for one in witness.required(log))
    holds = any(version.did == did for version in log.versions)
    found = f"{len(log.versions)} entries, {approved} of them witnessed"
    return Point(entry=0, check="name", holds=holds, found=found)
