"""Every Data Integrity suite against @digitalbazaar/vc: each side verifies the other's proofs, and both refuse changed
ones."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import pytest

from satchel.codec.base import base64url_encode
from satchel.errors import SatchelError
from satchel.key import multikey
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured
from tests.peers import peer as peers
from tests.peers.peer import Peer, PeerRefused
from tests.satchel.linked import shapes
from tests.satchel.proof.ground import CREATED, KEYS, signer_of
from tests.satchel.proof.selective_ground import SUITES as SELECTIVE
from tests.satchel.proof.selective_ground import (
    badge,
    entropy_of,
    key_for,
    parts_of,
    with_parts,
)

NOW: Final = "2026-11-24T00:00:00Z"
MADE: Final = "2026-03-02T10:00:00Z"
CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
ED25519_2020: Final = "https://w3id.org/security/suites/ed25519-2020/v1"
NAME: Final = "/credentialSubject/achievement/name"
RESULT: Final = "/credentialSubject/result"

WHOLE = [
    pytest.param(suite, kind, id=f"{suite} {kind}")
    for suite, kind in (
        ("eddsa-rdfc-2022", KeyType.ED25519),
        ("eddsa-jcs-2022", KeyType.ED25519),
        ("ecdsa-rdfc-2019", KeyType.P_256),
        ("ecdsa-rdfc-2019", KeyType.P_384),
        ("ecdsa-jcs-2019", KeyType.P_256),
        ("ecdsa-jcs-2019", KeyType.P_384),
        ("Ed25519Signature2020", KeyType.ED25519),
    )
]
SHAPES = ["VC 2.0", "VC 1.1", "a badge with results"]


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """The running peers of all suites; skips where they are not installed."""
    reason = peers.missing()
    if reason is not None:
        pytest.skip(reason)
    with Peer(script="suite_peer.mjs") as running:
        yield running


def did_of(key: PrivateKey) -> str:
    return f"did:key:{multikey.encode(key.public())}"


def document_of(shape: str, key: PrivateKey, suite: str) -> dict[str, Any]:
    """A credential of the key's did:key, with the context that the suite's proof needs."""
    document: dict[str, Any]
    if shape == "a badge with results":
        document = badge()
        document["issuer"]["id"] = did_of(key)
        # Two suites of the peer cannot read an ordered list.
        del document["credentialSubject"]["achievement"]["resultDescription"][0]["allowedValue"]
    else:
        is_new = shape == "VC 2.0"
        document = {
            "@context": [CREDENTIALS_V2 if is_new else CREDENTIALS_V1],
            "id": "urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b11",
            "type": ["VerifiableCredential"],
            "issuer": did_of(key),
            ("validFrom" if is_new else "issuanceDate"): "2026-03-01T00:00:00Z",
            "credentialSubject": {"id": "did:example:learner"},
        }
    needed = ED25519_2020 if suite == "Ed25519Signature2020" else DATA_INTEGRITY
    is_built_in = needed == DATA_INTEGRITY and document["@context"][0] == CREDENTIALS_V2
    if not is_built_in and needed not in document["@context"]:
        document["@context"].append(needed)
    return document


def pair_of(key: PrivateKey) -> dict[str, Any]:
    return {"publicKeyMultibase": multikey.encode(key.public()), "secretKeyMultibase": key.secret_multikey()}


def holds(document: JsonObject, key: PrivateKey) -> bool:
    """Whether our side takes the proof for good; a refusal with a reason is a no."""
    with suppress(SatchelError):
        return suites.verify(Secured(document, PINNED), proofs_of(document)[0], key.public())
    return False


def agreed(peer: Peer, document: JsonObject, suite: str, key: PrivateKey) -> bool:
    """The verdict of both sides, which must be one."""
    theirs = peer.ask("verify", credential=document, suite=suite, now=NOW)
    assert theirs["verified"] is holds(document, key), theirs["error"]
    return holds(document, key)


def changed(document: dict[str, Any]) -> list[JsonObject]:
    """The credential with one thing changed: an id, a claim, an option of the proof, a bit of its value."""
    proof = document["proof"]
    value = proof["proofValue"]
    at = len(value) // 2
    swapped = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
    return [
        document | {"id": "urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b12"},
        document | {"credentialSubject": document["credentialSubject"] | {"id": "did:example:another"}},
        document | {"proof": proof | {"created": "2026-03-02T10:00:01Z"}},
        document | {"proof": proof | {"proofValue": swapped}},
    ]


def ours(document: JsonObject, suite: str, key: PrivateKey, mandatory: tuple[str, ...] = ()) -> JsonObject:
    signer: LocalSigner = signer_of(key)
    if suites.SUITES[suite].selection is None:
        return suites.sign(document, suite=suite, signer=signer, created=CREATED)
    return suites.sign_base(
        document, suite=suite, signer=signer, created=CREATED, entropy=entropy_of(4), mandatory=mandatory
    )


def theirs(peer: Peer, document: JsonObject, suite: str, key: PrivateKey, *mandatory: str) -> dict[str, Any]:
    answer = peer.ask(
        "sign",
        credential=document,
        suite=suite,
        key=pair_of(key),
        created=MADE,
        now=NOW,
        mandatoryPointers=list(mandatory),
    )
    return answer["credential"]  # type: ignore[return-value]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("suite", "kind"), WHOLE)
def test_both_sides_take_what_we_sign_and_neither_takes_it_changed(
    peer: Peer, suite: str, kind: KeyType, shape: str
) -> None:
    key = KEYS[kind]
    credential: Any = ours(document_of(shape, key, suite), suite, key)
    assert agreed(peer, credential, suite, key)
    for broken in changed(credential):
        assert not agreed(peer, broken, suite, key)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("suite", "kind"), WHOLE)
def test_both_sides_take_what_the_peer_signs_and_neither_takes_it_changed(
    peer: Peer, suite: str, kind: KeyType, shape: str
) -> None:
    key = KEYS[kind]
    credential = theirs(peer, document_of(shape, key, suite), suite, key)
    assert agreed(peer, credential, suite, key)
    for broken in changed(credential):
        assert not agreed(peer, broken, suite, key)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"])
def test_both_sides_make_the_same_ed25519_proof(peer: Peer, suite: str, shape: str) -> None:
    """Ed25519 is deterministic: an equal signature means that equal bytes were signed, options and all."""
    key = KEYS[KeyType.ED25519]
    document = document_of(shape, key, suite)
    mine: Any = ours(document, suite, key)
    assert mine["proof"]["proofValue"] == theirs(peer, document, suite, key)["proof"]["proofValue"]


@pytest.mark.parametrize(("suite", "kind"), WHOLE)
def test_both_sides_refuse_another_key(peer: Peer, suite: str, kind: KeyType) -> None:
    key = KEYS[kind]
    stranger = PrivateKey.generate(entropy_of(11), kind)
    document = document_of("VC 2.0", key, suite)
    credential = ours(document, suite, stranger)
    named: Any = copy.deepcopy(credential)
    named["proof"]["verificationMethod"] = signer_of(key).id
    assert not agreed(peer, named, suite, key)
    assert peer.ask("verify", credential=credential, suite=suite, now=NOW)["verified"] is False


# Selective disclosure


@pytest.mark.parametrize("shape", ["VC 1.1", "a badge with results"])
@pytest.mark.parametrize("suite", SELECTIVE)
def test_derived_proofs_cross_over_whoever_issues_and_whoever_derives(peer: Peer, suite: str, shape: str) -> None:
    key = key_for(suite)
    document = document_of(shape, key, suite)
    date = "/issuanceDate" if shape == "VC 1.1" else "/validFrom"
    chosen = ["/credentialSubject"] if shape == "VC 1.1" else [NAME, f"{RESULT}/1"]
    for base in (ours(document, suite, key), theirs(peer, document, suite, key, "/issuer", date)):
        assert holds(base, key)
        by_peer: Any = peer.ask("derive", credential=base, suite=suite, selectivePointers=chosen)["credential"]
        by_us: Any = suites.derive(base, chosen, entropy=entropy_of(5))
        assert {name: member for name, member in by_us.items() if name != "proof"} == {
            name: member for name, member in by_peer.items() if name != "proof"
        }
        for part in (by_us, by_peer):
            assert agreed(peer, part, suite, key)
            for broken in changed(part):
                assert not agreed(peer, broken, suite, key)
        if suite == "ecdsa-sd-2023":
            assert by_us == by_peer
        else:
            assert parts_of(by_us)[1][1:] == parts_of(by_peer)[1][1:]


def without_lists(value: Any) -> Any:
    """The document without its ordered lists, which the peer cannot sign."""
    if isinstance(value, dict):
        return {name: without_lists(member) for name, member in value.items() if name != "allowedValue"}
    return [without_lists(item) for item in value] if isinstance(value, list) else value


def test_both_sides_derive_the_same_part_of_badges_of_many_shapes(peer: Peer) -> None:
    """ecdsa-sd-2023 has no chance in it once the base proof is there: the two parts are equal to the last byte."""
    suite, chance = "ecdsa-sd-2023", random.Random(2023)
    key = key_for(suite)
    for number in range(24):
        document: Any = without_lists(shapes.badge(random.Random(500 + number)))
        document["issuer"] = {"id": did_of(key), "type": ["Profile"]}
        # Items of lists are left to other tests: the peer rewrites a document before it looks for them.
        others = [name for name in ("name", "description", "evidence") if name in document]
        chosen = ["/credentialSubject", *("/" + name for name in chance.sample(others, chance.randint(0, len(others))))]
        base = ours(document, suite, key)
        by_us: Any = suites.derive(base, chosen, entropy=entropy_of(5))
        by_peer = peer.ask("derive", credential=base, suite=suite, selectivePointers=chosen)["credential"]
        assert by_us == by_peer
        assert agreed(peer, by_us, suite, key)


@pytest.mark.parametrize("suite", SELECTIVE)
def test_both_sides_refuse_a_part_with_a_mandatory_statement_gone(peer: Peer, suite: str) -> None:
    key = key_for(suite)
    base = ours(document_of("a badge with results", key, suite), suite, key)
    part: Any = suites.derive(base, [NAME], entropy=entropy_of(5))
    for name in ("validUntil", "credentialStatus"):
        assert not agreed(peer, {member: part[member] for member in part if member != name}, suite, key)


@pytest.mark.parametrize("suite", SELECTIVE)
def test_a_bad_pointer_is_refused_by_both_sides(peer: Peer, suite: str) -> None:
    key = key_for(suite)
    document = document_of("VC 2.0", key, suite)
    base = ours(document, suite, key)
    for pointer in ("/nothing", "/credentialSubject/nothing"):
        with pytest.raises(SatchelError) as caught:
            ours(document, suite, key, mandatory=(pointer,))
        assert caught.value.code == "proof.pointer"
        with pytest.raises(PeerRefused):
            theirs(peer, document, suite, key, pointer)
        with pytest.raises(SatchelError) as caught:
            suites.derive(base, [pointer], entropy=entropy_of(5))
        assert caught.value.code == "proof.pointer"
        with pytest.raises(PeerRefused):
            peer.ask("derive", credential=base, suite=suite, selectivePointers=[pointer])


def test_a_presentation_header_crosses_over(peer: Peer) -> None:
    key = key_for("bbs-2023")
    base = ours(document_of("VC 2.0", key, "bbs-2023"), "bbs-2023", key)
    header = b"for the harbour"
    answer = peer.ask(
        "derive",
        credential=base,
        suite="bbs-2023",
        selectivePointers=["/credentialSubject"],
        presentationHeader=header.hex(),
    )
    by_us = suites.derive(base, ["/credentialSubject"], entropy=entropy_of(6), header=header)
    for part in (answer["credential"], by_us):
        assert isinstance(part, dict)
        assert agreed(peer, part, "bbs-2023", key)
        kind, parts = parts_of(part)
        assert parts[4] == header
        assert not agreed(peer, with_parts(part, kind, [*parts[:4], b"elsewhere"]), "bbs-2023", key)


# Where the two sides are known to differ


@pytest.mark.parametrize("suite", SELECTIVE)
def test_the_peer_cannot_sign_an_ordered_list_but_verifies_what_we_derive_with_one(peer: Peer, suite: str) -> None:
    key = key_for(suite)
    document = badge()
    document["issuer"] = did_of(key)
    with pytest.raises(PeerRefused):
        theirs(peer, document, suite, key, "/issuer")
    base = ours(document, suite, key)
    part = suites.derive(base, ["/credentialSubject/achievement/resultDescription"], entropy=entropy_of(5))
    assert "allowedValue" in json.dumps(part)
    assert agreed(peer, part, suite, key)


def lines_as(document: JsonObject, name: str) -> list[str]:
    """The statements of a document, in order, with one name for all blank nodes."""
    quads, labels = Secured(document, PINNED).named()
    return sorted(re.sub("|".join(labels), name, line) for line in quads.lines())


@pytest.mark.parametrize("suite", SELECTIVE)
def test_one_node_shown_as_two_is_refused_here(peer: Peer, suite: str) -> None:
    """A result that was cut in two, with the issuer's one label for both: what was said of one would stand beside
    something else. The peer takes it when the statements that then stand twice are told twice."""
    key = key_for(suite)
    base = ours(document_of("a badge with results", key, suite), suite, key)
    part: Any = suites.derive(base, [f"{RESULT}/0"], entropy=entropy_of(5))
    (result,) = part["credentialSubject"]["result"]
    halves = [{"type": result["type"], name: result[name]} for name in ("value", "resultDescription")]
    cut = part | {"credentialSubject": part["credentialSubject"] | {"result": halves}}
    kind, parts = parts_of(part)
    told_at, labels_at, fixed_at = (2, 3, 4) if suite == "ecdsa-sd-2023" else (3, 1, 2)
    (label,) = parts[labels_at].values()
    name = "_:u" + base64url_encode(label) if suite == "ecdsa-sd-2023" else f"_:b{label}"
    once, twice = lines_as(part, name), lines_as(cut, name)
    fixed = [once[index] for index in parts[fixed_at]]
    told = dict(zip([line for line in once if line not in fixed], parts[told_at], strict=True))
    assert len(twice) > len(once)
    parts[labels_at] = {0: label, 1: label}
    parts[fixed_at] = [index for index, line in enumerate(twice) if line in fixed]
    parts[told_at] = [told[line] for line in twice if line not in fixed]
    forged = with_parts(cut, kind, parts)
    assert peer.ask("verify", credential=forged, suite=suite, now=NOW)["verified"] is True
    with pytest.raises(SatchelError) as caught:
        suites.verify(Secured(forged, PINNED), proofs_of(forged)[0], key.public())
    assert caught.value.code == "proof.value"


@pytest.mark.parametrize("suite", SELECTIVE)
def test_a_base_proof_is_no_proof_to_the_peer_and_told_apart_here(peer: Peer, suite: str) -> None:
    key = key_for(suite)
    base = ours(document_of("VC 2.0", key, suite), suite, key)
    assert peer.ask("verify", credential=base, suite=suite, now=NOW)["verified"] is False
    assert holds(base, key)
    assert suites.is_base(proofs_of(base)[0])
