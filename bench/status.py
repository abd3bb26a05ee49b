"""Measures a status list of 1,048,576 entries, from its bytes to one bit, and what a bomb takes; writes
bench/results/status.{json,md}.

    python -m bench.status

The floor is isal's inflate of the same compressed list alone. “From bytes” is what a verifier does with the document
that a server sent: strict JSON, base64url, bounded inflate, and the value of one entry (`status.read_list`); “from the
value” leaves the JSON out, which a verifier has parsed for the list's proof anyway. Signature and dates are not part of
it. The bomb is a signed list of 512 MiB of zeros in a mirror folder, judged by `satchel verify` in a child.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from isal import isal_zlib

from did.create import did_key, did_key_method
from satchel.codec import base, bits, strictjson
from satchel.credential import status
from satchel.credential.status import StatusEntry
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject
from satchel.proof import suites

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
ENTRIES = 1 << 20
MIB = 1024 * 1024
BOMB_MIB = 512
URL = "https://issuer.example/status/1"
NOW = "2026-11-24T00:00:00Z"
DATES = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_until": datetime(2027, 1, 1, tzinfo=UTC)}
FILLINGS = {"none set": 0.0, "1 in 1,000 set": 0.001, "1 in 100 set": 0.01, "1 in 10 set": 0.1, "half set": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; `target` is the most that it may be."""

    what: str
    measured: float
    unit: str
    target: float | None = None

    @property
    def is_met(self) -> bool | None:
        return None if self.target is None else self.measured <= self.target


