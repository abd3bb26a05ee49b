"""BBS signatures over BLS12-381: one short signature over many messages, of which proofs show some and hide the rest.

A proof is new each time: nothing in it, but the messages shown, ties it to the signature or to another proof.
The curve is the work of an optional engine (extra `bbs`). What needs it is imported where it is used, and without it
KeyFault proof.extra_missing is raised; a key's form can be read all the same.
The engine's time may depend on secrets, as Python's does: a signing key belongs where nobody can measure it.
Source: The BBS Signature Scheme (draft-irtf-cfrg-bbs-signatures), section numbers of draft 08.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from satchel.errors import KeyFault
from satchel.port import Entropy

if TYPE_CHECKING:
    from types import ModuleType

    from py_arkworks_bls12381 import G1Point, G2Point, Scalar

PUBLIC_BYTES: Final = 96
SECRET_BYTES: Final = 32
SIGNATURE_BYTES: Final = 80
MESSAGES_LIMIT: Final = 5_000
"""Each message costs a point of its own, hidden or shown."""
ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001

_PRIME: Final = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16
)
_POINT_BYTES: Final = 48
_WIDE_BYTES: Final = 48
_POINTS: Final = 3
_SCALARS: Final = 4
# Abar, Bbar, D, and the answers e, r1, r3 and the challenge; one more answer for each hidden message.
_PROOF_BYTES: Final = _POINTS * _POINT_BYTES + _SCALARS * SECRET_BYTES
_COMPRESSED, _INFINITE, _GREATEST = 0x80, 0x40, 0x20
_CHUNK: Final = 64


@dataclass(frozen=True, slots=True)
class Scheme:
    """A ciphersuite (§7.2): its id, its expansion of messages, and its fixed point P1."""

    id: str
    expand: Callable[[bytes, bytes, int], bytes]
    base: str
    is_xof: bool

    @property
    def api(self) -> bytes:
        """The id of the interface that everything is hashed under."""
        return f"{self.id}H2G_HM2S_".encode("ascii")


def _expand_xmd(message: bytes, tag: bytes, count: int) -> bytes:
    """expand_message_xmd with SHA-256 (RFC 9380 §5.3.1)."""
    blocks = -(-count // 32)
    ending = tag + bytes([len(tag)])
    first = hashlib.sha256(bytes(64) + message + count.to_bytes(2, "big") + b"\x00" + ending).digest()
    block = hashlib.sha256(first + b"\x01" + ending).digest()
    out = block
    for number in range(2, blocks + 1):
        mixed = bytes(left ^ right for left, right in zip(first, block, strict=True))
        block = hashlib.sha256(mixed + bytes([number]) + ending).digest()
        out += block
    return out[:count]


def _expand_xof(message: bytes, tag: bytes, count: int) -> bytes:
    """expand_message_xof with SHAKE-256 (RFC 9380 §5.3.2)."""
    return hashlib.shake_256(message + count.to_bytes(2, "big") + tag + bytes([len(tag)])).digest(count)


SHA_256: Final = Scheme(
    "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_",
    _expand_xmd,
    "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9",
    False,
)
SHAKE_256: Final = Scheme(
    "BBS_BLS12381G1_XOF:SHAKE-256_SSWU_RO_",
    _expand_xof,
    "8929dfbc7e6642c4ed9cba0856e493f8b9d7d5fcb0c31ef8fdcd34d50648a56c795e106e9eada6e0bda386b414150755",
    True,
)


# Keys


def fault(raw: bytes) -> str | None:
    """What is wrong with a public key of the right length, or None: a point of G2, compressed, in the group of prime
    order, and not its identity. Without the engine only the form is looked at; then nothing is verified with it."""
    flags = raw[0]
    first = int.from_bytes(bytes([flags & 0x1F]) + raw[1:_POINT_BYTES], "big")
    second = int.from_bytes(raw[_POINT_BYTES:], "big")
    if not flags & _COMPRESSED:
        return "is not written as a compressed point"
    if flags & _INFINITE:
        return "is the identity: anybody could sign for it"
    if first >= _PRIME or second >= _PRIME:
        return "is a second spelling of a point: a coordinate is not below the prime"
    try:
        _public(raw)
    except KeyFault as missing:
        return None if missing.code == "proof.extra_missing" else missing.message
    return None


@lru_cache(maxsize=256)
def _public(raw: bytes) -> G2Point:
    """The engine's point. Remembered by its bytes alone: the check of its group costs as much as a pairing."""
    engine = _engine()
    try:
        point: G2Point = engine.G2Point.from_compressed_bytes(raw)
    except ValueError as fault:
        raise KeyFault("key.point", "is not a point of the group") from fault
    if point == engine.G2Point.identity() or point.to_compressed_bytes() != raw:
        raise KeyFault("key.point", "is the identity, or a second spelling of a point")
    return point


