"""Credentials and presentations as COSE_Sign1: `vc+cose` and `vp+cose` of VC-JOSE-COSE. The payload is the credential
as JSON text.

The algorithm is only compared with the one that the key has, and it must stand in what is signed. Sources: RFC 9052 §3,
§4.2, §4.4; RFC 9596 (typ); RFC 9864 (algorithms that name their curve); VC-JOSE-COSE §3.3.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import cbor, jcs
from satchel.codec.cbor import CborKey, CborValue
from satchel.errors import CodecError, ProofError
from satchel.key import multikey
from satchel.key.cose import ALGORITHMS
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject, Signer
from satchel.proof import claims as said
from satchel.proof import jws
from satchel.text import for_terminal

Profile: TypeAlias = Literal["vc+cose", "vp+cose"]
Header: TypeAlias = "dict[CborKey, CborValue]"

TAG: Final = 18
ALG, CRIT, CONTENT_TYPE, KEY_ID, TYP = 1, 2, 3, 4, 16
TEXT_LIMIT_CHARS: Final = 2048

# Parameters that bring a key along, or the place to fetch one from (RFC 9360; 27 and 28 are of older drafts of EDHOC).
_KEY_PARAMETERS: Final = frozenset((32, 33, 34, 35, -1))
_KNOWN: Final = frozenset(number for numbers in ALGORITHMS.values() for number in numbers)
# Real signature algorithms that are not checked here: RS256 to RS512, PS256 to PS512, Ed448, ML-DSA.
_UNSUPPORTED: Final = frozenset((-257, -258, -259, -37, -38, -39, -53, -48, -49, -50))
# What signers write: the older numbers, which every reader knows.
_NUMBERS: Final[Mapping[KeyType, int]] = MappingProxyType(
    {KeyType.ED25519: -8, KeyType.P_256: -7, KeyType.P_384: -35, KeyType.P_521: -36}
)
_TYPES: Final[Mapping[str, Profile]] = MappingProxyType({"vc+cose": "vc+cose", "vp+cose": "vp+cose"})
_CONTENT: Final[Mapping[str, Profile]] = MappingProxyType({"vc": "vc+cose", "vp": "vp+cose"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A COSE_Sign1 taken apart, nothing of it believed. `signed` is its Sig_structure, the bytes that are signed."""

    protected: Header
    algorithm: int
    key_id: bytes | None
    payload: bytes
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token read and NOT yet verified.

    `document` is the credential or presentation. `key_id` is `kid` as written: nothing is looked up here. COSE gives
    these tokens no issuer, dates, audience or nonce of their own; the members are there because other tokens have them.
    """

    profile: Profile
    key_id: str | None
    issuer: str | None
    document: JsonObject
    not_before: datetime | None
    expires: datetime | None
    issued_at: datetime | None
    audience: tuple[str, ...]
    nonce: str | None
    sign1: Sign1


def is_cose(raw: bytes) -> bool:
    """Whether bytes begin as a tagged COSE_Sign1 does."""
    return raw[:2] == b"\xd2\x84"


def read(token: bytes | str) -> Token:
    """The token's content, read strictly and not believed: its bytes, or their base64 text (padded or not).

    Raises ProofError: all that split does; proof.token_malformed for text in no base64 and a payload that is no JSON
    object of one reading; proof.token_type for another typ, content type or content than a credential or presentation;
    proof.token_claims for members that no credential has. NOT checked here: the signature (verify), whose key it is.
    """
    sign1 = split(_bytes(token) if isinstance(token, str) else token, parameters=frozenset((CONTENT_TYPE, TYP)))
    typ, content = _media_type(sign1, TYP), _media_type(sign1, CONTENT_TYPE)
    profile = _TYPES.get(typ) if typ is not None else _CONTENT.get(content or "")
    if profile is None:
        shown = for_terminal(typ or content or "none", limit=60)
        raise ProofError("proof.token_type", f"the token is of type {shown}")
    if content is not None and _CONTENT.get(content) != profile:
        raise ProofError("proof.token_header", "the token's content type is not that of its typ")
    claims = said.json_payload(sign1.payload)
    is_presentation = profile == "vp+cose"
    document = said.credential_or_presentation(profile, claims, is_presentation=is_presentation)
    if document != claims:
        raise ProofError("proof.token_claims", "the credential in the token has claims of tokens in it")
    if is_presentation:
        said.refuse_members(document, enveloped_only=True)
    return Token(
        profile=profile,
        key_id=_text(sign1.key_id),
        issuer=None,
        document=document,
        not_before=None,
        expires=None,
        issued_at=None,
        audience=(),
        nonce=None,
        sign1=sign1,
    )


def verify(token: Token, key: PublicKey) -> bool:
    """Whether the token's signature is the key's; False says that it is false.

    Raises ProofError proof.key_mismatch when its alg is not the key's. NOT checked here: whose key it is, and whether
    it may be used for this.
    """
    return verify_sign1(token.sign1, key)


def sign(document: JsonObject, *, signer: Signer) -> bytes:
    """The credential or presentation of the VC Data Model 2.0 as tagged COSE_Sign1; its kid is the signer's id.

    Raises ProofError proof.token_type when it is neither, proof.token_claims for members `vc`, `vp` or claims of tokens
    in it and for a presentation of what can be no credential, proof.key_mismatch for a key that signs no tokens;
    CodecError codec.jcs. Whether the document is sound and its terms are defined is the caller's to check.
    """
    is_presentation = "VerifiablePresentation" in said.members(document.get("type"))
    profile: Profile = "vp+cose" if is_presentation else "vc+cose"
    if said.credential_or_presentation(profile, document, is_presentation=is_presentation) != document:
        raise ProofError("proof.token_claims", "the credential has a member that is a claim of tokens")
    if is_presentation:
        said.refuse_members(document, enveloped_only=True)
    header: Header = {CONTENT_TYPE: f"application/{profile[:2]}", TYP: f"application/{profile}"}
    return sign_payload(jcs.encode(document), header=header, signer=signer)


def split(raw: bytes, *, parameters: Set[int]) -> Sign1:
    """The parts of a tagged COSE_Sign1, whose protected header may have alg, kid and the listed parameters alone; kid
    may also stand unprotected, and nothing else.

    Raises ProofError: proof.token_malformed for anything but CBOR of one reading in this form, proof.token_key for a
    parameter that brings a key, proof.token_header for any other that is not listed, proof.algorithm for one that signs
    nothing for others or stands unprotected, proof.algorithm_unsupported. The signature is NOT checked.
    """
    protected_raw, unprotected, payload, signature = _four(raw)
    protected = _protected(protected_raw)
    for name in (*protected, *unprotected):
        if name in _KEY_PARAMETERS:
            raise ProofError("proof.token_key", f"the token brings a key of its own (parameter {name!r})")
    algorithm = _algorithm(protected.get(ALG))
    for name in protected:
        if name not in (ALG, KEY_ID) and name not in parameters:
            raise _header(f"a parameter {for_terminal(str(name), limit=40)}, which has no place here")
    key_ids = [header[KEY_ID] for header in (protected, unprotected) if KEY_ID in header]
    if set(unprotected) - {KEY_ID} or len(key_ids) > 1:
        raise _header("parameters outside of what is signed")
    key_id = key_ids[0] if key_ids else None
    if key_id is not None and not isinstance(key_id, bytes):
        raise _header("a kid that is no bytes")
    return Sign1(
        protected=protected,
        algorithm=algorithm,
        key_id=key_id,
        payload=payload,
        signed=_signed(protected_raw, payload),
        signature=signature,
    )


def verify_sign1(sign1: Sign1, key: PublicKey) -> bool:
    """Whether the signature is the key's. Raises ProofError proof.key_mismatch when the header names an algorithm that
    the key does not have."""
    if sign1.algorithm not in ALGORITHMS.get(key.type, ()):
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make signatures {sign1.algorithm}")
    return key.verify(sign1.signed, sign1.signature)


def sign_payload(payload: bytes, *, header: Header, signer: Signer) -> bytes:
    """The payload as tagged COSE_Sign1 under the header with alg and kid of the signer, all of it protected.

    Raises ProofError proof.key_mismatch for a key that signs no tokens here; CodecError codec.cbor."""
    kind = multikey.decode(signer.public()).type
    if kind not in _NUMBERS:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} signs no tokens here")
    protected = cbor.encode({ALG: _NUMBERS[kind], KEY_ID: signer.id.encode(), **header})
    signature = signer.sign(_signed(protected, payload))
    return cbor.encode(cbor.Tagged(TAG, [protected, {}, payload, signature]))


def _four(raw: bytes) -> tuple[bytes, Header, bytes, bytes]:
    try:
        value = cbor.decode(raw, tags=frozenset((TAG,)))
    except CodecError as fault:
        raise ProofError("proof.token_malformed", f"the token cannot be read: {fault.message}") from fault
    match value:
        case cbor.Tagged(number=18, value=[bytes(protected), dict(unprotected), bytes(payload), bytes(signature)]):
            return protected, unprotected, payload, signature
        case _:
            raise ProofError("proof.token_malformed", "the token is no tagged COSE_Sign1 with its payload in it")


def _protected(raw: bytes) -> Header:
    try:
        header = cbor.decode(raw)
    except CodecError as fault:
        raise ProofError("proof.token_malformed", f"the token's header cannot be read: {fault.message}") from fault
    if not isinstance(header, dict):
        raise ProofError("proof.token_malformed", "the token's header is no map")
    return header


def _algorithm(value: CborValue) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value in _KNOWN:
            return value
        if value in _UNSUPPORTED:
            raise ProofError("proof.algorithm_unsupported", f"signatures by COSE algorithm {value} are not checked")
    shown = for_terminal(str(value), limit=40)
    raise ProofError("proof.algorithm", f"the token's alg is {shown}, which signs nothing for others")


def _signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure (RFC 9052 §4.4) without external data; an empty header stands there as no bytes."""
    return cbor.encode(["Signature1", protected if protected != b"\xa0" else b"", b"", payload])


