"""Comprehensive Learner Records: several credentials inside one, as CLR 2.0 writes them.

Here it is the learner who puts one together, so it is always `partial` and says who did it. Only VC 2.0 credentials in
JSON fit in; the original bytes of each are named by their digest, and lie in the stack.
Source: Comprehensive Learner Record 2.0, ClrCredential and ClrSubject.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.credential import openbadge, resource
from satchel.credential.endorsement import OB_CONTEXT
from satchel.credential.envelope import Envelope
from satchel.credential.openbadge import VC2_CONTEXT
from satchel.credential.presentation import PARTS_LIMIT, PresentationFault, envelope_of, items_of
from satchel.port import Did, JsonObject, JsonValue
from satchel.text import for_terminal

CLR_CONTEXT: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
TYPE: Final = "ClrCredential"
PUT_TOGETHER: Final = "Put together by the learner. Each credential in it is proven by its own issuer, or not at all."


def fits(envelope: Envelope) -> bool:
    """Whether a CLR can hold this credential: JSON of data model 2.0, also when an image carries it."""
    return envelope.format == "vc-json" and envelope.value is not None and openbadge.version(envelope.value) == "2.0"


def compose(
    *, id: str, learner: Did, learner_name: str | None, name: str, parts: Sequence[Envelope], created: datetime
) -> JsonObject:
    """The unsigned record of these credentials, each embedded value for value.

    Raises PresentationFault presentation.format for a part that does not fit, presentation.empty,
    presentation.too_many.
    """
    if not parts:
        raise PresentationFault("presentation.empty", "there is no credential for a learner record")
    if len(parts) > PARTS_LIMIT:
        raise PresentationFault("presentation.too_many", f"{len(parts)} credentials are more than {PARTS_LIMIT}")
    values: list[JsonValue] = []
    for part in parts:
        if part.value is None or not fits(part):
            shown = for_terminal(part.name or part.digest, limit=80)
            raise PresentationFault("presentation.format", f"{shown} is no VC 2.0 credential in JSON")
        values.append(part.value)
    issuer: JsonObject = {"id": learner, "type": ["Profile"]}
    if learner_name:
        issuer["name"] = learner_name
    return {
        "@context": [VC2_CONTEXT, CLR_CONTEXT, OB_CONTEXT],
        "id": id,
        "type": ["VerifiableCredential", TYPE],
        "name": name,
        "description": PUT_TOGETHER,
        "issuer": issuer,
        "validFrom": timestamp.render(created.replace(microsecond=0)),
        "partial": True,
        "credentialSubject": {"id": learner, "type": ["ClrSubject"], "verifiableCredential": values},
        "relatedResource": resource.compose(parts, taken=(id, learner)),
    }


def is_clr(value: JsonObject) -> bool:
    """Whether the types name a learner record."""
    return TYPE in openbadge.types(value)


def parts(value: JsonObject) -> tuple[Envelope, ...]:
    """The envelopes of the credentials inside a learner record, in order; a bare token stands for itself.

    Raises PresentationFault presentation.malformed when one is neither object nor text, presentation.too_many. Nothing
    is judged here.
    """
    found: list[JsonValue] = []
    for subject in openbadge.subjects(value):
        found += items_of(subject.get("verifiableCredential"))
    if len(found) > PARTS_LIMIT:
        raise PresentationFault("presentation.too_many", f"{len(found)} credentials are more than {PARTS_LIMIT}")
    return tuple(envelope_of(item, name=f"credential {number}") for number, item in enumerate(found, start=1))
