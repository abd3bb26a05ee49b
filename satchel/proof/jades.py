"""JAdES seals as European Digital Credentials have them: JWS JSON whose payload stands in it as text, unencoded.

The key is in the seal itself (x5c): that the signature holds says only that the document is as that certificate's owner
sealed it. Whose certificate it is, its chain, and the time stamps are kept here for whoever judges trust. Sources: ETSI
TS 119 182-1 §5.1, §5.2 (headers), §6; RFC 7515 §7.2; RFC 7797.
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from satchel.codec import strictjson, timestamp
from satchel.codec.base import base64url_encode
from satchel.errors import CodecError, KeyFault, Malformed, ProofError
from satchel.key import certificate, rsa
from satchel.key.public import PublicKey
from satchel.port import JsonObject, JsonValue
from satchel.proof import claims as said
from satchel.proof import jws
from satchel.text import for_terminal

Profile: TypeAlias = Literal["edc"]

# A seal's header holds certificates and time stamps.
HEADER_LIMIT_CHARS: Final = 256 * 1024

_HEADERS: Final = frozenset(
    ("typ", "cty", "kid", "x5c", "x5t#S256", "b64", "crit", "sigT", "iat", "adoTst", "srCms", "srAts", "sigPl")
)
# What a signer may call critical, because it is understood here or kept for the reader who judges it.
_CRITICAL: Final = frozenset(("b64", "sigT", "iat", "adoTst", "srCms", "srAts", "sigPl"))
_UNPROTECTED: Final = frozenset(("etsiU",))
_MEMBERS: Final = frozenset(("protected", "header", "signature"))
_TYPES: Final = frozenset((None, "jose+json", "jose", "vc+jose+json"))
_SCHEMES: Final = frozenset(rsa.SCHEMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A sealed document read and NOT yet verified.

    `document` is the credential in the payload, `payload` its bytes as they were signed. `key_id` is None: the header's
    kid names a certificate (issuer and serial number), not a key of a DID. `certificates` is x5c in DER, leaf first;
    the leaf is the one that x5t#S256 names. `sealed_at` is the signer's own word. `timestamps` are the RFC 3161 tokens
    over the document, in DER, unchecked. `unprotected` names what stands beside the signature, which covers none of it
    (archive time stamps and the like). The other members are there because other tokens have them.
    """

    profile: Profile
    key_id: str | None
    issuer: str | None
    document: JsonObject
    payload: bytes
    not_before: datetime | None
    expires: datetime | None
    issued_at: datetime | None
    audience: tuple[str, ...]
    nonce: str | None
    sealed_at: datetime | None
    certificates: tuple[bytes, ...]
    timestamps: tuple[bytes, ...]
    unprotected: tuple[str, ...]
    jws: jws.Jws


def read(raw: bytes) -> Token:
    """The sealed document, read strictly and not believed. One seal is read: a second one could be false unseen.

    Raises ProofError: proof.token_malformed for anything but JWS JSON of one reading with one signature and a JSON
    object as its payload; proof.token_header for a header that has no place in a seal, a crit that names what is not
    understood or not there, and a payload that is not said to be unencoded; proof.certificate without a certificate or
    with a digest of another one; proof.algorithm, proof.algorithm_unsupported, proof.token_key. NOT checked here: the
    signature (verify), whose certificate it is, its chain and dates, and the time stamps.
    """
    value = _object(raw)
    payload, seal = value.get("payload"), _seal(value)
    protected, signature = seal.get("protected"), seal.get("signature")
    if not isinstance(payload, str) or not isinstance(protected, str) or not isinstance(signature, str):
        raise ProofError("proof.token_malformed", "the seal lacks its payload, protected header or signature")
    parts = jws.of_parts(protected, "", signature, headers=_HEADERS, schemes=_SCHEMES, limit_chars=HEADER_LIMIT_CHARS)
    typ = jws.typ(parts)
    if typ not in _TYPES:
        raise ProofError("proof.token_type", f"the seal is of type {for_terminal(str(typ), limit=60)}")
    _refuse_critical(parts.header)
    certificates = jws.certificates(parts)
    if not certificates:
        raise ProofError("proof.certificate", "the seal has no certificate")
    named = parts.header.get("x5t#S256", None)
    if named is not None and named != base64url_encode(hashlib.sha256(certificates[0]).digest()):
        raise ProofError("proof.certificate", "the seal's certificate is not the one whose digest it names")
    document = said.json_payload(payload.encode("utf-8"))
    return Token(
        profile="edc",
        key_id=None,
        issuer=None,
        document=document,
        payload=payload.encode("utf-8"),
        not_before=None,
        expires=None,
        issued_at=None,
        audience=(),
        nonce=None,
        sealed_at=_sealed_at(parts.header),
        certificates=certificates,
        timestamps=_timestamps(parts.header),
        unprotected=_unprotected(seal),
        jws=parts,
    )


