"""The filter line of the credentials list: words, and `issuer:`, `status:`, `expires:<90d`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from satchel.codec import timestamp
from satchel.errors import CodecError
from tui.glyph import verdict_word

if TYPE_CHECKING:
    from wallet.card import Card

HELP: Final = "words, issuer:NAME, status:accepted, status:expired, expires:<90d"

_NAMES: Final = ("issuer", "status", "expires")
_DAYS: Final = re.compile(r"<(\d{1,5})d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A filter that was read. `wrong` are the pieces that mean nothing; they let everything through."""

    words: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    expires_days: int | None = None
    wrong: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return not (self.words or self.issuer or self.status) and self.expires_days is None


def parse(text: str) -> Query:
    """The filter of a line as it is being typed."""
    words: list[str] = []
    issuer: list[str] = []
    status: list[str] = []
    days: int | None = None
    wrong: list[str] = []
    for piece in text.casefold().split():
        name, colon, value = piece.partition(":")
        if not colon or name not in _NAMES:
            words.append(piece)
        elif not value:
            continue
        elif name == "issuer":
            issuer.append(value)
        elif name == "status":
            status.append(value)
        elif found := _DAYS.fullmatch(value):
            days = int(found[1])
        else:
            wrong.append(piece)
    return Query(words=tuple(words), issuer=tuple(issuer), status=tuple(status), expires_days=days, wrong=tuple(wrong))


class Shelf:
    """Cards and the text of each that a filter looks at, made once."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = cards
        self._texts: list[tuple[str, str]] | None = None

    def matching(self, query: Query, *, now: datetime) -> list[Card]:
        """The cards that pass the filter, in their order."""
        if query.is_empty:
            return list(self.cards)
        if self._texts is None:
            self._texts = [_texts(card) for card in self.cards]
        passes = _test(query, now)
        return [card for card, texts in zip(self.cards, self._texts, strict=True) if passes(card, texts)]


def _texts(card: Card) -> tuple[str, str]:
    issuer = f"{card.issuer_name}\n{card.issuer_id}".casefold()
    return f"{card.title}\n{card.name}\n{card.id}\n".casefold() + issuer, issuer


def _test(query: Query, now: datetime) -> Callable[[Card, tuple[str, str]], bool]:
    words, issuers, statuses, days = query.words, query.issuer, query.status, query.expires_days

    def passes(card: Card, texts: tuple[str, str]) -> bool:
        for word in words:
            if word not in texts[0]:
                return False
        for name in issuers:
            if name not in texts[1]:
                return False
        if statuses and not all(_has_status(card, status, now) for status in statuses):
            return False
        return days is None or _ends_within(card, days, now)

    return passes


def _has_status(card: Card, status: str, now: datetime) -> bool:
    words = [verdict_word(card.verdict)]
    if card.is_expired(now):
        words.append("expired")
    return any(word.startswith(status) for word in words)


def _ends_within(card: Card, days: int, now: datetime) -> bool:
    try:
        end = timestamp.parse(card.valid_until)
    except CodecError:
        return False
    return now <= end <= now + timedelta(days=days)
