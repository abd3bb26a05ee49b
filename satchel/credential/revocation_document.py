"""1EdTechRevocationList: a plain document that names the revoked credentials of one issuer by their ids.

It is not signed: what it says rests on the connection it came over, so the verifier asks that it came from the issuer's
own host. Source: Open Badges 3.0 §B.9 (RevocationList), CLR 2.0 the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from satchel.credential.status import ListedEntry, StatusValue
from satchel.errors import StatusError
from satchel.port import JsonObject, JsonValue

CREDENTIALS_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationDocument:
    """`revoked` maps the id of each revoked credential to the reason, when one is given."""

    id: str
    issuer: str
    revoked: dict[str, str | None]


def open_document(value: JsonObject) -> RevocationDocument:
    """The list, read. Raises StatusError status.list_malformed, status.list_too_large.

    A credential is listed as revoked unless `revoked` is plainly false: a list is for what was taken back, and a reader
    that stumbles over an entry must not take it for a "no".
    """
    document_id, issuer, entries = value.get("id"), _issuer(value.get("issuer")), value.get("revokedCredential", [])
    if not isinstance(document_id, str) or issuer is None or not isinstance(entries, list):
        raise StatusError("status.list_malformed", "the document is no 1EdTechRevocationList")
    if len(entries) > CREDENTIALS_LIMIT:
        raise StatusError("status.list_too_large", f"the list names more than {CREDENTIALS_LIMIT} credentials")
    revoked: dict[str, str | None] = {}
    for entry in entries:
        named = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(named, str):
            raise StatusError("status.list_malformed", "an entry of the 1EdTechRevocationList names no credential")
        if entry.get("revoked") is not False:
            reason = entry.get("revocationReason")
            revoked[named.strip()] = reason if isinstance(reason, str) else None
    return RevocationDocument(id=document_id, issuer=issuer, revoked=revoked)


def value_of(document: RevocationDocument, entry: ListedEntry) -> StatusValue:
    """What the list says of the entry's credential. Raises StatusError status.malformed when the credential has no id:
    nothing could ever revoke it."""
    if entry.credential_id is None:
        raise StatusError("status.malformed", "the credential has no id, so no list can name it")
    name = entry.credential_id.strip()
    if name not in document.revoked:
        return StatusValue(value=0, code="status.ok", message=None)
    return StatusValue(value=1, code="status.revoked", message=document.revoked[name])


def _issuer(value: JsonValue) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None
