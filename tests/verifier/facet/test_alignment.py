from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import strictjson
from satchel.codes import CODES
from satchel.errors import Malformed
from satchel.framework import read as frameworks
from satchel.framework.graph import Description
from satchel.node.copies import Copy
from satchel.node.mirror import OfflineFetch
from satchel.port import FrameworkShelf, HeldFramework, HeldNode, JsonObject, JsonValue, drive
from tests.attack.forge import NOW, Document, badge, facet, signed, to_bytes
from tests.shared import SHARED, needs_shared
from tests.verifier.held import COPY, KNOTS, Shelf, copy, node
from verifier.facet import alignment
from verifier.facet.alignment import Target
from verifier.report import Facet, Report
from verifier.service import VerifierService

AWARDED = date(2026, 3, 1)
OLDER = copy(released="2025-01-01", digest="b" * 64)
SLICE = copy(completeness="slice", digest="c" * 64)
UNDATED = copy(released="", digest="d" * 64)


def target(
    name: str = "Knots and hitches", url: str = KNOTS, code: str = "", type: str = "CFItem", language: str = ""
) -> Target:
    return Target(name=name, url=url, code=code, type=type, language=language)


def judge(
    *targets: Target,
    held: tuple[HeldFramework, ...] = (COPY,),
    nodes: tuple[HeldNode, ...] = (),
    awarded: date | None = AWARDED,
) -> Facet:
    return alignment.facet(targets, held, {KNOTS: nodes} if nodes else {}, awarded)


def says(found: Facet, outcome: str, code: str) -> None:
    assert (found.outcome, found.code) == (outcome, code), found


@pytest.mark.parametrize(
    "name",
    [
        "Knots and hitches",
        "knots  and\tHITCHES ",
        "Knoten und Steke",
        "Rope work",
        "S.1.2",
        "S.1.2 Knots and hitches",
        "S.1.2: Knots and hitches",
        "Knots and hitches (S.1.2)",
    ],
)
def test_an_item_under_one_of_its_names_in_any_language_passes(name: str) -> None:
    says(judge(target(name), nodes=(node(),)), "pass", "alignment.ok")


def test_names_are_compared_in_composed_form() -> None:
    held = node(labels=(("fr", "Sécurité"),))
    says(judge(target("SE\u0301CURITE\u0301"), nodes=(held,)), "pass", "alignment.ok")


@pytest.mark.parametrize("name", ["Celestial navigation", "Knots", "Knots and hitches and more", "S.1", "", "()"])
def test_the_same_uri_under_a_name_that_no_label_has_fails(name: str) -> None:
    found = judge(target(name), nodes=(node(),))
    says(found, "fail", "alignment.name_contradicted")
    (item,) = found.details["items"]  # type: ignore[union-attr, misc]
    assert item["labels"][0] == "Knots and hitches"  # type: ignore[index, call-overload]


def test_a_name_of_another_copy_is_no_contradiction() -> None:
    renamed = node(OLDER, labels=(("en", "Bends and hitches"),))
    says(judge(target("Bends and hitches"), nodes=(node(), renamed)), "pass", "alignment.ok")


@pytest.mark.parametrize(
    ("language", "outcome", "code"),
    [
        ("nl", "unknown", "alignment.language_not_held"),
        ("nl-BE", "unknown", "alignment.language_not_held"),
        ("de", "fail", "alignment.name_contradicted"),
        ("en-GB", "fail", "alignment.name_contradicted"),
    ],
)
def test_a_copy_contradicts_no_name_in_a_language_that_it_does_not_have(language: str, outcome: str, code: str) -> None:
    says(judge(target("Knopen en steken", language=language), nodes=(node(),)), outcome, code)


def test_a_framework_that_is_not_held_says_nothing() -> None:
    for held in ((), (copy(prefixes=("https://skills.example/other/",)),), (copy(prefixes=()),)):
        says(judge(target(), held=held), "not_applicable", "alignment.not_held")
    says(judge(target(url="")), "not_applicable", "alignment.not_held")


