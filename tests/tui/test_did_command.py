"""`satchel did`: each verb as a person types it, in text and JSON, and its exit codes."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from did.method.webvh import write
from issuer.service import IssuerService
from satchel.node.settings import Home
from tests.did.method.webvh.site import publish, signer, state
from tests.issuer.conftest import CELLS, EXAMPLE
from tui.main import main

ORIGIN = "https://issuer.example"
NOW = ("--now", "2026-11-24T09:00:00Z")


class Shell:
    """The command in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self._capsys.readouterr()
        found = main(["did", *arguments])
        shown = self._capsys.readouterr()
        self.talk = shown.err
        assert found == code, shown
        return shown.out

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture
def did(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SATCHEL_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Shell(tmp_path, capsys)


@pytest.mark.parametrize(
    "method,kind,start",
    [
        ("key", "Ed25519", "did:key:z6Mk"),
        ("key", "P-256", "did:key:zDn"),
        ("key", "secp256k1", "did:key:zQ3s"),
        ("jwk", "P-384", "did:jwk:"),
        ("peer", "Ed25519", "did:peer:2.Vz6Mk"),
    ],
)
def test_a_new_did_is_printed_and_its_secret_is_a_private_file(did: Shell, method: str, kind: str, start: str) -> None:
    name = did("new", method, "--type", kind, "--out", "secret.json").strip()
    assert name.startswith(start)
    path = did.folder / "secret.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = json.loads(path.read_bytes())
    assert secret["id"] == name and secret["secretKeyMultibase"] not in did.talk
    found = did.json("resolve", name, "--offline")
    assert found["didDocument"]["id"] == name
    assert "usage.file" in did("new", method, "--out", "secret.json", code=2) + did.talk
    assert name in did("show", name) and did.json("show", name)["fetches"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "web", "--out", "x"),
        ("new", "key", "--out", "x", "--origin", ORIGIN),
        ("new", "key"),
        ("new", "dht", "--out", "x"),
        ("resolve", "did:web:a.example", "--version-time", "yesterday"),
        ("resolve", "did:web:a.example", "--offline", "--mirror", "x"),
        ("rotate", "nothing"),
        ("show", "nothing"),
    ],
)
def test_what_cannot_be_meant_is_told(did: Shell, arguments: tuple[str, ...]) -> None:
    did(*arguments, code=2)


def test_a_folder_is_made_shown_rotated_compared_and_given_up(did: Shell) -> None:
    name = did("new", "webvh", "--origin", ORIGIN, "--out", "home", "--now", "2026-11-20T00:00:00Z").strip()
    assert "usage.file" in did("new", "webvh", "--origin", ORIGIN, "--out", "home", code=2) + did.talk
    mirror = ("--mirror", "home/public", *NOW)
    assert did.json("show", "home")["versions"] == 1
    plan = did.json("rotate", "home", "--dry-run")
    assert (plan["dry_run"], plan["key_before"], plan["key_after"]) == (True, "key-1", "key-1")
    assert did("rotate", "home", "--now", "2026-11-21T00:00:00Z") == f"{name}#key-2\n"
    shown = did("show", "home")
    assert "key-1      signing  retired" in shown and "update-3   update   next" in shown
    text = did("resolve", name, *mirror)
    assert "#key-2  Ed25519  authentication, assertionMethod" in text and "versionNumber  2" in text
    early = did.json("resolve", name, *mirror, "--version-time", "2026-11-20T12:00:00Z")
    assert early["didDocumentMetadata"]["versionNumber"] == 1
    assert did.json("resolve", name, *mirror, "--version-number", "2")["didDocumentMetadata"]["versionNumber"] == 2
    changes = did.json("diff", name, *mirror)
    assert (changes["from"], changes["to"], len(changes["changes"])) == (1, 2, 3)
    assert f"+ /verificationMethod/{name}#key-2" in did("diff", name, *mirror).splitlines()
    assert did("diff", name, *mirror, "--from", "2", "--to", "2") == ""
    assert "did.version_missing" in did("diff", name, *mirror, "--to", "9", code=1) + did.talk
    assert did("rotate", "home", "--compromised", "--now", "2026-11-22T00:00:00Z") == f"{name}#key-3\n"
    assert "satchel revoke" in did.talk
    assert did("deactivate", "home", "--yes", "--now", "2026-11-23T00:00:00Z") == f"{name}\n"
    assert did.json("resolve", name, *mirror)["didDocumentMetadata"]["deactivated"] is True
    assert "did.log_writer" in did("rotate", "home", code=1) + did.talk


