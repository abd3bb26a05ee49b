"""Writes the teaching cases: `python -m tests.cases.make`, into docs/cases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.cases.case import SCHEMA, Case
from tests.cases.stories import all_cases

FOLDER: Final = Path(__file__).parents[2] / "docs/cases"
NOW: Final = "2026-11-24T00:00:00Z"


def index(cases: Sequence[Case]) -> dict[str, Any]:
    """The index of the cases, as it stands in cases.json."""
    return {
        "schema": SCHEMA,
        "now": NOW,
        "policy": "default",
        "cases": [
            {
                "name": one.name,
                "story": one.story,
                "file": f"files/{one.file}",
                "asked": dict(one.asked),
                "web": sorted(one.web),
                "expected": {
                    "verdict": one.verdict,
                    "facet": one.facet,
                    "outcome": one.outcome,
                    "code": one.code,
                },
            }
            for one in cases
        ],
    }


def files(cases: Sequence[Case]) -> dict[str, bytes]:
    """Every file of the folder but the README and the schema, by its path."""
    made = {"cases.json": json.dumps(index(cases), ensure_ascii=False, indent=1).encode() + b"\n"}
    for one in cases:
        made[f"files/{one.file}"] = one.raw
        for place, body in one.web.items():
            made[f"web/{one.name}/{place}"] = body
    return made


def main() -> None:
    """Writes the folder anew."""
    for name in ("files", "web"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for path, body in files(all_cases()).items():
        place = FOLDER / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)


if __name__ == "__main__":
    main()
