"""Selective disclosure in JSON: what an issuer hides behind digests, and how disclosures are put back into place.

Every rule of RFC 9901 §7.1 step 3 to 5 is kept by refusing: a reader that ignores a disclosure the issuer did not sign,
or lets one take the place of a claim that stands in the open, shows the holder's words as the issuer's. Sources: RFC
9901 §4.1 (the algorithm), §4.2 (disclosures and digests), §7.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.codec import jcs, strictjson
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import CodecError, Malformed, ProofError
from satchel.port import Entropy, JsonObject, JsonValue
from satchel.text import for_terminal

SD: Final = "_sd"
SD_ALG: Final = "_sd_alg"
DOTS: Final = "..."
DISCLOSURE_LIMIT: Final = 2000
SALT_BYTES: Final = 16
DEFAULT_HASH: Final = "sha-256"

# By the names of the IANA registry "Named Information Hash Algorithm".
HASHES: Final[Mapping[str, str]] = MappingProxyType({"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"})
_UNSUPPORTED: Final = frozenset(
    ("sha3-224", "sha3-256", "sha3-384", "sha3-512", "blake2s-256", "blake2b-256", "blake2b-512", "k12-256", "k12-512")
)
_RESERVED: Final = frozenset((SD, DOTS, SD_ALG))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """One disclosure in its place. `pointer` is where its value stands in the opened claims (RFC 6901); `text` is the
    disclosure as written. `name` is None for an element of a list."""

    pointer: str
    text: str
    name: str | None
    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Claims with everything disclosed in place and no digest left. `hidden` counts the digests that nothing was
    disclosed for: claims that stay hidden, and decoys. `digest_name` is the IANA name of their hash."""

    claims: JsonObject
    disclosed: tuple[Disclosed, ...]
    hidden: int
    digest_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Claims with digests in place of what can be hidden, and the disclosures: each with the pointer of its value."""

    claims: JsonObject
    disclosures: tuple[tuple[str, str], ...]


def open_claims(claims: JsonObject, disclosures: Sequence[str]) -> Opened:
    """The claims as the issuer signed them, as far as they are disclosed (RFC 9901 §7.1 steps 3 to 5).

    Raises ProofError: proof.disclosure_count for more than 2,000; proof.disclosure_malformed for a disclosure or digest
    in another form; proof.disclosure_unsigned for one that no digest stands for; proof.disclosure_repeated for a
    disclosure or digest that stands twice; proof.disclosure_name for a reserved name, and one that stands in its object
    already; proof.digest, proof.digest_unsupported for the hash; proof.token_malformed for nesting deeper than 64. The
    signature over the claims is NOT checked here.
    """
    if len(disclosures) > DISCLOSURE_LIMIT:
        raise ProofError("proof.disclosure_count", f"{len(disclosures)} claims are disclosed, over {DISCLOSURE_LIMIT}")
    name = digest_name(claims)
    opening = _Opening(name, disclosures)
    opened = opening.object({key: member for key, member in claims.items() if key != SD_ALG}, "", 0)
    if opening.unused:
        raise ProofError("proof.disclosure_unsigned", "something is disclosed that no digest of the issuer stands for")
    return Opened(claims=opened, disclosed=tuple(opening.disclosed), hidden=opening.hidden, digest_name=name)


def digest_name(claims: JsonObject) -> str:
    """The IANA name of the hash that the digests are by. Raises ProofError proof.digest, proof.digest_unsupported."""
    if SD_ALG not in claims:
        return DEFAULT_HASH
    name = claims[SD_ALG]
    if isinstance(name, str) and name in HASHES:
        return name
    shown = for_terminal(str(name), limit=40)
    if isinstance(name, str) and name in _UNSUPPORTED:
        raise ProofError("proof.digest_unsupported", f"digests by {shown} are not checked here")
    raise ProofError("proof.digest", f"the token's digests are by {shown}, which is no sound hash")


def digest(text: str, name: str) -> str:
    """The digest of a disclosure, or of a token with its disclosures, as base64url of the hash of its ASCII."""
    return base64url_encode(hashlib.new(HASHES[name], text.encode("ascii", "replace")).digest())


def choose(disclosed: Sequence[Disclosed], pointers: Collection[str]) -> tuple[str, ...]:
    """The disclosures that show the named claims, and what each of them stands in, the outer ones first.

    What can be hidden inside of a named claim stays hidden unless it is named too. Raises ProofError
    proof.disclosure_unknown for a pointer to nothing that can be disclosed.
    """
    known = {entry.pointer for entry in disclosed}
    for pointer in pointers:
        if pointer not in known:
            shown = for_terminal(pointer, limit=100)
            raise ProofError("proof.disclosure_unknown", f"the token has no claim at {shown} that can be disclosed")
    return tuple(
        entry.text
        for entry in disclosed
        if any(pointer == entry.pointer or pointer.startswith(f"{entry.pointer}/") for pointer in pointers)
    )


def pack(
    claims: JsonObject,
    pointers: Collection[str],
    *,
    entropy: Entropy,
    decoys: int = 0,
    hash_name: str = DEFAULT_HASH,
) -> Packed:
    """The claims with those at the pointers (RFC 6901) behind digests; one inside another makes two disclosures.

    `decoys` are added to every object that hides something, so that nobody can count what it hides. Digests are sorted:
    their order tells nothing. Raises ProofError proof.disclosure_name when a claim has a reserved name,
    proof.disclosure_unknown for a pointer to nothing, proof.digest for another hash.
    """
    if hash_name not in HASHES:
        raise ProofError("proof.digest", f"no digests are made by {for_terminal(hash_name, limit=40)}")
    packing = _Packing(frozenset(pointers), entropy, decoys, hash_name)
    packed = packing.object(claims, "")
    if packing.missing:
        shown = for_terminal(sorted(packing.missing)[0], limit=100)
        raise ProofError("proof.disclosure_unknown", f"there is no claim at {shown} that could be hidden")
    if packing.disclosures:
        packed = {**packed, SD_ALG: hash_name}
    return Packed(claims=packed, disclosures=tuple(packing.disclosures))


def has_digests(value: JsonValue) -> bool:
    """Whether anything in a value, as it was signed, stands behind a digest. Its reader bounded its depth."""
    if isinstance(value, dict):
        return SD in value or DOTS in value or any(map(has_digests, value.values()))
    return isinstance(value, list) and any(map(has_digests, value))


def step(pointer: str, name: str | int) -> str:
    """The JSON pointer of a member or element of what is at the pointer (RFC 6901 §3)."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class _Opening:
    """One walk over the claims; each digest and each disclosure is met once."""

    def __init__(self, name: str, disclosures: Sequence[str]) -> None:
        self.unused: dict[str, tuple[str, list[JsonValue]]] = {}
        self.disclosed: list[Disclosed] = []
        self.hidden = 0
        self._seen: set[str] = set()
        # Step 3a.
        for text in disclosures:
            key = digest(text, name)
            if key in self.unused:
                raise ProofError("proof.disclosure_repeated", "the same disclosure stands in the token twice")
            self.unused[key] = (text, _read(text))

    def value(self, value: JsonValue, pointer: str, depth: int) -> JsonValue:
        if depth > strictjson.DEPTH_LIMIT:
            raise ProofError("proof.token_malformed", f"the claims are nested deeper than {strictjson.DEPTH_LIMIT}")
        if isinstance(value, dict):
            return self.object(value, pointer, depth)
        if isinstance(value, list):
            return self._list(value, pointer, depth)
        return value

    def object(self, value: JsonObject, pointer: str, depth: int) -> JsonObject:
        if DOTS in value:
            raise ProofError("proof.disclosure_malformed", "a digest of a list's element stands outside of a list")
        opened: JsonObject = {
            name: self.value(member, step(pointer, name), depth + 1) for name, member in value.items() if name != SD
        }
        # Steps 3c.i and 3e.
        for key in _digests(value):
            found = self._take(key, parts=3)
            if found is None:
                continue
            text, (_, name, member) = found
            if not isinstance(name, str):
                raise ProofError("proof.disclosure_malformed", "the name of a disclosed claim is no text")
            if name in _RESERVED:
                raise ProofError("proof.disclosure_name", f"a disclosed claim has the reserved name {name}")
            if name in opened:
                shown = for_terminal(name, limit=60)
                raise ProofError("proof.disclosure_name", f"a disclosed claim {shown} stands beside one of its name")
            place = step(pointer, name)
            opened[name] = self._put(place, text, name, member, depth)
        return opened

    def _list(self, values: list[JsonValue], pointer: str, depth: int) -> list[JsonValue]:
        opened: list[JsonValue] = []
        for value in values:
            place = step(pointer, len(opened))
            if not isinstance(value, dict) or DOTS not in value:
                opened.append(self.value(value, place, depth + 1))
                continue
            key = value[DOTS]
            if len(value) > 1 or not isinstance(key, str):
                raise ProofError("proof.disclosure_malformed", "a digest of a list's element is not alone, or no text")
            # Steps 3c.ii and 3d.
            found = self._take(key, parts=2)
            if found is not None:
                text, (_, member) = found
                opened.append(self._put(place, text, None, member, depth))
        return opened

    def _put(self, pointer: str, text: str, name: str | None, member: JsonValue, depth: int) -> JsonValue:
        place = len(self.disclosed)
        opened = self.value(member, pointer, depth + 1)
        # Before what stands in it, as a reader would list them.
        self.disclosed.insert(place, Disclosed(pointer=pointer, text=text, name=name, value=opened))
        return opened

    def _take(self, key: str, *, parts: int) -> tuple[str, list[JsonValue]] | None:
        # Step 4: also when nothing is disclosed for it.
        if key in self._seen:
            raise ProofError("proof.disclosure_repeated", "the same digest stands in the token twice")
        self._seen.add(key)
        found = self.unused.pop(key, None)
        if found is None:
            self.hidden += 1
        elif len(found[1]) != parts:
            raise ProofError("proof.disclosure_malformed", f"a disclosure has {len(found[1])} parts, not {parts}")
        return found


