"""satchel.key.bls: the fixtures of the BBS draft, every value of them, and what must never verify."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from satchel.errors import KeyFault
from satchel.key import bls, jwk, multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType, PublicKey
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "ietf-bbs"
SCHEMES = [
    pytest.param("bls12-381-sha-256", bls.SHA_256, id="SHA-256"),
    pytest.param("bls12-381-shake-256", bls.SHAKE_256, id="SHAKE-256"),
]
SECRET = bls.key_gen(bytes(range(32)))
MESSAGES = [b"one", b"two", b"", b"three"]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("py_arkworks_bls12381") is None, reason="the extra `bbs` is not installed"
)


def files(kind: str) -> list[Any]:
    return [
        pytest.param(path, scheme, id=f"{folder} {path.stem}")
        for folder, scheme in (entry.values for entry in SCHEMES)
        for path in sorted((AT / str(folder) / kind).glob("*.json"))
    ] or [pytest.param(None, bls.SHA_256, marks=needs_shared)]


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def counted(scheme: bls.Scheme, folder: Path, count: int) -> Callable[[int], bytes]:
    """The fixtures' random numbers, in the order that they are asked for."""
    mocked = read(folder / "mockedRng.json")
    wide = scheme.expand(raw(mocked["seed"]), raw(mocked["dst"]), 48 * count)
    places = iter(range(0, len(wide), 48))
    return lambda size: wide[(at := next(places)) : at + size]


@needs_shared
@pytest.mark.parametrize("folder,scheme", SCHEMES)
def test_keys_generators_and_hashes_are_the_printed_ones(folder: str, scheme: bls.Scheme) -> None:
    pair = read(AT / folder / "keypair.json")
    secret = bls.key_gen(raw(pair["keyMaterial"]), raw(pair["keyInfo"]), scheme)
    assert scheme.api + b"KEYGEN_DST_" == raw(pair["keyDst"])
    assert secret.hex() == pair["keyPair"]["secretKey"]
    assert bls.public_of(secret).hex() == pair["keyPair"]["publicKey"]
    points = read(AT / folder / "generators.json")
    assert bls._base(scheme).to_compressed_bytes().hex() == points["P1"]
    found = [point.to_compressed_bytes().hex() for point in bls._generators(10, scheme).points]
    assert found == [points["Q1"], *points["MsgGenerators"]]
    mapped = read(AT / folder / "MapMessageToScalarAsHash.json")
    assert bls._mapped(scheme) == raw(mapped["dst"])
    for case in mapped["cases"]:
        assert bls.hash_to_scalar(raw(case["message"]), raw(mapped["dst"]), scheme) == int(case["scalar"], 16)
    hashed = read(AT / folder / "h2s.json")
    assert bls.hash_to_scalar(raw(hashed["message"]), raw(hashed["dst"]), scheme) == int(hashed["scalar"], 16)
    mocked = read(AT / folder / "mockedRng.json")
    random = counted(scheme, AT / folder, mocked["count"])
    assert [int.from_bytes(random(48), "big") % bls.ORDER for _ in range(mocked["count"])] == [
        int(number, 16) for number in mocked["mockedScalars"]
    ]
    assert [case["message"] for case in mapped["cases"]] == read(AT / "messages.json")


@pytest.mark.parametrize("path,scheme", files("signature"))
def test_every_signature_of_the_fixtures(path: Path, scheme: bls.Scheme) -> None:
    case = read(path)
    public, secret = raw(case["signerKeyPair"]["publicKey"]), raw(case["signerKeyPair"]["secretKey"])
    header, messages = raw(case["header"]), [raw(message) for message in case["messages"]]
    valid = case["result"]["valid"]
    assert bls.verify(public, raw(case["signature"]), header, messages, scheme) is valid
    assert (bls.sign(secret, public, header, messages, scheme).hex() == case["signature"]) is valid
    if not valid:
        return  # its trace is that of the signing, before something was changed
    domain = bls._domain(public, header, len(messages), scheme)
    assert domain == int(case["trace"]["domain"], 16)
    commitment = bls._commitment(domain, bls._scalars_of(messages, scheme), scheme)
    assert commitment.to_compressed_bytes().hex() == case["trace"]["B"]


