"""The verifier's service: bytes to a report, over whatever Fetch it was given."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.errors import SettingsFault
from satchel.port import Clock, Fetch, FrameworkShelf
from verifier import registry
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked, Saved
from verifier.policy import POLICIES, Policy
from verifier.registry import NO_TRUST, Trust
from verifier.report import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One verification, whole: the envelope, the report, and what repeats it."""

    envelope: Envelope
    report: Report
    saved: Saved


class Aside(Protocol):
    """Where work that takes long is done: a server has it beside its event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


async def at_once(work: Callable[[], T], /) -> T:
    """Does the work here and now, so that nothing waits under satchel.port.drive."""
    return work()


class VerifierService:
    """Judges credentials, by the frameworks and the trust lists that it is given. With a Fetch that never suspends its
    coroutines run under satchel.port.drive."""

    def __init__(
        self,
        *,
        fetch: Fetch,
        clock: Clock,
        policy: Policy = POLICIES["default"],
        shelf: FrameworkShelf | None = None,
        trust: Trust = NO_TRUST,
        aside: Aside = at_once,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._policy = policy
        self._shelf = shelf
        self._trust = trust
        self._aside = aside

    async def verify(
        self, raw: bytes, *, name: str = "", asked: Asked | None = None, policy: Policy | None = None
    ) -> Report:
        """The report on these bytes. It never raises for what is in them."""
        envelope = await self._aside(lambda: read(raw, name=name))
        return (await self.examine(envelope, asked=asked, policy=policy)).report

    async def examine(
        self, envelope: Envelope, *, asked: Asked | None = None, policy: Policy | None = None
    ) -> Verification:
        """The report on what was read, with everything that the verdict rests on; under the service's own policy
        unless another is named."""
        question, rules = asked or Asked(), policy or self._policy
        materials = await gather(
            envelope, rules, question, self._clock(), self._fetch, shelf=self._shelf, trust=self._trust
        )
        report = await self._aside(lambda: judge(envelope, materials, rules, question))
        saved = Saved(raw=envelope.raw, name=envelope.name, policy=rules, asked=question, materials=materials)
        return Verification(envelope=envelope, report=report, saved=saved)


def load_trust(folder: Path) -> Trust:
    """The trust lists of a folder's *.json files, in the order of their names; none when there is no such folder.

    Raises SettingsFault trust.invalid and trust.unknown_key for what a list must not be, settings.file_unsafe for a
    file that others can change, settings.file_unreadable.
    """
    try:
        paths = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
        lists = []
        for path in paths:
            if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise SettingsFault("settings.file_unsafe", f"{path} can be changed by others")
            with path.open("rb") as file:
                lists.append(registry.load(file.read(registry.LIMIT_BYTES + 1), name=path.name))
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{folder}: {fault.strerror or fault}") from fault
    return Trust(lists=tuple(lists))


def repeat(saved: Saved) -> Report:
    """The report of a saved verification again: the same bytes, materials, policy and question give the same one."""
    return judge(read(saved.raw, name=saved.name), saved.materials, saved.policy, saved.asked)
