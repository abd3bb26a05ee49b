"""Which proofs can be made and checked: the table SUITES, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from satchel.codec import timestamp
from satchel.errors import ProofError
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue, Signer
from satchel.proof import eddsa
from satchel.proof.configuration import DATA_INTEGRITY, Proof
from satchel.proof.secured import HashName, Secured
from satchel.text import for_terminal

__all__ = ("SUITES", "Secured", "Suite", "find", "sign", "verify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One row of the table. `type` is what a proof of it has as type; a Data Integrity proof names `name` as its
    cryptosuite, an older one has it as type."""

    name: str
    type: str
    key_types: frozenset[KeyType]
    hash_name: HashName
    create: Callable[[Secured, JsonObject, Signer], str]
    verify: Callable[[Secured, Proof, PublicKey], bool]


SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Suite(
                name="eddsa-rdfc-2022",
                type=DATA_INTEGRITY,
                key_types=frozenset((KeyType.ED25519,)),
                hash_name="sha256",
                create=eddsa.create,
                verify=eddsa.verify,
            ),
            Suite(
                name="Ed25519Signature2020",
                type="Ed25519Signature2020",
                key_types=frozenset((KeyType.ED25519,)),
                hash_name="sha256",
                create=eddsa.create,
                verify=eddsa.verify,
            ),
        )
    }
)

# Every member has one name. A full IRI, or an alias from some context, has the same quads and so the same signature:
# an `expires` renamed that way would be signed and read by nobody.
_MEMBERS: Final = frozenset(
    (
        "@context",
        "id",
        "type",
        "created",
        "expires",
        "verificationMethod",
        "proofPurpose",
        "challenge",
        "domain",
        "nonce",
        "previousProof",
        "proofValue",
    )
)


def find(proof: Proof) -> Suite | None:
    """The suite that a proof names, or None when it is not known here."""
    name = proof.cryptosuite if proof.type == DATA_INTEGRITY else proof.type
    suite = SUITES.get(name or "")
    return suite if suite is not None and suite.type == proof.type else None


def verify(secured: Secured, proof: Proof, key: PublicKey) -> bool:
    """Whether the proof is the key's signature over the document; False says that the signature is false.

    Raises ProofError: proof.suite_unsupported, proof.chain_unsupported, proof.key_mismatch, proof.member,
    proof.context, proof.value, proof.malformed; LinkedError when the document has no canonical form.
    NOT checked here: whose key it is, whether it may be used for this purpose, and every date.
    """
    suite = find(proof)
    if suite is None:
        raise ProofError("proof.suite_unsupported", f"{_shown(proof)} is not known here")
    if proof.previous:
        raise ProofError("proof.chain_unsupported", "the proof builds on an earlier proof")
    if key.type not in suite.key_types:
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make proofs of {suite.name}")
    for name in proof.raw:
        if name not in _MEMBERS and (name != "cryptosuite" or suite.type != DATA_INTEGRITY):
            raise ProofError("proof.member", f"a proof of {suite.name} has no member {for_terminal(name, limit=80)}")
    return suite.verify(secured, proof, key)


def sign(
    document: JsonObject,
    *,
    suite: str,
    signer: Signer,
    created: datetime,
    purpose: str = "assertionMethod",
    contexts: Contexts = PINNED,
    expires: datetime | None = None,
    challenge: str | None = None,
    domain: str | None = None,
    previous: str | None = None,
) -> JsonObject:
    """A new document with one more proof; proofs that stand there already stay, and the two make a set.

    Raises ProofError proof.suite_unsupported, proof.key_mismatch, proof.chain_unsupported when `previous` is given;
    LinkedError when a term of the document or of the proof is not defined by the document's @context.
    """
    found = SUITES.get(suite)
    if found is None:
        raise ProofError("proof.suite_unsupported", f"the suite {suite} is not known here")
    if previous is not None:
        raise ProofError("proof.chain_unsupported", "a proof that builds on an earlier one is not made")
    kind = multikey.decode(signer.public()).type
    if kind not in found.key_types:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} does not make proofs of {suite}")
    proof: JsonObject = {"type": found.type}
    if found.type == DATA_INTEGRITY:
        proof["cryptosuite"] = found.name
    proof["created"] = timestamp.render(created)
    if expires is not None:
        proof["expires"] = timestamp.render(expires)
    proof["verificationMethod"] = signer.id
    proof["proofPurpose"] = purpose
    if challenge is not None:
        proof["challenge"] = challenge
    if domain is not None:
        proof["domain"] = domain
    secured = Secured(document, contexts)
    options = dict(proof)
    if "@context" in document:
        options["@context"] = document["@context"]
    proof["proofValue"] = found.create(secured, options, signer)
    return {**document, "proof": _with(document.get("proof"), proof)}


def _with(present: JsonValue, proof: JsonObject) -> JsonValue:
    if present is None:
        return proof
    return [*(present if isinstance(present, list) else [present]), proof]


def _shown(proof: Proof) -> str:
    return for_terminal(f"{proof.type} {proof.cryptosuite or ''}".strip(), limit=100)
