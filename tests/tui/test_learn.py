"""Every topic of `satchel learn` reads well in a terminal, and every command in it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tui.command.learn import TOPICS, text

FOLDER = Path(__file__).resolve().parents[2] / "tui" / "learn"


def test_every_file_is_a_topic_and_every_topic_a_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_page_fits_a_terminal(topic: str) -> None:
    assert all(len(line) <= 120 for line in text(topic).splitlines())
    assert text(topic).startswith("# ")


@pytest.mark.parametrize("topic", TOPICS)
def test_the_commands_of_the_page_run(topic: str, tmp_path: Path) -> None:
    commands = re.findall(r"^    \$ (.*)$", text(topic), re.MULTILINE)
    assert commands
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