@pytest.mark.parametrize(
    ("held", "awarded", "outcome", "code"),
    [
        ((SLICE,), AWARDED, "unknown", "alignment.not_in_slice"),
        ((copy(completeness="unknown"),), AWARDED, "unknown", "alignment.not_in_slice"),
        ((OLDER,), AWARDED, "unknown", "alignment.older_copy"),
        ((UNDATED,), AWARDED, "unknown", "alignment.older_copy"),
        ((COPY,), None, "unknown", "alignment.older_copy"),
        ((copy(released="2026-02-28"),), AWARDED, "unknown", "alignment.older_copy"),
        ((copy(released="2026-03-01"),), AWARDED, "warn", "alignment.not_in_framework"),
        ((SLICE, OLDER, COPY), AWARDED, "warn", "alignment.not_in_framework"),
    ],
)
def test_an_item_that_a_copy_lacks_is_no_fault(
    held: tuple[HeldFramework, ...], awarded: date | None, outcome: str, code: str
) -> None:
    says(judge(target(), held=held, awarded=awarded), outcome, code)


@pytest.mark.parametrize("kind", ["case", "rsd"])
@pytest.mark.parametrize(
    ("framework", "outcome", "code"),
    [
        ("Skills of the land", "not_applicable", "alignment.not_held"),
        ("", "unknown", "alignment.framework_unclear"),
        ("  ", "unknown", "alignment.framework_unclear"),
        ("skills  of the SEA", "warn", "alignment.not_in_framework"),
        ("https://skills.example/framework", "warn", "alignment.not_in_framework"),
    ],
)
def test_an_item_of_another_framework_on_the_same_server_is_no_fault(
    kind: str, framework: str, outcome: str, code: str
) -> None:
    """Every package of a CASE server, and every library of a skills server, has addresses that begin alike."""
    other = Target(name="Knots", url=KNOTS, code="", type="CFItem", language="", framework=framework)
    says(judge(other, held=(copy(kind=kind),)), outcome, code)


def test_a_framework_whose_addresses_are_its_own_needs_no_name() -> None:
    other = Target(name="Knots", url=KNOTS, code="", type="CFItem", language="", framework="Skills of the land")
    says(judge(other), "warn", "alignment.not_in_framework")


@pytest.mark.parametrize(
    ("since", "awarded", "outcome", "code"),
    [
        ("2026-03-01", AWARDED, "fail", "alignment.obsolete"),
        ("2019-01-01", AWARDED, "fail", "alignment.obsolete"),
        ("2026-03-02", AWARDED, "pass", "alignment.replaced_later"),
        ("2019-01-01", None, "warn", "alignment.obsolete_now"),
        ("", AWARDED, "warn", "alignment.obsolete_now"),
        ("some day", AWARDED, "warn", "alignment.obsolete_now"),
    ],
)
def test_an_obsolete_item_fails_only_when_it_was_so_at_the_award(
    since: str, awarded: date | None, outcome: str, code: str
) -> None:
    obsolete = node(is_obsolete=True, obsolete_since=since, replaced_by=("https://skills.example/item/rope",))
    found = judge(target(), nodes=(obsolete,), awarded=awarded)
    says(found, outcome, code)
    assert found.details["items"][0]["replaced_by"] == ["https://skills.example/item/rope"]  # type: ignore[index, call-overload]


def test_what_is_obsolete_in_a_release_before_the_award_was_so_at_the_award() -> None:
    says(judge(target(), nodes=(node(OLDER, is_obsolete=True),)), "fail", "alignment.obsolete")


def test_a_later_release_that_has_the_item_in_force_clears_it() -> None:
    nodes = (node(OLDER, is_obsolete=True), node(COPY))
    says(judge(target(), nodes=nodes), "pass", "alignment.replaced_later")


@pytest.mark.parametrize(
    ("name", "code", "type", "expected"),
    [
        ("EQF level 4", "4", "ext:EQF", "alignment.level"),
        ("EQF-niveau vier", "4", "ext:EQF", "alignment.level"),
        ("EQF levels 4 to 5", "4", "ext:EQF", "alignment.level"),
        ("EQF level 3", "4", "ext:EQF", "alignment.level_contradicted"),
        ("EQF level 9", "9", "ext:EQF", "alignment.level_unknown"),
        ("EQF level 0", "0", "ext:EQF", "alignment.level_unknown"),
        ("EQF", "9" * 5000, "ext:EQF", "alignment.level_unknown"),
        ("EQF", "٤", "ext:EQF", "alignment.level"),
        ("EQF", "", "ext:EQF", "alignment.level"),
        ("Level 12", "12", "ext:QF-NATIONAL", "alignment.level"),
        ("A decision", "AV-1", "ext:QualityAssurance", "alignment.quality_assurance"),
    ],
)
def test_levels_and_quality_assurance_are_judged_apart_from_skills(
    name: str, code: str, type: str, expected: str
) -> None:
    # The URI is one of the framework's: as a skill it would be contradicted.
    found = judge(target(name, code=code, type=type), nodes=(node(),))
    assert found.code == expected
    assert found.outcome == ("fail" if "level_" in expected else "not_applicable")


