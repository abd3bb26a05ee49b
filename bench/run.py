"""Measures Satchel beside @digitalbazaar/vc in one run and writes bench/results/foundation.{json,md}.

Both sides read the same file in turns, on one core each; figures are the best round. `satchel bench` measures
itself beside the bare cryptography of its own process. Ratios travel between machines, rates do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.peers import peer as peers

ROOT = Path(__file__).resolve().parents[1]
BADGE = ROOT / "tui" / "demo_data" / "foreign_badge.json"
RESULTS = ROOT / "bench" / "results"
NOW = "2026-11-24T00:00:00Z"
SATCHEL = str(Path(sys.executable).with_name("satchel"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: ours, the peer's, and their ratio (above 1: Satchel is faster)."""

    what: str
    ours: float
    theirs: float | None
    unit: str

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else round(self.ours / self.theirs, 2)


def satchel_bench(what: str, count: int) -> dict[str, float]:
    done = subprocess.run(
        [SATCHEL, "bench", what, "--input", str(BADGE), "--count", str(count), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def peer_rates(peer: peers.Peer, op: str, request: dict[str, object], count: int) -> tuple[float, float]:
    """(per second of wall, per second of CPU)."""
    answer = peer.ask(op, count=count, **request)  # type: ignore[arg-type]
    return count / float(answer["wall_seconds"]), count / float(answer["cpu_seconds"])  # type: ignore[arg-type]


def cold_start(arguments: list[str], rounds: int) -> float:
    """The fastest of some starts, in milliseconds, each beside a start of the bare interpreter."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(arguments, check=True, capture_output=True)
        best = min(best, time.perf_counter() - started)
    return best * 1000


def rates(rounds: int) -> tuple[list[Row], list[Row]]:
    badge = BADGE.read_text("utf-8")
    document = {name: member for name, member in json.loads(badge).items() if name != "proof"}
    signing = {"credential": document, "seed": "00" * 32, "suite": "eddsa-rdfc-2022", "created": NOW, "now": NOW}
    signing["controller"] = document["issuer"]["id"] if isinstance(document["issuer"], dict) else document["issuer"]
    plan: dict[str, tuple[str, dict[str, object]]] = {
        "verify": ("bench_verify", {"credential": badge, "now": NOW}),
        "canonicalize": ("bench_canonize", {"document": document}),
        "issue": ("bench_sign", signing),
    }
    beside, floor = [], []
    with peers.Peer() as peer:
        for what, (op, request) in plan.items():
            peer_rates(peer, op, request, 50)
            ours, theirs = [], []
            for _ in range(rounds):
                theirs.append(peer_rates(peer, op, request, 200))
                ours.append(satchel_bench(what, 2000))
            for name, index in (("wall", 0), ("CPU", 1)):
                mine = max(figures["wall_per_s" if index == 0 else "cpu_per_s"] for figures in ours)
                beside.append(Row(what=f"{what}, {name}", ours=mine, theirs=max(r[index] for r in theirs), unit="/s"))
            if what != "canonicalize":
                best = min(ours, key=lambda figures: figures["times_floor_cpu"])
                floor.append(
                    Row(what=f"{what}: CPU of one, in floors", ours=best["times_floor_cpu"], theirs=None, unit="x")
                )
    return beside, floor


def starts(rounds: int) -> list[Row]:
    bare = cold_start([sys.executable, "-c", "pass"], rounds)
    version = cold_start([SATCHEL, "--version"], rounds)
    verify = cold_start([SATCHEL, "verify", "--offline", "--now", NOW, str(BADGE)], rounds)
    return [
        Row(what="`satchel --version`", ours=round(version / bare, 2), theirs=None, unit="x python -c pass"),
        Row(what="`satchel verify --offline FILE`", ours=round(verify / bare, 2), theirs=None, unit="x python -c pass"),
    ]


def commit_id() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "none"


def report(beside: list[Row], floor: list[Row], cold: list[Row]) -> str:
    lines = [
        "# Foundation: first figures",
        "",
        f"`make bench` at commit {commit_id()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{platform.machine()}. The machine is shared: compare ratios, not rates.",
        "",
        "The same Open Badge 3.0 (eddsa-rdfc-2022, did:key, made with @digitalbazaar/vc), from bytes; Satchel with all "
        "local facets on and nothing cached between two verifications but compiled contexts.",
        "",
        "| what | Satchel | @digitalbazaar/vc 7.3 | ratio |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.what} | {row.ours:,.0f}{row.unit} | {row.theirs:,.0f}{row.unit} | {row.ratio} |" for row in beside
    ]
    lines += [
        "",
        "The floor is one Ed25519 check and one SHA-256 by the library `cryptography`, timed in the same process.",
        "",
        "| what | measured |",
        "|---|---|",
    ]
    lines += [f"| {row.what} | {row.ours} {row.unit} |" for row in (*floor, *cold)]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    if reason := peers.missing():
        print(f"the peers cannot run: {reason}", file=sys.stderr)
        return 1
    beside, floor = rates(rounds)
    cold = starts(rounds * 6)
    text = report(beside, floor, cold)
    RESULTS.mkdir(exist_ok=True)
    rows = [
        {"what": row.what, "ours": row.ours, "theirs": row.theirs, "ratio": row.ratio, "unit": row.unit}
        for row in (*beside, *floor, *cold)
    ]
    (RESULTS / "foundation.json").write_text(
        json.dumps({"commit": commit_id(), "rows": rows}, indent=1) + "\n", "utf-8"
    )
    (RESULTS / "foundation.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
