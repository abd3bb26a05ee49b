"""Which proofs can be made and checked: the table SUITES, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, Literal

from satchel.codec import timestamp
from satchel.errors import ProofError
from satchel.key import multikey
from satchel.key.public import KeyType, PublicKey
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import Entropy, JsonObject, JsonValue, Signer
from satchel.proof import plain, rdfc
from satchel.proof.configuration import DATA_INTEGRITY, Proof, proofs_of
from satchel.proof.secured import HashName, Secured
from satchel.text import for_terminal

__all__ = (
    "SUITES",
    "Secured",
    "Selection",
    "Suite",
    "base_of",
    "derive",
    "find",
    "is_base",
    "sign",
    "sign_base",
    "verify",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a suite of selective disclosure has besides: the issuer's base proof, and the holder's from it.

    A base proof takes (document, proof, signer, mandatory pointers, entropy); a derived one (document, base proof,
    pointers, presentation header, entropy) and gives the smaller document whole. `is_unlinkable`: two derived proofs
    have nothing in common that the statements shown have not.
    """

    create: Callable[[Secured, JsonObject, Signer, Sequence[str], Entropy], JsonObject]
    derive: Callable[[Secured, Proof, Sequence[str], bytes, Entropy], JsonObject]
    is_base: Callable[[Proof], bool]
    mandatory: Callable[[Proof], tuple[str, ...]]
    is_unlinkable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One row of the table. `type` is what a proof of it has as type; a Data Integrity proof names `name` as its
    cryptosuite, an older one has it as type. `hashes` are the key types that make such proofs, and the hash that goes
    with each: it digests the document, and labels the blank nodes of its RDF form. `value` is the member that holds the
    signature. `selection` is there when a holder can show a part; then `create` refuses, and `sign_base` signs."""

    name: str
    type: str
    hashes: Mapping[KeyType, HashName]
    create: Callable[[Secured, JsonObject, Signer, HashName], JsonObject]
    verify: Callable[[Secured, Proof, PublicKey, HashName], bool]
    value: Literal["proofValue", "jws"] = "proofValue"
    selection: Selection | None = None


def _late(module: str, name: str) -> Callable[..., Any]:
    """A function of a module that is imported when it is first called: few processes meet more than one suite."""

    def call(*given: object) -> Any:
        return getattr(import_module(f"satchel.proof.{module}"), name)(*given)

    return call


_EDDSA: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.ED25519: "sha256"})
_ECDSA: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.P_256: "sha256", KeyType.P_384: "sha384"})
_ECDSA_SD: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.P_256: "sha256"})
_BBS: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.BLS12_381_G2: "sha256"})

# P-384 too goes with SHA-256 here: the suite names one digest for all keys.
_JWS_2020: Final[Mapping[KeyType, HashName]] = MappingProxyType(
    dict.fromkeys((KeyType.ED25519, KeyType.P_256, KeyType.P_384, KeyType.SECP256K1, KeyType.RSA), "sha256")
)
_RSA: Final[Mapping[KeyType, HashName]] = MappingProxyType({KeyType.RSA: "sha256"})

SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Suite(name="eddsa-rdfc-2022", type=DATA_INTEGRITY, hashes=_EDDSA, create=rdfc.create, verify=rdfc.verify),
            Suite(name="eddsa-jcs-2022", type=DATA_INTEGRITY, hashes=_EDDSA, create=plain.create, verify=plain.verify),
            Suite(name="ecdsa-rdfc-2019", type=DATA_INTEGRITY, hashes=_ECDSA, create=rdfc.create, verify=rdfc.verify),
            Suite(name="ecdsa-jcs-2019", type=DATA_INTEGRITY, hashes=_ECDSA, create=plain.create, verify=plain.verify),
            *(
                Suite(
                    name=name,
                    type=name,
                    hashes=hashes,
                    create=_late("legacy", "create"),
                    verify=_late("legacy", "verify"),
                    value="jws",
                )
                for name, hashes in (
                    ("Ed25519Signature2018", _EDDSA),
                    ("RsaSignature2018", _RSA),
                    ("JsonWebSignature2020", _JWS_2020),
                )
            ),
            Suite(
                name="Ed25519Signature2020",
                type="Ed25519Signature2020",
                hashes=_EDDSA,
                create=rdfc.create,
                verify=rdfc.verify,
            ),
            Suite(
                name="ecdsa-sd-2023",
                type=DATA_INTEGRITY,
                hashes=_ECDSA_SD,
                create=_late("ecdsa_sd", "create"),
                verify=_late("ecdsa_sd", "verify"),
                selection=Selection(
                    create=_late("ecdsa_sd", "create_base"),
                    derive=_late("ecdsa_sd", "derive"),
                    is_base=_late("ecdsa_sd", "is_base"),
                    mandatory=_late("ecdsa_sd", "mandatory_of"),
                    is_unlinkable=False,
                ),
            ),
            Suite(
                name="bbs-2023",
                type=DATA_INTEGRITY,
                hashes=_BBS,
                create=_late("bbs", "create"),
                verify=_late("bbs", "verify"),
                selection=Selection(
                    create=_late("bbs", "create_base"),
                    derive=_late("bbs", "derive"),
                    is_base=_late("bbs", "is_base"),
                    mandatory=_late("bbs", "mandatory_of"),
                    is_unlinkable=True,
                ),
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


def is_base(proof: Proof) -> bool:
    """Whether the proof is one that an issuer gives to a holder alone, to derive others from."""
    suite = find(proof)
    return suite is not None and suite.selection is not None and suite.selection.is_base(proof)


def verify(secured: Secured, proof: Proof, key: PublicKey) -> bool:
    """Whether the proof is the key's signature over the document; False says that the signature is false.

    A proof that builds on earlier ones is over the document with those proofs in it; give `secured` the document whole.
    A base proof of selective disclosure is checked as well as a derived one; whether it may be shown to you, is_base
    and you decide.
    Raises ProofError: proof.suite_unsupported, proof.key_mismatch, proof.member, proof.context, proof.value,
    proof.malformed, proof.previous_missing, proof.previous_cycle, proof.chain_unsupported, proof.too_many; KeyFault
    proof.extra_missing when a part of Satchel that the suite needs is not installed; LinkedError or CodecError when the
    document has no canonical form.
    NOT checked here: whose key it is, whether it may be used for this purpose, every date, and whether the earlier
    proofs of a chain are good: each proof of a document is verified for itself.
    """
    suite = find(proof)
    if suite is None:
        raise ProofError("proof.suite_unsupported", f"{_shown(proof)} is not known here")
    if key.type not in suite.hashes:
        raise ProofError("proof.key_mismatch", f"a key of type {key.type} does not make proofs of {suite.name}")
    _require_members(suite, proof)
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
    Raises ProofError proof.suite_unsupported, proof.suite_selective, proof.key_mismatch, proof.previous_missing,
    proof.previous_cycle; LinkedError when a term of the document or of the proof is not defined by the document's
    @context (the JCS suites look no term up).
    """
    found, hash_name = _fitting(suite, signer)
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
    proof = found.create(secured, proof, signer, hash_name)
    return {**document, "proof": _with(document.get("proof"), proof)}


