from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from satchel.errors import Malformed, SettingsFault
from satchel.framework import read
from satchel.framework.graph import Description, FrameworkFault
from satchel.node.shelf import Held, Shelf
from satchel.port import FrameworkShelf
from tests.satchel.framework.sample import BASE, KNOTS, item, lines

V1 = lines({"framework": {"title": "Seamanship", "kind": "own"}}, item("a", "tie knots"), item("b", "use telex"))
V2 = lines(
    {"framework": {"title": "Seamanship", "kind": "own"}}, item("a", "tie knots and bends"), item("c", "use radio")
)
OLD = Description(release="1", released="2020-01-01", completeness="complete", licence="CC0")
NEW = Description(release="2", released="2026-01-01")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Shelf(tmp_path / "home" / "frameworks") as opened:
        yield opened


def put(shelf: Shelf, raw: bytes, description: Description | None = None, *, skip_rejected: bool = False) -> str:
    (report,) = shelf.import_files([("file.any", raw)], description or Description(), skip_rejected=skip_rejected)
    return report.framework.digest


def files(shelf: Shelf) -> list[str]:
    folder = shelf.folder
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock") if folder.is_dir() else []


def test_a_shelf_is_what_a_verifier_asks(shelf: Shelf) -> None:
    asked: FrameworkShelf = shelf
    assert asked.frameworks() == ()
    assert asked.nodes(BASE + "a") == ()


def test_versions_stand_side_by_side_the_newest_first(shelf: Shelf) -> None:
    old, new = put(shelf, V1, OLD), put(shelf, V2, NEW)
    assert [(one.release, one.digest) for one in shelf.frameworks()] == [("2", new), ("1", old)]
    assert [node.labels[0][1] for node in shelf.nodes(BASE + "a")] == ["tie knots and bends", "tie knots"]
    assert [node.framework.release for node in shelf.nodes(BASE + "b")] == ["1"]
    assert [shown.node.framework.release for shown in shelf.show(BASE + "a")] == ["2", "1"]
    assert files(shelf) == sorted([f"{old}.db", f"{new}.db"])


def test_a_copy_keeps_what_the_importer_said_of_it(shelf: Shelf) -> None:
    digest = put(shelf, V1, OLD)
    (one,) = shelf.frameworks()
    assert (one.title, one.kind, one.digest) == ("Seamanship", "own", digest)
    assert (one.release, one.released, one.completeness, one.licence) == ("1", "2020-01-01", "complete", "CC0")
    assert one.prefixes == (BASE,)


def test_the_same_bytes_again_replace_their_copy_also_for_an_open_shelf(shelf: Shelf) -> None:
    put(shelf, V1)
    assert shelf.frameworks()[0].release == ""
    put(shelf, V1, OLD)
    assert [one.release for one in shelf.frameworks()] == ["1"]
    assert len(files(shelf)) == 1


def test_a_copy_that_another_process_imports_is_seen_at_once(shelf: Shelf) -> None:
    put(shelf, V1, OLD)
    assert len(shelf.frameworks()) == 1
    with Shelf(shelf.folder) as other:
        put(other, V2, NEW)
    assert len(shelf.frameworks()) == 2


def test_a_search_suggests_an_item_of_two_releases_once_from_the_newest(shelf: Shelf) -> None:
    put(shelf, V1, OLD)
    put(shelf, V2, NEW)
    found = shelf.search("tie knots", 5)
    assert [(one.uri, one.framework.release) for one in found] == [(BASE + "a", "2")]
    assert [one.label for one in shelf.search("use", 5)] == ["use radio", "use telex"]


@pytest.mark.parametrize("name", ["own", "SEAMANSHIP", "digest", "id"])
def test_a_search_may_be_narrowed_to_one_framework(shelf: Shelf, name: str) -> None:
    digest = put(shelf, V1, OLD)
    put(shelf, KNOTS)
    held = next(one for one in shelf.frameworks() if one.digest == digest)
    chosen = {"digest": digest[:8], "id": held.id}.get(name, name)
    assert {one.framework.digest for one in shelf.search("knots", 5, framework=chosen)} == {digest}


def test_what_is_not_held_is_said(shelf: Shelf) -> None:
    with pytest.raises(FrameworkFault) as empty:
        shelf.search("knots")
    put(shelf, V1)
    with pytest.raises(FrameworkFault) as unknown:
        shelf.search("knots", framework="esco")
    with pytest.raises(FrameworkFault) as nobody:
        shelf.show(BASE + "zzz")
    assert [one.value.code for one in (empty, unknown, nobody)] == [
        "framework.not_held",
        "framework.not_held",
        "framework.unknown_uri",
    ]


@pytest.mark.parametrize(("question", "k"), [("", 5), ("  ", 5), ("x" * 10_001, 5), ("knots", 0), ("knots", 101)])
def test_a_question_that_cannot_be_answered_is_refused(shelf: Shelf, question: str, k: int) -> None:
    put(shelf, V1)
    with pytest.raises(FrameworkFault) as caught:
        shelf.search(question, k)
    assert caught.value.code == "framework.query"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PK\x03\x04", "framework.format_unknown"),
        (KNOTS + b"{\n", "framework.row"),
        (KNOTS + lines(item("knots", "another")), "framework.duplicate_uri"),
        (lines(item("a", "x", links=[{"kind": "isChildOf", "target": BASE + "a"}])), "framework.cycle"),
        (b"conceptUri,preferredLabel\nhttp://x.example/1\n", "framework.row"),
    ],
)
def test_a_refused_import_leaves_nothing_behind(shelf: Shelf, raw: bytes, code: str) -> None:
    with pytest.raises(FrameworkFault) as caught:
        shelf.import_files([("good.jsonl", V1), ("bad.any", raw)], Description())
    assert caught.value.code == code
    assert files(shelf) == []
    assert shelf.frameworks() == ()


