"""Issue, claim, keep, stack, present, verify: separate nodes and commands that share nothing but HTTP and files.

The issuer is a real process, stopped and started again between the steps; the wallet is the installed command.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SATCHEL = str(Path(sys.executable).with_name("satchel"))
ORIGIN = "https://college.example"
COHORT = (
    "email,learner,awarded_on,project_score,level,project_url,feedback\n"
    "alder@learner.example,Learner Alder,2026-05-29,61,Developing,,Clear charts.\n"
)


class Journey:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")},
            "HOME": str(folder),
        }
        (folder / "phrase").write_text("a few words nobody guesses")

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        done = subprocess.run(
            [SATCHEL, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == exit_code, f"$ satchel {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def wallet(self, *arguments: str, exit_code: int = 0) -> str:
        where = ("--home", "learner", "--passphrase-file", "phrase")
        return self.run(*arguments, *where, exit_code=exit_code)

    @contextmanager
    def served(self, role: str) -> Iterator[str]:
        """The node of a role as a process of its own; it must end well when it is told to."""
        child = subprocess.Popen(
            [SATCHEL, "serve", role, "--home", "college", "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stderr is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", child.stderr.readline())
            assert found is not None
            yield found[0]
        finally:
            child.send_signal(signal.SIGTERM)
            assert child.wait(timeout=30) == 0
            child.stderr.close()


def test_a_claimed_badge_is_stacked_presented_and_verified_between_restarts(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    journey.run("init", "issuer", "--home", "college", "--origin", ORIGIN, "--name", "Riverside College")
    journey.run("template", "new", "badge.yaml")
    template = tmp_path / "badge.yaml"
    template.write_text(template.read_text("utf-8").replace("bind: email", "bind: claim"), "utf-8")
    (tmp_path / "cohort.csv").write_text(COHORT, "utf-8")
    learner = journey.wallet("init", "wallet").strip()

    table = journey.run("issue", "batch", "badge.yaml", "cohort.csv", "--home", "college", "--claims")
    (row,) = csv.DictReader(io.StringIO(table))
    # One process shows the offer and signs; the next one, after a restart, still knows that it was claimed.
    with journey.served("issuer") as base:
        journey.wallet("claim", row["link"], "--yes", "--origin", f"{ORIGIN}={base}")
    with journey.served("issuer") as base:
        journey.run("init", "wallet", "--home", "thief", "--passphrase-file", "phrase")
        stolen = ("claim", row["link"], "--yes", "--origin", f"{ORIGIN}={base}", "--home", "thief")
        journey.run(*stolen, "--passphrase-file", "phrase", exit_code=1)

    (kept,) = json.loads(journey.wallet("list", "--json"))["items"]
    assert kept["verdict"] == "accepted"
    assert "analyse and interpret data" in journey.wallet("passport")

    with journey.served("issuer") as base:
        way = ("--origin", f"{ORIGIN}={base}", "--json")
        assert json.loads(journey.wallet("page", kept["id"], *way))["on"] is False
        assert json.loads(journey.wallet("page", kept["id"], "--on", *way))["on"] is True
    with journey.served("issuer") as base:
        assert "/b/" in journey.wallet("page", kept["id"], "--off", "--origin", f"{ORIGIN}={base}")

    mirror = ("--mirror", "college/public")
    journey.wallet("stack", "build", kept["id"], "--out", "learner.zip", "--name", "What I can do")
    assert json.loads(journey.run("verify", "learner.zip", *mirror, "--json"))["verdict"] == "accepted"
    journey.wallet("present", kept["id"], "--challenge", "c-1", "--domain", "employer.example", "--out", "shown.json")
    asked = ("--challenge", "c-1", "--domain", "employer.example", "--holder", learner, "--require-holder-binding")
    report = json.loads(journey.run("verify", "shown.json", *mirror, *asked, "--json"))
    assert report["verdict"] == "accepted"
    other = ("--challenge", "c-2", "--domain", "employer.example")
    report = json.loads(journey.run("verify", "shown.json", *mirror, *other, "--json", exit_code=3))
    assert {facet["code"] for facet in report["facets"] if facet["outcome"] == "fail"} == {"proof.challenge"}
