"""Tokens: a change anywhere is noticed by every reader, and no text or bytes make one fall over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.errors import ProofError
from satchel.key.public import KeyType, PublicKey
from satchel.proof import cose_sign, jades, jose, sdjwt
from tests.satchel.proof.ground import BADGE, KEYS, SIGNERS
from tests.satchel.proof.test_jades import sealed
from tests.satchel.proof.test_sdjwt import CARD, HIDE, issued

KEY = KEYS[KeyType.P_256].public()
HOLDER_KEY = KEYS[KeyType.P_384].public()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def jose_holds(raw: bytes) -> bool:
    return jose.verify(jose.read(raw.decode("latin-1")), KEY)


def sdjwt_holds(raw: bytes) -> bool:
    token = sdjwt.read(raw.decode("latin-1"))
    sdjwt.check_binding(token, HOLDER_KEY, audience="reader", nonce="nonce", now=NOW)
    return sdjwt.verify(token, KEY)


def cose_holds(raw: bytes) -> bool:
    return cose_sign.verify(cose_sign.read(raw), KEY)


SEAL = json.dumps(sealed("{}"), separators=(",", ":")).encode()
SEAL_KEY: PublicKey = jades.leaf_key(jades.read(SEAL))


def seal_holds(raw: bytes) -> bool:
    return jades.verify(jades.read(raw), SEAL_KEY)


BOUND = sdjwt.bind(
    sdjwt.present(issued(CARD, HIDE), ["/given_name", "/results/0"]),
    signer=SIGNERS[KeyType.P_384],
    audience="reader",
    nonce="nonce",
    now=NOW,
)
FORMS: list[Any] = [
    pytest.param(jose.sign(BADGE, signer=SIGNERS[KeyType.P_256]).encode(), jose_holds, id="vc+jwt"),
    pytest.param(BOUND.encode(), sdjwt_holds, id="dc+sd-jwt with binding"),
    pytest.param(cose_sign.sign(BADGE, signer=SIGNERS[KeyType.P_256]), cose_holds, id="vc+cose"),
    pytest.param(SEAL, seal_holds, id="seal"),
]


def holds(check: Callable[[bytes], bool], raw: bytes) -> bool:
    try:
        return check(raw)
    except ProofError:
        return False


@pytest.mark.parametrize(("raw", "check"), FORMS)
@given(data=st.data())
def test_no_byte_can_be_changed_taken_out_or_put_in(raw: bytes, check: Callable[[bytes], bool], data: Any) -> None:
    assert holds(check, raw)
    place = data.draw(st.integers(0, len(raw) - 1))
    byte = bytes([data.draw(st.integers(0, 255).filter(lambda value: value not in b" \t\r\n"))])
    changed = raw[:place] + byte + raw[place + 1 :]
    assert changed == raw or not holds(check, changed)
    assert not holds(check, raw[:place] + raw[place + 1 :])
    assert not holds(check, raw[:place] + byte + raw[place:])
    assert not holds(check, raw[:place])


@pytest.mark.parametrize(("raw", "check"), FORMS)
@given(data=st.data())
def test_pieces_in_any_other_order_do_not_hold(raw: bytes, check: Callable[[bytes], bool], data: Any) -> None:
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    changed = raw[:first] + raw[second:] + raw[first:second]
    assert changed == raw or not holds(check, changed)


@pytest.mark.parametrize("check", [row.values[1] for row in FORMS], ids=[row.id for row in FORMS])
@given(raw=st.binary(max_size=200) | st.text(alphabet='eyJ0.~-_{}":,[]abc', max_size=200).map(str.encode))
def test_any_bytes_are_refused_as_a_broken_token(check: Callable[[bytes], bool], raw: bytes) -> None:
    assert not holds(check, raw)
