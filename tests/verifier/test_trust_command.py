from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from satchel.errors import SettingsFault, UsageFault
from tests.shared import SHARED, needs_shared
from verifier.service import load_trust
from verifier.trust_command import trust

SCHOOL = "did:web:school.example"


def run(home: Path, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(trust, [arguments[0], "--home", str(home), *arguments[1:]])
    assert done.exit_code == code, done.output
    return done


def refused(home: Path, *arguments: str) -> str:
    fault = run(home, *arguments, code=1).exception
    assert isinstance(fault, SettingsFault | UsageFault)
    return fault.code


def test_an_issuer_is_added_changed_and_listed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "add", SCHOOL, "--name", "A school", "--from", "2026-01-01", "--until", "2027-12-31")
    run(home, "add", "did:web:mill.example", "--name", "A mill", "--distrust")
    path = home / "trust/own.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.id for one in load_trust(home / "trust").lists[0].issuers] == [SCHOOL, "did:web:mill.example"]
    run(home, "add", SCHOOL, "--name", "The school")
    shown = run(home, "list").stdout.splitlines()
    assert shown == ["The list own", "  not trusted: A mill  did:web:mill.example", f"  The school  {SCHOOL}"]
    saved = json.loads(run(home, "list", "--json").stdout)
    assert saved["trust"][0]["issuers"][0] == {"id": "did:web:mill.example", "name": "A mill", "distrusted": True}


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "list")
    assert done.stdout == ""
    assert "satchel trust add" in done.stderr


@pytest.mark.parametrize("did", ["https://school.example", "school", "did:", "did:web:"])
def test_only_a_did_is_an_issuer(tmp_path: Path, did: str) -> None:
    assert refused(tmp_path, "add", did, "--name", "A school") == "usage.option"


@pytest.mark.parametrize("name", ["../own", "Own", "", "a/b", "-a", "x" * 65])
def test_a_list_has_a_plain_file_name(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, "add", SCHOOL, "--name", "A school", "--list", name) == "usage.option"


def test_days_that_end_before_they_begin_change_nothing(tmp_path: Path) -> None:
    run(tmp_path, "add", SCHOOL, "--name", "A school")
    before = (tmp_path / "trust/own.json").read_bytes()
    late = ("--from", "2027-01-01", "--until", "2026-01-01")
    assert refused(tmp_path, "add", SCHOOL, "--name", "A school", *late) == "trust.invalid"
    assert (tmp_path / "trust/own.json").read_bytes() == before


def test_a_registrys_document_becomes_a_list_and_nothing_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "Registry (sandbox).json"
    entries = {
        SCHOOL: {"name": "A school"},
        "https://x.example": {"name": "No DID"},
        "did:web:y.example": {"name": " "},
    }
    file.write_text(json.dumps({"registry": entries}))
    done = run(tmp_path / "home", "import", str(file), "--name", "Sandbox")
    assert done.stdout == "registry-sandbox.json: Sandbox, 1 issuers\n"
    assert "2 entries" in done.stderr
    assert refused(tmp_path / "home", "import", str(file)) == "trust.exists"
    told = json.loads(run(tmp_path / "home", "import", str(file), "--as", "again", "--json").stdout)
    assert (told["file"], told["issuers"]) == ("again.json", 1)


def test_a_registry_to_ask_is_taken_over_and_is_no_list_to_add_to(tmp_path: Path) -> None:
    file = tmp_path / "asked.json"
    value = {"schema": "satchel.registry/1", "type": "dcc-legacy", "name": "Asked", "url": "https://r.example/r.json"}
    file.write_text(json.dumps(value))
    run(tmp_path, "import", str(file))
    assert run(tmp_path, "list").stdout == "Asked  asked at https://r.example/r.json\n"
    assert refused(tmp_path, "add", SCHOOL, "--name", "A school", "--list", "asked") == "trust.exists"


def test_another_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    for raw in (b"{}", b"no json", b'{"schema": "satchel.trust/1"}'):
        file.write_bytes(raw)
        assert refused(tmp_path / "home", "import", str(file)) == "trust.invalid"
    assert list((tmp_path / "home/trust").iterdir()) == []


@needs_shared
def test_the_captured_registries_import(tmp_path: Path) -> None:
    for name in ("dcc-community", "dcc-sandbox"):
        raw = (SHARED / f"data/registries/httpResponses__legacyResponses__{name}-response.json").read_bytes()
        (value,) = json.loads(raw).values()
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(value))
        told = json.loads(run(tmp_path / "home", "import", str(file), "--json").stdout)
        assert told["issuers"] > 5
    assert len(load_trust(tmp_path / "home/trust").lists) == 2
