"""Badges for the wallet's tests, really signed, with keys that a phrase names."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from did import create
from satchel.key.private import LocalSigner, PrivateKey
from satchel.proof import suites

CREATED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TITLE = "Reading tide tables"
ISSUER_NAME = "An invented coastal college"


def key_of(phrase: str) -> PrivateKey:
    """The private key that a phrase names."""
    return PrivateKey.from_seed(hashlib.sha256(phrase.encode()).digest())


ISSUER = key_of("wallet tests: the issuer")
LEARNER = create.did_key(key_of("wallet tests: the learner").public())


def badge(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An unsigned badge; the number makes its id, changes replace members."""
    document: dict[str, Any] = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-{number:012d}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": TITLE,
        "issuer": {"id": create.did_key(ISSUER.public()), "type": ["Profile"], "name": ISSUER_NAME},
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {
            "id": LEARNER,
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:uuid:8f14e45f-ceea-467f-9b36-34f0e278b3a4",
                "type": ["Achievement"],
                "achievementType": "Competency",
                "name": TITLE,
                "description": "Plans a harbour entry from printed tables.",
                "criteria": {"narrative": "Three plans, read by an examiner."},
            },
        },
    }
    return document | changes


def signed(document: dict[str, Any], *, key: PrivateKey = ISSUER, method: str | None = None) -> dict[str, Any]:
    """The document with a proof by the key; the verification method is that of the key's did:key unless named."""
    signer = LocalSigner(method or create.did_key_method(create.did_key(key.public())), key)
    return suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=CREATED)


def to_bytes(document: dict[str, Any], *, indent: int | None = None) -> bytes:
    """The document as a file; another indent is another file of the same credential."""
    return json.dumps(document, indent=indent, ensure_ascii=False).encode()


def badge_file(number: int = 1, **changes: Any) -> bytes:
    """A signed badge as a file."""
    return to_bytes(signed(badge(number, **changes)))
