"""satchel.key.multikey: keys as text, one text per key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multiformats import multicodec

from satchel.codec.base import base58_decode, base58_encode, varint_encode
from satchel.errors import KeyFault
from satchel.key import multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey

KEY = PrivateKey.from_seed(bytes(range(7, 39))).public()
TEXT = multikey.encode(KEY)


def written(prefix: bytes, raw: bytes = KEY.raw) -> str:
    return "z" + base58_encode(prefix + raw)


@given(st.binary(min_size=32, max_size=32))
def test_a_key_reads_back_from_its_text(seed: bytes) -> None:
    key = PrivateKey.from_seed(seed).public()
    text = multikey.encode(key)
    assert text.startswith("z6Mk")
    assert multikey.decode(text) == key


def test_the_prefixes_are_those_of_the_multicodec_table() -> None:
    assert "z" + base58_encode(multicodec.wrap("ed25519-pub", KEY.raw)) == TEXT
    secret = multikey.encode_secret(KeyType.ED25519, bytes(32))
    assert secret == "z" + base58_encode(multicodec.wrap("ed25519-priv", bytes(32)))
    names = ("ed25519", "secp256k1", "x25519", "rsa", "p256", "p384", "p521")
    for name in names:
        code = multicodec.get(f"{name}-priv").code
        with pytest.raises(KeyFault) as caught:
            multikey.decode(written(varint_encode(code)))
        assert caught.value.code == "key.secret", name


@pytest.mark.parametrize("kind", [kind for kind in KeyType if kind is not KeyType.RSA])
def test_every_type_has_its_prefix_in_the_multicodec_table(kind: KeyType) -> None:
    key = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind)
    name = "bls12_381-g2" if kind is KeyType.BLS12_381_G2 else kind.lower().replace("-", "")
    public = multikey.encode(key.public())
    assert public == "z" + base58_encode(multicodec.wrap(f"{name}-pub", key.public().raw))
    assert multikey.decode(public) == key.public()
    secret = key.secret_multikey()
    assert multicodec.unwrap(base58_decode(secret[1:]))[0] == multicodec.get(f"{name}-priv")
    assert PrivateKey.from_secret_multikey(secret).public() == key.public()


@pytest.mark.parametrize(
    "text,code",
    [
        ("", "key.multikey"),
        ("z", "key.multikey"),
        (TEXT[1:], "key.multikey"),
        ("u" + TEXT[1:], "key.multikey"),
        ("f" + (b"\xed\x01" + KEY.raw).hex(), "key.multikey"),
        (TEXT + "\n", "key.multikey"),
        (" " + TEXT, "key.multikey"),
        (TEXT[:10] + "\u200b" + TEXT[10:], "key.multikey"),
        (TEXT.replace("z6Mk", "z6M0"), "key.multikey"),
        ("z" + "2" * 2000, "key.multikey"),
        (written(b"\xed\x81\x00"), "key.multikey"),
        (written(b"\x6d"), "key.type_unsupported"),
        (written(b"\xec\x01"), "key.type_unsupported"),
        (written(b"\x80\x24", KEY.raw), "key.length"),
        (written(b"\x80\x24", b"\x02" + bytes(33)), "key.length"),
        (written(b"\x80\x24", b"\x04" + KEY.raw), "key.point"),
        (written(b"\x80\x24", b"\x02" + b"\xff" * 32), "key.point"),
        (written(b"\x81\x24", b"\x02" + KEY.raw), "key.length"),
        (written(b"\x86\x26", KEY.raw), "key.secret"),
        (written(b""), "key.type_unsupported"),
        (written(b"\x80\x26"), "key.secret"),
        (written(b"\xed\x01", KEY.raw[:31]), "key.length"),
        (written(b"\xed\x01", KEY.raw + b"\x00"), "key.length"),
        (written(b"\xed\x01", b""), "key.length"),
        (written(b"\xed\x01", b"\x01" + bytes(31)), "key.point"),
        (written(b"\xed\x01", b"\x02" + bytes(31)), "key.point"),
        ("1" + TEXT, "key.multikey"),
        ("z1" + TEXT[1:], "key.type_unsupported"),
    ],
)
def test_every_other_text_is_refused_with_its_own_code(text: str, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        multikey.decode(text)
    assert caught.value.code == code


def test_any_changed_character_gives_another_key_or_none() -> None:
    for index in range(len(TEXT)):
        for char in "z2A":
            if TEXT[index] == char:
                continue
            try:
                other = multikey.decode(TEXT[:index] + char + TEXT[index + 1 :])
            except KeyFault:
                continue
            assert other != KEY


def test_two_keys_are_equal_when_their_bytes_are() -> None:
    assert PublicKey(KeyType.ED25519, KEY.raw) == KEY
    assert hash(PublicKey(KeyType.ED25519, KEY.raw)) == hash(KEY)
