"""One-time links: 256 random bits that are shown once. Only their SHA-256 is stored, so a copy of the database opens no
claim, and a lost link can only be renewed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from satchel.node.guard import BearerToken
from satchel.port import Entropy

TOKEN_BYTES: Final = 32
DAYS: Final = 30
DAYS_LIMIT: Final = 400

State: TypeAlias = Literal["planned", "renewed", "already", "claimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A row whose credential waits for a wallet, or has found it (`claimed`). `token` is there only when it was made
    now: `planned`, or `renewed` (then the older link is dead)."""

    line: int
    id: str
    state: State
    expires: datetime
    token: BearerToken | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The credential that a wallet has claimed, byte for byte. `is_new` is False when it had it before."""

    id: str
    raw: bytes
    is_new: bool


def new_token(entropy: Entropy) -> BearerToken:
    """A token in 52 characters of lower case base32."""
    return BearerToken(base64.b32encode(entropy(TOKEN_BYTES)).decode("ascii").rstrip("=").lower())


def hash_of(token: BearerToken) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.reveal().encode("ascii")).hexdigest()


def address(origin: str, token: BearerToken) -> str:
    """The address that is given to the learner."""
    return f"{origin}/claim/{token.reveal()}"