def test_each_target_is_an_item_and_the_worst_speaks_for_all() -> None:
    found = judge(
        target(),
        target("Another"),
        target(url="https://elsewhere.example/1"),
        target(code="4", type="ext:EQF"),
        nodes=(node(),),
    )
    items = found.details["items"]
    assert [item["outcome"] for item in items] == ["pass", "fail", "not_applicable", "not_applicable"]  # type: ignore[union-attr, index, call-overload]
    assert found.code == "alignment.name_contradicted"
    assert "Of 4 targets: 1 contradicted, 1 confirmed, 2 not looked up." in found.message


def test_more_targets_than_are_looked_at_are_counted() -> None:
    found = judge(*[target()] * 203, nodes=(node(),))
    assert len(found.details["items"]) == 200  # type: ignore[arg-type]
    assert found.details["not_looked_at"] == 3


def test_names_from_outside_are_shown_safely() -> None:
    found = judge(target("\x1b[2Jx"), nodes=(node(),))
    assert "\x1b" not in found.message


def aligned(*alignments: JsonValue, **changes: Any) -> Document:
    document = badge(**changes)
    document["credentialSubject"]["achievement"]["alignment"] = list(alignments)
    return document


def alignment_of(name: str = "Knots and hitches", url: str = KNOTS, **more: str) -> JsonObject:
    return {"type": ["Alignment"], "targetName": name, "targetUrl": url, **more}


def report_on(document: Document, shelf: FrameworkShelf | None) -> Report:
    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, shelf=shelf)
    return drive(service.verify(to_bytes(signed(document))))


def test_a_signed_badge_is_judged_by_the_verifiers_own_shelf() -> None:
    shelf = Shelf(held=(node(),))
    good, bad = aligned(alignment_of()), aligned(alignment_of("Celestial navigation"))
    assert report_on(good, shelf).verdict == "accepted"
    assert facet(report_on(good, shelf), "alignment").code == "alignment.ok"
    report = report_on(bad, shelf)
    assert (report.verdict, facet(report, "alignment").code) == (
        "accepted_with_warnings",
        "alignment.name_contradicted",
    )
    report = report_on(bad, None)
    assert (report.verdict, facet(report, "alignment").code) == ("accepted", "alignment.not_held")


def test_the_day_of_the_award_is_not_moved_by_a_renewal() -> None:
    shelf = Shelf(held=(node(is_obsolete=True, obsolete_since="2026-01-01"),))
    assert facet(report_on(aligned(alignment_of()), shelf), "alignment").code == "alignment.obsolete"
    renewed = aligned(alignment_of(), awardedDate="2025-06-01T00:00:00Z")
    assert facet(report_on(renewed, shelf), "alignment").code == "alignment.replaced_later"


def test_targets_are_found_wherever_the_standard_puts_them() -> None:
    document = badge()
    achievement = document["credentialSubject"]["achievement"]
    achievement |= {
        "inLanguage": "en",
        "alignment": [alignment_of("1")],
        "resultDescription": [
            {
                "id": "urn:uuid:1",
                "alignment": alignment_of("2"),
                "rubricCriterionLevel": [{"id": "urn:uuid:2", "alignment": [alignment_of("3")]}],
            }
        ],
    }
    document["credentialSubject"]["result"] = [{"type": ["Result"], "alignment": [alignment_of("4")]}]
    found = alignment.targets(document)
    assert [(one.name, one.language) for one in found] == [(name, "en") for name in "1234"]
    assert alignment.uris(found) == (KNOTS,)


@pytest.mark.parametrize("alignments", [None, 7, [7, None], {"targetName": 7, "targetUrl": 7}, [[]]])
def test_alignments_of_any_shape_are_read(alignments: JsonValue) -> None:
    document = badge()
    document["credentialSubject"]["achievement"] = [{"alignment": alignments, "resultDescription": 7}]
    for one in alignment.targets(document):
        assert one == target("", "", "", "")


def credentials(value: JsonValue) -> Iterator[JsonObject]:
    """Every credential in a document, also those inside others."""
    if isinstance(value, dict):
        if "credentialSubject" in value:
            yield value
        for member in value.values():
            yield from credentials(member)
    elif isinstance(value, list):
        for item in value:
            yield from credentials(item)


def samples() -> list[Path]:
    folders = [SHARED / "data" / "unsigned", SHARED / "data" / "signed"]
    return sorted(path for folder in folders for path in folder.rglob("*.json") if "ob20" not in path.parts)


