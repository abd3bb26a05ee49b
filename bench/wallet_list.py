"""Times a wallet of many credentials: unlock and first list besides the key derivation (target: 10,000 in 150 ms).

    python -m bench.wallet_list --count 10000

Prints one JSON document: the best of the rounds, and the file's size. The credentials differ in id, digest and title;
their bodies are one badge of 3 kB each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from wallet import card as cards
from wallet import vault
from wallet.card import Card
from wallet.header import ID_BYTES, KDF_FLOOR
from wallet.index import Candidate, Index
from wallet.secret import passphrase
from wallet.service import WalletService
from wallet.store import WalletStore
from wallet.vault import Table, Vault

WORDS = passphrase("a bench under the old lime tree")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BODY_BYTES = 3000
ROUNDS = 7


def candidate(opened: Vault, number: int) -> Candidate:
    """One credential as a real one of this size is kept."""
    record_id = entropy.system(ID_BYTES)
    card = Card(
        id=cards.record_text(record_id),
        title=f"Micro-credential in invented subject {number}",
        issuer_id="did:web:issuer.example",
        issuer_name="An invented university of applied sciences",
        credential_id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        valid_from="2026-03-01T00:00:00Z",
        valid_until="2031-03-01T00:00:00Z",
        awarded="",
        added_at="2026-11-24T00:00:00Z",
        verdict="accepted",
        policy="default",
        remarks=(),
        digest=f"{number:064x}",
        size_bytes=BODY_BYTES,
        format="vc-json",
        container="json",
        name=f"badge-{number}.json",
    )
    sealed = opened.seal(
        table=Table.CREDENTIAL,
        record_id=record_id,
        schema=cards.SCHEMA,
        counter=1,
        summary=cards.encode(card),
        body=(2).to_bytes(4) + b"{}" + bytes(BODY_BYTES),
        entropy=entropy.system,
    )
    return Candidate(sealed=sealed, card=card)


async def fill(home: Home, count: int) -> None:
    """A wallet with this many credentials, written in one transaction."""
    await WalletService.create(home, WORDS, now=NOW, parameters=KDF_FLOOR)
    async with WalletStore.open(home) as store:
        opened = vault.unlock(await store.header(), WORDS)
        candidates = [candidate(opened, number) for number in range(count)]

        def decide(held: vault.Held) -> tuple[vault.Change | None, None]:
            _, change, _ = Index.empty(opened).read(held).add(candidates, now=NOW, floor=0)
            return change, None

        await store.change((), decide)
        (home.state / "wallet.json").unlink()


async def measure(home: Home, count: int) -> dict[str, object]:
    """The best of the rounds, each with the key derivation timed apart."""
    unlocked, listed = [], []
    for _ in range(ROUNDS):
        async with WalletStore.open(home) as store:
            header = await store.header()
        started = time.perf_counter()
        vault.unlock(header, WORDS)
        derived = time.perf_counter() - started
        started = time.perf_counter()
        async with WalletService.unlock(home, WORDS, fetch=OfflineFetch()) as wallet:
            ready = time.perf_counter()
            listing = await wallet.list()
            done = time.perf_counter()
        if len(listing.current) != count:
            raise SystemExit(f"{len(listing.current)} listed instead of {count}")
        unlocked.append((ready - started - derived) * 1000)
        listed.append((done - ready) * 1000)
    return {
        "schema": "satchel.bench_wallet/1",
        "count": count,
        "unlock_besides_kdf_ms": round(min(unlocked), 1),
        "list_ms": round(min(listed), 1),
        "together_ms": round(min(one + other for one, other in zip(unlocked, listed, strict=True)), 1),
        "file_mb": round(home.wallet_db.stat().st_size / 1e6, 1),
    }


async def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        await fill(home, count)
        print(json.dumps(await measure(home, count), indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    asyncio.run(run(parser.parse_args().count))