@pytest.mark.parametrize("path,scheme", files("proof"))
def test_every_proof_of_the_fixtures(path: Path, scheme: bls.Scheme) -> None:
    case = read(path)
    public, signature, proof = raw(case["signerPublicKey"]), raw(case["signature"]), raw(case["proof"])
    header, presented = raw(case["header"]), raw(case["presentationHeader"])
    messages = [raw(message) for message in case["messages"]]
    disclosed: list[int] = case["disclosedIndexes"]
    told = {index: messages[index] for index in disclosed}
    assert bls.verify_proof(public, proof, header, presented, told, scheme) is case["result"]["valid"]
    if not case["result"]["valid"]:
        return
    hidden = len(messages) - len(disclosed)
    assert bls.proof_count(proof) == hidden
    random = counted(scheme, path.parents[1], 5 + hidden)
    assert bls.derive(public, signature, header, presented, messages, disclosed, random, scheme) == proof
    trace = case["trace"]
    names = ("r1", "r2", "e_tilde", "r1_tilde", "r3_tilde")
    wanted = [*(trace["random_scalars"][name] for name in names), *trace["random_scalars"]["m_tilde_scalars"]]
    again = counted(scheme, path.parents[1], 5 + hidden)
    assert [int.from_bytes(again(48), "big") % bls.ORDER for _ in wanted] == [int(number, 16) for number in wanted]
    domain = bls._domain(public, header, len(messages), scheme)
    assert domain == int(trace["domain"], 16)
    assert [proof[:48].hex(), proof[48:96].hex(), proof[96:144].hex()] == [trace[n] for n in ("A_bar", "B_bar", "D")]
    assert int.from_bytes(proof[-32:], "big") == int(trace["challenge"], 16)
    points = tuple(bls._point(proof[at : at + 48]) for at in (0, 48, 96))
    numbers = [int.from_bytes(proof[at : at + 32], "big") for at in range(144, len(proof), 32)]
    scalars = {index: bls.hash_to_scalar(told[index], bls._mapped(scheme), scheme) for index in disclosed}
    rebuilt = bls._rebuilt(points, (numbers[-1], *numbers[:-1]), domain, scalars, scheme)  # type: ignore[arg-type]
    assert [point.to_compressed_bytes().hex() for point in rebuilt] == [trace["T1"], trace["T2"]]


# Keys


def test_a_key_is_made_written_and_read_as_multikey() -> None:
    key = PrivateKey(SECRET, KeyType.BLS12_381_G2)
    text = multikey.encode(key.public())
    assert text.startswith("zUC7")
    assert multikey.decode(text) == key.public()
    again = PrivateKey.from_secret_multikey(key.secret_multikey())
    assert again.public() == key.public()
    assert multikey.decode_secret(key.secret_multikey()) == (KeyType.BLS12_381_G2, SECRET)
    assert repr(key) == "PrivateKey(***)"
    with pytest.raises(KeyFault) as caught:
        multikey.decode(key.secret_multikey())
    assert caught.value.code == "key.secret"
    with pytest.raises(KeyFault) as caught:
        jwk.encode(key.public())
    assert caught.value.code == "key.type_unsupported"


@pytest.mark.parametrize(
    "secret,code",
    [
        (bytes(32), "key.scalar"),
        (bls.ORDER.to_bytes(32, "big"), "key.scalar"),
        (b"\xff" * 32, "key.scalar"),
        (bytes(31), "key.length"),
        (SECRET + b"\x00", "key.length"),
    ],
)
def test_a_secret_that_is_no_scalar_is_refused(secret: bytes, code: str) -> None:
    with pytest.raises(KeyFault) as caught:
        PrivateKey(secret, KeyType.BLS12_381_G2)
    assert caught.value.code == code


