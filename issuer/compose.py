"""Template and award to an unsigned Open Badge 3.0 credential, as a plain dict.

What is the same for every learner is made once (`Blueprint`) and shared between the documents: nobody may change them.
Sources: Open Badges 3.0; VC Data Model 2.0 §4; DESIGN 7 for the dates.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.row import Award, Evidence
from issuer.template import Alignment, Bind, ResultDescription, StatusPurpose, Template
from satchel.codec import timestamp
from satchel.credential import status
from satchel.port import Did, JsonObject, JsonValue

VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTEXTS: Final = (VC_CONTEXT, OB_CONTEXT)
SALT_BYTES: Final = 16

# A credential bound by claim names the DID of the wallet that claimed it.
_BY_DID: Final[frozenset[Bind]] = frozenset({"did", "claim"})
_IDENTITY_TYPES: Final[dict[Bind, str]] = {"email": "emailAddress", "sis": "sisSourcedId"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who issues: the DID that signs, its https origin and the name that people read."""

    did: Did
    origin: str
    name: str
    url: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One reserved bit of a status list."""

    list_id: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A template made ready for one issuer: the parts that every credential of it shares."""

    template: Template
    profile: Profile
    issuer: JsonObject
    achievement: JsonObject
    achievement_id: str


def prepare(template: Template, profile: Profile) -> Blueprint:
    """The shared parts of all credentials of the template."""
    issuer: JsonObject = {"id": profile.did, "type": ["Profile"], "name": profile.name}
    _put(issuer, url=profile.url, description=profile.description)
    achievement_id = template.achievement.id or f"{profile.origin}/achievements/{template.id}"
    return Blueprint(
        template=template,
        profile=profile,
        issuer=issuer,
        achievement=_achievement(template, achievement_id),
        achievement_id=achievement_id,
    )


def compose(
    blueprint: Blueprint, award: Award, *, credential_id: str, place: Place, salt: bytes, now: datetime
) -> JsonObject:
    """The unsigned credential. `salt` (16 random bytes) hides the identifier when it is no DID; `now` has whole
    seconds and is the time of issue."""
    template = blueprint.template
    awarded = award.awarded or now
    document: JsonObject = {
        "@context": list(CONTEXTS),
        "id": credential_url(blueprint.profile.origin, credential_id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": blueprint.issuer,
        "validFrom": timestamp.render(now),
    }
    ends = valid_until(template, awarded=awarded, now=now)
    if ends is not None:
        document["validUntil"] = timestamp.render(ends)
    document["awardedDate"] = timestamp.render(awarded)
    _put(document, name=template.name, description=template.description)
    document["credentialSubject"] = _subject(blueprint, award, salt)
    if award.evidence:
        document["evidence"] = [_evidence(item) for item in award.evidence]
    document["credentialStatus"] = status.compose_entry(
        list_url=status_list_url(blueprint.profile.origin, place.list_id), index=place.index, purpose=template.status
    )
    return document


def valid_until(template: Template, *, awarded: datetime, now: datetime) -> datetime | None:
    """The end of the signed statement: the sooner of the achievement's own end and the refresh of the proof."""
    ends = [
        span.after(start)
        for span, start in ((template.achievement_expires, awarded), (template.proof_refresh, now))
        if span is not None
    ]
    return min(ends, default=None)


def achievement_until(template: Template, *, awarded: datetime) -> datetime | None:
    """The end of the achievement itself; None when it never ends."""
    return None if template.achievement_expires is None else template.achievement_expires.after(awarded)


def credential_url(origin: str, credential_id: str) -> str:
    return f"{origin}/credentials/{credential_id}"


def status_list_url(origin: str, list_id: str) -> str:
    return f"{origin}/status/{list_id}"


def compose_status_list(
    profile: Profile, *, list_id: str, purpose: StatusPurpose, bits: bytes, now: datetime, until: datetime
) -> JsonObject:
    """The unsigned status list credential of these bits."""
    return status.compose_list(
        id=status_list_url(profile.origin, list_id),
        issuer=profile.did,
        purpose=purpose,
        encoded=status.encode(bits),
        valid_from=now,
        valid_until=until,
    )


def salted(identifier: str, salt: str) -> str:
    """Open Badges 3.0 IdentityObject: `sha256$` and the hex SHA-256 of identifier and salt, both as UTF-8."""
    return "sha256$" + hashlib.sha256(identifier.encode() + salt.encode()).hexdigest()


def _subject(blueprint: Blueprint, award: Award, salt: bytes) -> JsonObject:
    subject: JsonObject = {}
    identifiers: list[JsonValue] = []
    if blueprint.template.bind in _BY_DID:
        subject["id"] = award.recipient
    else:
        text = base64.b32encode(salt).decode("ascii").rstrip("=").lower()
        identifiers.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": salted(award.recipient, text),
                "identityType": _IDENTITY_TYPES[blueprint.template.bind],
                "salt": text,
            }
        )
    if award.name:
        identifiers.append(
            {"type": "IdentityObject", "hashed": False, "identityHash": award.name, "identityType": "name"}
        )
    subject["type"] = ["AchievementSubject"]
    if identifiers:
        subject["identifier"] = identifiers
    if award.credits:
        subject["creditsEarned"] = _number(award.credits)
    _put(subject, narrative=award.narrative)
    subject["achievement"] = blueprint.achievement
    if award.results:
        results: list[JsonValue] = []
        for found in award.results:
            about = f"{blueprint.achievement_id}#{found.description}"
            result: JsonObject = {"type": ["Result"], "resultDescription": about}
            _put(result, value=found.value, status=found.status)
            if found.level:
                result["achievedLevel"] = f"{about}.{found.level}"
            results.append(result)
        subject["result"] = results
    return subject


