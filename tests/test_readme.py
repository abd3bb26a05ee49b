"""The README is played: every `$` line of its console blocks runs, and prints what the README shows.

`…` in an expected line stands for any text in that line, a line that is only `…` for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def transcript() -> list[tuple[str, list[str]]]:
    """(command, the lines that it is shown to print), in order."""
    shown: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                shown.append((line[2:], []))
            else:
                shown[-1][1].append(line)
    return shown


def pattern(lines: list[str]) -> str:
    parts = []
    for line in lines:
        if line == "…":
            parts.append(r"(?:.*\n)*")
        else:
            parts.append(".*".join(re.escape(piece.rstrip()) for piece in line.split("…")) + r"[^\S\n]*\n")
    return "".join(parts)


def test_what_the_readme_shows_is_what_happens(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
    }
    commands = transcript()
    assert len(commands) > 10
    for command, lines in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 3), f"$ {command}\n{done.stdout}{done.stderr}"
        assert re.fullmatch(pattern(lines), done.stdout), f"$ {command}\n{done.stdout}{done.stderr}"


def test_the_two_lines_that_a_newcomer_types_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in ("demo", "test"):
        assert f"\n{target}: " in makefile
        assert f"\nmake {target}\n" in (ROOT / "README.md").read_text("utf-8")
