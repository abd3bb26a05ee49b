"""The demonstration: a programme lead, a learner, a peer and an employer in one folder, with nothing staged.

Every step does the real work through the services that the commands use, nodes meet over real HTTP on loopback, and
each step ends with one plain sentence for its reader. Time and randomness are arguments: the same moment and seed give
the same credentials, byte for byte. All names are invented.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

from tui.demo import employer, lead, learner, peer
from tui.demo.stage import PASSPHRASE, Said, Stage, Step

__all__ = ["PASSPHRASE", "STEPS", "Step", "run"]


async def run(folder: Path, *, now: datetime, seed: str) -> AsyncIterator[Step]:
    """The steps, each given when it is done. `folder` is empty and private; everything is written below it."""
    async with AsyncExitStack() as opened:
        stage = Stage(folder=folder, now=now, seed=seed, opened=opened)
        for name, work in STEPS.items():
            started = time.perf_counter()
            said = await work(stage)
            yield Step(name=name, said=said, ms=round((time.perf_counter() - started) * 1000, 1))


STEPS: Final[Mapping[str, Callable[[Stage], Awaitable[Said]]]] = {
    "skills": lead.skills,
    "framework": lead.framework,
    "cohort": lead.cohort,
    "template": lead.template,
    "issue": lead.issue,
    "bake": learner.bake_one,
    "claim": learner.claim,
    "passport": learner.show_passport,
    "stack": learner.check_stack,
    "endorse": peer.endorse,
    "applicants": employer.applicants,
    "alignment": employer.contradiction,
}
"""The steps in their order, by the name that the JSON form has."""
