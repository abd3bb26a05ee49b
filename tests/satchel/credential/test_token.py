"""satchel.credential.token: what every format gives alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

import pytest

from satchel.codec.base import base64url_encode
from satchel.credential import token
from satchel.errors import ProofError
from satchel.proof import cose_sign, jose, sdjwt
from tests.satchel.credential.signed import ISSUER, LEARNER, badge, signer_of
from tests.verifier.facet.test_seal import sealed

SIGNER = signer_of(ISSUER)
JWT = jose.sign(badge(1), signer=SIGNER, audience="https://reader.example", nonce="n-1").encode()
SD_JWT = sdjwt.sign(badge(1), signer=SIGNER, entropy=lambda size: b"s" * size, hide=["/name"]).encode()
COSE = cose_sign.sign(badge(1), signer=SIGNER)
SEAL = json.dumps(sealed()).encode()


@pytest.mark.parametrize(
    ("found", "profile", "algorithm"),
    [
        (token.of_jwt(JWT), "vc+jwt", "EdDSA"),
        (token.of_sd_jwt(SD_JWT), "vc+sd-jwt", "EdDSA"),
        (token.of_cose(COSE), "vc+cose", "-8"),
    ],
)
def test_the_formats_are_read_alike(found: token.Token, profile: str, algorithm: str) -> None:
    assert (found.profile, found.algorithm, found.is_presentation) == (profile, algorithm, False)
    assert found.document == badge(1)
    assert (found.key_id, found.issuer) == (SIGNER.id, None)
    assert found.media_type == f"application/{profile}"
    assert found.verify(ISSUER.public())
    assert not found.verify(LEARNER.public())


def test_the_raw_bytes_are_kept() -> None:
    assert (token.of_jwt(JWT).raw, token.of_sd_jwt(SD_JWT).raw, token.of_cose(COSE).raw) == (JWT, SD_JWT, COSE)
    found = token.of_jwt(JWT)
    assert (found.audience, found.nonce) == (("https://reader.example",), "n-1")


def test_a_seal_is_read_too() -> None:
    found = token.of_seal(SEAL)
    assert (found.profile, found.raw, found.media_type) == ("edc", SEAL, "application/jose+json")
    assert found.document["type"] == ["VerifiableCredential"]
    assert found.key_id is None


def test_every_profile_has_its_media_type() -> None:
    assert set(token.MEDIA_TYPES) == set(get_args(token.Profile))
    assert set(get_args(token.Profile)) > token.PRESENTATIONS
    assert all(name.startswith("vp") for name in token.PRESENTATIONS)


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (token.of_jwt, b"e30.e30.e30"),
        (token.of_sd_jwt, b"e30.e30.e30~"),
        (token.of_cose, b"\xd2"),
        (token.of_seal, b"{}"),
    ],
)
def test_what_breaks_the_rules_of_its_format_is_refused(read: object, raw: bytes) -> None:
    with pytest.raises(ProofError):
        read(raw)  # type: ignore[operator]


def test_dates_are_the_token_s_own() -> None:
    claims = badge(1) | {"nbf": 1_772_323_200, "exp": 1_803_859_200}
    payload, header = (json.dumps(one).encode() for one in (claims, {"alg": "EdDSA", "typ": "vc+jwt"}))

    found = token.of_jwt(
        f"{base64url_encode(header)}.{base64url_encode(payload)}.{base64url_encode(bytes(64))}".encode()
    )
    assert found.not_before == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.expires == datetime(2027, 3, 1, tzinfo=UTC)
    assert "exp" not in found.document
