"""All stories: what people meet, and what forgers try."""

from __future__ import annotations

from tests.cases import of_content, of_files, of_proofs, of_time
from tests.cases.case import Case


def all_cases() -> list[Case]:
    """Every case, in the order of the index."""
    return [
        *of_files.controls(),
        *of_files.broken_files(),
        *of_files.edits(),
        *of_proofs.proofs(),
        *of_proofs.keys(),
        *of_time.dates(),
        *of_time.statuses(),
        *of_time.questions(),
        *of_content.data_models(),
        *of_content.results(),
        *of_content.evidence(),
        *of_content.endorsements(),
        *of_time.presentations(),
        *of_proofs.tokens(),
    ]
