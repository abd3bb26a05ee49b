"""Private keys that live in this process, and a Signer around one. The secret is shown by no repr and no message.

Python cannot wipe memory for sure: who needs that keeps the key in another process or device behind port.Signer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from satchel.errors import KeyFault
from satchel.key import bls, ecdsa, multikey
from satchel.key.public import KeyType, PublicKey
from satchel.port import Entropy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED_BYTES: Final = 32
# FIPS 186-5 §A.2.1: with 64 bits more than the order has, the remainder is as good as uniform.
_EXTRA_BYTES: Final = 8


class PrivateKey:
    """A private key of Ed25519, an ECDSA curve or BLS12-381. Its repr is `***`; it is neither copied into messages nor
    pickled."""

    __slots__ = ("_engine", "_public", "_secret")

    _engine: Ed25519PrivateKey | EllipticCurvePrivateKey | None
    _public: PublicKey
    _secret: bytes

    def __init__(self, secret: bytes, kind: KeyType = KeyType.ED25519) -> None:
        """From the 32-byte seed of Ed25519, or the big-endian scalar of another key, as long as the curve's order.

        Raises KeyFault key.type_unsupported for RSA, key.length, key.scalar for a scalar that is zero or not below
        the order, and proof.extra_missing for BLS12-381 without its engine.
        """
        if kind is KeyType.ED25519:
            engine, point = _ed25519(secret)
            self._engine, self._public = engine, PublicKey(kind, point)
        elif kind is KeyType.BLS12_381_G2:
            if len(secret) != bls.SECRET_BYTES:
                raise KeyFault("key.length", f"a secret of type {kind} has 32 bytes, this one {len(secret)}")
            self._engine, self._public = None, PublicKey(kind, bls.public_of(secret))
        else:
            scalar, point = _ecdsa(kind, secret)
            self._engine, self._public = scalar, PublicKey(kind, point)
        self._secret = secret

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """The Ed25519 key of a 32-byte seed (RFC 8032 §5.1.5). Raises KeyFault key.length."""
        return cls(seed)

    @classmethod
    def generate(cls, entropy: Entropy, kind: KeyType = KeyType.ED25519) -> PrivateKey:
        """A new key from random bytes: 32 for Ed25519 and BLS12-381, eight more than the order has for ECDSA."""
        if kind is KeyType.ED25519:
            return cls(entropy(SEED_BYTES))
        if kind is KeyType.BLS12_381_G2:
            return cls(bls.key_gen(entropy(bls.SECRET_BYTES)), kind)
        curve = _curve(kind)
        number = int.from_bytes(entropy(curve.size + _EXTRA_BYTES), "big") % (curve.order - 2) + 1
        return cls(number.to_bytes(curve.size, "big"), kind)

    @classmethod
    def from_secret_multikey(cls, text: str) -> PrivateKey:
        """The key of a secret Multikey text. Raises KeyFault key.multikey, key.type_unsupported, key.length,
        key.scalar."""
        kind, raw = multikey.decode_secret(text)
        return cls(raw, kind)

    def public(self) -> PublicKey:
        """The public half."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The raw signature over exactly these bytes (Ed25519: R and S, ECDSA: r and s); the same for the same message:
        ECDSA takes its nonce from the message (RFC 6979), so that no bad randomness gives the key away.

        A key of BLS12-381 signs a frame (bls.frame) by BBS. Raises KeyFault key.frame for anything else.
        """
        if self._engine is None:
            return bls.sign(self._secret, self._public.raw, *bls.unframe(message))
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

        if not isinstance(self._engine, EllipticCurvePrivateKey):
            return self._engine.sign(message)
        curve = ecdsa.CURVES[self._public.type]
        return ecdsa.raw_signature(curve, self._engine.sign(message, ecdsa.algorithm(curve, is_deterministic=True)))

    def secret_multikey(self) -> str:
        """The secret as text, for a file of mode 0600 or a vault. Never print it."""
        return multikey.encode_secret(self._public.type, self._secret)

    def __repr__(self) -> str:
        return "PrivateKey(***)"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not pickled")


def _ed25519(seed: bytes) -> tuple[Ed25519PrivateKey, bytes]:
    # Imported here: verifying needs no signing engine, and cold starts count.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(seed) != SEED_BYTES:
        raise KeyFault("key.length", f"an Ed25519 seed has {SEED_BYTES} bytes, this one {len(seed)}")
    engine = Ed25519PrivateKey.from_private_bytes(seed)
    return engine, engine.public_key().public_bytes_raw()


def _curve(kind: KeyType) -> ecdsa.Curve:
    curve = ecdsa.CURVES.get(kind)
    if curve is None:
        raise KeyFault("key.type_unsupported", f"no signatures are made with a key of type {kind}")
    return curve


def _ecdsa(kind: KeyType, secret: bytes) -> tuple[EllipticCurvePrivateKey, bytes]:
    from cryptography.hazmat.primitives.asymmetric.ec import derive_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    curve = _curve(kind)
    if len(secret) != curve.size:
        raise KeyFault("key.length", f"a secret of type {kind} has {curve.size} bytes, this one {len(secret)}")
    # The engine takes no n - 1 either, which is a legal scalar that nobody has by chance.
    if not 0 < int.from_bytes(secret, "big") < curve.order - 1:
        raise KeyFault("key.scalar", f"the secret is no scalar of {kind}")
    engine = derive_private_key(int.from_bytes(secret, "big"), ecdsa.engine_curve(curve))
    return engine, engine.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


class LocalSigner:
    """A Signer (satchel.port) over a private key of this process; `id` is the verification method's DID URL."""

    __slots__ = ("_key", "_multikey", "id")

    def __init__(self, id: str, key: PrivateKey) -> None:
        self.id = id
        self._key = key
        self._multikey = multikey.encode(key.public())

    @property
    def algorithm(self) -> str:
        """The key type's name."""
        return str(self._key.public().type)

    def public(self) -> str:
        """The public key as Multikey text."""
        return self._multikey

    def sign(self, message: bytes, /) -> bytes:
        """The raw signature over exactly these bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"LocalSigner({self.id!r}, ***)"
