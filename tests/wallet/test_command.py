"""wallet.command: the sub-commands as a person or a script uses them, through the one `satchel` entry."""

import json
import os
import pty
import random
import select
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from satchel.credential import bake
from satchel.node.settings import Home
from tests.wallet.badge import ISSUER_NAME, TITLE, badge, badge_file, signed, to_bytes
from tests.wallet.conftest import PASSPHRASE
from tui.main import main

AT = ["--now", "2026-11-24T00:00:00Z", "--offline"]
HOSTILE = "\x1b]52;c;aGk=\x07\u202egpj.exe\u200b\x9b31m [@click=app.quit]x[/]"


class Run:
    """`satchel` with this home and its passphrase in a file; keeps what it printed."""

    def __init__(self, home: Home, capture: pytest.CaptureFixture[bytes]) -> None:
        self.home = home
        self.words = home.path.parent / "words"
        self.words.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self._capture = capture
        self.out = b""
        self.err = ""

    def __call__(self, *arguments: str, passphrase: bool = True) -> int:
        given = ["--passphrase-file", str(self.words)] if passphrase else []
        code = main([arguments[0], *arguments[1:], "--home", str(self.home.path), *given, *AT])
        captured = self._capture.readouterr()
        self.out, self.err = captured.out, captured.err.decode()
        return code

    def json(self, *arguments: str) -> Any:
        self(*arguments, "--json")
        return json.loads(self.out)


