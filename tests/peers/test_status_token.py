"""@sd-jwt/jwt-status-list and Satchel: each reads the other's lists and tokens, value for value, and both refuse one
that was changed in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from satchel.codec.base import base64url_decode, base64url_encode
from satchel.credential import status_token
from satchel.port import JsonObject
from tests.attack.forge import ISSUER, NOW, STRANGER, did_of, facet, judged, method_of, mirror
from tests.peers import peer as peers
from tests.peers.peer import Peer, PeerRefused
from tests.verifier.facet.test_list_token import URL, credential, jwt

NOW_TEXT = "2026-11-24T00:00:00Z"
ISSUED = int(NOW.timestamp()) - 3600
EXPIRES = int((NOW + timedelta(days=1)).timestamp())
SEED = hashlib.sha256(b"attack: the issuer").digest()
PUBLIC: JsonObject = {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(ISSUER.public().raw)}
SECRET: JsonObject = PUBLIC | {"d": base64url_encode(SEED)}


@pytest.fixture(scope="module")
def status_peer() -> Iterator[Peer]:
    """@sd-jwt/jwt-status-list (status_peer.mjs); skips where it is not installed."""
    reason = peers.missing()
    if reason is not None:
        pytest.skip(reason)
    with Peer({}, script="status_peer.mjs") as running:
        yield running


def values_of(size: int, count: int = 4096) -> list[int]:
    """Values that use every bit of an entry, in no pattern that a reversed reader would also see."""
    return [(place * place + place // 7) % (1 << size) for place in range(count)]


def data_of(values: list[int], size: int) -> bytes:
    data = bytearray(len(values) * size // 8)
    for place, value in enumerate(values):
        data[place * size // 8] |= value << place * size % 8
    return bytes(data)


def claims_of(values: list[int], size: int) -> JsonObject:
    return status_token.compose(
        url=URL, data=data_of(values, size), size=size, issued_at=ISSUED, expires=EXPIRES, ttl_seconds=600
    )


def made_by_peer(peer: Peer, values: list[int], size: int, **payload: object) -> bytes:
    answer = peer.ask(
        "token_make",
        values=list(values),
        bits=size,
        payload={"sub": URL, "iat": ISSUED, "exp": EXPIRES} | payload,  # type: ignore[dict-item]
        header={"alg": "EdDSA", "kid": method_of(ISSUER)},
        jwk=SECRET,
    )
    return str(answer["token"]).encode()


@pytest.mark.parametrize("size", status_token.SIZES)
def test_the_peer_reads_every_value_of_our_list(status_peer: Peer, size: int) -> None:
    values = values_of(size)
    held = claims_of(values, size)["status_list"]
    assert isinstance(held, dict)
    answer = status_peer.ask("unpack", lst=held["lst"], bits=size, indexes=list(range(len(values))))
    assert answer == {"length": len(values), "values": values}


@pytest.mark.parametrize("size", status_token.SIZES)
def test_we_read_every_value_of_the_peers_list(status_peer: Peer, size: int) -> None:
    values = values_of(size)
    packed = status_peer.ask("pack", values=list(values), bits=size)["lst"]
    assert isinstance(packed, str)
    assert status_token.inflate(base64url_decode(packed)) == data_of(values, size)


@pytest.mark.parametrize("size", status_token.SIZES)
def test_the_peer_believes_our_token(status_peer: Peer, size: int) -> None:
    values, asked = values_of(size), [0, 1, 6, 7, 8, 9, 4095]
    question = {"jwk": PUBLIC, "alg": "EdDSA", "now": NOW_TEXT, "subject": URL, "indexes": asked}
    answer = status_peer.ask("token_read", token=jwt(claims_of(values, size)).decode(), **question)
    assert answer == {"bits": size, "length": len(values), "values": [values[place] for place in asked]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, ("pass", "status.ok")),
        (1, ("fail", "status.revoked")),
        (2, ("fail", "status.suspended")),
        (3, ("unknown", "status.value_unknown")),
    ],
)
@pytest.mark.parametrize("size", [2, 4, 8])
def test_we_judge_by_the_peers_token(
    status_peer: Peer, tmp_path: Path, size: int, value: int, expected: tuple[str, str]
) -> None:
    values = values_of(size)
    values[77] = value
    report = judged(credential(77), fetch=mirror(tmp_path, {URL: made_by_peer(status_peer, values, size)}))
    found = facet(report, "status")
    assert (found.outcome, found.code) == expected


def test_we_judge_by_the_peers_list_of_single_bits(status_peer: Peer, tmp_path: Path) -> None:
    values = [0] * 4096
    values[76] = values[78] = 1
    for place, code in ((76, "status.revoked"), (77, "status.ok"), (78, "status.revoked")):
        report = judged(credential(place), fetch=mirror(tmp_path, {URL: made_by_peer(status_peer, values, 1)}))
        assert facet(report, "status").code == code


def test_the_peer_finds_the_place_that_our_credential_names(status_peer: Peer) -> None:
    token = credential(77).decode().partition("~")[0]
    assert status_peer.ask("place", token=token) == {"idx": 77, "uri": URL}


def test_both_sides_refuse_a_token_of_another_key_another_list_or_another_time(
    status_peer: Peer, tmp_path: Path
) -> None:
    claims = claims_of(values_of(2), 2)
    tokens = {
        "status.list_unverified": jwt(claims, STRANGER, kid=method_of(ISSUER)),
        "status.list_malformed": jwt(claims, typ="JWT"),
        "status.list_expired": jwt(claims | {"exp": ISSUED + 1}),
    }
    question = {"jwk": PUBLIC, "alg": "EdDSA", "now": NOW_TEXT, "subject": URL, "indexes": [0]}
    for code, token in tokens.items():
        with pytest.raises(PeerRefused):
            status_peer.ask("token_read", token=token.decode(), **question)
        report = judged(credential(), fetch=mirror(tmp_path, {URL: token}))
        assert (report.verdict, facet(report, "status").code) == ("undecided", code)
    other = made_by_peer(status_peer, values_of(2), 2, sub="https://school.example/statuslists/2")
    with pytest.raises(PeerRefused):
        status_peer.ask("token_read", token=other.decode(), **question)
    report = judged(credential(), fetch=mirror(tmp_path, {URL: other}))
    assert facet(report, "status").code == "status.list_unverified"


def test_a_token_of_the_peer_that_names_another_issuer_is_told(status_peer: Peer, tmp_path: Path) -> None:
    values = [0] * 64
    good = made_by_peer(status_peer, values, 2, iss=did_of(ISSUER))
    assert facet(judged(credential(), fetch=mirror(tmp_path, {URL: good})), "status").code == "status.ok"
    other = made_by_peer(status_peer, values, 2, iss=did_of(STRANGER))
    report = judged(credential(), fetch=mirror(tmp_path, {URL: other}))
    assert facet(report, "status").code == "status.list_unverified"
