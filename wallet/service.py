"""The wallet's service: keeps credentials, judged before they are stored, and gives them back byte for byte.

Everything here is async and returns frozen values. The vault is unlocked for as long as the `async with` lasts; the
list is decrypted once and kept in memory, and read again when another process has written.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from did import create
from satchel.codec import jcs, strictjson
from satchel.credential import stack as stacks
from satchel.credential.archive import StackFault
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.errors import SatchelError, WalletFault
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import entropy as node_entropy
from satchel.node.settings import Home
from satchel.port import Did, Entropy, Fetch, JsonObject
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES, Policy
from verifier.report import Report
from verifier.report import to_json as report_json
from wallet import card as cards
from wallet import checkpoint, vault
from wallet.card import Card
from wallet.checkpoint import Checkpoint, Notice
from wallet.header import ID_BYTES, KDF_FLOOR, KdfParameters, derive_key
from wallet.index import KEY_SCHEMA, Candidate, Index, Listing, Outcome
from wallet.secret import Secret, check_strength
from wallet.store import WalletStore
from wallet.vault import Change, Held, Table, Vault

UNLOCK_SECONDS: Final = 0.7
PASSES_LIMIT: Final = 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file to keep: its bytes as received, and its name."""

    raw: bytes
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one file. `replaced`: it is the newer form of one held, which stays in the history; `older`: the
    newer form is held. `card` is None when it was refused; then the report says why."""

    name: str
    outcome: Outcome
    card: Card | None
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One credential: its card, its envelope, the report of now and the one of the day it was added, the cards of its
    older forms, and the id of the newer one."""

    card: Card
    envelope: Envelope
    report: Report
    report_at_adding: JsonObject
    history: tuple[Card, ...]
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The bytes exactly as received, and a safe name for their file."""

    id: str
    file_name: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """What a check of every record found."""

    records: int
    damaged: tuple[str, ...]
    notices: tuple[Notice, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every record opened, and nothing was changed by something else."""
        return not self.damaged and not self.notices


