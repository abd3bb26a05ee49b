"""The issuer node from its founding to a verdict: what we issue is judged by the real verifier under our own mirror."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from issuer import batch, keys
from issuer.service import IssuerService
from satchel.errors import DatabaseFault, IssueFault, SettingsFault
from satchel.node import entropy, settings
from satchel.node.mirror import MirrorFetch
from satchel.node.settings import Home
from satchel.port import drive
from tests.issuer.conftest import CELLS, COHORT, EXAMPLE, NOW, SUSPENDABLE, FakeClock, example
from verifier.materials import Asked
from verifier.report import Report
from verifier.service import VerifierService


def judged(home: Home, raw: bytes, *, now: datetime = NOW, asked: Asked | None = None) -> Report:
    """The real verifier's report, with HOME/public as its only world."""
    service = VerifierService(fetch=MirrorFetch(home.public, now), clock=lambda: now)
    return drive(service.verify(raw, asked=asked))


def outcome(report: Report, name: str) -> tuple[str, str]:
    (facet,) = [facet for facet in report.facets if facet.facet == name]
    return facet.outcome, facet.code


# -- founding


async def test_a_new_issuer_has_a_key_a_did_and_settings(home: Home) -> None:
    assert home.config().issuer == settings.IssuerSettings(origin="https://issuer.example", name="Riverside College")
    assert (
        json.loads((home.public / "issuer.example/.well-known/did.json").read_bytes())["id"] == "did:web:issuer.example"
    )
    private = [path for path in home.path.rglob("*") if path.is_file() and home.public not in path.parents]
    assert {path.relative_to(home.path).as_posix() for path in private} >= {
        "config.toml", "issuer.db", "keys/issuer-key-1.json", "keys/issuer-rows.secret", "state/issuer.db.epoch",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in private)
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in (home.path, home.keys, home.state))


async def test_a_home_has_one_issuer_and_its_key_is_not_replaced(home: Home) -> None:
    before = home.key_file("issuer", "key-1").read_bytes()
    with pytest.raises(IssueFault) as fault:
        await IssuerService.found(home, origin="https://other.example", name="Other")
    assert fault.value.code == "issue.exists"
    assert home.key_file("issuer", "key-1").read_bytes() == before


async def test_a_founding_that_was_stopped_half_way_keeps_its_key(home: Home) -> None:
    before = home.key_file("issuer", "key-1").read_bytes()
    home.config_file.unlink()
    await IssuerService.found(home, origin="https://issuer.example", name="Riverside College")
    assert home.key_file("issuer", "key-1").read_bytes() == before


async def test_other_settings_in_the_file_stay(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    settings.write_file(home.config_file, b"# my own note\n")
    await IssuerService.found(home, origin="https://issuer.example", name='A "B" \\ C')
    assert home.config_file.read_bytes().startswith(b"# my own note\n")
    chosen = home.config().issuer
    assert chosen is not None
    assert chosen.name == 'A "B" \\ C'


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("http://issuer.example", "x"),
        ("https://issuer.example/path", "x"),
        ("https://127.0.0.1", "x"),
        ("https://localhost", "x"),
        ("https://issuer.example", ""),
        ("https://issuer.example", "R\u202eesreveR"),
        ("https://issuer.example", "two\nlines"),
    ],
)
async def test_an_issuer_without_a_proper_address_or_name_is_not_founded(
    tmp_path: Path, origin: str, name: str
) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(SettingsFault) as fault:
        await IssuerService.found(home, origin=origin, name=name)
    assert fault.value.code == "settings.value"
    assert not home.path.exists()


async def test_a_home_without_issuer_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    with pytest.raises(IssueFault) as fault:
        async with IssuerService.open(home):
            raise AssertionError
    assert fault.value.code == "issue.no_issuer"
    assert "satchel init issuer" in fault.value.next_step


async def test_a_lost_key_is_not_quietly_replaced(home: Home) -> None:
    home.key_file("issuer", "key-1").unlink()
    with pytest.raises(IssueFault) as fault:
        async with IssuerService.open(home):
            raise AssertionError
    assert fault.value.code == "issue.key"
    assert not home.key_file("issuer", "key-1").exists()


async def test_a_home_that_others_can_change_is_not_opened(home: Home) -> None:
    home.path.chmod(0o770)
    with pytest.raises(SettingsFault) as fault:
        async with IssuerService.open(home):
            raise AssertionError
    assert fault.value.code == "settings.home_unsafe"


async def test_a_symlinked_database_is_not_opened(home: Home, tmp_path: Path) -> None:
    home.issuer_db.rename(tmp_path / "elsewhere.db")
    home.issuer_db.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(SettingsFault) as fault:
        async with IssuerService.open(home):
            raise AssertionError
    assert fault.value.code == "settings.file_unsafe"


async def test_a_damaged_database_is_not_opened(home: Home) -> None:
    raw = bytearray(home.issuer_db.read_bytes())
    raw[100:4000] = os.urandom(3900)
    settings.write_file(home.issuer_db, bytes(raw))
    with pytest.raises(DatabaseFault) as fault:
        async with IssuerService.open(home):
            raise AssertionError
    assert fault.value.code == "database.damaged"


# -- to a verdict


