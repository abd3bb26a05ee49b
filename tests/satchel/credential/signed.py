"""Really signed documents of several formats, for tests of what holds them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from did import create
from satchel.credential import bake
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject
from satchel.proof import jose, suites
from tests.satchel.credential import pictures

CREATED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
VC1 = "https://www.w3.org/2018/credentials/v1"
VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def key_of(phrase: str) -> PrivateKey:
    """The key that a phrase names."""
    return PrivateKey.from_seed(hashlib.sha256(phrase.encode()).digest())


ISSUER = key_of("credential tests: the issuer")
LEARNER = key_of("credential tests: the learner")
LEARNER_DID = create.did_key(LEARNER.public())


def signer_of(key: PrivateKey) -> LocalSigner:
    """The signer of a key under its did:key."""
    return LocalSigner(create.did_key_method(create.did_key(key.public())), key)


def badge(number: int, *, version: str = "2.0") -> JsonObject:
    """An unsigned Open Badge; the number makes its id."""
    dates: JsonObject = {"validFrom": "2026-03-01T00:00:00Z"}
    if version == "1.1":
        dates = {"issuanceDate": "2026-03-01T00:00:00Z"}
    return {
        "@context": [VC2 if version == "2.0" else VC1, OB3],
        "id": f"urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-{number:012d}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Knot {number}",
        "issuer": {"id": create.did_key(ISSUER.public()), "type": ["Profile"], "name": "An invented rope school"},
        **dates,
        "credentialSubject": {
            "id": LEARNER_DID,
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"https://ropes.example/achievements/{number}",
                "type": ["Achievement"],
                "achievementType": "Competency",
                "name": f"Knot {number}",
                "description": "Ties it in the dark.",
                "criteria": {"narrative": "Three times out of three."},
            },
        },
    }


def signed(document: JsonObject, key: PrivateKey = ISSUER) -> JsonObject:
    """The document with the key's proof. Open Badges of data model 1.1 have an Ed25519Signature2020."""
    contexts = document["@context"]
    assert isinstance(contexts, list)
    if contexts[0] == VC1:
        document = {**document, "@context": [*contexts, "https://w3id.org/security/suites/ed25519-2020/v1"]}
        return suites.sign(document, suite="Ed25519Signature2020", signer=signer_of(key), created=CREATED)
    return suites.sign(document, suite="eddsa-rdfc-2022", signer=signer_of(key), created=CREATED)


def to_bytes(document: JsonObject, *, indent: int | None = None) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=indent).encode()


def json_file(number: int, *, version: str = "2.0", indent: int | None = 3) -> Envelope:
    """A signed badge in a JSON file, written with blanks that no canonical form has."""
    return read(to_bytes(signed(badge(number, version=version)), indent=indent), name=f"badge-{number}.json")


def png_file(number: int) -> Envelope:
    """A signed badge in a PNG."""
    return read(bake.bake(pictures.png(), to_bytes(signed(badge(number)))), name=f"badge-{number}.png")


def svg_file(number: int) -> Envelope:
    """A signed badge in an SVG."""
    return read(bake.bake(pictures.svg(), to_bytes(signed(badge(number)))), name=f"badge-{number}.svg")


def token_file() -> Envelope:
    """A compact JWS; its signature is not looked at here."""
    return read(pictures.JWS + b"\n", name="badge.jwt")


def jwt_file(number: int) -> Envelope:
    """A signed badge as vc+jwt."""
    return read(jose.sign(badge(number), signer=signer_of(ISSUER)).encode() + b"\n", name=f"badge-{number}.jwt")
