"""Secrets that do not show themselves, and what a passphrase of a wallet must be."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Final

from satchel.errors import WalletFault

PASSPHRASE_LIMIT_CHARS: Final = 1024
LENGTH_CHARS: Final = 12
LENGTH_WORDS: Final = 4

# Long enough, and still the first that a guesser tries; spaces taken out, case folded.
_WORN_OUT: Final = frozenset(
    {
        "correcthorsebatterystaple",
        "qwertyuiop[]",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc",
        "1q2w3e4r5t6y",
        "passw0rd1234",
        "password1234",
        "password12345",
        "administrator",
        "iloveyou1234",
        "letmein12345",
        "changeme1234",
    }
)


class Secret:
    """Bytes that must not be shown: the repr is `***`, and it is neither compared nor pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes themselves, for the one call that needs them."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def passphrase(text: str) -> Secret:
    """The passphrase as the KDF reads it: NFKC, UTF-8. Raises WalletFault wallet.passphrase_text."""
    if len(text) > PASSPHRASE_LIMIT_CHARS:
        raise WalletFault("wallet.passphrase_text", f"The passphrase is longer than {PASSPHRASE_LIMIT_CHARS} signs.")
    try:
        return Secret(unicodedata.normalize("NFKC", text).encode())
    except UnicodeEncodeError:
        # Not `from error`: that exception carries the whole passphrase.
        raise WalletFault("wallet.passphrase_text", "The passphrase is not valid Unicode text.") from None


def check_strength(secret: Secret) -> None:
    """Raises WalletFault wallet.passphrase_weak unless a new passphrase has 12 characters or 4 words and is not a plain
    pattern. There are no rules about kinds of characters."""
    text = secret.reveal().decode()
    words = [word for word in text.split() if len(word) > 1]
    if len(text.strip()) < LENGTH_CHARS and len(words) < LENGTH_WORDS:
        raise WalletFault(
            "wallet.passphrase_weak",
            f"The passphrase has under {LENGTH_CHARS} characters and under {LENGTH_WORDS} words.",
        )
    folded = "".join(text.casefold().split())
    repeats = folded in (folded + folded)[1:-1]
    # 1 and -1: a run up or down; 9 and -9: where the run of digits goes round.
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    if repeats or len(set(folded)) < 5 or steps <= {0, 1, -9} or steps <= {0, -1, 9} or folded in _WORN_OUT:
        raise WalletFault("wallet.passphrase_weak", "The passphrase is a plain pattern that guessers try first.")
