"""The keys of the VC API's issuer instances: one for each, made when it is first asked for and kept in HOME/keys.

They are did:key, because a test run needs no domain for them; they are for the API alone, and the issuer's own key
signs there only for the instance with a status list, which has no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from did import create
from satchel.codec import strictjson
from satchel.errors import KeyFault, Malformed
from satchel.exchange import vcapi
from satchel.exchange.vcapi import ExchangeFault, Instance
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.node import settings
from satchel.node.settings import Home
from satchel.port import Entropy, JsonObject
from satchel.proof.suites import SUITES

ROLE: Final = "vc-api"
SCHEMA: Final = "satchel.key/1"
LIMIT_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An instance with what it signs with; None when the home's own issuer signs. `did` names it."""

    instance: Instance
    did: str
    signer: LocalSigner | None


def benches(home: Home, own: str, *, entropy: Entropy) -> Mapping[str, Bench]:
    """Every instance that this installation can serve, by its name, with its key; those whose optional part is missing
    are left out. `own` is the DID of the home's own issuer.

    Raises ExchangeFault vc_api.key for a broken key file; SettingsFault.
    """
    found: dict[str, Bench] = {}
    settings.make_folder(home.keys)
    with settings.lock(home.keys / ".lock"):
        for instance in vcapi.offered(SUITES):
            if instance.has_status:
                found[instance.name] = Bench(instance=instance, did=own, signer=None)
                continue
            try:
                key = _key(home, instance, entropy)
            except KeyFault as fault:
                if fault.code != "proof.extra_missing":
                    raise
                continue
            did = create.did_key(key.public())
            signer = LocalSigner(create.did_key_method(did), key)
            found[instance.name] = Bench(instance=instance, did=did, signer=signer)
    return found


def _key(home: Home, instance: Instance, entropy: Entropy) -> PrivateKey:
    path = home.key_file(ROLE, instance.name)
    raw = settings.read_private(path, limit_bytes=LIMIT_BYTES)
    if raw is None:
        key = PrivateKey.generate(entropy, _kind(instance))
        value: JsonObject = {
            "schema": SCHEMA,
            "id": create.did_key_method(create.did_key(key.public())),
            "secretKeyMultibase": key.secret_multikey(),
        }
        settings.write_file(path, json.dumps(value, indent=1).encode() + b"\n")
        return key
    try:
        value = strictjson.load_object(raw)
        secret = value.get("secretKeyMultibase")
        key = PrivateKey.from_secret_multikey(secret if isinstance(secret, str) else "")
    except (Malformed, KeyFault) as fault:
        if fault.code == "proof.extra_missing":
            raise
        raise ExchangeFault("vc_api.key", f"{path} holds no usable key") from fault
    if value.get("schema") != SCHEMA or key.public().type is not _kind(instance):
        raise ExchangeFault("vc_api.key", f"{path} is not the key file of {instance.name}")
    return key


def _kind(instance: Instance) -> KeyType:
    """The key type that the instance names; a suite of one type alone needs no name."""
    kinds = tuple(KeyType) if instance.suite is None else tuple(SUITES[instance.suite].hashes)
    return next((kind for kind in kinds if kind == instance.key_type), kinds[0])
