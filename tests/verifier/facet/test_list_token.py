from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from satchel.codec.base import base64url_encode
from satchel.credential import status_token
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject
from satchel.proof import cose_sign, sdjwt
from tests.attack.forge import ISSUER, NOW, STRANGER, did_of, facet, judged, method_of, mirror
from verifier.report import Report

URL = "https://school.example/statuslists/1"


def claims(*values: int, **changes: Any) -> JsonObject:
    """The claims of a list of two-bit entries that begins with these values."""
    data = bytearray(1024)
    for place, value in enumerate(values):
        data[place // 4] |= value << place % 4 * 2
    made = status_token.compose(
        url=URL,
        data=bytes(data),
        size=2,
        issued_at=int(NOW.timestamp()) - 3600,
        expires=int((NOW + timedelta(days=1)).timestamp()),
    )
    return {name: value for name, value in (made | changes).items() if value is not None}


def jwt(value: JsonObject, key: PrivateKey = ISSUER, **header: Any) -> bytes:
    head = {"alg": "EdDSA", "kid": method_of(key), "typ": "statuslist+jwt"} | header
    parts = [
        base64url_encode(json.dumps({name: one for name, one in part.items() if one is not None}).encode())
        for part in (head, value)
    ]
    return ".".join([*parts, base64url_encode(key.sign(".".join(parts).encode()))]).encode()


def cwt(value: JsonObject, key: PrivateKey = ISSUER) -> bytes:
    signer = LocalSigner(id=method_of(key), key=key)
    header: dict[Any, Any] = {cose_sign.TYP: status_token.CWT_TYPE}
    return cose_sign.sign_payload(status_token.cwt_payload(value), header=header, signer=signer)


def credential(place: int = 1) -> bytes:
    """An SD-JWT VC whose status is the entry at `place` of the list."""
    held: JsonObject = {
        "vct": "https://school.example/badge",
        "iss": did_of(ISSUER),
        "iat": int(NOW.timestamp()) - 7200,
        "given_name": "Ada",
        "status": {"status_list": {"idx": place, "uri": URL}},
    }
    signer = LocalSigner(id=method_of(ISSUER), key=ISSUER)
    token = sdjwt.sign(held, signer=signer, hide=(), entropy=lambda count: bytes(count))
    return token.encode()


def report_on(folder: Path, listed: bytes, place: int = 1) -> Report:
    """The verdict on the credential when this is what the list's URL serves."""
    return judged(credential(place), fetch=mirror(folder, {URL: listed}))


def status_of(report: Report) -> tuple[str, str]:
    found = facet(report, "status")
    return found.outcome, found.code


@pytest.mark.parametrize("form", [jwt, cwt])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, ("pass", "status.ok")),
        (1, ("fail", "status.revoked")),
        (2, ("fail", "status.suspended")),
        (3, ("unknown", "status.value_unknown")),
    ],
)
def test_each_value_of_a_list_in_either_form_is_told(
    tmp_path: Path, form: Any, value: int, expected: tuple[str, str]
) -> None:
    report = report_on(tmp_path, form(claims(0, value)))
    assert status_of(report) == expected
    (inner,) = report.inner
    assert (inner.name, inner.verdict) == (URL, "accepted")
    assert facet(report, "status").details == {"list": URL, "index": "1"}


def test_the_key_may_be_named_within_the_issuer_and_the_issuer_in_the_token(tmp_path: Path) -> None:
    fragment = "#" + method_of(ISSUER).partition("#")[2]
    assert status_of(report_on(tmp_path, jwt(claims(), kid=fragment))) == ("pass", "status.ok")
    assert status_of(report_on(tmp_path, jwt(claims(iss=did_of(ISSUER))))) == ("pass", "status.ok")
    assert status_of(report_on(tmp_path, jwt(claims(), kid=None))) == ("pass", "status.ok")


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (jwt(claims(0, 1), kid=method_of(STRANGER)), "status.list_unverified"),
        (jwt(claims(0, 1), STRANGER), "status.list_unverified"),
        (jwt(claims(0, 1), STRANGER, kid=method_of(ISSUER)), "status.list_unverified"),
        (jwt(claims(0, 1), kid="12"), "status.list_unverified"),
        (jwt(claims(0, 1), kid="did:web:school.example#key-1"), "status.list_unverified"),
        (jwt(claims(0, 1), alg="none"), "status.list_unverified"),
        (jwt(claims(0, 1), alg="ES256"), "status.list_unverified"),
        (jwt(claims(0, 1), jwk={}), "status.list_unverified"),
        (jwt(claims(0, 1, sub="https://school.example/statuslists/2")), "status.list_unverified"),
        (jwt(claims(0, 1, exp=int(NOW.timestamp()))), "status.list_expired"),
        (jwt(claims(0, 1, iat=int(NOW.timestamp()) + 60)), "status.list_not_yet_valid"),
        (jwt(claims(0, 1), typ="vc+jwt"), "status.list_malformed"),
        (jwt({"sub": URL}), "status.list_malformed"),
        (jwt(claims(status_list={"bits": 2, "lst": "AAAA"})), "status.list_encoding"),
        (cwt(claims(0, 1), STRANGER), "status.list_unverified"),
        (cwt(claims(0, 1))[:-3], "status.list_malformed"),
        (b"a.b", "status.list_malformed"),
        (b"{}", "status.list_malformed"),
    ],
)
def test_a_list_that_cannot_be_believed_is_never_not_revoked(tmp_path: Path, listed: bytes, code: str) -> None:
    report = report_on(tmp_path, listed)
    assert (report.verdict, *status_of(report)) == ("undecided", "unknown", code)


def test_a_list_that_names_another_issuer_warns_and_still_revokes(tmp_path: Path) -> None:
    report = report_on(tmp_path, jwt(claims(iss=did_of(STRANGER)), STRANGER))
    assert status_of(report) == ("warn", "status.list_issuer_other")
    report = report_on(tmp_path, jwt(claims(0, 1, iss=did_of(STRANGER)), STRANGER))
    assert status_of(report) == ("fail", "status.revoked")


def test_a_place_past_the_end_rejects(tmp_path: Path) -> None:
    report = report_on(tmp_path, jwt(claims()), place=4096)
    assert (report.verdict, *status_of(report)) == ("rejected", "fail", "status.index_out_of_range")


def test_a_list_that_was_not_fetched_leaves_the_verdict_open() -> None:
    report = judged(credential())
    assert (report.verdict, *status_of(report)) == ("undecided", "unknown", "status.list_unreachable")
