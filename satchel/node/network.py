"""The node's way to the network as one thing: leave asked, diary kept, cache before it, guard behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from satchel.credential import status
from satchel.errors import SatchelError
from satchel.node.cache import CachedFetch
from satchel.node.consent import Consent, ConsentingFetch, FileDiary, Leave
from satchel.node.fetch import Fetcher
from satchel.node.settings import Home, NetworkSettings, host_names
from satchel.port import Clock, Fetch, Fetched, Purpose

_TOKENS: Final = frozenset(("application/statuslist+jwt", "application/statuslist+cwt", "application/jwt"))


@asynccontextmanager
async def opened(
    home: Home | None, *, clock: Clock, origins: Mapping[str, str] | None = None
) -> AsyncIterator[CachedFetch]:
    """A Fetch over the network under the settings of this home; without one, all hosts may be asked and nothing is
    written down. Raises SettingsFault for settings that cannot be read."""
    async with Fetcher(clock=clock, origins=origins) as fetcher, before(fetcher, home, clock=clock) as fetch:
        yield fetch


def before(fetch: Fetch, home: Home | None, *, clock: Clock) -> CachedFetch:
    """The cache, the consent and the diary before this Fetch."""
    asked = fetch
    if home is not None:
        asked = ConsentingFetch(fetch, consent=consent_of(home.config().network), clock=clock, diary=_diary_of(home))
    return CachedFetch(asked, clock=clock, keep=told_by_list)


def leave_of(home: Home | None, *, clock: Clock) -> Leave | None:
    """The same consent and the same diary for what is sent to other nodes (satchel.node.send); None without a home."""
    if home is None:
        return None
    return Leave(consent=consent_of(home.config().network), clock=clock, diary=_diary_of(home))


def _diary_of(home: Home) -> FileDiary | None:
    # A folder that is not there yet is not made for a diary alone.
    return FileDiary(home.diary) if home.path.is_dir() else None


def consent_of(network: NetworkSettings) -> Consent:
    """What the settings allow."""
    return Consent(only=frozenset(host_names(network.only)), never=frozenset(host_names(network.never)))


def told_by_list(document: Fetched, purpose: Purpose) -> timedelta | None:
    """How long a status list says that it may be kept: milliseconds in a bit list, seconds in a token. What cannot be
    read says nothing; whether the list is to be believed is judged from the same bytes later."""
    if purpose != "status":
        return None
    try:
        if document.media_type in _TOKENS:
            from satchel.credential import status_token

            seconds = status_token.read(document.body).claims.ttl_seconds
            return None if seconds is None else timedelta(seconds=seconds)
        milliseconds = status.ttl_of(document.body)
        return None if milliseconds is None else timedelta(milliseconds=milliseconds)
    except SatchelError:
        return None