def _media_type(sign1: Sign1, name: int) -> str | None:
    """A parameter that is a media type, in small letters and without `application/`."""
    if name not in sign1.protected:
        return None
    value = sign1.protected[name]
    if not isinstance(value, str) or not value or len(value) > TEXT_LIMIT_CHARS:
        raise ProofError("proof.token_type", "the token's type is not a media type as text")
    return value.lower().removeprefix("application/")


def _text(key_id: bytes | None) -> str | None:
    if key_id is None:
        return None
    try:
        text = key_id.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _header("a kid that is no text") from fault
    if len(text) > TEXT_LIMIT_CHARS or not jws.is_key_id(text):
        raise _header("a kid that names no key")
    return text


def _bytes(text: str) -> bytes:
    stripped = text.rstrip("=")
    padded = stripped + "=" * (-len(stripped) % 4)
    if len(text) not in (len(stripped), len(padded)):
        raise ProofError("proof.token_malformed", "the token is not base64")
    try:
        raw = binascii.a2b_base64(padded.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ProofError("proof.token_malformed", "the token is not base64") from fault
    if binascii.b2a_base64(raw, newline=False).decode("ascii") != padded:
        raise ProofError("proof.token_malformed", "the token's base64 ends in stray bits")
    return raw


def _header(what: str) -> ProofError:
    return ProofError("proof.token_header", f"the token has {what}")
