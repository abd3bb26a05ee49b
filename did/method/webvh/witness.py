"""The approvals of a log by its witnesses.

Source: did:webvh 1.0, "DID Witnesses": a proof is over {"versionId": ID}, approves that entry and all before it, and
counts only when the entry is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from did.method.webvh import log as logs
from did.method.webvh.log import Log, Step, Version
from did.method.webvh.name import WITNESS_LIMIT_BYTES
from did.method.webvh.parameters import DID_KEY, Witness
from satchel.codec import strictjson
from satchel.errors import DidError, Malformed, ProofError
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured

PROOFS_LIMIT: Final = 1000


def is_witnessed(log: Log) -> bool:
    """Whether any entry needs approval, so that the file of proofs must be read."""
    return any(witness is not None for witness in required(log))


def required(log: Log) -> tuple[Witness | None, ...]:
    """For each entry who must approve it: the witnesses before it. The first ones are active at once; a replacement,
    and an end, must still be approved by those whom it replaces."""
    found: list[Witness | None] = []
    before: Witness | None = None
    for version in log.versions:
        found.append(before or version.parameters.witness)
        before = version.parameters.witness
    return tuple(found)


def approved(log: Log, body: bytes) -> Log:
    """The log up to the first entry that lacks approvals; `body` is its did-witness.json. Never raises."""
    needs = required(log)
    known = {one for witness in needs if witness is not None for one in witness.ids}
    steps = list(log.steps)
    try:
        by_version = _approvals(_read(body), log.versions, known)
    except DidError as fault:
        return _cut(log, needs, fault, steps)
    later: set[str] = set()
    covered: dict[int, frozenset[str]] = {}
    for version in reversed(log.versions):
        later |= by_version.get(version.id, set())
        covered[version.number] = frozenset(later)
    for version, witness in zip(log.versions, needs, strict=True):
        if witness is None:
            continue
        count = len(covered[version.number] & set(witness.ids))
        if count < witness.threshold:
            short = DidError(
                "did.log_witness",
                f"entry {version.number} of the log: {count} of the {witness.threshold} approvals that it needs",
                details={"entry": version.number},
            )
            return _end(log, version, short, steps)
        steps.append(Step(number=version.number, check="witness", fault=None))
    return replace(log, steps=tuple(steps))


def unapproved(log: Log, fault: DidError) -> Log:
    """The log when its file of proofs could not be had: up to the first entry that needs one."""
    return _cut(log, required(log), fault, list(log.steps))


def _cut(log: Log, needs: tuple[Witness | None, ...], fault: DidError, steps: list[Step]) -> Log:
    for version, witness in zip(log.versions, needs, strict=True):
        if witness is not None:
            return _end(log, version, fault, steps)
    return log


def _end(log: Log, version: Version, fault: DidError, steps: list[Step]) -> Log:
    steps.append(Step(number=version.number, check="witness", fault=fault))
    return replace(
        log, versions=log.versions[: version.number - 1], fault=fault, fault_time=version.time, steps=tuple(steps)
    )


def _read(body: bytes) -> list[JsonObject]:
    try:
        value = strictjson.loads(body, limit_bytes=WITNESS_LIMIT_BYTES)
    except Malformed as fault:
        raise DidError("did.log_witness", f"the file of approvals is no sound JSON: {fault.message}") from fault
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else None
    if entries is None or not isinstance(value, list) or len(entries) != len(value):
        raise DidError("did.log_witness", "the file of approvals is not a list of objects")
    return entries


def _approvals(entries: list[JsonObject], versions: tuple[Version, ...], known: set[str]) -> Mapping[str, set[str]]:
    """For each published versionId the witnesses with a good proof. Proofs by others, for unpublished entries and
    false ones count for nothing: their controller may have left them there."""
    published = {version.id for version in versions}
    found: dict[str, set[str]] = {}
    looked_at = 0
    for entry in entries:
        version_id = entry.get("versionId")
        if not isinstance(version_id, str) or version_id not in published:
            continue
        for one in _proofs(entry.get("proof")):
            looked_at += 1
            if looked_at > PROOFS_LIMIT:
                raise DidError("did.log_witness", f"the file of approvals has more than {PROOFS_LIMIT} proofs")
            witness = _good(version_id, one)
            if witness in known:
                found.setdefault(version_id, set()).add(witness)
    return found


def _proofs(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _good(version_id: str, one: JsonValue) -> str:
    """The did:key whose good proof this is, else nothing."""
    document: JsonObject = {"versionId": version_id, "proof": one}
    try:
        (proof,) = proofs_of(document)
        body = logs.key_of(proof)
        return DID_KEY + body if logs.holds(Secured(document, PINNED), proof, body) else ""
    except (ProofError, DidError):
        return ""