def leaf_key(token: Token) -> PublicKey:
    """The key of the certificate that the seal brings. It proves nothing about who owns it.

    Raises ProofError proof.certificate for bytes that are no certificate; KeyFault for a key that is not sound or of a
    type that is not known here."""
    try:
        return certificate.public_key(token.certificates[0])
    except KeyFault as fault:
        if fault.code != "key.certificate":
            raise
        raise ProofError("proof.certificate", fault.message) from fault


def verify(token: Token, key: PublicKey) -> bool:
    """Whether the seal's signature over exactly this payload is the key's; False says that it is false.

    Raises ProofError proof.key_mismatch when its alg is not the key's. NOT checked here: whose key it is.
    """
    return jws.verify(token.jws, key, payload=token.payload)


def _object(raw: bytes) -> JsonObject:
    try:
        value = strictjson.load_object(raw)
    except Malformed as fault:
        raise ProofError("proof.token_malformed", f"the seal cannot be read: {fault.message}") from fault
    return value


def _seal(value: JsonObject) -> JsonObject:
    """The one signature: of the general form, or of the flattened one; never of both."""
    listed = value.get("signatures")
    if listed is None:
        if value.keys() - _MEMBERS - {"payload"}:
            raise ProofError("proof.token_malformed", "the seal has a member that has no place in it")
        return {name: member for name, member in value.items() if name != "payload"}
    if value.keys() - {"payload", "signatures"} or not isinstance(listed, list) or not listed:
        raise ProofError("proof.token_malformed", "the seal is written in two forms at once, or in none")
    if len(listed) > 1:
        raise ProofError("proof.too_many", f"the document has {len(listed)} seals; one is checked")
    seal = listed[0]
    if not isinstance(seal, dict) or seal.keys() - _MEMBERS:
        raise ProofError("proof.token_malformed", "the seal has a member that has no place in it")
    return seal


def _refuse_critical(header: JsonObject) -> None:
    """RFC 7515 §4.1.11, RFC 7797 §6: b64 false must be critical, and all that is critical must be there and known."""
    critical = header.get("crit")
    if header.get("b64") is not False or not isinstance(critical, list) or "b64" not in critical:
        raise ProofError("proof.token_header", "the seal does not say that its payload is unencoded")
    names = [name for name in critical if isinstance(name, str) and name in _CRITICAL and name in header]
    if len(names) != len(critical) or len(set(names)) != len(names):
        raise ProofError("proof.token_header", "the seal calls something critical that is not understood, or not there")


def _unprotected(seal: JsonObject) -> tuple[str, ...]:
    """The names of what stands beside the signature, which covers none of it."""
    header = seal.get("header", {})
    if not isinstance(header, dict) or header.keys() - _UNPROTECTED:
        raise ProofError("proof.token_header", "the seal has headers that it does not sign")
    return tuple(header)


def _sealed_at(header: JsonObject) -> datetime | None:
    text = header.get("sigT")
    if text is None and "sigT" not in header:
        return said.moment(header, "iat")
    try:
        return timestamp.parse(text if isinstance(text, str) else "")
    except CodecError as fault:
        raise ProofError("proof.token_header", f"the time of the seal cannot be read: {fault.message}") from fault


def _timestamps(header: JsonObject) -> tuple[bytes, ...]:
    if "adoTst" not in header:
        return ()
    found = header["adoTst"]
    listed: JsonValue = found.get("tstTokens") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not listed:
        raise ProofError("proof.token_header", "the time stamps of the seal are no list")
    tokens: list[bytes] = []
    for entry in listed:
        text = entry.get("val") if isinstance(entry, dict) else None
        try:
            tokens.append(binascii.a2b_base64(text if isinstance(text, str) else "*", strict_mode=True))
        except ValueError as fault:
            raise ProofError("proof.token_header", "a time stamp of the seal is not in base64") from fault
    return tuple(tokens)
