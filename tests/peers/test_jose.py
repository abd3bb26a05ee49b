"""jose (npm) verifies what we sign as a token, we verify what it signs, and both refuse what was changed in between."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from satchel.codec.base import base64url_decode, base64url_encode, multibase_decode
from satchel.errors import ProofError
from satchel.key import jwk
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.port import JsonObject
from satchel.proof import jose
from tests.peers.peer import Peer, PeerRefused

NOW = "2026-11-24T00:00:00Z"
NAMES = {
    KeyType.ED25519: "EdDSA",
    KeyType.P_256: "ES256",
    KeyType.P_384: "ES384",
    KeyType.P_521: "ES512",
}
KEYS = {kind: PrivateKey.generate(lambda count: bytes(range(90, count + 90)), kind) for kind in NAMES}
CREDENTIAL: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
    "type": ["VerifiableCredential"],
    "issuer": "https://school.example",
    "validFrom": "2026-03-01T00:00:00Z",
    "name": 'Kn\u00f6t \u7ed3 \U0001f9f6 "quoted" \\ line\n',
    "credentialSubject": {"id": "did:example:learner"},
}


def secret_jwk(kind: KeyType) -> JsonObject:
    """The private key as jose wants it."""
    size = {KeyType.ED25519: 32, KeyType.P_256: 32, KeyType.P_384: 48, KeyType.P_521: 66}[kind]
    secret = multibase_decode(KEYS[kind].secret_multikey(), allowed="z")[-size:]
    return {**jwk.encode(KEYS[kind].public()), "d": base64url_encode(secret)}


def parts(token: str, place: int, change: Any) -> str:
    """The token with one part put through the change."""
    pieces = token.split(".")
    pieces[place] = base64url_encode(change(base64url_decode(pieces[place])))
    return ".".join(pieces)


CHANGES = [
    (1, lambda raw: raw.replace(b"2026", b"2025")),
    (1, lambda raw: raw + b" "),
    (0, lambda raw: raw.replace(b'"kid":"', b'"kid":"x')),
    (2, lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    (2, lambda raw: bytes(len(raw))),
    (2, lambda raw: raw[:-1]),
]


def holds(token: str, kind: KeyType) -> bool:
    try:
        return jose.verify(jose.read(token), KEYS[kind].public())
    except ProofError:
        return False


@pytest.mark.parametrize("kind", NAMES)
def test_the_peer_verifies_what_we_sign_and_refuses_it_changed(token_peer: Peer, kind: KeyType) -> None:
    token = jose.sign(CREDENTIAL, signer=LocalSigner("https://school.example#key-1", KEYS[kind]))
    asked = {"jwk": jwk.encode(KEYS[kind].public()), "alg": NAMES[kind], "typ": "vc+jwt", "now": NOW}
    answer = token_peer.ask("jws_verify", token=token, **asked)
    assert answer["payload"] == CREDENTIAL
    assert answer["header"] == {
        "alg": NAMES[kind],
        "cty": "vc",
        "kid": "https://school.example#key-1",
        "typ": "vc+jwt",
    }
    for place, change in CHANGES:
        with pytest.raises(PeerRefused):
            token_peer.ask("jws_verify", token=parts(token, place, change), **asked)
        assert not holds(parts(token, place, change), kind)


@pytest.mark.parametrize("kind", NAMES)
def test_we_verify_what_the_peer_signs_and_refuse_it_changed(token_peer: Peer, kind: KeyType) -> None:
    header: JsonObject = {"alg": NAMES[kind], "typ": "vc+jwt", "kid": "https://school.example#key-1"}
    token = str(token_peer.ask("jws_sign", payload=CREDENTIAL, header=header, jwk=secret_jwk(kind))["token"])
    read = jose.read(token)
    assert (read.profile, read.document, read.key_id) == ("vc+jwt", CREDENTIAL, "https://school.example#key-1")
    assert jose.verify(read, KEYS[kind].public())
    for place, change in CHANGES:
        assert not holds(parts(token, place, change), kind)


@pytest.mark.parametrize("kind", [KeyType.ED25519])
def test_both_sides_make_the_same_signature(token_peer: Peer, kind: KeyType) -> None:
    token = jose.sign(CREDENTIAL, signer=LocalSigner("k", KEYS[kind]))
    head, payload, _ = token.split(".")
    theirs = token_peer.ask(
        "jws_sign",
        payload=json.loads(base64url_decode(payload)),
        header=json.loads(base64url_decode(head)),
        jwk=secret_jwk(kind),
    )["token"]
    assert str(theirs).split(".")[::2] == [head, token.split(".")[2]]


def test_we_verify_what_the_peer_signs_with_rsa(token_peer: Peer) -> None:
    """Satchel signs nothing with RSA."""
    secret = token_peer.ask("jwk", alg="RS256")["jwk"]
    assert isinstance(secret, dict)
    public = {name: member for name, member in secret.items() if name in ("kty", "n", "e")}
    token = str(
        token_peer.ask("jws_sign", payload=CREDENTIAL, header={"alg": "RS256", "typ": "vc+jwt"}, jwk=secret)["token"]
    )
    read = jose.read(token)
    assert jose.verify(read, jwk.decode(public))
    changed = parts(token, 1, lambda raw: raw.replace(b"2026", b"2025"))
    assert not jose.verify(jose.read(changed), jwk.decode(public))


@pytest.mark.parametrize("kind", NAMES)
def test_a_stranger_s_signature_is_refused_by_both(token_peer: Peer, kind: KeyType) -> None:
    stranger = PrivateKey.generate(lambda count: bytes(range(7, count + 7)), kind)
    token = jose.sign(CREDENTIAL, signer=LocalSigner("k", stranger))
    with pytest.raises(PeerRefused):
        token_peer.ask(
            "jws_verify", token=token, jwk=jwk.encode(KEYS[kind].public()), alg=NAMES[kind], typ="vc+jwt", now=NOW
        )
    assert not holds(token, kind)


@pytest.mark.parametrize("kind", NAMES)
def test_our_jwk_members_stand_in_the_order_of_the_thumbprint(token_peer: Peer, kind: KeyType) -> None:
    encoded = jwk.encode(KEYS[kind].public())
    text = json.dumps(encoded, separators=(",", ":")).encode()
    assert token_peer.ask("thumbprint", jwk=encoded)["thumbprint"] == base64url_encode(hashlib.sha256(text).digest())
