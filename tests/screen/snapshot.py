"""A screen as text that a person can review in a diff: its lines, then sparse marks of what is not plain.

`SATCHEL_SNAPSHOT=write` writes the files anew; look at the diff before keeping them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rich.style import Style
from textual.app import App
from textual.strip import Strip

FOLDER: Final = Path(__file__).with_name("snapshots")
_ROLES: Final = ("text-success", "text-warning", "text-error", "text-accent", "text-muted", "doubt")
_GROUNDS: Final = ("cursor", "resting", "panel", "surface")


def strips(app: App[object]) -> list[Strip]:
    """What is on the screen now."""
    return app.screen._compositor.render_strips()


def text(app: App[object]) -> str:
    """The words on the screen, without spaces at the ends of lines."""
    return "\n".join(strip.text.rstrip() for strip in strips(app))


def picture(app: App[object]) -> str:
    """The words, and `line:column+cells role` for every stretch that has a role."""
    variables = app.theme_variables
    roles = {variables[name].lower(): name for name in _ROLES if name in variables}
    grounds = {variables[name].lower(): name for name in _GROUNDS if name in variables}
    marks = []
    for number, strip in enumerate(strips(app), 1):
        column = 1
        runs: list[tuple[int, int, str]] = []
        for segment in strip:
            role = _role(segment.style, roles, grounds)
            if runs and runs[-1][2] == role:
                runs[-1] = (runs[-1][0], runs[-1][1] + segment.cell_length, role)
            else:
                runs.append((column, segment.cell_length, role))
            column += segment.cell_length
        marks += [f"{number}:{start}+{cells} {role}" for start, cells, role in runs if role]
    return f"{text(app)}\n\n-- marks --\n" + "\n".join(marks) + "\n"


def check(app: App[object], name: str) -> None:
    """Compares the screen with the file of that name."""
    path, now = FOLDER / f"{name}.txt", picture(app)
    if os.environ.get("SATCHEL_SNAPSHOT") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, "utf-8")
        return
    assert path.is_file(), f"there is no {path.name}: run with SATCHEL_SNAPSHOT=write and look at it"
    assert now == path.read_text("utf-8"), f"{path.name} differs; SATCHEL_SNAPSHOT=write takes the new one"


def _role(style: Style | None, roles: dict[str, str], grounds: dict[str, str]) -> str:
    if style is None:
        return ""
    words = [roles.get(_hex(style, "color"), ""), grounds.get(_hex(style, "bgcolor"), "")]
    words += [name for name in ("bold", "reverse", "underline") if getattr(style, name)]
    return " ".join(word for word in words if word)


def _hex(style: Style, part: str) -> str:
    colour = getattr(style, part)
    if colour is None or colour.triplet is None:
        return ""
    return str(colour.triplet.hex).lower()
