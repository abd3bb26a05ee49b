"""Tokens and selective disclosure beside their npm peers: the rows of the other proof formats.

Both sides do the same work on the same claims: from text to a verdict on the proof, or from claims to text. Neither
side judges more than its library does when it is asked to verify.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.measure import Row, beside, here, there
from satchel.key import jwk
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from satchel.proof import jose, sdjwt, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.suites import Secured
from tests.peers import test_jose, test_sdjwt, test_suites
from tests.peers.peer import Peer
from tests.satchel.proof.ground import CREATED, signer_of
from tests.satchel.proof.selective_ground import HAS_BBS, entropy_of, key_for
from tests.satchel.proof.test_disclosure import salts

_SELECTIVE = {"ecdsa-sd-2023": (100, 4), "bbs-2023": (20, 2)}
_CHOSEN = [test_suites.NAME, f"{test_suites.RESULT}/1"]


def rows(rounds: int) -> Iterator[Row]:
    """All of them; bbs-2023 where its library is installed."""
    with Peer(script="token_peer.mjs") as peer:
        yield from _jwt(peer, rounds)
        yield from _sd_jwt(peer, rounds)
    with Peer(script="suite_peer.mjs") as peer:
        for suite, (mine, theirs) in _SELECTIVE.items():
            if suite != "bbs-2023" or HAS_BBS:
                yield from _selective(peer, suite, rounds, mine, theirs)


def _jwt(peer: Peer, rounds: int) -> Iterator[Row]:
    """A credential as vc+jwt with ES256."""
    kind, name = KeyType.P_256, "jose 6"
    signer, public = test_sdjwt.signer(kind), test_jose.KEYS[kind].public()
    document = test_jose.CREDENTIAL
    token = jose.sign(document, signer=signer)
    header = {"alg": "ES256", "kid": signer.id, "typ": "vc+jwt", "cty": "vc"}
    making: dict[str, Any] = {"payload": document, "header": header, "jwk": test_jose.secret_jwk(kind)}
    checking: dict[str, Any] = {
        "token": token,
        "jwk": jwk.encode(public),
        "alg": "ES256",
        "typ": "vc+jwt",
        "now": test_jose.NOW,
    }
    yield beside(
        "vc+jwt (ES256), sign",
        name,
        lambda: here(lambda: jose.sign(document, signer=signer), 2000),
        lambda: there(peer, "bench_jws_sign", making, 1000),
        rounds=rounds,
    )
    yield beside(
        "vc+jwt (ES256), verify",
        name,
        lambda: here(lambda: _require(jose.verify(jose.read(token), public)), 2000),
        lambda: there(peer, "bench_jws_verify", checking, 1000),
        rounds=rounds,
    )


def _sd_jwt(peer: Peer, rounds: int) -> Iterator[Row]:
    """An SD-JWT VC with five disclosures, two of them shown with the holder's signature."""
    kind, name = KeyType.P_256, "@sd-jwt/sd-jwt-vc"
    signer, public = test_sdjwt.signer(kind), test_jose.KEYS[kind].public()
    claims = test_sdjwt.bound(test_sdjwt.CARD, kind)
    token = sdjwt.sign(test_sdjwt.CARD, signer=signer, entropy=salts(), hide=test_sdjwt.HIDE, holder=public)

    def issue() -> object:
        return sdjwt.sign(test_sdjwt.CARD, signer=signer, entropy=salts(), hide=test_sdjwt.HIDE, holder=public)

    def present() -> str:
        shown = sdjwt.present(token, ["/given_name", "/results/0"])
        return sdjwt.bind(shown, signer=signer, audience=test_sdjwt.READER, nonce=test_sdjwt.NONCE, now=test_sdjwt.NOW)

    presented = present()

    def verify() -> None:
        read = sdjwt.read(presented)
        holder = sdjwt.holder_key(read)
        if isinstance(holder, PublicKey):
            sdjwt.check_binding(read, holder, audience=test_sdjwt.READER, nonce=test_sdjwt.NONCE, now=test_sdjwt.NOW)
        _require(isinstance(holder, PublicKey) and sdjwt.verify(read, public))

    secret: JsonObject = test_jose.secret_jwk(kind)
    binding = {"iat": test_sdjwt.SECONDS, "aud": test_sdjwt.READER, "nonce": test_sdjwt.NONCE}
    making: dict[str, Any] = {"claims": claims, "frame": test_sdjwt.FRAME, "alg": "ES256", "jwk": secret}
    showing: dict[str, Any] = {
        "token": token,
        "frame": {"given_name": True, "results": {"0": True}},
        "kb": {"payload": binding, "alg": "ES256", "jwk": secret},
    }
    checking: dict[str, Any] = {
        "token": presented,
        "alg": "ES256",
        "jwk": jwk.encode(public),
        "nonce": test_sdjwt.NONCE,
        "now": test_sdjwt.SECONDS,
    }
    plan = (
        ("issue", issue, "bench_sd_issue", making),
        ("present", present, "bench_sd_present", showing),
        ("verify", verify, "bench_sd_verify", checking),
    )
    for what, work, op, request in plan:
        yield beside(
            f"SD-JWT VC (ES256), {what}",
            name,
            lambda work=work: here(work, 1000),  # type: ignore[misc]
            lambda op=op, request=request: there(peer, op, request, 500),  # type: ignore[misc]
            rounds=rounds,
        )


def _selective(peer: Peer, suite: str, rounds: int, mine: int, theirs: int) -> Iterator[Row]:
    """A badge with results: the base proof, a derived one of two parts, and the check of that."""
    key: PrivateKey = key_for(suite)
    name, signer = f"@digitalbazaar/{suite}-cryptosuite", signer_of(key)
    document = test_suites.document_of("a badge with results", key, suite)

    def issue() -> JsonObject:
        return suites.sign_base(document, suite=suite, signer=signer, created=CREATED, entropy=entropy_of(4))

    base = issue()

    def derive() -> JsonObject:
        return suites.derive(base, _CHOSEN, entropy=entropy_of(5))

    text = json.dumps(derive())
    public = key.public()

    def verify() -> None:
        value = json.loads(text)
        _require(suites.verify(Secured(value, PINNED), proofs_of(value)[0], public))

    making: dict[str, Any] = {
        "credential": document,
        "suite": suite,
        "key": test_suites.pair_of(key),
        "created": test_suites.MADE,
        "now": test_suites.NOW,
        "mandatoryPointers": ["/issuer", "/validFrom"],
    }
    deriving: dict[str, Any] = {"credential": base, "suite": suite, "selectivePointers": _CHOSEN}
    checking: dict[str, Any] = {"credential": text, "suite": suite, "now": test_suites.NOW}
    plan: tuple[tuple[str, Any, str, dict[str, Any]], ...] = (
        ("issue", issue, "bench_sign", making),
        ("derive", derive, "bench_derive", deriving),
        ("verify derived", verify, "bench_verify", checking),
    )
    for what, work, op, request in plan:
        yield beside(
            f"{suite}, {what}",
            name,
            lambda work=work: here(work, mine),  # type: ignore[misc]
            lambda op=op, request=request: there(peer, op, request, theirs),  # type: ignore[misc]
            rounds=rounds,
        )


def _require(holds: bool) -> None:
    if not holds:
        raise SystemExit("a proof that should hold does not: nothing was measured")
