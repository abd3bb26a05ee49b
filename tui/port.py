"""What the screens ask of the services: protocols, and plain records for what a screen shows.

Every text of a record may come from outside; it reaches eyes through tui.sheet and the widgets alone.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from verifier.report import Report
    from wallet.index import Listing
    from wallet.service import Added, Shown

ClaimKind: TypeAlias = Literal["offer", "endorsement", "notice"]
RuleState: TypeAlias = Literal["met", "open", "blocked"]

TakeBack: TypeAlias = Callable[[], Coroutine[object, None, str]]
"""Undoes one step; gives in a sentence what is again as it was. Raises SatchelError."""

STRENGTH_LIMIT: Final = 3
WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One credential that speaks for a skill. `basis` says how: `assessed`, `claimed`, `endorsed`, `own word`;
    `why_not` is why it does not count now, or empty."""

    card_id: str
    title: str
    issuer: str
    date: str
    verdict: str
    basis: str
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRow:
    """One skill of the passport. `id` tells it from the others; `url` is its address in a framework, or empty. `level`
    is what was reached, in the issuers' words; `strength` is 0 to 3, and `reasons` are the rule's words for it."""

    id: str
    label: str
    url: str
    framework: str
    level: str
    strength: int
    reasons: tuple[str, ...]
    sources: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """Something that waits for the owner: an offer to take, an endorsement, a notice. `report` is the verdict on it
    before anything is kept, when it could be had."""

    id: str
    kind: ClaimKind
    title: str
    sender: str
    received: str
    expires: str
    summary: str
    report: Report | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One part of a stack. `linkage` says how its subject is tied to the one who signed the stack."""

    title: str
    issuer: str
    format: str
    verdict: str
    linkage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One step of a pathway: met, open (something is missing) or blocked (another step comes first), and why."""

    text: str
    state: RuleState
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRow:
    """A stack file, checked part by part, or with `id` WHOLE all that the wallet holds. `pathway` and `rules` are those
    that it was held against, or empty."""

    id: str
    title: str
    place: str
    is_signed: bool
    parts: tuple[PartRow, ...]
    pathway: str = ""
    is_ready: bool = False
    rules: tuple[RuleRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to add or to judge: its bytes as read, and its name."""

    raw: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of every record of the wallet found."""

    records: int
    damaged: tuple[str, ...]


class WalletView(Protocol):
    """An unlocked wallet. Everything raises SatchelError."""

    @property
    def did(self) -> str:
        """The holder's DID."""

    @property
    def notices(self) -> tuple[tuple[str, str], ...]:
        """Code and message of what the owner must hear."""

    async def listing(self) -> Listing:
        """The cards."""

    async def show(self, card_id: str) -> Shown:
        """One credential, judged now."""

    async def add(self, sources: Sequence[Source]) -> tuple[Added, ...]:
        """Judges the files and keeps what is not rejected: all of each or nothing of it."""

    async def export(self, card_id: str, folder: Path) -> Path:
        """Writes the bytes as received into the folder; gives the file."""

    async def remove(self, card_id: str) -> TakeBack:
        """Takes the credential out. What is given puts the same bytes in again, for as long as the wallet is open."""

    async def original(self, card_id: str) -> Source:
        """The bytes as received."""

    async def present(self, card_ids: Sequence[str], *, challenge: str, domain: str, folder: Path) -> Path:
        """Writes a presentation of these credentials, signed by the holder for one asker, into the folder."""

    async def endorse(self, badge: Source, comment: str, to: str) -> str:
        """Signs an endorsement of a peer's badge. `to` is a folder to write it into, or the https address of the
        peer's wallet to bring it to; gives in a sentence where it went."""

    async def check(self) -> Checked:
        """Opens every record."""


class PassportView(Protocol):
    """The credentials by skill."""

    async def skills(self) -> tuple[SkillRow, ...]:
        """The skills, strongest first."""


class InboxView(Protocol):
    """What came in and waits."""

    async def claims(self) -> tuple[ClaimRow, ...]:
        """The waiting rows, newest first, without verdicts."""

    async def examine(self, claim_id: str) -> ClaimRow:
        """The row with the verdict of now, where there is something to judge."""

    async def receive(self, link: str) -> ClaimRow:
        """Looks at a link and gives what it offers; keeps nothing yet."""

    async def accept(self, claim_id: str) -> tuple[Added, ...]:
        """Takes what is offered, judged before it is kept."""

    async def decline(self, claim_id: str) -> TakeBack:
        """Takes the row out of the inbox."""


class StackView(Protocol):
    """Stacks of credentials, and pathways to hold them, or the whole wallet, against."""

    async def whole(self) -> StackRow:
        """All that the wallet holds, as one row."""

    async def build(self, title: str, card_ids: Sequence[str], folder: Path) -> StackRow:
        """A new stack of these credentials, signed by the holder, written into the folder and checked."""

    async def open(self, path: Path) -> StackRow:
        """The stack of a file, checked part by part."""

    async def compare(self, stack: StackRow, pathway: Path) -> StackRow:
        """The row with the answer of a pathway file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What an unlocked home offers. A part that is None is not served here; its screen says so."""

    wallet: WalletView
    passport: PassportView | None = None
    inbox: InboxView | None = None
    stack: StackView | None = None


class Node(Protocol):
    """A home: whether it has a wallet, the keys to it, and a verifier that needs none."""

    @property
    def place(self) -> str:
        """Where the home lies, for people."""

    @property
    def network(self) -> str:
        """In a word, where documents come from: `online`, `offline`, `mirror`."""

    def has_wallet(self) -> bool:
        """Whether there is a wallet to unlock."""

    async def create(self, passphrase: str) -> str:
        """Makes the wallet; gives the holder's DID."""

    async def unlock(self, passphrase: str) -> Opened:
        """Opens the wallet until `lock`."""

    async def lock(self) -> None:
        """Closes the wallet; nothing of it stays readable."""

    async def find(self, where: str) -> tuple[str, ...]:
        """The names of the inputs there: a file, the files below a folder in order, or an https URL."""

    async def load(self, name: str) -> Source:
        """The bytes of one of these. Raises UsageFault usage.file or FetchError."""

    async def verify(self, source: Source) -> Report:
        """The verdict on a file, by the home's trust lists and frameworks. It never raises for what is in the file; a
        trust list or framework that cannot be used is a SettingsFault or FrameworkFault."""
