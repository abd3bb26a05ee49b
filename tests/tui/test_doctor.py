"""The doctor tells what is wrong, and says so only then."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from satchel.node.settings import Home
from tui import doctor as examination
from tui.command.doctor import doctor

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def findings(home: Path, now: datetime = NOW) -> dict[str, examination.Finding]:
    patient = examination.Patient(home=Home(home), now=now, environ={}, is_terminal=False)
    return {finding.name: finding for finding in examination.examine(patient)}


def test_a_machine_without_a_home_is_fit(tmp_path: Path) -> None:
    found = findings(tmp_path / "none")
    assert {finding.state for finding in found.values()} <= {"ok", "warn"}
    assert found["contexts"].state == found["modules"].state == "ok"


@pytest.mark.parametrize("year", [1970, 2199])
def test_an_impossible_clock_is_bad(tmp_path: Path, year: int) -> None:
    assert findings(tmp_path / "none", datetime(year, 1, 1, tzinfo=UTC))["clock"].state == "bad"


def test_a_home_that_others_can_write_to_is_bad(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    assert findings(home.path)["home"].state == "ok"
    home.path.chmod(0o777)
    found = findings(home.path)["home"]
    assert found.state == "bad"
    assert "chmod 700" in found.next_step


def test_a_key_file_that_others_can_read_is_bad(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.keys.mkdir(mode=0o700)
    key = home.keys / "issuer.key"
    key.write_text("secret")
    key.chmod(0o644)
    assert findings(home.path)["home"].state == "bad"


def test_a_damaged_database_is_bad(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.issuer_db.write_bytes(b"not a database at all" * 100)
    home.issuer_db.chmod(0o600)
    assert findings(home.path)["issuer.db"].state == "bad"


def test_a_changed_context_file_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = examination.pinned.PINS[0]
    monkeypatch.setattr(examination.pinned, "PINS", (pin._replace(sha256="0" * 64),))
    found = findings(tmp_path / "none")["contexts"]
    assert found.state == "bad"
    assert pin.file in found.sentence


def test_the_command_prints_json_and_says_whether_all_is_well(tmp_path: Path) -> None:
    done = CliRunner().invoke(doctor, ["--home", str(tmp_path / "none"), "--json"], standalone_mode=False)
    document = json.loads(done.stdout)
    assert document["schema"] == "satchel.doctor/1"
    assert document["fit"] is True
    assert done.return_value == 0
