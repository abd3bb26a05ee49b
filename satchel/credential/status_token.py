"""Token Status List (IETF): a signed token, JWT or CWT, whose payload is a compressed list of small numbers.

Bits run the other way round than in a Bitstring Status List: the first entry is in the lowest bits of the first byte.
Pure; whether the token is rightly signed, by whom, and in force is the verifier's to judge. Source: Token Status List
(draft 20), §4 (the list), §5 (the token), §7 (the values), §8.3 (the checks).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from satchel.codec import bits, strictjson
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.codec.jcs import encode as jcs_encode
from satchel.credential.status import StatusValue, TokenEntry
from satchel.errors import CodecError, Malformed, ProofError, StatusError
from satchel.port import JsonObject

if TYPE_CHECKING:
    from satchel.key.public import PublicKey

JWT_TYPE: Final = "statuslist+jwt"
CWT_TYPE: Final = "application/statuslist+cwt"
SIZES: Final = (1, 2, 4, 8)
LIMIT_BYTES: Final = 16 * 1024 * 1024

_HEADERS: Final = frozenset(("typ", "kid"))
_COSE_TAG: Final = b"\xd2"
# RFC 8392 §3.1 and §6.3 of the draft, by the names that the JWT has.
_CWT_CLAIMS: Final[Mapping[int, str]] = MappingProxyType(
    {1: "iss", 2: "sub", 4: "exp", 6: "iat", 65533: "status_list", 65534: "ttl"}
)
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
    """A status list token, taken apart. `key_id` is its `kid` as written, None without one or when it is no text.
    `verify(key)` tells whether the signature is that key's, and raises ProofError for a key that does not fit."""

    form: Literal["jwt", "cwt"]
    algorithm: str
    key_id: str | None
    claims: ListClaims
    verify: Callable[[PublicKey], bool]


def read(raw: bytes) -> StatusToken:
    """The token's content, strictly read: a JWT (§5.1) or a tagged CWT (§5.2).

    Raises ProofError as jws.split and cose_sign.split do, and proof.token_type for another typ; StatusError
    status.list_malformed or status.list_encoding for claims that are missing or of a wrong form. NOT checked:
    signature, key, dates, and whether `sub` is the list asked.
    """
    return _read_cwt(raw) if raw[:1] == _COSE_TAG else _read_jwt(raw)


def _read_jwt(raw: bytes) -> StatusToken:
    from satchel.proof import jws

    parts = jws.split(raw.decode("ascii", "replace").strip(), headers=_HEADERS)
    if jws.text_header(parts, "typ") != JWT_TYPE:
        raise ProofError("proof.token_type", f"the token's typ is not {JWT_TYPE}")
    try:
        claims = strictjson.load_object(base64url_decode(parts.payload))
    except (CodecError, Malformed) as fault:
        raise StatusError("status.list_malformed", f"the claims cannot be read: {fault.message}") from fault
    return StatusToken(
        form="jwt",
        algorithm=parts.algorithm,
        key_id=jws.text_header(parts, "kid"),
        claims=_claims(claims, _packed_text),
        verify=partial(jws.verify, parts),
    )


def _read_cwt(raw: bytes) -> StatusToken:
    from satchel.codec import cbor
    from satchel.proof import cose_sign

    sign1 = cose_sign.split(raw, parameters=frozenset((cose_sign.TYP,)))
    if sign1.protected.get(cose_sign.TYP) != CWT_TYPE:
        raise ProofError("proof.token_type", f"the token's typ is not {CWT_TYPE}")
    try:
        claims = cbor.decode(sign1.payload)
    except CodecError as fault:
        raise StatusError("status.list_malformed", f"the claims cannot be read: {fault.message}") from fault
    if not isinstance(claims, dict):
        raise StatusError("status.list_malformed", "the claims are no map")
    named = {name: claims[number] for number, name in _CWT_CLAIMS.items() if number in claims}
    return StatusToken(
        form="cwt",
        algorithm=str(sign1.algorithm),
        key_id=_key_id(sign1.key_id),
        claims=_claims(named, _packed_bytes),
        verify=partial(cose_sign.verify_sign1, sign1),
    )


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


def cwt_payload(claims: JsonObject) -> bytes:
    """The claims of `compose` as the payload of a CWT; it is signed with `typ` application/statuslist+cwt."""
    from satchel.codec import cbor
    from satchel.codec.cbor import CborKey, CborValue

    held = claims["status_list"]
    size, packed = (held["bits"], held["lst"]) if isinstance(held, dict) else (None, None)
    if not isinstance(size, int) or not isinstance(packed, str):
        raise StatusError("status.value", "the claims hold no list")
    payload: dict[CborKey, CborValue] = {65533: {"bits": size, "lst": base64url_decode(packed)}}
    for number, name in _CWT_CLAIMS.items():
        value = claims.get(name)
        if isinstance(value, str | int):
            payload[number] = value
    return cbor.encode(payload)


def _claims(value: Mapping[str, object], unpack: Callable[[object], bytes | None]) -> ListClaims:
    held = value.get("status_list")
    size, packed = (held.get("bits"), unpack(held.get("lst"))) if isinstance(held, dict) else (None, None)
    subject, issuer = value.get("sub"), value.get("iss")
    if not isinstance(size, int) or isinstance(size, bool) or size not in SIZES or packed is None:
        raise StatusError("status.list_malformed", "the token has no status_list with bits and lst")
    if not isinstance(subject, str) or (issuer is not None and not isinstance(issuer, str)):
        raise StatusError("status.list_malformed", "the token does not name the list that it is (sub)")
    issued_at = _seconds(value, "iat")
    if issued_at is None:
        raise StatusError("status.list_malformed", "the token does not say when it was made (iat)")
    return ListClaims(
        subject=subject,
        issuer=issuer,
        issued_at=issued_at,
        expires=_seconds(value, "exp"),
        ttl_seconds=_seconds(value, "ttl"),
        size=size,
        packed=packed,
    )


def _packed_text(value: object) -> bytes | None:
    try:
        return base64url_decode(value) if isinstance(value, str) else None
    except CodecError as fault:
        raise StatusError("status.list_encoding", f"the list cannot be read: {fault.message}") from fault


def _packed_bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _key_id(raw: bytes | None) -> str | None:
    text = "" if raw is None else raw.decode("utf-8", "replace")
    return text if text and len(text) <= 2048 and text.isprintable() and " " not in text else None


def _seconds(value: Mapping[str, object], name: str) -> int | None:
    found = value.get(name)
    if found is None:
        return None
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= _LAST_SECOND:
        raise StatusError("status.list_malformed", f"the claim {name} is no number of seconds")
    return int(found)
