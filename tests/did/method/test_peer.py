"""did.method.peer: kinds 0, 2 and 4 say what they hold, and nothing that was not put in."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did import create, resolve
from did.method import peer
from did.syntax import parse
from satchel.codec.base import base58_encode, base64url_encode
from satchel.errors import DidError, KeyFault
from satchel.key import multikey
from satchel.key.private import PrivateKey
from satchel.node.mirror import OfflineFetch
from satchel.port import JsonObject, drive

KEY = PrivateKey.from_seed(bytes(range(7, 39))).public()
BODY = multikey.encode(KEY)
CUT = "z" + base58_encode(b"\xed\x01" + KEY.raw[:-1])
AGREEMENT = "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
SERVICE: JsonObject = {
    "type": "DIDCommMessaging",
    "serviceEndpoint": {"uri": "https://wallet.example/didcomm", "accept": ["didcomm/v2"], "routingKeys": []},
}
# The example of the did:peer specification for kind 2.
EXAMPLE_2 = (
    "did:peer:2.Vz6Mkj3PUd1WjvaDhNZhhhXQdz5UnZXmS7ehtx8bsPpD47kKc.Ez6LSg8zQom395jKLrGiBNruB9MM6V8PWuf2FpEy4uRFiqQBR"
    ".SeyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9kaWRjb21tIiwiYSI6WyJkaWRjb21tL3YyIl0sInIiOlsiZGlkOmV4YW1w"
    "bGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleS0xIl19fQ.SeyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9hbm90aGVyIiwiYSI"
    "6WyJkaWRjb21tL3YyIl0sInIiOlsiZGlkOmV4YW1wbGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleS0yIl19fQ"
)


def look_up(did: str) -> resolve.Resolution:
    return drive(resolve.resolve(did, fetch=OfflineFetch()))


def code_of(did: str) -> str:
    with pytest.raises(DidError) as caught:
        look_up(did)
    return caught.value.code


def test_kind_0_is_a_did_key_under_another_name() -> None:
    did = peer.make_0(BODY)
    assert did == f"did:peer:0{BODY}"
    found = look_up(did).document
    assert found.method(f"{did}#{BODY}").key == KEY
    assert found.authorises(f"{did}#{BODY}", "authentication")
    assert "did:key" not in json.dumps(found.raw)


def test_kind_2_has_its_keys_by_number_and_relation() -> None:
    did = peer.make_2([("authentication", BODY), ("keyAgreement", AGREEMENT), ("assertionMethod", BODY)], [SERVICE])
    found = look_up(did).document
    assert found.method(f"{did}#key-1").key == found.method(f"{did}#key-3").key == KEY
    assert found.authorises(f"{did}#key-1", "authentication")
    assert not found.authorises(f"{did}#key-1", "assertionMethod")
    assert found.authorises(f"{did}#key-3", "assertionMethod")
    with pytest.raises(KeyFault) as caught:
        found.method(f"{did}#key-2")
    assert caught.value.code == "key.use"
    assert found.raw["service"] == [{**SERVICE, "id": "#service"}]


def test_the_example_of_the_specification_is_read() -> None:
    found = look_up(EXAMPLE_2).document
    assert list(found.methods) == [f"{EXAMPLE_2}#key-1"]
    services = found.raw["service"]
    assert isinstance(services, list)
    assert services[0] == {
        "id": "#service",
        "type": "DIDCommMessaging",
        "serviceEndpoint": {
            "uri": "http://example.com/didcomm",
            "accept": ["didcomm/v2"],
            "routingKeys": ["did:example:123456789abcdefghi#key-1"],
        },
    }
    assert [one["id"] for one in services if isinstance(one, dict)] == ["#service", "#service-1"]


def document_4() -> JsonObject:
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "verificationMethod": [{"id": "#k", "type": "Multikey", "publicKeyMultibase": BODY}],
        "authentication": ["#k", {"id": "#k2", "type": "Multikey", "publicKeyMultibase": BODY}],
        "service": [SERVICE],
    }


def test_kind_4_holds_its_document_and_knows_both_names() -> None:
    did = peer.make_4(document_4())
    short = peer.short_form(did)
    found = look_up(did).document
    assert found.method(f"{did}#k").key == KEY
    assert found.authorises(f"{did}#k2", "authentication")
    assert found.raw["alsoKnownAs"] == [short]
    under_short = peer.short_document(parse(did))
    assert under_short.id == short
    assert under_short.method(f"{short}#k").key == KEY
    assert under_short.raw["alsoKnownAs"] == [did]


def test_the_short_form_alone_says_nothing() -> None:
    assert code_of(peer.short_form(peer.make_4(document_4()))) == "did.not_found"
    with pytest.raises(DidError) as caught:
        peer.short_form("did:peer:0" + BODY)
    assert caught.value.code == "did.invalid"


def kind_4(raw: bytes, *, hashed: bytes | None = None) -> str:
    encoded = "z" + base58_encode(raw)
    digest = sha256(encoded.encode() if hashed is None else hashed).digest()
    return f"did:peer:4z{base58_encode(bytes([0x12, 0x20]) + digest)}:{encoded}"


@pytest.mark.parametrize(
    "did,code",
    [
        ("did:peer:1zQm", "did.invalid"),
        ("did:peer:3zQm", "did.invalid"),
        ("did:peer:5", "did.invalid"),
        ("did:peer:0", "did.key"),
        ("did:peer:0" + CUT, "did.key_length"),
        ("did:peer:0z" + base58_encode(b"\xef\x01" + bytes(32)), "did.key_unsupported"),
        ("did:peer:2", "did.invalid"),
        ("did:peer:2" + BODY, "did.invalid"),
        ("did:peer:2.X" + BODY, "did.invalid"),
        ("did:peer:2.V" + BODY + ".", "did.invalid"),
        ("did:peer:2.V" + BODY + ".Sx", "did.invalid"),
        ("did:peer:2.V" + BODY + ".S" + base64url_encode(b"[]"), "did.invalid"),
        ("did:peer:2.V" + CUT, "did.key_length"),
        ("did:peer:2" + ".Vz6Mk" * 64, "did.invalid"),
        ("did:peer:4zQm", "did.invalid"),
        (kind_4(b"\x80\x04{}", hashed=b"other"), "did.document_mismatch"),
        (kind_4(b"\x80\x04[]"), "did.document"),
        (kind_4(b"\x80\x05{}"), "did.document"),
        (kind_4(b"\x80\x04{"), "did.document"),
        (kind_4(b'\x80\x04{"id":"did:web:evil.example"}'), "did.document"),
        (kind_4(b'\x80\x04{"a":1,"a":2}'), "did.document"),
    ],
)
def test_what_is_no_sound_peer_is_refused(did: str, code: str) -> None:
    assert code_of(did) == code


def test_an_oversized_one_is_no_did() -> None:
    assert code_of("did:peer:2.V" + BODY + ".S" + "A" * 2048) == "did.invalid"


def test_a_method_of_kind_4_that_names_another_controller_is_a_fault() -> None:
    value = document_4()
    value["verificationMethod"] = [
        {"id": "#k", "type": "Multikey", "controller": "did:web:evil.example", "publicKeyMultibase": BODY}
    ]
    did = peer.make_4(value)
    with pytest.raises(DidError) as caught:
        look_up(did).document.method(f"{did}#k")
    assert caught.value.code == "did.method_controller"


@given(st.dictionaries(st.sampled_from(["t", "s", "r", "a", "type", "x", "dm"]), st.text(max_size=8), max_size=4))
def test_whatever_a_service_says_it_is_read_or_refused(service: dict[str, str]) -> None:
    did = "did:peer:2.V" + BODY + ".S" + base64url_encode(json.dumps(service).encode())
    try:
        assert look_up(did).document.method(f"{did}#key-1").key == KEY
    except DidError as fault:
        assert fault.code == "did.invalid"


def test_a_did_key_is_not_taken_for_a_peer() -> None:
    with pytest.raises(DidError):
        peer.short_form(create.did_key(KEY))
