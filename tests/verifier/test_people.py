from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from satchel.framework.graph import Description
from satchel.node.shelf import Shelf
from tests.attack.forge import ISSUER, LEARNER, STRANGER, badge, did_of, judged, signed, to_bytes
from tests.verifier.held import KNOTS
from tui.main import main
from verifier import people
from verifier.people import Person
from verifier.policy import POLICIES

GOOD = to_bytes(signed(badge()))
DAY = date(2027, 5, 23)
FALSE = to_bytes(signed(badge()) | {"name": "Another"})


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """`satchel verify --offline ...` in this process: exit code, stdout, stderr."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["verify", "--offline", "--now", "2026-11-24T00:00:00Z", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def applicants(folder: Path) -> Path:
    files = {
        "zoe/badge.json": GOOD,
        "ada/a.json": GOOD,
        "ada/deeper/b.json": FALSE,
        "=cmd()/badge.json": b"",
        "mia/badge.json": GOOD,
        "mia/holder.txt": f"{did_of(STRANGER)}\n".encode(),
        "noa/badge.json": GOOD,
        "noa/holder.txt": did_of(LEARNER).encode(),
        "empty/.hidden": GOOD,
        ".git/x.json": GOOD,
        "loose.json": GOOD,
    }
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    (folder / "link").symlink_to(folder / "zoe")
    return folder


def test_there_is_one_row_a_person_in_the_order_of_names(tmp_path: Path, run: Any) -> None:
    code, out, err = run("--by-folder", "--csv", applicants(tmp_path))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert out.startswith("is_it_this_person,person,")
    assert [row["is_it_this_person"] for row in rows] == ["not asked", "not asked", "", "no", "yes", "not asked"]
    assert {row["delete_after"] for row in rows} == {"2027-05-23"}
    assert [(row["person"], row["verdict"], row["accepted"], row["files"]) for row in rows] == [
        ("'=cmd()", "malformed", "0", "1"),
        ("ada", "rejected", "1", "2"),
        ("empty", "", "0", "0"),
        ("mia", "rejected", "0", "1"),
        ("noa", "accepted", "1", "1"),
        ("zoe", "accepted", "1", "1"),
    ]
    assert "proof.invalid" in rows[1]["why"]
    assert rows[3]["why"].startswith("badge.json:")
    assert "subject.other_holder" in rows[3]["why"]
    assert (rows[4]["expected_holder"], rows[4]["why"]) == (did_of(LEARNER), "")
    assert (code, err) == (3, "")


def test_the_table_is_read_in_a_terminal_and_by_programs(tmp_path: Path, run: Any) -> None:
    folder = applicants(tmp_path)
    _, out, _ = run("--by-folder", folder)
    lines = out.splitlines()
    assert lines[0].split() == ["who:", "not", "asked", "=cmd()", "MALFORMED", "0", "of", "1"]
    assert all(len(line) <= 80 for line in lines)
    assert lines[-1].endswith("by 2027-05-23.")
    assert next(line for line in lines if " mia " in line).startswith("SOMEBODY ELSE ")
    assert next(line for line in lines if " noa " in line).startswith("is this person ")
    assert "NO FILE" in out
    _, out, _ = run("--by-folder", "--json", folder)
    document = json.loads(out)
    assert document["schema"] == "satchel.people/1"
    assert document["delete_after"] == "2027-05-23"
    assert [item["is_it_this_person"] for item in document["items"]][3:5] == ["no", "yes"]
    assert [len(item["reports"]) for item in document["items"]] == [1, 2, 0, 1, 1, 1]


def test_a_holder_for_all_is_asked_where_a_folder_names_none(tmp_path: Path, run: Any) -> None:
    _, out, _ = run("--by-folder", "--csv", "--holder", did_of(STRANGER), applicants(tmp_path))
    verdicts = {row["person"]: row["verdict"] for row in csv.DictReader(io.StringIO(out))}
    assert (verdicts["zoe"], verdicts["noa"]) == ("rejected", "accepted")


@pytest.mark.parametrize(
    "raw", [b"", b"not a did", b"\xff", b"did:key:z6MkA did:key:z6MkB", b"a@b.example c@d.example"]
)
def test_a_broken_holder_file_is_refused_and_not_ignored(tmp_path: Path, run: Any, raw: bytes) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "holder.txt").write_bytes(raw)
    code, _, err = run("--by-folder", tmp_path)
    assert code == 2
    assert "usage.file" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by-folder"],
        ["--by-folder", "a", "b"],
        ["--by-folder", "--jsonl", "a"],
        ["--csv", "a"],
        ["--delete-after", "9", "a"],
    ],
    ids=str,
)
def test_options_that_do_not_go_together_are_refused(run: Any, arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2


def test_a_folder_without_folders_is_refused(tmp_path: Path, run: Any) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        code, _, err = run("--by-folder", folder)
        assert (code, "usage.file" in err) == (2, True)


def test_hostile_names_reach_no_terminal_and_no_formula() -> None:
    hostile = Person(name="@SUM(1)\x1b[2J", holder=None, reports=(judged(FALSE),))
    table = people.to_csv([hostile], POLICIES["default"], DAY)
    for text in (people.to_text([hostile], POLICIES["default"], DAY), table):
        assert "\x1b" not in text
    assert ",'@SUM(1)<U+001B>" in table.splitlines()[1]


def trust_file(folder: Path, **entry: Any) -> Path:
    folder.mkdir(parents=True)
    issuers = [{"id": did_of(ISSUER), "name": "A sailing school"} | entry]
    (folder / "schools.json").write_text(
        json.dumps({"schema": "satchel.trust/1", "name": "Schools", "issuers": issuers})
    )
    return folder


def report_of(out: str, name: str) -> str:
    return next(str(entry["code"]) for entry in json.loads(out)["facets"] if entry["facet"] == name)


def test_trust_lists_come_from_the_named_folder_or_the_home(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "badge.json"
    path.write_bytes(GOOD)
    trust_file(tmp_path / "home" / "trust")
    other = trust_file(tmp_path / "other", distrusted=True)
    assert report_of(run("--json", path)[1], "issuer_trust") == "issuer_trust.no_list"
    assert report_of(run("--json", "--home", tmp_path / "home", path)[1], "issuer_trust") == "issuer_trust.ok"
    _, out, _ = run("--json", "--home", tmp_path / "home", "--trust", other, path)
    assert report_of(out, "issuer_trust") == "issuer_trust.distrusted"


def test_a_trust_list_that_is_broken_or_open_to_others_ends_the_command(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "badge.json"
    path.write_bytes(GOOD)
    folder = trust_file(tmp_path / "trust", untill="2026-01-01")
    code, out, err = run("--trust", folder, path)
    assert (code, out) == (1, "")
    assert "trust.unknown_key" in err
    (folder / "schools.json").chmod(0o666)
    assert "settings.file_unsafe" in run("--trust", folder, path)[2]
    assert run("--trust", tmp_path / "absent", path)[0] == 2


def test_the_homes_frameworks_judge_alignments_and_the_verdict_replays_without_them(tmp_path: Path, run: Any) -> None:
    lines = json.dumps({"uri": KNOTS, "label": "Knots and hitches"}).encode() + b"\n"
    description = Description(title="Sea", released="2026-06-01", completeness="complete")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with Shelf(home / "frameworks") as shelf:
        shelf.import_files([("sea.jsonl", lines)], description)
    document = badge()
    document["credentialSubject"]["achievement"]["alignment"] = [
        {"type": ["Alignment"], "targetName": "Celestial navigation", "targetUrl": KNOTS}
    ]
    path = tmp_path / "badge.json"
    path.write_bytes(to_bytes(signed(document)))
    assert report_of(run("--json", path)[1], "alignment") == "alignment.not_held"
    saved = tmp_path / "materials.jsonl"
    trust_file(home / "trust")
    _, out, _ = run("--json", "--home", home, "--save-materials", saved, path)
    assert report_of(out, "alignment") == "alignment.name_contradicted"
    assert report_of(out, "issuer_trust") == "issuer_trust.ok"
    capture = main(["verify", "--replay", str(saved), "--json"])
    assert capture == 0


def test_a_person_without_files_has_no_verdict() -> None:
    nobody = Person(name="x", holder=None, reports=())
    assert (nobody.verdict, nobody.accepted, nobody.match) == (None, 0, None)


def test_the_days_until_deletion_are_chosen(tmp_path: Path, run: Any) -> None:
    folder = applicants(tmp_path)
    assert run("--by-folder", "--delete-after", "30", folder)[1].rstrip().endswith("by 2026-12-24.")
    assert run("--by-folder", "--delete-after", "0", folder)[0] == 2


def test_a_forgery_that_names_the_person_does_not_prove_who_it_is(tmp_path: Path, run: Any) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "badge.json").write_bytes(FALSE)
    (tmp_path / "ada" / "holder.txt").write_text(did_of(LEARNER))
    (row,) = csv.DictReader(io.StringIO(run("--by-folder", "--csv", tmp_path)[1]))
    assert (row["is_it_this_person"], row["verdict"]) == ("not proven", "rejected")


def test_one_file_of_somebody_else_among_good_ones_is_told(tmp_path: Path, run: Any) -> None:
    other = badge()
    other["credentialSubject"]["id"] = did_of(STRANGER)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "a.json").write_bytes(GOOD)
    (tmp_path / "ada" / "b.json").write_bytes(to_bytes(signed(other)))
    (tmp_path / "ada" / "holder.txt").write_text(did_of(LEARNER))
    (row,) = csv.DictReader(io.StringIO(run("--by-folder", "--csv", tmp_path)[1]))
    assert (row["is_it_this_person"], row["accepted"]) == ("no", "1")
    assert "subject.other_holder" in row["why"]


@pytest.mark.parametrize(
    ("address", "match"), [("ada@school.example", "yes"), ("eve@school.example", "no")], ids=["same", "other"]
)
def test_the_person_may_be_named_by_an_address(tmp_path: Path, run: Any, address: str, match: str) -> None:
    document = badge()
    document["credentialSubject"]["identifier"] = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "ada@school.example",
            "identityType": "emailAddress",
        }
    ]
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "badge.json").write_bytes(to_bytes(signed(document)))
    (tmp_path / "ada" / "holder.txt").write_text(f"{address}\n")
    (row,) = csv.DictReader(io.StringIO(run("--by-folder", "--csv", "--holder", did_of(STRANGER), tmp_path)[1]))
    assert (row["is_it_this_person"], row["expected_holder"]) == (match, address)
