"""verifier.explain: the intermediate values of the W3C's own vectors come out equal, suite by suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from did.document import DidDocument
from satchel.credential.read import read
from satchel.errors import DidError
from satchel.port import Did, JsonObject
from tests.attack.forge import ISSUER, NOW, STRANGER, badge, method_of, signed, to_bytes
from tests.satchel.proof import ground
from tests.shared import SHARED, needs_shared
from tests.verifier.facet.test_cose import sealed as cose_sealed
from tests.verifier.facet.test_disclosing import held, issued
from tests.verifier.facet.test_seal import sealed
from tests.verifier.tokens import old_jwt, vc_jwt, vp_jwt
from verifier.explain import explain, to_text
from verifier.materials import Materials
from verifier.proving import Keys

VECTORS = SHARED / "vectors"
FOLDERS = [
    *(VECTORS / "vc-di-eddsa" / name for name in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020")),
    *(VECTORS / "vc-di-ecdsa" / f"ecdsa-{kind}-2019-{curve}" for kind in ("rdfc", "jcs") for curve in ("p256", "p384")),
]


def resolve(did: Did) -> DidDocument | DidError:
    """Keys that stand in their own name; nothing is fetched."""
    return Keys(Materials(now=NOW, fetched={})).resolve(did)


def explained(raw: bytes | JsonObject, *, examples: bool = False) -> Any:
    envelope = read(raw if isinstance(raw, bytes) else to_bytes(raw), name="file")
    contexts = ground.vector_contexts() if examples else ground.PINNED
    return explain(envelope, resolve, contexts=contexts)


def folders() -> Iterator[Path]:
    """Each folder of a suite, and the one of a second document in it."""
    for folder in FOLDERS:
        for one in (folder, folder / "employ"):
            if any(one.glob("signed*.json")):
                yield one


def text(folder: Path, beginning: str) -> str:
    (path,) = folder.glob(f"{beginning}*.txt")
    return path.read_text(encoding="utf-8").strip()


@needs_shared
@pytest.mark.parametrize("folder", list(folders()), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_every_step_is_that_of_the_standard_s_own_vectors(folder: Path) -> None:
    (path,) = folder.glob("signed*.json")
    (proof,) = explained(path.read_bytes(), examples=True)["proofs"]
    assert "fault" not in proof
    assert proof["canonical_document"].strip() == text(folder, "canonDoc")
    assert proof["canonical_options"].strip() == text(folder, "proofCanon")
    assert proof["document_hash"] == text(folder, "docHash")
    assert proof["options_hash"] == text(folder, "proofHash")
    assert proof["signed"] == text(folder, "combinedHash")
    assert proof["signature"] == text(folder, "sigHex")
    assert proof["signature_holds"] is True


@needs_shared
def test_there_are_vectors_of_every_suite_that_signs_whole() -> None:
    assert len(list(folders())) >= 10


@needs_shared
@pytest.mark.parametrize("case", ["employ", "prc"])
def test_the_parts_of_a_proof_of_selective_disclosure_are_told(case: str) -> None:
    folder = VECTORS / "vc-di-ecdsa" / "ecdsa-sd-2023" / case
    (proof,) = explained((folder / "addSignedSDBase.json").read_bytes(), examples=True)["proofs"]
    raw = json.loads((folder / "addRawBaseSignatureInfo.json").read_bytes())
    assert proof["is_base"] is True
    hashes = json.loads((folder / "addHashData.json").read_bytes())
    assert proof["options_hash"] == hashes["proofHash"]
    assert proof["mandatory_hash"] == hashes["mandatoryHash"]
    assert proof["parts"]["mandatory"] == raw["mandatoryPointers"]
    assert proof["parts"]["signature"] == raw["baseSignature"]
    assert proof["parts"]["signatures"] == raw["signatures"]
    assert proof["canonical_options"] == (folder / "addProofConfigCanon.txt").read_text(encoding="utf-8")
    (derived,) = explained((folder / "derivedRevealDocument.json").read_bytes(), examples=True)["proofs"]
    assert derived["is_base"] is False
    assert derived["signature_holds"] is True
    assert derived["mandatory_hash"] == hashes["mandatoryHash"]
    assert len(derived["parts"]["signatures"]) < len(raw["signatures"])


@needs_shared
def test_the_parts_of_a_bbs_proof_are_told() -> None:
    pytest.importorskip("py_arkworks_bls12381")
    folder = VECTORS / "vc-di-bbs"
    (proof,) = explained((folder / "addSignedSDBase.json").read_bytes(), examples=True)["proofs"]
    hashes = json.loads((folder / "addHashData.json").read_bytes())
    assert (proof["options_hash"], proof["mandatory_hash"]) == (hashes["proofHash"], hashes["mandatoryHash"])
    assert proof["signature_holds"] is True
    (derived,) = explained((folder / "derivedRevealDocument.json").read_bytes(), examples=True)["proofs"]
    assert derived["mandatory_hash"] == hashes["mandatoryHash"]
    assert derived["signature_holds"] is True


def test_a_signature_over_something_else_is_told() -> None:
    document = signed(badge()) | {"name": "Another"}
    (proof,) = explained(document)["proofs"]
    assert proof["signature_holds"] is False


def test_a_key_that_would_have_to_be_fetched_is_left_open_and_the_steps_are_told() -> None:
    document = signed(badge(), method="did:web:school.example#key-1")
    (proof,) = explained(document)["proofs"]
    assert proof["key_fault"]["code"] == "did.unreachable"
    assert "signature_holds" not in proof
    assert len(bytes.fromhex(proof["signed"])) == 64


def test_what_has_no_steps_says_why() -> None:
    assert explained(badge())["proofs"][0]["fault"]["code"] == "proof.missing"
    unknown = badge(proof={"type": "Unheard", "proofPurpose": "assertionMethod", "verificationMethod": "x"})
    assert explained(unknown)["proofs"][0]["fault"]["code"] == "proof.suite_unsupported"
    undefined = signed(badge())
    undefined["unheard"] = 1
    assert explained(undefined)["proofs"][0]["fault"]["code"] == "linked.undefined_term"
    assert explained(b"{")["fault"]["code"] == "parse.not_json"
    assert explained(vc_jwt(alg="none"))["fault"]["code"] == "proof.algorithm"


@pytest.mark.parametrize(
    ("raw", "profile"),
    [
        (vc_jwt(), "vc+jwt"),
        (old_jwt(), "vc-jwt"),
        (vp_jwt(vc_jwt()), "vp+jwt"),
        (issued().encode(), "vc+sd-jwt"),
        (held(), "vc+sd-jwt"),
        (cose_sealed(), "vc+cose"),
        (to_bytes(sealed()), "edc"),
    ],
    ids=["vc+jwt", "vc-jwt", "vp+jwt", "sd-jwt", "sd-jwt held", "cose", "seal"],
)
def test_a_token_is_taken_apart(raw: bytes, profile: str) -> None:
    document = explained(raw)
    token = document["token"]
    assert token["profile"] == profile
    assert token["header"]
    assert token["signature"]
    assert token.get("signature_holds") is (True if profile != "edc" else None)
    assert document["document"]["@context"]
    assert "proofs" not in document
    if "sd-jwt" in profile:
        assert {one["pointer"] for one in token["disclosures"]} == {
            "/name",
            "/credentialSubject/achievement/description",
        }
    assert json.loads(json.dumps(document)) == document
    assert to_text(document)


def test_what_is_inside_is_named() -> None:
    document = explained(vp_jwt(vc_jwt(), signed(badge())))
    assert [part["format"] for part in document["inside"]] == ["vc+jwt", "vc-json"]
    assert document["inside"][0]["id"] == badge()["id"]


def test_no_text_from_outside_reaches_the_terminal_as_it_is() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J‮"
    for raw in (
        to_bytes(signed(badge(name=evil))),
        vc_jwt(badge(name=evil)),
        to_bytes(badge(proof={"type": evil, "proofPurpose": evil, "verificationMethod": evil})),
        to_bytes({evil: evil}),
    ):
        shown = to_text(explained(raw))
        assert not {char for char in shown if not char.isprintable()} - {"\n"}
        assert "‮" not in shown


def test_texts_that_are_hashed_stand_whole_one_line_each() -> None:
    document = explained(signed(badge()))
    lines = to_text(document).splitlines()
    for line in document["proofs"][0]["canonical_document"].rstrip("\n").split("\n"):
        assert f"    {line}" in lines


def test_a_signature_by_somebody_else_holds_all_the_same_and_is_not_judged() -> None:
    (proof,) = explained(signed(badge(), key=STRANGER))["proofs"]
    assert proof["signature_holds"] is True
    assert proof["verification_method"] == method_of(STRANGER) != method_of(ISSUER)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(data=st.data())
def test_a_changed_byte_never_breaks_it(data: st.DataObject) -> None:
    files = (vc_jwt(), held(), cose_sealed(), to_bytes(sealed()), to_bytes(signed(badge())))
    raw = bytearray(files[data.draw(st.integers(0, len(files) - 1))])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert to_text(explained(bytes(raw)))
