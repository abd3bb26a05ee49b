"""The sample badges of the 1EdTech public validator: read, and judged without taking a key from a URL fragment."""

from __future__ import annotations

from pathlib import Path

import pytest

from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import NOW, facet
from tests.shared import SHARED, needs_shared
from verifier.policy import POLICIES
from verifier.report import Report
from verifier.service import VerifierService

FOLDER = SHARED / "data" / "signed" / "1edtech-validator" / "ob30"
SAMPLES = sorted(path for path in FOLDER.rglob("*") if path.is_file())

pytestmark = needs_shared


def report_on(path: Path, policy: str = "default") -> Report:
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, policy=POLICIES[policy])
    return drive(service.verify(path.read_bytes(), name=path.name))


@pytest.mark.parametrize("name", ["simple-json.png", "simple-json.svg"])
def test_a_baked_badge_is_read_and_its_fragment_key_is_never_verified(name: str) -> None:
    envelope = read((FOLDER / name).read_bytes(), name=name)
    assert (envelope.fault, envelope.format) == (None, "vc-json")
    report = report_on(FOLDER / name)
    assert report.verdict == "rejected"
    assert facet(report, "parse").code == "parse.ok"
    assert facet(report, "data_model").code == "data_model.ok"
    assert (facet(report, "proof").outcome, facet(report, "proof").code) == ("unknown", "proof.key_unresolved")
    assert (facet(report, "issuer_binding").outcome, facet(report, "issuer_binding").code) == (
        "fail",
        "issuer_binding.key_in_fragment",
    )


@pytest.mark.parametrize("name", ["simple-jwt.png", "simple-jwt.svg", "simple-jwt_v1.png", "simple-jwt_v1.svg"])
def test_a_token_that_brings_its_key_is_bound_to_nobody(name: str) -> None:
    """The validator verifies it with the key out of its own header."""
    report = report_on(FOLDER / name)
    assert (report.format, report.verdict) == ("vc-jwt", "rejected")
    assert facet(report, "proof").code == "proof.token_key"
    assert facet(report, "issuer_binding").code == "issuer_binding.key_in_token"


@pytest.mark.parametrize(
    ("name", "verdict", "code"),
    [
        ("simple.jwt", "undecided", "proof.key_unresolved"),
        ("velocity.jwt", "rejected", "did.method_unsupported"),
    ],
)
def test_a_token_whose_key_cannot_be_found_is_left_open(name: str, verdict: str, code: str) -> None:
    report = report_on(FOLDER / name)
    assert (report.format, report.verdict) == ("vc-jwt", verdict)
    assert (facet(report, "proof").outcome, facet(report, "proof").code) == ("unknown", code)


def fragment_keys() -> list[Path]:
    if not FOLDER.is_dir():
        return []
    found = []
    for path in SAMPLES:
        value = read(path.read_bytes()).value
        proofs = [] if value is None else value.get("proof", [])
        for proof in proofs if isinstance(proofs, list) else [proofs]:
            method = proof.get("verificationMethod") if isinstance(proof, dict) else None
            if isinstance(method, str) and method.startswith("http") and "#z6Mk" in method:
                found.append(path)
                break
    return found


@pytest.mark.parametrize("path", fragment_keys(), ids=lambda path: path.name)
def test_every_key_in_a_url_fragment_is_refused_under_both_policies(path: Path) -> None:
    for policy in ("default", "w3c"):
        report = report_on(path, policy)
        # One file has a second proof that is no proof at all: then none of them is looked at.
        is_malformed = facet(report, "proof").code == "proof.malformed"
        expected = "issuer_binding.no_proof" if is_malformed else "issuer_binding.key_in_fragment"
        assert facet(report, "issuer_binding").code == expected
        assert facet(report, "proof").outcome in ("unknown", "fail")
        assert report.verdict in ("rejected", "undecided")


def test_there_are_many_such_samples() -> None:
    assert len(fragment_keys()) >= 20


def test_a_bare_did_key_beside_a_urn_as_issuer_is_rejected() -> None:
    """The validator's own test calls this file valid: it never asks whose key it is."""
    report = report_on(FOLDER / "simple-did-key-method.json")
    assert report.verdict == "rejected"
    assert facet(report, "issuer_binding").code == "issuer_binding.other_issuer"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_no_sample_is_accepted_or_breaks_us(path: Path) -> None:
    """None of them names a key that its issuer's DID document gives, or its proof is of a later suite."""
    report = report_on(path)
    assert report.verdict not in ("accepted", "accepted_with_warnings")