def outside_of_the_group() -> bytes:
    """A point of the curve over the larger field that is in no group of prime order."""
    from py_arkworks_bls12381 import G2Point

    for number in range(1, 200):
        data = bytes([0x80]) + bytes(47) + number.to_bytes(48, "big")
        try:
            point = G2Point.from_compressed_bytes_unchecked(data)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return data
    raise AssertionError("no such point was found")


def bad_keys() -> list[tuple[str, bytes]]:
    good = bls.public_of(SECRET)
    prime = bls._PRIME
    x = int.from_bytes(bytes([good[0] & 0x1F]) + good[1:48], "big")
    spelled = (x + prime).to_bytes(48, "big") if x + prime < 1 << 381 else (prime + 1).to_bytes(48, "big")
    return [
        ("the identity", b"\xc0" + bytes(95)),
        ("the identity, spelled otherwise", b"\xe0" + bytes(95)),
        ("the identity with junk", b"\xc0" + bytes(94) + b"\x01"),
        ("not compressed", bytes([good[0] & 0x7F]) + good[1:]),
        ("a coordinate over the prime", bytes([spelled[0] | (good[0] & 0xE0)]) + spelled[1:] + good[48:]),
        ("another coordinate over the prime", good[:48] + prime.to_bytes(48, "big")),
        ("no point", bytes([0x80]) + bytes(94) + b"\x01"),
        ("outside of the group", outside_of_the_group()),
        ("zeros", bytes(96)),
    ]


def test_a_key_that_is_no_sound_point_is_refused() -> None:
    for name, data in bad_keys():
        with pytest.raises(KeyFault) as caught:
            PublicKey(KeyType.BLS12_381_G2, data)
        assert caught.value.code == "key.point", name
    for size in (95, 97, 48):
        with pytest.raises(KeyFault) as caught:
            PublicKey(KeyType.BLS12_381_G2, bytes([0x80]) * size)
        assert caught.value.code == "key.length"


def test_without_the_engine_a_key_can_be_read_but_nothing_made_or_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    key = PrivateKey(SECRET, KeyType.BLS12_381_G2)
    public, framed = key.public(), bls.frame(b"h", MESSAGES)
    signature = key.sign(framed)
    bls._public.cache_clear()
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    assert PublicKey(public.type, public.raw) == public
    for name, data in bad_keys_of_form():
        with pytest.raises(KeyFault) as caught:
            PublicKey(public.type, data)
        assert caught.value.code == "key.point", name
    for attempt in (
        lambda: public.verify(framed, signature),
        lambda: PrivateKey(SECRET, KeyType.BLS12_381_G2),
        lambda: bls.verify_proof(public.raw, bytes(272), b"", b"", {}),
    ):
        with pytest.raises(KeyFault) as caught:
            attempt()
        assert caught.value.code == "proof.extra_missing"


def bad_keys_of_form() -> list[tuple[str, bytes]]:
    """Those that are seen without the engine."""
    return [("the identity", b"\xc0" + bytes(95)), ("zeros", bytes(96)), ("over the prime", b"\x9f" + b"\xff" * 95)]


# Signatures


def test_a_signer_signs_frames_and_a_frame_has_one_reading() -> None:
    key = PrivateKey(SECRET, KeyType.BLS12_381_G2)
    signer = LocalSigner("did:example:1#key", key)
    framed = bls.frame(b"header", MESSAGES)
    assert bls.unframe(framed) == (b"header", MESSAGES)
    signature = signer.sign(framed)
    assert len(signature) == key.public().signature_bytes == 80
    assert key.public().verify(framed, signature)
    assert signer.algorithm == "Bls12381G2"
    assert bls.frame(b"a", [b"bc"]) != bls.frame(b"ab", [b"c"]) != bls.frame(b"a", [b"b", b"c"])
    for broken in (b"", b"\x00" * 7, (9).to_bytes(8, "big") + b"x", framed[:-1], b"\xff" * 8):
        with pytest.raises(KeyFault) as caught:
            key.sign(broken)
        assert caught.value.code == "key.frame"


