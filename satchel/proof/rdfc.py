"""Suites that sign the canonical RDF form: eddsa-rdfc-2022, ecdsa-rdfc-2019, and Ed25519Signature2020 before them.

They differ in the key, and in the hash that goes with it; transformation and hashing are the same.
Sources: Data Integrity EdDSA Cryptosuites 1.0 §3.2, §A (Ed25519Signature2020); ECDSA Cryptosuites 1.0 §3.2.
"""

from __future__ import annotations

from satchel.key.public import PublicKey
from satchel.port import JsonObject, Signer
from satchel.proof import value
from satchel.proof.configuration import Proof, options_of
from satchel.proof.secured import HASHES, HashName, Secured, canonical_form


def hash_data(secured: Secured, options: JsonObject, hash_name: HashName) -> bytes:
    """What is signed: the hash of the proof configuration, then the hash of the document (§3.2.4 step 3).

    `options` are the proof without its value, under the document's @context. Raises LinkedError.
    """
    configuration = canonical_form(options, secured.contexts, hash_name)
    return HASHES[hash_name](configuration).digest() + secured.digest(hash_name)


def create(secured: Secured, proof: JsonObject, signer: Signer, hash_name: HashName) -> JsonObject:
    """The proof with its value. Raises LinkedError, ProofError proof.value when the signer gives no signature."""
    options = dict(proof)
    if "@context" in secured.document:
        options["@context"] = secured.document["@context"]
    return {**proof, "proofValue": value.write(hash_data(secured, options, hash_name), signer)}


def verify(secured: Secured, proof: Proof, key: PublicKey, hash_name: HashName) -> bool:
    """Whether the proof's value is the key's signature. Raises ProofError proof.value, proof.context; LinkedError."""
    signature = value.read(proof, key)
    return key.verify(hash_data(secured, options_of(proof, secured.document), hash_name), signature)
