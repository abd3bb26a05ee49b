"""The demonstration: an issuer, a learner and an employer in one folder, with nothing staged.

Every step does the real work through the services that the commands use, and says in one sentence what happened. Time
and randomness are arguments: the same moment and seed give the same credentials, byte for byte.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final

from issuer.issue import Issued
from issuer.service import IssuerService
from satchel.codec import jcs, strictjson
from satchel.credential import bake
from satchel.node import settings
from satchel.node.entropy import seeded
from satchel.node.mirror import MirrorFetch
from satchel.node.settings import Home
from satchel.port import Entropy, JsonObject
from verifier.report import Report
from verifier.service import VerifierService
from wallet.header import KDF_FLOOR
from wallet.secret import Secret
from wallet.service import WalletService

ORIGIN: Final = "https://college.example"
ISSUER: Final = "Riverside College (invented)"
PASSPHRASE: Final = "four words of demonstration"
EXPIRED_AGE: Final = timedelta(days=730)
COHORT: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the demonstration. `is_right`: it ended as it must. `facts` depend on moment and seed alone."""

    name: str
    sentence: str
    is_right: bool
    ms: float
    facts: JsonObject


@dataclass(frozen=True, slots=True)
class Said:
    """What a step says of itself."""

    sentence: str
    is_right: bool
    facts: JsonObject


@dataclass(slots=True)
class Stage:
    """What the steps hand on to each other. `folder` holds college/, learner/ and files/."""

    folder: Path
    now: datetime
    entropy: Entropy
    badges: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    expired: bytes = b""
    picture: bytes = b""

    @property
    def college(self) -> Home:
        return Home(self.folder / "college")

    @property
    def learner(self) -> Home:
        return Home(self.folder / "learner")

    def keep(self, name: str, raw: bytes) -> Path:
        path = self.folder / "files" / name
        settings.write_file(path, raw, mode=0o644)
        return path

    async def judge(self, raw: bytes, name: str) -> Report:
        """The employer's own check: no wallet, no issuer, only the issuer's public folder as the web."""
        fetch = MirrorFetch(self.college.public, self.now)
        return await VerifierService(fetch=fetch, clock=lambda: self.now).verify(raw, name=name)


async def run(folder: Path, *, now: datetime, seed: str) -> AsyncIterator[Step]:
    """The steps, each given when it is done. `folder` is empty and private; everything is written below it."""
    stage = Stage(folder=folder, now=now, entropy=seeded(seed.encode("utf-8")))
    (folder / "files").mkdir(mode=0o700)
    for name, work in STEPS.items():
        started = time.perf_counter()
        said = await work(stage)
        took = round((time.perf_counter() - started) * 1000, 1)
        yield Step(name=name, sentence=said.sentence, is_right=said.is_right, ms=took, facts=said.facts)


async def found(stage: Stage) -> Said:
    """Makes the issuer two years ago, and lets it award what has ended since."""
    past = stage.now - EXPIRED_AGE
    made = await IssuerService.found(
        stage.college, origin=ORIGIN, name=ISSUER, clock=lambda: past, entropy=stage.entropy
    )
    async with IssuerService.open(stage.college, clock=lambda: past, entropy=stage.entropy) as service:
        cells = {"email": "alder@learner.example", "learner": "Learner Alder"}
        old = await service.issue(_packaged("tui.demo_data", "site_safety.yaml"), cells)
        stage.expired = await service.credential(old.id)
    return Said(f"A college became the issuer {made.did}; its key stays in its own folder.", True, {"did": made.did})


async def issue(stage: Stage) -> Said:
    """Issues the cohort."""
    refused = 0
    template, table = _packaged("issuer.example", "template.yaml"), _packaged("issuer.example", "cohort.csv")
    async with IssuerService.open(stage.college, clock=lambda: stage.now, entropy=stage.entropy) as service:
        planned = await service.plan_batch(template, table, cohort="2026")
        refused += len(planned.plan.refused)
        async for chunk in service.run_batch(planned):
            for outcome in chunk:
                if isinstance(outcome, Issued):
                    stage.ids.append(outcome.id)
                    stage.badges.append(await service.credential(outcome.id))
                else:
                    refused += 1
    return Said(
        f"{len(stage.ids)} learners of one table each got a signed Open Badge; {refused} rows were refused.",
        len(stage.ids) == COHORT and refused == 0,
        {"issued": len(stage.ids), "refused": refused, "ids": list(stage.ids)},
    )


