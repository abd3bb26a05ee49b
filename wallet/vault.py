"""The vault: keys and sealed records, as pure bytes.

A passphrase opens a wrap slot of the header, the slot gives the master key, and HKDF makes the other keys of it. A
record has a data key of its own, wrapped under the record key, which opens its body; and a summary (what a list shows)
under the summary key, so that a list of ten thousand takes one decryption each. Nothing else is written about a record:
no title, no tag, no date.

The byte layout, the AAD, the HKDF labels and what each check is for are docs/decisions/0003-vault.md; the vectors in
tests/wallet/vector must open for ever. Randomness and time are arguments. Not done here: files, rows, locking.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from satchel.errors import WalletFault
from satchel.port import Entropy
from wallet.header import (
    ID_BYTES,
    KEY_BYTES,
    LABEL,
    MAC_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Header,
    KdfParameters,
    PassphraseSlot,
    Slot,
    SlotKind,
    decode_header,
    microseconds,
    u32,
    u64,
    wrap,
)
from wallet.secret import Secret

PAD_STEP_BYTES: Final = 256
DATA_KEY_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES


class Table(IntEnum):
    """What kind of record a row is; part of its AAD. Numbers are never reused."""

    KEY = 1
    CREDENTIAL = 2


_PLACE: Final = struct.Struct(">H16sHQ")

# The last byte of the AAD: which of the three ciphertexts of a record it is.
_DATA_KEY: Final = b"\x00"
_SUMMARY: Final = b"\x01"
_BODY: Final = b"\x02"


class Row(NamedTuple):
    """What of a record is in clear: its table, random id, schema version and counter; and its wrapped data key.

    A named tuple, because ten thousand are made at each unlock.
    """

    table: int
    record_id: bytes
    schema: int
    counter: int
    data_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A record as it is stored."""

    row: Row
    summary: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a wallet file holds at one moment: the header, all rows by id, and the summaries that were asked for."""

    header: bytes
    rows: tuple[Row, ...]
    summaries: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written together: the next header, new records, and the ids of records to remove."""

    header: bytes
    add: tuple[Sealed, ...] = ()
    remove: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """An unlocked vault: the header as last read, and the keys. Its methods are pure."""

    header: Header
    master: Secret
    record_cipher: AESGCMSIV
    summary_cipher: AESGCMSIV
    integrity_key: Secret

    @classmethod
    def _of(cls, header: Header, master: Secret) -> Vault:
        return cls(
            header=header,
            master=master,
            record_cipher=AESGCMSIV(_derive(master, header.wallet_id, b"record key").reveal()),
            summary_cipher=AESGCMSIV(_derive(master, header.wallet_id, b"summary key").reveal()),
            integrity_key=_derive(master, header.wallet_id, b"integrity key"),
        )

    def backup_key(self) -> Secret:
        """The key of encrypted backups of this wallet."""
        return _derive(self.master, self.header.wallet_id, b"backup key")

    def header_bytes(self) -> bytes:
        """The header as it is stored, with its MAC."""
        covered = self.header.encode()
        return covered + self._mac(b"header", covered)

    def with_header(self, raw: bytes) -> Vault:
        """This vault with the header as it now lies on disk (another process may have written).

        Raises WalletFault wallet.header_mac when it was not written by a holder of the keys, and what decode_header
        raises.
        """
        header, mac = decode_header(raw)
        if header.wallet_id != self.header.wallet_id or not hmac.compare_digest(
            mac, self._mac(b"header", raw[:-MAC_BYTES])
        ):
            raise WalletFault("wallet.header_mac", "The header of the wallet was changed by something else.")
        return replace(self, header=header)

    def seal(
        self,
        *,
        table: Table,
        record_id: bytes,
        schema: int,
        counter: int,
        summary: bytes,
        body: bytes,
        entropy: Entropy,
    ) -> Sealed:
        """A record under a data key of its own. A changed record is sealed anew with the next counter."""
        data_key = entropy(KEY_BYTES)
        place = self._place(table, record_id, schema, counter)
        wrapped = _encrypt(self.record_cipher, data_key, place + _DATA_KEY, entropy)
        row = Row(table=int(table), record_id=record_id, schema=schema, counter=counter, data_key=wrapped)
        return Sealed(
            row=row,
            summary=_encrypt(self.summary_cipher, pad(summary), place + _SUMMARY + wrapped, entropy),
            body=_encrypt(AESGCMSIV(data_key), pad(body), place + _BODY, entropy),
        )

    def open_summary(self, row: Row, blob: bytes) -> bytes:
        """The summary of a record. Raises WalletFault wallet.record when a byte of it, its place, its counter or its
        data key is not as it was sealed (attack row 154)."""
        try:
            place = self._place(row.table, row.record_id, row.schema, row.counter)
            return unpad(_decrypt(self.summary_cipher, blob, place + _SUMMARY + row.data_key))
        except (InvalidTag, ValueError, struct.error) as error:
            raise _broken(row) from error

    def open_body(self, row: Row, blob: bytes) -> bytes:
        """The body of a record. Raises WalletFault wallet.record as `open_summary`."""
        try:
            place = self._place(row.table, row.record_id, row.schema, row.counter)
            data_key = _decrypt(self.record_cipher, row.data_key, place + _DATA_KEY)
            return unpad(_decrypt(AESGCMSIV(data_key), blob, place + _BODY))
        except (InvalidTag, ValueError, struct.error) as error:
            raise _broken(row) from error

    def check_rows(self, rows: Iterable[Row]) -> None:
        """Nothing, when these are all the rows that the header was written for, in the order of their ids.

        Raises WalletFault wallet.rows_changed: a row was removed, added or put back from an older copy.
        """
        if not hmac.compare_digest(self._roster(rows), self.header.roster):
            raise WalletFault("wallet.rows_changed", "Rows of the wallet were removed, added or put back by hand.")

    def advance(self, rows: Iterable[Row], *, now: datetime, floor: int = 0) -> Vault:
        """This vault after a change that left these rows (in the order of their ids).

        `floor` is the highest counter seen anywhere: after a rollback the count goes on above it.
        """
        counter = max(self.header.counter, floor) + 1
        roster = self._roster(rows)
        link = self.header.chain_head + u64(counter) + u64(microseconds(now)) + roster
        head = self._mac(b"chain", link)
        return replace(
            self, header=replace(self.header, counter=counter, changed_at=now, chain_head=head, roster=roster)
        )

    def passphrase_slot(self, secret: Secret, *, parameters: KdfParameters, entropy: Entropy) -> Slot:
        """A slot that opens this vault with this passphrase. Runs the KDF; changes nothing."""
        return wrap(self.master, secret, parameters, self.header.wallet_id, entropy)

    def with_slot(self, slot: Slot) -> Vault:
        """This vault with the slots of that kind replaced by this one; the caller advances it."""
        others = tuple(other for other in self.header.slots if other.kind != slot.kind)
        return replace(self, header=replace(self.header, slots=(slot, *others)))

    def _place(self, table: int, record_id: bytes, schema: int, counter: int) -> bytes:
        """The beginning of each AAD of a record, 44 bytes. Raises ValueError or struct.error for fields that no row
        of ours has."""
        if len(record_id) != ID_BYTES:
            raise ValueError("an id of another length")
        return self.header.wallet_id + _PLACE.pack(table, record_id, schema, counter)

    def _roster(self, rows: Iterable[Row]) -> bytes:
        mac = hmac.new(self.integrity_key.reveal(), LABEL + b"roster", hashlib.sha256)
        try:
            for row in rows:
                # Every field has a fixed length, so the sequence is read in one way only.
                if len(row.record_id) != ID_BYTES or len(row.data_key) != DATA_KEY_BYTES:
                    raise ValueError("a field of a wrong length")
                mac.update(_PLACE.pack(row.table, row.record_id, row.schema, row.counter) + row.data_key)
        except (ValueError, struct.error) as error:
            raise WalletFault("wallet.rows_changed", "A row of the wallet has a field of a wrong length.") from error
        return mac.digest()

    def _mac(self, purpose: bytes, message: bytes) -> bytes:
        return hmac.digest(self.integrity_key.reveal(), LABEL + purpose + message, "sha256")


