"""The header of a vault: what is readable while the wallet is locked, byte for byte, and its wrap slots.

It is the only part that is read before a key is known, so everything in it is bounded before it is used. The layout
is docs/decisions/0003-vault.md. Its MAC is checked by wallet.vault, which has the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from satchel.errors import WalletFault
from satchel.port import Entropy
from wallet.secret import Secret

MAGIC: Final = b"SATCHELV"
VERSION: Final = 1
LABEL: Final = b"satchel/vault/1/"
HEADER_LIMIT_BYTES: Final = 64 * 1024
SLOT_LIMIT: Final = 16
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
ID_BYTES: Final = 16
MAC_BYTES: Final = 32

_SALT_BYTES: Final = 16
_KDF_ARGON2ID: Final = 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SlotKind(IntEnum):
    """How a wrap slot is opened. Kinds that this version does not know are kept, and stay under the header's MAC."""

    PASSPHRASE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KdfParameters:
    """Argon2id: memory in KiB, passes, lanes. `check` is called before every use, also on creation."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def work_kib(self) -> int:
        """Memory times passes: what the time is proportional to."""
        return self.memory_kib * self.passes

    def check(self) -> None:
        """Raises WalletFault wallet.kdf_floor for a weaker key than ours ever was, and wallet.kdf_ceiling for one that
        would eat the machine. Both are read from a file that others may have edited (attack row 153)."""
        floor = KDF_FLOOR
        if self.memory_kib < floor.memory_kib or self.passes < floor.passes or self.lanes < floor.lanes:
            raise WalletFault("wallet.kdf_floor", f"The wallet asks for {self}, below {floor}.")
        if self.memory_kib > _MEMORY_CEILING_KIB or self.lanes > _LANES_CEILING or self.work_kib > _WORK_CEILING_KIB:
            raise WalletFault("wallet.kdf_ceiling", f"The wallet asks for {self}.")

    def __str__(self) -> str:
        return f"Argon2id with {self.memory_kib} KiB, {self.passes} passes, {self.lanes} lanes"

    def encode(self) -> bytes:
        """13 bytes: algorithm, memory, passes, lanes."""
        return u8(_KDF_ARGON2ID) + u32(self.memory_kib) + u32(self.passes) + u32(self.lanes)


KDF_FLOOR: Final = KdfParameters(memory_kib=64 * 1024, passes=3, lanes=1)
_MEMORY_CEILING_KIB: Final = 2 * 1024 * 1024
_LANES_CEILING: Final = 16
# 8 GiB are about half a minute of one core; so 2 GiB of memory allow 4 passes and 64 MiB allow 128.
_WORK_CEILING_KIB: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One way to the master key: its kind and its body, which only that kind reads."""

    kind: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known of a wallet while it is locked, and is under the MAC: who, when, how often changed, and the slots.

    `roster` commits to the set of rows, `chain_head` to the history of rosters.
    """

    wallet_id: bytes
    created_at: datetime
    counter: int
    changed_at: datetime
    chain_head: bytes
    roster: bytes
    slots: tuple[Slot, ...]

    def encode(self) -> bytes:
        """The bytes that the MAC covers; `wallet.vault` appends it."""
        slots = b"".join(u8(slot.kind) + u16(len(slot.body)) + slot.body for slot in self.slots)
        fixed = (
            self.wallet_id
            + u64(microseconds(self.created_at))
            + u64(self.counter)
            + u64(microseconds(self.changed_at))
            + self.chain_head
            + self.roster
            + u8(len(self.slots))
        )
        length = len(MAGIC) + 2 + 4 + len(fixed) + len(slots) + MAC_BYTES
        return MAGIC + u16(VERSION) + u32(length) + fixed + slots


def decode_header(raw: bytes) -> tuple[Header, bytes]:
    """The header and its MAC, every length checked and the KDF parameters of every slot in bounds; the MAC is NOT.

    Raises WalletFault wallet.header, wallet.version, wallet.kdf_floor or wallet.kdf_ceiling.
    """
    reader = _Reader(raw)
    if reader.take(len(MAGIC)) != MAGIC:
        raise WalletFault("wallet.header", "The header does not begin as a Satchel vault does.")
    version = reader.number(2)
    if version != VERSION:
        raise WalletFault("wallet.version", f"The wallet is of format {version}; this program reads format {VERSION}.")
    if reader.number(4) != len(raw) or len(raw) > HEADER_LIMIT_BYTES:
        raise WalletFault("wallet.header", "The header is cut or has extra bytes.")
    wallet_id = reader.take(ID_BYTES)
    created_at, counter, changed_at = reader.time(), reader.number(8), reader.time()
    chain_head, roster = reader.take(MAC_BYTES), reader.take(MAC_BYTES)
    count = reader.number(1)
    if not 1 <= count <= SLOT_LIMIT:
        raise WalletFault("wallet.header", f"The header has {count} wrap slots.")
    slots = tuple(Slot(kind=reader.number(1), body=reader.take(reader.number(2))) for _ in range(count))
    mac = reader.take(MAC_BYTES)
    reader.end()
    asked = [PassphraseSlot.decode(slot.body).parameters for slot in slots if slot.kind == SlotKind.PASSPHRASE]
    for parameters in asked:
        parameters.check()
    # Unlocking tries every passphrase slot, so sixteen of them must not ask for sixteen minutes.
    if sum(parameters.work_kib for parameters in asked) > _WORK_CEILING_KIB:
        raise WalletFault("wallet.kdf_ceiling", "The wrap slots together ask for more work than one may.")
    header = Header(
        wallet_id=wallet_id,
        created_at=created_at,
        counter=counter,
        changed_at=changed_at,
        chain_head=chain_head,
        roster=roster,
        slots=slots,
    )
    return header, mac


@dataclass(frozen=True, slots=True, kw_only=True)
class PassphraseSlot:
    """The body of a slot of kind 1, 89 bytes: KDF parameters, salt, nonce, wrapped master key."""

    parameters: KdfParameters
    salt: bytes
    nonce: bytes
    wrapped: bytes

    @classmethod
    def decode(cls, body: bytes) -> PassphraseSlot:
        reader = _Reader(body)
        if reader.number(1) != _KDF_ARGON2ID:
            raise WalletFault("wallet.version", "A wrap slot uses a key derivation that this program does not know.")
        parameters = KdfParameters(memory_kib=reader.number(4), passes=reader.number(4), lanes=reader.number(4))
        slot = cls(
            parameters=parameters,
            salt=reader.take(_SALT_BYTES),
            nonce=reader.take(NONCE_BYTES),
            wrapped=reader.take(KEY_BYTES + TAG_BYTES),
        )
        reader.end()
        return slot

    def unwrap(self, secret: Secret, wallet_id: bytes) -> Secret | None:
        """The master key, or None when the secret (or the slot) is not the one that wrapped it."""
        key = derive_key(secret, self.parameters, self.salt)
        try:
            return Secret(
                AESGCMSIV(key).decrypt(self.nonce, self.wrapped, _slot_aad(wallet_id, self.parameters, self.salt))
            )
        except InvalidTag:
            return None


def wrap(master: Secret, secret: Secret, parameters: KdfParameters, wallet_id: bytes, entropy: Entropy) -> Slot:
    """A new passphrase slot around the master key."""
    salt, nonce = entropy(_SALT_BYTES), entropy(NONCE_BYTES)
    key = derive_key(secret, parameters, salt)
    wrapped = AESGCMSIV(key).encrypt(nonce, master.reveal(), _slot_aad(wallet_id, parameters, salt))
    return Slot(kind=SlotKind.PASSPHRASE, body=parameters.encode() + salt + nonce + wrapped)


def derive_key(secret: Secret, parameters: KdfParameters, salt: bytes) -> bytes:
    parameters.check()
    kdf = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=parameters.passes,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    try:
        return kdf.derive(secret.reveal())
    except MemoryError as error:
        raise WalletFault("wallet.kdf_memory", f"There is no memory for {parameters}.") from error


def _slot_aad(wallet_id: bytes, parameters: KdfParameters, salt: bytes) -> bytes:
    return LABEL + b"slot" + wallet_id + u8(SlotKind.PASSPHRASE) + parameters.encode() + salt


def kdf_parameters(header: Header) -> KdfParameters:
    """The parameters of the first passphrase slot; the floor when there is none."""
    for slot in header.slots:
        if slot.kind == SlotKind.PASSPHRASE:
            return PassphraseSlot.decode(slot.body).parameters
    return KDF_FLOOR


class _Reader:
    """Reads a byte string from front to back; every shortage is wallet.header."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._raw[self._at : self._at + count]
        if len(piece) != count:
            raise WalletFault("wallet.header", "The header is cut.")
        self._at += count
        return piece

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count))

    def time(self) -> datetime:
        try:
            return EPOCH + timedelta(microseconds=self.number(8))
        except OverflowError as error:
            raise WalletFault("wallet.header", "A time in the header is out of range.") from error

    def end(self) -> None:
        if self._at != len(self._raw):
            raise WalletFault("wallet.header", "The header has extra bytes.")


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z of an aware time."""
    return (moment - EPOCH) // timedelta(microseconds=1)


# Numbers are unsigned and big-endian; one that does not fit is an OverflowError.
def u8(value: int) -> bytes:
    return value.to_bytes(1)


def u16(value: int) -> bytes:
    return value.to_bytes(2)


def u32(value: int) -> bytes:
    return value.to_bytes(4)


def u64(value: int) -> bytes:
    return value.to_bytes(8)
