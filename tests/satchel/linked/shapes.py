"""Documents of the field's shapes, whole and right: badges, records, status lists, presentations, DID documents."""

from __future__ import annotations

import random
from collections.abc import Callable

from satchel.port import JsonObject

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
DI = "https://w3id.org/security/data-integrity/v2"
ED = "https://w3id.org/security/suites/ed25519-2020/v1"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
DID = "https://www.w3.org/ns/did/v1"
MULTIKEY = "https://w3id.org/security/multikey/v1"
CONTEXTS = (V1, V2, OB, OB_EXTENSIONS, CLR, DI, ED, STATUS_2021, DID, MULTIKEY, "https://unknown.example/context")
ISSUER = "did:web:issuer.example"
X = "https://vocabulary.example/#"


def achievement(rng: random.Random) -> JsonObject:
    return {
        "id": f"urn:uuid:{rng.randrange(10**6)}",
        "type": ["Achievement"],
        "achievementType": rng.choice(("Course", "Certificate", "ext:Workshop")),
        "name": "Teamwork \u2014 \u00e9quipe",
        "description": 'Says "yes", writes \\ and a\ttab',
        "criteria": {"narrative": "Shows teamwork.\nTwice.", "id": "https://issuer.example/criteria/1"},
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": f"Skill {number}",
                "targetUrl": f"https://skills.example/{number}",
                "targetType": "ext:EQF",
                "targetFramework": "Frame",
            }
            for number in range(rng.randrange(3))
        ],
        "image": {"id": "https://issuer.example/badge.png", "type": "Image", "caption": "A badge"},
        "creditsAvailable": rng.choice((3, 2.5, 30.0)),
        "tag": ["a", "b", "a"],
        "resultDescription": [
            {
                "id": "urn:uuid:rd",
                "type": ["ResultDescription"],
                "name": "Grade",
                "resultType": "LetterGrade",
                "allowedValue": ["A", "B", "C"],
                "requiredValue": "B",
                "rubricCriterionLevel": [
                    {"id": "urn:uuid:l1", "type": ["RubricCriterionLevel"], "name": "Good", "level": "1"}
                ],
            }
        ],
    }


def profile() -> JsonObject:
    return {
        "id": ISSUER,
        "type": ["Profile"],
        "name": "Issuer",
        "url": "https://issuer.example",
        "email": "office@issuer.example",
        "address": {
            "type": ["Address"],
            "addressCountry": "NZ",
            "geo": {"type": "GeoCoordinates", "latitude": 1.5, "longitude": -2},
        },
        "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "x", "identifierType": "lisSourcedId"}],
    }


def badge(rng: random.Random) -> JsonObject:
    return {
        "@context": [V2, OB, OB_EXTENSIONS],
        "id": f"https://issuer.example/credentials/{rng.randrange(1000)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Badge",
        "issuer": profile(),
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "awardedDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$00",
                    "identityType": "emailAddress",
                    "salt": "s",
                }
            ],
            "achievement": achievement(rng),
            "result": [{"type": ["Result"], "value": "A", "resultDescription": "urn:uuid:rd", "status": "Completed"}],
            "activityStartDate": "2025-09-01T00:00:00Z",
        },
        "evidence": [
            {"id": "https://issuer.example/evidence/1", "type": ["Evidence"], "name": "Work", "narrative": "Did it."},
            {"type": ["Evidence"], "narrative": "Did more."},
        ],
        "credentialStatus": {
            "id": "https://issuer.example/status/1#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": "https://issuer.example/status/1",
        },
        "credentialSchema": [{"id": "https://issuer.example/schema.json", "type": "1EdTechJsonSchemaValidator2019"}],
        "termsOfUse": [{"type": "IssuerPolicy", "@context": {"IssuerPolicy": X + "IssuerPolicy"}}],
        "endorsement": [endorsement(rng)],
    }


def badge_of_2022(rng: random.Random) -> JsonObject:
    return {
        "@context": [V1, OB, DI, ED],
        "id": "urn:uuid:2022",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Old badge",
        "issuer": {"id": "did:key:z6MkExample", "type": ["Profile"], "name": "Issuer"},
        "issuanceDate": "2022-01-01T00:00:00Z",
        "expirationDate": "2030-01-01T00:00:00Z",
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": achievement(rng)},
        "credentialStatus": {
            "id": "https://issuer.example/status/2#1",
            "type": "StatusList2021Entry",
            "@context": STATUS_2021,
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "https://issuer.example/status/2",
        },
    }


def endorsement(rng: random.Random) -> JsonObject:
    return {
        "@context": [V2, OB],
        "id": f"urn:uuid:e{rng.randrange(1000)}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": "https://other.example", "type": "Profile", "name": "Other"},
        "validFrom": "2026-02-01T00:00:00Z",
        "credentialSubject": {"id": ISSUER, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
        "proof": proof(),
    }


