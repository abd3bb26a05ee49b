"""satchel.key.published: the list is complete for the documents that are at hand, and names nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from satchel.codec.base import base58_decode, base64url_decode
from satchel.errors import KeyFault
from satchel.key import ecdsa, multikey, published
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey
from tests.shared import SHARED, needs_shared

RFC_8032_SEEDS = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
]


def source_of(seed: bytes) -> str | None:
    found = published.find(PrivateKey.from_seed(seed).public())
    return None if found is None else found.source


@pytest.mark.parametrize("seed", RFC_8032_SEEDS)
def test_the_keys_of_rfc_8032_are_known(seed: str) -> None:
    assert source_of(bytes.fromhex(seed)) == "the test vectors of RFC 8032"


@pytest.mark.parametrize("seed", [bytes(32), b"\x01" * 32, b"\xff" * 32, bytes(range(32))], ids=bytes.hex)
def test_a_seed_that_anybody_would_guess_is_known(seed: bytes) -> None:
    assert source_of(seed) == "a seed that anybody would guess"


def test_an_honest_key_is_not_on_the_list() -> None:
    assert source_of(bytes(range(100, 132))) is None


def test_every_entry_is_a_sound_key() -> None:
    assert len(published.PUBLISHED) > 20
    for text, source in published.PUBLISHED.items():
        assert multikey.encode(multikey.decode(text)) == text
        assert source


@needs_shared
def test_the_four_seeds_of_the_dcc_fixtures_are_known() -> None:
    readme = (SHARED / "data/signed/dcc-vc-test-fixtures/README.md").read_text()
    seeds = set(re.findall(r"\bz1A[1-9A-HJ-NP-Za-km-z]{40,}", readme))
    assert len(seeds) == 4
    for text in seeds:
        raw = base58_decode(text[1:])
        assert raw[:2] == b"\x00\x20"
        assert source_of(raw[2:]) == "the test fixtures of the Digital Credentials Consortium"


@needs_shared
def test_every_secret_multikey_in_the_vectors_and_samples_is_known() -> None:
    texts: set[str] = set()
    for path in sorted([*(SHARED / "vectors").rglob("*.json"), *(SHARED / "data/signed").rglob("*.json")]):
        texts.update(re.findall(r"\bz(?:3u2|rv)[1-9A-HJ-NP-Za-km-z]{40,}", path.read_text(errors="replace")))
    found = 0
    for text in texts:
        raw = base58_decode(text[1:])
        if raw[:2] == b"\x80\x26":
            found += 1
            assert source_of(raw[2:34]), text
    assert found >= 6


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(item)


@needs_shared
def test_every_secret_ecdsa_key_in_the_vectors_and_samples_is_known() -> None:
    found = set()
    for path in sorted([*(SHARED / "vectors").rglob("*.json"), *(SHARED / "data/signed").rglob("*.json")]):
        if "wycheproof" in path.parts or "json-ld-api" in path.parts or not path.stat().st_size:
            continue
        raw = path.read_text(errors="replace")
        for text in re.findall(r"\bz[1-9A-HJ-NP-Za-km-z]{40,120}\b", raw):
            try:
                key = PrivateKey.from_secret_multikey(text)
            except KeyFault:
                continue
            assert published.find(key.public()), path
            found.add(key.public())
        for entry in objects(json.loads(raw)) if '"d"' in raw else ():
            if "d" in entry and entry.get("crv") in [*KeyType]:
                key = PrivateKey(base64url_decode(entry["d"]), KeyType(entry["crv"]))
                assert published.find(key.public()), path
                found.add(key.public())
    assert {key.type for key in found} == {*KeyType} - {KeyType.RSA, KeyType.BLS12_381_G2}
    assert len(found) > 15


@needs_shared
def test_every_secret_bls_key_in_the_vectors_is_known() -> None:
    vectors = SHARED / "vectors"
    pairs = [json.loads(path.read_bytes())["keyPair"] for path in sorted((vectors / "ietf-bbs").glob("*/keypair.json"))]
    keys = [bytes.fromhex(pair["publicKey"]) for pair in pairs]
    keys.append(bytes.fromhex(json.loads((vectors / "vc-di-bbs" / "BBSKeyMaterial.json").read_bytes())["publicKeyHex"]))
    for entry in objects(json.loads((vectors / "did-key" / "bls12381.json").read_bytes())):
        if entry.get("type") == "Bls12381G2Key2020" and "privateKeyBase58" in entry:
            keys.append(base58_decode(entry["publicKeyBase58"]))
    assert len(keys) >= 8
    for raw in keys:
        if len(raw) == 96:
            assert published.find(PublicKey(KeyType.BLS12_381_G2, raw))


@pytest.mark.parametrize("kind", [KeyType(name) for name in ecdsa.CURVES])
def test_the_first_scalar_is_known(kind: KeyType) -> None:
    size = ecdsa.CURVES[kind].size
    found = published.find(PrivateKey((1).to_bytes(size, "big"), kind).public())
    assert found is not None
    assert found.source == "a seed that anybody would guess"


@needs_shared
def test_every_seed_of_the_did_key_vectors_is_known() -> None:
    for did, entry in json.loads((SHARED / "vectors/did-key/ed25519-x25519.json").read_bytes()).items():
        assert source_of(bytes.fromhex(entry["seed"])), did
        assert published.find(multikey.decode(did.removeprefix("did:key:")))
