"""The house itself: what no file may say, what the table of codes must cover, what a cold start may import."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from satchel.codes import CODES

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("satchel", "did", "verifier", "issuer", "wallet", "tui")
# Written in pieces, so that this file does not say what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian"))
)
MACHINE_PATHS = tuple("/" + name + "/" for name in ("work", "root"))


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def source_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in (*REGISTRIES, *MACHINE_PATHS) if word in text]
    assert found == []


def test_every_locked_requirement_has_a_hash_and_no_url() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text, lock.name
        for block in re.split(r"\n(?=\S)", text):
            if "==" in block.split("\n", 1)[0]:
                assert "--hash=sha256:" in block, block.split("\n", 1)[0]


def used_codes() -> set[str]:
    rooms = {name.partition(".")[0] for name in CODES}
    pattern = re.compile(r"[\"']((?:" + "|".join(sorted(rooms)) + r")\.[a-z0-9_]+)[\"']")
    used: set[str] = set()
    for path in source_files():
        if path != ROOT / "satchel" / "codes.py":
            used |= set(pattern.findall(path.read_text("utf-8")))
    return used


def test_every_code_in_the_table_is_used_by_the_code() -> None:
    # A facet's `.ok` and `.not_read` are put together from the facet's name, so they do not stand as one literal.
    unused = {name for name in set(CODES) - used_codes() if not name.endswith((".ok", ".not_read"))}
    assert unused == set()


def test_every_code_has_a_sentence_and_every_bad_one_a_next_step() -> None:
    for name, code in CODES.items():
        assert code.sentence.endswith("."), name
        if code.outcome in ("fail", "unknown", "error", "warn"):
            assert code.next_step.endswith("."), name


def test_the_generated_reference_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def modules_imported_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tui.main", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_the_version_is_answered_before_click_is_imported() -> None:
    assert "click" not in modules_imported_by("--version")


HEAVY = (
    "asyncio",
    "aiohttp",
    "aiosqlite",
    "jinja2",
    "joserfc",
    "multiformats",
    "pydantic",
    "ruamel",
    "sqlite3",
    "textual",
)


def test_an_offline_verification_imports_nothing_heavy() -> None:
    badge = ROOT / "tui" / "demo_data" / "foreign_badge.json"
    imported = modules_imported_by("verify", "--offline", "--now", "2026-11-24T00:00:00Z", str(badge))
    assert imported.isdisjoint(HEAVY), imported & set(HEAVY)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_distribution_of_another_project_installs_a_module_of_ours(package: str) -> None:
    from importlib.metadata import packages_distributions

    assert set(packages_distributions().get(package, ["satchel"])) == {"satchel"}