def sign_base(
    document: JsonObject,
    *,
    suite: str,
    signer: Signer,
    created: datetime,
    entropy: Entropy,
    mandatory: Sequence[str] = (),
    contexts: Contexts = PINNED,
    expires: datetime | None = None,
) -> JsonObject:
    """A new document with one more proof, from which its holder can derive proofs over parts (for assertions).

    `mandatory` are JSON pointers (RFC 6901) to what the holder must always show; type, issuer, dates, status and schema
    are mandatory without being named. `created` is left out where it would let two derived proofs be linked.
    Raises ProofError proof.suite_unsupported (also for a suite that signs whole), proof.key_mismatch, proof.pointer,
    proof.too_many; LinkedError.
    """
    found, _ = _fitting(suite, signer)
    if found.selection is None:
        raise ProofError("proof.suite_unsupported", f"{suite} signs a document whole")
    proof: JsonObject = {"type": found.type, "cryptosuite": found.name}
    if not found.selection.is_unlinkable:
        proof["created"] = timestamp.render(created)
    if expires is not None:
        proof["expires"] = timestamp.render(expires)
    proof["verificationMethod"] = signer.id
    proof["proofPurpose"] = "assertionMethod"
    secured = Secured(document, contexts)
    # Imported here, as the suites are.
    from satchel.proof import selective

    pointers = selective.mandatory_of(secured.document, mandatory)
    proof = found.selection.create(secured, proof, signer, pointers, entropy)
    return {**document, "proof": _with(document.get("proof"), proof)}


def derive(
    document: JsonObject,
    pointers: Sequence[str],
    *,
    entropy: Entropy,
    contexts: Contexts = PINNED,
    proof_id: str | None = None,
    header: bytes = b"",
) -> JsonObject:
    """The part of a document that its mandatory pointers and these name, with the one proof that shows it to be signed.

    `proof_id` says which base proof, when there are several. `header` is bound into the derived proof where the suite
    has a place for it (bbs-2023). Other proofs of the document do not hold over a part and are left behind.
    Raises ProofError proof.not_derivable when there is no such base proof or there are several, proof.pointer, and what
    `verify` raises. Whether the base proof is good is NOT checked here: verify it when it arrives.
    """
    proof, selection = base_of(document, proof_id)
    return selection.derive(Secured(document, contexts), proof, pointers, header, entropy)


def base_of(document: JsonObject, proof_id: str | None = None) -> tuple[Proof, Selection]:
    """The one base proof of a document (or the one of this id), and what its suite can do with it.

    Raises ProofError proof.not_derivable when there is none or there are several, proof.member, proof.missing,
    proof.malformed.
    """
    bases = [proof for proof in proofs_of(document) if is_base(proof) and proof_id in (None, proof.id)]
    if len(bases) != 1:
        raise ProofError("proof.not_derivable", f"the document has {len(bases)} base proofs that this could be made of")
    suite = find(bases[0])
    if suite is None or suite.selection is None:
        raise ProofError("proof.not_derivable", f"{_shown(bases[0])} has no derived proofs")
    _require_members(suite, bases[0])
    return bases[0], suite.selection


def _fitting(name: str, signer: Signer) -> tuple[Suite, HashName]:
    """The suite, and the hash for the signer's key."""
    found = SUITES.get(name)
    if found is None:
        raise ProofError("proof.suite_unsupported", f"the suite {name} is not known here")
    kind = multikey.decode(signer.public()).type
    if kind not in found.hashes:
        raise ProofError("proof.key_mismatch", f"a key of type {kind} does not make proofs of {name}")
    return found, found.hashes[kind]


def _require_members(suite: Suite, proof: Proof) -> None:
    for name in proof.raw:
        if name not in _MEMBERS and name != suite.value and (name != "cryptosuite" or suite.type != DATA_INTEGRITY):
            raise ProofError("proof.member", f"a proof of {suite.name} has no member {for_terminal(name, limit=80)}")


def _with(present: JsonValue, proof: JsonObject) -> JsonValue:
    if present is None:
        return proof
    return [*(present if isinstance(present, list) else [present]), proof]


def _shown(proof: Proof) -> str:
    return for_terminal(f"{proof.type} {proof.cryptosuite or ''}".strip(), limit=100)
