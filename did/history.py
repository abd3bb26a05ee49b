"""Which document was in force when: what the judgement of a key at the time of its signature rests on.

A did:webvh log tells every change; kept copies of a did:web document tell what was seen, and nothing in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from did.document import DidDocument, read
from did.method import web
from did.method.webvh.log import Version
from did.syntax import ParsedDid
from satchel.errors import DidError
from satchel.port import Fetched, JsonObject

# A document costs a square root for each of its keys.
PERIODS_LIMIT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since` on, until the next one begins, the DID had this document; `is_ended` when it was deactivated."""

    since: datetime
    did: str
    state: JsonObject
    is_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Periods in order (did.document.Past). `is_whole`: no change is missing, and before the first one there was
    nothing; else the first document that was seen also stands for the time before, of which nobody knows better."""

    periods: tuple[Period, ...]
    is_whole: bool

    def at(self, moment: datetime, /) -> DidDocument | None:
        """The document that was in force, None when there was none or when it cannot be read."""
        active = [period for period in self.periods if period.since <= moment][-1:]
        if not active and not self.is_whole:
            active = list(self.periods[:1])
        return _read(active[0]) if active and not active[0].is_ended else None

    def newest_first(self) -> Iterator[DidDocument]:
        """Every document that can be read; the last ones are enough for a DID that changes all the time."""
        for period in reversed(self.periods[-PERIODS_LIMIT:]):
            if (document := _read(period)) is not None:
                yield document


def _read(period: Period) -> DidDocument | None:
    try:
        return read(period.state, period.did)
    except DidError:
        return None


def of_versions(versions: Iterable[Version]) -> History:
    """The history that a sound log tells."""
    return History(
        is_whole=True,
        periods=tuple(
            Period(since=version.time, did=version.did, state=version.state, is_ended=version.parameters.deactivated)
            for version in versions
        ),
    )


def of_copies(parsed: ParsedDid, copies: Sequence[Fetched]) -> History:
    """What kept copies of a did:web's document tell; one that is broken tells nothing."""
    periods: list[Period] = []
    for copy in sorted(copies, key=lambda one: one.fetched_at):
        try:
            state = web.document(parsed, copy).raw
        except DidError:
            continue
        if not periods or periods[-1].state != state:
            periods.append(Period(since=copy.fetched_at, did=parsed.did, state=state))
    return History(periods=tuple(periods), is_whole=False)