@pytest.fixture
def run(home: Home, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("SATCHEL_PASSPHRASE", raising=False)
    return Run(home, capsysbinary)


@pytest.fixture
def badge_path(tmp_path: Path) -> Path:
    path = tmp_path / "badge.json"
    path.write_bytes(badge_file())
    return path


def kept(run: Run, path: Path) -> str:
    """The id of the credential in this file, added now."""
    added = run.json("add", str(path))
    identifier = added["items"][0]["card"]["id"]
    assert isinstance(identifier, str)
    return identifier


def test_init_prints_the_did_alone_on_stdout(
    tmp_path: Path, run: Run, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    other = str(tmp_path / "new")
    assert main(["init", "wallet", "--home", other, "--passphrase-file", str(run.words)]) == 0
    out, err = capsysbinary.readouterr()
    assert out.startswith(b"did:key:z6Mk")
    assert out.count(b"\n") == 1
    assert PASSPHRASE not in err.decode()
    assert main(["init", "wallet", "--home", other, "--passphrase-file", str(run.words)]) == 1
    assert "wallet.exists" in capsysbinary.readouterr().err.decode()


def test_init_refuses_a_weak_passphrase(tmp_path: Path, run: Run, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    run.words.write_text("secret\n", encoding="utf-8")
    assert main(["init", "wallet", "--home", str(tmp_path / "new"), "--passphrase-file", str(run.words)]) == 1
    assert "wallet.passphrase_weak" in capsysbinary.readouterr().err.decode()
    assert not (tmp_path / "new").exists()


def test_add_says_what_became_of_each_file(run: Run, tmp_path: Path, badge_path: Path) -> None:
    bad = tmp_path / "tampered.json"
    bad.write_bytes(badge_file(2).replace(b"Three plans", b"Seven plans"))
    assert run("add", str(badge_path), str(badge_path), str(bad)) == 3
    first, second, third = run.out.decode().splitlines()
    assert "added: ✔ accepted" in first and TITLE in first and "badge.json" in first
    assert "already there" in second
    assert "not kept: ✘ rejected" in third
    assert "proof" in run.err and "wallet.refused" in run.err


def test_add_takes_folders_and_standard_input(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "inbox"
    (folder / "deep" / ".hidden").mkdir(parents=True)
    for number, name in enumerate(("b.json", "deep/a.json", ".dot.json", "deep/.hidden/c.json")):
        (folder / name).write_bytes(badge_file(number))
    (folder / "link.json").symlink_to(folder / ".dot.json")
    assert run("add", str(folder)) == 0
    assert [line.split("(")[-1] for line in run.out.decode().splitlines()] == ["b.json)", "a.json)"]
    source, sink = os.pipe()
    os.write(sink, badge_file(9))
    os.close(sink)
    with os.fdopen(source, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run("add", "-") == 0
    assert run.out.decode().count("added: ✔") == 1


def test_add_goes_on_after_a_file_that_cannot_be_read(run: Run, tmp_path: Path, badge_path: Path) -> None:
    assert run("add", str(tmp_path / "absent.json"), str(badge_path)) == 1
    assert "usage.file" in run.err and "absent.json" in run.err
    assert "added: ✔" in run.out.decode()
    answer = run.json("add", str(tmp_path / "absent.json"))
    assert answer["items"] == [] and len(answer["unreadable"]) == 1


def test_a_file_over_the_limit_is_not_kept(run: Run, tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    assert run("add", str(huge)) == 3
    assert "parse.too_large" in run.err


def test_keep_rejected_keeps_it(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "tampered.json"
    bad.write_bytes(badge_file().replace(b"Three plans", b"Seven plans"))
    assert run("add", "--keep-rejected", str(bad)) == 3
    assert "added: ✘ rejected" in run.out.decode()
    assert run("list") == 0
    assert "✘" in run.out.decode()


def test_list_shows_cards_and_their_age(run: Run, tmp_path: Path, badge_path: Path) -> None:
    assert run("list") == 0
    assert run.out == b""
    assert "satchel add" in run.err
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(badge_file(2, validUntil="2026-12-01T00:00:00Z"))
    new.write_bytes(badge_file(1, validFrom="2026-06-01T00:00:00Z"))
    assert run("add", str(badge_path), str(old), str(new)) == 0
    assert run("list") == 0
    lines = run.out.decode().splitlines()
    assert len(lines) == 2
    assert all(TITLE in line and ISSUER_NAME in line and "✔" in line for line in lines)
    assert "--history" in run.err
    assert run("list", "--history") == 0
    assert run.out.decode().count("replaced by") == 1
    later = ["list", "--home", str(run.home.path), "--passphrase-file", str(run.words)]
    assert main([*later, "--now", "2027-01-01T00:00:00Z"]) == 0


def test_an_expired_card_says_so_in_the_list(
    run: Run, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "short.json"
    path.write_bytes(badge_file(2, validUntil="2026-12-01T00:00:00Z"))
    assert run("add", str(path)) == 0
    where = ["--home", str(run.home.path), "--passphrase-file", str(run.words)]
    assert main(["list", *where, "--now", "2026-11-30T00:00:00Z"]) == 0
    assert b"EXPIRED" not in capsysbinary.readouterr().out
    assert main(["list", *where, "--now", "2027-01-01T00:00:00Z"]) == 0
    assert b"EXPIRED" in capsysbinary.readouterr().out


def test_show_judges_again(run: Run, badge_path: Path) -> None:
    identifier = kept(run, badge_path)
    assert run("show", identifier[:5]) == 0
    text = run.out.decode()
    for part in (identifier, TITLE, ISSUER_NAME, "accepted under the policy default", "ACCEPTED"):
        assert part in text
    answer = run.json("show", identifier)
    assert answer["schema"] == "satchel.wallet_item/1"
    assert answer["report"]["verdict"] == answer["report_at_adding"]["verdict"] == "accepted"


def test_export_gives_the_bytes_as_they_were_received(run: Run, tmp_path: Path) -> None:
    raw = b"  \n" + to_bytes(signed(badge()), indent=5) + b"\n\t"
    path = tmp_path / "odd.json"
    path.write_bytes(raw)
    identifier = kept(run, path)
    assert run("export", identifier) == 0
    assert run.out == raw
    target = tmp_path / "out.json"
    assert run("export", identifier, "--out", str(target)) == 0
    assert target.read_bytes() == raw
    assert target.stat().st_mode & 0o777 == 0o600
    assert run("export", identifier, "--out", str(target)) == 0
    target.write_bytes(b"something else")
    assert run("export", identifier, "--out", str(target)) == 2
    assert target.read_bytes() == b"something else"
    assert "usage.file" in run.err


def test_export_all_writes_every_credential_under_a_plain_name(run: Run, tmp_path: Path) -> None:
    picture = bake.bake(b'<svg xmlns="http://www.w3.org/2000/svg"/>', badge_file(2))
    files = {"a.json": badge_file(1), "b.svg": picture, "c.json": badge_file(3, name="../../x")}
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    assert run("add", *(str(tmp_path / name) for name in files)) == 0
    folder = tmp_path / "new" / "out"
    answer = run.json("export", "--all", str(folder))
    assert {path.read_bytes() for path in folder.iterdir()} == set(files.values())
    assert {Path(item["file"]).parent for item in answer["items"]} == {folder}
    assert run("export", "--all", str(folder)) == 0
    assert len(run.out.splitlines()) == 3


def test_rm_removes_for_good(run: Run, badge_path: Path) -> None:
    identifier = kept(run, badge_path)
    assert run("rm", identifier[:6]) == 0
    assert TITLE in run.err
    assert run("list") == 0
    assert run.out == b""
    assert run("rm", identifier) == 1
    assert "wallet.unknown_id" in run.err


@pytest.mark.parametrize("command", [("show", "zzzz"), ("export", "zzzz"), ("rm", "zzzz")])
def test_an_id_that_is_not_there_is_named(run: Run, command: tuple[str, ...]) -> None:
    assert run(*command) == 1
    assert "wallet.unknown_id" in run.err


def test_an_id_that_fits_several_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(33):
        (tmp_path / "in" / f"{number}.json").write_bytes(badge_file(number))
    ids = [item["card"]["id"] for item in run.json("add", str(tmp_path / "in"))["items"]]
    letters = [identifier[0] for identifier in ids]
    twice = next(letter for letter in letters if letters.count(letter) > 1)
    assert run("show", twice) == 1
    assert "wallet.ambiguous_id" in run.err


def test_a_wrong_passphrase_ends_with_6(run: Run) -> None:
    run.words.write_text("not this one at all", encoding="utf-8")
    assert run("list") == 6
    assert "wallet.passphrase" in run.err
    assert run.out == b""


def test_no_passphrase_ends_with_6(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        for command in (("list",), ("add", "-"), ("rm", "a"), ("export", "a"), ("show", "a")):
            assert run(*command, passphrase=False) == 6
            assert "wallet.locked" in run.err
        assert run("init", "wallet", passphrase=False) == 6


def test_a_passphrase_of_the_environment_works_with_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATCHEL_PASSPHRASE", PASSPHRASE)
    assert run("list", passphrase=False) == 0
    assert "wallet.passphrase_env" in run.err
    assert PASSPHRASE not in run.err
    assert run("list") == 0
    assert "wallet.passphrase_env" not in run.err


def test_a_home_without_a_wallet_says_how_to_make_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir(mode=0o700)
    run.home = Home(tmp_path / "bare")
    assert run("list") == 1
    assert "wallet.missing" in run.err and "satchel init wallet" in run.err


@pytest.mark.parametrize(
    "arguments", [("export",), ("export", "a", "--all", "x"), ("export", "a", "--json"), ("add",), ("show",)]
)
def test_a_command_that_asks_for_nothing_or_two_things_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == 2


def test_a_time_that_is_none_ends_with_2(run: Run) -> None:
    assert main(["list", "--home", str(run.home.path), "--passphrase-file", str(run.words), "--now", "noon"]) == 2


def test_a_missing_passphrase_file_is_named(run: Run, tmp_path: Path) -> None:
    assert main(["list", "--home", str(run.home.path), "--passphrase-file", str(tmp_path / "none")]) == 2


def test_hostile_text_reaches_no_terminal_as_it_is(run: Run, tmp_path: Path) -> None:
    document = badge()
    document["name"] = HOSTILE
    document["issuer"]["name"] = HOSTILE
    document["credentialSubject"]["achievement"]["name"] = HOSTILE
    path = tmp_path / "x\x1b]0;owned\x07.json"
    path.write_bytes(to_bytes(signed(document)))
    run("add", str(path))
    printed = run.out + run.err.encode()
    identifier = run.json("list")["items"][0]["id"]
    printed += run.out
    for command in (("list",), ("show", identifier), ("show", identifier, "--json"), ("rm", identifier)):
        assert run(*command) == 0
        printed += run.out + run.err.encode()
    text = printed.decode()
    for char in ("\x1b", "\x07", "\u202e", "\u200b", "\x9b"):
        assert char not in text
    assert "<U+001B>" in text and "<U+202E>" in text


def test_a_warning_of_an_older_copy_is_said_first(run: Run, badge_path: Path) -> None:
    older = run.home.wallet_db.read_bytes()
    kept(run, badge_path)
    run.home.wallet_db.write_bytes(older)
    assert run("list") == 0
    assert "wallet.rolled_back" in run.err
    assert [notice["code"] for notice in run.json("list")["notices"]] == ["wallet.rolled_back"]


def test_a_damaged_record_is_named_and_the_others_come_out(run: Run, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.json").write_bytes(badge_file(number))
    assert run("add", str(tmp_path / "1.json"), str(tmp_path / "2.json")) == 0
    with closing(sqlite3.connect(run.home.wallet_db)) as other, other:
        other.execute(
            "UPDATE record SET summary = zeroblob(540) WHERE id = (SELECT max(id) FROM record WHERE kind = 2)"
        )
    assert run("list") == 0
    assert "damaged" in run.out.decode() and "wallet.record" in run.err
    assert run.out.decode().count(TITLE) == 1
    damaged = run.json("list")["damaged"]
    assert run("show", damaged[0]) == 1
    assert "wallet.record" in run.err
    assert run("export", "--all", str(tmp_path / "out")) == 1
    assert "wallet.record" in run.err
    assert len(list((tmp_path / "out").iterdir())) == 1


def started(home: Home, words: Path, *arguments: str) -> subprocess.Popen[bytes]:
    where = ["--home", str(home.path), "--passphrase-file", str(words)]
    return subprocess.Popen(
        [sys.executable, "-m", "tui.main", *arguments, *where, *AT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.mark.parametrize("seed", [int.from_bytes(os.urandom(4)) for _ in range(1)])
def test_a_killed_add_of_many_keeps_whole_files_and_loses_none_that_it_named(
    run: Run, tmp_path: Path, seed: int
) -> None:
    """kill -9 at random points of an import, which is begun again each time, until all is there once."""
    chance = random.Random(seed)
    folder = tmp_path / "in"
    folder.mkdir()
    files = {f"{number:03}.json": badge_file(number) for number in range(240)}
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    named: set[str] = set()
    for turn in range(6):
        process = started(run.home, run.words, "add", str(folder))
        assert process.stdout is not None
        # Half of the turns are killed at any moment after the start, half after the first files were acknowledged.
        first = process.stdout.readline() if turn % 2 else b""
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, 0.25 if turn % 2 else 1.0))
        process.kill()
        rest, _ = process.communicate(timeout=60)
        # The last line may be cut in the middle.
        lines = (first + rest).decode().split("\n")[:-1]
        named.update(line.split()[0] for line in lines)
        listing = run.json("list")
        assert not listing["damaged"] and not listing["notices"], seed
        held = {item["id"][:8] for item in listing["items"]}
        assert named <= held, seed
        assert len({item["digest"] for item in listing["items"]}) == len(listing["items"]), seed
    assert run("add", str(folder)) == 0
    out = tmp_path / "out"
    assert run("export", "--all", str(out)) == 0
    assert sorted(path.read_bytes() for path in out.iterdir()) == sorted(files.values()), seed


def typed(home: Home, words: str, *arguments: str) -> tuple[int, str]:
    """Exit code and screen of a command on a terminal, with these words typed at its prompts."""
    leader, follower = pty.openpty()
    where = ["--home", str(home.path)]
    environ = {name: value for name, value in os.environ.items() if name != "SATCHEL_PASSPHRASE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.main", *arguments, *where, *AT],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environ,
        start_new_session=True,
    )
    os.close(follower)
    screen = b""
    answers = words.split("\n")
    deadline = time.monotonic() + 60
    while select.select([leader], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(leader, 4096)
        except OSError:  # the terminal is closed when the last writer has ended
            break
        screen += piece
        # The blank comes last, after the terminal was told to forget what was typed too early.
        if answers and screen.endswith(b": "):
            os.write(leader, answers.pop(0).encode() + b"\n")
            screen += b"\n"
    os.close(leader)
    try:
        return process.wait(timeout=30), screen.decode()
    finally:
        process.kill()


def test_a_passphrase_is_typed_at_the_prompt_and_not_shown(home: Home, tmp_path: Path) -> None:
    code, screen = typed(home, PASSPHRASE, "list")
    assert code == 0
    assert "Passphrase" in screen and PASSPHRASE not in screen
    code, screen = typed(home, "the wrong one", "list")
    assert code == 6
    new = Home(tmp_path / "typed")
    code, screen = typed(new, f"{PASSPHRASE}\n{PASSPHRASE}", "init", "wallet")
    assert code == 0
    assert "did:key:z6Mk" in screen and PASSPHRASE not in screen


def test_rm_on_a_terminal_asks_first(run: Run, badge_path: Path) -> None:
    identifier = kept(run, badge_path)
    where = ("rm", identifier, "--passphrase-file", str(run.words))
    code, screen = typed(run.home, "n", *where)
    assert code == 130
    assert "for good" in screen
    assert len(run.json("list")["items"]) == 1
    code, _ = typed(run.home, "y", *where)
    assert code == 0
    assert run.json("list")["items"] == []


def test_add_takes_an_address_through_the_fetch_room(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "mirror" / "college.example"
    site.mkdir(parents=True)
    (site / "badge.json").write_bytes(badge_file())
    mirror = ("--mirror", str(tmp_path / "mirror"))
    assert run("add", "https://college.example/badge.json", *mirror) == 0
    assert "added: ✔ accepted" in run.out.decode() and "badge.json" in run.out.decode()
    assert run("add", "https://college.example/absent.json", "https://college.example/badge.json", *mirror) == 1
    assert "already there" in run.out.decode() and "fetch." in run.err


@pytest.mark.parametrize(
    ("address", "code", "fault"),
    [
        ("https://college.example/badge.json", 7, "fetch.offline"),
        ("http://college.example/badge.json", 1, "fetch.url"),
        ("https://127.0.0.1/badge.json", 1, "fetch.address"),
        (f"https://college.example/claim/{'a' * 52}", 1, "claim.use"),
    ],
)
def test_add_says_why_an_address_gives_nothing(run: Run, address: str, code: int, fault: str) -> None:
    assert run("add", address) == code
    assert f"[{fault}]" in run.err
    assert run.json("list")["items"] == []


def test_a_stack_is_taken_apart_and_each_part_judged(run: Run, tmp_path: Path) -> None:
    ids = [run.json("add", str(path))["items"][0]["card"]["id"] for path in files_of(tmp_path, 1, 2)]
    bad = tmp_path / "bad.json"
    bad.write_bytes(badge_file(3).replace(b"Three plans", b"Seven plans"))
    ids.append(run.json("add", "--keep-rejected", str(bad))["items"][0]["card"]["id"])
    packed = tmp_path / "packed.zip"
    assert run("stack", "build", *ids, "--out", str(packed)) == 0
    for id in (ids[0], ids[2]):
        assert run("rm", id, "--yes") == 0
    assert run("add", str(packed)) == 3
    lines = run.out.decode().splitlines()
    assert ["added: ✔" in lines[0], "already there" in lines[1], "not kept: ✘" in lines[2]] == [True] * 3
    assert "packed.zip, parts/01.json" in lines[0]
    held = run.json("list")["items"]
    assert {card["container"] for card in held} == {"json"}
    assert len(held) == 2


def test_a_broken_stack_is_refused_as_a_whole(run: Run, tmp_path: Path) -> None:
    (one,) = files_of(tmp_path, 1)
    id = run.json("add", str(one))["items"][0]["card"]["id"]
    packed = tmp_path / "packed.zip"
    assert run("stack", "build", id, "--out", str(packed)) == 0
    assert run("rm", id, "--yes") == 0
    packed.write_bytes(packed.read_bytes().replace(b"Three plans", b"Seven plans"))
    assert run("add", "--keep-rejected", str(packed)) == 3
    assert "not kept: ✘" in run.out.decode()
    assert run.json("list")["items"] == []


def files_of(folder: Path, *numbers: int) -> list[Path]:
    paths = [folder / f"badge-{number}.json" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        path.write_bytes(badge_file(number))
    return paths


def test_another_passphrase_opens_the_wallet_and_the_old_one_no_more(
    run: Run, tmp_path: Path, badge_path: Path
) -> None:
    kept(run, badge_path)
    new = tmp_path / "new-words"
    new.write_text("the tide comes in at nine\n", encoding="utf-8")
    assert run("wallet", "passphrase", "--new-passphrase-file", str(new)) == 0
    assert "new passphrase" in run.err
    assert run("list") == 6
    assert "wallet.passphrase" in run.err
    new.replace(run.words)
    assert len(run.json("list")["items"]) == 1


def test_a_new_passphrase_must_be_strong_and_given(run: Run, tmp_path: Path) -> None:
    weak = tmp_path / "weak"
    weak.write_text("secret\n", encoding="utf-8")
    assert run("wallet", "passphrase", "--new-passphrase-file", str(weak)) == 1
    assert "wallet.passphrase_weak" in run.err
    assert run("wallet", "passphrase", "--new-passphrase-file", str(tmp_path / "absent")) == 2
    assert run("wallet", "passphrase") == 6
    assert run("list") == 0


def test_check_opens_every_record_and_names_a_damaged_one(run: Run, badge_path: Path) -> None:
    identifier = kept(run, badge_path)
    assert run("wallet", "check") == 0
    assert "2 records looked at, 0 damaged" in run.out.decode()
    with closing(sqlite3.connect(run.home.wallet_db)) as database:
        database.execute("UPDATE body SET content = zeroblob(length(content)) WHERE length(content) > 1000")
        database.commit()
    found = run.json("wallet", "check")
    assert (found["whole"], found["damaged"]) == (False, [identifier])
    assert run("wallet", "check") == 1
    assert "wallet.damaged" in run.err