def key_gen(material: bytes, info: bytes = b"", scheme: Scheme = SHA_256) -> bytes:
    """The secret key of at least 32 random bytes (§3.4.1): a scalar, 32 bytes big-endian."""
    tag = scheme.api + b"KEYGEN_DST_"
    return _encoded(hash_to_scalar(material + len(info).to_bytes(2, "big") + info, tag, scheme))


def public_of(secret: bytes) -> bytes:
    """The public key (§3.4.2), 96 bytes. Raises KeyFault key.scalar, proof.extra_missing."""
    number = int.from_bytes(secret, "big")
    if not 0 < number < ORDER:
        raise KeyFault("key.scalar", "the secret is no scalar of BLS12-381")
    engine = _engine()
    point: G2Point = engine.G2Point() * _scalar(number)
    return point.to_compressed_bytes()


# A message for Signer.sign and PublicKey.verify


def frame(header: bytes, messages: Sequence[bytes]) -> bytes:
    """A header and messages as the one text that a signer of this key type signs: each behind its length, in eight
    bytes big-endian."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in (header, *messages))


def unframe(framed: bytes) -> tuple[bytes, list[bytes]]:
    """The header and messages of a frame. Raises KeyFault key.frame when it is none."""
    parts: list[bytes] = []
    at = 0
    while at < len(framed):
        size = int.from_bytes(framed[at : at + 8], "big")
        at += 8
        if size > len(framed) - at:
            raise KeyFault("key.frame", "a BBS key signs a header and messages, each behind its length")
        parts.append(framed[at : at + size])
        at += size
    if not parts:
        raise KeyFault("key.frame", "a BBS key signs a header and messages, each behind its length")
    return parts[0], parts[1:]


# Signatures


def sign(secret: bytes, public: bytes, header: bytes, messages: Sequence[bytes], scheme: Scheme = SHA_256) -> bytes:
    """The signature over the header and all messages, in their order (§3.5.1, §3.6.1): 80 bytes, always the same."""
    scalars = _scalars_of(messages, scheme)
    domain = _domain(public, header, len(messages), scheme)
    number = int.from_bytes(secret, "big")
    e = hash_to_scalar(b"".join(map(_encoded, (number, *scalars, domain))), scheme.api + b"H2S_", scheme)
    inverse = pow(number + e, -1, ORDER)
    return (_commitment(domain, scalars, scheme) * _scalar(inverse)).to_compressed_bytes() + _encoded(e)


def verify(public: bytes, signature: bytes, header: bytes, messages: Sequence[bytes], scheme: Scheme = SHA_256) -> bool:
    """Whether the key signed the header and exactly these messages (§3.5.2, §3.6.2)."""
    read = _signature(signature)
    if read is None or len(messages) > MESSAGES_LIMIT:
        return False
    point, e = read
    engine = _engine()
    domain = _domain(public, header, len(messages), scheme)
    commitment = _commitment(domain, _scalars_of(messages, scheme), scheme)
    key = _public(public) + engine.G2Point() * _scalar(e)
    return bool(engine.GT.pairing_check([point, -commitment], [key, engine.G2Point()]))


def derive(
    public: bytes,
    signature: bytes,
    header: bytes,
    presentation_header: bytes,
    messages: Sequence[bytes],
    disclosed: Iterable[int],
    entropy: Entropy,
    scheme: Scheme = SHA_256,
) -> bytes:
    """A proof that shows the messages at these indexes and hides the others (§3.5.3, §3.6.3).

    Raises KeyFault key.signature when the signature is not written as one. That it is good is NOT checked here.
    """
    read = _signature(signature)
    if read is None:
        raise KeyFault("key.signature", "the BBS signature is broken")
    point, e = read
    shown = sorted(set(disclosed))
    hidden = [index for index in range(len(messages)) if index not in set(shown)]
    scalars = _scalars_of(messages, scheme)
    r1, r2, e_blind, r1_blind, r3_blind, *blinds = (
        int.from_bytes(entropy(_WIDE_BYTES), "big") % ORDER for _ in range(5 + len(hidden))
    )
    generators = _generators(len(messages), scheme)
    domain = _domain(public, header, len(messages), scheme)
    d = _commitment(domain, scalars, scheme) * _scalar(r2)
    a_bar = point * _scalar(r1 * r2)
    b_bar = d * _scalar(r1) - a_bar * _scalar(e)
    t1 = _sum((a_bar, d), (e_blind, r1_blind))
    t2 = _sum((d, *(generators.points[index + 1] for index in hidden)), (r3_blind, *blinds))
    told = {index: scalars[index] for index in shown}
    challenge = _challenge((a_bar, b_bar, d, t1, t2), domain, told, presentation_header, scheme)
    answers = (
        e_blind + e * challenge,
        r1_blind - r1 * challenge,
        r3_blind - pow(r2, -1, ORDER) * challenge,
        *(blind + scalars[index] * challenge for index, blind in zip(hidden, blinds, strict=True)),
        challenge,
    )
    return b"".join(
        (*(each.to_compressed_bytes() for each in (a_bar, b_bar, d)), *(_encoded(answer) for answer in answers))
    )


def proof_count(proof: bytes) -> int | None:
    """How many messages the proof hides, None when no proof has this length."""
    count, rest = divmod(len(proof) - _PROOF_BYTES, SECRET_BYTES)
    return None if rest or count < 0 else count


def verify_proof(
    public: bytes,
    proof: bytes,
    header: bytes,
    presentation_header: bytes,
    messages: Mapping[int, bytes],
    scheme: Scheme = SHA_256,
) -> bool:
    """Whether whoever made the proof has a signature of the key over the header and messages of which these are some,
    at these indexes (§3.5.4, §3.6.4)."""
    hidden_count = proof_count(proof)
    if hidden_count is None or hidden_count + len(messages) > MESSAGES_LIMIT:
        return False
    count = hidden_count + len(messages)
    if any(not 0 <= index < count for index in messages):
        return False
    points = [_point(proof[at : at + _POINT_BYTES]) for at in range(0, _POINTS * _POINT_BYTES, _POINT_BYTES)]
    numbers = [
        int.from_bytes(proof[at : at + SECRET_BYTES], "big")
        for at in range(_POINTS * _POINT_BYTES, len(proof), SECRET_BYTES)
    ]
    a_bar, b_bar, d = points
    if a_bar is None or b_bar is None or d is None or not all(0 < number < ORDER for number in numbers):
        return False
    e_answer, r1_answer, r3_answer, *answers, challenge = numbers
    domain = _domain(public, header, count, scheme)
    told = {index: hash_to_scalar(messages[index], _mapped(scheme), scheme) for index in sorted(messages)}
    t1, t2 = _rebuilt((a_bar, b_bar, d), (challenge, e_answer, r1_answer, r3_answer, *answers), domain, told, scheme)
    if challenge != _challenge((a_bar, b_bar, d, t1, t2), domain, told, presentation_header, scheme):
        return False
    engine = _engine()
    return bool(engine.GT.pairing_check([a_bar, -b_bar], [_public(public), engine.G2Point()]))


def _rebuilt(
    points: tuple[G1Point, G1Point, G1Point],
    numbers: Sequence[int],
    domain: int,
    told: Mapping[int, int],
    scheme: Scheme,
) -> tuple[G1Point, G1Point]:
    """T1 and T2 as the prover must have had them (§3.7.3). `numbers` are the challenge, the three answers, and those
    for the hidden messages."""
    a_bar, b_bar, d = points
    challenge, e_answer, r1_answer, r3_answer, *answers = numbers
    count = len(told) + len(answers)
    first, *others = _generators(count, scheme).points
    shown = _sum((_base(scheme), first, *(others[index] for index in told)), (1, domain, *told.values()))
    hidden = (others[index] for index in range(count) if index not in told)
    return (
        _sum((b_bar, a_bar, d), (challenge, e_answer, r1_answer)),
        _sum((shown, d, *hidden), (challenge, r3_answer, *answers)),
    )


def hash_to_scalar(message: bytes, tag: bytes, scheme: Scheme = SHA_256) -> int:
    """A number below the group's order (§4.2.2)."""
    return int.from_bytes(scheme.expand(message, tag, _WIDE_BYTES), "big") % ORDER