def create(secret: Secret, *, parameters: KdfParameters, now: datetime, entropy: Entropy) -> Vault:
    """A new, empty vault, opened by this passphrase. Raises WalletFault wallet.kdf_floor or wallet.kdf_ceiling."""
    parameters.check()
    wallet_id, master = entropy(ID_BYTES), Secret(entropy(KEY_BYTES))
    header = Header(
        wallet_id=wallet_id,
        created_at=now,
        counter=0,
        changed_at=now,
        chain_head=bytes(MAC_BYTES),
        roster=bytes(MAC_BYTES),
        slots=(wrap(master, secret, parameters, wallet_id, entropy),),
    )
    return Vault._of(header, master).advance((), now=now)


def unlock(raw: bytes, secret: Secret) -> Vault:
    """The vault whose header these bytes are, opened with a passphrase; the header's MAC is checked.

    Raises WalletFault wallet.passphrase (also when the slot itself was changed: the two cannot be told apart),
    wallet.header_mac, and what decode_header raises. The KDF parameters were in bounds before the KDF ran.
    """
    header, _ = decode_header(raw)
    for slot in header.slots:
        if slot.kind != SlotKind.PASSPHRASE:
            continue
        master = PassphraseSlot.decode(slot.body).unwrap(secret, header.wallet_id)
        if master is not None:
            return Vault._of(header, master).with_header(raw)
    raise WalletFault("wallet.passphrase", "The passphrase does not open this wallet.")


def pad(plain: bytes) -> bytes:
    """The length (4 bytes) and the bytes, filled with zeros to a multiple of 256: sizes on disk tell little."""
    framed = u32(len(plain)) + plain
    return framed + bytes(-len(framed) % PAD_STEP_BYTES)


def unpad(padded: bytes) -> bytes:
    """The bytes that `pad` was given. Raises ValueError when they were not padded by it."""
    end = 4 + int.from_bytes(padded[:4])
    if len(padded) != end + -end % PAD_STEP_BYTES or padded[end:].strip(b"\0"):
        raise ValueError("the padding is not ours")
    return padded[4:end]


def _encrypt(cipher: AESGCMSIV, plain: bytes, aad: bytes, entropy: Entropy) -> bytes:
    nonce = entropy(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, aad)


def _decrypt(cipher: AESGCMSIV, blob: bytes, aad: bytes) -> bytes:
    return cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], aad)


def _broken(row: Row) -> WalletFault:
    return WalletFault(
        "wallet.record",
        f"Record {row.record_id.hex()[:8]} of the wallet is damaged or was moved.",
        details={"record_id": row.record_id.hex(), "table": row.table},
    )


def _derive(master: Secret, wallet_id: bytes, label: bytes) -> Secret:
    return Secret(
        HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=wallet_id, info=LABEL + label).derive(master.reveal())
    )
