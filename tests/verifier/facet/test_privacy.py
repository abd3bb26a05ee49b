from __future__ import annotations

from typing import Any

import pytest

from satchel.credential import status
from verifier.facet import privacy

ID = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2"
LEARNER = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"


def badge(**members: Any) -> dict[str, Any]:
    return {"id": ID, "credentialSubject": {"id": LEARNER}, **members}


def said(value: dict[str, Any], *asked: str) -> tuple[str, str]:
    found = privacy.facet(value, asked)
    return found.outcome, found.code


def listed(url: str) -> dict[str, Any]:
    return status.compose_entry(list_url=url, index=7, purpose="revocation")


def test_a_check_that_asks_nobody_is_told_by_nobody() -> None:
    assert said(badge()) == ("pass", "privacy.ok")


def test_who_is_asked_is_told() -> None:
    found = privacy.facet(badge(), ["https://b.example/1", "https://a.example/did.json", "https://b.example/2"])
    assert (found.outcome, found.code) == ("pass", "privacy.asks")
    assert found.details["asked"] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "url",
    [
        "https://school.example/status/3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2",
        "https://school.example/status?of=3F2B0F9E",
        f"https://school.example/{LEARNER}/status",
        "https://school.example/s/z6mkitbz1ymuepaq4hehysf1h8qug5glvvqr3djdx3mdoowp",
    ],
)
def test_a_status_list_of_one_learner_warns(url: str) -> None:
    assert said(badge(credentialStatus=listed(url))) == ("warn", "privacy.list_of_one")


@pytest.mark.parametrize("url", ["https://school.example/status/1", "https://school.example/status/2026-autumn-cohort"])
def test_a_list_of_many_does_not(url: str) -> None:
    assert said(badge(credentialStatus=listed(url))) == ("pass", "privacy.ok")


def test_the_issuers_own_host_and_path_are_no_ones_own() -> None:
    value = badge(id="https://longhostname.example/1", credentialStatus=listed("https://longhostname.example/status/1"))
    assert said(value) == ("pass", "privacy.ok")


def test_a_picture_at_an_address_of_ones_own_warns_and_any_other_is_told() -> None:
    plain = badge(image={"id": "https://cdn.example/badge.png", "type": "Image"})
    found = privacy.facet(plain, ())
    assert (found.outcome, found.details["pictures"]) == ("pass", ["cdn.example"])
    own = {"achievement": {"image": "https://track.example/p.gif?c=8c114d0a&u=5f6d7e8091a2"}, "id": LEARNER}
    assert said(badge(credentialSubject=own)) == ("warn", "privacy.picture_of_one")
    assert said(badge(image="data:image/png;base64,AAAA")) == ("pass", "privacy.ok")


def test_a_credential_of_any_shape_is_looked_at() -> None:
    for value in ({}, {"id": 7, "image": [[[{"image": 7}]]]}, {"credentialStatus": 7}, {"credentialSubject": []}):
        assert said(value) == ("pass", "privacy.ok")  # type: ignore[arg-type]
