"""A real issuer in a temporary home; the clock stands still and the randomness has a seed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from did import create
from issuer import compose
from issuer import template as templates
from issuer.compose import Blueprint, Profile
from issuer.service import IssuerService
from satchel.credential import presentation
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import entropy
from satchel.node.settings import Home
from satchel.port import Did, JsonObject, JsonValue
from satchel.proof import suites

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EXAMPLE = resources.files("issuer.example").joinpath("template.yaml").read_bytes()
COHORT = resources.files("issuer.example").joinpath("cohort.csv").read_bytes()
CELLS = {
    "email": "ada@learner.example",
    "learner": "Ada Lark",
    "awarded_on": "2026-05-29",
    "project_score": "82",
    "level": "Achieving",
}
PROFILE = Profile(
    did=Did("did:web:issuer.example"), origin="https://issuer.example", name="Riverside College", url="", description=""
)


class FakeClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def example(*changes: tuple[str, str]) -> bytes:
    """The example template with pieces of its text replaced; each piece must be there."""
    text = EXAMPLE.decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


SUSPENDABLE = example(("status: revocation", "status: suspension"), ("id: data-literacy", "id: data-suspendable"))


CLAIMED = example(("bind: email", "bind: claim"), ("id: data-literacy", "id: data-claimed"))


class Learner:
    """A learner's wallet as the issuer meets it: a did:key, and presentations that prove it."""

    def __init__(self, name: str) -> None:
        key = PrivateKey.generate(entropy.seeded(name.encode()))
        self.did = create.did_key(key.public())
        self.signer = LocalSigner(create.did_key_method(self.did), key)

    def prove(
        self,
        challenge: str,
        *,
        domain: str = "issuer.example",
        now: datetime = NOW,
        purpose: str = "authentication",
        **members: JsonValue,
    ) -> JsonObject:
        """A presentation without credentials for the challenge and domain; `members` are put in before signing."""
        return suites.sign(
            {**presentation.compose(holder=self.did), **members},
            suite="eddsa-rdfc-2022",
            signer=self.signer,
            created=now,
            purpose=purpose,
            challenge=challenge,
            domain=domain,
        )


def line_with(raw: bytes, piece: str) -> int:
    """The number of the first line that holds the piece."""
    return next(number for number, line in enumerate(raw.decode().splitlines(), 1) if piece in line)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def home(tmp_path: Path, clock: FakeClock) -> Home:
    """A home with a new issuer."""
    made = Home(tmp_path / "home")
    await IssuerService.found(
        made, origin=PROFILE.origin, name=PROFILE.name, clock=clock, entropy=entropy.seeded(b"found")
    )
    return made


@pytest.fixture
async def issuer(home: Home, clock: FakeClock) -> AsyncIterator[IssuerService]:
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"open")) as service:
        yield service


@pytest.fixture
def blueprint() -> Blueprint:
    return compose.prepare(templates.check(EXAMPLE), PROFILE)


@pytest.fixture
def prepared() -> Callable[[bytes], Blueprint]:
    return lambda raw: compose.prepare(templates.check(raw), PROFILE)
