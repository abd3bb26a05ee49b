"""verifier.proving: keys from the materials, and proofs of documents and tokens alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from did.document import DidDocument
from satchel.credential.read import read
from satchel.errors import DidError
from satchel.port import Did
from tests.attack.forge import ISSUER, NOW, badge, did_of, method_of, signed, to_bytes
from tests.verifier.tokens import vc_jwt
from verifier.facet.proof import AUTHENTICATION, PURPOSE
from verifier.materials import Asked, Materials
from verifier.policy import POLICIES, Policy
from verifier.proving import Keys, Proofs
from verifier.reading import STRICT

EMPTY = Materials(now=NOW, fetched={})


def proofs(policy: Policy = POLICIES["default"]) -> Proofs:
    return Proofs(EMPTY, policy, STRICT)


def test_a_did_is_resolved_once_for_a_verdict() -> None:
    keys = Keys(EMPTY)
    first = keys.resolve(Did(did_of(ISSUER)))
    assert isinstance(first, DidDocument)
    assert keys.resolve(Did(did_of(ISSUER))) is first
    missing = keys.resolve(Did("did:web:school.example"))
    assert isinstance(missing, DidError)
    assert missing.code == "did.unreachable"
    assert keys.resolve(Did("did:web:school.example")) is missing


@pytest.mark.parametrize("raw", [to_bytes(signed(badge())), vc_jwt()], ids=["document", "token"])
def test_proofs_of_documents_and_tokens_are_told_alike(raw: bytes) -> None:
    envelope = read(raw)
    assert envelope.value is not None
    (checked,), found = proofs().check(envelope, envelope.value, Asked(), PURPOSE)
    assert (checked.code, found.code, checked.name, checked.did) == (
        "proof.ok",
        "proof.ok",
        method_of(ISSUER),
        did_of(ISSUER),
    )
    assert checked.is_good
    (checked,), found = proofs().check(envelope, envelope.value, Asked(), AUTHENTICATION)
    assert found.code in ("proof.purpose", "proof.token_type")
    assert not checked.is_good


def test_what_has_no_proof_has_none_checked() -> None:
    envelope = read(to_bytes(badge()))
    assert envelope.value is not None
    checked, found = proofs().check(envelope, envelope.value, Asked(), PURPOSE)
    assert (checked, found.code) == ((), "proof.missing")


@pytest.mark.parametrize("raw", [to_bytes(signed(badge())), vc_jwt()], ids=["document", "token"])
def test_a_policy_may_ask_for_more_signatures(raw: bytes) -> None:
    envelope = read(raw)
    assert envelope.value is not None
    asking = proofs(replace(POLICIES["default"], proofs=2))
    assert asking.check(envelope, envelope.value, Asked(), PURPOSE)[1].code == "proof.too_few"
