"""bbs-2023: one BBS signature over all statements, from which the holder makes proofs that none can link by themselves.

A base proof goes from the issuer to the holder; each derived proof is new. What can still link two of them is what
they show: mandatory statements, ids, a date in the proof. So a proof made here has no `created`.
A proof of a draft feature (holder binding, pseudonyms) begins otherwise and is not known here.
Source: Data Integrity BBS Cryptosuites 1.0 §3.3 (functions), §3.4 (algorithms), for the baseline feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from satchel.codec.base import base64url_encode
from satchel.codec.cbor import CborKey, CborValue
from satchel.errors import KeyFault, ProofError
from satchel.key import bls, multikey
from satchel.key.public import KeyType, PublicKey
from satchel.port import Entropy, JsonObject, Signer
from satchel.proof import selective
from satchel.proof.configuration import Proof
from satchel.proof.secured import HashName, Secured
from satchel.proof.selective import HASH_BYTES, HMAC_KEY_BYTES, Statements

BASE: Final = b"\xd9\x5d\x02"
DERIVED: Final = b"\xd9\x5d\x03"

# Those of the draft features (§3.3.1, §3.3.5): anonymous holder binding, and pseudonyms of two kinds.
_FEATURES: Final = tuple(bytes((0xD9, 0x5D, number)) for number in range(4, 10))
_PARTS: Final = 5
_PRESENTATION_LIMIT_BYTES: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The parts of a base proof. `header` is what the signature binds besides the free statements: the hash of the
    proof configuration and that of the mandatory statements."""

    signature: bytes
    header: bytes
    public_key: bytes
    hmac_key: bytes
    mandatory: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The parts of a derived proof: the issuer's label (`b7` is 7) for the number of each canonical one, the places of
    the mandatory statements, and those of the others among all that the issuer signed."""

    proof: bytes
    labels: dict[int, int]
    mandatory: tuple[int, ...]
    selected: tuple[int, ...]
    presentation_header: bytes


def create(secured: Secured, proof: JsonObject, signer: Signer, hash_name: HashName) -> NoReturn:
    """Raises ProofError proof.suite_selective: a base proof needs pointers and entropy (suites.sign_base)."""
    raise ProofError("proof.suite_selective", "bbs-2023 signs statement by statement")


def create_base(
    secured: Secured, proof: JsonObject, signer: Signer, mandatory: Sequence[str], entropy: Entropy
) -> JsonObject:
    """The proof with its base value (§3.4.1). Raises LinkedError, ProofError proof.pointer, proof.too_many,
    proof.value when the signer gives no signature."""
    return {**proof, "proofValue": base_value(secured, proof, signer, mandatory, hmac_key=entropy(HMAC_KEY_BYTES))}


def base_value(
    secured: Secured, proof: JsonObject, signer: Signer, mandatory: Sequence[str], *, hmac_key: bytes
) -> str:
    """The proofValue of a base proof under this secret, which must be of this credential alone."""
    statements = Statements(secured.document, secured.contexts, selective.shuffled_labels(hmac_key))
    fixed, free = selective.split(statements.lines, statements.chosen(mandatory).indexes)
    header = _header(secured, selective.options_for(secured, proof), fixed)
    signature = signer.sign(bls.frame(header, _messages(free)))
    if len(signature) != bls.SIGNATURE_BYTES:
        raise ProofError("proof.value", f"the signer of {signer.id} gave {len(signature)} bytes, not 80")
    public_key = multikey.decode(signer.public()).raw
    return selective.write(BASE, (signature, header, public_key, hmac_key, [*mandatory]))


def derive(secured: Secured, proof: Proof, pointers: Sequence[str], header: bytes, entropy: Entropy) -> JsonObject:
    """The part of the document that the mandatory pointers and these name, with the derived proof (§3.4.4).

    `header` is bound into the proof: a verifier who gave it knows that the proof was made for it.
    Raises ProofError proof.value, proof.pointer, proof.context, proof.chain_unsupported; LinkedError; KeyFault
    proof.extra_missing. The signature is NOT checked here.
    """
    options = selective.options_in(secured, proof)
    base = read_base(proof)
    if len(header) > _PRESENTATION_LIMIT_BYTES:
        raise ProofError("proof.value", f"a presentation header has more than {_PRESENTATION_LIMIT_BYTES} bytes")
    statements = Statements(secured.document, secured.contexts, selective.shuffled_labels(base.hmac_key))
    fixed = frozenset(statements.chosen(base.mandatory).indexes)
    chosen = statements.chosen((*base.mandatory, *pointers))
    mandatory, free = selective.split(statements.lines, fixed)
    if base.header != _header(secured, options, mandatory):
        raise selective.broken("its header does not fit the document")
    place_of = {index: place for place, index in enumerate(i for i in range(len(statements.lines)) if i not in fixed)}
    selected = tuple(place_of[index] for index in chosen.indexes if index not in fixed)
    made = _made(base, header, _messages(free), selected, entropy)
    labels = statements.labels_for(chosen)
    value = write_derived(
        Derived(
            proof=made,
            labels={number: int(label[3:]) for number, label in labels.items()},
            mandatory=tuple(place for place, index in enumerate(chosen.indexes) if index in fixed),
            selected=selected,
            presentation_header=header,
        )
    )
    members = {name: member for name, member in proof.raw.items() if name != "@context"}
    return {**chosen.document, "proof": {**members, "proofValue": value}}


def _made(base: Base, header: bytes, messages: Sequence[bytes], selected: Sequence[int], entropy: Entropy) -> bytes:
    try:
        return bls.derive(base.public_key, base.signature, base.header, header, messages, selected, entropy)
    except KeyFault as fault:
        if fault.code != "key.signature":
            raise
        raise selective.broken(fault.message) from fault


def verify(secured: Secured, proof: Proof, key: PublicKey, hash_name: HashName) -> bool:
    """Whether the proof, derived (§3.4.7) or base, is the key's over the document as it stands.

    Raises ProofError proof.value, proof.context, proof.chain_unsupported, proof.too_many; LinkedError; KeyFault
    proof.extra_missing. NOT checked here: what a derived document leaves out, and what the presentation header says.
    """
    options = selective.options_in(secured, proof)
    _require_known(proof)
    if is_base(proof):
        return _verify_base(secured, proof, key, options)
    derived = read_derived(proof)
    fixed, free = _statements(secured, derived)
    if len(free) != len(derived.selected):
        raise selective.broken("it does not have one index for each statement")
    hidden = bls.proof_count(derived.proof)
    if hidden is None:
        raise selective.broken("the BBS proof has a length that none has")
    if hidden + len(free) > bls.MESSAGES_LIMIT:
        raise ProofError("proof.too_many", f"the issuer signed more than {bls.MESSAGES_LIMIT} statements")
    messages = dict(zip(derived.selected, _messages(free), strict=True))
    header = _header(secured, options, fixed)
    return bls.verify_proof(key.raw, derived.proof, header, derived.presentation_header, messages)


def _statements(secured: Secured, derived: Derived) -> tuple[list[str], list[str]]:
    """The mandatory statements and the others, as the issuer labelled them."""
    lines = selective.shown(secured, {number: f"_:b{label}" for number, label in derived.labels.items()})
    if derived.mandatory and derived.mandatory[-1] >= len(lines):
        raise selective.broken("a mandatory index is outside of the document")
    return selective.split(lines, derived.mandatory)


def _verify_base(secured: Secured, proof: Proof, key: PublicKey, options: JsonObject) -> bool:
    base = read_base(proof)
    statements = Statements(secured.document, secured.contexts, selective.shuffled_labels(base.hmac_key))
    try:
        chosen = statements.chosen(base.mandatory)
    except ProofError as fault:
        raise selective.broken(f"a mandatory pointer does not fit: {fault.message}") from fault
    fixed, free = selective.split(statements.lines, chosen.indexes)
    header = _header(secured, options, fixed)
    # The holder derives with the header and key of the proof: another's there would spoil what comes of it.
    if base.header != header or base.public_key != key.raw:
        return False
    return key.verify(bls.frame(header, _messages(free)), base.signature)


def _require_known(proof: Proof) -> None:
    """Raises ProofError proof.suite_unsupported for a draft feature."""
    if (proof.value or "").startswith(tuple("u" + base64url_encode(header) for header in _FEATURES)):
        raise ProofError("proof.suite_unsupported", "a bbs-2023 proof with a draft feature is not known here")


def _header(secured: Secured, options: JsonObject, mandatory: Sequence[str]) -> bytes:
    return selective.proof_hash(secured, options) + selective.hash_of(mandatory)


def _messages(lines: Sequence[str]) -> list[bytes]:
    return [line.encode("utf-8") for line in lines]


def is_base(proof: Proof) -> bool:
    """Whether the proof is the issuer's, from which others are derived."""
    return (proof.value or "").startswith("u" + base64url_encode(BASE))


