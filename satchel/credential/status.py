"""The status entries of a credential, and the lists of bits that most of them point at.

Bitstring Status List 1.0 (W3C Recommendation, §2, §3) is read and written; its drafts StatusList2021 and
RevocationList2020, which differ in names and in the spelling of the encoded list, are read. What an entry of another
family points at is read elsewhere: status_token (IETF), revocation_document (1EdTech).

Pure: documents and bits. Whether a list is rightly signed, by whom, and whether it is in force, is NOT checked here;
the verifier does that with the same document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias, TypeGuard

from satchel.codec import base, bits, strictjson, timestamp
from satchel.errors import CodecError, StatusError
from satchel.port import JsonObject, JsonValue

ENTRIES_MINIMUM: Final = 131_072
LIMIT_BITS: Final = 1 << 27  # 16 MiB inflated: a hundred times the usual list
SIZE_LIMIT_BITS: Final = 16
CREDENTIAL_ENTRIES_LIMIT: Final = 16
INDEX_LIMIT_CHARS: Final = 100

ENTRY_TYPE: Final = "BitstringStatusListEntry"
LIST_TYPE: Final = "BitstringStatusList"
LIST_CREDENTIAL_TYPE: Final = "BitstringStatusListCredential"
REVOCATION_DOCUMENT_TYPE: Final = "1EdTechRevocationList"

# int() would also take `1_0`, ` 5`, `+5` and the digits of other scripts; readers would look at different bits.
_INDEX: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_STATUS: Final = re.compile(r"0x[0-9a-fA-F]{1,8}", re.ASCII)
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", re.ASCII)
# What a set entry means. Only the first two take a credential's force away.
_MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "revocation": "status.revoked",
        "suspension": "status.suspended",
        "refresh": "status.refresh",
        "message": "status.message",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The names of one generation of bit lists. `purpose` is what its entries mean when they do not say it themselves;
    `is_strict` tells whether the encoded list has exactly one spelling."""

    credential_type: str
    list_type: str
    index: str
    url: str
    purpose: str | None = None
    is_strict: bool = False


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        ENTRY_TYPE: Kind(
            credential_type=LIST_CREDENTIAL_TYPE,
            list_type=LIST_TYPE,
            index="statusListIndex",
            url="statusListCredential",
            is_strict=True,
        ),
        "StatusList2021Entry": Kind(
            credential_type="StatusList2021Credential",
            list_type="StatusList2021",
            index="statusListIndex",
            url="statusListCredential",
        ),
        "RevocationList2020Status": Kind(
            credential_type="RevocationList2020Credential",
            list_type="RevocationList2020",
            index="revocationListIndex",
            url="revocationListCredential",
            purpose="revocation",
        ),
        "SuspensionList2020Status": Kind(
            credential_type="SuspensionList2020Credential",
            list_type="SuspensionList2020",
            index="suspensionListIndex",
            url="suspensionListCredential",
            purpose="suspension",
        ),
    }
)
"""The kinds of bit lists by the type of their entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """One entry of a bit list. `size` is in bits; `messages` gives the text of each value, when there are any; `kind`
    is a key of KINDS."""

    id: str | None
    purpose: str
    index: int
    list_url: str
    size: int
    messages: Mapping[int, str]
    references: tuple[str, ...]
    kind: str = ENTRY_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntry:
    """An entry of a Token Status List (IETF, §6): claim `status`, member `status_list`."""

    index: int
    list_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """A 1EdTechRevocationList: a document that names the revoked credentials by their id, so ours is needed."""

    list_url: str
    credential_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedEntry:
    """An entry of a kind that nobody here knows (status.type_unsupported). `type` comes from outside."""

    id: str | None
    type: str


ListEntry: TypeAlias = StatusEntry | TokenEntry | ListedEntry
Entry: TypeAlias = ListEntry | UnsupportedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """An opened list: its bits (most significant first) and what its credential says of itself, as it stands there.
    `kind` is a key of KINDS."""

    kind: str
    id: str | None
    issuer: str | None
    purposes: tuple[str, ...]
    bits: bytes
    ttl_ms: int | None
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusValue:
    """The value of one entry. `code` is status.ok for zero, else what a set entry of its purpose means; `notes` are the
    codes of what else a reader should be told (status.list_too_short)."""

    value: int
    code: str
    message: str | None
    notes: tuple[str, ...] = ()


def entries_of(credential: JsonObject) -> tuple[Entry, ...]:
    """The status entries of a credential, one object or a list of them; () when it has none. An entry of a Token Status
    List, which stands in a claim of its own, comes last.

    Every entry is to be checked: a second one may revoke. Raises StatusError status.malformed.
    """
    value = credential.get("credentialStatus", [])
    entries = value if isinstance(value, list) else [value]
    if len(entries) > CREDENTIAL_ENTRIES_LIMIT:
        raise _malformed(f"the credential has {len(entries)} status entries, more than {CREDENTIAL_ENTRIES_LIMIT}")
    credential_id = _text(credential.get("id"))
    found = tuple(_entry(entry, credential_id) for entry in entries)
    claim = credential.get("status")
    return (*found, _token_entry(claim["status_list"])) if _has_token_list(claim) else found


def open_list(value: JsonObject, *, limit_bits: int = LIMIT_BITS) -> StatusList:
    """The list of a status list credential of any of KINDS, with its bits inflated (§3.2 steps 6 to 8 need them).

    Raises StatusError: status.list_malformed for another kind of document or missing members, status.list_encoding,
    status.list_too_large.
    """
    subject = value.get("credentialSubject")
    types = _texts(value.get("type"))
    name = next((name for name, kind in KINDS.items() if kind.credential_type in types), None)
    if not isinstance(subject, dict) or "VerifiableCredential" not in types or name is None:
        raise StatusError("status.list_malformed", "the document is no BitstringStatusListCredential")
    kind = KINDS[name]
    if kind.list_type not in _texts(subject.get("type")):
        raise StatusError("status.list_malformed", f"the subject of the status list is no {kind.list_type}")
    purposes = (kind.purpose,) if kind.purpose is not None else _texts(subject.get("statusPurpose"))
    encoded = subject.get("encodedList")
    if not purposes or not isinstance(encoded, str):
        raise StatusError("status.list_malformed", "the status list lacks statusPurpose or encodedList")
    issuer = value.get("issuer")
    return StatusList(
        kind=name,
        id=_text(value.get("id")),
        issuer=_text(issuer.get("id") if isinstance(issuer, dict) else issuer),
        purposes=purposes,
        bits=(decode if kind.is_strict else decode_older)(encoded, limit_bits=limit_bits),
        ttl_ms=_milliseconds(subject),
        valid_from=_text(value.get("validFrom")),
        valid_until=_text(value.get("validUntil")),
    )


def ttl_of(raw: bytes) -> int | None:
    """How many milliseconds a status list credential in JSON says that a copy may be kept. Raises Malformed."""
    subject = strictjson.load_object(raw).get("credentialSubject")
    return _milliseconds(subject) if isinstance(subject, dict) else None


def value_at(status_list: StatusList, entry: StatusEntry) -> StatusValue:
    """What the list says of the entry (§3.2 steps 5 to 12).

    A list shorter than step 9 asks still gives its bit, with a note: much used issuers publish lists of 100,000, and
    a reader that refuses them would not see their revocations. Raises StatusError: status.list_malformed for a list of
    another generation than the entry's, status.purpose_mismatch, status.index_out_of_range.
    """
    if entry.kind != status_list.kind:
        wanted = KINDS[entry.kind].credential_type
        raise StatusError("status.list_malformed", f"the entry wants a {wanted}, the list is of another kind")
    if entry.purpose not in status_list.purposes:
        raise StatusError("status.purpose_mismatch", "the list does not have the purpose of the entry")
    length = len(status_list.bits) * 8 // entry.size
    if entry.index >= length:
        raise StatusError("status.index_out_of_range", f"the list has {length} entries and none with the index asked")
    value = bits.get(status_list.bits, entry.index, entry.size)
    code = _MEANINGS.get(entry.purpose, "status.purpose_unknown") if value else "status.ok"
    notes = ("status.list_too_short",) if length < ENTRIES_MINIMUM else ()
    return StatusValue(value=value, code=code, message=entry.messages.get(value), notes=notes)


def read_list(value: JsonObject, entry: StatusEntry) -> StatusValue:
    """What a status list credential says of the entry. Raises StatusError as `open_list` and `value_at` do."""
    return value_at(open_list(value), entry)


def decode(encoded: str, *, limit_bits: int = LIMIT_BITS) -> bytes:
    """The bits of an `encodedList`: multibase `u`, gzip.

    Raises StatusError status.list_encoding for any other form, status.list_too_large past the limit.
    """
    try:
        return bits.inflate(base.multibase_decode(encoded, allowed="u"), limit_bytes=limit_bits // 8)
    except CodecError as fault:
        code = "status.list_too_large" if fault.code == "codec.inflate_limit" else "status.list_encoding"
        raise StatusError(code, f"the encoded list cannot be read: {fault.message}") from fault


def decode_older(encoded: str, *, limit_bits: int = LIMIT_BITS) -> bytes:
    """The bits of an `encodedList` of StatusList2021 or RevocationList2020: gzip in base64, in the url alphabet or the
    plain one, with padding or without, since all four are in use. Raises StatusError as `decode` does."""
    plain = encoded.rstrip("=").replace("+", "-").replace("/", "_")
    return decode(f"u{plain}", limit_bits=limit_bits)


def encode(data: bytes) -> str:
    """The `encodedList` of the bits. Raises StatusError status.list_too_short below the length that hides a holder."""
    if len(data) * 8 < ENTRIES_MINIMUM:
        raise StatusError("status.list_too_short", f"a list has at least {ENTRIES_MINIMUM} bits")
    return base.multibase_encode(bits.deflate(data), "u")


def compose_list(
    *,
    id: str,
    issuer: str,
    purpose: str,
    encoded: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> JsonObject:
    """The unsigned status list credential (VC 2.0), to be served at `id`."""
    credential: JsonObject = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": id,
        "type": ["VerifiableCredential", LIST_CREDENTIAL_TYPE],
        "issuer": issuer,
        "validFrom": timestamp.render(valid_from),
    }
    if valid_until is not None:
        credential["validUntil"] = timestamp.render(valid_until)
    credential["credentialSubject"] = {
        "id": f"{id}#list",
        "type": LIST_TYPE,
        "statusPurpose": purpose,
        "encodedList": encoded,
    }
    return credential


def compose_entry(*, list_url: str, index: int, purpose: str) -> JsonObject:
    """The `credentialStatus` of a credential: one bit, with an id of its own. Raises StatusError status.value."""
    if index < 0:
        raise StatusError("status.value", f"{index} is no index of a status list")
    return {
        "id": f"{list_url}#{index}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def _entry(value: JsonValue, credential_id: str | None) -> Entry:
    if not isinstance(value, dict):
        raise _malformed("a status entry is no object")
    types = _texts(value.get("type"))
    if not types:
        raise _malformed("a status entry has no type")
    entry_id = value.get("id")
    if entry_id is not None and not _is_url(entry_id):
        raise _malformed("the id of a status entry is no URL")
    if REVOCATION_DOCUMENT_TYPE in types:
        if not isinstance(entry_id, str):
            raise _malformed(f"a {REVOCATION_DOCUMENT_TYPE} has no id to fetch it from")
        return ListedEntry(list_url=entry_id, credential_id=credential_id)
    name = next((name for name in KINDS if name in types), None)
    if name is None:
        return UnsupportedEntry(id=_text(entry_id), type=types[0])
    kind = KINDS[name]
    purpose, index, url = kind.purpose or value.get("statusPurpose"), value.get(kind.index), value.get(kind.url)
    if not isinstance(purpose, str) or not purpose:
        raise _malformed("statusPurpose is no text")
    if not isinstance(index, str) or len(index) > INDEX_LIMIT_CHARS or _INDEX.fullmatch(index) is None:
        raise _malformed(f"{kind.index} is no decimal number written as text")
    if not isinstance(url, str) or not _is_url(url):
        raise _malformed(f"{kind.url} is no URL")
    if entry_id == url:
        raise _malformed("the id of a status entry is the URL of its list")
    size = value.get("statusSize", 1) if kind.is_strict else 1
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= SIZE_LIMIT_BITS:
        raise _malformed(f"statusSize is no number from 1 to {SIZE_LIMIT_BITS}")
    return StatusEntry(
        id=_text(entry_id),
        purpose=purpose,
        index=int(index),
        list_url=url,
        size=size,
        messages=_messages(value.get("statusMessage"), size) if kind.is_strict else MappingProxyType({}),
        references=_references(value.get("statusReference")) if kind.is_strict else (),
        kind=name,
    )


def _has_token_list(claim: JsonValue) -> TypeGuard[JsonObject]:
    return isinstance(claim, dict) and "status_list" in claim


def _token_entry(value: JsonValue) -> TokenEntry:
    """Token Status List §6.2: `idx` is a non-negative integer, `uri` names the list and is its subject."""
    index, url = (value.get("idx"), value.get("uri")) if isinstance(value, dict) else (None, None)
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise _malformed("idx of the claim status_list is no number of a place")
    if not isinstance(url, str) or not _is_url(url):
        raise _malformed("uri of the claim status_list is no URL")
    return TokenEntry(index=index, list_url=url)


def _messages(value: JsonValue, size: int) -> Mapping[int, str]:
    """The text of each value. §2.1: one message for every possible value; required when there are more than two."""
    if value is None:
        if size > 1:
            raise _malformed("statusMessage is required for a status of more than one bit")
        return MappingProxyType({})
    if not isinstance(value, list) or len(value) != 1 << size:
        raise _malformed(f"statusMessage does not have one message for each of {1 << size} values")
    messages: dict[int, str] = {}
    for item in value:
        status, message = (item.get("status"), item.get("message")) if isinstance(item, dict) else (None, None)
        if not isinstance(status, str) or _STATUS.fullmatch(status) is None or not isinstance(message, str):
            raise _malformed("an item of statusMessage is no status in hexadecimal with its message")
        messages[int(status, 16)] = message
    if messages.keys() != set(range(1 << size)):
        raise _malformed("statusMessage names a value twice or one that cannot occur")
    return MappingProxyType(messages)


def _references(value: JsonValue) -> tuple[str, ...]:
    if value is None:
        return ()
    found = _texts(value)
    if not found or not all(_is_url(item) for item in found):
        raise _malformed("statusReference is no URL or list of URLs")
    return found


def _milliseconds(subject: JsonObject) -> int | None:
    ttl = subject.get("ttl")
    return ttl if isinstance(ttl, int) and not isinstance(ttl, bool) and ttl >= 0 else None


def _is_url(value: JsonValue) -> bool:
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: JsonValue) -> tuple[str, ...]:
    """A text or a list of texts; () for anything else, also for a list with anything else in it."""
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str)) if all(isinstance(i, str) for i in items) else ()


def _malformed(message: str) -> StatusError:
    return StatusError("status.malformed", message)
