"""Ed25519 over the canonical RDF form: eddsa-rdfc-2022, and Ed25519Signature2020 before it.

The two differ in how a proof names its suite; transformation, hashing and proof value are the same.
Source: Data Integrity EdDSA Cryptosuites 1.0 §3.2, §A (Ed25519Signature2020).
"""

from __future__ import annotations

import hashlib
from typing import Final

from satchel.codec.base import multibase_decode, multibase_encode
from satchel.errors import CodecError, ProofError
from satchel.key.public import PublicKey
from satchel.port import JsonObject, Signer
from satchel.proof.configuration import Proof, options_of
from satchel.proof.secured import Secured, canonical_form

SIGNATURE_BYTES: Final = 64


def hash_data(secured: Secured, options: JsonObject) -> bytes:
    """What is signed: the hash of the proof configuration, then the hash of the document (§3.2.4 step 3).

    `options` are the proof without its value, under the document's @context. Raises LinkedError.
    """
    configuration = canonical_form(options, secured.contexts, "sha256")
    return hashlib.sha256(configuration).digest() + secured.digest("sha256")


def create(secured: Secured, options: JsonObject, signer: Signer) -> str:
    """The proofValue over the document and these options. Raises LinkedError, ProofError proof.value when the signer
    gives something that is no Ed25519 signature."""
    signature = signer.sign(hash_data(secured, options))
    if len(signature) != SIGNATURE_BYTES:
        raise ProofError("proof.value", f"the signer of {signer.id} gave {len(signature)} bytes, not {SIGNATURE_BYTES}")
    return multibase_encode(signature, "z")


def verify(secured: Secured, proof: Proof, key: PublicKey) -> bool:
    """Whether the proof's value is the key's signature. Raises ProofError proof.value, proof.context; LinkedError."""
    signature = _signature(proof)
    return key.verify(hash_data(secured, options_of(proof, secured.document)), signature)


def _signature(proof: Proof) -> bytes:
    """The 64 bytes of a proofValue: base58btc behind `z`, and nothing else around (§3.2.2 step 3)."""
    if proof.value is None:
        raise ProofError("proof.malformed", "a proof has no proofValue")
    try:
        signature = multibase_decode(proof.value, allowed="z")
    except CodecError as fault:
        raise ProofError("proof.value", f"the proofValue is broken: {fault.message}") from fault
    if len(signature) != SIGNATURE_BYTES:
        raise ProofError("proof.value", f"the proofValue has {len(signature)} bytes, not {SIGNATURE_BYTES}")
    return signature
