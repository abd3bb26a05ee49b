"""What ecdsa-sd-2023 and bbs-2023 share: JSON pointers, what they select of a document, and the statements of both.

The issuer signs each statement (one line of N-Quads) for itself, with labels for its blank nodes that only its secret
key explains. Some statements are mandatory: the holder can never take them away. A holder shows a part of the document
and the signatures of its statements; which canonical label stands for which of the issuer's labels goes with it.
Source: Data Integrity ECDSA Cryptosuites 1.0 §3.4, Data Integrity BBS Cryptosuites 1.0 §3.2; RFC 6901 (pointers).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from satchel.codec import cbor
from satchel.codec.base import base64url_encode, multibase_decode
from satchel.codec.cbor import CborValue
from satchel.errors import CodecError, LinkedError, ProofError
from satchel.linked import named
from satchel.linked.canon import canonical_labels, labelled_lines
from satchel.linked.context import Contexts
from satchel.linked.named import Names
from satchel.linked.quads import Quads
from satchel.port import JsonObject, JsonValue
from satchel.proof.configuration import Proof, options_of
from satchel.proof.secured import Secured, canonical_form
from satchel.text import for_terminal

STATEMENTS_LIMIT: Final = 5_000
"""Each statement costs a signature check; a badge has a hundred."""
POINTERS_LIMIT: Final = 1_000
HMAC_KEY_BYTES: Final = 32
HASH_BYTES: Final = 32

# Issuer, dates, type, status and schema: who could take one away would show an endless or a never revoked credential.
ALWAYS_MANDATORY: Final = (
    "type",
    "issuer",
    "issuanceDate",
    "expirationDate",
    "validFrom",
    "validUntil",
    "credentialStatus",
    "credentialSchema",
)

KEPT: Final = frozenset(("@context", "id", "@id", "type", "@type"))
"""Members that stay wherever something beside them is shown: without them the rest would mean something else."""

_INDEX: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_ESCAPE: Final = re.compile(r"~(?![01])")

Tree: TypeAlias = "dict[str, Tree | None]"
Relabel: TypeAlias = Callable[[Iterable[str]], dict[str, str]]
"""The issuer's labels for canonical ones (`_:c14n0`)."""


# Pointers


def parse(pointer: str) -> tuple[str, ...]:
    """The member names and indexes of a JSON pointer; none for the whole document. Raises ProofError proof.pointer."""
    if not pointer:
        return ()
    if pointer[0] != "/" or _ESCAPE.search(pointer):
        raise _pointer(pointer, "is not a JSON pointer")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def render(tokens: Iterable[str | int]) -> str:
    """The JSON pointer of these member names and indexes."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def find(document: JsonObject, pointer: str) -> JsonValue:
    """What the pointer names. Raises ProofError proof.pointer when there is nothing."""
    value: JsonValue = document
    for token in parse(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token[:9]) < len(value) and len(token) < 9:
            value = value[int(token)]
        else:
            raise _pointer(pointer, "names nothing in the document")
    return value


def mandatory_of(document: JsonObject, pointers: Sequence[str]) -> tuple[str, ...]:
    """The pointers that an issuer here makes mandatory: those that are asked for, and the members without which a
    holder could turn the credential into another. Raises ProofError proof.pointer, proof.too_many."""
    always = ["/" + name for name in ALWAYS_MANDATORY if document.get(name) is not None]
    found = tuple(dict.fromkeys([*always, *pointers]))
    tree(document, found)
    return found


def select(document: JsonObject, pointers: Sequence[str], names: Names | None = None) -> JsonObject:
    """The part of the document that the pointers name, with the ids, types and contexts of all that is around it.

    Members keep their order, arrays close their gaps. With `names` each object and array is noted as a part of its
    original. Raises ProofError proof.pointer, proof.too_many.
    """
    found = _selected(document, tree(document, pointers), names or Names())
    if not isinstance(found, dict):
        raise _pointer("", "selects no object")
    return found


def tree(document: JsonObject, pointers: Sequence[str]) -> Tree | None:
    """The pointers as one tree: None where everything below is selected. Raises ProofError proof.pointer,
    proof.too_many."""
    if len(pointers) > POINTERS_LIMIT:
        raise ProofError("proof.too_many", f"there are more than {POINTERS_LIMIT} pointers")
    root: Tree = {}
    for pointer in pointers:
        find(document, pointer)
        *around, last = parse(pointer) or ("",)
        if not pointer:
            return None
        inner: Tree = root
        for token in around:
            deeper = inner.setdefault(token, {})
            if deeper is None:
                break
            inner = deeper
        else:
            inner[last] = None
    return root


def covers(chosen: Tree | None, tokens: Sequence[str]) -> bool:
    """Whether a selection by this tree shows something of what these names and indexes lead to."""
    for token in tokens:
        if chosen is None or token in KEPT:
            return True
        if token not in chosen:
            return False
        chosen = chosen[token]
    return chosen is None or bool(chosen)


def _selected(value: JsonValue, chosen: Tree | None, names: Names) -> JsonValue:
    found: JsonValue
    if isinstance(value, dict):
        found = {
            name: _selected(member, None if chosen is None or name in KEPT else chosen[name], names)
            for name, member in value.items()
            if chosen is None or name in chosen or name in KEPT
        }
    elif isinstance(value, list):
        kept = range(len(value)) if chosen is None else sorted(int(token) for token in chosen)
        found = [_selected(value[index], None if chosen is None else chosen[str(index)], names) for index in kept]
    else:
        return value
    names.came_from(found, value)
    return found


# Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A part of a document: its JSON form, and its statements as indexes into those of the whole, ascending."""

    document: JsonObject
    indexes: tuple[int, ...]
    quads: Quads


