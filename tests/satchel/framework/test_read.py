from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest

from satchel.codec import strictjson
from satchel.errors import SatchelError
from satchel.framework import read
from satchel.framework.graph import SKILL, Description, FrameworkFault, ImportReport
from tests.satchel.framework.sample import KNOTS, import_all, import_one, item, lines, table
from tests.shared import SHARED, needs_shared

FRAMEWORKS = SHARED / "data" / "frameworks"

# file -> (items, references, references inside the framework that lead to nothing, what was read), or the code.
FILES: dict[str, tuple[int, int, int, str] | str] = {
    "case/AdoptedTestFramework.json": (1, 1, 0, "CASE 1.0 package"),
    "case/EmptyExternalFramework.json": "framework.empty",
    "case/ItemTypeTestFramework.json": (1, 1, 0, "CASE 1.0 package"),
    "case/MarkdownFramework.json": (2, 2, 0, "CASE 1.0 package"),
    "case/Ordering.json": (28, 28, 0, "CASE 1.0 package"),
    "case/SequenceNumberFramework.json": (2, 2, 0, "CASE 1.0 package"),
    "case/SmartLevelFramework.json": (14, 14, 0, "CASE 1.0 package"),
    "case/Utf8TestFramework.json": (1, 1, 0, "CASE 1.0 package"),
    "case/ccsso_ela_item.csv": (1189, 1177, 0, "CASE items CSV"),
    "case/opensalt-framework-20c5134f-423d-4097-a971-3dd5152bf507.json": (16, 39, 1, "CASE 1.0 package"),
    "case/sample_case.csv": (10, 9, 0, "CASE items CSV"),
    "case/test_items.csv": (99, 0, 0, "CASE items CSV"),
    "ctdl/ce_pathway_export.csv": "framework.not_framework",
    "esco/esco.json": (877, 941, 941, "ESCO JSON"),
    "esco/esco_o.json": (91, 0, 1970, "ESCO JSON"),
    "esco/esco_skills.csv": (10_715, 0, 0, "ESCO CSV"),
    "onet/BLS-Import.csv": (1447, 1424, 0, "SOC groups"),
    "onet/oNet-Import.csv": (1016, 0, 0, "O*NET-SOC titles"),
    "onet/onet_knowledge.csv": (33, 0, 0, "O*NET names"),
    "rsd-osmt/Skills-Import.csv": (2, 2, 0, "RSD CSV"),
    "rsd-osmt/v2-collection.json": (24, 0, 0, "RSD collection version 2"),
    "rsd-osmt/v2-jobcodes.json": "framework.not_framework",
    "rsd-osmt/v2-skill.json": (1, 1, 0, "RSD version 2"),
    "rsd-osmt/v2-skills.json": (50, 0, 0, "RSD version 3"),
    "rsd-osmt/v3-categories.json": "framework.not_framework",
    "rsd-osmt/v3-collection.json": (24, 0, 0, "RSD collection version 3"),
    "rsd-osmt/v3-jobcodes.json": "framework.not_framework",
    "rsd-osmt/v3-skill.json": (1, 1, 0, "RSD version 3"),
    "rsd-osmt/v3-skills.json": (50, 0, 0, "RSD"),
}


def names_of_files() -> list[str]:
    found = FRAMEWORKS.rglob("*.*") if FRAMEWORKS.is_dir() else ()
    return sorted({path.relative_to(FRAMEWORKS).as_posix() for path in found if path.is_file()} | FILES.keys())


@needs_shared
@pytest.mark.parametrize("name", names_of_files())
def test_every_file_of_the_shared_frameworks_imports_or_says_why_not(name: str) -> None:
    """A file that the table does not know is a KeyError: it must be looked at."""
    expected = FILES[name]
    path = FRAMEWORKS / name
    if isinstance(expected, str):
        with pytest.raises(FrameworkFault) as caught:
            import_one(path.read_bytes(), path.name)
        assert caught.value.code == expected
        return
    report = import_one(path.read_bytes(), path.name)
    found = (len(report.nodes), len(report.edges), report.unresolved_count, report.framework.format)
    assert found == expected
    assert report.rejected == ()


@needs_shared
def test_the_occupations_of_esco_resolve_with_both_files_joined_and_name_the_rest() -> None:
    files = [
        (name, (FRAMEWORKS / "esco" / name).read_bytes()) for name in ("esco_skills.csv", "esco.json", "esco_o.json")
    ]
    (report,) = import_all(*files)
    resolved = sum(edge.kind == SKILL for edge in report.edges)
    missing = [row for row in report.unresolved if row.kind == SKILL]
    unresolved = sum(row.count for row in missing)
    assert resolved + unresolved == 1970
    assert resolved / (resolved + unresolved) >= 0.89
    assert all(row.name for row in missing)
    assert {"operating systems", "organisational resilience", "quality assurance methodologies"} <= {
        row.name for row in missing
    }
    assert len(report.nodes) == 11_122