def list_with(share: float) -> bytes:
    """The bits of a list of which this share is set, at random places that are the same in each run."""
    data, chosen = bytearray(ENTRIES // 8), random.Random(20261124)
    for index in chosen.sample(range(ENTRIES), int(ENTRIES * share)):
        bits.put(data, index, 1)
    return bytes(data)


def document_of(encoded: str, *, issuer: str = "did:web:issuer.example") -> JsonObject:
    return status.compose_list(id=URL, issuer=issuer, purpose="revocation", encoded=encoded, **DATES)


def best_of(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The best time of each in microseconds; they take turns, so that all see the same machine."""
    best = [float("inf")] * len(works)
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for place, work in enumerate(works):
            started = time.perf_counter()
            work()
            best[place] = min(best[place], time.perf_counter() - started)
    gc.enable()
    return [took * 1e6 for took in best]


def list_rows(rounds: int) -> list[Row]:
    """Each filling: the floor, and how many floors the way to the bit takes."""
    (entry,) = status.entries_of(
        {"credentialStatus": status.compose_entry(list_url=URL, index=77_777, purpose="revocation")}
    )
    if not isinstance(entry, StatusEntry):
        raise SystemExit("the entry that was composed is none")
    rows = []
    for name, share in FILLINGS.items():
        encoded = status.encode(list_with(share))
        packed = base.multibase_decode(encoded, allowed="u")
        document = document_of(encoded)
        raw = json.dumps(document).encode()

        def inflate(packed: bytes = packed) -> object:
            return isal_zlib.decompress(packed, 31)

        def from_value(document: JsonObject = document) -> object:
            return status.read_list(document, entry)

        def from_bytes(raw: bytes = raw) -> object:
            return status.read_list(strictjson.load_object(raw), entry)

        floor, value, whole = best_of(rounds, inflate, from_value, from_bytes)
        rows += [
            Row(what=f"{name}: the document", measured=len(raw), unit="bytes"),
            Row(what=f"{name}: isal inflate alone", measured=floor, unit="µs"),
            Row(what=f"{name}: from the value to the bit", measured=value / floor, unit="floors", target=3.0),
            Row(what=f"{name}: from bytes to the bit", measured=whole / floor, unit="floors", target=3.0),
        ]
    return rows


def bomb() -> str:
    """The encoded list of 512 MiB of zeros, made without holding them."""
    packer, chunk = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(MIB)
    packed = b"".join([*(packer.compress(chunk) for _ in range(BOMB_MIB)), packer.flush()])
    return base.multibase_encode(packed, "u")


def bomb_rows() -> list[Row]:
    """What `satchel verify` of a badge takes, when its list is small and when it is the bomb."""
    key = PrivateKey.from_seed(bytes(range(32)))
    did = did_key(key.public())
    signer = LocalSigner(id=did_key_method(did), key=key)

    def signed(document: JsonObject) -> bytes:
        made = suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=DATES["valid_from"])
        return json.dumps(made).encode()

    badge = signed(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
            "type": ["VerifiableCredential"],
            "issuer": did,
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {"id": "did:example:learner"},
            "credentialStatus": status.compose_entry(list_url=URL, index=7, purpose="revocation"),
        }
    )
    rows = []
    for name, encoded, code, target in (
        ("a list of 16 KiB", status.encode(bytes(16 * 1024)), "status.ok", None),
        (f"a bomb of {BOMB_MIB} MiB", bomb(), "status.list_too_large", 200.0),
    ):
        listed = signed(document_of(encoded, issuer=did))
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "mirror", URL.removeprefix("https://"))
            place.parent.mkdir(parents=True)
            place.write_bytes(listed)
            held = Path(folder, "badge.json")
            held.write_bytes(badge)
            said, resident, took = judge_in_child(held, Path(folder, "mirror"))
        if said != code:
            raise SystemExit(f"{name}: {said} instead of {code}")
        rows += [
            Row(what=f"{name}: the document", measured=len(listed), unit="bytes"),
            Row(what=f"{name}: `satchel verify`, resident at most", measured=resident, unit="MiB", target=target),
            Row(what=f"{name}: `satchel verify`, wall", measured=took, unit="s"),
        ]
    return rows


# The child tells its own peak: what the system reports to a parent counts the parent's memory before the exec as well.
_CHILD = """
import sys
from tui.main import main
code = main(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""


def judge_in_child(badge: Path, mirror: Path) -> tuple[str, float, float]:
    """The code of the facet status, the most memory that was resident, in MiB, and the seconds."""
    command = [sys.executable, "-c", _CHILD, "verify", str(badge), "--mirror", str(mirror), "--now", NOW, "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took = time.perf_counter() - started
    report = json.loads(done.stdout)
    (code,) = [facet["code"] for facet in report["facets"] if facet["facet"] == "status"]
    return code, int(done.stderr.split()[-1]) / 1024, took


def commit_id() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "none"


def report_text(rows: list[Row], rounds: int) -> str:
    lines = [
        "# Status lists: a million entries, and a bomb",
        "",
        f"`python -m bench.status --rounds {rounds}` at commit {commit_id()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}. Best of the rounds.",
        "",
        f"{ENTRIES:,} entries of one bit. A floor is isal's inflate of the same list alone; from bytes: strict JSON, "
        "base64url, bounded inflate and the value of one entry; from the value: the same without the JSON, which is "
        "parsed for the list's proof anyway.",
        "",
        "| what | measured | target | met |",
        "|---|---|---|---|",
    ]
    for one in rows:
        target = "" if one.target is None else f"≤ {one.target:g}"
        met = {None: "", True: "yes", False: "NO"}[one.is_met]
        shown = f"{one.measured:,.0f}" if one.unit == "bytes" else f"{one.measured:,.2f}"
        lines.append(f"| {one.what} | {shown} {one.unit} | {target} | {met} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    rows = [*list_rows(rounds), *bomb_rows()]
    text = report_text(rows, rounds)
    RESULTS.mkdir(exist_ok=True)
    figures = {
        "schema": "satchel.bench_status/1",
        "commit": commit_id(),
        "rows": [asdict(one) | {"is_met": one.is_met} for one in rows],
    }
    (RESULTS / "status.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (RESULTS / "status.md").write_text(text, "utf-8")
    print(text)
    return 0 if all(one.is_met is not False for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
