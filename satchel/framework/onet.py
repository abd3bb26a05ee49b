"""O*NET-SOC titles, the groups of the Standard Occupational Classification, and O*NET's lists of names.

The files give codes, no addresses. O*NET's occupations have one public address each, made of the code; the groups and
the names have none of their own. Sources: O*NET 29 database, Occupation Data; SOC 2018 structure.
"""

from __future__ import annotations

import re
from typing import Final

from satchel.framework.draft import Draft
from satchel.framework.graph import CHILD, Description, ImportReport, Node, Source, labels
from satchel.framework.sniff import Document
from satchel.framework.table import Row

SITE: Final = "https://www.onetonline.org"
OCCUPATION: Final = f"{SITE}/link/summary/"
LICENCE: Final = "O*NET by the U.S. Department of Labor, CC BY 4.0"
_CODE: Final = re.compile(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}")
_GROUPS: Final = ("major", "minor", "broad", "detailed")


def read(document: Document, *, sources: tuple[Source, ...], digest: str, description: Description) -> ImportReport:
    """The occupations, groups or names of one table. Raises FrameworkFault framework.empty."""
    draft = Draft()
    for line, reason in document.table.broken if document.table else ():
        draft.reject("framework.row", reason, file=document.name, place=f"line {line}")
    if document.shape == "onet titles":
        title, licence = "O*NET-SOC occupations", LICENCE
        for row in document.rows():
            _take_title(row, draft, file=document.name)
    elif document.shape == "onet soc":
        title, licence = "Standard Occupational Classification", "U.S. Bureau of Labor Statistics, public domain"
        _take_groups(document, draft, description)
    else:
        title, licence = document.stem, LICENCE
        for row in document.rows():
            _take_name(row, draft, description, file=document.name)
    return draft.finish(
        title=title,
        kind="onet",
        format_name=document.format_name,
        sources=sources,
        digest=digest,
        description=description,
        framework_id=SITE if document.shape == "onet titles" else "",
        licence=licence,
    )


def _take_title(row: Row, draft: Draft, *, file: str) -> None:
    code = row.get("onetsoccode")
    if not _CODE.fullmatch(code):
        draft.reject("framework.row", "its code is not like 15-1212.00", file=file, place=f"line {row.line}")
        return
    node = Node(
        uri=OCCUPATION + code,
        labels=labels(row.get("title"), language="en"),
        description=row.get("description"),
        code=code,
        kind="occupation",
    )
    draft.add(node, file=file, place=f"line {row.line}")


def _take_groups(document: Document, draft: Draft, description: Description) -> None:
    """The groups in the order of the file, each below the last one of a higher rank that has its first two digits."""
    above: dict[int, tuple[str, str]] = {}
    for row in document.rows():
        code, group = row.get("soccode"), row.get("socgroup").lower()
        if group not in _GROUPS:
            draft.reject("framework.row", "its group is unknown", file=document.name, place=f"line {row.line}")
            continue
        rank = _GROUPS.index(group)
        uri = draft.mint("soc", code, description)
        node = Node(
            uri=uri,
            labels=labels(row.get("soctitle"), language="en"),
            description=row.get("socdefinition"),
            code=code,
            kind=f"{group} group" if group != "detailed" else "occupation",
        )
        if not draft.add(node, file=document.name, place=f"line {row.line}"):
            continue
        for higher in range(rank - 1, -1, -1):
            if higher in above and above[higher][0][:2] == code[:2]:
                draft.link(CHILD, uri, above[higher][1])
                break
        above = {place: entry for place, entry in above.items() if place < rank} | {rank: (code, uri)}


def _take_name(row: Row, draft: Draft, description: Description, *, file: str) -> None:
    name = row.get("name")
    node = Node(
        uri=draft.mint(row.get("taxonomy") or "onet", name, description),
        labels=labels(name, language="en"),
        description=row.get("description"),
        kind=row.get("taxonomy"),
    )
    draft.add(node, file=file, place=f"line {row.line}")