def test_broken_json_leaves_nothing_behind(shelf: Shelf) -> None:
    with pytest.raises(Malformed):
        shelf.import_files([("good.jsonl", V1), ("bad.json", b'[{"a": 1, "a": 2}]')], Description())
    assert files(shelf) == []


def test_rejected_rows_are_left_out_only_when_asked(shelf: Shelf) -> None:
    put(shelf, KNOTS + b"{\n", skip_rejected=True)
    (copy,) = shelf.held()
    assert isinstance(copy, Held)
    assert (copy.nodes, copy.rejected) == (4, 1)


def test_a_disk_that_refuses_leaves_nothing_behind(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "frameworks").write_bytes(b"a file where the folder belongs")
    with pytest.raises(SettingsFault) as caught:
        put(shelf, V1)
    assert caught.value.code == "settings.write_failed"


def test_what_a_dead_import_left_is_cleared_and_other_files_are_not(shelf: Shelf) -> None:
    digest = put(shelf, V1)
    left = shelf.folder / f".{digest}.db.{'0' * 16}.part"
    left.write_bytes(b"half")
    (shelf.folder / "notes.txt").write_bytes(b"mine")
    put(shelf, V2)
    assert not left.exists()
    assert "notes.txt" in files(shelf)
    assert len(shelf.frameworks()) == 2


DYING = """
import os, sys
from pathlib import Path
from satchel.framework.graph import Description
from satchel.node import shelf

class Dying(type(Path())):
    def replace(self, target):
        os._exit(9)

class DyingShelf(shelf.Shelf):
    def __init__(self, folder):
        super().__init__(Dying(folder))

DyingShelf(Path(sys.argv[1])).import_files([("a.jsonl", sys.stdin.buffer.read())], Description())
"""


def test_a_process_that_dies_before_the_name_is_given_leaves_no_copy(shelf: Shelf) -> None:
    put(shelf, V1, OLD)
    died = subprocess.run([sys.executable, "-c", DYING, str(shelf.folder)], input=V2, check=False, timeout=60)
    assert died.returncode == 9
    assert [one.release for one in shelf.frameworks()] == ["1"]
    assert [name for name in files(shelf) if name.endswith(".part")]
    put(shelf, V2, NEW)
    assert not [name for name in files(shelf) if name.endswith(".part")]


def test_a_damaged_copy_is_refused_by_name_and_never_passed_over(shelf: Shelf) -> None:
    put(shelf, V2, NEW)
    digest = put(shelf, V1, OLD)
    path = shelf.folder / f"{digest}.db"
    path.write_bytes(path.read_bytes()[:5000])
    for ask in (shelf.frameworks, lambda: shelf.nodes(BASE + "a"), lambda: shelf.search("knots")):
        with pytest.raises(FrameworkFault) as caught:
            ask()
        assert caught.value.code == "framework.damaged"
        assert digest in caught.value.message
    sound, fault = shelf.held()
    assert isinstance(sound, Held)
    assert isinstance(fault, FrameworkFault)
    path.unlink()
    assert [one.release for one in shelf.frameworks()] == ["2"]


def test_a_copy_that_was_open_and_then_damaged_is_noticed(shelf: Shelf) -> None:
    digest = put(shelf, V1, OLD)
    assert len(shelf.frameworks()) == 1
    path = shelf.folder / f"{digest}.db"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(FrameworkFault):
        shelf.frameworks()


def test_files_that_are_no_copies_are_not_looked_at(shelf: Shelf) -> None:
    put(shelf, V1)
    for name in ("readme.md", "x.db", f"{'A' * 64}.db", f".{'0' * 64}.db"):
        (shelf.folder / name).write_bytes(b"x")
    assert len(shelf.frameworks()) == 1


def test_a_copy_planted_as_a_link_is_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    put(shelf, V1)
    (shelf.folder / f"{'0' * 64}.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(SettingsFault) as caught:
        shelf.frameworks()
    assert caught.value.code == "settings.file_unsafe"


def test_the_folder_and_its_files_are_private(shelf: Shelf) -> None:
    put(shelf, V1)
    assert shelf.folder.stat().st_mode & 0o777 == 0o700
    assert {entry.stat().st_mode & 0o777 for entry in shelf.folder.iterdir()} == {0o600}


def test_a_name_with_odd_characters_is_opened(tmp_path: Path) -> None:
    with Shelf(tmp_path / "a?b#c%20 d&mode=rw") as odd:
        put(odd, V1)
        assert len(odd.frameworks()) == 1


def test_nothing_is_written_by_reading(shelf: Shelf) -> None:
    digest = put(shelf, V1)
    path = shelf.folder / f"{digest}.db"
    before = (path.read_bytes(), sorted(os.listdir(shelf.folder)))
    shelf.search("knots", 5)
    shelf.nodes(BASE + "a")
    assert (path.read_bytes(), sorted(os.listdir(shelf.folder))) == before


def test_the_name_of_a_copy_is_the_digest_of_the_import(shelf: Shelf) -> None:
    (report,) = read.read([("x.jsonl", V1)], Description())
    assert files(shelf) == []
    assert put(shelf, V1) == report.framework.digest
