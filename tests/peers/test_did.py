"""DIDs go both ways: logs of didwebvh-ts resolve here and ours resolve there; did:jwk and did:peer likewise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from did import resolve
from did.method import jwk as did_jwk
from did.method import peer as did_peer_method
from did.method.webvh import write
from did.method.webvh.parameters import Witness
from did.method.webvh.write import Change
from did.syntax import parse
from satchel.errors import DidError
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.node.mirror import OfflineFetch
from satchel.port import JsonObject, drive
from tests.did.method.webvh.site import key, look_up, publish, signer, state, text
from tests.peers import did_peer
from tests.peers.did_peer import DidPeer

# The peer's entries are of the true present, and an entry of tomorrow is refused: ours are made some time before it.
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def peer() -> Iterator[DidPeer]:
    reason = did_peer.missing()
    if reason is not None:
        pytest.skip(reason)
    with DidPeer() as running:
        yield running


def seed(number: int) -> str:
    return (bytes([number]) * 31 + b"\x07").hex()


def theirs(peer: DidPeer, log: bytes, did: str, **more: str | int) -> JsonObject:
    return peer.ask("webvh_resolve", log=log.decode(), did=did, **more)


def test_the_keys_of_both_sides_are_the_same(peer: DidPeer) -> None:
    assert peer.ask("key", seed=seed(1)) == {"multikey": text(1)}


@pytest.mark.parametrize("place", ["issuer.example", "issuer.example%3A8443", "issuer.example:a:b"])
def test_our_new_did_resolves_there(peer: DidPeer, place: str) -> None:
    did, log = write.create(state(place, 1), signer=signer(1), now=NOW - DAY)
    answer = theirs(peer, log, did)
    assert (answer["error"], answer["deactivated"]) == ("", False)
    assert answer["versionId"] == json.loads(log)["versionId"]
    document = answer["document"]
    assert isinstance(document, dict) and document["id"] == did
    assert document["assertionMethod"] == [f"{did}#k1"]


def test_our_rotated_witnessed_moved_and_ended_log_resolves_there(peer: DidPeer) -> None:
    witness = Witness(threshold=1, ids=(f"did:key:{text(5)}", f"did:key:{text(6)}"))
    did, log = write.create(
        state("issuer.example", 1), signer=signer(1), now=NOW - 5 * DAY, next_keys=(text(2),), portable=True
    )
    rotated = Change(state=state(did=did), update_keys=(text(2),), next_keys=(text(3),))
    log = write.update(log, rotated, signer=signer(2), now=NOW - 4 * DAY)
    freed = Change(update_keys=(text(3),), next_keys=(), witness=witness)
    log = write.update(log, freed, signer=signer(3), now=NOW - 3 * DAY)
    moved = did.replace("issuer.example", "new.example")
    there = Change(state=state("", 4, did=moved) | {"alsoKnownAs": [did]})
    log = write.update(log, there, signer=signer(3), now=NOW - 2 * DAY)
    log = write.deactivate(log, signer=signer(3), now=NOW - DAY)
    last = json.loads(log.splitlines()[-1])["versionId"]
    approvals = write.witness_file([write.approval(last, signer=signer(6), now=NOW)]).decode()
    answer = theirs(peer, log, moved, witness=approvals)
    assert answer["error"] == ""
    assert (answer["versionId"], answer["deactivated"]) == (last, True)
    early = theirs(peer, log, moved, witness=approvals, versionNumber=1)
    assert isinstance(early["document"], dict) and early["document"]["id"] == did
    assert theirs(peer, log, moved, witness="[]")["error"] != ""


def test_a_changed_log_of_ours_is_refused_there_too(peer: DidPeer) -> None:
    did, log = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - DAY)
    other = log.replace(text(1).encode()[-8:], text(2).encode()[-8:])
    assert other != log
    assert theirs(peer, other, did)["error"] != ""


def test_their_log_resolves_here_whatever_was_done_with_it(peer: DidPeer, tmp_path: Path) -> None:
    options: JsonObject = {
        "domain": "issuer.example",
        "portable": True,
        "alsoKnownAsWeb": True,
        "created": (NOW - 2 * DAY).isoformat().replace("+00:00", "Z"),
        "nextKeyHashes": [write.key_hash(text(2))],
        "verificationMethods": [{"type": "Multikey", "publicKeyMultibase": text(1), "purpose": "assertionMethod"}],
    }
    made = peer.ask("webvh_create", seed=seed(1), options=options)
    did = str(made["did"])
    publish(tmp_path, did, str(made["log"]).encode())
    found = look_up(tmp_path, did, now=NOW)
    assert found.metadata["versionId"] == made["versionId"]
    updated = peer.ask(
        "webvh_update",
        seed=seed(2),
        log=made["log"],
        options={"updateKeys": [text(2)], "nextKeyHashes": [], "alsoKnownAs": ["https://issuer.example"]},
    )
    ended = peer.ask("webvh_deactivate", seed=seed(2), log=updated["log"])
    publish(tmp_path, did, str(ended["log"]).encode())
    later = datetime.now(UTC) + timedelta(minutes=1)
    found = look_up(tmp_path, did, now=later)
    assert found.is_deactivated
    assert found.metadata["versionId"] == ended["versionId"]
    assert look_up(tmp_path, did, version_number=2, now=later).document.raw["alsoKnownAs"] == ["https://issuer.example"]


def test_their_witnesses_count_here(peer: DidPeer, tmp_path: Path) -> None:
    options: JsonObject = {
        "domain": "issuer.example",
        "created": (NOW - DAY).isoformat().replace("+00:00", "Z"),
        "verificationMethods": [{"type": "Multikey", "publicKeyMultibase": text(1), "purpose": "assertionMethod"}],
        "witness": {"threshold": 2, "witnesses": [{"id": f"did:key:{text(number)}"} for number in (5, 6)]},
    }
    made = peer.ask("webvh_create", seed=seed(1), options=options)
    did, log = str(made["did"]), str(made["log"]).encode()
    version = json.loads(log)["versionId"]
    for seeds, is_enough in (([5], False), ([5, 6], True)):
        entry = peer.ask("webvh_witness", versionId=version, seeds=[seed(number) for number in seeds])["entry"]
        publish(tmp_path, did, log, json.dumps([entry]).encode())
        if is_enough:
            assert look_up(tmp_path, did, now=NOW).metadata["versionId"] == version
            continue
        with pytest.raises(DidError) as caught:
            look_up(tmp_path, did, now=NOW)
        assert caught.value.code == "did.log_witness"


def test_both_sides_make_the_same_did_web_of_a_did(peer: DidPeer) -> None:
    options: JsonObject = {
        "domain": "issuer.example",
        "alsoKnownAsWeb": True,
        "verificationMethods": [{"type": "Multikey", "publicKeyMultibase": text(1), "purpose": "assertionMethod"}],
    }
    made = peer.ask("webvh_create", seed=seed(1), options=options)
    ours = write.parallel_web(json.loads(str(made["log"]))["state"])
    web = made["web"]
    assert isinstance(web, dict)
    assert {name: value for name, value in ours.items() if name != "service"} == {
        name: value for name, value in web.items() if name != "service"
    }


@pytest.mark.parametrize("kind", [KeyType.ED25519, KeyType.P_256, KeyType.P_384, KeyType.P_521, KeyType.SECP256K1])
def test_a_did_jwk_is_the_same_on_both_sides(peer: DidPeer, kind: KeyType) -> None:
    public = PrivateKey.generate(lambda count: bytes(range(1, count + 1)), kind).public()
    algorithm = sorted(jwk.ALGORITHMS[kind])[-1 if kind is not KeyType.ED25519 else 1]
    value: JsonObject = {**jwk.encode(public), "alg": "EdDSA" if kind is KeyType.ED25519 else algorithm}
    did = str(peer.ask("jwk_name", jwk=value)["did"])
    found = drive(resolve.resolve(did, fetch=OfflineFetch())).document
    assert found.method(f"{did}#0").key == public
    own = did_jwk.name(value, json.dumps(value).encode())
    for one in (did, own):
        answer = peer.ask("jwk_resolve", did=one)["document"]
        assert isinstance(answer, dict)
        raw = did_jwk.document(parse(one)).raw
        (theirs_method,), (our_method,) = answer["verificationMethod"], raw["verificationMethod"]  # type: ignore[misc]
        assert isinstance(theirs_method, dict) and isinstance(our_method, dict)
        assert theirs_method["publicKeyJwk"] == our_method["publicKeyJwk"]
        assert str(our_method["id"]).endswith(str(theirs_method["id"]))


def test_a_did_peer_2_is_the_same_on_both_sides() -> None:
    other = pytest.importorskip("did_peer_2")
    keys = [("authentication", text(1)), ("keyAgreement", "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")]
    service: JsonObject = {
        "type": "DIDCommMessaging",
        "serviceEndpoint": {"uri": "https://wallet.example", "accept": ["didcomm/v2"], "routingKeys": ["did:x:1#a"]},
    }
    their_keys = [other.KeySpec.authentication(keys[0][1]), other.KeySpec.key_agreement(keys[1][1])]
    did = other.generate(their_keys, [json.loads(json.dumps(service))])
    assert did_peer_method.make_2(keys, [service]) == did
    ours = drive(resolve.resolve(did, fetch=OfflineFetch())).document.raw
    theirs = other.resolve(did)
    theirs.pop("alsoKnownAs")  # the did:peer:3 of it, which nobody needs
    assert ours == theirs


def test_a_did_peer_4_is_the_same_on_both_sides() -> None:
    other = pytest.importorskip("did_peer_4")
    value: JsonObject = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "verificationMethod": [
            {"id": "#k", "type": "Multikey", "publicKeyMultibase": multikey.encode(key(1).public())}
        ],
        "authentication": ["#k"],
        "assertionMethod": [{"id": "#k2", "type": "Multikey", "publicKeyMultibase": text(2)}],
    }
    did = did_peer_method.make_4(value)
    assert other.encode(json.loads(json.dumps(value))) == did
    assert drive(resolve.resolve(did, fetch=OfflineFetch())).document.raw == other.resolve(did)
    assert did_peer_method.short_document(parse(did)).raw == other.resolve_short(did)
    assert did_peer_method.short_form(did) == other.encode_short(json.loads(json.dumps(value)))
