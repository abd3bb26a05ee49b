"""The error form: what happened, what it means for you, what to do; and behind a key the code and the causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from satchel.codes import CODES
from satchel.errors import SatchelError

CHAIN_LIMIT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One error as a screen shows it. `chain` is the technical side: the code's sentence, then the causes."""

    happened: str
    means: str
    todo: str
    code: str
    chain: tuple[str, ...]


def trouble(error: SatchelError, means: str) -> Trouble:
    """The three lines of an error; `means` is the screen's word for what it has done to the owner's things."""
    return Trouble(
        happened=_sentence(error.message),
        means=means,
        todo=error.next_step or "Press Esc and go on.",
        code=error.code,
        chain=(f"{error.code}: {CODES[error.code].sentence}", *_causes(error)),
    )


def notice(code: str, message: str, means: str) -> Trouble:
    """The three lines of something that the owner must hear though nothing has failed."""
    known = CODES[code]
    return Trouble(
        happened=_sentence(message), means=means, todo=known.next_step, code=code, chain=(f"{code}: {known.sentence}",)
    )


def _sentence(text: str) -> str:
    """The message with a capital letter and an end."""
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def _causes(error: BaseException) -> list[str]:
    found: list[str] = []
    cause = error.__cause__
    while cause is not None and len(found) < CHAIN_LIMIT:
        found.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    return found
