"""Credentials for the story's tests, really signed and really judged, and holdings of them without a vault."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from did import create
from satchel.credential import endorsement
from satchel.credential.read import read
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from satchel.port import Did, Fetch, drive
from tests.wallet.badge import CREATED, ISSUER, LEARNER, badge, key_of, signed, to_bytes
from tests.wallet.conftest import PASSPHRASE
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES
from wallet import card as cards
from wallet.drawer import Drawer
from wallet.holding import Holding
from wallet.secret import passphrase
from wallet.service import WalletService

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOLDER = LEARNER
HOLDER_KEY = key_of("wallet tests: the learner")
SECOND = key_of("wallet tests: a second issuer")
PEER = key_of("wallet tests: a peer")
SKILL = "http://data.example/skill/tides"
RESULT: dict[str, Any] = {"type": ["Result"], "resultDescription": "urn:uuid:r1", "value": "88"}
EVIDENCE: dict[str, Any] = {"type": ["Evidence"], "name": "A plan", "narrative": "Drawn in May."}


def did_of(key: PrivateKey) -> Did:
    return create.did_key(key.public())


def signer_of(key: PrivateKey) -> LocalSigner:
    return LocalSigner(create.did_key_method(did_of(key)), key)


def skilled(
    number: int = 1,
    *,
    skills: dict[str, str] | None = None,
    tags: list[str] | None = None,
    result: bool = False,
    key: PrivateKey = ISSUER,
    subject: str = HOLDER,
    **changes: Any,
) -> dict[str, Any]:
    """An unsigned badge of this issuer, aligned with skills (address -> name), tagged, with a result or without."""
    document = badge(number, **changes)
    document["issuer"] = {"id": did_of(key), "type": ["Profile"], "name": f"Invented college {did_of(key)[-4:]}"}
    holder = dict(document["credentialSubject"]) | {"id": subject}
    achievement = dict(holder["achievement"]) | {"id": f"https://college.example/achievements/{number}"}
    if skills is None:
        skills = {SKILL: "Reads tide tables"}
    if skills:
        achievement["alignment"] = [
            {"type": ["Alignment"], "targetName": name, "targetUrl": url, "targetFramework": "Coastal skills"}
            for url, name in skills.items()
        ]
    if tags:
        achievement["tag"] = tags
    if result:
        achievement["resultDescription"] = [
            {"id": "urn:uuid:r1", "type": ["ResultDescription"], "name": "Final plan", "resultType": "Percent"}
        ]
        holder["result"] = [RESULT]
    document["credentialSubject"] = holder | {"achievement": achievement}
    return document


def endorsed(target: str, *, key: PrivateKey = PEER, comment: str = "Seen it.", **changes: Any) -> dict[str, Any]:
    """An unsigned endorsement."""
    number = hashlib.sha256(f"{target}{comment}".encode()).hexdigest()[:12]
    made: dict[str, Any] = endorsement.compose(
        id=f"urn:uuid:00000000-0000-4000-8000-{number}",
        endorser=did_of(key),
        endorser_name="A peer",
        target=target,
        name="Endorsement of a badge",
        comment=comment,
        created=CREATED,
    )
    return made | changes


def held(document: dict[str, Any], *, key: PrivateKey = ISSUER, now: datetime = NOW) -> Holding:
    """The document signed by the key, judged for real, with the card that the wallet would make of it."""
    return held_bytes(to_bytes(signed(document, key=key)), now=now)


def held_bytes(raw: bytes, *, now: datetime = NOW, name: str = "") -> Holding:
    """A holding of these bytes."""
    envelope = read(raw, name=name)
    policy = POLICIES["default"]
    materials = drive(gather(envelope, policy, Asked(), now, OfflineFetch()))
    report = judge(envelope, materials, policy, Asked())
    card = cards.of(bytes.fromhex(envelope.digest[:32]), envelope, report, now=now)
    return Holding(card=card, envelope=envelope)


@asynccontextmanager
async def open_wallet(home: Home, *, fetch: Fetch | None = None) -> AsyncIterator[tuple[WalletService, Drawer]]:
    """The unlocked wallet of a test's home, and its drawer."""
    async with (
        WalletService.unlock(home, passphrase(PASSPHRASE), fetch=fetch or OfflineFetch()) as wallet,
        Drawer.open(home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        yield wallet, drawer


async def keep(wallet: WalletService, *files: bytes) -> list[str]:
    """The ids of these files, kept in the wallet whatever the verifier says."""
    added = [await wallet.add(raw, now=NOW, keep_rejected=True) for raw in files]
    return [one.card.id for one in added if one.card is not None]


def badge_about(subject: str, number: int = 1, **changes: Any) -> bytes:
    """A signed badge about this DID."""
    return to_bytes(signed(skilled(number, subject=subject, **changes)))
