"""Proofs that sign the canonical RDF form by a detached JWS: Ed25519Signature2018, RsaSignature2018 and
JsonWebSignature2020. Read only.

All hash with SHA-256 whatever the key, and sign the header, a dot, and the two hashes as bytes (RFC 7797, b64 false).
Sources: Ed25519 Signature 2018, RSA Signature Suite 2018 and JSON Web Signature 2020 (CCG drafts); the exact bytes as
DIDKit and jsonld-signatures make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from satchel.errors import ProofError
from satchel.key.public import PublicKey
from satchel.port import JsonObject, Signer
from satchel.proof import jws, rdfc
from satchel.proof.configuration import Proof, options_of
from satchel.proof.secured import HashName, Secured

RSA_2018: Final = "RsaSignature2018"

_HEADERS: Final = frozenset(("b64", "crit"))
# RSA keys of these proofs stand in PEM or in a JWK without alg: they are bound to neither padding.
_SCHEMES: Final = frozenset(("RS256", "PS256"))
_SECURITY_V2: Final = "https://w3id.org/security/v2"


def create(secured: Secured, proof: JsonObject, signer: Signer, hash_name: HashName) -> JsonObject:
    """Raises ProofError proof.suite_retired: these kinds are checked and no longer made."""
    raise ProofError("proof.suite_retired", f"proofs of {proof.get('type')} are checked and no longer made")


def verify(secured: Secured, proof: Proof, key: PublicKey, hash_name: HashName) -> bool:
    """Whether the proof's jws is the key's signature.

    Raises ProofError: proof.malformed without a jws, proof.token_malformed, proof.token_header unless the header says
    exactly that the payload is unencoded, proof.algorithm, proof.key_mismatch, proof.context; LinkedError.
    """
    token = proof.raw.get("jws")
    if not isinstance(token, str):
        raise ProofError("proof.malformed", "a proof has no jws")
    pieces = token.split(".")
    if len(pieces) != 3:
        raise ProofError("proof.token_malformed", f"the jws of a proof has {len(pieces)} parts, not 3")
    parts = jws.of_parts(*pieces, headers=_HEADERS, schemes=_SCHEMES, limit_chars=jws.HEADER_LIMIT_CHARS)
    if parts.payload:
        raise ProofError("proof.token_malformed", "the jws of a proof has a payload of its own")
    # An encoded payload would be signed otherwise; 0 == False in Python, and not in a header.
    if parts.header.get("b64") is not False or parts.header.get("crit") != ["b64"]:
        raise ProofError("proof.token_header", "the jws of a proof does not say that its payload is unencoded")
    return any(
        jws.verify(parts, key, payload=rdfc.hash_data(secured, options, hash_name))
        for options in _readings(proof, secured.document)
    )


def _readings(proof: Proof, document: JsonObject) -> Iterator[JsonObject]:
    """The proof without its jws, under the context that gives its terms their meaning: the document's own.

    Older software for RsaSignature2018 took the security vocabulary, whatever the document had. In credentials/v1 the
    prefix of that proof's terms is not defined, so the two give other bytes; both are met."""
    options = options_of(proof, document)
    del options["jws"]
    if proof.type == RSA_2018:
        yield {**options, "@context": _SECURITY_V2}
    yield options
