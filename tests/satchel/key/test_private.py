"""satchel.key.private: keys that sign and never show themselves."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from satchel.codec.base import base58_encode
from satchel.errors import KeyFault
from satchel.key import ecdsa, multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.port import Signer

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KEY = PrivateKey.from_seed(SEED)


def test_the_first_key_of_rfc_8032_signs_as_printed_there() -> None:
    assert KEY.public().raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert KEY.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert KEY.public().verify(b"", KEY.sign(b""))


def test_a_new_key_takes_32_bytes_of_the_given_entropy() -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return SEED

    assert PrivateKey.generate(entropy).public() == KEY.public()
    assert asked == [32]


def test_a_secret_reads_back_from_its_text() -> None:
    text = KEY.secret_multikey()
    assert text.startswith("z3u2")
    assert PrivateKey.from_secret_multikey(text).sign(b"x") == KEY.sign(b"x")


def test_the_w3c_key_pair_reads_as_its_public_half() -> None:
    key = PrivateKey.from_secret_multikey("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    assert multikey.encode(key.public()) == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


@pytest.mark.parametrize(
    "text,code",
    [
        ("", "key.multikey"),
        ("u" + KEY.secret_multikey()[1:], "key.multikey"),
        (multikey.encode(KEY.public()), "key.type_unsupported"),
        ("z" + base58_encode(b"\x80\x26" + SEED[:31]), "key.length"),
        ("z" + base58_encode(b"\x80\x26" + SEED + SEED), "key.length"),
    ],
)
def test_a_text_that_is_no_secret_key_is_refused_and_not_repeated(text: str, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        PrivateKey.from_secret_multikey(text)
    assert caught.value.code == code
    assert not text or text not in str(caught.value)


def test_no_text_form_shows_the_secret() -> None:
    signer = LocalSigner("did:example:a#b", KEY)
    for shown in (repr(KEY), str(KEY), f"{KEY}", repr(signer), str(signer), repr([KEY, signer])):
        assert "***" in shown
        for secret in (SEED.hex(), KEY.secret_multikey(), repr(SEED)):
            assert secret not in shown


def test_a_private_key_is_not_pickled_or_copied() -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(KEY)
    assert not hasattr(KEY, "__dict__")


def test_a_local_signer_is_a_signer() -> None:
    signer: Signer = LocalSigner("did:example:a#b", KEY)
    assert signer.id == "did:example:a#b"
    assert signer.algorithm == "Ed25519"
    assert multikey.decode(signer.public()) == KEY.public()
    assert KEY.public().verify(b"message", signer.sign(b"message"))


@pytest.mark.parametrize("kind", [KeyType(name) for name in ecdsa.CURVES])
def test_an_ecdsa_key_signs_the_same_each_time_and_takes_only_scalars(kind: KeyType) -> None:
    key = PrivateKey.generate(lambda count: bytes(range(5, count + 5)), kind)
    signature = key.sign(b"message")
    assert key.sign(b"message") == signature
    assert len(signature) == key.public().signature_bytes
    assert key.public().verify(b"message", signature)
    assert LocalSigner("did:example:a#b", key).algorithm == str(kind)
    assert "***" in repr(key)
    curve = ecdsa.CURVES[kind]
    for number in (0, curve.order, curve.order + 1, 256**curve.size - 1):
        with pytest.raises(KeyFault) as caught:
            PrivateKey(number.to_bytes(curve.size, "big"), kind)
        assert caught.value.code == "key.scalar"
    for size in (curve.size - 1, curve.size + 1):
        with pytest.raises(KeyFault) as caught:
            PrivateKey(bytes(size - 1) + b"\x01", kind)
        assert caught.value.code == "key.length"


def test_an_ecdsa_key_takes_more_entropy_than_its_order_has() -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    for kind in (KeyType.P_256, KeyType.P_384, KeyType.P_521):
        PrivateKey.generate(entropy, kind)
        PrivateKey.generate(bytes, kind)  # all zero: still a scalar of 1 or more
    assert asked == [40, 56, 74]


def test_the_deterministic_signature_of_rfc_6979_is_made() -> None:
    # RFC 6979 appendix A.2.5: P-256 with SHA-256, message "sample".
    secret = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    assert PrivateKey(secret, KeyType.P_256).sign(b"sample").hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )


def test_verifying_does_not_load_the_signing_engine() -> None:
    program = (
        "import sys\n"
        "from satchel.key import ecdsa, multikey, private, published, jwk\n"
        "key = multikey.decode('z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')\n"
        "assert not key.verify(b'x', b'\\x02' * 63 + b'\\x00')\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'cryptography', 'multiformats', 'asyncio'}, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
