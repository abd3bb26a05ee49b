"""Which proofs can be made and checked: the table SUITES, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from satchel.codec import timestamp
from satchel.errors import ProofError
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue, Signer
from satchel.proof import legacy, plain, rdfc
from satchel.proof.configuration import DATA_INTEGRITY, Proof
from satchel.proof.secured import HashName, Secured
from satchel.text import for_terminal

__all__ = ("SUITES", "Secured", "Suite", "find", "sign", "verify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One row of the table. `type` is what a proof of it has as type; a Data Integrity proof names `name` as its
    cryptosuite, an older one has it as type. `hashes` are the key types that make such proofs, and the hash that goes
    with each: it digests the document, and labels the blank nodes of its RDF form. `value` is the member that holds the
    signature."""

    name: str
    type: str
    hashes: Mapping[KeyType, HashName]
    create: Callable[[Secured, JsonObject, Signer, HashName], JsonObject]
    verify: Callable[[Secured, Proof, PublicKey, HashName], bool]
    value: Literal["proofValue", "jws"] = "proofValue"


_EDDSA: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.ED25519: "sha256"})
_ECDSA: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.P_256: "sha256", KeyType.P_384: "sha384"})

# P-384 too goes with SHA-256 here: the suite names one digest for all keys.
_JWS_2020: Final[Mapping[KeyType, HashName]] = MappingProxyType(
    dict.fromkeys((KeyType.ED25519, KeyType.P_256, KeyType.P_384, KeyType.SECP256K1), "sha256")
)

SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Suite(name="eddsa-rdfc-2022", type=DATA_INTEGRITY, hashes=_EDDSA, create=rdfc.create, verify=rdfc.verify),
            Suite(name="eddsa-jcs-2022", type=DATA_INTEGRITY, hashes=_EDDSA, create=plain.create, verify=plain.verify),
            Suite(name="ecdsa-rdfc-2019", type=DATA_INTEGRITY, hashes=_ECDSA, create=rdfc.create, verify=rdfc.verify),
            Suite(name="ecdsa-jcs-2019", type=DATA_INTEGRITY, hashes=_ECDSA, create=plain.create, verify=plain.verify),
            *(
                Suite(name=name, type=name, hashes=hashes, create=legacy.create, verify=legacy.verify, value="jws")
                for name, hashes in (("Ed25519Signature2018", _EDDSA), ("JsonWebSignature2020", _JWS_2020))
            ),
            Suite(
                name="Ed25519Signature2020",
                type="Ed25519Signature2020",
                hashes=_EDDSA,
                create=rdfc.create,
                verify=rdfc.verify,
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
    )
)


def find(proof: Proof) -> Suite | None:
    """The suite that a proof names, or None when it is not known here."""
    name = proof.cryptosuite if proof.type == DATA_INTEGRITY else proof.type
    suite = SUITES.get(name or "")
    return suite if suite is not None and suite.type == proof.type else None


def verify(secured: Secured, proof: Proof, key: PublicKey) -> bool:
    """Whether the proof is the key's signature over the document; False says that the signature is false.

    A proof that builds on earlier ones is over the document with those proofs in it; give `secured` the document whole.
    Raises ProofError: proof.suite_unsupported, proof.key_mismatch, proof.member, proof.context, proof.value,
    proof.malformed, proof.previous_missing, proof.previous_cycle, proof.too_many; LinkedError or CodecError when the
    document has no canonical form.
    NOT checked here: whose key it is, whether it may be used for this purpose, every date, and whether the earlier
    proofs of a chain are good: each proof of a document is verified for itself.
    """
    suite = find(proof)
    if suite is None:
        raise ProofError("proof.suite_unsupported", f"{_shown(proof)} is not known here")
    if key.type not in suite.hashes:
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make proofs of {suite.name}")
    for name in proof.raw:
        if name not in _MEMBERS and name != suite.value and (name != "cryptosuite" or suite.type != DATA_INTEGRITY):
            raise ProofError("proof.member", f"a proof of {suite.name} has no member {for_terminal(name, limit=80)}")
    if proof.previous:
        secured = secured.with_earlier(proof.previous)
    return suite.verify(secured, proof, key, suite.hashes[key.type])


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
    id: str | None = None,
    previous: str | Sequence[str] | None = None,
) -> JsonObject:
    """A new document with one more proof; proofs that stand there already stay, and together they make a set.

    `id` names the new proof (a URL), so that a later one can build on it; `previous` names one or several proofs of
    the document that this one builds on: they are signed with it, and the proofs make a chain.
    Raises ProofError proof.suite_unsupported, proof.key_mismatch, proof.previous_missing, proof.previous_cycle;
    LinkedError when a term of the document or of the proof is not defined by the document's @context (the JCS suites
    look no term up).
    """
    found = SUITES.get(suite)
    if found is None:
        raise ProofError("proof.suite_unsupported", f"the suite {suite} is not known here")
    kind = multikey.decode(signer.public()).type
    if kind not in found.hashes:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} does not make proofs of {suite}")
    proof: JsonObject = {}
    if id is not None:
        proof["id"] = id
    proof["type"] = found.type
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
    if previous:
        names = (previous,) if isinstance(previous, str) else tuple(previous)
        proof["previousProof"] = previous if isinstance(previous, str) else [*names]
        secured = secured.with_earlier(names)
    proof = found.create(secured, proof, signer, found.hashes[kind])
    return {**document, "proof": _with(document.get("proof"), proof)}


def _with(present: JsonValue, proof: JsonObject) -> JsonValue:
    if present is None:
        return proof
    return [*(present if isinstance(present, list) else [present]), proof]


def _shown(proof: Proof) -> str:
    return for_terminal(f"{proof.type} {proof.cryptosuite or ''}".strip(), limit=100)