def test_a_signature_is_for_its_header_and_messages_in_their_order() -> None:
    public = bls.public_of(SECRET)
    signature = bls.sign(SECRET, public, b"header", MESSAGES)
    assert bls.verify(public, signature, b"header", MESSAGES)
    other = bls.public_of(bls.key_gen(bytes(range(1, 33))))
    for key, header, messages in (
        (other, b"header", MESSAGES),
        (public, b"heade", MESSAGES),
        (public, b"header", MESSAGES[::-1]),
        (public, b"header", MESSAGES[:-1]),
        (public, b"header", [*MESSAGES, b""]),
        (public, b"header", [b"one ", *MESSAGES[1:]]),
    ):
        assert not bls.verify(key, signature, header, messages)


def test_a_signature_in_another_form_is_false() -> None:
    public = bls.public_of(SECRET)
    signature = bls.sign(SECRET, public, b"header", MESSAGES)
    e = int.from_bytes(signature[48:], "big")
    spelled = [e + bls.ORDER] if e + bls.ORDER < 1 << 256 else []
    for data in (
        b"",
        signature[:-1],
        signature + b"\x00",
        bytes(80),
        b"\xc0" + bytes(79),
        b"\xc0" + bytes(47) + signature[48:],
        signature[:48] + bytes(32),
        signature[:48] + bls.ORDER.to_bytes(32, "big"),
        bytes([signature[0] ^ 0x20]) + signature[1:],
        *(signature[:48] + number.to_bytes(32, "big") for number in spelled),
    ):
        assert not bls.verify(public, data, b"header", MESSAGES)


def test_a_proof_with_an_identity_or_a_number_of_zero_is_false() -> None:
    """With A and B of the identity the pairing says yes to anything."""
    public = bls.public_of(SECRET)
    identity = b"\xc0" + bytes(47)
    signature = bls.sign(SECRET, public, b"", MESSAGES)
    entropy = iter(range(1, 100))
    proof = bls.derive(public, signature, b"", b"", MESSAGES, [0, 2], lambda size: bytes([next(entropy)]) * size)
    told = {0: MESSAGES[0], 2: MESSAGES[2]}
    assert bls.verify_proof(public, proof, b"", b"", told)
    for at in (0, 48, 96):
        assert not bls.verify_proof(public, proof[:at] + identity + proof[at + 48 :], b"", b"", told)
    assert not bls.verify_proof(public, identity * 3 + proof[144:], b"", b"", told)
    for at in range(144, len(proof), 32):
        for number in (0, bls.ORDER):
            changed = proof[:at] + number.to_bytes(32, "big") + proof[at + 32 :]
            assert not bls.verify_proof(public, changed, b"", b"", told)
    for messages in ({0: MESSAGES[0]}, {0: MESSAGES[0], 3: MESSAGES[2]}, {**told, 9: b"x"}, {**told, -1: b"x"}, {}):
        assert not bls.verify_proof(public, proof, b"", b"", messages)
    assert not bls.verify_proof(public, proof[:-32], b"", b"", told)
    assert bls.proof_count(proof[:-1]) is None
    assert bls.proof_count(b"") is None
    assert not bls.verify_proof(public, proof[:-1], b"", b"", told)


def test_more_messages_than_are_signed_are_false_before_they_cost_anything() -> None:
    public = bls.public_of(SECRET)
    many = [b""] * (bls.MESSAGES_LIMIT + 1)
    assert not bls.verify(public, bls.sign(SECRET, public, b"", MESSAGES), b"", many)
    assert not bls.verify_proof(public, bytes(272 + 32 * bls.MESSAGES_LIMIT), b"", b"", {0: b""})


def test_a_broken_signature_gives_no_proof() -> None:
    public = bls.public_of(SECRET)
    with pytest.raises(KeyFault) as caught:
        bls.derive(public, bytes(80), b"", b"", MESSAGES, [0], bytes)
    assert caught.value.code == "key.signature"
