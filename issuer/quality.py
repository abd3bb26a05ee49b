"""The last look at a document before it is signed: nothing leaves that its own standard, or our own rules, refuse.

A credential cannot be taken back unseen, so this judges the composed document and not the template it came from: by the
verifier's own reading of the data model, by the schema, and by what every credential of ours has.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuer.compose import CONTEXTS, Profile
from satchel.codec import timestamp
from satchel.credential import schema, status
from satchel.errors import IssueFault, SatchelError
from satchel.port import JsonObject, JsonValue
from verifier.facet import data_model


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFault:
    """One thing that is wrong: a JSON Pointer into the document, and a sentence."""

    path: str
    message: str


def check(document: JsonObject, profile: Profile) -> None:
    """Raises IssueFault issue.quality naming the first fault, with all of them in details["faults"]."""
    found = faults(document, profile)
    if found:
        raise IssueFault("issue.quality", f"{found[0].path or '/'}: {found[0].message}", details={"faults": found})


def faults(document: JsonObject, profile: Profile) -> tuple[QualityFault, ...]:
    """What is wrong with the unsigned credential; () when it may be signed."""
    found = [QualityFault(path=path, message=message) for path, message in _rules(document, profile)]
    judged = data_model.facet(document, "2.0")
    if judged.outcome != "pass":
        found.append(QualityFault(path="", message=judged.message))
    if not schema.is_valid(document, schema.OPEN_BADGE):
        found += [
            QualityFault(path=fault.path, message=fault.message) for fault in schema.faults(document, schema.OPEN_BADGE)
        ]
    return tuple(found)


def _rules(document: JsonObject, profile: Profile) -> list[tuple[str, str]]:
    """Our own rules: the exact contexts, our own issuer and ids, dates in order, one status entry, results that fit."""
    found: list[tuple[str, str]] = []
    issuer = document.get("issuer")
    if document.get("@context") != list(CONTEXTS):
        found.append(("/@context", "is not exactly the two pinned contexts"))
    if document.get("type") != ["VerifiableCredential", "OpenBadgeCredential"]:
        found.append(("/type", "is not an OpenBadgeCredential's"))
    if "proof" in document:
        found.append(("/proof", "is there before the document is signed"))
    if not isinstance(issuer, dict) or issuer.get("id") != profile.did:
        found.append(("/issuer", f"is not {profile.did}"))
    if not str(document.get("id", "")).startswith(f"{profile.origin}/credentials/"):
        found.append(("/id", f"does not lie below {profile.origin}"))
    found += _dates(document)
    found += _status(document, profile)
    found += _results(document.get("credentialSubject"))
    return found


def _dates(document: JsonObject) -> list[tuple[str, str]]:
    try:
        begins = timestamp.parse(str(document.get("validFrom")))
        if "validUntil" in document and timestamp.parse(str(document["validUntil"])) <= begins:
            return [("/validUntil", "is not after validFrom")]
        timestamp.parse(str(document.get("awardedDate")))
    except SatchelError as fault:
        return [("/validFrom", fault.message)]
    return []


def _status(document: JsonObject, profile: Profile) -> list[tuple[str, str]]:
    """DESIGN 7: one BitstringStatusListEntry with an id, revocation or suspension."""
    try:
        entries = status.entries_of(document)
    except SatchelError as fault:
        return [("/credentialStatus", fault.message)]
    if len(entries) != 1:
        return [("/credentialStatus", f"has {len(entries)} entries and not one")]
    (entry,) = entries
    if not isinstance(entry, status.StatusEntry) or entry.id is None:
        return [("/credentialStatus", "is no BitstringStatusListEntry with an id")]
    if entry.purpose not in ("revocation", "suspension") or not entry.list_url.startswith(f"{profile.origin}/status/"):
        return [("/credentialStatus", "has another purpose or list than ours")]
    return []


def _results(subject: JsonValue) -> list[tuple[str, str]]:
    """Every result names a description of this very achievement, and every level one of that description."""
    if not isinstance(subject, dict):
        return [("/credentialSubject", "is no object")]
    if "id" not in subject and "identifier" not in subject:
        return [("/credentialSubject", "has neither id nor identifier")]
    achievement = subject.get("achievement")
    described = achievement.get("resultDescription") if isinstance(achievement, dict) else None
    levels: dict[JsonValue, set[JsonValue]] = {}
    for about in described if isinstance(described, list) else []:
        if isinstance(about, dict):
            known = about.get("rubricCriterionLevel")
            levels[str(about.get("id"))] = {
                str(level.get("id")) for level in (known if isinstance(known, list) else []) if isinstance(level, dict)
            }
    results = subject.get("result")
    for place, result in enumerate(results if isinstance(results, list) else []):
        if not isinstance(result, dict) or str(result.get("resultDescription")) not in levels:
            return [(f"/credentialSubject/result/{place}", "names no description of the achievement")]
        if "achievedLevel" in result and result["achievedLevel"] not in levels[str(result["resultDescription"])]:
            return [(f"/credentialSubject/result/{place}", "names no level of its description")]
    return []
