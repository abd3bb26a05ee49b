"""Bad files given to the installed command: exit 3, malformed, one report, no traceback, inside the bound."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.forge import badge, signed, to_bytes

BOUND_SECONDS = 5
NOW = "2026-11-24T00:00:00Z"
GOOD = to_bytes(signed(badge()))


def command() -> str:
    """The `satchel` that this environment installed."""
    found = shutil.which("satchel", path=str(Path(sys.executable).parent))
    assert found is not None, "satchel is not installed beside this interpreter"
    return found


def verify(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`satchel verify --now NOW ...`; a hang ends the test after the bound."""
    return subprocess.run(
        [command(), "verify", "--offline", "--now", NOW, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=BOUND_SECONDS,
    )


def bad_files() -> Iterator[tuple[str, bytes, str]]:
    yield "truncated", GOOD[: len(GOOD) // 2], "parse.not_json"
    yield "truncated by one", GOOD[:-1], "parse.not_json"
    yield "empty", b"", "parse.empty"
    yield "16 MiB", GOOD[:-1] + b" " * (16 * 1024 * 1024) + b"}", "parse.too_large"
    yield "16 MiB of noise", bytes(range(256)) * 65_536, "parse.too_large"
    yield "100,000 levels", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "parse.too_deep"
    yield "100,000 arrays", b"[" * 100_000, "parse.too_deep"
    yield "duplicate keys", GOOD[:-1] + b',"issuer":"did:example:other"}', "parse.duplicate_key"
    yield "NaN", GOOD[:-1] + b',"x":NaN}', "parse.number"
    yield "lone surrogate", GOOD.replace(b"Knots", b"\\ud800"), "parse.surrogate"
    yield "surrogates as bytes", GOOD.replace(b"Knots", b"\xed\xa0\x80"), "parse.not_utf8"
    yield "not JSON", b"Dear Sir or Madam,\n", "parse.not_credential"
    yield "HTML", b"<!doctype html><html></html>", "parse.image"
    yield "an array", b"[" + GOOD + b"]", "parse.not_object"
    yield "noise", bytes(range(256)), "parse.not_credential"


BAD = list(bad_files())


@pytest.mark.parametrize(("raw", "code"), [(raw, code) for _, raw, code in BAD], ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_malformed_with_exit_3(tmp_path: Path, raw: bytes, code: str) -> None:
    path = tmp_path / "input.json"
    path.write_bytes(raw)
    done = verify("--json", path)
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "malformed"
    (parse,) = [facet for facet in report["facets"] if facet["facet"] == "parse"]
    assert (parse["outcome"], parse["code"]) == ("fail", code)
    assert b"Traceback" not in done.stderr
    assert verify("--json", "-", stdin=raw).returncode == 3


def test_a_bad_file_is_told_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "input.json"
    path.write_bytes(b"")
    done = verify(path)
    assert done.returncode == 3
    assert b"malformed" in done.stdout.lower()
    assert b"Traceback" not in done.stdout + done.stderr


def test_all_bad_files_at_once_give_one_line_each_in_the_order_asked(tmp_path: Path) -> None:
    paths = []
    for number, (_, raw, _) in enumerate(BAD):
        paths.append(tmp_path / f"{number:02}.json")
        paths[-1].write_bytes(raw)
    good = tmp_path / "99.json"
    good.write_bytes(GOOD)
    done = verify("--jsonl", *paths, good)
    assert done.returncode == 3
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["verdict"] for report in reports] == ["malformed"] * len(BAD) + ["accepted"]
    assert [Path(report["input"]["name"]).name for report in reports] == [path.name for path in [*paths, good]]
    assert b"Traceback" not in done.stderr


def test_a_missing_file_is_undecided_and_exit_1(tmp_path: Path) -> None:
    done = verify("--json", tmp_path / "absent.json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "undecided"
    assert b"Traceback" not in done.stderr
