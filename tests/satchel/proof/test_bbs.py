"""satchel.proof.bbs: the W3C vectors of bbs-2023, every intermediate value that can be the same twice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from satchel.codes import CODES
from satchel.errors import KeyFault
from satchel.key import bls
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.canon import canonicalize
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import bbs, selective, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.secured import canonical_form
from satchel.proof.selective import Statements
from satchel.proof.suites import Secured
from tests.satchel.proof.ground import code_of, key_named_by, read, vector_contexts
from tests.satchel.proof.selective_ground import (
    NAME,
    badge,
    entropy_of,
    holds,
    issued,
    key_for,
    needs_bbs,
    parts_of,
    shown,
    with_parts,
)
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "vc-di-bbs"
SUITE = "bbs-2023"
# Folder, and the inputs beside it.
FOLDERS = {
    ".": ("windDoc.json", "windMandatory.json", "windSelective.json"),
    "prc": ("prCredUnsigned.json", "prCredMandatory.json", "prCredSelective.json"),
}
DRAFTS = ("HolderBinding", "Pseudonym", "PseudonymHB")

pytestmark = needs_bbs


class Vector:
    """One folder of the vectors, with its inputs and keys."""

    def __init__(self, name: str) -> None:
        self.at: Path = AT / name
        document, mandatory, chosen = (AT / file for file in FOLDERS[name])
        self.document: JsonObject = read(document)
        self.mandatory: list[str] = read(mandatory)
        self.selective: list[str] = read(chosen)
        keys, made = read(AT / "BBSKeyMaterial.json"), read(AT / "BBSDeriveMaterial.json")
        self.issuer = PrivateKey(bytes.fromhex(keys["privateKeyHex"]), KeyType.BLS12_381_G2)
        assert self.issuer.public().raw.hex() == keys["publicKeyHex"]
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        self.header = bytes.fromhex(made["presentationHeaderHex"])
        self.signed: JsonObject = self.read("addSignedSDBase.json")
        (self.proof,) = proofs_of(self.signed)
        assert key_named_by(self.proof) == self.issuer.public()
        self.secured = Secured(self.signed, vector_contexts())

    def read(self, file: str) -> Any:
        return read(self.at / file)

    def statements(self) -> Statements:
        return Statements(self.secured.document, self.secured.contexts, selective.shuffled_labels(self.hmac_key))


def pairs(value: Any) -> list[list[Any]]:
    return [*value["value"]] if isinstance(value, dict) else [*value]


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_the_base_proof_gives_its_printed_value(name: str) -> None:
    vector = Vector(name)
    document = vector.secured.document
    canonical = canonicalize(to_quads(document, contexts=vector.secured.contexts)).decode()
    assert canonical.splitlines(keepends=True) == vector.read("addBaseDocCanon.json")
    statements = vector.statements()
    assert statements.lines == vector.read("addBaseDocHMACCanon.json")
    # The printed pointers of one folder count from the subject.
    for entry in vector.read("addPointerValues.json"):
        pointer = entry["pointer"] if entry["pointer"] in vector.mandatory else "/credentialSubject" + entry["pointer"]
        assert selective.find(document, pointer) == entry["value"]
    transform = vector.read("addBaseTransform.json")
    assert transform["mandatoryPointers"] == vector.mandatory
    assert bytes.fromhex(transform["hmacKeyString"]) == vector.hmac_key
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
    base = bbs.read_base(vector.proof)
    told = vector.read("addRawBaseSignatureInfo.json")
    assert {"bbsSignature": base.signature.hex(), "mandatoryPointers": [*base.mandatory]} == told
    assert base.header.hex() == hashes["proofHash"] + hashes["mandatoryHash"]
    assert base.public_key == vector.issuer.public().raw


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_signing_a_vector_again_gives_its_base_proof_whole(name: str) -> None:
    vector = Vector(name)
    options = {member: value for member, value in vector.proof.raw.items() if member != "proofValue"}
    signer = LocalSigner(vector.proof.verification_method, vector.issuer)
    value = bbs.base_value(vector.secured, options, signer, vector.mandatory, hmac_key=vector.hmac_key)
    assert value == vector.proof.value
    assert suites.is_base(vector.proof)
    assert suites.verify(vector.secured, vector.proof, vector.issuer.public())


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_the_derived_proof_gives_its_printed_value(name: str) -> None:
    """All but the BBS proof itself, whose random numbers are not printed: the printed one is verified below."""
    vector = Vector(name)
    base = bbs.read_base(vector.proof)
    recovered = vector.read("derivedRecoveredBaseData.json")
    assert base.signature.hex() == recovered["bbsSignature"]
    assert base.hmac_key.hex() == recovered["hmacKey"]
    assert [*base.mandatory] == recovered["mandatoryPointers"]
    statements = vector.statements()
    groups = {
        "mandatory": statements.chosen(vector.mandatory),
        "selective": statements.chosen(vector.selective),
        "combined": statements.chosen([*vector.mandatory, *vector.selective]),
    }
    indexes = vector.read("derivedGroupIndexes.json")
    for group, chosen in groups.items():
        assert [*chosen.indexes] == indexes[f"{group}Indexes"]
    if (vector.at / "derivedAllGroupData.json").exists():
        data = vector.read("derivedAllGroupData.json")
        assert statements.lines == data["nquads"]
        for group, chosen in groups.items():
            matching = [[index, statements.lines[index]] for index in chosen.indexes]
            assert matching == pairs(data["groups"][group]["matching"])
    assert groups["combined"].document == vector.read("derivedUnsignedReveal.json")
    revealed = suites.derive(
        vector.signed,
        vector.selective,
        entropy=entropy_of(0),
        contexts=vector.secured.contexts,
        header=vector.header,
    )
    printed = vector.read("derivedRevealDocument.json")
    assert {name for name in printed if revealed[name] != printed[name]} == {"proof"}
    derived, told = (bbs.read_derived(proofs_of(document)[0]) for document in (revealed, printed))
    assert len(derived.proof) == len(told.proof)
    adjusted = vector.read("derivedAdjIndexes.json")
    assert [*derived.mandatory] == adjusted["adjMandatoryIndexes"]
    assert [*derived.selected] == adjusted["adjSelectiveIndexes"]
    for each in (derived, told):
        assert (each.labels, each.mandatory, each.selected) == (told.labels, told.mandatory, told.selected)
        assert each.presentation_header == vector.header
    disclosure = vector.read("derivedDisclosureData.json")
    assert told.proof.hex() == disclosure["bbsProof"]
    assert [[f"c14n{number}", f"b{label}"] for number, label in told.labels.items()] == pairs(disclosure["labelMap"])
    assert [*told.mandatory] == disclosure["mandatoryIndexes"]
    assert [*told.selected] == disclosure["adjSelectiveIndexes"]
    assert suites.verify(Secured(revealed, vector.secured.contexts), proofs_of(revealed)[0], vector.issuer.public())


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_every_step_of_verifying_gives_its_printed_value(name: str) -> None:
    vector = Vector(name)
    revealed = vector.read("derivedRevealDocument.json")
    (proof,) = proofs_of(revealed)
    secured = Secured(revealed, vector.secured.contexts)
    derived = bbs.read_derived(proof)
    assert bbs.write_derived(derived) == proof.value
    if (vector.at / "verifyNQuads.json").exists():
        lines = selective.shown(secured, {number: f"_:b{label}" for number, label in derived.labels.items()})
        assert lines == vector.read("verifyNQuads.json")
        told = vector.read("verifyDerivedProofValue.json")
        assert derived.proof.hex() == told["bbsProof"]
        assert [[f"c14n{number}", f"b{label}"] for number, label in derived.labels.items()] == pairs(told["labelMap"])
        assert [*derived.mandatory] == told["mandatoryIndexes"]
        assert [*derived.selected] == told["adjSelectedIndexes"]
    assert not suites.is_base(proof)
    assert suites.verify(secured, proof, vector.issuer.public())
    assert not suites.verify(secured, proof, key_for(SUITE).public())


@needs_shared
@pytest.mark.parametrize("folder", DRAFTS)
@pytest.mark.parametrize("file", ["addSignedSDBase.json", "derivedRevealDocument.json"])
def test_a_proof_of_a_draft_feature_is_unknown_and_not_false(folder: str, file: str) -> None:
    """Their headers are those of holder binding and of pseudonyms; no reader may take one for the baseline."""
    document = read(AT / folder / file)
    secured = Secured(document, vector_contexts())
    (proof,) = proofs_of(document)
    attempt = code_of(lambda: suites.verify(secured, proof, key_for(SUITE).public()))
    assert attempt == "proof.suite_unsupported"
    assert not suites.is_base(proof)


# What only this suite has


def test_two_derived_proofs_have_nothing_in_common_but_what_they_show() -> None:
    base = issued(SUITE)
    assert "created" not in proofs_of(base)[0].raw
    first, second = (shown(base, NAME, number=number) for number in (3, 4))
    assert first != second
    one, two = (bbs.read_derived(proofs_of(document)[0]) for document in (first, second))
    parts = [{proof[at : at + 16] for at in range(0, len(proof), 16)} for proof in (one.proof, two.proof)]
    assert not parts[0] & parts[1]
    assert (one.labels, one.mandatory, one.selected) == (two.labels, two.mandatory, two.selected)
    assert {name for name in first if first[name] != second[name]} == {"proof"}
    assert base["proof"]["proofValue"][20:60] not in str(first)  # type: ignore[index,call-overload]


def test_a_presentation_header_is_bound_into_the_proof() -> None:
    base = issued(SUITE)
    document = shown(base, NAME, header=b"for the harbour")
    assert holds(document, SUITE)
    header, parts = parts_of(document)
    for value in (b"", b"for the harbou", b"for another place"):
        assert not holds(with_parts(document, header, [*parts[:4], value]), SUITE)
    assert code_of(lambda: shown(base, NAME, header=bytes(5000))) == "proof.value"
    assert code_of(lambda: holds(with_parts(document, header, [*parts[:4], bytes(5000)]), SUITE)) == "proof.value"


def test_a_base_proof_that_names_another_key_or_header_is_false() -> None:
    """The holder would derive proofs from it that hold for nobody, or be led to another issuer's key."""
    base = issued(SUITE)
    header, parts = parts_of(base)
    other = PrivateKey.generate(entropy_of(5), KeyType.BLS12_381_G2).public().raw
    assert not holds(with_parts(base, header, [*parts[:2], other, *parts[3:]]), SUITE)
    assert not holds(with_parts(base, header, [parts[0], bytes(64), *parts[2:]]), SUITE)
    assert code_of(lambda: shown(with_parts(base, header, [parts[0], bytes(64), *parts[2:]]), NAME)) == "proof.value"


