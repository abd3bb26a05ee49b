"""Measures Satchel beside its peers in one run and writes bench/results/proof.{json,md}.

Each row is measured in turns with its peer, so that both see the same machine; figures are the best round of each.
Verifying, issuing and canonicalizing one Open Badge stand beside @digitalbazaar/vc, jsonld.js and PyLD; the bare
Ed25519 check and SHA-256 of the library `cryptography` are timed in the process of `satchel bench` itself. Ratios
travel between machines, rates do not, and CPU ratios bear a busy machine better than those of the wall clock.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import suites
from bench.measure import Row, Speed, beside, here, there
from tests.peers import peer as peers

ROOT = Path(__file__).resolve().parents[1]
BADGE = ROOT / "tui" / "demo_data" / "foreign_badge.json"
RESULTS = ROOT / "bench" / "results"
NOW = "2026-11-24T00:00:00Z"
SATCHEL = str(Path(sys.executable).with_name("satchel"))
VC = "@digitalbazaar/vc 7.3"


class Bench:
    """`satchel bench`: our side of the first rows, and how many floors each took."""

    def __init__(self) -> None:
        self.floors: dict[str, float] = {}

    def run(self, what: str, count: int = 2000) -> Speed:
        done = subprocess.run(
            [SATCHEL, "bench", what, "--input", str(BADGE), "--count", str(count), "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
        figures: dict[str, float] = json.loads(done.stdout)
        self.floors[what] = min(self.floors.get(what, float("inf")), figures["times_floor_cpu"])
        return Speed(figures["wall_per_s"], figures["cpu_per_s"])


def badge_rows(bench: Bench, rounds: int) -> list[Row]:
    """Verify, issue and canonicalize the same Open Badge 3.0 (eddsa-rdfc-2022, did:key)."""
    badge = BADGE.read_text("utf-8")
    document = {name: member for name, member in json.loads(badge).items() if name != "proof"}
    signing: dict[str, Any] = {"credential": document, "seed": "00" * 32, "suite": "eddsa-rdfc-2022", "created": NOW}
    signing |= {"now": NOW, "controller": document["issuer"]["id"]}
    plan: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("verify", VC, "bench_verify", {"credential": badge, "now": NOW}),
        ("issue", VC, "bench_sign", signing),
        ("canonicalize", "jsonld.js 9", "bench_canonize", {"document": document}),
    )
    rows = []
    with peers.Peer() as peer:
        for what, name, op, request in plan:
            there(peer, op, request, 100)  # the compiler of the other side warms up
            rows.append(
                beside(
                    what,
                    name,
                    lambda what=what: bench.run(what),  # type: ignore[misc]
                    lambda op=op, request=request: there(peer, op, request, 200),  # type: ignore[misc]
                    rounds=rounds,
                )
            )
    pyld = pyld_of(document)
    rows.append(
        beside("canonicalize", "PyLD 3.3", lambda: bench.run("canonicalize"), lambda: here(pyld, 50), rounds=rounds)
    )
    return rows


def pyld_of(document: dict[str, Any]) -> Callable[[], object]:
    """PyLD's normalization of the document, its contexts loaded once."""
    from pyld import jsonld  # type: ignore[import-untyped]

    loaded = {url: json.loads(text) for url, text in peers.pinned_contexts().items()}
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": lambda url, _: {"contextUrl": None, "documentUrl": url, "document": loaded[url]},
    }
    return lambda: jsonld.normalize(document, options)


def starts(rounds: int) -> list[dict[str, Any]]:
    """Cold starts as multiples of `python -c pass`, in turns, with compiled files as after an installation.

    The processes are fresh; the machine's file cache is warm.
    """
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "satchel --version": [SATCHEL, "--version"],
        "satchel verify --offline FILE": [SATCHEL, "verify", "--offline", "--now", NOW, str(BADGE)],
    }
    best = dict.fromkeys(commands, (float("inf"), float("inf")))
    with tempfile.TemporaryDirectory() as folder:
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = folder
        for number in range(rounds + 1):
            for name, command in commands.items():
                took = started(command, env)
                if number:  # the first round compiles
                    best[name] = (min(best[name][0], took[0]), min(best[name][1], took[1]))
    wall, cpu = best["python -c pass"]
    return [
        {"what": name, "wall": round(took[0] / wall, 2), "cpu": round(took[1] / cpu, 2)}
        for name, took in best.items()
        if name != "python -c pass"
    ]


def started(command: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Seconds of the wall clock and of CPU."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commit_id() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "none"


def report(rows: list[Row], floors: dict[str, float], cold: list[dict[str, Any]], loads: tuple[float, float]) -> str:
    lines = [
        "# Proofs beside their peers",
        "",
        f"`make bench` at commit {commit_id()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{platform.machine()}, load {loads[0]:.1f} before and {loads[1]:.1f} after. One run, each row in turns with "
        "its peer, the best round of each. On a busy machine compare CPU, not wall.",
        "",
        "Verify, issue and canonicalize: the same Open Badge 3.0 (eddsa-rdfc-2022, did:key, made with "
        "@digitalbazaar/vc). Satchel verifies from bytes to the report with all local facets on and keeps nothing "
        "between two verifications but compiled contexts, schemas, and public keys by their text.",
        "",
        "| what | peer | Satchel, CPU | peer, CPU | ratio | Satchel, wall | peer, wall | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.what} | {row.peer} | {row.ours.cpu:,.0f}/s | {row.theirs.cpu:,.0f}/s | **{row.cpu_ratio}** "
        f"| {row.ours.wall:,.0f}/s | {row.theirs.wall:,.0f}/s | **{row.wall_ratio}** |"
        for row in rows
    ]
    lines += ["", "CPU of one in floors (one Ed25519 check and one SHA-256 by `cryptography`, same process):", ""]
    lines += [f"- {what}: {floors[what]}" for what in ("verify", "issue") if what in floors]
    lines += ["", "| cold start, times `python -c pass` | CPU | wall |", "|---|---|---|"]
    lines += [f"| `{one['what']}` | {one['cpu']} | {one['wall']} |" for one in cold]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    if reason := peers.missing():
        print(f"the peers cannot run: {reason}", file=sys.stderr)
        return 1
    load_before = os.getloadavg()[0]
    bench = Bench()
    cold = starts(rounds * 4)
    rows = [*badge_rows(bench, rounds), *suites.rows(max(1, rounds // 2))]
    loads = (load_before, os.getloadavg()[0])
    text = report(rows, bench.floors, cold, loads)
    figures = {
        "commit": commit_id(),
        "load": loads,
        "rows": [asdict(row) | {"cpu_ratio": row.cpu_ratio, "wall_ratio": row.wall_ratio} for row in rows],
        "floors": bench.floors,
        "cold_start": cold,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "proof.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (RESULTS / "proof.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