def test_a_did_web_folder_is_rotated_and_cannot_be_given_up(did: Shell) -> None:
    name = did("new", "web", "--origin", ORIGIN, "--out", "home", *NOW).strip()
    assert name == "did:web:issuer.example"
    assert did("rotate", "home", *NOW) == f"{name}#key-2\n"
    found = did.json("resolve", name, "--mirror", "home/public")
    assert [one["id"] for one in found["didDocument"]["verificationMethod"]] == [f"{name}#key-1", f"{name}#key-2"]
    assert "issue.key" in did("deactivate", "home", "--yes", code=1) + did.talk


def test_the_issuer_of_a_home_is_rotated_with_its_lists(did: Shell) -> None:
    home = Home(did.folder / "college")

    async def begin() -> None:
        at = datetime(2026, 11, 20, tzinfo=UTC)
        await IssuerService.found(home, origin=ORIGIN, name="College", did_method="webvh", clock=lambda: at)
        async with IssuerService.open(home, clock=lambda: at) as service:
            await service.issue(EXAMPLE, CELLS)

    asyncio.run(begin())
    where = ("--home", str(home.path), *NOW)
    plan = did.json("rotate", "--dry-run", *where)
    assert (plan["credentials"], plan["key_after"]) == (1, "key-1")
    done = did.json("rotate", *where)
    assert (done["credentials"], done["key_before"], done["key_after"]) == (1, "key-1", "key-2")
    lists = list((home.public / "issuer.example" / "status").iterdir())
    assert lists
    for path in lists:
        assert json.loads(path.read_bytes())["proof"]["verificationMethod"].endswith("#key-2")
    assert "key-2" in did("show", "--home", str(home.path))


def test_every_check_is_shown_and_the_first_that_fails_ends_them(did: Shell) -> None:
    name, log = write.create(state("issuer.example", 1), signer=signer(1), now=datetime(2026, 11, 20, tzinfo=UTC))
    publish(did.folder, name, log)
    mirror = ("--mirror", str(did.folder), *NOW)
    text = did("explain", name, *mirror)
    assert text.count("ok ") == len(text.splitlines()) > 10
    publish(did.folder, name, log + log)
    points = did.json("explain", name, *mirror, code=3)
    assert (points["holds"], points["points"][-1]["check"], points["points"][-1]["entry"]) == (False, "parameters", 2)
    assert did("explain", name, *mirror, code=3).splitlines()[-1].startswith("NO  entry 2")
    for other, check in (("did:web:nobody.example", "fetch"), ("nonsense", "syntax"), ("did:key:z6Mk", "document")):
        assert did.json("explain", other, *mirror, code=3)["points"][-1]["check"] == check


def test_offline_is_another_reason_than_not_there(did: Shell) -> None:
    did("resolve", "did:web:nobody.example", "--offline", code=7)
    assert "did.unreachable" in did.talk
    did("resolve", "did:web:nobody.example", "--mirror", str(did.folder), code=1)
    assert "did.not_found" in did.talk


def test_nothing_from_a_document_reaches_the_terminal_as_it_is(did: Shell) -> None:
    hostile = state("issuer.example", 1) | {
        "service": [{"id": "#\x1b]0;x\x07", "type": "\u202e", "serviceEndpoint": "https://x.example/\x1b[31m"}]
    }
    name, log = write.create(hostile, signer=signer(1), now=datetime(2026, 11, 20, tzinfo=UTC))
    publish(did.folder, name, log)
    mirror = ("--mirror", str(did.folder), *NOW)
    for verb in (("resolve", name, *mirror), ("explain", name, *mirror), ("show", name)):
        for shown in (did(*verb), did(*verb, "--json")):
            assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown
