"""Measures selective disclosure beside @digitalbazaar's suites in one run: bench/results/selective.{json,md}.

Both sides issue, derive from and verify the same invented badge (without an ordered list, which the peer cannot sign),
in turns, on one core each; figures are the best round of processor time. Verification is from text, signatures alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from did.create import did_key, did_key_method
from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.pinned import PINNED
from satchel.node import entropy
from satchel.node.clock import utc_now
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured
from tests.peers import peer as peers

ROOT: Final = Path(__file__).resolve().parents[1]
BADGE: Final = ROOT / "tui" / "demo_data" / "foreign_badge.json"
RESULTS: Final = ROOT / "bench" / "results"
NOW: Final = "2026-11-24T00:00:00Z"
CHOSEN: Final = ["/credentialSubject/achievement/name", "/credentialSubject/achievement/criteria"]
MANDATORY: Final = ["/issuer", "/validFrom"]
# Suite, key type, and how often each side does it in one round.
SUITES: Final = (("ecdsa-sd-2023", KeyType.P_256, 100, 20), ("bbs-2023", KeyType.BLS12_381_G2, 30, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: milliseconds of processor time for one, ours and the peer's."""

    what: str
    ours: float
    theirs: float
    ratio: float


def best(once: Callable[[], object], count: int, rounds: int) -> float:
    """Milliseconds of processor time for one, in the best round."""
    once()
    found = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(count):
            once()
        found = min(found, (time.process_time() - started) / count)
    return found * 1000


def theirs(peer: peers.Peer, op: str, request: dict[str, Any], count: int, rounds: int) -> float:
    peer.ask(op, count=1, **request)
    answers = [peer.ask(op, count=count, **request) for _ in range(rounds)]
    return min(float(answer["cpu_seconds"]) for answer in answers) / count * 1000  # type: ignore[arg-type]


def rows(peer: peers.Peer, rounds: int) -> list[Row]:
    found: list[Row] = []
    for suite, kind, mine, its in SUITES:
        key = PrivateKey.generate(entropy.system, kind)
        did = did_key(key.public())
        signer = LocalSigner(did_key_method(did), key)
        document: dict[str, Any] = json.loads(BADGE.read_bytes())
        del document["proof"]
        document["issuer"]["id"] = did

        def issue(document: dict[str, Any] = document, suite: str = suite, signer: LocalSigner = signer) -> Any:
            return suites.sign_base(
                document,
                suite=suite,
                signer=signer,
                created=utc_now().replace(microsecond=0),
                entropy=entropy.system,
                mandatory=MANDATORY,
            )

        base = issue()

        def derive(base: Any = base) -> Any:
            return suites.derive(base, CHOSEN, entropy=entropy.system)

        text = json.dumps(derive())

        def verify(text: str = text, key: PrivateKey = key) -> None:
            part = json.loads(text)
            if not suites.verify(Secured(part, PINNED), proofs_of(part)[0], key.public()):
                raise RuntimeError("a derived proof does not verify")

        pair = {"publicKeyMultibase": multikey.encode(key.public()), "secretKeyMultibase": key.secret_multikey()}
        plan: dict[str, tuple[Callable[[], object], str, dict[str, Any]]] = {
            "issue": (
                issue,
                "bench_sign",
                {"credential": document, "key": pair, "created": NOW, "now": NOW, "mandatoryPointers": MANDATORY},
            ),
            "derive": (derive, "bench_derive", {"credential": base, "selectivePointers": CHOSEN}),
            "verify": (verify, "bench_verify", {"credential": text, "now": NOW}),
        }
        for what, (once, op, request) in plan.items():
            ours = best(once, mine, rounds)
            other = theirs(peer, op, {"suite": suite, **request}, its, rounds)
            found.append(
                Row(what=f"{suite} {what}", ours=round(ours, 3), theirs=round(other, 2), ratio=round(other / ours, 1))
            )
    return found


def page(found: list[Row], commit: str) -> str:
    lines = [
        "# Selective disclosure",
        "",
        f"`python -m bench.selective` at commit {commit}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{platform.machine()}. The machine is shared: compare ratios, not times.",
        "",
        "One Open Badge 3.0, issued with a base proof, derived with two claims chosen, and the derived proof verified",
        "from text. Milliseconds of processor time for one.",
        "",
        "| what | Satchel | @digitalbazaar | ratio |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.ours} ms | {row.theirs} ms | {row.ratio} |" for row in found),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds: int = parser.parse_args().rounds
    if reason := peers.missing():
        print(f"the peers cannot run: {reason}", file=sys.stderr)
        return 1
    with peers.Peer(script="suite_peer.mjs") as peer:
        found = rows(peer, rounds)
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    RESULTS.mkdir(exist_ok=True)
    written = {"schema": "satchel.bench_selective/1", "commit": commit, "rows": [asdict(row) for row in found]}
    (RESULTS / "selective.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    text = page(found, commit)
    (RESULTS / "selective.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
