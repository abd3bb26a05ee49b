"""Suites that sign the JSON itself in canonical form (RFC 8785): eddsa-jcs-2022 and ecdsa-jcs-2019.

No term is looked up, so nothing here says that the words of the document mean anything; what is covered are its
members and their values. The proof repeats the document's @context: held contexts that are put behind it later leave
the signature standing, and whoever reads the document must look at them. A context that is not held is refused, as by
the suites over RDF: nobody here could say what the document means under it.
Sources: Data Integrity EdDSA Cryptosuites 1.0 §3.3, ECDSA Cryptosuites 1.0 §3.3.
"""

from __future__ import annotations

import hashlib

from satchel.codec import jcs
from satchel.key.public import PublicKey
from satchel.linked.emit import to_quads
from satchel.port import JsonObject, Signer
from satchel.proof import value
from satchel.proof.configuration import Proof, require_own_context
from satchel.proof.secured import HashName, Secured


def hash_data(secured: Secured, options: JsonObject, hash_name: HashName) -> bytes:
    """What is signed: the hash of the proof configuration, then the hash of the document under the configuration's
    @context (§3.3.2 steps 3 and 4, §3.3.4 step 3). Raises CodecError codec.jcs."""
    configuration = hashlib.new(hash_name, jcs.encode(options)).digest()
    return configuration + secured.json_digest(hash_name, options)


def create(secured: Secured, proof: JsonObject, signer: Signer, hash_name: HashName) -> JsonObject:
    """The proof with the document's @context and its value (§3.3.1). Raises LinkedError for a context that is not held
    or not sound; CodecError codec.jcs; ProofError proof.value when the signer gives no signature."""
    _require_contexts(secured)
    options = dict(proof)
    if "@context" in secured.document:
        options["@context"] = secured.document["@context"]
    return {**options, "proofValue": value.write(hash_data(secured, options, hash_name), signer)}


def verify(secured: Secured, proof: Proof, key: PublicKey, hash_name: HashName) -> bool:
    """Whether the proof's value is the key's signature. Raises ProofError proof.value, proof.context when the
    document's @context does not begin with the proof's; LinkedError for a context that is not held or not sound;
    CodecError codec.jcs."""
    signature = value.read(proof, key)
    require_own_context(proof, secured.document)
    _require_contexts(secured)
    options = {name: member for name, member in proof.raw.items() if name != "proofValue"}
    return key.verify(hash_data(secured, options, hash_name), signature)


def _require_contexts(secured: Secured) -> None:
    """Raises LinkedError when a context of the document is not held, or is against the rules; none is ever fetched."""
    if "@context" in secured.document:
        # One statement of no meaning: an object that says nothing is refused for that alone.
        probe: JsonObject = {"@context": secured.document["@context"], "@id": "urn:probe", "@type": "urn:probe"}
        to_quads(probe, contexts=secured.contexts)
