"""What an entry of a did:webvh log may set, and what holds after it.

Source: did:webvh 1.0, "did:webvh DID Method Parameters", "The witness Parameter".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from did.method.webvh.name import METHOD
from satchel.errors import DidError, KeyFault
from satchel.key import multikey
from satchel.key.public import KeyType
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

DEFAULT_TTL: Final = 3600
TTL_LIMIT: Final = 2**31
# Nobody has more; each text costs a comparison for every key of every entry.
ITEMS_LIMIT: Final = 100
DID_KEY: Final = "did:key:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who must approve: `threshold` of these did:key DIDs."""

    threshold: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What holds after an entry. `witness` None: nobody approves."""

    scid: str
    update_keys: tuple[str, ...]
    next_key_hashes: tuple[str, ...] = ()
    witness: Witness | None = None
    watchers: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    ttl: int = DEFAULT_TTL


_NOTHING: Final = Parameters(scid="", update_keys=())


def read(value: JsonObject, before: Parameters | None) -> Parameters:
    """What holds after an entry that sets these, `before` None for the first one.

    Raises DidError did.log_method, or did.log_parameters for an unknown parameter, a wrong type or value, or one that
    this entry may not set. null stands for the default value, as early logs wrote it.
    """
    _check_method(value, is_first=before is None)
    if "updateKeys" not in value and before is None:
        raise _fault("the first entry does not set updateKeys")
    scid = value.get("scid")
    if (before is None) != isinstance(scid, str):
        raise _fault("scid stands in the first entry and in no other")
    after = before or replace(_NOTHING, scid=str(scid))
    for name, member in value.items():
        if name in ("method", "scid"):
            continue
        setter = _SETTERS.get(name)
        if setter is None:
            raise _fault(f"{for_terminal(name, limit=60)} is no parameter")
        after = setter(after, member)
    if before is not None and after.portable and not before.portable:
        raise _fault("only the first entry may make the DID portable")
    return after


def _check_method(value: JsonObject, *, is_first: bool) -> None:
    """The method is exactly a known one; with one known version it can never become lower."""
    if ("method" in value or is_first) and value.get("method") != METHOD:
        shown = for_terminal(str(value.get("method")), limit=40)
        raise DidError("did.log_method", f"the log is of the method {shown}, which is not known here")


def _update_keys(after: Parameters, value: JsonValue) -> Parameters:
    return replace(after, update_keys=_texts("updateKeys", value))


def _next_key_hashes(after: Parameters, value: JsonValue) -> Parameters:
    return replace(after, next_key_hashes=_texts("nextKeyHashes", value))


def _watchers(after: Parameters, value: JsonValue) -> Parameters:
    return replace(after, watchers=_texts("watchers", value))


def _witness(after: Parameters, value: JsonValue) -> Parameters:
    if value is None or value == {}:
        return replace(after, witness=None)
    if not isinstance(value, dict) or not value.keys() <= {"threshold", "witnesses"}:
        raise _fault("witness is not an object with threshold and witnesses")
    threshold, entries = value.get("threshold"), value.get("witnesses")
    if not isinstance(entries, list) or not 0 < len(entries) <= ITEMS_LIMIT:
        raise _fault("witness names no witnesses, or too many")
    ids = tuple(map(_witness_id, entries))
    if len(set(ids)) != len(ids):
        raise _fault("witness names the same witness twice")
    if isinstance(threshold, bool) or not isinstance(threshold, int) or not 1 <= threshold <= len(ids):
        raise _fault("the threshold of witness is not between 1 and the number of witnesses")
    return replace(after, witness=Witness(threshold=threshold, ids=ids))


def _witness_id(entry: JsonValue) -> str:
    """The DID of one witness. Its key is looked at now: one that can approve nothing would lock the log later."""
    found = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(found, str) or not found.startswith(DID_KEY):
        raise _fault("a witness is not named by a did:key")
    try:
        kind = multikey.decode(found.removeprefix(DID_KEY)).type
    except KeyFault as fault:
        raise _fault(f"a witness has no sound key: {fault.message}") from fault
    if kind is not KeyType.ED25519:
        raise _fault(f"a witness has a key of type {kind}, which makes no approvals")
    return found


def _portable(after: Parameters, value: JsonValue) -> Parameters:
    return replace(after, portable=_boolean("portable", value))


def _deactivated(after: Parameters, value: JsonValue) -> Parameters:
    return replace(after, deactivated=_boolean("deactivated", value))


def _ttl(after: Parameters, value: JsonValue) -> Parameters:
    if value is None:
        return replace(after, ttl=DEFAULT_TTL)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= TTL_LIMIT:
        raise _fault("ttl is not a number of seconds")
    return replace(after, ttl=value)


_SETTERS: Final[Mapping[str, Callable[[Parameters, JsonValue], Parameters]]] = MappingProxyType(
    {
        "updateKeys": _update_keys,
        "nextKeyHashes": _next_key_hashes,
        "witness": _witness,
        "watchers": _watchers,
        "portable": _portable,
        "deactivated": _deactivated,
        "ttl": _ttl,
    }
)


def _texts(name: str, value: JsonValue) -> tuple[str, ...]:
    members = [] if value is None else value
    if not isinstance(members, list) or len(members) > ITEMS_LIMIT:
        raise _fault(f"{name} is not a list, or too long a one")
    texts = tuple(member for member in members if isinstance(member, str) and member)
    if len(texts) != len(members):
        raise _fault(f"{name} holds something else than texts")
    return texts


def _boolean(name: str, value: JsonValue) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _fault(f"{name} is neither true nor false")
    return value


def _fault(message: str) -> DidError:
    return DidError("did.log_parameters", message)
