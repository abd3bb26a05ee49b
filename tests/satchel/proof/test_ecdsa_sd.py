"""satchel.proof.ecdsa_sd: the W3C vectors of ecdsa-sd-2023, every intermediate value that can be the same twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.canon import canonicalize
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import ecdsa_sd, selective, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.secured import canonical_form
from satchel.proof.selective import Statements
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import CREATED, code_of, read, signer_of, vector_contexts
from tests.satchel.proof.selective_ground import (
    badge,
    entropy_of,
    holds,
    issued,
    key_for,
    parts_of,
    shown,
    signer_for,
    with_parts,
)
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "vc-di-ecdsa"
SUITE = "ecdsa-sd-2023"
FOLDERS = sorted(path.name for path in (AT / SUITE).iterdir() if path.is_dir()) if AT.is_dir() else ["absent"]
INPUTS = {
    "prc": ("prCredUnsigned.json", "prCredMandatory.json", "prCredSelective.json"),
    "employ": ("employmentAuth.json", "employMandatory.json", "employSelective.json"),
}


class Vector:
    """One folder of the vectors, with its inputs and keys."""

    def __init__(self, name: str) -> None:
        self.at: Path = AT / SUITE / name
        _, mandatory, selective_ = (AT / file for file in INPUTS[name])
        self.mandatory: list[str] = read(mandatory)
        self.selective: list[str] = read(selective_)
        keys = read(AT / SUITE / "SDKeyMaterial.json")
        self.issuer = PrivateKey.from_secret_multikey(keys["baseKeyPair"]["secretKeyMultibase"])
        self.key = PrivateKey.from_secret_multikey(keys["proofKeyPair"]["secretKeyMultibase"])
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        assert multikey.encode(self.issuer.public()) == keys["baseKeyPair"]["publicKeyMultibase"]
        assert multikey.encode(self.key.public()) == keys["proofKeyPair"]["publicKeyMultibase"]
        self.signed: JsonObject = self.read("addSignedSDBase.json")
        (self.proof,) = proofs_of(self.signed)
        self.secured = Secured(self.signed, vector_contexts())

    def read(self, file: str) -> Any:
        return read(self.at / file)

    def statements(self) -> Statements:
        return Statements(self.secured.document, self.secured.contexts, selective.hmac_labels(self.hmac_key))


def pairs(value: Any) -> list[list[Any]]:
    found: list[list[Any]] = value["value"]
    return found


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_the_base_proof_gives_its_printed_value(name: str) -> None:
    vector = Vector(name)
    document = vector.secured.document
    canonical = canonicalize(to_quads(document, contexts=vector.secured.contexts)).decode()
    assert canonical.splitlines(keepends=True) == vector.read("addBaseDocCanon.json")
    statements = vector.statements()
    assert statements.lines == vector.read("addBaseDocHMACCanon.json")
    for entry in vector.read("addPointerValues.json"):
        assert selective.find(document, entry["pointer"]) == entry["value"]
    transform = vector.read("addBaseTransform.json")
    assert transform["mandatoryPointers"] == vector.mandatory
    fixed = statements.chosen(vector.mandatory).indexes
    assert [[index, statements.lines[index]] for index in fixed] == pairs(transform["mandatory"])
    others = [[index, line] for index, line in enumerate(statements.lines) if index not in fixed]
    assert others == pairs(transform["nonMandatory"])
    options = selective.options_in(vector.secured, vector.proof)
    assert options == vector.read("addProofConfig.json")
    configuration = canonical_form(options, vector.secured.contexts, "sha256")
    assert configuration == (vector.at / "addProofConfigCanon.txt").read_bytes()
    hashes = vector.read("addHashData.json")
    assert selective.proof_hash(vector.secured, options).hex() == hashes["proofHash"]
    assert selective.hash_of(statements.lines[index] for index in fixed).hex() == hashes["mandatoryHash"]
    base = ecdsa_sd.read_base(vector.proof)
    told = {
        "baseSignature": base.signature.hex(),
        "publicKey": multikey.encode(ecdsa_sd._own_key(base.public_key)),
        "signatures": [each.hex() for each in base.signatures],
        "mandatoryPointers": [*base.mandatory],
    }
    assert told == vector.read("addRawBaseSignatureInfo.json")


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_signing_a_vector_again_gives_its_base_proof_whole(name: str) -> None:
    vector = Vector(name)
    options = {member: value for member, value in vector.proof.raw.items() if member != "proofValue"}
    signer = LocalSigner(vector.proof.verification_method, vector.issuer)
    value = ecdsa_sd.base_value(
        vector.secured, options, signer, vector.mandatory, hmac_key=vector.hmac_key, key=vector.key
    )
    assert value == vector.proof.value
    assert suites.is_base(vector.proof)
    assert suites.verify(vector.secured, vector.proof, vector.issuer.public())


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_the_derived_proof_gives_its_printed_value(name: str) -> None:
    vector = Vector(name)
    base = ecdsa_sd.read_base(vector.proof)
    recovered = vector.read("derivedRecoveredBaseData.json")
    assert base.signature.hex() == recovered["baseSignature"]
    assert base.hmac_key.hex() == recovered["hmacKey"]
    assert multikey.encode(ecdsa_sd._own_key(base.public_key)) == recovered["proofPublicKey"]
    assert [each.hex() for each in base.signatures] == recovered["signatures"]
    assert [*base.mandatory] == recovered["mandatoryPointers"]
    statements = vector.statements()
    groups = {
        "mandatory": statements.chosen(vector.mandatory),
        "selective": statements.chosen(vector.selective),
        "combined": statements.chosen([*vector.mandatory, *vector.selective]),
    }
    data = vector.read("derivedAllGroupData.json")
    assert statements.lines == data["nquads"]
    for group, chosen in groups.items():
        matching = [[index, statements.lines[index]] for index in chosen.indexes]
        assert matching == pairs(data["groups"][group]["matching"])
        others = [[index, line] for index, line in enumerate(statements.lines) if index not in chosen.indexes]
        assert others == pairs(data["groups"][group]["nonMatching"])
    indexes = vector.read("derivedGroupIndexes.json")
    for group, chosen in groups.items():
        assert [*chosen.indexes] == indexes[f"{group}Indexes"]
    assert groups["combined"].document == vector.read("derivedUnsignedReveal.json")
    revealed = suites.derive(vector.signed, vector.selective, entropy=entropy_of(0), contexts=vector.secured.contexts)
    assert revealed == vector.read("derivedRevealDocument.json")
    derived = ecdsa_sd.read_derived(proofs_of(revealed)[0])
    assert [*derived.mandatory] == vector.read("derivedAdjMandatoryIndexes.json")["adjMandatoryIndexes"]
    adjusted = vector.read("derivedAdjSignatures.json")
    assert [each.hex() for each in derived.signatures] == adjusted["filteredSignatures"]
    free = indexes["nonMandatoryIndexes"]
    assert [free.index(i) for i in indexes["combinedIndexes"] if i in free] == adjusted["adjSignatureIndexes"]
    disclosure = vector.read("derivedDisclosureData.json")
    verified = vector.read("verifyDerivedProofValue.json")
    for file, labels in ((disclosure, pairs(disclosure["labelMap"])), (verified, verified["labelMap"])):
        assert derived.signature.hex() == file["baseSignature"]
        assert multikey.encode(ecdsa_sd._own_key(derived.public_key)) == file["publicKey"]
        assert [each.hex() for each in derived.signatures] == file["signatures"]
        assert [*derived.mandatory] == file["mandatoryIndexes"]
        assert [[f"c14n{number}", label] for number, label in derived.labels.items()] == labels


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_verifying_gives_its_printed_value(name: str) -> None:
    vector = Vector(name)
    revealed = vector.read("derivedRevealDocument.json")
    (proof,) = proofs_of(revealed)
    secured = Secured(revealed, vector.secured.contexts)
    derived = ecdsa_sd.read_derived(proof)
    assert ecdsa_sd.write_derived(derived) == proof.value
    lines = selective.shown(secured, {number: "_:" + label for number, label in derived.labels.items()})
    assert lines == vector.read("verifyNQuads.json")
    fixed, free = selective.split(lines, derived.mandatory)
    options = selective.options_in(secured, proof)
    assert {
        "baseSignature": derived.signature.hex(),
        "proofHash": selective.proof_hash(secured, options).hex(),
        "publicKey": multikey.encode(ecdsa_sd._own_key(derived.public_key)),
        "signatures": [each.hex() for each in derived.signatures],
        "nonMandatory": free,
        "mandatoryHash": selective.hash_of(fixed).hex(),
    } == vector.read("verifyCreateVerifyData.json")
    assert not suites.is_base(proof)
    assert suites.verify(secured, proof, vector.issuer.public())
    assert not suites.verify(secured, proof, vector.key.public())


# Attacks on what only this suite has


def test_a_key_that_the_issuer_did_not_sign_for_signs_nothing() -> None:
    """A holder's own key in place of the credential's would let the holder add statements."""
    document = shown(issued(SUITE), "/name")
    header, parts = parts_of(document)
    own = PrivateKey.generate(entropy_of(9), KeyType.P_256)
    parts[1] = b"\x80\x24" + own.public().raw
    proof = proofs_of(document)[0]
    derived = ecdsa_sd.read_derived(proof)
    lines = selective.shown(
        Secured(document, PINNED), {number: "_:" + label for number, label in derived.labels.items()}
    )
    _, free = selective.split(lines, derived.mandatory)
    parts[2] = [own.sign(line.encode()) for line in free]
    assert not holds(with_parts(document, header, parts), SUITE)


def test_signatures_in_another_order_or_of_another_credential_are_false() -> None:
    document = shown(issued(SUITE), "/name", "/credentialSubject/achievement/description")
    header, parts = parts_of(document)
    other = suites.sign_base(
        badge(name="Splices"), suite=SUITE, signer=signer_for(SUITE), created=CREATED, entropy=entropy_of(5)
    )
    theirs = parts_of(shown(other, "/name", "/credentialSubject/achievement/description"))[1][2]
    for signatures in (parts[2][::-1], [*parts[2][1:], parts[2][0]], theirs, [bytes(64)] * len(parts[2])):
        changed = [parts[0], parts[1], signatures, *parts[3:]]
        assert not holds(with_parts(document, header, changed), SUITE)


@pytest.mark.parametrize(
    "place,value",
    [
        (0, bytes(63)),
        (0, "text"),
        (1, bytes(35)),
        (1, b"\x80\x24\x02" + b"\xff" * 32),
        (1, b"\xed\x01" + bytes(33)),
        (2, {}),
        (2, [b"x"]),
        (2, []),
        (3, []),
        (3, {0: b"short"}),
        (3, {"0": bytes(32)}),
        (3, {-1: bytes(32)}),
        (4, [0, 0]),
        (4, [1, 0]),
        (4, [-1]),
        (4, [True]),
        (4, [10**6]),
        (4, {}),
    ],
)
def test_a_part_of_another_form_is_refused(place: int, value: Any) -> None:
    document = shown(issued(SUITE), "/name")
    header, parts = parts_of(document)
    parts[place] = value
    changed = with_parts(document, header, parts)
    if place in (0, 1) and isinstance(value, bytes) and len(value) in (35, 64):
        assert not holds(changed, SUITE)  # the issuer's signature is looked at before the key is
    else:
        assert code_of(lambda: holds(changed, SUITE)) == "proof.value"


def test_a_base_proof_with_another_key_type_inside_is_refused_once_the_issuer_signed_it() -> None:
    document = badge()
    secured = Secured(document, PINNED)
    options: JsonObject = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": signer_for(SUITE).id,
        "proofPurpose": "assertionMethod",
    }
    statements = Statements(document, PINNED, selective.hmac_labels(bytes(32)))
    public = b"\xed\x01" + bytes(33)
    signed = selective.proof_hash(secured, selective.options_for(secured, options)) + public + selective.hash_of([])
    signature = signer_for(SUITE).sign(signed)
    value = selective.write(ecdsa_sd.BASE, (signature, public, bytes(32), [bytes(64)] * len(statements.lines), []))
    changed: JsonObject = {**document, "proof": {**options, "proofValue": value}}
    assert code_of(lambda: holds(changed, SUITE)) == "proof.value"


def test_a_p_384_key_makes_no_proof_of_this_suite() -> None:
    signer = signer_of(PrivateKey.generate(entropy_of(4), KeyType.P_384))

    def attempt() -> JsonObject:
        return suites.sign_base(badge(), suite=SUITE, signer=signer, created=CREATED, entropy=entropy_of(2))

    assert code_of(attempt) == "proof.key_mismatch"
    assert key_for(SUITE).public().type is KeyType.P_256
