from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from satchel.credential.read import read
from satchel.errors import SettingsFault
from satchel.key.private import PrivateKey
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import ISSUER, NOW, STRANGER, badge, did_of, facet, key_of, signed, to_bytes
from verifier import accreditation, materials, registry
from verifier.registry import Trust
from verifier.report import Report
from verifier.scope import Scope
from verifier.service import VerifierService, load_trust, repeat
from verifier.trust_command import trust as trust_group

AGENCY = key_of("attack: the agency")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def accredited(*scopes: Scope, key: PrivateKey = AGENCY, body: PrivateKey = ISSUER, **dates: Any) -> bytes:
    value = accreditation.compose(
        id="urn:uuid:5b1f3c1e-2222-4333-8444-0d0c0b0a0908",
        agency=did_of(key),  # type: ignore[arg-type]
        body=did_of(body),  # type: ignore[arg-type]
        scopes=scopes or (Scope(types=("Competency",)),),
        since=dates.pop("since", SINCE),
        **dates,
    )
    return to_bytes(signed(value, key=key))


def trusting(*files: bytes, **entry: Any) -> Trust:
    value = {"id": did_of(AGENCY), "name": "The agency", "accredits": True} | entry
    listed = {"schema": "satchel.trust/1", "name": "Agencies", "issuers": [value]}
    return registry.together(registry.load(raw, name="a.json") for raw in (to_bytes(listed), *files))


def judged(trust: Trust, document: Any = None) -> Report:
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, trust=trust)
    found = drive(service.examine(read(to_bytes(document or signed(badge())))))
    again = materials.from_json(json.loads(json.dumps(materials.to_json(found.saved))))
    assert repeat(again) == found.report
    return found.report


def authority(report: Report) -> tuple[str, str]:
    found = facet(report, "issuer_authority")
    return found.outcome, found.code


def test_an_agency_that_a_list_lets_accredit_speaks_for_the_issuer() -> None:
    report = judged(trusting(accredited()))
    assert (report.verdict, authority(report)) == ("accepted", ("pass", "issuer_authority.ok"))
    assert facet(report, "issuer_authority").details["source"] == "The agency"
    assert authority(judged(trusting(accredited(Scope(types=("Degree",)))))) == (
        "unknown",
        "issuer_authority.not_covered",
    )
    ended = accredited(Scope(until=date(2026, 2, 1)))
    assert authority(judged(trusting(ended))) == ("fail", "issuer_authority.not_then")


@pytest.mark.parametrize(
    "trust",
    [
        trusting(accredited(key=STRANGER)),
        trusting(accredited(), accredits=False),
        trusting(accredited(), distrusted=True),
        trusting(accredited(), until="2026-06-01"),
        trusting(accredited(body=STRANGER)),
        trusting(accredited(until=datetime(2026, 6, 1, tzinfo=UTC))),
        trusting(accredited(since=datetime(2027, 1, 1, tzinfo=UTC))),
        trusting(accredited().replace(b"Competency", b"Competence")),
        trusting(),
    ],
    ids=["a stranger's", "may not", "distrusted", "no more", "of another", "ended", "not yet", "changed", "none"],
)
def test_an_accreditation_that_does_not_count_leaves_the_question_open(trust: Trust) -> None:
    report = judged(trust)
    assert report.verdict == "accepted"
    assert authority(report)[0] in ("unknown", "not_applicable")


def test_it_says_nothing_of_an_issuer_whose_key_is_not_proven() -> None:
    forged = signed(badge(), key=STRANGER)
    assert authority(judged(trusting(accredited()), forged)) == ("unknown", "issuer_authority.not_bound")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": ["VerifiableCredential"]}, "trust.invalid"),
        ({"credentialSubject": [{}, {}]}, "trust.invalid"),
        ({"credentialSubject": {"id": "did:web:a.example"}}, "trust.invalid"),
        ({"credentialSubject": {"id": "did:web:a.example", "mayAward": [{"type": "x"}]}}, "trust.unknown_key"),
    ],
)
def test_a_file_of_another_form_is_no_accreditation(change: dict[str, Any], code: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        registry.load(to_bytes(json.loads(accredited()) | change), name="a.json")
    assert fault.value.code == code


def test_it_is_imported_byte_for_byte_and_listed(tmp_path: Path) -> None:
    file = tmp_path / "accreditation.json"
    file.write_bytes(accredited())
    home = ["--home", str(tmp_path / "home")]
    done = CliRunner().invoke(trust_group, ["import", *home, str(file)], catch_exceptions=False)
    assert done.exit_code == 0
    assert (tmp_path / "home/trust/accreditation.json").read_bytes() == file.read_bytes()
    add = ["add", *home, did_of(AGENCY), "--name", "The agency", "--accredits"]
    assert CliRunner().invoke(trust_group, add, catch_exceptions=False).exit_code == 0
    shown = CliRunner().invoke(trust_group, ["list", *home], catch_exceptions=False).stdout
    assert f"{did_of(AGENCY)}  accredits {did_of(ISSUER)}" in shown
    assert authority(judged(load_trust(tmp_path / "home/trust"))) == ("pass", "issuer_authority.ok")