def mandatory_of(proof: Proof) -> tuple[str, ...]:
    """What the holder of this base proof must always show. Raises ProofError proof.value, proof.malformed."""
    return read_base(proof).mandatory


def read_base(proof: Proof) -> Base:
    """The parts of a base proof (§3.3.2). Raises ProofError proof.value, proof.malformed."""
    _, (signature, header, public_key, hmac_key, mandatory) = selective.read(proof, (BASE,), _PARTS)
    raw = selective.bytes_in(public_key, bls.PUBLIC_BYTES, "the key")
    try:
        PublicKey(KeyType.BLS12_381_G2, raw)
    except KeyFault as fault:
        raise selective.broken(fault.message) from fault
    return Base(
        signature=selective.bytes_in(signature, bls.SIGNATURE_BYTES, "the signature"),
        header=selective.bytes_in(header, 2 * HASH_BYTES, "the header"),
        public_key=raw,
        hmac_key=selective.bytes_in(hmac_key, HMAC_KEY_BYTES, "the HMAC key"),
        mandatory=selective.texts_in(mandatory, "the list of mandatory pointers"),
    )


def read_derived(proof: Proof) -> Derived:
    """The parts of a derived proof (§3.3.6). Raises ProofError proof.value, proof.malformed."""
    _, (made, labels, mandatory, selected, header) = selective.read(proof, (DERIVED,), _PARTS)
    presented = selective.bytes_in(header, None, "the presentation header")
    if len(presented) > _PRESENTATION_LIMIT_BYTES:
        raise selective.broken("the presentation header is too long")
    return Derived(
        proof=selective.bytes_in(made, None, "the BBS proof"),
        labels={
            number: selective.number_in(label, "the map of labels")
            for number, label in selective.map_in(labels, "the map of labels").items()
        },
        mandatory=selective.indexes_in(mandatory, "the list of mandatory indexes"),
        selected=selective.indexes_in(selected, "the list of selected indexes"),
        presentation_header=presented,
    )


def write_derived(derived: Derived) -> str:
    """The proofValue of a derived proof (§3.3.5)."""
    labels: dict[CborKey, CborValue] = {number: label for number, label in derived.labels.items()}  # noqa: C416
    return selective.write(
        DERIVED, (derived.proof, labels, [*derived.mandatory], [*derived.selected], derived.presentation_header)
    )
