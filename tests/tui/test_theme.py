"""tui.theme: every text tone can be read on every ground that it stands on."""

import pytest
from textual.color import Color
from textual.theme import Theme

from tui.theme import THEMES, names

TONES = ("text-success", "text-warning", "text-error", "text-accent", "text-muted", "doubt")
GROUNDS = ("cursor", "resting")


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_each_tone_has_contrast_enough(theme: Theme) -> None:
    least = 7.0 if theme.name == "satchel-contrast" else 4.5
    inks = {tone: theme.variables[tone] for tone in TONES} | {"plain": theme.foreground or ""}
    grounds = {name: theme.variables[name] for name in GROUNDS} | {
        "background": theme.background or "",
        "panel": theme.panel or "",
        "surface": theme.surface or "",
    }
    pairs = {(ink, ground): round(contrast(inks[ink], grounds[ground]), 2) for ink in inks for ground in grounds}
    assert {pair: ratio for pair, ratio in pairs.items() if ratio < least} == {}


def test_the_names_begin_with_our_own() -> None:
    assert names()[:3] == ("satchel-dark", "satchel-light", "satchel-contrast")
    assert "ansi-dark" in names()
