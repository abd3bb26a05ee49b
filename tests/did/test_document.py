"""did.document: real documents are read, and no document hands a key to somebody else."""

from __future__ import annotations

import copy

import pytest

from did import document
from satchel.codec import strictjson
from satchel.errors import DidError, SatchelError
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.port import JsonObject, JsonValue
from tests.shared import SHARED, needs_shared

DID = "did:web:issuer.example"
KEY = PrivateKey.from_seed(bytes(range(3, 35))).public()
OTHER = PrivateKey.from_seed(bytes(range(4, 36))).public()


def method(fragment: str = "#k1", **changes: JsonValue) -> JsonObject:
    value: JsonObject = {
        "id": DID + fragment,
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": multikey.encode(KEY),
    }
    return {name: member for name, member in (value | changes).items() if member is not None}


def read(**members: JsonValue) -> document.DidDocument:
    return document.read({"id": DID, **members}, DID)


def fault_of(found: document.DidDocument, method_id: str) -> str:
    assert method_id not in found.methods
    assert not any(found.authorises(method_id, purpose) for purpose in document.PURPOSES)
    with pytest.raises(SatchelError) as caught:
        found.method(method_id)
    return caught.value.code


def test_a_method_named_by_a_relation_is_authorised_for_it_alone() -> None:
    found = read(verificationMethod=[method(), method("#k2")], assertionMethod=[DID + "#k1"])
    assert found.method(DID + "#k1").key == KEY
    assert found.authorises(DID + "#k1", "assertionMethod")
    assert not found.authorises(DID + "#k1", "authentication")
    assert not found.authorises(DID + "#k2", "assertionMethod")
    assert not found.authorises(DID + "#k1", "verificationMethod")
    assert not found.authorises("#k1", "assertionMethod")


def test_a_method_embedded_in_a_relation_is_a_method() -> None:
    found = read(assertionMethod=[method()])
    assert found.method(DID + "#k1").key == KEY
    assert found.authorises(DID + "#k1", "assertionMethod")


def test_the_same_method_embedded_twice_is_one_method() -> None:
    found = read(verificationMethod=[method()], assertionMethod=[method()], authentication=[method()])
    assert found.authorises(DID + "#k1", "assertionMethod")
    assert not found.faults


def test_a_relative_id_belongs_to_the_document() -> None:
    found = read(verificationMethod=[method(id="#k1")], assertionMethod=["#k1"])
    assert found.method(DID + "#k1").id == DID + "#k1"
    assert found.authorises(DID + "#k1", "assertionMethod")


def test_a_single_item_may_stand_without_its_list() -> None:
    found = read(verificationMethod=method(), assertionMethod=DID + "#k1", authentication=method())
    assert found.authorises(DID + "#k1", "assertionMethod")
    assert found.authorises(DID + "#k1", "authentication")


def test_jwk_and_2020_methods_are_read() -> None:
    found = read(
        verificationMethod=[
            method("#a", type="Ed25519VerificationKey2020"),
            method("#b", type="JsonWebKey2020", publicKeyMultibase=None, publicKeyJwk=jwk.encode(KEY)),
            method("#c", type="JsonWebKey", publicKeyMultibase=None, publicKeyJwk=jwk.encode(KEY)),
        ]
    )
    assert [found.method(DID + fragment).key for fragment in ("#a", "#b", "#c")] == [KEY] * 3


def test_two_different_keys_under_one_id_are_no_method() -> None:
    other = method(publicKeyMultibase=multikey.encode(OTHER))
    for found in (
        read(verificationMethod=[method(), other], assertionMethod=["#k1"]),
        read(verificationMethod=[method()], assertionMethod=[other]),
        read(verificationMethod=[method(), method("#k2"), other, other], assertionMethod=["#k1"]),
        read(verificationMethod=[method(), method(id="#k1", publicKeyMultibase=multikey.encode(OTHER))]),
    ):
        assert fault_of(found, DID + "#k1") == "did.method_ambiguous"