def _evidence(said: Evidence) -> JsonObject:
    evidence: JsonObject = {}
    _put(evidence, id=said.url)
    evidence["type"] = ["Evidence"]
    _put(evidence, name=said.name, description=said.description, narrative=said.narrative, genre=said.genre)
    return evidence


def _achievement(template: Template, achievement_id: str) -> JsonObject:
    said = template.achievement
    achievement: JsonObject = {"id": achievement_id, "type": ["Achievement"], "achievementType": said.type}
    _put(achievement, name=said.name, description=said.description)
    criteria: JsonObject = {}
    _put(criteria, id=said.criteria_url, narrative=said.criteria)
    achievement["criteria"] = criteria
    if said.image:
        image: JsonObject = {"id": said.image, "type": "Image"}
        _put(image, caption=said.image_caption)
        achievement["image"] = image
    _put(
        achievement,
        inLanguage=said.language,
        humanCode=said.code,
        fieldOfStudy=said.field_of_study,
        specialization=said.specialization,
        version=said.version,
    )
    if said.credits:
        achievement["creditsAvailable"] = _number(said.credits)
    if said.tags:
        achievement["tag"] = list(said.tags)
    if said.alignments:
        achievement["alignment"] = [_alignment(alignment) for alignment in said.alignments]
    if said.results:
        achievement["resultDescription"] = [_result(result, achievement_id) for result in said.results]
    return achievement


def _alignment(said: Alignment) -> JsonObject:
    alignment: JsonObject = {"type": ["Alignment"]}
    _put(
        alignment,
        targetName=said.name,
        targetUrl=said.url,
        targetDescription=said.description,
        targetFramework=said.framework,
        targetCode=said.code,
        targetType=said.type,
    )
    return alignment


def _result(said: ResultDescription, achievement_id: str) -> JsonObject:
    about = f"{achievement_id}#{said.id}"
    result: JsonObject = {"id": about, "type": ["ResultDescription"], "name": said.name, "resultType": said.type}
    _put(result, valueMin=said.value_min, valueMax=said.value_max, requiredValue=said.required_value)
    if said.required_level:
        result["requiredLevel"] = f"{about}.{said.required_level}"
    if said.allowed:
        result["allowedValue"] = list(said.allowed)
    if said.levels:
        levels: list[JsonValue] = []
        for level in said.levels:
            item: JsonObject = {"id": f"{about}.{level.id}", "type": ["RubricCriterionLevel"], "name": level.name}
            _put(item, level=level.level, points=level.points, description=level.description)
            levels.append(item)
        result["rubricCriterionLevel"] = levels
    if said.alignments:
        result["alignment"] = [_alignment(alignment) for alignment in said.alignments]
    return result


def _put(target: JsonObject, **members: str) -> None:
    """Adds the members that are said."""
    target.update({name: value for name, value in members.items() if value})


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
