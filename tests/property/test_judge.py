"""Whatever is bent in a credential, its status list or its issuer's DID document: there is a report, and a credential
that is still accepted says, to the last quad, what was signed."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.credential import status
from satchel.linked import canon, emit
from tests.attack.forge import (
    ACCEPTED,
    ISSUER,
    LEARNER,
    NOW,
    Document,
    badge,
    badge_1_1,
    did_of,
    judged,
    mirror,
    signed,
)
from tests.satchel.linked import mutate
from verifier.materials import Asked
from verifier.report import to_json, to_text

LIST_URL = "https://school.example/status/1"
SCHOOL = "did:web:school.example"
COUNT = 1_500


def with_all_parts() -> Document:
    document = badge(
        validUntil="2030-01-01T00:00:00Z",
        credentialStatus=status.compose_entry(list_url=LIST_URL, index=7, purpose="revocation"),
        evidence=[{"id": "https://school.example/evidence/1", "type": ["Evidence"], "narrative": "Filmed."}],
    )
    document["credentialSubject"]["identifier"] = [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": "sha256$ab",
            "identityType": "emailAddress",
            "salt": "s",
        }
    ]
    return document


def of_school() -> Document:
    document = badge()
    document["issuer"]["id"] = SCHOOL
    return signed(document, method=f"{SCHOOL}#key-1")


PLAIN: tuple[Document, ...] = (
    signed(with_all_parts()),
    signed(badge_1_1(), suite="Ed25519Signature2020"),
    of_school(),
    signed(signed(badge())),
)
LIST: Document = signed(
    status.compose_list(
        id=LIST_URL,
        issuer=did_of(ISSUER),
        purpose="revocation",
        encoded=status.encode(bytes(131_072 // 8)),
        valid_from=NOW.replace(month=1),
    )
)
DID_DOCUMENT: Document = dict(did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}))
QUESTIONS = (
    Asked(),
    Asked(holder=did_of(LEARNER)),
    Asked(recipient="ada@school.example", challenge="c", domain="d", require_holder_binding=True),
)


def meaning(document: Document) -> bytes:
    """What a signature covers besides its own options."""
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return canon.canonicalize(emit.to_quads(unsecured))


MEANINGS = [meaning(document) for document in PLAIN]


def bent(rng: random.Random, document: Document) -> Document:
    document = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutate.bend(rng, document)
    return document


@pytest.mark.parametrize("seed", range(3))
def test_a_bent_credential_has_a_report_and_is_accepted_only_with_its_signed_meaning(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    fetch = mirror(tmp_path, {LIST_URL: LIST, "https://school.example/.well-known/did.json": DID_DOCUMENT})
    accepted = 0
    for _ in range(COUNT // 3):
        number = rng.randrange(len(PLAIN))
        document = bent(rng, PLAIN[number])
        report = judged(document, fetch=fetch, asked=rng.choice(QUESTIONS))
        json.dumps(to_json(report))
        to_text(report, 80)
        if report.verdict in ACCEPTED:
            accepted += 1
            assert meaning(document) == MEANINGS[number], document
    assert accepted  # a change of order or brackets alone must leave a credential accepted


@pytest.mark.parametrize("seed", range(2))
def test_a_bent_list_or_did_document_never_ends_the_judging(tmp_path: Path, seed: int) -> None:
    rng = random.Random(1_000 + seed)
    for _ in range(COUNT // 5):
        documents = {
            LIST_URL: bent(rng, LIST),
            "https://school.example/.well-known/did.json": bent(rng, DID_DOCUMENT),
        }
        fetch = mirror(tmp_path, documents)
        for credential in (PLAIN[0], PLAIN[2]):
            to_text(judged(credential, fetch=fetch), 80)
