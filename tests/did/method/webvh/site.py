"""A loopback for logs: files as a mirror folder has them, and keys that make the same log every time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from did import resolve
from did.method.webvh import name, write
from did.syntax import parse
from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node.mirror import MirrorFetch
from satchel.port import Did, JsonObject, drive

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLACE = "issuer.example"


def key(number: int) -> PrivateKey:
    return PrivateKey.from_seed(bytes([number]) * 31 + b"\x07")


def text(number: int) -> str:
    return multikey.encode(key(number).public())


def signer(number: int) -> LocalSigner:
    return LocalSigner(write.update_signer_id(text(number)), key(number))


def state(place: str = PLACE, *keys: int, did: str = "") -> JsonObject:
    """A document with a signing key for each number, under the placeholder or a DID."""
    named = did or f"did:webvh:{{SCID}}:{place}"
    ids = [f"{named}#k{number}" for number in keys]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": named,
        "verificationMethod": [
            {"id": method_id, "type": "Multikey", "controller": named, "publicKeyMultibase": text(number)}
            for method_id, number in zip(ids, keys, strict=True)
        ],
        "assertionMethod": [*ids],
    }


def publish(folder: Path, did: str, log: bytes, witnesses: bytes | None = None) -> None:
    for request, body in ((name.log_request(parse(did)), log), (name.witness_request(parse(did)), witnesses)):
        if body is not None:
            path = folder / request.url.removeprefix("https://").replace(":", "%3A")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)


def look_up(
    folder: Path,
    did: str,
    *,
    version_id: str | None = None,
    version_time: datetime | None = None,
    version_number: int | None = None,
    now: datetime = NOW,
) -> resolve.Resolution:
    return drive(
        resolve.resolve(
            Did(did),
            fetch=MirrorFetch(folder, now),
            version_id=version_id,
            version_time=version_time,
            version_number=version_number,
        )
    )
