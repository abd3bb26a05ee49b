"""published_key: is the secret half of a signing key public? Then the signature is real and says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from satchel.key import published
from satchel.key.public import PublicKey
from verifier.report import Facet

_OK: Final = Facet.of("published_key", "published_key.ok")


def facet(keys: Sequence[PublicKey]) -> Facet:
    """Warn with where the secret was published, for the first such key."""
    if not keys:
        return Facet.of("published_key", "published_key.no_key")
    for key in keys:
        found = _find(key)
        if found is not None:
            message = f"The secret half of the key stands in {found.source}: anybody can sign with it."
            return Facet.of("published_key", "published_key.known", message, source=found.source)
    return _OK


# Keyed by the public key itself; a batch of one issuer asks for the same one again and again.
_find = lru_cache(maxsize=1024)(published.find)
