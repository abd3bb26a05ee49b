"""verifier.facet.derived: a part of a credential whose issuer let the holder choose too much."""

from __future__ import annotations

from typing import Any

import pytest

from satchel.codec import timestamp
from satchel.key.private import LocalSigner
from satchel.linked.pinned import PINNED
from satchel.proof import suites
from satchel.proof.suites import SUITES as TABLE
from satchel.proof.suites import Secured
from tests.attack.forge import Document, badge, did_of, facet, judged, method_of, says
from tests.satchel.proof.ground import CREATED
from tests.satchel.proof.selective_ground import SUITES, entropy_of, key_for

WHOLE = ("/credentialSubject", "/validFrom")


def base_of(suite: str, *mandatory: str, **changes: Any) -> Document:
    """A base proof with exactly these mandatory pointers, as an issuer of other software makes it."""
    key = key_for(suite)
    document = badge(**changes)
    document["issuer"]["id"] = did_of(key)
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": timestamp.render(CREATED),
        "verificationMethod": method_of(key),
        "proofPurpose": "assertionMethod",
    }
    selection = TABLE[suite].selection
    assert selection is not None
    signer = LocalSigner(method_of(key), key)
    return document | {
        "proof": selection.create(Secured(document, PINNED), proof, signer, list(mandatory), entropy_of(1))
    }


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("mandatory", [("/issuer",), ("/validFrom",), ("/credentialSubject",)], ids=str)
def test_an_end_that_the_holder_may_leave_out_is_warned_of(suite: str, mandatory: tuple[str, ...]) -> None:
    """The badge has ended; its holder leaves the end out, and the signature holds all the same."""
    base = base_of(suite, *mandatory, validUntil="2026-03-10T00:00:00Z")
    assert facet(judged(base), "validity").code == "validity.expired"
    part = suites.derive(base, [*WHOLE, "/issuer"], entropy=entropy_of(2))
    assert "validUntil" not in part
    says(judged(part), "accepted_with_warnings", "proof", "warn", "proof.few_mandatory")


@pytest.mark.parametrize("suite", SUITES)
def test_a_part_of_what_a_careful_issuer_signed_is_not_warned_of(suite: str) -> None:
    base = base_of(suite, "/issuer", "/validFrom")
    says(judged(suites.derive(base, WHOLE, entropy=entropy_of(2))), "accepted", "proof", "pass", "proof.ok")
