"""The issuer's secret files in HOME/keys: the signing key, and the secret under which rows are named."""

from __future__ import annotations

import json
from typing import Final

from did.syntax import split_url
from satchel.codec import strictjson
from satchel.errors import IssueFault, KeyFault
from satchel.key import published
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import settings
from satchel.node.settings import Home
from satchel.port import Did, DidUrl, Entropy

SCHEMA: Final = "satchel.key/1"
LIMIT_BYTES: Final = 16 * 1024
ROLE: Final = "issuer"
ROW_SECRET: Final = "issuer-rows.secret"
ROW_SECRET_BYTES: Final = 32


def write_key(home: Home, key_id: DidUrl, key: PrivateKey) -> None:
    """Puts the secret key into HOME/keys, mode 0600. An existing key is never overwritten: IssueFault issue.key."""
    path = home.key_file(ROLE, split_url(key_id)[3] or "key")
    if settings.check_private(path):
        raise IssueFault("issue.key", f"{path} exists already")
    settings.make_folder(path.parent)
    value = {"schema": SCHEMA, "id": key_id, "secretKeyMultibase": key.secret_multikey()}
    settings.write_file(path, json.dumps(value, indent=1).encode() + b"\n")


def read_key(home: Home, did: Did, fragment: str) -> LocalSigner | None:
    """The signer of HOME/keys, None when there is no key file. Raises IssueFault as `read_secret`."""
    secret = read_secret(home, did, fragment)
    return None if secret is None else LocalSigner(f"{did}#{fragment}", secret)


def read_secret(home: Home, did: Did, fragment: str) -> PrivateKey | None:
    """The secret key of HOME/keys, None when there is no key file.

    Raises IssueFault issue.key for a broken file or a key of another DID, issue.key_published for a key whose secret
    stands in public documents.
    """
    path = home.key_file(ROLE, fragment)
    raw = settings.read_private(path, limit_bytes=LIMIT_BYTES)
    if raw is None:
        return None
    value = strictjson.load_object(raw)
    secret = value.get("secretKeyMultibase")
    if value.get("schema") != SCHEMA or not isinstance(secret, str):
        raise IssueFault("issue.key", f"{path} is no key file")
    if value.get("id") != f"{did}#{fragment}":
        raise IssueFault("issue.key", f"{path} holds the key of another id than {did}#{fragment}")
    try:
        key = PrivateKey.from_secret_multikey(secret)
    except KeyFault as fault:
        raise IssueFault("issue.key", f"{path} holds no usable key") from fault
    if (leak := published.find(key.public())) is not None:
        raise IssueFault("issue.key_published", f"the key of {path} is published in {leak.source}")
    return key


def row_secret(home: Home, entropy: Entropy) -> bytes:
    """The secret under which rows are named in the database; made once. A copied database alone then tells nobody's
    address, however short the list of guesses."""
    path = home.keys / ROW_SECRET
    settings.make_folder(path.parent)
    with settings.lock(home.keys / ".lock"):
        found = settings.read_private(path, limit_bytes=ROW_SECRET_BYTES)
        if found is None:
            found = entropy(ROW_SECRET_BYTES)
            settings.write_file(path, found)
    if len(found) != ROW_SECRET_BYTES:
        raise IssueFault("issue.key", f"{path} is not {ROW_SECRET_BYTES} bytes long")
    return found