class Statements:
    """All statements of a document, in order, with the issuer's labels."""

    __slots__ = ("_contexts", "_document", "_held", "_labels", "_names", "_places", "lines")

    def __init__(self, document: JsonObject, contexts: Contexts, relabel: Relabel) -> None:
        """Raises LinkedError; ProofError proof.too_many for more statements than are signed one by one."""
        self._names = Names()
        self._contexts = contexts
        # A copy: an object that stands at two places of a document made by hand would be one blank node.
        copied = _selected(document, None, Names())
        self._document: JsonObject = copied if isinstance(copied, dict) else {}
        self._held: list[JsonObject] = []
        quads = named.to_quads(self._document, self._names, contexts=contexts)
        canonical = canonical_labels(quads)
        issued = relabel(canonical.values())
        self._labels = {label: issued[canonical[label]] for label in canonical}
        self.lines: list[str] = _sound(labelled_lines(quads, self._labels))
        self._places = {line: index for index, line in enumerate(self.lines)}

    def chosen(self, pointers: Sequence[str]) -> Chosen:
        """The part that the pointers name; no pointer selects no statement.

        Raises ProofError proof.pointer when a pointer names nothing, or something that cannot be shown alone (an item
        of an ordered list, a member whose meaning hangs on others); proof.too_many; LinkedError.
        """
        if not pointers:
            return Chosen(document={}, indexes=(), quads=Quads())
        part = select(self._document, pointers, self._names)
        self._held.append(part)  # names know objects by identity
        try:
            quads = named.to_quads(part, self._names, contexts=self._contexts)
            lines = labelled_lines(quads, self._labels)
            indexes = tuple(self._places[line] for line in lines)
        except (KeyError, LinkedError) as fault:
            raise ProofError(
                "proof.pointer",
                "what is selected cannot be shown alone: it would say something that was not signed",
            ) from fault
        return Chosen(document=part, indexes=indexes, quads=quads)

    def labels_for(self, chosen: Chosen) -> dict[int, str]:
        """For the number of each canonical label that a reader of the part gives, the issuer's label."""
        canonical = canonical_labels(chosen.quads)
        return {number_of(canonical[label]): self._labels[label] for label in canonical}


def shown(secured: Secured, labels: Mapping[int, str]) -> list[str]:
    """The statements of a document that a holder shows, in order, with the issuer's labels.

    Raises ProofError proof.value unless each blank node has one label and no two have the same (two nodes would show
    what was said of one); proof.too_many; LinkedError.
    """
    quads, canonical = secured.named()
    numbers = {label: number_of(canonical[label]) for label in canonical}
    if set(numbers.values()) != set(labels) or len(set(labels.values())) != len(labels):
        raise ProofError("proof.value", "the proof value does not label each blank node of the document once")
    return _sound(labelled_lines(quads, {label: labels[number] for label, number in numbers.items()}))


def number_of(canonical: str) -> int:
    """7 of `_:c14n7`."""
    return int(canonical[6:])


def hmac_labels(key: bytes) -> Relabel:
    """Labels that say nothing to who has not the key: `_:u` and the HMAC of the canonical label (§3.4.4)."""

    def relabel(canonical: Iterable[str]) -> dict[str, str]:
        return {
            label: "_:u" + base64url_encode(hmac.new(key, label[2:].encode("ascii"), hashlib.sha256).digest())
            for label in canonical
        }

    return relabel


def shuffled_labels(key: bytes) -> Relabel:
    """`_:b0`, `_:b1` and so on, in the order of the HMACs (BBS §3.2.2): so two holders' labels look alike."""

    def relabel(canonical: Iterable[str]) -> dict[str, str]:
        digests = hmac_labels(key)(canonical)
        ordered = sorted(digests, key=digests.__getitem__)
        return {label: f"_:b{index}" for index, label in enumerate(ordered)}

    return relabel


