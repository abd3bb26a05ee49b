"""@sd-jwt/sd-jwt-vc and Satchel: each issues, presents and verifies for the other, with key binding, and both refuse
what was changed in between."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.errors import ProofError
from satchel.key import jwk
from satchel.key.private import LocalSigner
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject
from satchel.proof import sdjwt
from tests.peers.peer import Peer, PeerRefused
from tests.peers.test_jose import KEYS, NAMES, secret_jwk
from tests.satchel.proof.test_disclosure import salts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
READER, NONCE = "https://reader.example", "n-0S6_WzA2Mj"
# The peer's own helpers sign and verify with these curves.
KINDS = [KeyType.P_256, KeyType.P_384, KeyType.P_521]
HASHES = ["sha-256", "sha-384", "sha-512"]
CARD: JsonObject = {
    "iss": "https://school.example",
    "vct": "https://school.example/credentials/knots",
    "iat": 1772323200,
    "given_name": "Ad\u00e4 \u7ed3",
    "results": [{"name": "reef knot", "score": 9}, {"name": "bowline", "score": 4}, "third"],
    "address": {"town": "Knotham", "street": "Long Lane 1"},
}
HIDE = ("/given_name", "/results/0", "/results/2", "/address", "/address/street")
FRAME: JsonObject = {
    "_sd": ["given_name", "address"],
    "results": {"_sd": [0, 2]},
    "address": {"_sd": ["street"]},
}
CREDENTIAL: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": "https://school.example",
    "validFrom": "2026-03-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:learner", "name": "Ada", "skills": ["reef knot", "bowline"]},
}


def signer(kind: KeyType) -> LocalSigner:
    return LocalSigner("https://school.example#key-1", KEYS[kind])


def bound(claims: JsonObject, kind: KeyType) -> JsonObject:
    return {**claims, "cnf": {"jwk": jwk.encode(KEYS[kind].public())}}


def theirs(peer: Peer, token: str, kind: KeyType, **more: Any) -> JsonObject:
    return peer.ask(
        "sd_verify",
        token=token,
        alg=NAMES[kind],
        jwk=jwk.encode(KEYS[kind].public()),
        kbAlg=NAMES[kind],
        now=SECONDS,
        **more,
    )


def ours(token: str, kind: KeyType) -> sdjwt.Token | None:
    """The token when issuer's and holder's signatures hold, else None."""
    try:
        read = sdjwt.read(token)
        holder = sdjwt.holder_key(read)
        assert isinstance(holder, PublicKey)
        sdjwt.check_binding(read, holder, audience=READER, nonce=NONCE, now=NOW)
        return read if sdjwt.verify(read, KEYS[kind].public()) else None
    except ProofError:
        return None


def changed(token: str) -> list[str]:
    """The presented token with one thing changed: issuer's payload and signature, a disclosure's value, one left out,
    the holder's signature."""
    jwt, *disclosures, binding = token.split("~")
    head, payload, signature = jwt.split(".")
    other_payload = base64url_encode(base64url_decode(payload).replace(b"school", b"schoon"))
    raw = base64url_decode(disclosures[0])
    other = base64url_encode(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:])
    kb_head, kb_payload, kb_signature = binding.split(".")
    return [
        "~".join((f"{head}.{other_payload}.{signature}", *disclosures, binding)),
        "~".join(
            (f"{head}.{payload}.{base64url_encode(bytes(len(base64url_decode(signature))))}", *disclosures, binding)
        ),
        "~".join((jwt, other, *disclosures[1:], binding)),
        "~".join((jwt, *disclosures[1:], binding)),
        "~".join(
            (jwt, *disclosures, f"{kb_head}.{kb_payload}.{base64url_encode(base64url_decode(kb_signature)[::-1])}")
        ),
    ]


