"""ecdsa-sd-2023: the issuer signs each statement with a key made for this credential, and that key with its own.

A base proof goes from the issuer to the holder. It holds all signatures and the secret that labels blank nodes; shown
to others it would give all of that away. From it the holder derives proofs over parts of the credential.
The signature of the base, its key and the signatures of the statements are the same in each derived proof: whoever
sees two of them knows that they are of one credential.
Source: Data Integrity ECDSA Cryptosuites 1.0 §3.5 (functions), §3.6 (algorithms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from satchel.codec.base import base58_decode, base58_encode, base64url_decode, base64url_encode
from satchel.codec.cbor import CborKey, CborValue
from satchel.errors import KeyFault, ProofError
from satchel.key import multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.port import Entropy, JsonObject, Signer
from satchel.proof import selective
from satchel.proof.configuration import Proof
from satchel.proof.secured import HashName, Secured
from satchel.proof.selective import HMAC_KEY_BYTES, Statements

BASE: Final = b"\xd9\x5d\x00"
DERIVED: Final = b"\xd9\x5d\x01"

_PARTS: Final = 5
_SIGNATURE_BYTES: Final = 64
# A P-256 public key as Multikey writes it: two bytes of multicodec, and the compressed point.
_KEY_BYTES: Final = 35
_LABEL_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The parts of a base proof. `public_key` is that of the credential, in the bytes of a Multikey."""

    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    mandatory: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The parts of a derived proof: the signatures of the statements that are not mandatory, in their order; the
    issuer's label for the number of each canonical one; the places of the mandatory statements."""

    signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: dict[int, str]
    mandatory: tuple[int, ...]


def create(secured: Secured, proof: JsonObject, signer: Signer, hash_name: HashName) -> NoReturn:
    """Raises ProofError proof.suite_selective: a base proof needs pointers and entropy (suites.sign_base)."""
    raise ProofError("proof.suite_selective", "ecdsa-sd-2023 signs statement by statement")


def create_base(
    secured: Secured, proof: JsonObject, signer: Signer, mandatory: Sequence[str], entropy: Entropy
) -> JsonObject:
    """The proof with its base value (§3.6.1). Raises LinkedError, ProofError proof.pointer, proof.too_many,
    proof.value when the signer gives no signature."""
    hmac_key = entropy(HMAC_KEY_BYTES)
    key = PrivateKey.generate(entropy, KeyType.P_256)
    return {**proof, "proofValue": base_value(secured, proof, signer, mandatory, hmac_key=hmac_key, key=key)}


def base_value(
    secured: Secured, proof: JsonObject, signer: Signer, mandatory: Sequence[str], *, hmac_key: bytes, key: PrivateKey
) -> str:
    """The proofValue of a base proof under these two secrets, which must be of this credential alone."""
    statements = Statements(secured.document, secured.contexts, selective.hmac_labels(hmac_key))
    fixed, free = selective.split(statements.lines, statements.chosen(mandatory).indexes)
    public_key = base58_decode(multikey.encode(key.public())[1:])
    signed = selective.proof_hash(secured, selective.options_for(secured, proof)) + public_key
    signature = signer.sign(signed + selective.hash_of(fixed))
    if len(signature) != _SIGNATURE_BYTES:
        raise ProofError("proof.value", f"the signer of {signer.id} gave {len(signature)} bytes, not 64")
    signatures = [key.sign(line.encode("utf-8")) for line in free]
    return selective.write(BASE, (signature, public_key, hmac_key, [*signatures], [*mandatory]))


def derive(secured: Secured, proof: Proof, pointers: Sequence[str], header: bytes, entropy: Entropy) -> JsonObject:
    """The part of the document that the mandatory pointers and these name, with the derived proof (§3.6.4).

    `header` and `entropy` are not used: this suite has no place for them. Raises ProofError proof.value,
    proof.pointer, proof.context, proof.chain_unsupported; LinkedError. The signatures are NOT checked here.
    """
    selective.options_in(secured, proof)
    base = read_base(proof)
    statements = Statements(secured.document, secured.contexts, selective.hmac_labels(base.hmac_key))
    fixed = frozenset(statements.chosen(base.mandatory).indexes)
    chosen = statements.chosen((*base.mandatory, *pointers))
    free = [index for index in range(len(statements.lines)) if index not in fixed]
    if len(free) != len(base.signatures):
        raise selective.broken("it does not have one signature for each statement")
    signature_of = dict(zip(free, base.signatures, strict=True))
    labels = statements.labels_for(chosen)
    value = write_derived(
        Derived(
            signature=base.signature,
            public_key=base.public_key,
            signatures=tuple(signature_of[index] for index in chosen.indexes if index not in fixed),
            labels={number: labels[number][2:] for number in sorted(labels)},
            mandatory=tuple(place for place, index in enumerate(chosen.indexes) if index in fixed),
        )
    )
    members = {name: member for name, member in proof.raw.items() if name != "@context"}
    return {**chosen.document, "proof": {**members, "proofValue": value}}