@dataclass(frozen=True, slots=True)
class Generators:
    """Q1 and then one point for each message (§4.1.1), and their bytes."""

    points: tuple[G1Point, ...]
    encoded: bytes


def _generators(count: int, scheme: Scheme) -> Generators:
    points: list[G1Point] = []
    encoded: list[bytes] = []
    for number in range(count // _CHUNK + 1):
        chunk = _generator_chunk(scheme, number)
        points += chunk[0]
        encoded += chunk[1]
    return Generators(tuple(points[: count + 1]), b"".join(encoded[: count + 1]))


@lru_cache(maxsize=256)
def _generator_chunk(scheme: Scheme, number: int) -> tuple[list[G1Point], list[bytes], bytes]:
    """The generators of a run of 64, their bytes, and the seed that the next run begins with. Remembered by scheme and
    place: they are the same for all keys, and each costs as much as a signature."""
    seed_tag, tag = scheme.api + b"SIG_GENERATOR_SEED_", scheme.api + b"SIG_GENERATOR_DST_"
    if number:
        seed = _generator_chunk(scheme, number - 1)[2]
    else:
        seed = scheme.expand(scheme.api + b"MESSAGE_GENERATOR_SEED", seed_tag, _WIDE_BYTES)
    points: list[G1Point] = []
    for place in range(number * _CHUNK + 1, (number + 1) * _CHUNK + 1):
        seed = scheme.expand(seed + place.to_bytes(8, "big"), seed_tag, _WIDE_BYTES)
        points.append(_hash_to_curve(seed, tag, scheme))
    return points, [point.to_compressed_bytes() for point in points], seed


def _hash_to_curve(message: bytes, tag: bytes, scheme: Scheme) -> G1Point:
    """A point of G1 that nobody knows the logarithm of (RFC 9380 §3)."""
    engine = _engine()
    point: G1Point
    if not scheme.is_xof:
        point = engine.G1Point.hash_to_curve(message, tag)
        return point
    wide = scheme.expand(message, tag, 128)
    halves = (int.from_bytes(part, "big") % _PRIME for part in (wide[:64], wide[64:]))
    first, second = (engine.G1Point.map_from_fp_be(half.to_bytes(_POINT_BYTES, "big")) for half in halves)
    point = first + second
    return point


@lru_cache(maxsize=4)
def _base(scheme: Scheme) -> G1Point:
    point: G1Point = _engine().G1Point.from_compressed_bytes(bytes.fromhex(scheme.base))
    return point


def _commitment(domain: int, scalars: Sequence[int], scheme: Scheme) -> G1Point:
    """B = P1 + Q1 * domain + H1 * m1 + ..."""
    generators = _generators(len(scalars), scheme)
    return _sum((_base(scheme), *generators.points), (1, domain, *scalars))


def _domain(public: bytes, header: bytes, count: int, scheme: Scheme) -> int:
    """§4.2.3: the key, the generators, the interface and the header in one number."""
    data = b"".join(
        (
            public,
            count.to_bytes(8, "big"),
            _generators(count, scheme).encoded,
            scheme.api,
            len(header).to_bytes(8, "big"),
            header,
        )
    )
    return hash_to_scalar(data, scheme.api + b"H2S_", scheme)


def _challenge(
    points: Sequence[G1Point], domain: int, told: Mapping[int, int], presentation_header: bytes, scheme: Scheme
) -> int:
    """§3.7.4: what the answers of a proof must fit."""
    data = b"".join(
        (
            len(told).to_bytes(8, "big"),
            *(index.to_bytes(8, "big") + _encoded(number) for index, number in told.items()),
            *(point.to_compressed_bytes() for point in points),
            _encoded(domain),
            len(presentation_header).to_bytes(8, "big"),
            presentation_header,
        )
    )
    return hash_to_scalar(data, scheme.api + b"H2S_", scheme)


def _mapped(scheme: Scheme) -> bytes:
    return scheme.api + b"MAP_MSG_TO_SCALAR_AS_HASH_"


def _scalars_of(messages: Sequence[bytes], scheme: Scheme) -> list[int]:
    return [hash_to_scalar(message, _mapped(scheme), scheme) for message in messages]


def _sum(points: Sequence[G1Point], numbers: Sequence[int]) -> G1Point:
    point: G1Point = _engine().G1Point.multiexp_unchecked([*points], [_scalar(number) for number in numbers])
    return point


def _signature(data: bytes) -> tuple[G1Point, int] | None:
    if len(data) != SIGNATURE_BYTES:
        return None
    point, e = _point(data[:_POINT_BYTES]), int.from_bytes(data[_POINT_BYTES:], "big")
    return (point, e) if point is not None and 0 < e < ORDER else None


def _point(data: bytes) -> G1Point | None:
    """A point of G1 that is not the identity, in its one spelling (the engine takes several of the identity)."""
    engine = _engine()
    try:
        point: G1Point = engine.G1Point.from_compressed_bytes(data)
    except ValueError:
        return None
    return point if point != engine.G1Point.identity() and point.to_compressed_bytes() == data else None


def _scalar(number: int) -> Scalar:
    scalar: Scalar = _engine().Scalar.from_be_bytes((number % ORDER).to_bytes(SECRET_BYTES, "big"))
    return scalar


def _encoded(number: int) -> bytes:
    return (number % ORDER).to_bytes(SECRET_BYTES, "big")


def _engine() -> ModuleType:
    try:
        import py_arkworks_bls12381
    except ImportError as fault:
        raise KeyFault("proof.extra_missing", "BBS signatures need the extra `bbs`, which is not installed") from fault
    return py_arkworks_bls12381
