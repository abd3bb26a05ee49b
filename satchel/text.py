"""The one way from outside text to a person's eyes: terminal, log and page.

Credentials are written by strangers. Their text may hold terminal escapes, clipboard writes (OSC 52), bidirectional
overrides, zero-width characters or towers of combining marks (facts of rows 140-143 of the attack table). Nothing
from outside is printed, logged or put into a page except through one of these functions.
"""

from __future__ import annotations

import html
import unicodedata
from typing import Final

MARKS_LIMIT: Final = 4
_ELLIPSIS: Final = "…"
# Cc, Cf (bidi controls, zero-width, tags), Cs, Co, Cn and the two line separators never reach a terminal as they are.
_SHOWN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def for_terminal(text: str, *, limit: int = 400) -> str:
    """The text on one line with every control, format or unassigned character written as `<U+XXXX>`, at most `limit`
    characters long (then ending in an ellipsis), NFC, at most four combining marks in a row."""
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    shown: list[str] = []
    length = 0
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MARKS_LIMIT:
            continue
        piece = f"<U+{ord(char):04X}>" if category in _SHOWN_CATEGORIES else char
        length += len(piece)
        if length > limit:
            shown.append(_ELLIPSIS)
            break
        shown.append(piece)
    else:
        if len(text) > limit * 4:
            shown.append(_ELLIPSIS)
    return "".join(shown)


def for_log(text: str, *, limit: int = 200) -> str:
    """The text for one log line: as for the terminal, and every non-ASCII character escaped."""
    return for_terminal(text, limit=limit).encode("ascii", "backslashreplace").decode("ascii")


def for_html(text: str, *, limit: int = 4000) -> str:
    """The text for element content or a quoted attribute: as for the terminal, and HTML escaped."""
    return html.escape(for_terminal(text, limit=limit), quote=True)
