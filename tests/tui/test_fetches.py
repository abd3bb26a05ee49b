from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from satchel.node.consent import Asking, FileDiary
from satchel.node.settings import Home
from tui.command.fetches import fetches

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_what_was_asked_is_told_with_its_reason(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    diary = FileDiary(home.diary)
    diary.write(Asking(at=NOW, host="a.example", purpose="did", outcome="asked"))
    diary.write(Asking(at=NOW, host="b\x1b.example", purpose="status", outcome="refused"))
    done = CliRunner().invoke(fetches, ["--home", str(home.path)])
    assert done.stdout == (
        "2026-11-24T00:00:00Z  asked    a.example  to find the key that signed\n"
        "2026-11-24T00:00:00Z  refused  b<U+001B>.example  to see whether it was revoked\n"
    )
    told = json.loads(CliRunner().invoke(fetches, ["--home", str(home.path), "--json", "--last", "1"]).stdout)
    assert told["items"] == [
        {
            "at": "2026-11-24T00:00:00Z",
            "host": "b\x1b.example",
            "purpose": "status",
            "why": "to see whether it was revoked",
            "outcome": "refused",
        }
    ]


def test_a_node_that_asked_nothing_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(fetches, ["--home", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing" in done.stderr
