"""Rotating the issuer's key, and giving its DID up: plan, do, publish.

Credentials that were signed before keep verifying: the old key stays in the DID document, unless it is compromised, and
a did:webvh says in its log until when it signed. A node that is running signs with its old key until it is restarted.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuer import identity as identities
from issuer.identity import Identity
from issuer.publish import Published
from issuer.service import IssuerService
from satchel.errors import IssueFault
from satchel.node import entropy as randomness
from satchel.node import settings
from satchel.node.clock import utc_now
from satchel.node.settings import Home
from satchel.port import Clock, Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What was, what is (the same for a plan), how many credentials the old key has signed, and what was published."""

    before: Identity
    after: Identity
    credentials: int
    published: tuple[Published, ...] = ()


async def plan(home: Home, *, clock: Clock = utc_now) -> Rotation:
    """What a rotation would touch; nothing is changed. Raises IssueFault issue.no_issuer, issue.key."""
    before = current(home)
    async with IssuerService.open(home, clock=clock) as service:
        count = await service.issued_since(before.active.since)
    return Rotation(before=before, after=before, credentials=count)


async def rotate(
    home: Home, *, is_compromised: bool = False, clock: Clock = utc_now, entropy: Entropy = randomness.system
) -> Rotation:
    """A new signing key, in force and published with every status list signed anew.

    Raises IssueFault issue.no_issuer, issue.key (also when the announced update key is not at hand), DidError.
    """
    planned = await plan(home, clock=clock)
    with settings.lock(home.state / "rotate.lock"):
        now = clock().replace(microsecond=0)
        after = identities.rotate(home, current(home), now=now, entropy=entropy, is_compromised=is_compromised)
    return Rotation(
        before=planned.before, after=after, credentials=planned.credentials, published=await _publish(home, clock)
    )


async def deactivate(home: Home, *, clock: Clock = utc_now) -> Rotation:
    """The DID given up for good. Raises IssueFault issue.key for a did:web, and as `rotate`."""
    planned = await plan(home, clock=clock)
    with settings.lock(home.state / "rotate.lock"):
        after = identities.deactivate(home, current(home), now=clock().replace(microsecond=0))
    return Rotation(
        before=planned.before, after=after, credentials=planned.credentials, published=await _publish(home, clock)
    )


def current(home: Home) -> Identity:
    """Who the issuer of this home is. Raises IssueFault issue.no_issuer, issue.key."""
    chosen = home.config().issuer
    if chosen is None:
        raise IssueFault("issue.no_issuer", f"{home.path} has no issuer")
    found = identities.read(home, chosen.origin, chosen.key)
    if found is None:
        raise IssueFault("issue.key", f"{home.keys} has no key of the issuer")
    return found


async def _publish(home: Home, clock: Clock) -> tuple[Published, ...]:
    async with IssuerService.open(home, clock=clock) as service:
        return await service.publish()
