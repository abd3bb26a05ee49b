"""Hostile credentials, signed for real where a good signature is part of the attack, and the way to judge them."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from did.create import did_key, did_key_method
from satchel.codec import base
from satchel.credential import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.linked import canon, emit
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import Fetch, drive
from satchel.proof import suites
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES
from verifier.report import Facet, Report

NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
CREATED: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ACCEPTED: Final = ("accepted", "accepted_with_warnings")

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ED25519_2020: Final = "https://w3id.org/security/suites/ed25519-2020/v1"

Document = dict[str, Any]


def key_of(phrase: str) -> PrivateKey:
    """The private key that a phrase names."""
    return PrivateKey.from_seed(hashlib.sha256(phrase.encode()).digest())


ISSUER: Final = key_of("attack: the issuer")
STRANGER: Final = key_of("attack: a stranger")
LEARNER: Final = key_of("attack: the learner")


def did_of(key: PrivateKey) -> str:
    return did_key(key.public())


def method_of(key: PrivateKey) -> str:
    return did_key_method(did_key(key.public()))


def badge(**changes: object) -> Document:
    """An unsigned Open Badge 3.0 of VC 2.0 that is accepted when ISSUER signs it; changes replace members."""
    document: Document = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Knots and hitches",
        "issuer": {"id": did_of(ISSUER), "type": ["Profile"], "name": "An invented sailing school"},
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {
            "id": did_of(LEARNER),
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:uuid:8f14e45f-ceea-467f-9b36-34f0e278b3a4",
                "type": ["Achievement"],
                "achievementType": "Competency",
                "name": "Knots and hitches",
                "description": "Ties ten knots by feel.",
                "criteria": {"narrative": "Shown to an examiner."},
            },
        },
    }
    return document | copy.deepcopy(changes)


def badge_1_1(**changes: object) -> Document:
    """The same badge as a VC 1.1 with the context of Ed25519Signature2020."""
    document = badge()
    document["@context"] = [CREDENTIALS_V1, OPEN_BADGES, ED25519_2020]
    document["issuanceDate"] = document.pop("validFrom")
    return document | copy.deepcopy(changes)


def signed(
    document: Mapping[str, object],
    *,
    key: PrivateKey = ISSUER,
    suite: str = "eddsa-rdfc-2022",
    method: str | None = None,
    **options: Any,
) -> Document:
    """A copy with a proof of ours."""
    signer = LocalSigner(id=method or method_of(key), key=key)
    return suites.sign(
        copy.deepcopy(dict(document)), suite=suite, signer=signer, created=options.pop("created", CREATED), **options
    )


def options_of(**changes: object) -> Document:
    """Plain proof options of eddsa-rdfc-2022 by ISSUER; changes replace members, None removes one."""
    options: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-03-02T10:00:00Z",
        "verificationMethod": method_of(ISSUER),
        "proofPurpose": "assertionMethod",
    }
    return {name: value for name, value in (options | changes).items() if value is not None}


def signed_with(document: Mapping[str, object], options: Mapping[str, object], *, key: PrivateKey = ISSUER) -> Document:
    """A copy whose proof has exactly these options and a true eddsa-rdfc-2022 signature over them.

    Made here from the parts, not by satchel.proof, which refuses to sign most of what this is for.
    """
    config = {"@context": document["@context"], **options}
    digests = [
        hashlib.sha256(canon.canonicalize(emit.to_quads(part))).digest()  # type: ignore[arg-type]
        for part in (config, dict(document))
    ]
    value = base.multibase_encode(key.sign(b"".join(digests)), "z")
    return {**copy.deepcopy(dict(document)), "proof": {**options, "proofValue": value}}


def to_bytes(value: object) -> bytes:
    """JSON as issuers send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def judged(
    credential: bytes | Mapping[str, object],
    *,
    fetch: Fetch | None = None,
    policy: str = "default",
    asked: Asked | None = None,
    now: datetime = NOW,
) -> Report:
    """The verdict on bytes or on a document, by the way that the command takes; nothing is fetched unless given."""
    raw = credential if isinstance(credential, bytes) else to_bytes(credential)
    envelope = read.read(raw, name="attack.json")
    rules, question = POLICIES[policy], asked or Asked()
    materials = drive(gather(envelope, rules, question, now, fetch or OfflineFetch()))
    return judge(envelope, materials, rules, question)


def facet(report: Report, name: str) -> Facet:
    """The report's facet of that name."""
    (found,) = [entry for entry in report.facets if entry.facet == name]
    return found


def says(report: Report, verdict: str, name: str, outcome: str, code: str) -> None:
    """Assert verdict, facet, outcome and code, and show the whole report when one differs."""
    found = facet(report, name)
    got = (report.verdict, name, found.outcome, found.code)
    assert got == (verdict, name, outcome, code), [(f.facet, f.outcome, f.code, f.message) for f in report.facets]


def mirror(folder: Path, documents: Mapping[str, bytes | Mapping[str, object]]) -> MirrorFetch:
    """A mirror folder that holds these https documents, and its Fetch."""
    for url, body in documents.items():
        path = folder / url.removeprefix("https://")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else to_bytes(body))
    return MirrorFetch(folder, NOW)


async def judged_over(fetch: Fetch, credential: bytes | Mapping[str, object], *, now: datetime = NOW) -> Report:
    """The verdict with a Fetch that waits for the world: inside a running event loop."""
    raw = credential if isinstance(credential, bytes) else to_bytes(credential)
    envelope = read.read(raw, name="attack.json")
    materials = await gather(envelope, POLICIES["default"], Asked(), now, fetch)
    return judge(envelope, materials, POLICIES["default"], Asked())


@contextmanager
def within(seconds: float, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
    """Fail when the block took longer: a hang, not a measurement. Work is counted in the processor's time, so that a
    busy machine fails nobody; what waits for a server is given `time.monotonic`."""
    started = clock()
    yield
    assert clock() - started < seconds