@pytest.mark.parametrize("hash_name", HASHES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_peer_verifies_what_we_issue_and_bind_and_refuses_it_changed(
    token_peer: Peer, kind: KeyType, hash_name: str
) -> None:
    issued = sdjwt.sign(
        CARD,
        signer=signer(kind),
        entropy=salts(),
        hide=HIDE,
        holder=KEYS[kind].public(),
        decoys=2,
        hash_name=hash_name,
    )
    assert theirs(token_peer, issued, kind)["payload"] == bound(CARD, kind)
    shown = sdjwt.present(issued, ["/results/2", "/address/street"])
    presented = sdjwt.bind(shown, signer=signer(kind), audience=READER, nonce=NONCE, now=NOW)
    answer = theirs(token_peer, presented, kind, nonce=NONCE)
    expected = {name: member for name, member in CARD.items() if name != "given_name"}
    expected["results"] = [{"name": "bowline", "score": 4}, "third"]
    assert answer["payload"] == bound(expected, kind)
    assert answer["header"] == {"alg": NAMES[kind], "kid": "https://school.example#key-1", "typ": "dc+sd-jwt"}
    assert isinstance(answer["kb"], dict) and answer["kb"]["aud"] == READER
    assert ours(presented, kind) is not None
    for broken in changed(presented):
        with pytest.raises(PeerRefused):
            theirs(token_peer, broken, kind, nonce=NONCE)
        assert ours(broken, kind) is None
    with pytest.raises(PeerRefused):
        theirs(token_peer, presented, kind, nonce="another")


@pytest.mark.parametrize("hash_name", HASHES)
@pytest.mark.parametrize("kind", KINDS)
def test_we_verify_what_the_peer_issues_and_binds_and_refuse_it_changed(
    token_peer: Peer, kind: KeyType, hash_name: str
) -> None:
    issued = str(
        token_peer.ask(
            "sd_issue",
            claims=bound(CARD, kind),
            frame=FRAME,
            header={"kid": "https://school.example#key-1"},
            alg=NAMES[kind],
            jwk=secret_jwk(kind),
            hashAlg=hash_name,
        )["token"]
    )
    whole = sdjwt.read(issued)
    assert sdjwt.verify(whole, KEYS[kind].public())
    assert (whole.profile, whole.key_id, whole.type) == ("dc+sd-jwt", "https://school.example#key-1", CARD["vct"])
    assert whole.document == bound(CARD, kind)
    assert {entry.pointer for entry in whole.disclosed} == set(HIDE)
    presented = str(
        token_peer.ask(
            "sd_present",
            token=issued,
            frame={"address": {"street": True}, "results": {"0": True}},
            kb={
                "payload": {"aud": READER, "nonce": NONCE, "iat": SECONDS},
                "alg": NAMES[kind],
                "jwk": secret_jwk(kind),
            },
        )["token"]
    )
    read = ours(presented, kind)
    assert read is not None
    assert read.document["address"] == CARD["address"]
    assert read.document["results"] == [{"name": "reef knot", "score": 9}, {"name": "bowline", "score": 4}]
    assert "given_name" not in read.document
    assert read.hidden == 2
    for broken in changed(presented):
        assert ours(broken, kind) is None


@pytest.mark.parametrize("kind", KINDS)
def test_we_bind_what_the_peer_issued_and_it_verifies_that(token_peer: Peer, kind: KeyType) -> None:
    issued = str(
        token_peer.ask(
            "sd_issue",
            claims=bound(CARD, kind),
            frame=FRAME,
            header={},
            alg=NAMES[kind],
            jwk=secret_jwk(kind),
            hashAlg="sha-256",
        )["token"]
    )
    shown = sdjwt.present(issued, ["/given_name"])
    presented = sdjwt.bind(shown, signer=signer(kind), audience=READER, nonce=NONCE, now=NOW)
    payload = theirs(token_peer, presented, kind, nonce=NONCE)["payload"]
    assert isinstance(payload, dict) and payload["given_name"] == CARD["given_name"]
    assert "address" not in payload


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_of_the_data_model_crosses_over_both_ways(token_peer: Peer, kind: KeyType) -> None:
    hide = ["/credentialSubject/name", "/credentialSubject/skills/1"]
    token = sdjwt.sign(CREDENTIAL, signer=signer(kind), entropy=salts(), hide=hide)
    assert theirs(token_peer, token, kind)["payload"] == CREDENTIAL
    issued = token_peer.ask(
        "sd_issue",
        claims=CREDENTIAL,
        frame={"credentialSubject": {"_sd": ["name"], "skills": {"_sd": [1]}}},
        header={"typ": "vc+sd-jwt"},
        alg=NAMES[kind],
        jwk=secret_jwk(kind),
        hashAlg="sha-256",
    )
    read = sdjwt.read(str(issued["token"]))
    assert (read.profile, read.document) == ("vc+sd-jwt", CREDENTIAL)
    assert sdjwt.verify(read, KEYS[kind].public())


def test_a_disclosure_that_nobody_signed_is_refused_here_and_passed_over_there(token_peer: Peer) -> None:
    """RFC 9901 §7.1 step 5 wants it refused; @sd-jwt/core 0.15 shows the rest."""
    kind = KeyType.P_256
    token = sdjwt.sign(CARD, signer=signer(kind), entropy=salts(), hide=["/given_name"])
    stranger = base64url_encode(b'["s","degree","PhD"]')
    with pytest.raises(ProofError) as caught:
        sdjwt.read(f"{token}{stranger}~")
    assert caught.value.code == "proof.disclosure_unsigned"
    assert theirs(token_peer, f"{token}{stranger}~", kind)["payload"] == CARD
