"""`satchel tui`: what it refuses before it draws anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.main import main


@pytest.mark.parametrize(
    "options",
    [
        ["--offline", "--mirror", "."],
        ["--now", "yesterday"],
        ["--keys", "emacs"],
        ["--open", "nowhere"],
    ],
    ids=lambda options: options[0],
)
def test_a_wrong_option_is_usage(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["tui", *options])
    # --now is read only where there is a terminal; without one that is told first.
    assert code in ((1, 2) if options[0] == "--now" else (2,))


def test_without_a_terminal_it_names_the_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui.main", "tui", "--home", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TERM": "xterm"},
    )
    assert done.returncode == 1
    assert "[tui.terminal]" in done.stderr and "satchel list" in done.stderr
    assert done.stdout == ""
