"""The verifier's service: bytes to a report, over whatever Fetch it was given."""

from __future__ import annotations

from dataclasses import dataclass

from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.port import Clock, Fetch
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked, Saved
from verifier.policy import POLICIES, Policy
from verifier.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One verification, whole: the envelope, the report, and what repeats it."""

    envelope: Envelope
    report: Report
    saved: Saved


class VerifierService:
    """Judges credentials. With a Fetch that never suspends its coroutines run under satchel.port.drive."""

    def __init__(self, *, fetch: Fetch, clock: Clock, policy: Policy = POLICIES["default"]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._policy = policy

    async def verify(self, raw: bytes, *, name: str = "", asked: Asked | None = None) -> Report:
        """The report on these bytes. It never raises for what is in them."""
        return (await self.examine(read(raw, name=name), asked=asked)).report

    async def examine(self, envelope: Envelope, *, asked: Asked | None = None) -> Verification:
        """The report on what was read, with everything that the verdict rests on."""
        question = asked or Asked()
        materials = await gather(envelope, self._policy, question, self._clock(), self._fetch)
        report = judge(envelope, materials, self._policy, question)
        saved = Saved(raw=envelope.raw, name=envelope.name, policy=self._policy, asked=question, materials=materials)
        return Verification(envelope=envelope, report=report, saved=saved)


def repeat(saved: Saved) -> Report:
    """The report of a saved verification again: the same bytes, materials, policy and question give the same one."""
    return judge(read(saved.raw, name=saved.name), saved.materials, saved.policy, saved.asked)
