"""Public keys whose secret halves stand in public documents: anybody can sign with them.

A credential under such a key may be genuine as a signature, and still comes from nobody in particular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.key import multikey
from satchel.key.public import PublicKey


@dataclass(frozen=True, slots=True)
class Published:
    """Where the secret of a key can be read."""

    source: str


def find(key: PublicKey) -> Published | None:
    """Where this key's secret was published, or None when this list does not know of it."""
    source = PUBLISHED.get(multikey.encode(key))
    return None if source is None else Published(source)


_EDDSA_VECTORS: Final = "the test vectors of W3C Data Integrity EdDSA Cryptosuites"
_JOSE_VECTORS: Final = "the test suite of W3C Securing Verifiable Credentials using JOSE and COSE"
_DID_KEY_VECTORS: Final = "the test vectors of the did:key method"
_OPEN_BADGES: Final = "the examples of the Open Badges 3.0 and CLR 2.0 specifications"
_DCC: Final = "the test fixtures of the Digital Credentials Consortium"
_RFC_8032: Final = "the test vectors of RFC 8032"
_SEED: Final = "a seed that anybody would guess"

PUBLISHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2": _EDDSA_VECTORS,
        "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7": _EDDSA_VECTORS,
        "z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E": _EDDSA_VECTORS,
        "z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1": _EDDSA_VECTORS,
        "z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT": _EDDSA_VECTORS,
        "z6Mki9nreZk8rBG3GmpoNv1c235EATnNRQJ71nBuYZ8e1khf": _JOSE_VECTORS,
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi": _OPEN_BADGES,
        "z6MkjXe1vZvPRqFuc9nRBtZ3e1Y9XKDFSbjFAfzLfW2bD6cZ": _DCC,
        "z6Mki7DqKQswPsjqMVhP4W3n2ABFb5wBegZC5erEVg5qcgEw": _DCC,
        "z6MkjoriXdbyWD25YXTed114F8hdJrLXQ567xxPHAUKxpKkS": _DCC,
        "z6MknNQD1WHLGGraFi6zcbGevuAgkVfdyCdtZnQTGWVVvR5Q": _DCC,
        "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw": _RFC_8032,
        "z6MkiaMbhXHNA4eJVCCj8dbzKzTgYDKf6crKgHVHid1F1WCT": _RFC_8032,
        "z6MkwSD8dBdqcXQzKJZQFPy2hh2izzxskndKCjdmC2dBpfME": _RFC_8032,
        "z6Mkh7U7jBwoMro3UeHmXes4tKtFbZhMRWejbtunbU4hhvjP": _RFC_8032,
        "z6MkvLrkgkeeWeRwktZGShYPiB5YuPkhN2yi3MqMKZMFMgWr": _RFC_8032,
        "z6MkuWpxSsRPxhj2Y6CJQcFknsouoSZ5f5gzRAKdnB8nzGLH": _RFC_8032,
        "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG": _DID_KEY_VECTORS,
        "z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf": _DID_KEY_VECTORS,
        "z6MkvqoYXQfDDJRv8L4wKzxYeuKyVZBfi9Qo6Ro8MiLH3kDQ": _DID_KEY_VECTORS,
        "z6MkwYMhwTvsq376YBAcJHy3vyRWzBgn5vKfVqqDCgm7XVKU": _DID_KEY_VECTORS,
        "z6MkjBpZCHmC9paMdY7Ev6wyej6tF1hcRi4UFJ38UB4TDXCe": _DID_KEY_VECTORS,
        "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp": _SEED,
        "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX": _SEED,
        "z6MknSLrJoTcukLrE435hVNQT4JUhbvWLX4kUzqkEStBU8Vi": _SEED,
        "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd": _SEED,
    }
)
