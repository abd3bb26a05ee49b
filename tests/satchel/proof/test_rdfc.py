"""satchel.proof.rdfc: the W3C vectors of the suites over RDF, every intermediate value."""

from __future__ import annotations

import hashlib

import pytest

from satchel.codec.base import base58_decode
from satchel.key.private import LocalSigner, PrivateKey
from satchel.proof import rdfc, suites
from satchel.proof.configuration import options_of, proofs_of
from satchel.proof.secured import HashName, Secured, canonical_form
from tests.satchel.proof.ground import key_named_by, read, text, vector_contexts
from tests.shared import SHARED, needs_shared

EDDSA = SHARED / "vectors" / "vc-di-eddsa"
ECDSA = SHARED / "vectors" / "vc-di-ecdsa"
SECRET = {
    "vc-di-eddsa": ("keyPair.json", "privateKeyMultibase"),
    "vc-di-ecdsa": ("p{}KeyPair.json", "secretKeyMultibase"),
}
SETS: list[tuple[str, str, str, HashName]] = [
    ("vc-di-eddsa/eddsa-rdfc-2022", "DataInt", "eddsa-rdfc-2022", "sha256"),
    ("vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt", "eddsa-rdfc-2022", "sha256"),
    ("vc-di-eddsa/Ed25519Signature2020", "EdSig", "Ed25519Signature2020", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256", "ecdsa-rdfc-2019", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ", "ECDSAP256", "ecdsa-rdfc-2019", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p384", "ECDSAP384", "ecdsa-rdfc-2019", "sha384"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ", "ECDSAP384", "ecdsa-rdfc-2019", "sha384"),
]


@needs_shared
@pytest.mark.parametrize("folder,mark,suite,hash_name", SETS)
def test_every_step_of_a_w3c_vector_gives_its_printed_value(
    folder: str, mark: str, suite: str, hash_name: HashName
) -> None:
    at = SHARED / "vectors" / folder
    signed = read(at / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    secured = Secured(signed, vector_contexts())
    assert secured.canonical(hash_name) == (at / f"canonDoc{mark}.txt").read_bytes()
    assert secured.digest(hash_name).hex() == text(at / f"docHash{mark}.txt")
    options = options_of(proof, signed)
    assert options == read(at / f"proofConfig{mark}.json")
    configuration = canonical_form(options, secured.contexts, hash_name)
    assert configuration == (at / f"proofCanon{mark}.txt").read_bytes()
    assert hashlib.new(hash_name, configuration).hexdigest() == text(at / f"proofHash{mark}.txt")
    assert rdfc.hash_data(secured, options, hash_name).hex() == text(at / f"combinedHash{mark}.txt")
    assert proof.value == text(at / f"sigBTC58{mark}.txt")
    assert base58_decode(proof.value[1:]).hex() == text(at / f"sigHex{mark}.txt")
    found = suites.find(proof)
    assert found is not None
    assert found.name == suite
    assert found.hashes[key_named_by(proof).type] == hash_name
    assert suites.verify(secured, proof, key_named_by(proof))


@needs_shared
@pytest.mark.parametrize("folder,mark,suite,hash_name", SETS)
def test_signing_a_w3c_vector_again_gives_it_whole(folder: str, mark: str, suite: str, hash_name: HashName) -> None:
    signed = read(SHARED / "vectors" / folder / f"signed{mark}.json")
    (proof,) = proofs_of(signed)
    assert proof.created is not None
    name, member = SECRET[folder.partition("/")[0]]
    pair = read(SHARED / "vectors" / folder.partition("/")[0] / name.format(mark[-3:]))
    signer = LocalSigner(proof.verification_method, PrivateKey.from_secret_multikey(pair[member]))
    assert signer.public() == pair["publicKeyMultibase"]
    unsigned = {name: member for name, member in signed.items() if name != "proof"}
    again = suites.sign(unsigned, suite=suite, signer=signer, created=proof.created, contexts=vector_contexts())
    assert again == signed
    assert "proof" not in unsigned


@needs_shared
def test_a_p_384_document_with_twin_blank_nodes_needs_sha_384_inside_of_the_canonical_form() -> None:
    """With SHA-256 labels inside and SHA-384 outside the signature would be false."""
    at = ECDSA / "ecdsa-rdfc-2019-p384" / "employ"
    secured = Secured(read(at / "signedECDSAP384.json"), vector_contexts())
    assert secured.canonical("sha256") != secured.canonical("sha384")
    assert hashlib.sha384(secured.canonical("sha256")).hexdigest() != text(at / "docHashECDSAP384.txt")