def judged_samples(shelf: FrameworkShelf | None) -> Counter[str]:
    """The codes of every target of every sample by the facet alone, as of a late award."""
    counts: Counter[str] = Counter()
    for path in samples():
        try:
            value = strictjson.loads(path.read_bytes())
        except Malformed:
            continue
        for credential in credentials(value):
            found = alignment.targets(credential)
            if found:
                uris = alignment.uris(found)
                nodes = {} if shelf is None else {uri: shelf.nodes(uri) for uri in uris}
                held = () if shelf is None else shelf.frameworks()
                told = alignment.facet(found, held, nodes, date(2026, 1, 1))
                counts.update(item["code"] for item in told.details["items"])  # type: ignore[union-attr, index, call-overload, misc, arg-type]
    return counts


@needs_shared
def test_the_alignments_of_others_are_not_applicable_without_a_shelf() -> None:
    counts = judged_samples(None)
    assert sum(counts.values()) == 163
    assert counts.keys() == {"alignment.not_held", "alignment.level", "alignment.quality_assurance"}
    assert (counts["alignment.level"], counts["alignment.quality_assurance"]) == (28, 13)


@needs_shared
def test_the_alignments_of_others_never_fail_without_a_contradiction() -> None:
    """A shelf for the sites that most samples name: a slice, a complete copy, and at last one item renamed."""
    band = "https://case.nd.gov/uri/a5d957a4-b7b7-5748-8f50-da7403376263"
    degree = "https://1edtech.edu/catalog/degree"
    codes = copy(title="Course codes", completeness="slice", digest="1" * 64, prefixes=("https://case.nd.gov/uri/",))
    catalog = copy(title="Catalog", digest="2" * 64, prefixes=("https://1edtech.edu/catalog/",))
    shelf = Shelf(
        copies=(codes, catalog),
        held=(
            node(codes, uri=band, labels=(("en", "Band"),)),
            node(catalog, uri=degree, labels=(("en", "1EdTech University Degree"),)),
        ),
    )
    counts = judged_samples(shelf)
    assert sum(counts.values()) == 163
    assert counts["alignment.ok"] > 6
    assert counts["alignment.not_in_slice"] > 40
    assert counts["alignment.not_in_framework"] > 5
    assert not [code for code in counts if CODES[code].outcome == "fail"]
    renamed = node(codes, uri=band, labels=(("en", "Orchestra"),))
    contradicted = judged_samples(Shelf(copies=(codes,), held=(renamed,)))
    assert contradicted["alignment.name_contradicted"] == 6


@needs_shared
def test_a_real_framework_confirms_its_own_items_and_contradicts_swapped_ones() -> None:
    path = SHARED / "data" / "frameworks" / "case" / "SmartLevelFramework.json"
    description = Description(released="2026-06-01", completeness="slice")
    (report,) = frameworks.read([(path.name, path.read_bytes())], description)
    held = Copy.in_memory(report)
    try:
        nodes = [found for uri in _uris(json.loads(path.read_bytes())) if (found := held.node(uri)) and found.labels]
        shelf = Shelf(copies=(held.framework,), held=tuple(nodes))
    finally:
        held.close()
    assert len(nodes) > 10
    names = {one.uri: one.labels[0][1] for one in nodes}
    for one in nodes:
        document = aligned(alignment_of(names[one.uri], one.uri))
        assert facet(report_on(document, shelf), "alignment").code == "alignment.ok"
    first, second = (
        nodes[0],
        next(one for one in nodes if {text for _, text in one.labels}.isdisjoint({names[nodes[0].uri]})),
    )
    swapped = aligned(alignment_of(names[first.uri], second.uri))
    assert facet(report_on(swapped, shelf), "alignment").code == "alignment.name_contradicted"
    (prefix, *_) = held.framework.prefixes
    absent = f"{prefix}00000000-0000-0000-0000-000000000000"
    of_it = aligned(alignment_of("Anything", absent, targetFramework=held.framework.title))
    assert facet(report_on(of_it, shelf), "alignment").code == "alignment.not_in_slice"
    of_another = aligned(alignment_of("Anything", absent, targetFramework="A framework of the neighbours"))
    assert facet(report_on(of_another, shelf), "alignment").code == "alignment.not_held"


def _uris(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(uri := value.get("uri"), str):
            yield uri
        for member in value.values():
            yield from _uris(member)
    elif isinstance(value, list):
        for item in value:
            yield from _uris(item)
