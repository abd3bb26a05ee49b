from __future__ import annotations

from satchel.key.private import PrivateKey
from tests.attack.forge import ISSUER, badge, did_of, judged, says, signed
from verifier.facet import published_key


def test_an_unlisted_key_passes() -> None:
    found = published_key.facet([ISSUER.public()])
    assert (found.outcome, found.code) == ("pass", "published_key.ok")


def test_a_key_from_a_public_seed_warns_with_its_source_wherever_it_stands() -> None:
    leaked = PrivateKey.from_seed(bytes(32)).public()
    for keys in ([leaked], [ISSUER.public(), leaked]):
        found = published_key.facet(keys)
        assert (found.outcome, found.code) == ("warn", "published_key.known")
        assert found.details["source"] in found.message


def test_without_a_key_there_is_nothing_to_look_up() -> None:
    found = published_key.facet([])
    assert (found.outcome, found.code) == ("not_applicable", "published_key.no_key")


def test_a_leaked_key_warns_and_fails_nothing() -> None:
    key = PrivateKey.from_seed(bytes(32))
    document = badge()
    document["issuer"]["id"] = did_of(key)
    report = judged(signed(document, key=key))
    says(report, "accepted_with_warnings", "published_key", "warn", "published_key.known")
    assert [f.facet for f in report.facets if f.outcome == "fail"] == []
