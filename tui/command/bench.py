"""`satchel bench`: rates of this machine, each beside the bare cryptography of the same process.

The floor of a verification is one Ed25519 check plus one SHA-256 over the same bytes by the library `cryptography`,
timed in turns with the work itself so that both see the same machine.
"""

from __future__ import annotations

import gc
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from satchel.codec import strictjson
from satchel.credential.read import read
from satchel.errors import UsageFault
from satchel.key.private import LocalSigner, PrivateKey
from satchel.linked import canon, emit
from satchel.node import entropy
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import Fetch, JsonObject, drive
from satchel.proof import suites
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES

BATCHES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One measurement: the best of ten batches, as people compare peak rates; wall and CPU apart."""

    schema: str
    what: str
    count: int
    input_bytes: int
    wall_per_s: float
    cpu_per_s: float
    floor_wall_per_s: float
    floor_cpu_per_s: float
    times_floor_cpu: float


def measure(what: str, raw: bytes, count: int, work: Callable[[], object]) -> Rate:
    """Run the work `count` times in ten batches, each batch beside a batch of the floor."""
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(raw)

    def floor() -> None:
        hashlib.sha256(raw).digest()
        public.verify(signature, raw)

    each = max(1, count // BATCHES)
    work()
    gc.collect()
    best = [(float("inf"), float("inf")), (float("inf"), float("inf"))]
    for _ in range(BATCHES):
        for index, task in enumerate((work, floor)):
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(each):
                task()
            took = ((time.perf_counter() - wall) / each, (time.process_time() - cpu) / each)
            best[index] = (min(best[index][0], took[0]), min(best[index][1], took[1]))
    (wall_s, cpu_s), (floor_wall_s, floor_cpu_s) = best
    return Rate(
        schema="satchel.bench/1",
        what=what,
        count=each * BATCHES,
        input_bytes=len(raw),
        wall_per_s=round(1 / wall_s, 1),
        cpu_per_s=round(1 / cpu_s, 1),
        floor_wall_per_s=round(1 / floor_wall_s, 1),
        floor_cpu_per_s=round(1 / floor_cpu_s, 1),
        times_floor_cpu=round(cpu_s / floor_cpu_s, 2),
    )


def _load(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise UsageFault("usage.file", f"{path}: {fault.strerror}") from fault


def _unsigned(raw: bytes) -> JsonObject:
    value = strictjson.load_object(raw)
    return {name: member for name, member in value.items() if name != "proof"}


def _print(rate: Rate, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(rate)))
        return
    click.echo(
        f"{rate.what}: {rate.wall_per_s:,.0f}/s wall, {rate.cpu_per_s:,.0f}/s CPU ({rate.input_bytes} bytes, "
        f"{rate.count} times); floor {rate.floor_cpu_per_s:,.0f}/s, so {rate.times_floor_cpu} times the floor"
    )


@click.group()
def bench() -> None:
    """Measure this machine: verify, issue, canonicalize."""


@bench.command("verify")
@click.option("--input", "path", required=True, type=click.Path(dir_okay=False), help="A signed credential.")
@click.option("--count", default=2000, show_default=True, type=click.IntRange(min=10))
@click.option("--mirror", type=click.Path(file_okay=False), help="Read DID documents and status lists from here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bench_verify(path: str, count: int, mirror: str | None, as_json: bool) -> None:
    """From bytes to report, all facets on, every time anew."""
    raw = _load(path)
    now = datetime.now(UTC)
    policy, asked = POLICIES["default"], Asked()
    fetch: Fetch = MirrorFetch(Path(mirror), now) if mirror else OfflineFetch()

    def work() -> object:
        envelope = read(raw, name=path)
        materials = drive(gather(envelope, policy, asked, now, fetch))
        return judge(envelope, materials, policy, asked)

    _print(measure("verify", raw, count, work), as_json)


@bench.command("canonicalize")
@click.option("--input", "path", required=True, type=click.Path(dir_okay=False), help="A JSON-LD document.")
@click.option("--count", default=2000, show_default=True, type=click.IntRange(min=10))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bench_canonicalize(path: str, count: int, as_json: bool) -> None:
    """From parsed JSON to canonical N-Quads, without the proof."""
    raw = _load(path)
    document = _unsigned(raw)
    _print(measure("canonicalize", raw, count, lambda: canon.canonicalize(emit.to_quads(document))), as_json)


@bench.command("issue")
@click.option("--input", "path", required=True, type=click.Path(dir_okay=False), help="A credential to sign anew.")
@click.option("--count", default=2000, show_default=True, type=click.IntRange(min=10))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bench_issue(path: str, count: int, as_json: bool) -> None:
    """Canonicalize and sign, without storing. (`issue batch` also stores, and writes the status list.)"""
    raw = _load(path)
    document = _unsigned(raw)
    signer = LocalSigner(id="did:example:bench#key-1", key=PrivateKey.generate(entropy.system))
    created = datetime.now(UTC).replace(microsecond=0)

    def work() -> object:
        return suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=created)

    _print(measure("issue", raw, count, work), as_json)