@pytest.mark.parametrize(
    "place,value",
    [
        (0, bytes(79)),
        (1, bytes(63)),
        (2, bytes(96)),
        (2, b"\xc0" + bytes(95)),
        (2, bytes(95)),
        (3, bytes(31)),
        (4, [1]),
        (4, "text"),
    ],
)
def test_a_part_of_a_base_proof_in_another_form_is_refused(place: int, value: Any) -> None:
    base = issued(SUITE)
    header, parts = parts_of(base)
    parts[place] = value
    changed = with_parts(base, header, parts)
    assert code_of(lambda: holds(changed, SUITE)) == "proof.value"
    assert code_of(lambda: shown(changed, NAME)) == "proof.value"


def test_a_base_proof_whose_signature_is_no_point_gives_no_derived_one() -> None:
    base = issued(SUITE)
    header, parts = parts_of(base)
    for signature in (bytes(80), b"\xc0" + bytes(79), parts[0][:48] + bytes(32), parts[0][:48] + b"\xff" * 32):
        changed = with_parts(base, header, [signature, *parts[1:]])
        assert not holds(changed, SUITE)
        assert code_of(lambda changed=changed: shown(changed, NAME)) == "proof.value"


@pytest.mark.parametrize(
    "place,value",
    [
        (0, b""),
        (0, bytes(300)),
        (0, "text"),
        (1, {0: b"x"}),
        (1, {0: -1}),
        (1, []),
        (2, [0, 0]),
        (2, [-1]),
        (2, [10**6]),
        (3, []),
        (3, [True]),
        (4, "text"),
    ],
)
def test_a_part_of_a_derived_proof_in_another_form_is_refused(place: int, value: Any) -> None:
    document = shown(issued(SUITE), NAME)
    header, parts = parts_of(document)
    parts[place] = value
    assert code_of(lambda: holds(with_parts(document, header, parts), SUITE)) == "proof.value"


