"""The checkpoint: what this machine last saw of a wallet, kept outside the wallet's file.

A wallet file that somebody put back from an older copy opens with the same passphrase and looks whole. Only a memory
outside of it can tell (attack row 155). The file is `HOME/state/wallet.json`; store writes and reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from satchel.codec import jcs, strictjson
from satchel.errors import SatchelError
from wallet.header import EPOCH, ID_BYTES, MAC_BYTES, Header, microseconds

SCHEMA: Final = "satchel.wallet_state/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the owner must hear, and that does not keep the wallet closed: a code of satchel.codes."""

    code: str
    message: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The wallet's id, its counter, its chain head, and when that header was written."""

    wallet_id: bytes
    counter: int
    chain_head: bytes
    changed_at: datetime

    @classmethod
    def of(cls, header: Header) -> Checkpoint:
        """What to remember of this header."""
        return cls(
            wallet_id=header.wallet_id,
            counter=header.counter,
            chain_head=header.chain_head,
            changed_at=header.changed_at,
        )

    def encode(self) -> bytes:
        """The state file's bytes."""
        return jcs.encode(
            {
                "schema": SCHEMA,
                "wallet_id": self.wallet_id.hex(),
                "counter": self.counter,
                "chain_head": self.chain_head.hex(),
                "changed_at": microseconds(self.changed_at),
            }
        )


def decode(raw: bytes) -> Checkpoint | None:
    """The checkpoint of a state file; None when the file is not one (it then counts as lost, see `compare`)."""
    try:
        match strictjson.loads(raw):
            case {
                "schema": str(schema),
                "wallet_id": str(wallet_id),
                "counter": int(counter),
                "chain_head": str(chain_head),
                "changed_at": int(changed_at),
            } if schema == SCHEMA and counter >= 0:
                found = Checkpoint(
                    wallet_id=bytes.fromhex(wallet_id),
                    counter=counter,
                    chain_head=bytes.fromhex(chain_head),
                    changed_at=EPOCH + timedelta(microseconds=changed_at),
                )
                if len(found.wallet_id) == ID_BYTES and len(found.chain_head) == MAC_BYTES:
                    return found
    except (SatchelError, ValueError, OverflowError):
        return None
    return None


def compare(header: Header, seen: Checkpoint) -> Notice | None:
    """The warning, with both dates, when the file is older than what was seen here or has another history.

    A file that is AHEAD gives none: the program may have stopped between its commit and the checkpoint, or the wallet
    was used under another home; nobody without the keys can raise the counter.
    """
    if header.wallet_id != seen.wallet_id:
        code, what = "wallet.replaced", "This is another wallet than the one last used here"
    elif header.counter < seen.counter:
        code, what = "wallet.rolled_back", "The wallet file is older than the one last used here"
    elif header.counter == seen.counter and header.chain_head != seen.chain_head:
        code, what = "wallet.rolled_back", "The wallet file has another history than the one last used here"
    else:
        return None
    file_date, seen_date = header.changed_at.isoformat(), seen.changed_at.isoformat()
    return Notice(
        code=code,
        message=f"{what}: the file was changed last on {file_date}, the one used here on {seen_date}.",
        details={"file_changed_at": file_date, "seen_changed_at": seen_date},
    )
