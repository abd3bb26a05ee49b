"""Files to frameworks: each file is sniffed, the files of ESCO are joined to one, every other file is one by itself.

Nothing is kept here and nothing is half done: either every file gives a report, or the first fault is raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from satchel.framework import case, esco, jsonl, onet, rsd
from satchel.framework.graph import Description, FrameworkFault, ImportReport, Source, shown
from satchel.framework.sniff import Document, Shape, sniff

FILES_LIMIT: Final = 100


class Reader(Protocol):
    """Reads one document."""

    def __call__(
        self, document: Document, *, sources: tuple[Source, ...], digest: str, description: Description
    ) -> ImportReport: ...


READERS: Final[dict[Shape, Reader]] = {
    "case package": case.read,
    "case items": case.read,
    "rsd skills": rsd.read,
    "rsd collection": rsd.read,
    "rsd table": rsd.read,
    "onet titles": onet.read,
    "onet soc": onet.read,
    "onet names": onet.read,
    "json lines": jsonl.read,
}
ESCO_SHAPES: Final[frozenset[Shape]] = frozenset(
    {"esco concepts", "esco relations", "esco broader", "esco rows", "esco occupations"}
)


def read(files: Sequence[tuple[str, bytes]], description: Description) -> tuple[ImportReport, ...]:
    """One report a framework, in the order of the files (name and bytes).

    Raises FrameworkFault framework.* as the readers do, and Malformed parse.* for broken JSON. Rejected rows do not
    raise: they stand in the report, and `refuse_rejected` decides.
    """
    description.check()
    if not files or len(files) > FILES_LIMIT:
        raise FrameworkFault("framework.description", f"give one file at least and {FILES_LIMIT} at most")
    documents = [sniff(raw, name=name) for name, raw in files]
    joined = [document for document in documents if document.shape in ESCO_SHAPES]
    reports: list[ImportReport] = []
    for document in documents:
        if document.shape in ESCO_SHAPES:
            if document is joined[0]:
                sources = tuple(part.source for part in joined)
                reports.append(esco.read(joined, sources=sources, digest=digest_of(sources), description=description))
        else:
            sources = (document.source,)
            read_one = READERS[document.shape]
            reports.append(read_one(document, sources=sources, digest=digest_of(sources), description=description))
    return tuple(reports)


def digest_of(sources: Sequence[Source]) -> str:
    """What names the import: the SHA-256 of the file, or of the files' digests, one a line in their order."""
    if len(sources) == 1:
        return sources[0].sha256
    return hashlib.sha256("".join(f"{source.sha256}\n" for source in sources).encode("ascii")).hexdigest()


def refuse_rejected(report: ImportReport, *, skip_rejected: bool) -> None:
    """Raises FrameworkFault when rows were rejected and are not to be left out: their own code when it is one for all,
    else framework.rows_rejected; framework.empty when no row was taken; framework.not_complete when rows are left out
    of a copy that is declared complete. details["rejected"] are the rows."""
    if not report.rejected:
        return
    first = report.rejected[0]
    where = f"{shown(first.file)}, {first.place}: {first.reason}"
    details = {"rejected": report.rejected}
    if not skip_rejected:
        codes = {row.code for row in report.rejected}
        code = codes.pop() if len(codes) == 1 else "framework.rows_rejected"
        more = f" (and {len(report.rejected) - 1} more rows)" if len(report.rejected) > 1 else ""
        raise FrameworkFault(
            code,
            f"nothing was imported: {where}{more}",
            next_step="Correct the rows, or leave them out with --skip-rejected.",
            details=details,
        )
    if not report.nodes:
        raise FrameworkFault("framework.empty", f"no row could be taken: {where}", details=details)
    if report.framework.completeness == "complete":
        raise FrameworkFault("framework.not_complete", f"{len(report.rejected)} rows are missing", details=details)
