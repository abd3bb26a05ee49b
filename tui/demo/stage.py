"""What the steps hand on to each other: the folder, the people's homes, the moment, and what was made so far."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from satchel.node import settings
from satchel.node.entropy import seeded
from satchel.node.settings import Home
from satchel.port import Entropy, JsonObject
from verifier.report import Report

if TYPE_CHECKING:
    from issuer.link import Planned
    from issuer.service import BatchPlan, IssuerService
    from satchel.node.send import Sender
    from wallet.drawer import Drawer
    from wallet.passport import Passport
    from wallet.service import WalletService

ORIGIN: Final = "https://college.example"
LEARNER_ORIGIN: Final = "https://learner.example"
DOMAIN: Final = "employer.example"
COLLEGE: Final = "Riverside College (invented)"
LEARNER: Final = "alder@learner.example"
PASSPHRASE: Final = "four words of demonstration"
LONG_AGO: Final = timedelta(days=730)
DAY: Final = timedelta(days=1)
COHORT: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a step says of itself. `headline` is what happened, `rows` show it, and `sentence` is for its `reader`.

    `is_right`: it ended as it must. `facts` depend on moment and seed alone; `rate`, how many a second, does not.
    """

    headline: str
    reader: str
    sentence: str
    is_right: bool
    facts: JsonObject
    rows: Sequence[str] = ()
    rate: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the demonstration, and how long it took."""

    name: str
    said: Said
    ms: float


@dataclass(slots=True, kw_only=True)
class Stage:
    """The world of one run. `opened` closes whatever a step opens for those after it; `moment` is what every clock
    shows."""

    folder: Path
    now: datetime
    seed: str
    opened: AsyncExitStack
    moment: datetime = field(init=False)
    origins: dict[str, str] = field(default_factory=dict)
    picked: dict[str, str] = field(default_factory=dict)
    badges: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    ended: bytes = b""
    picture: bytes = b""
    claimed: bytes = b""
    stack: bytes = b""
    issuer: IssuerService | None = None
    planned: BatchPlan | None = None
    link: Planned | None = None
    wallet: WalletService | None = None
    drawer: Drawer | None = None
    passport: Passport | None = None

    def __post_init__(self) -> None:
        self.moment = self.now

    def clock(self) -> datetime:
        return self.moment

    def home(self, role: str) -> Home:
        return Home(self.folder / role)

    def entropy(self, role: str) -> Entropy:
        """A source of its own for each role: who draws when changes nothing for the others."""
        return seeded(f"{self.seed}/{role}".encode())

    async def sender(self) -> Sender:
        """A way to the nodes of this run, and to nothing else."""
        from satchel.node.send import Sender

        return await self.opened.enter_async_context(Sender(clock=self.clock, origins=self.origins))

    def keep(self, name: str, raw: bytes) -> Path:
        """Writes a file for whoever looks further."""
        path = self.folder / "files" / name
        settings.make_folder(path.parent)
        settings.write_file(path, raw, mode=0o644)
        return path


def packaged(package: str, name: str) -> bytes:
    """A file that ships with the program."""
    return resources.files(package).joinpath(name).read_bytes()


def facts_of(report: Report) -> JsonObject:
    """What a report says, without its words."""
    return {
        "sha256": report.sha256,
        "verdict": report.verdict,
        "failed": [facet.code for facet in report.facets if facet.outcome == "fail"],
    }


def failed(report: Report) -> set[str]:
    """The facets that failed."""
    return {facet.facet for facet in report.facets if facet.outcome == "fail"}


def is_accepted(report: Report) -> bool:
    return report.verdict in ("accepted", "accepted_with_warnings")