async def test_every_credential_of_a_cohort_is_accepted_under_our_own_mirror(home: Home, issuer: IssuerService) -> None:
    planned = await issuer.plan_batch(EXAMPLE, COHORT)
    issued = [one async for chunk in issuer.run_batch(planned) for one in batch.issued(chunk)]
    assert len(issued) == 24
    for one in issued:
        report = judged(home, await issuer.credential(one.id))
        assert report.verdict == "accepted"
        assert {facet.outcome for facet in report.facets} <= {"pass", "not_applicable"}


@pytest.mark.parametrize(
    "template", [EXAMPLE, SUSPENDABLE, example(("proof_refresh: 5 years", "proof_refresh: never"))]
)
@pytest.mark.parametrize("cells", [{}, {"project_url": "https://portfolio.example/x", "feedback": "=cmd\n学 👩‍🎓"}])
async def test_what_we_issue_passes_every_facet(
    home: Home, issuer: IssuerService, template: bytes, cells: dict[str, str]
) -> None:
    issued = await issuer.issue(template, {**CELLS, **cells})
    report = judged(home, await issuer.credential(issued.id))
    assert report.verdict == "accepted"
    assert outcome(report, "status") == ("pass", "status.ok")
    assert outcome(report, "issuer_binding")[0] == "pass"


async def test_a_credential_for_a_did_is_accepted_for_its_holder(home: Home, issuer: IssuerService) -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    raw = example(("bind: email", "bind: did"), ("  name: learner\n", ""))
    cells = {name: text for name, text in CELLS.items() if name != "learner"}
    issued = await issuer.issue(raw, {**cells, "email": did})
    credential = await issuer.credential(issued.id)
    assert judged(home, credential).verdict == "accepted"
    assert did.encode() in credential


async def test_the_person_asked_for_is_found_by_the_salted_hash_and_nobody_else(
    home: Home, issuer: IssuerService
) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    raw = await issuer.credential(issued.id)
    assert outcome(judged(home, raw, asked=Asked(recipient="ada@learner.example")), "subject")[0] == "pass"
    report = judged(home, raw, asked=Asked(recipient="bob@learner.example"))
    assert outcome(report, "subject")[0] == "fail"
    assert report.verdict == "rejected"


async def test_revoked_and_suspended_credentials_are_rejected_by_their_status_alone(
    home: Home, issuer: IssuerService
) -> None:
    revoked, suspended = await issuer.issue(EXAMPLE, CELLS), await issuer.issue(SUSPENDABLE, CELLS)
    await issuer.change_status(revoked.id, "revoke", reason="a test")
    await issuer.change_status(suspended.id, "suspend", reason="a test")
    for one, code in ((revoked, "status.revoked"), (suspended, "status.suspended")):
        report = judged(home, await issuer.credential(one.id))
        assert report.verdict == "rejected"
        assert outcome(report, "status") == ("fail", code)
        assert outcome(report, "proof")[0] == "pass"
    await issuer.change_status(suspended.id, "reinstate", reason="a test")
    assert judged(home, await issuer.credential(suspended.id)).verdict == "accepted"


async def test_one_changed_byte_is_rejected(home: Home, issuer: IssuerService) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    raw = (await issuer.credential(issued.id)).replace(b'"value":"82"', b'"value":"92"')
    report = judged(home, raw)
    assert report.verdict == "rejected"
    assert outcome(report, "proof")[0] == "fail"


async def test_a_list_nobody_renews_makes_the_status_unknown_and_opening_renews_it(
    home: Home, issuer: IssuerService, clock: FakeClock
) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    raw = await issuer.credential(issued.id)
    later = NOW + timedelta(days=8)
    report = judged(home, raw, now=later)
    assert (report.verdict, outcome(report, "status")) == ("undecided", ("unknown", "status.list_expired"))
    clock.now = later
    async with IssuerService.open(home, clock=clock, entropy=entropy.seeded(b"later")):
        assert judged(home, raw, now=later).verdict == "accepted"


async def test_the_end_of_the_achievement_ends_the_credential(home: Home, issuer: IssuerService) -> None:
    raw = example(("achievement_expires: never", "achievement_expires: 1 year"))
    credential = await issuer.credential((await issuer.issue(raw, CELLS)).id)
    assert judged(home, credential).verdict == "accepted"
    report = judged(home, credential, now=NOW + timedelta(days=187))
    assert report.verdict == "rejected"
    assert outcome(report, "validity")[0] == "fail"


async def test_an_issuer_at_a_port_is_found_in_its_mirror_too(tmp_path: Path, clock: FakeClock) -> None:
    home = Home(tmp_path / "home")
    founded = await IssuerService.found(home, origin="https://issuer.example:8443", name="R", clock=clock)
    assert founded.did == "did:web:issuer.example%3A8443"
    async with IssuerService.open(home, clock=clock) as issuer:
        issued = await issuer.issue(EXAMPLE, CELLS)
        assert judged(home, await issuer.credential(issued.id)).verdict == "accepted"


async def test_the_secret_key_is_in_no_other_file(home: Home, issuer: IssuerService) -> None:
    await issuer.issue(EXAMPLE, CELLS)
    path = home.key_file("issuer", "key-1")
    secret = json.loads(path.read_bytes())["secretKeyMultibase"].encode()
    row_secret = (home.keys / keys.ROW_SECRET).read_bytes()
    for other in home.path.rglob("*"):
        if other.is_file() and other.parent != home.keys:
            assert secret not in other.read_bytes()
            assert row_secret not in other.read_bytes()
