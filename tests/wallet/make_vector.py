"""Makes the vectors of tests/wallet/vector: run once per format. A vector that exists is never made again.

    python -m tests.wallet.make_vector

vault.json is the format in bytes with what is inside; wallet.db is a wallet as the program leaves it on a disk, with
the one credential badge.json and what opens it in wallet.json.

Every secret in it is drawn from a fixed seed, so it protects nothing; it only shows what the format is.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.wallet.badge import badge_file
from wallet import vault
from wallet.header import KDF_FLOOR
from wallet.secret import passphrase
from wallet.service import WalletService
from wallet.vault import Table

FOLDER = Path(__file__).with_name("vector")
PASSPHRASE = "four e\u0301gale words of a vector"
NOW = datetime(2026, 11, 24, 12, 0, 0, 1, tzinfo=UTC)
RECORDS = (
    (Table.KEY, 1, b'{"did":"did:example:vector","type":"Ed25519"}', b"a key would stand here"),
    (Table.CREDENTIAL, 1, b'{"title":"A vector"}', b"\x00\x00\x00\x02{}" + b"the bytes as received " * 30),
    (Table.CREDENTIAL, 7, b"", bytes(range(256)) + b"x" * 252),
)


def make_vault() -> None:
    """Writes vault.json; refuses to write over one."""
    draw = entropy.seeded(b"satchel vault vector 1")
    opened = vault.create(passphrase(PASSPHRASE), parameters=KDF_FLOOR, now=NOW, entropy=draw)
    sealed = [
        opened.seal(
            table=table, record_id=draw(16), schema=1, counter=counter, summary=summary, body=body, entropy=draw
        )
        for table, counter, summary, body in RECORDS
    ]
    rows = sorted((one.row for one in sealed), key=lambda row: row.record_id)
    opened = opened.advance(rows, now=NOW.replace(hour=13))
    text = {
        "origin": "made by tests/wallet/make_vector.py from a fixed seed; the format is docs/decisions/0003-vault.md",
        "passphrase": PASSPHRASE,
        "master_key": opened.master.reveal().hex(),
        "integrity_key": opened.integrity_key.reveal().hex(),
        "backup_key": opened.backup_key().reveal().hex(),
        "header": opened.header_bytes().hex(),
        "records": [
            {
                "table": int(one.row.table),
                "id": one.row.record_id.hex(),
                "schema": one.row.schema,
                "counter": one.row.counter,
                "data_key": one.row.data_key.hex(),
                "summary": one.summary.hex(),
                "body": one.body.hex(),
                "summary_plain": summary.hex(),
                "body_plain": body.hex(),
            }
            for one, (_, _, summary, body) in zip(sealed, RECORDS, strict=True)
        ],
    }
    write("vault.json", text)


async def make_wallet() -> None:
    """Writes wallet.db, badge.json and wallet.json; refuses to write over them."""
    raw = badge_file(1)
    draw = entropy.seeded(b"satchel wallet vector 1")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        did = await WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR, entropy=draw)
        async with WalletService.unlock(home, passphrase(PASSPHRASE), fetch=OfflineFetch(), entropy=draw) as wallet:
            added = await wallet.add(raw, name="badge.json", now=NOW)
        with (FOLDER / "wallet.db").open("xb") as file:
            file.write(home.wallet_db.read_bytes())
    with (FOLDER / "badge.json").open("xb") as file:
        file.write(raw)
    if added.card is None:
        raise SystemExit("the badge was refused")
    write("wallet.json", {"passphrase": PASSPHRASE, "did": did, "id": added.card.id, "title": added.card.title})


def write(name: str, value: object) -> None:
    with (FOLDER / name).open("x", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    if not (FOLDER / "vault.json").exists():
        make_vault()
    if not (FOLDER / "wallet.db").exists():
        asyncio.run(make_wallet())
