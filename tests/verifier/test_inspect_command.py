"""`satchel inspect` and `satchel verify --explain`, `--anchors`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.attack.forge import badge, signed, to_bytes
from tests.verifier.facet.test_seal import OFFICE, TOP, document, sealed
from tests.verifier.tokens import vc_jwt
from tui.main import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return call


def put(folder: Path, name: str, raw: bytes) -> str:
    path = folder / name
    path.write_bytes(raw)
    return str(path)


def test_inspect_shows_the_steps_as_text_and_as_json(tmp_path: Path, run: Any) -> None:
    file = put(tmp_path, "badge.json", to_bytes(signed(badge())))
    code, out, err = run("inspect", file)
    assert (code, err) == (0, "")
    assert "canonical document:" in out
    assert "signature holds: true" in out
    code, out, _ = run("inspect", file, "--json")
    shown = json.loads(out)
    assert (code, shown["schema"]) == (0, "satchel.explanation/1")
    assert shown["proofs"][0]["signature_holds"] is True


def test_inspect_shows_a_token_and_what_cannot_be_read(tmp_path: Path, run: Any) -> None:
    _, out, _ = run("inspect", put(tmp_path, "badge.jwt", vc_jwt()), "--json")
    assert json.loads(out)["token"]["claims"]["name"] == "Knots and hitches"
    code, out, _ = run("inspect", put(tmp_path, "broken.json", b"{"))
    assert code == 0
    assert "parse.not_json" in out


def test_a_file_that_is_not_there_is_a_wrong_usage(tmp_path: Path, run: Any) -> None:
    code, out, err = run("inspect", str(tmp_path / "none.json"))
    assert (code, out) == (2, "")
    assert "usage.file" in err


def test_verify_explains_when_it_is_asked(tmp_path: Path, run: Any) -> None:
    file = put(tmp_path, "badge.json", to_bytes(signed(badge())))
    code, out, _ = run("verify", "--offline", "--explain", file)
    assert code == 0
    assert out.index("ACCEPTED") < out.index("canonical document:")
    _, out, _ = run("verify", "--offline", "--explain", "--json", file)
    report = json.loads(out)
    assert report["explanation"]["proofs"][0]["signature_holds"] is True
    _, out, _ = run("verify", "--offline", "--json", file)
    assert "explanation" not in json.loads(out)
    _, out, _ = run("verify", "--offline", "--jsonl", "--explain", file, file)
    assert ["explanation" in json.loads(line) for line in out.splitlines()] == [True, True]


def test_explain_goes_with_files_alone(tmp_path: Path, run: Any) -> None:
    assert run("verify", "--explain", "--by-folder", str(tmp_path))[0] == 2


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_seal_is_accepted_by_the_anchors_of_a_file(tmp_path: Path, run: Any, encoding: Encoding) -> None:
    issuer = {"id": "urn:epass:org:1", "identifier": {"notation": "VATXX-123"}}
    file = put(tmp_path, "diploma.json", to_bytes(sealed(document(issuer=issuer))))
    anchors = put(tmp_path, "anchors", TOP.public_bytes(encoding))
    now = ("--now", "2026-11-24T00:00:00Z", "--offline", "--json")
    code, out, _ = run("verify", *now, "--anchors", anchors, file)
    assert (code, json.loads(out)["verdict"]) == (0, "accepted_with_warnings")
    code, out, _ = run("verify", *now, file)
    assert (code, json.loads(out)["verdict"]) == (4, "undecided")


def test_several_anchors_stand_in_one_file(tmp_path: Path, run: Any) -> None:
    from verifier.service import load_anchors

    path = put(tmp_path, "anchors.pem", OFFICE.public_bytes(Encoding.PEM) + TOP.public_bytes(Encoding.PEM))
    assert load_anchors(Path(path)) == (OFFICE.public_bytes(Encoding.DER), TOP.public_bytes(Encoding.DER))


@pytest.mark.parametrize("raw", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n"])
def test_anchors_that_are_no_certificates_end_the_command(tmp_path: Path, run: Any, raw: bytes) -> None:
    file = put(tmp_path, "badge.json", to_bytes(signed(badge())))
    code, _, err = run("verify", "--offline", "--anchors", put(tmp_path, "anchors", raw), file)
    assert code == 1
    assert "trust.anchors" in err
    code, _, err = run("verify", "--offline", "--anchors", str(tmp_path / "none"), file)
    assert "settings.file_unreadable" in err
