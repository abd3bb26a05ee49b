"""Who the issuer is to the world: its DID, the keys that sign for it, and the log of a did:webvh.

All of it is one file, HOME/keys/issuer-did.json, replaced as a whole, so that a rotation is done or not done. A home of
before that file is a did:web with its one key. The secrets are files of their own (issuer.keys); the one that may sign
the next change of a did:webvh can be kept elsewhere until it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from did import create
from did.method.webvh import write
from did.method.webvh.write import Change
from did.syntax import parse
from issuer import keys
from satchel.codec import strictjson, timestamp
from satchel.errors import CodecError, IssueFault
from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import settings
from satchel.node.settings import Home
from satchel.port import Did, DidUrl, Entropy, JsonObject, JsonValue

SCHEMA: Final = "satchel.issuer_did/1"
FILE: Final = "issuer-did.json"
LIMIT_BYTES: Final = 2 * 1024 * 1024
FIRST_KEY: Final = "key-1"

Method: TypeAlias = Literal["webvh", "web"]
State: TypeAlias = Literal["active", "retired", "compromised"]
_STATES: Final[Mapping[str, State]] = {state: state for state in get_args(State)}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """One key of the DID document. `active` signs; `retired` signs no more, and stays authorised for what it signed;
    `compromised` is marked as revoked since `until` and authorised for nothing."""

    name: str
    state: State
    multikey: str
    since: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateKeys:
    """Whose secrets change a did:webvh: the one that signed the last entry, and the one announced for the next."""

    active: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The issuer's DID. `update` and `log` are those of a did:webvh; a did:web has None and nothing."""

    did: Did
    keys: tuple[IssuerKey, ...]
    update: UpdateKeys | None = None
    log: bytes = b""

    @property
    def active(self) -> IssuerKey:
        """The one key that signs."""
        return next(key for key in self.keys if key.state == "active")

    @property
    def trusted(self) -> tuple[str, ...]:
        """The Multikeys whose signatures are this issuer's own."""
        return tuple(key.multikey for key in self.keys if key.state != "compromised")

    @property
    def is_ended(self) -> bool:
        """Whether the DID was given up."""
        last = self.log.rstrip(b"\n").rpartition(b"\n")[2]
        return bool(last) and write.is_end(last)

    def files(self) -> Mapping[str, bytes]:
        """What the world reads, by file name: did.json, and did.jsonl beside it. The did:web beside a DID that was
        given up has no log to say so: it keeps its keys, for nothing."""
        state = _document(self.did, self.keys)
        if self.update is None:
            return {"did.json": _pretty(state)}
        if self.is_ended:
            state |= {"authentication": [], "assertionMethod": []}
        return {"did.jsonl": self.log, "did.json": _pretty(write.parallel_web(state))}


def read(home: Home, origin: str, key: str) -> Identity | None:
    """The identity of the home; None when a home without the file has no key file either.

    `origin` and `key` are the settings of a home of before that file. Raises IssueFault issue.key for a broken file.
    """
    path = home.keys / FILE
    raw = settings.read_private(path, limit_bytes=LIMIT_BYTES)
    if raw is not None:
        return _from_json(strictjson.load_object(raw), str(path))
    did = create.did_web(origin)
    signer = keys.read_key(home, did, key)
    if signer is None:
        return None
    return Identity(did=did, keys=(IssuerKey(name=key, state="active", multikey=signer.public(), since=None),))


def found(home: Home, origin: str, method: Method, *, now: datetime, entropy: Entropy) -> Identity:
    """A new identity with its secrets in HOME/keys; what a founding that was stopped half-way has left is taken up.

    Raises IssueFault issue.key, DidError did.invalid for an origin that no DID may name.
    """
    if (present := read(home, origin, FIRST_KEY)) is not None:
        return present
    web = create.did_web(origin)
    signing = PrivateKey.generate(entropy)
    if method == "web":
        keys.write_key(home, DidUrl(f"{web}#{FIRST_KEY}"), signing)
        return Identity(did=web, keys=(_new_key(FIRST_KEY, signing, None),))
    update = UpdateKeys(active="update-1", next="update-2")
    secrets = {name: PrivateKey.generate(entropy) for name in (update.active, update.next)}
    first = _new_key(FIRST_KEY, signing, now)
    placeholder = Did(f"did:webvh:{{SCID}}:{parse(web).id}")
    did, log = write.create(
        _document(placeholder, (first,)),
        signer=_update_signer(secrets[update.active]),
        now=now,
        next_keys=(multikey.encode(secrets[update.next].public()),),
    )
    for name, secret in {FIRST_KEY: signing, **secrets}.items():
        # Nothing was published under the DID of a founding that left its secrets and no identity.
        home.key_file(keys.ROLE, name).unlink(missing_ok=True)
        keys.write_key(home, DidUrl(f"{did}#{name}"), secret)
    identity = Identity(did=did, keys=(first,), update=update, log=log)
    _save(home, identity)
    return identity


def rotate(home: Home, identity: Identity, *, now: datetime, entropy: Entropy, is_compromised: bool) -> Identity:
    """The identity with a new signing key; the one of before is retired, or marked as compromised.

    A did:webvh gets an entry signed by the announced update key, and announces another. Raises IssueFault issue.key
    when the secret of the announced key is not in HOME/keys, DidError for a log that was given up.
    """
    old = identity.active
    state: State = "compromised" if is_compromised else "retired"
    name = _free_name(home, identity, "key")
    secret = _secret(home, identity.did, name, entropy)
    rows = tuple(replace(key, state=state, until=now) if key is old else key for key in identity.keys)
    changed = replace(identity, keys=(*rows, _new_key(name, secret, now)))
    if identity.update is not None:
        signer = _announced(home, identity)
        following = _free_name(home, identity, "update")
        announced = multikey.encode(_secret(home, identity.did, following, entropy).public())
        change = Change(
            state=_document(identity.did, changed.keys), update_keys=(signer.public(),), next_keys=(announced,)
        )
        changed = replace(
            changed,
            update=UpdateKeys(active=identity.update.next, next=following),
            log=write.update(identity.log, change, signer=signer, now=now),
        )
    _save(home, changed)
    return changed