def verify(secured: Secured, proof: Proof, key: PublicKey, hash_name: HashName) -> bool:
    """Whether the proof, derived (§3.6.7) or base, is the key's over the document as it stands.

    Raises ProofError proof.value, proof.context, proof.chain_unsupported, proof.too_many; LinkedError. That the
    document of a derived proof is a part of another cannot be seen here, nor what the part leaves out: only that no
    mandatory statement is among it.
    """
    options = selective.options_in(secured, proof)
    if is_base(proof):
        return _verify_base(secured, proof, key, options)
    derived = read_derived(proof)
    fixed, free = _statements(secured, derived)
    signed = selective.proof_hash(secured, options) + derived.public_key + selective.hash_of(fixed)
    return _verify(signed, derived.signature, key, derived.public_key, free, derived.signatures)


def _statements(secured: Secured, derived: Derived) -> tuple[list[str], list[str]]:
    """The mandatory statements and the others, as the issuer labelled them."""
    lines = selective.shown(secured, {number: "_:" + label for number, label in derived.labels.items()})
    if derived.mandatory and derived.mandatory[-1] >= len(lines):
        raise selective.broken("a mandatory index is outside of the document")
    return selective.split(lines, derived.mandatory)


def _verify_base(secured: Secured, proof: Proof, key: PublicKey, options: JsonObject) -> bool:
    base = read_base(proof)
    statements = Statements(secured.document, secured.contexts, selective.hmac_labels(base.hmac_key))
    try:
        chosen = statements.chosen(base.mandatory)
    except ProofError as fault:
        raise selective.broken(f"a mandatory pointer does not fit: {fault.message}") from fault
    fixed, free = selective.split(statements.lines, chosen.indexes)
    signed = selective.proof_hash(secured, options) + base.public_key + selective.hash_of(fixed)
    return _verify(signed, base.signature, key, base.public_key, free, base.signatures)


def _verify(
    signed: bytes,
    signature: bytes,
    key: PublicKey,
    public_key: bytes,
    lines: Sequence[str],
    signatures: Sequence[bytes],
) -> bool:
    """The issuer's signature first: until it holds nothing says that the other key is worth anything."""
    if len(lines) != len(signatures):
        raise selective.broken("it does not have one signature for each statement")
    if not key.verify(signed, signature):
        return False
    own = _own_key(public_key)
    return all(own.verify(line.encode("utf-8"), each) for line, each in zip(lines, signatures, strict=True))


def _own_key(public_key: bytes) -> PublicKey:
    try:
        key = multikey.decode("z" + base58_encode(public_key))
    except KeyFault as fault:
        raise selective.broken(f"its key: {fault.message}") from fault
    if key.type is not KeyType.P_256:
        raise selective.broken("its key is not of P-256")
    return key


def is_base(proof: Proof) -> bool:
    """Whether the proof is the issuer's, from which others are derived."""
    return (proof.value or "").startswith("u" + base64url_encode(BASE))


def mandatory_of(proof: Proof) -> tuple[str, ...]:
    """What the holder of this base proof must always show. Raises ProofError proof.value, proof.malformed."""
    return read_base(proof).mandatory


def read_base(proof: Proof) -> Base:
    """The parts of a base proof (§3.5.3). Raises ProofError proof.value, proof.malformed."""
    _, (signature, public_key, hmac_key, signatures, mandatory) = selective.read(proof, (BASE,), _PARTS)
    return Base(
        signature=selective.bytes_in(signature, _SIGNATURE_BYTES, "the signature"),
        public_key=selective.bytes_in(public_key, _KEY_BYTES, "the key"),
        hmac_key=selective.bytes_in(hmac_key, HMAC_KEY_BYTES, "the HMAC key"),
        signatures=_signatures(signatures),
        mandatory=selective.texts_in(mandatory, "the list of mandatory pointers"),
    )


def read_derived(proof: Proof) -> Derived:
    """The parts of a derived proof (§3.5.8). Raises ProofError proof.value, proof.malformed."""
    _, (signature, public_key, signatures, labels, mandatory) = selective.read(proof, (DERIVED,), _PARTS)
    return Derived(
        signature=selective.bytes_in(signature, _SIGNATURE_BYTES, "the signature"),
        public_key=selective.bytes_in(public_key, _KEY_BYTES, "the key"),
        signatures=_signatures(signatures),
        labels={
            number: "u" + base64url_encode(selective.bytes_in(label, _LABEL_BYTES, "a label"))
            for number, label in selective.map_in(labels, "the map of labels").items()
        },
        mandatory=selective.indexes_in(mandatory, "the list of mandatory indexes"),
    )


def write_derived(derived: Derived) -> str:
    """The proofValue of a derived proof (§3.5.7)."""
    labels: dict[CborKey, CborValue] = {number: base64url_decode(label[1:]) for number, label in derived.labels.items()}
    return selective.write(
        DERIVED, (derived.signature, derived.public_key, [*derived.signatures], labels, [*derived.mandatory])
    )


def _signatures(value: CborValue) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise selective.broken("the signatures are not a list")
    return tuple(selective.bytes_in(item, _SIGNATURE_BYTES, "a signature") for item in value)
