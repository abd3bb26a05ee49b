"""Small framework files of our own, for the tests of the readers and of the shelf."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from satchel.framework import read
from satchel.framework.graph import Description, ImportReport

BASE = "https://skills.example/item/"


def lines(*items: Mapping[str, Any]) -> bytes:
    """A file of JSON lines."""
    return "".join(json.dumps(item) + "\n" for item in items).encode("utf-8")


def item(name: str, label: str | Mapping[str, str], **more: Any) -> dict[str, Any]:
    """One line of it."""
    return {"uri": BASE + name, "label": label, **more}


def table(header: Sequence[str], *rows: Sequence[str]) -> bytes:
    """A CSV file."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue().encode("utf-8")


def import_one(raw: bytes, name: str = "file.any", description: Description | None = None) -> ImportReport:
    """The one framework of one file."""
    (report,) = read.read([(name, raw)], description or Description())
    return report


def import_all(*files: tuple[str, bytes], description: Description | None = None) -> tuple[ImportReport, ...]:
    """The frameworks of these files."""
    return read.read(files, description or Description())


KNOTS = lines(
    item("knots", "tie knots", alt=["make knots", "knot ropes"], description="Tie a rope so that it holds."),
    item("ropes", "care for ropes", alt=["maintain ropes"], description="Keep ropes dry and clean.", code="R.2"),
    item("sails", "mend sails", alt=["repair sails", "patch sails"], description="Sew a torn sail."),
    item("charts", "read nautical charts", alt=["interpret sea charts"], description="Find depths and dangers."),
)
