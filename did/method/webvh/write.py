"""Making did:webvh logs: create, update, rotate, deactivate, and the approvals of witnesses.

Each function gives whole files and has read them back as a resolver would, so that nothing is published that others
refuse. Keeping secrets, and publishing approvals before the log, is the caller's. Source: did:webvh 1.0, "Create",
"Update", "Deactivate", "Publishing a Parallel did:web DID".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from did.method import web
from did.method.webvh import log as logs
from did.method.webvh import name
from did.method.webvh.log import PLACEHOLDER, PURPOSE, SUITE, Log
from did.method.webvh.name import METHOD, PREFIX
from did.method.webvh.parameters import DID_KEY, Witness
from did.syntax import parse
from satchel.codec import strictjson, timestamp
from satchel.errors import DidError, Malformed
from satchel.port import Did, JsonObject, JsonValue, Signer
from satchel.proof import suites

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry changes; None leaves a thing as it is. `next_keys` are Multikeys whose hashes are announced (()
    ends pre-rotation), `witness` "none" ends witnessing."""

    state: JsonObject | None = None
    update_keys: tuple[str, ...] | None = None
    next_keys: tuple[str, ...] | None = None
    witness: Witness | str | None = None
    watchers: tuple[str, ...] | None = None
    ttl: int | None = None
    deactivated: bool = False


def create(
    state: JsonObject,
    *,
    signer: Signer,
    now: datetime,
    next_keys: Sequence[str] = (),
    witness: Witness | None = None,
    watchers: Sequence[str] = (),
    portable: bool = False,
    ttl: int | None = None,
) -> tuple[Did, bytes]:
    """The DID and its log with one entry.

    `state` is the document with the text {SCID} wherever the identifier will stand (`did:webvh:{SCID}:HOST`). The
    signer's key is the update key; its id must be that of `update_signer_id`. Raises DidError did.log_writer, or what
    a resolver would raise.
    """
    parameters: JsonObject = {"method": METHOD, "scid": PLACEHOLDER, "updateKeys": [signer.public()]}
    if portable:
        parameters["portable"] = True
    change = Change(next_keys=tuple(next_keys) or None, witness=witness, watchers=tuple(watchers) or None, ttl=ttl)
    parameters |= _parameters(change)
    preliminary: JsonObject = {
        "versionId": PLACEHOLDER,
        "versionTime": timestamp.render(now.replace(microsecond=0)),
        "parameters": parameters,
        "state": state,
    }
    scid = logs.hash_of(preliminary)
    text = json.dumps(preliminary, ensure_ascii=False).replace(PLACEHOLDER, scid)
    entry = strictjson.load_object(text.encode("utf-8"))
    body = _signed(entry, 1, previous=scid, signer=signer, now=now)
    log = _read_back(body, scid, now)
    did = Did(log.versions[0].did)
    name.place_of(parse(did))
    return did, body


def update(body: bytes, change: Change, *, signer: Signer, now: datetime) -> bytes:
    """The log with one more entry. The signer's key must be active: under pre-rotation one of the new update keys.

    The time of the entry is `now`, or a second after the last one when that is later. Raises DidError did.log_writer
    for a log that is not sound or has ended, or what a resolver would raise.
    """
    log = _sound(body, now)
    last = log.versions[-1]
    parameters = _parameters(change)
    if last.parameters.next_key_hashes and ("updateKeys" not in parameters or "nextKeyHashes" not in parameters):
        raise DidError("did.log_writer", "under pre-rotation each entry names its update keys and the next ones")
    moment = max(now.replace(microsecond=0), last.time + _SECOND)
    entry: JsonObject = {
        "versionId": last.id,
        "versionTime": timestamp.render(moment),
        "parameters": parameters,
        "state": last.state if change.state is None else change.state,
    }
    longer = body.removesuffix(b"\n") + b"\n" + _signed(entry, last.number + 1, last.id, signer, moment)
    _read_back(longer, log.scid, now)
    return longer


def deactivate(body: bytes, *, signer: Signer, now: datetime) -> bytes:
    """The log with its end. Under pre-rotation that takes two entries: the first ends pre-rotation with the announced
    key of the signer, the second gives up the DID. Raises DidError as `update`."""
    if _sound(body, now).versions[-1].parameters.next_key_hashes:
        body = update(body, Change(update_keys=(signer.public(),), next_keys=()), signer=signer, now=now)
    return update(body, Change(update_keys=(), deactivated=True), signer=signer, now=now)


def approval(version_id: str, *, signer: Signer, now: datetime) -> JsonObject:
    """The entry of did-witness.json in which a witness approves this version and all before it."""
    signed = suites.sign({"versionId": version_id}, suite=SUITE, signer=signer, created=now, purpose=PURPOSE)
    return {"versionId": version_id, "proof": [signed["proof"]]}


