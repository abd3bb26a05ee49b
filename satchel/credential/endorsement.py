"""Endorsements: what one party says about another's credential, achievement or profile.

Source: Open Badges 3.0 EndorsementCredential. Not signed and not judged here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.credential import openbadge
from satchel.credential.openbadge import VC2_CONTEXT
from satchel.port import Did, JsonObject

OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
TYPE: Final = "EndorsementCredential"
COMMENT_LIMIT_CHARS: Final = 2000


def compose(
    *,
    id: str,
    endorser: Did,
    endorser_name: str | None,
    target: str,
    name: str,
    comment: str,
    created: datetime,
) -> JsonObject:
    """The unsigned endorsement. `target` is the id of the credential, achievement or profile that it is about."""
    issuer: JsonObject = {"id": endorser, "type": ["Profile"]}
    if endorser_name:
        issuer["name"] = endorser_name
    return {
        "@context": [VC2_CONTEXT, OB_CONTEXT],
        "id": id,
        "type": ["VerifiableCredential", TYPE],
        "name": name,
        "issuer": issuer,
        "validFrom": timestamp.render(created.replace(microsecond=0)),
        "credentialSubject": {"id": target, "type": ["EndorsementSubject"], "endorsementComment": comment},
    }


def is_endorsement(value: JsonObject) -> bool:
    """Whether the types name an endorsement."""
    return TYPE in openbadge.types(value)


def target(value: JsonObject) -> str | None:
    """The one id that the endorsement is about; None when it names none or several."""
    subjects = openbadge.subjects(value)
    ids = openbadge.subject_ids(value)
    return ids[0] if len(subjects) == len(ids) == 1 else None


def comment(value: JsonObject) -> str:
    """What the endorser says; '' when nothing."""
    subject = openbadge.subject(value)
    return (openbadge.text(subject.get("endorsementComment")) or "") if subject is not None else ""
