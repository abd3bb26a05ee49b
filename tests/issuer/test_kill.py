"""kill -9 at random points of a CSV batch: no place twice, no acknowledged credential lost, and it goes on."""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from issuer import store
from issuer import template as templates
from issuer.service import IssuerService
from satchel.node.settings import Home
from tests.issuer.conftest import EXAMPLE

ROWS = 600
POINTS = 20


def cohort() -> bytes:
    columns = templates.check(EXAMPLE).columns.all()
    lines = [",".join(columns)]
    lines += [f"l{number}@learner.example,Learner {number},2026-05-29,80,Achieving,," for number in range(ROWS)]
    return ("\n".join(lines) + "\n").encode()


async def test_kill_9_at_twenty_random_points_of_a_batch(tmp_path: Path) -> None:
    seed = int(os.environ.get("SATCHEL_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    home = Home(tmp_path / "home")
    await IssuerService.found(home, origin="https://issuer.example", name="Riverside College")
    (tmp_path / "t.yaml").write_bytes(EXAMPLE)
    (tmp_path / "c.csv").write_bytes(cohort())
    acknowledged: dict[str, str] = {}
    interrupted = 0

    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tui.main", "issue", "batch", "t.yaml", "c.csv", "--cohort", name]
        return subprocess.Popen(
            [*command, "--home", str(home.path)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # a line read here is not read once more by communicate()
        )

    def note(name: str, out: bytes) -> None:
        """What was printed whole counts as acknowledged, and names the same credential in every run."""
        for line in out[: out.rfind(b"\n") + 1].decode().splitlines():
            state, number, url = line.split()
            row = f"{name}/{number}"
            assert acknowledged.setdefault(row, url) == url, f"{row} was {acknowledged[row]} and is {url}"
            assert state in ("issued", "already")

    def run_whole(name: str) -> None:
        out, errors = start(name).communicate(timeout=300)
        assert out.count(b"\n") == ROWS, errors.decode()
        note(name, out)

    begun = time.perf_counter()
    run_whole("0")
    a_chunk = (time.perf_counter() - begun) / (2 + ROWS / store.CHUNK)
    for point in range(POINTS):
        name = str(1 + point // 2)
        child = start(name)
        assert child.stdout is not None
        said = b"".join(child.stdout.readline() for _ in range(chance.randrange(ROWS // store.CHUNK) * store.CHUNK))
        try:
            rest, errors = child.communicate(timeout=chance.uniform(0, a_chunk))
        except subprocess.TimeoutExpired:
            child.kill()
            rest, errors = child.communicate()
        interrupted += child.returncode == -9
        assert child.returncode in (0, -9), errors.decode()
        note(name, said + rest)
    assert interrupted >= POINTS // 2
    for name in range(1, 1 + POINTS // 2):
        run_whole(str(name))

    cohorts = 1 + POINTS // 2
    assert len(acknowledged) == ROWS * cohorts
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        stored = dict(raw.execute("SELECT id, raw FROM credential").fetchall())
        (events,) = raw.execute("SELECT count(*) FROM event WHERE kind = 'credential.issued'").fetchone()
        (places,) = raw.execute("SELECT count(*) FROM (SELECT DISTINCT list, idx FROM credential)").fetchone()
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert {url.rpartition("/")[2] for url in acknowledged.values()} == set(stored)
    assert len(stored) == places == events == ROWS * cohorts
    inside = [json.loads(one)["credentialStatus"] for one in stored.values()]
    assert len({entry["id"] for entry in inside}) == len(stored)
    async with IssuerService.open(home) as issuer:
        assert issuer.recovered is None
        assert await issuer.first_break() is None


@pytest.mark.parametrize("kind", ["issue", "revoke"])
async def test_kill_9_of_single_commands_keeps_what_was_printed(tmp_path: Path, kind: str) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    home = Home(tmp_path / "home")
    await IssuerService.found(home, origin="https://issuer.example", name="Riverside College")
    code = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from issuer.service import IssuerService\nfrom satchel.node.settings import Home\n"
        "template = Path(sys.argv[2]).read_bytes()\n"
        "cells = {'project_score': '80', 'level': 'Achieving'}\n"
        "async def main():\n"
        "    async with IssuerService.open(Home(Path(sys.argv[1]))) as issuer:\n"
        "        for number in range(1000):\n"
        "            learner = f'{sys.argv[3]}-{number}@learner.example'\n"
        "            issued = await issuer.issue(template, {**cells, 'email': learner})\n"
        "            if sys.argv[4] == 'revoke':\n"
        "                await issuer.change_status(issued.id, 'revoke', reason='a test')\n"
        "            print(issued.id, issued.place.list_id, issued.place.index, flush=True)\n"
        "asyncio.run(main())\n"
    )
    (tmp_path / "t.yaml").write_bytes(EXAMPLE)
    printed: set[tuple[str, str, int]] = set()
    for turn in range(8):
        arguments = [str(home.path), str(tmp_path / "t.yaml"), str(turn), kind]
        child = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert child.stdout is not None
        said = b"".join(child.stdout.readline() for _ in range(chance.randrange(1, 20)))
        child.kill()
        rest, errors = child.communicate(timeout=60)
        assert said.endswith(b"\n"), errors
        whole = said + rest[: rest.rfind(b"\n") + 1]
        printed |= {(one, place, int(index)) for one, place, index in map(str.split, whole.decode().splitlines())}
    with contextlib.closing(sqlite3.connect(home.issuer_db)) as raw:
        stored = set(raw.execute("SELECT id, list, idx FROM credential").fetchall())
        revoked = set(raw.execute("SELECT list, idx FROM status_set").fetchall())
    assert len(printed) > 20
    assert printed <= stored
    assert len({place[1:] for place in stored}) == len(stored)
    if kind == "revoke":
        assert {place[1:] for place in printed} <= revoked
        async with IssuerService.open(home) as issuer:
            assert issuer.recovered is None