def witness_file(approvals: Sequence[JsonObject]) -> bytes:
    """did-witness.json of these approvals, one entry a version."""
    by_version: dict[str, list[JsonValue]] = {}
    for one in approvals:
        proofs = one["proof"]
        by_version.setdefault(str(one["versionId"]), []).extend(proofs if isinstance(proofs, list) else [proofs])
    entries = [{"versionId": version_id, "proof": proofs} for version_id, proofs in by_version.items()]
    return json.dumps(entries, indent=1).encode("utf-8") + b"\n"


def parallel_web(state: JsonObject) -> JsonObject:
    """The document of the did:web beside a did:webvh: the same under the other name, each known by the other.

    The implicit services (files, whois) are written out, as the standard demands. Raises DidError did.invalid.
    """
    parsed = parse(str(state.get("id")))
    scid, did = name.scid_of(parsed), name.web_did(parsed)
    text = json.dumps(state, ensure_ascii=False).replace(f"{PREFIX}{scid}:", "did:web:")
    document = strictjson.load_object(text.encode("utf-8"))
    services = document.get("service")
    listed = list(services) if isinstance(services, list) else []
    origin, path = web.base_of(parsed, name.place_of(parsed))
    present = {one.get("id") for one in listed if isinstance(one, dict)}
    for fragment, service in _implicit_services(f"{origin}{path}").items():
        if not present & {fragment, did + fragment}:
            listed.append({"id": did + fragment, **service})
    document["service"] = listed
    names = state.get("alsoKnownAs")
    others = [one for one in (names if isinstance(names, list) else []) if one not in (did, parsed.did)]
    document["alsoKnownAs"] = [parsed.did, *others]
    return document


def key_hash(multikey: str) -> str:
    """What nextKeyHashes says of a key."""
    return logs.multihash(multikey.encode("utf-8"))


def update_signer_id(multikey: str) -> str:
    """The id that a Signer of log entries has: the did:key of its key and itself."""
    return f"{DID_KEY}{multikey}#{multikey}"


def _implicit_services(base: str) -> dict[str, JsonObject]:
    return {
        "#files": {"type": "relativeRef", "serviceEndpoint": f"{base}/"},
        "#whois": {
            "@context": "https://identity.foundation/linked-vp/contexts/v1",
            "type": "LinkedVerifiablePresentation",
            "serviceEndpoint": f"{base}/whois.vp",
        },
    }


def _parameters(change: Change) -> JsonObject:
    found: JsonObject = {}
    if change.update_keys is not None:
        found["updateKeys"] = [*change.update_keys]
    if change.next_keys is not None:
        found["nextKeyHashes"] = [key_hash(multikey) for multikey in change.next_keys]
    if isinstance(change.witness, Witness):
        found["witness"] = {
            "threshold": change.witness.threshold,
            "witnesses": [{"id": one} for one in change.witness.ids],
        }
    elif change.witness is not None:
        found["witness"] = {}
    if change.watchers is not None:
        found["watchers"] = [*change.watchers]
    if change.ttl is not None:
        found["ttl"] = change.ttl
    if change.deactivated:
        found["deactivated"] = True
    return found


def _signed(entry: JsonObject, number: int, previous: str, signer: Signer, now: datetime) -> bytes:
    """One line: the entry under its versionId, with a proof."""
    if signer.id != update_signer_id(signer.public()):
        raise DidError("did.log_writer", "log entries are signed under the did:key of their key")
    entry = {**entry, "versionId": f"{number}-{logs.hash_of({**entry, 'versionId': previous})}"}
    signed = suites.sign(entry, suite=SUITE, signer=signer, created=now.replace(microsecond=0), purpose=PURPOSE)
    line: JsonObject = {**entry, "proof": [signed["proof"]]}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _sound(body: bytes, now: datetime) -> Log:
    log = _read_back(body, scid_in(body), now)
    if log.versions[-1].parameters.deactivated:
        raise DidError("did.log_writer", "the DID has been deactivated")
    return log


def is_end(line: bytes) -> bool:
    """Whether this entry gives the DID up. Raises DidError did.log_writer when it is none."""
    try:
        parameters = strictjson.load_object(line).get("parameters")
    except Malformed as fault:
        raise DidError("did.log_writer", "the log cannot be read") from fault
    return isinstance(parameters, dict) and parameters.get("deactivated") is True


def scid_in(body: bytes) -> str:
    """The identifier that the first entry of a log says it has. Raises DidError did.log_writer."""
    try:
        parameters = strictjson.load_object(body.split(b"\n", 1)[0]).get("parameters")
        found = parameters.get("scid") if isinstance(parameters, dict) else None
    except Malformed as fault:
        raise DidError("did.log_writer", "the log cannot be read") from fault
    if not isinstance(found, str):
        raise DidError("did.log_writer", "the log has no identifier")
    return found


def _read_back(body: bytes, scid: str, now: datetime) -> Log:
    """The log as a resolver reads it; witnesses approve it afterwards. Raises its fault."""
    log = logs.read(body, scid=scid, now=now)
    if log.fault is not None:
        raise log.fault
    return log