@pytest.mark.parametrize(
    "change,code",
    [
        ({"type": "BestKeyEver2031"}, "key.type_unsupported"),
        ({"type": ["Multikey"]}, "key.method"),
        ({"type": None}, "key.method"),
        ({"controller": "did:web:other.example"}, "did.method_controller"),
        ({"controller": DID + "#k1"}, "did.method_controller"),
        ({"controller": [DID]}, "key.method"),
        ({"controller": None}, "key.method"),
        ({"publicKeyMultibase": None}, "key.method"),
        ({"publicKeyMultibase": "zzz"}, "key.type_unsupported"),
        ({"publicKeyMultibase": "m" + multikey.encode(KEY)[1:]}, "key.multikey"),
        ({"publicKeyJwk": {**jwk.encode(KEY), "d": "AAAA"}}, "key.secret"),
        ({"secretKeyMultibase": "z3u2"}, "key.secret"),
        ({"publicKeyJwk": jwk.encode(OTHER)}, "key.method"),
        ({"publicKeyJwk": "x"}, "key.method"),
        ({"expires": "tomorrow"}, "key.method"),
        ({"revoked": 1}, "key.method"),
    ],
)
def test_an_unusable_method_is_a_fault_and_leaves_the_others_usable(change: JsonObject, code: str) -> None:
    found = read(verificationMethod=[method(**change), method("#good")], assertionMethod=[DID + "#k1", DID + "#good"])
    assert fault_of(found, DID + "#k1") == code
    assert found.authorises(DID + "#good", "assertionMethod")


def test_the_key_of_another_did_is_not_taken_in() -> None:
    theirs = method(id="did:web:other.example#k1")
    found = read(verificationMethod=[theirs], assertionMethod=["did:web:other.example#k1"])
    assert fault_of(found, "did:web:other.example#k1") == "did.method_foreign"
    for near in (DID + ".evil#k1", DID + ":path#k1", DID + "?versionId=1#k1", DID.upper() + "#k1"):
        assert (
            fault_of(read(verificationMethod=[method(id=near)], assertionMethod=[near]), near) == "did.method_foreign"
        )


def test_a_method_that_is_not_listed_is_missing() -> None:
    found = read(verificationMethod=[method()], assertionMethod=["#k2"])
    assert fault_of(found, DID + "#k2") == "did.method_missing"
    assert fault_of(found, DID) == "did.method_missing"
    assert fault_of(found, "") == "did.method_missing"


def test_the_end_of_a_method_is_kept_as_written() -> None:
    found = read(verificationMethod=[method(expires="2026-01-01T00:00:00Z", revoked="2025-01-01T00:00:00Z")])
    assert found.method(DID + "#k1").expires == "2026-01-01T00:00:00Z"
    assert found.method(DID + "#k1").revoked == "2025-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "found", ["did:web:other.example", "did:web:issuer.example:a", DID + "#", "DID:web:issuer.example", None, 5, [DID]]
)
def test_the_document_of_another_did_is_refused(found: JsonValue) -> None:
    with pytest.raises(DidError) as caught:
        document.read({"id": found, "verificationMethod": [method()]}, DID)
    assert caught.value.code == "did.document_mismatch"


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "x",
        {"id": DID, "verificationMethod": 5},
        {"id": DID, "verificationMethod": None},
        {"id": DID, "verificationMethod": ["#k1"]},
        {"id": DID, "verificationMethod": [[method()]]},
        {"id": DID, "assertionMethod": [5]},
        {"id": DID, "assertionMethod": [""]},
        {"id": DID, "assertionMethod": True},
        {"id": DID, "verificationMethod": [{"type": "Multikey"}]},
        {"id": DID, "verificationMethod": [{"id": 5}]},
        {"id": DID, "verificationMethod": [{"id": f"#k{number}"} for number in range(257)]},
    ],
)
def test_a_document_of_a_wrong_shape_is_refused(value: JsonValue) -> None:
    with pytest.raises(DidError) as caught:
        document.read(value, DID)
    assert caught.value.code == "did.document"


def test_reading_changes_nothing() -> None:
    value: JsonObject = {"id": DID, "verificationMethod": [method(id="#k1")], "assertionMethod": ["#k1"]}
    before = copy.deepcopy(value)
    assert document.read(value, DID).raw is value
    assert value == before


@needs_shared
@pytest.mark.parametrize("name", ["legacy", "oidf"])
def test_the_documents_of_the_dcc_fixtures_are_read(name: str) -> None:
    path = SHARED / "data/mirror/digitalcredentials.github.io/vc-test-fixtures/dids" / name / "did.json"
    did = f"did:web:digitalcredentials.github.io:vc-test-fixtures:dids:{name}"
    found = document.read(strictjson.loads(path.read_bytes()), did)
    method_id = f"{did}#z6MkjXe1vZvPRqFuc9nRBtZ3e1Y9XKDFSbjFAfzLfW2bD6cZ"
    assert found.authorises(method_id, "assertionMethod")
    assert not found.authorises(method_id, "authentication")
    assert multikey.encode(found.method(method_id).key) == "z6MkjXe1vZvPRqFuc9nRBtZ3e1Y9XKDFSbjFAfzLfW2bD6cZ"
    assert not found.faults
