from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import ISSUER, NOW, STRANGER, badge, did_of, facet, signed, to_bytes
from verifier.facet import issuer_trust
from verifier.registry import KnownIssuer, Trust, TrustList
from verifier.report import Facet, Report
from verifier.service import VerifierService

TODAY = date(2026, 11, 24)


def listed(*entries: KnownIssuer, name: str = "Schools we know") -> Trust:
    return Trust(lists=(TrustList(name=name, issuers=entries),))


def known(
    id: str = "did:x:school", since: date | None = None, until: date | None = None, is_distrusted: bool = False
) -> KnownIssuer:
    return KnownIssuer(id=id, name="A sailing school", since=since, until=until, is_distrusted=is_distrusted)


def judge(trust: Trust, *, is_bound: bool = True, issued: date | None = date(2026, 3, 1)) -> Facet:
    return issuer_trust.facet("did:x:school", trust, is_bound=is_bound, issued=issued, today=TODAY)


def test_an_issuer_of_a_list_passes_under_the_lists_own_name_for_it() -> None:
    found = judge(listed(known()))
    assert (found.outcome, found.code) == ("pass", "issuer_trust.ok")
    assert "Schools we know" in found.message
    assert "A sailing school" in found.message
    assert found.details["list"] == "Schools we know"


def test_an_issuer_of_no_list_is_unknown_and_never_fails() -> None:
    assert (judge(listed(known("did:x:other"))).outcome, judge(listed()).code) == ("unknown", "issuer_trust.not_listed")


def test_only_explicit_distrust_fails_and_it_goes_before_another_lists_trust() -> None:
    mill = listed(known(is_distrusted=True))
    both = Trust(lists=(*listed(known()).lists, *mill.lists))
    for trust in (mill, both):
        assert (judge(trust).outcome, judge(trust).code) == ("fail", "issuer_trust.distrusted")
    past = listed(known(is_distrusted=True, until=date(2025, 1, 1)))
    assert judge(past).code == "issuer_trust.not_listed"


def test_no_list_is_asked_about_an_issuer_whose_key_is_not_proven() -> None:
    found = judge(listed(known()), is_bound=False)
    assert (found.outcome, found.code) == ("unknown", "issuer_trust.not_bound")


@pytest.mark.parametrize(
    ("since", "until", "issued", "code"),
    [
        (date(2026, 3, 1), date(2026, 11, 24), date(2026, 3, 1), "issuer_trust.ok"),
        (None, date(2026, 11, 23), date(2026, 3, 1), "issuer_trust.ended"),
        (date(2026, 3, 2), None, date(2026, 3, 1), "issuer_trust.not_then"),
        (None, date(2026, 2, 28), date(2026, 3, 1), "issuer_trust.not_then"),
        (None, date(2026, 2, 28), None, "issuer_trust.not_then"),
        (None, None, None, "issuer_trust.ok"),
    ],
)
def test_the_days_of_an_entry_count(since: date | None, until: date | None, issued: date | None, code: str) -> None:
    assert judge(listed(known(since=since, until=until)), issued=issued).code == code


def report_on(credential: object, trust: Trust) -> Report:
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, trust=trust)
    return drive(service.verify(to_bytes(credential)))


def test_trust_does_not_change_the_verdict_but_distrust_warns() -> None:
    credential = signed(badge())
    assert report_on(credential, listed(known(did_of(ISSUER)))).verdict == "accepted"
    assert report_on(credential, listed(known())).verdict == "accepted"
    report = report_on(credential, listed(known(did_of(ISSUER), is_distrusted=True)))
    assert (report.verdict, facet(report, "issuer_trust").code) == (
        "accepted_with_warnings",
        "issuer_trust.distrusted",
    )


def test_a_forger_who_names_a_listed_issuer_gets_nothing_from_the_list() -> None:
    trust = listed(known(did_of(ISSUER)))
    for forged in (signed(badge(), key=STRANGER), signed(badge()) | {"name": "Another"}, badge()):
        report = report_on(forged, trust)
        assert report.verdict == "rejected"
        assert facet(report, "issuer_trust").code == "issuer_trust.not_bound"


def test_a_verifier_without_lists_says_so() -> None:
    found = facet(report_on(signed(badge()), Trust()), "issuer_trust")
    assert (found.outcome, found.code) == ("not_applicable", "issuer_trust.no_list")


def test_the_day_of_issue_is_read_from_the_credential() -> None:
    trust = listed(known(did_of(ISSUER), until=date(2026, 10, 1)))
    assert facet(report_on(signed(badge()), trust), "issuer_trust").code == "issuer_trust.ended"
    late = signed(badge(validFrom="2026-11-01T00:00:00Z"), created=datetime(2026, 11, 2, tzinfo=UTC))
    assert facet(report_on(late, trust), "issuer_trust").code == "issuer_trust.not_then"
