"""Accreditations: signed credentials by which a trusted agency says what a body may award.

An accreditation is a credential of the VC Data Model 2.0 whose subject is the body's DID and has `mayAward`, a list of
scopes as in a trust list. It counts when it is accepted itself and a trust list of this verifier says of its issuer
that it `accredits`. The form is docs/reference/trust.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from satchel.codec import base, timestamp
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope
from satchel.credential.read import read as read_credential
from satchel.errors import CodecError, SettingsFault
from satchel.port import Did, JsonObject, JsonValue
from verifier import scope
from verifier.report import Report
from verifier.scope import Grant, Scope

SCHEMA: Final = "satchel.accreditation/1"
TYPE: Final = "AccreditationCredential"
CONTEXT: Final[JsonObject] = {
    TYPE: f"urn:satchel:{TYPE}",
    "mayAward": {"@id": "urn:satchel:mayAward", "@type": "@json"},
}
"""The two terms of an accreditation, which stand in the credential itself."""


def is_one(value: JsonValue) -> bool:
    """Whether the JSON is an accreditation by its type; nothing in it is believed."""
    return isinstance(value, dict) and TYPE in openbadge.types(value)


def compose(
    *, id: str, agency: Did, body: Did, scopes: tuple[Scope, ...], since: datetime, until: datetime | None = None
) -> JsonObject:
    """The unsigned accreditation of a body by an agency."""
    value: JsonObject = {
        "@context": [openbadge.VC2_CONTEXT, CONTEXT],
        "id": id,
        "type": ["VerifiableCredential", TYPE],
        "issuer": agency,
        "validFrom": timestamp.render(since),
        "credentialSubject": {"id": body, "mayAward": scope.to_json(scopes)},
    }
    if until is not None:
        value["validUntil"] = timestamp.render(until)
    return value


def load(raw: bytes, where: str) -> bytes:
    """The bytes of a file that holds an accreditation, checked for its form alone. Raises SettingsFault
    trust.invalid, trust.unknown_key."""
    scopes_of(read_credential(raw), where)
    return raw


def of(held: Sequence[bytes], issuer: str | None) -> tuple[Envelope, ...]:
    """Those that speak of this body."""
    if issuer is None or not held:
        return ()
    found = (read_credential(raw, name="accreditation") for raw in held)
    return tuple(one for one in found if one.value is not None and issuer in openbadge.subject_ids(one.value))


def grant(envelope: Envelope, report: Report | None, agencies: Mapping[str, str]) -> Grant | None:
    """What the accreditation says, when it is accepted and its issuer is one of the agencies (their names by their
    DID); else None."""
    issuer = None if envelope.value is None else openbadge.issuer_id(envelope.value)
    is_good = report is not None and report.verdict in ("accepted", "accepted_with_warnings")
    if not is_good or issuer is None or issuer not in agencies:
        return None
    return Grant(source=agencies[issuer], may=scopes_of(envelope, "accreditation"))


def scopes_of(envelope: Envelope, where: str) -> tuple[Scope, ...]:
    """The scopes of an accreditation. Raises SettingsFault trust.invalid, trust.unknown_key."""
    if envelope.value is None or not is_one(envelope.value):
        raise SettingsFault("trust.invalid", f"{where} is no accreditation")
    subject = envelope.value.get("credentialSubject")
    if not isinstance(subject, dict):
        raise SettingsFault("trust.invalid", f"{where} has not one subject")
    return scope.read(subject.get("mayAward"), f"{where}, mayAward")


def to_json(raw: bytes) -> JsonObject:
    """The accreditation as saved materials hold it."""
    return {"schema": SCHEMA, "body": base.base64url_encode(raw)}


def from_json(value: JsonObject, where: str) -> bytes:
    """The bytes that `to_json` wrote. Raises SettingsFault trust.invalid, trust.unknown_key."""
    body = value.get("body")
    try:
        return load(base.base64url_decode(body if isinstance(body, str) else ""), where)
    except CodecError as fault:
        raise SettingsFault("trust.invalid", f"{where}: {fault.message}") from fault
