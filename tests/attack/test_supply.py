"""Row 159: what we build on is named by digest, so that a swapped file or package is noticed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from satchel.linked import pinned

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PEERS = ROOT / "tests" / "peers"


def test_every_pinned_context_has_the_digest_that_its_origin_names() -> None:
    (origin,) = (ROOT / "satchel" / "linked").rglob("ORIGIN.md")
    named = set(re.findall(r"\b[0-9a-f]{64}\b", origin.read_text(encoding="utf-8")))
    for url in pinned.urls():
        assert pinned.digest(url) == hashlib.sha256(pinned.raw(url)).hexdigest()
        assert pinned.digest(url) in named, url


def test_the_context_of_the_data_model_is_the_one_whose_digest_the_standard_prints() -> None:
    digest = "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    assert pinned.digest("https://www.w3.org/ns/credentials/v2") == digest


def test_every_file_beside_the_pinned_contexts_is_named_by_its_digest() -> None:
    (origin,) = (ROOT / "satchel" / "linked").rglob("ORIGIN.md")
    text = origin.read_text(encoding="utf-8")
    files = [path for path in origin.parent.rglob("*.json*") if path.is_file()]
    assert files
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in text, path.name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_of_a_lock_is_pinned_by_version_and_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[^\s#])", lock.read_text(encoding="utf-8"))
    packages = [entry for entry in entries if re.match(r"[A-Za-z0-9]", entry)]
    assert packages
    for entry in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
        assert "://" not in re.sub(r"#.*", "", entry)


def test_there_is_a_lock() -> None:
    assert LOCKS


def test_every_npm_peer_is_pinned_by_version_and_hash_and_names_no_registry() -> None:
    text = (PEERS / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text and "://" not in text
    lock = json.loads(text)
    named = json.loads((PEERS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in named.values())
    assert lock["packages"][""]["dependencies"] == named
    for path, package in lock["packages"].items():
        if path:
            assert package["integrity"].startswith("sha512-"), path
            assert "hasInstallScript" not in package, path
