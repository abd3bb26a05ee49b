from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from satchel.errors import SettingsFault
from verifier import registry
from verifier.registry import KnownIssuer, Trust, TrustList

SCHOOL = "did:web:school.example"
ENTRY = {"id": SCHOOL, "name": "A school", "from": "2020-01-01", "until": "2027-12-31"}
LIST: dict[str, Any] = {"schema": "satchel.trust/1", "name": "Schools we know", "issuers": [ENTRY]}


def load(value: object) -> TrustList:
    return registry.load(json.dumps(value).encode(), name="schools.json")


def test_a_list_is_read_whole() -> None:
    distrusted = {"id": "did:key:z6MkA", "name": "A mill", "distrusted": True}
    found = load(LIST | {"issuers": [ENTRY, distrusted]})
    assert found == TrustList(
        name="Schools we know",
        issuers=(
            KnownIssuer(
                id=SCHOOL, name="A school", since=date(2020, 1, 1), until=date(2027, 12, 31), is_distrusted=False
            ),
            KnownIssuer(id="did:key:z6MkA", name="A mill", since=None, until=None, is_distrusted=True),
        ),
    )


def test_both_days_belong_to_the_time() -> None:
    (known,) = load(LIST).issuers
    assert [known.covers(date(*day)) for day in [(2019, 12, 31), (2020, 1, 1), (2027, 12, 31), (2028, 1, 1)]] == [
        False,
        True,
        True,
        False,
    ]


def test_an_issuer_is_found_by_its_whole_did_in_every_list() -> None:
    trust = Trust(lists=(load(LIST), load(LIST | {"name": "Others"})))
    assert [name for name, _ in trust.find(SCHOOL)] == ["Schools we know", "Others"]
    assert trust.find(SCHOOL + ":a") == trust.find(SCHOOL.upper()) == ()


def test_lists_are_saved_and_read_again() -> None:
    trust = Trust(lists=(load(LIST | {"issuers": [ENTRY, {"id": "did:x:y", "name": "z", "distrusted": True}]}),))
    assert registry.from_json(registry.to_json(trust)) == trust


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([], "trust.invalid"),
        (LIST | {"schema": "satchel.trust/2"}, "trust.invalid"),
        (LIST | {"issuer": []}, "trust.unknown_key"),
        (LIST | {"issuers": {}}, "trust.invalid"),
        (LIST | {"issuers": [7]}, "trust.invalid"),
        (LIST | {"name": " "}, "trust.invalid"),
        (LIST | {"name": "x" * 201}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"untill": "2026-01-01"}]}, "trust.unknown_key"),
        (LIST | {"issuers": [ENTRY | {"until": "2026-02-30"}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"until": "2026-1-1"}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"until": 2026}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"until": "2019-01-01"}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"id": "https://school.example"}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"id": None}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY | {"distrusted": "no"}]}, "trust.invalid"),
        (LIST | {"issuers": [{"id": SCHOOL}]}, "trust.invalid"),
        (LIST | {"issuers": [ENTRY, ENTRY | {"distrusted": True}]}, "trust.invalid"),
    ],
    ids=str,
)
def test_a_list_of_another_shape_is_refused(value: object, code: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        load(value)
    assert fault.value.code == code


def test_bytes_that_are_no_strict_json_are_refused_with_the_files_name() -> None:
    with pytest.raises(SettingsFault) as fault:
        registry.load(b'{"schema": 1, "schema": 2}', name="a\x1b.json")
    assert fault.value.code == "trust.invalid"
    assert "a<U+001B>.json" in fault.value.message


def test_saved_trust_of_another_shape_is_refused() -> None:
    with pytest.raises(SettingsFault) as fault:
        registry.from_json({})
    assert fault.value.code == "trust.invalid"
