"""wallet.disclose and `satchel disclose`: a part of a credential from the wallet or a file, and what it gives away."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from did import create
from satchel.credential import bake
from satchel.errors import SatchelError
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.node import entropy
from satchel.proof import sdjwt, suites
from tests.satchel.credential.pictures import png
from tests.satchel.proof.selective_ground import needs_bbs
from tests.wallet.badge import CREATED, TITLE, badge, signed, to_bytes
from tests.wallet.test_story_command import Run, run
from tui.main import COMMANDS, main
from wallet import disclose

__all__ = ["run"]

NAME = "/credentialSubject/achievement/name"
HOSTILE = "\x1b]52;c;aGk=\x07\u202egpj.exe"
KINDS = [
    pytest.param("ecdsa-sd-2023", KeyType.P_256, id="ecdsa-sd-2023"),
    pytest.param("bbs-2023", KeyType.BLS12_381_G2, id="bbs-2023", marks=needs_bbs),
]


def signer_of(kind: KeyType) -> LocalSigner:
    key = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind)
    return LocalSigner(create.did_key_method(create.did_key(key.public())), key)


def base(suite: str, kind: KeyType, **changes: Any) -> bytes:
    signer = signer_of(kind)
    document = badge(**changes)
    document["issuer"]["id"] = signer.id.partition("#")[0]
    return to_bytes(suites.sign_base(document, suite=suite, signer=signer, created=CREATED, entropy=entropy.system))


def token() -> bytes:
    document: Any = {"vct": "https://school.example/knots", "iss": "https://school.example", "name": TITLE, "level": 3}
    text = sdjwt.sign(document, signer=signer_of(KeyType.P_256), entropy=entropy.system, hide=["/name", "/level"])
    return text.encode()


@pytest.fixture
def command(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setitem(COMMANDS, "disclose", ("wallet.disclose_command", "disclose", "Show a part of a credential."))
    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "credential.json"


@pytest.mark.parametrize(("suite", "kind"), KINDS)
def test_a_credential_of_the_wallet_is_shown_in_part_and_the_part_verifies(
    command: Run, tmp_path: Path, suite: str, kind: KeyType
) -> None:
    held = command.add(base(suite, kind))
    out = tmp_path / "part.json"
    assert command("disclose", held[:8], "--reveal", NAME, "--out", str(out)) == 0
    assert command.text.strip() == str(out)
    assert "hidden   /credentialSubject/achievement/description\n" in command.err
    assert "chosen   " + NAME in command.err
    assert ("The proof is new each time" in command.err) is (suite == "bbs-2023")
    assert ("The issuer's signature is the same each time." in command.err) is (suite == "ecdsa-sd-2023")
    part = json.loads(out.read_bytes())
    assert list(part["credentialSubject"]["achievement"]) == ["id", "type", "name"]
    assert command.plain("verify", str(out), "--offline") == 0


@pytest.mark.parametrize(("suite", "kind"), KINDS)
def test_a_file_is_shown_in_part_without_a_wallet_and_without_a_passphrase(
    capsys: pytest.CaptureFixture[str], file: Path, suite: str, kind: KeyType
) -> None:
    file.write_bytes(base(suite, kind))
    assert main(["disclose", str(file), "--reveal", NAME]) == 0
    part = json.loads(capsys.readouterr().out)
    assert part["credentialSubject"]["achievement"]["name"] == TITLE
    assert main(["disclose", str(file), "--reveal", NAME, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "satchel.disclosure/1"
    assert told["format"] == suite
    assert told["unlinkable_proof"] is (suite == "bbs-2023")
    assert told["file"] is None
    assert told["credential"]["credentialSubject"] == part["credentialSubject"]
    assert {"pointer": NAME, "value": TITLE, "state": "shown"} in told["claims"]
    assert {"credential_id", "holder_id"} <= {link["kind"] for link in told["links"]}


def test_the_choices_are_listed_when_nothing_is_chosen(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    file.write_bytes(base("ecdsa-sd-2023", KeyType.P_256))
    assert main(["disclose", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"choose  {NAME}  {TITLE}" in lines
    assert "always  /validFrom  2026-03-01T00:00:00Z" in lines
    assert main(["disclose", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "satchel.disclosure_choices/1"
    assert {"pointer": NAME, "value": TITLE, "state": "hidden"} in told["claims"]
    assert main(["disclose", str(file), "--out", "x.json"]) == 2
    assert "usage.option" in capsys.readouterr().err


def test_standard_input_and_a_baked_picture_are_read_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw = base("ecdsa-sd-2023", KeyType.P_256)

    class Stdin:
        buffer = io.BytesIO(raw)

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["disclose", "-", "--reveal", NAME]) == 0
    assert json.loads(capsys.readouterr().out)["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    picture = tmp_path / "badge.png"
    picture.write_bytes(bake.bake(png(), raw))
    assert main(["disclose", str(picture), "--reveal", NAME]) == 0
    assert TITLE in capsys.readouterr().out


def test_an_sd_jwt_is_shown_with_the_chosen_claims_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "credential.sd-jwt"
    path.write_bytes(token())
    assert main(["disclose", str(path), "--reveal", "/level"]) == 0
    shown = capsys.readouterr()
    read = sdjwt.read(shown.out.strip())
    assert read.claims["level"] == 3
    assert "name" not in read.claims
    assert "hidden   /name\n" in shown.err
    assert main(["disclose", str(path), "--reveal", "/vct"]) == 1
    assert "proof.disclosure_unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (to_bytes(signed(badge())), NAME, "proof.not_derivable"),
        (b"{", NAME, "proof.not_derivable"),
        (b"\x89PNG", NAME, "proof.not_derivable"),
        (base("ecdsa-sd-2023", KeyType.P_256), "/nothing", "proof.pointer"),
        (base("ecdsa-sd-2023", KeyType.P_256), "name", "proof.pointer"),
    ],
    ids=["signed whole", "no JSON", "no picture", "a pointer to nothing", "no pointer"],
)
def test_what_cannot_be_shown_in_part_is_refused(raw: bytes, pointer: str, code: str) -> None:
    with pytest.raises(SatchelError) as caught:
        disclose.disclose(raw, [pointer], name="x", header=b"", entropy=entropy.system)
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_not_taken_for_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["disclose", "nothing.json"]) == 2
    assert "usage.file" in capsys.readouterr().err


def test_claims_from_outside_reach_no_terminal_as_they_are(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    file.write_bytes(base("ecdsa-sd-2023", KeyType.P_256, name=HOSTILE))
    for arguments in ([], ["--reveal", "/name"]):
        assert (
            main(
                ["disclose", str(file), *arguments, "--out", str(file) + ".out"]
                if arguments
                else ["disclose", str(file)]
            )
            == 0
        )
        shown = capsys.readouterr()
        assert "<U+001B>" in shown.out + shown.err
        assert "\x1b" not in shown.out + shown.err
        assert "\u202e" not in shown.out + shown.err


@needs_bbs
def test_a_proof_can_be_bound_to_a_text(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    from satchel.proof import bbs
    from satchel.proof.configuration import proofs_of

    file.write_bytes(base("bbs-2023", KeyType.BLS12_381_G2))
    assert main(["disclose", str(file), "--reveal", NAME, "--for", "harbour office"]) == 0
    (proof,) = proofs_of(json.loads(capsys.readouterr().out))
    assert bbs.read_derived(proof).presentation_header == b"harbour office"