def test_indexes_of_other_statements_are_false() -> None:
    document = shown(issued(SUITE), NAME)
    header, parts = parts_of(document)
    selected = parts[3]
    for changed in ([index + 1 for index in selected], [*range(len(selected))], [index + 10**6 for index in selected]):
        if changed != selected:
            assert not holds(with_parts(document, header, [*parts[:3], changed, parts[4]]), SUITE)


def test_more_hidden_statements_than_are_signed_one_by_one_are_refused_before_they_cost_anything() -> None:
    document = shown(issued(SUITE), NAME)
    header, parts = parts_of(document)
    parts[0] = parts[0] + bytes(32 * bls.MESSAGES_LIMIT)
    assert code_of(lambda: holds(with_parts(document, header, parts), SUITE)) == "proof.too_many"


def test_a_signer_that_gives_no_bbs_signature_is_refused() -> None:
    class Broken(LocalSigner):
        def sign(self, message: bytes, /) -> bytes:
            return bytes(64)

    signer = Broken("did:example:1#key", key_for(SUITE))
    secured = Secured(badge(), PINNED)
    attempt = code_of(lambda: bbs.create_base(secured, {"type": "DataIntegrityProof"}, signer, [], entropy_of(1)))
    assert attempt == "proof.value"


def test_without_the_engine_a_proof_is_unknown_and_the_answer_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = issued(SUITE)
    document = shown(base, NAME)
    key = key_for(SUITE).public()
    bls._public.cache_clear()
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    with pytest.raises(KeyFault) as caught:
        suites.verify(Secured(document, PINNED), proofs_of(document)[0], key)
    assert caught.value.code == "proof.extra_missing"
    assert "satchel[bbs]" in caught.value.next_step
    assert CODES["proof.extra_missing"].outcome == "unknown"
    # The key can be read, so that the document that names it is not called broken.
    assert type(key)(key.type, key.raw) == key
    assert code_of(lambda: shown(base, NAME)) == "proof.extra_missing"
