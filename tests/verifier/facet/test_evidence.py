from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from satchel.codec import base
from verifier import materials
from verifier.facet import evidence
from verifier.materials import HeldFile

RAW = b"the report that the learner wrote"
URL = "https://files.example/learner/report.pdf"
SHA256 = hashlib.sha256(RAW).digest()
SRI = "sha384-" + base64.b64encode(hashlib.sha384(RAW).digest()).decode()
MULTIBASE = base.multibase_encode(b"\x12\x20" + SHA256, "u")
FILE = materials.hold("report.pdf", RAW)
OTHER = materials.hold("report.pdf", RAW + b".")


def said(value: dict[str, Any], *files: HeldFile) -> tuple[str, str]:
    found = evidence.facet(value, files)
    return found.outcome, found.code


def test_a_credential_without_evidence_has_nothing_to_judge() -> None:
    assert said({}) == ("not_applicable", "evidence.none")


def test_evidence_without_a_digest_is_named_and_not_fixed() -> None:
    value = {"evidence": {"id": URL, "type": ["Evidence"], "name": "A report"}}
    assert said(value, FILE) == ("not_applicable", "evidence.not_fixed")


@pytest.mark.parametrize(
    "member", [{"digestSRI": SRI}, {"digestMultibase": MULTIBASE}, {"digestSRI": SRI, "digestMultibase": MULTIBASE}]
)
def test_the_file_at_hand_is_compared_with_its_digest(member: dict[str, str]) -> None:
    inside = {"evidence": [{"id": URL, "type": ["Evidence"], **member}]}
    beside = {"evidence": [{"id": URL, "type": ["Evidence"]}], "relatedResource": {"id": URL, **member}}
    for value in (inside, beside):
        assert said(value) == ("unknown", "evidence.not_at_hand")
        assert said(value, FILE) == ("pass", "evidence.ok")
        assert said(value, materials.hold("renamed.pdf", RAW)) == ("pass", "evidence.ok")
        assert said(value, OTHER) == ("fail", "evidence.altered")
        assert said(value, materials.hold("another.pdf", b"x")) == ("unknown", "evidence.not_at_hand")


def test_both_digests_must_fit() -> None:
    value = {"evidence": {"id": URL, "digestMultibase": MULTIBASE}, "relatedResource": {"id": URL, "digestSRI": SRI}}
    assert said(value, FILE) == ("pass", "evidence.ok")
    value["evidence"]["digestMultibase"] = base.multibase_encode(b"\x12\x20" + bytes(32), "u")
    assert said(value, FILE) == ("fail", "evidence.altered")


@pytest.mark.parametrize("digest", ["sha1-AAAA", "md5", "", 7, None])
def test_a_digest_that_cannot_be_read_fits_no_file(digest: Any) -> None:
    value = {"evidence": {"id": URL, "digestSRI": digest}}
    assert said(value, materials.hold("other", RAW))[0] == "unknown"


def test_the_worst_of_several_counts() -> None:
    fixed = {"id": URL, "digestSRI": SRI}
    value = {"evidence": [fixed, {"id": "urn:x:1", "digestSRI": SRI, "name": "report.pdf"}, {"narrative": "Told."}]}
    assert said(value, FILE) == ("pass", "evidence.ok")
    assert said(value, OTHER) == ("fail", "evidence.altered")
    assert said(value) == ("unknown", "evidence.not_at_hand")
