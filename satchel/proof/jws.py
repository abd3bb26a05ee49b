"""Compact JWS behind a strict front: one spelling per token, a closed list of headers, no key out of the token itself.

The algorithm is only ever compared with the one that the key has (satchel.key): a header cannot choose another, and
there are no shared secrets. Sources: RFC 7515 §3, §4, §5.2; RFC 7797; RFC 8725 (best practices).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.codec import jcs, strictjson
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, Malformed, ProofError
from satchel.key import multikey, rsa
from satchel.key.jwk import ALGORITHMS
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject, Signer
from satchel.text import for_terminal

HEADER_LIMIT_CHARS: Final = 16 * 1024
CERTIFICATE_LIMIT: Final = 10
# Headers that bring a key along, or the place to fetch one from: it would be the token's own word for its signer.
KEY_HEADERS: Final = frozenset(("jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"))

_KEY_ID: Final = re.compile(r"(?:did:|https://|urn:)[\w.~:/?#@!&*+,;=%-]+|[\w#+=-][\w.+=/#@~-]*", re.ASCII)

# A JWK of RSA is for one scheme, the one that its alg may name (satchel.key.jwk); a token's header chooses no other.
_ONE_SCHEME: Final = frozenset(("RS256",))
_KNOWN: Final = frozenset(name for names in ALGORITHMS.values() for name in names)
# Real signature algorithms that are not checked here: an honest token may have one.
_UNSUPPORTED: Final = frozenset((*rsa.SCHEMES, "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"))
# RFC 9864 gives Ed25519 its own name; readers of today still ask for the older one.
_NAMES: Final[Mapping[KeyType, str]] = MappingProxyType(
    {
        KeyType.ED25519: "EdDSA",
        KeyType.P_256: "ES256",
        KeyType.P_384: "ES384",
        KeyType.P_521: "ES512",
        KeyType.SECP256K1: "ES256K",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A token taken apart, nothing of it believed. `payload` is the middle part as written, `signed` the bytes that
    the signature is over."""

    header: JsonObject
    algorithm: str
    payload: str
    signed: bytes
    signature: bytes


def split(token: str, *, headers: Set[str]) -> Jws:
    """The parts of a compact JWS, whose header may have `alg` and the named members alone.

    Raises ProofError: proof.token_malformed for anything but three strict base64url parts with a JSON object in front;
    proof.token_key for a header that brings a key; proof.token_header for any other that is not listed (crit, b64, zip
    and cty are such, unless listed); proof.algorithm for `none`, shared secrets and made-up names;
    proof.algorithm_unsupported. The payload is NOT decoded here, and the signature NOT checked.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise ProofError("proof.token_malformed", f"the token has {len(parts)} parts, not 3")
    return of_parts(*parts, headers=headers, schemes=_ONE_SCHEME, limit_chars=HEADER_LIMIT_CHARS)


def of_parts(
    protected: str, payload: str, signature: str, *, headers: Set[str], schemes: Set[str], limit_chars: int
) -> Jws:
    """As split, of three parts that came apart. `schemes` are the names of RSA signatures that may be met: a key that
    stands in a certificate or in PEM is bound to none. A header that brings a key along may be listed in `headers`, by
    a caller who does not take that key for the signer's."""
    if len(protected) > limit_chars:
        raise ProofError("proof.token_malformed", f"the token's header has more than {limit_chars} characters")
    try:
        header = strictjson.parse(base64url_decode(protected))
        raw = base64url_decode(signature)
    except (CodecError, Malformed) as fault:
        raise ProofError("proof.token_malformed", f"the token cannot be read: {fault.message}") from fault
    if not isinstance(header.value, dict) or header.bom:
        raise ProofError("proof.token_malformed", "the token's header is not a plain JSON object")
    return Jws(
        header=header.value,
        algorithm=_algorithm(header.value, headers, schemes),
        payload=payload,
        signed=f"{protected}.{payload}".encode("ascii", "replace"),
        signature=raw,
    )


