"""What the holder signs: new ids, and documents as bytes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from satchel.port import Entropy, JsonObject, Signer
from satchel.proof import suites

SUITE: Final = "eddsa-rdfc-2022"


def new_urn(entropy: Entropy) -> str:
    """A new `urn:uuid:` of 122 random bits."""
    return f"urn:uuid:{UUID(bytes=entropy(16), version=4)}"


def sign(document: JsonObject, *, signer: Signer, now: datetime) -> JsonObject:
    """The document as a credential of the holder, with a proof for assertions. Raises ProofError, LinkedError."""
    return suites.sign(document, suite=SUITE, signer=signer, created=now.replace(microsecond=0))


def authenticate(document: JsonObject, *, signer: Signer, challenge: str, domain: str, now: datetime) -> JsonObject:
    """The document with a proof that answers a challenge for one domain: good once and in one place."""
    return suites.sign(
        document,
        suite=SUITE,
        signer=signer,
        created=now.replace(microsecond=0),
        purpose="authentication",
        challenge=challenge,
        domain=domain,
    )


def to_bytes(document: JsonObject) -> bytes:
    """The document as a file: JSON in UTF-8, indented for people; the members stand in their order."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False).encode("utf-8") + b"\n"
