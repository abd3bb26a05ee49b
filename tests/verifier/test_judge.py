from __future__ import annotations

import subprocess
import sys

import pytest

from satchel.codes import CODES
from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import NOW, badge, facet, judged, says, signed, to_bytes
from tests.satchel.credential import pictures
from tests.verifier.tokens import jwt
from verifier.gather import gather
from verifier.judge import FACETS, judge
from verifier.materials import Asked, Materials
from verifier.policy import POLICIES

TOKEN = b"eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0."
OB2 = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}


def test_a_report_lists_every_facet_that_is_built_in_order() -> None:
    for document in (signed(badge()), badge(), TOKEN):
        assert tuple(found.facet for found in judged(document).facets) == FACETS


def test_a_malformed_file_has_the_facet_parse_alone() -> None:
    report = judged(b"{")
    assert report.verdict == "malformed"
    assert [found.facet for found in report.facets] == ["parse"]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (to_bytes(OB2), "hosts"),
        (jwt({"alg": "RS256"}, OB2), "signature"),
        (pictures.png(pictures.itxt(to_bytes(OB2), b"openbadges")), "picture"),
    ],
    ids=["hosted", "signed", "baked"],
)
def test_an_open_badge_2_is_known_and_never_verified(raw: bytes, word: str) -> None:
    report = judged(raw)
    says(report, "undecided", "proof", "unknown", "proof.legacy")
    assert report.format == "ob2"
    assert word in facet(report, "proof").message
    others = {found.outcome for found in report.facets if found.facet not in ("parse", "proof")}
    assert others == {"not_applicable"}


@pytest.mark.parametrize("raw", [TOKEN, TOKEN + b"~"])
def test_a_token_that_breaks_the_rules_of_its_format_is_rejected_by_its_proof(raw: bytes) -> None:
    report = judged(raw)
    says(report, "rejected", "proof", "fail", "proof.algorithm")
    assert facet(report, "parse").outcome == "pass"
    others = {found.outcome for found in report.facets if found.facet not in ("parse", "proof")}
    assert others == {"not_applicable"}


def test_the_report_names_input_policy_and_time() -> None:
    raw = to_bytes(signed(badge()))
    report = judged(raw, policy="w3c")
    assert (report.name, report.format, report.policy, report.checked_at) == ("attack.json", "vc-json", "w3c", NOW)
    assert report.sha256 == read(raw).digest


def test_judging_needs_nothing_but_its_arguments() -> None:
    envelope = read(to_bytes(signed(badge())))
    materials = drive(gather(envelope, POLICIES["default"], Asked(), NOW, OfflineFetch()))
    assert materials == Materials(now=NOW, fetched={})
    first, second = (judge(envelope, materials, POLICIES["default"], Asked()) for _ in range(2))
    assert first == second


def test_judging_changes_neither_the_envelope_nor_its_value() -> None:
    raw = to_bytes(signed(badge()))
    envelope = read(raw)
    judge(envelope, Materials(now=NOW, fetched={}), POLICIES["default"], Asked())
    assert envelope.raw == raw
    assert envelope.value == read(raw).value


def test_every_code_that_a_report_shows_is_in_the_table_with_the_same_outcome() -> None:
    for document in (signed(badge()), badge(), TOKEN, signed(badge()) | {"grade": 1}, b"[]"):
        for found in judged(document).facets:
            assert CODES[found.code].outcome == found.outcome


def test_judging_imports_no_network_and_no_clock() -> None:
    program = "import sys, verifier.judge; print({'asyncio', 'aiohttp', 'sqlite3', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
