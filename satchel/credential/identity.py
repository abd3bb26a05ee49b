"""IdentityObject: a person named by a salted hash, so that a public badge does not show an e-mail address.

Source: Open Badges 3.0 IdentityObject. `identityHash` is `sha256$` or `md5$` and the hex hash of identifier and salt,
both as UTF-8; without `hashed` it is the identifier itself.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from satchel.port import JsonObject

Match: TypeAlias = Literal["same", "weak", "other", "unsupported"]

EMAIL_TYPES: Final = frozenset({"email", "emailAddress"})

_HASHED: Final = re.compile(r"(sha256|md5)\$([0-9a-f]+)", re.IGNORECASE)


def hash(identifier: str, salt: str) -> str:
    """The `identityHash` of an identifier: `sha256$` and 64 hex digits. MD5 is read, never written."""
    return "sha256$" + hashlib.sha256((identifier + salt).encode("utf-8")).hexdigest()


def compose(identifier: str, *, identity_type: str, salt: str) -> JsonObject:
    """The IdentityObject of an identifier. Without a salt an e-mail address is guessed in seconds, so one is asked."""
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": hash(identifier, salt),
        "identityType": identity_type,
        "salt": salt,
    }


def compare(identity: JsonObject, identifier: str) -> Match:
    """Whether the IdentityObject names this identifier; `weak` when it does by MD5 or without a salt.

    `unsupported` is one that cannot be read. The identity type is NOT looked at: the caller picks those that fit.
    """
    stated, salt, hashed = identity.get("identityHash"), identity.get("salt", ""), identity.get("hashed")
    if not isinstance(stated, str) or not isinstance(salt, str) or not isinstance(hashed, bool):
        return "unsupported"
    if not hashed:
        return "same" if stated == identifier else "other"
    form = _HASHED.fullmatch(stated)
    if form is None:
        return "unsupported"
    name, text = form[1].lower(), (identifier + salt).encode("utf-8")
    digest = hashlib.sha256(text) if name == "sha256" else hashlib.md5(text, usedforsecurity=False)
    if not hmac.compare_digest(digest.hexdigest(), form[2].lower()):
        return "other"
    return "same" if name == "sha256" and salt else "weak"


def matches(identity: JsonObject, identifier: str) -> bool:
    """Whether the IdentityObject names this identifier, also by a weak hash."""
    return compare(identity, identifier) in ("same", "weak")


def identities(subject: JsonObject, types: frozenset[str]) -> Sequence[JsonObject]:
    """The IdentityObjects of a subject whose `identityType` is one of `types`."""
    given = subject.get("identifier")
    items = given if isinstance(given, list) else [given]
    return tuple(item for item in items if isinstance(item, dict) and item.get("identityType") in types)
