"""The sets of colours. Each text tone keeps a contrast of 4.5 on its ground, those of `satchel-contrast` 7."""

from __future__ import annotations

from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT: Final = "satchel-dark"

_DARK: Final = Theme(
    name="satchel-dark",
    primary="#5b9bd5",
    secondary="#7f9db9",
    accent="#7cc5ff",
    success="#7bd88f",
    warning="#f0c674",
    error="#ff7b72",
    foreground="#d8dee6",
    background="#11151a",
    surface="#171c22",
    panel="#1f262e",
    dark=True,
    variables={
        "text-success": "#7bd88f",
        "text-warning": "#f0c674",
        "text-error": "#ff8f87",
        "text-accent": "#7cc5ff",
        "text-muted": "#a3b0be",
        "text-disabled": "#5d6a78",
        "doubt": "#c9a6ff",
        "cursor": "#24405c",
        "resting": "#1f2a35",
        "edge": "#33404d",
        "edge-focus": "#5b9bd5",
    },
)
_LIGHT: Final = Theme(
    name="satchel-light",
    primary="#1f5f99",
    secondary="#5b7186",
    accent="#0b5394",
    success="#1a6b2f",
    warning="#7a5200",
    error="#a31515",
    foreground="#1c232b",
    background="#fbfbf9",
    surface="#f3f3ef",
    panel="#e9e9e3",
    dark=False,
    variables={
        "text-success": "#1a6b2f",
        "text-warning": "#7a5200",
        "text-error": "#a31515",
        "text-accent": "#0b5394",
        "text-muted": "#55606c",
        "text-disabled": "#8b949e",
        "doubt": "#6a2fa3",
        "cursor": "#cfe3f7",
        "resting": "#e4e9ee",
        "edge": "#c3c8cd",
        "edge-focus": "#1f5f99",
    },
)
_CONTRAST: Final = Theme(
    name="satchel-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#8fd3ff",
    success="#8cff9e",
    warning="#ffe08a",
    error="#ffb3ad",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        "text-success": "#8cff9e",
        "text-warning": "#ffe08a",
        "text-error": "#ffb3ad",
        "text-accent": "#8fd3ff",
        "text-muted": "#d0d0d0",
        "text-disabled": "#a8a8a8",
        "doubt": "#e0c7ff",
        "cursor": "#00305c",
        "resting": "#1c1c1c",
        "edge": "#bdbdbd",
        "edge-focus": "#ffffff",
    },
)

THEMES: Final = (_DARK, _LIGHT, _CONTRAST)


def defaults(chosen: Theme) -> dict[str, str]:
    """Our own colours for a theme that does not have them; those of the terminal for a theme of its colours."""
    if chosen.ansi:
        return {
            "doubt": "ansi_magenta",
            "cursor": "ansi_bright_black",
            "resting": "ansi_default",
            "edge": "ansi_bright_black",
            "edge-focus": "ansi_blue",
        }
    return {
        "doubt": "#c9a6ff" if chosen.dark else "#6a2fa3",
        "cursor": f"{chosen.primary} 30%",
        "resting": f"{chosen.primary} 12%",
        "edge": "#808080 60%",
        "edge-focus": chosen.primary,
    }


def names() -> tuple[str, ...]:
    """The names of all sets of colours, ours first."""
    return (*(made.name for made in THEMES), *sorted(BUILTIN_THEMES))
