"""The index: an unlocked vault and what its rows are, in memory. A change of it is a new index and a Change to write.

It is pure. A row that cannot be opened stays in it, without a card: a list can name it, and a change keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import strictjson
from satchel.errors import SatchelError, WalletFault
from satchel.port import Did
from wallet import card as cards
from wallet.card import Card
from wallet.header import Slot
from wallet.vault import Change, Held, Row, Sealed, Table, Vault

KEY_SCHEMA: Final = 1

_CREDENTIAL: Final = (int(Table.CREDENTIAL), cards.SCHEMA)
_KEY: Final = (int(Table.KEY), KEY_SCHEMA)

Outcome: TypeAlias = Literal["added", "replaced", "older", "already_there", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row and its card, or for a key its DID; neither when it cannot be opened."""

    row: Row
    card: Card | None = None
    did: Did | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A credential that was judged and sealed, and may now be kept."""

    sealed: Sealed
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The current credentials, last added first; those in the history, with what replaced them; and the ids of the
    records that cannot be opened."""

    current: tuple[Card, ...]
    history: tuple[Card, ...]
    replaced_by: Mapping[str, str]
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The vault with the header that the entries were read with, and the entries by record id."""

    vault: Vault
    entries: Mapping[bytes, Entry]

    @classmethod
    def empty(cls, opened: Vault) -> Index:
        """The index of a vault whose rows were not read yet."""
        return cls(vault=opened, entries=MappingProxyType({}))

    def read(self, held: Held) -> Index:
        """The index of what is held now. Rows that are known already are not opened again.

        Raises WalletFault wallet.header_mac and the like; that the rows are whole is checked by `check`, not here.
        """
        opened = self.vault.with_header(held.header)
        entries: dict[bytes, Entry] = {}
        for row in held.rows:
            known = self.entries.get(row.record_id)
            if known is not None and known.row == row:
                entries[row.record_id] = known
            else:
                entries[row.record_id] = _entry(opened, row, held.summaries.get(row.record_id, b""))
        return Index(vault=opened, entries=MappingProxyType(entries))

    def check(self) -> Index:
        """This index, when its rows are those that the header was written for. Raises WalletFault
        wallet.rows_changed; called before every change, because a change would make a wrong set of rows the right one.
        """
        self.vault.check_rows(self._rows())
        return self

    def add(
        self, candidates: Sequence[Candidate | None], *, now: datetime, floor: int
    ) -> tuple[Index, Change | None, tuple[tuple[Outcome, Card | None], ...]]:
        """The index with the candidates that are not held yet, what to write, and what became of each.

        None stands for one that was refused. The same bytes are kept once, also within one call.
        """
        by_digest = {card.digest: card for card in self.cards()}
        outcomes: list[tuple[Outcome, Card | None]] = []
        fresh: list[Candidate] = []
        for candidate in candidates:
            if candidate is None:
                outcomes.append(("refused", None))
            elif (twin := by_digest.get(candidate.card.digest)) is not None:
                outcomes.append(("already_there", twin))
            else:
                by_digest[candidate.card.digest] = candidate.card
                fresh.append(candidate)
                outcomes.append(("added", candidate.card))
        if not fresh:
            return self, None, tuple(outcomes)
        new = {one.sealed.row.record_id: Entry(row=one.sealed.row, card=one.card) for one in fresh}
        after = self._advanced({**self.entries, **new}, now=now, floor=floor)
        change = Change(header=after.vault.header_bytes(), add=tuple(one.sealed for one in fresh))
        replaced_by = cards.replaced(after.cards())
        return after, change, tuple((_refined(outcome, card, replaced_by), card) for outcome, card in outcomes)

    def remove(self, record_id: bytes, *, now: datetime, floor: int) -> tuple[Index, Change]:
        """The index without a record, and what to write. Raises WalletFault wallet.unknown_id."""
        if record_id not in self.entries:
            raise WalletFault(
                "wallet.unknown_id", f"There is no {cards.record_text(record_id)} in the wallet any more."
            )
        rest = {known: entry for known, entry in self.entries.items() if known != record_id}
        after = self._advanced(rest, now=now, floor=floor)
        return after, Change(header=after.vault.header_bytes(), remove=(record_id,))

    def with_slot(self, slot: Slot, *, now: datetime, floor: int) -> tuple[Index, Change]:
        """The index whose header has this slot for its kind, and what to write."""
        slotted = replace(self, vault=self.vault.with_slot(slot))
        after = slotted._advanced(self.entries, now=now, floor=floor)
        return after, Change(header=after.vault.header_bytes())

    def cards(self) -> list[Card]:
        """All cards, in no order."""
        return [entry.card for entry in self.entries.values() if entry.card is not None]

    def listing(self) -> Listing:
        """The cards as a list shows them."""
        held = sorted(self.cards(), key=lambda card: (card.added_at, card.id), reverse=True)
        replaced_by = cards.replaced(held)
        return Listing(
            current=tuple(card for card in held if card.id not in replaced_by),
            history=tuple(card for card in held if card.id in replaced_by),
            replaced_by=replaced_by,
            damaged=self.damaged(),
        )

    def damaged(self) -> tuple[str, ...]:
        """The ids of the records that cannot be opened."""
        lost = (known for known, entry in self.entries.items() if entry.card is None and entry.did is None)
        return tuple(sorted(cards.record_text(record_id) for record_id in lost))

    def holder(self) -> tuple[bytes, Did]:
        """The record and DID of the holder key. Raises WalletFault wallet.record when it cannot be opened."""
        for record_id, entry in self.entries.items():
            if entry.did is not None:
                return record_id, entry.did
        raise WalletFault("wallet.record", "The holder key of the wallet cannot be opened.")

    def find(self, start_of_id: str) -> tuple[bytes, Card]:
        """The one credential whose id begins so. Raises WalletFault wallet.unknown_id, wallet.ambiguous_id, or
        wallet.record when its record cannot be opened."""
        wanted = start_of_id.strip().lower()
        found = [
            (record_id, entry)
            for record_id, entry in self.entries.items()
            if wanted and entry.did is None and cards.record_text(record_id).startswith(wanted)
        ]
        if not found:
            raise WalletFault("wallet.unknown_id", f"No credential has an id that begins with {wanted!r}.")
        if len(found) > 1:
            raise WalletFault("wallet.ambiguous_id", f"{len(found)} credentials have ids that begin with {wanted!r}.")
        record_id, entry = found[0]
        if entry.card is None:
            raise WalletFault("wallet.record", f"Record {cards.record_text(record_id)} is damaged or was moved.")
        return record_id, entry.card

    def _advanced(self, entries: Mapping[bytes, Entry], *, now: datetime, floor: int) -> Index:
        after = replace(self, entries=MappingProxyType(dict(entries)))
        return replace(after, vault=self.vault.advance(after._rows(), now=now, floor=floor))

    def _rows(self) -> list[Row]:
        return [self.entries[record_id].row for record_id in sorted(self.entries)]


def _entry(opened: Vault, row: Row, summary: bytes) -> Entry:
    try:
        plain = opened.open_summary(row, summary)
        kind = (row.table, row.schema)
        if kind == _CREDENTIAL:
            return Entry(row=row, card=cards.decode(plain))
        if kind == _KEY:
            did = strictjson.load_object(plain).get("did")
            return Entry(row=row, did=Did(did) if isinstance(did, str) else None)
    except SatchelError:
        # Named by `damaged`; one broken record must not keep the others from their owner.
        return Entry(row=row)
    return Entry(row=row)


def _refined(outcome: Outcome, card: Card | None, replaced_by: Mapping[str, str]) -> Outcome:
    """`older` when a newer form is held, `replaced` when it replaces one, for what was added."""
    if outcome != "added" or card is None:
        return outcome
    if card.id in replaced_by:
        return "older"
    return "replaced" if card.id in replaced_by.values() else "added"
