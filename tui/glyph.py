"""Signs, words and tones of the screens: a meaning is always a sign and a word; the colour only repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.codes import Outcome

Tone: TypeAlias = Literal["plain", "strong", "muted", "accent", "good", "warn", "doubt", "bad"]

TONES: Final[tuple[Tone, ...]] = ("plain", "strong", "muted", "accent", "good", "warn", "doubt", "bad")

OUTCOME_TONES: Final[Mapping[Outcome, Tone]] = {
    "pass": "good",
    "warn": "warn",
    "unknown": "doubt",
    "fail": "bad",
    "not_applicable": "muted",
}
_VERDICT_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "accepted": "pass",
    "accepted_with_warnings": "warn",
    "undecided": "unknown",
    "rejected": "fail",
    "malformed": "fail",
}
_VERDICT_WORDS: Final[Mapping[str, str]] = {"accepted_with_warnings": "accepted with warnings"}
_SHORT_WORDS: Final[Mapping[str, str]] = {"accepted_with_warnings": "warnings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """One set of signs. Every sign is one cell wide, but `step`, `ellipsis` and `done`, `part`, `missing` in ASCII."""

    name: str
    outcomes: Mapping[Outcome, str]
    cursor: str
    chosen: str
    dot: str
    no_dot: str
    bar: str
    no_bar: str
    done: str
    part: str
    missing: str
    step: str
    ellipsis: str
    enter: str
    dash: str

    def verdict(self, verdict: str) -> str:
        """The sign of a verdict; that of the unknown for a word that is none of ours."""
        return self.outcomes[_VERDICT_OUTCOMES.get(verdict, "unknown")]

    def dots(self, count: int, of: int) -> str:
        """`count` of `of` as full and empty dots."""
        full = max(0, min(count, of))
        return self.dot * full + self.no_dot * (of - full)

    def level(self, position: int, of: int, width: int) -> str:
        """A bar of `width` cells: the place of a level on its own scale."""
        full = width * max(0, min(position, of)) // of if of > 0 else 0
        return self.bar * full + self.no_bar * (width - full)


UNICODE: Final = Glyphs(
    name="unicode",
    outcomes={"pass": "✔", "warn": "!", "unknown": "?", "fail": "✘", "not_applicable": "–"},
    cursor="▸",
    chosen="◆",
    dot="●",
    no_dot="○",
    bar="█",
    no_bar="░",
    done="✔",
    part="◐",
    missing="○",
    step="→",
    ellipsis="…",
    enter="⏎",
    dash="—",
)
ASCII: Final = Glyphs(
    name="ascii",
    outcomes={"pass": "+", "warn": "!", "unknown": "?", "fail": "x", "not_applicable": "-"},
    cursor=">",
    chosen="*",
    dot="*",
    no_dot=".",
    bar="#",
    no_bar=".",
    done="[x]",
    part="[~]",
    missing="[ ]",
    step="->",
    ellipsis="...",
    enter="enter",
    dash="-",
)


def verdict_tone(verdict: str) -> Tone:
    """The tone of a verdict."""
    return OUTCOME_TONES[_VERDICT_OUTCOMES.get(verdict, "unknown")]


def verdict_word(verdict: str) -> str:
    """The verdict in plain words."""
    return _VERDICT_WORDS.get(verdict, verdict)


def short_verdict(verdict: str) -> str:
    """The verdict in one word, for a column."""
    return _SHORT_WORDS.get(verdict, verdict)