def deactivate(home: Home, identity: Identity, *, now: datetime) -> Identity:
    """The identity after its end. Raises IssueFault issue.key for a did:web, which has no way to say so, and as
    `rotate`."""
    if identity.update is None:
        raise IssueFault("issue.key", f"{identity.did} has no log that could say that it ends")
    changed = replace(identity, log=write.deactivate(identity.log, signer=_announced(home, identity), now=now))
    _save(home, changed)
    return changed


def table(identity: Identity) -> tuple[JsonObject, ...]:
    """The key table for a person to read: signing keys with their states, and who may change a did:webvh."""
    rows: list[JsonObject] = [
        {
            "name": key.name,
            "state": key.state,
            "use": "signing",
            "publicKeyMultibase": key.multikey,
            "since": None if key.since is None else timestamp.render(key.since),
            "until": None if key.until is None else timestamp.render(key.until),
        }
        for key in identity.keys
    ]
    if identity.update is not None:
        rows.append({"name": identity.update.active, "state": "active", "use": "update"})
        rows.append({"name": identity.update.next, "state": "next", "use": "update"})
    return tuple(rows)


def _new_key(name: str, secret: PrivateKey, since: datetime | None) -> IssuerKey:
    return IssuerKey(name=name, state="active", multikey=multikey.encode(secret.public()), since=since)


def _free_name(home: Home, identity: Identity, kind: str) -> str:
    """The next name of this kind; one whose secret a rotation that was stopped has left is used."""
    used = {key.name for key in identity.keys}
    if identity.update is not None:
        used |= {identity.update.active, identity.update.next}
    number = max((int(name.rpartition("-")[2]) for name in used if name.startswith(f"{kind}-")), default=1)
    return f"{kind}-{number + 1}"


def _secret(home: Home, did: Did, name: str, entropy: Entropy) -> PrivateKey:
    present = keys.read_secret(home, did, name)
    if present is None:
        present = PrivateKey.generate(entropy)
        keys.write_key(home, DidUrl(f"{did}#{name}"), present)
    return present


def _announced(home: Home, identity: Identity) -> LocalSigner:
    """The signer of the announced update key."""
    name = "" if identity.update is None else identity.update.next
    secret = keys.read_secret(home, identity.did, name)
    if secret is None:
        raise IssueFault(
            "issue.key",
            f"{home.key_file(keys.ROLE, name)} is missing",
            next_step="Bring the file back from where you keep it; it may sign the next change.",
        )
    return _update_signer(secret)


def _update_signer(secret: PrivateKey) -> LocalSigner:
    return LocalSigner(write.update_signer_id(multikey.encode(secret.public())), secret)


def _document(did: Did, rows: tuple[IssuerKey, ...]) -> JsonObject:
    """The DID document: every key, with the mark of a compromised one, and for what each is."""
    parsed_id = did.removeprefix("did:")
    method, _, rest = parsed_id.partition(":")
    authorised: list[JsonValue] = [f"{did}#{key.name}" for key in rows if key.state != "compromised"]
    document: JsonObject = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
    }
    if method == "webvh":
        document["alsoKnownAs"] = [f"did:web:{rest.partition(':')[2]}"]
    return document | {
        "verificationMethod": [_method(did, key) for key in rows],
        "authentication": authorised,
        "assertionMethod": [*authorised],
    }


def _method(did: Did, key: IssuerKey) -> JsonObject:
    method: JsonObject = {
        "id": f"{did}#{key.name}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.multikey,
    }
    if key.state == "compromised" and key.until is not None:
        method["revoked"] = timestamp.render(key.until)
    return method


def _save(home: Home, identity: Identity) -> None:
    value: JsonObject = {
        "schema": SCHEMA,
        "did": identity.did,
        "keys": [row for row in table(identity) if row["use"] == "signing"],
        "update": None if identity.update is None else {"active": identity.update.active, "next": identity.update.next},
        "log": identity.log.decode("utf-8"),
    }
    settings.write_file(home.keys / FILE, _pretty(value))


def _from_json(value: JsonObject, path: str) -> Identity:
    rows, update, log = value.get("keys"), value.get("update"), value.get("log")
    try:
        if value.get("schema") != SCHEMA or not isinstance(rows, list) or not isinstance(log, str):
            raise ValueError("it has another form")
        found = Identity(
            did=parse(str(value.get("did"))).did,
            keys=tuple(_key(row) for row in rows),
            update=None
            if not isinstance(update, dict)
            else UpdateKeys(active=str(update["active"]), next=str(update["next"])),
            log=log.encode("utf-8"),
        )
        _ = found.active
    except (ValueError, KeyError, StopIteration, CodecError) as fault:
        raise IssueFault("issue.key", f"{path} is no record of a DID: {fault}") from fault
    return found


def _key(row: JsonValue) -> IssuerKey:
    if not isinstance(row, dict):
        raise ValueError("a key is not an object")
    return IssuerKey(
        name=str(row["name"]),
        state=_STATES[str(row["state"])],
        multikey=str(row["publicKeyMultibase"]),
        since=_moment(row.get("since")),
        until=_moment(row.get("until")),
    )


def _moment(value: JsonValue) -> datetime | None:
    return None if value is None else timestamp.parse(str(value))


def _pretty(value: JsonObject) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
