"""Takes the addresses out of the node peers' lock: `npm install --package-lock-only`, then this. Hashes stay."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).parent / "package-lock.json"


def main() -> None:
    """Drops `funding` (addresses of sponsors) and `resolved` (addresses of a registry) of every package."""
    lock = json.loads(LOCK.read_bytes())
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