def proof() -> JsonObject:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-02-01T00:00:00Z",
        "verificationMethod": ISSUER + "#key-1",
        "proofPurpose": "assertionMethod",
        "proofValue": "z3FXQ",
    }


def proof_configuration(rng: random.Random) -> JsonObject:
    return {"@context": [V2, OB]} | proof()


def record(rng: random.Random) -> JsonObject:
    inner = badge(rng)
    inner["proof"] = proof()
    return {
        "@context": [V2, CLR, OB],
        "id": "urn:uuid:clr",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Record",
        "partial": rng.choice((True, False)),
        "issuer": profile(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["ClrSubject"],
            "verifiableCredential": [inner, endorsement(rng)],
            "achievement": [achievement(rng)],
            "association": [
                {
                    "type": "Association",
                    "associationType": "precedes",
                    "sourceId": "urn:uuid:1",
                    "targetId": "urn:uuid:2",
                }
            ],
        },
    }


def status_list(rng: random.Random) -> JsonObject:
    return {
        "@context": [V2],
        "id": "https://issuer.example/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://issuer.example/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": rng.choice(("revocation", "suspension")),
            "encodedList": "uH4sIAAAAAAAAA",
            "ttl": 300000,
        },
    }


def status_list_of_2021(rng: random.Random) -> JsonObject:
    return {
        "@context": [V1, STATUS_2021],
        "id": "https://issuer.example/status/2",
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": ISSUER,
        "issuanceDate": "2022-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://issuer.example/status/2#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": "H4sIAAAAAAAAA",
        },
    }


def did_document(rng: random.Random) -> JsonObject:
    return {
        "@context": [DID, MULTIKEY],
        "id": ISSUER,
        "alsoKnownAs": ["https://issuer.example"],
        "verificationMethod": [
            {"id": ISSUER + "#key-1", "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": "z6Mk"}
        ],
        "assertionMethod": [
            ISSUER + "#key-1",
            {"id": ISSUER + "#key-2", "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": "z6Mj"},
        ],
        "authentication": [ISSUER + "#key-1"],
        "service": [{"id": ISSUER + "#s", "serviceEndpoint": "https://issuer.example"}],
    }


def presentation(rng: random.Random) -> JsonObject:
    inner = rng.choice((badge, badge_of_2022, endorsement, status_list))(rng)
    inner["proof"] = proof()
    is_old = inner["@context"][0] == V1 if isinstance(inner["@context"], list) else False
    return {
        "@context": [V1, DI] if is_old else V2,
        "id": "urn:uuid:vp",
        "type": ["VerifiablePresentation"] if rng.random() < 0.5 else "VerifiablePresentation",
        "holder": "did:example:learner",
        "verifiableCredential": [inner] if rng.random() < 0.7 else inner,
        "proof": [proof(), proof() | {"challenge": "c", "domain": "d"}],
    }


def plain(rng: random.Random) -> JsonObject:
    """A credential with a context of its own, nested and scoped, beside the standard one."""
    return {
        "@context": [
            V2,
            {
                "@protected": True,
                "ex": X,
                "Course": {
                    "@id": "ex:Course",
                    "@context": {"title": "ex:title", "module": {"@id": "ex:module", "@type": "@id"}},
                },
                "Module": {"@id": "ex:Module", "@context": {"@propagate": True, "title": "ex:moduleTitle"}},
                "course": {
                    "@id": "ex:course",
                    "@type": "@id",
                    "@context": {"points": {"@id": "ex:points", "@type": "http://www.w3.org/2001/XMLSchema#integer"}},
                },
                "label": {"@id": "ex:label", "@container": "@language"},
                "steps": {"@id": "ex:steps", "@container": "@list"},
                "raw": {"@id": "ex:raw", "@type": "@json"},
            },
        ],
        "type": "VerifiableCredential",
        "issuer": "https://issuer.example",
        "credentialSubject": {
            "course": {
                "type": "Course",
                "title": "T",
                "points": rng.choice((5, "5", 5.5)),
                "label": {"en": "A", "de-CH": ["B", "C"]},
                "steps": ["one", "two", 3],
                "raw": {"b": [1, 2.5, None], "a": "\u20ac"},
                "module": [{"type": "Module", "title": "M"}, {"id": "urn:m", "label": {"fr": "D"}}, "urn:n"],
            }
        },
        "name": {"@value": "Nom", "@language": "fr", "@direction": "ltr"},
    }


SHAPES: tuple[Callable[[random.Random], JsonObject], ...] = (
    badge,
    badge_of_2022,
    endorsement,
    proof_configuration,
    record,
    status_list,
    status_list_of_2021,
    did_document,
    presentation,
    plain,
)
