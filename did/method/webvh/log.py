"""A did:webvh log, checked entry by entry. The first entry that is not sound ends what can be relied on.

Source: did:webvh 1.0, "Read (Resolve)"; all four leading implementations missed some of these checks (the negative
vectors of its test suite).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from did.method.webvh import parameters
from did.method.webvh.name import LOG_LIMIT_BYTES, PREFIX
from did.method.webvh.parameters import DID_KEY, Parameters
from satchel.codec import jcs, strictjson, timestamp
from satchel.codec.base import base58_encode
from satchel.errors import CodecError, DidError, KeyFault, Malformed, ProofError
from satchel.key import multikey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import DATA_INTEGRITY, Proof, proofs_of
from satchel.proof.suites import Secured
from satchel.text import for_terminal

SUITE: Final = "eddsa-jcs-2022"
PURPOSE: Final = "assertionMethod"
PLACEHOLDER: Final = "{SCID}"
# Each entry costs a signature check and two canonical forms.
ENTRIES_LIMIT: Final = 1000
PROOFS_LIMIT: Final = 10
AHEAD: Final = timedelta(minutes=5)

_MEMBERS: Final = frozenset(("versionId", "versionTime", "parameters", "state", "proof"))
_VERSION_ID: Final = re.compile(r"([1-9][0-9]{0,8})-([1-9A-HJ-NP-Za-km-z]{46})")
_SHA256: Final = b"\x12\x20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One sound entry: the document in it (`state`), and the parameters that hold after it."""

    number: int
    id: str
    time: datetime
    parameters: Parameters
    state: JsonObject

    @property
    def did(self) -> str:
        """The DID that the document says it is of."""
        return str(self.state["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check of one entry, for those who want to see it; `fault` is None when it held."""

    number: int
    check: str
    fault: DidError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What can be relied on of a log: its sound entries in order, and what is wrong with the first one that is not.

    `fault_time` is when that entry says it was made, None when nobody can tell. The approval of witnesses is another
    step (did.method.webvh.witness).
    """

    scid: str
    versions: tuple[Version, ...]
    fault: DidError | None
    fault_time: datetime | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry while it is checked. `scid` is that of the DID that was asked for, `now` when the log was fetched."""

    number: int
    value: JsonObject
    before: Version | None
    scid: str
    now: datetime
    time: datetime
    state: JsonObject
    parameters: Parameters


def read(body: bytes, *, scid: str, now: datetime) -> Log:
    """The log in these bytes, of the DID with this identifier; `now` is when they were fetched. Never raises."""
    versions: list[Version] = []
    steps: list[Step] = []
    fault, fault_time = None, None
    lines = body.removesuffix(b"\n").split(b"\n") if body.strip() else []
    if not lines or len(lines) > ENTRIES_LIMIT:
        fault = DidError("did.log_form", f"the log has no entries, or more than {ENTRIES_LIMIT}")
        lines = []
    for number, line in enumerate(lines, start=1):
        before = versions[-1] if versions else None
        check = "form"
        value: JsonObject = {}
        try:
            value = _form(line)
            steps.append(Step(number=number, check=check, fault=None))
            check = "parameters"
            entry = _open(value, number, before, scid, now)
            steps.append(Step(number=number, check=check, fault=None))
            for check, refuse in CHECKS:
                refuse(entry)
                steps.append(Step(number=number, check=check, fault=None))
        except DidError as error:
            fault = DidError(error.code, f"entry {number} of the log: {error.message}", details={"entry": number})
            fault_time = _time_of(value)
            steps.append(Step(number=number, check=check, fault=fault))
            break
        versions.append(
            Version(
                number=number,
                id=str(value["versionId"]),
                time=entry.time,
                parameters=entry.parameters,
                state=entry.state,
            )
        )
    return Log(scid=scid, versions=tuple(versions), fault=fault, fault_time=fault_time, steps=tuple(steps))


def mentions_witnesses(body: bytes) -> bool:
    """Whether any entry sets witnesses. Nothing is checked, so this only tells what to fetch."""
    for line in body.split(b"\n")[:ENTRIES_LIMIT]:
        try:
            given = strictjson.load_object(line, limit_bytes=LOG_LIMIT_BYTES).get("parameters") if line else None
        except Malformed:
            return False
        if isinstance(given, dict) and given.get("witness"):
            return True
    return False


def hash_of(value: JsonObject) -> str:
    """base58btc(multihash(sha2-256, JCS(value))): entry hashes and the SCID. Raises CodecError codec.jcs."""
    return multihash(jcs.encode(value))


def multihash(data: bytes) -> str:
    """base58btc(multihash(sha2-256, data)): also what nextKeyHashes lists of a Multikey's text."""
    return base58_encode(_SHA256 + hashlib.sha256(data).digest())


def _form(line: bytes) -> JsonObject:
    try:
        value = strictjson.load_object(line, limit_bytes=LOG_LIMIT_BYTES)
    except Malformed as fault:
        raise DidError("did.log_form", f"it is no sound JSON object: {fault.message}") from fault
    if value.keys() != _MEMBERS:
        raise DidError("did.log_form", "it has other members than the five of an entry")
    return value


def _open(value: JsonObject, number: int, before: Version | None, scid: str, now: datetime) -> _Entry:
    given, state = value["parameters"], value["state"]
    if not isinstance(given, dict) or not isinstance(state, dict):
        raise DidError("did.log_form", "its parameters or its state is not an object")
    time = _time_of(value)
    if time is None:
        raise DidError("did.log_time", "its versionTime is not a time in UTC with Z")
    found = parameters.read(given, None if before is None else before.parameters)
    return _Entry(number, value, before, scid, now, time, state, found)


def _time_of(value: JsonObject) -> datetime | None:
    text = value.get("versionTime")
    if not isinstance(text, str) or not text.endswith("Z"):
        return None
    try:
        return timestamp.parse(text)
    except CodecError:
        return None


def _check_life(entry: _Entry) -> None:
    if entry.before is not None and entry.before.parameters.deactivated:
        raise DidError("did.log_deactivated", "the DID was deactivated before it")


def _check_version(entry: _Entry) -> None:
    """Numbers run from 1 without a gap; one dash; a hash of the one permitted algorithm."""
    text = entry.value["versionId"]
    found = _VERSION_ID.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[1]) != entry.number:
        raise DidError("did.log_version", f"its versionId is not {entry.number}- and a hash")


def _check_time(entry: _Entry) -> None:
    if entry.before is not None and entry.time <= entry.before.time:
        raise DidError("did.log_time", "it is not later than the entry before it")
    if entry.time > entry.now + AHEAD:
        raise DidError("did.log_time", "its time has not come yet")


def _check_hash(entry: _Entry) -> None:
    """The hash covers the entry without its proof, chained by the previous versionId (the SCID for the first)."""
    previous = entry.parameters.scid if entry.before is None else entry.before.id
    if hash_of(_preliminary(entry, previous)) != str(entry.value["versionId"]).partition("-")[2]:
        raise DidError("did.log_hash", "its content is not what its versionId says")


def _check_scid(entry: _Entry) -> None:
    """The identifier is the hash of the first entry with the identifier replaced by the placeholder, as text."""
    if entry.before is not None:
        return
    scid = entry.parameters.scid
    if scid != entry.scid:
        raise DidError("did.log_scid", "it is of another DID than the one asked for")
    text = jcs.encode(_preliminary(entry, PLACEHOLDER)).replace(scid.encode("utf-8"), PLACEHOLDER.encode("ascii"))
    if hash_of(strictjson.load_object(text, limit_bytes=2 * LOG_LIMIT_BYTES)) != scid:
        raise DidError("did.log_scid", "the DID's identifier is not the hash of it")


def _check_state(entry: _Entry) -> None:
    """Every document has the SCID; the DID may change its place when it is portable, and then says its old name."""
    did = entry.state.get("id")
    if not isinstance(did, str) or not did.startswith(f"{PREFIX}{entry.parameters.scid}:"):
        raise DidError("did.log_state", "its document is of a DID with another identifier")
    if entry.before is None or did == entry.before.did:
        return
    if not entry.before.parameters.portable:
        raise DidError("did.log_state", "it moves a DID that is not portable")
    known = entry.state.get("alsoKnownAs")
    if not isinstance(known, list) or entry.before.did not in known:
        raise DidError("did.log_state", "it moves the DID and does not say where from")


def _check_prerotation(entry: _Entry) -> None:
    """While hashes are announced, every new key is one of theirs, and both lists are said anew."""
    if entry.before is None or not entry.before.parameters.next_key_hashes:
        return
    given = entry.value["parameters"]
    if not isinstance(given, dict) or "updateKeys" not in given or "nextKeyHashes" not in given:
        raise DidError("did.log_prerotation", "it does not set updateKeys and nextKeyHashes, as pre-rotation demands")
    for text in entry.parameters.update_keys:
        if multihash(text.encode("utf-8")) not in entry.before.parameters.next_key_hashes:
            raise DidError("did.log_prerotation", "one of its updateKeys was not announced by the entry before it")


def _check_proof(entry: _Entry) -> None:
    """Every proof is by a key that was active: the entry's own keys for the first and under pre-rotation, else those
    of the entry before."""
    before = entry.before
    own = before is None or before.parameters.next_key_hashes
    active = entry.parameters.update_keys if before is None or own else before.parameters.update_keys
    try:
        proofs = proofs_of(entry.value)
    except ProofError as fault:
        raise DidError("did.log_proof", fault.message) from fault
    if len(proofs) > PROOFS_LIMIT:
        raise DidError("did.log_proof", f"it has more than {PROOFS_LIMIT} proofs")
    secured = Secured(entry.value, PINNED)
    for proof in proofs:
        body = key_of(proof)
        if body not in active:
            raise DidError("did.log_proof", "it is signed by a key that may not sign it")
        if proof.expires is not None and proof.expires < entry.now:
            raise DidError("did.log_proof", "its proof has expired")
        if not holds(secured, proof, body):
            raise DidError("did.log_proof", "its signature is false")


CHECKS: Final[tuple[tuple[str, Callable[[_Entry], None]], ...]] = (
    ("life", _check_life),
    ("version", _check_version),
    ("time", _check_time),
    ("hash", _check_hash),
    ("scid", _check_scid),
    ("state", _check_state),
    ("prerotation", _check_prerotation),
    ("proof", _check_proof),
)
"""What an entry must stand besides its form and its parameters, in this order."""


def key_of(proof: Proof) -> str:
    """The Multikey that a proof of a log names: did:key:K#K. Raises DidError did.log_proof for any other suite,
    purpose or name; a fragment that is another key than the DID was taken by one implementation."""
    did, _, fragment = proof.verification_method.partition("#")
    if proof.type != DATA_INTEGRITY or proof.cryptosuite != SUITE:
        shown = for_terminal(f"{proof.type} {proof.cryptosuite or ''}".strip(), limit=60)
        raise DidError("did.log_proof", f"its proof is of {shown}, not of {SUITE}")
    if proof.purpose != PURPOSE or proof.previous:
        raise DidError("did.log_proof", f"its proof is not simply for {PURPOSE}")
    if did != DID_KEY + fragment:
        raise DidError("did.log_proof", "its key is not named by a did:key and itself")
    return fragment


def holds(secured: Secured, proof: Proof, body: str) -> bool:
    """Whether the proof is a signature by this Multikey. Raises DidError did.log_proof when nobody can tell."""
    try:
        return suites.verify(secured, proof, multikey.decode(body))
    except (KeyFault, ProofError, CodecError) as fault:
        raise DidError("did.log_proof", fault.message) from fault


def _preliminary(entry: _Entry, version_id: str) -> JsonObject:
    content: dict[str, JsonValue] = {name: member for name, member in entry.value.items() if name != "proof"}
    content["versionId"] = version_id
    return content