async def bake_one(stage: Stage) -> Said:
    """Puts the first badge into a picture."""
    drawn = _packaged("tui.demo_data", "badge.svg")
    stage.picture = bake.bake(drawn, stage.badges[0])
    stage.keep("badge.svg", stage.picture)
    stage.keep("badge.json", stage.badges[0])
    return Said(
        "One badge now travels inside a picture, which looks as it did before.",
        bake.unbake(stage.picture) == stage.badges[0],
        {"sha256": hashlib.sha256(stage.picture).hexdigest()},
    )


async def keep(stage: Stage) -> Said:
    """Makes the learner's wallet and adds the picture."""
    secret = Secret(PASSPHRASE.encode("utf-8"))
    did = await WalletService.create(stage.learner, secret, now=stage.now, parameters=KDF_FLOOR, entropy=stage.entropy)
    fetch = MirrorFetch(stage.college.public, stage.now)
    async with WalletService.unlock(stage.learner, secret, fetch=fetch, entropy=stage.entropy) as wallet:
        added = await wallet.add(stage.picture, name="badge.svg", now=stage.now)
    hidden = all(ISSUER.encode("utf-8") not in path.read_bytes() for path in stage.learner.path.glob("wallet.db*"))
    return Said(
        "A learner's wallet judged it first and keeps it encrypted; nothing readable is on the disk.",
        added.outcome == "added" and hidden,
        {"did": did, "verdict": added.report.verdict},
    )


async def verify(stage: Stage) -> Said:
    """An employer checks the picture that the learner sends."""
    report = await stage.judge(stage.picture, "badge.svg")
    return _accepted(report, "An employer sees: signature, issuer's key, dates and status all hold.")


async def foreign(stage: Stage) -> Said:
    """The employer checks a badge that other software has made."""
    raw = _packaged("tui.demo_data", "foreign_badge.json")
    stage.keep("foreign.json", raw)
    report = await stage.judge(raw, "foreign.json")
    return _accepted(report, "A badge made with other software is judged the same way, and holds.")


async def tamper(stage: Stage) -> Said:
    """Changes one word of a signed badge."""
    badge = strictjson.load_object(stage.badges[1])
    raw = jcs.encode(badge).replace(b"Data Literacy", b"Data Mastery")
    stage.keep("tampered.json", raw)
    report = await stage.judge(raw, "tampered.json")
    return _rejected(report, {"proof"}, "One word was changed after signing: the signature no longer fits.")


async def expire(stage: Stage) -> Said:
    """Shows the award of two years ago."""
    stage.keep("expired.json", stage.expired)
    report = await stage.judge(stage.expired, "expired.json")
    return _rejected(report, {"validity"}, "An award that lasted one year has ended; its signature still holds.")


async def revoke(stage: Stage) -> Said:
    """The issuer takes a badge back, and the same bytes are checked again."""
    async with IssuerService.open(stage.college, clock=lambda: stage.now, entropy=stage.entropy) as service:
        await service.change_status(stage.ids[2], "revoke", reason="Awarded to the wrong learner")
    stage.keep("revoked.json", stage.badges[2])
    report = await stage.judge(stage.badges[2], "revoked.json")
    return _rejected(report, {"status"}, "The issuer took one badge back; its signed status list says so.")


STEPS: Final[Mapping[str, Callable[[Stage], Awaitable[Said]]]] = {
    "found": found,
    "issue": issue,
    "bake": bake_one,
    "keep": keep,
    "verify": verify,
    "foreign": foreign,
    "tampered": tamper,
    "expired": expire,
    "revoked": revoke,
}
"""The steps in their order, by the name that the JSON form has."""


def _facts(report: Report) -> JsonObject:
    failing = [facet.code for facet in report.facets if facet.outcome == "fail"]
    return {"sha256": report.sha256, "verdict": report.verdict, "failed": list(failing)}


def _accepted(report: Report, sentence: str) -> Said:
    return Said(sentence, report.verdict in ("accepted", "accepted_with_warnings"), _facts(report))


def _rejected(report: Report, facets: set[str], sentence: str) -> Said:
    """Right only when it is rejected for these facets and no other."""
    failed = {facet.facet for facet in report.facets if facet.outcome == "fail"}
    return Said(sentence, report.verdict == "rejected" and failed == facets, _facts(report))


def _packaged(package: str, name: str) -> bytes:
    return resources.files(package).joinpath(name).read_bytes()