class WalletService:
    """An unlocked wallet. Made by `unlock`."""

    def __init__(
        self, *, store: WalletStore, opened: Vault, seen: Checkpoint | None, fetch: Fetch, entropy: Entropy
    ) -> None:
        self._store = store
        self._index = Index.empty(opened)
        self._loaded: bytes | None = None
        self._seen = seen
        self._rollback = None if seen is None else checkpoint.compare(opened.header, seen)
        self._rows_fault: WalletFault | None = None
        self._fetch = fetch
        self._entropy = entropy
        self._writing = asyncio.Lock()

    @staticmethod
    async def create(
        home: Home,
        passphrase: Secret,
        *,
        now: datetime,
        parameters: KdfParameters | None = None,
        entropy: Entropy = node_entropy.system,
    ) -> Did:
        """Makes the wallet of a home and its holder key; gives the holder's DID, a did:key.

        Without `parameters` the key derivation is set to about 0.7 s on this machine, never below the floor.
        Raises WalletFault wallet.passphrase_weak, wallet.exists or wallet.kdf_*, SettingsFault and DatabaseFault.
        """
        check_strength(passphrase)
        chosen = await asyncio.to_thread(calibrate) if parameters is None else parameters
        async with WalletStore.make(home) as store:
            made = await asyncio.to_thread(vault.create, passphrase, parameters=chosen, now=now, entropy=entropy)
            key = PrivateKey.generate(entropy)
            did = create.did_key(key.public())
            sealed = made.seal(
                table=Table.KEY,
                record_id=entropy(ID_BYTES),
                schema=KEY_SCHEMA,
                counter=1,
                summary=jcs.encode({"did": did, "type": "Ed25519"}),
                body=key.secret_multikey().encode("ascii"),
                entropy=entropy,
            )
            made = made.advance([sealed.row], now=now)
            await store.begin(made.header_bytes(), (sealed,))
            # A wallet that was deleted leaves its checkpoint behind; the new one takes its place.
            await store.remember(Checkpoint.of(made.header), over=await store.checkpoint())
            return did

    @classmethod
    @asynccontextmanager
    async def unlock(
        cls, home: Home, passphrase: Secret, *, fetch: Fetch, entropy: Entropy = node_entropy.system
    ) -> AsyncIterator[WalletService]:
        """The opened wallet of a home. Look at `notices` before trusting what it lists.

        Raises WalletFault wallet.missing, wallet.passphrase, wallet.header*, wallet.kdf_*, wallet.version,
        SettingsFault and DatabaseFault.
        """
        async with WalletStore.open(home) as store:
            opened = await asyncio.to_thread(vault.unlock, await store.header(), passphrase)
            wallet = cls(store=store, opened=opened, seen=await store.checkpoint(), fetch=fetch, entropy=entropy)
            await wallet._refresh()
            if wallet._rollback is None:
                await wallet._remember()
            yield wallet

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the owner must hear: an older copy put back, rows changed by something else, damaged records."""
        found = [] if self._rollback is None else [self._rollback]
        if self._rows_fault is not None:
            found.append(Notice(code=self._rows_fault.code, message=self._rows_fault.message))
        if damaged := self._index.damaged():
            found.append(Notice(code="wallet.record", message=f"{len(damaged)} records are damaged or were moved."))
        return tuple(found)

    @property
    def vault(self) -> Vault:
        """The unlocked vault, for what lies beside the records and is sealed with keys of its own (wallet.drawer)."""
        return self._index.vault

    @property
    def did(self) -> Did:
        """The holder's DID. Raises WalletFault wallet.record when no holder key can be opened."""
        return self._index.holder()[1]

    async def signer(self) -> LocalSigner:
        """A signer with the holder's key. Raises WalletFault wallet.record."""
        record_id, did = self._index.holder()
        body = await self._body(record_id)
        return LocalSigner(create.did_key_method(did), PrivateKey.from_secret_multikey(body.decode("ascii")))

    async def add(
        self, raw: bytes, *, name: str = "", now: datetime, policy: Policy | None = None, keep_rejected: bool = False
    ) -> Added:
        """Judges one credential and keeps it: `add_all` of one. Raises WalletFault wallet.stack for a stack of several
        as well."""
        incoming = _taken_apart(Incoming(raw=raw, name=name))
        if len(incoming) != 1:
            raise WalletFault("wallet.stack", f"the stack holds {len(incoming)} credentials, not one")
        (added,) = await self.add_all(incoming, now=now, policy=policy, keep_rejected=keep_rejected)
        return added

    async def add_all(
        self,
        incoming: Sequence[Incoming],
        *,
        now: datetime,
        policy: Policy | None = None,
        keep_rejected: bool = False,
    ) -> tuple[Added, ...]:
        """Judges credentials first and then keeps them in one transaction: all of each file or nothing of it.

        Rejected and malformed ones are refused, unless `keep_rejected`; an undecided one is kept with its verdict.
        The same bytes are kept once. A stack is taken apart: each of its parts is judged and kept by itself and has
        its own answer, and a stack that cannot be read is refused as a whole. Raises WalletFault wallet.rows_changed
        when the wallet is read only.
        """
        apart = [one for given in incoming for one in _taken_apart(given)]
        judged = [await self._judge(one.raw, one.name, policy=policy, now=now) for one in apart]
        candidates = [
            None
            if envelope.container == "zip" or (not keep_rejected and report.verdict in ("rejected", "malformed"))
            else self._seal(envelope, report, now=now)
            for envelope, report in judged
        ]
        outcomes = await self._change(lambda index, floor: index.add(candidates, now=now, floor=floor))
        return tuple(
            Added(name=one.name, outcome=outcome, card=card, report=report)
            for one, (_, report), (outcome, card) in zip(apart, judged, outcomes, strict=True)
        )

    async def list(self) -> Listing:
        """The cards of the wallet."""
        await self._refresh()
        return self._index.listing()

    async def find(self, start_of_id: str) -> Card:
        """The one card whose id begins so. Raises WalletFault wallet.unknown_id or wallet.ambiguous_id, and
        wallet.record when its record cannot be opened."""
        await self._refresh()
        return self._index.find(start_of_id)[1]

    async def show(self, start_of_id: str, *, now: datetime, policy: Policy | None = None) -> Shown:
        """A credential and its report of now, beside that of the day it was added. Raises as `find`."""
        await self._refresh()
        record_id, card = self._index.find(start_of_id)
        raw, report_at_adding = await self._credential(record_id, card)
        envelope, report = await self._judge(raw, card.name, policy=policy, now=now)
        listing = self._index.listing()
        return Shown(
            card=card,
            envelope=envelope,
            report=report,
            report_at_adding=report_at_adding,
            history=tuple(other for other in listing.history if listing.replaced_by[other.id] == card.id),
            replaced_by=listing.replaced_by.get(card.id),
        )

    async def export(self, start_of_id: str) -> Exported:
        """The bytes of a credential as they were received. Raises as `find`."""
        await self._refresh()
        record_id, card = self._index.find(start_of_id)
        raw, _ = await self._credential(record_id, card)
        return Exported(id=card.id, file_name=card.file_name(), raw=raw)

    async def export_all(self) -> AsyncIterator[Exported | WalletFault]:
        """Every credential, also those of the history, one at a time; the fault of each that cannot be opened."""
        await self._refresh()
        index = self._index
        for record_id, entry in sorted(index.entries.items()):
            if entry.did is None:
                try:
                    yield await self.export(cards.record_text(record_id))
                except WalletFault as fault:
                    yield fault

    async def remove(self, start_of_id: str, *, now: datetime) -> Card:
        """Takes a credential out of the wallet, for good; one that it had replaced is then listed again."""
        await self._refresh()
        record_id, card = self._index.find(start_of_id)
        await self._change(lambda index, floor: (*index.remove(record_id, now=now, floor=floor), None))
        return card

    async def change_passphrase(
        self, old: Secret, new: Secret, *, now: datetime, parameters: KdfParameters | None = None
    ) -> None:
        """Wraps the master key under another passphrase. An older copy of the file still opens with the older one.

        Raises WalletFault wallet.passphrase when `old` does not open the wallet, and wallet.passphrase_weak.
        """
        check_strength(new)
        opened = await asyncio.to_thread(vault.unlock, await self._store.header(), old)
        chosen = await asyncio.to_thread(calibrate) if parameters is None else parameters
        slot = await asyncio.to_thread(opened.passphrase_slot, new, parameters=chosen, entropy=self._entropy)
        await self._change(lambda index, floor: (*index.with_slot(slot, now=now, floor=floor), None))

    async def check(self) -> Integrity:
        """Opens every record and compares every credential with its digest."""
        await self._refresh()
        damaged = set(self._index.damaged())
        for record_id, entry in self._index.entries.items():
            try:
                if entry.card is not None:
                    await self._credential(record_id, entry.card)
                elif entry.did is not None:
                    await self._body(record_id)
            except WalletFault:
                damaged.add(cards.record_text(record_id))
        return Integrity(records=len(self._index.entries), damaged=tuple(sorted(damaged)), notices=self.notices)

    async def _judge(self, raw: bytes, name: str, *, policy: Policy | None, now: datetime) -> tuple[Envelope, Report]:
        chosen = policy or POLICIES["default"]
        envelope = read(raw, name=name)
        materials = await gather(envelope, chosen, Asked(), now, self._fetch)
        return envelope, judge(envelope, materials, chosen, Asked())

    def _seal(self, envelope: Envelope, report: Report, *, now: datetime) -> Candidate:
        record_id = self._entropy(ID_BYTES)
        card = cards.of(record_id, envelope, report, now=now)
        at_adding = jcs.encode(report_json(report))
        sealed = self._index.vault.seal(
            table=Table.CREDENTIAL,
            record_id=record_id,
            schema=cards.SCHEMA,
            counter=1,
            summary=cards.encode(card),
            body=len(at_adding).to_bytes(4) + at_adding + envelope.raw,
            entropy=self._entropy,
        )
        return Candidate(sealed=sealed, card=card)

    async def _credential(self, record_id: bytes, card: Card) -> tuple[bytes, JsonObject]:
        """The bytes as received and the report of the day they were added."""
        body = await self._body(record_id)
        end = 4 + int.from_bytes(body[:4])
        raw = body[end:]
        if hashlib.sha256(raw).hexdigest() != card.digest:
            raise WalletFault("wallet.record", f"The bytes of {card.id} are not those of its card.")
        try:
            return raw, strictjson.load_object(body[4:end])
        except SatchelError as error:
            raise WalletFault("wallet.record", f"The report of {card.id} cannot be read.") from error

    async def _body(self, record_id: bytes) -> bytes:
        found = await self._store.body(record_id)
        if found is None:
            raise WalletFault("wallet.record", f"Record {cards.record_text(record_id)} has lost its body.")
        row, blob = found
        return self._index.vault.open_body(row, blob)

    async def _refresh(self) -> None:
        """Reads the list again when the header on disk is not the one that it was read with."""
        if self._loaded is not None and await self._store.header() == self._loaded:
            return
        held = await self._store.load()
        self._index, self._loaded = self._index.read(held), held.header
        try:
            self._index.check()
            self._rows_fault = None
        except WalletFault as fault:
            self._rows_fault = fault

    async def _change(self, step: Callable[[Index, int], tuple[Index, Change | None, T]]) -> T:
        """Takes one step from what is on disk at that moment, writes it, and remembers it outside the file.

        `step` gets the index and the counter that the next one must be above (also after an older copy was put back).
        """
        async with self._writing:
            known, seen = self._index, self._seen

            def decide(held: Held) -> tuple[Change | None, tuple[Index, T]]:
                index = known.read(held).check()
                same = seen is not None and seen.wallet_id == index.vault.header.wallet_id
                after, change, answer = step(index, seen.counter if seen is not None and same else 0)
                return change, (after, answer)

            self._index, answer = await self._store.change(known.entries.keys(), decide)
            self._loaded, self._rows_fault = self._index.vault.header_bytes(), None
            await self._remember()
            return answer

    async def _remember(self) -> None:
        seen = Checkpoint.of(self._index.vault.header)
        if seen != self._seen:
            await self._store.remember(seen, over=self._seen)
            self._seen = seen


def _taken_apart(given: Incoming) -> tuple[Incoming, ...]:
    """The parts of a stack, each by itself. What is no stack, or no sound one, is left to the verifier's word."""
    if not stacks.looks_like_stack(given.raw):
        return (given,)
    try:
        parts = stacks.read(given.raw).parts
    except StackFault:
        return (given,)
    return tuple(Incoming(raw=part.envelope.raw, name=f"{given.name or 'stack'}, {part.file}") for part in parts)


def calibrate() -> KdfParameters:
    """Parameters that take about 0.7 s on this machine: the floor's memory, and three passes or more."""
    started = time.perf_counter()
    derive_key(Secret(b"calibration"), KDF_FLOOR, bytes(16))
    took = max(time.perf_counter() - started, 0.001)
    passes = math.floor(KDF_FLOOR.passes * UNLOCK_SECONDS / took)
    return replace(KDF_FLOOR, passes=min(max(passes, KDF_FLOOR.passes), PASSES_LIMIT))
