from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from did.create import did_web_document
from satchel.credential import archive as plain_zip
from satchel.credential import status
from satchel.key.private import LocalSigner
from tests.attack.forge import ISSUER, STRANGER, badge, method_of, signed, to_bytes
from verifier import archive
from verifier.archive import ArchiveFault
from verifier.archive_command import group
from verifier.command import verify

DID = "did:web:school.example"
LIST = "https://school.example/status/1"
LATER = "2046-01-01T00:00:00Z"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The school's host while it still stands: its key document and its status list."""
    host = tmp_path / "web/school.example"
    (host / ".well-known").mkdir(parents=True)
    (host / "status").mkdir()
    document = did_web_document(DID, keys={"key-1": ISSUER.public()})  # type: ignore[arg-type]
    (host / ".well-known/did.json").write_bytes(to_bytes(document))
    listed = status.compose_list(
        id=LIST,
        issuer=DID,
        purpose="revocation",
        encoded=status.encode(bytes(status.ENTRIES_MINIMUM // 8)),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )
    (host / "status/1").write_bytes(to_bytes(signed(listed, method=f"{DID}#key-1")))
    return tmp_path / "web"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    entry = status.compose_entry(list_url=LIST, index=7, purpose="revocation")
    document = badge(issuer={"id": DID, "type": ["Profile"], "name": "A school"}, credentialStatus=entry)
    path = tmp_path / "badge.json"
    path.write_bytes(to_bytes(signed(document | {"validUntil": "2030-01-01T00:00:00Z"}, method=f"{DID}#key-1")))
    return path


def run(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(group, [str(one) for one in arguments], standalone_mode=False)
    assert (done.exception, done.return_value) == (None, code) if code == 0 else done.exception is None, done.output
    return done


def made(tmp_path: Path, file: Path, web: Path) -> Path:
    out = tmp_path / "kept.zip"
    run("make", file, "--out", out, "--mirror", web, "--home", tmp_path / "home", "--now", "2026-11-24T00:00:00Z")
    return out


def test_twenty_years_later_the_bundle_is_accepted_with_notes_and_the_bare_file_is_undecided(
    tmp_path: Path, file: Path, web: Path
) -> None:
    bundle = made(tmp_path, file, web)
    (tmp_path / "gone").mkdir()
    bare = CliRunner().invoke(
        verify,
        [str(file), "--mirror", str(tmp_path / "gone"), "--now", LATER, "--policy", "archive", "--json"],
        standalone_mode=False,
    )
    assert json.loads(bare.stdout)["verdict"] == "undecided"
    done = run("verify", bundle, "--now", LATER, "--json")
    told = json.loads(done.stdout)
    assert told["report"]["verdict"] == "accepted"
    assert told["report"]["checked_at"] == "2026-11-24T00:00:00Z"
    assert told["sealed"] == "2026-11-24T00:00:00Z"
    assert any("19 years ago" in note for note in told["notes"])
    assert any("end date since" in note for note in told["notes"])
    shown = run("verify", bundle, "--now", LATER).stdout
    assert shown.startswith("ACCEPTED  badge.json")
    assert "note: " in shown


def test_a_bundle_holds_the_contexts_and_the_documents_that_the_verdict_rested_on(
    tmp_path: Path, file: Path, web: Path
) -> None:
    opened = archive.read(made(tmp_path, file, web).read_bytes())
    assert opened.saved.raw == file.read_bytes()
    assert {url for _, url in opened.saved.materials.fetched} == {LIST, "https://school.example/.well-known/did.json"}
    assert {
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    } <= opened.contexts.keys()
    assert archive.differing(opened) == ()


def test_a_rejected_credential_is_kept_with_its_verdict(tmp_path: Path, web: Path) -> None:
    file = tmp_path / "false.json"
    file.write_bytes(to_bytes(signed(badge()) | {"name": "changed"}))
    done = CliRunner().invoke(
        group,
        ["make", str(file), "--out", str(tmp_path / "o.zip"), "--mirror", str(web), "--home", str(tmp_path / "home")],
        standalone_mode=False,
    )
    assert done.return_value == 3
    assert CliRunner().invoke(group, ["verify", str(tmp_path / "o.zip")], standalone_mode=False).return_value == 3


def refused(raw: bytes) -> str:
    with pytest.raises(ArchiveFault) as fault:
        archive.read(raw)
    return fault.value.code


def changed(raw: bytes, change: Any) -> bytes:
    entries = dict(plain_zip.read(raw, entries_limit=200))
    change(entries)
    return plain_zip.write(list(entries.items()))


def test_whatever_is_changed_in_a_bundle_is_seen(tmp_path: Path, file: Path, web: Path) -> None:
    raw = made(tmp_path, file, web).read_bytes()
    context = next(name for name in dict(plain_zip.read(raw, entries_limit=200)) if name.startswith("contexts/"))
    manifest = json.loads(dict(plain_zip.read(raw, entries_limit=200))["manifest.json"])

    def put(name: str, content: bytes) -> bytes:
        return changed(raw, lambda entries: entries.update({name: content}))

    assert refused(put("materials.json", b"{}")) == "archive.altered"
    assert refused(put(context, b"{}")) == "archive.altered"
    assert refused(put("more", b"")) == "archive.altered"
    assert refused(changed(raw, lambda entries: entries.pop(context))) == "archive.altered"
    assert (
        refused(put("manifest.json", json.dumps(manifest | {"sealed": "2020-01-01T00:00:00Z"}).encode()))
        == "archive.signature"
    )
    other = LocalSigner(id=method_of(ISSUER), key=STRANGER)
    stolen = archive.compose(archive.read(raw).saved, signer=other, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert refused(stolen) == "archive.signature"
    assert (
        refused(put("manifest.json", json.dumps({k: v for k, v in manifest.items() if k != "proof"}).encode()))
        == "archive.signature"
    )
    for broken in (b"", b"PK", raw[:-1], plain_zip.write([("a", b"b")]), put("manifest.json", b"[]")):
        assert refused(broken) == "archive.malformed"
