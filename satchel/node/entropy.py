"""Randomness: the system's, a repeatable one, and the ids made of it."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Final

from satchel.port import Entropy

ID_BYTES: Final = 16


def system(count: int) -> bytes:
    """`count` bytes from the operating system's generator."""
    return os.urandom(count)


def seeded(seed: bytes) -> Entropy:
    """A generator that gives the same bytes for the same seed: for a demonstration or a test, never for real keys."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(drawn.to_bytes(8, "big") + seed).digest(count)

    return draw


def new_id(entropy: Entropy) -> str:
    """128 random bits as 26 characters of lower case base32, without padding."""
    return base64.b32encode(entropy(ID_BYTES)).decode("ascii").rstrip("=").lower()


def below(limit: int, entropy: Entropy) -> int:
    """A uniform integer in [0, limit), 1 <= limit <= 2^32: draws outside the largest even multiple are thrown away."""
    if not 1 <= limit <= 1 << 32:
        raise ValueError(f"no uniform draw below {limit}")
    bound = (1 << 32) - (1 << 32) % limit
    while True:
        draw = int.from_bytes(entropy(4), "big")
        if draw < bound:
            return draw % limit
