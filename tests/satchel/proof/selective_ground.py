"""What the tests of selective disclosure share: both suites, with a key of each, over the same invented badge."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest

from satchel.codec import cbor
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import BADGE, CREATED, KEYS, signer_of

HAS_BBS = importlib.util.find_spec("py_arkworks_bls12381") is not None
needs_bbs = pytest.mark.skipif(not HAS_BBS, reason="the extra `bbs` is not installed")
SUITES = [
    pytest.param("ecdsa-sd-2023", id="ecdsa-sd-2023"),
    pytest.param("bbs-2023", id="bbs-2023", marks=needs_bbs),
]
LEARNER = "did:example:learner"
NAME = "/credentialSubject/achievement/name"


def entropy_of(number: int) -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run; no two calls give the same."""
    counter = count()
    return lambda size: hashlib.shake_256(f"{number} {next(counter)}".encode()).digest(size)


def key_for(suite: str) -> PrivateKey:
    return PrivateKey.generate(entropy_of(1), KeyType.BLS12_381_G2) if suite == "bbs-2023" else KEYS[KeyType.P_256]


def signer_for(suite: str) -> LocalSigner:
    return signer_of(key_for(suite))


def badge(**members: JsonValue) -> JsonObject:
    """An invented badge with results, an ordered list among them, and a status."""
    document: dict[str, Any] = copy.deepcopy(BADGE)
    document["validUntil"] = "2030-03-01T00:00:00Z"
    document["credentialStatus"] = {
        "id": "https://school.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://school.example/status/1",
    }
    document["credentialSubject"]["result"] = [
        {"type": ["Result"], "resultDescription": "urn:uuid:1", "value": "B"},
        {"type": ["Result"], "resultDescription": "urn:uuid:2", "value": "94"},
    ]
    document["credentialSubject"]["achievement"]["resultDescription"] = [
        {
            "id": "urn:uuid:1",
            "type": ["ResultDescription"],
            "name": "Grade",
            "resultType": "LetterGrade",
            "allowedValue": ["A", "B", "C"],
        },
        {"id": "urn:uuid:2", "type": ["ResultDescription"], "name": "Points", "resultType": "Percent"},
    ]
    return {**document, **members}


def issued(suite: str, document: JsonObject | None = None, mandatory: Sequence[str] = (), **more: Any) -> JsonObject:
    return suites.sign_base(
        badge() if document is None else document,
        suite=suite,
        signer=signer_for(suite),
        created=CREATED,
        entropy=entropy_of(2),
        mandatory=mandatory,
        **more,
    )


def shown(base: JsonObject, *pointers: str, number: int = 3, **more: Any) -> JsonObject:
    return suites.derive(base, pointers, entropy=entropy_of(number), **more)


def holds(document: JsonObject, suite: str, contexts: Contexts = PINNED, index: int = 0) -> bool:
    key = key_for(suite).public()
    return suites.verify(Secured(document, contexts), proofs_of(document)[index], key)


def parts_of(document: JsonObject) -> tuple[bytes, list[Any]]:
    """The header of the one proof's value, and its parts."""
    data = base64url_decode((proofs_of(document)[0].value or "")[1:])
    parts = cbor.decode(data[3:])
    assert isinstance(parts, list)
    return data[:3], parts


def with_parts(document: JsonObject, header: bytes, parts: list[Any]) -> JsonObject:
    return with_data(document, header + cbor.encode(parts))


def with_data(document: JsonObject, data: bytes) -> JsonObject:
    proof = document["proof"]
    assert isinstance(proof, dict)
    return {**document, "proof": {**proof, "proofValue": "u" + base64url_encode(data)}}
