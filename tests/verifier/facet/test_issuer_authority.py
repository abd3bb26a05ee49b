from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from satchel.errors import SettingsFault
from tests.attack.forge import badge
from verifier import scope
from verifier.facet import issuer_authority
from verifier.scope import Award, Grant, Scope

DAY = date(2026, 3, 1)
LEVEL = {
    "type": ["Alignment"],
    "targetType": "ext:EQF",
    "targetName": "EQF level 5",
    "targetCode": "5",
    "targetUrl": "x:y",
}


def award(day: date | None = DAY, **members: Any) -> Award:
    value = badge()
    value["credentialSubject"]["achievement"] |= members
    return scope.award_of(value, day)


SAILING = award(fieldOfStudy="Sailing", alignment=[LEVEL])


def said(*grants: Grant, award: Award = SAILING) -> tuple[str, str]:
    found = issuer_authority.facet(grants, award, is_bound=True)
    return found.outcome, found.code


def may(**scopes: Any) -> Grant:
    return Grant(source="The agency", may=(Scope(**scopes),))


def test_what_a_credential_awards_is_read_from_its_achievement() -> None:
    found = award(fieldOfStudy="Sailing", alignment=[LEVEL, LEVEL | {"targetType": "CFItem", "targetCode": "K1"}])
    assert found == Award(type="Competency", levels=("5", "EQF level 5"), field="Sailing", day=DAY)
    assert scope.award_of({}, None) == Award(type=None, levels=(), field=None, day=None)


@pytest.mark.parametrize(
    "grant",
    [
        may(),
        may(types=("competency", "Certificate")),
        may(types=("Competency",), levels=("EQF LEVEL 5",), fields=("sailing",)),
        may(levels=("4", "5")),
        may(since=DAY, until=DAY),
    ],
)
def test_a_scope_that_covers_the_award_on_its_day_passes(grant: Grant) -> None:
    assert said(grant) == ("pass", "issuer_authority.ok")
    assert said(may(types=("Degree",)), grant) == ("pass", "issuer_authority.ok")


@pytest.mark.parametrize("grant", [may(types=("Degree",)), may(levels=("6",)), may(fields=("Cooking",))])
def test_an_award_that_no_scope_speaks_of_is_unknown_and_no_fault(grant: Grant) -> None:
    assert said(grant) == ("unknown", "issuer_authority.not_covered")


def test_what_the_credential_does_not_say_is_not_covered() -> None:
    assert said(may(levels=("5",)), award=award()) == ("unknown", "issuer_authority.not_covered")
    assert said(may(fields=("Sailing",)), award=award()) == ("unknown", "issuer_authority.not_covered")
    assert said(may(), award=award(day=None)) == ("unknown", "issuer_authority.not_covered")


def test_nobody_who_speaks_is_unknown() -> None:
    assert said() == ("unknown", "issuer_authority.unknown")
    found = issuer_authority.facet([may()], award(), is_bound=False)
    assert (found.outcome, found.code) == ("unknown", "issuer_authority.not_bound")


def test_an_authority_of_other_days_fails() -> None:
    for grant in (may(until=date(2026, 2, 28)), may(since=date(2026, 3, 2))):
        assert said(grant) == ("fail", "issuer_authority.not_then")
        assert said(grant, may()) == ("pass", "issuer_authority.ok")


def test_an_exclusion_fails_whatever_else_is_said() -> None:
    grant = Grant(source="The list", may=(Scope(),), may_not=(Scope(types=("Competency",)),))
    assert said(may(), grant) == ("fail", "issuer_authority.excluded")
    later = Grant(source="The list", may=(Scope(),), may_not=(Scope(since=date(2026, 6, 1)),))
    assert said(later) == ("pass", "issuer_authority.ok")


def test_scopes_are_read_and_written_as_they_stand_in_a_file() -> None:
    value = [{"types": ["Degree"], "levels": ["6"], "fields": ["Law"], "from": "2020-01-01", "until": "2026-12-31"}, {}]
    assert scope.to_json(scope.read(value, "list")) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, "trust.invalid"),
        ([], "trust.invalid"),
        ([7], "trust.invalid"),
        ([{"type": ["Degree"]}], "trust.unknown_key"),
        ([{"types": "Degree"}], "trust.invalid"),
        ([{"types": [" "]}], "trust.invalid"),
        ([{"from": "2026-13-01"}], "trust.invalid"),
        ([{"from": "2026-02-01", "until": "2026-01-01"}], "trust.invalid"),
        ([{}] * 101, "trust.invalid"),
    ],
    ids=str,
)
def test_scopes_of_another_shape_are_refused(value: Any, code: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        scope.read(value, "list")
    assert fault.value.code == code