def verify(jws: Jws, key: PublicKey, *, payload: bytes | None = None) -> bool:
    """Whether the signature is the key's; `payload` are the bytes of a detached, unencoded payload (RFC 7797 §5.2).

    Raises ProofError proof.key_mismatch when the header names an algorithm that the key does not have. An ECDSA
    signature has a twin that is as good: nothing may be remembered by a token's hash.
    """
    signed = jws.signed if payload is None else jws.signed + payload
    if key.type is KeyType.RSA and jws.algorithm in rsa.SCHEMES:
        return rsa.verify(key.raw, signed, jws.signature, scheme=jws.algorithm)
    if jws.algorithm not in ALGORITHMS.get(key.type, ()):
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make signatures of {jws.algorithm}")
    return key.verify(signed, jws.signature)


def sign(header: JsonObject, payload: bytes, *, signer: Signer) -> str:
    """The payload as compact JWS under the header with the alg that is the signer's.

    Raises ProofError proof.key_mismatch for a key that signs no tokens here; CodecError codec.jcs."""
    kind = multikey.decode(signer.public()).type
    if kind not in _NAMES:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} signs no tokens here")
    signed = f"{base64url_encode(jcs.encode({'alg': _NAMES[kind], **header}))}.{base64url_encode(payload)}"
    return f"{signed}.{base64url_encode(signer.sign(signed.encode('ascii')))}"


def typ(jws: Jws) -> str | None:
    """The header's typ in small letters and without `application/` (RFC 7515 §4.1.9), None without one."""
    text = text_header(jws, "typ")
    return None if text is None else text.lower().removeprefix("application/")


def text_header(jws: Jws, name: str, *, limit_chars: int = 2048) -> str | None:
    """A header that is a text, or None without it. Raises ProofError proof.token_header for another value, an empty or
    endless one, and one with controls or blanks (it may be shown, compared or looked up)."""
    if name not in jws.header:
        return None
    value = jws.header[name]
    if not isinstance(value, str) or not value or len(value) > limit_chars or not value.isprintable() or " " in value:
        raise ProofError("proof.token_header", f"the header {name} of the token is not a plain text")
    return value


def certificates(jws: Jws) -> tuple[bytes, ...]:
    """x5c in DER, leaf first (RFC 7515 §4.1.6), none without one. Raises ProofError proof.token_header for another form
    than a list of texts in padded base64. No certificate is looked into here, and no chain checked."""
    if "x5c" not in jws.header:
        return ()
    listed = jws.header["x5c"]
    if not isinstance(listed, list) or not 0 < len(listed) <= CERTIFICATE_LIMIT:
        raise ProofError("proof.token_header", "the header x5c of the token is no list of a few certificates")
    found: list[bytes] = []
    for text in listed:
        try:
            found.append(binascii.a2b_base64(text if isinstance(text, str) else "*", strict_mode=True))
        except ValueError as fault:
            raise ProofError("proof.token_header", "a certificate of the token is not in base64") from fault
    return tuple(found)


def key_id(jws: Jws) -> str | None:
    """The header's kid, None without one. Raises ProofError as text_header, and proof.token_header for a name that no
    key has (is_key_id)."""
    text = text_header(jws, "kid")
    if text is not None and not is_key_id(text):
        raise ProofError("proof.token_header", f"the token names its key {for_terminal(text, limit=60)}")
    return text


def is_key_id(text: str) -> bool:
    """Whether a text may be the name of a key: a DID URL, https URL or URN, or a bare name (a thumbprint, an address).

    A path out of its folder, a file's or plain http address, or what a query or shell would read is none: nothing is
    opened for a kid, here or by whoever takes it from here."""
    return _KEY_ID.fullmatch(text) is not None and ".." not in text


def _algorithm(header: JsonObject, headers: Set[str], schemes: Set[str]) -> str:
    # Keys first: of all that may be wrong with a header this is what a reader should be told.
    for name in header:
        if name in KEY_HEADERS and name not in headers:
            raise ProofError("proof.token_key", f"the token brings a key of its own ({name})")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or (algorithm not in _KNOWN and algorithm not in schemes):
        shown = for_terminal(str(algorithm), limit=40)
        if isinstance(algorithm, str) and algorithm in _UNSUPPORTED:
            raise ProofError("proof.algorithm_unsupported", f"signatures of {shown} are not checked here")
        raise ProofError("proof.algorithm", f"the token's alg is {shown}, which signs nothing for others")
    for name in header:
        if name != "alg" and name not in headers:
            shown = for_terminal(name, limit=40)
            raise ProofError("proof.token_header", f"the token has a header {shown}, which has no place here")
    return algorithm
