"""Compact JWS behind a strict front: one spelling per token, a closed list of headers, no key out of the token itself.

The algorithm is only ever compared with the one that the key has (satchel.key): a header cannot choose another, and
there are no shared secrets. Sources: RFC 7515 §3, §4, §5.2; RFC 7797; RFC 8725 (best practices).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from satchel.codec import strictjson
from satchel.codec.base import base64url_decode
from satchel.errors import CodecError, Malformed, ProofError
from satchel.key.jwk import ALGORITHMS
from satchel.key.public import PublicKey
from satchel.port import JsonObject
from satchel.text import for_terminal

HEADER_LIMIT_CHARS: Final = 16 * 1024
# Headers that bring a key along, or the place to fetch one from: it would be the token's own word for its signer.
KEY_HEADERS: Final = frozenset(("jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"))

_KNOWN: Final = frozenset(name for names in ALGORITHMS.values() for name in names)
# Real signature algorithms that are not checked here: an honest token may have one.
_UNSUPPORTED: Final = frozenset(
    ("RS384", "RS512", "PS256", "PS384", "PS512", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
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
    if len(parts[0]) > HEADER_LIMIT_CHARS:
        raise ProofError("proof.token_malformed", f"the token's header has more than {HEADER_LIMIT_CHARS} characters")
    try:
        header = strictjson.parse(base64url_decode(parts[0]))
        signature = base64url_decode(parts[2])
    except (CodecError, Malformed) as fault:
        raise ProofError("proof.token_malformed", f"the token cannot be read: {fault.message}") from fault
    if not isinstance(header.value, dict) or header.bom:
        raise ProofError("proof.token_malformed", "the token's header is not a plain JSON object")
    return Jws(
        header=header.value,
        algorithm=_algorithm(header.value, headers),
        payload=parts[1],
        signed=f"{parts[0]}.{parts[1]}".encode("ascii", "replace"),
        signature=signature,
    )


def verify(jws: Jws, key: PublicKey, *, payload: bytes | None = None) -> bool:
    """Whether the signature is the key's; `payload` are the bytes of a detached, unencoded payload (RFC 7797 §5.2).

    Raises ProofError proof.key_mismatch when the header names an algorithm that the key does not have. An ECDSA
    signature has a twin that is as good: nothing may be remembered by a token's hash.
    """
    if jws.algorithm not in ALGORITHMS[key.type]:
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make signatures of {jws.algorithm}")
    signed = jws.signed if payload is None else jws.signed + payload
    return key.verify(signed, jws.signature)


def text_header(jws: Jws, name: str, *, limit_chars: int = 2048) -> str | None:
    """A header that is a text, or None without it. Raises ProofError proof.token_header for another value, an empty or
    endless one, and one with controls or blanks (it may be shown, compared or looked up)."""
    if name not in jws.header:
        return None
    value = jws.header[name]
    if not isinstance(value, str) or not value or len(value) > limit_chars or not value.isprintable() or " " in value:
        raise ProofError("proof.token_header", f"the header {name} of the token is not a plain text")
    return value


def _algorithm(header: JsonObject, headers: Set[str]) -> str:
    # Keys first: of all that may be wrong with a header this is what a reader should be told.
    for name in header:
        if name in KEY_HEADERS:
            raise ProofError("proof.token_key", f"the token brings a key of its own ({name})")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _KNOWN:
        shown = for_terminal(str(algorithm), limit=40)
        if isinstance(algorithm, str) and algorithm in _UNSUPPORTED:
            raise ProofError("proof.algorithm_unsupported", f"signatures of {shown} are not checked here")
        raise ProofError("proof.algorithm", f"the token's alg is {shown}, which signs nothing for others")
    for name in header:
        if name != "alg" and name not in headers:
            shown = for_terminal(name, limit=40)
            raise ProofError("proof.token_header", f"the token has a header {shown}, which has no place here")
    return algorithm
