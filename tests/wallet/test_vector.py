"""The vault's format, read from docs/decisions/0003-vault.md by code that shares nothing with wallet.vault."""

import hashlib
import hmac
import json
import shutil
import struct
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from wallet import vault
from wallet.header import decode_header
from wallet.secret import passphrase
from wallet.service import WalletService
from wallet.vault import Row

VECTORS = sorted((Path(__file__).parent / "vector").glob("vault*.json"))
L = b"satchel/vault/1/"


def test_there_is_a_vector() -> None:
    assert [path.name for path in VECTORS] == ["vault.json"]


@pytest.fixture(params=VECTORS, ids=lambda path: path.stem)
def vector(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text("utf-8"))


def rows_of(vector: Any) -> list[Row]:
    return [
        Row(
            table=record["table"],
            record_id=bytes.fromhex(record["id"]),
            schema=record["schema"],
            counter=record["counter"],
            data_key=bytes.fromhex(record["data_key"]),
        )
        for record in vector["records"]
    ]


def test_the_vector_opens_with_its_passphrase(vector: Any) -> None:
    opened = vault.unlock(bytes.fromhex(vector["header"]), passphrase(vector["passphrase"]))
    for row, record in zip(rows_of(vector), vector["records"], strict=True):
        assert opened.open_summary(row, bytes.fromhex(record["summary"])).hex() == record["summary_plain"]
        assert opened.open_body(row, bytes.fromhex(record["body"])).hex() == record["body_plain"]
    opened.check_rows(sorted(rows_of(vector), key=lambda row: row.record_id))
    assert opened.header_bytes().hex() == vector["header"]
    assert opened.backup_key().reveal().hex() == vector["backup_key"]


def test_the_vector_is_what_the_decision_record_says(vector: Any) -> None:
    raw = bytes.fromhex(vector["header"])
    magic, version, length, wallet_id, _, counter, changed, head, roster, slots = struct.unpack_from(
        ">8sHI16sQQQ32s32sB", raw
    )
    assert (magic, version, length, slots) == (b"SATCHELV", 1, len(raw), 1)
    kind, size, kdf, memory, passes, lanes, salt, nonce, wrapped = struct.unpack_from(">BHBIII16s12s48s", raw, 119)
    assert (kind, size, kdf, memory, passes, lanes) == (1, 89, 1, 65536, 3, 1)
    mac = raw[-32:]
    assert len(raw) == 119 + 3 + 89 + 32

    secret = unicodedata.normalize("NFKC", vector["passphrase"]).encode()
    key = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(secret)
    aad = L + b"slot" + wallet_id + struct.pack(">BBIII", kind, kdf, memory, passes, lanes) + salt
    master = AESGCMSIV(key).decrypt(nonce, wrapped, aad)
    assert master.hex() == vector["master_key"]

    def derived(label: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=wallet_id, info=L + label).derive(master)

    integrity = derived(b"integrity key")
    assert integrity.hex() == vector["integrity_key"]
    assert derived(b"backup key").hex() == vector["backup_key"]
    assert hmac.digest(integrity, L + b"header" + raw[:-32], hashlib.sha256) == mac

    entries = []
    for record in vector["records"]:
        place = struct.pack(">H", record["table"]) + bytes.fromhex(record["id"])
        place += struct.pack(">HQ", record["schema"], record["counter"])
        data_key = bytes.fromhex(record["data_key"])
        entries.append((record["id"], place + data_key))
        own_key = AESGCMSIV(derived(b"record key")).decrypt(data_key[:12], data_key[12:], wallet_id + place + b"\0")
        for key, aad, name in (
            (derived(b"summary key"), wallet_id + place + b"\1" + data_key, "summary"),
            (own_key, wallet_id + place + b"\2", "body"),
        ):
            blob = bytes.fromhex(record[name])
            padded = AESGCMSIV(key).decrypt(blob[:12], blob[12:], aad)
            plain = bytes.fromhex(record[f"{name}_plain"])
            assert padded == (struct.pack(">I", len(plain)) + plain).ljust(len(padded), b"\0")
            assert len(padded) % 256 == 0 and len(padded) - len(plain) < 260
    assert hmac.digest(integrity, L + b"roster" + b"".join(entry for _, entry in sorted(entries)), "sha256") == roster
    # Two changes: the empty wallet at its creation, then the three records.
    created = struct.unpack_from(">Q", raw, 30)[0]
    empty = hmac.digest(integrity, L + b"roster", "sha256")
    first = hmac.digest(integrity, L + b"chain" + bytes(32) + struct.pack(">QQ", 1, created) + empty, "sha256")
    assert counter == 2
    assert hmac.digest(integrity, L + b"chain" + first + struct.pack(">QQ", 2, changed) + roster, "sha256") == head


def test_no_plain_byte_of_the_vector_stands_in_its_ciphertext(vector: Any) -> None:
    for record in vector["records"]:
        for name in ("summary", "body"):
            plain = bytes.fromhex(record[f"{name}_plain"])
            assert not plain or plain[:12] not in bytes.fromhex(record[name])


def test_the_header_of_the_vector_reads_as_it_was_written(vector: Any) -> None:
    header, mac = decode_header(bytes.fromhex(vector["header"]))
    assert header.encode() + mac == bytes.fromhex(vector["header"])


async def test_the_wallet_of_the_vector_opens_and_gives_its_badge_back(tmp_path: Path) -> None:
    folder = Path(__file__).parent / "vector"
    told = json.loads((folder / "wallet.json").read_text("utf-8"))
    home = Home(tmp_path / "home").prepare()
    shutil.copy(folder / "wallet.db", home.wallet_db)
    async with WalletService.unlock(home, passphrase(told["passphrase"]), fetch=OfflineFetch()) as wallet:
        assert wallet.notices == ()
        assert wallet.did == told["did"] == f"did:key:{(await wallet.signer()).public()}"
        (card,) = (await wallet.list()).current
        assert (card.id, card.title, card.verdict) == (told["id"], told["title"], "accepted")
        assert (await wallet.export(card.id)).raw == (folder / "badge.json").read_bytes()
        assert (await wallet.check()).is_whole