@needs_shared
@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith("case/") and name.endswith(".json")))
def test_the_reader_also_takes_packages_that_break_the_schema(name: str) -> None:
    """The schema of CASE 1.1 refuses two of them, and the table above says that they import."""
    schema = SHARED / "data" / "schemas" / "case11" / "case_v1p1_cfpackage-jsonschema1.json"
    strict = jsonschema_rs.validator_for(strictjson.load_object(schema.read_bytes()))
    value = strictjson.load_object((FRAMEWORKS / name).read_bytes())
    breaks_it = name.removeprefix("case/").startswith(("Ordering", "opensalt-framework"))
    assert strict.is_valid(value) is not breaks_it


def test_the_files_of_one_framework_are_joined_and_others_stand_alone() -> None:
    concepts = table(("conceptUri", "preferredLabel"), ("http://data.europa.eu/esco/skill/1", "splice ropes"))
    more = table(("conceptUri", "preferredLabel"), ("http://data.europa.eu/esco/skill/2", "tie knots"))
    reports = import_all(("a.csv", concepts), ("knots.jsonl", KNOTS), ("b.csv", more))
    assert [(report.framework.kind, len(report.nodes)) for report in reports] == [("esco", 2), ("jsonl", 4)]


def test_one_unreadable_file_refuses_all() -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_all(("knots.jsonl", KNOTS), ("b.bin", b"PK\x03\x04"))
    assert caught.value.code == "framework.format_unknown"


@pytest.mark.parametrize("count", [0, 101])
def test_no_file_and_too_many_files_are_refused(count: int) -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_all(*[("knots.jsonl", KNOTS)] * count)
    assert caught.value.code == "framework.description"


def test_the_digest_is_that_of_the_file_or_of_all_files_in_order() -> None:
    assert import_one(KNOTS).framework.digest == import_one(KNOTS).framework.sources[0].sha256
    concepts = [
        (name, table(("conceptUri", "preferredLabel"), (f"http://data.europa.eu/esco/skill/{name}", name)))
        for name in ("one", "two")
    ]
    (forward,), (back,) = import_all(*concepts), import_all(*concepts[::-1])
    assert forward.framework.digest != back.framework.digest
    assert forward.framework.digest not in {source.sha256 for source in forward.framework.sources}


def test_the_description_is_checked_before_anything_is_read() -> None:
    with pytest.raises(FrameworkFault) as caught:
        import_all(("b.bin", b"PK"), description=Description(released="today"))
    assert caught.value.code == "framework.description"


def faulty(*bad: bytes) -> ImportReport:
    return import_one(KNOTS + b"".join(bad))


DOUBLE = lines(item("knots", "something else"))
BROKEN = b"{\n"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (lambda: faulty(DOUBLE), "framework.duplicate_uri"),
        (lambda: faulty(BROKEN), "framework.row"),
        (lambda: faulty(BROKEN, BROKEN), "framework.row"),
        (lambda: faulty(DOUBLE, BROKEN), "framework.rows_rejected"),
    ],
)
def test_rejected_rows_refuse_the_import_and_name_the_first(report: Callable[[], ImportReport], code: str) -> None:
    found = report()
    with pytest.raises(FrameworkFault) as caught:
        read.refuse_rejected(found, skip_rejected=False)
    assert caught.value.code == code
    assert "nothing was imported" in caught.value.message
    assert "line 5" in caught.value.message
    assert caught.value.details["rejected"] == found.rejected


def test_rejected_rows_may_be_left_out_but_not_of_a_complete_copy() -> None:
    found = faulty(BROKEN)
    read.refuse_rejected(found, skip_rejected=True)
    complete = replace(found, framework=replace(found.framework, completeness="complete"))
    with pytest.raises(FrameworkFault) as caught:
        read.refuse_rejected(complete, skip_rejected=True)
    assert caught.value.code == "framework.not_complete"


def test_a_file_of_which_no_row_is_left_is_refused() -> None:
    with pytest.raises(FrameworkFault) as caught:
        read.refuse_rejected(import_one(lines(item("a", ""))), skip_rejected=True)
    assert caught.value.code == "framework.empty"


@needs_shared
@pytest.mark.parametrize("name", ["case/Ordering.json", "rsd-osmt/v3-skill.json", "onet/onet_knowledge.csv"])
def test_a_file_cut_anywhere_is_read_refused_or_partly_rejected_but_never_breaks_the_reader(name: str) -> None:
    path: Path = FRAMEWORKS / name
    raw = path.read_bytes()
    codes = set()
    for end in range(0, len(raw), max(1, len(raw) // 60)):
        try:
            import_one(raw[:end], path.name)
        except SatchelError as fault:
            codes.add(fault.code)
    assert codes
    assert {code.partition(".")[0] for code in codes} <= {"framework", "parse"}