class _Packing:
    """One walk over the claims, from the inside out: what is hidden may hide more."""

    def __init__(self, pointers: frozenset[str], entropy: Entropy, decoys: int, hash_name: str) -> None:
        self.missing = set(pointers)
        self.disclosures: list[tuple[str, str]] = []
        self._pointers = pointers
        self._entropy = entropy
        self._decoys = decoys
        self._hash_name = hash_name

    def value(self, value: JsonValue, pointer: str) -> JsonValue:
        if isinstance(value, dict):
            return self.object(value, pointer)
        if isinstance(value, list):
            return [self._element(member, step(pointer, index)) for index, member in enumerate(value)]
        return value

    def object(self, value: JsonObject, pointer: str) -> JsonObject:
        if reserved := _RESERVED & value.keys():
            raise ProofError("proof.disclosure_name", f"a claim has the reserved name {min(reserved)}")
        packed: JsonObject = {}
        digests: list[JsonValue] = []
        for name, member in value.items():
            place = step(pointer, name)
            inner = self.value(member, place)
            if place in self._pointers:
                digests.append(self._hide(place, [name, inner]))
            else:
                packed[name] = inner
        if digests:
            decoys = (digest(self._salt(), self._hash_name) for _ in range(self._decoys))
            packed[SD] = sorted([*digests, *decoys], key=str)
        return packed

    def _element(self, value: JsonValue, place: str) -> JsonValue:
        inner = self.value(value, place)
        return {DOTS: self._hide(place, [inner])} if place in self._pointers else inner

    def _hide(self, place: str, parts: list[JsonValue]) -> str:
        self.missing.discard(place)
        text = base64url_encode(jcs.encode([self._salt(), *parts]))
        self.disclosures.append((place, text))
        return digest(text, self._hash_name)

    def _salt(self) -> str:
        return base64url_encode(self._entropy(SALT_BYTES))


def _digests(value: JsonObject) -> list[str]:
    if SD not in value:
        return []
    listed = value[SD]
    digests = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list) else None
    if digests is None or not isinstance(listed, list) or len(digests) != len(listed):
        raise ProofError("proof.disclosure_malformed", "the digests of an object are not a list of texts")
    return digests


def _read(text: str) -> list[JsonValue]:
    """A disclosure: the JSON list of a salt, a name for a member of an object, and the value."""
    try:
        parsed = strictjson.parse(base64url_decode(text))
    except (CodecError, Malformed) as fault:
        raise ProofError("proof.disclosure_malformed", f"a disclosure cannot be read: {fault.message}") from fault
    parts = parsed.value
    if parsed.bom or not isinstance(parts, list) or len(parts) not in (2, 3) or not isinstance(parts[0], str):
        raise ProofError("proof.disclosure_malformed", "a disclosure is no list of a salt, a name and a value")
    return parts
