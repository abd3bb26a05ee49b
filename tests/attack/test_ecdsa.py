"""Rows 46 to 48: ECDSA signatures of odd forms, the second good one, and keys of another curve."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from satchel.codec import base
from satchel.key import ecdsa
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from tests.attack.forge import ACCEPTED, Document, badge, did_of, facet, judged, method_of, says, signed

KEYS = {
    KeyType(name): PrivateKey.generate(lambda count: bytes(range(70, count + 70)), KeyType(name))
    for name in ("P-256", "P-384", "secp256k1", "P-521")
}
CASES = [(suite, kind) for suite in ("ecdsa-rdfc-2019", "ecdsa-jcs-2019") for kind in (KeyType.P_256, KeyType.P_384)]


def issued(suite: str, kind: KeyType) -> Document:
    key = KEYS[kind]
    document = badge()
    document["issuer"]["id"] = did_of(key)
    return signed(document, key=key, suite=suite)


def with_value(document: Document, value: str) -> Document:
    return document | {"proof": document["proof"] | {"proofValue": value}}


def with_signature(document: Document, signature: bytes) -> Document:
    return with_value(document, base.multibase_encode(signature, "z"))


def halves(document: Document, kind: KeyType) -> tuple[int, int, ecdsa.Curve]:
    curve = ecdsa.CURVES[kind]
    raw = base.multibase_decode(document["proof"]["proofValue"], allowed="z")
    return int.from_bytes(raw[: curve.size], "big"), int.from_bytes(raw[curve.size :], "big"), curve


@pytest.mark.parametrize(("suite", "kind"), CASES)
def test_a_signature_of_zeros_or_of_the_order_is_rejected(suite: str, kind: KeyType) -> None:
    document = issued(suite, kind)
    assert judged(document).verdict in ACCEPTED
    r, s, curve = halves(document, kind)
    for first, second in ((0, 0), (0, s), (r, 0), (curve.order, s), (r, curve.order), (curve.order, curve.order)):
        forged = first.to_bytes(curve.size, "big") + second.to_bytes(curve.size, "big")
        says(judged(with_signature(document, forged)), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize(("suite", "kind"), CASES)
def test_a_signature_in_der_or_of_another_length_is_rejected(suite: str, kind: KeyType) -> None:
    document = issued(suite, kind)
    r, s, curve = halves(document, kind)
    raw = r.to_bytes(curve.size, "big") + s.to_bytes(curve.size, "big")
    longer = curve.size + 1
    for other in (
        encode_dss_signature(r, s),
        raw + b"\x00",
        b"\x00" + raw,
        raw[:-1],
        r.to_bytes(longer, "big") + s.to_bytes(longer, "big"),
    ):
        says(judged(with_signature(document, other)), "rejected", "proof", "fail", "proof.value")


@pytest.mark.parametrize(("suite", "kind"), CASES)
def test_the_second_good_signature_gives_the_same_verdict_over_other_bytes(suite: str, kind: KeyType) -> None:
    """(r, n - s) is as good as (r, s): anybody can make a second file, so nothing is known by the file's digest."""
    document = issued(suite, kind)
    r, s, curve = halves(document, kind)
    twin = with_signature(document, r.to_bytes(curve.size, "big") + (curve.order - s).to_bytes(curve.size, "big"))
    first, second = judged(document), judged(twin)
    assert first.verdict == second.verdict
    assert first.verdict in ACCEPTED
    assert [(entry.facet, entry.code) for entry in first.facets] == [
        (entry.facet, entry.code) for entry in second.facets
    ]


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_another_curve_signs_nothing_under_the_name_of_the_first(suite: str, kind: KeyType) -> None:
    for made, document in ((each, issued(suite, each)) for each in (KeyType.P_256, KeyType.P_384) if each is not kind):
        renamed = document | {"issuer": document["issuer"] | {"id": did_of(KEYS[kind])}}
        changed = renamed | {"proof": renamed["proof"] | {"verificationMethod": method_of(KEYS[kind])}}
        found = facet(judged(changed), "proof")
        assert found.outcome == "fail", made
        expected = "proof.key_mismatch" if kind in (KeyType.SECP256K1, KeyType.P_521) else "proof.value"
        assert found.code == expected
