"""The demonstration: its JSON form, its twelve steps as people see them, and that nothing of it needs the world."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SATCHEL = str(Path(sys.executable).with_name("satchel"))
NOW = "2026-11-24T00:00:00Z"
STEPS = (
    "skills", "framework", "cohort", "template", "issue", "bake", "claim", "passport", "stack", "endorse",
    "applicants", "alignment",
)  # fmt: skip
READERS = ["Programme lead"] * 5 + ["Learner"] * 4 + ["Peer", "Employer", "Employer"]

# Runs the command with every address that it connects to, asks for, and every file that it opens, written down.
WATCHED = """
import json, sys
seen = {"connect": [], "ask": [], "open": []}
def watch(event, arguments):
    if event == "socket.connect":
        seen["connect"].append(str(arguments[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        seen["ask"].append(str(arguments[0]))
    elif event == "open" and isinstance(arguments[0], str):
        seen["open"].append(arguments[0])
sys.addaudithook(watch)
from tui.main import main
code = main(["demo", "--json", "--now", "2026-11-24T00:00:00Z"])
print(json.dumps(seen), file=sys.stderr)
sys.exit(code)
"""


def run(folder: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [SATCHEL, "demo", *arguments],
        cwd=folder,
        env=plain(folder) | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def plain(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SATCHEL_", "COLUMNS"))}
    return kept | {"HOME": str(folder), "TMPDIR": str(folder)}


def without_times(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_times(value) for name, value in document.items() if name != "ms"}
    return [without_times(value) for value in document] if isinstance(document, list) else document


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("played")
    document = json.loads(run(folder, "--json", "--now", NOW))
    assert list(folder.glob("satchel-demo-*")) == []  # nothing is left behind
    return document


def step(played: Any, name: str) -> Any:
    return next(one for one in played["steps"] if one["step"] == name)


def test_the_same_seed_and_moment_give_the_same_document_but_for_the_times(played: Any, tmp_path: Path) -> None:
    again = json.loads(run(tmp_path, "--json", "--now", NOW))
    assert without_times(again) == without_times(played)


def test_another_seed_gives_other_credentials(played: Any, tmp_path: Path) -> None:
    other = json.loads(run(tmp_path, "--json", "--now", NOW, "--seed", "another"))
    assert step(other, "issue")["ids"] != step(played, "issue")["ids"]
    assert step(other, "claim")["did"] != step(played, "claim")["did"]
    assert all(one["ok"] for one in other["steps"])


def test_the_document_has_its_form(played: Any) -> None:
    assert set(played) == {"schema", "now", "seed", "steps"}
    assert (played["schema"], played["now"], played["seed"]) == ("satchel.demo/1", NOW, "satchel")
    assert tuple(one["step"] for one in played["steps"]) == STEPS
    assert [one["reader"] for one in played["steps"]] == READERS
    for one in played["steps"]:
        assert set(one) > {"step", "ok", "said", "reader", "sentence", "ms"}
        assert one["ok"] is True, one
        assert isinstance(one["ms"], float) and one["ms"] >= 0
        for text in (one["said"], one["sentence"]):
            assert isinstance(text, str) and 20 < len(text) < 120
        assert re.fullmatch(r"[^.!?]+\.", one["sentence"]), one["sentence"]  # one plain sentence
    assert sum(one["ms"] for one in played["steps"]) < 15_000


def test_skills_come_from_advertisements_and_lead_into_the_template(played: Any) -> None:
    skills = step(played, "skills")
    assert (skills["advertisements"], skills["wants"], len(skills["picked"])) == (3, 12, 4)
    assert {one["uri"].rpartition("/")[0] for one in skills["picked"]} == {"http://data.europa.eu/esco/skill"}
    assert sorted(skills["unresolved"]) == [
        "operating systems",
        "organisational resilience",
        "quality assurance methodologies",
    ]
    assert skills["nothing_fits"] == ["knows the usual operating systems"]
    assert step(played, "framework")["lead_to_esco"] == 8
    assert (step(played, "template")["alignments"], step(played, "template")["checked"]) == (6, "alignment.ok")


def test_a_cohort_of_24_is_issued_once(played: Any) -> None:
    assert (step(played, "cohort")["rows"], step(played, "cohort")["refused"]) == (24, 0)
    issued = step(played, "issue")
    assert (issued["issued"], issued["refused"], issued["new_when_run_again"]) == (24, 0, 0)
    assert len(set(issued["ids"])) == 24


def test_the_learner_claims_keeps_and_stacks(played: Any) -> None:
    claimed = step(played, "claim")
    assert claimed["did"].startswith("did:key:z6Mk")
    assert {claimed["claimed"]["verdict"], claimed["foreign"]["verdict"]} == {"accepted"}
    skills = {one["name"]: one for one in step(played, "passport")["skills"]}
    assert skills["identify ICT system weaknesses"]["dots"] == 3
    assert "passport.independent" in skills["identify ICT system weaknesses"]["reasons"]
    assert skills["Site Safety Refresher"] == {
        "name": "Site Safety Refresher",
        "dots": 0,
        "reasons": ["passport.expired"],
    }
    stack = step(played, "stack")
    assert not stack["ready"]
    assert [one["state"] for one in stack["steps"]] == ["met", "met", "open", "open", "blocked"]
    assert {one["linkage"] for one in stack["parts"]} == {"stack.key_proven", "stack.email_matched"}
    endorsed = step(played, "endorse")
    assert endorsed["dots"] == [2, 3]
    assert endorsed["endorser"] != claimed["did"]


def test_the_employer_sees_six_files_each_with_its_reason(played: Any) -> None:
    found = step(played, "applicants")
    told = {one["file"]: (one["verdict"], one["failed"]) for one in found["applicants"]}
    assert told == {
        "1-alder.json": ("accepted", []),
        "2-cedar.json": ("rejected", ["proof.invalid"]),
        "3-dogwood.json": ("rejected", ["status.revoked"]),
        "4-elm.json": ("undecided", []),
        "5-fir.json": ("accepted", []),
        "6-ginkgo.json": ("rejected", ["subject.other_recipient"]),
    }
    assert (found["ended"]["verdict"], found["ended"]["failed"]) == ("rejected", ["validity.expired"])
    marked = step(played, "alignment")
    assert (marked["verdict"], marked["failed"]) == ("accepted_with_warnings", ["alignment.name_contradicted"])
    assert marked["own_copy"] == "identify ICT system weaknesses" != marked["claimed"]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_each_step_ends_with_one_sentence_for_its_reader_and_fits_the_terminal(tmp_path: Path, columns: int) -> None:
    shown = run(tmp_path, "--now", NOW, COLUMNS=str(columns))
    story, _, further = shown.partition(" steps in ")
    blocks = [block for block in story.split("\n\n") if block.startswith(" ✔")]
    assert [int(block[2:5]) for block in blocks] == list(range(1, 13))
    for block, reader in zip(blocks, READERS, strict=True):
        assert re.search(rf"\n       → {reader}: [^.]+\.\Z", block), block
        assert re.search(r"\d ms$", block.splitlines()[0])
    assert max(map(len, story.splitlines())) <= columns
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", shown) is None
    assert "satchel learn" in further


def test_what_it_says_to_open_next_opens(tmp_path: Path) -> None:
    shown = run(tmp_path, "--keep", "play")
    commands = re.findall(r"^  ((?:export|satchel) .*?)(?:  .*)?$", shown, re.MULTILINE)
    assert len(commands) == 8
    for command in commands[1:]:
        if command.split()[1] not in ("tui", "serve"):
            done = subprocess.run(
                ["bash", "-c", f"cd play; {commands[0]}; {command}"],
                cwd=tmp_path,
                env=plain(tmp_path) | {"PATH": f"{Path(SATCHEL).parent}{os.pathsep}{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    assert not list((tmp_path / "play" / "learner").glob("*.json"))


def test_it_plays_in_a_new_folder_only(tmp_path: Path) -> None:
    (tmp_path / "play").mkdir()
    assert "usage.file" in run(tmp_path, "--keep", "play", code=2)
    assert "--now" in run(tmp_path, "--now", "tomorrow", code=2)


def test_a_step_that_does_not_end_as_it_must_is_shown_and_ends_with_one(tmp_path: Path) -> None:
    """Before the foreign badge was made it is not in force yet: the clock is wrong, and the demonstration says so."""
    shown = run(tmp_path, "--now", "2025-01-01T00:00:00Z", code=1)
    assert re.search(r"^ ✘  7  ", shown, re.MULTILINE)
    assert "Is it 2025-01-01T00:00:00Z where you are?" in shown
    document = json.loads(run(tmp_path, "--now", "2025-01-01T00:00:00Z", "--json", code=1))
    assert next(one["step"] for one in document["steps"] if not one["ok"]) == "claim"


def test_it_still_ends_well_in_ten_years(tmp_path: Path) -> None:
    run(tmp_path, "--now", "2036-01-01T00:00:00Z")


def test_it_asks_nobody_but_itself_and_reads_nothing_outside(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=tmp_path, env=plain(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stderr.splitlines()[-1])
    assert seen["connect"]
    assert {address for address in seen["connect"] if not address.startswith("('127.0.0.1',")} == set()
    assert seen["ask"] == []
    shared = str(Path(__file__).resolve().parents[3] / "shared")
    assert [path for path in seen["open"] if os.path.abspath(path).startswith(shared)] == []
