"""schema: has an Open Badge the shape that its standard publishes? Our own schema decides; none is fetched."""

from __future__ import annotations

from typing import Final

from satchel.credential import openbadge
from satchel.credential import schema as schemas
from satchel.errors import ProofError
from satchel.port import JsonObject
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from verifier.report import Facet

_OK: Final = Facet.of("schema", "schema.ok")


def facet(value: JsonObject) -> Facet:
    """Not applicable to anything but an Open Badge of data model 2.0: the badges of 1.1 have another shape."""
    if not openbadge.is_open_badge(value):
        return Facet.of("schema", "schema.not_open_badge")
    if openbadge.version(value) != "2.0":
        return Facet.of("schema", "schema.none_for_version")
    if schemas.is_valid(value, schemas.OPEN_BADGE):
        return _OK
    faults = schemas.faults(value, schemas.OPEN_BADGE)
    first = faults[0]
    if all(fault.is_absence for fault in faults) and _is_part(value):
        return Facet.of("schema", "schema.hidden")
    return Facet.of(
        "schema",
        "schema.invalid",
        f"{first.path or 'The credential'} {first.message}",
        items=[{"path": fault.path, "message": fault.message} for fault in faults],
    )


def _is_part(value: JsonObject) -> bool:
    """Whether the holder shows a part of what was signed: what is missing may be hidden."""
    try:
        proofs = proofs_of(value)
    except ProofError:
        return False
    found = [suites.find(proof) for proof in proofs]
    return any(suite is not None and suite.selection is not None for suite in found)
