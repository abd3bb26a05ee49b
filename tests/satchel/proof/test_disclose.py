"""satchel.proof.disclose: what is shown, what stays hidden, and what two readers could compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from satchel.key.public import KeyType
from satchel.port import JsonObject
from satchel.proof import disclose, sdjwt
from satchel.proof.disclose import Claim, Disclosure
from tests.satchel.proof.ground import KEYS, SIGNER, code_of, sign
from tests.satchel.proof.selective_ground import LEARNER, NAME, SUITES, badge, entropy_of, holds, issued

GRADE = "/credentialSubject/result/1/value"


def made(suite: str, *pointers: str, document: JsonObject | None = None, **more: Any) -> Disclosure:
    return disclose.disclose(issued(suite, document), pointers, entropy=entropy_of(3), **more)


def pointers_of(claims: Sequence[Claim]) -> set[str]:
    return {claim.pointer for claim in claims}


def links_of(made: Disclosure) -> set[tuple[str, str]]:
    return {(link.kind, link.pointer) for link in made.links}


@pytest.mark.parametrize("suite", SUITES)
def test_every_claim_is_in_one_state_and_the_reader_sees_those_that_are_not_hidden(suite: str) -> None:
    found = made(suite, NAME, GRADE)
    assert found.format == suite
    assert found.token is None
    assert holds(found.document, suite)
    assert pointers_of(found.in_state("shown")) == {NAME, GRADE}
    assert pointers_of(found.in_state("beside")) == {
        "/credentialSubject/id",
        "/credentialSubject/type",
        "/credentialSubject/achievement/id",
        "/credentialSubject/achievement/type",
        "/credentialSubject/result/1/type",
    }
    always = pointers_of(found.in_state("mandatory"))
    assert {"/type", "/issuer/name", "/validUntil", "/credentialStatus/statusListIndex"} <= always
    hidden = found.in_state("hidden")
    assert "/name" in pointers_of(hidden)
    assert sum(len(found.in_state(state)) for state in ("mandatory", "shown", "beside", "hidden")) == len(found.claims)
    text = str(found.document)
    for claim in found.claims:
        if isinstance(claim.value, str) and claim.state != "hidden":
            assert claim.value in text
    assert "Ties ten knots." not in text


@pytest.mark.parametrize("suite", SUITES)
def test_choosing_an_object_shows_all_that_is_in_it(suite: str) -> None:
    found = made(suite, "/credentialSubject/result")
    shown = pointers_of(found.in_state("shown"))
    assert {GRADE, "/credentialSubject/result/0/type", "/credentialSubject/result/0/value"} <= shown
    whole = made(suite, "")
    assert whole.in_state("hidden", "beside") == ()


@pytest.mark.parametrize("suite", SUITES)
def test_what_a_holder_can_choose_is_told_before_anything_is_shown(suite: str) -> None:
    claims = disclose.look(issued(suite))
    assert {claim.state for claim in claims} == {"mandatory", "hidden"}
    assert {NAME, GRADE, "/name"} <= pointers_of([claim for claim in claims if claim.state == "hidden"])


def test_an_ecdsa_sd_proof_is_linked_by_itself_and_a_bbs_proof_only_by_what_it_shows() -> None:
    linked = made("ecdsa-sd-2023", NAME)
    assert not linked.is_unlinkable
    assert links_of(linked) == {
        ("signature", ""),
        ("labels", ""),
        ("moment", "/proof/created"),
        ("credential_id", "/id"),
        ("holder_id", "/credentialSubject/id"),
        ("status", "/credentialStatus/statusListIndex"),
    }
    assert all(link.message for link in linked.links)


@pytest.mark.parametrize("suite", SUITES[1:])
def test_a_bbs_proof_tells_its_shape_and_nothing_else_of_itself(suite: str) -> None:
    found = made(suite, NAME)
    assert found.is_unlinkable
    assert links_of(found) == {
        ("shape", ""),
        ("credential_id", "/id"),
        ("holder_id", "/credentialSubject/id"),
        ("status", "/credentialStatus/statusListIndex"),
    }
    bare = badge()
    del bare["id"], bare["credentialStatus"]
    subject: Any = bare["credentialSubject"]
    del subject["id"]
    assert links_of(made(suite, NAME, document=bare)) == {("shape", "")}


@pytest.mark.parametrize("suite", SUITES)
def test_ids_hashes_of_addresses_and_exact_moments_are_links_when_they_are_shown(suite: str) -> None:
    document = badge(validFrom="2026-03-01T09:41:07Z", evidence=[{"id": "urn:uuid:e1", "type": ["Evidence"]}])
    subject: Any = document["credentialSubject"]
    subject["identifier"] = [
        {"type": "IdentityObject", "hashed": True, "identityHash": "sha256$00", "identityType": "emailAddress"}
    ]
    found = made(suite, "/evidence", "/credentialSubject/identifier", document=document)
    assert {
        ("moment", "/validFrom"),
        ("id", "/evidence/0/id"),
        ("identity", "/credentialSubject/identifier/0/identityHash"),
    } <= links_of(found)
    # The achievement's and the issuer's ids are those of many.
    whole = links_of(made(suite, "", document=document))
    assert not {("id", "/credentialSubject/achievement/id"), ("id", "/issuer/id")} & whole
    hidden = links_of(made(suite, NAME, document=document))
    assert not {kind for kind, pointer in hidden if pointer.startswith("/evidence") or kind == "identity"}


@pytest.mark.parametrize("suite", SUITES)
def test_a_bad_pointer_is_refused(suite: str) -> None:
    assert code_of(lambda: made(suite, "/nothing")) == "proof.pointer"


def test_a_credential_without_a_base_proof_shows_no_part() -> None:
    assert code_of(lambda: disclose.look(sign(badge()))) == "proof.not_derivable"
    assert code_of(lambda: disclose.disclose(sign(badge()), [NAME], entropy=entropy_of(3))) == "proof.not_derivable"


# SD-JWT


def token(**more: Any) -> str:
    document: JsonObject = {
        "vct": "https://school.example/knots",
        "iss": "https://school.example",
        "sub": LEARNER,
        "name": "Knots",
        "grade": {"value": "B", "moment": "2026-03-01T09:41:07Z"},
        "status": {"status_list": {"idx": 7, "uri": "https://school.example/s"}},
    }
    hide = ["/name", "/sub", "/grade", "/grade/value"]
    return sdjwt.sign(document, signer=SIGNER, entropy=entropy_of(4), hide=hide, **more)


def test_a_token_shows_what_was_chosen_and_what_it_stands_in() -> None:
    whole = token(holder=KEYS[KeyType.P_256].public())
    found = disclose.disclose_token(whole, ["/grade/value"])
    assert found.format == "dc+sd-jwt"
    assert found.token is not None
    assert found.token.count("~") == 3
    assert sdjwt.verify(sdjwt.read(found.token), KEYS[KeyType.ED25519].public())
    assert "name" not in found.document
    assert {"/grade/value", "/grade/moment"} == pointers_of(found.in_state("shown"))
    assert {"/name", "/sub"} == pointers_of(found.in_state("hidden"))
    assert "/vct" in pointers_of(found.in_state("mandatory"))
    assert not found.is_unlinkable
    assert {
        ("signature", ""),
        ("holder_key", ""),
        ("moment", "/grade/moment"),
        ("status", "/status/status_list/idx"),
    } <= (links_of(found))
    assert not {kind for kind, _ in links_of(found)} & {"holder_id"}
    assert ("holder_id", "/sub") in links_of(disclose.disclose_token(whole, ["/sub"]))
    assert ("holder_key", "") not in links_of(disclose.disclose_token(token(), []))


def test_a_token_tells_what_can_be_chosen_and_refuses_the_rest() -> None:
    whole = token()
    hidden = {claim.pointer for claim in disclose.look_token(whole) if claim.state == "hidden"}
    assert hidden == {"/name", "/sub", "/grade/value", "/grade/moment"}
    assert code_of(lambda: disclose.disclose_token(whole, ["/vct"])) == "proof.disclosure_unknown"
    assert code_of(lambda: disclose.look_token("a.b")) == "proof.token_malformed"
