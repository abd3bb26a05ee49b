"""The rule about skips is itself tested: small test folders run under our conftest.py in a child process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = """
import pytest

@pytest.mark.skip(reason="the peer is absent")
def test_marked(): ...

def test_skips_itself():
    pytest.skip("no data at hand")

@pytest.mark.parametrize("name", ["a b", "c"])
def test_of_a_parameter(name):
    if name == "a b":
        pytest.skip("not for this one")

@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert False

def test_passes(): ...
"""
WHOLE_MODULE = 'import pytest\npytest.skip("a whole module", allow_module_level=True)\n'


def run(folder: Path, *, allowed: str, require: str | None) -> subprocess.CompletedProcess[str]:
    """pytest over a folder with our conftest.py, an allowed_skips.txt of its own and two sample modules."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder / "conftest.py")
    (folder / "allowed_skips.txt").write_text(allowed, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    (folder / "test_module.py").write_text(WHOLE_MODULE, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SATCHEL_", "PYTEST_"))}
    if require is not None:
        environment["SATCHEL_REQUIRE"] = require
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--continue-on-collection-errors"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_skip_is_a_skip_when_nothing_is_required(tmp_path: Path) -> None:
    done = run(tmp_path, allowed="", require=None)
    assert done.returncode == 0, done.stdout
    assert "2 passed, 4 skipped, 1 xfailed" in done.stdout


def test_every_kind_of_skip_fails_when_all_is_required(tmp_path: Path) -> None:
    done = run(tmp_path, allowed="", require="all")
    assert done.returncode == 1, done.stdout
    assert "2 failed, 2 passed, 1 xfailed, 2 errors" in done.stdout  # a mark skips before the test, hence an error
    for reason in ("the peer is absent", "no data at hand", "not for this one", "a whole module"):
        assert reason in done.stdout
    assert "test_sample.py::test_marked was skipped under SATCHEL_REQUIRE=all" in done.stdout


def test_only_the_named_tests_may_be_skipped(tmp_path: Path) -> None:
    allowed = (
        "# a note\n\ntest_sample.py::test_marked # a peer that cannot be installed\n"
        "test_sample.py::test_of_a_parameter[a b] # its id has a space\ntest_module.py # a whole module\n"
    )
    done = run(tmp_path, allowed=allowed, require="all")
    assert done.returncode == 1, done.stdout
    assert "1 failed, 2 passed, 3 skipped, 1 xfailed" in done.stdout
    assert "test_sample.py::test_skips_itself was skipped" in done.stdout


@pytest.mark.parametrize("line", ["test_sample.py::test_marked", "test_sample.py::test_marked #  ", "x # "])
def test_an_allowed_skip_without_a_reason_is_refused(tmp_path: Path, line: str) -> None:
    done = run(tmp_path, allowed=line + "\n", require="all")
    assert done.returncode == 4
    assert "allowed_skips.txt line 1: write `test id # reason`" in done.stderr + done.stdout


def test_another_word_than_all_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, allowed="", require="some")
    assert done.returncode == 4
    assert "SATCHEL_REQUIRE is `all` or not set" in done.stderr + done.stdout
