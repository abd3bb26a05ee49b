"""Token Status List (IETF): a signed token, JWT or CWT, whose payload is a compressed list of small numbers.

Bits run the other way round than in a Bitstring Status List: the first entry is in the lowest bits of the first byte.
Pure; whether the token is rightly signed, by whom, and in force is the verifier's to judge. Source: Token Status List
(draft 20), §4 (the list), §5 (the token), §7 (the values), §8.3 (the checks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from satchel.codec import bits, strictjson
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.codec.jcs import encode as jcs_encode
from satchel.credential.status import StatusValue, TokenEntry
from satchel.errors import CodecError, Malformed, ProofError, StatusError
from satchel.port import JsonObject, JsonValue

if TYPE_CHECKING:
    from satchel.proof.jws import Jws

JWT_TYPE: Final = "statuslist+jwt"
CWT_TYPE: Final = "application/statuslist+cwt"
SIZES: Final = (1, 2, 4, 8)
LIMIT_BYTES: Final = 16 * 1024 * 1024

_HEADERS: Final = frozenset(("typ", "kid"))
_LAST_SECOND: Final = 253_402_300_799
# §7.1; 0x03 and 0x0C to 0x0F are the application's own, the rest is nobody's yet.
_CODES: Final[Mapping[int, str]] = MappingProxyType({0: "status.ok", 1: "status.revoked", 2: "status.suspended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenList:
    """The list of one token, inflated: `data` holds entries of `size` bits, lowest bits first."""

    size: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClaims:
    """What a status list token says, read and not believed. Times are seconds since 1970, `ttl_seconds` is how long a
    copy may be kept; the list itself stays packed until the token is believed (`open_list`)."""

    subject: str
    issuer: str | None
    issued_at: int
    expires: int | None
    ttl_seconds: int | None
    size: int
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusToken:
    """A status list token as JWT, taken apart. `key_id` is the header's `kid` as written."""

    key_id: str | None
    claims: ListClaims
    jws: Jws


def read(token: str) -> StatusToken:
    """The token's content, strictly read (§5.1).

    Raises ProofError as jws.split does and proof.token_type for another typ; StatusError status.list_malformed for
    claims that are missing or of a wrong form. NOT checked: signature, key, dates, and whether `sub` is the list asked.
    """
    from satchel.proof import jws

    parts = jws.split(token, headers=_HEADERS)
    if jws.text_header(parts, "typ") != JWT_TYPE:
        raise ProofError("proof.token_type", f"the token's typ is not {JWT_TYPE}")
    try:
        claims = strictjson.load_object(base64url_decode(parts.payload))
    except (CodecError, Malformed) as fault:
        raise StatusError("status.list_malformed", f"the claims cannot be read: {fault.message}") from fault
    return StatusToken(key_id=jws.text_header(parts, "kid"), claims=_claims(claims), jws=parts)


def open_list(claims: ListClaims, *, limit_bytes: int = LIMIT_BYTES) -> TokenList:
    """The list with its bits inflated (§4.1). Raises StatusError status.list_encoding, status.list_too_large."""
    return TokenList(size=claims.size, data=inflate(claims.packed, limit_bytes=limit_bytes))


def inflate(packed: bytes, *, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The content of one ZLIB stream. Raises StatusError status.list_encoding, status.list_too_large."""
    try:
        return bits.inflate_zlib(packed, limit_bytes=limit_bytes)
    except CodecError as fault:
        code = "status.list_too_large" if fault.code == "codec.inflate_limit" else "status.list_encoding"
        raise StatusError(code, f"the list cannot be read: {fault.message}") from fault


def value_at(status_list: TokenList, entry: TokenEntry) -> StatusValue:
    """What the list says of the entry (§7, §8.3). A value that is neither valid, invalid nor suspended belongs to an
    application: status.value_unknown. Raises StatusError status.index_out_of_range."""
    length = len(status_list.data) * 8 // status_list.size
    if entry.index >= length:
        raise StatusError("status.index_out_of_range", f"the list has {length} entries and none with the index asked")
    value = get(status_list.data, entry.index, status_list.size)
    return StatusValue(value=value, code=_CODES.get(value, "status.value_unknown"), message=None)


def get(data: bytes, index: int, size: int) -> int:
    """The entry at `index`, least significant bits first (§4.1). Raises IndexError outside of the list."""
    place = index * size
    return data[place // 8] >> place % 8 & ((1 << size) - 1)


def compose(
    *, url: str, data: bytes, size: int, issued_at: int, expires: int | None = None, ttl_seconds: int | None = None
) -> JsonObject:
    """The claims of a token that is served at `url`. Raises StatusError status.value for a size that is not one."""
    if size not in SIZES:
        raise StatusError("status.value", f"entries have 1, 2, 4 or 8 bits, not {size}")
    packed = base64url_encode(bits.deflate_zlib(data))
    claims: JsonObject = {"sub": url, "iat": issued_at, "status_list": {"bits": size, "lst": packed}}
    if expires is not None:
        claims["exp"] = expires
    if ttl_seconds is not None:
        claims["ttl"] = ttl_seconds
    return claims


def signing_input(claims: JsonObject, *, algorithm: str, key_id: str) -> bytes:
    """What is signed for a JWT of these claims: the token is this, a dot, and the signature in base64url."""
    header: JsonObject = {"alg": algorithm, "kid": key_id, "typ": JWT_TYPE}
    return b".".join(base64url_encode(jcs_encode(part)).encode("ascii") for part in (header, claims))


def _claims(value: JsonObject) -> ListClaims:
    held = value.get("status_list")
    size, packed = (held.get("bits"), held.get("lst")) if isinstance(held, dict) else (None, None)
    subject, issuer = value.get("sub"), value.get("iss")
    if not isinstance(size, int) or isinstance(size, bool) or size not in SIZES or not isinstance(packed, str):
        raise StatusError("status.list_malformed", "the token has no status_list with bits and lst")
    if not isinstance(subject, str) or (issuer is not None and not isinstance(issuer, str)):
        raise StatusError("status.list_malformed", "the token does not name the list that it is (sub)")
    issued_at = _seconds(value, "iat")
    if issued_at is None:
        raise StatusError("status.list_malformed", "the token does not say when it was made (iat)")
    try:
        data = base64url_decode(packed)
    except CodecError as fault:
        raise StatusError("status.list_encoding", f"the list cannot be read: {fault.message}") from fault
    return ListClaims(
        subject=subject,
        issuer=issuer,
        issued_at=issued_at,
        expires=_seconds(value, "exp"),
        ttl_seconds=_seconds(value, "ttl"),
        size=size,
        packed=data,
    )


def _seconds(value: JsonObject, name: str) -> int | None:
    found: JsonValue = value.get(name)
    if found is None:
        return None
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= _LAST_SECOND:
        raise StatusError("status.list_malformed", f"the claim {name} is no number of seconds")
    return int(found)