def _sound(lines: list[str]) -> list[str]:
    """The lines, when they are few enough to be signed one by one and have a form in UTF-8."""
    if len(lines) > STATEMENTS_LIMIT:
        raise ProofError("proof.too_many", f"the document has more than {STATEMENTS_LIMIT} statements")
    try:
        "".join(lines).encode("utf-8")
    except UnicodeEncodeError as fault:
        raise LinkedError("linked.text", "a text has half of a surrogate pair", details={"path": ""}) from fault
    return lines


def split(lines: Sequence[str], mandatory: Iterable[int]) -> tuple[list[str], list[str]]:
    """The mandatory lines and the others, each in order."""
    chosen = frozenset(mandatory)
    return (
        [line for index, line in enumerate(lines) if index in chosen],
        [line for index, line in enumerate(lines) if index not in chosen],
    )


def hash_of(lines: Iterable[str]) -> bytes:
    """The hash of statements, as they follow each other."""
    return hashlib.sha256("".join(lines).encode("utf-8")).digest()


def proof_hash(secured: Secured, options: JsonObject) -> bytes:
    """The hash of a proof configuration that has the document's @context. Raises LinkedError."""
    return hashlib.sha256(canonical_form(options, secured.contexts, "sha256")).digest()


def options_for(secured: Secured, proof: JsonObject) -> JsonObject:
    """The configuration of a proof that is being made."""
    options = dict(proof)
    if "@context" in secured.document:
        options["@context"] = secured.document["@context"]
    return options


def options_in(secured: Secured, proof: Proof) -> JsonObject:
    """The configuration of a proof that is being checked. Raises ProofError proof.context, and proof.chain_unsupported
    when it builds on others: a holder takes parts away, and an earlier proof would not hold over what is left."""
    if proof.previous:
        raise ProofError("proof.chain_unsupported", f"a proof of {proof.cryptosuite} builds on earlier proofs")
    return options_of(proof, secured.document)


# Proof values


def write(header: bytes, parts: Sequence[CborValue]) -> str:
    """A proofValue: base64url behind `u` of the header and the parts in CBOR."""
    return "u" + base64url_encode(header + cbor.encode(list(parts)))


def read(proof: Proof, headers: Sequence[bytes], count: int) -> tuple[bytes, list[CborValue]]:
    """The header that the proofValue begins with, one of these, and its parts.

    Raises ProofError: proof.malformed without a value, proof.value for any other form: no tags, no indefinite lengths.
    """
    if proof.value is None:
        raise ProofError("proof.malformed", "a proof has no proofValue")
    try:
        data = multibase_decode(proof.value, allowed="u")
    except CodecError as fault:
        raise broken(fault.message) from fault
    header = next((header for header in headers if data.startswith(header)), None)
    if header is None:
        raise broken(f"it does not begin as {proof.cryptosuite} says")
    try:
        parts = cbor.decode(data[len(header) :])
    except CodecError as fault:
        raise broken(fault.message) from fault
    if not isinstance(parts, list) or len(parts) != count:
        raise broken(f"it does not have {count} parts")
    return header, parts


def broken(why: str) -> ProofError:
    """The proofValue is not what its suite writes."""
    return ProofError("proof.value", f"the proofValue is broken: {why}")


def bytes_in(value: CborValue, size: int | None, what: str) -> bytes:
    """A byte string of this length. Raises ProofError proof.value."""
    if not isinstance(value, bytes) or (size is not None and len(value) != size):
        raise broken(f"{what} is not a byte string of the right length")
    return value


def texts_in(value: CborValue, what: str) -> tuple[str, ...]:
    """A list of texts. Raises ProofError proof.value."""
    texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    if texts != value:
        raise broken(f"{what} is not a list of texts")
    return tuple(texts)


def indexes_in(value: CborValue, what: str) -> tuple[int, ...]:
    """A list of ascending indexes. Raises ProofError proof.value."""
    if not isinstance(value, list):
        raise broken(f"{what} is not a list")
    found = tuple(number_in(item, what) for item in value)
    if any(first >= second for first, second in pairwise(found)):
        raise broken(f"{what} is not in ascending order")
    return found


def map_in(value: CborValue, what: str) -> dict[int, CborValue]:
    """A map from numbers. Raises ProofError proof.value."""
    if not isinstance(value, dict):
        raise broken(f"{what} is not a map")
    return {number_in(key, what): member for key, member in value.items()}


def number_in(value: CborValue, what: str) -> int:
    """A number that is not negative. Raises ProofError proof.value."""
    if type(value) is not int or value < 0:
        raise broken(f"{what} holds something else than numbers")
    return value


def _pointer(pointer: str, why: str) -> ProofError:
    return ProofError("proof.pointer", f"{for_terminal(pointer, limit=120)} {why}", details={"pointer": pointer})
