"""What the proof tests share: an invented badge, a signer for every key type, and the way to the W3C vectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from satchel.errors import SatchelError
from satchel.key import ecdsa, multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import Proof, proofs_of
from satchel.proof.suites import Secured
from tests.shared import SHARED

EXAMPLES_V2: JsonObject = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
CREATED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KEY = PrivateKey.from_seed(bytes(range(50, 82)))
KEYS = {
    KeyType.ED25519: KEY,
    **{
        KeyType(name): PrivateKey.generate(lambda count: bytes(range(50, count + 50)), KeyType(name))
        for name in ecdsa.CURVES
    },
}


def signer_of(key: PrivateKey) -> LocalSigner:
    body = multikey.encode(key.public())
    return LocalSigner(f"did:key:{body}#{body}", key)


SIGNER = signer_of(KEY)
DID = SIGNER.id.partition("#")[0]
SIGNERS = {kind: signer_of(key) for kind, key in KEYS.items()}
# Each suite that signs with each key type that it takes.
PAIRS = [
    (name, kind)
    for name, suite in suites.SUITES.items()
    if suite.value == "proofValue" and suite.selection is None
    for kind in suite.hashes
]

BADGE: JsonObject = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ],
    "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Knots",
    "issuer": {"id": DID, "type": ["Profile"], "name": "An invented school"},
    "validFrom": "2026-03-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:learner",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "urn:uuid:8f14e45f-ceea-467f-9b36-34f0e278b3a4",
            "type": ["Achievement"],
            "name": "Knots",
            "description": "Ties ten knots.",
            "criteria": {"narrative": "Shown to an examiner."},
        },
    },
}


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def text(path: Path) -> str:
    return path.read_text().strip()


def key_named_by(proof: Proof) -> PublicKey:
    return multikey.decode(proof.verification_method.rpartition("#")[2])


def sign(
    document: JsonObject = BADGE, suite: str = "eddsa-rdfc-2022", kind: KeyType = KeyType.ED25519, **more: Any
) -> JsonObject:
    return suites.sign(document, suite=suite, signer=SIGNERS[kind], created=CREATED, **more)


def verify(document: JsonObject, index: int = 0, kind: KeyType = KeyType.ED25519) -> bool:
    return suites.verify(Secured(document, PINNED), proofs_of(document)[index], KEYS[kind].public())


def code_of(attempt: Callable[[], object]) -> str:
    with pytest.raises(SatchelError) as caught:
        attempt()
    return caught.value.code


def with_proof(document: JsonObject, **changes: JsonValue) -> JsonObject:
    """The signed document with members of its one proof replaced, or taken out when None."""
    proof = document["proof"]
    assert isinstance(proof, dict)
    merged = {name: member for name, member in (proof | changes).items() if member is not None}
    return {**document, "proof": merged}


def vector_contexts() -> Contexts:
    """The pinned contexts and those that only the W3C vectors use."""
    citizenship = read(SHARED / "vectors" / "contexts" / "citizenship-v4rc1.jsonld")
    return PINNED.extended(
        {
            "https://www.w3.org/ns/credentials/examples/v2": EXAMPLES_V2,
            "https://w3id.org/citizenship/v4rc1": citizenship,
            **{
                url: read(SHARED / "vectors" / "contexts" / name)
                for url, name in (
                    ("https://w3id.org/vdl/v1", "vdl-v1.jsonld"),
                    ("https://w3id.org/vdl/aamva/v1", "vdl-aamva-v1.jsonld"),
                )
            },
        }
    )
