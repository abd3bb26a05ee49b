"""Private keys that live in this process, and a Signer around one. The secret is shown by no repr and no message.

Python cannot wipe memory for sure: who needs that keeps the key in another process or device behind port.Signer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from satchel.errors import KeyFault
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.port import Entropy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED_BYTES: Final = 32


class PrivateKey:
    """An Ed25519 private key. Its repr is `***`; it is neither copied into messages nor pickled."""

    __slots__ = ("_engine", "_public", "_seed")

    _engine: Ed25519PrivateKey
    _public: PublicKey
    _seed: bytes

    def __init__(self, seed: bytes) -> None:
        # Imported here: verifying needs no signing engine, and cold starts count.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if len(seed) != SEED_BYTES:
            raise KeyFault("key.length", f"an Ed25519 seed has {SEED_BYTES} bytes, this one {len(seed)}")
        self._seed = seed
        self._engine = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = PublicKey(KeyType.ED25519, self._engine.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """The key of a 32-byte seed (RFC 8032 §5.1.5). Raises KeyFault key.length."""
        return cls(seed)

    @classmethod
    def generate(cls, entropy: Entropy) -> PrivateKey:
        """A new key from 32 random bytes."""
        return cls(entropy(SEED_BYTES))

    @classmethod
    def from_secret_multikey(cls, text: str) -> PrivateKey:
        """The key of a secret Multikey text. Raises KeyFault key.multikey, key.type_unsupported, key.length."""
        _, raw = multikey.decode_secret(text)
        return cls(raw)

    def public(self) -> PublicKey:
        """The public half."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes; the same for the same message."""
        return self._engine.sign(message)

    def secret_multikey(self) -> str:
        """The secret as text, for a file of mode 0600 or a vault. Never print it."""
        return multikey.encode_secret(KeyType.ED25519, self._seed)

    def __repr__(self) -> str:
        return "PrivateKey(***)"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not pickled")


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
        return str(KeyType.ED25519)

    def public(self) -> str:
        """The public key as Multikey text."""
        return self._multikey

    def sign(self, message: bytes, /) -> bytes:
        """The raw signature over exactly these bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"LocalSigner({self.id!r}, ***)"
