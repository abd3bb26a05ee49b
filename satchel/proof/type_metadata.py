"""Type metadata of an SD-JWT VC: the document that `vct` names, and what it asks of the token's claims.

Pure: whoever fetches such documents gives their bytes. Source: SD-JWT-based Verifiable Credentials §4 (type metadata),
§4.6 (document integrity), §4.4 (extending), §5.4 (claim metadata).
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codec import strictjson
from satchel.errors import Malformed, ProofError
from satchel.port import JsonObject, JsonValue
from satchel.proof import disclosure
from satchel.proof.sdjwt import Token
from satchel.text import for_terminal

Disclosable: TypeAlias = Literal["always", "allowed", "never"]
Path: TypeAlias = "tuple[str | int | None, ...]"

LIMIT_BYTES: Final = 512 * 1024
EXTENDS_LIMIT: Final = 8
CLAIMS_LIMIT: Final = 500

_DISCLOSABLE: Final[Mapping[str, Disclosable]] = MappingProxyType(
    {"always": "always", "allowed": "allowed", "never": "never"}
)
_HASHES: Final = ("sha512", "sha384", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRule:
    """What the type asks of the claims at a path: a name is a member, a number an element, None every element."""

    path: Path
    is_mandatory: bool
    disclosable: Disclosable


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMetadata:
    """The description of one type. `extends` names the type that it builds on, `extends_integrity` the digest of that
    one's document. `name` and `description` are the publisher's words."""

    vct: str
    name: str | None
    description: str | None
    extends: str | None
    extends_integrity: str | None
    claims: tuple[ClaimRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where a token does not do what its type asks: the pointer of a claim, and a sentence."""

    pointer: str
    message: str


def read(raw: bytes, *, vct: str, integrity: str | None) -> TypeMetadata:
    """The description of the type `vct` from the bytes of its document.

    `integrity` is what the token says in `vct#integrity`, or an extending type in `extends#integrity`, None without it.
    Raises ProofError: proof.type_integrity when the bytes are others, or the digest is by no known hash;
    proof.type_metadata for a document in another form, of another type, or with more than 500 claims.
    """
    if integrity is not None and not _is_intact(raw, integrity):
        raise ProofError("proof.type_integrity", f"the document of {_shown(vct)} is not the one that was meant")
    try:
        value = strictjson.load_object(raw, limit_bytes=LIMIT_BYTES)
    except Malformed as fault:
        raise ProofError("proof.type_metadata", f"the document of {_shown(vct)}: {fault.message}") from fault
    if value.get("vct") != vct:
        raise ProofError("proof.type_metadata", f"the document of {_shown(vct)} describes another type")
    listed = value.get("claims", [])
    if not isinstance(listed, list) or len(listed) > CLAIMS_LIMIT:
        raise ProofError("proof.type_metadata", f"the document of {_shown(vct)} has no sound list of claims")
    return TypeMetadata(
        vct=vct,
        name=_text(value, "name"),
        description=_text(value, "description"),
        extends=_text(value, "extends"),
        extends_integrity=_text(value, "extends#integrity"),
        claims=tuple(map(_rule, listed)),
    )


def rules(chain: Sequence[TypeMetadata]) -> tuple[ClaimRule, ...]:
    """What a type asks together with those that it extends: the type itself first, then each that the one before it
    extends.

    A rule for a path replaces an inherited one, but may not loosen or turn what that one fixed about disclosure or
    presence. Raises ProofError proof.type_metadata for that, for a chain that is broken or longer than 8, and for one
    that comes back to itself.
    """
    names = [entry.vct for entry in chain]
    if len(chain) > EXTENDS_LIMIT or len(set(names)) != len(names):
        raise ProofError("proof.type_metadata", "the types extend each other too far, or in a circle")
    if [entry.extends for entry in chain] != [*names[1:], None]:
        raise ProofError("proof.type_metadata", "the types that a type extends are not all there")
    merged: dict[Path, ClaimRule] = {}
    for entry in reversed(chain):
        for rule in entry.claims:
            inherited = merged.get(rule.path)
            if inherited is not None and not _keeps(rule, inherited):
                raise ProofError("proof.type_metadata", f"{_shown(entry.vct)} loosens what it extends")
            merged[rule.path] = rule
    return tuple(merged.values())


def departures(token: Token, asked: Sequence[ClaimRule]) -> tuple[Departure, ...]:
    """Where the token does not do what its type asks; none when it does.

    A claim that the holder keeps hidden cannot be told from one that is not there: a mandatory claim counts as missing
    only when the token hides nothing.
    """
    disclosed = {entry.pointer for entry in token.disclosed}
    found: list[Departure] = []
    for rule in asked:
        places = tuple(_places(token.claims, rule.path, ""))
        if rule.is_mandatory and not places and token.hidden == 0:
            found.append(Departure(pointer=_pointer(rule.path), message="the type asks for this claim"))
        for place in places:
            if rule.disclosable == "always" and place not in disclosed:
                found.append(Departure(pointer=place, message="the type asks that the holder may hide this claim"))
            if rule.disclosable == "never" and place in disclosed:
                found.append(Departure(pointer=place, message="the type asks that nobody may hide this claim"))
    return tuple(found)


def _keeps(rule: ClaimRule, inherited: ClaimRule) -> bool:
    is_same = inherited.disclosable in ("allowed", rule.disclosable)
    return is_same and (rule.is_mandatory or not inherited.is_mandatory)


def _rule(value: JsonValue) -> ClaimRule:
    path = value.get("path") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(path, list) or not path:
        raise ProofError("proof.type_metadata", "a claim of the type has no path")
    steps = [step for step in path if step is None or isinstance(step, str | int)]
    if len(steps) != len(path) or any(isinstance(step, bool) or (isinstance(step, int) and step < 0) for step in steps):
        raise ProofError("proof.type_metadata", "a claim of the type has a path that leads nowhere")
    is_mandatory, disclosable = value.get("mandatory", False), value.get("sd", "allowed")
    known = _DISCLOSABLE.get(disclosable) if isinstance(disclosable, str) else None
    if not isinstance(is_mandatory, bool) or known is None:
        raise ProofError("proof.type_metadata", "a claim of the type has rules that are not understood")
    return ClaimRule(path=tuple(steps), is_mandatory=is_mandatory, disclosable=known)


def _places(value: JsonValue, path: Path, pointer: str) -> Iterator[str]:
    """The pointers of what a path selects (§5.4.1)."""
    if not path:
        yield pointer
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from _places(value[step], rest, disclosure.step(pointer, step))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if step is None or step == index:
                yield from _places(member, rest, disclosure.step(pointer, index))


def _pointer(path: Path) -> str:
    pointer = ""
    for step in path:
        pointer = disclosure.step(pointer, "*" if step is None else step)
    return pointer


def _is_intact(raw: bytes, integrity: str) -> bool:
    """Subresource Integrity §3.3.4: of the digests by the strongest hash, one is that of the bytes."""
    digests: dict[str, list[bytes]] = {}
    for entry in integrity.split(" "):
        name, _, text = entry.partition("-")
        try:
            digests.setdefault(name, []).append(binascii.a2b_base64(text.encode("ascii"), strict_mode=True))
        except ValueError:
            return False
    for name in _HASHES:
        if name in digests:
            return hashlib.new(name, raw).digest() in digests[name]
    return False


def _text(value: JsonObject, name: str) -> str | None:
    if name not in value:
        return None
    text = value[name]
    if not isinstance(text, str) or not text:
        raise ProofError("proof.type_metadata", f"{name} of the type is no text")
    return text


def _shown(vct: str) -> str:
    return for_terminal(vct, limit=100)
