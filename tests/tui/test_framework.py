"""`satchel framework`, as a person and as a program use it."""

from __future__ import annotations

import json
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from satchel.framework import sniff
from satchel.node.shelf import Shelf
from tests.satchel.framework.sample import BASE, KNOTS, item, lines
from tui.main import main

SLICE = resources.files("satchel.framework") / "slice"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def put(folder: Path, raw: bytes, name: str = "own.jsonl") -> str:
    path = folder / name
    path.write_bytes(raw)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["framework", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def shipped(name: str) -> str:
    with resources.as_file(SLICE / name) as path:
        return str(path)


def test_import_tells_what_was_read_and_names_what_does_not_resolve(
    capsys: pytest.CaptureFixture[str], home: str
) -> None:
    code, out, _ = run(
        capsys, "import", shipped("esco_ict_security.jsonl"), shipped("college.case.json"), "--home", home
    )
    assert code == 0
    assert "ESCO: 19 items and 18 references (JSON lines), kept as" in out
    assert "3 items named by 3 references (hasSkill)" in out
    assert "    organisational resilience\n" in out
    assert "Riverside College Security Skills: 15 items and 26 references (CASE 1.1 package)" in out


def test_the_json_of_an_import_has_everything(capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path) -> None:
    raw = (
        KNOTS
        + b"{\n"
        + lines(
            item("knots", "tie knots", alt=["make knots", "knot ropes"], description="Tie a rope so that it holds.")
        )
    )
    answer = run_json(
        capsys, "import", put(tmp_path, raw), "--skip-rejected", "--release", "3", "--released", "2026-01-02",
        "--completeness", "slice", "--licence", "CC0", "--kind", "own", "--title", "Sea", "--home", home,
    )  # fmt: skip
    assert answer["schema"] == "satchel.framework_import/1"
    (one,) = answer["items"]
    about = one["framework"]
    assert (about["title"], about["kind"], about["release"], about["released"]) == ("Sea", "own", "3", "2026-01-02")
    assert (about["completeness"], about["licence"]) == ("slice", "CC0")
    assert (one["nodes"], one["edges"], one["duplicates"]) == (4, 0, [BASE + "knots"])
    assert [(row["code"], row["place"]) for row in one["rejected"]] == [("framework.row", "line 5")]


def test_a_refused_import_names_the_rows_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path
) -> None:
    bad = lines(item("knots", "another"), item("x", ""))
    code, out, err = run(capsys, "import", put(tmp_path, KNOTS + bad), "--home", home)
    assert (code, out) == (1, "")
    assert "own.jsonl, line 5" in err
    assert "[framework.duplicate_uri]" in err
    assert "own.jsonl, line 6" in err
    assert "[framework.rows_rejected]" in err
    assert "--skip-rejected" in err
    assert run_json(capsys, "list", "--home", home)["items"] == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["import", "absent.json"], "usage.file"),
        (["import", "BAD"], "framework.format_unknown"),
        (["import", "GOOD", "--released", "yesterday"], "framework.description"),
        (["import", "GOOD", "--kind", "Two Words"], "framework.description"),
        (["show", "https://nobody.example/1"], "framework.unknown_uri"),
        (["search", "knots"], "framework.not_held"),
        (["search", " "], "framework.query"),
        (["suggest", "--from", "BAD", "knots"], "framework.format_unknown"),
        (["suggest", "--from", "GOOD", "-k", "0", "knots"], "framework.query"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(
    capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path, arguments: list[str], code: str
) -> None:
    named = {"BAD": put(tmp_path, b"PK\x03\x04", "bad.zip"), "GOOD": put(tmp_path, KNOTS)}
    asked = [named.get(argument, argument) for argument in arguments]
    exit_code, out, err = run(capsys, *asked, *([] if asked[0] == "suggest" else ["--home", home]))
    assert exit_code == (2 if code.startswith("usage.") else 1)
    assert out == ""
    assert f"[{code}]" in err


@pytest.mark.parametrize(
    "arguments",
    [["import"], ["suggest", "x"], ["suggest", "--from", "x"], ["suggest", "--from", "x", "--lines", "y"],
     ["import", "x", "--completeness", "whole"]],
)  # fmt: skip
def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, out, _ = run(capsys, *arguments)
    assert (code, out) == (2, "")


def test_list_shows_releases_side_by_side_and_a_damaged_one_with_its_code(
    capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path
) -> None:
    assert "No framework is held here" in run(capsys, "list", "--home", home)[2]
    for release, raw in (("1", KNOTS), ("2", KNOTS + lines(item("new", "sail ships")))):
        assert run(capsys, "import", put(tmp_path, raw), "--title", "Sea", "--release", release, "--home", home)[0] == 0
    code, out, _ = run(capsys, "list", "--home", home)
    assert code == 0
    assert out.index("release 2") < out.index("release 1")
    items = run_json(capsys, "list", "--home", home)["items"]
    assert [(one["release"], one["nodes"]) for one in items] == [("2", 5), ("1", 4)]
    path = Path(home) / "frameworks" / f"{items[0]['digest']}.db"
    path.write_bytes(b"x")
    code, out, err = run(capsys, "list", "--home", home)
    assert code == 1
    assert "release 1" in out
    assert "[framework.damaged]" in err
    assert json.loads(run(capsys, "list", "--home", home, "--json")[1])["damaged"][0]["code"] == "framework.damaged"


def test_show_gives_an_item_with_its_surroundings(capsys: pytest.CaptureFixture[str], home: str) -> None:
    run(capsys, "import", shipped("college.case.json"), "--home", home)
    found = run_json(capsys, "search", "firewall", "checklist", "--home", home)["items"]
    (shown,) = run_json(capsys, "show", found[0]["uri"], "--home", home)["items"]
    assert (shown["code"], shown["is_obsolete"], shown["obsolete_since"]) == ("NET.0", True, "2024-08-31")
    assert {other["kind"] for other in shown["refers_to"]} == {"isChildOf", "replacedBy"}
    code, out, _ = run(capsys, "show", found[0]["uri"], "--home", home)
    assert code == 0
    assert "in force until 2024-08-31" in out
    assert "Networks and systems" in out
    strand = next(other["uri"] for other in shown["refers_to"] if other["kind"] == "isChildOf")
    assert "referred to by (isChildOf):" in run(capsys, "show", strand, "--home", home)[1]


def test_search_understands_slips_and_says_why(capsys: pytest.CaptureFixture[str], home: str) -> None:
    run(capsys, "import", shipped("esco_ict_security.jsonl"), "--home", home)
    code, out, _ = run(capsys, "search", "idnetify", "ICT", "sytem", "weakn", "-k", "1", "--home", home)
    assert code == 0
    assert out.splitlines()[0].endswith("identify ICT system weaknesses")
    assert "matched: identify, ICT, system, weaknesses" in out
    assert "Nothing was found." in run(capsys, "search", "zzzzqqqq", "--home", home)[2]


def test_suggest_answers_one_question_from_one_file_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = put(tmp_path, KNOTS)
    found = run_json(capsys, "suggest", "--from", path, "make", "knots", "-k", "2")["items"]
    assert found[0]["uri"] == BASE + "knots"
    assert "framework" not in found[0]
    assert "tie knots (as “make knots”)" in run(capsys, "suggest", "--from", path, "make knots")[1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["own.jsonl"]


HOSTILE = "\x1b]52;c;YWJj\x07\u202egnp.exe\x9b31m\nnext line"


def test_no_control_character_of_a_framework_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path
) -> None:
    about = dict.fromkeys(("title", "release", "licence", "publisher"), HOSTILE)
    link = [
        {"kind": "isChildOf", "target": f"nowhere {HOSTILE}"},
        {"kind": "precedes", "target": BASE + "b", "note": HOSTILE},
    ]
    more = dict.fromkeys(("description", "code", "kind", "level"), HOSTILE)
    raw = lines(
        {"framework": about},
        item("a", f"hostile {HOSTILE}", alt=[f"also {HOSTILE}"], links=link, **more),
        item("b", f"beside {HOSTILE}"),
        item("c", "", description=HOSTILE),
        {"uri": f"bad {HOSTILE}", "label": "x"},
    )
    path = put(tmp_path, raw, "na\x1bme\u202e.jsonl")
    for arguments in (
        ["import", path, "--home", home],
        ["import", path, "--skip-rejected", "--home", home],
        ["list", "--home", home],
        ["show", BASE + "a", "--home", home],
        ["show", BASE + "b", "--home", home],
        ["search", "hostile", "--home", home],
        ["suggest", "--from", path, "also"],
    ):
        for extra in ([], ["--json"]):
            _, out, err = run(capsys, *arguments, *extra)
            assert out + err
            assert CONTROL.search(out + err) is None, (arguments, CONTROL.search(out + err))


@pytest.fixture
def child(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    path = put(tmp_path, KNOTS)
    with subprocess.Popen(
        [sys.executable, "-m", "tui.main", "framework", "suggest", "--from", path, "--lines"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[bytes]) -> str:
    """The next line, which must come while standard input is still open: an answer that is not flushed never does."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready, "no answer"
    return process.stdout.readline().decode("utf-8")


def ask(process: subprocess.Popen[bytes], raw: bytes) -> Any:
    assert process.stdin is not None
    process.stdin.write(raw + b"\n")
    process.stdin.flush()
    return json.loads(read_line(process))


def test_a_child_that_suggests_line_by_line_answers_every_line(child: subprocess.Popen[bytes]) -> None:
    assert read_line(child) == "ready\n"
    first = ask(child, b'{"q": "mkae knots", "k": 2}')
    assert first[0]["uri"] == BASE + "knots"
    assert first[0].keys() == {"uri", "label", "via", "matched", "score", "band"}
    assert len(first) <= 2
    for raw in (
        b"nonsense",
        b"",
        b"[]",
        b'{"k": 3}',
        b'{"q": 7}',
        b'{"q": "knots", "k": true}',
        b'{"q": "knots", "k": "3"}',
        b'{"q": "knots", "k": 0}',
        b'{"q": "knots", "q": "ropes"}',
        b'{"q": "\xff"}',
        b'{"q": "' + b"x" * 70_000 + b'"}',
        b"[" * 500,
    ):
        assert ask(child, raw)["code"] == "framework.query", raw[:40]
    assert ask(child, b'{"q": "zzzzqqqq"}') == []
    assert ask(child, b'{"q": "ropes"}')[0]["uri"] == BASE + "ropes"
    assert child.stdin is not None
    child.stdin.write(b'{"q": "sails"}')
    child.stdin.close()
    assert json.loads(read_line(child))[0]["uri"] == BASE + "sails"
    assert child.wait(60) == 0


def test_a_child_whose_file_cannot_be_read_is_never_ready(tmp_path: Path) -> None:
    path = put(tmp_path, b"PK\x03\x04")
    done = subprocess.run(
        [sys.executable, "-m", "tui.main", "framework", "suggest", "--from", path, "--lines"],
        input=b"",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"[framework.format_unknown]" in done.stderr


def test_rows_that_cannot_be_taken_are_told_before_ready(tmp_path: Path) -> None:
    path = put(tmp_path, KNOTS + lines(item("x", "")))
    done = subprocess.run(
        [sys.executable, "-m", "tui.main", "framework", "suggest", "--from", path, "--lines"],
        input=b'{"q": "knots"}\n',
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    ready, answer = done.stdout.decode().splitlines()
    assert (ready, json.loads(answer)[0]["label"]) == ("ready", "tie knots")
    assert b"line 5" in done.stderr


def test_help_imports_neither_sqlite_nor_a_reader() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tui.main", "framework", "search", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported.isdisjoint({"sqlite3", "satchel.node.shelf", "satchel.framework.read", "asyncio"})


def test_a_file_beyond_the_limit_is_refused_without_being_read_whole(
    capsys: pytest.CaptureFixture[str], home: str, tmp_path: Path
) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(sniff.FILE_LIMIT_BYTES * 16)
    code, _, err = run(capsys, "import", str(path), "--home", home)
    assert code == 1
    assert "[framework.too_large]" in err
    with Shelf(Path(home) / "frameworks") as shelf:
        assert shelf.frameworks() == ()
